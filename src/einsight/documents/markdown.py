"""Where the formulas of a Markdown text stand, in the flavours people write: kramdown, GitHub, Pandoc, Quarto, MyST.

One pattern tells what begins at a place, and what begins first counts: a formula in code is code, and code in a formula
is part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .extract import Formula, Span

ENVIRONMENTS = "equation|align|gather|eqnarray|multline|flalign|alignat|displaymath|math|dmath"
# a display that is longer than this was never closed
LONGEST = 20_000
_ANY = f"{{1,{LONGEST}}}?"
# a line end that ends no paragraph and begins no fence
_LINE_END = r"\n(?![ \t>]*(?:\r?\n|```|~~~))"
WORDS = r"\\(?:text|mbox|textrm|textbf|textit|hbox)\{[^{}]*\}"
_CONSTRUCT = re.compile(
    r"\A---[ \t]*\r?\n.*?^(?:---|\.\.\.)[ \t]*\r?$"
    r"|<!--.*?(?:-->|\Z)"
    r"|<script type=[\"']math/tex[^>]*>(?P<script>.*?)</script>"
    r"|<(?P<tag>pre|code|style|script|kbd)\b[^>]*>.*?</(?P=tag)>"
    r"|^(?P<before>[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?)(?P<mark>`{3,}|~{3,})(?P<info>[^`\n]*)\n"
    r"(?P<fence>.*?)(?:^[ \t>]*(?P=mark)[`~]*[ \t]*\r?$|\Z)"
    r"|^[ \t>]*(?P<colons>:{3,})[ \t]*\{math\}(?P<argument>[^\n]*)\n(?P<directive>.*?)^[ \t>]*(?P=colons):*[ \t]*\r?$"
    r"|\{math\}`(?P<role>[^`]+)`"
    r"|\$(?P<quotes>`+)(?P<github>[^`]+)(?P=quotes)\$"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?P<code>(?:[^\n]|\n(?![ \t]*\r?\n))*?)(?<!`)(?P=ticks)(?!`)"
    r"|\\[\\$`]"
    rf"|\$\$(?P<display>(?:(?!\n[ \t>]*(?:```|~~~))(?:[^\\]|\\.)){_ANY})\$\$"
    rf"|\$(?=[^\s$])(?P<inline>(?:{WORDS}|[^$\\\n`]|\\.|{_LINE_END})+?)(?<=[^\s\\])\$(?!\d)"
    rf"|\\\((?P<round>(?:[^\n]|{_LINE_END}){_ANY})\\\)"
    rf"|\\\[(?P<square>.{_ANY})\\\]"
    rf"|(?P<bare>\\begin\{{(?P<name>{ENVIRONMENTS})\*?\}}.{_ANY}\\end\{{(?P=name)\*?\}})",
    re.DOTALL | re.MULTILINE,
)
_FORMULAS = ("script", "role", "github", "display", "inline", "round", "square", "bare")
# words without a sign of mathematics, in brackets with backslashes: `\[note\]` is a bracket
_WORDS = re.compile(r"[^\\^_=∈→<>≤≥]*[^\W\d_]{3}[^\\^_=∈→<>≤≥]*")
_MATH_FENCES = {"math", "{math}", "latex", "tex"}
_OPTION = re.compile(r"[ \t>]*:\w[^\n]*\n")
EIN_FENCES = {"ein", "einsight", "{ein}", "{einsight}", "{.ein}"}


def formulas(text: str, double_quotes: bool = False) -> list[Formula]:
    """The formulas of a text, in order; `double_quotes`: ``…`` in two backquotes is one, as in Julia."""
    found: list[Formula] = []
    for construct in _CONSTRUCT.finditer(text):
        for start, end, language in _inside(construct, double_quotes):
            if not text[start:end].isspace() and end > start:
                found.append(
                    Formula(start, end, language, tuple(_quotation_marks(text, construct.start(), start, end)))
                )
    return found


def _inside(construct: re.Match[str], double_quotes: bool) -> Iterator[tuple[int, int, str]]:
    if construct["mark"] is not None:
        word, _, rest = construct["info"].strip().partition(" ")
        if word.lower() in EIN_FENCES:
            yield *construct.span("fence"), "ein"
        elif word.lower() in _MATH_FENCES:
            if word == "{math}" and rest.strip():
                yield (
                    construct.end("info") - len(construct["info"].lstrip()[len(word) :]),
                    construct.end("info"),
                    "latex",
                )
            yield *_without_options(construct.string, *construct.span("fence")), "latex"
        return
    if construct["colons"] is not None:
        if construct["argument"].strip():
            yield *construct.span("argument"), "latex"
        yield *_without_options(construct.string, *construct.span("directive")), "latex"
        return
    if construct["ticks"] is not None:
        if double_quotes and construct["ticks"] == "``":
            yield *construct.span("code"), "latex"
        return
    for kind in _FORMULAS:
        inside = construct[kind]
        if inside is not None and (kind not in ("round", "square") or not _WORDS.fullmatch(inside)):
            yield *construct.span(kind), "latex"


def _quotation_marks(text: str, begin: int, start: int, end: int) -> Iterator[Span]:
    """The `>` before the lines of what stands in a quotation: as many as before its first one."""
    if "\n" not in text[start:end]:
        return
    line = text.rfind("\n", 0, begin) + 1
    before = re.compile(r"[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?((?:[ \t]*>)*)").match(text, line)
    depth = before[1].count(">") if before is not None else 0
    if depth:
        marks = re.compile(rf"\n((?:[ \t]*>){{1,{depth}}})")
        yield from (m.span(1) for m in marks.finditer(text, start - 1 if start else 0, end))


def _without_options(text: str, start: int, end: int) -> Span:
    """Without the `:label: …` lines of a directive."""
    while (option := _OPTION.match(text, start, end)) is not None:
        start = option.end()
    return start, end
