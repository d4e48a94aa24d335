"""What is said of a statement: a verdict on each `=`, and diagnostics."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..lowering.report import Diagnostic, Span


@dataclass(frozen=True)
class Claim:
    """One `=` that was judged.

    verdict         right, transposed, right_if, wrong, shape or undecided (docs/pages/verdicts.md)
    span            of the right side, character offsets
    derived         the right side that einsight derives, in the notation of the claim
    counterexample  where the two sides differ, in words
    is_slip         is it wrong by one small change, which is told?
    """

    span: Span
    text: str
    verdict: str
    assumption: str | None = None
    derived: str | None = None
    counterexample: str | None = None
    is_slip: bool = field(default=False, repr=False, compare=False)


@dataclass(frozen=True)
class Judged:
    """The claims of a statement, and all that there is to say about it."""

    claims: tuple[Claim, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
