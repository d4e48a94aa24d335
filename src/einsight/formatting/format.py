"""An `.ein` document in its canonical spacing, as edits.

A line is formatted by itself: the parts of statements on it (`spacing.set_apart`), what separates them, its indent
and its comment.  White space changes, and signs where a style is asked for (`spelling`); never a token's meaning.
"""

from __future__ import annotations

import os
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from ..documents.regions import Region, regions_of
from ..syntax.blanks import LINE_END
from ..syntax.parse import parse_statement
from ..syntax.statements import Directive, Piece, split_document
from ..syntax.tree import Node
from .spacing import Row, reads_the_same, set_apart
from .spelling import STYLES, frozen_names

INDENT = "    "
BLANK_LINES = 2  # in a row; more say nothing
COMMENT_DISTANCE = 2


@dataclass(frozen=True, slots=True)
class Edit:
    """`text` in place of the characters `span` of a document."""

    span: tuple[int, int]
    text: str


def format_document(text: str, style: str | None = None, language: str = "ein") -> list[Edit]:
    """The edits, sorted and apart, that bring a document into canonical form: one for each line that changes.

    `style` is None (signs stay as they are spelled), "unicode" or "ascii".  Of Markdown, fences marked `ein` are
    formatted.  Never raises on any text, and never changes what a statement says: what does not parse stays.
    """
    return format_range(text, 0, len(text), style, language)


def format_range(text: str, start: int, end: int, style: str | None = None, language: str = "ein") -> list[Edit]:
    """The edits of `format_document` in the lines that the range touches."""
    if style is not None and style not in STYLES:
        raise ValueError(f"there is no style {style!r}: write {' or '.join(STYLES)}")
    regions = regions_of(text, language)
    frozen = frozen_names(_trees(regions)) if style else frozenset()
    edits: list[Edit] = []
    for region in regions:
        at = region.start
        if not region.translated and start <= region.end and (at < end or at <= start):
            page = _Page(region.text, style, frozen, _fence_indent(text, at) if language != "ein" else "")
            edits += [Edit((e.span[0] + at, e.span[1] + at), e.text) for e in page.edits(start - at, end - at)]
    return edits


