"""The few pieces of Markdown that pages are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from ..notation.quoting import code, fence
from ..notation.quoting import prose as plain

__all__ = ["MARK", "Links", "code", "fence", "formula", "link", "page", "plain", "table"]

# what a page links to, by its name: a path, or empty where there is no such page
Links = Callable[[str], str]

# the first line of every page, by which the next run knows what it may take away
MARK = "<!-- Made by `python -m einsight.docs`: change the rule, not this page. -->"


def link(name: str, links: Links) -> str:
    """A name as code, with a link where it has a page."""
    path = links(name)
    return f"[{code(name)}]({path})" if path else code(name)


def formula(latex: str) -> str:
    """A formula on a line of its own."""
    return f"$$\n{latex}\n$$"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars within its cells are written so that they do not end them."""
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    lines += [f"| {' | '.join(_cell(c) for c in row)} |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def page(*parts: str) -> str:
    """The parts that there are, a blank line between them."""
    return "\n\n".join(part for part in parts if part) + "\n"
