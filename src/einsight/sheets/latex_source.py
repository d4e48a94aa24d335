"""LaTeX as text that is cut out of a document and put into it: is it whole, and does it fit beside other text?"""

from __future__ import annotations

import re

from ..documents.latex.words import TYPEFACES
from ..lowering.report import Span

_OPENING = re.compile(r"\\(?:left|[bB]ig{1,2}l?)\s*\Z")
_CLOSING = re.compile(r"\\(?:right|[bB]ig{1,2}r?)\s*\Z")
# what belongs to the rows of a page rather than to a formula
_LAYOUT = re.compile(r"[\n\r&$%]|\\\\|\\(?:begin|end|tag|label|underbrace|overbrace|color|text|q?quad|intertext)\b")
# what is higher than a line
TALL = re.compile(r"\\(?:[dt]?frac|sum)(?![A-Za-z])")
_COMMAND_END = re.compile(r"\\[A-Za-z]+\Z")
FONT = re.compile(rf"\\(?:{'|'.join(sorted(TYPEFACES, key=len, reverse=True))})(?![A-Za-z])\s*")
_OLD_FONT = re.compile(r"\{\\(?:bf|rm|it|sf|cal|boldmath)(?![A-Za-z])\s*")
_NORM_END = re.compile(r"\\(?:\||[rl]?Vert)\Z")
_WHICH_NORM = re.compile(r"\s*_(?:\{[^{}]*\}|[A-Za-z0-9])")
# a script behind which no other of its kind may stand
_RAISED = re.compile(r"(?:\^(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+|[^\\{}])|')\s*\Z")


def is_whole(source: str) -> bool:
    """Do its braces and its `\\left`s close?"""
    depth = 0
    for sign in re.finditer(r"\\.|[{}]", source):
        depth += (sign[0] == "{") - (sign[0] == "}")
        if depth < 0:
            return False
    return depth == 0 and len(re.findall(r"\\left(?![A-Za-z])", source)) == len(
        re.findall(r"\\right(?![A-Za-z])", source)
    )


def is_plain(source: str) -> bool:
    """Can it stand anywhere: is it whole, on one line, without what belongs to the rows of a page?"""
    return bool(source) and is_whole(source) and _LAYOUT.search(source) is None


def is_raised(source: str) -> bool:
    """Does it end with a superscript, so that none may follow?"""
    return _RAISED.search(source) is not None


def holds_wholly(outer: Span, inner: Span) -> bool:
    """Does a span have another in it, and more: a macro's use the argument, a fraction what is above its line?"""
    return outer[0] <= inner[0] and inner[1] <= outer[1] and outer != inner


def widened(text: str, span: Span) -> Span:
    """A span of a document until its braces and its `\\left` close, with the commands that those belong to.

    With the `_2` of a norm too, which says nothing that is read.
    """
    start, end = span
    if _NORM_END.search(text, max(0, end - 8), end) is not None:
        which = _WHICH_NORM.match(text, end)
        end = which.end() if which is not None else end
    opening = _OPENING.search(text, max(0, start - 12), start)
    if text[start : start + 1] in ("(", "[", "|", "\\") and opening and not is_whole(text[start:end]):
        start = opening.start()
    missing = 0  # braces that close in the span and open before it
    depth = 0
    for sign in re.finditer(r"\\.|[{}]", text[start:end]):
        depth += (sign[0] == "{") - (sign[0] == "}")
        missing = max(missing, -depth)
    for _ in range(missing):
        at = _brace_before(text, start)
        if at is None:
            return span
        command = re.search(r"\\[A-Za-z]+\s*\Z", text[:at])
        start = command.start() if command is not None else at
    for _ in range(depth + missing):
        at = _brace_behind(text, end)
        if at is None:
            return span
        end = at + 1
    return start, end


def _brace_before(text: str, at: int) -> int | None:
    depth = 0
    for k in range(at - 1, -1, -1):
        if text[k] in "{}" and text[k - 1 : k] != "\\":
            depth += (text[k] == "}") - (text[k] == "{")
            if depth < 0:
                return k
    return None


def _brace_behind(text: str, at: int) -> int | None:
    depth = 0
    for k in range(at, len(text)):
        if text[k] in "{}" and text[k - 1 : k] != "\\":
            depth += (text[k] == "{") - (text[k] == "}")
            if depth < 0:
                return k
    return None


def in_its_font(text: str, span: Span, start: int) -> str:
    """The source of one letter, in the font of the group that it stands in: of `x` in `\\mathbf{Wx}` it is `\\mathbf{x}`.

    `start` is where its formula begins.
    """
    source = text[slice(*span)]
    core = FONT.sub("", source).strip("{} ")
    for opening in FONT.finditer(text, start, span[1]):
        brace = opening.end()
        close = _brace_behind(text, brace + 1) if text[brace : brace + 1] == "{" else None
        is_inside = close is not None and brace < span[1] and span[0] <= close
        if is_inside and (opening.start() < span[0] or not is_whole(source)):
            return f"{opening[0].rstrip()}{{{core}}}"
    for opening in _OLD_FONT.finditer(text, start, span[0]):
        close = _brace_behind(text, opening.end())
        if close is not None and close >= span[1]:
            return f"{opening[0].rstrip()} {core}}}"
    return source


def beside(left: str, right: str, gap: str = "") -> str:
    """Two sources behind one another; a command does not grow together with a letter."""
    if not gap and _COMMAND_END.search(left) and right[:1].isalpha():
        gap = " "
    return f"{left}{gap}{right}"


def argument(source: str) -> str:
    """As an argument of a command: one sign, or in braces."""
    return source if re.fullmatch(r"[A-Za-z0-9]", source) else f"{{{source}}}"
