"""Formulas in pages as MathML, which browsers typeset by themselves and screen readers read."""

from __future__ import annotations

import html
import re

# commands that the converter leaves as they stand, with what says the same
_SPELLED = {
    r"\lVert": r"\|",
    r"\rVert": r"\|",
    r"\lvert": "|",
    r"\rvert": "|",
    r"\dots": r"\ldots",
    r"\allowbreak": "",
}


def mathml(latex: str, text: str, is_display: bool = False) -> str:
    """An element for a page; `text` in a `code` element where the LaTeX is not read."""
    from latex2mathml.converter import convert

    for command, other in _SPELLED.items():
        latex = re.sub(rf"{re.escape(command)}(?![A-Za-z])", lambda _, other=other: other, latex)  # type: ignore[misc]
    try:
        found = convert(latex, display="block" if is_display else "inline")
    except Exception:  # it raises of many kinds on what it does not know
        return f"<code>{html.escape(text)}</code>"
    return found.replace("\n", " ")
