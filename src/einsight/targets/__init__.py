"""Terms to source code.

array_source.py   a term as the source of a function of arrays, in whatever dialect
arguments.py      what that function asks for: its arguments, their shapes, the sizes measured on them
subscripts.py     indices as axes and letters
dialect.py        what a library must be able to spell
numpy.py, jax.py, torch.py   one dialect each
"""
