"""Trees become terms: names, dimensions, ranks, the summation convention, matrix notation, shapes.

A statement:
    statements.py   which kind of statement it is, and what is told to those after it
    declarations.py arrays, unknown functions, sizes of dimensions
    relations.py    definitions, claims, chains, queries
    lowered.py      what became of it

An expression, part by part (each asks `Context.read` for what stands inside):
    expressions.py  who reads which kind of node; names, numbers, postfix
    rows.py         factors in a row: what governs the rest, the summation convention; which factors are signs (operators.py)
    sums.py         `∑`, with its bounds (bounds.py), and how far it reaches on paper (reach.py)
    products.py     products of whole arrays: conformity, and what to say where it fails
    elementwise.py  sums, elementwise operations and powers
    indexing.py     indices on names and on whole expressions, shifted ones too
    calls.py        who is called; functions of arrays and elementwise ones (functions.py), those of arrays by a row each of a
                    table (function_table.py): along an axis or an index (axes.py), by a formula (array_functions.py), or built
                    (matrix_functions.py); norms by their subscripts (norms.py)
    constants.py    `1_n`, `0_{n×m}`, `I_n`, unit vectors
    derivatives.py  every spelling of a derivative; its axes as rows and columns (layout.py)
    kronecker.py    functions of Kronecker products, by their factors

What they share:
    context.py      the state of reading one statement: names, report, what was learned of dimensions and indices
    values.py       a matrix-notation value: a term and the axes it is laid out along
    names.py        what a name means at a place of a document; definitions further down (linking.py), circles (circles.py)
    properties.py   which properties a matrix can have together
    mentioned.py    which names a tree mentions
    marks.py        what each piece of the text was taken for
    report.py       diagnostics, with spans and fixes
"""
