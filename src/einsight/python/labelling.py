"""Labels that are known: what holds with each of a few ways to give them holds with all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..terms import build
from ..terms.dimension import Slot
from ..terms.term import Bracket, Component, Number, Position, Term
from ..terms.walk import map_parts
from .labels import LABELS, ROWS

# which label each entry of an array of labels is, as a condition on its place, for the array of that number
Labelling = Callable[[int, Sequence[Slot]], list[tuple[Term, int]]]


def labelled(term: Term, labels: Sequence[str], labelling: Labelling) -> Term:
    """With labels that are known, those of arrays of these names."""
    own = {t for t in term.depends if t.name.removesuffix(ROWS) in labels}
    memo: dict[Term, Term] = {}

    def visit(part: Term) -> Term:
        if own.isdisjoint(part.depends):
            return part
        found = memo.get(part)
        if found is None:
            found = memo[part] = put(part)
        return found

    def put(part: Term) -> Term:
        if isinstance(part, Component):
            name = part.tensor.name.removesuffix(ROWS)
            if name in labels and LABELS in part.tensor.properties:
                *at, place = part.indices
                ways = labelling(labels.index(name), at)
                return build.add(*(build.product([where, build.delta(place, max(k, 0) + 1)]) for where, k in ways))
            if name in labels:
                ways = labelling(labels.index(name), part.indices)
                return build.add(*(build.product([where, build.number(k)]) for where, k in ways))
        return map_parts(part, visit)

    return visit(term)


def labellings(labels: Sequence[str], *terms: Term) -> list[Labelling]:
    """Every label is the first.  What is right so and with two labels is right: a row is like any other, and so is a label.

    Of arrays side by side one begins with the first label and the next with the second.  What numbers are asked for besides are labels, too.
    """
    own = [t for x in terms for t in x.depends if t.name.removesuffix(ROWS) in labels]
    rank = max((len(t.dims) - (LABELS in t.properties) for t in own), default=1)
    others = _asked_of(labels, terms)

    def alike(number: int, at: Sequence[Slot]) -> list[tuple[Term, int]]:
        return [(build.ONE, number % 2)]

    def first(axis: int, special: int | None) -> Labelling:
        """The first entry along an axis is one label, all others are the other one; or a number that is asked for."""

        def give(number: int, at: Sequence[Slot]) -> list[tuple[Term, int]]:
            own = number % 2
            if axis >= len(at):
                return [(build.ONE, 1 - own if special is None else special)]
            is_first = build.delta(at[axis], 1)
            rest = build.subtract(build.ONE, is_first)
            return [(is_first, own), (rest, 1 - own)] if special is None else [(is_first, special), (rest, own)]

        return give

    return [alike, *(first(k, None) for k in range(max(rank, 1))), *(first(0, k) for k in others)]


def labels_in(*terms: Term) -> list[str]:
    """The names of arrays of labels: those whose rows stand there, and those of which a place is computed."""
    found = {t.name.removesuffix(ROWS) for term in terms for t in term.depends if LABELS in t.properties}
    for part in (p for term in terms for p in term.walk()):
        if isinstance(part, Bracket) and part.relation == "=":
            sides = [list(side.walk()) for side in (part.left, part.right)]
            if any(isinstance(p, Position) for side in sides for p in side):
                found |= {p.tensor.name for side in sides for p in side if isinstance(p, Component)}
    return sorted(found)


def _asked_of(labels: Sequence[str], terms: Sequence[Term]) -> list[int]:
    """Whole numbers besides the first labels that labels are asked to be."""
    found: set[int] = set()
    for part in (p for term in terms for p in term.walk()):
        if isinstance(part, Bracket):
            for one, two in ((part.left, part.right), (part.right, part.left)):
                if isinstance(one, Component) and one.tensor.name in labels and isinstance(two, Number):
                    found |= {int(two.value)} if two.value.denominator == 1 else set()
    return sorted(found - {0, 1})


def are_counted_twice(labels: Sequence[str], *terms: Term) -> bool:
    """Is a place computed of a label, as in `y - 1`, that stands there itself, too?  Then both are not known together."""
    every = {t.name.removesuffix(ROWS) for term in terms for t in term.depends}
    return any(x != y and x.startswith(y) and x[len(y)] in "+-" for x in labels for y in every)
