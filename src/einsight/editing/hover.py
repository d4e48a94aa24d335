"""What stands at a position of a document, the narrowest thing first.

A hover is one formula, and in a line or two what it is; what else there is to say stands in its details.  It is text in
Markdown that reads well as it is; `latex` is for clients that show pictures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..judging.claims import Claim
from ..lowering import marks as kinds
from ..lowering.lowered import Lowered
from ..lowering.names import Names, space_text
from ..lowering.report import Span
from ..notation.quoting import code, prose
from ..notation.tree_latex import formula_latex
from ..python.telling import told_at
from ..rules.engine import BudgetExceeded, MissingRule
from ..sheets.cells import Cell, of_notes, raised
from ..sheets.places import extent, inside, outside
from ..sheets.sheet import Sheet
from ..syntax.finding import equals_at, expressions_at, side_at
from ..syntax.tree import Node, Relation
from ..terms.interruption import OutOfTime, now
from ..terms.term import Derivative, Tensor, has_head
from .answers import (
    Answer,
    Network,
    Part,
    answer,
    definition_value,
    in_other_layout,
    jacobian_value,
    network_of,
    numbered,
    part_value,
    reason,
    shape_in_words,
    shortened,
    steps_of,
    variables_of,
)
from .derivations import choices
from .hover_marks import Said, say_mark

MOST_JACOBIANS = 6

VERDICTS = {
    "right": "✓ right",
    "transposed": "⇄ right but for a transpose",
    "right_if": "✓ right under an assumption",
    "wrong": "✗ wrong",
    "shape": "✗ the shapes differ",
    "undecided": "? undecided",
}


@dataclass(frozen=True)
class Hover:
    """`formula` as text and as `latex`, `brief` lines and `details` in Markdown about a span; `steps` is its derivation.

    `left_out` names what takes long; it is there once a patient hover has been here.  `network` is what a client that shows
    pictures may draw.
    """

    span: Span
    brief: tuple[str, ...]
    details: tuple[str, ...] = ()
    formula: str = ""
    latex: str = ""
    steps: str = ""
    left_out: tuple[str, ...] = ()
    network: Network | None = None

    def beyond(self, first: Hover) -> Hover:
        """What it says beyond another one of the same place, which left something out."""
        brief = tuple(line for line in self.brief if line not in first.brief)
        is_same = self.formula == first.formula
        formula, latex = ("", "") if is_same else (self.formula, self.latex)
        return replace(self, brief=brief, formula=formula, latex=latex)


def hover(sheet: Sheet, offset: int, patience: float | None = None) -> Hover | None:
    """The hover at an offset; None between statements.  The sheet must be read up to there.

    After `patience` seconds what is not known yet is left out: a hover that comes late is not read.
    """
    coded = _of_code(sheet, offset)
    if coded is not None:
        return coded
    cell = sheet.cell_at(offset)
    if cell is not None and cell.is_settled and extent(cell)[0] <= offset <= extent(cell)[1]:
        return _settled(cell)
    at = inside(sheet.text, cell, offset) if cell is not None else None
    if cell is None or cell.analysis is None or at is None or cell.unread:
        return _not_read(sheet, cell, offset)
    said = Said((0, len(cell.item.text)), math.inf if patience is None else now() + patience)
    try:
        _say(said, sheet, cell, at)
    except OutOfTime as spent:
        said.details.append(f"EIN504: the rest is left out, {spent}.")
    except (BudgetExceeded, MissingRule) as problem:
        said.details.append(f"{prose(reason(problem))}.")
    if not said.brief and not said.formula:
        return None
    span = outside(sheet.text, cell, said.span)
    if not span[0] <= offset <= span[1]:  # on what belongs to it: the braces of an index, the sign of a transpose
        pointed = cell.move((at, at + 1))
        span = (min(span[0], pointed[0]), max(span[1], pointed[1]))
    brief, details, formula = said.brief, said.details, said.formula
    if cell.place.is_translated:
        brief, details = [raised(line) for line in brief], [raised(line) for line in details]
        formula = of_notes(formula)
    left_out = tuple(said.left_out)
    return Hover(span, tuple(brief), tuple(details), formula, said.latex, said.steps, left_out, said.network)


def _of_code(sheet: Sheet, offset: int) -> Hover | None:
    """What array code of a program says there."""
    told = told_at(sheet.code, offset)
    if told is None:
        return None
    brief, details = ([code(x) if x == x.lstrip() else prose(x.strip()) for x in y] for y in (told.brief, told.details))
    return Hover(told.span, tuple(brief), tuple(details))


def _settled(cell: Cell) -> Hover:
    """What is known of a claim by numbers alone, and what its names were taken for."""
    region = cell.place.region
    assert region is not None
    said = (
        f"not right: {prose(region.fault)}"
        if region.fault
        else "right: both sides are equal in numbers, at several sizes"
    )
    return Hover(extent(cell), (said,), (f"It rests on: {prose(', '.join(region.settled))}.",))


def _not_read(sheet: Sheet, cell: Cell | None, offset: int) -> Hover | None:
    """Why a formula of notes is not read; None where none stands."""
    if cell is not None and cell.unread and extent(cell)[0] <= offset <= extent(cell)[1]:
        return Hover(extent(cell), (f"not read: {prose(cell.lack)}",))
    refused = [r for r in sheet.refused if r.start <= offset <= r.end]
    return Hover((refused[0].start, refused[0].end), (f"not read: {prose(refused[0].problem)}",)) if refused else None


def _say(said: Said, sheet: Sheet, cell: Cell, at: int) -> None:
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
            say_mark(said, sheet, cell, names, mark)
        return
    tree = lowered.tree
    if not isinstance(tree, Relation):
        return
    place = equals_at(tree, at)
    if place is not None and lowered.kind == "claim":
        if cell.awaits_verdict:  # whoever points at it wants to know now
            said.in_time("the verdict", lambda: sheet.judge(cell))
        _claim(said, sheet, cell, tree, place)
    elif place is not None and lowered.kind == "definition":
        _definition(said, sheet, cell, names)
    else:
        _expression(said, sheet, cell, tree, at)


def _defined(lowered: Lowered) -> str:
    return lowered.tensor.name if lowered.tensor is not None else ""


def _directive(text: str) -> str:
    words = text[2:].split()
    if words[:1] == ["layout"]:
        return "**directive**: from here on derivatives are laid out so; `numerator`, `denominator` or `mixed`"
    if words[:1] == ["ignore"]:
        return "**directive**: from here on these codes are not reported"
    return "no directive: write `#! layout numerator` or `#! ignore EIN402`"


# expressions, definitions, claims


def _forms(said: Said, found: Answer) -> None:
    """The forms of a value that the formula does not show, and what its axes run over."""
    if found.matrix is not None and not f"= {said.formula}".endswith(f"= {found.matrix}"):
        said.details.append(f"**matrix form** {code(shortened(found.matrix))}")
    said.details.append(
        f"**index form** {code(shortened(found.index))}"
        + (f", {'free' if found.indexed else 'axes'} {prose(', '.join(found.ranges))}" if found.free else "")
    )
    if found.matrix is None and not found.indexed:
        said.details.append("no matrix form")
    if found.problem:
        said.brief.append(prose(found.problem))


def _worked_out(said: Said, sheet: Sheet, cell: Cell, node: Node) -> bool:
    """What a part of a statement is, its forms in both layouts, and its derivation; False where it has no value by itself."""
    span, layout, source = (node.start, node.end), cell.lowered.layout, cell.lowered.text[node.start : node.end]
    part = said.noted(sheet, cell, ("part", span), "what it is", lambda names: part_value(cell.lowered, node, names))
    if part is None and said.left_out:
        said.formula, said.latex = shortened(source), formula_latex(source, numbered=numbered(cell.lowered))
        return True
    if part is None:
        return False
    if part.value.flexible:
        said.brief.append("takes its size from where it stands")
        return True
    said.formula = said.formula or shortened(source)
    said.latex = said.latex or formula_latex(source, numbered=numbered(cell.lowered))
    derived = has_head(part.value.term, Derivative)
    said.brief.append(prose(shape_in_words(part, layout)))
    found = said.noted(sheet, cell, ("value", span), "the result", lambda names: part.answer(names, layout))
    if found is None:
        return True
    if not found.problem and found.text != source:
        said.formula = shortened(f"{source} = {found.text}")
        said.latex = f"{formula_latex(source, numbered=numbered(cell.lowered))} = {found.latex}"
    _forms(said, found)
    said.network = network_of(found, part.value.term) or said.network
    if derived and found.matrix is not None:
        turned = partial(in_other_layout, part.text, part.value, found, layout=layout)
        other = said.noted(sheet, cell, ("other layout", span), "the other layout", lambda names: turned(names=names))
        if other is not None and other.matrix is not None:
            said.details.append(f"**{other.layout} layout** {code(shortened(other.matrix))}, {prose(other.shape)}")
    said.steps = said.noted(sheet, cell, ("steps", span), "the derivation", lambda _: _steps(part)) or ""
    return True


def _steps(part: Part) -> str:
    steps = steps_of(part.value, part.axes, latex=False)
    rows = [f"  {s.before}" for s in steps[:1]] + [f"= {s.after}    ({s.rule})" for s in steps]
    return "\n".join(rows)


def _expression(said: Said, sheet: Sheet, cell: Cell, tree: Relation, at: int) -> None:
    place = side_at(tree, at)
    if place is None:
        return
    nodes: Sequence[Node] = expressions_at(tree.sides[place], at) or [tree.sides[place]]
    for node in nodes:
        said.span = (node.start, node.end)
        if _worked_out(said, sheet, cell, node):
            return
    broken = [d for d in cell.diagnostics if d.severity == "error"]
    said.brief = [f"{broken[0].code}: {prose(broken[0].message)}"] if broken else []


def _definition(said: Said, sheet: Sheet, cell: Cell, names: Names) -> None:
    lowered = cell.lowered
    value = definition_value(lowered)
    if value is None or lowered.tensor is None:
        return
    tensor = lowered.tensor
    said.brief.append(f"**defines** {code(f'{tensor.name} ∈ {space_text(tensor.dims)}')}")
    said.formula, said.latex = shortened(lowered.text), formula_latex(lowered.text, numbered=numbered(lowered))
    layout = lowered.layout
    found = said.noted(sheet, cell, ("value", "definition"), "its forms", lambda names: answer(value, names, layout))
    if found is not None:
        _forms(said, found)
    if len(tensor.dims) <= 1:
        _jacobians(said, sheet, cell, tensor)


def _jacobians(said: Said, sheet: Sheet, cell: Cell, tensor: Tensor) -> None:
    """The derivatives of a number or vector."""
    layout = cell.lowered.layout
    leaves = {t.name: t for t in variables_of(tensor)}
    for leaf in [leaves[name] for name in choices(sheet, cell)][:MOST_JACOBIANS]:
        name = f"∂{tensor.name}/∂{leaf.name}"
        found = said.noted(sheet, cell, ("derivative", leaf.name), code(name), partial(_jacobian, tensor, leaf, layout))
        if found is not None:
            axes = f", axes {prose(', '.join(found.ranges))}" if found.matrix is None and found.free else ""
            said.details.append(f"**{prose(name)}** {code(shortened(found.text))}, {prose(found.shape)}{axes}")
    said.details.append(f"derivatives in {layout} layout")


def _jacobian(tensor: Tensor, variable: Tensor, layout: str, names: Names) -> Answer | None:
    value, axes = jacobian_value(tensor, variable, layout)
    return answer(value, names, layout, axes)


def _claim(said: Said, sheet: Sheet, cell: Cell, tree: Relation, place: int) -> None:
    lowered = cell.lowered
    left, right = lowered.sides[place : place + 2]
    said.span = (left.span[0], right.span[1])
    claim = _judged(sheet, cell, right.span)
    if claim is None:
        said.brief.append("not judged yet")
    else:
        assumption = f": {prose(claim.assumption)}" if claim.assumption and claim.verdict == "right_if" else ""
        doubt = f", since {prose(cell.doubt)}" if claim.verdict == "undecided" and cell.doubt else ""
        said.brief.append(f"**{VERDICTS[claim.verdict]}**{assumption}{doubt}")
        told = claim.counterexample and any(claim.counterexample in d.message for d in cell.diagnostics)
        if claim.counterexample and not told:
            said.details.append(prose(shortened(claim.counterexample)))
    _worked_out(said, sheet, cell, tree.sides[place])


def _judged(sheet: Sheet, cell: Cell, span: Span) -> Claim | None:
    return next((c for c in sheet.claims_of(cell) if c.span == span), None)
