"""Where the formulas of a LaTeX file stand: between dollars, in `\\(…\\)` and `\\[…\\]`, in environments for displays.

A file that has a `\\begin{document}` is read from there to its end, a fragment is read whole.
"""

from __future__ import annotations

import re

from .extract import Formula
from .markdown import ENVIRONMENTS, LONGEST, WORDS

_GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*\}"
_VERBATIM = "verbatim|Verbatim|BVerbatim|lstlisting|minted|comment|filecontents|alltt|tikzpicture|asy|luacode"
_ANY = f"{{1,{LONGEST}}}?"
# a line end that ends no paragraph
_LINE_END = r"\n(?![ \t]*\r?\n)"
_CONSTRUCT = re.compile(
    r"%[^\n]*"
    r"|\\(?:verb|lstinline|mintinline(?:\[[^\]]*\])?\{\w*\})\*?(?P<quote>[^a-zA-Z*\s{])[^\n]*?(?P=quote)"
    rf"|\\begin\{{(?P<code>(?:{_VERBATIM})\*?)\}}.*?(?:\\end\{{(?P=code)\}}|\Z)"
    r"|\\iffalse\b.*?(?:\\fi\b|\Z)"
    rf"|\\(?:(?:re)?new|provide)command\*?\s*\{{?\\\w+\}}?\s*(?:\[[^\]]*\]){{0,2}}\s*{_GROUP}"
    rf"|\\[gex]?def\s*\\\w+(?:#\d)*\s*{_GROUP}"
    r"|\\end\{document\}.*"
    r"|\\\\(?:\[[^\]\n]*\])?"
    rf"|\\\((?P<round>(?:[^\n]|{_LINE_END}){_ANY})\\\)"
    rf"|\\\[(?P<square>.{_ANY})\\\]"
    rf"|(?P<environment>\\begin\{{(?P<name>{ENVIRONMENTS})(?P<star>\*?)\}}.{_ANY}\\end\{{(?P=name)(?P=star)\}})"
    r"|\\[^a-zA-Z]"
    rf"|\$\$(?P<display>(?:[^\\$]|\\.){_ANY})\$\$"
    rf"|\$(?P<inline>(?:{WORDS}|[^$\\\n]|\\.|{_LINE_END})+?)\$",
    re.DOTALL,
)
_FORMULAS = ("round", "square", "environment", "display", "inline")
# `\newcommand{\be}{\begin{equation}}`, and `\ee` for its end
_SHORT = re.compile(
    rf"\\(?:(?:re)?newcommand\*?\s*\{{?|def\s*)(?P<command>\\[a-zA-Z]+)\}}?\s*\{{\s*\\(?P<side>begin|end)\{{(?:{ENVIRONMENTS})\*?\}}\s*\}}"
)


def formulas(text: str) -> list[Formula]:
    """The formulas of a text, in order."""
    begin = re.compile(r"^[^%\n]*?\\begin\{document\}", re.MULTILINE).search(text)
    start = begin.end() if begin is not None else 0
    found: list[Formula] = []
    short = _shorthand(text)
    for construct in (short or _CONSTRUCT).finditer(text, start):
        for kind in (*_FORMULAS, "short") if short else _FORMULAS:
            if construct[kind] is not None:
                found.append(Formula(*construct.span(kind)))
    return found


def _shorthand(text: str) -> re.Pattern[str] | None:
    """The pattern for a text that has commands of its own for the ends of a display; None where it has none."""
    sides: dict[str, list[str]] = {"begin": [], "end": []}
    for found in _SHORT.finditer(text):
        sides[found["side"]].append(re.escape(found["command"]))
    if not all(sides.values()):
        return None
    begin, end = ("|".join(sides[side]) for side in ("begin", "end"))
    definitions, _, rest = _CONSTRUCT.pattern.partition(r"|\\end\{document\}")
    short = rf"|(?:{begin})(?![a-zA-Z])(?P<short>.{_ANY})(?:{end})(?![a-zA-Z])"
    return re.compile(definitions + short + r"|\\end\{document\}" + rest, re.DOTALL)
