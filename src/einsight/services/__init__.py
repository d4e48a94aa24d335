"""One question a file, plain data in and out; the faces only show the answers.

derive.py   derivatives, simplification, rewriting, with matrix form and steps
check.py    the claims of a document, judged
assumptions.py, mistakes.py   what would make a failing claim true: an assumption, or one change
hover.py    what stands at a position
explain.py  the pages of diagnostics and rules
verify.py   rules against numbers
"""

from ..plugins.loading import install

install()  # whatever a service asks, the catalogue is filled from the plugins first
