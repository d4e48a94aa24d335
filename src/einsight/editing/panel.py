"""What a panel beside the text shows of the statement at a position, and what can be done from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..judging.judge import judge_statement, judge_text
from ..lowering.lowered import Lowered
from ..lowering.names import Names
from ..lowering.report import Diagnostic, Span
from ..lowering.statements import lower_statement
from ..notation.changes import changed
from ..notation.tree_latex import Wrap, formula_latex, relation_latex
from ..sheets.cells import Cell
from ..sheets.places import extent
from ..sheets.sheet import Sheet
from ..syntax.finding import COMPOUND, children
from ..syntax.statements import Piece
from ..syntax.tree import Node, Relation
from .answers import numbered
from .derivations import Derivation, choices, derivation
from .edits import below, line_end
from .hints import SIGNS
from .latex.steps import latex_link
from .rewriting import Applied, rules_at

WIDEST = 88  # characters of a line, beyond which a link goes on the next


@dataclass(frozen=True)
class Verdict:
    """The verdict on one `=`: the span of its right side, the verdict, a sign for it."""

    span: Span
    verdict: str
    sign: str


@dataclass(frozen=True)
class View:
    """The statement at a position with its verdicts and findings, and the derivation of what stands right there.

    `pending` while its claims have no verdict; `variables` those that a definition can be differentiated in.
    """

    cell: Cell
    kind: str
    verdicts: tuple[Verdict, ...]
    findings: tuple[Diagnostic, ...]
    derivation: Derivation | None
    variables: tuple[str, ...]
    pending: bool

    @property
    def span(self) -> Span:
        return extent(self.cell)

    def latex(self, wrap: Callable[[Span, str], str]) -> str:
        """The statement as it stands; `wrap` marks the LaTeX of each expression, given its span in the document."""
        tree = self.cell.lowered.tree
        if not isinstance(tree, Relation):
            return ""
        spans = {(n.start, n.end) for side in _derivable(self.cell.lowered, tree) for n in _expressions(side)}

        def mark(start: int, end: int, latex: str) -> str:
            if (start, end) not in spans:
                return latex
            spans.discard((start, end))  # a bracket's inside has the span of nothing else
            return wrap(self.cell.move((start, end)), latex)

        return relation_latex(tree, mark, numbered(self.cell.lowered))


def view(
    sheet: Sheet, offset: int, variable: str | None = None, derives: bool = True, seconds: float | None = None
) -> View | None:
    """What stands at an offset; None between statements, and in formulas of notes that are not read.

    Without its derivation where it is not to be derived; that takes at most about so many seconds.
    """
    cell = sheet.cell_at(offset)
    if cell is None or cell.analysis is None or cell.unread:
        return None
    lowered = cell.lowered
    verdicts = tuple(
        Verdict(cell.move(c.span), c.verdict, SIGNS.get(c.verdict) or f"✓ if {c.assumption}")
        for c in sheet.claims_of(cell)
    )
    found = derivation(sheet, offset, variable=variable, seconds=seconds) if derives else None
    findings = tuple(d for d in sheet.diagnostics_of(cell) if not cell.is_silent(d))
    return View(
        cell, lowered.kind, verdicts, findings, found, choices(sheet, cell),
        cell.awaits_verdict,
    )  # fmt: skip


def _derivable(lowered: Lowered, tree: Relation) -> tuple[Node, ...]:
    return tree.sides[1:] if lowered.kind == "definition" else tree.sides


def _expressions(node: Node) -> Iterator[Node]:
    if isinstance(node, COMPOUND):
        yield node
    for inner in children(node):
        yield from _expressions(inner)


def marked_step(before: str, after: str, names: frozenset[str], mark: Callable[[str], str]) -> tuple[str, str]:
    """Both formulas of a step in LaTeX, with what differs marked; nothing where all of it does."""
    old, new = changed(before, after)
    if old == [(0, len(before))] and new == [(0, len(after))]:
        old = new = []
    return formula_latex(before, _marking(old, mark), names), formula_latex(after, _marking(new, mark), names)


def _marking(spans: list[Span], mark: Callable[[str], str]) -> Wrap:
    left = set(spans)

    def wrap(start: int, end: int, latex: str) -> str:
        if (start, end) not in left:
            return latex
        left.discard((start, end))
        return mark(latex)

    return wrap


def applicable(sheet: Sheet, start: int, end: int) -> tuple[Span, list[Applied]] | None:
    """The rules for an expression, or for the narrowest around it that has any: its span, and what each makes of it."""
    cell = sheet.cell_at(start)
    if cell is None or cell.analysis is None or not cell.place.is_verbatim:
        return None
    if not isinstance(cell.lowered.tree, Relation):
        return None
    found = rules_at(sheet, cell, start - cell.start, end - cell.start)
    return None if found is None else (cell.move((found[0].start, found[0].end)), found[1])


def step_edit(sheet: Sheet, offset: int, step: int, variable: str | None = None) -> tuple[Span, str] | None:
    """The edit that puts a step of the derivation at an offset into the text; None where it would not read.

    As the next link of the chain behind the side that it is about; or else as a claim of its own below. The step behind
    the last is the matrix form.
    """
    cell = sheet.cell_at(offset)
    found = derivation(sheet, offset, variable=variable)
    if cell is None or found is None:
        return None
    texts = [s.after for s in found.steps]
    matrix = found.answer.matrix if found.answer is not None else None
    texts += [matrix] if matrix is not None else []
    if not 0 <= step < len(texts):
        return None
    if cell.place.is_translated:
        side = _side_of(cell, found)
        return None if side is None or cell.lowered.kind != "claim" else latex_link(sheet, cell, side, texts[step])
    if not cell.place.is_verbatim:
        return None
    key = ("step", offset - cell.start, step, variable)
    is_matrix = step == len(found.steps)
    made = sheet.noted(cell, key, lambda names: _step(cell, found, texts[step], is_matrix, names))
    if made is None:
        return None
    at, text = made
    if at is None:
        return below(sheet, cell, text)
    place = cell.move((at, at))
    return place, f"{_line_break(sheet, cell, place[0], texts[step])}{text}"


def _step(cell: Cell, found: Derivation, after: str, is_matrix: bool, names: Names) -> tuple[int | None, str] | None:
    """A step as a link, with where that goes in the statement; or as a claim of its own, with None."""
    lowered = cell.lowered
    tree = lowered.tree
    assert isinstance(tree, Relation)
    side = _side_of(cell, found)
    if side is not None and lowered.kind in ("claim", "query"):
        at = tree.sides[side].end
        if _links(cell, f" = {after}", at, side, names):
            return at, f"= {after}"
    start = found.expression if is_matrix else found.start
    text = f"{start} = {after}"
    read = judge_text(text, names, lowered.layout)
    if read is None or not read[1].claims or any(c.verdict != "right" for c in read[1].claims):
        return None
    return None, text


def _side_of(cell: Cell, found: Derivation) -> int | None:
    """The side of a statement that a derivation is about, if it is about a whole one."""
    tree = cell.lowered.tree
    assert isinstance(tree, Relation)
    return next((k for k, s in enumerate(tree.sides) if cell.move((s.start, s.end)) == found.span), None)


def _links(cell: Cell, link: str, at: int, side: int, names: Names) -> bool:
    """Is the link right where it is put in, and does the rest of the statement still read?"""
    lowered = cell.lowered
    whole = lowered.text[:at] + link + lowered.text[at:]
    assert isinstance(cell.item, Piece)
    read = lower_statement(replace(cell.item, start=0, text=whole), names.child(), lowered.layout)
    if any(d.severity == "error" for d in read.diagnostics) or read.kind != "claim":
        return False
    claims = judge_statement(read, names).claims
    return len(claims) > side and claims[side].verdict == "right"


def _line_break(sheet: Sheet, cell: Cell, at: int, after: str) -> str:
    """A blank; or a new line, in a chain that is written one link a line, and where the line would be long."""
    text = sheet.text
    start = max(text.rfind(c, 0, at) for c in "\r\n") + 1
    here = text[start:at]
    is_link = here.lstrip().startswith("=")
    if not is_link and len(here) + len(after) + 3 <= WIDEST:
        return " "
    indent = here[: len(here) - len(here.lstrip())] if is_link else "  "
    return line_end(text) + indent
