"""A notebook that is open: its Markdown cells are one document, its code cells another, and the client speaks of places in each.

document   the cells one behind the other, as `documents/notebook.py` has them
CellLines  the lines of one cell: positions from its start, offsets of the document
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from lsprotocol import types as lsp

from ..documents.notebook import CELL_END, NEXT_CELL, program
from ..documents.positions import LineIndex
from .documents import OpenDocument, changed_lines

MARKDOWN, PYTHON = "markdown", "python"


@dataclass
class Cell:
    """A cell as the client has it; `language` is empty where its text is of no interest."""

    uri: str
    version: int = 0
    text: str = ""
    language: str = ""


class NotebookLines(LineIndex):
    """The lines of a notebook's document, with the cells that make it up: their URIs, versions and extents."""

    def __init__(self, cells: Sequence[Cell], encoding: str, language: str = MARKDOWN):
        cells = [c for c in cells if c.language == language]
        end = CELL_END if language == MARKDOWN else NEXT_CELL
        super().__init__(end.join(c.text if language == MARKDOWN else program(c.text) for c in cells), encoding)
        self.cells: list[CellLines] = []
        start = 0
        for cell in cells:
            self.cells.append(CellLines(self, cell.uri, cell.version, start, start + len(cell.text)))
            start += len(cell.text) + len(end)

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
    """`cells` are all of the notebook, those that are not read too, since changes count them; `code` is the program in it."""

    cells: list[Cell] = field(default_factory=list)
    code: OpenProgram | None = None

    def lines_for(self, uri: str, lines: LineIndex) -> LineIndex:
        return lines.of(uri) if isinstance(lines, NotebookLines) else lines

    def rearrange(self, start: int, count: int, cells: Sequence[Cell]) -> list[Cell]:
        """Put cells in the place of `count` others; gives those that are in the notebook no longer."""
        before = {c.uri: c for c in self.cells}
        # a cell that only moves keeps its text
        made = [before.get(c.uri, c) if not c.language else c for c in cells]
        self.cells[start : start + count] = made
        left = {c.uri for c in self.cells}
        return [c for uri, c in before.items() if uri not in left]

    def change_cell(self, uri: str, version: int, changes: Sequence[Any]) -> None:
        cell = next((c for c in self.cells if c.uri == uri), None)
        if cell is None or not cell.language:
            return
        lines = LineIndex(cell.text, self.lines.encoding)
        for change in changes:
            lines = changed_lines(lines, change)
        cell.text, cell.version = lines.text, version

    def take(self, version: int) -> None:
        """Have the text as the cells now are, at a version."""
        self.lines, self.version = NotebookLines(self.cells, self.lines.encoding), version
        if self.code is not None:
            self.code.lines, self.code.version = NotebookLines(self.cells, self.lines.encoding, PYTHON), version

    def uris(self, language: str) -> list[str]:
        """Of the cells in a language, and of the notebook itself for notes."""
        own = [c.uri for c in self.cells if (c.language == PYTHON) == (language == PYTHON)]
        return own if language == PYTHON else [self.uri, *own]


@dataclass(eq=False)
class OpenProgram(OpenDocument):
    """The code cells of a notebook, one behind the other."""

    def lines_for(self, uri: str, lines: LineIndex) -> LineIndex:
        return lines.of(uri) if isinstance(lines, NotebookLines) else lines


def opened(params: lsp.DidOpenNotebookDocumentParams, encoding: str) -> OpenNotebook:
    notebook = params.notebook_document
    cells = _cells(notebook.cells, params.cell_text_documents)
    made = OpenNotebook(notebook.uri, "cells", notebook.version, NotebookLines(cells, encoding), cells=cells)
    made.code = OpenProgram(notebook.uri, "python", notebook.version, NotebookLines(cells, encoding, PYTHON))
    return made


def changed(notebook: OpenNotebook, params: lsp.DidChangeNotebookDocumentParams) -> list[Cell]:
    """Take in a change; gives the cells that are gone."""
    gone: list[Cell] = []
    cells = params.change.cells
    if cells is not None and cells.structure is not None:
        array = cells.structure.array
        fresh = _cells(array.cells or (), cells.structure.did_open or ())
        gone = notebook.rearrange(array.start, array.delete_count, fresh)
    for content in (cells.text_content if cells is not None else None) or ():
        notebook.change_cell(content.document.uri, content.document.version, content.changes)
    notebook.take(params.notebook_document.version)
    return gone


_KINDS = {MARKDOWN: lsp.NotebookCellKind.Markup, PYTHON: lsp.NotebookCellKind.Code}


def _cells(cells: Sequence[lsp.NotebookCell], texts: Sequence[lsp.TextDocumentItem]) -> list[Cell]:
    known = {t.uri: t for t in texts}
    made = []
    for cell in cells:
        text = known.get(cell.document)
        if text is not None and _KINDS.get(text.language_id) == cell.kind:
            made.append(Cell(cell.document, text.version, text.text, text.language_id))
        else:
            made.append(Cell(cell.document))
    return made
