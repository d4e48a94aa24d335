"""What does someone see and do at this place of a document?

answers.py      what there is to say about the value of an expression
hover.py        what stands at a position, the narrowest thing first; names and indices in hover_marks.py
hints.py        shapes, verdicts and results drawn into the text; lenses
actions.py      fixes and rewrites (rewriting.py), as edits (edits.py) after which the text still reads
fixing.py       the fixes that are certain, carried out; remarking.py comments for what is not to be reported
derivations.py  the steps of what stands at a position
panel.py        the statement, its verdicts and steps for a panel beside the text; the rules for a part of it
preview.py      the verdicts on a rendered page
copying.py      the same as source of another language

latex/          hover, fixes and steps for notes, in the LaTeX of their author
escapes.py      the same in files that write formulas with escapes

completion.py   what may stand at the cursor; signatures
occurrences.py  where a name or an index stands; renaming
tokens.py       what each piece of text was taken for
outline.py      symbols, folding, growing selections
vocabulary.py   the words of the language, described

Plain data in and out, in offsets of the text: no protocol is known here.
"""
