"""Judges every claim of a document.

A verdict is `right` only where the two sides are one canonical form or agree at every random point, and
`wrong` only with a point at which they differ; everything else is `undecided`, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ..documents.regions import Region, regions_of
from ..lowering.arrays import identity
from ..lowering.layout import LAYOUTS, stacked
from ..lowering.names import Names
from ..lowering.report import NAMES, Diagnostic, Fix, Span
from ..lowering.statements import Lowered, Side, lower_document
from ..lowering.values import Value, fresh_axis
from ..meaning.equality import Verdict, are_equal, compare
from ..notation.index_form import free_names, index_form
from ..rules.accumulation import is_deep
from ..rules.catalogue import catalogue
from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Derivative, Size, Term, has_head
from ..terms.walk import expand_definitions
from .assumptions import Assumption, candidates
from .derive import read_value, require_layout, require_text, shortest, verified_matrix
from .mistakes import Mistake, find_mistake


@dataclass(frozen=True)
class Claim:
    """One `=` that was judged.

    verdict         right, transposed, right_if, wrong, shape or undecided (SPEC 3)
    span            of the right side, character offsets
    derived         the right side that einsight derives, in the notation of the claim
    counterexample  where the two sides differ, in words
    """

    span: Span
    text: str
    verdict: str
    assumption: str | None = None
    derived: str | None = None
    counterexample: str | None = None


@dataclass
class Findings:
    """What checking a text found; `unread` are spans that were not understood, `layout` the one claims were read in."""

    claims: list[Claim] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unread: list[Span] = field(default_factory=list)
    statements: list[Lowered] = field(default_factory=list)
    names: Names | None = None
    layout: str = "numerator"

    @property
    def has_errors(self) -> bool:
        return any(d.severity == "error" for d in self.diagnostics)


def check(text: str, language: str = "ein", layout: str = "numerator") -> Findings:
    """Judge the claims of a text in `ein` or `markdown`; `layout` may be `auto`, which finds the one they follow.

    Never raises on any text; EinsightError for a language or layout that does not exist.
    """
    if language not in ("ein", "markdown"):
        from .derive import fail

        raise fail("EIN002", f"language `{language}` is not read yet: choose ein or markdown")
    require_text("the text", text)
    if layout == "auto":
        return _in_most_likely_layout(text, language)
    require_layout(layout)
    findings = Findings(layout=layout)
    names = Names(catalogue().arity)
    for region in regions_of(text, language):
        _check_region(region, names, layout, findings)
    findings.names = names
    findings.diagnostics += _unused(names, findings) if language == "ein" else []
    findings.diagnostics.sort(key=lambda d: d.span)
    return findings


def _in_most_likely_layout(text: str, language: str) -> Findings:
    """The findings in the layout under which most claims hold; claims that hold in another one are told (EIN406)."""
    tried = {"numerator": check(text, language, "numerator")}
    if all(c.verdict != "transposed" for c in tried["numerator"].claims):
        return tried["numerator"]
    tried |= {other: check(text, language, other) for other in LAYOUTS if other not in tried}
    held = {layout: sum(c.verdict == "right" for c in found.claims) for layout, found in tried.items()}
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


def _check_region(region: Region, names: Names, layout: str, findings: Findings) -> None:
    document = lower_document(region.text, catalogue().arity, layout, names)
    for lowered in document.statements:
        found = list(lowered.diagnostics)
        if region.lenient and any(d.code == "EIN001" for d in found):
            findings.unread.append((region.start, region.end))
            continue
        if lowered.kinder:
            claims = _judge_kindly(lowered, names)
            if claims:
                findings.claims += [replace(c, span=region.map_span(c.span)) for c in claims]
                found = [d for d in found if d.code not in ("EIN201", "EIN202")]
                findings.diagnostics += [_moved(d, region) for d in (*found, _told_kindly(lowered))]
                findings.statements.append(lowered)
                continue
        if lowered.kind == "claim":
            for left, right in zip(lowered.sides, lowered.sides[1:], strict=False):
                claim, more = judge(left, right, lowered, names)
                found += [d for d in more if d.code not in lowered.ignored and "*" not in lowered.ignored]
                findings.claims.append(replace(claim, span=region.map_span(claim.span)))
        findings.diagnostics += [_moved(d, region) for d in found]
        findings.statements.append(lowered)


def _judge_kindly(lowered: Lowered, names: Names) -> list[Claim]:
    """The claims with the left side's indices kept free, if so all are right; else the strict reading stands."""
    claims = [judge(a, b, lowered, names)[0] for a, b in zip(lowered.kinder, lowered.kinder[1:], strict=False)]
    return claims if all(c.verdict == "right" for c in claims) else []


