"""Functions of arrays, along axes and indices, and norms: values and derivatives against NumPy and its difference quotients,
in the code of every library."""

from functools import cache

import numpy as np
import pytest
from generated_code import available, called, function_of
from paths import rows
from thinning import rest_in_campaigns

import einsight
from einsight.bench.differences import difference_quotients
from einsight.lowering.function_table import ROWS

DECLARE = """
S, T in R^(n x m); A in R^(n x p); B in R^(q x p); C in R^(q x p); a, x in R^m; y in R^n; c in R; Q, P in R^(m x m)
"""
SIZES = {"n": 3, "m": 4, "p": 2, "q": 5}
SHAPES = {
    "S": "nm", "T": "nm", "A": "np", "B": "qp", "C": "qp", "a": "m", "x": "m", "y": "n", "c": "", "Q": "mm", "P": "mm",
}  # fmt: skip
CASES = list(rows("array-functions.txt"))


@cache
def _derived(expression, variable):
    return einsight.derive(expression, wrt=variable, declare=DECLARE)


def _point():
    generator = np.random.default_rng(3)
    values = {n: generator.uniform(-1, 1, [SIZES[d] for d in dims]) for n, dims in SHAPES.items()}
    values["P"] = values["P"] @ values["P"].T + np.eye(4) + 0.1 * values["Q"]
    values["c"] = np.asarray(0.4)
    return values


def _known():
    """The functions by which rows are written in NumPy."""
    import scipy.linalg
    import scipy.special

    known = {n: getattr(np, n) for n in (
        "sum prod mean var std max min maximum clip cumsum kron tril triu trace cov eye inf"
    ).split()}  # fmt: skip
    known |= {n: getattr(scipy.special, n) for n in "softmax log_softmax logsumexp gammaln".split()}
    known |= {"norm": np.linalg.norm, "slogdet": np.linalg.slogdet, "expm": scipy.linalg.expm}
    known["gelu"] = lambda z: z * scipy.special.ndtr(z)
    known["silu"] = lambda z: z * scipy.special.expit(z)
    known["khatri_rao"] = lambda a, b: (a[:, None] * b).reshape(-1, a.shape[1])
    known["huber"] = lambda z, w: np.where(abs(z) <= w, z**2 / 2, w * (abs(z) - w / 2))
    return known


@pytest.mark.parametrize("case", CASES, ids=[f"{c[0]} by {c[1]}" for c in CASES])
def test_matrix_form(case):
    expression, variable, _, matrix = case
    derived = _derived(expression, variable)
    assert derived.matrix is None if matrix == "-" else derived.matrix is not None
    if matrix not in ("-", "*"):
        assert derived.matrix == matrix


@available("scipy")
@pytest.mark.parametrize("case", CASES, ids=[f"{c[0]} by {c[1]}" for c in CASES])
def test_function(case):
    expression, variable, text, _ = case
    values = _point()
    known = _known() | values

    def function(at):
        return eval(text, known | {variable: at})

    value = einsight.simplify(expression, declare=DECLARE).evaluate(values)
    expected = np.asarray(function(values[variable]))
    np.testing.assert_allclose(np.reshape(value, expected.shape), expected, rtol=1e-10, atol=1e-12)
    derived = _derived(expression, variable)
    found = called(function_of(derived, "numpy"), "numpy", values)
    assert found.shape == tuple(SIZES[d] for d in derived.shape)
    slope = difference_quotients(function, values[variable])
    np.testing.assert_allclose(np.reshape(found, slope.shape), slope, rtol=1e-7, atol=1e-8)


