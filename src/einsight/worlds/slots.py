"""The slots of a world: what each name without a definition is, a number, a vector, a matrix, and which dimensions are the same."""

from __future__ import annotations

import itertools

from ..asking.ranks import MATRIX, MEMBER, NUMBER, ROW, VECTOR, ranks_of
from .algebra import Options
from .arrays import Unfit
from .definitions import ANYWHERE, Page
from .reading import Reading
from .unknowns import Unknowns

ONE = "1"
Dim = object
Shape = tuple[Dim, Dim]
SCALAR: Shape = (ONE, ONE)
APART, ROWS, COLUMNS = "apart", "rows", "columns"
ENTRYWISE, FIELD, MAP = "entrywise", "field", "map"


class Slots(Reading[Shape, Dim]):
    """
    chosen   which of its options each slot takes, the first where nothing says
    options  of the slots that were met
    has_exponentials  is there one of a square matrix?
    """

    def __init__(self, page: Page, at: int, layout: str, unknowns: Unknowns, chosen: dict[object, int]):
        super().__init__(page, at, layout, unknowns)
        self.chosen = chosen
        self.options: dict[object, Options] = {}
        self.same: dict[Dim, Dim] = {}
        self.axes: dict[object, tuple[Dim, ...]] = {}
        self.slots: dict[tuple[str, int], Shape] = {}
        self.parts: set[tuple[str, int]] = set()
        self.rows_of: set[str] = set()
        self.stacks: dict[str, tuple[str, bool]] = {}
        self.constants: dict[tuple[str, int], Shape] = {}
        self.is_index: set[str] = set()
        self.has_exponentials = False
        told = {d for dims in page.told.values() for d in dims}
        self._sizes = {d for d in told if not d.isdigit()}
        self._lengths = told | set(map(str, range(100)))
        self._new = itertools.count()

    # dimensions

    def fresh(self) -> Dim:
        return next(self._new)

    def root(self, dim: Dim) -> Dim:
        while dim in self.same:
            dim = self.same[dim]
        return dim

    def unify(self, left: Dim, right: Dim) -> None:
        left, right = self.root(left), self.root(right)
        if left == right:
            return
        if ONE in (left, right):
            raise Unfit("an axis of a number")
        if isinstance(left, int):
            self.same[left] = right
        elif isinstance(right, int):
            self.same[right] = left
        elif isinstance(left, tuple) and isinstance(right, tuple) and left[0] == right[0]:
            self.unify(left[1], right[1])
            self.unify(left[2], right[2])
        elif isinstance(left, str) and isinstance(right, str) and not {left, right} <= self._lengths:
            name, other = (right, left) if left in self._lengths else (left, right)
            self.same[name] = other
        else:
            raise Unfit("two dimensions")

    def fit(self, left: Shape, right: Shape) -> None:
        self.unify(left[0], right[0])
        self.unify(left[1], right[1])

    def is_number(self, value: Shape) -> bool:
        return value[0] == ONE and value[1] == ONE

    def axes_of(self, key: object, count: int) -> tuple[Dim, ...]:
        if key not in self.axes:
            self.axes[key] = tuple(self.fresh() for _ in range(count))
        return self.axes[key]

    # slots

    def choice(self, key: object, options: Options) -> object:
        self.options.setdefault(key, options)
        return options[min(self.chosen.get(key, 0), len(options) - 1)][0]

    def slot(self, name: str, places: tuple[Dim, ...]) -> Shape:
        count = len(places)
        told = self.told(name)
        if not count:
            return self._whole(name, told)
        member = self.page.members.get((name, count))
        if member is not None and len(member) < 3:
            for place, axis in zip(places, self.axes_of((name, count), count), strict=True):
                self.unify(place, axis)
            return self._kept(name, count, (*member, ONE, ONE)[:2])  # type: ignore[arg-type]
        if told is not None and len(told) == count and self.is_part(name, count):
            self._part(name, places)
            return SCALAR
        if told is not None and len(told) == count == 1:
            self.unify(places[0], self.axes_of((name, count), count)[0])
            return self._kept(name, count, (told[0], ONE))
        if told is not None and len(told) == 2 and count == 1:
            self.unify(places[0], told[0])
            self.rows_of.add(name)
            return (told[1], ONE)
        if told is not None:
            raise Unfit("indices of what has none")
        if name in self.page.whole and self.is_part(name, count):
            self._part(name, places)
            return SCALAR
        for place, axis in zip(places, self.axes_of((name, count), count), strict=True):
            self.unify(place, axis)
        found = self._sloted(name, count, _member_options(name, count, self.page))
        if count == 1 and found[1] == ONE != found[0]:
            self._link(name, places[0], found[0])
        return found

    def _link(self, name: str, place: Dim, length: Dim) -> None:
        """The samples `x_i` may be the rows or the columns of `X`."""
        stack = name[0].upper() + name[1:]
        if (
            stack == name
            or (stack not in self.page.whole and stack not in self.page.told)
            or stack in self.page.by_name
        ):
            return
        way = self.choice((name, "stacked"), ((APART, 0), (ROWS, 0.3), (COLUMNS, 0.6)))
        if way == APART:
            return
        rows, columns = self._whole(stack, self.told(stack))
        self.unify(place, rows if way == ROWS else columns)
        self.unify(length, columns if way == ROWS else rows)
        self.stacks[name] = stack, way == ROWS

    def told(self, name: str) -> tuple[str, ...] | None:
        """The dimensions that something says a name has; it may have been said of another one."""
        found = self.page.told.get(name)
        if found is None or name not in self.page.facts.loose:
            return found
        return found if self.choice((name, "as told"), ((True, 0), (False, 1.2))) else None

    def _part(self, name: str, places: tuple[Dim, ...]) -> None:
        """A component of what stands elsewhere without indices."""
        self.parts.add((name, len(places)))
        rows, columns = self._whole(name, self.told(name), len(places))
        for place, axis in zip(places, [d for d in (rows, columns) if d != ONE], strict=True):
            self.unify(place, axis)

    def _whole(self, name: str, told: tuple[str, ...] | None, rank: int | None = None) -> Shape:
        if told is not None:
            if len(told) > 2:
                raise Unfit("three axes")
            found: Shape = (*told, ONE, ONE)[:2]  # type: ignore[assignment]
            if rank is not None and len([d for d in found if d != ONE]) != rank:
                raise Unfit("indices")
            return self._kept(name, 0, found)
        if name in self.is_index or name in self._sizes:
            return SCALAR
        counts = {k for k in self.page.counted.get(name, ()) if self.is_part(name, k)}
        if rank is not None or counts:
            rank = rank if rank is not None else max(counts)
            return self._sloted(name, 0, ((rank, 0),))
        return self._sloted(name, 0, _options(name, self.page))

    def _sloted(self, name: str, count: int, options: Options) -> Shape:
        rank = self.choice((name, count), options)
        if (name, count) in self.slots:
            return self.slots[name, count]
        row = (ONE, self.fresh()) if rank == ROW else None
        shape = row or (self.fresh() if rank in (VECTOR, MATRIX) else ONE, self.fresh() if rank == MATRIX else ONE)
        if rank == MATRIX and self.page.facts.kinds.get(name, "").startswith("square"):
            self.unify(*shape)
        return self._kept(name, count, shape)

    def _kept(self, name: str, count: int, shape: Shape) -> Shape:
        if {"symmetric", "positive-definite", "orthogonal"} & self.page.facts.has.get(
            name, frozenset()
        ) and ONE not in shape:
            self.unify(*shape)
        return self.slots.setdefault((name, count), shape)


