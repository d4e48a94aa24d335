"""Rules and the engine that applies them.

rule.py        what a rule is, and what else a plugin can register
engine.py      normal forms, and derivations in named steps; dispatch.py says which rules are tried on a term
functions.py   elementwise functions: derivative, values; slopes.py holds derivatives to numbers
sympy_table.py   functions that SymPy has, as introspection.py finds them
defined.py     functions that an expression defines, elementwise or of arrays
pattern.py     rules written in the language itself, matched by matching.py, under conditions.py
delta.py, derivative.py, array_derivatives.py, algebra.py, quotients.py, matrix_powers.py, square_products.py, brackets.py,
orthogonal.py   the built-in families
accumulation.py   derivatives through many definitions, backwards
direct.py      derivatives of whole terms at once, as those families would carry them out
function_bodies.py   elementwise functions as terms, and their derivatives
catalogue.py   all of it by name; taught.py lets the language know tensors, properties and functions of arrays
faults.py      what plugins did wrong; profile.py counts what each rule costs
"""
