"""The verdict on one `=` of a solution."""

from __future__ import annotations

from dataclasses import dataclass

from ..notation.quoting import visible

# verdicts on a link that is no step
FALSE = ("transposed", "equal_if", "different", "shape")


@dataclass(frozen=True)
class Link:
    """An `=` of a solution: its two sides as they are written, and the verdict on it, with `reason` and `counterexample` as in `Grade`."""

    left: str
    right: str
    verdict: str
    reason: str = ""
    counterexample: str | None = None

    @property
    def is_false(self) -> bool:
        return self.verdict in FALSE

    def __str__(self) -> str:
        said = in_a_line(self.verdict, self.reason, self.counterexample)
        return visible(f"{' '.join(self.left.split())} = {' '.join(self.right.split())}: {said}")


def in_a_line(verdict: str, reason: str, counterexample: str | None) -> str:
    """A verdict with what is said of it."""
    return ": ".join(filter(None, (verdict, reason, counterexample)))
