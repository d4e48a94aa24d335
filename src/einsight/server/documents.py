"""The open documents: texts as the client edits them, and their analyses.

The event loop changes the text; the analysis follows when somebody computes (`Turns`), by the edits that have come in
meanwhile.  So a keystroke costs the event loop a splice and nothing else.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from lsprotocol import types as lsp

from ..documents.positions import LineIndex

if TYPE_CHECKING:
    from ..documents.inputs import Beside
    from ..services.sheet import Sheet

# by the client's name for the language; of others nothing is read
LANGUAGES = {
    "einsight": "ein", "ein": "ein", "plaintext": "ein", "": "ein",
    "markdown": "markdown", "gfm": "markdown", "quarto": "markdown", "rmarkdown": "markdown",
    "latex": "latex", "tex": "latex", "restructuredtext": "rst", "rst": "rst", "python": "python", "julia": "julia",
}  # fmt: skip
log = logging.getLogger("einsight")


@dataclass(frozen=True)
class Edit:
    """One change of a text, in the offsets that held before it."""

    start: int
    end: int
    new: str


@dataclass(eq=False)
class OpenDocument:
    """A document at a version.

    `beside` gives the files beside it, for the macros in them.  `edits` have reached the text and not yet the sheet; whoever computes calls `settled` first.  `generation` counts
    the times that the sheet has changed: who stepped aside while he computed looks whether it is still the same.
    """

    uri: str
    language: str
    version: int
    lines: LineIndex
    layout: str = "numerator"  # or `auto`: the one that the claims follow when the document is first read
    budget: float | None = None
    edits: deque[Edit] = field(default_factory=deque)
    beside: Beside | None = None
    is_open: bool = True
    generation: int = 0
    was_finished: bool = False  # has everything in it been judged once?
    _sheet: Sheet | None = None
    plugins: int = 0  # which choice of plugins it is worked out with
    _made_for: tuple[str, int] = ("", 0)  # the layout and the plugins when the sheet was made
    _lock: threading.Lock = field(default_factory=threading.Lock)  # text and edits change together

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
        for change in changes:
            self._change(change)
        self.version = version
        return True

    def _change(self, change: Any) -> None:
        where = getattr(change, "range", None)
        if where is None:
            start, end = 0, len(self.text)
        else:
            start, end = sorted(self.lines.offset(p.line, p.character) for p in (where.start, where.end))
        text = self.text[:start] + change.text + self.text[end:]
        lines = self.lines.edited(start, end, text)
        with self._lock:
            self.lines = lines
            self.edits.append(Edit(start, end, change.text))

    def settled(self) -> tuple[Sheet, LineIndex]:
        """The sheet with every edit in it, and the lines of its text.  Call this where computations take turns."""
        with self._lock:
            edits, lines = list(self.edits), self.lines
            self.edits.clear()
        from ..services.sheet import Sheet  # a quarter of a second, the first time

        stands = self._sheet is not None and self._made_for == (self.layout, self.plugins)
        if edits or not stands:
            self.generation += 1
        if self._sheet is None or not stands:
            self._sheet = Sheet(lines.text, self.language, self._chosen_layout(lines.text), beside=self.beside)
            self._made_for = (self.layout, self.plugins)
        else:
            for edit in edits:
                self._sheet.edit(edit.start, edit.end, edit.new)
        self._sheet.budget = self.budget
        return self._sheet, lines

    def _chosen_layout(self, text: str) -> str:
        if self.layout != "auto":
            return self.layout
        from ..services.check import likely_layout

        return likely_layout(text, self.language, self.budget, self.beside)

    def lines_for(self, uri: str, lines: LineIndex) -> LineIndex:
        """The lines that positions in one of its texts are of; there is only one, but in a notebook."""
        return lines

    def is_stale(self) -> bool:
        """Would a computation on the sheet be on a text that is no longer there?"""
        return bool(self.edits) or not self.is_open


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
