"""Differentials in notes: `df = tr(A' dX)`."""

import numpy as np
import pytest
from corpus.notes.points import det, inv, k, m, n, norm, tr
from notes_pages import Page, verify

import einsight

DECLARED = r"$X, A \in \mathbb{R}^{n \times n}$, $Y \in \mathbb{R}^{n \times m}$, $W \in \mathbb{R}^{m \times n}$, $a, b, x \in \mathbb{R}^n$, $t \in \mathbb{R}$. "


def of(f, claimed, *, other=None):
    """The differential of f in `X`, `x` or both, against what is claimed; f and `claimed` take the values of the page."""

    def check(p):
        v = {
            "X": p.regular(n),
            "A": p.mat(n, n),
            "Y": p.mat(n, m),
            "W": p.mat(m, n),
            "a": p.col(n),
            "b": p.col(n),
            "x": p.col(n),
        }
        v |= {"dX": p.mat(n, n), "dx": p.col(n), "dY": p.mat(n, m), "dA": p.mat(n, n)}
        moved = lambda h: {**v, **{q: v[q] + h * v[f"d{q}"] for q in (other or "X")}}  # noqa: E731
        h = 1e-5
        return (f(moved(h)) - f(moved(-h))) / (2 * h), claimed(v)

    return check


def second(p):
    A, x, dx = p.mat(n, n), p.col(n), p.col(n)
    f = lambda h: (x + h * dx).T @ A @ (x + h * dx)  # noqa: E731
    h = 1e-3
    return (f(h) - 2 * f(0) + f(-h)) / h**2, dx.T @ (A + A.T) @ dx


def half_second(p):
    left, right = second(p)
    return left, right / 2


def trace_cycle(p):
    A, B, dX = p.mat(n, m), p.mat(k, n), p.mat(m, k)
    return tr(A @ dX @ B), tr(B @ A @ dX)


def read_off(transposed):
    def check(p):
        A, B, X = p.mat(n, m), p.mat(k, n), p.mat(m, k)
        G = p.d(lambda Z: tr(A @ Z @ B), X)
        right = A.T @ B.T
        return G, right.T if transposed else right

    return check


