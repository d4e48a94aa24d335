"""Where the formulas of a LaTeX file stand: between dollars, in `\\(…\\)` and `\\[…\\]`, in environments for displays.

A file that has a `\\begin{document}` is read from there to its end, a fragment is read whole.  One pattern finds what may begin
something and is taken as it is; where a formula ends is found by `scanning.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .extract import Formula
from .scanning import ENVIRONMENTS, LONGEST, Ends, Inline

_VERBATIM = "verbatim|Verbatim|BVerbatim|lstlisting|minted|comment|filecontents|alltt|tikzpicture|asy|luacode"
# an option in square brackets, and code in a line, are no longer than this
_OPTION, _MOST_CODE = r"\[[^\]]{0,500}\]", 2_000
# what ends a paragraph, and a line end that does not
_STOP = r"\n[ \t]*\r?\n"
_LINE_END = r"\n(?![ \t]*\r?\n)"
_PASSED_OVER = (
    r"%[^\n]*"
    rf"|\\(?:verb|lstinline|mintinline(?:{_OPTION})?\{{\w*\}})\*?(?P<quote>[^a-zA-Z*\s{{])[^\n]{{0,{_MOST_CODE}}}?(?P=quote)"
    rf"|\\begin\{{(?P<code>(?:{_VERBATIM})\*?)\}}.*?(?:\\end\{{(?P=code)\}}|\Z)"
    r"|\\iffalse\b.*?(?:\\fi\b|\Z)"
    rf"|(?P<definition>\\(?:(?:re)?new|provide)command\*?\s*\{{?\\\w+\}}?\s*(?:{_OPTION}\s*){{0,2}}(?=\{{)"
    rf"|\\[gex]?def\s*\\\w+(?:#\d)*\s*(?=\{{))"
)
_REST = (
    r"|\\end\{document\}.*"
    r"|\\\\(?:\[[^\]\n]{0,500}\])?"
    r"|\\(?P<bracket>[(\[])"
    rf"|\\begin\{{(?P<name>{ENVIRONMENTS})(?P<star>\*?)\}}"
    r"|\\[^a-zA-Z]"
    rf"|\$\$(?P<display>(?:[^\\$]|\\.){{1,{LONGEST}}}?)\$\$"
    r"|(?P<dollar>\$)"
)
_CONSTRUCT = re.compile(_PASSED_OVER + _REST, re.DOTALL)
# `\newcommand{\be}{\begin{equation}}`, and `\ee` for its end
_SHORT = re.compile(
    rf"\\(?:(?:re)?newcommand\*?\s*\{{?|def\s*)(?P<command>\\[a-zA-Z]+)\}}?\s*\{{\s*\\(?P<side>begin|end)\{{(?:{ENVIRONMENTS})\*?\}}\s*\}}"
)
# `\newcommand{\eqn}[1]{\begin{align*}#1\end{align*}}`, a display that is an argument
_SHOWING = re.compile(
    r"\\(?:(?:re)?newcommand\*?\s*\{?|def\s*)(?P<command>\\[a-zA-Z]+)\}?\s*(?:\[1\]|#1)\s*"
    rf"\{{\s*(?:\\begin\{{(?:{ENVIRONMENTS})\*?\}}|\\\[|\$\$)\s*(?:\\begin\{{\w+\}}\s*)?#1"
)


@dataclass(frozen=True)
class _Shorthand:
    """Commands of a text for the ends of a display, as patterns."""

    begin: str
    end: str


def formulas(text: str) -> list[Formula]:
    """The formulas of a text, in order."""
    begin = re.compile(r"^[^%\n]*?\\begin\{document\}", re.MULTILINE).search(text)
    at = begin.end() if begin is not None else 0
    found: list[Formula] = []
    short = _shorthand(text)
    showing = _either(re.escape(m["command"]) for m in _SHOWING.finditer(text))
    pattern = _CONSTRUCT
    if short is not None or showing:
        own = rf"|(?P<short>(?:{short.begin if short is not None else '(?!)'})(?![a-zA-Z]))"
        own += rf"|(?P<showing>(?:{showing or '(?!)'})(?=\s*\{{))\s*"
        pattern = re.compile(_PASSED_OVER + own + _REST, re.DOTALL)
    groups: dict[int, int] | None = None
    ends, inline = Ends(text, _STOP), Inline(text, r"[^$\\\n]", _LINE_END)
    while (construct := pattern.search(text, at)) is not None:
        start, at = construct.span()
        if construct["definition"] is not None:
            groups = _groups(text) if groups is None else groups
            at = groups.get(at, start + 1)
        elif construct["display"] is not None:
            found.append(Formula(*construct.span("display")))
        elif construct["dollar"] is not None:
            end = inline.end(at)
            if end is not None:
                found.append(Formula(at, end))
                at = end + 1
        elif construct["bracket"] is not None:
            close = ends.of(at, r"\\\)", True) if construct["bracket"] == "(" else ends.of(at, r"\\\]")
            if close is not None:
                found.append(Formula(at, close[0]))
                at = close[1]
        elif construct["name"] is not None:
            close = ends.of_environment(at, construct["name"], re.escape(construct["star"]))
            if close is not None:
                found.append(Formula(start, close[1]))
                at = close[1]
        elif showing and construct["showing"] is not None:
            groups = _groups(text) if groups is None else groups
            end = groups.get(at)
            if end is not None and end - start <= LONGEST:
                found.append(Formula(start, end))
                at = end
        elif short is not None and construct["short"] is not None:
            close = ends.of(at, rf"(?:{short.end})(?![a-zA-Z])")
            if close is not None:
                found.append(Formula(at, close[0]))
                at = close[1]
    return found


def _groups(text: str) -> dict[int, int]:
    """Where each group in braces ends, by where it begins."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for brace in re.finditer("[{}]", text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif opened:
            ends[opened.pop()] = brace.end()
    return ends


def _shorthand(text: str) -> _Shorthand | None:
    """None where a text has no commands of its own for both ends of a display."""
    sides: dict[str, list[str]] = {"begin": [], "end": []}
    for found in _SHORT.finditer(text):
        sides[found["side"]].append(re.escape(found["command"]))
    if not all(sides.values()):
        return None
    return _Shorthand(_either(sides["begin"]), _either(sides["end"]))


def _either(commands: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(commands))
