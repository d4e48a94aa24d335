"""What is said of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..lowering.report import EinsightError, fail
from ..notation.quoting import visible
from .answers import LONGEST
from .comparing import Found
from .feedback import feedback_on
from .links import Link, in_a_line

VERDICTS = ("equal", "transposed", "equal_if", "different", "shape", "undecided", "unread")


@dataclass(frozen=True)
class Grade:
    """What an answer is worth.

    verdict         equal, transposed, equal_if, different, shape, undecided or unread
    reason          why, in words; where it is equal, up to what, if not altogether
    assumption      under which it would be equal, as in `A symmetric`
    counterexample  where the two differ, in words
    read_as         what counts of the answer, in the language
    reference       what it was compared with
    layout          in which a derivative was laid out for that; empty where there was no question
    right_in        layouts in which a transposed answer is right
    assumed         what was taken of names that nobody declares
    links           each `=` of the solution in order, where they were asked for
    error           what is wrong in what was asked, and no fault of the answer: the verdict is `unread` then
    """

    verdict: str
    reason: str = ""
    assumption: str | None = None
    counterexample: str | None = None
    read_as: str = ""
    reference: str = ""
    layout: str = ""
    right_in: tuple[str, ...] = ()
    assumed: tuple[str, ...] = field(default=())
    error: str = ""
    links: tuple[Link, ...] = ()

    @property
    def first_false(self) -> Link | None:
        """The first link that is no right step; None where there is none."""
        return next((link for link in self.links if link.is_false), None)

    def feedback(self) -> str:
        """What to tell whoever answered, in sentences; it does not give the answer away."""
        return feedback_on(self)

    def mark(self, **worth: float) -> float | None:
        """The mark, from 0 to 1: by verdict what it is `worth`, else 1 for `equal` and 0; None where nobody can say yet.

        That is where the answer is undecided or unread: somebody has to look at it, or to write it again.
        """
        for verdict in worth:
            if verdict not in VERDICTS:
                raise fail("EIN001", f"`{verdict}` is no verdict: there are {', '.join(VERDICTS)}")
        if self.verdict in worth:
            return worth[self.verdict]
        if self.verdict in ("undecided", "unread"):
            return None
        return 1.0 if self.verdict == "equal" else 0.0

    def __bool__(self) -> bool:
        return self.verdict == "equal"

    def __str__(self) -> str:
        said = in_a_line(self.verdict, self.reason, self.counterexample)
        if self.first_false is not None:
            said += f"\nthe first link that does not hold: {self.first_false}"
        return visible(said, lines=True)

    def as_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "assumption": self.assumption,
            "counterexample": self.counterexample,
            "read_as": self.read_as,
            "reference": self.reference,
            "layout": self.layout,
            "right_in": list(self.right_in),
            "assumed": list(self.assumed),
            "error": self.error,
            "links": [asdict(link) for link in self.links],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Grade:
        """The grade of which `as_json` gave that."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        values["links"] = tuple(Link(**link) for link in data.get("links", ()))
        return cls(**values)


def not_asked(problem: str) -> Grade:
    """No verdict, since what was asked is wrong."""
    return Grade("unread", problem, error=problem)


def graded(found: Found, text: str, reference: str, assumed: Sequence[str], layout: str = "") -> Grade:
    reason = found.reason
    if found.words is not None:
        words = found.words()
        reason = "; ".join(p for p in (reason, words) if p) or "the two differ"
    return Grade(
        found.verdict,
        reason,
        found.assumption,
        found.counterexample,
        text[:LONGEST],
        reference,
        layout,
        (),
        tuple(dict.fromkeys(assumed)),
    )


def told(refused: EinsightError) -> str:
    """The first thing that is wrong."""
    return refused.diagnostics[0].message if refused.diagnostics else str(refused)


def is_given_up(refused: EinsightError) -> bool:
    """Was it for want of time or memory?"""
    return any(d.code in ("EIN502", "EIN504") for d in refused.diagnostics)


def given_up(refused: EinsightError) -> Grade | None:
    """Undecided, where it was for want of time or memory."""
    return Grade("undecided", told(refused)) if is_given_up(refused) else None
