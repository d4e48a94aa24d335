"""What a page in a browser asks, where einsight runs in the page: one thread, no files but its own, no NumPy.

preparing.py  what is done before the memory is kept that a page starts from
formula.py    a formula in any spelling: its derivative or its verdicts, what was assumed, code, as plain data
engine.py     messages of the page in, answers out
"""

from ..plugins.loading import install

install()  # the catalogue is filled from the plugins first
