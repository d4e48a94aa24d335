"""Components of arrays as text: what stands there, with an index for each axis."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .pieces import Unwritten


@dataclass(frozen=True)
class Axis:
    """An axis: its index, None for one of a single entry; how many entries it has, as text, where they are fewer than the array's."""

    index: int | None
    size: str = ""

    @property
    def sign(self) -> str:
        return f"⟦{self.index}⟧"


@dataclass(frozen=True)
class Part:
    """A component; `otherwise` is the opposite of a comparison, `is_sum` whether it is held together by brackets alone."""

    text: str
    axes: tuple[Axis, ...] = ()
    otherwise: str = ""
    is_sum: bool = False

    @property
    def whole(self) -> str:
        return f"({self.text})" if self.is_sum else self.text


def renamed(part: Part, old: Axis, new: Axis) -> Part:
    return replace(
        part, text=part.text.replace(old.sign, new.sign), otherwise=part.otherwise.replace(old.sign, new.sign)
    )


def put_in(part: Part, axis: Axis, text: str) -> Part:
    if f"_{axis.sign}(" in part.text:
        raise Unwritten("a part of what a function runs along is not read")
    return replace(part, text=part.text.replace(axis.sign, text), otherwise=part.otherwise.replace(axis.sign, text))
