"""Terms to text: index form, matrix form, LaTeX.

index_form.py   components with free and dummy indices, plain or LaTeX
matrix_form.py  reads the matrix back off the indices
ordering.py     the order in which a person would write the factors
"""
