"""One question a file, plain data in and out; the faces only show the answers.

derive.py   derivatives, simplification, rewriting, with matrix form and steps
sheet.py    a document under edits, read and judged; its statements (cells.py) and what they ask of one another (ledger.py)
judge.py    the verdict on every `=` of a statement
assumptions.py, mistakes.py   what would make a failing claim true: an assumption, or one change
notes/      what notes declare, say in words and leave unsaid, in the order in which it counts
check.py    a whole text, once; the fixes that are certain carried out in fixing.py
explain.py  the pages of diagnostics and rules
verify.py   rules and functions against numbers, and against one another
plugins.py  which plugins count, and what is told of them; what their lints find in lints.py
scaffold.py a rule plugin to start from
format.py   spacing and spelling of documents, with spacing.py and spelling.py

and, of a sheet, for editors:

answers.py      what there is to say about the value of an expression
hover.py        what stands at a position, the narrowest thing first; names and indices in hover_marks.py
hints.py        shapes, verdicts and results drawn into the text; lenses
actions.py      fixes and rewrites (rewriting.py), as edits (edits.py) after which the text still reads
derivations.py  the steps of what stands at a position
panel.py        the statement, its verdicts and steps for a panel beside the text; the rules for a part of it
copying.py      the same as source of another language

latex/          hover, fixes and steps for notes, in the LaTeX of their author
escapes.py      the same in files that write formulas with escapes

completion.py   what may stand at the cursor; signatures
occurrences.py  where a name or an index stands; renaming
tokens.py       what each piece of text was taken for
places.py       positions of a document in its statements and back, also in formulas translated from LaTeX
outline.py      symbols, folding, growing selections
vocabulary.py   the words of the language, described
"""

from ..plugins.loading import install

install()  # whatever a service asks, the catalogue is filled from the plugins first
