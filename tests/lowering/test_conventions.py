"""The summation convention where it is easily read otherwise: under an outer `∑`, in quotients, in shifted indices, across lines."""

import numpy as np
import pytest

import einsight

# what an enclosing `∑` binds is bound everywhere inside: expression, variable, the same in NumPy
BOUND = [
    ("∑_{i,j} W_ij (x_i - x_j)^2", "x", lambda W, x: np.sum(W * (x[:, None] - x[None]) ** 2)),
    ("∑_{i,j} W_ij (x_i - x_j)^2", "W", lambda W, x: np.sum(W * (x[:, None] - x[None]) ** 2)),
    ("∑_k p_k exp(-1/2 ∑_j (x_j - K_kj)^2)", "K", lambda p, x, K: np.sum(p * np.exp(-0.5 * np.sum((x - K) ** 2, 1)))),
    ("∑_{i,j} exp((u_i + v_j - C_ij)/c)", "u", lambda u, v, C, c: np.sum(np.exp((u[:, None] + v - C) / c))),
    ("∑_{i,j} log(1 + (x_i - x_j)^2)", "x", lambda x: np.sum(np.log(1 + (x[:, None] - x) ** 2))),
    ("∑_{n,q} (T_nq x_q - ∑_k T_nk b_k)^2", "T", lambda T, x, b: np.sum((T * x - (T @ b)[:, None]) ** 2)),
    ("∑_i (a_i + c)", "c", lambda a, c: np.sum(a + c)),
    ("∑_i (x_{i+1} - x_i) x_i", "x", lambda x: np.sum((np.append(x[1:], 0) - x) * x)),
    ("exp(X_ij)/∑_k exp(X_ik)", "X", lambda X: np.exp(X) / np.exp(X).sum(1, keepdims=True)),
    ("X_bh/s_b", "s", lambda X, s: X / s[:, None]),
    ("∑_i x_i/y_i", "y", lambda x, y: np.sum(x / y)),
    ("x_i^2/(y_i z_i)", "x", lambda x, y, z: x**2 / (y @ z)),
    ("a_ij/(s_i t_j)", "s", lambda a, s, t: a / (s[:, None] * t)),
]  # fmt: skip
SHAPES = {"W": (4, 4), "x": (4,), "p": (3,), "K": (3, 4), "u": (3,), "v": (5,), "C": (3, 5), "c": (), "T": (3, 4), "b": (4,), "a": (2,), "X": (3, 5), "s": (3,), "y": (4,), "z": (4,), "t": (5,)}  # fmt: skip


def slopes(function, given, wrt):
    """The derivative by complex steps: `f(x + ih) = f(x) + ih f'(x)` with h so small that nothing else is left."""
    x = given[wrt].astype(complex)
    columns = []
    for cell in np.ndindex(x.shape):
        moved = x.copy()
        moved[cell] += 1e-30j
        columns.append(np.imag(function(**{**given, wrt: moved})) / 1e-30)
    return np.stack(columns, -1).reshape(np.shape(columns[0]) + x.shape)


@pytest.mark.parametrize(("text", "wrt", "function"), BOUND, ids=[f"{t} by {w}" for t, w, _ in BOUND])
def test_bound_indices_are_bound_inside(text, wrt, function):
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    shapes = {**SHAPES, **({"a": (3, 5)} if "a_ij" in text else {})}
    chance = np.random.default_rng(1)
    given = {n: np.asarray(chance.uniform(0.5, 1.5, shapes[n])) for n in names}
    declare = "; ".join(
        f"{n} in R^({' x '.join(f'n{k}' for k in shapes[n])})" if shapes[n] else f"{n} in R" for n in names
    )
    found = einsight.derive(text, wrt=wrt, declare=declare)
    expected = slopes(function, given, wrt)
    axes = "".join(found.free)
    assert np.allclose(found.evaluate(given), expected), axes
    # the text means the same when it is read as the right side of a definition
    left = f"D_{axes} = " if axes else "D = "
    again = einsight.simplify(left + found.index, declare=declare)
    assert np.allclose(again.evaluate(given), expected)


