"""Formatting of whole documents and ranges: the same code as `einsight fmt`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from ...documents.positions import LineIndex
from ...formatting.format import Edit, format_document, format_range
from ...sheets.sheet import Sheet
from .. import wire
from ..protocol import Plain

if TYPE_CHECKING:
    from ..session import Server
    from .offered import Offer


def register(server: Server, offer: Offer) -> None:
    async def formatted(uri: str, make: Callable[[Sheet, LineIndex, str | None], list[Edit]]) -> Plain:
        style = None if server.configuration.editor.style == "keep" else server.configuration.editor.style

        def run(sheet: Sheet, lines: LineIndex) -> Plain:
            return Plain([_edit(e, lines) for e in make(sheet, lines, style)])

        return await server.compute(uri, run, Plain(None), lambda lines: -1)  # texts alone: nothing need be read

    @offer(lsp.TEXT_DOCUMENT_FORMATTING)
    async def whole(params: lsp.DocumentFormattingParams) -> Plain:
        return await formatted(
            params.text_document.uri, lambda sheet, lines, style: format_document(lines.text, style, sheet.language)
        )

    @offer(lsp.TEXT_DOCUMENT_RANGE_FORMATTING)
    async def part(params: lsp.DocumentRangeFormattingParams) -> Plain:
        def make(sheet: Sheet, lines: LineIndex, style: str | None) -> list[Edit]:
            return format_range(lines.text, *wire.span_of(params.range, lines), style, sheet.language)

        return await formatted(params.text_document.uri, make)


def _edit(edit: Edit, lines: LineIndex) -> dict[str, Any]:
    return {"range": wire.range_of(edit.span, lines), "newText": edit.text}
