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


# `∑ p_i`, `sum (y - X b)^2`: with a blank, what `sum` is of goes on to the end of the term
_PLAIN = re.compile(r"(?:∑(?!\s*[_ᵢⱼₖₗₘₙ^])\s*|(?<![\w.\\])[Ss]um\s+(?!of\b|over\b|from\b|for\b|[=+*/^)\],]))(?=\S)")
_LOWERED = dict(zip("ᵢⱼₖₗₘₙ", "ijklmn", strict=True))


def with_plain_sums(text: str) -> str:
    """The same of plain text, `∑ p_i log(p_i)` and `sum (y - X b)^2`."""
    for found in reversed(list(_PLAIN.finditer(text))):
        end = _end_of_term(text, found.end())
        term = text[found.end() : end].strip()
        below = {c.strip("_{}") for c in re.findall(r"(?<=[^\W\d_])_(?:\{[^{}]*\}|[a-z]+(?![A-Za-z]))", term)}
        letters = {c for c in below if _MARKS.fullmatch(c)} | {_LOWERED[c] for c in term if c in _LOWERED}
        if len(letters) == 1 and len(letter := next(iter(letters))) == 1:
            text = f"{text[: found.start()]}∑_{letter} {text[found.end() :]}"
        elif not letters and term and not _PLAIN.search(term):
            text = f"{text[: found.start()]}sum({term}){' ' if text[end : end + 1].strip() else ''}{text[end:]}"
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
        elif (
            depth == 0
            and is_begun
            and not any(is_open.values())
            and (token in "+-" or _ENDS.fullmatch(token))
            and token != "\\right"
        ):
            return k
        is_begun = is_begun or not token.isspace()
    return len(text)


def _tokens(text: str, at: int) -> Iterator[tuple[int, str]]:
    for found in re.compile(r"\\[A-Za-z]+|\\.|.", re.S).finditer(text, at):
        yield found.start(), found[0]
