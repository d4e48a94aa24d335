"""Diagnostics: plain data, made here, printed by the faces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Union

NAMES = {
    "EIN001": ("syntax-error", "error"),
    "EIN002": ("unsupported-construct", "information"),
    "EIN101": ("undeclared-name", "error"),
    "EIN102": ("redeclared-name", "error"),
    "EIN103": ("unused-name", "hint"),
    "EIN104": ("ambiguous-derivative-name", "warning"),
    "EIN105": ("definitions-in-a-circle", "error"),
    "EIN106": ("shape-assumed", "hint"),
    "EIN107": ("not-a-function", "error"),
    "EIN201": ("free-index-mismatch", "error"),
    "EIN202": ("index-repeated", "error"),
    "EIN203": ("rank-mismatch", "error"),
    "EIN204": ("index-broadcast", "information"),
    "EIN205": ("sum-bound-mismatch", "warning"),
    "EIN206": ("component-out-of-range", "error"),
    "EIN207": ("index-not-summed", "information"),
    "EIN208": ("array-function-of-component", "error"),
    "EIN301": ("shape-mismatch", "error"),
    "EIN302": ("transpose-missing", "error"),
    "EIN303": ("orientation", "error"),
    "EIN304": ("not-square", "error"),
    "EIN305": ("scalar-broadcast", "information"),
    "EIN306": ("axis-needed", "error"),
    "EIN401": ("claim-wrong", "error"),
    "EIN402": ("claim-transposed", "warning"),
    "EIN403": ("claim-undecided", "information"),
    "EIN404": ("claim-shape", "error"),
    "EIN405": ("claim-needs-assumption", "warning"),
    "EIN406": ("layout-mixed", "warning"),
    "EIN501": ("plugin-failed", "warning"),
    "EIN502": ("rewrite-budget-exceeded", "warning"),
    "EIN503": ("plugin-finding", "warning"),
    "EIN504": ("too-large", "information"),
    "EIN601": ("einsum-malformed", "error"),
    "EIN602": ("einsum-shape-mismatch", "error"),
    "EIN603": ("array-shape-mismatch", "error"),
}
SEVERITIES = ("error", "warning", "information", "hint")

Span = tuple[int, int]
# where something related stands: in the same statement, or where that name is declared
Related = tuple[Union[Span, str], str]  # noqa: UP007 - evaluated at run time on 3.10


@dataclass(frozen=True, slots=True)
class Fix:
    """Replace `span` by `text`."""

    title: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding at `span`: character offsets from the statement's start, into the document once `moved`.

    `related` are other places with a word on each; a place may be the name that is declared there until then.
    """

    code: str
    severity: str
    span: Span
    message: str
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()

    @property
    def name(self) -> str:
        return NAMES[self.code][0]

    def moved(self, move: Callable[[Span], Span], declared: Callable[[str], Span | None]) -> Diagnostic:
        """In the document: `move` takes a span of the statement there, `declared` tells where a name is declared."""
        fixes = tuple(Fix(f.title, move(f.span), f.text) for f in self.fixes)
        places = [(declared(p) if isinstance(p, str) else move(p), words) for p, words in self.related]
        related = tuple((place, words) for place, words in places if place is not None)
        return replace(self, span=move(self.span), fixes=fixes, related=related)


_FAULT = "internal error, please report it"


def told_fault(error: Exception, span: Span, cost: str = "", code: str = "EIN002") -> Diagnostic:
    """A fault of ours, with what it costs.  Who cannot read something says so as an error: it may hold any number of them."""
    severity = "error" if code == "EIN002" else NAMES[code][1]
    return Diagnostic(code, severity, span, f"{cost}{_FAULT} ({type(error).__name__}: {error})")


def is_fault(found: Diagnostic) -> bool:
    """Is it such a one?"""
    return _FAULT in found.message


@dataclass
class Report:
    """Where a pass puts what it finds; one mistake is told once."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add(
        self,
        code: str,
        start: int,
        end: int,
        message: str,
        fixes: tuple[Fix, ...] = (),
        related: tuple[Related, ...] = (),
        severity: str | None = None,
    ) -> None:
        """Spans count from the statement's start."""
        span = (start, max(end, start + 1))
        found = Diagnostic(code, severity or NAMES[code][1], span, message, fixes, related)
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

    def __reduce__(self) -> tuple[type[EinsightError], tuple[list[Diagnostic]]]:
        return type(self), (self.diagnostics,)

    def __eq__(self, other: object) -> bool:
        return self.diagnostics == other.diagnostics if isinstance(other, EinsightError) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self.diagnostics))


def fail(code: str, message: str) -> EinsightError:
    """The error of a question that has no place in a text."""
    return EinsightError([Diagnostic(code, "error", (0, 0), message)])
