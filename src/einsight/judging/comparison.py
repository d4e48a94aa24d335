"""Are the two sides of an `=` equal?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..deriving.readback import function_value
from ..lowering.layout import stacked
from ..lowering.lowered import Lowered, Side
from ..lowering.names import Names
from ..lowering.values import Value, fresh_axis, identity
from ..meaning.equality import Verdict, compare
from ..rules.accumulation import is_deep
from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..terms import build
from ..terms.bounds import NumberTooLong
from ..terms.dimension import Index
from ..terms.term import Derivative, Tensor, Term, has_head
from ..terms.walk import expand_definitions, replace_tensors
from .assumptions import held

# names with the properties that words give them, as notes do
Given = tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two sides, and their values, shaped alike where one of them takes the shape of the other.

    by_rows  the value of the left side in the other habit, where `vec` puts the rows of a matrix behind one another
    given    holds of the names
    varied   does it hold of the variables too, while something is differentiated in them?
    """

    left: Side
    right: Side
    left_value: Value
    right_value: Value
    by_rows: Value | None
    lowered: Lowered
    names: Names
    given: Given
    varied: bool = False

    @property
    def axes(self) -> tuple[Index, ...]:
        """Those of the left side."""
        return (*self.left_value.order, *self.left_value.plain_axes)

    @property
    def conforms(self) -> bool:
        return self.left_value.rank == self.right_value.rank and self.left_value.same_layout(self.right_value)

    @property
    def differentiates(self) -> bool:
        return has_head(self.left_value.term, Derivative) or has_head(self.right_value.term, Derivative)

    def found(self, right: Value) -> Verdict:
        """Is the left side equal to this value, which conforms?"""
        left = self.left_value
        a, b = left.term, right.on(left.axes)
        axes = tuple(dict.fromkeys((*left.order, *right.order, *left.plain_axes)))
        return compare(self.reduce(a), self.reduce(b), axes, function_value)

    def is_right(self) -> bool:
        flexible = self.left_value.flexible or self.right_value.flexible
        return not flexible and self.conforms and self.found(self.right_value).equal is True

    def is_right_by_rows(self) -> bool:
        """Is the claim true in the other habit?"""
        if self.by_rows is None or not self.by_rows.same_layout(self.right_value):
            return False
        left, right = self.reduce(self.by_rows.term), self.reduce(self.right_value.on(self.by_rows.axes))
        return bool(compare(left, right, self.by_rows.plain_axes, function_value).equal)

    def reduced(self) -> tuple[Term, Term]:
        """Both sides on one set of axes, derivatives carried out and definitions put in."""
        return self.reduce(self.left_value.term), self.reduce(self.right_value.on(self.left_value.axes))

    def reduce(self, term: Term) -> Term:
        """A term that is worked out, where what is given holds."""
        if not self.given:
            return _worked_out(term)
        if self.varied:
            term = held(expand_definitions(term), [g for g in self.given if g[1] in ("symmetric", "positive-definite")])
        return normal_form(held(_worked_out(term), self.given))

    def while_varied(self) -> Comparison:
        return replace(self, varied=True)


def comparison(left: Side, right: Side, lowered: Lowered, names: Names, given: Given) -> Comparison:
    """The comparison of two sides of a statement that were both read."""
    a, b = left.value, right.value
    assert a is not None and b is not None
    by_rows: Value | None = None
    if _is_stacked(b):
        by_rows = stacked(a, lowered.layout, by_rows=True)
        a = stacked(a, lowered.layout) or a
    elif _is_stacked(a):
        b = stacked(b, lowered.layout) or b
    if a.rank != b.rank:  # a row that is declared with an axis of one entry is the vector that it is
        a, b = a.as_vector(), b.as_vector()
    return Comparison(left, right, _shaped(a, b), _shaped(b, a), by_rows, lowered, names, given)


def are_right(lowered: Lowered, names: Names, given: Given = ()) -> bool:
    """Are all claims of a statement right?  Nothing else is sought, neither an assumption nor a mistake."""
    sides = lowered.kinder or lowered.sides
    for left, right in zip(sides, sides[1:], strict=False):
        if left.value is None or right.value is None:
            return False
        try:
            if not comparison(left, right, lowered, names, given).is_right():
                return False
        except (BudgetExceeded, MissingRule, RecursionError, NumberTooLong):
            return False
    return len(sides) > 1


def _is_stacked(value: Value) -> bool:
    """Is it a matrix whose rows or columns `vec` or `⊗` made?"""
    return value.rank == 2 and value.is_fused


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


def _worked_out(term: Term) -> Term:
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
