"""What stands on the site, each output carried out when it is built.

carried_out.py  a page in Markdown, with what its commands, sessions and statements give now
pages/          what is written by hand for the site; the reference is that of `docs/pages`
gallery.py      derivations with their code, from gallery.txt
notebook.py     the notebook of `docs`
verdicts.py     claims with an independent truth, as they are judged now, and what is known to fail
sources.py      all pages as Markdown, with formulas in MathML (mathml.py) and the generator's settings
building.py     the generator, the playground, and the links of what came out (links.py)
"""

from ..plugins.loading import install

install()  # the catalogue is filled from the plugins first
