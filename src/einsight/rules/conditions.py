"""When a rule holds: `… where A symmetric, dim = 3`, said of what its names and indices stand for.

`A symmetric`   what `A` stands for has that property, declared or by its form
`dim = 3`       every index of the rule runs over an axis of that size; `dim i = 3` for one index
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..terms import build
from ..terms.dimension import Index, Slot
from ..terms.term import Abstraction, Component, Tensor

# a property that another one has in it
IMPLIED = {"symmetric": frozenset({"diagonal", "positive-definite"})}
_WHERE = re.compile(r"\s+where\s+")
_SIZE = re.compile(r"dim(?:\s+(?P<index>\w+))?\s*=\s*(?P<size>\d+)")
_PROPERTY = re.compile(r"(?P<name>\S+)\s+(?:is\s+)?(?P<property>[a-z][a-z-]*)")


class MalformedCondition(Exception):
    """A condition that does not read; the message says why."""


@dataclass(frozen=True)
class Conditions:
    """What must hold: properties of names, sizes of the axes of indices, and of all of them."""

    properties: tuple[tuple[str, str], ...] = ()
    sizes: tuple[tuple[str, int], ...] = ()
    size: int | None = None

    def __bool__(self) -> bool:
        return bool(self.properties or self.sizes or self.size)

    def hold(self, indices: Mapping[Index, Slot], tensors: Mapping[Tensor, Abstraction]) -> bool:
        """Do they hold for what the names and indices of the pattern stand for?"""
        for index, slot in indices.items():
            wanted = dict(self.sizes).get(index.name, self.size)
            if wanted is not None and not (isinstance(slot, Index) and slot.dim.value == wanted):
                return False
        by_name = {t.name: value for t, value in tensors.items()}
        return all(name in by_name and has_property(by_name[name], wanted) for name, wanted in self.properties)

    def properties_of(self, name: str) -> frozenset[str]:
        return frozenset(p for n, p in self.properties if n == name)


def parted(statement: str) -> tuple[str, Conditions]:
    """A statement without its conditions, and those.  Raises MalformedCondition."""
    found = _WHERE.split(statement, maxsplit=1)
    return (found[0], _read(found[1])) if len(found) == 2 else (statement, Conditions())


def _read(text: str) -> Conditions:
    properties: list[tuple[str, str]] = []
    sizes: list[tuple[str, int]] = []
    size: int | None = None
    for part in (p.strip() for p in re.split(r",|\s+and\s+", text)):
        found = _SIZE.fullmatch(part)
        if found and found["index"]:
            sizes.append((found["index"], int(found["size"])))
        elif found:
            size = int(found["size"])
        elif named := _PROPERTY.fullmatch(part):
            properties.append((named["name"], named["property"]))
        else:
            raise MalformedCondition(f"`{part}` is no condition: write `A symmetric`, `dim = 3` or `dim i = 3`")
    return Conditions(tuple(properties), tuple(sizes), size)


def has_property(value: Abstraction, wanted: str) -> bool:
    """Has what a name stands for a property: as declared of a tensor, or symmetric because swapping changes nothing?"""
    params, body = build.open_abstraction(value)
    if isinstance(body, Component) and set(body.indices) == set(params) and body.tensor.definition is None:
        own = body.tensor.properties
        if wanted in own or own & IMPLIED.get(wanted, frozenset()):
            return True
    if wanted in ("symmetric", "antisymmetric") and len(params) == 2:
        left, right = params
        swapped = build.substitute(body, {left: right, right: left})
        return swapped is (body if wanted == "symmetric" else build.negate(body))
    return False
