"""What a letter is by how the page sets it: bold small letters are vectors, and where those are bold, the others are numbers.

Names are read without their typeface, so this asks the source: which letters stand in a bold command, be it within a macro.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ...lowering.names import GREEK, canonical_name

_BOLD = ("mathbf", "boldsymbol", "bm", "vec", "pmb", "mathbfit", "symbf", "bold", "vb")
# `\newcommand{\vect}[1]{\mathbf{#1}}`
_OWN = re.compile(
    r"\\(?:(?:re)?newcommand\*?\s*\{?|def\s*)\\(?P<command>[a-zA-Z]+)\}?\s*(?:\[1\]|#1)\s*\{\s*"
    rf"(?:\\(?:ensuremath|mathrm)\s*\{{\s*)?\\(?:{'|'.join(_BOLD)})\b\s*\{{?\s*#1"
)
# `\newcommand{\bx}{\boldsymbol{x}}`
_OWN_LETTER = re.compile(
    rf"\\(?:(?:re)?newcommand\*?\s*\{{?|def\s*)\\(?P<command>[a-zA-Z]+)\}}?\s*\{{\s*\\(?:{'|'.join(_BOLD)})\s*\{{?\s*(?P<letter>\\?[a-zA-Z]+)"
)
_LETTER = r"\s*(?:\{\s*(?:\\hat|\\bar|\\tilde|\\dot)?\s*\{?\s*)?(\\?[A-Za-z]+)"
# small letters that are bold on a page, before the others there count as numbers
_ENOUGH = 2


def kinds_by_typeface(text: str, names: Iterable[str]) -> Mapping[str, str]:
    """What each of the names is, for those of which the typeface tells."""
    return {name: kind for name in names if (kind := _Faces.of(text).kind(name))}


def bold_members(text: str) -> set[str]:
    """The letters that are bold with a subscript, so that they are vectors with it."""
    return _Faces.of(text).indexed


class _Faces:
    _last: tuple[str, _Faces] | None = None  # of a page, asked for at each of its formulas

    def __init__(self, text: str):
        commands = [*_BOLD, *(m["command"] for m in _OWN.finditer(text))]
        bold: set[str] = set()
        for found in re.finditer(rf"\\(?:{'|'.join(map(re.escape, commands))})(?![a-zA-Z]){_LETTER}", text):
            word = found[1]
            bold |= {GREEK.get(word[1:], "")} if word.startswith("\\") else set(word if len(word) < 4 else "")
        own = {m["command"]: self._letter(m["letter"]) for m in _OWN_LETTER.finditer(text)}
        self.bold = (bold | set(own.values())) - {""}
        either = "|".join(
            [rf"\\(?:{'|'.join(commands)})(?![a-zA-Z]){_LETTER}\s*\}}?", *(rf"\\({c})(?![a-zA-Z])" for c in own)]
        )
        self.indexed: set[str] = set()
        for found in re.finditer(rf"(?:{either})\s*_", text):
            word = next(g for g in found.groups() if g)
            self.indexed.add(own.get(word) or self._letter(word))
        self.tells = sum(letter.islower() for letter in self.bold) >= _ENOUGH

    @staticmethod
    def _letter(word: str) -> str:
        return GREEK.get(word[1:], "") if word.startswith("\\") else word if len(word) == 1 else ""

    @classmethod
    def of(cls, text: str) -> _Faces:
        if cls._last is None or cls._last[0] is not text:
            cls._last = text, cls(text)
        return cls._last[1]

    def kind(self, name: str) -> str:
        letter = canonical_name(name)[:1]
        if letter in self.bold:
            return "vector" if letter.islower() else "bold capital"
        return "plain" if self.tells and letter.islower() else ""
