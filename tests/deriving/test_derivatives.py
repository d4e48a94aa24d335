"""Derivatives against difference quotients of the same expression in NumPy, all dimensions different."""


import numpy as np
import pytest
from paths import rows

import einsight
from einsight.deriving.questions import read_declarations
from einsight.deriving.readback import function_value, read_value
from einsight.meaning.equality import compare

DECLARE = """
W in R^(n x m); A in R^(n x p); B in R^(p x q); C in R^(n x q); v in R^q; a, x in R^m; y, b in R^n
Q in R^(m x m); P in R^(m x m) ; V in R^(p x n); u in R^p; c in R; X in R^(p x q)
"""
SIZES = {"n": 3, "m": 4, "p": 2, "q": 5}
SHAPES = {
    "W": "nm", "A": "np", "B": "pq", "C": "nq", "v": "q", "a": "m", "x": "m", "y": "n", "b": "n", "Q": "mm", "P": "mm",
    "V": "pn", "u": "p", "c": "", "X": "pq",
}  # fmt: skip
NUMPY = {n: getattr(np, n) for n in "tanh exp log sum sqrt maximum mean outer diag trace".split()}
NUMPY |= {"norm": np.linalg.norm, "inv": np.linalg.inv, "det": np.linalg.det}


def _point(seed=0):
    generator = np.random.default_rng(seed)
    values = {n: generator.uniform(0.2, 1.0, [SIZES[d] for d in dims]) for n, dims in SHAPES.items()}
    values["P"] = values["P"] @ values["P"].T + 2 * np.eye(4) + 0.1 * values["P"]
    return values


def _quotients(function, values, variable, step=1e-4):
    """Five-point difference quotients, the output's axes first."""
    base = np.asarray(function(**values))
    out = np.zeros(base.shape + values[variable].shape)
    for cell in np.ndindex(values[variable].shape):

        def at(steps, cell=cell):
            moved = dict(values)
            moved[variable] = np.array(values[variable], dtype=float)
            moved[variable][cell] += steps * step
            return np.asarray(function(**moved))

        out[(..., *cell)] = (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * step)
    return out


CASES = list(rows("derivatives.txt"))


@pytest.mark.parametrize("case", CASES, ids=[f"{c[0]} by {c[1]}" for c in CASES])
def test_derivative(case):
    expression, variable, numpy_text, matrix, shape, gradient = (*case, "", "")[:6]
    derived = einsight.derive(expression, wrt=variable, declare=DECLARE)

    def function(**values):
        return eval(numpy_text, NUMPY | values)

    values = _point()
    expected = _quotients(function, values, variable)
    given = derived.evaluate(values)
    assert given.shape == expected.shape == tuple(SIZES[d] for d in derived.shape)
    np.testing.assert_allclose(given, expected, rtol=1e-6, atol=1e-8)

    if matrix == "-":
        assert derived.matrix is None
    else:
        assert derived.matrix is not None
        if matrix != "*":
            assert derived.matrix == matrix
        assert (derived.matrix_shape or ()) == tuple(d for d in shape.split(",") if d != "-")
    if gradient not in ("", "*"):
        assert derived.gradient == gradient
    _check_steps(derived)


def _check_steps(derived):
    """Every step of a derivation is a true equation."""
    from einsight.rules.engine import derivation, normal_form

    rewrites = derivation(derived.unreduced)
    for rewrite in rewrites:
        verdict = compare(rewrite.before, rewrite.after, derived.axes, function_value, points=1)
        assert verdict.equal is not False, (rewrite.rule.id, derived.steps)
    assert (rewrites[-1].after if rewrites else derived.unreduced) is normal_form(derived.unreduced)


