"""Where the statements of a document begin and end; comments and directives.

One statement a line, or several separated by `;`.  A line that starts with an operator or `=` continues
the line before it, and so does a line inside open brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CONTINUES = re.compile(r"[ \t]*(?:[+*/=·⋅×⊙⊗∘≠<>≤≥→−]|-|\.[*/^]|:=)")
_LINE_END = re.compile(r"\r\n|\n|\r")
_IGNORE = re.compile(r"#\s*einsight:\s*ignore\b\s*([A-Z0-9, ]*)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement's text as it stands at `start` in the document, comments blanked out.

    `ignored` holds the codes that a comment on one of its lines switches off (`*`: every one).
    """

    start: int
    text: str
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Directive:
    """`#! word argument`, at its offset."""

    start: int
    end: int
    words: tuple[str, ...]


def split_document(text: str) -> tuple[list[Piece], list[Directive]]:
    """Statements and directives in order.  Offsets count characters of `text`."""
    pieces: list[Piece] = []
    directives: list[Directive] = []
    current: list[str] = []
    start = depth = 0
    ignored: set[str] = set()

    def finish() -> None:
        nonlocal current, depth, ignored
        whole = "".join(current)
        stripped = whole.strip()
        if stripped:
            lead = len(whole) - len(whole.lstrip())
            pieces.append(Piece(start + lead, stripped, frozenset(ignored)))
        current, depth, ignored = [], 0, set()

    for line_start, line, ending in _lines(text):
        code, comment = _split_comment(line)
        if comment.startswith("#!"):
            words = tuple(comment[2:].split())
            at = line_start + len(code)
            directives.append(Directive(at, line_start + len(line), words))
        if current and not (depth > 0 and code.strip()) and not _CONTINUES.match(code):
            finish()
        if not current:
            start = line_start
        found = _IGNORE.search(comment)
        if found:
            ignored.update(re.findall(r"EIN\d+", found[1]) or ["*"])
        blanked = code + " " * (len(line) - len(code))
        place = 0
        for k, char in enumerate(code):
            if char in "([{":
                depth += 1
            elif char in ")]}":
                depth = max(0, depth - 1)
            elif char == ";":
                current.append(blanked[place:k])
                kept = set(ignored)
                finish()
                ignored = kept
                place, start = k + 1, line_start + k + 1
        current.append(blanked[place:] + " " * len(ending))
    finish()
    return pieces, directives


def _lines(text: str) -> list[tuple[int, str, str]]:
    """`(offset, line, its line end)`; only `\\n`, `\\r\\n` and `\\r` end a line, as in an editor."""
    lines = []
    place = 0
    for found in _LINE_END.finditer(text):
        lines.append((place, text[place : found.start()], found[0]))
        place = found.end()
    lines.append((place, text[place:], ""))
    return lines


def _split_comment(line: str) -> tuple[str, str]:
    at = line.find("#")
    return (line, "") if at < 0 else (line[:at], line[at:])
