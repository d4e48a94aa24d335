"""JSON that is written while it grows, so that nobody waits for the last file, and nothing is held back."""

from __future__ import annotations

from textwrap import indent
from typing import Any, TextIO

from .terminal import json_text


class Elements:
    """A list in JSON that is written as it grows, as `json.dumps` with an indent of 2 would write it."""

    def __init__(self, out: TextIO, depth: int):
        self.out, self.depth, self.count = out, depth, 0

    def add(self, value: Any) -> None:
        self.out.write((",\n" if self.count else "[\n") + indented(value, self.depth))
        self.count += 1

    def end(self) -> None:
        self.out.write(f"\n{' ' * (self.depth - 2)}]" if self.count else "[]")


def indented(value: Any, depth: int) -> str:
    """A value as it stands inside others, each line behind so many blanks."""
    return indent(json_text(value), " " * depth, lambda line: True)
