"""What an answer is compared with: a reference that is a text, or the derivative that a question asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..asking.spellings import CODE
from ..deriving.derive import derive
from ..lowering.layout import LAYOUTS
from ..lowering.names import Names
from ..lowering.report import EinsightError
from ..lowering.values import Value
from .comparing import Found, Terms, compared, conform
from .defined import QUANTITY, Text, with_sigmoid
from .reading import (
    Side,
    answer_in,
    counted_by,
    counts_axes,
    is_of_arrays,
    is_of_shapes,
    names_in,
    of_indices,
    read_alone,
    read_together,
)
from .readings import NotFitting, is_component, numpy_reading, other_readings
from .result import Grade, graded, is_given_up, told

ANY = "any"
# in which a derivative has the shape that most people give it: a gradient its variable's
OWN_SHAPE = "mixed"
# letters that people count by
_INDICES = frozenset("ijklmnpqr")
# verdicts that another reading of the answer may change
_DOUBTFUL = ("shape", "undecided", "different")


class Pair:
    """An answer to come, and what it should be.

    text      what it should be, as it is shown
    names     what is known of names, those of it included
    assumed   what was taken of them
    layout    in which a derivative was laid out for it
    """

    text: str
    names: Names
    on: Terms
    known: set[str]
    assumed: tuple[str, ...] = ()
    layout: str = ""

    def grade(self, answer: str, kind: str) -> Grade:
        """Raises EinsightError where the answer is not read, or too much; MissingRule."""
        refused: EinsightError | None = None
        written, side, found = None, None, None
        try:
            written = answer_in(answer, self.names, self.known, kind)[1]
            found, side = self._found(written)
        except EinsightError as problem:
            if is_given_up(problem):
                raise
            refused = problem
        if found is None or found.verdict in _DOUBTFUL:
            found, side = self._otherwise(answer, written, found, side)
        if found is None:
            assert refused is not None
            raise refused
        if found.verdict == "equal" and side is not None and self.assumed and self._renames_labels(side):
            found = Found(
                "undecided", "letters below differ, and nothing says that they are indices: declare the names"
            )
        text = side.text if side is not None else written.text if written is not None else ""
        assumed = (
            side.assumed if side is not None and side.replaces else (*self.assumed, *(side.assumed if side else ()))
        )
        return self._graded(found, side, text, assumed)

    def _renames_labels(self, side: Side) -> bool:
        """Do letters below differ from those of what it should be, and are they none that people count by, `W_h` and `W_x`?"""
        left = {i.name for i in self._reference(side).value.order}
        right = {i.name for i in side.value.order}
        return bool(left and right) and not (left ^ right) <= _INDICES

    def _otherwise(
        self, answer: str, written: Text | None, found: Found | None, side: Side | None
    ) -> tuple[Found | None, Side | None]:
        """The verdict on another reading of the answer, where that conforms."""
        try:
            readings = numpy_reading(answer, self.names)
        except NotFitting as problem:
            if self._says_shapes() and (found is None or found.verdict == "shape"):
                return Found("shape", str(problem)), side
            readings = []
        odd = found is None or found.verdict == "shape" or (side is not None and side.replaces)
        odd |= written is not None and is_component(side.text if side else written.text, written.order, self._rank())
        if not readings and written is not None and odd:
            text = side.text if side is not None else written.text
            readings = list(other_readings(replace(written, text=text), self.names, self._rank()))
        tried = [(compared(self._reference(other), other, self.on), other) for other in readings]
        better = [t for t in tried if t[0].verdict == "equal"] or [t for t in tried if t[0].verdict != "shape"]
        return better[0] if better else (found, side)

    def _graded(self, found: Found, side: Side | None, text: str, assumed: Sequence[str]) -> Grade:
        return graded(found, text, self.text, assumed, self.layout)

    def _found(self, written: Text) -> tuple[Found, Side | None]:
        raise NotImplementedError

    def _reference(self, answer: Side) -> Side:
        raise NotImplementedError

    def _rank(self) -> int:
        """How many axes the answer should have."""
        raise NotImplementedError

    def _says_shapes(self) -> bool:
        """Are the shapes of its names those that an answer has to fit?  Those that were taken for a text alone may be too general."""
        return not self.assumed


class Given(Pair):
    """An answer beside a reference that is a text."""

    def __init__(self, reference: str, names: Names, on: Terms, kind: str):
        names = _with_quantities(names, on)
        self.declared, self.on = names, on
        self.written = answer_in(reference, names, set(), kind)[1]
        self.side = read_alone(self.written, names)
        counted = of_indices(self.side)
        if counted is not None:  # what components say of a name holds for the answer as well
            self.side = counted
        self.text, self.names, self.assumed = self.side.text, self.side.names, self.side.assumed
        self.known = names_in(self.text)

    def _reference(self, answer: Side) -> Side:
        return self.side

    def _rank(self) -> int:
        return self.side.value.rank + len(self.side.value.order)

    def _found(self, written: Text) -> tuple[Found, Side | None]:
        refused: EinsightError | None = None
        side = None
        ranks = _ranks(self.side.assumed)
        numbers = [n for n, rank in ranks.items() if not rank]
        try:
            side = read_alone(written, self.names)
        except EinsightError as problem:
            refused = problem
        text = replace(written, text=side.text if side else _apart(written, self.names))
        if numbers and (side is None or is_of_arrays(text.text, numbers)):  # what is transposed or indexed is no number
            freed = {n: r for n, r in ranks.items() if r}
            for left, right in read_together(self.text, self.written.order, text, self.declared, freed):
                if conform(left.value, right.value):
                    taken = _ranks(right.assumed)
                    found = compared(left, right, self.on)
                    return self._if_numbers(found, text, taken, [n for n, r in taken.items() if not r]), right
            if side is not None:
                return Found("undecided", "nothing says which of its names are numbers: declare them"), side
        if side is not None and conform(self.side.value, side.value):
            found = compared(self.side, side, self.on)
            if found.verdict == "different" and (counted := self._counted(text, side)) is not None:
                return counted
            return self._if_numbers(found, text, ranks, numbers), side
        if self.side.assumed:  # fewer lengths of the same axes may fit both
            for left, right in read_together(self.text, self.written.order, text, self.declared, ranks):
                if conform(left.value, right.value):
                    found = compared(left, right, self.on)
                    if found.verdict == "different" and (counted := self._counted(text, right)) is not None:
                        return counted
                    return self._if_so_long(found, right), right
        if side is not None:
            return compared(self.side, side, self.on), side
        assert refused is not None
        if self.side.assumed and is_of_shapes(refused) and (counted := self._counted(text, None)) is not None:
            return counted
        if is_of_shapes(refused) and written.spelling != CODE:  # code broadcasts, which the language does not
            return Found("shape", told(refused)), None
        raise refused

    def _counted(self, text: Text, side: Side | None) -> tuple[Found, Side] | None:
        """The verdict where a number that nobody declares is how many rows an array has, if it is `equal` there: `n` of `n c`."""
        own = side.assumed if side is not None else ()
        lines = own if side is not None and side.replaces else tuple(dict.fromkeys((*self.side.assumed, *own)))
        for left, right in counted_by(lines, self.text, self.written.order, text, self.declared):
            if conform(left.value, right.value):
                found = compared(left, right, self.on)
                if found.verdict == "equal":
                    return found, right
        return None

    def _if_numbers(self, found: Found, text: Text, ranks: Mapping[str, int], numbers: Sequence[str]) -> Found:
        """The verdict, unless what it passes is not so where names that were taken for numbers are arrays."""
        if found.verdict not in ("equal", "transposed"):
            return found
        for name in numbers[:4]:
            other = dict(ranks) | {name: 2 if name.isupper() else 1}
            left_tried = False
            for left, right in read_together(self.text, self.written.order, text, self.declared, other):
                left_tried = True
                if conform(left.value, right.value) and compared(left, right, self.on).verdict == found.verdict:
                    break
            else:
                if left_tried:
                    return Found("equal_if", f"right only if {name} is a number", f"{name} ∈ ℝ")
        return found

    def _if_so_long(self, found: Found, side: Side) -> Found:
        """What is equal only where axes are as long as one another, which the reference does not ask for.

        Where nothing counts along an axis, that is all that the answer says of them: `det(A B)` of `det(A) det(B)`.
        """
        same = _patterns(self.assumed).items() <= _patterns(side.assumed).items()
        if found.verdict == "equal" and same and not any(map(counts_axes, (self.text, side.text))):
            return found
        return _if_so_long(found, side)


def _if_so_long(found: Found, side: Side) -> Found:
    if found.verdict not in ("equal", "transposed"):
        return found
    if found.verdict == "transposed":
        return Found("shape", "it conforms only where axes have one length, and is right there but for a transpose")
    shapes = ", ".join(side.assumed)
    return Found("equal_if", f"right only where the axes have such lengths: {shapes}", shapes)


def _patterns(declarations: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Which axes of each name are as long as one another."""
    spaces = (line.split(" ∈ ", 1) for line in declarations)
    shapes = {name: re.findall(r"[^\W_]+ʹ*", space.partition("^")[2]) for name, space in spaces}
    return {name: tuple(map(dims.index, dims)) for name, dims in shapes.items()}


