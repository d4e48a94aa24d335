"""What a term means: exact numbers at an instance.  Every rule, form and verdict is held to this.

fields.py     arithmetic: a prime field, rationals, floats, dual numbers over any of them
instances.py  sizes for dimensions, entries for tensors, so that declared properties hold
evaluate.py   a term's entries at an instance
matrices.py   functions of a square matrix over a field
unknown.py    values of unknown functions
cost.py       what an evaluation would take, before it is begun
sizing.py     at which sizes a claim is evaluated, so that it is cheap enough
thin.py       axes of a large declared size, met at a few places and at one for all others
equality.py   are two terms equal
counterexample.py   where they are not, and how that is told
precise.py    four hundred digits, where double precision cannot tell
signs.py      points where a piecewise function takes its other branch
"""
