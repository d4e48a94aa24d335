"""Habits of plain text that the language does not have, written as it has them: `**`, `½`, `A\\b`, `Σᵢ`, samples above.

Each means one thing only wherever it stands.
"""

from __future__ import annotations

import re
import unicodedata

from ..lowering.names import Names

_FRACTION = re.compile("[¼½¾⅐-⅞]")
# one factor, and what it divides from the left
_LEFT_DIVISION = re.compile(r"((?:[^\W\d_]\w*|\((?:[^()]|\([^()]*\))*\))['ᵀ]?)\s*\\\s*")
_INFINITY = re.compile(r"(?<!\w)[Ii]nf(?:inity)?(?!\w)")
_SUM = re.compile(r"Σ(?=_\{?\s*[a-z]\b|[ᵢⱼₖₗₘₙ])")


def habitual(text: str, names: Names) -> str:
    """Plain text as the language writes it."""
    text = _INFINITY.sub("inf", text.replace("**", "^"))
    text = _FRACTION.sub(lambda m: f"({_written(m[0])})", text)
    text = _LEFT_DIVISION.sub(lambda m: f"inv({m[1]}) ", text)
    return text if names.knows("Σ") else _SUM.sub("∑", text)


def _written(sign: str) -> str:
    """`½` is `1/2`, as Unicode decomposes it."""
    return unicodedata.normalize("NFKC", sign).replace("\u2044", "/")


def with_samples_below(text: str) -> str:
    """`x⁽ⁱ⁾` under a sum over `i` as `x_i`: a sample that is counted above."""
    for mark, letter in _RAISED.items():
        if f"⁽{mark}⁾" in text and re.search(rf"∑_\{{?[^}}]*\b{letter}\b", text):
            text = text.replace(f"⁽{mark}⁾", f"_{letter}")
    return text


_RAISED = dict(zip("ᵃᵇᶜᵈᵉᵍʰⁱʲᵏˡᵐⁿᵖʳˢᵗ", "abcdeghijklmnprst", strict=True))
