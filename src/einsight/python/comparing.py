"""What is asked of two terms of code besides whether they are equal."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from ..deriving.readback import function_value
from ..judging.assumptions import Assumption
from ..meaning.evaluate import entries
from ..meaning.fields import Floats, NotInField
from ..meaning.instances import Instance, dims_and_tensors, fill, literal_components
from ..terms import build
from ..terms.dimension import Index, Shift, fresh_index
from ..terms.term import Component, Number, Power, Sum, Tensor, Term
from ..terms.walk import map_parts
from .functions import GUARD
from .values import Array, Axis

# a relative difference that no rounding of a constant makes
GROSS = 1e-3
# what is added to a whole number for the digits alone, at most
ADDED = 1e-5


def differ_grossly(left: Term, right: Term, axes: tuple[Index, ...]) -> bool:
    """Do they differ by more than the digits of constants may explain?"""
    dims, tensors = dims_and_tensors([left, right])
    names = dict.fromkeys([*dims, *(a.dim for a in axes)])
    least = literal_components([left, right])
    sizes = {d: d.value if isinstance(d.value, int) else max(k + 2, least.get(d, 1)) for k, d in enumerate(names)}
    for attempt in range(4):
        instance = Instance(Floats(function_value), sizes)  # type: ignore[arg-type]
        try:
            fill(instance, tensors, _draw(random.Random(attempt)))
            pairs = list(zip(entries(left, instance, axes), entries(right, instance, axes), strict=True))
        except NotInField:
            continue
        scale = max(abs(v) for pair in pairs for v in pair)
        if any(abs(a - b) > GROSS * scale for a, b in pairs):
            return True
    return False


def _draw(generator: random.Random) -> Callable[[bool], float]:
    return lambda positive: generator.uniform(0.3, 1.7) * (1 if positive else generator.choice((-1, 1)))


def unguarded(term: Term, small: frozenset[Tensor]) -> Term:
    """A term without the small numbers that are added in it, and without those tensors."""

    def is_small(part: Term) -> bool:
        if isinstance(part, Number):
            return 0 < abs(part.value) <= GUARD
        return isinstance(part, Component) and part.tensor in small

    def visit(part: Term) -> Term:
        if isinstance(part, Sum):
            kept = [whole(t) for t in part.terms if not is_small(t)]
            if kept and (len(kept) < len(part.terms) or any(a is not b for a, b in zip(kept, part.terms, strict=True))):
                return visit(build.add(*kept))
        return map_parts(part, visit)

    def whole(part: Term) -> Term:
        """`1 + 1e-8`, which is one number by now, without what was added."""
        if isinstance(part, Number) and 0 < abs(part.value - round(part.value)) <= ADDED:
            return build.number(round(part.value))
        return part

    return visit(term)


def of_zeros_and_ones(terms: Sequence[Term], variable: Tensor | None) -> Iterator[Assumption]:
    """That the entries of an array are 0 or 1, as those of a mask are; not of what is differentiated in."""
    powers = {t for term in terms for t in term.walk() if isinstance(t, Power)}
    masks = {p.base.tensor for p in powers if isinstance(p.base, Component) and isinstance(p.exponent, Number)}
    for tensor in sorted((t for t in masks if t.dims and t is not variable), key=lambda t: t.key):
        yield Assumption(f"{tensor.name} * {tensor.name} = {tensor.name}", without_powers(tensor))


def without_powers(tensor: Tensor) -> Callable[[Term], Term]:
    """An entry of the tensor in the place of its positive powers."""

    def visit(term: Term) -> Term:
        if isinstance(term, Power) and isinstance(term.base, Component) and term.base.tensor is tensor:
            exponent = term.exponent
            return term.base if isinstance(exponent, Number) and exponent.value > 0 else term
        return map_parts(term, visit)

    return visit


def normalised(terms: Sequence[Term], varied: frozenset[Tensor] = frozenset()) -> Iterator[Assumption]:
    """That the entries of an array along an axis add up to 1, as those of labels do; not of what is `varied`."""
    leaves = frozenset(t for term in terms for t in term.depends) - varied
    # entries beyond the end of an array, as parts of axes ask for them, are 0, and so are the sums of a row there
    moved = {
        (p.tensor, k)
        for t in terms
        for p in t.walk()
        if isinstance(p, Component)
        for k, slot in enumerate(p.indices)
        if isinstance(slot, Shift)
    }
    for tensor in sorted(leaves, key=lambda t: t.key):
        for axis in range(len(tensor.dims)):
            if any(t is tensor and k != axis for t, k in moved):
                continue
            along = axis if len(tensor.dims) > 1 else ""
            yield Assumption(f"{tensor.name}.sum({along}) = 1", divided(tensor, axis))


def divided(tensor: Tensor, axis: int) -> Callable[[Term], Term]:
    """The tensor divided by its sums along an axis, wherever it stands."""

    def visit(term: Term) -> Term:
        if isinstance(term, Component) and term.tensor is tensor:
            index = fresh_index(tensor.dims[axis])
            slots = (*term.indices[:axis], index, *term.indices[axis + 1 :])
            total = build.product([build.component(tensor, slots)], [index])
            return build.quotient(term, total)
        return map_parts(term, visit)

    return visit


def is_of_entries(assumption: Assumption) -> bool:
    """That they add up to 1, or are 0 and 1: values that an array is given, and no property of a matrix."""
    return "sum" in assumption.text or " * " in assumption.text


def weighed(output: Array, cotangent: Array) -> Term:
    """The sum of an output's entries, each times the derivative in it."""
    names = dict(zip(cotangent.indices, output.indices, strict=True))
    assert cotangent.term is not None and output.term is not None
    return build.product([build.substitute(cotangent.term, dict(names)), output.term], output.indices)


def fresh_axes(axes: Sequence[Axis]) -> tuple[Axis, ...]:
    return tuple(tuple(fresh_index(i.dim) for i in axis) for axis in axes)
