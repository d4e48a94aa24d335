"""Answers that are right up to a sign, a factor, a constant, where that is granted; truths by hand."""

import pytest

import einsight

DECLARE = "A in R^(n x n); x, y in R^n; c in R; t, s in R"


@pytest.mark.parametrize(
    "answer, reference, up_to, verdict",
    [
        ("-2 A x", "2 A x", "sign", "equal"),
        ("-2 A x", "2 A x", "", "different"),
        ("-A x", "2 A x", "sign", "different"),
        ("A x", "2 A x", "factor", "equal"),
        ("-sqrt(3) A x", "2 A x", "factor", "equal"),
        ("x' x A x", "2 A x", "factor", "different"),
        ("c A x", "2 A x", "factor", "different"),
        ("zeros(n)", "2 A x", "factor", "different"),
        ("A' x", "A x", "factor", "equal_if"),
        ("exp(2 t)", "exp(t)", "factor", "different"),
        ("exp(t + 2)", "exp(t)", "factor", "equal"),
        ("t^2/2 + 7", "t^2/2", "constant", "equal"),
        ("t^2/2 + c", "t^2/2", "constant", "equal"),
        ("t^2/2 + s", "t^2/2 + c s", "constant", "different"),
        ("t^2", "t^2/2", "constant", "different"),
        ("log(2 t)", "log(t)", "constant", "equal"),
        ("-sin(t)^2/2", "cos(t)^2/2", "constant", "equal"),
        ("3 t^2 + 1", "t^2", "constant,factor", "equal"),
        ("3 t^2 + t", "t^2", "constant,factor", "different"),
    ],
)
def test_freedoms(answer, reference, up_to, verdict):
    assert einsight.grade(answer, reference, DECLARE, up_to=up_to).verdict == verdict


def test_a_constant_may_hold_what_is_not_the_variable():
    asked = {"reference": "c t", "declare": DECLARE, "up_to": "constant"}
    assert einsight.grade("c t + c", wrt="t", **asked).verdict == "equal"
    assert einsight.grade("c t + c", **asked).verdict == "different"
    assert einsight.grade("c t + C", **asked).reason == "right up to a constant"


def test_a_freedom_of_another_name_raises():
    with pytest.raises(einsight.EinsightError, match="sign, factor, constant"):
        einsight.grade("x", "x", up_to="luck")
