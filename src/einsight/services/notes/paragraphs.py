"""Which formulas belong together, and which are said under a condition in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...documents.regions import Region

BREAK = re.compile(r"(?:\r?\n|\r)[ \t>]*(?:\r?\n|\r)")
_CONTINUES = re.compile(r"\W*(where|with|for|here|and|which|in which|so that)\b", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(if|when|whenever|unless|suppose|assume|assuming)\b"
    r"(?! (?:we|you) (?:go|look|now|take|want|write|plug|apply|use|remember|understand|differentiate|expand)\b)[^.!?]*$",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[.!?](?=\s)")
# how far before a formula the words of its sentence are sought
_BEFORE = 400


@dataclass(frozen=True)
class Paragraph:
    """A part of a text from `start` to `end`, with the regions in it."""

    start: int
    end: int
    regions: tuple[Region, ...]


def paragraphs(text: str, regions: list[Region]) -> Iterator[Paragraph]:
    """The parts of a text between blank lines, joined where a `where` or a comma continues one in the next."""
    ends = [
        m.start()
        for m in BREAK.finditer(text)
        if not any(r.start <= m.start() < r.end for r in regions)
        and not _CONTINUES.match(text, m.end())
        and text[: m.start()].rstrip("$ \t\r\n")[-1:] not in (",", ":", "e", "d")
    ]
    begin = at = 0
    for end in [*ends, len(text) + 1]:
        group = []
        while at < len(regions) and regions[at].start <= end:
            group.append(regions[at])
            at += 1
        yield Paragraph(begin, min(end, len(text)), tuple(group))
        begin = end


def condition(text: str, region: Region) -> str:
    """What is said under a condition, in words before the formula of the same sentence; empty where nothing is."""
    before = text[max(0, region.start - _BEFORE) : region.start]
    sentence = BREAK.split(SENTENCE.split(before)[-1])[-1]
    found = _CONDITION.search(re.sub(r"\$[^$]*\$", " ", sentence))
    return f"it is said under a condition: “{found[1]} …”" if found else ""
