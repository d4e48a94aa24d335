"""What array code says: shapes, contractions and hand-written gradients of a Python file, which is read and never run.

    text ─source─▶ syntax tree ─reading─▶ values with shapes, and terms where they are asked for

Terms come from the syntax tree directly: through text a division would become a matrix quotient, and names would collide.
What is not known is unknown, and only what hangs on it is not read.  An alarm needs two things that are both written down:
two numbers, or two declared names of one scope.

    source.py       the syntax tree of a file that is being typed, and places
    libraries.py    which function of which library a name stands for
    sizes.py        sizes of axes: numbers, declared names, unknowns
    annotations.py  shapes that annotations and comments declare
    subscripts.py   the strings of `einsum` and of einops
    values.py       what an expression may be
    arrays.py       operations of arrays: shapes, and terms
    functions.py    the functions of the libraries by name
    contractions.py calls of `einsum`, `rearrange`, `reduce` and `repeat`
    reading.py      expressions and statements of a function
    pairs.py        which function is written as the derivative of which
    gradients.py    the verdict on such a pair
    writing.py      a term in the author's library and names
    check.py        everything that there is to report of a file
"""
