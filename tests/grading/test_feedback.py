"""Marks, and verdicts in sentences: nothing in them gives the answer away."""

import pytest

import einsight
from einsight.grading.result import VERDICTS

QUESTION = {"question": ("‖A x - b‖²", "x"), "declare": "A in R^(n x m); x in R^m; b in R^n"}
SAID = [
    ("2A^T(Ax-b)", {}, "Right."),
    ("2(Ax-b)^T A", {"layout": "denominator"}, "Right but for a transpose: your course uses denominator layout, and your answer is in numerator layout."),
    ("2A^T(Ax-b)", {"layout": "numerator"}, "Right but for a transpose: your course uses numerator layout, and your answer is in denominator and mixed layout."),
    ("2(Ax-b)^T A", {}, "Right but for a transpose: here a gradient has the shape of its variable, a column for a column, and your answer is in numerator layout."),
    ("-2A^T(Ax-b)", {"up_to": "sign"}, "Right, up to the sign."),
    ("A^T(Ax-b)", {}, "Not right: a factor 2 is missing. At "),
    ("2A(Ax-b)", {}, "The shapes do not fit: "),
    ("2A^T(Ax-b", {}, "This was not understood: "),
]  # fmt: skip


@pytest.mark.parametrize("answer, options, words", SAID)
def test_feedback(answer, options, words):
    v = einsight.grade(answer, **QUESTION, **options)
    said = v.feedback()
    assert said == words if words.endswith(".") else said.startswith(words)
    assert v.verdict in ("equal", "transposed") or (v.reference not in said and said.endswith("."))


def test_an_assumption_and_a_point_are_told():
    said = einsight.grade("2 A x", question=("x' A x", "x")).feedback()
    assert (
        said.startswith("Right only if A is symmetric, which is not given")
        and "it should be" in said
        and "yours is" in said
    )


def test_the_first_false_step_is_told():
    text = r"$f = x^TAx$, so $\nabla f = 2Ax + (A^T - A) x = Ax$. And so $(A + A^T) x$."
    v = einsight.grade(text, question=("x' A x", "x"), steps=True)
    assert v.verdict == "equal" and "A step on the way does not hold: 2Ax + (A^T - A) x = Ax" in v.feedback()


def test_marks():
    marks = {verdict: einsight.grading.result.Grade(verdict).mark() for verdict in VERDICTS}
    assert marks == {
        "equal": 1,
        "transposed": 0,
        "equal_if": 0,
        "different": 0,
        "shape": 0,
        "undecided": None,
        "unread": None,
    }
    one = einsight.grade("x'", "x", "x in R^n")
    assert one.mark(transposed=0.5) == 0.5 and one.mark(equal=3) == 0
    with pytest.raises(einsight.EinsightError, match="no verdict"):
        one.mark(right=1)
