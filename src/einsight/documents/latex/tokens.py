"""LaTeX as tokens with their places in the source."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_TOKEN = re.compile(
    r"(?P<comment>(?<!\\)%[^\n]*)|(?P<space>\s+|\\[mh]?(?:kern|skip)\s*[-+]?(?:\d+(?:\.\d+)?|\.\d+)\s*(?:mu|em|ex|pt|cm|mm)(?![A-Za-z]))|(?P<command>\\(?:[A-Za-z@]+\*?|.|$))|(?P<number>\d+(?:\.\d+)?)|(?P<char>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A command with its backslash, a number, or one character; `spaced` where a blank stands before it.

    A token that came out of a macro has the span of the macro's use; one of its arguments keeps its own.
    """

    text: str
    start: int
    end: int
    spaced: bool = False

    @property
    def is_command(self) -> bool:
        return self.text.startswith("\\")

    def moved(self, start: int, end: int) -> Token:
        return replace(self, start=start, end=end)


def tokens(source: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of a part of a text; comments and blanks are left out."""
    found: list[Token] = []
    spaced = False
    for match in _TOKEN.finditer(source, start, len(source) if end is None else end):
        kind, text = match.lastgroup, match[0]
        if kind in ("space", "comment"):
            spaced = True
            continue
        if kind == "command" and text.endswith("*") and text != "\\*":
            # `\\hspace*` is a command, the star behind `\\alpha` is a product
            starred = text in _STARRED
            found.append(Token(text if starred else text[:-1], match.start(), match.end() - (not starred), spaced))
            if not starred:
                found.append(Token("*", match.end() - 1, match.end()))
        else:
            found.append(Token(text, match.start(), match.end(), spaced))
        spaced = False
    return found


_STARRED = {
    "\\hspace*",
    "\\vspace*",
    "\\operatorname*",
    "\\tag*",
    "\\newcommand*",
    "\\renewcommand*",
    "\\DeclareMathOperator*",
}


# tokens of what stands in square brackets: room below a row, the default of a macro
LONGEST_OPTION = 100


def group_end(row: list[Token], at: int, opening: str = "{", closing: str = "}") -> int | None:
    """Behind the group that opens at a place; None where it does not close, or an option is none."""
    depth = 0
    for k in range(at, len(row) if opening == "{" else min(len(row), at + LONGEST_OPTION)):
        depth += (row[k].text == opening) - (row[k].text == closing)
        if depth == 0:
            return k + 1
    return None


class Groups:
    """Where each group of a row ends, found in one go: among definitions many may open and never close."""

    def __init__(self, row: list[Token]):
        self._ends: dict[int, int] = {}
        opened: list[int] = []
        for k, token in enumerate(row):
            if token.text == "{":
                opened.append(k)
            elif token.text == "}" and opened:
                self._ends[opened.pop()] = k + 1

    def end(self, at: int) -> int | None:
        """Behind the group that opens at a place; None where it does not close."""
        return self._ends.get(at)
