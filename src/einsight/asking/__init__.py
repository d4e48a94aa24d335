"""What is asked, in whatever spelling?

question.py      a question as statements of the language, among the names that it needs
spellings.py     in which spelling a text is written
latex.py         a formula in LaTeX, pasted without its page
code.py          an expression of NumPy, JAX or PyTorch
declarations.py  declarations in the spellings that people use
undeclared.py    what is taken of names that nobody declared; their shapes by unification in shapes.py

Plain text comes in, and text of the language goes out, which the one grammar reads: so that what was understood can be shown.
"""
