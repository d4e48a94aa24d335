"""Completion and signature help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from ...documents.positions import LineIndex
from ...editing.completion import Item, Signature, completions, signature
from ...notation.quoting import visible
from ...sheets.sheet import Sheet
from .. import wire
from ..protocol import Plain

if TYPE_CHECKING:
    from ..session import Server
    from .offered import Offer

_KINDS = {
    "variable": lsp.CompletionItemKind.Variable, "constant": lsp.CompletionItemKind.Constant,
    "function": lsp.CompletionItemKind.Function, "index": lsp.CompletionItemKind.Variable,
    "dimension": lsp.CompletionItemKind.TypeParameter, "type": lsp.CompletionItemKind.Struct,
    "property": lsp.CompletionItemKind.Property, "value": lsp.CompletionItemKind.Value,
    "keyword": lsp.CompletionItemKind.Keyword, "text": lsp.CompletionItemKind.Text,
    "snippet": lsp.CompletionItemKind.Snippet,
}  # fmt: skip


def register(server: Server, offer: Offer) -> None:
    @offer(lsp.TEXT_DOCUMENT_COMPLETION)
    async def completed(params: lsp.CompletionParams) -> Plain:
        where = params.position

        def offset(lines: LineIndex) -> int:
            return lines.offset(where.line, where.character)

        def find(sheet: Sheet, lines: LineIndex) -> Plain:
            snippets = _takes_snippets(server)
            items = [
                _item(i, lines, snippets) for i in completions(sheet, offset(lines)) if snippets or i.kind != "snippet"
            ]
            return Plain({"isIncomplete": False, "items": items})

        return await server.compute(params.text_document.uri, find, Plain(None), offset)

    @offer(lsp.TEXT_DOCUMENT_SIGNATURE_HELP)
    async def signed(params: lsp.SignatureHelpParams) -> Plain | None:
        where = params.position

        def offset(lines: LineIndex) -> int:
            return lines.offset(where.line, where.character)

        def find(sheet: Sheet, lines: LineIndex) -> Plain | None:
            found = signature(sheet, offset(lines))
            return None if found is None else Plain(_signature(found))

        return await server.compute(params.text_document.uri, find, None, offset)


def _takes_snippets(server: Server) -> bool:
    able = server.client_capabilities.text_document
    item = able.completion.completion_item if able is not None and able.completion is not None else None
    return bool(item is not None and item.snippet_support)


def _item(item: Item, lines: LineIndex, snippets: bool) -> dict[str, Any]:
    snippet = item.snippet and snippets
    text = item.text if item.text and (snippet or not item.snippet) else item.label
    made: dict[str, Any] = {
        "label": item.label,
        "kind": _KINDS[item.kind].value,
        "textEdit": {"range": wire.range_of(item.span, lines), "newText": text},
        "filterText": item.label,
    }
    if snippet:
        made["insertTextFormat"] = lsp.InsertTextFormat.Snippet.value
    if item.detail:
        made["detail"] = visible(item.detail)
    if item.doc:
        made["documentation"] = {"kind": "markdown", "value": item.doc}
    if item.order:
        made["sortText"] = item.order
    return made


def _signature(found: Signature) -> dict[str, Any]:
    described = found.described
    shown = {
        "label": visible(described.signature),
        "documentation": {"kind": "markdown", "value": described.doc},
        "parameters": [{"label": name, "documentation": doc} for name, doc in described.arguments],
    }
    return {"signatures": [shown], "activeSignature": 0, "activeParameter": found.active}
