"""Rules and the engine that applies them.

rule.py        what a rule is
engine.py      normal forms, and derivations in named steps
functions.py   elementwise functions: derivative, values, where SymPy fills in
delta.py, derivative.py, matrix.py, algebra.py   the built-in families
catalogue.py   rules and functions by name
"""
