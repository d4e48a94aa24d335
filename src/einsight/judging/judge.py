"""The verdict on every `=` of a statement.

A verdict is `right` only where the two sides are one canonical form or agree at every random point, and
`wrong` only with a point at which they differ; everything else is `undecided`, with the reason.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from ..deriving.answering import OUT_OF_MEMORY, beyond
from ..deriving.readback import function_value, read_value, verified_matrix
from ..deriving.reducing import shortest
from ..lowering.layout import stacked
from ..lowering.lowered import Lowered, Side
from ..lowering.names import Names
from ..lowering.report import NAMES, Diagnostic, Fix, Span, told_fault
from ..lowering.statements import lower_statement
from ..lowering.values import Value, fresh_axis, identity
from ..meaning.equality import Verdict, are_equal, compare
from ..notation.index_form import free_names, index_form
from ..rules.accumulation import is_deep
from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..syntax.statements import Piece
from ..terms import build
from ..terms.bounds import NumberTooLong
from ..terms.dimension import Index
from ..terms.interruption import OutOfTime, within
from ..terms.term import Apply, Derivative, Size, Tensor, Term, has_head
from ..terms.unknown import shown
from ..terms.walk import expand_definitions, replace_tensors
from .assumptions import Assumption, candidates, held
from .mistakes import Mistake, find_mistake


@dataclass(frozen=True)
class Claim:
    """One `=` that was judged.

    verdict         right, transposed, right_if, wrong, shape or undecided (docs/pages/verdicts.md)
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


