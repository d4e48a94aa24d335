"""Terms to source code.

numpy.py   a function of NumPy arrays
"""
