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
from contextlib import ExitStack
from dataclasses import replace

from ..asking.ranks import NUMBER
from ..lowering.mentioned import walk
from ..syntax.tree import Call, Name, Node
from ..terms.interruption import poll
from . import arrays, jets
from .arrays import Array, Singular, Unfit
from .edits import names_in
from .functions import ARRAYS, ENTRYWISE
from .letters import is_constant
from .numbers import ELSEWHERE, MOST_PLACES, NORMALISED, SYMMETRIC, Numbers
from .questions import Question, Where, World
from .shapes import Shapes
from .solutions import at_named_solutions, gives_value, of_extreme, roots
from .unknowns import Unknowns, behind, names_behind, unknowns_of

# ways to choose what the slots are that are tried, and of those that go together, that are computed
MOST_WAYS, MOST_WORLDS = 100, 4
# how much less likely than the likeliest a world may be
UNLIKELIER = 0.9
# sizes of the dimensions in the order in which they are met, in each world
SIZES = ((3, 2, 4, 2, 3, 5), (2, 4, 3, 5, 2, 3))
_CLOSE = 1e-7
# how far from a solution it is looked whether nearly all is one
_ELSEWHERE = 0.3
Slot = tuple[str, int]
_SYMMETRIC = "covariances, and matrices whose determinants have logarithms, are symmetric, as the page says of some"
_NORMALISED = "what nothing is differentiated in has entries that add up to 1, as the page says of some"


def holds(asked: Question, ways: int = MOST_WAYS) -> World | None:
    """The world in which two sides of a formula of the page are equal, as far as numbers show; None where there is none."""
    gives = gives_value(asked)
    if _depends(asked) or (not gives and all(map(_is_named, (asked.left, asked.right)))):
        return None
    if gives:
        return next(filter(None, (_answer(one, ways) for one in roots(asked))), None)
    anywhere = (_answer(replace(asked, points=points), ways) for points in _points(asked))
    at_solutions = (_answer(one, ways) for one in (*of_extreme(asked), *at_named_solutions(asked)))
    return next(filter(None, itertools.chain(anywhere, at_solutions)), None)


def _is_named(node: Node) -> bool:
    """Is a side nothing but a name, or a function that the page knows?  `p(x) = q(x)` says that two are one."""
    if isinstance(node, Call):
        known = isinstance(node.callee, Name) and node.callee.text in ENTRYWISE.keys() | ARRAYS
        return isinstance(node.callee, Name) and not known
    return isinstance(node, Name)


def _depends(asked: Question) -> bool:
    """Does it speak of something that changes with something else, as the page says without saying how?

    What is differentiated in is free, and what stands with all of its derivatives here may be any function.
    """
    page, at = asked.page, asked.at
    taken = set(page.taken_in_by(page.formulas[at].tree))
    named = names_behind(page, at, asked.nodes) & page.facts.dependent - taken
    loose = [n for n in named if all(page.definition(n, k, at) is None for k in range(3))]
    if not loose:
        return False
    try:
        of = unknowns_of(page, at, asked.nodes, True).arguments
    except (Unfit, RecursionError):
        return True
    return any(not taken <= {variable for variable, _ in of.get(name, ())} for name in loose)


def _answer(asked: Question, ways: int) -> World | None:
    marked = any(isinstance(n, Name) and n.text[:1] in ("d", "δ") for s in asked.nodes for n in walk(s))
    for marks in (True, False)[: 1 + marked]:
        try:
            unknowns = unknowns_of(asked.page, asked.at, asked.nodes, marks)
        except (Unfit, RecursionError):
            return None
        for shapes, free in itertools.islice(conforming(asked, unknowns, ways), MOST_WORLDS):
            for supposed, where, said in _supposed(asked, shapes, free):
                if _is_equal(replace(asked, where=where), shapes, free, supposed):
                    return World((*premises(shapes), *said, *_familiar(asked), *asked.said))
    return None


def _supposed(asked: Question, shapes: Shapes, free: dict[str, object]) -> Iterator[tuple[str, Where, tuple[str, ...]]]:
    """What may be supposed of names and letters besides what is said of them, with what is told of that; first nothing."""
    page, where = asked.page, asked.where
    yield "", where, ()
    labels = sorted(free.keys() & page.labels)
    if len(labels) > 1 and not where:
        apart = tuple((a, "≠", b) for a, b in itertools.combinations(labels, 2))
        yield "", apart, (f"{' and '.join(f'`{n}`' for n in labels)} are not the same",)
    if page.covariances or (page.facts.symmetric and page.definite):
        yield SYMMETRIC, where, (_SYMMETRIC,)
    named = {name for name, _ in shapes.slots} & page.facts.elsewhere.keys() if asked.put else set[str]()
    if named:
        yield (
            ELSEWHERE,
            where,
            tuple(f"`{n}` is {_listed(page.facts.elsewhere[n])}, as another section says" for n in sorted(named)),
        )
    if page.facts.normalised:
        yield NORMALISED, where, (_NORMALISED,)


