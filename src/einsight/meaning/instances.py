"""Instances: a size for each dimension, and entries for each tensor so that its properties hold."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..terms.dimension import Dim, Index, Shift
from ..terms.term import Component, Derivative, Number, Operator, Position, Size, Tensor, Term
from ..terms.unknown import MATRIX_FUNCTIONS
from .cofactors import COFACTOR
from .fields import Field, NotInField, Rationals
from .matrices import inverted, solve_inverse
from .thin import Thin, orbit

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
                slots = zip(part.slots(), part.tensor.dims, strict=True)
            elif isinstance(part, Operator) and part.name in (*MATRIX_FUNCTIONS, COFACTOR):
                slots = zip(part.indices, itertools.repeat(part.arguments[0].params[0].dim))
            else:
                continue
            for slot, dim in slots:
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
        if len(shape) == 2 and not tensor.properties.isdisjoint(SAMPLES):
            rows = _sampled(tensor, shape[0], variant)
            instance.entries[tensor] = [f.number(Fraction(rows[i][j])) for i, j in cells]
            continue
        alike = _orbits(instance, tensor.dims, cells)
        first = [cell for cell in cells if alike[cell] == cell]
        chance = random.Random(f"{tensor.name} {variant}")
        if "integer" in tensor.properties:  # small ones, since they stand in exponents
            drawn = {cell: f.number(Fraction(chance.randint(1 if want else 0, 4))) for cell in first}
        else:
            drawn = {cell: draw(want) for cell in first}
        values = {cell: drawn[alike[cell]] for cell in cells}
        if len(shape) == 2 and shape[0] == shape[1]:
            axis = instance.sizes.get(tensor.dims[0], shape[0])
            values = _structured(f, values, axis, tensor.properties, chance)
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


def _structured(f: Field, values: dict, axis: int | Thin, properties: frozenset[str], chance: random.Random) -> dict:
    """A square matrix over an axis that has all of the properties, made of the values."""
    zero = f.number(Fraction(0))
    if "orthogonal" in properties:
        return _orthogonal(f, values, axis, properties, chance)
    if "positive-definite" in properties:
        least = f.number(Fraction(1, 1 if "integer" in properties else 16))
        if "diagonal" in properties:
            return {(i, j): f.add(least, f.multiply(v, v)) if i == j else zero for (i, j), v in values.items()}
        return _gram(f, values, axis, least)
    if "diagonal" in properties:
        return {(i, j): v if i == j else zero for (i, j), v in values.items()}
    if "symmetric" in properties:
        return {(i, j): values[min(i, j), max(i, j)] for i, j in values}
    if "antisymmetric" in properties:
        return _antisymmetric(f, values, axis)
    return values


def is_permutation(properties: frozenset[str]) -> bool:
    """Has a matrix with these properties one entry in each row, `1` or `-1`, somewhere?  Then no places are alike."""
    return properties >= {"orthogonal", "integer"} and "diagonal" not in properties


def _orthogonal(f: Field, values: dict, axis: int | Thin, properties: frozenset[str], chance: random.Random) -> dict:
    """Rotations and reflections; symmetric ones are `Q D Q'` with signs in D; whole ones have one entry in each row."""
    signs = _signs(axis, chance)
    if is_permutation(properties):
        if isinstance(axis, Thin):
            raise NotInField("the places of a permutation are not alike")
        return _permutation(f, values, signs, properties, chance)
    if "diagonal" in properties:
        return {(i, j): f.number(Fraction(signs[i] * (i == j))) for i, j in values}
    turned = _cayley(f, values, axis, signs[0] < 0)
    if "symmetric" not in properties:
        return turned
    out = {}
    for i, j in turned:
        total = f.number(Fraction(0))
        for k, weight in enumerate(_weights(axis, i, j)):
            if weight:
                sign = f.number(Fraction(weight * signs[k]))
                total = f.add(total, f.multiply(sign, f.multiply(turned[i, k], turned[j, k])))
        out[i, j] = total
    return out


def _signs(axis: int | Thin, chance: random.Random) -> list[int]:
    """A sign for each place; those that are alike have one."""
    signs = [chance.choice((1, -1)) for _ in _places(axis)]
    return [signs[min(k, len(axis.own))] for k in _places(axis)] if isinstance(axis, Thin) else signs


def _permutation(f: Field, values: dict, signs: list[int], properties: frozenset[str], chance: random.Random) -> dict:
    n = len(signs)
    order = list(range(n))
    chance.shuffle(order)
    if "symmetric" in properties:  # a permutation that is its own inverse changes places in pairs
        pairs = dict(zip(order[::2], order[1::2], strict=False))
        order = [{**pairs, **{b: a for a, b in pairs.items()}}.get(k, k) for k in range(n)]
        signs = [signs[min(k, order[k])] for k in range(n)]
    return {(i, j): f.number(Fraction(signs[i] * (order[i] == j))) for i, j in values}


def _sampled(tensor: Tensor, n: int, variant: int) -> Sequence[Sequence[Fraction]]:
    """An example of a plugin's property.  Raises NotInField where the examples lack other properties that are said of the matrix.

    They are looked at in one more size than is asked for, since of size 1 they may have what larger ones have not.
    """
    own = sorted(p for p in tensor.properties if p in SAMPLES)

    def example(size: int) -> Sequence[Sequence[Fraction]]:
        chance = random.Random(f"{tensor.name} {variant} {[size, size]}")
        return SAMPLES[own[0]](size, lambda: Fraction(chance.randint(-9, 9), chance.randint(1, 5)))

    rows = example(n)
    others = tensor.properties.difference(own, ("constant", "special"))
    if len(own) > 1 or (others and not all(_has_structure(r, others) for r in (rows, example(3)))):
        raise NotInField(f"the examples of {own[0]} matrices are not all that is said of {tensor.name}")
    return rows


def _has_structure(rows: Sequence[Sequence[Fraction]], properties: frozenset[str]) -> bool:
    """Has a matrix of exact numbers the properties of the language?"""
    n = len(rows)
    cells = list(itertools.product(range(n), repeat=2))
    leading = ([list(map(Fraction, row[:k])) for row in rows[:k]] for k in range(1, n + 1))
    lacks = {
        "symmetric": lambda: any(rows[i][j] != rows[j][i] for i, j in cells),
        "antisymmetric": lambda: any(rows[i][j] != -rows[j][i] for i, j in cells),
        "diagonal": lambda: any(rows[i][j] for i, j in cells if i != j),
        "orthogonal": lambda: any(sum(rows[i][k] * rows[j][k] for k in range(n)) != (i == j) for i, j in cells),
        "positive-definite": lambda: any(solve_inverse(Rationals(), m, need_inverse=False)[1] <= 0 for m in leading),
        "positive": lambda: any(rows[i][j] <= 0 for i, j in cells),
        "integer": lambda: any(Fraction(rows[i][j]).denominator > 1 for i, j in cells),
    }
    return not any(word in properties and test() for word, test in lacks.items())


def _gram(f: Field, values: dict, axis: int | Thin, least: Any) -> dict:
    """`V V' + c I`, with a small `c`: symmetric and positive definite, with eigenvalues below and above 1."""
    out = {}
    for i, j in itertools.product(_places(axis), repeat=2):
        total = least if i == j else f.number(Fraction(0))
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
