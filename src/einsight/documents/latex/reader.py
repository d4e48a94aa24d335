"""A formula in LaTeX as statements of the language, each character with the place it came from."""

from __future__ import annotations

import re
from functools import lru_cache

from .habits import PLAIN, Habits
from .kinds import Unread
from .macros import MOST_TOKENS, Endless, Macro, expanded, used_in, without_definitions
from .parse import parse
from .pieces import Statement
from .statements import statements
from .tokens import tokens

__all__ = ["Statement", "Unread", "read_formula"]
_COMMAND = re.compile(r"\\[A-Za-z@]+")


def read_formula(
    source: str, start: int, end: int, macros: dict[str, Macro], habits: Habits = PLAIN
) -> list[Statement]:
    """The statements of a part of a text; one that is not understood says why in its `problem`.

    Raises Unread where the formula is none to TeX.
    """
    text = source[start:end]
    used = used_in(set(_COMMAND.findall(text)), macros) if macros else {}
    found = _read(text, tuple(sorted(used.items(), key=lambda m: m[0])), habits)
    if isinstance(found, Unread):
        raise Unread(found.reason, found.span[0] + start, found.span[1] + start)
    return [s.moved(start) for s in found]


@lru_cache(maxsize=2_000)  # while one types, most formulas of a page stay as they are
def _read(text: str, macros: tuple[tuple[str, Macro], ...], habits: Habits) -> tuple[Statement, ...] | Unread:
    try:
        row = expanded(without_definitions(tokens(text)), dict(macros))
        return tuple(statements(parse(row), habits)) if row else ()
    except Endless as macro:
        return Unread(f"the macro {macro} expands to itself, or to more than {MOST_TOKENS} signs", 0, len(text))
    except Unread as why:
        return why.with_traceback(None)
