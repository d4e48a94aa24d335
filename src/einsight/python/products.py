"""Sums of products of arrays: `@` and `einsum`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ..terms import build
from ..terms.dimension import Index, fresh_index
from .axes import Axes, Misfit
from .subscripts import ELLIPSIS, Subscripts
from .values import Array, Axis


class Products(Axes):
    """Contractions.  Raises Misfit."""

    # sums and products

    def matmul(self, a: Array, b: Array) -> Array:
        """`a @ b`.  Raises Misfit."""
        for one in (a, b):
            if not one.open and not one.rank:
                raise Misfit(f"`@` takes no number: the shapes are {self.shape_text(a)} and {self.shape_text(b)}")
        if not a.rank or not b.rank or (a.open and a.rank < 2) or (b.open and b.rank < 2):
            return self.unknown()
        if a is b:
            b = self.fresh(b)
        what = f"`@` of shapes {self.shape_text(a)} and {self.shape_text(b)}: {{}} against {{}}"
        inner = a.axes[-1], b.axes[-2] if b.rank > 1 else b.axes[-1]
        shared = self.same(*inner, what.format(*map(self.size_text, inner)))
        left, right = a.axes[-2:-1] if a.rank > 1 else (), b.axes[-1:] if b.rank > 1 else ()
        stacks = [Array(x.axes[:-2], x.open) for x in (a, b)]
        lead = self.broadcast(stacks) if any(s.axes for s in stacks) else ()
        is_open = a.open or b.open
        if not self.with_terms:
            return Array((*lead, *left, *right), is_open)
        b = self.fresh(b) if set(a.indices) & set(b.indices) else b
        left, right = a.axes[-2:-1] if a.rank > 1 else (), b.axes[-1:] if b.rank > 1 else ()
        summed = tuple(fresh_index(i.dim) for i in shared)
        first = self.over(a, (*lead, *left, summed))
        second = self.over(b, (*lead, summed, *right) if b.rank > 1 else (summed,))
        term, why = self._term([first, second], lambda x, y: build.product([x, y], summed))
        return Array((*lead, *left, *right), is_open, term, why)

    def contract(self, operands: Sequence[Array], subscripts: Subscripts, text: Callable[[int], str]) -> Array:
        """`einsum`, in which every library broadcasts an axis of length 1.  Raises Misfit.

        `text` says what an operand is called in messages.
        """
        axes: dict[str, Axis] = {}
        whose: dict[str, int] = {}
        leads: list[Array] = []
        for number, (operand, letters) in enumerate(zip(operands, subscripts.operands, strict=True)):
            own = self._letter_axes(operand, letters, partial(text, number))
            if own is None:
                leads.append(self.unknown())
                continue
            lead, named = own
            if lead is not None:
                leads.append(lead)
            for letter, axis in named:
                if letter not in axes:
                    axes[letter], whose[letter] = axis, number
                    continue
                met = (letter, axes[letter], whose[letter], axis, number)
                axes[letter] = self.beside(axes[letter], axis, partial(self._letter_told, text, *met))
        lead_axes = self.broadcast(leads) if leads else ()
        for letter in (x for part in (*subscripts.operands, subscripts.output) for x in part if x != ELLIPSIS):
            if letter not in axes:
                axes[letter] = self.unknown_axis(letter)
        new = {x: tuple(fresh_index(self.sizes.find(i.dim)) for i in axis) for x, axis in axes.items()}
        front = tuple(tuple(fresh_index(i.dim) for i in axis) for axis in lead_axes)
        is_open = any(a.open for a in leads)
        output = tuple(a for x in subscripts.output for a in (front if x == ELLIPSIS else (new[x],)))
        if not self.with_terms:
            return Array(output, is_open and ELLIPSIS in subscripts.output)
        if is_open:
            return Array(output, ELLIPSIS in subscripts.output, why="an operand of which the shape is not known")
        kept = {i for axis in output for i in axis}
        summed = [i for axis in (*new.values(), *front) for i in axis if i not in kept]
        parts = [
            self._at(operand, letters, new, front) if operand.term is not None else operand
            for operand, letters in zip(operands, subscripts.operands, strict=True)
        ]
        term, why = self._term(parts, lambda *terms: build.product(terms, summed))
        return Array(output, False, term, why)

    def _letter_told(
        self, text: Callable[[int], str], letter: str, before: Axis, first: int, axis: Axis, number: int
    ) -> str:
        here, there = self.size_text(before), self.size_text(axis)
        if first == number:
            return f"letter `{letter}` is {here} and {there} in `{text(number)}`"
        return f"letter `{letter}` is {here} in `{text(first)}` and {there} in `{text(number)}`"

    def _letter_axes(
        self, operand: Array, letters: Sequence[str], text: Callable[[], str]
    ) -> tuple[Array | None, list[tuple[str, Axis]]] | None:
        """What `...` stands for, and the axes with their letters; None where that is not known.  Raises Misfit."""
        named = [x for x in letters if x != ELLIPSIS]
        has_dots = len(named) < len(letters)
        if operand.open and not has_dots and operand.rank <= len(named):
            # as many axes as letters: what is known are the last ones
            operand.axes = (*(self.unknown_axis(x) for x in named[: len(named) - operand.rank]), *operand.axes)
            operand.open = False
            if operand.term is not None:
                operand.term, operand.why = None, "an operand of which the shape is not known"
        if not operand.open and (operand.rank < len(named) or (operand.rank > len(named) and not has_dots)):
            many = f"{operand.rank} ax{'i' if operand.rank == 1 else 'e'}s"
            at_least = "at least " * has_dots
            raise Misfit(f"`{text()}` has {many}, and `{_written(letters)}` names {at_least}{len(named)}")
        if operand.open and operand.rank > len(named) and not has_dots:
            raise Misfit(f"`{text()}` has at least {operand.rank} axes, and `{_written(letters)}` names {len(named)}")
        at = list(letters).index(ELLIPSIS) if has_dots else len(letters)
        before, behind = letters[:at], letters[at + 1 :]
        if operand.open and (before or operand.rank < len(behind)):
            if operand.rank < len(behind):
                return None
            pairs = list(zip(behind, operand.axes[operand.rank - len(behind) :], strict=True))
            return Array((), True), pairs
        stop = operand.rank - len(behind)
        pairs = [*zip(before, operand.axes[: len(before)], strict=True), *zip(behind, operand.axes[stop:], strict=True)]
        return (Array(operand.axes[len(before) : stop], operand.open) if has_dots else None), pairs

    def _at(self, operand: Array, letters: Sequence[str], new: dict[str, Axis], lead: Sequence[Axis]) -> Array:
        """An operand over the axes of its letters."""
        at = list(letters).index(ELLIPSIS) if ELLIPSIS in letters else len(letters)
        before, behind = letters[:at], letters[at + 1 :]
        stop = operand.rank - len(behind)
        own_lead = operand.axes[len(before) : stop] if ELLIPSIS in letters else ()
        targets = [new[x] for x in before] + list(lead)[len(lead) - len(own_lead) :] + [new[x] for x in behind]
        names: dict[Index, Index] = {}
        for own, target in zip(operand.axes, targets, strict=True):
            pairs = self.aligned(own, target) if own else {}
            if pairs is None:
                return Array(operand.axes, operand.open, None, "an axis that is cut in two ways")
            names.update(pairs)
        assert operand.term is not None
        return Array(operand.axes, operand.open, build.substitute(operand.term, dict(names)))


def _written(letters: Sequence[str]) -> str:
    return "".join("..." if x == ELLIPSIS else x if len(x) == 1 else f" {x}" for x in letters).strip()
