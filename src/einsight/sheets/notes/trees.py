"""Walks over the trees of statements, and changes of a statement's text that keep the places of the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ...documents.regions import Region
from ...lowering.names import canonical_name
from ...lowering.reach import with_reach
from ...syntax.parse import parse_statement
from ...syntax.tree import Indexed, Name, Node, Relation

# a part of a statement's text, and what stands there instead
Change = tuple[int, int, str]


def base_name(node: Node) -> str:
    """The name under indices, `y` of `y_i`; empty where there is none."""
    while isinstance(node, Indexed):
        node = node.base
    return canonical_name(node.text) if isinstance(node, Name) else ""


def changed(region: Region, changes: Iterable[Change]) -> Region:
    """The region with other text in some places; all of what is new stands for what was there."""
    text, places = region.text, list(region.places)
    for start, end, new in sorted(changes, reverse=True):
        spot = region.map_span((start, end))
        text = text[:start] + new + text[end:]
        places[start:end] = [spot] * len(new)
    return replace(region, text=text, places=tuple(places))


def with_sums_to_their_ends(region: Region) -> Region:
    """The region with brackets around what a sum is of on paper."""
    if not region.translated:
        return region
    return changed(region, [(place, place, bracket) for place, bracket in with_reach(region.text)])


def closing(text: str, at: int) -> int:
    """Behind the bracket that closes the one at a place; 0 where none does."""
    depth = 0
    for k in range(at, len(text)):
        depth += (text[k] in "([") - (text[k] in ")]")
        if depth == 0:
            return k + 1
    return 0


def part(region: Region, start: int, end: int) -> Region:
    """Some of a region's text, as a statement of its own at the same place."""
    return replace(region, text=region.text[start:end], places=region.places[start:end])


def relation_of(region: Region) -> Relation | None:
    """The tree of a region that is to be a relation."""
    tree = parse_statement(region.text)[0]
    return tree if isinstance(tree, Relation) and len(tree.sides) > 1 else None


def as_relation(made: Region, region: Region, tree: Relation) -> tuple[Region, Relation]:
    """A changed region with its tree, if it is a relation still; else as it was."""
    found = relation_of(made) if made.text != region.text else None
    return (made, found) if found is not None else (region, tree)