def _apart(written: Text, names: Names) -> str:
    """The text with its letters told apart."""
    from ..asking.undeclared import taken

    return next((way.text for way in taken(written.text, (), names, {})), written.text)


def _ranks(declarations: Sequence[str]) -> dict[str, int]:
    ranks = {}
    for line in declarations:
        name, _, space = line.partition(" ∈ ")
        ranks[name] = space.count("×") + 1 if "^" in space else 0
    return ranks


class Asked(Pair):
    """An answer beside the derivative that a question asks for, and beside the reference if there is one as well."""

    def __init__(
        self,
        question: str,
        variable: str | None,
        declare: Any,
        shapes: Any,
        on: Terms,
        reference: str | None,
        kind: str,
    ):
        self.layout = OWN_SHAPE if on.layout == ANY else on.layout
        self.on = replace(on, layout=self.layout)
        self.asked = (question, variable, declare, shapes)
        self.variable = variable
        self.derived = self._derived(self.layout)
        self.names, self.assumed = _with_quantities(self.derived.names, on), tuple(self.derived.assumed)
        self.reference: Side | None = None
        if reference is not None:
            _, written = answer_in(reference, self.names, set(), kind)
            self.reference = read_alone(written, self.names)
        self.text = self.reference.text if self.reference else self.derived.matrix or self.derived.index
        inputs = {t.name for t in self.derived.inputs}
        self.known = inputs | names_in(self.derived.read_as or self.derived.input)

    def _derived(self, layout: str) -> Any:
        question, variable, declare, shapes = self.asked
        if not self.on.quantity and "σ" not in str(declare):
            question = with_sigmoid(question)
        return derive(question, variable, declare, layout=layout, shapes=shapes)

    def _found(self, written: Text) -> tuple[Found, Side | None]:
        try:
            side = read_alone(written, self.names)
        except EinsightError as refused:
            if is_of_shapes(refused) and written.spelling != CODE:
                return Found("shape", told(refused)), None
            raise
        return compared(self._reference(side), side, self.on), side

    def _reference(self, answer: Side) -> Side:
        return self.reference or Side(self.text, _value_of(self.derived, answer.value), self.names)

    def _rank(self) -> int:
        if self.reference is not None:
            return self.reference.value.rank + len(self.reference.value.order)
        return len(self.derived.axes)

    def _says_shapes(self) -> bool:
        return True

    def _graded(self, found: Found, side: Side | None, text: str, assumed: Sequence[str]) -> Grade:
        right_in: tuple[str, ...] = ()
        if found.verdict == "transposed" and side is not None and self.reference is None and not side.value.order:
            right_in = tuple(o for o in LAYOUTS if o != self.layout and self._is_right_in(o, side))
            if right_in:
                found = replace(found, reason=f"{found.reason}; it is right in {' and '.join(right_in)} layout")
        return replace(super()._graded(found, side, text, assumed), right_in=right_in)

    def _is_right_in(self, layout: str, side: Side) -> bool:
        other = self._derived(layout)
        return other.laid.layout == side.value.layout and other.laid.layout != self.derived.laid.layout


def _with_quantities(names: Names, on: Terms) -> Names:
    """The names, which know whether `σ` is a quantity."""
    if not on.quantity:
        return names
    inner = names.child()
    inner.own[QUANTITY] = True
    return inner


def _value_of(derived: Any, answer: Value) -> Value:
    """The derivative as its layout lays it out; in components, which no layout changes, beside an answer in components."""
    if answer.order or derived.laid.rank != len(derived.axes):
        return Value(derived.term, derived.axes)
    return derived.laid
