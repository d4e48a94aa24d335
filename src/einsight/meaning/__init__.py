"""What a term means: exact numbers at an instance.  Every rule, form and verdict is held to this.

fields.py     arithmetic: a prime field, rationals, floats, dual numbers over any of them
instances.py  sizes for dimensions, entries for tensors, so that declared properties hold
evaluate.py   a term's entries at an instance
equality.py   are two terms equal, and where not
precise.py    four hundred digits, where double precision cannot tell
signs.py      points where a piecewise function takes its other branch
"""
