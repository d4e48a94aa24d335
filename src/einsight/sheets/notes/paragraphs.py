"""Which formulas belong together, and which are said under a condition in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...documents.regions import Region
from ...documents.scanning import Ahead, Cover
from .sections import Section, Sections

BREAK = re.compile(r"(?:\r?\n|\r)[ \t>]*(?:\r?\n|\r)")
_CONTINUES = re.compile(r"(where|with|for|here|and|which|in which|so that)\b", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(if|when|whenever|unless|suppose|assume|assuming)\b"
    r"(?! (?:we|you) (?:go|look|now|take|want|write|plug|apply|use|remember|understand|differentiate|expand)\b)[^.!?]*$",
    re.IGNORECASE,
)
# a relation between indices, or of an index with a number: `i \neq j`, `1 < k < n`
_AMONG_INDICES = r"[i-nrst1-9](?:\s*(?:=|≠|<|>|≤|≥|\\neq?\b|\\[lg]eq?(?:slant)?\b|\\[lg]t\b)\s*(?:[i-nrstKNT]\b|\d+)(?:\s*[+-]\s*\d+)?)+"
_FORMULA = rf"(?:\$+|\\\(|`)\s*{_AMONG_INDICES}\s*(?:\$+|\\\)|`)"
_INDEX_BEFORE = re.compile(rf"\b(?:for|if|when|where|with|case)\s+(?:all\s+)?({_FORMULA})", re.IGNORECASE)
_INDEX_BEHIND = re.compile(
    rf"[\s$,]*(?:\\\)[\s,]*)?(?:for|if|when|whenever|where|with|provided)\s+(?:all\s+)?({_FORMULA})", re.IGNORECASE
)
SENTENCE = re.compile(r"[.!?](?=\s)")
# how far before a formula the words of its sentence are sought
_BEFORE = 400


@dataclass(frozen=True)
class Paragraph:
    """A part of a text from `start` to `end`, with the regions in it, and the section that it stands in."""

    start: int
    end: int
    regions: tuple[Region, ...]
    section: Section = ()


def paragraphs(text: str, regions: list[Region]) -> Iterator[Paragraph]:
    """The parts of a text between blank lines, joined where a `where` or a comma continues one in the next."""
    ends = list(_ends(text, regions))
    sections = Sections(text)
    begin = at = 0
    for end in [*ends, len(text) + 1]:
        group = []
        while at < len(regions) and regions[at].start <= end:
            group.append(regions[at])
            at += 1
        first = group[0].start if group else begin
        yield Paragraph(begin, min(end, len(text)), tuple(group), sections.at(first))
        begin = end


def _ends(text: str, regions: list[Region]) -> Iterator[int]:
    """The blank lines at which something ends: in no formula, and between words of which neither goes on."""
    inside = Cover((r.start, r.end) for r in regions)
    word = Ahead(text, r"\w")
    at, last = 0, ""  # the last sign before a place
    for found in BREAK.finditer(text):
        start = found.start()
        last = text[at:start].rstrip("$ \t\r\n")[-1:] or last
        at = start
        first = word(found.end())
        goes_on = first is not None and _CONTINUES.match(text, first[0])
        if last not in (",", ":", "e", "d") and not goes_on and not inside.has(start):
            yield start


_DENIED = re.compile(
    r"\b(?:not (?:true|right|correct|equal)|(?:is|are|be) (?:false|wrong|incorrect)|wrong(?=\W*$)|mistakes?|incorrect|erroneous\w*|pitfall|fallac\w+)\b",
    re.IGNORECASE,
)


def _said_before(text: str, region: Region) -> str:
    """The words before a formula of its sentence, which goes on over the blank line before a display."""
    parts = BREAK.split(SENTENCE.split(text[max(0, region.start - _BEFORE) : region.start])[-1])
    return " ".join(parts[-2:]) if re.search(r"[^\W\d_]{2}", parts[-1]) is None else parts[-1]


def denial(text: str, region: Region) -> str:
    """What the words before a formula of its sentence deny; empty where they do not."""
    sentence = _said_before(text, region)
    found = _DENIED.search(re.sub(r"\$[^$]*\$|[*_]", " ", sentence))
    return f"it is said to be no claim: “{found[0]}”" if found is not None else ""


def condition(text: str, region: Region) -> str:
    """What is said under a condition, in words of the same sentence; empty where nothing is."""
    sentence = _said_before(text, region)
    among = _INDEX_BEFORE.search(sentence) or _INDEX_BEHIND.match(text, region.end)
    if among is not None:
        return f"it is said under a condition: {among[1]}"
    found = _CONDITION.search(re.sub(r"\$[^$]*\$", " ", sentence))
    return f"it is said under a condition: “{found[1]} …”" if found else ""
