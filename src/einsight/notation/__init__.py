"""Terms to text: index form, matrix form, LaTeX.

index_form.py   components with free and dummy indices
index_latex.py  the same in LaTeX
summation.py    which indices the convention sums without a `∑`
matrix_form.py  reads the matrix back off the indices
kronecker.py    the same where rows or columns run over two indices
array_text.py   texts of arrays and of their transposes, which those two put together
tree_latex.py   a formula as it was written, in LaTeX
latex_names.py  names in LaTeX
changes.py      which parts of two formulas differ, for the steps of a derivation
ordering.py     the order in which a person would write factors and summands
quoting.py      text of others, where it is put into a format
picture.py      a formula as an image
"""
