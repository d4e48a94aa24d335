"""What array code says: shapes, contractions and hand-written gradients of a Python file, which is read and never run.

    text ─source─▶ syntax tree ─reading─▶ values with shapes, and terms where they are asked for ─gradients─▶ verdicts

Terms come from the syntax tree directly: through text a division would become a matrix quotient, and names would collide.
What is not known is unknown, and only what hangs on it is not read.  An alarm needs two things that are both written down:
two numbers, or two declared names of one scope.

    source.py        the syntax tree of a file that is being typed, and places
    libraries.py     which function of which library a name stands for
    nodes.py         the nodes of the tree in their order, gathered in one walk
    module.py        what the top of a file says
    annotations.py   shapes that annotations and comments declare
    subscripts.py    the strings of `einsum` and of einops
    contractions.py  calls of `einsum`, `rearrange`, `reduce` and `repeat`, and their derivatives
    sizes.py         sizes of axes: numbers, declared names, unknowns
    values.py        what an expression may be
    axes.py          axes that meet, and functions of the entries
    products.py      `@` and `einsum`
    labels.py        entries at labels and at arrays of places, rows where a mask holds
    selecting.py     sums over such rows as sums over all of them
    parts.py         slices, entries that are written, what is joined and cut
    arrays.py        the other operations of arrays
    regrouping.py    what einops makes of an array
    functions.py     the functions of the libraries by name
    joining.py       those that put arrays together, and cut them apart
    networks.py      those of layers and losses
    picking.py       those that take entries at places, or add to them
    scope.py         what is known while a scope is read
    indexing.py      subscripts
    arithmetic.py    operators, and what they make of numbers
    expressions.py   expressions
    putting.py       functions and classes of the file, which are put in
    calls.py         calls
    listing.py       lists and arrays that are changed in their place
    contracting.py   calls of `einsum` and einops among them
    placing.py       entries that are added to, or changed, at places
    loops.py         loops and comprehensions
    branching.py     conditions
    reading.py       statements
    named.py         which function a name says that something is the derivative of
    pairs.py         which function a library ties to its derivative
    tying.py         which function is written as the derivative of which, by names and arguments
    inline.py        a value and its derivatives that statements compute side by side
    begun.py         what the text of a class says of its arrays before they are read
    choosing.py      which way flags and words take
    flags.py         which arguments are flags, words, lengths
    runs.py          one reading of both
    claiming.py      what is returned, by the parameters that it stands for
    plain.py         what functions that names tie are given, and what they return for which argument
    ways.py          the same of the libraries' own ways
    paths.py         both with shapes that go together
    results.py       a verdict, and what is told of it
    verdicts.py      the verdict on one value
    each.py          those on all values, with one set of shapes
    allowing.py      what a derivative may rest on that its text does not say
    labelling.py     labels that are known
    comparing.py     what is asked of two terms besides whether they are equal
    units.py         what a reading rests on, so that it stands while that is the same
    meant.py         the verdicts with every number of axes
    alternatives.py  those on every way, and with lengths
    gradients.py     the verdicts of a file
    writing.py       a term in the author's library and names
    forwards.py      a function read alone
    sharing.py       expressions in which what stands twice is named once
    drafting.py      a derivative of it as statements
    trials.py        tests beside what is written
    drafts.py        what can be written for a function
    check.py         everything that there is to report of a file
    snippets.py      what a few lines give of arrays that are known
    found.py         the report itself, plain data
    at_line.py       what stands at a line, to be differentiated
    entry.py         where the rest of the program comes in
    telling.py       what there is to say at a place
"""
