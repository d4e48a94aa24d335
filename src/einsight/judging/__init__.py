"""Does this `=` hold?

judge.py        the verdict on every `=` of a statement, and what would make a failing one true
claims.py       what is said of a statement: claims with their verdicts, diagnostics
comparison.py   two sides, shaped alike and worked out, and whether they are equal
assumptions.py  what would make a failing claim true: a property, a shape
mistakes.py     the one change of its right side that would
unbounded.py    the bound of a sum that would
wording.py      a verdict in words, with its fix
"""
