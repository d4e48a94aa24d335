"""Lists of statements of one time: in `c_t = f_t ⊙ c_{t-1} + g_t; h_t = o_t ⊙ tanh(c_t)` the letter `t` is part of each name, and no index."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..lowering.names import Names, canonical_name
from .habits import with_raised_marks

_SHIFT = re.compile(r"_\{\s*([a-z])\s*[-+−]\s*\d+\s*\}")
_LEFT = re.compile(r"\s*[^\W\d_]\w*?_\{?\s*([a-z])\s*(?:[-+−]\s*\d+\s*)?\}?\s*=(?!=)")
# something that is of whole arrays: `W h`, `⊙`, a transpose
_WHOLE = re.compile(r"⊙|['ᵀ]|\^T|(?<!\w)[A-ZΑ-Ω](?:_\w+)?\s+[^\W\d]|(?<!\w)[A-ZΑ-Ω]\s*\(")
_BINDS = r"(?:∑|(?<!\w)sum|prod)_\{{?\s*{letter}(?!\w)"


def with_times(statements: Sequence[str], variables: Sequence[str], names: Names) -> tuple[list[str], tuple[str, ...]]:
    """The statements and what is differentiated in, with `h⁽ᵗ⁾` for each `h_t` that nobody declares, where `t` is a time."""
    if len(statements) < 2:
        return list(statements), tuple(variables)
    whole = "; ".join([*statements, *variables])
    shifted = {m[1] for m in _SHIFT.finditer(whole)}
    left = {m[1] for m in map(_LEFT.match, statements) if m}
    times = [
        c for c in sorted(shifted & left) if _WHOLE.search(whole) and not re.search(_BINDS.format(letter=c), whole)
    ]
    if not times:
        return list(statements), tuple(variables)

    def marked(text: str) -> str:
        for letter in times:
            text = re.sub(
                rf"(?<![^\W\d_])([^\W\d_][^\W_]*)_(?:\{{\s*{letter}\s*\}}|{letter}(?!\w))",
                lambda m, letter=letter: (
                    m[0] if names.knows(canonical_name(f"{m[1]}_{letter}")) else f"{m[1]}⁽{_raised(letter)}⁾"
                ),  # type: ignore[misc]
                text,
            )
        return with_raised_marks(text)

    return list(map(marked, statements)), tuple(map(marked, variables))


def _raised(letter: str) -> str:
    return with_raised_marks(f"x^{{({letter})}}")[2:-1]