# JAX compiles each operation anew: the default run takes some rows, campaigns the others
@available("jax")
@pytest.mark.parametrize("case", rest_in_campaigns(CASES, lambda c: c in CASES[48::48], lambda c: f"{c[0]} by {c[1]}"))
def test_jax(case):
    expression, variable, _, _ = case
    derived = _derived(expression, variable)
    found, expected = (called(function_of(derived, target), target, _point()) for target in ("jax", "numpy"))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("expression, variable", [
    ("softmax(S, axis=1)", "S"), ("y' log_softmax(S, axis=1) x", "S"), ("y' logsumexp(S, axis=1)", "S"), ("log_softmax(x)", "x"),
])  # fmt: skip
@pytest.mark.parametrize("target", ["numpy", pytest.param("jax", marks=[available("jax"), pytest.mark.campaign])])
def test_code_stays_in_range(expression, variable, target):
    """Entries of a thousand: exponentials of them are beyond the range of floats, and shares of them are not."""
    values = _point()
    moved = values | {variable: 1000 + values[variable]}
    function = function_of(_derived(expression, variable), target)
    found, near = (called(function, target, at) for at in (moved, values))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, near, atol=1e-9)


@pytest.mark.parametrize("target", ["numpy", "sympy", pytest.param("dask", marks=available("dask"))])
@pytest.mark.parametrize("expression, variable", [
    ("y' max(S, axis=1)", "S"), ("prod(x)", "x"), ("x' tril(Q) a", "Q"), ("y' softmax(S, axis=1) x", "S"), ("‖S‖_1", "S"),
    ("sum(huber(S x - y, 1/2))", "x"),
])  # fmt: skip
def test_the_same_in_other_libraries(expression, variable, target):
    derived = _derived(expression, variable)
    values = _point()
    function = function_of(derived, target)
    if target == "sympy":
        names = function.__code__.co_varnames[: function.__code__.co_kwonlyargcount]
        import sympy

        found = function(**{n: sympy.Array(values[n].tolist()) for n in names}).tolist()
    else:
        found = called(function, target, values)
    np.testing.assert_allclose(np.asarray(found, dtype=float), derived.evaluate(values), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("row", [r for r in ROWS if r.formula], ids=lambda r: r.name)
def test_a_row_of_the_table_is_its_formula(row):
    """The formula that a row shows is what its call means, as the language reads both."""
    declared = "A ∈ ℝ^(n×n)" if row.ranks else "x ∈ ℝ^n"
    left = row.signature if not row.indices else f"{row.signature}_{''.join(row.indices)}"
    report = einsight.check(f"{declared}\n{left} = {row.formula}")
    assert [c.verdict for c in report.claims] == ["right"], report.diagnostics


@pytest.mark.parametrize("claim, verdict", [
    ("max(x) = x_1", "wrong"), ("max(x + c) = max(x) + c", "right"), ("max(-x) = -min(x)", "right"), ("prod(c x) = c^m prod(x)", "right"),
    ("prod(x + a) = prod(x) + prod(a)", "wrong"), ("tr(expm(Q')) = tr(expm(Q))", "right"), ("expm(Q) expm(Q) = expm(2 Q)", "right"),
    ("expm(Q + P) = expm(Q) expm(P)", "wrong"), ("det(expm(Q)) = exp(tr(Q))", "right"), ("softmax(S, axis=1) ones(m) = ones(n)", "right"),
    ("softmax(S, axis=1)' ones(n) = ones(m)", "wrong"), ("softmax_j(S_ij) = softmax(S, axis=1)_ij", "right"),
    ("cov(S, axis=0) = (S' S)/n - mean(S, axis=0) mean(S, axis=0)'", "right"), ("var(x) = ‖x - mean(x)‖²/m", "right"),
    ("d/dx max(x) = [x = max(x)]'", "right"), ("kron(Q, P) = Q ⊗ P", "right"), ("tril(Q) + triu(Q) = Q + diag(diag(Q))", "right"),
    ("‖S‖_1 = ‖S'‖_∞", "right"), ("‖x‖_1 = sum(x)", "right_if"),
])  # fmt: skip
def test_claims(claim, verdict):
    report = einsight.check(f"{DECLARE}\n{claim}")
    assert [c.verdict for c in report.claims] == [verdict], (report.claims, report.diagnostics)
