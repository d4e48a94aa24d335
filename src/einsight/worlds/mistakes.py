"""What is wrong with a formula that holds in no world: one slip, without which it holds in one.

A formula may fail because it speaks of another world than those that are tried.  It is only called wrong where one small change
makes it right: numbers agree by no accident, so the world is the author's, and the change is what was missed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..lowering.layout import LAYOUTS
from ..lowering.mentioned import names_of, walk
from ..syntax.tree import Chain, Group, Indexed, Name, Node
from .arrays import Array, Unfit
from .edits import Edit, edits, names_in
from .facts import Facts
from .numbers import Numbers
from .questions import Question, World
from .search import MOST_WORLDS, SIZES, conforming, holds, is_close
from .shapes import Shapes
from .unknowns import behind, names_behind, unknowns_of

_LAYOUTS = ("denominator", "numerator")
DOT = "\u0307"
# ways to choose what the slots are, fewer than for a formula that may be right: a slip is sought in the likely ones
_WAYS = 16
# combinations of indices at which a slip is tried before it is looked at closely
_FEW_PLACES = 6


@dataclass(frozen=True)
class Mistake:
    """What would make the right side right, in words, and the world that this rests on."""

    words: str
    world: World


def mistake(asked: Question) -> Mistake | None:
    """The one slip without which a formula is right; None where there is none, or where it is right in another layout or for
    symmetric matrices."""
    page, at = asked.page, asked.at
    if asked.has_zero:
        return None  # it is set to 0, or nothing is missing of what is none
    names = names_behind(page, at, asked.nodes)
    if any(d.order > at for d in behind(page, at, asked.nodes)) or names & page.points(at, True).keys():
        return None  # what stands behind may follow from it, and what is given a value right beside it makes it a special case
    if any(_may_be_argument(node) for side in (asked.left, asked.right) for node in walk(side)):
        return None
    if any(_moves(name, asked) for name in names):
        return None
    found = next(_slips(asked), None)
    if found is None:
        return None
    symmetric = page.among(_all_symmetric(page.facts, names))
    meant = (replace(asked, page=one, layout=layout) for one in (page, symmetric) for layout in LAYOUTS)
    return None if any(map(holds, meant)) else found


def _slips(asked: Question) -> Iterator[Mistake]:
    """What may be wrong, the likeliest first; of a formula that does not go together only what changes that."""
    bodies = [d.body for d in behind(asked.page, asked.at, [asked.left])]
    near = [*names_in(asked.right)]
    far = [*near, *_variables(asked), *(n for body in bodies for n in names_in(body))]
    tried: dict[Node, Edit] = {}
    for edit in (*edits(asked.right, near), *edits(asked.right, far)):
        tried.setdefault(edit.node, edit)
    ways = [replace(asked, layout=layout) for layout in _LAYOUTS]
    likely = [_likely(way, [*tried.values()]) for way in ways]
    conforms = any(conform for conform, _ in likely)
    for way, (_, agreeing) in zip(ways, likely, strict=True):
        few = [e for e in agreeing if not e.order] if conforms else [e for e in tried.values() if e.shapes]
        for edit in few:
            world = holds(replace(way, right=edit.node), _WAYS)
            if world is not None:
                yield Mistake(edit.words, world)


def _may_be_argument(node: Node) -> bool:
    """Does a lone name stand in brackets behind something, as nobody writes a factor?  What that is an argument of may be more than is read."""
    behind_it = node.items[1:] if isinstance(node, Chain) else ()
    return any(
        not operator and isinstance(n, Group) and isinstance(n.inner, (Name, Indexed)) for operator, n in behind_it
    )


def _moves(name: str, asked: Question) -> bool:
    """Does the page write a name that it gives no value with a dot, or as a function of what is differentiated in?"""
    page, at = asked.page, asked.at
    if any(page.definition(name, k, at) is not None for k in range(3)):
        return False
    taken = page.taken_in_by(page.formulas[at].tree)
    return name + DOT in page.whole or any((name, variable) in page.called_with for variable in taken)


def _variables(asked: Question) -> Iterator[Node]:
    """What the left side is differentiated in, as it is written."""
    inside = {*asked.page.taken_in_by(asked.page.formulas[asked.at].tree)}
    return (n for n in names_in(asked.left) if inside & names_of(n).keys())


def _all_symmetric(facts: Facts, names: Iterable[str]) -> Facts:
    """With all matrices symmetric that may be square, as the page may mean of them without a word."""
    may_be = [n for n in names if len(set(facts.told.get(n, ()))) < 2]
    return replace(facts, has={**facts.has, **{n: facts.has.get(n, frozenset()) | {"symmetric"} for n in may_be}})


def _tells_apart(shapes: Shapes, names: Iterable[str]) -> bool:
    """Are dimensions that the page calls by two letters two?"""
    letters = {d for n in names for d in shapes.page.told.get(n, ()) if not d.isdigit()}
    return len({shapes.root(d) for d in letters}) == len(letters)


def _likely(asked: Question, tried: list[Edit]) -> tuple[bool, list[Edit]]:
    """Does the formula go together in some way, and what edits make it right there in one world of numbers?"""
    try:
        unknowns = unknowns_of(asked.page, asked.at, asked.nodes, True)
    except (Unfit, RecursionError):
        return False, []
    found: dict[int, Edit] = {}
    some, names = False, names_behind(asked.page, asked.at, asked.nodes)
    for shapes, free in itertools.islice(conforming(asked, unknowns, _WAYS), MOST_WORLDS):
        if not _tells_apart(shapes, names):
            continue
        some = True
        for edit in _agreeing(asked, tried, shapes, free):
            found.setdefault(id(edit), edit)
    return some, list(found.values())


class _Remembering(Numbers):
    """Numbers that keep what a node came to, since many formulas have most of their nodes in common."""

    _kept: dict[object, Array | None]

    def begin(self, left: Node) -> None:
        super().begin(left)
        self._kept, self._first = {}, dict(self.instead)

    def value(self, node: Node) -> Array:
        if self.level or self.inside or self.instead != self._first:
            return super().value(node)
        key = id(node), tuple(self.index.items())
        if key not in self._kept:
            try:
                self._kept[key] = super().value(node)
            except Unfit:
                self._kept[key] = None
        found = self._kept[key]
        if found is None:
            raise Unfit("a part that does not fit")
        return found


def _agreeing(asked: Question, tried: list[Edit], shapes: Shapes, free: dict[str, object]) -> list[Edit]:
    """The edits with which both sides are the same in one world of numbers."""
    for positive in (False, True):
        numbers = _Remembering(shapes, 0, SIZES[0], positive)
        left = tried
        try:
            numbers.begin(asked.left)
            ranges = [range(numbers.size(d)) for d in free.values()]
            for places in itertools.islice(itertools.product(*ranges), _FEW_PLACES):
                numbers.index = dict(zip(free, places, strict=True))
                value = numbers.value(asked.left)
                left = [edit for edit in left if _is(value, numbers, edit.node, asked.has_zero)]
            return left
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        except (Unfit, RecursionError, KeyError, IndexError):
            return []
    return []


def _is(value: Array, numbers: Numbers, node: Node, zero: bool) -> bool:
    try:
        return is_close(value, numbers.value(node), zero)
    except (Unfit, RecursionError, KeyError, IndexError, ValueError, ZeroDivisionError, OverflowError):
        return False
