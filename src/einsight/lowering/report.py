"""Diagnostics: plain data, made here, printed by the faces."""

from __future__ import annotations

from dataclasses import dataclass, field

NAMES = {
    "EIN001": ("syntax-error", "error"),
    "EIN002": ("unsupported-construct", "information"),
    "EIN101": ("undeclared-name", "error"),
    "EIN102": ("redeclared-name", "error"),
    "EIN103": ("unused-name", "hint"),
    "EIN104": ("ambiguous-derivative-name", "warning"),
    "EIN201": ("free-index-mismatch", "error"),
    "EIN202": ("index-repeated", "error"),
    "EIN203": ("rank-mismatch", "error"),
    "EIN204": ("index-broadcast", "information"),
    "EIN205": ("sum-bound-mismatch", "warning"),
    "EIN206": ("component-out-of-range", "error"),
    "EIN301": ("shape-mismatch", "error"),
    "EIN302": ("transpose-missing", "error"),
    "EIN303": ("orientation", "error"),
    "EIN304": ("not-square", "error"),
    "EIN305": ("scalar-broadcast", "information"),
    "EIN401": ("claim-wrong", "error"),
    "EIN402": ("claim-transposed", "warning"),
    "EIN403": ("claim-undecided", "information"),
    "EIN404": ("claim-shape", "error"),
    "EIN405": ("claim-needs-assumption", "warning"),
    "EIN406": ("layout-mixed", "warning"),
    "EIN501": ("plugin-failed", "warning"),
    "EIN502": ("rewrite-budget-exceeded", "warning"),
    "EIN601": ("einsum-malformed", "error"),
    "EIN602": ("einsum-shape-mismatch", "error"),
}
SEVERITIES = ("error", "warning", "information", "hint")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fix:
    """Replace `span` by `text`."""

    title: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding at `span`, character offsets into the document."""

    code: str
    severity: str
    span: Span
    message: str
    fixes: tuple[Fix, ...] = ()
    related: tuple[tuple[Span, str], ...] = ()

    @property
    def name(self) -> str:
        return NAMES[self.code][0]


@dataclass
class Report:
    """Where a pass puts what it finds; one mistake is told once."""

    offset: int = 0
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add(
        self,
        code: str,
        start: int,
        end: int,
        message: str,
        fixes: tuple[Fix, ...] = (),
        related: tuple[tuple[Span, str], ...] = (),
        severity: str | None = None,
    ) -> None:
        """`start`, `end` and the fixes' spans count from the statement's start."""
        moved = tuple(Fix(f.title, (f.span[0] + self.offset, f.span[1] + self.offset), f.text) for f in fixes)
        span = (start + self.offset, max(end, start + 1) + self.offset)
        found = Diagnostic(code, severity or NAMES[code][1], span, message, moved, related)
        if not any(d.code == code and d.span == span for d in self.diagnostics):
            self.diagnostics.append(found)

    def has_errors(self) -> bool:
        return any(d.severity == "error" for d in self.diagnostics)


class EinsightError(Exception):
    """Bad input to a library function; `diagnostics` says where and why."""

    def __init__(self, diagnostics: list[Diagnostic] | tuple[Diagnostic, ...]):
        self.diagnostics = list(diagnostics)
        errors = [d for d in self.diagnostics if d.severity == "error"] or self.diagnostics
        super().__init__("; ".join(f"{d.code} {d.message}" for d in errors))
