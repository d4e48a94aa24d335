"""Notes as statements that conform, in the order in which they count.

plan.py           what a paragraph declares, then its relations; what nobody declares gets a shape
paragraphs.py     which formulas belong together, and what is said under a condition
words.py          shapes and properties that the words around formulas say
differentials.py  `df`, `dX`, and what they are the differentials of
gradients.py      derivatives of a function that is never defined: the chain rule through what is
tables.py         rows that pair a function with its derivative
mending.py        a declaration that must be another one
shapes.py         shapes with which a formula conforms
trees.py          walks over trees, and changes of a statement's text that keep its places
"""

from .plan import planned

__all__ = ["planned"]
