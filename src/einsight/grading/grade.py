"""An answer against a reference, or against the derivative that a question asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..asking.spellings import CODE, LANGUAGE, LATEX
from ..deriving.answering import answering
from ..deriving.derive import derive
from ..deriving.questions import declared, require_layout, require_text
from ..lowering.layout import LAYOUTS
from ..lowering.names import Names
from ..lowering.report import EinsightError, fail
from ..lowering.values import Value
from ..notation.quoting import visible
from ..rules.engine import MissingRule
from ..settings import BUDGET
from .answers import LONGEST
from .comparing import Found, Terms, compared, conform
from .freedoms import WORDS as FREEDOMS
from .reading import Side, Text, answer_in, is_of_arrays, is_of_shapes, names_in, read_alone, read_together

VERDICTS = ("equal", "transposed", "equal_if", "different", "shape", "undecided", "unread")
ANY = "any"
# in which a derivative has the shape that most people give it: a gradient its variable's
OWN_SHAPE = "mixed"
LANGUAGES = {
    "auto": "",
    "ein": LANGUAGE,
    "plain": LANGUAGE,
    "latex": LATEX,
    "python": CODE,
    "numpy": CODE,
}


@dataclass(frozen=True)
class Grade:
    """What an answer is worth.

    verdict         equal, transposed, equal_if, different, shape, undecided or unread
    reason          why, in words; where it is equal, up to what, if not altogether
    assumption      under which it would be equal, as in `A symmetric`
    counterexample  where the two differ, in words
    read_as         what counts of the answer, in the language
    reference       what it was compared with
    layout          in which a derivative was laid out for that; empty where there was no question
    right_in        layouts in which a transposed answer is right
    assumed         what was taken of names that nobody declares
    error           what is wrong in what was asked, and no fault of the answer: the verdict is `unread` then
    """

    verdict: str
    reason: str = ""
    assumption: str | None = None
    counterexample: str | None = None
    read_as: str = ""
    reference: str = ""
    layout: str = ""
    right_in: tuple[str, ...] = ()
    assumed: tuple[str, ...] = field(default=())
    error: str = ""

    def __bool__(self) -> bool:
        return self.verdict == "equal"

    def __str__(self) -> str:
        behind = [self.reason, self.counterexample or ""]
        return visible(": ".join([self.verdict, *(b for b in behind if b)]), lines=True)

    def as_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "assumption": self.assumption,
            "counterexample": self.counterexample,
            "read_as": self.read_as,
            "reference": self.reference,
            "layout": self.layout,
            "right_in": list(self.right_in),
            "assumed": list(self.assumed),
            "error": self.error,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Grade:
        """The grade of which `as_json` gave that."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**values)


def grade(
    answer: str,
    reference: str | None = None,
    declare: str | Sequence[str] = "",
    question: str | Sequence[str] | None = None,
    layout: str = ANY,
    language: str = "auto",
    *,
    wrt: str | None = None,
    shapes: Mapping[str, Any] | None = None,
    up_to: str | Sequence[str] = (),
    budget: float | None = BUDGET,
) -> Grade:
    """Is an answer equal to a reference, or to what a question derives?

    Both are texts in any spelling, with words, boxes, dollars and definitions around them.  A `question` is an expression, with its
    variable as `wrt` or beside it, `("‖A x - b‖²", "x")`; without a variable it is worked out as it stands.  A derivative is
    laid out in `layout`, `any` gives a gradient the shape of its variable; the transpose of what is right is `transposed` in
    each of them.  What nobody declares gets a shape with which both conform.  `up_to` grants freedoms: `sign`, `factor` (any number
    but 0), `constant` (a summand that does not depend on `wrt`, or on nothing of the reference where that is not given).

    Raises EinsightError where the declarations, the question or an option are wrong; whatever the answer is has a verdict.

    >>> v = einsight.grade("2A(Ax - b)", "2 A' (A x - b)", declare="A in R^(n x n); x, b in R^n")
    >>> v.verdict, v.assumption
    ('equal_if', 'A symmetric')
    """
    require_text("the answer", answer)
    if layout != ANY:
        require_layout(layout)
    if language not in LANGUAGES:
        raise fail("EIN001", f"`{language}` is no language of an answer: choose {', '.join(LANGUAGES)}")
    asked, variable = _question(question, wrt)
    if reference is None and asked is None:
        raise fail("EIN001", "there is nothing to compare with: give a reference, or a question")
    if reference is not None:
        require_text("the reference", reference)
    on = Terms(layout, _freedoms(up_to), variable)
    kind = LANGUAGES[language]
    laid = OWN_SHAPE if layout == ANY else layout
    try:
        with answering(budget):
            names, _ = declared(declare, laid, shapes)
            pair: _Asked | _Given
            if asked is not None:
                pair = _Asked(asked, variable, declare, shapes, on, reference)
            else:
                assert reference is not None
                pair = _Given(reference, names, kind, replace(on, layout=laid))
    except EinsightError as refused:
        if asked is not None or reference is None or _is_of_declarations(declare, shapes, laid):
            raise
        return _beyond(refused) or not_asked(f"the reference is not read: {_told(refused)}")
    try:
        with answering(budget):
            return pair.grade(answer, kind)
    except EinsightError as refused:
        return _beyond(refused) or Grade("unread", _told(refused), reference=pair.text)
    except MissingRule as problem:
        return Grade("undecided", str(problem), reference=pair.text)


