"""What there is to say about a name, an index or a sign at its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ..lowering import marks as kinds
from ..lowering.defining import target_of
from ..lowering.lowered import Lowered
from ..lowering.marks import Mark
from ..lowering.names import Entry, Names, canonical_name
from ..lowering.report import Span
from ..notation.quoting import code, prose
from ..notation.tree_latex import formula_latex
from ..rules.catalogue import catalogue
from ..sheets.cells import Cell
from ..sheets.sheet import Sheet
from ..syntax.finding import path_at
from ..syntax.tree import Indexed, Relation
from ..terms.interruption import OutOfTime, now, within
from .answers import Network, listed, numbered
from .vocabulary import ARRAY_FUNCTIONS

T = TypeVar("T")
_PROPERTIES = {
    "symmetric": "`A' = A`; a derivative in it varies it within symmetric matrices",
    "antisymmetric": "`A' = -A`; a derivative in it varies it within antisymmetric matrices",
    "diagonal": "`A_ij = 0` for `i ≠ j`; a derivative in it varies its diagonal",
    "orthogonal": "`A' A = I`",
    "positive-definite": "symmetric, and `x' A x > 0` for `x ≠ 0`",
    "positive": "every entry is positive",
    "constant": "nothing is differentiated in it unless it is named",
    "integer": "whole numbers: it may be an exponent of a matrix",
}


@dataclass
class Said:
    """A hover that is being put together; what is there when time runs out is shown.

    `end` is when it should be there: what is not known by then is `left_out`.  `formula` is what `latex` draws, as text.
    """

    span: Span
    end: float
    left_out: list[str] = field(default_factory=list)
    brief: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    formula: str = ""
    latex: str = ""
    steps: str = ""
    network: Network | None = None

    def noted(self, sheet: Sheet, cell: Cell, what: tuple, name: str, compute: Callable[[Names], T]) -> T | None:
        """Something that takes long: as it is known, or worked out while there is time."""
        known = cell.notes.get(what)
        if known is not None and sheet.ledger.holds(known[0], cell.order + 1, cell.place.world):
            return sheet.noted(cell, what, compute)
        return self.in_time(name, lambda: sheet.noted(cell, what, compute))

    def in_time(self, name: str, work: Callable[[], T]) -> T | None:
        """What some work gives while there is time; else `left_out` by that name."""
        limit = None
        try:
            if self.end > now():
                with within(self.end - now()) as limit:
                    return work()
        except OutOfTime as spent:
            if spent.limit is not limit:
                raise
        self.left_out.append(name)
        return None


def say_mark(said: Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    """The lines about a mark."""
    _SAY[mark.kind](said, sheet, cell, names, mark)


def _index(said: Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    marks = cell.lowered.marks
    scope = marks.scope_of(mark)
    dim = scope.dim if scope is not None else marks.free.get(mark.name)
    bounds = scope.bounds if scope is not None and scope.bounds else f"1 to {dim}" if dim is not None else ""
    over = f", runs from {prose(bounds)}" if bounds else ""
    partners = [m for m in marks.partners(mark) if m != mark]
    said.brief.append(f"**index** {code(mark.name)}: {'summed' if scope else 'free'}{over}")
    where = sorted({_holder(cell.lowered, m) for m in partners} - {""})
    if where:
        said.brief.append(f"with {listed(where)}")
    if scope is not None:
        said.details.append(f"summed in {code(cell.lowered.text[scope.start : scope.end])}")


def _holder(lowered: Lowered, mark: Mark) -> str:
    """The indexed thing that an index stands on."""
    tree = lowered.tree
    assert isinstance(tree, Relation)
    around = [n for n in path_at(tree, mark.start, mark.end) if isinstance(n, Indexed)]
    return lowered.text[around[-1].start : around[-1].end] if around else ""


def _tensor(said: Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    entry = names.find(mark.name)
    local = _binding(cell.lowered, mark.name)
    if local is not None:
        said.brief.append(f"**name in this statement** {code(mark.name)}")
        said.formula, said.latex = local, formula_latex(local, numbered=numbered(cell.lowered))
        return
    if entry is None:
        said.brief.append(f"{code(mark.name)} is not declared")
        return
    properties = ", ".join(sorted(entry.tensor.properties)) if entry.tensor else ""
    said.brief.append(f"**{_kind(entry)}** {code(entry.describe())}" + (f", {properties}" if properties else ""))
    teller = sheet.ledger.teller_before(("name", mark.name), cell.order + 1, cell.place.world)
    if teller is not None and entry.kind == "defined":
        said.formula, said.latex = (
            teller.lowered.text,
            formula_latex(teller.lowered.text, numbered=numbered(teller.lowered)),
        )
    if mark.name in cell.rests_on:
        said.brief.append(
            "its shape follows from shapes that nobody says, the likeliest ones"
            if entry.kind == "defined"
            else "nobody says what shape it has: this is the likeliest one"
        )
    if entry.kind == "inferred":
        said.brief.append("nobody declares it: its axes are as long as its indices say")
    uses = sheet.ledger.uses[mark.name]
    said.details.append(f"used in {uses} statement{'s' * (uses != 1)}")


def _binding(lowered: Lowered, name: str) -> str | None:
    """What `where` says about a name."""
    for left, right in lowered.tree.bindings if isinstance(lowered.tree, Relation) else ():
        target = target_of(left)
        if target is not None and canonical_name(target[0]) == name:
            return lowered.text[left.start : right.end]
    return None


def _kind(entry: Entry) -> str:
    if entry.kind == "function":
        return "function"
    ranks = ("number", "vector", "matrix")
    rank = len(entry.tensor.dims) if entry.tensor is not None else 0
    return f"{'' if entry.kind == 'declared' else entry.kind + ' '}{ranks[rank] if rank < 3 else 'array'}"


def _function(said: Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    entry = names.find(mark.name)
    if entry is not None:
        said.brief.append(f"**unknown function** {code(entry.describe())}")
        arrays = entry.function is not None
        derivative = (
            f"{code(f'J_{entry.name}')}, the second {code(f'H_{entry.name}')}" if arrays else code(f"{entry.name}'")
        )
        said.brief.append(
            f"its derivative is {derivative}; " + ("it takes arrays" if arrays else "it acts entry by entry")
        )
        return
    described = ARRAY_FUNCTIONS.get(mark.name)
    if described is not None:
        said.brief += [f"**function** {code(described.signature)}", described.doc]
        return
    found = catalogue().function(mark.name)
    if found is None:
        return
    arguments = ["z", "w"][: found.arity]
    call = f"{found.name}({', '.join(arguments)})"
    said.brief.append(f"**function** {code(call)}, entry by entry")
    said.brief += [code(f"∂/∂{z} {found.name} = {d}") for z, d in zip(arguments, found.derivative, strict=True) if d]
    if found.source != "einsight":
        said.details.append(f"from {prose(found.source)}")


def _delta(said: Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    holder = _holder(cell.lowered, mark) or "δ_ij"
    indices = [
        m for m in cell.lowered.marks.found.values() if m.kind == kinds.INDEX and mark.end <= m.start <= mark.end + 12
    ]
    pair = [m.name for m in sorted(indices, key=lambda m: m.start)][:2]
    when = prose(f"1 where {pair[0]} = {pair[1]}") if len(pair) == 2 else "1 where its two indices agree"
    said.brief += [
        f"**Kronecker delta** {code(holder)}: {when}, else 0",
        "summed with another factor it renames: `∑_j δ_ij x_j = x_i`",
    ]


def _dimension(said: Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    size = names.fact(("size", mark.name))
    said.brief.append(f"**dimension** {code(mark.name)}" + (f", of size {size}" if size else ""))
    holders = [
        n for n, e in sheet.ledger.entries_before(cell.order + 1).items()
        if e.tensor is not None and any(str(d) == mark.name for d in e.tensor.dims)
    ]  # fmt: skip
    if holders:
        more = f" and {len(holders) - 8} more" if len(holders) > 8 else ""
        said.brief.append(f"an axis of {listed(holders[:8])}{more}")


def _property(said: Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    words = _PROPERTIES.get(mark.name)
    said.brief.append(f"**{mark.name}**: {words}" if words else f"{code(mark.name)} is no property")


def _constant(said: Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    words = {
        "I": "the identity, as large as where it stands; `I(n)` says how large",
        "ones": "an array of ones, as large as where it stands; `ones(n)`, `ones(n, m)` say how large",
        **dict.fromkeys(("K", "commutation"), "the commutation matrix: `K(n, m) vec(X) = vec(X')` for every X n×m"),
    }
    said.brief.append(f"{code(mark.name)} is {words.get(mark.name, 'the constant 3.14159…')}")


_SAY = {
    kinds.INDEX: _index, kinds.TENSOR: _tensor, kinds.FUNCTION: _function, kinds.DELTA: _delta,
    kinds.DIMENSION: _dimension, kinds.PROPERTY: _property, kinds.CONSTANT: _constant,
}  # fmt: skip
