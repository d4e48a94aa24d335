"""Are two terms equal?  By identity, then at random points; a difference comes with the smallest example.

Rational expressions are compared exactly in a prime field, so that agreement at random points of
2^61 - 1 elements leaves no room for chance (Schwartz 1980, Zippel 1979); others in floats.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..terms.dimension import Dim, Index
from ..terms.term import Apply, Derivative, Number, Tensor, Term, has_head
from .counterexample import TOLERANCE, Counterexample, example_at, first_difference
from .evaluate import entries
from .fields import PRIME, Field, Floats, NotInField, NoValueHere, PrimeField, Rationals
from .instances import Instance, Sizes, dims_and_tensors, fill, literal_components, number_reached
from .precise import DIGITS, FEWER_DIGITS, Precise
from .signs import crossings, thresholds
from .sizing import Sizing
from .thin import NotAlike

Values = Callable[[str], Callable[..., float] | None]
# points that are tried, at most, so that few have a value that are enough: one in eight is positive throughout and below 1
MOST_SOUGHT = 64


@dataclass(frozen=True)
class Verdict:
    """`equal` is None where no point could be evaluated; `reason` says why then, `too_large` that none was tried."""

    equal: bool | None
    counterexample: Counterexample | None = None
    reason: str = ""
    too_large: bool = False


def are_equal(left: Term, right: Term, axes: Sequence[Index], values: Values) -> bool:
    """Is equality shown?  Without a counterexample where it is not, and so much faster then."""
    return compare(left, right, axes, values, example=False).equal is True


def agree(left: Term, right: Term, axes: Sequence[Index], values: Values) -> bool:
    """Do the terms agree at two points?  For two forms of our own, which differ grossly where they differ."""
    return compare(left, right, axes, values, points=2, example=False, thorough=False).equal is True


def compare(
    left: Term, right: Term, axes: Sequence[Index], values: Values, points: int = 4, example: bool = True,
    thorough: bool = True, smallest: bool = True,
) -> Verdict:  # fmt: skip
    """Are the two terms equal over those axes, everywhere that the declared properties allow?

    Without `example` the first difference ends it, unconfirmed; if not `thorough`, so does agreement.  Without `smallest` the
    counterexample is the first that was met.
    """
    if left is right:
        return Verdict(True)
    dims, tensors = dims_and_tensors([left, right])
    for axis in axes:
        if axis.dim not in dims and isinstance(axis.dim.value, str):
            dims.append(axis.dim)
    least = literal_components([left, right])
    if any(not t.properties.isdisjoint(("integer", "orthogonal")) for t in tensors):
        points *= 4  # what holds for the whole numbers 0, 1 and 2, or for rotations, need not hold for others
    tolerance = _tolerance(left, right)
    # difference quotients lose their digits where functions saturate: such terms are met near the origin only
    gentle = tolerance > TOLERANCE
    constants = [] if gentle else _constants(left, right)
    far = number_reached([left, right])
    try:
        sizing = Sizing((left, right), axes, dims, tensors, least, far)
    except RecursionError:
        return Verdict(None, reason="the expression is nested too deeply to evaluate")
    points_at = _Problem(left, right, tuple(axes), tuple(dims), tuple(tensors), least, constants, sizing, values)
    points = max(points, 8) if far else points
    agreed, skipped, reason = 0, 0, ""
    for make, wanted in ((_prime_points, points), (_float_points, points if gentle or not thorough else points * 6)):
        attempt, last = -1, wanted * (8 if gentle else 3)
        while (attempt := attempt + 1) < last:
            sizes = sizing.at(attempt)
            if sizes is None:
                skipped += 1
                continue
            field, draw = make(values, 8 * attempt + 3 * (attempt % 2) if gentle else attempt, constants)
            try:
                instance = fill(Instance(field, sizes), tensors, draw, attempt)
                pair = entries(left, instance, axes), entries(right, instance, axes)
            except NotAlike:
                sizing.meet_in_full()
                continue
            except NotInField as problem:
                reason = str(problem)
                if field.exact and not isinstance(problem, NoValueHere):
                    break
                if not field.exact and not gentle:
                    last = max(3 * wanted, min(8 * wanted, MOST_SOUGHT))
                continue
            except RecursionError:
                return Verdict(None, reason="the expression is nested too deeply to evaluate")
            if first_difference(field, *pair, tolerance=tolerance) is not None:
                if not example:
                    return Verdict(False)
                inexact = not field.exact and not gentle
                confirmed = _differ_precisely(points_at, attempt) if inexact else None
                doubtful = inexact and confirmed is None and points_at.known_precisely
                if doubtful or (confirmed is None and not _is_stable(left, right, axes, instance, pair)):
                    reason = "floating-point numbers lose too many digits on it"
                    continue
                if not isinstance(confirmed, bool):
                    shown = _smallest(points_at, values, sizes) if smallest else None
                    return Verdict(False, shown or confirmed or example_at(instance, axes, dims, tensors, *pair))
            agreed += 1
            if agreed >= wanted:
                return Verdict(True) if field.exact or gentle or not thorough else _confirm(points_at, values)
        if agreed:
            break
    if agreed >= points:
        return Verdict(True) if gentle or not thorough else _confirm(points_at, values)
    if skipped:
        return Verdict(None, reason=sizing.too_large, too_large=True)
    return Verdict(None, reason=reason or "no point could be evaluated")


@dataclass(frozen=True)
class _Problem:
    """Two terms and where they are compared."""

    left: Term
    right: Term
    axes: tuple[Index, ...]
    dims: tuple[Dim, ...]
    tensors: tuple[Tensor, ...]
    least: dict[Dim, int]
    constants: list[float]
    sizing: Sizing
    values: Values

    @property
    def known_precisely(self) -> bool:
        """Are all functions of the terms known to more digits?"""
        known = Precise(values=self.values)
        return all(known.function(name) is not None for name in self._functions())

    @property
    def digits(self) -> int:
        """With how many a value is found in reasonable time."""
        own = Precise().functions
        return DIGITS if all(name in own for name in self._functions()) else FEWER_DIGITS

    def _functions(self) -> set[str]:
        return {p.function for t in (self.left, self.right) for p in t.walk() if isinstance(p, Apply)}


def _differ_precisely(problem: _Problem, attempt: int) -> Counterexample | bool | None:
    """The same point to many digits: a counterexample, False where the sides agree, None where it cannot be told.

    A difference counts only when it stays what it is with three times the digits; rounding shrinks.
    """
    rough = _at_digits(problem, attempt, problem.digits)
    if rough is None or rough[3] is None:
        return None if rough is None else False
    fine = _at_digits(problem, attempt, 3 * problem.digits)
    if fine is None or fine[3] is None:
        return None if fine is None else False
    field, instance, (left, right), place = fine
    assert place is not None
    difference = left[place] - right[place]
    before = rough[2][0][place] - rough[2][1][place]
    if abs(difference - before) > abs(difference) / 100:
        return None
    texts = [field.text(left[place]), field.text(right[place])]
    if texts[0] == texts[1]:
        texts[1] += f" (the difference is {field.text(difference)})"
    return example_at(instance, problem.axes, problem.dims, problem.tensors, left, right, place, texts)


def _at_digits(
    problem: _Problem, attempt: int, digits: int
) -> tuple[Precise, Instance, tuple[list, list], int | None] | None:
    """Both sides at the attempt's point, and the first place where they differ."""
    field = Precise(digits, problem.values, problem.digits)
    _, draw = _float_points(lambda name: None, attempt, problem.constants)
    sizes = problem.sizing.at(attempt)
    if sizes is None:
        return None
    try:
        instance = fill(Instance(field, sizes), problem.tensors, lambda p: field.mp.mpf(draw(p)), attempt)
        left, right = (entries(t, instance, problem.axes) for t in (problem.left, problem.right))
    except NotInField:
        return None
    place = next((k for k, (a, b) in enumerate(zip(left, right, strict=True)) if field.differ(a, b)), None)
    return field, instance, (left, right), place


