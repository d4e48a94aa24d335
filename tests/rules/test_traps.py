"""Traps that others fell into (each is a case), by canonical form and by value."""

import pytest

import einsight

DECLARE = "A, B, X in R^(n x n); a, x, y in R^n; W in R^(m x n); b in R^m; z in R^p; c in R"


@pytest.mark.parametrize(
    ("expression", "index"),
    [
        ("tr(I(n))", "n"),  # the dimension, not 1
        ("∑_i ∑_j δ_ij δ_ij x_i", "∑_k x_k"),  # equal factors are one object: both must not be lost
        ("∑_{i=1}^n c", "n c"),  # an index without a factor multiplies by the dimension
        ("(I(n))_ij", "δ_ij"),  # two free ends keep the delta
        ("∑_j δ_ij exp(x_j) x_j", "exp(x_i) x_i"),
        ("(x' x) (x' x)", "(∑_k x_k^2)^2"),  # no capture when one thing is used twice
        ("A + A'", "A_ij + A_ji"),
        ("x_1 x_1", "x_1^2"),
    ],
)
def test_canonical(expression, index):
    assert einsight.simplify(expression, declare=DECLARE).index == index


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("A + A' = A + A", "right_if"),
        ("hess(x' A x, x) = A + A'", "right"),
        ("d/dX tr(X X) = 2 X", "right"),
        ("∇_X tr(X X) = 2 X'", "right"),
        ("∇_X logdet(X) = inv(X)'", "right"),
        ("∇_X logdet(X) = inv(X)", "transposed"),
        ("∂X_11/∂X_11 = 1", "right"),  # SymPy answers 0
        ("d/dx log(sum(exp(x))) = 0", "wrong"),
        ("d/dx log(sum(exp(x))) = softmax(x)'", "right"),
        ("∇_W ‖W x - b‖² = 2 (W x - b) x'", "right"),
        ("tanh(∑_j A_ij x_j) = ∑_j tanh(A_ij x_j)", "wrong"),  # no merging across a function
        ("∂/∂a_j ∑_j a_j A_kj = A_kj", "right"),  # the bound index is renamed
        ("x' a x' y = (x' a) (x' y)", "right"),
        ("∂x_i/∂x_i = n", "right"),
        ("d/dc (c A x) = A x", "right"),
        ("(A B) x = A (B x)", "right"),
        ("1/n ∑_i x_i = mean(x)", "right"),
    ],
)
def test_claims(claim, verdict):
    text = DECLARE + "\n" + claim
    findings = einsight.check(text)
    assert [c.verdict for c in findings.claims] == [verdict], findings.diagnostics


def test_refused_rather_than_guessed():
    text = "W in R^(m x n); y in R^m\nW y"
    assert [d.code for d in einsight.check(text).diagnostics if d.severity == "error"] == ["EIN302"]


def test_definitions_are_used_twice_without_capture():
    text = DECLARE + "\ns = a_k x_k\nt_i = s s A_ij x_j\nt_i = (a_k x_k)^2 A_ij x_j\n"
    assert [c.verdict for c in einsight.check(text).claims] == ["right"]


def test_symmetric_variable_is_differentiated_as_such():
    derived = einsight.derive("x' S y", wrt="S", declare="S in R^(n x n) symmetric; x, y in R^n")
    assert derived.index in ("1/2 x_i y_j + 1/2 x_j y_i", "1/2 x_i y_j + 1/2 y_i x_j")
