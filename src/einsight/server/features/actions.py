"""Code actions, the commands behind them, and the derivation for panels."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from ...docs.book import one_page
from ...docs.explain import pages
from ...documents.positions import LineIndex
from ...editing.actions import actions
from ...editing.copying import copied
from ...editing.derivations import Derivation, as_text, derivation
from ...editing.edits import REWRITE, Action
from ...editing.hints import summary, verdicts
from ...editing.rewriting import jacobian_edit
from ...editing.vocabulary import SPELLINGS
from ...lowering.report import EinsightError
from ...notation.quoting import visible
from ...sheets.sheet import Sheet
from .. import wire
from ..arguments import field_of, require
from ..progress import shown_if_slow
from ..protocol import Plain
from ..turns import Rank, TookTooLong

log = logging.getLogger("einsight")
# a page may have to work out the derivative of a function
PAGE_SECONDS = 5

if TYPE_CHECKING:
    from ..session import Server
    from .offered import Offer


def register(server: Server, offer: Offer) -> None:
    @offer(lsp.TEXT_DOCUMENT_CODE_ACTION)
    async def offered(params: lsp.CodeActionParams) -> Plain:
        uri = params.text_document.uri
        only = [str(getattr(k, "value", k)) for k in params.context.only or ()]

        def find(sheet: Sheet, lines: LineIndex) -> Plain:
            start, end = wire.span_of(params.range, lines)
            return Plain([_action(a, lines, uri, params.range) for a in actions(sheet, lines, start, end, only)])

        return await server.compute(uri, find, Plain([]), rank=Rank.OFFERED)

    @offer("einsight/derivation")
    async def derived(params: Any) -> Plain | None:
        return await _derivation(server, params, lambda found, lines: Plain(derivation_json(found, lines)))

    @offer("einsight/status")
    async def status(params: Any) -> Plain | None:
        """Answered when every claim of a document has its verdict: how many of each, and the version they are of."""
        uri = field_of(params, "uri")
        require("einsight/status takes a uri, which", "uri", uri)
        document = server.documents.get(uri)
        if document is None:
            return None
        await server.publisher.finished(document)
        program = getattr(document, "code", None)  # of a notebook
        if program is not None:
            await server.publisher.finished(program)

        def find(sheet: Sheet, lines: LineIndex) -> Plain:
            return Plain({"version": document.version, "verdicts": verdicts(sheet), "summary": summary(sheet)})

        return await server.compute(document.uri, find, None)

    @offer("einsight.showDerivation")
    async def shown(uri: str, position: Any) -> str | None:
        """The derivation at a position, as text."""
        found = await _derivation(server, {"uri": uri, "position": position}, lambda d, lines: Plain(as_text(d)))
        return None if found is None else found.data

    @offer("einsight.insertJacobian")
    async def jacobian_inserted(uri: str, position: Any, variable: str) -> bool:
        return await insert(server, uri, position, lambda sheet, offset: jacobian_edit(sheet, offset, variable))

    @offer("einsight.insertDerivation")
    async def derivation_inserted(uri: str, position: Any) -> bool:
        def find(sheet: Sheet, offset: int) -> Any:
            found = actions(sheet, LineIndex(sheet.text), offset, offset, (REWRITE,))
            return next((a.edits for a in found if a.title == "Insert the whole derivation"), None)

        return await insert(server, uri, position, find)

    @offer("einsight.copyAs")
    async def copied_as(target: str, uri: str, position: Any, variable: str | None = None) -> str | None:
        """Source or LaTeX of what stands at a position; the client puts it where its user wants it."""

        def find(sheet: Sheet, lines: LineIndex) -> str | None:
            return copied(sheet, offset_of(position, lines), target, variable)

        try:
            async with shown_if_slow(server, "einsight: writing what is copied"):
                return await server.compute(uri, find, None, rank=Rank.PATIENT, spent=_refused)
        except EinsightError as problem:
            raise JsonRpcInvalidParams(str(problem)) from None

    @offer("einsight/vocabulary")
    async def known(params: Any = None) -> Plain:
        """What a client may offer to type or to read: signs by the names behind a backslash, pages by what they explain."""
        return Plain({"signs": SPELLINGS, "pages": [{"what": what, "name": name} for what, name in pages()]})

    @offer("einsight.explain")
    async def explained(what: str) -> str:
        """The page of a code, a rule or a function, in Markdown."""
        try:
            return await server.turns.asked(one_page, what, budget=PAGE_SECONDS)
        except (EinsightError, TookTooLong) as problem:
            raise JsonRpcInvalidParams(str(problem)) from None


def _refused(why: str) -> Any:
    raise JsonRpcInvalidParams(why)


def offset_of(position: Any, lines: LineIndex) -> int:
    return lines.offset(field_of(position, "line"), field_of(position, "character"))


def asked_place(params: Any, method: str) -> tuple[str, Any, Callable[[str], Any]]:
    """The URI and the position of a request of ours, and what else it was given, by name."""
    document = field_of(params, "textDocument")
    uri = field_of(params, "uri") or (field_of(document, "uri") if document is not None else None)
    position = field_of(params, "position")
    told = f"{method} takes a uri and a position, of which"
    require(f"{told} `uri`", "uri", uri)
    assert isinstance(uri, str)
    require(f"{told} `position`", "position", position)
    for name in ("variable", "end"):
        if field_of(params, name) is not None:
            require(f"{method} takes `{name}`, which", name, field_of(params, name))
    return uri, position, lambda name: field_of(params, name)


async def _derivation(server: Server, params: Any, show: Any) -> Plain | None:
    uri, position, _ = asked_place(params, "einsight/derivation")

    def find(sheet: Sheet, lines: LineIndex) -> Plain | None:
        found = derivation(sheet, offset_of(position, lines))
        return None if found is None else show(found, lines)

    async with shown_if_slow(server, "einsight: deriving"):
        return await server.compute(
            uri, find, None, lambda lines: offset_of(position, lines), rank=Rank.PATIENT, spent=_refused
        )


async def insert(server: Server, uri: str, position: Any, find: Any) -> bool:
    """Have the client apply edits that are found at a position."""

    def run(sheet: Sheet, lines: LineIndex) -> dict[str, Any] | None:
        edits = find(sheet, offset_of(position, lines))
        return wire.workspace_edit({uri: edits}, {uri: lines}) if edits else None

    async with shown_if_slow(server, "einsight: deriving"):
        edit = await server.compute(uri, run, None, rank=Rank.PATIENT, spent=_refused)
    if edit is None:
        return False
    converter = server.protocol._converter
    made = converter.structure({"label": "einsight", "edit": edit}, lsp.ApplyWorkspaceEditParams)
    try:
        answer = await server.workspace_apply_edit_async(made)
    except JsonRpcException as problem:
        log.warning("the client does not apply an edit: %s", problem)
        return False
    return bool(answer.applied)


def _action(action: Action, lines: LineIndex, uri: str, where: lsp.Range) -> dict[str, Any]:
    title = visible(action.title).replace("`", "")  # a menu shows no Markdown
    made: dict[str, Any] = {"title": title, "kind": action.kind}
    if action.edits:
        made["edit"] = wire.workspace_edit({uri: action.edits}, {uri: lines})
    if action.mends is not None:
        made["diagnostics"] = [wire.diagnostic(action.mends, lines, uri)]
    if action.preferred:
        made["isPreferred"] = True
    if action.command is not None:
        name, arguments = action.command
        position = {"line": where.start.line, "character": where.start.character}
        made["command"] = {"title": title, "command": name, "arguments": [*arguments, uri, position]}
    return made


def derivation_json(found: Derivation, lines: LineIndex) -> dict[str, Any]:
    """`{steps: [{rule, before, after, latex, range}], …}`, and what a panel shows around them."""
    where = wire.range_of(found.span, lines)
    answer, other = found.answer, found.other
    return {
        "range": where,
        "expression": found.expression,
        "expressionLatex": found.expression_latex,
        "start": found.start,
        "startLatex": found.start_latex,
        "steps": [
            {"rule": s.rule, "before": s.before, "after": s.after, "latex": s.latex, "note": s.note, "range": where}
            for s in found.steps
        ],
        "index": answer.index if answer else None,
        "matrix": answer.matrix if answer else None,
        "latex": answer.latex if answer else None,
        "shape": answer.shape if answer else None,
        "layout": answer.layout if answer else None,
        "other": {"layout": other.layout, "matrix": other.matrix, "shape": other.shape} if other else None,
        "lack": found.lack,
        "text": as_text(found),
    }
