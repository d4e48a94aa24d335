"""Pages in Markdown: the reference, a topic each, and what is made of all that is registered.

pages/         the reference, with the page of the diagnostics; topics.py finds and shows them
explain.py     what `einsight explain` prints
notebook.ipynb  a session in a notebook, carried out by the tests

markdown.py    the few pieces of Markdown that pages are made of
typeset.py     statements, conditions and examples of rules in LaTeX
origin.py      which plugin something comes from
rules.py       the page of a rule
functions.py   the page of a function
function_entries.py  what `einsight functions` says of one; domains.py where it has a value
codes.py       the page of a diagnostic, and of all of them
catalogue.py   the index by group
book.py        all pages of a folder, and the one page that an editor shows

`python -m einsight.docs FOLDER [PLUGIN]` writes them; nothing of what is made is kept in the repository but `pages/codes.md`,
to which diagnostics link.
"""

from ..plugins.loading import install

install()  # the catalogue is filled from the plugins first
