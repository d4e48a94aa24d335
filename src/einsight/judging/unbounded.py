"""Indices of which nothing says how far they run, though their size matters, and the bounds that would make a claim right."""

from __future__ import annotations

import itertools
import re

from ..lowering.lowered import Side
from ..lowering.statements import lower_statement
from ..rules.engine import normal_form
from ..syntax.statements import Piece
from ..terms.term import Size
from .comparison import Comparison, are_right


def unbounded(compared: Comparison) -> list[str]:
    """Indices of no declared size whose size matters as a number: a refutation would rest on a guess."""
    parts = (p for v in (compared.left_value, compared.right_value) for p in normal_form(v.term).walk())
    return sorted({str(p.dim) for p in parts if isinstance(p, Size) and p.dim.inferred})


def named_sizes(compared: Comparison) -> list[str]:
    """The declared dimensions that the claim names as numbers."""
    parts = (p for v in (compared.left_value, compared.right_value) for p in v.term.walk())
    return sorted({str(p.dim) for p in parts if isinstance(p, Size) and not p.dim.inferred})


def with_bounds(compared: Comparison, indices: list[str]) -> tuple[Side, str] | None:
    """The side that lacks bounds, with such as make the claim right; None where none do."""
    for side, other in ((compared.left, compared.right), (compared.right, compared.left)):
        places = dict.fromkeys((0, *(m.start() for m in re.finditer(r"δ_|delta_", side.text))))
        for dims in itertools.product(named_sizes(compared), repeat=len(indices)):
            signs = " ".join(f"∑_{{{i}=1}}^{dim}" for i, dim in zip(indices, dims, strict=True))
            for place in places:
                text = f"{side.text[:place]}{signs} {side.text[place:]}"
                scope = compared.names.child()
                tried = lower_statement(Piece(0, f"{text} = {other.text}"), scope, compared.lowered.layout)
                if tried.kind == "claim" and not tried.kinder and are_right(tried, scope):
                    return side, text
    return None
