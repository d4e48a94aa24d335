"""Where the formulas of a Markdown text stand, in the flavours people write: kramdown, GitHub, Pandoc, Quarto, MyST."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^([ \t>]*)(`{3,}|~{3,})[ \t]*(\S*)[^\n]*$", re.MULTILINE)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:[^\n]|\n(?![ \t]*\n))*?(?<!`)\1(?!`)")
_ROLE = re.compile(r"\{math\}`([^`\n]+)`")
_FORMULA = re.compile(
    r"(?<!\\)\$\$(?P<display>.+?)(?<!\\)\$\$"
    r"|(?<!\\)\$(?=[^\s$])(?P<inline>(?:[^$\\\n]|\\.|\n(?![ \t]*\n))+?)(?<=[^\s\\])\$(?!\d)"
    r"|(?<!\\)\\\((?P<round>.+?)\\\)"
    r"|(?<!\\)\\\[(?P<square>.+?)\\\]"
    r"|(?P<bare>\\begin\{(?P<name>equation|align|gather|eqnarray|multline|flalign|alignat)\*?\}.+?\\end\{(?P=name)\*?\})",
    re.DOTALL,
)
_MATH_FENCES = {"math", "{math}", "latex", "tex"}
EIN_FENCES = {"ein", "einsight", "{ein}", "{einsight}", "{.ein}"}


@dataclass(frozen=True)
class Span:
    """A formula's text from `start` to `end`: in `latex`, or in the language itself, `ein`."""

    start: int
    end: int
    language: str


def spans(text: str) -> list[Span]:
    """The formulas of a text, in order; code is passed over."""
    found: list[Span] = []
    covered: list[tuple[int, int]] = []
    for start, end, inside, language in _fences(text):
        covered.append((start, end))
        if language in EIN_FENCES:
            found.append(Span(*inside, "ein"))
        elif language in _MATH_FENCES:
            found.append(Span(*_without_options(text, *inside), "latex"))
    roles = [role.span() for role in _outside(_ROLE, text, covered)]  # MyST's roles hold code marks of their own
    found += [Span(start + len("{math}`"), end - 1, "latex") for start, end in roles]
    covered = sorted(covered + roles)
    covered = sorted(covered + [code.span() for code in _outside(_CODE, text, covered)])
    for formula in _outside(_FORMULA, text, covered):
        kind = next(k for k in ("display", "inline", "round", "square", "bare") if formula[k] is not None)
        found.append(Span(formula.start(kind), formula.end(kind), "latex"))
    return sorted(found, key=lambda s: s.start)


def _outside(pattern: re.Pattern[str], text: str, parts: list[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """The matches that begin outside of those parts, and do not run into one."""
    at = 0
    for start, end in [*parts, (len(text), len(text))]:
        while at < start and (match := pattern.search(text, at, start)) is not None:
            yield match
            at = match.end()
        at = max(at, end)


def _fences(text: str) -> Iterator[tuple[int, int, tuple[int, int], str]]:
    """The fenced blocks: where each begins and ends, what is inside, and the word behind its fence."""
    opening: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opening is None:
            opening = fence
        elif fence[2].startswith(opening[2]) and not fence[3]:
            inside = (min(opening.end() + 1, fence.start()), fence.start())
            yield opening.start(), fence.end(), inside, opening[3].lower()
            opening = None
    if opening is not None:  # nobody closed it: it goes to the end
        yield opening.start(), len(text), (min(opening.end() + 1, len(text)), len(text)), opening[3].lower()


def _without_options(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the `:label: …` lines of a directive."""
    while (option := re.compile(r"[ \t]*:\w[^\n]*\n").match(text, start, end)) is not None:
        start = option.end()
    return start, end
