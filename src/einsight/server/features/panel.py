"""What a panel beside the text asks: the statement and its derivation, the rules for a part of it, a step as text.

`einsight/view {uri, position, variable?}`; the LaTeX in its answer holds `\\htmlData{at=…}` around what can be clicked, and
`\\htmlClass{ein-changed}` around what a step changed, as KaTeX reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...documents.positions import LineIndex
from ...editing.derivations import Derivation
from ...editing.panel import View, applicable, marked_step, numbered, step_edit, view
from ...lowering.report import Span
from ...notation.tree_latex import formula_latex
from ...rules.catalogue import catalogue
from ...sheets.sheet import Sheet
from .. import wire
from ..protocol import Plain
from .actions import asked_place, derivation_json, insert, offset_of

if TYPE_CHECKING:
    from ..session import Server
    from .offered import Offer


def register(server: Server, offer: Offer) -> None:
    @offer("einsight/view")
    async def viewed(params: Any) -> Plain | None:
        uri, position, given = asked_place(params, "einsight/view")
        variable = given("variable")

        def find(sheet: Sheet, lines: LineIndex) -> Plain | None:
            found = view(sheet, offset_of(position, lines), variable)
            return None if found is None else Plain(view_json(found, lines))

        answer = await server.compute(uri, find, None, lambda lines: offset_of(position, lines))
        document = server.documents.get(uri)
        if answer is not None and document is not None:
            answer.data["version"] = document.version
        return answer

    @offer("einsight/rules")
    async def ruled(params: Any) -> Plain | None:
        """`{uri, position, end}`: what each rule makes of the expression from a position to another, or around it."""
        uri, position, given = asked_place(params, "einsight/rules")
        end = given("end") or position

        def find(sheet: Sheet, lines: LineIndex) -> Plain | None:
            span = (offset_of(position, lines), offset_of(end, lines))
            found = applicable(sheet, *span)
            return None if found is None else Plain(rules_json(sheet, *found, lines))

        return await server.compute(uri, find, None)

    @offer("einsight.insertStep")
    async def step_inserted(uri: str, position: Any, step: int, variable: str | None = None) -> bool:
        def find(sheet: Sheet, offset: int) -> Any:
            edit = step_edit(sheet, offset, step, variable)
            return (edit,) if edit is not None else None

        return await insert(server, uri, position, find)


def view_json(found: View, lines: LineIndex) -> dict[str, Any]:
    """What a panel shows of a statement, but for the version of the document."""

    def clickable(span: Span, latex: str) -> str:
        (line, column), (last, end) = lines.position(span[0]), lines.position(span[1])
        return rf"\htmlData{{at={line}:{column}-{last}:{end}}}{{{latex}}}"

    return {
        "range": wire.range_of(found.span, lines),
        "text": found.cell.item.text,
        "latex": found.latex(clickable),
        "kind": found.kind,
        "pending": found.pending,
        "verdicts": [
            {"range": wire.range_of(v.span, lines), "verdict": v.verdict, "sign": v.sign} for v in found.verdicts
        ],
        "findings": [{"code": d.code, "severity": d.severity, "message": d.message} for d in found.findings],
        "variables": list(found.variables),
        "derivation": _derivation(found, found.derivation, lines) if found.derivation is not None else None,
    }


def _derivation(found: View, derivation: Derivation, lines: LineIndex) -> dict[str, Any]:
    made = derivation_json(derivation, lines)
    names = numbered(found.cell.lowered)
    made["expressionLatex"] = formula_latex(derivation.expression, numbered=names)
    for step in made["steps"]:
        step["beforeMarked"], step["latexMarked"] = marked_step(step["before"], step["after"], names, _changed)
    return made


def _changed(latex: str) -> str:
    return rf"\htmlClass{{ein-changed}}{{{latex}}}"


def rules_json(sheet: Sheet, span: Span, found: Any, lines: LineIndex) -> dict[str, Any]:
    """The rules that were found for a span, with what each makes of it."""
    rules = catalogue().rules
    return {
        "range": wire.range_of(span, lines),
        "text": sheet.text[slice(*span)],
        "latex": formula_latex(sheet.text[slice(*span)]),
        "rules": [
            {"rule": r.rule, "statement": rules[r.rule].statement, "doc": rules[r.rule].doc, "text": r.text,
             "latex": formula_latex(r.text)} for r in found
        ],
    }  # fmt: skip
