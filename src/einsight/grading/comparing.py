"""The verdict on an answer: two values over one set of names, the reference's and the answer's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..judging.comparison import Comparison, comparison
from ..judging.judge import BY_ROWS, assumption_for, mistake_in
from ..lowering.lowered import Lowered
from ..lowering.lowered import Side as Written
from ..lowering.values import Value
from ..meaning.equality import Verdict
from ..terms.interruption import within
from .freedoms import WORDS, freedom_of
from .reading import Side, as_array, ordered

# seconds for what is wrong in words, beside the verdict
FOR_WORDS = 1.0


@dataclass(frozen=True)
class Found:
    """A verdict with what there is to say; `words` says where the two part, and is sought when somebody asks."""

    verdict: str
    reason: str = ""
    assumption: str | None = None
    counterexample: str | None = None
    words: Callable[[], str] | None = None


def conform(left: Value, right: Value) -> bool:
    """Have the two one shape, or is one the other's transpose?"""
    if left.flexible or right.flexible or _is_plain(left) or _is_plain(right):
        return True
    left, right = _alike(left, right)
    return left.rank == right.rank and (left.same_layout(right) or left.same_layout(right.transposed()))


def _is_plain(value: Value) -> bool:
    return not value.rank and not value.order and getattr(value.term, "value", None) in (0, 1)


def _alike(left: Value, right: Value) -> tuple[Value, Value]:
    """Both as arrays; indices that both have keep the order of the left side's."""
    if left.order and right.order and {i.name for i in left.order} == {i.name for i in right.order}:
        right = ordered(right, tuple(i.name for i in left.order))
    left, right = as_array(left), as_array(right)
    if left.rank == right.rank == 1:  # a component says nothing of how a vector lies
        return left, right
    return left, right


@dataclass(frozen=True)
class Terms:
    """On which two values are compared: a layout, the freedoms that are granted, and what a constant must not depend on.

    quantity  is `σ` a quantity, and not the sigmoid?
    sides     how the two are called in words
    """

    layout: str
    up_to: tuple[str, ...] = ()
    variable: str | None = None
    quantity: bool = False
    sides: tuple[str, str] = ("the reference", "the answer")


def compared(reference: Side, answer: Side, on: Terms) -> Found:
    """The verdict.  What takes too long raises OutOfTime, what no rule covers MissingRule."""
    of_indices = bool(reference.value.order) != bool(answer.value.order)
    left, right = _alike(reference.value, answer.value)
    if of_indices and left.rank == right.rank == 1:  # a component says nothing of how a vector lies
        right = replace(right, row=left.row)
    if left.flexible and left.flexible == right.flexible and left.term is right.term:
        return Found("equal")
    sides = Written(left, reference.text, (0, 0)), Written(right, answer.text, (0, 0))
    lowered = Lowered("claim", answer.text, on.layout, sides=sides)
    pair = comparison(*sides, lowered, answer.names, ())
    left, right = pair.left_value, pair.right_value
    if left.flexible or right.flexible:
        return Found("undecided", "nothing says how large the two are")
    turned = right.rank in (1, 2) and left.rank == right.rank and left.same_layout(right.transposed())
    if not pair.conforms:
        if turned:
            return _of_turned(pair, pair.found(right.transposed()), on)
        if pair.is_right_by_rows():
            return Found("equal_if", "right only if vec stacks rows", BY_ROWS.text)
        return Found("shape", f"{on.sides[1]} is {_shape(right)}, and it should be {_shape(left)}")
    found = pair.found(right)
    if found.equal:
        return Found("equal")
    if found.equal is None:
        return Found("undecided", found.reason)
    if freedoms := freedom_of(pair, on.up_to, on.variable):
        return Found("equal", f"right up to {' and '.join(WORDS[f] for f in freedoms)}")
    if turned and right.rank == 2:
        again = pair.found(right.transposed())
        if again.equal:
            return _of_turned(pair, again, on)
    assumption = BY_ROWS if pair.is_right_by_rows() else assumption_for(pair)
    if assumption is not None:
        return Found("equal_if", f"right only if {assumption.sentence()}", assumption.text, _example(found, on))
    return Found("different", counterexample=_example(found, on), words=lambda: _mistake(pair))


def _of_turned(pair: Comparison, found: Verdict, on: Terms) -> Found:
    if found.equal:
        return Found("transposed", f"right but for a transpose: it should be {_shape(pair.left_value)}")
    if found.equal is None:
        return Found("undecided", found.reason)
    turned = replace(pair, right_value=pair.right_value.transposed())
    reason = f"{on.sides[1]} is {_shape(pair.right_value)}, and it should be {_shape(pair.left_value)}"
    return Found("different", reason, counterexample=_example(found, on), words=lambda: _mistake(turned))


def _example(found: Verdict, on: Terms) -> str | None:
    example = found.counterexample
    return example.describe(*on.sides) if example is not None else None


def _mistake(pair: Comparison) -> str:
    """Where the two part, in words; empty where no small change mends it within a second."""
    from ..terms.interruption import OutOfTime

    try:
        with within(FOR_WORDS):
            mistake = mistake_in(pair)
    except (OutOfTime, MemoryError, RecursionError):
        return ""
    return mistake.words if mistake is not None else ""


def _shape(value: Value) -> str:
    return value.shape_text() if value.rank else "a number"