def _told_kindly(lowered: Lowered) -> Diagnostic:
    left = lowered.kinder[0]
    free = ", ".join(f"`{i.name}`" for i in left.value.order) if left.value else ""
    message = (
        f"read with {free} free on the right as on the left, though the summation convention would sum what stands "
        "twice: a definition reads so without a notice"
    )
    return Diagnostic("EIN204", NAMES["EIN204"][1], left.span, message)


def _moved(found: Diagnostic, region: Region) -> Diagnostic:
    fixes = () if region.translated else tuple(Fix(f.title, region.map_span(f.span), f.text) for f in found.fixes)
    related = tuple((region.map_span(s), m) for s, m in found.related)
    return replace(found, span=region.map_span(found.span), fixes=fixes, related=related)


def _unused(names: Names, findings: Findings) -> list[Diagnostic]:
    """EIN103: declared and never used."""
    out = []
    for entry in names.entries.values():
        if entry.kind == "declared" and entry.span and entry.name not in names.used:
            message = f"`{entry.name}` is declared and never used"
            out.append(Diagnostic("EIN103", NAMES["EIN103"][1], entry.span, message))
    return out


def function_value(name: str) -> Callable[..., float] | None:
    found = catalogue().function(name)
    return found.value if found else None


def judge(left: Side, right: Side, lowered: Lowered, names: Names) -> tuple[Claim, list[Diagnostic]]:
    """The verdict on one `=`, and its diagnostic."""
    text = f"{left.text} = {right.text}"
    if left.value is None or right.value is None:
        return Claim(right.span, text, "shape"), []
    try:
        return _Judge(left, right, left.value, right.value, lowered, names, text).verdict()
    except (BudgetExceeded, MissingRule) as problem:
        code = "EIN502" if isinstance(problem, BudgetExceeded) else "EIN403"
        reason = str(problem)
        if isinstance(problem, MissingRule):
            body = problem.term.body
            reason = f"no rule differentiates `{getattr(body, 'function', getattr(body, 'name', '?'))}`"
        message = f"this claim is undecided: {reason}"
        return Claim(right.span, text, "undecided"), [Diagnostic(code, NAMES[code][1], right.span, message)]
    except RecursionError:
        message = "this claim is undecided: it is nested too deeply; define its inner parts under names"
        return Claim(right.span, text, "undecided"), [Diagnostic("EIN403", NAMES["EIN403"][1], right.span, message)]
    except Exception as error:  # a fault of ours in one claim must not cost the file
        message = f"this claim is undecided: internal error, please report it ({type(error).__name__}: {error})"
        return Claim(right.span, text, "undecided"), [Diagnostic("EIN403", NAMES["EIN403"][1], right.span, message)]