def _options(name: str, page: Page) -> Options:
    ranks = ranks_of(name, page.facts.kinds) if name != ANYWHERE else (NUMBER,)
    told = name in page.facts.kinds
    if not told and (name, 0) in page.vectors and ranks[0] == NUMBER and VECTOR in ranks:
        ranks = (VECTOR, *(r for r in ranks if r != VECTOR))
    if not told and name in page.numbers and NUMBER in ranks:
        ranks = (NUMBER, *(r for r in ranks if r != NUMBER))
    found: list[tuple[object, float]] = [(rank, k * (2.0 if told else 1.0)) for k, rank in enumerate(ranks)]
    if VECTOR in ranks and ranks[0] != NUMBER:
        found.append((ROW, 3.0))
    return tuple(found)


def _member_options(name: str, count: int, page: Page) -> Options:
    if count > 1:
        return ((NUMBER, 0), (VECTOR, 1.5)) if name[0].islower() else ((NUMBER, 0), (MATRIX, 2))
    kind = page.facts.kinds.get(name + MEMBER) or page.facts.kinds.get(name, "")
    if kind in ("vector", "sample") or kind.startswith("bold"):
        return ((VECTOR, 0), (NUMBER, 2))
    if name[0].islower() and (name, count) in page.vectors:
        return ((VECTOR, 0), (NUMBER, 0.8))
    if name[0].isupper():
        return ((NUMBER, 0.5), (MATRIX, 0.5), (VECTOR, 1))
    return ((NUMBER, 0), (VECTOR, 0.5))
