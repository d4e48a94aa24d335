"""Differentials in documents: `d(inv(A)) = -inv(A) dA inv(A)`, judged at changes of their own, and held to small steps in NumPy."""

import numpy as np
import pytest

import einsight

DECLARE = "A ∈ ℝ^(n×n); x ∈ ℝ^n; X ∈ ℝ^(n×m); y = A x"
# the claim, its verdict, and where it is right both sides: the function, and its change along dA, dx, dX
CASES = [
    ("d(inv(A)) = -inv(A) dA inv(A)", "right", lambda A, x, X: np.linalg.inv(A)),
    ("d logdet(A) = tr(inv(A) dA)", "right", lambda A, x, X: np.log(np.linalg.det(A))),
    ("d(det(A)) = det(A) tr(inv(A) dA)", "right", lambda A, x, X: np.linalg.det(A)),
    ("d(x' A x) = x' (A + A') dx", "right", lambda A, x, X: x @ A @ x),
    ("d(x' A x) = x' (A + A') dx + x' dA x", "right", lambda A, x, X: x @ A @ x),
    ("d tr(X' X) = 2 tr(X dX')", "right", lambda A, x, X: np.trace(X.T @ X)),
    ("d tr(X' X) = tr(X' dX)", "wrong", None),
    ("d(A x) = dA x + A dx", "right", lambda A, x, X: A @ x),
    ("d(A x) = A dA", "shape", None),
    ("d(inv(A)) = -inv(A)' dA inv(A)", "right_if", None),
]


@pytest.mark.parametrize(("claim", "verdict", "function"), CASES, ids=[c[0] for c in CASES])
def test_claim(claim, verdict, function):
    (found,) = einsight.check(f"{DECLARE}\n{claim}").claims
    assert found.verdict == verdict, found
    if function is None:
        return
    right = claim.split("=", 1)[1]
    generator = np.random.default_rng(0)
    point = {
        "A": generator.uniform(0, 1, (3, 3)) + 2 * np.eye(3),
        "x": generator.uniform(0, 1, 3),
        "X": generator.uniform(0, 1, (3, 2)),
    }
    along = {n: generator.uniform(-1, 1, v.shape) if f"d{n}" in right else np.zeros(v.shape) for n, v in point.items()}
    quotient = (
        function(**{n: v + 1e-6 * along[n] for n, v in point.items()})
        - function(**{n: v - 1e-6 * along[n] for n, v in point.items()})
    ) / 2e-6
    said = einsight.simplify(right, f"{DECLARE}; dA ∈ ℝ^(n×n); dx ∈ ℝ^n; dX ∈ ℝ^(n×m)")
    np.testing.assert_allclose(
        said.evaluate(point | {f"d{n}": v for n, v in along.items()}), quotient, rtol=1e-6, atol=1e-8
    )


def test_a_differential_is_known_in_its_statement_alone():
    """So `d/dx` of the next statement is a derivative."""
    report = einsight.check(f"{DECLARE}\nd(x' A x) = x' (A + A') dx\nd/dx (x' A x) = x' (A + A')")
    assert [c.verdict for c in report.claims] == ["right", "right"]
