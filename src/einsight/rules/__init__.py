"""Rules and the engine that applies them.

rule.py        what a rule is
engine.py      normal forms, and derivations in named steps
functions.py   elementwise functions: derivative, values, where SymPy fills in
pattern.py     rules written in the language itself
delta.py, derivative.py, algebra.py, brackets.py, orthogonal.py   the built-in families
accumulation.py   derivatives through many definitions, backwards
catalogue.py   rules and functions by name
"""