def formatted(text: str, style: str | None = None, language: str = "ein") -> str:
    """The document in canonical form."""
    return apply_edits(text, format_document(text, style, language))


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits applied, which are sorted and apart."""
    parts, place = [], 0
    for edit in edits:
        parts += [text[place : edit.span[0]], edit.text]
        place = edit.span[1]
    return "".join([*parts, text[place:]])


def _trees(regions: Iterable[Region]) -> Iterator[Node]:
    for region in regions:
        for _, item in _items(region.text):
            tree = parse_statement(item.text)[0] if isinstance(item, Piece) else None
            if tree is not None:
                yield tree


def _fence_indent(text: str, at: int) -> str:
    """The white space before the fence that the region behind it starts at."""
    fence = text[text.rfind("\n", 0, at - 1) + 1 : at - 1]
    return fence[: len(fence) - len(fence.lstrip())]


@dataclass(frozen=True, slots=True)
class _Part:
    """A row of the statement that starts at `origin`, on the line where it stands.

    `columns`, one for all rows of a statement, has the columns of its `=` signs, old and new.
    """

    origin: int
    row: Row
    kept: bool
    columns: dict[int, int]

    @property
    def start(self) -> int:
        return self.origin + self.row.start


@dataclass(slots=True)
class _Line:
    """A line as it stands, and its new text; None where it goes."""

    start: int
    text: str
    ending: str
    parts: list[_Part] = field(default_factory=list)
    code: str = ""
    new: str | None = ""
    new_ending: str = ""

    def __post_init__(self) -> None:
        self.new_ending = self.ending

    @property
    def hash(self) -> int:
        """Where the comment begins, or the line ends."""
        at = self.text.find("#")
        return len(self.text) if at < 0 else at

    @property
    def column(self) -> int | None:
        """Where the comment begins, as a reader sees it."""
        return _width(self.text[: self.hash]) if self.hash < len(self.text) else None

    @property
    def comment(self) -> str:
        comment = self.text[self.hash :].rstrip()
        if not comment.startswith("#!") or comment.startswith("#!/"):
            return comment
        return " ".join(["#!", *comment[2:].split()])

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    def edit(self) -> Edit | None:
        """From the first to the last character that changes."""
        old, new = self.text + self.ending, "" if self.new is None else self.new + self.new_ending
        if old == new:
            return None
        front = len(os.path.commonprefix([old, new])) if new else 0
        back = len(os.path.commonprefix([old[front:][::-1], new[front:][::-1]]))
        return Edit((self.start + front, self.start + len(old) - back), new[front : len(new) - back])


class _Page:
    """The lines of a text, formatted; `base` is the indent that all of them have."""

    def __init__(self, text: str, style: str | None, frozen: frozenset[str], base: str):
        self.text, self.style, self.frozen, self.base = text, style, frozen, base
        self.lines = [_Line(*line) for line in _lines(text)]
        self.starts = [line.start for line in self.lines]
        for start, item in _items(text):
            if isinstance(item, Piece):
                self._place(start, item.text)
        for line in self.lines:
            line.code = self._code(line)
        self._set_comments()
        self._set_ends()

    def edits(self, start: int, end: int) -> list[Edit]:
        """The edits of the lines from `start` to `end`; none where they would change what is said."""
        first, last = self._line_at(start), self._line_at(max(start, end - 1))
        edits: list[Edit] = []
        for edit in filter(None, (line.edit() for line in self.lines[first : last + 1])):
            if edits and not edit.text and not edits[-1].text and edits[-1].span[1] == edit.span[0]:
                edit = Edit((edits.pop().span[0], edit.span[1]), "")
            edits.append(edit)
        return edits if not edits or says_the_same(self.text, apply_edits(self.text, edits)) else []

    def _line_at(self, offset: int) -> int:
        return max(0, bisect_right(self.starts, offset) - 1)

    def _place(self, start: int, text: str) -> None:
        """Give the lines their parts of a statement."""
        first, last = self._line_at(start), self._line_at(start + len(text) - 1)
        breaks = tuple(self.starts[k] - start for k in range(first + 1, last + 1))
        rows = set_apart(text, breaks, self.style, self.frozen)
        columns: dict[int, int] = {}
        for row in rows or _rows_as_they_are(text, breaks):
            part = _Part(start, row, rows is None, columns)
            self.lines[self._line_at(part.start)].parts.append(part)

    def _code(self, line: _Line) -> str:
        """The statements of a line, without its comment."""
        place, code = line.start, ""
        for k, part in enumerate(line.parts):
            separators = self.text[place : part.start].count(";")
            code += "" if k else self._indent(line, part)
            code += ";" * separators + " " * bool(separators)
            for old, new in part.row.equals:
                column = _width(line.text[: part.origin + old - line.start])
                part.columns[column] = _width(code + part.row.text[:new])
            code += part.row.text
            place = part.origin + part.row.end
        separators = self.text[place : line.start + line.hash].count(";")
        return (code or self.base * bool(separators)) + ";" * separators

    def _indent(self, line: _Line, part: _Part) -> str:
        lead = line.text[: part.start - line.start].partition(";")[0]
        if part.kept or lead.strip(" \t"):  # before other white space an operator does not continue the line above
            return lead
        if part.row.start == 0:
            return self.base
        column = _width(lead)
        if column > len(self.base) and part.row.equals and part.row.equals[0][1] == 0:
            return " " * part.columns.get(column, column)  # `=` below `=` stays there
        return self.base + INDENT

    def _set_comments(self) -> None:
        """Comments that stood below one another still do."""
        for column, lines in groupby(self.lines, key=lambda line: line.column):
            group = list(lines)
            widths = [_width(line.code) for line in group if line.code]
            if column is not None and widths:
                column = max(column, max(widths) + COMMENT_DISTANCE)
            for line in group:
                if line.code or column is None:
                    pad = " " * ((column or 0) - _width(line.code))
                elif line.comment.startswith("#!"):
                    pad = self.base
                else:
                    pad = line.text[: line.hash] if column == line.column else " " * column
                line.new = line.code + pad + line.comment

    def _set_ends(self) -> None:
        """Blank lines between others, few in a row; the last line has an end."""
        filled = [k for k, line in enumerate(self.lines) if not line.is_blank]
        first, last = (filled[0], filled[-1]) if filled else (0, 0)
        blank = 0
        for k, line in enumerate(self.lines):
            blank = blank + 1 if line.is_blank else 0
            if blank > BLANK_LINES or not first <= k <= last:
                line.new = None
            elif k and line.is_blank and (self.lines[k - 1].ending, line.ending) == ("\r", "\n"):
                line.new = line.text  # without white space between them the two would be one line end
        if self.text:
            self.lines[last].new_ending = self.lines[last].ending or self.lines[0].ending or "\n"


def _items(text: str) -> Iterator[tuple[int, Piece | Directive]]:
    for block in split_document(text):
        for item in block.items:
            yield block.start + item.start, item


def _rows_as_they_are(text: str, breaks: tuple[int, ...]) -> Iterator[Row]:
    """The lines of a statement, its comments blanked out; it may be white space why it does not parse."""
    for a, b in zip((0, *breaks), (*breaks, len(text)), strict=True):
        code = text[a:b].strip(" \t")
        if code:
            start = a + text[a:b].index(code)
            yield Row(start, start + len(code), code)


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    place = 0
    for found in LINE_END.finditer(text):
        yield place, text[place : found.start()], found[0]
        place = found.end()
    yield place, text[place:], ""


def _width(text: str) -> int:
    """The columns that a text takes: an accent stands over its letter."""
    if text.isascii() and "\t" not in text:
        return len(text)
    return sum(not unicodedata.combining(c) for c in text.expandtabs(len(INDENT)))


def says_the_same(text: str, other: str) -> bool:
    """Do two documents have the same statements and directives, but for spacing and spelling?"""
    items, others = ([item for _, item in _items(t)] for t in (text, other))
    return len(items) == len(others) and all(map(_is_same, items, others))


def _is_same(item: Piece | Directive, other: Piece | Directive) -> bool:
    if isinstance(item, Directive) or isinstance(other, Directive):
        return isinstance(item, Directive) and isinstance(other, Directive) and item.words == other.words
    return item.ignored == other.ignored and reads_the_same(item.text, other.text)
