"""A table in HTML, as a notebook shows a result: every cell is text, and nothing in it is markup or a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .quoting import in_html

# by which MathJax, of either version, leaves what stands in the table as it is
_CLASSES = "tex2jax_ignore mathjax_ignore"
# a notebook sets the cells of a table to the right, and makes one blank of several
_STYLE = "text-align: left; white-space: pre-wrap"


def html_table(rows: Iterable[Sequence[str]], heads: Sequence[str] = ()) -> str:
    """Rows of texts below their heads; what stands in backquotes in a cell is shown as code."""
    lines = [_row("th", heads)] if heads else []
    lines += [_row("td", row) for row in rows]
    return f'<table class="{_CLASSES}">\n' + "".join(f"{line}\n" for line in lines) + "</table>"


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f'<{tag} style="{_STYLE}">{_cell(c)}</{tag}>' for c in cells) + "</tr>"


def _cell(text: str) -> str:
    """An odd backquote is one."""
    *paired, last = text.split("`") if text.count("`") % 2 == 0 else [text]
    parts = [f"<code>{in_html(p)}</code>" if k % 2 else in_html(p) for k, p in enumerate([*paired, last])]
    return "".join(parts)
