"""Constants whose size the other names of a formula settle: `I - 1/n 1 1'` before an `X` is `I(n) - 1/n ones(n) ones(n)'`.

Each is taken for a name that nobody declares, and gets the size with which the formula conforms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, pairwise

from ..lowering.mentioned import walk
from ..lowering.names import Names, canonical_name
from ..syntax.parse import parse_statement
from ..syntax.tree import Call, Chain, Name, Node, Num, Relation, Transpose
from .inference import STRICT
from .nodes import Lengths
from .shapes import shapes

VECTOR, SQUARE = "vector", "square"


def sized(text: str, names: Names) -> str | None:
    """The text with a size for each constant, where the names that are declared settle them all; else None."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation):
        return None
    found = list(_constants(tree))
    kinds = {f"{kind}{'abcdefghijklmnopqrstuvwxyz'[k % 26] * (k // 26 + 1)}": kind for k, (_, kind) in enumerate(found)}
    if not found or any(names.knows(n) for n in kinds):
        return None
    named = text
    places = sorted(zip(found, kinds, strict=True), key=lambda p: p[0][0].start, reverse=True)
    for (node, _), name in places:
        named = f"{named[: node.start]} {name} {named[node.end :]}"
    again, problems = parse_statement(named)
    if problems or not isinstance(again, Relation):
        return None
    shape = next(shapes(again, list(kinds), names, False, kinds, STRICT), None)
    if shape is None or not all(names.is_dimension(d) or d.isdigit() for d in chain(*shape.values())):
        return None
    for (node, kind), name in places:
        constant = "I" if kind == SQUARE else "ones"
        before, behind = text[: node.start], text[node.end :]
        text = f"{before}{' ' * before[-1:].isalnum()}{constant}({shape[name][0]}){' ' * behind[:1].isalnum()}{behind}"
    return text


_SIGN = re.compile(r"(?<![^\W\d_])(?:I|ones)(?![^\W_])|(?<![\w.])0*1(?!\d)")


def has_unsized(text: str) -> bool:
    """Does a constant stand in it whose size nothing beside it says?"""
    if _SIGN.search(text) is None:
        return False
    tree, problems = parse_statement(text)
    return not problems and isinstance(tree, Relation) and next(_constants(tree), None) is not None


def _constants(tree: Relation) -> Iterator[tuple[Node, str]]:
    """Those whose size nothing beside them says: `I`, `ones`, and 1 where only a vector can stand."""
    callees = {id(n.callee) for n in walk(tree) if isinstance(n, Call)}
    vectors: dict[int, Node] = {}
    for node in walk(tree):
        if isinstance(node, Transpose) and _is_one(node.argument):
            vectors[node.argument.start] = node.argument
        if isinstance(node, Chain):
            for (_, before), (operator, behind) in pairwise(node.items):
                if _is_one(before) and operator == "" and isinstance(behind, Transpose):
                    vectors[before.start] = before
    for node in walk(tree):
        if isinstance(node, Name) and id(node) not in callees and canonical_name(node.text) in ("I", "ones"):
            yield node, SQUARE if node.text == "I" else VECTOR
        elif isinstance(node, Num) and vectors.get(node.start) is node:
            yield node, VECTOR


def _is_one(node: Node) -> bool:
    return isinstance(node, Num) and node.value == 1


# what MATLAB, Julia and R ask for: how long an array is
_LENGTH = re.compile(r"(?<![\w.])(length|numel|nrow|ncol|size)\(\s*([^\W\d_]\w*)\s*(?:,\s*([12])\s*)?\)")


def with_lengths(text: str, names: Names) -> tuple[str, list[str]]:
    """A text with `length(y)` and `size(X, 1)` as the names of dimensions, and declarations of arrays that have none yet."""
    if "(" not in text or _LENGTH.search(text) is None:
        return text, []
    tensors = {n: e.tensor for n, e in names.all().items() if e.tensor is not None}
    letters = {canonical_name(w) for w in re.findall(r"[^\W\d_]\w*", text)}
    lengths = Lengths({n: tuple(map(str, t.dims)) for n, t in tensors.items()}, letters)

    def length(found: re.Match[str]) -> str:
        called, name, place = found[1], canonical_name(found[2]), found[3]
        rank = len(lengths.dims.get(name, ())) or (2 if name[0].isupper() else 1)
        axis = int(place) - 1 if place else 1 if called == "ncol" else 0
        asked = called == "size" and not place or called in ("length", "numel") and rank > 1
        known = names.is_function(called) or names.knows(called) or asked
        return found[0] if known else lengths.of(name, axis, rank) or found[0]

    return _LENGTH.sub(length, text), lengths.declared