def _beyond_thresholds(problem: _Problem, values: Values) -> Counterexample | None:
    """A point where a piecewise function takes its other branch and the sides differ."""
    left, right = problem.left, problem.right
    arguments = _apart(problem, thresholds(left, right), values)
    if not arguments:
        return None
    near = (
        crossings(a, problem.dims, problem.tensors, problem.least, values, problem.sizing.with_thin) for a in arguments
    )
    for instances in (*near, _at_constants(problem, values)):
        for instance in instances:
            try:
                pair = entries(left, instance, problem.axes), entries(right, instance, problem.axes)
            except NotInField:
                continue
            if first_difference(instance.field, *pair) is not None and _is_there(problem, instance, pair):
                return example_at(instance, problem.axes, problem.dims, problem.tensors, *pair)
    return None


def _apart(problem: _Problem, arguments: Sequence[Term], values: Values) -> list[Term]:
    """Arguments without those that are another one times a number, or with other letters: they change their signs where that does."""
    sizes = problem.sizing.at(0)
    if sizes is None or len(arguments) < 2:
        return list(arguments)
    generator = random.Random(4)
    instance = Instance(Floats(values), sizes)
    try:
        fill(instance, problem.tensors, lambda positive: generator.random() + 0.5)
    except NotInField:
        return list(arguments)
    found: dict[object, Term] = {}
    for argument in arguments:
        try:
            met = [abs(v) for v in entries(argument, instance, sorted(argument.free, key=lambda i: i.key))]
            most = max(met)
            found.setdefault(tuple(sorted(round(v / most, 9) for v in met)) if most else argument, argument)
        except (NotInField, RecursionError, OverflowError):
            found[argument] = argument
    return list(found.values())


