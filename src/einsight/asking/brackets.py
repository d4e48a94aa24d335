"""Plain text whose brackets, slashes and colons mean what they do on paper: `2[A + B]`, `x'Ax / x'x`, `A:B`, `prod_i x_i`, `[a, b]ᵀ`.

Each reads where the language would have nothing, or something that nobody means: an index that is a sum of products, a division by a
row, a function of arrays declared in the midst of a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..lowering.names import Names

_OPEN, _CLOSE = "([{", ")]}"
# what may stand in `x[…]`: letters, numbers, shifts of them
_INDEX = re.compile(r"\s*(?:\w+(?:\s*[+-]\s*\d+)?|:)\s*(?:,\s*(?:\w+(?:\s*[+-]\s*\d+)?|:)\s*)*")
_SHIFT = re.compile(r"\s*[a-z](?:\s*[+-]\s*[a-z0-9])+\s*(?:,\s*[a-z](?:\s*[+-]\s*[a-z0-9])*\s*)*")
# `x'x` behind a slash, whose factors touch
_ROW_BELOW = re.compile(r"/\s*(?=[^\W\d_](?:_\w+)?(?:'|ᵀ|\^T)\s*[^\W\d_(])")
_FACTORS = re.compile(r"(?:[^\W\d_]+(?:_\w+|_\{[^{}]*\})?(?:'|ᵀ|\^T|\^-1|⁻¹)*|\([^()]*\)(?:'|ᵀ|\^T|\^-1)*)+")
_PRODUCT = re.compile(r"(?<![\w.])(?:prod|∏)\s*(?=_|[ᵢⱼₖₗₘₙ])(_\{(?:[^{}]*)\}|_\w|[ᵢⱼₖₗₘₙ])(?:\^\{[^{}]*\}|\^\w+)?\s*")
_LOWERED = dict(zip("ᵢⱼₖₗₘₙ", "ijklmn", strict=True))
# an array that is written out is a column, whichever way its author turns it
_TURNED_ARRAY = re.compile(r"\s*(?:'|ᵀ|\^\{\s*[T⊤]\s*\}|\^[T⊤](?!\w))")


def closing(text: str, at: int) -> int:
    """The place of the bracket that closes the one at a place; the end where nothing does."""
    depth = 0
    for k in range(at, len(text)):
        depth += (text[k] in _OPEN) - (text[k] in _CLOSE)
        if depth == 0:
            return k
    return len(text)


def with_round_brackets(text: str, names: Names) -> str:
    """`2[A + B]` and `tr[A B]` with round brackets, where what is inside is no index."""
    at = 0
    while (at := text.find("[", at)) >= 0:
        end = closing(text, at)
        if end < len(text) and at and (text[at - 1].isalnum() or text[at - 1] in ")]'ᵀ") and "," not in text[at:end]:
            inner = text[at + 1 : end]
            is_index = _INDEX.fullmatch(inner) or _SHIFT.fullmatch(inner)
            word = re.search(r"[^\W\d_]\w*$", text[:at])
            called = word is not None and names.is_function(word[0])
            if not any(s in inner for s in "=<>≤≥≠") and (
                not is_index or called or text[at - 1].isdigit() and not word
            ):
                text = f"{text[:at]}({inner}){text[end + 1 :]}"
        at += 1
    return text


def with_columns(text: str) -> str:
    """`[a, b]ᵀ` as `[a, b]`, and `(a, b)` with it where it is no call: a column."""
    at = 0
    while (found := re.compile(r"[\[(]").search(text, at)) is not None:
        at = found.start()
        end = closing(text, at)
        inner = text[at + 1 : end]
        touches = at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_)]'ᵀ}" or text[:at].endswith("_{"))
        if (
            end < len(text)
            and not touches
            and _has_comma(inner)
            and not (found[0] == "(" and at and text[:at].rstrip().endswith("."))
        ):
            turned = _TURNED_ARRAY.match(text, end + 1)
            if not inner.lstrip().startswith("[") and (turned or found[0] == "("):
                behind = turned.end() if turned else end + 1
                text = f"{text[:at]}[{inner}]{text[behind:]}"
        at += 1
    return text


def outside(text: str) -> Iterator[int]:
    """The places of a text that no brackets enclose."""
    depth = 0
    for k, char in enumerate(text):
        depth += (char in _OPEN) - (char in _CLOSE)
        if depth == 0 and char not in _CLOSE:
            yield k


def _has_comma(inner: str) -> bool:
    return any(inner[k] == "," for k in outside(inner))


_PART = re.compile(r"(?:\\right\s*)?([)\]])\s*_\s*(?:\+|\{\s*\+\s*\})")


def with_positive_parts(text: str, written: str) -> str:
    """`(x - c)_+` as what is `written` around it: the larger of that and 0."""
    while (found := _PART.search(text)) is not None:
        depth, at = 0, found.start(1)
        for at in range(found.start(1), -1, -1):
            depth += (text[at] in _CLOSE) - (text[at] in _OPEN)
            if depth == 0:
                break
        if depth:
            return text
        inner, begin = text[at + 1 : found.start()], at
        opened = re.search(r"\\left\s*$", text[:at])
        if opened:
            begin = opened.start()
        text = f"{text[:begin]}{written.format(inner)}{text[found.end() :]}"
    return text


_BELOW_APART = re.compile(
    r"/\s*((?:[^\W\dA-ZΑ-Ω_](?:_\w+)?|\([^()]*\))(?:'|ᵀ|\^T)(?:\s+[A-ZΑ-Ω](?:_\w+)?(?:'|ᵀ|\^-1|⁻¹)*)*\s+(?:[^\W\dA-ZΑ-Ω_](?:_\w+)?(?![\w(])|\([^()]*\))(?!['ᵀ^]))"
)


def with_numbers_below(text: str) -> str:
    """`x'Ax / x'x` and `x' A x / x' B x` with the number below in brackets: nobody divides by a row."""
    text = _BELOW_APART.sub(r"/ (\1)", text)
    while (found := _ROW_BELOW.search(text)) is not None:
        run = _FACTORS.match(text, found.end())
        if run is None:
            return text
        end = run.end()
        if re.fullmatch(r"[^\W\d_]+(?:_\w+)?(?:'|ᵀ|\^T)", run[0]):  # `x' x`, with a blank
            while (again := re.compile(rf"[ ]*{_FACTORS.pattern}").match(text, end)) is not None:
                end = again.end()
        text = f"{text[: found.start()]}/ ({text[found.end() : end]}){text[end:]}"
    return text


def with_bars_apart(text: str) -> str:
    """`|x||y|` as `|x| |y|`: a bar that closes what is open, and one that opens."""
    at, open_ = 0, ""
    while (found := _BARS.search(text, at)) is not None:
        run, at = found[0], found.end()
        if open_ == "|" and len(run) == 2 and _NAME_BEHIND.match(text, at):
            text = f"{text[: found.start()]}| |{text[at:]}"
            at += 1
        elif len(run) > 2:
            return text
        else:
            open_ = "" if open_ else run
    return text


_BARS = re.compile(r"\|+")
_NAME_BEHIND = re.compile(r"\s*[\w(\\]")


def with_inner_products(text: str) -> str:
    """`A : B C` as `sum((A) ⊙ (B C))`, which is the number tr(A' B C); not where a function is declared."""
    if ":" not in text or re.search(r"→|->|ℝ|\bR\b", text):
        return text
    for at in reversed([m.start() for m in re.finditer(r":(?!=)", text)]):
        begin, end = _term_around(text, at)
        left, right = text[begin:at].strip(), text[at + 1 : end].strip()
        if not left or not right or text[at - 1 : at] == "[" or text[at + 1 : at + 2] in ("]", ","):
            return text
        room = " " if text[:begin].rstrip() == text[:begin] and begin else ""
        behind = " " if text[end : end + 1] in ("+", "-", "−") else ""
        text = f"{text[:begin]}{room}sum(({left}) ⊙ ({right})){behind}{text[end:]}"
    return text


# what these stand for, of a matrix
_OF_MATRICES = {
    "sym": "(1/2 ({0} + {0}'))", "skew": "(1/2 ({0} - {0}'))", "adj": "(det({0}) inv({0}))", "cof": "(det({0}) inv({0})')",
}  # fmt: skip
_CALLED = re.compile(rf"(?<![\w.])({'|'.join(_OF_MATRICES)})\s*(?=\()")


def with_parts_of_matrices(text: str, names: Names) -> str:
    """`sym(A)`, `skew(A)`, `adj(A)` and `cof(A)` as what they stand for, where nobody else says it."""
    at = 0
    while (found := _CALLED.search(text, at)) is not None:
        at = found.end()
        end = closing(text, at)
        if end == len(text) or names.knows(found[1]) or names.is_function(found[1]):
            continue
        inner = text[at + 1 : end].strip()
        argument = inner if re.fullmatch(r"[^\W\d_]", inner) else f"({inner})"
        text = f"{text[: found.start()]}{_OF_MATRICES[found[1]].format(argument)}{text[end + 1 :]}"
        at = found.start()
    return text


def _term_around(text: str, at: int) -> tuple[int, int]:
    """The term in which a sign stands: up to a sign of a sum, a comma, an `=` or the bracket around it."""
    stop = "+-−,;="
    depth, begin = 0, 0
    for k in range(at - 1, -1, -1):
        depth += (text[k] in _CLOSE) - (text[k] in _OPEN)
        if depth < 0 or (depth == 0 and text[k] in stop and text[:k].rstrip()[-1:] not in ("", "^", "⊙", "*")):
            begin = k + 1
            break
        if depth == 0 and text[k] in stop and not text[:k].strip():
            begin = k + 1
            break
    depth, end = 0, len(text)
    for k in range(at + 1, len(text)):
        depth += (text[k] in _OPEN) - (text[k] in _CLOSE)
        if depth < 0 or (depth == 0 and text[k] in stop + ":" and text[k - 1] != "^"):
            end = k
            break
    return begin, end


def with_products(text: str) -> str:
    """`prod_i x_i` and `∏_{i=1}^n x_i` as `prod_i(x_i)`: over the product that follows."""
    for found in reversed(list(_PRODUCT.finditer(text))):
        below = found[1].strip("_{}").replace(" ", "")
        name = _LOWERED.get(below, below.removesuffix("=1"))
        if not re.fullmatch(r"[a-z]", name):
            continue
        at = found.end()
        if text[at : at + 1] == "(" and closing(text, at) == len(text.rstrip()) - 1:
            inner, end = text[at + 1 : closing(text, at)], closing(text, at) + 1
        else:
            end = _end_of_product(text, at)
            inner = text[at:end]
        if inner.strip():
            text = f"{text[: found.start()]}prod_{name}({inner.strip()}){text[end:]}"
    return text


def _end_of_product(text: str, at: int) -> int:
    depth = 0
    for k, char in _signs(text, at):
        depth += (char in _OPEN) - (char in _CLOSE)
        if depth < 0 or (depth == 0 and char in "+-−,;=" and text[k - 1] != "^"):
            return k
    return len(text)


def _signs(text: str, at: int) -> Iterator[tuple[int, str]]:
    return ((k, text[k]) for k in range(at, len(text)))
