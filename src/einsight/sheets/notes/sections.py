"""The sections of a page, one within another: what is said in one holds in those within it, and nowhere else.

A section is the way to it: the places of the headings above it, the outermost first, and that of the item of a list, below zero.  The text before the first heading
belongs to all of the page.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

Section = tuple[int, ...]
# of what was said of a letter before it got another meaning
ELSEWHERE: Section = (-1, -1)

_HEADING = re.compile(
    r"^[ \t>]*(?:(?P<marks>\#{1,6})[ \t]|(?P<line>={3,}|-{3,}|~{3,}|\^{3,}|\"{3,})[ \t]*$|(?P<bold>\*\*[^*\n]+\*\*[ \t]*$|\*\*[^*\n]+[.:]\*\*|\\textbf\{[^{}\n]+[.:]\})"
    r"|\\(?P<command>part|chapter|(?:sub)*section|(?:sub)?paragraph)\b"
    r"|\\begin\{(?P<box>exercise|problem|question|example|theorem|lemma|proposition|solution|definition|remark)s?\*?\}"
    r"|\\end\{(?P<end>exercise|problem|question|example|theorem|lemma|proposition|solution|definition|remark)s?\*?\}"
    r"|(?P<item>(?:[-*+]|\d{1,3}[.)]|\(\w{1,3}\)|\\item\b)[ \t]+)"
    r"|\n(?P<text>(?=[^\W\d_])))",
    re.MULTILINE,
)
_COMMANDS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph")
# of headings that are a line in bold, or an environment: within all others; an item of a list is within those
_BOLD, _BOX, _ITEM = 90, 91, 92


@dataclass(frozen=True)
class _Heading:
    start: int
    level: int


class Sections:
    """The sections of a text."""

    def __init__(self, text: str):
        self._starts: list[int] = [0]
        self._ways: list[Section] = [()]
        lines: dict[str, int] = {}  # the level of each sign that underlines a heading: in the order in which they come
        open_: list[_Heading] = []
        for found in _HEADING.finditer(text):
            start, level = found.start(), 0
            if found["marks"]:
                level = len(found["marks"])
            elif found["line"]:
                level = lines.setdefault(found["line"][0], len(lines) + 1)
                start = text.rfind("\n", 0, max(start - 1, 0)) + 1
                if not text[start : found.start()].strip():
                    continue  # a rule, or what is above a title
            elif found["command"]:
                level = _COMMANDS.index(found["command"])
            elif found["item"]:
                level = _ITEM
            elif found["text"] is not None:  # a paragraph behind a list
                if not open_ or open_[-1].level < _ITEM:
                    continue
                level = _ITEM
            else:
                level = _BOLD if found["bold"] else _BOX
            while open_ and open_[-1].level >= level:
                open_.pop()
            if not found["end"] and found["text"] is None:
                open_.append(_Heading(start, level))
            self._starts.append(start)
            self._ways.append(tuple(-h.start - 2 if h.level == _ITEM else h.start for h in open_))
        # a title over everything is no section among others
        tops = {way[:1] for way in self._ways if way}
        if len(tops) == 1:
            self._ways = [way[1:] for way in self._ways]

    def at(self, place: int) -> Section:
        return self._ways[bisect_right(self._starts, place) - 1]


def without_item(section: Section) -> Section:
    """The section that an item of a list stands in: a list may declare what follows."""
    return tuple(place for place in section if place >= 0)


def holds_in(said: Section, here: Section) -> bool:
    """Does what is said in one section hold in another?"""
    return here[: len(said)] == said
