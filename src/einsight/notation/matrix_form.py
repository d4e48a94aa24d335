"""Reads the matrix back off the indices.

A term is a graph: its factors are vertices, shared indices edges (`array_graph.py`).  `None` where no form is known.

What is returned here has not been verified: `forms` writes it as a person would, and `deriving/readback.py` reads that back before
it is shown.
"""

from __future__ import annotations

from ..lowering.values import Axis, Fused
from ..terms import build
from ..terms.term import Abstraction, Term
from .array_text import NoForm
from .kronecker import fused_form
from .raising import raise_term, with_sizes


def matrix_form(term: Term, rows: Axis | None = None, columns: Axis | None = None) -> str | None:
    """The matrix of `term` with those output indices; a scalar has none, a column vector only rows."""
    try:
        if isinstance(rows, Fused) or isinstance(columns, Fused):
            return fused_form(term, rows, columns)
        return raise_term(term, rows, columns).text
    except NoForm:
        return None


def raise_abstraction(function: Abstraction) -> str | None:
    """The matrix form of a whole array of up to two axes."""
    if len(function.params) > 2:
        return None
    params, body = build.open_abstraction(function)
    rows, columns = (*params, None, None)[:2]
    text = matrix_form(body, rows, columns)
    return text and with_sizes(text, body, params)