class _Judge:
    def __init__(self, left: Side, right: Side, lv: Value, rv: Value, lowered: Lowered, names: Names, text: str):
        self.left, self.right, self.lowered, self.names, self.text = left, right, lowered, names, text
        self.by_rows: Value | None = None
        if _is_stacked(rv):
            self.by_rows = stacked(lv, lowered.layout, by_rows=True)
            lv = stacked(lv, lowered.layout) or lv
        elif _is_stacked(lv):
            rv = stacked(rv, lowered.layout) or rv
        self.lv, self.rv = _shaped(lv, rv), _shaped(rv, lv)

    def verdict(self) -> tuple[Claim, list[Diagnostic]]:
        lv, rv = self.lv, self.rv
        if lv.flexible or rv.flexible:
            return self._shape("nothing says how large the two sides are")
        if lv.rank == rv.rank and lv.same_layout(rv):
            return self._same_shape()
        if rv.rank <= 2 and lv.rank == rv.rank and lv.same_layout(rv.transposed()):
            turned = rv.transposed()
            if self._compare(turned).equal:
                return self._transposed()
            return self._wrong(self._compare(turned))
        by_rows = self._stacked_by_rows()
        if by_rows is not None:
            return self._right_if(by_rows)
        return self._shape(f"the left side is {_shape(lv)} and the right side is {_shape(rv)}")

    def _stacked_by_rows(self) -> Assumption | None:
        """Is the claim true in the other habit, where `vec` puts the rows of a matrix behind one another?"""
        if self.by_rows is None or not self.by_rows.same_layout(self.rv):
            return None
        left, right = _reduce(self.by_rows.term), _reduce(self.rv.on(self.by_rows.axes))
        if compare(left, right, self.by_rows.plain_axes, function_value).equal:
            return Assumption("vec stacks rows", lambda term: term)
        return None

    def _axes(self, value: Value) -> tuple[Index, ...]:
        return (*value.order, *value.plain_axes)

    def _compare(self, right: Value) -> Verdict:
        a = self.lv.term
        b = right.on(self.lv.axes)
        axes = tuple(dict.fromkeys((*self.lv.order, *right.order, *self.lv.plain_axes)))
        return compare(_reduce(a), _reduce(b), axes, function_value)

    def _same_shape(self) -> tuple[Claim, list[Diagnostic]]:
        found = self._compare(self.rv)
        if found.equal:
            return Claim(self.right.span, self.text, "right"), []
        if found.equal is None:
            return self._undecided(found.reason)
        unknown = self._unknown_size()
        if unknown is not None:
            return self._undecided(f"nothing declares the size of index `{unknown}`")
        differentiates = has_head(self.lv.term, Derivative) or has_head(self.rv.term, Derivative)
        if (
            differentiates
            and self.rv.rank == 2
            and self.lv.same_layout(self.rv.transposed())
            and self._compare(self.rv.transposed()).equal
        ):
            return self._transposed()
        assumption = self._stacked_by_rows() or self._assumption()
        if assumption is not None:
            return self._right_if(assumption)
        return self._wrong(found, self._mistake())

    def _unknown_size(self) -> str | None:
        """An index of no declared size whose size matters as a number: a refutation would rest on a guess."""
        for term in (normal_form(self.lv.term), normal_form(self.rv.term)):
            for part in term.walk():
                if isinstance(part, Size) and part.dim.inferred:
                    return str(part.dim)
        return None

    def _reduced(self, right: Value) -> tuple[Term, Term]:
        """Both sides on one set of axes, derivatives carried out and definitions put in."""
        return _reduce(self.lv.term), _reduce(right.on(self.lv.axes))

    def _assumption(self) -> Assumption | None:
        """The simplest assumption under which the claim is true; the derivative itself stays general."""
        left, right = self._reduced(self.rv)
        variables = frozenset(
            t.tensor for side in (self.lv, self.rv) for t in side.term.walk() if isinstance(t, Derivative)
        )
        for assumption in candidates((left, right), variables):
            try:
                changed = [normal_form(assumption.change(t)) for t in (left, right)]
                axes = tuple(dict.fromkeys(i for t in changed for i in sorted(t.free, key=lambda i: i.key)))
                if not are_equal(changed[0], changed[1], axes, function_value):
                    continue
                # that both sides vanish says nothing, unless it is what is claimed
                if right is build.ZERO or not are_equal(changed[0], build.ZERO, axes, function_value):
                    return assumption
            except (BudgetExceeded, MissingRule):
                continue
        return None

    def _mistake(self) -> Mistake | None:
        """The one change of the right side that would mend it."""
        left, right = self._reduced(self.rv)
        axes = tuple(dict.fromkeys((*self._axes(self.lv), *self.rv.order)))

        def equal(term: Term) -> bool:
            return are_equal(left, normal_form(term), axes, function_value)

        def reread(text: str) -> Value | None:
            # among the names of the claim, in its layout
            return read_value(text, self.names, keep=[i.name for i in self.rv.order], layout=self.lowered.layout)

        def fits(value: Value) -> bool:
            same = value.rank == self.lv.rank and value.same_layout(self.lv) and not value.flexible
            return (
                same
                and {i.name for i in value.order} == {i.name for i in self.rv.order}
                and equal(_reduce(value.on(self.lv.axes)))
            )

        def write(term: Term) -> str | None:
            return self._text_of(normal_form(term))

        try:
            return find_mistake(left, right, axes, self.right.text, equal, reread, fits, write)
        except (BudgetExceeded, MissingRule, RecursionError):
            return None

    def _derived(self) -> str:
        """What the left side is, in the notation of the right side."""
        return self._text_of(shortest(normal_form(self.lv.term), self.lv.term))

    def _text_of(self, term: Term) -> str:
        """A term over the axes of the left side, as a matrix where there is one."""
        if self.lv.rank <= 2 and not self.lv.order:
            try:
                matrix = verified_matrix(term, self.lv, self.names)
            except RecursionError:
                matrix = None
            if matrix is not None:
                return matrix
        return index_form(term, free_names(self._axes(self.lv)))

    def _diagnostic(self, code: str, message: str, fixes: tuple[Fix, ...] = ()) -> list[Diagnostic]:
        return [Diagnostic(code, NAMES[code][1], self.right.span, message, fixes)]

    def _replacement(self, derived: str) -> tuple[Fix, ...]:
        if " where " in derived:  # it names parts for the whole statement, so it must stand last and be new
            named = derived.split(" where ")[1].split(" =")[0]
            last = self.lowered.sides[-1].span == self.right.span
            if not last or re.search(rf"\b{named}\b", self.lowered.text) or " where " in self.lowered.text:
                return ()
        return (Fix(f"write `{derived}`", self.right.span, derived),)

    def _transposed(self) -> tuple[Claim, list[Diagnostic]]:
        derived = self._derived()
        layout = self.lowered.layout
        message = (
            f"right but for a transpose: in {layout} layout `{self.left.text}` is {_shape(self.lv)}, "
            f"and `{self.right.text}` is {_shape(self.rv)}; write `{derived}`"
        )
        return Claim(self.right.span, self.text, "transposed", derived=derived), self._diagnostic(
            "EIN402", message, self._replacement(derived)
        )

    def _wrong(self, found: Verdict, mistake: Mistake | None = None) -> tuple[Claim, list[Diagnostic]]:
        derived = self._derived()
        example = found.counterexample.describe() if found.counterexample else None
        plain = not has_head(self.lv.term, Derivative) and not self.lowered.tensor
        message = f"`{self.left.text}` is {'' if plain else f'`{derived}`, '}not `{self.right.text}`"
        if mistake is not None:
            message += f"; {mistake.words}"
        if example:
            message += f": {example}"
        claim = Claim(self.right.span, self.text, "wrong", derived=derived, counterexample=example)
        return claim, self._diagnostic("EIN401", message, self._replacement(derived))

    def _right_if(self, assumption: Assumption) -> tuple[Claim, list[Diagnostic]]:
        derived = self._derived()
        message = f"right only if {assumption.sentence()}, which is not declared; in general it is `{derived}`"
        claim = Claim(self.right.span, self.text, "right_if", assumption.text, derived)
        return claim, self._diagnostic("EIN405", message, self._replacement(derived))

    def _undecided(self, reason: str) -> tuple[Claim, list[Diagnostic]]:
        return Claim(self.right.span, self.text, "undecided"), self._diagnostic(
            "EIN403", f"this claim is undecided: {reason}"
        )

    def _shape(self, reason: str) -> tuple[Claim, list[Diagnostic]]:
        derived = None if self.lv.flexible else self._derived()
        message = f"{reason}, and no transpose mends it" + (f"; the left side is `{derived}`" if derived else "")
        return Claim(self.right.span, self.text, "shape", derived=derived), self._diagnostic("EIN404", message)


