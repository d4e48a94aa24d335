"""Verdicts in sentences, for whoever answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..notation.quoting import visible
from .links import Link

LONGEST = 300


class Told(Protocol):
    """What a grade says."""

    @property
    def verdict(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def assumption(self) -> str | None: ...
    @property
    def counterexample(self) -> str | None: ...
    @property
    def layout(self) -> str: ...
    @property
    def right_in(self) -> Sequence[str]: ...
    @property
    def first_false(self) -> Link | None: ...


def feedback_on(grade: Told) -> str:
    """A few sentences; the reference is not in them."""
    said = [_SENTENCES[grade.verdict](grade)]
    link = grade.first_false
    if link is not None:
        step = f"{' '.join(link.left.split())} = {' '.join(link.right.split())}"
        why = f": {_reason(link.reason)}" if link.reason and link.reason != "the two differ" else ""
        begin = "A step on the way does not hold" if grade.verdict == "equal" else "The first step that does not hold"
        said.append(f"{begin}: {step}{why}.")
    return visible(" ".join(said))


def _equal(grade: Told) -> str:
    return f"Right, {grade.reason.removeprefix('right ')}." if grade.reason else "Right."


def _transposed(grade: Told) -> str:
    if not grade.right_in:
        return "Right but for a transpose."
    uses = (
        "here a gradient has the shape of its variable, a column for a column"
        if grade.layout == "mixed"
        else f"your course uses {grade.layout} layout"
    )
    return f"Right but for a transpose: {uses}, and your answer is in {' and '.join(grade.right_in)} layout."


def _equal_if(grade: Told) -> str:
    reason = _reason(grade.reason).removeprefix("right ")
    return f"Right {reason}, which is not given; in general it differs. {_example(grade)}".strip()


def _different(grade: Told) -> str:
    reason = _reason(grade.reason)
    why = f": {reason}" if reason and reason != "the two differ" else ""
    return f"Not right{why}. {_example(grade)}".strip()


def _shape(grade: Told) -> str:
    return f"The shapes do not fit: {_reason(grade.reason)}."


def _undecided(grade: Told) -> str:
    return "This could not be decided, and a person has to look at it."


def _unread(grade: Told) -> str:
    return f"This was not understood: {_reason(grade.reason)}. Write it once more."


def _reason(reason: str) -> str:
    reason = reason.replace("the answer is", "your answer is").rstrip(".")
    return reason if len(reason) <= LONGEST else f"{reason[:LONGEST]}…"


def _example(grade: Told) -> str:
    """A point at which it differs, with both values there."""
    if grade.counterexample is None or len(grade.counterexample) > LONGEST:
        return ""
    example = grade.counterexample.replace("the reference is", "it should be").replace("and the answer", "and yours is")
    return f"{example[:1].upper()}{example[1:]}."


_SENTENCES = {
    "equal": _equal,
    "transposed": _transposed,
    "equal_if": _equal_if,
    "different": _different,
    "shape": _shape,
    "undecided": _undecided,
    "unread": _unread,
}
