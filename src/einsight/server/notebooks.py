"""A notebook that is open: its Markdown cells are one document, and the client speaks of places in each of them.

document   the cells one behind the other, as `documents/notebook.py` has them
CellLines  the lines of one cell: positions from its start, offsets of the document
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from lsprotocol import types as lsp

from ..documents.notebook import CELL_END
from ..documents.positions import LineIndex
from .documents import Edit, OpenDocument

MARKDOWN = "markdown"


@dataclass
class Cell:
    """A cell as the client has it; only of Markdown is the text of interest."""

    uri: str
    version: int = 0
    text: str = ""
    is_markdown: bool = False


class NotebookLines(LineIndex):
    """The lines of a notebook's document, with the cells that make it up: their URIs, versions and extents."""

    def __init__(self, cells: Sequence[Cell], encoding: str):
        super().__init__(CELL_END.join(c.text for c in cells), encoding)
        self.cells: list[CellLines] = []
        start = 0
        for cell in cells:
            self.cells.append(CellLines(self, cell.uri, cell.version, start, start + len(cell.text)))
            start += len(cell.text) + len(CELL_END)

    def of(self, uri: str) -> LineIndex:
        """The lines of a cell; those of the notebook for its own URI."""
        return next((c for c in self.cells if unquote(c.uri) == unquote(uri)), self)

    def home(self, offset: int) -> CellLines | None:
        """The cell that an offset is in."""
        at = bisect_right(self.cells, offset, key=_start) - 1
        return self.cells[at] if at >= 0 else None


class CellLines(LineIndex):
    """The lines of one cell."""

    def __init__(self, notebook: NotebookLines, uri: str, version: int, start: int, end: int):
        self.notebook, self.uri, self.version, self._extent = notebook, uri, version, (start, end)
        self.text, self.encoding = notebook.text, notebook.encoding
        self.first = bisect_right(notebook.starts, start) - 1
        self.starts = notebook.starts[self.first : bisect_right(notebook.starts, end)]

    @property
    def extent(self) -> tuple[int, int]:
        return self._extent

    def position(self, offset: int) -> tuple[int, int]:
        start, end = self.extent
        line, column = self.notebook.position(max(start, min(offset, end)))
        return line - self.first, column

    def offset(self, line: int, column: int) -> int:
        start, end = self.extent
        if line < 0:
            return start
        return end if line >= len(self.starts) else min(self.notebook.offset(self.first + line, column), end)


def _start(cell: CellLines) -> int:
    return cell.extent[0]


@dataclass(eq=False)
class OpenNotebook(OpenDocument):
    """`cells` are all of the notebook, those that are not read too, since changes count them."""

    cells: list[Cell] = field(default_factory=list)

    def lines_for(self, uri: str, lines: LineIndex) -> LineIndex:
        return lines.of(uri) if isinstance(lines, NotebookLines) else lines

    def rearrange(self, start: int, count: int, cells: Sequence[Cell]) -> list[Cell]:
        """Put cells in the place of `count` others; gives those that are in the notebook no longer."""
        before = {c.uri: c for c in self.cells}
        # a cell that only moves keeps its text
        made = [before.get(c.uri, c) if not c.is_markdown else c for c in cells]
        self.cells[start : start + count] = made
        left = {c.uri for c in self.cells}
        self._take()
        return [c for uri, c in before.items() if uri not in left]

    def change_cell(self, uri: str, version: int, changes: Sequence[Any]) -> None:
        cell = next((c for c in self.cells if c.uri == uri), None)
        if cell is None or not cell.is_markdown:
            return
        for change in changes:
            where = getattr(change, "range", None)
            lines = LineIndex(cell.text, self.lines.encoding)
            start, end = 0, len(cell.text)
            if where is not None:
                start, end = sorted(lines.offset(p.line, p.character) for p in (where.start, where.end))
            cell.text = cell.text[:start] + change.text + cell.text[end:]
        cell.version = version
        self._take()

    def _take(self) -> None:
        """The text as the cells now have it, and the one edit that leads there."""
        lines = NotebookLines([c for c in self.cells if c.is_markdown], self.lines.encoding)
        old, new = self.text, lines.text
        start = _common(old, new)
        behind = _common(old[start:][::-1], new[start:][::-1])
        with self._lock:
            self.lines = lines
            self.edits.append(Edit(start, len(old) - behind, new[start : len(new) - behind]))


def _common(old: str, new: str) -> int:
    """How many characters at the beginning of two texts are the same."""
    shortest = range(1, min(len(old), len(new)) + 1)
    return bisect_left(shortest, True, key=lambda k: old[:k] != new[:k])


def opened(params: lsp.DidOpenNotebookDocumentParams, encoding: str) -> OpenNotebook:
    notebook = params.notebook_document
    cells = _cells(notebook.cells, params.cell_text_documents)
    lines = NotebookLines([c for c in cells if c.is_markdown], encoding)
    return OpenNotebook(notebook.uri, "cells", notebook.version, lines, cells=cells)


def changed(notebook: OpenNotebook, params: lsp.DidChangeNotebookDocumentParams) -> list[Cell]:
    """Take in a change; gives the cells that are gone."""
    notebook.version = params.notebook_document.version
    gone: list[Cell] = []
    cells = params.change.cells
    if cells is None:
        return gone
    if cells.structure is not None:
        array = cells.structure.array
        fresh = _cells(array.cells or (), cells.structure.did_open or ())
        gone = notebook.rearrange(array.start, array.delete_count, fresh)
    for content in cells.text_content or ():
        notebook.change_cell(content.document.uri, content.document.version, content.changes)
    return gone


def _cells(cells: Sequence[lsp.NotebookCell], texts: Sequence[lsp.TextDocumentItem]) -> list[Cell]:
    known = {t.uri: t for t in texts}
    made = []
    for cell in cells:
        text = known.get(cell.document)
        is_markdown = text is not None and text.language_id == MARKDOWN and cell.kind == lsp.NotebookCellKind.Markup
        made.append(Cell(cell.document, text.version, text.text, True) if text and is_markdown else Cell(cell.document))
    return made
