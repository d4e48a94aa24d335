"""Does this `=` hold?

judge.py         the verdict on every `=` of a statement
assumptions.py   what would make a failing claim true: a property, a shape
mistakes.py      the one change of its right side that would
"""
