"""The shape of a document: symbols, folding, growing selections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..documents.positions import LineIndex
from ..lowering.names import Entry
from ..lowering.report import Span
from ..sheets.cells import Cell
from ..sheets.places import inside, is_supposed, outside
from ..sheets.sheet import Sheet
from ..syntax.finding import path_at
from ..syntax.tree import Node


@dataclass(frozen=True)
class Symbol:
    """A name of the document: its shape in words, its statement and its own place."""

    name: str
    detail: str
    kind: str
    span: Span
    name_span: Span


def symbols(sheet: Sheet) -> Iterator[Symbol]:
    """Every declaration and definition, in order."""
    for cell in sheet.cells:
        if cell.analysis is None or is_supposed(cell):
            continue
        whole = cell.move((0, len(cell.item.text)))
        for (kind, name), value in cell.analysis.told.items():
            if kind == "name" and isinstance(value, Entry) and value.span is not None:
                yield Symbol(name, _detail(value), _kind(value), whole, cell.move(value.span))
            elif kind == "size":
                at = cell.lowered.text.find(name, 3)
                yield Symbol(name, f"dimension of size {value}", "dimension", whole, cell.move((at, at + len(name))))


def _detail(entry: Entry) -> str:
    properties = " ".join(sorted(entry.tensor.properties)) if entry.tensor else ""
    return f"{entry.describe().split(' ', 1)[1]} {properties}".strip()


def _kind(entry: Entry) -> str:
    return "function" if entry.kind == "function" else entry.kind


def folds(sheet: Sheet, lines: LineIndex) -> Iterator[tuple[int, int, str]]:
    """`(first line, last line, kind)`: statements of several lines, runs of comments, runs of declarations."""
    for cell in sheet.cells:
        first, last = (lines.position(o)[0] for o in cell.move((0, len(cell.item.text))))
        if last > first:
            yield first, last, "region"
    yield from _runs([k for k, line in _text_lines(lines) if line.startswith("#")], "comment")
    declared = [c for c in sheet.cells if c.analysis is not None and c.lowered.kind == "declaration"]
    yield from _runs(sorted({lines.position(c.start)[0] for c in declared}), "imports")


def _text_lines(lines: LineIndex) -> Iterator[tuple[int, str]]:
    ends = [*lines.starts[1:], len(lines.text)]
    for k, (start, end) in enumerate(zip(lines.starts, ends, strict=True)):
        yield k, lines.text[start:end].strip()


def _runs(numbers: list[int], kind: str) -> Iterator[tuple[int, int, str]]:
    """Runs of more than one line."""
    start = previous = None
    for number in [*numbers, None]:
        if previous is not None and number == previous + 1:
            previous = number
            continue
        if start is not None and previous is not None and previous > start:
            yield start, previous, kind
        start = previous = number


def selections(sheet: Sheet, offset: int) -> list[Span]:
    """What a selection at an offset grows to, the narrowest first: name, sub-expressions, statement, document."""
    whole = (0, len(sheet.text))
    cell = sheet.cell_at(offset)
    if cell is None or cell.analysis is None:
        return [whole]
    spans = _inside(sheet.text, cell, offset)
    spans += [cell.move((0, len(cell.item.text))), whole]
    out: list[Span] = []
    for span in spans:  # each must hold the one before, and be more
        if not out or (span != out[-1] and span[0] <= out[-1][0] and span[1] >= out[-1][1]):
            out.append(span)
    return out


def _inside(text: str, cell: Cell, offset: int) -> list[Span]:
    at = inside(text, cell, offset)
    if at is None:
        return []
    tree = cell.lowered.tree
    mark = cell.lowered.marks.at(at)
    spans = [(mark.start, mark.end)] if mark is not None else []
    if isinstance(tree, Node):
        spans += [(n.start, n.end) for n in reversed(path_at(tree, at)) if n.start <= at <= n.end]
    return [outside(text, cell, s) for s in spans]
