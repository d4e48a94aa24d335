"""Hovers: the picture of the formula where the client shows one, the short lines, the details folded.

What takes long comes behind: in the same hover where the client asks for it, or when it is asked again.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from ...documents.positions import LineIndex
from ...editing.hover import Hover, hover
from ...notation.quoting import code, fence, prose, visible
from ...sheets.sheet import Sheet
from ...terms.interruption import OutOfTime
from .. import wire
from ..arguments import field_of
from ..progress import shown_if_slow
from ..protocol import Plain
from ..turns import Rank
from .actions import asked_place, offset_of

if TYPE_CHECKING:
    from ..session import Server
    from .offered import Offer

# VS Code cuts a hover at 100,000 characters, pictures included
LONGEST = 60_000
LONGEST_PICTURE = 40_000
# seconds after which a hover shows what it has
PATIENCE = 0.1


def register(server: Server, offer: Offer) -> None:
    @offer(lsp.TEXT_DOCUMENT_HOVER)
    async def hovered(params: lsp.HoverParams) -> Plain | None:
        """What is known soon; the rest of it is worked out behind that."""
        uri, where = params.text_document.uri, params.position
        server.begun.pop(uri, None)

        def find(sheet: Sheet, lines: LineIndex) -> Plain | None:
            if where.line >= len(lines.starts):
                return None
            offset = lines.offset(where.line, where.character)
            found = hover(sheet, offset, PATIENCE)
            if found is None:
                return None
            if found.left_out:
                server.begun[uri] = (_place(where), found)
                found = _for_now(server, found)
            return Plain({"contents": contents(server, found), "range": wire.range_of(found.span, lines)})

        made = await server.compute(uri, find, None, lambda lines: lines.offset(where.line, where.character))
        if uri in server.begun and not server.options.get("hoverRest"):
            server.work_ahead(uri, lambda sheet, lines: hover(sheet, offset_of(where, lines)))
        return made

    @offer("einsight/hoverRest")
    async def rest(params: Any) -> Plain | None:
        """`{uri, position}`: what the hover of that place left out, for a client that shows it in the same hover.

        Null where it left nothing out.  The client says `hoverRest` in its initialization options.
        """
        uri, position, _ = asked_place(params, "einsight/hoverRest")
        place, first = server.begun.pop(uri, (None, None))
        if first is None or place != _place(position):
            return None

        def find(sheet: Sheet, lines: LineIndex) -> Plain | None:
            found = hover(sheet, offset_of(position, lines))
            return None if found is None else Plain({"contents": contents(server, found.beyond(first))})

        def spent(why: str) -> Plain:
            return Plain(
                {"contents": {"kind": "markdown", "value": f"{prose(', '.join(first.left_out))}: {prose(why)}"}}
            )

        async with shown_if_slow(server, f"einsight: working out {', '.join(first.left_out)}"):
            return await server.compute(uri, find, None, rank=Rank.PATIENT, spent=spent)


def _place(where: Any) -> tuple[int, int]:
    return field_of(where, "line"), field_of(where, "character")


def _for_now(server: Server, found: Hover) -> Hover:
    """What is shown while the rest is worked out: the details come with that, or it is said what is missing."""
    if server.options.get("hoverRest"):
        return replace(found, details=(), steps="")
    waiting = f"being worked out: {', '.join(found.left_out)}"
    return replace(found, details=(*found.details, waiting))


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
    """The formula, a line or two, and all else folded, or below a rule."""
    formula, below = code(found.formula) if found.formula else "", list(found.details)
    if picture and formula:  # to be copied
        below.insert(0, formula)
    brief = found.brief if picture or not formula else (formula, *found.brief)
    parts = [picture + "  \n".join(brief)]
    room = LONGEST - 300 - len(parts[0]) - len(network) - sum(map(len, below))
    folded = "  \n".join(below)
    if found.steps and room > 0:
        steps, is_whole = found.steps, len(found.steps) <= room
        block = fence(steps if is_whole else steps[:room].rsplit("\n", 1)[0], "text")
        folded += f"\n\n{block}" + ("" if is_whole else "\n\n… (shortened)")
    if folded and html:
        parts.append(
            f"<details><summary>{'forms and derivation' if found.steps else 'more'}</summary>\n\n{folded}\n\n</details>"
        )
    elif folded:
        parts.append(f"---\n{folded}")
    if network:
        parts.append(f"<details><summary>tensor network</summary>\n\n{network}\n\n</details>")
    text = "\n\n".join(parts)
    return text if len(text) <= LONGEST else text[: LONGEST - 40].rsplit("\n", 1)[0] + "\n\n… (shortened)"


def _plain(found: Hover) -> str:
    text = (
        "\n".join([code(found.formula) if found.formula else "", *found.brief, *found.details])
        .lstrip("\n")
        .replace("**", "")
    )
    text = re.sub(r"\\([\\`*\[\]<>|$~&@_:.])|`", lambda escape: escape[1] or "", text)
    return "\n".join([text, visible(found.steps, lines=True)])
