"""Declarations as most are written, `A, B in R^(n x m) symmetric`, read by one expression instead of the grammar's tables.

What it does not match is for the grammar, and what it matches is read as the grammar reads it, which a test holds it to.
"""

from __future__ import annotations

import re

from .tree import Declaration, Extent, Property, Space, Target

_NAME = r"(?!(?:in|dim|where)\b)[A-Za-zΑ-ω][A-Za-zΑ-ω0-9]*"
_SIZE = r"(?:[A-Za-z][A-Za-z0-9]*|[0-9]+)"
_DECLARATION = re.compile(
    rf" *({_NAME}(?: *, *{_NAME})*) *(?:∈| in ) *([Rℝ])(?:\^(?:({_SIZE})|\(( *{_SIZE}(?:(?: +x +| *[×*] *){_SIZE})*) *\)))?"
    r"((?: +[a-z]+(?:-[a-z]+)*)*) *"
)
_SIZES, _WORD = re.compile(rf"{_SIZE}(?= *[×*]| +x |\Z)"), re.compile(r"[^ ,]+")


def plain_declaration(text: str) -> Declaration | None:
    """The tree of a declaration without anything else in it; None for any other text."""
    found = _DECLARATION.fullmatch(text)
    if found is None:
        return None
    begin, end = found.span(1)
    if "," in found[1]:
        targets = tuple([Target(m.start(), m.end(), m[0]) for m in _WORD.finditer(text, begin, end)])
    else:
        targets = (Target(begin, end, found[1]),)
    group = 3 if found[3] else 4
    extents: tuple[Extent, ...] = ()
    if found[group]:
        sizes = _SIZES.finditer(text, found.start(group), found.end(group))
        extents = tuple([Extent(m.start(), m.end(), int(m[0]) if m[0].isdigit() else m[0]) for m in sizes])
    space = Space(found.start(2), extents[-1].end if extents else found.end(2), extents)
    properties: tuple[Property, ...] = ()
    if found[5]:
        words = _WORD.finditer(text, found.start(5), found.end(5))
        properties = tuple([Property(m.start(), m.end(), m[0]) for m in words])
    end = properties[-1].end if properties else space.end
    return Declaration(targets[0].start, end, targets, space, properties)
