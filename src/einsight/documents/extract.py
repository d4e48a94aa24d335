"""A text that is taken out of a file, such as the cells of a notebook or a docstring, and where it stands there.

    file      "$a = \\\\frac12$\\n"         one character of the text may be written with several of the file
    text      $a = \\frac12$

Formulas are sought in the text, and what is found there becomes places of the file.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

Span = tuple[int, int]
Run = tuple[int, int, int]


@dataclass(frozen=True)
class Formula:
    """A formula's text from `start` to `end`: in `latex`, or in the language itself, `ein`.

    `holes` are parts in between that are none of it: the marks of a quotation at the beginnings of lines.
    """

    start: int
    end: int
    language: str = "latex"
    holes: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Extract:
    """A text with formulas; without `runs` it is the file itself.

    kind      how formulas are marked in it, one of those that `regions.py` knows
    runs      `(at, start, width)`: from `at` of the text on its characters stand in the file from `start` on, each of them
              written with `width` characters: with one as it is, with more by an escape, with none where it is not written
    problem   where the file is none of its kind, and why
    unread    why nothing is read of a file that may hold formulas
    """

    text: str
    kind: str
    runs: tuple[Run, ...] | None = None
    problem: tuple[Span, str] | None = None
    unread: str = ""

    def place(self, span: Span) -> Span:
        """The part of the file in which a part of the text stands."""
        if self.runs is None:
            return span
        start, end = span
        if end <= start:
            behind = self._character(start)[0] if start < len(self.text) else self._character(len(self.text) - 1)[1]
            return behind, behind
        return self._character(start)[0], self._character(end - 1)[1]

    def _character(self, at: int) -> Span:
        if not self.runs:
            return 0, 0
        begin, start, width = self.runs[max(0, bisect_right(self.runs, at, key=_begin) - 1)]
        start += (at - begin) * width
        return start, start + width


def _begin(run: Run) -> int:
    return run[0]


class Extractor:
    """Puts an extract together, piece by piece in the order of the file."""

    def __init__(self, source: str):
        self.source = source
        self.parts: list[str] = []
        self.runs: list[Run] = []
        self.length = 0

    def copy(self, start: int, end: int) -> None:
        """A part of the file as it stands there."""
        if end > start:
            self._add(self.source[start:end], start, 1)

    def write(self, text: str, start: int, end: int) -> None:
        """What a part of the file stands for: the character of an escape, or what separates two pieces."""
        for k, character in enumerate(text):
            self._add(character, end if k else start, 0 if k else end - start)

    @property
    def end(self) -> int:
        """The place in the file behind what there is so far."""
        at, start, width = self.runs[-1] if self.runs else (0, 0, 0)
        return start + (self.length - at) * width

    def _add(self, text: str, start: int, width: int) -> None:
        if not self.runs or self.runs[-1][2] != width or self.end != start:  # what goes on as before is the same run
            self.runs.append((self.length, start, width))
        self.parts.append(text)
        self.length += len(text)

    def made(self, kind: str) -> Extract:
        return Extract("".join(self.parts), kind, tuple(self.runs))
