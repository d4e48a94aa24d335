"""Rows that are declared with an axis of one entry: components keep it, matrix forms and claims take the vector that it is."""

import numpy as np
import pytest

import einsight

DECLARE = "x, δ ∈ ℝ^(1×n); t, b ∈ ℝ^(1×m); W ∈ ℝ^(n×m); M ∈ ℝ^(n×n)"
SIZES = {"n": 3, "m": 4}
SHAPES = {"x": (1, 3), "δ": (1, 3), "t": (1, 4), "b": (1, 4), "W": (3, 4), "M": (3, 3)}


def _softmax(z):
    return np.exp(z) / np.exp(z).sum()


CASES = [
    # expression, variable, layout, matrix form as NumPy reads it, the function
    ("x W", "x", "numerator", "W'", lambda x, W, **_: x @ W),
    ("x W", "x", "denominator", "W", lambda x, W, **_: x @ W),
    ("x M x'", "x", "numerator", "x (M + M')", lambda x, M, **_: x @ M @ x.T),
    ("‖x W - t‖²", "x", "denominator", "2 (x W - t) W'", lambda x, W, t, **_: np.sum((x @ W - t) ** 2)),
    ("‖x W - t‖²", "W", "denominator", "2 x' (x W - t)", lambda x, W, t, **_: np.sum((x @ W - t) ** 2)),
    ("softmax(x W + b)", "b", "numerator", None, lambda x, W, b, **_: _softmax(x @ W + b)),
    ("logsumexp(x W)", "x", "numerator", None, lambda x, W, **_: np.log(np.exp(x @ W).sum())),
    ("tanh(x W) t'", "x", "numerator", None, lambda x, W, t, **_: np.tanh(x @ W) @ t.T),
]


@pytest.mark.parametrize(("expression", "variable", "layout", "matrix", "function"), CASES)
def test_derivative(expression, variable, layout, matrix, function):
    derived = einsight.derive(expression, variable, DECLARE, layout=layout)
    generator = np.random.default_rng(0)
    point = {n: generator.uniform(0.2, 0.9, s) for n, s in SHAPES.items()}
    quotients = np.zeros(np.shape(function(**point)) + point[variable].shape)
    for cell in np.ndindex(point[variable].shape):
        up, down = ({**point, variable: point[variable].copy()} for _ in range(2))
        up[variable][cell] += 1e-6
        down[variable][cell] -= 1e-6
        quotients[(..., *cell)] = (function(**up) - function(**down)) / 2e-6
    found = derived.evaluate(point)
    np.testing.assert_allclose(np.squeeze(found), np.squeeze(quotients), rtol=1e-6, atol=1e-8)
    if matrix is not None:
        claimed = einsight.check(f"{DECLARE}\n#! layout {layout}\nd/d{variable} ({expression}) = {matrix}")
        assert [c.verdict for c in claimed.claims] == ["right"], claimed.claims


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("d/dx (x W) = W", "transposed"),
        ("d/dx (x W) = 2 W'", "wrong"),
        ("d/dx (x M x') = x (M + M')", "right"),
        ("d/dx (x M x') = 2 x M", "right_if"),
        ("d/dx (x W) = M", "shape"),
    ],
)
def test_claims(claim, verdict):
    assert [c.verdict for c in einsight.check(f"{DECLARE}\n{claim}").claims] == [verdict]