def test_an_index_that_is_only_shifted_runs_over_the_axis():
    found = einsight.derive("∑_i x_{i-1} x_{i+1}", wrt="x", declare="x in R^n")
    assert found.index == "[i ≥ 2] x_{i-2} + [i < n] x_{i+2}"
    x = np.arange(1.0, 8.0)
    expected = slopes(lambda x: np.sum(x[:-2] * x[2:]), {"x": x}, "x")
    assert np.allclose(found.evaluate({"x": x}), expected)


@pytest.mark.parametrize(
    ("text", "free"),
    [("x_i/y_i", ("i",)), ("x_i y_i^-1", ()), ("∑_i x_i/y_i", ()), ("exp(X_ij)/∑_k exp(X_ik)", ("i", "j")), ("1/(x_i y_i)", ())],
)  # fmt: skip
def test_what_stands_above_and_below_a_line_is_free(text, free):
    found = einsight.simplify(text)
    assert found.free == free
    assert [d.code for d in found.diagnostics if d.code == "EIN207"] == ["EIN207"] * (bool(free))
    assert einsight.simplify(found.index).free == free, found.index


@pytest.mark.parametrize(
    "text",
    [
        "∑_{i,j} W_ij (x_i - x_j)^2 = ∑_{i,j} W_ij (x_i^2 - 2 x_i x_j + x_j^2)",
        "∂/∂x_k ∑_{i,j} (x_i - x_j)^2 = 4 ∑_j (x_k - x_j)",
        "δ_ij = ∂x_i/∂x_j",
        "∂/∂x_k (exp(x_i)/∑_j exp(x_j)) = (exp(x_i)/∑_j exp(x_j)) (δ_ik - exp(x_k)/∑_j exp(x_j))",
    ],
)
def test_claims_with_bound_indices(text):
    report = einsight.check(text)
    assert [c.verdict for c in report.claims] == ["right"], report.diagnostics


def test_what_is_not_bound_must_agree_still():
    codes = {d.code for d in einsight.check("∑_n (T_nq x_np - ∑_k T_nk x_kp)").diagnostics}
    assert "EIN201" in codes


# lines, and the texts of the statements that they are
LINES = [
    ("a' x = x' a\n- a' x = -(a' x)", ["a' x = x' a", "- a' x = -(a' x)"]),
    ("- a' x = -(a' x)", ["- a' x = -(a' x)"]),
    ("d/dx (a' x)\n  - a' = 0", ["d/dx (a' x)\n  - a' = 0"]),
    ("d/dx (a' x)\n  = a'", ["d/dx (a' x)\n  = a'"]),
    ("d/dx (a' x)\n= a'", ["d/dx (a' x)\n= a'"]),
    ("a' x\n+ x' a", ["a' x\n+ x' a"]),
    ("y =\nb in R^n", ["y =", "b in R^n"]),
    ("(a' x\n- a' x) = 0", ["(a' x\n- a' x) = 0"]),
    ("a' x = a' x\n\n- a' x = -(a' x)", ["a' x = a' x", "- a' x = -(a' x)"]),
    ("a ⊙ x\n⊙ a", ["a ⊙ x\n⊙ a"]),
    ("a' x = x' a\n− a' x = −(a' x); a' x", ["a' x = x' a", "− a' x = −(a' x)", "a' x"]),
]


@pytest.mark.parametrize(("text", "statements"), LINES)
def test_where_a_statement_goes_on(text, statements):
    from einsight.syntax.statements import split_document

    for ends in ("\n", "\r\n"):
        lines = text.replace("\n", ends)
        found = [(b.start + i.start, i.text) for b in split_document(lines) for i in b.items]
        assert [" ".join(t.split()) for _, t in found] == [" ".join(s.split()) for s in statements]
        assert all(lines.startswith(t[:3], at) for at, t in found)
