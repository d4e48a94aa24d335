"""What is the derivative?

derive.py     derivatives, simplification, rewriting: with matrix form, layout, steps, numbers, code
readback.py   a matrix form is read again before it is shown, and must be the term that it was made of
sources.py    the term of which source code is made: a derivative, or a product with it

Plain data in and out; whether somebody's claim about a derivative holds is `judging`.
"""

from ..plugins.loading import install

install()  # whatever is derived, the catalogue is filled from the plugins first
