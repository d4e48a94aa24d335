"""What is wrong with a formula that holds in no world: a factor, a sign, a term too much.

A formula may fail because it speaks of another world than the one that is tried.  It is only called wrong where one small change
makes it right in that world, in all sizes: then the world is the author's, and the change is what was missed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ..syntax.tree import Addition, Group, Node
from . import arrays, jets
from .arrays import Array, Unfit
from .numbers import MOST_PLACES, Numbers
from .questions import Question, World
from .search import SIZES, conforming, is_close, premises
from .shapes import Shapes
from .unknowns import behind, unknowns_of

_FACTORS = (2.0, 0.5, -1.0, -2.0, -0.5, 4.0, 0.25)


@dataclass(frozen=True)
class Mistake:
    """What would make the right side right, in words, and the world that this rests on."""

    words: str
    world: World


def mistake(asked: Question) -> Mistake | None:
    """The one small change that makes a formula right; None where there is none, or where it rests on more than stands before it."""
    page, at = asked.page, asked.at
    if any(d.order > at or not page.is_near(d, at) for d in behind(page, at, asked.nodes)):
        return None
    try:
        unknowns = unknowns_of(page, at, asked.nodes, True)
    except (Unfit, RecursionError):
        return None
    if unknowns.arguments:
        return None
    shapes, free = next(conforming(asked, unknowns), (None, {}))
    if shapes is None or not all(map(_is_rank, shapes.chosen)) or not _is_said(shapes):
        return None
    found = None
    for k, sizes in enumerate(SIZES):
        here = _changes(asked, shapes, free, k, sizes)
        found = here if found is None else found & here
        if not found:
            return None
    words = min(found or (), key=len, default="")
    return Mistake(words, World(tuple(premises(shapes)))) if words else None


def _is_rank(key: object) -> bool:
    """Is a choice one of what a name is, and not of what a page means by it?"""
    return isinstance(key, tuple) and len(key) == 2 and isinstance(key[1], int)


def _is_said(shapes: Shapes) -> bool:
    """Does the page say of all arrays that they are some?  What rests on a guess accuses nobody."""
    page = shapes.page
    arrays_met = (key for key, shape in shapes.slots.items() if any(d != "1" for d in shape))
    return all(name in page.told or (name, count) in page.members for name, count in arrays_met)


def _changes(asked: Question, shapes: Shapes, free: dict[str, object], seed: int, sizes: tuple[int, ...]) -> set[str]:
    for positive in (False, True):
        try:
            return _found(asked, Numbers(shapes, seed, sizes, positive), free)
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        except (Unfit, RecursionError, KeyError, IndexError):
            break
    return set()


def _found(asked: Question, numbers: Numbers, free: dict[str, object]) -> set[str]:
    """The changes of the right side that make both sides equal, at all places."""
    numbers.begin(asked.left)
    found: set[str] | None = None
    for places in itertools.islice(itertools.product(*(range(numbers.size(d)) for d in free.values())), MOST_PLACES):
        numbers.index = dict(zip(free, places, strict=True))
        left = numbers.value(asked.left)
        parts = [(sign, numbers.value(node)) for sign, node in _terms(asked.right)]
        if all(abs(jets.plain(x)) < 1e-9 for x in left.items):
            continue
        here = set(_fitting(left, parts))
        found = here if found is None else found & here
    return (found or set()) if numbers.met <= numbers.moved else set()


def _terms(node: Node) -> list[tuple[int, Node]]:
    while isinstance(node, Group):
        node = node.inner
    return list(node.items) if isinstance(node, Addition) else [(1, node)]


def _fitting(left: Array, parts: list[tuple[int, Array]]) -> Iterator[str]:
    whole = _sum(parts, {})
    for factor in _FACTORS:
        if is_close(left, arrays.mapped(partial(jets.multiply, factor), whole), False):
            yield _of_factor(factor)
    for k in range(len(parts) if len(parts) > 1 else 0):
        for factor in (0.0, *_FACTORS):
            if is_close(left, _sum(parts, {k: factor}), False):
                yield f"{_of_factor(factor)} in its term {k + 1}" if factor else f"its term {k + 1} is too much"


def _sum(parts: list[tuple[int, Array]], factors: dict[int, float]) -> Array:
    scaled = [
        arrays.mapped(partial(jets.multiply, sign * factors.get(k, 1.0)), value)
        for k, (sign, value) in enumerate(parts)
    ]
    found = scaled[0]
    for one in scaled[1:]:
        found = arrays.entrywise(jets.add, found, one)
    return found


def _of_factor(factor: float) -> str:
    if factor == -1:
        return "the sign is the other one"
    size = abs(factor)
    told = f"a factor {size:g} is missing" if size > 1 else f"a factor {1 / size:g} is too much"
    return told if factor > 0 else f"{told}, and the sign is the other one"
