"""A verdict in words: the claim, and the diagnostic with its fix."""

from __future__ import annotations

import re
from typing import Any

from ..deriving.readback import verified_matrix
from ..deriving.reducing import shortest
from ..lowering.lowered import Side
from ..lowering.report import NAMES, Diagnostic, Fix
from ..lowering.values import Value
from ..meaning.equality import Verdict
from ..notation.gathering import gathered
from ..notation.index_form import free_names, index_form
from ..rules.engine import normal_form
from ..terms.term import Derivative, Term, has_head
from .assumptions import Assumption
from .claims import Claim
from .comparison import Comparison
from .mistakes import Mistake

Told = tuple[Claim, list[Diagnostic]]


def text_of(term: Term, compared: Comparison) -> str:
    """A term over the axes of the left side, as a matrix where there is one."""
    left = compared.left_value
    if left.rank <= 2 and not left.order:
        try:
            matrix = verified_matrix(term, left, compared.names)
        except RecursionError:
            matrix = None
        if matrix is not None:
            return matrix
    return index_form(gathered(term), free_names(compared.axes))


def _derived(compared: Comparison) -> str:
    """What the left side is, in the notation of the right side."""
    term = compared.left_value.term
    return text_of(shortest(normal_form(term), term), compared)


def _told(compared: Comparison, code: str, message: str, derived: str | None = None) -> list[Diagnostic]:
    """A diagnostic at the right side; what is `derived` is offered in its place."""
    fixes = () if derived is None else _replacement(compared, derived)
    return [Diagnostic(code, NAMES[code][1], compared.right.span, message, fixes)]


def _replacement(compared: Comparison, derived: str) -> tuple[Fix, ...]:
    lowered, span = compared.lowered, compared.right.span
    if " where " in derived:  # it names parts for the whole statement, so it must stand last and be new
        named = derived.split(" where ")[1].split(" =")[0]
        last = lowered.sides[-1].span == span
        if not last or re.search(rf"\b{named}\b", lowered.text) or " where " in lowered.text:
            return ()
    return (Fix(f"write `{derived}`", span, derived),)


def _claim(compared: Comparison, verdict: str, **more: Any) -> Claim:
    return claim_of(compared.left, compared.right, verdict, **more)


def claim_of(left: Side, right: Side, verdict: str, **more: Any) -> Claim:
    return Claim(right.span, f"{left.text} = {right.text}", verdict, **more)


def told_undecided(left: Side, right: Side, reason: object, code: str = "EIN403") -> Told:
    message = f"this claim is undecided: {reason}"
    return claim_of(left, right, "undecided"), [Diagnostic(code, NAMES[code][1], right.span, message)]


def told_unequal(compared: Comparison, found: Verdict) -> Told:
    """Undecided, since nothing shows that the sides are equal, or that they differ."""
    return told_undecided(compared.left, compared.right, found.reason, "EIN504" if found.too_large else "EIN403")


def told_right(compared: Comparison) -> Told:
    return _claim(compared, "right"), []


def told_transposed(compared: Comparison) -> Told:
    derived = _derived(compared)
    left, right = compared.left, compared.right
    message = (
        f"right but for a transpose: in {compared.lowered.layout} layout `{left.text}` is {_shape(compared.left_value)}, "
        f"and `{right.text}` is {_shape(compared.right_value)}; write `{derived}`"
    )
    return _claim(compared, "transposed", derived=derived), _told(compared, "EIN402", message, derived)


def told_wrong(compared: Comparison, found: Verdict, mistake: Mistake | None = None) -> Told:
    derived = _derived(compared)
    example = found.counterexample.describe() if found.counterexample else None
    plain = not has_head(compared.left_value.term, Derivative) and not compared.lowered.tensor
    message = f"`{compared.left.text}` is {'' if plain else f'`{derived}`, '}not `{compared.right.text}`"
    if mistake is not None:
        message += f"; {mistake.words}"
    if example:
        message += f": {example}"
    is_slip = mistake is not None and mistake.is_slip
    claim = _claim(compared, "wrong", derived=derived, counterexample=example, is_slip=is_slip)
    return claim, _told(compared, "EIN401", message, derived)


def told_right_if(compared: Comparison, assumption: Assumption) -> Told:
    derived = _derived(compared)
    undeclared = "" if "=" in assumption.text or assumption.text.startswith("vec") else ", which is not declared"
    message = f"right only if {assumption.sentence()}{undeclared}; in general it is `{derived}`"
    claim = _claim(compared, "right_if", assumption=assumption.text, derived=derived)
    return claim, _told(compared, "EIN405", message, derived)


def told_shapes(compared: Comparison) -> Told:
    """The two sides have other shapes, or none that is known."""
    left, right = compared.left_value, compared.right_value
    if left.flexible or right.flexible:
        reason = "nothing says how large the two sides are"
    else:
        reason = f"the left side is {_shape(left)} and the right side is {_shape(right)}"
    derived = None if left.flexible else _derived(compared)
    message = f"{reason}, and no transpose mends it" + (f"; the left side is `{derived}`" if derived else "")
    return _claim(compared, "shape", derived=derived), _told(compared, "EIN404", message)


def told_unbounded(compared: Comparison, indices: list[str], dim: str, bound: tuple[Side, str] | None) -> Told:
    """Undecided, since nothing has an axis for those indices; with a side that has a bound, where one makes the claim right.

    Else `dim` stands in the bound that the message gives as an example.
    """
    several = len(indices) > 1
    named = f"ind{'ices' if several else 'ex'} {' and '.join(f'`{i}`' for i in indices)}"
    far = "they run" if several else "it runs"
    why = f"no array gives {named} an axis here, so nothing says how far {far}"
    if bound is None:
        reason = f"{why}: write the bound, as in `∑_{{{indices[0]}=1}}^{dim}`"
        return told_undecided(compared.left, compared.right, reason)
    side, text = bound
    message = f"this claim is undecided: {why}; with the bound, as `{text}`, it is right"
    fix = Fix(f"write `{text}`", side.span, text)
    return _claim(compared, "undecided"), [Diagnostic("EIN403", NAMES["EIN403"][1], side.span, message, (fix,))]


def _shape(value: Value) -> str:
    return value.shape_text() if value.rank else "a number"
