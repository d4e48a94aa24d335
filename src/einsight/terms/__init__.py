"""The mathematics: interned, position-free expressions over named indices.

Data flows in from `lowering` (text becomes terms) and out to `notation` and `targets`.  Nothing here
knows about text, layouts, rules or numbers.

    interning.py   one object for equal things
    dimension.py   axes sizes, indices, slots
    term.py        the heads, tensors and their definitions
    graph.py       a product as a graph: components, canonical names of dummies
    build.py       constructors that canonicalise, and substitution
    spare.py       names of dummies that may be used again
    walk.py        replacement, opening of binders, folding of definitions
    pickling.py    terms in pickles
    bounds.py      how long a term is when it is written, and may be
    interruption.py  how long work is paused or stopped
    unknown.py     names of unknown functions and of their derivatives
"""

# a term goes into a pickle only by what is registered there
from . import pickling as pickling
