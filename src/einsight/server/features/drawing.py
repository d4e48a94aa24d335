"""What is drawn into the text: semantic tokens, inlay hints, lenses.

A long document that has just been opened is drawn as far as it has been read; the client asks again when the rest is
done (`Publisher.refresh_views`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from ...documents.positions import LineIndex
from ...editing.answers import variables_of
from ...editing.hints import ROOM_OF_LENSES, Hint, Lens, hints, lenses
from ...editing.rewriting import jacobian_claim
from ...editing.tokens import tokens
from ...notation.quoting import visible
from ...sheets.cells import Cell
from ...sheets.sheet import Sheet
from ...terms.interruption import now
from .. import wire
from ..protocol import Plain
from ..turns import Rank
from .offered import TOKEN_MODIFIERS, TOKEN_TYPES

if TYPE_CHECKING:
    from ..session import Server
    from .offered import Offer

Place = tuple[int, int]
# seconds that drawing waits for reading
PATIENCE = 0.4
_TYPE = {name: k for k, name in enumerate(TOKEN_TYPES)}
_MODIFIER = {name: 1 << k for k, name in enumerate(TOKEN_MODIFIERS)}


def register(server: Server, offer: Offer) -> None:
    def read_for_a_while(sheet: Sheet, until: int) -> None:
        end = now() + PATIENCE
        sheet.catch_up(until, pause=lambda: now() > end)
        if sheet.dirty or sheet.unjudged:
            server.publisher.drawn_when_unfinished = True

    async def part(uri: str, where: Any, draw: Any) -> Plain:
        def run(sheet: Sheet, lines: LineIndex) -> Plain:
            start, end = wire.span_of(where, lines) if where is not None else lines.extent
            read_for_a_while(sheet, sheet.last_before(end))
            return Plain(draw(sheet, lines, start, end))

        return await server.compute(uri, run, Plain(None), lambda lines: -1)

    @offer(lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL)
    async def coloured(params: lsp.SemanticTokensParams) -> Plain:
        return await part(params.text_document.uri, None, _encoded)

    @offer(lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE)
    async def coloured_part(params: lsp.SemanticTokensRangeParams) -> Plain:
        return await part(params.text_document.uri, params.range, _encoded)

    @offer(lsp.TEXT_DOCUMENT_INLAY_HINT)
    async def hinted(params: lsp.InlayHintParams) -> Plain:
        late: list[Cell] = []

        def draw(sheet: Sheet, lines: LineIndex, start: int, end: int) -> list[dict[str, Any]]:
            shown = (h for h in hints(sheet, start, end, late) if getattr(server.configuration.editor, h.kind))
            return [_hint(h, lines) for h in shown if wire.is_in((h.offset, h.offset), lines)]

        drawn = await part(params.text_document.uri, params.range, draw)
        if server.configuration.editor.results:
            server.pending.add(params.text_document.uri, late)
        return drawn

    @offer(lsp.TEXT_DOCUMENT_CODE_LENS)
    async def lensed(params: lsp.CodeLensParams) -> Plain:
        uri = params.text_document.uri

        def draw(sheet: Sheet, lines: LineIndex, start: int, end: int) -> list[dict[str, Any]]:
            shown = lenses(sheet) if server.configuration.editor.code_lens else ()
            return [_lens(lens, lines, uri) for lens in shown if wire.is_in(lens.span, lines)]

        return await part(uri, None, draw)

    @offer(lsp.CODE_LENS_RESOLVE)
    async def resolved(lens: lsp.CodeLens) -> Plain:
        """The derivative of a definition, worked out now that somebody looks at it."""
        data = lens.data if isinstance(lens.data, dict) else {}
        uri, title, variable = (str(data.get(k, "")) for k in ("uri", "title", "variable"))
        where = lens.range.start
        room = data["room"] if isinstance(data.get("room"), int) else ROOM_OF_LENSES

        def find(sheet: Sheet, lines: LineIndex) -> str:
            return _derivative(sheet, lines.offset(where.line, where.character), variable) or title

        def offset(lines: LineIndex) -> int:
            return lines.offset(where.line, where.character)

        text = await server.compute(uri, find, title, offset, Rank.OFFERED)
        command = {
            "title": visible(text if len(text) <= room else title),
            "command": "einsight.insertJacobian",
            "arguments": [uri, _position(where), variable],
        }
        return Plain({"range": _range(lens.range), "command": command, "data": data})


def _encoded(sheet: Sheet, lines: LineIndex, start: int, end: int) -> dict[str, Any]:
    """Five numbers a token: lines and columns since the one before, length, type, modifiers."""
    data: list[int] = []
    line = column = last = 0
    for at, stop, kind, modifiers in _placed(sheet, lines, start, end):
        (row, where), length = at, stop[1] - at[1]
        if at >= (line, last):  # a directive may stand between the lines of a statement
            bits = sum(_MODIFIER[m] for m in modifiers)
            data += (row - line, where - column if row == line else where, length, _TYPE[kind], bits)
            line, column, last = row, where, where + length
    return {"data": data}


def _placed(
    sheet: Sheet, lines: LineIndex, start: int, end: int
) -> Iterator[tuple[Place, Place, str, tuple[str, ...]]]:
    for cell, found in tokens(sheet, start, end):
        (offset, _), text = cell.move((0, 0)), cell.item.text
        if found and text.isascii():
            row, column = lines.position(offset)
            if (
                row + 1 == len(lines.starts) or offset + len(text) < lines.starts[row + 1]
            ):  # on one line: one look-up does
                for first, last, kind, modifiers in found:
                    yield (row, column + first), (row, column + last), kind, modifiers
                continue
        for first, last, kind, modifiers in found:
            yield lines.position(offset + first), lines.position(offset + last), kind, modifiers


def _derivative(sheet: Sheet, offset: int, variable: str) -> str | None:
    cell = sheet.cell_at(offset)
    tensor = cell.lowered.tensor if cell is not None and cell.analysis is not None else None
    leaf = next((t for t in variables_of(tensor) if t.name == variable), None) if tensor is not None else None
    if cell is None or leaf is None:
        return None
    return sheet.noted(cell, ("jacobian", variable), partial(jacobian_claim, cell, leaf))


def _hint(hint: Hint, lines: LineIndex) -> dict[str, Any]:
    line, column = lines.position(hint.offset)
    where = {"line": line, "character": column}
    made: dict[str, Any] = {"position": where, "label": visible(hint.label), "paddingLeft": True}
    if hint.kind == "shapes":
        made["kind"] = lsp.InlayHintKind.Type.value
    if hint.tooltip:
        made["tooltip"] = {"kind": "markdown", "value": hint.tooltip}
    if hint.insert:
        made["textEdits"] = [{"range": {"start": where, "end": where}, "newText": hint.insert}]
    return made


def _lens(lens: Lens, lines: LineIndex, uri: str) -> dict[str, Any]:
    made: dict[str, Any] = {"range": wire.range_of((lens.span[0], lens.span[0]), lines)}
    if lens.variable:
        made["data"] = {"uri": uri, "title": lens.title, "variable": lens.variable, "room": lens.room}
    else:
        made["command"] = {"title": visible(lens.title), "command": ""}
    return made


def _position(where: lsp.Position) -> dict[str, int]:
    return {"line": where.line, "character": where.character}


def _range(where: lsp.Range) -> dict[str, Any]:
    return {"start": _position(where.start), "end": _position(where.end)}
