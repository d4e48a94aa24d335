"""Tables of which the default run takes some rows, those that differ in kind, and `pytest -m campaign` the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def rest_in_campaigns(rows: Iterable[Any], stays: Callable[[Any], bool], name: Callable[[Any], str]) -> list[Any]:
    """The rows as parameters, those that do not stay under the mark `campaign`.  A row that is a tuple has a parameter for each part."""
    return [
        pytest.param(
            *(row if isinstance(row, tuple) else (row,)), id=name(row), marks=() if stays(row) else pytest.mark.campaign
        )
        for row in rows
    ]