def not_asked(problem: str) -> Grade:
    """No verdict, since what was asked is wrong."""
    return Grade("unread", problem, error=problem)


def _question(question: Any, wrt: str | None) -> tuple[str | None, str | None]:
    if question is None:
        if wrt is not None:
            require_text("`wrt`", wrt)
        return None, wrt
    if isinstance(question, Mapping):
        question = [question.get("expression"), question.get("wrt")]
    if isinstance(question, str):
        question = [question]
    if not isinstance(question, Sequence) or not 1 <= len(question) <= 2:
        raise fail("EIN001", "a question is an expression, or an expression and its variable")
    expression, variable = (*question, wrt)[:2] if len(question) == 1 else question
    require_text("the question", expression)
    if variable is not None:
        require_text("`wrt`", variable)
    return expression, variable


def _freedoms(up_to: Any) -> tuple[str, ...]:
    given = [f.strip() for f in up_to.split(",") if f.strip()] if isinstance(up_to, str) else list(up_to)
    for freedom in given:
        if freedom not in FREEDOMS:
            raise fail("EIN001", f"`{freedom}` is no freedom of an answer: choose {', '.join(FREEDOMS)}")
    return tuple(given)


def _is_of_declarations(declare: Any, shapes: Any, layout: str) -> bool:
    try:
        declared(declare, layout, shapes)
    except EinsightError:
        return True
    return False


def _told(refused: EinsightError) -> str:
    return refused.diagnostics[0].message if refused.diagnostics else str(refused)


def _beyond(refused: EinsightError) -> Grade | None:
    """Undecided, where it was given up for want of time or memory."""
    given_up = any(d.code in ("EIN502", "EIN504") for d in refused.diagnostics)
    return Grade("undecided", _told(refused)) if given_up else None


class _Given:
    """An answer beside a reference that is a text."""

    def __init__(self, reference: str, names: Names, kind: str, on: Terms):
        self.names, self.on, self.text = names, on, reference
        _, self.written = answer_in(reference, names, set(), kind)
        self.side = read_alone(self.written, names)
        self.text = self.side.text

    def grade(self, answer: str, kind: str) -> Grade:
        known = names_in(self.side.text)
        _, written = answer_in(answer, self.side.names, known, kind)
        found, side = self._found(written)
        assumed = tuple(dict.fromkeys((*self.side.assumed, *side.assumed))) if side else self.side.assumed
        return _graded(found, side.text if side else written.text, self.text, assumed)

    def _found(self, written: Text) -> tuple[Found, Side | None]:
        refused: EinsightError | None = None
        side = None
        ranks = _ranks(self.side.assumed)
        numbers = [n for n, rank in ranks.items() if not rank]
        try:
            side = read_alone(written, self.side.names)
        except EinsightError as problem:
            refused = problem
        text = replace(written, text=side.text if side else _apart(written, self.side.names))
        if numbers and (side is None or is_of_arrays(text.text, numbers)):  # what is transposed or indexed is no number
            freed = {n: r for n, r in ranks.items() if r}
            for left, right in read_together(self.text, self.written.order, text, self.names, freed):
                if conform(left.value, right.value):
                    return compared(left, right, self.on), right
            if side is not None:
                return Found("undecided", "nothing says which of its names are numbers: declare them"), side
        if side is not None and conform(self.side.value, side.value):
            found = compared(self.side, side, self.on)
            return self._if_numbers(found, text, ranks, numbers), side
        if self.side.assumed:  # fewer lengths of the same axes may fit both
            for left, right in read_together(self.text, self.written.order, text, self.names, ranks):
                if conform(left.value, right.value):
                    return _if_so_long(compared(left, right, self.on), right), right
        if side is not None:
            return compared(self.side, side, self.on), side
        assert refused is not None
        if is_of_shapes(refused) and written.spelling != CODE:  # code broadcasts, which the language does not
            return Found("shape", _told(refused)), None
        raise refused

    def _if_numbers(self, found: Found, text: Text, ranks: Mapping[str, int], numbers: Sequence[str]) -> Found:
        """The verdict, unless what it passes is not so where names that were taken for numbers are arrays."""
        if found.verdict not in ("equal", "transposed"):
            return found
        for name in numbers[:4]:
            other = dict(ranks) | {name: 2 if name.isupper() else 1}
            left_tried = False
            for left, right in read_together(self.text, self.written.order, text, self.names, other):
                left_tried = True
                if conform(left.value, right.value) and compared(left, right, self.on).verdict == found.verdict:
                    break
            else:
                if left_tried:
                    return Found("equal_if", f"right only if {name} is a number", f"{name} ∈ ℝ")
        return found


