"""Tables of which the default run takes some rows, those that differ in kind, and `pytest -m campaign` the others."""

from __future__ import annotations

import zlib
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


# of many of a kind a test takes one part by default, and campaigns the others: together they are all of them
def parts(count: int) -> list[Any]:
    return [
        pytest.param(0, id="some"),
        *(pytest.param(k, id=f"others {k}", marks=pytest.mark.campaign) for k in range(1, count)),
    ]


PARTS = parts(4)


def part_of(rows: Iterable[Any], part: int, name: Callable[[Any], str] = str, count: int = len(PARTS)) -> list[Any]:
    """The rows of a part, a fourth of all if nothing else is said: by their names, so that a new row moves no other."""
    return [row for row in rows if part_in(name(row), count) == part]


def part_in(name: str, count: int = len(PARTS)) -> int:
    """In which part of four, or of so many, something with a name is."""
    return zlib.crc32(name.encode()) % count