def _at_constants(problem: _Problem, values: Values) -> Iterator[Instance]:
    """Points whose entries are all about one number that stands in the terms, or between two that do.

    They are not quite that number: what happens where two entries are equal is of no measure.
    """
    generator = random.Random(2)
    for number in problem.constants[:12]:
        for value in (number, -number):
            sizes = problem.sizing.at(0)
            if sizes is None:
                return

            def draw(positive: bool, value: float = value) -> float:
                moved = value * (1 + generator.uniform(-1e-3, 1e-3))
                return abs(moved) if positive else moved

            try:
                yield fill(Instance(Floats(values), sizes), problem.tensors, draw)
            except NotInField:
                continue


def _is_there(problem: _Problem, instance: Instance, pair: tuple[list, list]) -> bool:
    """Is a difference met in double precision one to more digits too, by as much as that precision can tell?"""
    if not problem.known_precisely:
        return _is_stable(problem.left, problem.right, problem.axes, instance, pair)
    field = Precise(problem.digits, problem.values)
    exact = Instance(field, instance.sizes)
    exact.entries = {t: [field.mp.mpf(v) for v in values] for t, values in instance.entries.items()}
    try:
        left, right = (entries(t, exact, problem.axes) for t in (problem.left, problem.right))
    except NotInField:
        return False
    return first_difference(field, left, right) is not None


def _confirm(problem: _Problem, values: Values) -> Verdict:
    """Double precision agrees; do more digits?  It cannot see what is saturated or tiny beside the rest."""
    beyond = _beyond_thresholds(problem, values)
    if beyond is not None:
        return Verdict(False, beyond)
    confirmed = 0
    for attempt in range(8):
        found = _differ_precisely(problem, attempt)
        if isinstance(found, Counterexample):
            return Verdict(False, found)
        confirmed += found is False
        if confirmed >= 2:
            break
    return Verdict(True)


def _constants(*terms: Term) -> list[float]:
    """Numbers that stand in the terms: a threshold shows only on both sides of it."""
    found = {abs(t.value) for term in terms for t in term.walk() if isinstance(t, Number)}
    known = sorted({float(v) for v in found if 0 < v < 10**6} | {1 / float(v) for v in found if 10 <= v < 10**6})
    # a window between two of them may be narrow
    return [(a + b) / 2 for a, b in itertools.pairwise(known) if b - a < 0.5 * b] + known


def _prime_points(values: Values, attempt: int, constants: Sequence[float]) -> tuple[Field, Callable[[bool], Any]]:
    generator = random.Random(1000 + attempt)
    return PrimeField(), lambda positive: generator.randrange(2, PRIME)


