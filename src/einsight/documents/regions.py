"""The regions of a text that hold statements."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .latex import to_ein

LANGUAGES = ("ein", "markdown")
# the language of a file by the end of its name
SUFFIXES = {".ein": "ein", ".md": "markdown", ".markdown": "markdown", ".qmd": "markdown"}
_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})[ \t]*(\S*)[^\n]*$", re.MULTILINE)
_CODE = re.compile(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")
_DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)


@dataclass(frozen=True)
class Region:
    """Statements `text`, which stand at `start` of the document.

    A `translated` region is LaTeX: its positions all map to the whole formula, and a formula that does not
    read is counted and never reported (`lenient`).
    """

    start: int
    end: int
    text: str
    translated: bool = False

    @property
    def lenient(self) -> bool:
        return self.translated

    def map_span(self, span: tuple[int, int]) -> tuple[int, int]:
        if self.translated:
            return (self.start, self.end)
        return (span[0] + self.start, span[1] + self.start)


def regions_of(text: str, language: str) -> list[Region]:
    """All of an `.ein` text; of Markdown the fences marked `ein` and the `$$` formulas, in order."""
    if language == "ein":
        return [Region(0, len(text), text)]
    found: list[Region] = []
    covered: list[tuple[int, int]] = []
    opening: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opening is None:
            opening = fence
        elif fence[2].startswith(opening[2]) and not fence[3]:
            body = (opening.end() + 1, fence.start())
            covered.append((opening.start(), fence.end()))
            if opening[3] == "ein":
                found.append(Region(body[0], body[1], text[body[0] : body[1]]))
            opening = None
    # what stands in inline code is not mathematics
    visible = _CODE.sub(lambda m: " " * len(m[0]), text)
    for formula in _DISPLAY.finditer(visible):
        if not any(a <= formula.start() < b for a, b in covered):
            found.append(Region(formula.start(1), formula.end(1), to_ein(formula[1]), translated=True))
    return sorted(found, key=lambda r: r.start)
