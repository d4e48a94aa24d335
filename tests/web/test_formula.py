"""What a page shows of a formula: the library's answers, whatever the spelling; shapes, layouts and verdicts as they were chosen."""

import json

import pytest

import einsight
from einsight.web.engine import ask
from einsight.web.formula import Asked, answered, document_of, in_layouts, rules_of, source, view_of

# one formula in many spellings, and what `derive` makes of it
LEAST_SQUARES = [
    "norm(A x - b)^2",
    "‖A x - b‖²",
    r"\|A x - b\|_2^2",
    r"$\lVert Ax - b \rVert^2$",
    "np.sum((A @ x - b)**2)",
    "(A x - b)' (A x - b)",
    r"(A x - b)^\top (A x - b)",
    "d/dx norm(A x - b)^2",
    r"\frac{\partial}{\partial x} \|A x - b\|^2",
]


@pytest.mark.parametrize("text", LEAST_SQUARES)
def test_every_spelling_has_the_library_s_answer(text):
    shown = answered(Asked(text, layout="mixed"))
    d = einsight.derive("norm(A x - b)^2", "x", "A in R^(n x m); x in R^m; b in R^n", layout="mixed")
    equal = einsight.grade(shown["matrix"], d.matrix, declare="A in R^(n x m); x in R^m; b in R^n")
    assert shown["wrt"] == ["x"] and equal.verdict == "equal"
    assert len(shown["matrixShape"]) == 2 and shown["matrixShape"][1] == "1"


def test_the_variable_is_chosen_and_can_be_another():
    shown = answered(Asked("norm(W x - y)^2"))
    assert shown["variables"] == ["x", "W", "y"] and shown["wrt"] == ["x"]
    assert answered(Asked("norm(W x - y)^2", wrt="W"))["gradient"] == "2 (W x - y) x'"


def test_a_shape_that_was_chosen_counts():
    assert answered(Asked("x' A x"))["matrix"] == "x' (A + A')"
    chosen = answered(Asked("x' A x", shapes=("A ∈ ℝ^(n×n) symmetric",)))
    assert chosen["matrix"] == "2 x' A" and [c["name"] for c in chosen["assumed"]] == ["x"]
    (symmetric,) = [c for c in answered(Asked("x' A x"))["assumed"] if c["name"] == "A"]
    assert "A ∈ ℝ^(n×n) symmetric" in symmetric["choices"]


@pytest.mark.parametrize(
    ("text", "layout", "verdict"),
    [
        ("tr(A B) = tr(B A)", "numerator", "right"),
        ("d/dx (x' A x) = 2 x' A", "numerator", "right_if"),
        ("d/dx (x' A x) = 2 A x", "mixed", "right_if"),
        ("d/dx (x' x) = x", "mixed", "wrong"),
        ("d/dx (a' x) = a", "numerator", "transposed"),
        ("A B = B A", "numerator", "wrong"),
        ("d/dx sigmoid(x) = diag(sigmoid(x))", "numerator", "wrong"),
        (r"\frac{\partial}{\partial X} \log\det X = X^{-\top}", "mixed", "right"),
    ],
)
def test_a_claim_has_its_verdict(text, layout, verdict):
    (claim,) = answered(Asked(text, layout=layout))["claims"]
    assert claim["verdict"] == verdict
    if verdict == "wrong":
        assert "the left side is" in claim["counterexample"]


def test_a_claim_whose_right_side_fits_nothing_keeps_the_shapes_of_its_left():
    shown = answered(Asked("d/dx norm(A x - b)^2 = 2 A (A x - b)"))
    assert {c["name"]: c["space"] for c in shown["assumed"]} == {"A": "ℝ^(m×n)", "x": "ℝ^n", "b": "ℝ^m"}
    assert shown["claims"][0]["verdict"] == "shape"


