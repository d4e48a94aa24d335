"""Where the rest of the program comes in: the readers of code are imported by the first text that holds code."""

from __future__ import annotations

from typing import Any

from .found import Found

__all__ = ["Found", "code_in"]


def code_in(text: str, language: str, budget: float | None, kept: dict[Any, Any]) -> Found:
    """The findings of a program, or of the code cells of a notebook, worked out once; in any other text there are none.

    `kept` holds what has been worked out of the text.
    """
    if "code" not in kept:
        kept["code"] = _found_in(text, language, budget)
    found: Found = kept["code"]
    return found


def _found_in(text: str, language: str, budget: float | None) -> Found:
    if language not in ("python", "notebook"):
        return Found()
    # a tenth of what a sheet is imported in, and most sheets hold no code
    from . import check

    return (check.findings if language == "python" else check.findings_of_notebook)(text, budget)
