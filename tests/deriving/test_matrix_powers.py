"""Powers of matrices, and functions of Kronecker products, against complex steps of the same expression in NumPy."""

import numpy as np
import pytest
from generated_code import library

import einsight
from einsight.deriving.derive import derive
from einsight.terms.term import Operator, Product, Sum

DECLARE = "X, C in R^(n x n); B in R^(m x m); b in R^n; s in R positive; k in R integer"
SIZES = {"n": 3, "m": 2}
STEP = 1e-30  # no difference is taken, so that nothing cancels
power, kron, inv, det = np.linalg.matrix_power, np.kron, np.linalg.inv, np.linalg.det
CASES = [
    ("tr(X^20)", "X", lambda X, **_: np.trace(power(X, 20))),
    ("tr(X^20 C)", "X", lambda X, C, **_: np.trace(power(X, 20) @ C)),
    ("tr(X^-13 C)", "X", lambda X, C, **_: np.trace(power(inv(X), 13) @ C)),
    ("X^7", "X", lambda X, **_: power(X, 7)),
    ("X^-6", "X", lambda X, **_: power(inv(X), 6)),
    ("b' (X' X)^6 b", "X", lambda X, b, **_: b @ power(X.T @ X, 6) @ b),
    ("tr((X^5 C)^7)", "X", lambda X, C, **_: np.trace(power(power(X, 5) @ C, 7))),
    ("b' inv(X^7) b", "X", lambda X, b, **_: b @ inv(power(X, 7)) @ b),
    ("det(X^9)", "X", lambda X, **_: det(power(X, 9))),
    ("logdet(X^9)", "X", lambda X, **_: np.log(det(power(X, 9)))),
    ("tr(inv(X ⊗ B))", "X", lambda X, B, **_: np.trace(inv(kron(X, B)))),
    ("sum(inv(B ⊗ X) ⊙ (B ⊗ C))", "X", lambda X, B, C, **_: np.sum(inv(kron(B, X)) * kron(B, C))),
    ("sum(inv(s (X ⊗ B)))", "B", lambda X, B, s, **_: np.sum(inv(s * kron(X, B)))),
    ("det(s (X ⊗ B))", "X", lambda X, B, s, **_: det(s * kron(X, B))),
    ("det(s (X ⊗ B))", "s", lambda X, B, s, **_: det(s * kron(X, B))),
    ("logdet(s ((X C) ⊗ B))", "B", lambda X, C, B, s, **_: np.log(det(s * kron(X @ C, B)))),
    ("logdet(B ⊗ X ⊗ B)", "B", lambda X, B, **_: np.log(det(kron(kron(B, X), B)))),
    ("sum((X ⊗ B)^6)", "X", lambda X, B, **_: np.sum(power(kron(X, B), 6))),
    ("tr((X ⊗ B)^-5)", "B", lambda X, B, **_: np.trace(power(inv(kron(X, B)), 5))),
    ("tr((X ⊗ B)(C ⊗ B))", "B", lambda X, B, C, **_: np.trace(kron(X, B) @ kron(C, B))),
]


def _point():
    generator = np.random.default_rng(4)
    values = {"X": np.eye(3), "C": np.eye(3), "B": np.eye(2), "b": np.zeros(3), "s": np.array(1.1)}
    return {n: v + generator.uniform(0.05, 0.35, v.shape) for n, v in values.items()}


@pytest.mark.parametrize(("text", "wrt", "function"), CASES, ids=[f"{t} by {w}" for t, w, _ in CASES])
def test_derivative(text, wrt, function):
    values = _point()
    cells = list(np.ndindex(values[wrt].shape))
    slopes = []
    for cell in cells:
        moved = np.array(values[wrt], dtype=complex)
        moved[cell] += 1j * STEP
        slopes.append(np.asarray(function(**values | {wrt: moved})).imag / STEP)
    value = np.asarray(slopes[0])
    expected = np.moveaxis(np.array(slopes), 0, -1).reshape((*value.shape, *values[wrt].shape))
    found = derive(text, wrt, DECLARE)
    assert found.evaluate({n: values[n] for n in "XCBbs"}) == pytest.approx(expected, rel=1e-10)


def _factors(term):
    return sum(isinstance(t, Operator) for t in term.walk()) + sum(
        len(t.children()) for t in term.walk() if isinstance(t, (Product, Sum))
    )


def test_a_term_does_not_grow_with_the_exponent():
    small, large = (derive(f"tr(X^{n})", "X", DECLARE) for n in (20, 10**6))
    assert _factors(small.term) == _factors(large.term) <= 3
    assert (small.matrix, large.matrix) == ("20 X^19", "1000000 X^999999")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("X^20", "X^20"),
        ("(X^6)' X'", "(X^7)'"),
        ("X^13 X^7", "X^20"),
        ("X^5 X^-5", "I"),
        ("inv(X)^7 X^3", "X^-4"),
        ("X^k X^20", "X^(k + 20)"),
        ("inv(X ⊗ B)", "X^-1 ⊗ B^-1"),
        ("(X ⊗ B)^5", "X^5 ⊗ B^5"),
    ],
)
def test_form(text, form):
    assert einsight.simplify(text, declare=DECLARE).matrix == form


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("X^k b", "a matrix to a symbolic power is known only in a trace or a determinant"),
        ("X^65 b", "the derivative of a matrix to the power 65 has as many terms, and at most 64 are written out"),
    ],
)
def test_what_has_no_rule_is_named_as_it_was_written(text, words):
    with pytest.raises(einsight.EinsightError, match=words):
        einsight.derive(text, "X", DECLARE)


@pytest.mark.parametrize("target", ["numpy", "jax", pytest.param("sympy", marks=pytest.mark.campaign)])
def test_code(target):
    values = {n: v for n, v in _point().items() if n in "XC"}
    derived = einsight.derive("tr(X^-7 C)", "X", DECLARE)
    scope = {}
    exec(derived.to(target), scope)
    # JAX compiles it as a whole, each operation by itself takes three times as long
    function = library("jax").jit(scope["derivative"]) if target == "jax" else scope["derivative"]
    given = function(**values)
    rows = given.tolist() if target == "sympy" else given
    assert np.array(rows, dtype=float) == pytest.approx(
        derived.evaluate(values), rel=1e-4 if target == "jax" else 1e-10
    )
