"""What is drawn into the text: shapes behind definitions, verdicts behind claims, results behind queries; lenses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..lowering.names import Names, space_text
from ..lowering.report import Span
from ..notation.quoting import code, prose
from ..python.telling import shapes_between
from ..sheets.cells import Cell, has_derivative
from ..sheets.places import behind_formula, is_supposed, stands_alone
from ..sheets.sheet import Sheet
from ..syntax.tree import Relation
from ..terms.interruption import OutOfTime, now, within
from .answers import Answer, part_value
from .derivations import choices

LONGEST_LABEL = 60
# seconds for the results in a view, for one of them, and for one that may be known already
PATIENCE, SLICE, LEAST = 0.3, 0.05, 0.005
TOO_LONG = "result too long"
MOST_LENSES = 4
ROOM_OF_LENSES = 96
SIGNS = {"right": "✓", "transposed": "⇄ transposed", "wrong": "✗ wrong", "shape": "✗ shape", "undecided": "? undecided"}


@dataclass(frozen=True)
class Hint:
    """A label behind `offset`; `kind` is shapes, verdicts or results; `insert` would make it part of the text."""

    offset: int
    label: str
    kind: str
    tooltip: str = ""
    insert: str = ""


def hints(sheet: Sheet, start: int, end: int, late: list[Cell] | None = None) -> Iterator[Hint]:
    """The hints of the statements that touch a part of the document.

    Results that take long are left out where there is a list of those that are `late`, and their cells put into it.
    """
    stop = now() + PATIENCE
    yield from _of_code(sheet, start, end)
    for cell in sheet.cells_between(start, end):
        if cell.analysis is None or cell.unread:
            continue
        if cell.place.is_translated:
            yield from _beside_latex(sheet, cell)
        elif cell.lowered.kind == "definition":
            yield from _shape(cell)
        elif cell.lowered.kind == "claim":
            yield from _verdicts(sheet, cell)
        elif cell.lowered.kind == "query":
            if late is None or work_out(sheet, cell, min(SLICE, stop - now())):
                yield from _result(sheet, cell)
            else:
                late.append(cell)


def work_out(sheet: Sheet, cell: Cell, seconds: float) -> bool:
    """Is the result of a query known, or worked out within some seconds?"""
    limit = None
    try:
        with within(max(seconds, LEAST)) as limit:
            _noted(sheet, cell)
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
        return TOO_LONG in cell.notes
    return True


def give_up(sheet: Sheet, cell: Cell) -> None:
    """Remember that a result takes longer than anybody waits."""
    sheet.noted(cell, TOO_LONG, lambda names: True)


def _noted(sheet: Sheet, cell: Cell) -> Answer | None:
    return sheet.noted(cell, "result", lambda names: query_answer(cell, names))


def _of_code(sheet: Sheet, start: int, end: int) -> Iterator[Hint]:
    """Shapes of names behind their assignment, verdicts behind what a derivative returns."""
    for offset, shape in shapes_between(sheet.code, start, end):
        yield Hint(offset, f": {shape}", "shapes")
    for claim in sheet.code.claims:
        if start <= claim.span[1] <= end:
            sign = SIGNS.get(claim.verdict) or f"✓ if {claim.assumption}"
            derived = f"einsight derives {code(claim.derived)}" if claim.derived else ""
            yield Hint(claim.span[1], sign, "verdicts", derived)


def _end(cell: Cell) -> int:
    return cell.move((0, len(cell.item.text)))[1]


def _shape(cell: Cell) -> Iterator[Hint]:
    tensor = cell.lowered.tensor
    if tensor is not None:
        yield Hint(_end(cell), f"∈ {space_text(tensor.dims)}", "shapes")


def _verdicts(sheet: Sheet, cell: Cell) -> Iterator[Hint]:
    for claim in sheet.claims_of(cell):
        sign = SIGNS.get(claim.verdict) or f"✓ if {claim.assumption}"
        derived = f"einsight derives {code(claim.derived)}" if claim.derived and claim.verdict != "right" else ""
        doubt = f"undecided, since {prose(cell.doubt)}" if claim.verdict == "undecided" and cell.doubt else ""
        yield Hint(cell.move(claim.span)[1], sign, "verdicts", doubt or derived)


def _beside_latex(sheet: Sheet, cell: Cell) -> Iterator[Hint]:
    """What is worth a reader's while beside a formula of notes, behind all that closes it on its line.

    Prose stays as it is: within a line only verdicts on derivatives, and on claims that fail, are shown.
    """
    derives, is_display = has_derivative(cell.lowered), stands_alone(sheet.text, cell)
    if cell.lowered.kind == "definition" and is_display and not cell.rests_on and not is_supposed(cell):
        found = list(_shape(cell))
    else:
        told = zip(_verdicts(sheet, cell), sheet.claims_of(cell), strict=True)
        fails = ("wrong", "shape", "transposed", "right_if")
        found = [h for h, c in told if derives or c.verdict in fails or (is_display and c.verdict == "right")]
    for hint in found:
        yield replace(hint, offset=behind_formula(sheet.text, hint.offset))


def _result(sheet: Sheet, cell: Cell) -> Iterator[Hint]:
    if TOO_LONG in cell.notes and "result" not in cell.notes:
        yield Hint(_end(cell), "= … too long", "results", "the result takes longer to work out than `budget` allows")
        return
    found = _noted(sheet, cell)
    if found is None or found.problem or found.text == cell.lowered.text:
        return
    where = f"\n\n{prose(found.shape)}, {found.layout} layout" if found.layout else ""
    # components of a whole array are no right side for it
    insert = f" = {found.text}" if " where " not in found.text and (found.matrix or found.indexed) else ""
    axes = (
        f"\n\naxes {prose(', '.join(found.free))}" if found.free and found.matrix is None and not found.indexed else ""
    )
    yield Hint(_end(cell), _short(f"= {found.text}"), "results", f"{code(found.text)}{axes}{where}", insert)


def query_answer(cell: Cell, names: Names) -> Answer | None:
    """The result of a query."""
    tree = cell.lowered.tree
    part = part_value(cell.lowered, tree.sides[0], names) if isinstance(tree, Relation) else None
    return None if part is None else part.answer(names, cell.lowered.layout)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


# lenses


@dataclass(frozen=True)
class Lens:
    """Above `span`: the status of the file, or a derivative by `variable` that is worked out when it is looked at.

    `room` is how many characters it may take, so that all of one line are in view.
    """

    span: Span
    title: str
    variable: str = ""
    room: int = ROOM_OF_LENSES


def lenses(sheet: Sheet) -> Iterator[Lens]:
    if sheet.cells:
        yield Lens((0, 0), summary(sheet))
    for cell in sheet.cells:
        if cell.analysis is None or cell.lowered.kind != "definition":
            continue
        tensor = cell.lowered.tensor
        if tensor is None or len(tensor.dims) > 1 or not cell.place.is_verbatim:
            continue
        names = choices(sheet, cell)[:MOST_LENSES]
        for name in names:
            yield Lens(
                cell.move((0, len(cell.item.text))), f"∂{tensor.name}/∂{name}", name, ROOM_OF_LENSES // len(names)
            )


def verdicts(sheet: Sheet) -> dict[str, int]:
    """How many claims have which verdict."""
    return dict(Counter(claim.verdict for cell in sheet.cells for claim in sheet.claims_of(cell)))


def summary(sheet: Sheet) -> str:
    """The same in words."""
    found = verdicts(sheet)
    waiting = len(sheet.unjudged) + len(sheet.dirty)
    if not found and not waiting:
        return "einsight: no claims yet"
    words = {"right": "right", "right_if": "right under an assumption", "transposed": "transposed", "wrong": "wrong",
             "shape": "of unequal shapes", "undecided": "undecided"}  # fmt: skip
    counted = [f"{found[v]} {w}" for v, w in words.items() if v in found]
    return "einsight: " + ", ".join([*counted, *(["checking …"] if waiting else [])])
