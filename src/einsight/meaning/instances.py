"""Instances: a size for each dimension, and entries for each tensor so that its properties hold."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..terms.dimension import Dim, Index, Shift, Tensor
from ..terms.term import Component, Derivative, Number, Position, Size, Term
from .fields import Field
from .thin import Factors, Thin, of_matrix, orbit

Entries = list[Any]
Sizes = dict[Dim, int | Thin]
# the entries of tensors that are known without a declaration, by name: a function of components counted from 1
SPECIAL: dict[str, Callable[..., Fraction | int]] = {}
# examples of matrices that have a property of a plugin: rows of exact numbers, by size and a source of numbers
SAMPLES: dict[str, Callable[[int, Callable[[], Fraction]], Sequence[Sequence[Fraction]]]] = {}


@dataclass
class Instance:
    """Sizes by dimension, entries by tensor in row-major order, over a field.

    A dimension whose size is a number is met in full, unless `sizes` says that it is thin.
    """

    field: Field
    sizes: Sizes
    entries: dict[Tensor, Entries] = dataclasses.field(default_factory=dict)

    def size(self, dim: Dim) -> int:
        """How many places of an axis are met."""
        found = self.sizes.get(dim, dim.value)
        return found.met if isinstance(found, Thin) else int(found)

    def thin(self, dim: Dim) -> Thin | None:
        found = self.sizes.get(dim)
        return found if isinstance(found, Thin) else None

    def met(self, dim: Dim, place: int) -> int:
        """Where a place, counted from 0, of an axis is met."""
        thin = self.thin(dim)
        return place if thin is None else thin.at(place)


def dims_and_tensors(terms: Iterable[Term]) -> tuple[list[Dim], list[Tensor]]:
    """Every named dimension and every undefined tensor of the terms, through definitions, in a fixed order."""
    dims: set[Dim] = set()
    tensors: set[Tensor] = set()
    todo = list(terms)
    seen: set[Tensor] = set()
    while todo:
        for part in todo.pop().walk():
            for slot in part.slots():
                if isinstance(slot, (Index, Shift)):
                    dims.add(slot.dim)
            for index in part.free:
                dims.add(index.dim)
            if isinstance(part, Size):
                dims.add(part.dim)
            for function in part.abstractions():
                dims.update(function.dims)
            if hasattr(part, "bound"):
                dims.update(b.dim for b in part.bound)
            if isinstance(part, (Component, Derivative)) and part.tensor not in seen:
                seen.add(part.tensor)
                dims.update(part.tensor.dims)
                definition = part.tensor.definition
                if definition is None:
                    tensors.add(part.tensor)
                else:
                    todo.append(definition.body)
    named = sorted((d for d in dims if isinstance(d.value, str)), key=lambda d: d.key)
    return named, sorted(tensors, key=lambda t: t.key)


def literal_components(terms: Iterable[Term]) -> dict[Dim, int]:
    """How large a dimension must be at least, for the literal components that are asked of it."""
    least: dict[Dim, int] = {}
    for term in terms:
        for part in term.walk():
            if isinstance(part, (Component, Derivative)):
                for slot, dim in zip(part.slots(), part.tensor.dims, strict=True):
                    if isinstance(slot, int):
                        least[dim] = max(least.get(dim, 1), slot)
    return least


def fill(instance: Instance, tensors: Sequence[Tensor], draw: Callable[[bool], Any], variant: int = 0) -> Instance:
    """Draw entries for the tensors; `draw(True)` must give a positive number.

    With the variant orthogonal matrices change from rotations to reflections, and whole numbers vary.
    """
    f = instance.field
    for tensor in tensors:
        shape = [instance.size(d) for d in tensor.dims]
        cells = list(itertools.product(*map(range, shape)))
        want = "positive" in tensor.properties
        if "special" in tensor.properties:
            known = SPECIAL[tensor.name]
            instance.entries[tensor] = [f.number(Fraction(known(*(k + 1 for k in cell)))) for cell in cells]
            continue
        alike = _orbits(instance, tensor.dims, cells)
        if "integer" in tensor.properties:  # small ones, since they stand in exponents
            generator = random.Random(f"{tensor.name} {variant}")
            whole = {cell: generator.randint(1 if want else 0, 4) for cell in cells if alike[cell] == cell}
            instance.entries[tensor] = [f.number(Fraction(whole[alike[cell]])) for cell in cells]
            continue
        sample = next((SAMPLES[p] for p in sorted(tensor.properties) if p in SAMPLES), None)
        if sample is not None and len(shape) == 2:
            chance = random.Random(f"{tensor.name} {variant} {shape}")
            rows = sample(shape[0], lambda: Fraction(chance.randint(-9, 9), chance.randint(1, 5)))  # noqa: B023 - called here
            instance.entries[tensor] = [f.number(Fraction(rows[i][j])) for i, j in cells]
            continue
        drawn = {cell: draw(want) for cell in cells if alike[cell] == cell}
        values = {cell: drawn[alike[cell]] for cell in cells}
        zero = f.number(Fraction(0))
        if len(shape) == 2 and shape[0] == shape[1]:
            axis = instance.sizes.get(tensor.dims[0], shape[0])
            if "positive-definite" in tensor.properties:
                values = _gram(f, values, axis)
            elif "orthogonal" in tensor.properties:
                values = _cayley(f, values, axis, random.Random(f"{tensor.name} {variant}").random() < 0.5)
            elif "diagonal" in tensor.properties:
                values = {(i, j): v if i == j else zero for (i, j), v in values.items()}
            elif "symmetric" in tensor.properties:
                values = {(i, j): values[min(i, j), max(i, j)] for i, j in cells}
            elif "antisymmetric" in tensor.properties:
                values = _antisymmetric(f, values, axis)
        instance.entries[tensor] = [values[c] for c in cells]
    return instance


def _orbits(instance: Instance, dims: Sequence[Dim], cells: Sequence[tuple[int, ...]]) -> dict:
    """For each cell the one that has its entry: itself, but on thin axes."""
    axes = [(dim, instance.thin(dim)) for dim in dims]
    if not any(thin for _, thin in axes):
        return {cell: cell for cell in cells}
    return {cell: orbit(cell, axes) for cell in cells}


def _places(axis: int | Thin) -> range:
    return range(axis.met if isinstance(axis, Thin) else axis)


def _weights(axis: int | Thin, *taken: int) -> list[int]:
    return axis.weights(taken) if isinstance(axis, Thin) else [1] * axis


def _gram(f: Field, values: dict, axis: int | Thin) -> dict:
    """`V V' + I/16`: symmetric and positive definite, with eigenvalues below and above 1."""
    out = {}
    for i, j in itertools.product(_places(axis), repeat=2):
        total = f.number(Fraction(int(i == j), 16))
        for k, weight in enumerate(_weights(axis, i, j)):
            if weight:
                term = f.multiply(values[i, k], values[j, k])
                total = f.add(total, term if weight == 1 else f.multiply(f.number(Fraction(weight)), term))
        out[i, j] = total
    return out


def _antisymmetric(f: Field, values: dict, axis: int | Thin) -> dict:
    """`V_ij` above the diagonal and `-V_ji` below it; 0 between places that are alike."""
    minus, zero = f.number(Fraction(-1)), f.number(Fraction(0))
    alike = len(axis.own) if isinstance(axis, Thin) else axis
    return {
        (i, j): zero if i == j or min(i, j) >= alike else values[i, j] if i < j else f.multiply(minus, values[j, i])
        for i, j in values
    }


def _cayley(f: Field, values: dict, axis: int | Thin, reflection: bool) -> dict:
    """`± (I - S)(I + S)^-1` of an antisymmetric S, the sign on one row: orthogonal over any field.

    Cayley's transform gives rotations alone; the sign gives the reflections.
    """
    minus = f.number(Fraction(-1))
    s = _antisymmetric(f, values, axis)
    one = {(i, j): f.number(Fraction(int(i == j))) for i, j in s}
    places = _places(axis)
    inverse = inverted(f, [[f.add(one[i, j], s[i, j]) for j in places] for i in places], axis)[0]
    out = {}
    for i, j in s:
        total = f.number(Fraction(0))
        for k, weight in enumerate(_weights(axis, i, j)):
            if weight:
                left = f.add(one[i, k], f.multiply(minus, s[i, k]))
                total = f.add(total, f.multiply(f.multiply(f.number(Fraction(weight)), left), inverse[k][j]))
        out[i, j] = f.multiply(minus, total) if reflection and i == 0 else total
    return out


def inverted(
    f: Field, matrix: list[list[Any]], axis: int | Thin, taken: Sequence[int] = (), need_inverse: bool = True
) -> tuple[list[list[Any]], Factors]:
    """The inverse of a matrix over an axis, and the factors of its determinant.

    Where the axis is thin, other indices of it stand at the `taken` places.
    """
    from .evaluate import solve_inverse

    def solve(rows: list[list[Any]]) -> tuple[list[list[Any]], Factors]:
        inverse, det = solve_inverse(f, rows, need_inverse)
        return inverse, [(det, 1)]

    return (
        of_matrix(f, axis, matrix, taken, solve, -1 if need_inverse else None)
        if isinstance(axis, Thin)
        else solve(matrix)
    )


def sizes_for(dims: Sequence[Dim], least: dict[Dim, int], attempt: int, far: int = 0) -> dict[Dim, int]:
    """All different; every third attempt makes one of them 1.

    `far` is given where sizes count as numbers: they differ by more than one then, and go beyond that number.
    """
    order = list(dims)
    generator = random.Random(attempt)
    generator.shuffle(order)
    # what is true in the plane alone, or of three literal components alone, must not pass
    start = (2, 3, 1, 4)[attempt % 4] if len(order) <= 2 else (2, 2, 1, 3)[attempt % 4]
    sizes: dict[Dim, int] = {}
    taken: set[int] = set()
    for dim in order:
        size = max(start, least[dim] + attempt % 3 if dim in least else 1)
        if far and attempt % 2:
            size += generator.randint(0, 3)
        while size in taken:
            size += 1
        sizes[dim] = size
        taken.add(size)
    if len(order) > 4:  # many different sizes would make many entries: differ from each other's neighbours only
        for k, dim in enumerate(order):
            sizes[dim] = max(least.get(dim, 1), start + k % 3)
    if far and order and attempt % 4 < 2:
        sizes[order[0]] = far + 1 + generator.randint(0, 2)
    return sizes


LARGEST_NUMBER = 40


def number_reached(terms: Iterable[Term]) -> int:
    """The largest number that sizes or positions may be compared with; 0 where they do not count as numbers."""
    parts = [p for term in terms for p in term.walk()]
    if not any(isinstance(p, (Size, Position)) for p in parts):
        return 0
    numbers = [abs(p.value) for p in parts if isinstance(p, Number) and p.value.denominator == 1]
    return max([3, *(int(n) for n in numbers if n <= LARGEST_NUMBER)])
