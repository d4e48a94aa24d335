"""What a generated function asks for: which arrays, under which names, of which shapes."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..lowering.report import Diagnostic, EinsightError
from ..meaning.instances import SPECIAL
from ..terms.dimension import Dim, Index, Shift, slot_indices
from ..terms.term import Component, Delta, Position, Size, Tensor, Term

# what the source of any target uses, so that an argument is called the same in all of them
RESERVED = frozenset(
    [*keyword.kwlist, *"numpy math size jax torch functools dtype device".split()]
    + "ValueError abs dask float int isinstance len map max _ _0 _1 _base _power".split()
)


@dataclass(frozen=True)
class Request:
    """What is to be computed: an array of the term over `axes`.

    formula     stands in the docstring
    inputs      tensors that may tell a size; those that the term needs are arguments in any case
    given       tensors that are arguments even where nothing needs them
    sizes       how long named axes are expected to be, by which the order of contraction is chosen
    structured  return the arrays on the diagonals and their patterns, not the array that they fill
    """

    term: Term
    axes: tuple[Index, ...]
    formula: str = ""
    inputs: tuple[Tensor, ...] = ()
    given: tuple[Tensor, ...] = ()
    sizes: Mapping[str, int] | None = None
    structured: bool = False


def refuse(message: str) -> EinsightError:
    """What has no source."""
    return EinsightError([Diagnostic("EIN002", "error", (0, 0), message)])


class Namespace:
    """Python names, none given twice."""

    def __init__(self) -> None:
        self.taken = set(RESERVED)

    def name(self, wanted: str) -> str:
        """A free name as near to the wanted one as Python allows; Python reads names in their NFKC form."""
        name = re.sub(r"\W", "_", unicodedata.normalize("NFKC", wanted))
        name = name if name.isidentifier() else "_" + name
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name


def argument_tensors(parts: Sequence[Term], needed: set[Dim], request: Request) -> list[Tensor]:
    """The tensors that occur in `parts`, those given, and of the inputs those that tell a needed size that no other tells."""
    tensors = {t.tensor for t in parts if isinstance(t, Component) and t.tensor.definition is None}
    tensors = {t for t in tensors if not _is_special(t)} | set(request.given)
    measured = {d for t in tensors for d in t.dims}
    for tensor in request.inputs:
        tells = any(d in needed and d not in measured for d in tensor.dims)
        if tells and tensor.definition is None and tensor not in tensors and not _is_special(tensor):
            tensors.add(tensor)
            measured.update(tensor.dims)
    return sorted(tensors, key=lambda t: t.key)


def _is_special(tensor: Tensor) -> bool:
    return "special" in tensor.properties


def special_tensors(parts: Sequence[Term]) -> list[Tensor]:
    """Those of the tensors in `parts` that are known without being given, such as `ε`."""
    found = {t.tensor for t in parts if isinstance(t, Component) and _is_special(t.tensor)}
    return sorted(found, key=lambda t: t.key)


def entries_text(tensor: Tensor) -> str:
    """The entries of a special tensor as nested lists."""
    value = SPECIAL[tensor.name]

    def listed(cell: tuple[int, ...]) -> str:
        if len(cell) == len(tensor.dims):
            return repr(float(value(*cell)))
        size = tensor.dims[len(cell)].value
        assert isinstance(size, int)
        return "[" + ", ".join(listed((*cell, k + 1)) for k in range(size)) + "]"

    return listed(())


def dims_needed(term: Term) -> Iterable[Dim]:
    """Dimensions whose size the code of this head needs."""
    if isinstance(term, Size):
        return (term.dim,)
    if isinstance(term, Position):
        return [i.dim for i in slot_indices(term.slot)]
    shifted = any(isinstance(s, Shift) for s in term.slots())
    return [i.dim for s in term.slots() for i in slot_indices(s)] if isinstance(term, Delta) or shifted else ()


def least_sizes(parts: Iterable[Term]) -> dict[Dim, int]:
    """How long axes must be for the literal components that are asked of them.

    Libraries differ in what they give beyond the end of an axis, JAX its last entry: so it is checked.
    """
    least: dict[Dim, int] = {}
    for part in parts:
        pairs: Iterable[tuple[object, Dim]] = ()
        if isinstance(part, Component):
            pairs = zip(part.indices, part.tensor.dims, strict=True)
        elif isinstance(part, Delta):
            dims = [s.dim for s in part.slots() if isinstance(s, Index)]
            pairs = [(s, d) for s in part.slots() for d in dims]
        for slot, dim in pairs:
            if isinstance(slot, int):
                least[dim] = max(least.get(dim, 1), slot)
    return least


def measure(arguments: Mapping[Tensor, str]) -> dict[Dim, str]:
    """The text that gives the size of each named dimension: the first axis that has it."""
    sizes: dict[Dim, str] = {}
    for tensor, name in arguments.items():
        for place, dim in enumerate(tensor.dims):
            if not isinstance(dim.value, int):
                sizes.setdefault(dim, f"{name}.shape[{place}]")
    return sizes


def size_of(dim: Dim, sizes: Mapping[Dim, str]) -> str:
    """The text of a size.  Raises EinsightError (EIN002) where nothing tells it."""
    if isinstance(dim.value, int):
        return str(dim.value)
    if dim not in sizes:
        raise refuse(f"no array has the dimension {dim}, so its size is unknown")
    return sizes[dim]


def shape_checks(arguments: Mapping[Tensor, str], sizes: Mapping[Dim, str], least: Mapping[Dim, int]) -> list[str]:
    """Lines that raise ValueError for arrays whose shapes do not fit."""
    lines: list[str] = []

    # the name of a tensor stands in text of the source
    escapes = {ord(c): c + c for c in "{}\\"} | {ord('"'): r"\""}

    def check(condition: str, message: str) -> None:
        lines.extend([f"    if {condition}:", f'        raise ValueError(f"{message}")'])

    for tensor, name in arguments.items():
        told = tensor.name.translate(escapes)
        check(f"{name}.ndim != {len(tensor.dims)}", f"{told} has {{{name}.ndim}} axes, not {len(tensor.dims)}")
        for place, dim in enumerate(tensor.dims):
            here = f"{name}.shape[{place}]"
            axis = f"axis {place + 1} of {told} is {{{here}}} long"
            expected = str(dim.value) if isinstance(dim.value, int) else sizes[dim]
            if expected != here:
                check(f"{here} != {expected}", f"{axis}, not {{{expected}}}")
            elif least.get(dim, 1) > 1:
                check(f"{here} < {least[dim]}", f"{axis}, and component {least[dim]} is asked for")
    return lines
