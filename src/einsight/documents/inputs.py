"""The macros of a LaTeX file: its own, and those of the files beside it that it reads.

`beside(name)` gives the text of a file by its name as seen from the main file, with the suffix that TeX would add; None
where there is none.  Packages that are not there are somewhere else, and no matter.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from . import reading
from .latex.macros import Macro, macros_of

Beside = Callable[[str], "str | None"]
# files that one file reads, after which the others are left out
MOST = 100
# what a file of macros may be called
_SUFFIXES = {".tex", ".sty"}
_LINE_END = re.compile(r"\r\n?")
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_INPUT = re.compile(
    r"\\(?:input|include|subfile)\s*\{(?P<braced>[^{}]+)\}|\\input\s+(?P<bare>[\w./-]+)"
    r"|\\(?:usepackage|RequirePackage)\s*(?:\[[^\]]{0,2000}\]\s*)?\{(?P<packages>[^{}]+)\}"
)


def macros_with(text: str, beside: Beside | None) -> dict[str, Macro]:
    """The macros that count in a text; its own stand over those of others."""
    found: dict[str, Macro] = {}
    for neighbour in neighbours(text, beside).values():
        found |= macros_of(neighbour)
    return found | macros_of(text)


def neighbours(text: str, beside: Beside | None) -> dict[str, str]:
    """The texts of the files that one reads, and that those read, by name: each once, in the order of TeX."""
    found: dict[str, str] = {}
    if beside is not None and "\\" in text:
        _collect(text, beside, set(), found)
    return found


def on_disk(path: Path) -> Beside:
    """The files beside a file, for `beside`.

    By relative names alone, as `../macros` of a chapter is; nothing comes of them but macros.
    """

    def beside(name: str) -> str | None:
        found = path.parent / name
        try:
            if os.path.isabs(name) or found.suffix not in _SUFFIXES:
                return None
            return _LINE_END.sub("\n", reading.text(found, reading.MOST_OF_A_SMALL_FILE))
        except (OSError, ValueError):  # of a file that cannot be read, or is no text, or of a name that is none
            return None

    return beside


def _collect(text: str, beside: Beside, tried: set[str], found: dict[str, str]) -> None:
    for name in _names(text):
        if name in tried or len(tried) >= MOST:
            continue
        tried.add(name)
        inside = beside(name)
        if inside is not None:
            _collect(inside, beside, tried, found)  # what it reads itself comes first
            found[name] = inside


def _names(text: str) -> list[str]:
    names: list[str] = []
    for read in _INPUT.finditer(_COMMENT.sub("", text)):
        if read["packages"] is not None:
            names += [f"{package.strip()}.sty" for package in read["packages"].split(",")]
        else:
            name = (read["braced"] or read["bare"]).strip()
            names.append(name if re.search(r"\.\w+\Z", name) else f"{name}.tex")
    return names
