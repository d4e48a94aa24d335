"""Offsets and positions.  Only `\\n`, `\\r\\n` and `\\r` end a line, as the language server protocol has it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate

# characters of a long line between those whose columns are kept
_STRIDE = 1_000
_LINE_END = re.compile(r"\r\n|\n|\r")


class LineIndex:
    """Line starts of a text; columns in UTF-16 units unless told otherwise."""

    def __init__(self, text: str, encoding: str = "utf-16"):
        self.text, self.encoding = text, encoding
        self.starts = [0, *(m.end() for m in _LINE_END.finditer(text))]
        self._long: dict[int, list[int]] = {}

    @property
    def extent(self) -> tuple[int, int]:
        """The part of the text that the lines are of."""
        return 0, len(self.text)

    def edited(self, start: int, end: int, text: str) -> LineIndex:
        """The index of `text`, in which what stood from `start` to `end` has been replaced; most lines only move."""
        grown = len(text) - len(self.text)
        # a line end may begin one character before the edit or end one behind it
        first = max(0, bisect_right(self.starts, start - 1) - 1)
        last = bisect_left(self.starts, end + 2)
        stop = self.starts[last] + grown if last < len(self.starts) else len(text)
        made = object.__new__(LineIndex)
        made.text, made.encoding, made._long = text, self.encoding, {}
        between = [m.end() for m in _LINE_END.finditer(text, self.starts[first], stop)]
        if last < len(self.starts) and between and between[-1] == stop:
            between.pop()
        made.starts = [*self.starts[: first + 1], *between, *(s + grown for s in self.starts[last:])]
        return made

    def position(self, offset: int) -> tuple[int, int]:
        """`(line, column)`, both from 0."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.starts, offset) - 1
        start = self.starts[line]
        if self._counts_characters():
            return line, offset - start
        if offset - start <= _STRIDE:
            return line, self._units(self.text[start:offset])
        known, rest = divmod(offset - start, _STRIDE)
        return line, self._columns(line)[known] + self._units(self.text[offset - rest : offset])

    def units(self, start: int, end: int) -> int:
        """The width of a part of a line."""
        return self._units(self.text[start:end])

    def offset(self, line: int, column: int) -> int:
        """The offset of a position; one past a line's end is that end."""
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self.text)
        start = self.starts[line]
        end = self._end(line)
        if self._counts_characters():
            return start + min(max(column, 0), end - start)
        known = max(bisect_right(self._columns(line), column) - 1, 0)
        start, units = start + known * _STRIDE, self._columns(line)[known]
        for k in range(start, end):
            if units >= column:
                return k
            units += self._units(self.text[k])
        return end

    def _end(self, line: int) -> int:
        """Where a line ends, before what ends it."""
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        while end > self.starts[line] and self.text[end - 1] in "\r\n":
            end -= 1
        return end

    def _counts_characters(self) -> bool:
        """Is a unit a character?  Python knows that of a text without looking at it."""
        return self.encoding == "utf-32" or self.text.isascii()

    def _columns(self, line: int) -> list[int]:
        """The columns of every so many characters of a line, so that nothing else of a long one is counted twice."""
        if line not in self._long:
            start, end = self.starts[line], (*self.starts[line + 1 : line + 2], len(self.text))[0]
            counted = (self._units(self.text[k : min(k + _STRIDE, end)]) for k in range(start, end, _STRIDE))
            self._long[line] = [*accumulate(counted, initial=0)]
        return self._long[line]

    def _units(self, text: str) -> int:
        if text.isascii() or self.encoding == "utf-32":
            return len(text)
        if self.encoding == "utf-8":
            return len(text.encode("utf-8"))
        return sum(2 if ord(c) > 0xFFFF else 1 for c in text)