@pytest.mark.parametrize("layout", ["numerator", "denominator", "mixed"])
def test_layouts(layout):
    """docs/pages/layouts.md: the components never depend on the layout, the shape of the matrix does."""
    shapes = {
        "numerator": [("1", "m"), ("n", "m"), ("m", "n"), ("n", "m")],
        "denominator": [("m", "1"), ("m", "n"), ("n", "m"), ("m", "n")],
        "mixed": [("m", "1"), ("n", "m"), ("n", "m"), ("n", "m")],
    }
    problems = [("a' x", "x"), ("W x", "x"), ("y' W x", "W"), ("c W", "c")]
    for (expression, variable), shape in zip(problems, shapes[layout], strict=True):
        derived = einsight.derive(expression, wrt=variable, declare=DECLARE, layout=layout)
        assert derived.matrix_shape == shape
        assert derived.index == einsight.derive(expression, wrt=variable, declare=DECLARE).index
        read = read_value(derived.matrix, read_declarations(DECLARE, layout), derived.term)
        assert tuple(map(str, read.layout)) == shape


def test_contract_of_the_library():
    derived = einsight.derive(
        "y' A x", wrt="x", declare="A in R^(n x m); x in R^m; y in R^n", order=1, layout="numerator"
    )
    assert derived.index == "y_k A_ki"
    assert (derived.free, derived.shape) == (("i",), ("m",))
    assert (derived.matrix, derived.matrix_shape) == ("y' A", ("1", "m"))
    # the order in which the course page derives it
    rules = [s.rule for s in derived.steps]
    assert rules == [
        "derivative.under-sum",
        "derivative.constant-factor",
        "derivative.component",
        "delta.contract",
        "notation.matrix",
    ]


def test_orders_and_components():
    assert einsight.derive("x' Q x", wrt="x", order=2, declare=DECLARE).matrix == "Q + Q'"
    assert einsight.derive("x' Q y", wrt=["x", "y"], declare="x in R^n; y in R^m; Q in R^(n x m)").index == "Q_ij"
    derived = einsight.derive("F_oi = x_i u_o", wrt="x_j", declare=DECLARE)
    assert (derived.free, derived.shape) == (("o", "i", "j"), ("p", "m", "m"))
    assert einsight.derive("W_ij x_j", wrt="x").free == ("i", "j")
    assert einsight.simplify("δ_ii", declare="x in R^n").index in ("n", "i")
    assert einsight.simplify("tr(I(n))").index == "n"


@pytest.mark.parametrize(
    ("expression", "wrt", "code"),
    [
        ("", "x", "EIN001"),
        ("f(A)", None, "EIN107"),
        ("W x", "z", "EIN101"),
        ("zeta(x)", "x", "EIN002"),
        ("x = = y", "x", "EIN001"),
    ],
)
def test_bad_input_raises_one_kind(expression, wrt, code):
    with pytest.raises(einsight.EinsightError) as caught:
        einsight.derive(expression, wrt=wrt, declare=DECLARE)
    assert caught.value.diagnostics[0].code == code


def test_only_one_kind_of_exception_escapes():
    given = {"expression": "y' W x", "wrt": "x", "declare": DECLARE}
    bad = [{"expression": None}, {"expression": b"x"}, {"wrt": 3}, {"wrt": ["x", None]}, {"declare": 3}, {"order": "a"},
           {"order": 1.5}, {"order": 10**6}, {"layout": None}]  # fmt: skip
    for change in bad:
        with pytest.raises(einsight.EinsightError):
            einsight.derive(**(given | change))
    derived = einsight.derive(**given)
    for values in (
        None,
        {},
        {"W": [[1], [1, 2]], "y": [1.0]},
        {"W": "text", "y": [1.0]},
        {"W": [[1.0]], "y": [1.0, 2.0]},
    ):
        with pytest.raises(einsight.EinsightError):
            derived.evaluate(values)
    for wrong in (
        lambda: einsight.check(None),
        lambda: einsight.check("x", layout="up"),
        lambda: einsight.rewrite("x_i", 3),
    ):
        with pytest.raises(einsight.EinsightError):
            wrong()


def test_whole_numbers_are_numbers():
    assert einsight.derive("c^-1", wrt="c", declare=DECLARE).evaluate({"c": 2}) == -0.25
    assert einsight.derive("y' W x", wrt="x_1", declare=DECLARE).index == "W_k1 y_k"
