"""Terms to text: index form, matrix form, LaTeX.

index_form.py      components with free and dummy indices; index_latex.py: the same in LaTeX
gathering.py       what the terms of a sum share, before a bracket
summation.py       which indices the convention sums without a `∑`

matrix_form.py     reads the matrix back off the indices
raising.py         an array of a term, over the rows and columns that it is wanted over
kronecker.py       the same where rows or columns run over two indices
differences.py     differences of neighbours, as total variations have
entries.py         a matrix by its entries, for what has two indices and no matrix form
recognition.py     norms, means, softmax, which stand there in components
array_graph.py     arrays between indices, contracted: products, traces, diagonals
array_text.py      texts of arrays and of their transposes, which those put together
repeated_calls.py  a name for a call that stands there twice

tree_latex.py      a formula as it was written, in LaTeX
latex_names.py     names in LaTeX
ordering.py        the order in which a person would write factors and summands
changes.py         which parts of two formulas differ, for the steps of a derivation
quoting.py         text of others, where it is put into a format
picture.py         a formula as a picture
network.py         a term as a tensor network; network_layout.py: where its nodes stand
diagram.py         the picture of that
html_table.py      a table of texts, as a notebook shows it
"""