def _listed(properties: Iterable[str]) -> str:
    return " and ".join(sorted(properties))


def _familiar(asked: Question) -> Iterator[str]:
    """What is taken for known of functions that a side rests on."""
    rests = {d.name for d in behind(asked.page, asked.at, asked.nodes) if d.order < 0}
    return (f"`{known.name}` is {known.said}" for known in asked.page.facts.familiar if known.name in rests)


def _points(asked: Question) -> Iterator[dict[str, Node]]:
    """Where a formula may be meant: anywhere; at what stands right beside it; where its section puts numbers in, if it has some."""
    yield {}
    if points := asked.page.points(asked.at, not is_constant(asked.right)):
        yield points


# the search


def conforming(
    asked: Question, unknowns: Unknowns, ways: int = MOST_WAYS
) -> Iterator[tuple[Shapes, dict[str, object]]]:
    """The ways in which all goes together, the likeliest first; none that is much less likely than the first."""
    page, at = asked.page, asked.at
    letters = dict.fromkeys(
        [
            *page.free(asked.nodes),
            *(n for one, _, other in asked.where for n in (one, other)),
            *(n for d in behind(page, at, asked.nodes) for n in d.free),
        ]
    )
    most = math.inf
    count = itertools.count()
    waiting: list[tuple[float, int, dict[object, int]]] = [(0.0, next(count), {})]
    seen: set[frozenset[tuple[object, int]]] = {frozenset()}
    for _ in range(ways):
        poll()
        if not waiting:
            return
        cost, _, chosen = heapq.heappop(waiting)
        if cost > most:
            return
        shapes = _with_letters(Shapes(page, at, asked.layout, unknowns, chosen), letters, asked)
        free = dict(shapes.index)
        try:
            fits = _fits(asked, shapes)
        except RecursionError:
            return
        if fits and all(_is_number_by_need(asked, shapes, key) for key in _shrunk(shapes)):
            most = min(most, cost + UNLIKELIER)
            yield shapes, free
        for key, options in shapes.options.items():
            now = chosen.get(key, 0)
            after = {**chosen, key: now + 1}
            mark = frozenset(after.items())
            if now + 1 < len(options) and mark not in seen:
                seen.add(mark)
                heapq.heappush(waiting, (cost + options[now + 1][1] - options[now][1], next(count), after))


def _with_letters(shapes: Shapes, letters: Iterable[str], asked: Question) -> Shapes:
    """With an axis for each of the letters that count and are bound by nothing."""
    shapes.index = {letter: shapes.fresh() for letter in letters}
    shapes.is_index, shapes.points = set(shapes.index), asked.points
    return shapes


def _fits(asked: Question, shapes: Shapes) -> bool:
    try:
        shapes.begin(asked.left)
        for name, value in asked.put:
            shapes.fit(shapes.value(name), shapes.value(value))
        left, right = shapes.value(asked.left), shapes.value(asked.right)
        if not asked.has_zero:
            shapes.fit(left, right)
        for one, _, other in asked.where:
            shapes.unify(shapes.index[one], shapes.index[other])
    except Unfit:
        return False
    return True


def premises(shapes: Shapes) -> Iterator[str]:
    """What each slot is, in words."""
    for (name, count), shape in shapes.slots.items():
        kind = ("number", "vector", "matrix")[sum(d != "1" for d in shape)]
        has = shapes.page.facts.has.get(name, frozenset()) if kind != "number" and not count else frozenset()
        yield f"{'each of ' * bool(count)}`{name}` is a {' '.join((*sorted(has), kind))}"
    if shapes.has_exponentials:
        yield "`exp` of a square matrix is the exponential of the matrix"


def _shrunk(shapes: Shapes) -> list[Slot]:
    """What looks like an array and is a number, beside arrays.  Much holds of numbers that does not hold of arrays."""
    ranks = {key: sum(d != "1" for d in shape) for key, shape in shapes.slots.items()}
    small = [key for key in ranks if key in shapes.options and _is_number_instead(shapes, key)]
    return small if any(ranks.get(key) for key in ranks if key in shapes.options) else []


def _is_number_instead(shapes: Shapes, key: Slot) -> bool:
    options = shapes.options[key]
    return options[0][0] != NUMBER and options[min(shapes.chosen.get(key, 0), len(options) - 1)][0] == NUMBER


