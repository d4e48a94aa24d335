"""Text of the language, piece by piece, each with the part of the source that it stands for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    start: int
    end: int


@dataclass
class Statement:
    """A statement as it was written together, with the place of each character.

    `condition` is what the words behind it say, `if A = Aᵀ`; `problem` says why it is not read, and its text is empty then.
    """

    text: str
    places: list[tuple[int, int]] = field(default_factory=list)
    condition: str = ""
    problem: str = ""

    @property
    def span(self) -> tuple[int, int]:
        return (self.places[0][0], max(end for _, end in self.places)) if self.places else (0, 0)

    def moved(self, by: int) -> Statement:
        return Statement(
            self.text, [(start + by, end + by) for start, end in self.places], self.condition, self.problem
        )

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the source that a part of the text stands for."""
        inside = self.places[start:end] or self.places[max(0, start - 1) : start] or self.places[:1]
        return min(s for s, _ in inside), max(e for _, e in inside)


def joined(pieces: Iterable[Piece]) -> tuple[str, list[tuple[int, int]]]:
    """The text, with blanks between names that would grow together."""
    text, places = "", []
    for piece in pieces:
        if not piece.text:
            continue
        if text and _grows(text[-1], piece.text[0]):
            text += " "
            places.append((piece.start, piece.start))
        text += piece.text
        places += [(piece.start, piece.end)] * len(piece.text)
    return text, places


def text_of(pieces: Iterable[Piece]) -> str:
    return joined(pieces)[0]


def _grows(left: str, right: str) -> bool:
    """Would two pieces be read as one name or number, or a call?"""
    ends = left.isalnum() or "\u0300" <= left <= "\u036f" or left in ")]'‖⁾"
    return ends and right not in _BEHIND and (right.isalnum() or right in "∂∇∑δ")


_BEHIND = set("ᵀ⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₘₙₐₑₕₒₚᵣₛₜᵤᵥₓ")
