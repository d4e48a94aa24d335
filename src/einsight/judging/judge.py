"""The verdict on every `=` of a statement.

A verdict is `right` only where the two sides are one canonical form or agree at every random point, and
`wrong` only with a point at which they differ; everything else is `undecided`, with the reason.
"""

from __future__ import annotations

from ..deriving.answering import OUT_OF_MEMORY, beyond
from ..deriving.readback import function_value, read_value
from ..lowering.lowered import Lowered, Side
from ..lowering.names import Names
from ..lowering.report import NAMES, Diagnostic, told_fault
from ..lowering.statements import lower_statement
from ..lowering.values import Value
from ..meaning.equality import are_equal
from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..syntax.statements import Piece
from ..terms import build
from ..terms.bounds import NumberTooLong
from ..terms.interruption import OutOfTime, within
from ..terms.term import Apply, Derivative, Tensor, Term
from ..terms.unknown import shown
from .assumptions import SCALED, Assumption, candidates
from .claims import Claim, Judged
from .comparison import Comparison, Given, comparison
from .mistakes import Mistake, find_mistake
from .unbounded import named_sizes, unbounded, with_bounds
from .wording import (
    Told,
    claim_of,
    text_of,
    told_right,
    told_right_if,
    told_shapes,
    told_transposed,
    told_unbounded,
    told_undecided,
    told_unequal,
    told_wrong,
)

BY_ROWS = Assumption("vec stacks rows", lambda term: term)


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


def judge(left: Side, right: Side, lowered: Lowered, names: Names, given: Given = (), limit: object = None) -> Told:
    """The verdict on one `=`, and its diagnostic; `limit` is that of the time which is granted for verdicts."""
    if left.value is None or right.value is None:
        return claim_of(left, right, _unread_verdict(left, right, lowered)), []
    gone = _function_gone(left.value, right.value, names)
    if gone:
        return told_undecided(left, right, f"the function `{gone}` has been switched off")
    try:
        judged = _verdict(comparison(left, right, lowered, names, given))
        if judged[0].verdict in ("right", "undecided"):
            return judged
        # what fails of a name in general may hold of what it is
        lost = names.lost_among(left.value.term.depends | right.value.term.depends)
        if not lost:
            return judged
        return told_undecided(left, right, f"the definition of `{lost}` could not be read")
    except BudgetExceeded as problem:
        return told_undecided(left, right, problem, beyond(problem))
    except (MissingRule, NumberTooLong) as problem:
        return told_undecided(left, right, problem)
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
        return told_undecided(left, right, spent, "EIN504")
    except MemoryError:
        return told_undecided(left, right, OUT_OF_MEMORY, "EIN504")
    except RecursionError:
        return told_undecided(left, right, "it is nested too deeply; define its inner parts under names")
    except Exception as error:  # a fault of ours in one claim must not cost the file
        found = told_fault(error, right.span, "this claim is undecided: ", code="EIN403")
        return claim_of(left, right, "undecided"), [found]


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


def _verdict(compared: Comparison) -> Told:
    """The verdict; where one differentiates in what words call symmetric, only if both ways to do that agree.

    The derivative among all matrices, and the symmetrised one among symmetric matrices, are both in use.
    """
    found = _verdict_as_given(compared)
    names = {name for name, said in compared.given if said not in SCALED}
    if not names or not any(t.name in names for t in _variables(compared)):
        return found
    if found[0].verdict == _verdict_as_given(compared.while_varied())[0].verdict == "right":
        return found
    reason = "derivatives in a symmetric matrix are laid down in several ways, and they differ here"
    return told_undecided(compared.left, compared.right, reason)


def _variables(compared: Comparison) -> frozenset[Tensor]:
    """What something is differentiated in."""
    return frozenset(
        t.tensor
        for side in (compared.left_value, compared.right_value)
        for t in side.term.walk()
        if isinstance(t, Derivative)
    )


def _verdict_as_given(compared: Comparison) -> Told:
    left, right = compared.left_value, compared.right_value
    if left.flexible or right.flexible:
        return told_shapes(compared)
    if compared.conforms:
        return _verdict_on_one_shape(compared)
    if right.rank <= 2 and left.rank == right.rank and left.same_layout(right.transposed()):
        found = compared.found(right.transposed())
        if found.equal is None:
            return told_unequal(compared, found)
        return told_transposed(compared) if found.equal else told_wrong(compared, found)
    return told_right_if(compared, BY_ROWS) if compared.is_right_by_rows() else told_shapes(compared)


def _verdict_on_one_shape(compared: Comparison) -> Told:
    left, right = compared.left_value, compared.right_value
    found = compared.found(right)
    if found.equal:
        return told_right(compared)
    if found.equal is None:
        return told_unequal(compared, found)
    indices = unbounded(compared)
    if indices:
        dim = next(iter(named_sizes(compared)), "n")
        return told_unbounded(compared, indices, dim, with_bounds(compared, indices))
    if (
        compared.differentiates
        and right.rank == 2
        and left.same_layout(right.transposed())
        and compared.found(right.transposed()).equal
    ):
        return told_transposed(compared)
    assumption = BY_ROWS if compared.is_right_by_rows() else assumption_for(compared)
    if assumption is not None:
        return told_right_if(compared, assumption)
    return told_wrong(compared, found, mistake_in(compared))


def assumption_for(compared: Comparison) -> Assumption | None:
    """The simplest assumption under which the claim is true; the derivative itself stays general."""
    left, right = compared.reduced()
    for assumption in candidates((left, right), _variables(compared)):
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


def mistake_in(compared: Comparison) -> Mistake | None:
    """The one change of the right side that would mend it."""
    left, right = compared.reduced()
    ours, theirs = compared.left_value, compared.right_value
    axes = tuple(dict.fromkeys((*compared.axes, *theirs.order)))

    def equal(term: Term) -> bool:
        return are_equal(left, normal_form(term), axes, function_value)

    def reread(text: str) -> Value | None:
        # among the names of the claim, in its layout
        keep = [i.name for i in theirs.order]
        return read_value(text, compared.names, keep=keep, layout=compared.lowered.layout)

    def fits(value: Value) -> bool:
        same = value.rank == ours.rank and value.same_layout(ours) and not value.flexible
        return (
            same
            and {i.name for i in value.order} == {i.name for i in theirs.order}
            and equal(compared.reduce(value.on(ours.axes)))
        )

    def write(term: Term) -> str | None:
        return text_of(normal_form(term), compared)

    try:
        return find_mistake(left, right, axes, compared.right.text, equal, reread, fits, write)
    except (BudgetExceeded, MissingRule, RecursionError):
        return None
