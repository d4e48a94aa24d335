"""Pages in Markdown, made from what is registered: a page a rule, a page a function, the catalogue, the diagnostics.

markdown.py    the few pieces of Markdown that pages are made of
typeset.py     statements, conditions and examples of rules in LaTeX
origin.py      which plugin something comes from
rules.py       the page of a rule
functions.py   the page of a function
codes.py       the page of a diagnostic, and of all of them
catalogue.py   the index by group
book.py        all pages of a folder, and the one page that an editor shows

`python -m einsight.docs FOLDER [PLUGIN]` writes them; nothing of it is kept in the repository but `codes.md`, to which
diagnostics link.
"""

from ..plugins.loading import install

install()  # the catalogue is filled from the plugins first