def _is_number_by_need(asked: Question, shapes: Shapes, key: Slot) -> bool:
    """Does the left side with its definitions say nothing where a name is an array, as `(u - φ' x)²` of a vector `u`?"""
    for option in range(len(shapes.options[key])):
        other = Shapes(shapes.page, shapes.at, shapes.layout, shapes.unknowns, {**shapes.chosen, key: option})
        try:
            _with_letters(other, shapes.is_index, asked).value(asked.left)
        except Unfit:
            continue
        if shapes.options[key][option][0] != NUMBER:
            return False
    return True


# numbers


def _is_equal(asked: Question, shapes: Shapes, free: dict[str, object], supposed: str) -> bool:
    """Are both sides the same in worlds of several sizes, and not because nothing depends on anything?"""
    return all(_in_some(asked, shapes, free, supposed, seed) for seed in range(len(SIZES)))


def _in_some(asked: Question, shapes: Shapes, free: dict[str, object], supposed: str, seed: int) -> bool:
    """With these sizes, or where something has no inverse with them, with the largest first or last, and no two the same as long as may be."""
    sizes = SIZES[seed]
    for wanted in (sizes, (*sorted({*sizes}, reverse=True), *sizes), (*sorted({*sizes}), *sizes)):
        singular = False
        for positive in (False, True):
            try:
                if _compared(asked, Numbers(shapes, seed, wanted, positive, supposed), free):
                    return True
            except Singular:
                singular = True
            except (ValueError, ZeroDivisionError, OverflowError, Unfit, RecursionError, KeyError, IndexError):
                continue
        if not singular:
            return False
    return False


def _compared(asked: Question, numbers: Numbers, free: dict[str, object]) -> bool:
    ranges = [range(numbers.size(d)) for d in free.values()]
    numbers.begin(asked.left)
    some = loose = False  # are they different at other values than those that are put in?
    for places in itertools.islice(itertools.product(*ranges), MOST_PLACES):
        numbers.step()
        numbers.index = dict(zip(free, places, strict=True))
        if not all(_holds_of(numbers.index, *said) for said in asked.where):
            continue
        one, other = _sides(asked, numbers, 0.0)
        if asked.put:
            loose |= not is_close(*_sides(asked, numbers, _ELSEWHERE), asked.has_zero)
        if not is_close(one, other, asked.has_zero):
            return False
        if asked.has_zero and _holds_a_zero(asked, numbers):
            return False
        some = True
    # where all cancels, a 0 says nothing; but it does at a root, where it is no 0 elsewhere
    moved = numbers.sloped if asked.has_zero and not asked.put else numbers.moved
    return some and numbers.met <= moved and (not asked.put or loose)


def _sides(asked: Question, numbers: Numbers, moved: float) -> tuple[Array, Array]:
    """Both sides with what is put in, or at values so far from that."""
    with ExitStack() as values:
        for name, value in asked.put:
            there = arrays.mapped(lambda x: jets.add(x, moved), numbers.value(value))
            values.enter_context(numbers.with_instead({numbers.place_of(name): there}))
        one, other = numbers.value(asked.left), numbers.value(asked.right)
        if asked.solves and max(len(one.items), len(other.items)) < len(numbers.value(asked.put[0][0]).items):
            raise Unfit("an equation with fewer entries than its unknown, which has other solutions as well")
    return one, other


def _holds_a_zero(asked: Question, numbers: Numbers) -> bool:
    """Is a name within what is said to be 0 itself 0?  `Φ r = 0` says nothing where the sizes leave no residual `r`."""
    sides = [s for s in (asked.left, asked.right) if not isinstance(s, Name)]
    for node in (n for s in sides for n in names_in(s)):
        try:
            value = numbers.value(node)
        except (Unfit, KeyError, IndexError):
            continue
        if is_close(value, value, True):
            return True
    return False


def _holds_of(index: dict[str, int], left: str, relation: str, right: str) -> bool:
    return (index[left] == index[right]) == (relation == "=")


def is_close(one: Array, other: Array, zero: bool) -> bool:
    if zero:
        return all(abs(jets.plain(x)) < _CLOSE for v in (one, other) for x in v.items)
    if one.shape != other.shape:
        return False
    pairs = [(jets.plain(x), jets.plain(y)) for x, y in zip(one.items, other.items, strict=True)]
    size = max((max(abs(x), abs(y)) for x, y in pairs), default=0.0)
    return size < 1e12 and all(abs(x - y) <= _CLOSE * (1 + size) for x, y in pairs)
