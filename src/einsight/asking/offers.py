"""What might be meant by a formula that is refused, tried before it is offered: a sum whose letter stands behind it for something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..lowering.report import EinsightError
from .brackets import closing, outside

_SUM = re.compile(r"(?:∑|(?<![^\W_])sum)_\{?([a-z])\}?(?!\w)\s*")


def with_offer(refused: EinsightError, text: str) -> EinsightError:
    """The refusal with what might be meant."""
    first, *rest = refused.diagnostics
    return EinsightError([replace(first, message=f"{first.message}; is it `{text}`?"), *rest])


def with_another_sum(formula: str) -> Iterator[str]:
    """A formula with a sum of its own for the last term behind a sum whose letter it has: `sum_i w_i x_i + sum_j a_j b_j`."""
    for found in _SUM.finditer(formula):
        inner, behind = formula[found.end() :], ""
        if inner.startswith("(") and closing(inner, 0) == len(inner.rstrip()) - 1:
            inner = inner[1 : closing(inner, 0)]
        signs = [k for k in outside(inner) if inner[k] in "+-−" and inner[:k].strip()]
        letter = found[1]
        other = next(c for c in "jklpqrst" if not re.search(rf"_\{{?{c}", formula) and c != letter)
        for at in signs[-1:]:
            behind = inner[at + 1 :].strip()
            if _SUM.search(behind) or not re.search(rf"_\{{?{letter}(?!\w)", behind):
                continue
            renamed = re.sub(rf"(?<=_){letter}(?!\w)|(?<=_\{{){letter}(?=\}})", other, behind)
            yield f"{formula[: found.end()]}{inner[:at].strip()} {inner[at]} sum_{other} {renamed}"
