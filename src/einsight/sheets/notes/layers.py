"""Definitions for each layer or step: what `z⁽ˡ⁾ = W⁽ˡ⁾ a⁽ˡ⁻¹⁾` says of `z⁽ˡ⁺¹⁾`."""

from __future__ import annotations

import re

from ...documents.latex.names import RAISED
from ...documents.regions import Region
from .trees import changed

_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_MARK = re.compile(rf"⁽(?P<letter>[ᵃ-ᵛʰʲˡʳˢʷˣʸᶻⁱⁿ])(?:(?P<sign>[⁺⁻])(?P<by>[{_DIGITS}]))?⁾")
# layers away from a definition that it is still used for
MOST_SHIFT = 2


class Layers:
    """The definitions of a page that count layers, by the name without its mark and the letter that counts."""

    def __init__(self) -> None:
        self.templates: dict[tuple[str, str], tuple[Region, int]] = {}

    def note(self, name: str, region: Region) -> None:
        found = _MARK.search(name)
        if found is not None:
            self.templates.setdefault((name[: found.start()], found["letter"]), (region, _offset(found)))

    def of(self, name: str) -> Region | None:
        """The definition of a name, made of that of another layer."""
        found = _MARK.search(name)
        template = self.templates.get((name[: found.start()], found["letter"])) if found is not None else None
        if found is None or template is None:
            return None
        region, before = template
        by = _offset(found) - before
        return _shifted(region, found["letter"], by) if 0 < abs(by) <= MOST_SHIFT else None


def _offset(mark: re.Match[str]) -> int:
    by = _DIGITS.index(mark["by"]) if mark["by"] else 0
    return -by if mark["sign"] == "⁻" else by


def _shifted(region: Region, letter: str, by: int) -> Region:
    def moved(mark: re.Match[str]) -> str:
        offset = _offset(mark) + by
        return f"⁽{letter}{f'{offset:+d}'.translate(RAISED) if offset else ''}⁾"

    marks = [m for m in _MARK.finditer(region.text) if m["letter"] == letter]
    return changed(region, [(*m.span(), moved(m)) for m in marks])
