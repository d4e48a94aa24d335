"""`\\sum` of LaTeX that says over nothing it runs: over the one index of what follows, `\\sum y_i`, or over all entries, `\\sum (y - X w)^2`."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BARE = re.compile(r"\\sum(?![A-Za-z])(?!\s*(?:\\n?o?limits\s*)?[_^])(?:\s|\\[,!;:])*")
_EMPTY = re.compile(r"(\\sum)\s*(?:_\s*\{\s*\}|\^\s*\{\s*\})+")
_BELOW = re.compile(r"_\s*(?:\{([^{}]*)\}|([A-Za-z]))")
_MARKS = re.compile(r"[a-z](?:\s*,?\s*[a-z])?")
_BARS = ("|", "\\|")
_ENDS = re.compile(r"[,;=<>&]|\\\\|\\q?quad(?![A-Za-z])|\\(?:le|ge|leq|geq|text|right)(?![A-Za-z])")


def with_bare_sums(text: str) -> str:
    """The text with an index below each sum that has none, or with `\\operatorname{sum}(…)` for it; a sum whose indices are several stays."""
    text = _EMPTY.sub(r"\1", text)
    for found in reversed(list(_BARE.finditer(text))):
        end = _end_of_term(text, found.end())
        term = text[found.end() : end].strip()
        letters = {c for below in _BELOW.finditer(term) if _MARKS.fullmatch(c := (below[1] or below[2]).strip())}
        if len(letters) == 1:
            (letter,) = letters
            if len(letter) == 1:
                text = f"{text[: found.start()]}\\sum_{{{letter}}} {text[found.end() :]}"
        elif not letters and term and "\\sum" not in term:
            text = f"{text[: found.start()]}\\operatorname{{sum}}\\left({term}\\right){text[end:]}"
    return text


def _end_of_term(text: str, at: int) -> int:
    """Up to a sign of a sum that stands outside of brackets, or the bracket around it."""
    depth, is_begun = 0, False
    is_open = dict.fromkeys(_BARS, False)
    for k, token in _tokens(text, at):
        if token in is_open:
            is_open[token] = not is_open[token]
        elif token in ("(", "[", "{", "\\{", "\\left", "\\lvert", "\\lVert"):
            depth += token != "\\left"
        elif token in (")", "]", "}", "\\}", "\\rvert", "\\rVert"):
            depth -= 1
            if depth < 0:
                return k
        elif depth == 0 and is_begun and not any(is_open.values()) and (token in "+-" or _ENDS.fullmatch(token)) and token != "\\right":
            return k
        is_begun = is_begun or not token.isspace()
    return len(text)


def _tokens(text: str, at: int) -> Iterator[tuple[int, str]]:
    for found in re.compile(r"\\[A-Za-z]+|\\.|.", re.S).finditer(text, at):
        yield found.start(), found[0]
