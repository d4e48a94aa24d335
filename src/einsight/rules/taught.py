"""What plugins teach the language: names of tensors, words for properties, functions of arrays; and how it is forgotten.

Lowering and the numbers look these up in tables of their own, since they come before the rules.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import partial
from numbers import Rational
from typing import Any

from ..lowering.array_functions import Definition
from ..lowering.names import ARRAYS, PROPERTIES, SPECIAL, SQUARE_PROPERTIES, Entry, canonical_name
from ..meaning.instances import SAMPLES
from ..meaning.instances import SPECIAL as SPECIAL_VALUES
from ..terms.dimension import Dim
from ..terms.term import Tensor
from .rule import ANTISYMMETRIC, ArrayFunction, Property, SpecialTensor

# a tensor with more entries than this is none that anybody lists
MOST_ENTRIES = 100_000


class MalformedTensor(Exception):
    """A special tensor whose entries cannot be listed; the message says why."""


def teach(item: SpecialTensor | Property | ArrayFunction) -> None:
    """Let the language know it."""
    if isinstance(item, SpecialTensor):
        made = special(item)
        for name in (item.name, *item.aliases):
            SPECIAL[canonical_name(name)] = Entry(made.name, made, None, "special")
        SPECIAL_VALUES[made.name] = item.value
    elif isinstance(item, Property):
        PROPERTIES.append(item.name)
        SQUARE_PROPERTIES.add(item.name)
        SAMPLES[item.name] = item.sample
    else:
        ARRAYS[item.name] = Definition(item.parameters, item.indices, item.body, item.size)


def unteach(item: SpecialTensor | Property | ArrayFunction) -> None:
    """Let the language forget it.  What has been read with it keeps its values."""
    if isinstance(item, SpecialTensor):
        for name in (item.name, *item.aliases):
            SPECIAL.pop(canonical_name(name), None)
    elif isinstance(item, Property):
        if item.name in PROPERTIES:
            PROPERTIES.remove(item.name)
        SQUARE_PROPERTIES.discard(item.name)
    else:
        ARRAYS.pop(item.name, None)


def special(item: SpecialTensor) -> Tensor:
    """The tensor as it stands in terms."""
    kinds = {"special", "constant"} | ({ANTISYMMETRIC} if item.antisymmetric else set())
    return Tensor(canonical_name(item.name), tuple(map(Dim, item.shape)), frozenset(kinds))


def listed(item: SpecialTensor) -> dict[tuple[int, ...], int | Fraction]:
    """Every entry by its components.  Raises MalformedTensor, or what the plugin's function raises."""
    cells = list(itertools.islice(itertools.product(*(range(1, n + 1) for n in item.shape)), MOST_ENTRIES + 1))
    if len(cells) > MOST_ENTRIES:
        raise MalformedTensor(f"it has more than {MOST_ENTRIES} entries")
    return {cell: _exact(cell, item.value(*cell)) for cell in cells}


def _exact(cell: tuple[int, ...], entry: Any) -> int | Fraction:
    if not isinstance(entry, Rational):
        raise MalformedTensor(f"its entry {cell} is {entry!r:.40}, neither a whole number nor a Fraction")
    return int(entry.numerator) if entry.denominator == 1 else Fraction(entry)


def looked_up(entries: dict[tuple[int, ...], int | Fraction], *cell: int) -> int | Fraction:
    return entries[cell]


def from_table(item: SpecialTensor) -> partial[int | Fraction]:
    """The function that gives its entries, from a table: what a plugin does is done once, where it is watched."""
    return partial(looked_up, listed(item))