def test_layouts_side_by_side():
    rows = {r["layout"]: (r["matrix"], r["shape"]) for r in in_layouts(Asked("norm(A x - b)^2"))}
    assert rows == {
        "numerator": ("2 (A x - b)' A", "1×m"),
        "denominator": ("2 A' (A x - b)", "m×1"),
        "mixed": ("2 A' (A x - b)", "m×1"),
    }
    signs = {r["layout"]: r["signs"] for r in in_layouts(Asked("d/dx (a' x) = a"))}
    assert signs == {"numerator": ["⇄ transposed"], "denominator": ["✓"], "mixed": ["✓"]}


def test_code_and_the_document_to_go_on_with():
    asked = Asked("norm(A x - b)^2")
    assert "def derivative(*, A, b, x)" in source(asked, "numpy")
    report = einsight.check(document_of(Asked("d/dx (a' x) = a'")))
    assert [c.verdict for c in report.claims] == ["right"]
    assert "einsight" not in document_of(asked) and document_of(asked).endswith("∂/∂x (norm(A x - b)^2)\n")


@pytest.mark.parametrize("text", ["norm(A x - b)^2", "y = W x + b", "d/dx (x' A x) = 2 x", "h = tanh(W x); dh/dx"])
def test_the_derivation_is_the_view_of_the_editors(text):
    if "dh" in text:
        text = f"W ∈ ℝ^(n×m); x ∈ ℝ^m; {text}"
    found = view_of(Asked(text))
    assert found["derivation"]["steps"] and found["range"]["start"]["line"] == found["document"].count("\n") - 1


def test_rules_for_a_part():
    asked = Asked("∑_j δ_ij x_j = x_i")
    found = rules_of(asked, (0, 0), (0, 10))
    assert "delta.contract" in [r["rule"] for r in found["rules"]]


@pytest.mark.parametrize("text", ["", "A x +", "f(x)", r"\frac{", "x " * 30_000])
def test_what_does_not_read_is_told(text):
    shown = answered(Asked(text))
    assert shown["kind"] == "problem" and shown["problems"][0]["message"]


def test_messages_are_answered_whatever_they_are():
    assert json.loads(ask('{"method": "answer", "given": {"text": "x\' x"}}'))["result"]["matrix"] == "2 x'"
    assert "result" in json.loads(ask('{"method": "about"}'))
    for wrong in (
        "",
        "[]",
        '{"method": "none"}',
        '{"method": "code", "given": {"text": "x\' x", "target": "fortran"}}',
    ):
        assert json.loads(ask(wrong))["error"]


@pytest.mark.parametrize(
    ("text", "wrt", "matrix"),
    [
        ("gradient of x' A x with respect to A", ["A"], "x x'"),
        ("x' A x, w.r.t. A", ["A"], "x x'"),
        ("d/dA of x' A x", ["A"], "x x'"),
        (r"$\frac{\partial}{\partial X}$ of $\log\det X$", ["X"], "X^-1"),
        ("Hessian of x' A x with respect to x", ["x", "x"], "A + A'"),
        ("minimize ‖X w - y‖² over w", ["w"], None),
    ],
)
def test_what_words_ask_for_is_what_it_is_differentiated_in(text, wrt, matrix):
    shown = answered(Asked(text))
    if matrix is None:  # refused, or answered in what is said
        assert shown["kind"] == "problem" or shown["wrt"] == wrt
        return
    assert shown["wrt"] == wrt and shown["order"] == len(wrt) and shown["matrix"] == matrix


def test_several_variables_are_refused_and_not_taken_for_a_second_derivative():
    (problem,) = answered(Asked("derivative of ‖W x + b‖² wrt W and b"))["problems"]
    assert "several" in problem["message"]


def test_what_is_asked_of_a_formula_again_is_kept_and_what_was_not_tried_is_not(monkeypatch):
    from einsight.web import formula

    calls = []
    derive = formula.derive
    monkeypatch.setattr(formula, "derive", lambda *given: calls.append(given) or derive(*given))
    asked = Asked("tr(K L)")
    answered(asked), in_layouts(asked), source(asked, "numpy")
    assert len(calls) == 3  # one for each layout
    formula._derived(asked).not_tried.append("EIN504: a form was not found")
    answered(asked), answered(asked)
    assert len(calls) == 4
