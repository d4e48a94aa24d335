"""Where things are: highlight, references, definition, renaming, symbols, folding, growing selections."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from ...documents.positions import LineIndex
from ...editing import occurrences as places
from ...editing.occurrences import Occurrence, Refusal
from ...editing.outline import Symbol, folds, selections, symbols
from ...notation.quoting import visible
from ...sheets.sheet import Sheet
from .. import wire
from ..documents import OpenDocument
from ..protocol import Plain

if TYPE_CHECKING:
    from ..session import Server
    from .offered import Offer

_KINDS = {
    "declared": lsp.SymbolKind.Variable, "defined": lsp.SymbolKind.Field, "function": lsp.SymbolKind.Function,
    "dimension": lsp.SymbolKind.TypeParameter,
}  # fmt: skip
MOST_SYMBOLS = 500
READ, WRITE = 2, 3


def register(server: Server, offer: Offer) -> None:
    async def at(params: Any, work: Callable[[Sheet, LineIndex, int], Any], default: Any) -> Any:
        where = params.position

        def run(sheet: Sheet, lines: LineIndex) -> Any:
            return work(sheet, lines, lines.offset(where.line, where.character))

        return await server.compute(params.text_document.uri, run, default)

    @offer(lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    async def highlighted(params: lsp.DocumentHighlightParams) -> Plain:
        def find(sheet: Sheet, lines: LineIndex, offset: int) -> Plain:
            found = places.occurrences(sheet, offset)
            return Plain(
                [
                    {"range": wire.range_of(o.span, lines), "kind": WRITE if o.declares else READ}
                    for o in found
                    if wire.is_in(o.span, lines)
                ]
            )

        return await at(params, find, Plain([]))

    @offer(lsp.TEXT_DOCUMENT_REFERENCES)
    async def referenced(params: lsp.ReferenceParams) -> Plain:
        def find(sheet: Sheet, lines: LineIndex, offset: int) -> Plain:
            found = places.occurrences(sheet, offset)
            chosen = [o for o in found if params.context.include_declaration or not o.declares]
            return Plain([_location(params.text_document.uri, o, lines) for o in chosen])

        return await at(params, find, Plain([]))

    @offer(lsp.TEXT_DOCUMENT_DEFINITION)
    async def defined(params: lsp.DefinitionParams) -> Plain:
        def find(sheet: Sheet, lines: LineIndex, offset: int) -> Plain:
            found = places.definition(sheet, offset)
            return Plain([_location(params.text_document.uri, o, lines) for o in found])

        return await at(params, find, Plain([]))

    @offer(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepared(params: lsp.PrepareRenameParams) -> Plain | None:
        def find(sheet: Sheet, lines: LineIndex, offset: int) -> Any:
            found = places.can_rename(sheet, offset)
            if isinstance(found, Refusal):
                return found
            return Plain({"range": wire.range_of(found[0], lines), "placeholder": found[1]})

        return _allowed(await at(params, find, None))

    @offer(lsp.TEXT_DOCUMENT_RENAME)
    async def renamed(params: lsp.RenameParams) -> Plain | None:
        uri = params.text_document.uri

        def find(sheet: Sheet, lines: LineIndex, offset: int) -> Any:
            found = places.rename(sheet, offset, params.new_name)
            return found if isinstance(found, Refusal) else Plain(wire.workspace_edit({uri: found}, {uri: lines}))

        return _allowed(await at(params, find, None))

    @offer(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def outlined(params: lsp.DocumentSymbolParams) -> Plain:
        def find(sheet: Sheet, lines: LineIndex) -> Plain:
            return Plain([_symbol(s, lines) for s in symbols(sheet)])

        return await server.compute(params.text_document.uri, find, Plain([]))

    @offer(lsp.WORKSPACE_SYMBOL)
    async def found_in_workspace(params: lsp.WorkspaceSymbolParams) -> Plain:
        found: list[dict[str, Any]] = []
        for document in server.documents.all():
            found += await server.compute(document.uri, _searched(document, params.query.lower()), [])
        return Plain(found[:MOST_SYMBOLS])

    @offer(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    async def folded(params: lsp.FoldingRangeParams) -> Plain:
        def find(sheet: Sheet, lines: LineIndex) -> Plain:
            return Plain([{"startLine": a, "endLine": b, "kind": kind} for a, b, kind in folds(sheet, lines)])

        return await server.compute(params.text_document.uri, find, Plain([]))

    @offer(lsp.TEXT_DOCUMENT_SELECTION_RANGE)
    async def selected(params: lsp.SelectionRangeParams) -> Plain:
        def find(sheet: Sheet, lines: LineIndex) -> Plain:
            offsets = [lines.offset(p.line, p.character) for p in params.positions]
            return Plain([_nested(selections(sheet, o), lines) for o in offsets])

        return await server.compute(params.text_document.uri, find, Plain([]))


def _allowed(found: Any) -> Any:
    if isinstance(found, Refusal):
        raise JsonRpcInvalidParams(found.reason)
    return found


def _location(uri: str, found: Occurrence, lines: LineIndex) -> dict[str, Any]:
    return wire.location(found.span, lines, uri)


def _symbol(symbol: Symbol, lines: LineIndex) -> dict[str, Any]:
    return {
        "name": visible(symbol.name),
        "detail": visible(symbol.detail),
        "kind": _KINDS[symbol.kind].value,
        "range": wire.range_of(symbol.span, lines),
        "selectionRange": wire.range_of(symbol.name_span, lines),
    }


def _searched(document: OpenDocument, query: str) -> Callable[[Sheet, LineIndex], list[dict[str, Any]]]:
    def find(sheet: Sheet, lines: LineIndex) -> list[dict[str, Any]]:
        return [
            {
                "name": visible(s.name),
                "kind": _KINDS[s.kind].value,
                "containerName": visible(s.detail),
                "location": wire.location(s.name_span, lines, document.uri),
            }
            for s in symbols(sheet)
            if query in s.name.lower()
        ]

    return find


def _nested(spans: list[tuple[int, int]], lines: LineIndex) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for span in reversed(spans):
        made = {"range": wire.range_of(span, lines), **({"parent": made} if made else {})}
    return made
