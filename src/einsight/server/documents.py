"""The open documents: texts as the client edits them, and their analyses.

The event loop changes the text; the analysis follows when somebody computes (`Turns`).  So a keystroke costs the event
loop a splice and nothing else.  What leads from one text to the next is nowhere kept: the analysis goes from the text that
it is of to the one that is there, so that nothing is lost where work is stopped half-way.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse
from urllib.request import url2pathname

from lsprotocol import types as lsp

from ..documents.positions import LineIndex

if TYPE_CHECKING:
    from ..documents.inputs import Beside
    from ..sheets.sheet import Sheet

# by the client's name for the language; of others nothing is read
LANGUAGES = {
    "einsight": "ein", "ein": "ein", "plaintext": "ein", "": "ein",
    "markdown": "markdown", "gfm": "markdown", "quarto": "markdown", "rmarkdown": "markdown",
    "latex": "latex", "tex": "latex", "restructuredtext": "rst", "rst": "rst", "python": "python", "julia": "julia",
}  # fmt: skip
log = logging.getLogger("einsight")


# all that an analysis is a function of: the version, its lines, the layout that is set, the choice of plugins
State = tuple[int, LineIndex, str, int]


@dataclass(eq=False)
class OpenDocument:
    """A document at a version.

    `beside` gives the files beside it, for the macros in them.
    """

    uri: str
    language: str
    version: int
    lines: LineIndex
    layout: str = "numerator"  # or `auto`: the one that most of the claims follow
    budget: float | None = None
    search: int | None = None
    beside: Beside | None = None
    is_open: bool = True
    was_finished: bool = False  # has everything in it been judged once?
    plugins: int = 0  # which choice of plugins it is worked out with
    _sheets: dict[str, Sheet] = field(default_factory=dict)  # by layout; of more than one only where they are compared
    _made_for: tuple[str, int] = ("", 0)  # the layout that was set and the plugins when the sheets were made
    _chosen: str = ""  # the layout whose sheet counts
    _compared: str | None = None  # the text for which that was found

    @property
    def text(self) -> str:
        return self.lines.text

    def apply(self, changes: Sequence[Any], version: int) -> bool:
        """The changes of a notification; False for one that is older than what is here."""
        if version is not None and version <= self.version:
            log.warning(
                "%s: a change to version %s came behind version %s and is left out", self.uri, version, self.version
            )
            return False
        lines = self.lines
        for change in changes:
            lines = changed_lines(lines, change)
        self.lines, self.version = lines, version
        return True

    def settled(self) -> tuple[Sheet, LineIndex]:
        """The sheet of the text, and the lines of that.  Call this where computations take turns."""
        lines = self.lines
        if self._made_for != (self.layout, self.plugins):
            self._made_for, self._sheets, self._chosen = (self.layout, self.plugins), {}, ""
        if not self._chosen:
            self._choose(lines.text)
        return self._sheet_in(self._chosen, lines.text), lines

    def has_changed_layout(self) -> bool:
        """Do the claims, as they now are, follow another layout?  Then its sheet counts."""
        before, text = self._chosen, self.lines.text
        if self._compared != text:
            self._choose(text)
        return self._chosen != before

    def _choose(self, text: str) -> None:
        chosen = self.layout
        if chosen == "auto":
            from ..sheets.check import layout_among

            chosen = layout_among(text, lambda layout: self._sheet_in(layout, text))
        self._chosen, self._compared = chosen, text

    def _sheet_in(self, layout: str, text: str) -> Sheet:
        """The sheet of a text in a layout."""
        sheet = self._sheets.get(layout)
        if sheet is None:
            from ..sheets.sheet import Sheet  # a quarter of a second, the first time

            sheet = self._sheets[layout] = Sheet(text, self.language, layout, beside=self.beside)
        sheet.budget = self.budget
        sheet.become(text)
        return sheet

    def lines_for(self, uri: str, lines: LineIndex) -> LineIndex:
        """The lines that positions in one of its texts are of; there is only one, but in a notebook."""
        return lines

    @property
    def state(self) -> State:
        return self.version, self.lines, self.layout, self.plugins

    def is_stale(self, state: State) -> bool:
        """Would a computation that began in that state be on what is no longer there?"""
        return not self.is_open or self.state != state


def changed_lines(lines: LineIndex, change: Any) -> LineIndex:
    """The lines after one change of a notification."""
    where = getattr(change, "range", None)
    start, end = 0, len(lines.text)
    if where is not None:
        start, end = sorted(lines.offset(p.line, p.character) for p in (where.start, where.end))
    return lines.edited(start, end, lines.text[:start] + change.text + lines.text[end:])


class Documents:
    """The open documents by URI; clients spell the escapes of one URI in more ways than one."""

    def __init__(self) -> None:
        self._open: dict[str, OpenDocument] = {}

    def open(self, item: lsp.TextDocumentItem, encoding: str) -> OpenDocument | None:
        """The document; None where it is of a language that is not read."""
        language = "ein" if item.uri.endswith(".ein") else LANGUAGES.get(item.language_id)
        if language is None:
            return None
        made = OpenDocument(item.uri, language, item.version, LineIndex(item.text, encoding))
        self.put(made, [item.uri])
        return made

    def put(self, document: OpenDocument, uris: Iterable[str]) -> None:
        """A document by all URIs of its texts; what was open by one of them is no longer."""
        for uri in map(unquote, uris):
            old = self._open.get(uri)
            if old is not None and old is not document:
                old.is_open = False
            self._open[uri] = document

    def drop(self, uris: Iterable[str]) -> None:
        for uri in uris:
            self._open.pop(unquote(uri), None)

    def get(self, uri: str) -> OpenDocument | None:
        return self._open.get(unquote(uri))

    def close(self, uri: str) -> OpenDocument | None:
        found = self._open.pop(unquote(uri), None)
        if found is not None:
            found.is_open = False
        return found

    def all(self) -> list[OpenDocument]:
        return list(dict.fromkeys(self._open.values()))


def path_of(uri: str) -> Path | None:
    """The file of a URI, if it is one."""
    parsed = urlparse(uri)
    return Path(url2pathname(unquote(parsed.path))) if parsed.scheme == "file" else None
