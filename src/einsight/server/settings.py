"""What the client sets: for every document, over which the file of a project stands, and for the editor alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..settings import Settings, read_settings

STYLES = ("keep", "unicode", "ascii")


@dataclass(frozen=True)
class EditorSettings:
    """What concerns the editor alone.

    shapes, verdicts, results   which inlay hints are shown
    code_lens                   lenses above definitions
    style                       how formatting spells signs: as they stand, `unicode` or `ascii`
    """

    shapes: bool = True
    verdicts: bool = True
    results: bool = True
    code_lens: bool = True
    style: str = "keep"
    checking: Settings = field(default_factory=Settings)


def read_editor_settings(given: Any) -> EditorSettings:
    """The settings of section `einsight`; what is missing or malformed keeps its default."""
    table = dict(given) if isinstance(given, dict) else {}
    hints = table.pop("inlayHints", None)
    hints = hints if isinstance(hints, dict) else {}
    lens = table.pop("codeLens", True)
    style = table.pop("style", "keep")
    checking = ("layout", "select", "ignore", "budget", "search", "plugins")
    known = {k: v for k, v in table.items() if k in checking and v not in (None, "", [])}
    return EditorSettings(
        shapes=hints.get("shapes", True) is not False,
        verdicts=hints.get("verdicts", True) is not False,
        results=hints.get("results", True) is not False,
        code_lens=(lens.get("enable", True) if isinstance(lens, dict) else lens) is not False,
        style=style if style in STYLES else "keep",
        checking=read_settings(known, "the editor's settings"),
    )
