"""The verdict on one value that is returned as a derivative."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..deriving.readback import function_value
from ..judging.assumptions import Assumption, candidates
from ..judging.mistakes import find_mistake
from ..meaning.equality import Verdict, agree, are_equal, compare
from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..terms import build
from ..terms.bounds import NumberTooLong
from ..terms.dimension import Index, fresh_index
from ..terms.interruption import in_polls
from ..terms.term import Product, Sum, Term
from .allowing import (
    Allowing,
    compared,
    fits_thinly,
    is_guard,
    is_made_symmetric,
    is_said_symmetric,
    is_symmetric_by_name,
    says_more_of_symmetric,
)
from .comparing import differ_grossly, fresh_axes, is_of_entries, normalised, of_zeros_and_ones, unguarded, weighed
from .labelling import labels_in
from .module import Module
from .pairs import Pair
from .results import Result, Told
from .runs import Claimed, Paths, Unreadable
from .values import Array, Axis
from .writing import expression

# how long it is sought what makes a wrong value right, and what is wrong with it
MOST_POLLS = 10000
_FAILURES = (MissingRule, BudgetExceeded, NumberTooLong, RecursionError, ZeroDivisionError)


class Judge(Allowing):
    """One value, as the derivative in one parameter."""

    def __init__(
        self, module: Module, pair: Pair, paths: Paths, claimed: Claimed, parameter: str, lightly: bool = False
    ):
        self.module, self.pair, self.paths, self.claimed, self.parameter = module, pair, paths, claimed, parameter
        self.value, self.lightly = claimed.value, lightly
        self.is_elementwise = False
        self.is_flat = False  # is the derivative 0?
        self._left: Term | None = None  # the derivative, once it has been worked out
        if not parameter:  # a tangent
            self.wanted: tuple[Axis, ...] = paths.output.axes
            return
        self.tensor, array = paths.parameters[parameter]
        output = paths.output
        if pair.order == 2:
            self.wanted = (*fresh_axes(array.axes), *fresh_axes(array.axes))
        elif paths.cotangent is not None or not output.rank:
            self.wanted = fresh_axes(array.axes)
        elif (
            self.value.rank == output.rank and self._same(output.axes) and sizes_of(array.axes) == sizes_of(output.axes)
        ):
            self.is_elementwise = True
            self.wanted = fresh_axes(output.axes)
        else:
            self.wanted = (*fresh_axes(output.axes), *fresh_axes(array.axes))

    def _same(self, axes: Sequence[Axis]) -> bool:
        return sizes_of(axes) == sizes_of(self.value.axes)

    def fits(self) -> bool:
        return self._same(self.wanted)

    def is_right(self) -> bool:
        """Is it right, as far as a few points tell?"""
        given, self.lightly = (self.paths, self.value, self.lightly), True
        try:
            return self.result().verdict == "right"
        except Unreadable:
            return False
        finally:
            self.paths, self.value, self.lightly = given  # with the small numbers that it was read without

    def result(self) -> Result:
        if not self.fits():
            return self._misfit()
        unread = next((o for o, _ in self.paths.besides if o.term is None), None)
        if unread is not None:
            raise Unreadable(f"`{self.pair.name}` is not read: {unread.why or 'one of several things that it gives'}")
        if self.paths.output.term is None:
            raise Unreadable(f"`{self.pair.name}` is not read: {self.paths.output.why or 'something in it'}")
        if self.value.term is None:
            raise Unreadable(f"`{self.pair.backward.name}` is not read: {self.value.why or 'something in it'}")
        try:
            return self._verdict()
        except _FAILURES as problem:
            return self._undecided(str(problem) or "it is nested too deeply")

    def _misfit(self) -> Result:
        arrays = self.paths.arrays
        have, want = (arrays.shape_text(Array(tuple(a))) for a in (self.value.axes, self.wanted))
        pairs = zip(self.value.axes, self.wanted, strict=False)
        unsure = any(_is_number(a) != _is_number(b) for a, b in pairs if a and b)
        if "?" in have + want or (unsure and self.value.rank == len(self.wanted)):
            raise Unreadable("its shape is not known")
        if self.parameter in self.paths.free and fits_thinly(sizes_of(self.value.axes), sizes_of(self.wanted)):
            return replace(self._undecided("nothing says whether an axis of the argument has length 1"), thin=True)
        is_jacobian = self.paths.output.rank and self.paths.cotangent is None
        if self.pair.kind == "plain" and is_jacobian and self.value.rank != len(self.wanted):
            raise Unreadable("a Jacobian is written in more shapes than one")
        derived = None
        if self.paths.output.term is not None:
            try:
                derived = self._text(normal_form(self._derivative()))
            except _FAILURES:
                derived = None
        words = f"this has shape {have}, and the derivative in `{self.parameter}` has {want}"
        return Result(self.claimed.node, self.parameter, "shape", derived=derived, words=words)

    # the derivative

    def _derivative(self) -> Term:
        """Over the wanted axes."""
        output = self.paths.output
        assert output.term is not None
        if not self.parameter:
            return self._tangent()
        indices = tuple(i for axis in self.wanted for i in axis)
        if self.pair.order == 2:
            half = len(indices) // 2
            inner = build.derivative(output.term, self.tensor, indices[:half])
            return build.derivative(inner, self.tensor, indices[half:])
        if self.paths.cotangent is not None:
            every = [(output, self.paths.cotangent), *self.paths.besides]
            return build.derivative(build.add(*(weighed(o, a) for o, (_, a) in every)), self.tensor, indices)
        if not output.rank:
            return build.derivative(output.term, self.tensor, indices)
        if self.is_elementwise:
            # ∂out_i/∂x_j = δ_ij g_i where each entry is a function of its own; that is looked at beside
            own = tuple(fresh_index(i.dim) for i in output.indices)
            moved = build.substitute(output.term, dict(zip(output.indices, indices, strict=True)))
            whole = build.derivative(moved, self.tensor, own)
            return build.substitute(normal_form(whole), dict(zip(own, indices, strict=True)))
        count = len(output.indices)
        moved = build.substitute(output.term, dict(zip(output.indices, indices[:count], strict=True)))
        return build.derivative(moved, self.tensor, indices[count:])

    def _tangent(self) -> Term:
        output = self.paths.output
        assert output.term is not None
        parts = []
        for name, (tensor, _) in self.paths.parameters.items():
            if name.endswith("_dot") or f"{name}_dot" not in self.paths.parameters:
                continue
            tangent = self.paths.parameters[f"{name}_dot"][1]
            assert tangent.term is not None
            parts.append(
                build.product([build.derivative(output.term, tensor, tangent.indices), tangent.term], tangent.indices)
            )
        return build.add(*parts)

    def _crosses(self) -> bool:
        """Does an entry of the output depend on others than its own of the input?"""
        output = self.paths.output
        assert output.term is not None
        own = tuple(fresh_index(i.dim) for i in output.indices)
        whole = normal_form(build.derivative(output.term, self.tensor, own))
        deltas = [build.delta(a, b) for a, b in zip(output.indices, own, strict=True)]
        summands = whole.terms if isinstance(whole, Sum) else (whole,)
        if all(isinstance(t, Product) and set(deltas) <= set(t.factors) for t in summands) or whole in deltas:
            return False
        on_diagonal = build.substitute(whole, dict(zip(own, output.indices, strict=True)))
        alone = normal_form(build.product([on_diagonal, *deltas]))
        return not agree(whole, alone, (*output.indices, *own), function_value)

    # the verdict

    def _verdict(self) -> Result:
        axes = tuple(i for axis in self.wanted for i in axis)
        left = self._left = self._left or self._worked_out(self._derivative())
        self.is_flat = left is build.ZERO
        names = dict(zip(self.value.indices, axes, strict=True))
        assert self.value.term is not None
        right = self._worked_out(build.substitute(self.value.term, dict(names)))
        of_labels = bool(labels_in(left, right))  # which nothing of the file names
        left, right, found = compared(left, right, axes, self.lightly, bool(self.pair.lengths))
        if found.equal is False and (bare := self._without_guards(axes)) is not None:
            left, right, found = compared(*bare, axes, self.lightly, bool(self.pair.lengths))
        if found.equal is False and self.claimed.where is not None:
            where = self.claimed.where.term
            if where is None:
                return self._undecided("the condition under which it is returned is not read")
            if are_equal(where, build.ZERO, tuple(sorted(where.free, key=lambda i: i.key)), function_value):
                return self._undecided("the condition under which it is returned is not met")
            left, right = (normal_form(build.product([where, t])) for t in (left, right))
            left, right, found = compared(left, right, axes, self.lightly, bool(self.pair.lengths))
        if self.lightly and not found.equal:
            return Result(self.claimed.node, self.parameter, "wrong")
        if found.equal and self.is_elementwise and self._crosses():
            words = "it is the diagonal alone of a Jacobian that has other entries, too"
            return Result(self.claimed.node, self.parameter, "wrong", words=words)
        if found.equal:
            return Result(
                self.claimed.node, self.parameter, "right", part=self.parameter in self.paths.derived, flat=self.is_flat
            )
        if found.equal is None:
            return self._undecided(found.reason)
        if self.paths.rough and not differ_grossly(left, right, axes):
            return self._undecided("the sides agree to the digits of the decimal fractions in them")
        if right is build.ZERO or self.is_replaced(left):
            return self._undecided(
                "it stands for another derivative on purpose, it seems; `# einsight: surrogate` says so"
            )
        derived = lambda: self._text(left) if not of_labels else None  # noqa: E731
        assumption = self._assumption(left, right, axes)
        if (
            assumption is not None
            and assumption.text.endswith(" symmetric")
            and (
                is_said_symmetric(self.pair, self.module)
                or is_symmetric_by_name(assumption.text)
                or is_made_symmetric(self.pair, assumption.text.split()[0])
            )
        ):
            return Result(self.claimed.node, self.parameter, "right", assumption.text)
        if assumption is not None and is_of_entries(assumption) and self.is_said_of_entries(assumption.text):
            return Result(self.claimed.node, self.parameter, "right", assumption.text)
        if assumption is not None and is_of_entries(assumption):
            return self._undecided(f"it is right if {assumption.sentence()}")
        if assumption is not None and self.is_positive_number(assumption):
            return Result(self.claimed.node, self.parameter, "right", assumption.text)
        if assumption is not None:
            words = assumption.sentence()
            general: Callable[[], Told] = lambda: (derived(), None, words)  # noqa: E731
            return Result(self.claimed.node, self.parameter, "right_if", assumption.text, words=words, more=general)
        count = self.as_count(left, right, axes)
        if count:
            return Result(self.claimed.node, self.parameter, "right", count)
        if self.pair.kind == "both" and self.is_of_each(left, right, axes):
            return self._undecided("it is right of the sum over the entries, of which the value is the mean")
        if self.is_of_few_entries(left, right, axes):
            return self._undecided("it is right where the argument has no more entries than the function names")
        if self.is_of_parts(axes, right):
            return self._undecided("it is some of the terms of the function itself, and no derivative")
        if self.is_of_output(axes, left):
            return self._undecided("it is right of what the function gives, in the place of its argument")
        if says_more_of_symmetric(self.pair, self.module):
            return self._undecided("the documentation says more of its arguments than is read")
        more = lambda: (derived(), self._example(left, right, axes), self._mistake(left, right, axes))  # noqa: E731
        return Result(self.claimed.node, self.parameter, "wrong", more=more)

    def _worked_out(self, term: Term) -> Term:
        """Its normal form; of loops that are long the term itself, which is evaluated as it stands."""
        try:
            return normal_form(term)
        except BudgetExceeded:
            if not self.pair.lengths:
                raise
            return term

    def _example(self, left: Term, right: Term, axes: tuple[Index, ...]) -> str | None:
        found = compare(left, right, axes, function_value).counterexample
        return found.describe() if found is not None else None

    def _undecided(self, words: str) -> Result:
        return Result(self.claimed.node, self.parameter, "undecided", words=words)

    def _without_guards(self, axes: tuple[Index, ...]) -> tuple[Term, Term] | None:
        """Both sides without the small numbers that keep others from 0; None where there are none."""
        output, value = self.paths.output, self.value
        assert output.term is not None and value.term is not None
        small = frozenset(t for n, (t, a) in self.paths.parameters.items() if not a.rank and is_guard(self.pair, n))
        made = [unguarded(t, small) for t in (output.term, value.term)]
        if made[0] is output.term and made[1] is value.term:
            return None
        self.paths = replace(self.paths, output=replace(output, term=made[0]))
        self.value = Array(value.axes, value.open, made[1], value.why)
        names = dict(zip(self.value.indices, axes, strict=True))
        return normal_form(self._derivative()), normal_form(build.substitute(made[1], dict(names)))

    def _assumption(self, left: Term, right: Term, axes: tuple[Index, ...]) -> Assumption | None:
        """What makes it right; not sought for long but among what the documentation speaks of."""
        variables = frozenset(t for t, _ in self.paths.parameters.values())
        cotangent = frozenset({self.paths.cotangent[0]} if self.paths.cotangent else ())
        own = self.tensor if self.parameter else None
        general = candidates((left, right), variables | cotangent)
        claimed = {c.parameter for c in self.paths.claimed}
        varied = frozenset(t for n, (t, _) in self.paths.parameters.items() if n in claimed) | cotangent
        of_entries = itertools.chain(normalised((left, right), varied), of_zeros_and_ones((left, right), own))
        if is_said_symmetric(self.pair, self.module):
            return self._making_right(general, left, right) or self._making_right(of_entries, left, right)
        found = in_polls(MOST_POLLS, lambda: self._making_right(general, left, right), None)
        return found or self._making_right(of_entries, left, right)

    def _making_right(self, assumptions: Iterable[Assumption], left: Term, right: Term) -> Assumption | None:
        for assumption in assumptions:
            if " = " in assumption.text and not is_of_entries(assumption):
                continue  # that two lengths are equal is nothing that code may rest on
            try:
                changed = [assumption.change(t) for t in (left, right)]
                if self._compared_over(changed, 1).equal is False:
                    continue  # at the first point
                changed = [normal_form(t) for t in changed]
                whole = self._compared_over(changed, 4).equal is True
                if whole and self._compared_over([changed[0], build.ZERO], 4).equal is not True:
                    return assumption
            except _FAILURES:
                continue
        return None

    def _compared_over(self, sides: Sequence[Term], points: int) -> Verdict:
        """Both over their own indices."""
        free = tuple(dict.fromkeys(i for t in sides for i in sorted(t.free, key=lambda i: i.key)))
        return compare(sides[0], sides[1], free, function_value, points=points, example=False, thorough=points > 1)

    def _mistake(self, left: Term, right: Term, axes: tuple[Index, ...]) -> str:
        def equal(term: Term) -> bool:
            return are_equal(left, normal_form(term), axes, function_value)

        def find() -> str:
            found = find_mistake(left, right, axes, "", equal, lambda text: None, lambda value: None, self._text)
            return found.words if found is not None else ""

        try:
            return in_polls(MOST_POLLS, find, "")
        except _FAILURES:
            return ""

    def _text(self, term: Term) -> str | None:
        if any(len(axis) > 1 for axis in self.wanted):
            return None
        axes = tuple(i for axis in self.wanted for i in axis)
        if any(not axis for axis in self.wanted) or labels_in(term):
            return None  # no name stands for the rows of labels
        try:
            return expression(term, axes, self.paths.names, self.paths.locals, self.module)
        except _FAILURES:
            return None


def _is_number(axis: Axis) -> bool:
    return all(isinstance(i.dim.value, int) for i in axis)


def sizes_of(axes: Sequence[Axis]) -> list[list[object]]:
    return [[i.dim for i in axis] for axis in axes]
