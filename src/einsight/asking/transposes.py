"""Other signs of a transpose, of arrays of real numbers: `A^t`, `A^*`, `A^H`, `A^\\dagger`, `{}^tA`, `A.'`, `Aᴴ`.

`^H` and `.'` mean nothing else, nor does `^\\dagger` on a vector; on a matrix it is refused, as its pseudoinverse is written so too.  `^t` is a power where `t` is known or stands elsewhere, and `^*` marks a name, as in
`x^* - x`; what stands before a factor, or behind a bracket of arrays, is transposed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .pieces import Unwritten

# what is set above: one sign, or a group, in whatever face
_ABOVE = re.compile(
    r"\^\s*(?:\{\s*)*(?:\\(?:mathrm|mathsf|mathbf|mathit|mathtt|text|textrm|textsf|rm|sf|operatorname|scriptscriptstyle)(?![A-Za-z])\s*(?:\{\s*)*)?"
    r"(?P<minus>-\s*(?:\\(?:mathrm|mathsf|text)\s*\{\s*)?)?(?P<sign>H|\\dagger|\\dag(?![a-z])|†|ᴴ|tr(?![a-z])|t|\\ast(?![a-z])|\*)(?P<closed>(?:\s*\})*)(?P<behind>(?:\s|\\[!,;:])*)"
)
# `{}^tA`, `{}^t(BA)`, and at the beginning of all `^tA`
_BEFORE = re.compile(r"(?:\{\s*\}|(?<![\w)\]}'|‖])(?=\^))\s*\^\s*\{?\s*t\s*\}?(?:\s|\\[!,;])*")
_MAY = re.compile("[\\^†ᴴᵗ.{]")
_UNICODE = re.compile(r"(?<=[\w)\]}])(?:ᴴ|†|(?<=[A-Z)])ᵗ|(?<=[a-z])ᵗ(?=\s*[^\W\d_(]))")
_PLAIN_QUOTE = re.compile(r"(?<=[\w)\]'])\.'")
_DAGGER = re.compile(
    r"(?<![A-Za-z\\])(?:\\(?:mathbf|boldsymbol|bm)\s*\{\s*)?(?:[A-Z]|\\[A-Z][a-z]+)\s*\}?\s*(?:\^\s*\{?\s*(?:\\dagger|\\dag(?![a-z])|†)|†)"
)
_FONT = r"(?:\\(?:mathbf|boldsymbol|bm|vec|mathrm)\s*\{\s*)?"
_LETTER = re.compile(
    r"(?:\\(?:mathbf|boldsymbol|bm|vec|mathrm)\s*\{\s*(\\?[A-Za-z]+)\s*\}|(\\[A-Za-z]+)|([^\W\d_]))\s*$"
)
_NEXT = re.compile(
    rf"{_FONT}[^\W\d_]|\(|\[|\\left\s*[(\[]|\\(?:big|Big|bigg|Bigg)l?\s*[(\[]|\\[A-Z]|\\(?:alpha|beta|mu|theta|xi|eta|phi|psi|delta|epsilon|varepsilon|Sigma|Omega|Lambda|Phi|Psi|operatorname|mathbf|boldsymbol|bm|vec|nabla)(?![a-z])"
)


def with_transposes(text: str, is_known: Callable[[str], bool], signs: tuple[str, str] = ("^{T}", "^{-T}")) -> str:
    """The text with a transpose and an inverse one for them; `is_known` tells letters that have a meaning of their own."""
    if _MAY.search(text) is None:
        return text
    dagger = _DAGGER.search(text) if "†" in text or "\\dag" in text else None
    if dagger is not None:
        reason = "a dagger on a matrix is its transpose or its pseudoinverse: write `^T`, or `inv` of what is inverted"
        raise Unwritten(reason, *dagger.span())
    text = _PLAIN_QUOTE.sub("'", text)
    if not text.isascii():
        text = _UNICODE.sub(signs[0], text)
    counts = is_known("t") or _stands_elsewhere(text)
    if not counts:
        text = _before(text, signs[0])
    out, at = "", 0
    for found in _ABOVE.finditer(text):
        if found.start() < at or not _is_transpose(text, found, counts, is_known):
            continue
        out += f"{text[at : found.start()]}{signs[found['minus'] is not None]}{found['behind']}"
        at = found.end()
        if found["closed"].count("}") > found[0].count("{"):  # braces of what stands around it
            out += "}" * (found["closed"].count("}") - found[0].count("{"))
    return out + text[at:]


def _stands_elsewhere(text: str) -> bool:
    """Does the letter `t` stand in a text, but above? Letters that touch are names of their own, but for words."""
    text = re.sub(
        r"\\[A-Za-z]+|\^\s*(?:\{\s*)?-?\s*(?:\\[a-z]+\s*\{)?\s*t\s*\}?|[^\W\d_]{2,}(?=\s*\}?\s*[(\[{])|[^\W\d_]{3,}",
        " ",
        text,
    )
    return "t" in text


def _is_transpose(text: str, found: re.Match[str], counts: bool, is_known: Callable[[str], bool]) -> bool:
    sign, before = found["sign"], text[: found.start()].rstrip()
    if found[0].count("{") > found[0].count("}"):
        return False  # something else stands above as well
    if before.endswith("}") and re.search(r"\\(?:right|mathbb|mathcal)\s*\W?$|\\mathbb\s*\{\w\}$", before):
        return False
    letter = _LETTER.search(before)
    name = next(filter(None, letter.groups()), "") if letter else ""
    if not (name or before.endswith((")", "]", "\\}"))):
        return False
    if name in ("e", "\\partial", "\\nabla", "∇", "∂", "\\in", "R"):
        return False
    if sign in ("H", "\\dagger", "\\dag", "†", "ᴴ"):
        return not (sign == "H" and is_known("H"))
    behind = text[found.end() :]
    has_next = (
        _NEXT.match(behind) is not None or behind[:1] == "\\" and _NEXT.match(behind.lstrip("\\!,; ")) is not None
    )
    if sign in ("tr",):
        return True
    array = name[:1].isupper() or name.startswith("\\") and name[1:2].isupper() or _in_bold(before)
    if sign == "t":
        if counts:
            return False
        return has_next or array or (not name and re.search(r"[A-Z]", _inside(before)) is not None)
    # a star: a mark of a name, unless it stands on a matrix before another factor, or on a name that is known without it
    if not name:
        return has_next
    return has_next and (array or is_known(name.lstrip("\\")) or text.count(name) > 1)


def _in_bold(before: str) -> bool:
    return re.search(r"\\(?:mathbf|boldsymbol|bm)\s*\{[^{}]*\}$", before) is not None


def _inside(before: str) -> str:
    """What stands in the brackets that end here."""
    depth = 0
    for k in range(len(before) - 1, -1, -1):
        depth += (before[k] in ")]}") - (before[k] in "([{")
        if depth == 0:
            return before[k:]
    return before


def _before(text: str, sign: str) -> str:
    """`{}^t x A` as `x^T A`: what is transposed stands behind the sign."""
    while (found := _BEFORE.search(text)) is not None:
        at = found.end()
        if text[at : at + 1] in ("(", "["):
            end = at + len(_forward(text[at:]))
        elif (
            name := re.match(r"\\(?:mathbf|boldsymbol|bm|vec)\s*\{[^{}]*\}|\\left\s*\(|\\[A-Za-z]+|[^\W\d_]", text[at:])
        ) is not None:
            end = at + (len(_forward(text[at:])) if name[0].startswith("\\left") else len(name[0]))
        else:
            return text
        text = f"{text[: found.start()]}{text[at:end]}{sign} {text[end:]}"
    return text


def _forward(text: str) -> str:
    """Up to the bracket that closes the first one."""
    depth = 0
    for k, char in enumerate(text):
        depth += (char in "([") - (char in ")]")
        if depth == 0 and char in ")]":
            return text[: k + 1]
    return text
