"""Which nodes of a formula are signs rather than arrays: of sums, of derivatives; numbers that are written out."""

from __future__ import annotations

from collections.abc import Iterator

from ..syntax.quotients import Quotient
from ..syntax.tree import Group, Indexed, Name, Node, Num, Superscript, Symbol


def flat(rows: list[tuple[str, Node]]) -> Iterator[tuple[str, Node]]:
    for operator, unit in rows:
        if isinstance(unit, Quotient):
            yield operator, unit.above[0]
            yield from (("", n) for n in unit.above[1:])
            yield "/", unit.below[0]
            yield from (("", n) for n in unit.below[1:])
        else:
            yield operator, unit


def is_written_out(node: Node) -> bool:
    while isinstance(node, Group):
        node = node.inner
    return isinstance(node, Num)


def is_d(node: Node) -> bool:
    base = node.base if isinstance(node, Superscript) else node
    return isinstance(base, Symbol) or (isinstance(base, Name) and base.text == "d")


def is_sign(node: Node) -> bool:
    base = node
    while isinstance(base, (Superscript, Indexed)):
        base = base.base
    return isinstance(base, Symbol)


def is_nabla(node: Node) -> bool:
    base = node.base if isinstance(node, (Indexed, Superscript)) else node
    return isinstance(base, Symbol) and base.text.startswith("∇")
