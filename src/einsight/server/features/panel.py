"""What a panel beside the text asks: the statement and its derivation, the rules for a part of it, a step as text.

`einsight/view {uri, position, variable?, part?}`, at once and without a derivation where the part is `statement`; else with as much
of it as there is time for, `lack` saying what is missing, or only a `problem`.  The LaTeX in its answer holds `\\htmlData{at=…}` around what can be clicked, and
`\\htmlClass{ein-changed}` around what a step changed, as KaTeX reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...documents.positions import LineIndex
from ...editing.derivations import Derivation
from ...editing.panel import View, applicable, marked_step, step_edit, view
from ...editing.preview import Rendered, rendered
from ...lowering.report import Span
from ...notation.diagram import PAGE, diagram
from ...notation.network import NoNetwork
from ...notation.tree_latex import formula_latex
from ...rules.catalogue import catalogue
from ...sheets.sheet import Sheet
from ...terms.interruption import OutOfTime
from .. import wire
from ..arguments import field_of, require
from ..progress import shown_if_slow
from ..protocol import Plain
from ..turns import Rank
from .actions import asked_place, derivation_json, insert, offset_of

# the share of a request's time in which a derivation is found
DERIVING = 0.6

if TYPE_CHECKING:
    from ..session import Server
    from .offered import Offer


def register(server: Server, offer: Offer) -> None:
    @offer("einsight/view")
    async def viewed(params: Any) -> Plain | None:
        uri, position, given = asked_place(params, "einsight/view")
        variable, derives = given("variable"), given("part") != "statement"
        document = server.documents.get(uri)
        # what is shown of a derivation that takes too long is written in the rest of the time
        seconds = document.budget and document.budget * DERIVING if document is not None else None

        def find(sheet: Sheet, lines: LineIndex) -> Plain | None:
            found = view(sheet, offset_of(position, lines), variable, derives, seconds)
            return None if found is None else Plain(view_json(found, lines))

        def at(lines: LineIndex) -> int:
            return offset_of(position, lines)

        if derives:
            async with shown_if_slow(server, "einsight: deriving"):
                answer = await server.compute(uri, find, None, at, Rank.PATIENT, lambda why: Plain({"problem": why}))
        else:
            answer = await server.compute(uri, find, None, at)
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

        return await server.compute(uri, find, None, rank=Rank.PATIENT)

    @offer("einsight/verdicts")
    async def verdicts(params: Any) -> Plain | None:
        """`{uri}`: the verdicts of a page for whoever renders it: line, formula as it is written, verdict, sign, words.

        Of a notebook those of all cells, each with the URI of its cell and a line of it.
        """
        uri = field_of(params, "uri")
        require("einsight/verdicts takes a uri, which", "uri", uri)

        def find(sheet: Sheet, lines: LineIndex) -> Plain:
            return Plain([_rendered(r, uri, lines) for r in rendered(sheet)])

        return await server.compute(uri, find, None)

    @offer("einsight.insertStep")
    async def step_inserted(uri: str, position: Any, step: int, variable: str | None = None) -> bool:
        def find(sheet: Sheet, offset: int) -> Any:
            edit = step_edit(sheet, offset, step, variable)
            return (edit,) if edit is not None else None

        return await insert(server, uri, position, find)


def _rendered(found: Rendered, uri: str, lines: LineIndex) -> dict[str, Any]:
    where, there = wire.home(found.span, lines, uri)
    line = there.position(found.span[1])[0]
    return {
        "uri": where, "line": line, "source": found.source, "verdict": found.verdict, "sign": found.sign, "says": found.says
    }  # fmt: skip


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
        "derivation": _derivation(found.derivation, lines) if found.derivation is not None else None,
    }


def _derivation(derivation: Derivation, lines: LineIndex) -> dict[str, Any]:
    made = {**derivation_json(derivation, lines), "diagram": _diagram(derivation)}
    names = derivation.numbered
    for step in made["steps"]:
        step["beforeMarked"], step["latexMarked"] = marked_step(step["before"], step["after"], names, _changed)
    return made


def _diagram(derivation: Derivation) -> str | None:
    """The tensor network of the answer in SVG, coloured by the page; None where it is too large to be read."""
    if derivation.network is None:
        return None
    try:
        return diagram(*derivation.network, PAGE)
    except (NoNetwork, OutOfTime):
        return None


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
