"""Trees become terms: names, dimensions, ranks, the summation convention, matrix notation, shapes.

report.py       diagnostics, with spans and fixes
names.py        what a name means at a place of a document
properties.py   which properties a matrix can have together
values.py       a matrix-notation value: a term and the axes it is laid out along
operators.py    which factors of a chain are sums and derivatives, read off with the names known
expressions.py  an expression's value, in both notations
indexing.py     indices on names and on whole expressions, shifted ones too
bounds.py       bounds of sums, and sums over a part of an axis
derivatives.py  every spelling of a derivative
layout.py       a derivative's axes as rows and columns
kronecker.py    functions of Kronecker products, by their factors
arrays.py       sums, elementwise operations and functions of whole arrays
products.py     products of whole arrays: conformity, and what to say where it fails
statements.py   declarations, definitions, claims and queries
"""
