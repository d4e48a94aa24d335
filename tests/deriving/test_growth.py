"""Derivatives through many definitions: right, and printed in a length that grows with their number."""

import sys

import numpy as np
import pytest
from thinning import rest_in_campaigns

import einsight
from einsight.deriving import readback
from einsight.deriving.readback import function_value
from einsight.meaning.equality import compare


def _chain(layers):
    """`h_k = tanh(W_k h_(k-1))`, every dimension a name of its own."""
    lines = ["x in R^n0", f"t in R^n{layers}", "h_0 = x"]
    for k in range(1, layers + 1):
        lines += [f"W_{k} in R^(n{k} x n{k - 1})", f"h_{k} = tanh(W_{k} h_{k - 1})"]
    return "\n".join(lines)


def _values(layers):
    generator = np.random.default_rng(layers)
    sizes = [3 + k % 3 for k in range(layers + 1)]
    values = {f"W_{k}": generator.normal(size=(sizes[k], sizes[k - 1])) for k in range(1, layers + 1)}
    return values | {"x": generator.normal(size=sizes[0]), "t": generator.normal(size=sizes[-1])}


def _forward(layers, values):
    h = values["x"]
    for k in range(1, layers + 1):
        h = np.tanh(values[f"W_{k}"] @ h)
    return h


@pytest.mark.parametrize("layers", [3, 8])
@pytest.mark.parametrize("variable", ["x", "W_1", "W_3"])
@pytest.mark.parametrize("what", ["h", "loss"])
def test_chain(layers, variable, what):
    expression = f"h_{layers}" if what == "h" else f"‖h_{layers} - t‖²"
    derived = einsight.derive(expression, wrt=variable, declare=_chain(layers))
    values = _values(layers)

    def output(**changed):
        h = _forward(layers, values | changed)
        return h if what == "h" else np.sum((h - values["t"]) ** 2)

    given = derived.evaluate(values)
    for cell in np.ndindex(*values[variable].shape):
        moved = np.zeros_like(values[variable])
        moved[cell] = 1e-5
        slope = (output(**{variable: values[variable] + moved}) - output(**{variable: values[variable] - moved})) / 2e-5
        np.testing.assert_allclose(given[(..., *cell)], slope, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("expression", "variable"), [("h_{}", "x"), ("‖h_{} - t‖²", "x"), ("‖h_{} - t‖²", "W_1")])
def test_printed_length_is_linear(expression, variable):
    length = {}
    for layers in (6, 12, 24):
        derived = einsight.derive(expression.format(layers), wrt=variable, declare=_chain(layers))
        assert derived.matrix is not None
        length[layers] = len(derived.index) + len(derived.matrix)
    assert length[24] <= 10 * length[6]
    assert length[24] <= 2.4 * length[12]


def test_claims_through_a_deep_chain():
    gradient = "(h_8 - t)"
    for k in range(8, 1, -1):
        gradient = f"(W_{k}' ((1 - h_{k}^2) ⊙ {gradient}))"
    right = f"2 h_0 ((1 - h_1^2) ⊙ {gradient})'"
    text = f"{_chain(8)}\nd/dW_1 ‖h_8 - t‖² = {right}\nd/dW_1 ‖h_8 - t‖² = {right.replace('h_3^2', 'h_3')}\n"
    assert [c.verdict for c in einsight.check(text).claims] == ["right", "wrong"]


def test_named_parts_read_as_definitions():
    derived = einsight.derive("‖h_8 - t‖²", wrt="W_1", declare=_chain(8))
    assert derived.matrix is not None
    text = f"{_chain(8)}\nd/dW_1 ‖h_8 - t‖² = {derived.matrix}\nG_ij = {derived.index}\n∇_W_1 ‖h_8 - t‖² = G\n"
    assert [c.verdict for c in einsight.check(text).claims] == ["right", "right"]


def test_short_chains_are_put_into_one_another():
    derived = einsight.derive("h_2", wrt="x", declare=_chain(2))
    assert derived.matrix == "diag(1 - h_2^2) W_2 diag(1 - h_1^2) W_1"


