"""What is the derivative?

derive.py     derivatives, simplification, rewriting
questions.py  what is asked: declarations, an expression, a variable
answering.py  what ends an answer: time, memory, rewriting without an end
reducing.py   a term carried out, in the names that the expression had
steps.py      the steps that lead there, as text; narrated.py shows them

derived.py    the result: matrix form, layout, steps, numbers, code, each when it is asked for
readback.py   a matrix form is read again before it is shown, and must be the term that it was made of
products.py   the terms of products with a derivative, which is not formed
sources.py    source code of these

Plain data in and out; whether somebody's claim about a derivative holds is `judging`.
"""

from ..plugins.loading import install

install()  # whatever is derived, the catalogue is filled from the plugins first