def _float_points(values: Values, attempt: int, constants: Sequence[float]) -> tuple[Field, Callable[[bool], Any]]:
    """Entries of both signs, of several magnitudes, and around the constants of the claim.

    Every fourth attempt is positive throughout, for roots and logarithms, every eighth below 1 besides, for those of what is left to 1.
    """
    generator = random.Random(f"einsight {attempt}")
    scale = (1.0, 1.0, 0.2, 1.0, 3.0, 1.0, 12.0, 1.0)[attempt % 8]
    positive_throughout = attempt % 4 == 3
    below_one = attempt % 8 == 7

    def draw(positive: bool) -> float:
        size = generator.uniform(0.2, 1.4) * scale
        if below_one:
            return generator.uniform(0.05, 0.95)
        if constants and attempt % 2 and generator.random() < 0.7:
            # not quite the number itself: what happens where two entries are equal is of no measure
            near = generator.uniform(0.3, 2.5) if generator.random() < 0.7 else 1 + generator.uniform(-1e-6, 1e-6)
            size = generator.choice(constants) * near
        return size if positive or positive_throughout or generator.random() < 0.5 else -size

    return Floats(values), draw


def _is_stable(left: Term, right: Term, axes: Sequence[Index], instance: Instance, pair: tuple[list, list]) -> bool:
    """Is the difference larger than what rounding does?  Entries moved in their 13th digit answer that."""
    field = instance.field
    if field.exact:
        return True
    generator = random.Random(1)
    moved = Instance(field, instance.sizes)
    for tensor, values in instance.entries.items():
        structured = bool(tensor.properties - {"positive", "constant", "integer"})
        step = 1 + generator.uniform(-1e-13, 1e-13)
        if "special" in tensor.properties:
            moved.entries[tensor] = values
            continue
        moved.entries[tensor] = [v * (step if structured else 1 + generator.uniform(-1e-13, 1e-13)) for v in values]
    try:
        again = entries(left, moved, axes), entries(right, moved, axes)
    except NotInField:
        return False
    place = max(range(len(pair[0])), key=lambda k: abs(pair[0][k] - pair[1][k]))
    shift = sum(abs(before[place] - after[place]) for before, after in zip(pair, again, strict=True))
    return abs(pair[0][place] - pair[1][place]) > 1e3 * shift


def _tolerance(*terms: Term) -> float:
    """A derivative that is not carried out is a difference quotient, which has fewer digits."""
    defined = (t.definition.body for term in terms for t in term.depends if t.definition is not None)
    return 1e-5 if any(has_head(t, Derivative) for t in (*terms, *defined)) else TOLERANCE


def _smallest(problem: _Problem, values: Values, known: Sizes) -> Counterexample | None:
    """The smallest sizes and small whole entries at which the sides differ; else at the sizes that are known."""
    left, right, axes, dims, tensors = problem.left, problem.right, problem.axes, problem.dims, problem.tensors
    # all dimensions alike first, then with one larger than the others
    for size, larger in ((1, 0), (2, 0), (1, 1), (2, 1), (3, 0), (0, 0)):
        for attempt in range(6):
            named = {d: max(size, problem.least.get(d, 1)) for d in dims}
            if larger and dims:
                named[dims[attempt % len(dims)]] += larger
            sizes = problem.sizing.with_thin(dict(named)) if size else dict(known)
            if sizes is None:
                continue
            generator = random.Random(attempt)

            def whole(positive: bool, generator: random.Random = generator) -> Fraction:
                return Fraction(generator.choice((1, 2, 3) if positive else (1, 2, -1, 3, -2)))

            def real(positive: bool, generator: random.Random = generator) -> float:
                return float(generator.choice((1, 2, 3) if positive else (1, 2, -1, 3, -2)))

            fields: list[tuple[Field, Callable[[bool], Any]]] = [(Rationals(), whole), (Floats(values), real)]
            for field, draw in fields:
                try:
                    instance = fill(Instance(field, sizes), tensors, draw, attempt)
                    pair = entries(left, instance, axes), entries(right, instance, axes)
                except (NotInField, ZeroDivisionError):
                    continue
                if first_difference(field, *pair) is not None and _is_stable(left, right, axes, instance, pair):
                    return example_at(instance, axes, dims, tensors, *pair)
                break
    return None
