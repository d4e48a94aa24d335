"""Fixes that are never a matter of taste, carried out all at once: `check --fix`, and the editor's "Fix all"."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ..lowering.report import Diagnostic, Span
from .check import Findings, check_within
from .edits import applied

CERTAIN = frozenset({"EIN402", "EIN205"})
# a fix may bring up another one, but none takes more turns than this
ROUNDS = 20


@dataclass(frozen=True)
class Fixed:
    """A text after `count` fixes, and what is found in it then."""

    text: str
    count: int
    findings: Findings


def is_certain(found: Diagnostic) -> bool:
    """Can its first fix be carried out unseen?"""
    return found.code in CERTAIN and bool(found.fixes)


def certain_edits(diagnostics: Iterable[Diagnostic]) -> list[tuple[Span, str]]:
    """The first fix of every finding with one that is certain; what would overlap waits for the next time."""
    edits: list[tuple[Span, str]] = []
    for found in filter(is_certain, diagnostics):
        fix = found.fixes[0]
        if not edits or fix.span[0] >= edits[-1][0][1]:
            edits.append((fix.span, fix.text))
    return edits


def fix(
    text: str, language: str, layout: str, budget: float | None = None, silent: Collection[str] = frozenset()
) -> Fixed:
    """The text when nothing certain is left to fix but what is `silent`; formulas in LaTeX stay as they are."""
    findings, count, seen = check_within(budget, text, language, layout), 0, {text}
    for _ in range(ROUNDS):
        edits = certain_edits(d for d in findings.diagnostics if d.code not in silent)
        new = applied(text, edits)
        if new in seen:
            break
        seen.add(new)
        text, count = new, count + len(edits)
        findings = check_within(budget, text, language, layout)
    return Fixed(text, count, findings)
