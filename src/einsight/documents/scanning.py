"""How the ends of formulas are found so that a text is gone through once, whatever is opened in it and never closed.

    $ … $          a formula within a paragraph, whose words may hold dollars
    \\( … \\)        what goes up to the next of its ends, unless something else comes first

Searching for an end anew at every beginning that has none takes the square of the length of a text; so what was found, or
not found, is remembered.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from .extract import Span

ENVIRONMENTS = "equation|align|gather|eqnarray|multline|flalign|alignat|displaymath|math|dmath"
# a display that is longer than this was never closed
LONGEST = 20_000
WORDS = r"\\(?:text|mbox|textrm|textbf|textit|hbox)\{[^{}]*\}"
_WORDS = re.compile(WORDS)


class Ahead:
    """The next place of a pattern from a place on; who asks from left to right has the text searched once."""

    def __init__(self, text: str, pattern: str | re.Pattern[str]):
        self.text, self.pattern = text, re.compile(pattern)
        self._asked, self._found = len(text) + 1, (-1, -1)  # nothing yet

    def __call__(self, at: int) -> Span | None:
        if not self._asked <= at <= self._found[0]:
            found = self.pattern.search(self.text, at)
            self._asked, self._found = at, found.span() if found is not None else (len(self.text) + 1,) * 2
        return self._found if self._found[0] <= len(self.text) else None

    def comes_before(self, at: int, end: int) -> bool:
        found = self(at)
        return found is not None and found[0] < end


class Cover:
    """The places that are in any of some parts of a text."""

    def __init__(self, parts: Iterable[Span]):
        found = sorted(parts)
        self._starts = [start for start, _ in found]
        self._ends = list(accumulate((end for _, end in found), max))  # the furthest of those that begin before

    def has(self, at: int) -> bool:
        k = bisect_right(self._starts, at) - 1
        return k >= 0 and at < self._ends[k]


class Ends:
    """The ends of what is opened in a text; `stop` is a pattern that nothing of a paragraph goes over."""

    def __init__(self, text: str, stop: str):
        self.text = text
        self._stop = Ahead(text, stop)
        self._ahead: dict[str, Ahead] = {}

    def ahead(self, pattern: str) -> Ahead:
        return self._ahead.get(pattern) or self._ahead.setdefault(pattern, Ahead(self.text, pattern))

    def of(self, start: int, pattern: str, in_paragraph: bool = False) -> Span | None:
        """The place of what ends a formula that starts here and holds something; None where it does not end."""
        found = self.ahead(pattern)(start + 1)
        if found is None or found[0] - start > LONGEST or (in_paragraph and self._stop.comes_before(start, found[0])):
            return None
        return found

    def of_environment(self, start: int, name: str, star: str = r"\*?") -> Span | None:
        return self.of(start, rf"\\end\{{{name}{star}\}}")


class Inline:
    """Formulas between single dollars.

    `plain` is a pattern of characters that stand for themselves, `line_end` of a line end that ends no paragraph.  What is
    said in words may hold dollars.  Two attempts that come behind the same words go on alike, so that is tried once.
    """

    def __init__(self, text: str, plain: str, line_end: str):
        self.text = text
        self._run = re.compile(rf"(?:{plain}+|\\(?!{WORDS[2:]}).|{line_end})*", re.DOTALL)
        self._hopeless: set[int] = set()

    def end(self, start: int) -> int | None:
        """The place of the dollar behind a formula that starts here."""
        passed: list[int] = []
        at = start
        while at not in self._hopeless:
            run = self._run.match(self.text, at)
            at = run.end() if run is not None else at
            words = _WORDS.match(self.text, at)
            if words is None:
                if at > start and self.text.startswith("$", at):
                    return at
                break
            at = words.end()
            passed.append(at)
        self._hopeless.update(passed)
        return None