RESIDUAL = "W in R^(n x n); x, t in R^n; c in R; h_0 = x\n" + "\n".join(
    f"h_{k} = tanh(W h_{k - 1} + c x) + h_{k - 1}" for k in range(1, 8)
)


VARIABLES, RESIDUALS = ["x", "W", "c"], ["‖h_7 - t‖²", "h_7", "h_7' h_3 + h_5' W h_2", "tr(W) h_7' t"]


# every expression and every variable by default, each with each in campaigns
@pytest.mark.parametrize(
    "expression, variable",
    rest_in_campaigns(
        [(e, v) for e in RESIDUALS for v in VARIABLES],
        lambda row: RESIDUALS.index(row[0]) % 3 == VARIABLES.index(row[1]),
        " by ".join,
    ),
)
def test_shared_weights_and_shortcuts(expression, variable):
    """What is used by several later definitions gets a contribution from each."""
    derived = einsight.derive(expression, wrt=variable, declare=RESIDUAL)
    assert compare(derived.unreduced, derived.term, derived.axes, function_value, points=2).equal


def _work(expression, variable, declare, has_matrix=False):
    """How many functions are called for an index form, or for a matrix form too: the same on every machine."""
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        derived = einsight.derive(expression, wrt=variable, declare=declare)
        assert not has_matrix or derived.matrix
    finally:
        sys.setprofile(None)
    return calls


def _nested(layers, mark):
    names = [f"W{mark}{chr(97 + k)}" for k in range(layers)]
    expression = f"x{mark}"
    for name in names:
        expression = f"tanh({name} {expression})"
    return expression, f"x{mark}", f"x{mark} in R^n; {', '.join(names)} in R^(n x n)"


def _summed(terms, mark):
    names = [f"A{mark}_{k}" for k in range(terms)]
    return (
        " + ".join(f"x{mark}' {a} x{mark}" for a in names),
        f"x{mark}",
        f"x{mark} in R^n; {', '.join(names)} in R^(n x n)",
    )


def _multiplied(factors, mark):
    names = [f"a{mark}_{k}" for k in range(factors)]
    return " ".join(f"(1 + {a}' x{mark})" for a in names), f"x{mark}", f"{', '.join(names)}, x{mark} in R^n"


@pytest.mark.parametrize(
    ("problem", "small", "large", "most"),
    # a chain in one text, whose derivative is written with the square of its layers, and a product, whose has as many terms
    [(_nested, 4, 16, 8), (_summed, 16, 64, 5), (_multiplied, 8, 32, 13)],
)
def test_work_grows_with_the_text(problem, small, large, most):
    _work(*problem(small, "w"))  # what is imported and read once
    few, many = _work(*problem(small, "p")), _work(*problem(large, "q"))
    assert many <= most * few, (few, many)


@pytest.mark.parametrize(
    ("expression", "variable", "most", "most_with_matrix"),
    [
        ("W{0} x{0}", "x{0}", 800, 950),
        ("x{0}' A{0} x{0}", "x{0}", 1_400, 2_700),
        ("‖W{0} x{0} - y{0}‖²", "W{0}", 1_400, 3_900),
    ],
)
def test_one_line_costs_few_calls(expression, variable, most, most_with_matrix, monkeypatch):
    """It was four times as many when each rule made terms of its own, and half as many again when each small walk was a generator."""
    declare = "A{0} in R^(m x m); W{0} in R^(n x m); x{0} in R^m; y{0} in R^n"
    monkeypatch.setattr(readback, "_says", readback._says.__wrapped__)  # without what `read_back.py` reads besides
    for has_matrix, limit in ((False, most), (True, most_with_matrix)):
        marks = ("a", "b") if has_matrix else ("p", "q")
        _, found = (_work(*(t.format(m) for t in (expression, variable, declare)), has_matrix) for m in marks)
        assert found <= limit, (found, limit)