def _is_stacked(value: Value) -> bool:
    """Is it a matrix whose rows or columns `vec` or `⊗` made?"""
    return value.rank == 2 and value.is_fused


def _shape(value: Value) -> str:
    return value.shape_text() if value.rank else "a number"


def _shaped(value: Value, model: Value) -> Value:
    """`0`, `1` and `I` take the shape of the other side; so does any number on the scale of components."""
    if value.flexible == "I" and model.rank == 2 and model.axes[0].dim is model.axes[1].dim:
        axes = tuple(fresh_axis(a) for a in model.axes)
        return Value(build.product([value.term, identity(*axes)]), axes)
    if value.flexible == "ones" and model.rank:
        return Value(value.term, tuple(fresh_axis(a) for a in model.axes), row=value.row)
    plain = getattr(value.term, "value", None)
    if not value.rank and not value.order and plain in (0, 1) and not value.flexible and model.rank:
        axes = tuple(fresh_axis(a) for a in model.axes)
        return Value(value.term, axes, row=model.row, split=model.split)
    return value


def _reduce(term: Term) -> Term:
    """Derivatives carried out and, unless there are too many within one another, definitions put in."""
    term = normal_form(term)
    return term if is_deep(term) else normal_form(expand_definitions(term))


def claim_json(claim: Claim, position: Callable[[int], dict[str, int]]) -> dict[str, Any]:
    return {
        "range": {"start": position(claim.span[0]), "end": position(claim.span[1])},
        "text": claim.text,
        "verdict": claim.verdict,
        "assumption": claim.assumption,
        "derived": claim.derived,
        "counterexample": claim.counterexample,
    }
