"""Where the statements of a document begin and end; comments and directives.

One statement a line, or several separated by `;`; whatever Unicode calls a line break ends a line.  A line that starts with an
operator or `=` continues the line before it, and so does one inside open brackets.  A sign may begin a statement too: a line
`- a' x = …` that is not indented further is one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..frozen import frozen
from .blanks import LINE_END, blanked

# brackets that a line may leave open for the next one; no statement with more is read
MOST_OPEN = 100
_CONTINUES = re.compile(r"[ \t]*(?:[+*/=·⋅×⊙⊗∘≠<>≤≥→−]|-|\.[*/^]|:=)")
_SIGNED = re.compile(r"([ \t]*)[-+−]")
_GROUPING = re.compile(r"[()\[\]{};]")
_SIGNS = re.compile(r"[()\[\]{}∈]|(?<![<>!:=])=")
_IGNORE = re.compile(r"#\s*einsight:\s*ignore\b\s*([A-Z0-9, ]*)")


@frozen
class Piece:
    """A statement's text as it stands at `start`, comments blanked out.

    `ignored` holds the codes that a comment on one of its lines switches off (`*`: every one).
    """

    start: int
    text: str
    ignored: frozenset[str] = frozenset()


@frozen
class Directive:
    """`#! word argument`."""

    start: int
    text: str

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.text[2:].split())


@frozen
class Block:
    """Whole lines of a document, `start` to `end`, that no statement crosses; most often one line.

    The `start` of an item counts from the block's, so that a block that moves is the same.
    """

    start: int
    end: int
    items: tuple[Piece | Directive, ...]


def split_document(text: str, at: int = 0) -> Iterator[Block]:
    """The blocks from the line that starts at `at`, which must be the first of one; lazily.

    That a block ends is seen at the line behind it, so where a block begins does not depend on what stands before.
    """
    items: list[Piece | Directive] = []
    current: list[str] = []
    first = start = at
    depth = indent = 0
    open_: list[str] = []
    ignored: set[str] = set()

    def finish() -> None:
        nonlocal current, depth, ignored
        whole = "".join(current)
        stripped = whole.strip()
        if stripped:
            lead = len(whole) - len(whole.lstrip())
            items.append(Piece(start + lead - first, stripped, frozenset(ignored)))
        current, depth, ignored = [], 0, set()
        open_.clear()

    def block(end: int) -> Block:
        finish()
        found = Block(first, end, tuple(sorted(items, key=lambda item: item.start)))
        items.clear()
        return found

    for line_start, line, ending in _lines(text, at):
        code, comment = _split_comment(line)
        if current:
            inside = 0 < depth <= MOST_OPEN and code.strip() and not _ends_brackets(code, open_)
            further = bool(code.strip()) and _indent(code) > indent
            if not inside and not _continues(code, further):
                yield block(line_start)
                first = line_start
        if comment.startswith("#!"):
            items.append(Directive(line_start + len(code) - first, comment.rstrip()))
        if not current:
            start, indent = line_start, _indent(code)
        found = _IGNORE.search(comment) if comment else None
        if found:
            ignored.update(re.findall(r"EIN\d+", found[1]) or ["*"])
        blanked = code + " " * (len(line) - len(code))
        place = 0
        for sign in _GROUPING.finditer(code):
            if sign[0] in "([{":
                depth += 1
                open_.append(sign[0])
            elif sign[0] in ")]}":
                depth = max(0, depth - 1)
                del open_[-1:]
            else:
                current.append(blanked[place : sign.start()])
                kept = set(ignored)
                finish()
                ignored = kept
                place, start = sign.end(), line_start + sign.end()
        current.append(blanked[place:] + " " * len(ending))
    yield block(len(text))


def _indent(code: str) -> int:
    return len(code) - len(code.lstrip(" \t"))


def _continues(code: str, further: bool) -> bool:
    """Does a line go on with the statement before it, by how it begins?"""
    if not _CONTINUES.match(code):
        return False
    return further or not _SIGNED.match(code) or not _relates(code)


def _relates(code: str) -> bool:
    """Does an `=` stand outside of all brackets?"""
    depth = 0
    for sign in _SIGNS.finditer(code):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(sign[0], 0)
        if sign[0] == "=" and depth <= 0:
            return True
    return False


def _ends_brackets(code: str, open_: list[str]) -> bool:
    """Does a line that would stand inside open brackets begin a new statement?

    `=` and `∈` stand in no round brackets, so a bracket that is still open before one has been forgotten.
    """
    stack = list(open_)
    for sign in _SIGNS.finditer(code):
        if sign[0] in "([{":
            stack.append(sign[0])
        elif sign[0] in ")]}":
            del stack[-1:]
        else:
            return bool(stack) and stack[-1] == "("
    return False


def _lines(text: str, at: int) -> Iterator[tuple[int, str, str]]:
    """`(offset, line, its line end)`, with plain blanks in the line."""
    place = at
    for found in LINE_END.finditer(text, at):
        yield place, blanked(text[place : found.start()]), found[0]
        place = found.end()
    yield place, blanked(text[place:]), ""


def _split_comment(line: str) -> tuple[str, str]:
    at = line.find("#")
    return (line, "") if at < 0 else (line[:at], line[at:])
