"""Fixes that are never a matter of taste, carried out all at once: `check --fix`, and the editor's "Fix all"."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from ..lowering.report import Diagnostic, Span
from ..sheets.check import Findings, check_within
from ..sheets.sheet import Sheet
from .edits import applied
from .latex.fixes import latex_fixes

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


def with_latex_fixes(sheet: Sheet, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings with their fixes also where they are of formulas in LaTeX, if those are certain: they are tried only now."""
    fixes = {}
    for cell in sheet.reporting:
        if cell.place.is_translated and not cell.unread:
            for found, told in zip(cell.diagnostics, sheet.diagnostics_of(cell), strict=True):
                if told.code in CERTAIN:
                    fixes[told.code, told.span] = cell, found
    return [
        replace(d, fixes=latex_fixes(sheet, *fixes[d.code, d.span])) if (d.code, d.span) in fixes else d
        for d in diagnostics
    ]


def fix(
    text: str, language: str, layout: str, budget: float | None = None, silent: Collection[str] = frozenset()
) -> Fixed:
    """The text when nothing certain is left to fix but what is `silent`."""
    findings, count, seen = check_within(budget, text, language, layout), 0, {text}
    for _ in range(ROUNDS):
        found = [d for d in findings.diagnostics if d.code in CERTAIN and d.code not in silent]
        if language != "ein" and found:
            sheet = Sheet(text, language, findings.layout, budget)
            sheet.finish()
            found = with_latex_fixes(sheet, found)
        edits = certain_edits(found)
        new = applied(text, edits)
        if new in seen:
            break
        seen.add(new)
        text, count = new, count + len(edits)
        findings = check_within(budget, text, language, layout)
    return Fixed(text, count, findings)
