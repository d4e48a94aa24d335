"""An answer against a reference, or against the derivative that a question asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..asking.spellings import CODE, LANGUAGE, LATEX
from ..deriving.answering import answering
from ..deriving.questions import declared, require_layout, require_text
from ..lowering.report import EinsightError, fail
from ..rules.engine import MissingRule
from ..settings import BUDGET
from .comparing import Terms
from .defined import is_quantity
from .derivations import links_in
from .freedoms import WORDS as FREEDOMS
from .links import Link
from .pairs import ANY, OWN_SHAPE, Asked, Given
from .result import Grade, given_up, not_asked, told

LANGUAGES = {
    "auto": "",
    "ein": LANGUAGE,
    "plain": LANGUAGE,
    "latex": LATEX,
    "python": CODE,
    "numpy": CODE,
}


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
    steps: bool = False,
    budget: float | None = BUDGET,
) -> Grade:
    """Is an answer equal to a reference, or to what a question derives?

    Both are texts in any spelling, with words, boxes, dollars and definitions around them.  A `question` is an expression, with its
    variable as `wrt` or beside it, `("‖A x - b‖²", "x")`; without a variable it is worked out as it stands.  A derivative is
    laid out in `layout`, `any` gives a gradient the shape of its variable; the transpose of what is right is `transposed` in
    each of them.  What nobody declares gets a shape with which both conform.  `up_to` grants freedoms: `sign`, `factor` (any number
    but 0), `constant` (a summand that does not depend on `wrt`, or on nothing of the reference where that is not given).
    With `steps` each `=` of the answer is judged as well: `links` has them, `first_false` the first that does not hold.

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
    quantity = is_quantity(t for t in (answer, reference, asked) if t is not None)
    on = Terms(layout, _freedoms(up_to), variable, quantity)
    kind = LANGUAGES[language]
    laid = OWN_SHAPE if layout == ANY else layout
    try:
        with answering(budget):
            names, _ = declared(declare, laid, shapes)
            pair: Asked | Given
            if asked is not None:
                pair = Asked(asked, variable, declare, shapes, on, reference, kind)
            else:
                assert reference is not None
                pair = Given(reference, names, replace(on, layout=laid), kind)
    except EinsightError as refused:
        if asked is not None or reference is None or _is_of_declarations(declare, shapes, laid):
            raise
        return given_up(refused) or not_asked(f"the reference is not read: {told(refused)}")
    links: tuple[Link, ...] = ()
    try:
        with answering(budget):
            links = links_in(answer, pair) if steps else ()
            return replace(pair.grade(answer, kind), links=links)
    except EinsightError as refused:
        return replace(given_up(refused) or Grade("unread", told(refused), reference=pair.text), links=links)
    except MissingRule as problem:
        return Grade("undecided", str(problem), reference=pair.text, links=links)


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
