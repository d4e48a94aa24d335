"""Sums over the members of a set: `∑_{i∈Ω_u}` has `Ω_ui` as a factor, which is 1 for members and 0 for others; `∑_{(i,j)∈E}` has `E_ij`.

Then `|Ω_u|` in the same statement is how many members there are, the sum of that, and no norm or determinant.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from .finding import children, rebuilt
from .subscripts import read_subscript
from .tree import Absolute, Chain, Group, Indexed, Name, Node, Norm, Subscript, Symbol


def with_members(items: list[tuple[str, Node]]) -> list[tuple[str, Node]]:
    """The factors of a row, and behind a sum over the members of a set what tells who is in it."""
    if not [n for _, n in items if type(n) is Indexed and n.subscript.within]:  # type: ignore[attr-defined]
        return items
    found: list[tuple[str, Node]] = []
    for operator, node in reversed(items):
        if isinstance(node, Indexed) and node.subscript.within and found:
            said = node.subscript
            letter = next((c for c in _own(said) if any(_stands(c, n) for _, n in found)), "")
            if letter:
                of = said.within.partition("_")[0]
                problem = (
                    f"`{letter}` stands for the members of `{of}` themselves: give them an index, as in `∑_i … x_i`"
                )
                node = replace(node, subscript=replace(said, problem=problem))
            else:
                found.append(("", _telling(said)))
        found.append((operator, node))
    return found[::-1]


def _own(said: Subscript) -> str:
    """The letters that run over the members."""
    return "".join(e.plain or "" for e in said.entries)


def _telling(said: Subscript) -> Indexed:
    """`Ω_ui` of `∑_{i∈Ω_u}`."""
    name, _, indices = said.within.partition("_")
    below = read_subscript(f"_{indices}", said.start, said.end)
    return Indexed(said.start, said.end, Name(said.start, said.end, name), below)


def _stands(letter: str, node: Node) -> bool:
    """Does a letter stand somewhere as a name?"""
    return isinstance(node, Name) and node.text == letter or any(_stands(letter, n) for n in children(node))


def with_sizes(tree: Any) -> Any:
    """A statement with how many members a set has for the set between bars, of each over which a sum in it runs."""
    sets: dict[str, Subscript] = {}
    _find_sets(tree, sets)
    return _counted(tree, sets) if sets else tree


def _find_sets(node: Node, found: dict[str, Subscript]) -> None:
    if isinstance(node, Subscript) and node.within:
        name, _, indices = node.within.partition("_")
        found[f"{name}_{indices[: -len(node.entries)]}".rstrip("_")] = node
    for inner in children(node):
        _find_sets(inner, found)


def _counted(node: Any, sets: dict[str, Subscript]) -> Any:
    if isinstance(node, (Absolute, Norm)):
        inner = node.inner
        is_indexed = isinstance(inner, Indexed) and isinstance(inner.base, Name)
        written = f"{inner.base.text}_{inner.subscript.text}" if is_indexed else getattr(inner, "text", "")  # type: ignore[attr-defined]
        if written in sets:
            return _size(node, sets[written])
    return rebuilt(node, partial(_counted, sets=sets))


def _size(bars: Node, said: Subscript) -> Node:
    """`∑_i Ω_ui` for `|Ω_u|`."""
    start, end = bars.start, bars.end
    sign = Indexed(start, end, Symbol(start, start, "∑"), read_subscript(f"_{_own(said)}", start, end))
    return Group(start, end, Chain(start, end, (("", sign), ("", replace(_telling(said), start=start, end=end)))))
