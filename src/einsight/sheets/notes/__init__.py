"""Notes as statements that conform, in the order in which they count.

plan.py           a page as sections to be read, and read again; reader.py its statements one after the other
paragraphs.py     which formulas belong together, and what is said under a condition
known.py          what is known of names so far, and the declarations that say so
refusals.py       why a relation is not read
conditions.py     the properties and the condition under which words say a relation
words.py          shapes and properties that the words around formulas say; properties.py which words, or equations, name one
bounds.py         what is said of names beyond that, and equations that are no claims
shorthand.py      `w_ij` for an entry of `W`, `x · y`; arguments.py functions with their arguments, and their derivatives as people write them
declared.py       declarations and directives that no formula writes
anew.py           letters that get another meaning
second.py         a second reading of what did not hold: with all that its section says, or by itself; solved.py roots of derivatives
inference.py      shapes that a section never declares, by all of its formulas; extents.py how long axes are that only indices name
subscripts.py     what a subscript is on a page: an index, a mark of the name, a sample; typefaces.py what a letter is by how it is set
sections.py       sections within sections, and where holds what is said in one
unknown.py        identities of functions that are never defined
functions.py      names for known functions
differentials.py  `df`, `dX`, and what they are the differentials of
gradients.py      derivatives of a function that is never defined: the chain rule through what is; through.py who puts them out
layers.py         what the definition of a layer says of the next
likely.py         all that a section declares, and what its formulas say of the rest
tables.py         rows that pair a function with its derivative
mending.py        a declaration that must be another one
trees.py          changes of a statement's text that keep its places
"""

from .plan import planned

__all__ = ["planned"]
