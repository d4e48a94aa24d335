"""Arrays that are written out: their values, and the derivatives of and through them, beside NumPy's."""

import numpy as np
import pytest

import einsight

X, Y = 0.7, -1.3
A = np.array([[1.0, 2.0, X], [Y, 0.5, 3.0]])
V = np.array([0.4, -0.9, 1.1])
DECLARE = "x, y in R; v in R^3"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[x^2 y, x + y, 3]", np.array([X * X * Y, X + Y, 3])),
        ("[x, y]'", np.array([X, Y])),
        ("[[1, 2, x], [y, 1/2, 3]] v", A @ V),
        ("[[1, 2, x], [y, 1/2, 3]]'", A.T),
        ("x [y, 2]", np.array([X * Y, 2 * X])),
        ("det([[x, y], [1, 2]])", np.array(2 * X - Y)),
        ("inv([[x, y], [1, 2]])", np.linalg.inv([[X, Y], [1, 2]])),
        ("[v_1, v_3] + [x, y]", np.array([V[0] + X, V[2] + Y])),
    ],
)
def test_values(text, value):
    assert np.allclose(einsight.simplify(text, declare=DECLARE).evaluate({"x": X, "y": Y, "v": V}), value)


@pytest.mark.parametrize(
    ("text", "variable", "value"),
    [
        ("[x^2 y, x + y, 3]", "x", np.array([2 * X * Y, 1, 0])),
        ("v' [[1, 2, x], [y, 1/2, 3], [0, 0, 1]] v", "v", (lambda M: M @ V + M.T @ V)(np.vstack([A, [0, 0, 1]]))),
        ("norm([[1, 2, x], [y, 1/2, 3]] v)^2", "v", 2 * A.T @ A @ V),
        ("[v_1 v_2, sin(v_3)]", "v", np.array([[V[1], V[0], 0], [0, 0, np.cos(V[2])]])),
    ],
)
def test_derivatives(text, variable, value):
    found = einsight.derive(text, wrt=variable, declare=DECLARE).evaluate({"x": X, "y": Y, "v": V})
    assert np.allclose(found, value)


@pytest.mark.parametrize(
    ("text", "code"),
    [("[v, x]", "EIN301"), ("[[1, 2], [3]]", "EIN301"), ("[[1, 2], 3]", "EIN301"), ("[x, y] [x, y]", "EIN303")],
)
def test_what_is_no_array(text, code):
    with pytest.raises(einsight.EinsightError) as told:
        einsight.simplify(text, declare=DECLARE)
    assert code in [d.code for d in told.value.diagnostics]


@pytest.mark.parametrize("verdict, right", [("right", "[[2 x, 0], [y, x]]"), ("transposed", "[[2 x, y], [0, x]]"), ("wrong", "[[2 x, 0], [y, y]]")])
def test_claims(verdict, right):
    report = einsight.check(f"v in R^2\nx := v_1\ny := v_2\nd/dv [v_1^2, v_1 v_2] = {right}")
    assert [c.verdict for c in report.claims] == [verdict]
