"""What stands at a position of a document, the narrowest thing first.

A hover begins with what the thing is, its shape and result, in at most ten lines; what else there is to say about
it stands below a rule.  It is text in Markdown that reads well as it is; `latex` is for clients that show pictures.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from ..lowering import marks as kinds
from ..lowering.marks import Mark
from ..lowering.names import Entry, Names, space_text
from ..lowering.report import Span
from ..lowering.statements import Lowered
from ..lowering.values import Value
from ..notation.tree_latex import formula_latex
from ..rules.catalogue import catalogue
from ..rules.engine import BudgetExceeded, MissingRule
from ..syntax.finding import equals_at, expressions_at, side_at
from ..syntax.tree import Node, Relation
from ..terms.dimension import Tensor
from ..terms.interruption import OutOfTime
from ..terms.term import Derivative, has_head
from .answers import (
    Answer,
    answer,
    definition_value,
    in_other_layout,
    jacobian_value,
    listed,
    part_value,
    reason,
    shortened,
    steps_of,
    variables_of,
)
from .cells import Cell
from .judge import Claim
from .sheet import Sheet

T = TypeVar("T")
MOST_JACOBIANS = 6

VERDICTS = {
    "right": "✓ right",
    "transposed": "⇄ right but for a transpose",
    "right_if": "✓ right under an assumption",
    "wrong": "✗ wrong",
    "shape": "✗ the shapes differ",
    "undecided": "? undecided",
}
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


@dataclass(frozen=True)
class Hover:
    """`brief` lines and `details` in Markdown about a span; `latex` is the formula, `steps` its derivation."""

    span: Span
    brief: tuple[str, ...]
    details: tuple[str, ...] = ()
    latex: str = ""
    steps: str = ""
    incomplete: bool = False  # what takes long is left out; it is there once a patient hover has been here


@dataclass
class _Said:
    """A hover that is being put together; what is there when time runs out is shown.

    `end` is when it should be there: what is not known by then is `left_out`.
    """

    span: Span
    end: float
    left_out: list[str] = field(default_factory=list)
    brief: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    latex: str = ""
    steps: str = ""

    def noted(self, sheet: Sheet, cell: Cell, what: tuple, name: str, compute: Callable[[Names], T]) -> T | None:
        """Something that takes long: as it is known, or worked out while there is time."""
        if what not in cell.notes and time.monotonic() > self.end:
            self.left_out.append(name)
            return None
        return sheet.noted(cell, what, compute)


def hover(sheet: Sheet, offset: int, patience: float | None = None) -> Hover | None:
    """The hover at an offset; None between statements.  The sheet must be read up to there.

    After `patience` seconds what is not known yet is left out: a hover that comes late is not read.
    """
    cell = sheet.cell_at(offset)
    if cell is None or cell.analysis is None or cell.place.region is not None and cell.place.region.translated:
        return None
    said = _Said((0, len(cell.item.text)), math.inf if patience is None else time.monotonic() + patience)
    try:
        _say(said, sheet, cell, offset - cell.start)
    except OutOfTime as spent:
        said.details.append(f"EIN502: the rest is left out, {spent}.")
    except (BudgetExceeded, MissingRule) as problem:
        said.details.append(f"{reason(problem)}.")
    if not said.brief:
        return None
    if said.left_out:
        said.details.append(f"hover again for {', '.join(said.left_out)}, which is being worked out")
    span, late = cell.move(said.span), bool(said.left_out)
    return Hover(span, tuple(said.brief), tuple(said.details), said.latex, said.steps, late)


def _say(said: _Said, sheet: Sheet, cell: Cell, at: int) -> None:
    lowered, names = cell.lowered, sheet.names_at(cell)
    if lowered.kind == "directive":
        said.brief.append(_directive(lowered.text))
        return
    mark = lowered.marks.at(at)
    if mark is not None and mark.kind != kinds.OPERATOR:
        said.span = (mark.start, mark.end)
        if (
            mark.kind == kinds.TENSOR
            and mark.declares
            and lowered.kind == "definition"
            and mark.name == _defined(lowered)
        ):
            _definition(said, sheet, cell, names)
        else:
            _SAY[mark.kind](said, sheet, cell, names, mark)
        return
    tree = lowered.tree
    if not isinstance(tree, Relation):
        return
    place = equals_at(tree, at)
    if place is not None and lowered.kind == "claim":
        sheet.judge(cell)  # whoever points at it wants to know now
        _claim(said, sheet, cell, tree, place)
    elif place is not None and lowered.kind == "definition":
        _definition(said, sheet, cell, names)
    else:
        _expression(said, sheet, cell, tree, at)


def _defined(lowered: Lowered) -> str:
    return lowered.tensor.name if lowered.tensor is not None else ""


# marks


def _index(said: _Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    marks = cell.lowered.marks
    scope = marks.scope_of(mark)
    dim = scope.dim if scope is not None else marks.free.get(mark.name)
    over = f", runs from 1 to {dim}" if dim is not None else ""
    partners = [m for m in marks.partners(mark) if m != mark]
    said.brief.append(f"**index** `{mark.name}`: {'summed' if scope else 'free'}{over}")
    where = sorted({_holder(cell.lowered, m) for m in partners} - {""})
    if where:
        said.brief.append(f"with {listed(where)}")
    if scope is not None:
        said.details.append(f"summed in `{cell.lowered.text[scope.start : scope.end]}`")


def _holder(lowered: Lowered, mark: Mark) -> str:
    """The indexed thing that an index stands on."""
    tree = lowered.tree
    assert isinstance(tree, Relation)
    from ..syntax.finding import path_at
    from ..syntax.tree import Indexed

    around = [n for n in path_at(tree, mark.start, mark.end) if isinstance(n, Indexed)]
    return lowered.text[around[-1].start : around[-1].end] if around else ""


def _tensor(said: _Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    entry = names.find(mark.name)
    if entry is None:
        said.brief.append(f"`{mark.name}` is not declared")
        return
    properties = ", ".join(sorted(entry.tensor.properties)) if entry.tensor else ""
    said.brief.append(f"**{_kind(entry)}** `{entry.describe()}`" + (f", {properties}" if properties else ""))
    teller = sheet.ledger.teller_before(("name", mark.name), cell.order + 1)
    if teller is not None and entry.kind == "defined":
        said.brief.append(f"`{shortened(teller.lowered.text)}`")
        said.latex = formula_latex(teller.lowered.text)
    if entry.kind == "inferred":
        said.brief.append("nobody declares it: its axes are as long as its indices say")
    uses = sheet.ledger.uses[mark.name]
    said.details.append(f"used in {uses} statement{'s' * (uses != 1)}")


def _kind(entry: Entry) -> str:
    if entry.kind == "function":
        return "function"
    ranks = ("number", "vector", "matrix")
    rank = len(entry.tensor.dims) if entry.tensor is not None else 0
    return f"{'' if entry.kind == 'declared' else entry.kind + ' '}{ranks[rank] if rank < 3 else 'array'}"


def _function(said: _Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    entry = names.find(mark.name)
    if entry is not None:
        said.brief.append(f"**unknown function** `{entry.describe()}`")
        arrays = entry.function is not None
        derivative = f"`J_{entry.name}`, the second `H_{entry.name}`" if arrays else f"`{entry.name}'`"
        said.brief.append(
            f"its derivative is {derivative}; " + ("it takes arrays" if arrays else "it acts entry by entry")
        )
        return
    from .vocabulary import ARRAY_FUNCTIONS

    described = ARRAY_FUNCTIONS.get(mark.name)
    if described is not None:
        said.brief += [f"**function** `{described.signature}`", described.doc]
        return
    found = catalogue().function(mark.name)
    if found is None:
        return
    arguments = ["z", "w"][: found.arity]
    said.brief.append(f"**function** `{found.name}({', '.join(arguments)})`, entry by entry")
    said.brief += [f"`∂/∂{z} {found.name} = {d}`" for z, d in zip(arguments, found.derivative, strict=True)]
    if found.source != "einsight":
        said.details.append(f"from {found.source}")


def _delta(said: _Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    holder = _holder(cell.lowered, mark) or "δ_ij"
    indices = [
        m for m in cell.lowered.marks.found.values() if m.kind == kinds.INDEX and mark.end <= m.start <= mark.end + 12
    ]
    pair = [m.name for m in sorted(indices, key=lambda m: m.start)][:2]
    when = f"1 where {pair[0]} = {pair[1]}" if len(pair) == 2 else "1 where its two indices agree"
    said.brief += [
        f"**Kronecker delta** `{holder}`: {when}, else 0",
        "summed with another factor it renames: `∑_j δ_ij x_j = x_i`",
    ]


def _dimension(said: _Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    size = names.fact(("size", mark.name))
    said.brief.append(f"**dimension** `{mark.name}`" + (f", of size {size}" if size else ""))
    holders = [
        n for n, e in sheet.ledger.entries_before(cell.order + 1).items()
        if e.tensor is not None and any(str(d) == mark.name for d in e.tensor.dims)
    ]  # fmt: skip
    if holders:
        more = f" and {len(holders) - 8} more" if len(holders) > 8 else ""
        said.brief.append(f"an axis of {listed(holders[:8])}{more}")


def _property(said: _Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    words = _PROPERTIES.get(mark.name)
    said.brief.append(f"**{mark.name}**: {words}" if words else f"`{mark.name}` is no property")


def _constant(said: _Said, sheet: Sheet, cell: Cell, names: Names, mark: Mark) -> None:
    words = {
        "I": "the identity, as large as where it stands; `I(n)` says how large",
        "ones": "an array of ones, as large as where it stands; `ones(n)`, `ones(n, m)` say how large",
    }
    said.brief.append(f"`{mark.name}` is {words.get(mark.name, 'the constant 3.14159…')}")


_SAY = {
    kinds.INDEX: _index, kinds.TENSOR: _tensor, kinds.FUNCTION: _function, kinds.DELTA: _delta,
    kinds.DIMENSION: _dimension, kinds.PROPERTY: _property, kinds.CONSTANT: _constant,
}  # fmt: skip


def _directive(text: str) -> str:
    words = text[2:].split()
    if words[:1] == ["layout"]:
        return "**directive**: from here on derivatives are laid out so; `numerator`, `denominator` or `mixed`"
    if words[:1] == ["ignore"]:
        return "**directive**: from here on these codes are not reported"
    return "no directive: write `#! layout numerator` or `#! ignore EIN402`"


# expressions, definitions, claims


def _forms(said: _Said, found: Answer) -> None:
    if found.matrix is not None:
        said.brief.append(f"**matrix form** `{shortened(found.matrix)}`")
    said.brief.append(
        f"**index form** `{shortened(found.index)}`" + (f", free {', '.join(found.free)}" if found.free else "")
    )
    if found.matrix is None and not found.free:
        said.brief.append("no matrix form")
    if found.problem:
        said.brief.append(found.problem)
    said.latex = found.latex


def _worked_out(said: _Said, sheet: Sheet, cell: Cell, node: Node) -> bool:
    """The forms of a part of a statement, in both layouts, and its derivation; False where it has no value by itself."""
    span, layout = (node.start, node.end), cell.lowered.layout
    read = sheet.noted(cell, ("value", span), lambda names: _value(cell, node, names))
    if read is None:
        return False
    text, value, found = read
    if found is None:
        said.brief.append("takes its size from where it stands")
        return True
    derived = has_head(value.term, Derivative)
    _forms(said, found)
    said.brief.append(f"**shape** {found.shape}" + (f", {found.layout} layout" if derived else ""))
    if derived and found.matrix is not None:
        turned = partial(in_other_layout, text, value, found, layout=layout)
        other = said.noted(sheet, cell, ("other layout", span), "the other layout", lambda names: turned(names=names))
        if other is not None and other.matrix is not None:
            said.brief.append(f"**{other.layout} layout** `{shortened(other.matrix)}`, {other.shape}")
    said.steps = said.noted(sheet, cell, ("steps", span), "the derivation", lambda _: _steps(value)) or ""
    return True


def _value(cell: Cell, node: Node, names: Names) -> tuple[str, Value, Answer | None] | None:
    read = part_value(cell.lowered, node, names)
    return None if read is None else (*read, answer(read[1], names, cell.lowered.layout))


def _steps(value: Value) -> str:
    steps = steps_of(value, latex=False)
    rows = [f"  {s.before}" for s in steps[:1]] + [f"= {s.after}    ({s.rule})" for s in steps]
    return "\n".join(rows)


def _expression(said: _Said, sheet: Sheet, cell: Cell, tree: Relation, at: int) -> None:
    place = side_at(tree, at)
    if place is None:
        return
    nodes: Sequence[Node] = expressions_at(tree.sides[place], at) or [tree.sides[place]]
    for node in nodes:
        said.span = (node.start, node.end)
        said.brief = [f"`{shortened(cell.lowered.text[node.start : node.end])}`"]
        if _worked_out(said, sheet, cell, node):
            return
    broken = [d for d in cell.diagnostics if d.severity == "error"]
    said.brief = [f"{broken[0].code}: {broken[0].message}"] if broken else []


def _definition(said: _Said, sheet: Sheet, cell: Cell, names: Names) -> None:
    lowered = cell.lowered
    value = definition_value(lowered)
    if value is None or lowered.tensor is None:
        return
    tensor = lowered.tensor
    said.brief.append(f"**defines** `{tensor.name} ∈ {space_text(tensor.dims)}`")
    found = answer(value, names, lowered.layout)
    if found is not None:
        _forms(said, found)
        said.latex = formula_latex(lowered.text)
    if len(tensor.dims) <= 1:
        _jacobians(said, sheet, cell, tensor)


def _jacobians(said: _Said, sheet: Sheet, cell: Cell, tensor: Tensor) -> None:
    """The derivatives of a number or vector."""
    layout = cell.lowered.layout
    for leaf in variables_of(tensor)[:MOST_JACOBIANS]:
        name = f"∂{tensor.name}/∂{leaf.name}"
        found = said.noted(
            sheet, cell, ("derivative", leaf.name), f"`{name}`", partial(_jacobian, tensor, leaf, layout)
        )
        if found is not None:
            line = f"**{name}** `{shortened(found.text)}`, {found.shape}"
            (said.brief if len(said.brief) < 9 else said.details).append(line)
    said.details.append(f"derivatives in {layout} layout")


def _jacobian(tensor: Tensor, variable: Tensor, layout: str, names: Names) -> Answer | None:
    return answer(jacobian_value(tensor, variable, layout), names, layout)


def _claim(said: _Said, sheet: Sheet, cell: Cell, tree: Relation, place: int) -> None:
    lowered = cell.lowered
    left, right = lowered.sides[place : place + 2]
    said.span = (left.span[0], right.span[1])
    claim = _judged(cell, right.span)
    if claim is None:
        said.brief.append("not judged yet")
    else:
        said.brief.append(f"**{VERDICTS[claim.verdict]}**" + (f": {claim.assumption}" if claim.assumption else ""))
        if claim.derived and claim.verdict != "right":
            said.brief.append(f"einsight derives `{shortened(claim.derived)}`")
        if claim.counterexample:
            said.details.append(shortened(claim.counterexample))
    _worked_out(said, sheet, cell, tree.sides[place])


def _judged(cell: Cell, span: Span) -> Claim | None:
    claims = cell.judged.claims if cell.judged is not None else ()
    return next((c for c in claims if c.span == span), None)