F = r"Let $f = x^\top A x$. "
PAGES = [
    Page("inverse", DECLARED + r"$d(X^{-1}) = -X^{-1} dX X^{-1}$", (("right", of(lambda v: inv(v["X"]), lambda v: -inv(v["X"]) @ v["dX"] @ inv(v["X"]))),)),
    Page("inverse, the sign lost", DECLARED + r"$d(X^{-1}) = X^{-1} dX X^{-1}$", (("wrong", of(lambda v: inv(v["X"]), lambda v: inv(v["X"]) @ v["dX"] @ inv(v["X"]))),)),
    Page("inverse without brackets", DECLARED + r"$dX^{-1} = -X^{-1}\, dX\, X^{-1}$", (("right", of(lambda v: inv(v["X"]), lambda v: -inv(v["X"]) @ v["dX"] @ inv(v["X"]))),)),
    Page("determinant", DECLARED + r"$d\log|X| = \operatorname{tr}(X^{-1} dX)$", (("right", of(lambda v: np.log(det(v["X"])), lambda v: tr(inv(v["X"]) @ v["dX"]))),)),
    Page("determinant, a transpose too much", DECLARED + r"$\mathrm{d} \log|X| = \mathrm{tr}(X^{-\top} \mathrm{d}X)$",
         (("right_if", of(lambda v: np.log(det(v["X"])), lambda v: tr(inv(v["X"]).T @ v["dX"]))),)),
    Page("product", DECLARED + r"$d(XY) = dX\,Y + X\,dY$", (("right", of(lambda v: v["X"] @ v["Y"], lambda v: v["dX"] @ v["Y"] + v["X"] @ v["dY"], other="XY")),)),
    Page("a product in the wrong order", DECLARED + r"$d(XA) = dX\,A + dA\,X$", (("wrong", of(lambda v: v["X"] @ v["A"], lambda v: v["dX"] @ v["A"] + v["dA"] @ v["X"], other="XA")),)),
    Page("half of a product", DECLARED + r"$d(XY) = X\,dY$", ()),
    Page("a constant factor", DECLARED + r"$d(AX) = A\,dX$", (("right", of(lambda v: v["A"] @ v["X"], lambda v: v["A"] @ v["dX"])),)),
    Page("quadratic form", DECLARED + F + r"$df = x^\top (A + A^\top) dx$", (("right", of(lambda v: v["x"].T @ v["A"] @ v["x"], lambda v: v["x"].T @ (v["A"] + v["A"].T) @ v["dx"], other="x")),)),
    Page("quadratic form of what is not symmetric", DECLARED + F + r"$df = 2 x^\top A\, dx$",
         (("right_if", of(lambda v: v["x"].T @ v["A"] @ v["x"], lambda v: 2 * v["x"].T @ v["A"] @ v["dx"], other="x")),)),
    Page("quadratic form of what is symmetric", DECLARED + F + r"Let $A$ be symmetric. $df = 2 x^\top A\, dx$",
         (("right", of(lambda v: v["x"].T @ (v["A"] + v["A"].T) @ v["x"] / 2, lambda v: v["x"].T @ (v["A"] + v["A"].T) @ v["dx"], other="x")),)),
    Page("by the gradient", DECLARED + F + r"$df = \frac{\partial f}{\partial x} dx$",
         (("right", of(lambda v: v["x"].T @ v["A"] @ v["x"], lambda v: v["x"].T @ (v["A"] + v["A"].T) @ v["dx"], other="x")),), layout="numerator"),
    Page("by components", DECLARED + F + r"$df = \sum_i \frac{\partial f}{\partial x_i} dx_i$",
         (("right", of(lambda v: v["x"].T @ v["A"] @ v["x"], lambda v: v["x"].T @ (v["A"] + v["A"].T) @ v["dx"], other="x")),)),
    Page("norm", DECLARED + r"$d\|x\|^2 = 2 x^\top dx$ and $d\|x\| = x^\top dx$",
         (("right", of(lambda v: norm(v["x"]) ** 2, lambda v: 2 * (v["x"].T @ v["dx"])[0, 0], other="x")), ("wrong", of(lambda v: norm(v["x"]), lambda v: (v["x"].T @ v["dx"])[0, 0], other="x")))),
    Page("trace of a product", DECLARED + r"$d\operatorname{tr}(X^\top X) = 2 \operatorname{tr}(X^\top dX)$, $d \operatorname{tr}(X^\top X) = 2 \operatorname{tr}(X\, dX)$",
         (("right", of(lambda v: tr(v["X"].T @ v["X"]), lambda v: 2 * tr(v["X"].T @ v["dX"]))), ("right_if", of(lambda v: tr(v["X"].T @ v["X"]), lambda v: 2 * tr(v["X"] @ v["dX"]))))),
    Page("second", DECLARED + F + r"$d^2 f = dx^\top (A + A^\top)\, dx$", (("right", second),)),
    Page("half of the second", DECLARED + F + r"$d^2 f = \frac12 dx^\top (A + A^\top)\, dx$", (("wrong", half_second),)),
    Page("elementwise", DECLARED + r"$y = \exp(x)$, $dy = y \odot dx$, $dy = x \odot dx$",
         (("right", of(lambda v: np.exp(v["x"]), lambda v: np.exp(v["x"]) * v["dx"], other="x")), ("wrong", of(lambda v: np.exp(v["x"]), lambda v: v["x"] * v["dx"], other="x")))),
    Page("read off", r"$A \in \mathbb{R}^{n \times m}$, $B \in \mathbb{R}^{k \times n}$, $X \in \mathbb{R}^{m \times k}$, $f = \operatorname{tr}(A X B)$, $df = \operatorname{tr}(A\, dX\, B) = \operatorname{tr}(BA\, dX) \quad\Longrightarrow\quad \frac{\partial f}{\partial X} = A^\top B^\top$",
         (("right", trace_cycle), ("right", trace_cycle), ("right", read_off(False)))),
    Page("read off, not transposed", r"$A \in \mathbb{R}^{n \times m}$, $B \in \mathbb{R}^{k \times n}$, $X \in \mathbb{R}^{m \times k}$, $f = \operatorname{tr}(A X B)$, $\frac{\partial f}{\partial X} = B A$",
         (("transposed", read_off(True)),)),
    Page("no function", DECLARED + r"$dg = \operatorname{tr}(A^\top dX)$", ()),
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_judged_as_the_numbers_say(page):
    verify(page)


@pytest.mark.parametrize(
    "formula", [r"dY W + Y dW = 0", r"d(A x) = db", r"\int f(x)\, dx = 3", r"dX X^{-1} = -X dX^{-1}"]
)
def test_a_condition_on_differentials_is_no_mistake(formula):
    report = einsight.check(f"{DECLARED}${formula}$", language="markdown")
    assert {c.verdict for c in report.claims} <= {"undecided"}
    assert not report.has_errors


def test_messages_have_no_names_of_ours():
    report = einsight.check(DECLARED + r"$d(X^{-1}) = X^{-1} dX X^{-1}$", language="markdown")
    assert [c.text for c in report.claims] == ["d(X^-1) = X^-1 dX X^-1"]
