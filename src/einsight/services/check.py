"""Checks a whole text: every statement read, every claim judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ..documents.regions import LANGUAGES
from ..lowering.layout import LAYOUTS
from ..lowering.report import NAMES, Diagnostic, Span
from .derive import fail, require_layout, require_text
from .judge import Claim
from .sheet import Sheet


@dataclass
class Findings:
    """What checking a text found; `unread` are spans that were not understood, `layout` the one claims were read in."""

    claims: list[Claim] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unread: list[Span] = field(default_factory=list)
    layout: str = "numerator"

    @property
    def has_errors(self) -> bool:
        return any(d.severity == "error" for d in self.diagnostics)


def check(text: str, language: str = "ein", layout: str = "numerator") -> Findings:
    """Judge the claims of a text in `ein` or `markdown`; `layout` may be `auto`, which finds the one they follow.

    Never raises on any text; EinsightError for a language or layout that does not exist.
    """
    return check_within(None, text, language, layout)


def check_within(budget: float | None, text: str, language: str = "ein", layout: str = "numerator") -> Findings:
    """The same with so many seconds for each statement's claims; those that take longer are undecided (EIN502)."""
    if language not in LANGUAGES:
        raise fail("EIN002", f"language `{language}` is not read yet: choose {' or '.join(LANGUAGES)}")
    require_text("the text", text)
    if layout == "auto":
        return _in_most_likely_layout(budget, text, language)
    require_layout(layout)
    sheet = Sheet(text, language, layout, budget)
    sheet.finish()
    return Findings(sheet.claims(), sheet.diagnostics(), sheet.unread(), layout)


def likely_layout(text: str, language: str, budget: float | None = None) -> str:
    """The layout under which most claims of a text hold."""
    return _in_most_likely_layout(budget, text, language).layout


def _in_most_likely_layout(budget: float | None, text: str, language: str) -> Findings:
    """The findings in the layout under which most claims hold; claims that hold in another one are told (EIN406)."""
    tried = {"numerator": check_within(budget, text, language, "numerator")}
    if all(c.verdict == "right" for c in tried["numerator"].claims):
        return tried["numerator"]
    tried |= {other: check_within(budget, text, language, other) for other in LAYOUTS if other not in tried}
    # what holds under an assumption speaks for a layout too, but less
    held = {
        layout: sum(2 if c.verdict == "right" else c.assumption is not None for c in found.claims)
        for layout, found in tried.items()
    }
    best = max(LAYOUTS, key=lambda layout: held[layout])
    findings = tried[best]
    # by place: what is a definition in one layout may fail in another, and the next line be the definition there
    verdicts = {layout: {c.span: c.verdict for c in found.claims} for layout, found in tried.items()}
    others = {
        claim.span: layout
        for layout in LAYOUTS
        for claim in findings.claims
        if claim.verdict == "transposed" and verdicts[layout].get(claim.span) == "right"
    }
    sensitive = [c for c in findings.claims if any(v.get(c.span) != c.verdict for v in verdicts.values())]
    follow = sum(c.verdict == "right" for c in sensitive)
    for place, found in enumerate(findings.diagnostics):
        if found.code == "EIN402" and found.span in others:
            message = (
                f"this claim holds in {others[found.span]} layout, and {follow} of the {len(sensitive)} claims that "
                f"depend on it follow {best} layout; {found.message}"
            )
            findings.diagnostics[place] = replace(found, code="EIN406", severity=NAMES["EIN406"][1], message=message)
    return findings


def claim_json(claim: Claim, position: Callable[[int], dict[str, int]]) -> dict[str, Any]:
    return {
        "range": {"start": position(claim.span[0]), "end": position(claim.span[1])},
        "text": claim.text,
        "verdict": claim.verdict,
        "assumption": claim.assumption,
        "derived": claim.derived,
        "counterexample": claim.counterexample,
    }