@dataclass(frozen=True)
class Judged:
    """The claims of a statement, and all that there is to say about it."""

    claims: tuple[Claim, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


# names with the properties that words give them, as notes do
Given = tuple[tuple[str, str], ...]


def judge_statement(
    lowered: Lowered,
    names: Names,
    silent: frozenset[str] = frozenset(),
    given: Given = (),
    sums: bool = False,
    budget: float | None = None,
) -> Judged:
    """Every `=` of a claim or chain, within so many seconds; `silent` codes are left out, `given` holds of its names.

    `sums`: does the document write out what is summed?  Then the left side's indices are free on the right too; elsewhere
    that is a second reading, taken and told where all is right in it.
    """
    with within(budget) as limit:
        return _judged_kindly(lowered, names, silent, given, sums, limit)


def _judged_kindly(
    lowered: Lowered, names: Names, silent: frozenset[str], given: Given, sums: bool, limit: object
) -> Judged:
    if lowered.kinder and (sums or any(d.severity == "error" for d in (*lowered.diagnostics, *lowered.silenced))):
        found = [d for d in lowered.diagnostics if d.code not in ("EIN201", "EIN202")]
        kindly, more = _judged(lowered.kinder, lowered, names, silent, given, limit)
        if all(c.verdict == "right" for c in kindly):
            return Judged(tuple(kindly), (*found, *([] if sums else [_told_kindly(lowered)])))
        if sums and "∑" in lowered.text:
            return Judged(tuple(kindly), (*found, *more))
    claims, more = _judged(lowered.sides, lowered, names, silent, given, limit)
    return Judged(tuple(claims), (*lowered.diagnostics, *more))


def _judged(
    sides: tuple[Side, ...], lowered: Lowered, names: Names, silent: frozenset[str], given: Given, limit: object
) -> tuple[list[Claim], list[Diagnostic]]:
    claims: list[Claim] = []
    found: list[Diagnostic] = []
    for left, right in zip(sides, sides[1:], strict=False):
        claim, more = judge(left, right, lowered, names, given, limit)
        claims.append(claim)
        found += [d for d in more if d.code not in silent and "*" not in silent]
    return claims, found


def are_right(lowered: Lowered, names: Names, given: Given = ()) -> bool:
    """Are all claims of a statement right?  Nothing else is sought, neither an assumption nor a mistake."""
    sides = lowered.kinder or lowered.sides
    for left, right in zip(sides, sides[1:], strict=False):
        if left.value is None or right.value is None:
            return False
        try:
            if not _Judge(left, right, left.value, right.value, lowered, names, "", given).is_right():
                return False
        except (BudgetExceeded, MissingRule, RecursionError, NumberTooLong):
            return False
    return len(sides) > 1


def judge_text(text: str, names: Names, layout: str) -> tuple[Lowered, Judged] | None:
    """A statement that is not in the document, among some names; None where it does not read."""
    scope = names.child()
    lowered = lower_statement(Piece(0, text), scope, layout)
    judged = judge_statement(lowered, scope)
    return None if any(d.severity == "error" for d in judged.diagnostics) else (lowered, judged)


def _told_kindly(lowered: Lowered) -> Diagnostic:
    left = lowered.kinder[0]
    free = ", ".join(f"`{i.name}`" for i in left.value.order) if left.value else ""
    message = (
        f"read with {free} free on the right as on the left, though the summation convention would sum what stands "
        "twice: a definition reads so without a notice"
    )
    return Diagnostic("EIN204", NAMES["EIN204"][1], left.span, message)


def judge(
    left: Side, right: Side, lowered: Lowered, names: Names, given: Given = (), limit: object = None
) -> tuple[Claim, list[Diagnostic]]:
    """The verdict on one `=`, and its diagnostic; `limit` is that of the time which is granted for verdicts."""
    text = f"{left.text} = {right.text}"
    if left.value is None or right.value is None:
        return Claim(right.span, text, _unread_verdict(left, right, lowered)), []
    gone = _function_gone(left.value, right.value, names)
    if gone:
        message = f"this claim is undecided: the function `{gone}` has been switched off"
        return Claim(right.span, text, "undecided"), [Diagnostic("EIN403", NAMES["EIN403"][1], right.span, message)]
    try:
        judged = _Judge(left, right, left.value, right.value, lowered, names, text, given).verdict()
        if judged[0].verdict in ("right", "undecided"):
            return judged
        # what fails of a name in general may hold of what it is
        lost = names.lost_among(left.value.term.depends | right.value.term.depends)
        if not lost:
            return judged
        message = f"this claim is undecided: the definition of `{lost}` could not be read"
        return Claim(right.span, text, "undecided"), [Diagnostic("EIN403", NAMES["EIN403"][1], right.span, message)]
    except (BudgetExceeded, MissingRule) as problem:
        code = beyond(problem) if isinstance(problem, BudgetExceeded) else "EIN403"
        message = f"this claim is undecided: {problem}"
        return Claim(right.span, text, "undecided"), [Diagnostic(code, NAMES[code][1], right.span, message)]
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
        message = f"this claim is undecided: {spent}"
        return Claim(right.span, text, "undecided"), [Diagnostic("EIN504", NAMES["EIN504"][1], right.span, message)]
    except MemoryError:
        message = f"this claim is undecided: {OUT_OF_MEMORY}"
        return Claim(right.span, text, "undecided"), [Diagnostic("EIN504", NAMES["EIN504"][1], right.span, message)]
    except RecursionError:
        message = "this claim is undecided: it is nested too deeply; define its inner parts under names"
        return Claim(right.span, text, "undecided"), [Diagnostic("EIN403", NAMES["EIN403"][1], right.span, message)]
    except NumberTooLong as problem:
        message = f"this claim is undecided: {problem}"
        return Claim(right.span, text, "undecided"), [Diagnostic("EIN403", NAMES["EIN403"][1], right.span, message)]
    except Exception as error:  # a fault of ours in one claim must not cost the file
        found = told_fault(error, right.span, "this claim is undecided: ", code="EIN403")
        return Claim(right.span, text, "undecided"), [found]


def _unread_verdict(left: Side, right: Side, lowered: Lowered) -> str:
    """The verdict on sides of which one could not be read: `shape` where shapes or indices are at odds in them.

    Beside what is not supported, or no function, that is not told: read, the sides might have other shapes.
    """
    found = [d for d in (*lowered.diagnostics, *lowered.silenced) if left.span[0] <= d.span[0] < right.span[1]]
    if any(d.code in ("EIN002", "EIN107") for d in found):
        return "undecided"
    return "shape" if any(d.severity == "error" and d.code[:4] in ("EIN2", "EIN3") for d in found) else "undecided"


def _function_gone(left: Value, right: Value, names: Names) -> str:
    """A function that was known when the statement was read, and is not any more: nothing else would say what it is."""
    for part in (p for v in (left, right) for p in v.term.walk() if isinstance(p, Apply)):
        name = shown(part.function).rstrip("'")
        if not (names.elementwise(name) or names.knows(name)):
            return name
    return ""


class _Judge:
    def __init__(
        self, left: Side, right: Side, lv: Value, rv: Value, lowered: Lowered, names: Names, text: str, given: Given
    ):
        self.left, self.right, self.lowered, self.names, self.text = left, right, lowered, names, text
        self.given, self.varied = given, False
        self.by_rows: Value | None = None
        if _is_stacked(rv):
            self.by_rows = stacked(lv, lowered.layout, by_rows=True)
            lv = stacked(lv, lowered.layout) or lv
        elif _is_stacked(lv):
            rv = stacked(rv, lowered.layout) or rv
        self.lv, self.rv = _shaped(lv, rv), _shaped(rv, lv)

    def verdict(self) -> tuple[Claim, list[Diagnostic]]:
        """The verdict; where one differentiates in what words call symmetric, only if both ways to do that agree.

        The derivative among all matrices, and the symmetrised one among symmetric matrices, are both in use.
        """
        found = self._verdict()
        names = {name for name, _ in self.given}
        if not any(
            t.tensor.name in names for v in (self.lv, self.rv) for t in v.term.walk() if isinstance(t, Derivative)
        ):
            return found
        self.varied = True
        if found[0].verdict == self._verdict()[0].verdict == "right":
            return found
        reason = "derivatives in a symmetric matrix are laid down in several ways, and they differ here"
        return self._undecided(Verdict(None, reason=reason))

    def is_right(self) -> bool:
        lv, rv = self.lv, self.rv
        conform = not lv.flexible and not rv.flexible and lv.rank == rv.rank and lv.same_layout(rv)
        return conform and self._compare(rv).equal is True

    def _verdict(self) -> tuple[Claim, list[Diagnostic]]:
        lv, rv = self.lv, self.rv
        if lv.flexible or rv.flexible:
            return self._shape("nothing says how large the two sides are")
        if lv.rank == rv.rank and lv.same_layout(rv):
            return self._same_shape()
        if rv.rank <= 2 and lv.rank == rv.rank and lv.same_layout(rv.transposed()):
            turned = rv.transposed()
            found = self._compare(turned)
            if found.equal is None:
                return self._undecided(found)
            return self._transposed() if found.equal else self._wrong(found)
        by_rows = self._stacked_by_rows()
        if by_rows is not None:
            return self._right_if(by_rows)
        return self._shape(f"the left side is {_shape(lv)} and the right side is {_shape(rv)}")

    def _reduce(self, term: Term) -> Term:
        """A term that is worked out, where what is given holds: of the variables too, if they are `varied` within it."""
        if not self.given:
            return _reduce(term)
        if self.varied:
            term = held(expand_definitions(term), [g for g in self.given if g[1] in ("symmetric", "positive-definite")])
        return normal_form(held(_reduce(term), self.given))

    def _stacked_by_rows(self) -> Assumption | None:
        """Is the claim true in the other habit, where `vec` puts the rows of a matrix behind one another?"""
        if self.by_rows is None or not self.by_rows.same_layout(self.rv):
            return None
        left, right = self._reduce(self.by_rows.term), self._reduce(self.rv.on(self.by_rows.axes))
        if compare(left, right, self.by_rows.plain_axes, function_value).equal:
            return Assumption("vec stacks rows", lambda term: term)
        return None

    def _axes(self, value: Value) -> tuple[Index, ...]:
        return (*value.order, *value.plain_axes)

    def _compare(self, right: Value) -> Verdict:
        a = self.lv.term
        b = right.on(self.lv.axes)
        axes = tuple(dict.fromkeys((*self.lv.order, *right.order, *self.lv.plain_axes)))
        return compare(self._reduce(a), self._reduce(b), axes, function_value)

    def _same_shape(self) -> tuple[Claim, list[Diagnostic]]:
        found = self._compare(self.rv)
        if found.equal:
            return Claim(self.right.span, self.text, "right"), []
        if found.equal is None:
            return self._undecided(found)
        unknown = self._unknown_sizes()
        if unknown:
            return self._size_missing(unknown)
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

    def _unknown_sizes(self) -> list[str]:
        """Indices of no declared size whose size matters as a number: a refutation would rest on a guess."""
        parts = (p for v in (self.lv, self.rv) for p in normal_form(v.term).walk())
        return sorted({str(p.dim) for p in parts if isinstance(p, Size) and p.dim.inferred})

    def _size_missing(self, indices: list[str]) -> tuple[Claim, list[Diagnostic]]:
        """Nothing has an axis for those indices; written with a bound, the claim may be right, and that is offered where it is."""
        several = len(indices) > 1
        named = f"ind{'ices' if several else 'ex'} {' and '.join(f'`{i}`' for i in indices)}"
        far = "they run" if several else "it runs"
        why = f"no array gives {named} an axis here, so nothing says how far {far}"
        claim, _ = self._undecided(Verdict(None))
        found = self._bounded(indices)
        if found is None:
            dim = next(iter(self._named_sizes()), "n")
            reason = f"{why}: write the bound, as in `∑_{{{indices[0]}=1}}^{dim}`"
            return self._undecided(Verdict(None, reason=reason))
        side, text = found
        message = f"this claim is undecided: {why}; with the bound, as `{text}`, it is right"
        fix = Fix(f"write `{text}`", side.span, text)
        return claim, [Diagnostic("EIN403", NAMES["EIN403"][1], side.span, message, (fix,))]

    def _bounded(self, indices: list[str]) -> tuple[Side, str] | None:
        """The side that lacks bounds, with such as make the claim right; None where none do."""
        for side, other in ((self.left, self.right), (self.right, self.left)):
            places = dict.fromkeys((0, *(m.start() for m in re.finditer(r"δ_|delta_", side.text))))
            for dims in itertools.product(self._named_sizes(), repeat=len(indices)):
                signs = " ".join(f"∑_{{{i}=1}}^{dim}" for i, dim in zip(indices, dims, strict=True))
                for place in places:
                    text = f"{side.text[:place]}{signs} {side.text[place:]}"
                    scope = self.names.child()
                    tried = lower_statement(Piece(0, f"{text} = {other.text}"), scope, self.lowered.layout)
                    if tried.kind == "claim" and not tried.kinder and are_right(tried, scope):
                        return side, text
        return None

    def _named_sizes(self) -> list[str]:
        """The declared dimensions that the claim names as numbers."""
        parts = (p for v in (self.lv, self.rv) for p in v.term.walk())
        return sorted({str(p.dim) for p in parts if isinstance(p, Size) and not p.dim.inferred})

    def _reduced(self, right: Value) -> tuple[Term, Term]:
        """Both sides on one set of axes, derivatives carried out and definitions put in."""
        return self._reduce(self.lv.term), self._reduce(right.on(self.lv.axes))

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
                and equal(self._reduce(value.on(self.lv.axes)))
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
        undeclared = "" if "=" in assumption.text or assumption.text.startswith("vec") else ", which is not declared"
        message = f"right only if {assumption.sentence()}{undeclared}; in general it is `{derived}`"
        claim = Claim(self.right.span, self.text, "right_if", assumption.text, derived)
        return claim, self._diagnostic("EIN405", message, self._replacement(derived))

    def _undecided(self, found: Verdict) -> tuple[Claim, list[Diagnostic]]:
        code = "EIN504" if found.too_large else "EIN403"
        return Claim(self.right.span, self.text, "undecided"), self._diagnostic(
            code, f"this claim is undecided: {found.reason}"
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
    before = None
    while term is not before and not is_deep(term):
        before, term = term, normal_form(expand_definitions(term))
    return _without_defined_derivatives(term) if is_deep(term) else term


def _without_defined_derivatives(term: Term) -> Term:
    """Definitions that stay have their derivatives carried out: `δ = ∇_z L` is no difference quotient where it is evaluated."""
    made: dict[Tensor, Tensor] = {}
    for tensor in sorted((t for t in term.depends if t.definition is not None), key=lambda t: (len(t.depends), t.key)):
        assert tensor.definition is not None
        places, body = build.open_abstraction(tensor.definition)
        worked = normal_form(replace_tensors(body, made))
        if worked is not body:
            definition = build.abstraction(places, worked)
            made[tensor] = Tensor(tensor.name, tensor.dims, tensor.properties, definition)
    return replace_tensors(term, made)
