"""Terms to source code.

    stable.py ─▶ expansion.py ─▶ diagonals.py ─▶ entries.py, products.py ─▶ lines.py ─▶ text
    exponentials  sums that      arrays on       texts of arrays, in an      equal ones
    in range      cost less      diagonals       order of contraction.py     once

array_source.py  that way as a whole: a function of arrays, in whatever dialect
arrays.py        arrays whose axes are indices; subscripts.py: these as letters of `einsum` and as places for `None`
arguments.py     what a function asks for: its arguments, their shapes, the sizes measured on them
dialect.py       what a library must be able to spell; numpy.py, jax.py, torch.py, dask.py: one each
sympy.py         each entry written out, for symbols
"""
