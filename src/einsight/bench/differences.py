"""Derivatives of functions of arrays by difference quotients: what truths are held to that may rest on no rule of differentiation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# the weights at one, two, three steps: what is left out is of the sixth order of the step
_WEIGHTS = (3 / 4, -3 / 20, 1 / 60)


def difference_quotients(function: Callable[[Any], Any], at: Any, step: float = 2e-3) -> Any:
    """The derivative of a function of an array at a place: axes of the output, then those of the argument.

    Good to about 1e-9, beside the largest value of the function, where that is smooth within three steps.
    """
    import numpy as np

    at = np.asarray(at, dtype=float)
    columns = []
    for cell in np.ndindex(at.shape):
        column: Any = 0.0
        for k, weight in enumerate(_WEIGHTS, 1):
            for sign in (1, -1):
                moved = at.copy()
                moved[cell] += sign * k * step
                column = column + sign * weight * np.asarray(function(moved), dtype=float)
        columns.append(column / step)
    found = np.stack(columns, axis=-1)
    return found.reshape((*found.shape[:-1], *at.shape))
