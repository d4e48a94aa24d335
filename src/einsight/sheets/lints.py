"""What the lints of plugins have to say about a statement (EIN503)."""

from __future__ import annotations

from ..lowering.lowered import Lowered
from ..lowering.marks import FUNCTION, TENSOR
from ..lowering.report import Diagnostic, Fix
from ..rules.catalogue import catalogue
from ..rules.rule import Finding, Statement

CODE = "EIN503"
SEVERITIES = ("warning", "information", "hint")
KINDS = ("declaration", "definition", "claim", "query")


def lint_findings(lowered: Lowered) -> list[Diagnostic]:
    """About one that reads; spans count from its start.  Never raises: a lint that does is switched off."""
    lints = catalogue().lints
    if not lints or lowered.kind not in KINDS or any(d.severity == "error" for d in lowered.diagnostics):
        return []
    text = lowered.text
    names = frozenset(m.name for m in lowered.marks.found.values() if m.kind in (TENSOR, FUNCTION))
    sides = tuple((text[s.span[0] : s.span[1]], *s.span) for s in lowered.sides)
    statement = Statement(text, lowered.kind, sides, names)
    return [
        _diagnostic(id, f, len(text))
        for id, lint in lints.items()
        for f in lint.check(statement)
        if isinstance(f, Finding)
    ]


def _diagnostic(id: str, found: Finding, length: int) -> Diagnostic:
    end = length if found.end is None else min(found.end, length)
    span = (max(0, min(found.start, end - 1)), end)
    fixes = (Fix(f"write `{found.fix}`", span, found.fix),) if found.fix is not None else ()
    severity = found.severity if found.severity in SEVERITIES else SEVERITIES[0]
    return Diagnostic(CODE, severity, span, f"{id}: {found.message}", fixes)
