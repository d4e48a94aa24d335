"""The mathematics: interned, position-free expressions over named indices.

Data flows in from `lowering` (text becomes terms) and out to `notation` and `targets`.  Nothing here
knows about text, layouts, rules or numbers.

    dimension.py   axes sizes, indices, slots
    term.py        the heads, and interning
    build.py       constructors that canonicalise
    walk.py        substitution, replacement, opening of binders, folding of definitions
    bounds.py      how long a term is when it is written, and may be
    interruption.py  how long work is paused or stopped
    unknown.py     names of unknown functions and of their derivatives
"""
