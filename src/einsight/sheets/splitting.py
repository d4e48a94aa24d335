"""A text as blocks of statements: all of it, or what an edit of the text before it touches; and which blocks stay.

Nothing here changes anything that stands: what is interrupted, or fails, leaves the document as it was.
"""

from __future__ import annotations

import logging
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..documents.extract import Extract
from ..documents.inputs import Beside
from ..documents.regions import Region, everything_in, extracts_of
from ..lowering.report import NAMES, Diagnostic, Span, told_fault
from ..syntax.statements import split_document
from .cells import Place, placed
from .notes import planned

log = logging.getLogger("einsight")


@dataclass
class Split:
    """
    places    the blocks, in the order in which they count
    refused   formulas that are no text of the language
    fences    where notes hold text of the language
    findings  what was found out before anything was read
    """

    places: list[Place] = field(default_factory=list)
    refused: list[Region] = field(default_factory=list)
    fences: list[Span] = field(default_factory=list)
    findings: list[Diagnostic] = field(default_factory=list)


def split(text: str, language: str, layout: str, beside: Beside | None = None) -> Split:
    """A whole text.  A fault of ours costs the page that it is in, and is told."""
    made = Split()
    try:
        if language == "ein":
            made.places += map(placed, split_document(text))
            return made
        extracts = extracts_of(text, language)
    except Exception as fault:
        made.findings.append(_broken(fault, (0, len(text)), text))
        return made
    for number, extract in enumerate(extracts):
        try:
            page = _page(extract, number, layout, beside)
        except Exception as fault:
            page = Split(findings=[_broken(fault, extract.place((0, len(extract.text))), text)])
        made.places += page.places
        made.refused += page.refused
        made.fences += page.fences
        made.findings += page.findings
    return made


def _page(extract: Extract, number: int, layout: str, beside: Beside | None) -> Split:
    made = Split()
    if extract.problem is not None:
        made.findings.append(Diagnostic("EIN001", NAMES["EIN001"][1], *extract.problem))
    read, findings = planned(extract.text, everything_in(extract, beside), layout)
    regions = [r.mapped(extract, number) for r in read]
    made.findings += [found.moved(extract.place, lambda name: None) for found in findings]
    made.refused += [r for r in regions if r.problem]
    made.fences += [(r.start, r.end) for r in regions if not r.translated]
    made.places += [placed(b, r) for r in regions for b in split_document(r.text)]
    return made


def _broken(fault: Exception, span: Span, text: str) -> Diagnostic:
    """What is told of a page that we could not read, at its first line."""
    log.error("%s while a page was read", type(fault).__name__, exc_info=fault)
    start = next((k for k in range(*span) if not text[k].isspace()), span[0])
    end = min((at for c in "\r\n" if (at := text.find(c, start, span[1])) >= 0), default=span[1])
    return told_fault(fault, (start, end), "nothing here is read: ")


def split_again(places: Sequence[Place], text: str, start: int, end: int, grown: int) -> tuple[int, int, list[Place]]:
    """The places from `first` to `last` that an edit touches, and those of the `text` after it in their stead.

    What stood from `start` to `end` before is now longer by `grown`.  From the block before that on the text is split again,
    until a block begins where one began before: from there on nothing has changed.
    """
    first = max(0, bisect_right(places, start, key=_start) - 2)
    new: list[Place] = []
    for block in split_document(text, places[first].start if places else 0):
        before = block.start - grown
        if before >= end:
            last = bisect_left(places, before, key=_start)
            if last < len(places) and places[last].start == before:
                return first, last, new
        new.append(placed(block))
    return first, len(places), new


def touched(old: str, new: str) -> tuple[int, int]:
    """From where to where a text must be replaced to become another one."""
    start = _common(old, new, lambda text, k: text[:k])
    most = min(len(old), len(new)) - start
    behind = _common(old[len(old) - most :], new[len(new) - most :], lambda text, k: text[len(text) - k :])
    return start, len(old) - behind


def _common(old: str, new: str, part: Callable[[str, int], str]) -> int:
    """How many characters of two texts are the same, from one end on."""
    lengths = range(1, min(len(old), len(new)) + 1)
    return bisect_left(lengths, True, key=lambda k: part(old, k) != part(new, k))


def staying(old: Sequence[Place], new: Sequence[Place]) -> list[tuple[int, int]]:
    """The places of both that are the same, each with its numbers, in the order of both."""
    ahead = 0
    while ahead < min(len(old), len(new)) and old[ahead].content == new[ahead].content:
        ahead += 1
    behind = 0
    while behind < min(len(old), len(new)) - ahead and old[-1 - behind].content == new[-1 - behind].content:
        behind += 1
    between = _in_order(old, new, range(ahead, len(old) - behind), range(ahead, len(new) - behind))
    tails = ((len(old) - k, len(new) - k) for k in range(behind, 0, -1))
    return [*((k, k) for k in range(ahead)), *between, *tails]


def _in_order(old: Sequence[Place], new: Sequence[Place], here: range, there: range) -> list[tuple[int, int]]:
    """The longest row of pairs that rises on both sides; the k-th of several that are the same goes with the k-th."""
    where: dict[object, list[int]] = defaultdict(list)
    for a in reversed(here):
        if old[a].items:
            where[old[a].content].append(a)
    pairs = [(stock.pop(), b) for b in there if new[b].items and (stock := where.get(new[b].content))]
    ends: list[int] = []  # of the rows of each length the one that ends lowest: which pair that is
    before: list[int] = []
    for number, (a, _) in enumerate(pairs):
        length = bisect_left(ends, a, key=lambda k: pairs[k][0])
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [number]
    row: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        row.append(pairs[at])
        at = before[at]
    return row[::-1]


def _start(place: Place) -> int:
    return place.start