def _if_so_long(found: Found, side: Side) -> Found:
    """What is equal only where axes are as long as one another, which the reference does not ask for."""
    if found.verdict not in ("equal", "transposed"):
        return found
    if found.verdict == "transposed":
        return Found("shape", "it conforms only where axes have one length, and is right there but for a transpose")
    told = ", ".join(side.assumed)
    return Found("equal_if", f"right only where the axes have such lengths: {told}", told)


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


class _Asked:
    """An answer beside the derivative that a question asks for, and beside the reference if there is one as well."""

    def __init__(
        self, question: str, variable: str | None, declare: Any, shapes: Any, on: Terms, reference: str | None
    ):
        self.layout = OWN_SHAPE if on.layout == ANY else on.layout
        self.on = replace(on, layout=self.layout)
        self.asked = (question, variable, declare, shapes)
        self.derived = self._derived(self.layout)
        self.reference: Side | None = None
        if reference is not None:
            _, written = answer_in(reference, self.derived.names, set(), "")
            self.reference = read_alone(written, self.derived.names)
        self.text = self.reference.text if self.reference else self.derived.matrix or self.derived.index

    def _derived(self, layout: str) -> Any:
        question, variable, declare, shapes = self.asked
        return derive(question, variable, declare, layout=layout, shapes=shapes)

    def grade(self, answer: str, kind: str) -> Grade:
        names = self.derived.names
        known = {t.name for t in self.derived.inputs} | names_in(self.derived.read_as or self.derived.input)
        _, written = answer_in(answer, names, known, kind)
        try:
            side = read_alone(written, names)
        except EinsightError as refused:
            if is_of_shapes(refused):
                return _graded(
                    Found("shape", _told(refused)), written.text, self.text, self.derived.assumed, self.layout
                )
            raise
        reference = self.reference or Side(self.text, _value_of(self.derived, side.value), names)
        found = compared(reference, side, self.on)
        right_in: tuple[str, ...] = ()
        if found.verdict == "transposed" and self.reference is None and not side.value.order:
            right_in = tuple(o for o in LAYOUTS if o != self.layout and self._is_right_in(o, side))
            if right_in:
                found = replace(found, reason=f"{found.reason}; it is right in {' and '.join(right_in)} layout")
        assumed = (*self.derived.assumed, *side.assumed)
        return replace(_graded(found, side.text, self.text, assumed, self.layout), right_in=right_in)

    def _is_right_in(self, layout: str, side: Side) -> bool:
        other = self._derived(layout)
        return other.laid.layout == side.value.layout and other.laid.layout != self.derived.laid.layout


def _value_of(derived: Any, answer: Value) -> Value:
    """The derivative as its layout lays it out; in components, which no layout changes, beside an answer in components."""
    if answer.order or derived.laid.rank != len(derived.axes):
        return Value(derived.term, derived.axes)
    return derived.laid


def _graded(found: Found, text: str, reference: str, assumed: Sequence[str], layout: str = "") -> Grade:
    reason = found.reason
    if found.words is not None:
        words = found.words()
        reason = "; ".join(p for p in (reason, words) if p) or "the two differ"
    return Grade(
        found.verdict,
        reason,
        found.assumption,
        found.counterexample,
        text[:LONGEST],
        reference,
        layout,
        (),
        tuple(assumed),
    )
