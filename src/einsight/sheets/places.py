"""Positions of a document in its statements and back, also where a formula was translated from LaTeX.

Such a statement has the part of the document that each of its characters stands for.  Several characters may share
one: `_{i j}` stands for `_{ij}`, and all that comes out of a macro's body for the macro's use.  Letters and numbers that
stand on both sides in equal number are taken for one another, so that each index has its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..lowering.names import GREEK
from ..lowering.report import Span
from .cells import Cell
from .latex_source import is_whole

# letters, numbers and the commands of Greek letters, in LaTeX; a command that is no letter is passed over
_IN_SOURCE = re.compile(r"\\([A-Za-z]+)|\d+|[^\W\d_]")
_IN_STATEMENT = re.compile(r"\d+|[^\W\d_]")


def sources(cell: Cell) -> tuple[Span, ...]:
    """What part of the document each character of a statement stands for that does not stand there as it is read."""
    region = cell.place.region
    assert region is not None
    start = cell.place.start + cell.item.start
    # the `where` that gives a meaning to names of ours stands nowhere
    length = cell.item.text.find(" where ") if region.spoken else -1
    return region.places[start : start + (len(cell.item.text) if length < 0 else length)]


def extent(cell: Cell) -> Span:
    """Where a statement stands, from its first sign to its last."""
    if cell.place.is_verbatim:
        return cell.start, cell.end
    parts = sources(cell)
    if not parts:
        return cell.start, cell.end
    return min(start for start, _ in parts), max(end for _, end in parts)


def is_supposed(cell: Cell) -> bool:
    """Is it a declaration that nobody wrote, of a name whose shape was assumed or had to be another one?"""
    return cell.place.is_translated and len(cell.item.text) > 1 and len(set(sources(cell))) == 1


def inside(text: str, cell: Cell, offset: int) -> int | None:
    """The offset in a statement of an offset in the document's `text`; None where nothing of the statement stands there.

    Of the parts of the source around the offset the narrowest counts, of two that meet there the one that begins.
    """
    if cell.place.is_verbatim:
        return offset - cell.start
    parts = sources(cell)
    around = [
        (end == offset and end > start, end - start, k)
        for k, (start, end) in enumerate(parts)
        if start <= offset <= end and not cell.item.text[k].isspace()
    ]
    if not around:
        return None
    first = min(around)[2]
    last, (start, end) = _run_end(parts, first), parts[first]
    if offset == end > start:  # behind it; what follows in the statement may stand elsewhere in the document
        return last - (cell.item.text[last : last + 1].strip() not in ("", ")", "]", ","))
    if text[start:end] == cell.item.text[first:last]:
        return first + offset - start
    for place, span in _pairs(text, cell, first, last):
        if place[0] <= offset < place[1]:
            return span[0]
    return first


def outside(text: str, cell: Cell, span: Span) -> Span:
    """The part of the document's `text` that a span of a statement stands for, as narrow as can be told."""
    if cell.place.is_verbatim:
        return cell.move(span)
    parts = sources(cell)
    first = span[0]
    while 0 < first < len(parts) and parts[first - 1] == parts[first]:
        first -= 1
    last = _run_end(parts, first) if first < len(parts) else first
    place = cell.move(span)
    if span[1] <= last and not (span == (first, last) and is_whole(text[slice(*place)])):
        return next((source for source, sign in _pairs(text, cell, first, last) if sign == span), place)
    return place


def _run_end(parts: tuple[Span, ...], first: int) -> int:
    last = first + 1
    while last < len(parts) and parts[last] == parts[first]:
        last += 1
    return last


def _pairs(text: str, cell: Cell, first: int, last: int) -> Iterator[tuple[Span, Span]]:
    """The letters and numbers of a run of characters of one source: where each stands in the document, and in the run."""
    written = letters_of(text, *sources(cell)[first])
    read = list(_IN_STATEMENT.finditer(cell.item.text, first, last))
    if len(written) == len(read):
        for source, sign in zip(written, read, strict=True):
            yield source.span(), sign.span()


def letters_of(text: str, start: int, end: int) -> list[re.Match[str]]:
    """The letters and numbers in a part of a document; of commands the Greek letters, whose name is the first group."""
    return [m for m in _IN_SOURCE.finditer(text, start, end) if m[1] is None or m[1] in GREEK]


def nearest(cells: Iterable[Cell], offset: int) -> Cell | None:
    """Of the statements of notes, which are not in the order of their places, the one at an offset.

    The narrowest around it, what was written rather than supposed; or else the nearest in the same formula.
    """
    there = [c for c in cells if c.start <= offset <= c.end or _formula(c)[0] <= offset <= _formula(c)[1]]

    def order(cell: Cell) -> tuple[bool, int, int, int]:
        start, end = extent(cell)
        return is_supposed(cell), max(start - offset, offset - end, 0), end - start, -start

    return min(there, key=order, default=None)


def _formula(cell: Cell) -> Span:
    region = cell.place.region
    return (region.start, region.end) if region is not None and region.translated else (cell.start, cell.end)


# what closes a formula behind its last sign; not what ends a row of one
_CLOSES = re.compile(
    r"(?:[ \t]*(?:\\(?:tag|label)\*?\{[^}\n]*\}|\\(?:nonumber|notag|end\{\w+\*?\}|\]|\))|\}|\$\$?|`))*"
)
_PUNCTUATION = re.compile(r"[ \t]*(?:\\[,;!])?[,.;:]?")


def behind_formula(text: str, offset: int) -> int:
    """Behind what closes the formula or the row that ends at an offset, so that nothing looks like a part of it."""
    at = offset
    for _ in range(2):  # `W x, \\` and `$W x$,`
        punctuated = _PUNCTUATION.match(text, at)
        closed = _CLOSES.match(text, punctuated.end() if punctuated is not None else at)
        if closed is not None and closed.end() > closed.start():
            at = closed.end()
    end = _PUNCTUATION.match(text, at)
    return end.end() if end is not None and text[end.end() : end.end() + 1] in ("", "\r", "\n") else at


def stands_alone(text: str, cell: Cell) -> bool:
    """Does the formula of a statement begin or end its line, and is it no inline formula of one dollar?"""
    start, end = _formula(cell)
    if text[max(0, start - 2) : start] == r"\(" or text[:start].endswith("`"):
        return False
    if text[:start].endswith("$") and not text[:start].endswith("$$"):
        return False
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    before, after = text[first:start], text[end : last if last >= 0 else len(text)]
    return not (re.search(r"\w", before) and re.search(r"\w", after))
