"""Hovers: the picture of the formula where the client shows one, the short lines, the details folded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from ...documents.positions import LineIndex
from ...editing.hover import Hover, hover
from ...notation.quoting import fence, visible
from ...sheets.sheet import Sheet
from ...terms.interruption import OutOfTime
from .. import wire
from ..protocol import Plain

if TYPE_CHECKING:
    from ..session import Server
    from .offered import Offer

# VS Code cuts a hover at 100,000 characters, pictures included
LONGEST = 60_000
LONGEST_PICTURE = 40_000
# seconds after which a hover shows what it has
PATIENCE = 0.01


def register(server: Server, offer: Offer) -> None:
    @offer(lsp.TEXT_DOCUMENT_HOVER)
    async def hovered(params: lsp.HoverParams) -> Plain | None:
        where = params.position

        def offset(lines: LineIndex) -> int:
            return lines.offset(where.line, where.character)

        def find(sheet: Sheet, lines: LineIndex) -> Plain | None:
            if where.line >= len(lines.starts):
                return None
            found = hover(sheet, offset(lines), PATIENCE)
            if found is None:
                return None
            if found.incomplete:
                incomplete.append(offset(lines))
            return Plain({"contents": contents(server, found), "range": wire.range_of(found.span, lines)})

        incomplete: list[int] = []
        made = await server.compute(params.text_document.uri, find, None, offset)
        if incomplete:
            server.work_ahead(params.text_document.uri, lambda sheet: hover(sheet, incomplete[0]))
        return made


def contents(server: Server, found: Hover) -> dict[str, str]:
    """Markdown, or plain text for a client that shows none."""
    able = server.client_capabilities.text_document
    formats = able.hover.content_format if able is not None and able.hover is not None else None
    if formats and lsp.MarkupKind.Markdown not in formats:
        return {"kind": "plaintext", "value": _plain(found)[:LONGEST]}
    return {
        "kind": "markdown",
        "value": markdown(
            found, _picture(server, found.latex), server.options.get("html") is True, _network(server, found)
        ),
    }


def _picture(server: Server, latex: str) -> str:
    if not latex or not server.shows_pictures():
        return ""
    from ...notation.picture import data_uri

    try:
        uri = data_uri(latex, server.theme())
    except OutOfTime:
        return ""
    # the text below says the same: nobody who cannot see the picture need hear it twice
    return f"![formula]({uri})\n\n" if uri and len(uri) <= LONGEST_PICTURE else ""


def _network(server: Server, found: Hover) -> str:
    """The picture of the tensor network, where the client folds it away and it is small enough to be read."""
    if found.network is None or not server.shows_pictures() or server.options.get("html") is not True:
        return ""
    from ...notation.diagram import diagram
    from ...notation.network import NoNetwork
    from ...notation.picture import data_uri_of

    try:
        uri = data_uri_of(diagram(*found.network, server.theme()))
    except (NoNetwork, OutOfTime):
        return ""
    return f"![tensor network]({uri})" if len(uri) <= LONGEST_PICTURE else ""


def markdown(found: Hover, picture: str, html: bool, network: str = "") -> str:
    parts = [picture + "  \n".join(found.brief)]
    below = list(found.details)
    if below:
        parts.append("---\n" + "  \n".join(below))
    if network:
        parts.append(f"<details><summary>tensor network</summary>\n\n{network}\n\n</details>")
    room = LONGEST - 100 - sum(map(len, parts))
    if found.steps and room > 0:
        steps, is_whole = found.steps, len(found.steps) <= room
        block = fence(steps if is_whole else steps[:room].rsplit("\n", 1)[0], "text")
        block += "" if is_whole else "\n\n… (shortened)"
        parts.append(f"<details><summary>derivation</summary>\n\n{block}\n\n</details>" if html else f"---\n{block}")
    text = "\n\n".join(parts)
    return text if len(text) <= LONGEST else text[: LONGEST - 40].rsplit("\n", 1)[0] + "\n\n… (shortened)"


def _plain(found: Hover) -> str:
    text = "\n".join([*found.brief, *found.details]).replace("**", "")
    text = re.sub(r"\\([\\`*\[\]<>|$~&@_:.])|`", lambda escape: escape[1] or "", text)
    return "\n".join([text, visible(found.steps, lines=True)])
