"""Is there a world in which a formula of a page says something, and does it hold in it?

What a slot is, a number, a vector, a matrix, is sought with the likeliest first, until the formula and all that it rests on go
together; then it is computed in worlds of different sizes.  What holds in all of them is right; what does not may have been meant
of another world, so that this finds nothing but what is right.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..asking.ranks import NUMBER
from ..lowering.mentioned import walk
from ..lowering.names import canonical_name
from ..syntax.tree import Group, Indexed, Name, Node, Num, Symbol
from . import jets
from .arrays import Array, Unfit
from .definitions import PRIME, SQUARE, Page
from .numbers import MOST_PLACES, Numbers
from .shapes import Shapes
from .unknowns import behind, gradient_of, unknowns_of

# ways to choose what the slots are that are tried, and of those that go together, that are computed
MOST_WAYS, MOST_WORLDS = 100, 4
# how much less likely than the likeliest a world may be
UNLIKELIER = 0.9
# sizes of the dimensions in the order in which they are met, in each world
_SIZES = ((3, 2, 4, 2, 3, 5), (2, 4, 3, 5, 2, 3))
_CLOSE = 1e-7


@dataclass(frozen=True)
class World:
    """What a formula holds in: what its names are taken for."""

    premises: tuple[str, ...]


def holds(page: Page, at: int, left: Node, right: Node, layout: str, variable: str = "") -> World | None:
    """The world in which two sides of a formula of the page are equal, as far as numbers show; None where there is none."""
    if _gives_value(page, at, left):
        return None
    for marks in (True, False):
        found = _holds(page, at, left, right, layout, marks, variable)
        if found is not None or not any(isinstance(n, Name) and n.text[:1] in ("d", "δ") for s in (left, right) for n in walk(s)):
            return found
    return None


def _gives_value(page: Page, at: int, left: Node) -> bool:
    """Does a formula say what its left side is, which nothing else says?"""
    name, count = "", 0
    if isinstance(left, Name):
        name = canonical_name(left.text)
    elif isinstance(left, Indexed) and isinstance(left.base, Name) and left.base.text != "δ":
        name, entries = page.subscript(left)
        count = len(entries)
    marked = gradient_of(name, page) or page.transposed(name) or name.endswith(PRIME) or name in ("I", "ones", "e")
    if not name or marked:
        return False
    known = any(page.definition(n, k, at) is not None for n in (name, name + SQUARE) for k in (0, count, *page.counted.get(name, ())))
    return not known


def _holds(page: Page, at: int, left: Node, right: Node, layout: str, marks: bool, variable: str) -> World | None:
    try:
        unknowns = unknowns_of(page, at, (left, right), marks, variable)
    except (Unfit, RecursionError):
        return None
    for shapes, free in itertools.islice(_conforming(page, at, left, right, layout, unknowns), MOST_WORLDS):
        if _is_equal(shapes, free, left, right, False):
            return World(tuple(_premises(shapes)))
        if page.facts.symmetric and page.definite and _is_equal(shapes, free, left, right, True):
            return World((*_premises(shapes), "matrices whose determinants have logarithms are symmetric, as the page says of some"))
    return None


def _conforming(page, at, left, right, layout, unknowns) -> Iterator[tuple[Shapes, dict[str, object]]]:
    """The ways in which both sides go together, the likeliest first; none that is much less likely than the first."""
    letters = dict.fromkeys([*page.free((left, right)), *(n for d in behind(page, at, (left, right)) for n in d.free)])
    most = math.inf
    count = itertools.count()
    waiting: list[tuple[float, int, dict[object, int]]] = [(0.0, next(count), {})]
    seen: set[frozenset] = {frozenset()}
    for _ in range(MOST_WAYS):
        if not waiting:
            return
        cost, _, chosen = heapq.heappop(waiting)
        if cost > most:
            return
        shapes = Shapes(page, at, layout, unknowns, chosen)
        free = {letter: shapes.fresh() for letter in letters}
        shapes.index = dict(free)
        shapes.is_index = set(free)
        try:
            shapes.begin(left)
            sides = [shapes.value(n) for n in (left, right)]
            zero = [_is_zero(n) for n in (left, right)]
            if not any(zero):
                shapes.fit(*sides)
            fits = True
        except Unfit:
            fits = False
        except RecursionError:
            return
        if fits and not _is_shrunk(shapes):
            most = min(most, cost + UNLIKELIER)
            yield shapes, free
        for key, options in shapes.options.items():
            now = chosen.get(key, 0)
            if now + 1 < len(options):
                after = {**chosen, key: now + 1}
                mark = frozenset(after.items())
                if mark not in seen:
                    seen.add(mark)
                    heapq.heappush(waiting, (cost + options[now + 1][1] - options[now][1], next(count), after))


def _premises(shapes: Shapes) -> Iterator[str]:
    """What each slot is, in words."""
    for (name, count), shape in shapes.slots.items():
        kind = ("number", "vector", "matrix")[sum(d != "1" for d in shape)]
        one = f"`{name}`" if not count else f"each of `{name}`"
        yield f"{one} is a {kind}"


def _is_shrunk(shapes: Shapes) -> bool:
    """Is what looks like an array a number, beside arrays?  Much holds of numbers that does not hold of arrays."""
    ranks = {}
    for (name, count), shape in shapes.slots.items():
        ranks[name, count] = sum(d != "1" for d in shape)
    small = [
        key for key, options in shapes.options.items()
        if len(key) == 2 and isinstance(key[1], int) and options[0][0] not in (NUMBER, True, "entrywise")
        and options[min(shapes.chosen.get(key, 0), len(options) - 1)][0] == NUMBER
    ]  # fmt: skip
    return bool(small) and any(ranks.values()) and any(ranks.get(k) for k in shapes.options if len(k) == 2 and isinstance(k[1], int))


def _is_zero(node: Node) -> bool:
    while isinstance(node, Group):
        node = node.inner
    return isinstance(node, Num) and node.value == 0


def _is_equal(shapes: Shapes, free: dict[str, object], left: Node, right: Node, symmetric: bool) -> bool:
    """Are both sides the same in worlds of several sizes, and not because nothing depends on anything?"""
    seen = 0
    for k, sizes in enumerate(_SIZES):
        found = None
        for positive in (False, True):
            try:
                found = _compared(Numbers(shapes, k, sizes, positive, symmetric), free, left, right)
                break
            except (ValueError, ZeroDivisionError, OverflowError):
                continue
            except (Unfit, RecursionError, KeyError, IndexError):
                return False
        if not found:
            return False
        seen += 1
    return seen == len(_SIZES)


def _compared(numbers: Numbers, free: dict[str, object], left: Node, right: Node) -> bool:
    ranges = [range(numbers.size(d)) for d in free.values()]
    zero = _is_zero(left) or _is_zero(right)
    some = False
    numbers.begin(left)
    for places in itertools.islice(itertools.product(*ranges), MOST_PLACES):
        numbers.index = dict(zip(free, places, strict=True))
        one, other = numbers.value(left), numbers.value(right)
        if not _is_close(one, other, zero):
            return False
        some = True
    return some and numbers.met <= numbers.moved


def _is_close(one: Array, other: Array, zero: bool) -> bool:
    if zero:
        one = one if not one.is_number or len(other.items) == 1 else one
        return all(abs(jets.plain(x)) < _CLOSE for v in (one, other) for x in v.items)
    if one.shape != other.shape:
        return False
    pairs = [(jets.plain(x), jets.plain(y)) for x, y in zip(one.items, other.items, strict=True)]
    size = max((max(abs(x), abs(y)) for x, y in pairs), default=0.0)
    return size < 1e12 and all(abs(x - y) <= _CLOSE * (1 + size) for x, y in pairs)


