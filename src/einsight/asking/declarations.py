"""Declarations in the spellings that people use, as the language writes them.

`X: n, m`, `X(n, m)`, `X : n x m`, `X in R^(n,m)`, `R^{n×m}`, `R^nxm`, `X \\in \\mathbb{R}^{n \\times m}`, several separated by
commas, and shapes by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..lowering.report import fail
from .habits import with_raised_marks
from .pieces import Unwritten

_NAME = r"[^\W\d_]\w*(?:_\{\w+\})?(?:\^\{[(\[]\w+[)\]]\})?['\u0300-\u036f]?"
_NAMES = rf"{_NAME}(?:\s*,\s*{_NAME})*"
_SIZE = r"(?:[^\W_]+(?:_[^\W_]+)?)"
_SIZES = rf"{_SIZE}(?:\s*(?:,|x|×|\*|\s)\s*{_SIZE})*"
# `X: n, m` and `X(n, m)`
_BY_COLON = re.compile(rf"({_NAMES})\s*:\s*[(\[]?\s*({_SIZES})\s*,?\s*[)\]]?((?:\s+[a-z]+(?:-[a-z]+)*)*)\s*")
_BY_BRACKET = re.compile(rf"({_NAME})\s*\(\s*({_SIZES})\s*\)\s*")
# `, B in R^n`: where the next declaration begins
_NEXT = re.compile(rf",\s*(?=(?:{_NAMES})\s*(?:in\s+R|∈|\\in))")
# as the language writes it
_PLAIN = re.compile(
    r"\s*[^\W_]+(?:\s*,\s*[^\W_]+)* (?:in|∈) [Rℝ](?:\^(?:[^\W\d_]|\d+|\([^\W_]+(?: x [^\W_]+)*\)))?(?: [a-z]+(?:-[a-z]+)*)*\s*"
)
# `x' in R^n`, another name than `x`
_PRIMED = re.compile(r"(?<=[^\W\d_])'(?=\s*(?:,|:|∈|\bin\b))")
_SPACE = re.compile(rf"((?:in|∈)\s*(?:R|ℝ)\s*\^\s*)(?:[({{]\s*({_SIZES})\s*[)}}]|([^\W\d_]x[^\W\d_])(?!\w))")


def spelled_out(statements: str | Sequence[str]) -> str:
    """The statements, with the declarations among them as the language writes them."""
    lines = [statements] if isinstance(statements, str) else list(statements)
    return "\n".join(_spelled(line) for line in lines)


def _spelled(text: str) -> str:
    """Line by line and statement by statement; what is no declaration stays as it stands."""
    return re.sub(r"[^;\n]+", lambda m: _statement(m[0]), text)


# names with commands of LaTeX, and what says of them where they live
_LATEX_NAMES = re.compile(
    r"\s*(?=[^:∈]*\\)((?:[^:∈\\]|\\(?!in(?![A-Za-z])|colon)[A-Za-z]+)+?)\s*(?=:|∈|\\in(?![A-Za-z])|\bin\b)"
)


def _with_plain_names(text: str) -> str:
    """`\\dot{q}: n` as `q̇: n`."""
    found = _LATEX_NAMES.match(text)
    if found is None:
        return text
    from .latex import statements_of

    try:
        (names,) = statements_of(found[1], lambda name: False)
    except (Unwritten, ValueError):
        return text
    return f"{names} {text[found.end() :]}"


def _statement(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    text = _with_plain_names(text) if "\\" in text else text
    text = _PRIMED.sub("ʹ", text) if "'" in text else text
    names, sign, space = (
        text.partition("∈") if "∈" in text else text.partition(" in ") if " in " in text else (text, "", "")
    )
    if sign and "=" not in names and ("_" in names or "^" in names):
        text = f"{with_raised_marks(names)}{sign}{space}"
    text = text.replace(r"\in", "∈").replace(r"\mathbb{R}", "ℝ").replace(r"\times", "×") if "\\" in text else text
    bare = text.strip()
    found = _BY_COLON.fullmatch(bare) if ":" in bare else None
    if found and found[2] in ("R", "ℝ"):
        return f"{found[1]} ∈ ℝ{found[3]}"
    if found and "->" not in bare and "→" not in bare:
        return f"{found[1]} ∈ {_space(found[2])}{found[3]}"
    found = _BY_BRACKET.fullmatch(bare) if "(" in bare else None
    if found:
        return f"{found[1]} ∈ {_space(found[2])}"
    if "∈" in text or " in " in text:
        if "^" in text:
            text = _SPACE.sub(lambda m: f"{m[1]}({_sizes(m[2] or m[3].replace('x', ' x '))})", text)
        if "," in text:
            text = _apart(text)
    return text


def _apart(text: str) -> str:
    """`A in R^n, B in R^m` as two declarations; `a, b in R^n` is one."""
    done, begin = "", 0
    for comma in _NEXT.finditer(text):
        before = text[begin : comma.start()]
        if "∈" in before or re.search(r"\bin\b", before):
            done, begin = f"{done}{before}; ", comma.end()
    return done + text[begin:]


def _space(sizes: str) -> str:
    return f"ℝ^({_sizes(sizes)})"


def _sizes(text: str) -> str:
    return " x ".join(p for p in re.split(r"\s*(?:,|×|\*|\s+x\s+|\s+)\s*", text.strip()) if p)


def of_shapes(shapes: Mapping[str, Any]) -> str:
    """`{"X": ("n", "m"), "y": "n"}` as declarations.  Raises EinsightError."""
    if not isinstance(shapes, Mapping):
        raise fail("EIN001", f"`shapes` are dimensions by name, as in {{'X': ('n', 'm')}}, not {type(shapes).__name__}")
    lines = []
    for name, shape in shapes.items():
        sizes: Iterable[Any] = (shape,) if isinstance(shape, (str, int)) else shape
        texts = [str(s) for s in sizes]
        if not all(re.fullmatch(_SIZE, t) for t in texts):
            raise fail("EIN001", f"the shape of `{name}` is {shape!r}: its dimensions are names or positive numbers")
        lines.append(f"{name} ∈ ℝ" + (f"^({' x '.join(texts)})" if texts else ""))
    return "\n".join(lines)
