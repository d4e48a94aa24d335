"""Checks a whole text: every statement read, every claim judged."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ..deriving.questions import require_layout, require_text
from ..documents.inputs import Beside
from ..documents.positions import LineIndex
from ..documents.regions import LANGUAGES
from ..judging.claims import Claim
from ..lowering.layout import LAYOUTS
from ..lowering.report import NAMES, Diagnostic, Span, fail
from ..notation.html_table import html_table
from ..notation.quoting import visible
from ..settings import BUDGET
from .premises import premises_of
from .sheet import Sheet


@dataclass
class Findings:
    """What checking a text found.

    unread           spans that were not understood
    unread_reasons   the same, each with the reason
    formulas         how many formulas, or statements of an `.ein` text, the claims stand in
    failing          of the claims that do not stand, by their numbers, the codes that say so; what a comment or directive
                     of the text ignores is not among them
    layout           the one that claims were read in
    text             what was checked
    premises         what the verdict on each claim rests on, in notes
    """

    claims: list[Claim] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unread_reasons: list[tuple[Span, str]] = field(default_factory=list)
    formulas: int = 0
    layout: str = "numerator"
    failing: dict[int, tuple[str, ...]] = field(default_factory=dict)
    text: str = field(default="", repr=False)
    premises: list[tuple[str, ...]] = field(default_factory=list, repr=False)

    @property
    def unread(self) -> list[Span]:
        return [span for span, _ in self.unread_reasons]

    @property
    def has_errors(self) -> bool:
        return any(d.severity == "error" for d in self.diagnostics)

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """Of each claim, finding and part that is not read, in the order of the text: line and column, the text, the verdict
        or how severe it is, what is said."""
        of_claims: dict[Span, list[Diagnostic]] = {claim.span: [] for claim in self.claims}
        found: list[tuple[Span, str, str, str]] = []
        for told in self.diagnostics:
            if told.span in of_claims and told.code.startswith("EIN4"):
                of_claims[told.span].append(told)
            else:
                found.append((told.span, self._part(told.span), told.severity, f"{told.code} {told.message}"))
        for claim in self.claims:
            said = "; ".join(f"{d.code} {d.message}" for d in of_claims[claim.span])
            found.append((claim.span, claim.text, claim.verdict, said))
        found += [(span, self._part(span), "not read", reason) for span, reason in self.unread_reasons]
        lines = LineIndex(self.text, "utf-32")
        rows = []
        for (start, _), part, verdict, said in sorted(found, key=lambda row: row[0]):
            line, column = lines.position(start)
            rows.append((f"{line + 1}:{column + 1}", part, verdict, said))
        return rows

    def _part(self, span: Span) -> str:
        return " ".join(self.text[slice(*span)].split())

    def __str__(self) -> str:
        """A line for each row, with what is said of it below."""
        rows = self.rows
        if not rows:
            return "no claims, and nothing to be said"
        place_width, verdict_width = (max(len(row[k]) for row in rows) for k in (0, 2))
        lines = []
        for place, part, verdict, said in rows:
            lines.append(f"{place:{place_width}}  {verdict:{verdict_width}}  {visible(part)}")
            lines += [f"{'':{place_width + verdict_width + 4}}{visible(said)}"] if said else []
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, is_cycle: bool) -> None:
        """For IPython: in full where it stands alone, short within a list or a dictionary."""
        printer.text(repr(self) if is_cycle or printer.indentation else str(self))

    def _repr_html_(self) -> str:
        return html_table(self.rows, ("at", "", "verdict", "what is said"))


def check(text: str, language: str = "ein", layout: str = "numerator") -> Findings:
    """Judge the claims of a text in one of LANGUAGES; `layout` may be `auto`, which finds the one they follow.

    Shapes are those that the text declares; a claim whose sides have different ones has the verdict `shape`.  Never raises on
    any text; EinsightError for a language or layout that does not exist.

    >>> report = einsight.check("a, x in R^m\\nd/dx (a' x) = a")
    >>> print(report)
    2:15  transposed  d/dx (a' x) = a
                      EIN402 right but for a transpose: in numerator layout `d/dx (a' x)` is 1×m, and `a` is m×1; write `a'`
    """
    if language not in LANGUAGES:
        raise fail("EIN002", f"language `{language}` is not read: choose one of {', '.join(LANGUAGES)}")
    return check_within(BUDGET, text, language, layout)


def check_within(
    budget: float | None, text: str, language: str = "ein", layout: str = "numerator", beside: Beside | None = None
) -> Findings:
    """The same with so many seconds for each statement's claims; those that take longer are undecided (EIN504).

    `beside` gives the files beside a LaTeX file, for the macros in them.
    """
    require_text("the text", text)
    if layout == "auto":
        return _in_most_likely_layout(text, lambda one: check_within(budget, text, language, one, beside))
    require_layout(layout)
    return _found(Sheet(text, language, layout, budget, beside))


def _found(sheet: Sheet) -> Findings:
    sheet.finish()
    return Findings(
        sheet.claims(),
        sheet.diagnostics(),
        sheet.unread(),
        _formulas(sheet),
        sheet.layout,
        _failing(sheet),
        sheet.text,
        _premises(sheet),
    )


def _premises(sheet: Sheet) -> list[tuple[str, ...]]:
    lines = LineIndex(sheet.text, "utf-32")
    told = [premises_of(sheet, cell, lines) for cell in sheet.cells for _ in sheet.claims_of(cell)]
    return told + [()] * len(sheet.code.claims)


_SAID_BY = {"wrong": "EIN401", "transposed": "EIN402", "right_if": "EIN405"}


def _failing(sheet: Sheet) -> dict[int, tuple[str, ...]]:
    """The claims that do not stand; one whose sides do not even conform may be told by any error of its statement."""
    claims = [(cell, claim) for cell in sheet.cells for claim in sheet.claims_of(cell)]
    failing = {}
    for number, (cell, claim) in enumerate(claims):
        if claim.verdict in ("right", "undecided"):
            continue
        errors = sorted({d.code for d in cell.diagnostics if d.severity == "error"})
        codes = (_SAID_BY[claim.verdict],) if claim.verdict in _SAID_BY else tuple(errors)
        silent = cell.analysis.silent if cell.analysis is not None else frozenset()
        if "*" in silent or (silent and silent.issuperset(codes)):
            continue
        failing[number] = codes
    return failing | {len(claims) + number: codes for number, codes in sheet.code.failing.items()}


def _formulas(sheet: Sheet) -> int:
    """How many formulas of notes, or statements of the language, hold claims that are told."""
    regions = [(c.place.region, c.order) for c in sheet.cells if any(True for _ in sheet.claims_of(c))]
    formulas = {(r.start, r.end) if r is not None and r.translated else order for r, order in regions}
    return len(formulas) + len(sheet.code.claims)


def likely_layout(text: str, language: str) -> str:
    """The layout under which most claims of a text hold."""
    return layout_among(text, lambda layout: Sheet(text, language, layout))


def layout_among(text: str, sheet_in: Callable[[str], Sheet]) -> str:
    """The same, by the sheets of the text in each layout."""
    return _in_most_likely_layout(text, lambda layout: _found(sheet_in(layout))).layout


_NAMES_LAYOUT = re.compile(
    r"(?P<not>\b(?:not|unlike|instead of|rather than|nor|contrast to)\W+(?:\w+\W+){0,2})?"
    r"\b(?:(?P<numerator>numerator|zähler)|(?P<denominator>denominator|nenner))[\s*_-]*layout\Z"
)
_LAYOUT_WORDS = ("numerator", "zähler", "denominator", "nenner")
# “the gradient has the shape of its variable”, which no numerator layout gives it
_SHAPED_ALIKE = re.compile(
    r"\b(?:gradient|derivative)s?\b[^.]{0,120}\b(?:has|have|of|in|with|takes?) (?:exactly )?the (?:same )?(?:shape|size|dimensions?|format) (?:of|as)\b"
    r"|\bgradient[^.]{0,60}\b(?:is|are|as) (?:always )?(?:an? )?columns?\b",
    re.IGNORECASE,
)
_ROWS = re.compile(
    r"\b(?:gradient|derivative)s?\b(?:(?!\bnot\b)[^.]){0,60}\b(?:is|are|as) (?:always )?(?:an? )?(?:\*{0,2})row",
    re.IGNORECASE,
)
# “Jacobians have one row per output”, `J_ij = ∂f_i/∂x_j`, which no denominator layout has
_OUTPUTS_AS_ROWS = re.compile(
    r"\bone row (?:per|for (?:each|every)) output|\brows? (?:are|is|index(?:es)?|correspond to|belong to) (?:the )?outputs?\b"
    r"|_\{?ij\}?\s*=\s*\\[dt]?frac\s*\{\s*\\partial\s*\\?\w+_\{?i\}?\s*\}\s*\{\s*\\partial\s*\\?\w+_\{?j\}?\s*\}",
    re.IGNORECASE,
)
# “if `df = tr(G' dX)`, then `∂f/∂X = G`”
_IDENTIFIED = re.compile(
    r"tr\}?\s*(?:\\left)?[(\[]\s*\\?(?P<name>\w+)\s*\^\s*\{?\s*(?:T\b|\\top|\\T\b).{0,80}?\\partial[^=]{0,40}=\s*(?P=name)\b",
    re.DOTALL,
)
_DERIVATIVES = ("\\partial", "\\nabla", "∂", "∇", "\\frac{d", "\\pd", "\\grad")
# characters before the word `layout` in which one of those stands, and what denies it
_BEFORE_LAYOUT = 100


def _named_layout(text: str) -> str:
    """The layout that a text says it is written in; empty where it speaks of none, or of both."""
    text = text.lower()
    said: set[str | None] = set()
    for word in re.finditer("layout", text):  # which few texts have, and long ones are many words
        before = text[max(0, word.start() - _BEFORE_LAYOUT) : word.end()]
        found = _NAMES_LAYOUT.search(before) if any(w in before for w in _LAYOUT_WORDS) else None
        if found is not None and not found["not"]:
            said.add(found.lastgroup)
    return said.pop() or "" if len(said) == 1 else ""


def _has_unread_derivative(found: Findings) -> bool:
    """Is there something that may be read in another layout?"""
    return any(any(sign in found.text[slice(*span)] for sign in _DERIVATIVES) for span in found.unread)


def _in_most_likely_layout(text: str, found_in: Callable[[str], Findings]) -> Findings:
    """The findings in the layout that the text names, or else under which most claims hold; claims that hold in another one
    are told (EIN406)."""
    named = _named_layout(text)
    first = named or "numerator"
    tried = {first: found_in(first)}
    if all(c.verdict == "right" for c in tried[first].claims) and not _has_unread_derivative(tried[first]):
        return tried[first]
    tried |= {other: found_in(other) for other in LAYOUTS if other not in tried}
    # what holds under an assumption speaks for a layout too, but less
    held = {
        layout: sum(2 if c.verdict == "right" else c.assumption is not None for c in found.claims)
        for layout, found in tried.items()
    }
    is_identified = _IDENTIFIED.search(text) is not None
    is_alike = is_identified or _SHAPED_ALIKE.search(text) is not None
    allowed = [layout for layout in LAYOUTS if layout != "numerator" or not is_alike]
    if _OUTPUTS_AS_ROWS.search(text):
        allowed = [layout for layout in allowed if layout != "denominator"]
    if _ROWS.search(text) and not is_identified:
        allowed = ["numerator"]
    best = named or max(allowed, key=lambda layout: (held[layout], bool(tried[layout].claims)))
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
            findings.failing |= {
                k: ("EIN406",) for k, c in enumerate(findings.claims) if c.span == found.span and k in findings.failing
            }
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
