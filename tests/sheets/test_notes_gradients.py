"""Derivatives of a loss that nobody defines, of functions without a formula, and tables of derivatives."""

import pytest
from corpus.notes.points import E, k, m, n, norm, sigmoid, total, tr
from notes_pages import Page, verify

import einsight


def layer(p):
    """A layer with a loss that has any gradient in its output."""
    W, x, b = p.mat(n, m), p.col(m), p.col(n)
    return W, x, b, p.col(n)


def loss(p, wrt, claimed, f=lambda z: z):
    """The gradient of `sum(G ⊙ f(W x + b))` in one of the names, against what is claimed of it, with G for that in `f`."""
    W, x, b, G = layer(p)
    at = {"W": W, "x": x, "b": b}

    def value(v):
        u = {**at, wrt: v}
        return total(G * f(u["W"] @ u["x"] + u["b"]))

    return p.d(value, at[wrt]), claimed(W, x, b, G)


def through(wrt, claimed, f=lambda z: z):
    return lambda p: loss(p, wrt, claimed, f)


def in_activation(claimed):
    """The gradient of `sum(G ⊙ tanh(z))` in z."""
    import numpy as np

    def check(p):
        z, G = p.col(n), p.col(n)
        return p.d(lambda v: total(G * np.tanh(v)), z), claimed(G, np.tanh(z))

    return check


def matrix_loss(wrt, claimed):
    def check(p):
        v = {"A": p.mat(n, m), "B": p.mat(m, k)}
        G = p.mat(n, k)

        def value(z):
            u = {**v, wrt: z}
            return total(G * (u["A"] @ u["B"]))

        return p.d(value, v[wrt]), claimed(v["A"], v["B"], G)

    return check


def of_second_order(p):
    """Of the loss `sum(tanh(W x + b))`, whose second derivative in its argument is known."""
    import numpy as np

    W, x, b, _ = layer(p)
    t = np.tanh(W @ x + b)
    inner = np.diag(np.asarray(-2 * np.multiply(t, 1 - np.multiply(t, t))).ravel())
    return p.d(lambda u: p.d(lambda v: total(np.tanh(W @ v + b)), u), x), W.T @ inner @ W


def entries(p):
    A, B, G = p.mat(n, m), p.mat(m, k), p.mat(n, k)
    return p.d(lambda z: total(G * (A @ z)), B), E("ij,ik->jk", A, G).view(type(A))


def sums(p):
    x, G = p.col(n), p.col(n)
    return p.d(lambda v: total(G * (v / n)), x), G / n


def table(f, claimed):
    def check(p):
        A, b, x = p.mat(n, n), p.col(n), p.col(n)
        return p.d(lambda z: f(A, b, z), x), claimed(A, b, x)

    return check


def of_matrix(f, claimed):
    def check(p):
        A, X = p.mat(n, n), p.mat(n, n)
        return p.d(lambda Z: f(A, Z), X), claimed(A, X)

    return check


LAYER = r"$W \in \mathbb{R}^{n \times m}$, $x \in \mathbb{R}^m$, $b \in \mathbb{R}^n$, $z = W x + b$. The loss $L$ is a scalar. "
PRODUCT = r"$A \in \mathbb{R}^{n \times m}$, $B \in \mathbb{R}^{m \times k}$, $C = A B$. "
SIZES = r"$A \in \mathbb{R}^{n \times n}$, $b, x \in \mathbb{R}^n$, $X \in \mathbb{R}^{n \times n}$." + "\n\n"
PAGES = [
    Page("in the input", LAYER + r"$\frac{\partial L}{\partial x} = W^T \frac{\partial L}{\partial z}$", (("right", through("x", lambda W, x, b, G: W.T @ G)),)),
    Page("in the input, as a row", LAYER + r"$\frac{\partial L}{\partial x} = \frac{\partial L}{\partial z} W$", (("right", through("x", lambda W, x, b, G: G.T @ W)),), layout="numerator"),
    Page("in the input, the transpose lost", LAYER + r"$\frac{\partial L}{\partial x} = W \frac{\partial L}{\partial z}$", (("shape", through("x", lambda W, x, b, G: W @ G)),)),
    Page("in the weights", LAYER + r"$\frac{\partial L}{\partial W} = \frac{\partial L}{\partial z} x^T$ and $\frac{\partial L}{\partial b} = \frac{\partial L}{\partial z}$",
         (("right", through("W", lambda W, x, b, G: G @ x.T)), ("right", through("b", lambda W, x, b, G: G)))),
    Page("in the weights, transposed", LAYER + r"$\frac{\partial L}{\partial W} = x \left(\frac{\partial L}{\partial z}\right)^T$", (("transposed", through("W", lambda W, x, b, G: x @ G.T)),)),
    Page("a factor too much", LAYER + r"$\frac{\partial L}{\partial b} = 2 \frac{\partial L}{\partial z}$", (("wrong", through("b", lambda W, x, b, G: 2 * G)),)),
    Page("an activation", LAYER + r"$h = \tanh(z)$. $\frac{\partial L}{\partial z} = \frac{\partial L}{\partial h} \odot (1 - h \odot h)$, but not $\frac{\partial L}{\partial z} = \frac{\partial L}{\partial h} \odot (1 - h)$",
         (("right", in_activation(lambda G, h: G * (1 - h * h))), ("wrong", in_activation(lambda G, h: G * (1 - h))))),
    Page("by nabla", LAYER + r"$\nabla_x L = W^T \nabla_z L$", (("right", through("x", lambda W, x, b, G: W.T @ G)),)),
    Page("an error signal", LAYER + "$\\delta = \\frac{\\partial L}{\\partial z}$.\n\n" + r"$\frac{\partial L}{\partial W} = \delta x^T$, $\frac{\partial L}{\partial x} = W^T \delta$, $\frac{\partial L}{\partial b} = -\delta$",
         (("right", through("W", lambda W, x, b, G: G @ x.T)), ("right", through("x", lambda W, x, b, G: W.T @ G)), ("wrong", through("b", lambda W, x, b, G: -G)))),
    Page("matrices", PRODUCT + r"$\frac{\partial L}{\partial B} = A^T \frac{\partial L}{\partial C}$, $\frac{\partial L}{\partial A} = \frac{\partial L}{\partial C} B^T$, $\frac{\partial L}{\partial A} = \frac{\partial L}{\partial C} B$",
         (("right", matrix_loss("B", lambda A, B, G: A.T @ G)), ("right", matrix_loss("A", lambda A, B, G: G @ B.T)), ("shape", matrix_loss("A", lambda A, B, G: G @ B)))),
    Page("components", PRODUCT + r"$\frac{\partial L}{\partial B_{jk}} = \sum_{i} A_{ij} \frac{\partial L}{\partial C_{ik}}$", (("right", entries),)),
    Page("a mean", r"$x \in \mathbb{R}^n$, $y = \frac{1}{n} x$. $\frac{\partial L}{\partial x} = \frac{1}{n} \frac{\partial L}{\partial y}$.", (("right", sums),)),
    Page("another way", PRODUCT + r"$D = A^T A$. $\frac{\partial L}{\partial A} = \frac{\partial L}{\partial C} B^T$", ()),
    Page("nothing is known of it", r"$x \in \mathbb{R}^n$. $\frac{\partial L}{\partial x} = 2 x$ and $\frac{\partial L}{\partial x} = 0$", ()),
    Page("of a second order", LAYER + r"$\frac{\partial^2 L}{\partial x \partial x} = W^T \frac{\partial^2 L}{\partial z \partial z} W$",
         (("right", of_second_order),)),
    Page("a function without a formula", r"$\phi: \mathbb{R} \to \mathbb{R}$, $x \in \mathbb{R}^n$. $\frac{\partial \phi(x)}{\partial x} = \operatorname{diag}(\phi'(x))$",
         (("right", table(lambda A, b, x: sigmoid(x), lambda A, b, x: _diagonal(sigmoid(x) * (1 - sigmoid(x))))),)),
    Page("a function without a formula, wrong", r"$\phi: \mathbb{R} \to \mathbb{R}$, $x \in \mathbb{R}^n$. $\frac{\partial \phi(x)}{\partial x} = \operatorname{diag}(\phi(x))$", ()),
    Page("table", SIZES + "| $f$ | $\\partial f / \\partial x$ |\n|---|---|\n| $b^\\top x$ | $b$ |\n| $x^\\top A x$ | $(A + A^\\top) x$ |\n| $x^\\top A x$ | $2 A x$ |\n| $x^\\top x$ | $x$ |\n",
         (("right", table(lambda A, b, x: b.T @ x, lambda A, b, x: b)), ("right", table(lambda A, b, x: x.T @ A @ x, lambda A, b, x: (A + A.T) @ x)),
          ("right_if", table(lambda A, b, x: x.T @ A @ x, lambda A, b, x: 2 * A @ x)), ("wrong", table(lambda A, b, x: x.T @ x, lambda A, b, x: x)))),
    Page("table of matrices", SIZES + "| Expression $f(X)$ | Gradient |\n|:--|--:|\n| $\\operatorname{tr}(A X)$ | $A^\\top$ |\n| $\\operatorname{tr}(A X)$ | $A$ |\n| $\\|X\\|^2$ | $2 X$ |\n",
         (("right", of_matrix(lambda A, X: tr(A @ X), lambda A, X: A.T)), ("transposed", of_matrix(lambda A, X: tr(A @ X), lambda A, X: A)), ("right", of_matrix(lambda A, X: norm(X) ** 2, lambda A, X: 2 * X)))),
    Page("table that says nothing", SIZES + "| name | size |\n|---|---|\n| $A x$ | $A$ |\n", ()),
]  # fmt: skip


def _diagonal(x):
    import numpy as np

    return np.diagflat(np.asarray(x)).view(type(x))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_judged_as_the_numbers_say(page):
    verify(page)


def test_columns_of_a_table_have_their_layouts():
    text = (
        SIZES
        + "| Function | Numerator layout $\\frac{\\partial}{\\partial x}$ | Denominator layout $\\frac{\\partial}{\\partial x}$ |\n|--|--|--|\n"
    )
    text += "| $A x$ | $A$ | $A^\\top$ |\n| $b^\\top x$ | $b^\\top$ | $b$ |\n| $x^\\top x$ | $2 x$ | $2 x$ |\n"
    for layout in ("numerator", "denominator", "mixed"):
        report = einsight.check(text, language="markdown", layout=layout)
        assert [c.verdict for c in report.claims] == ["right", "right", "right", "right", "transposed", "right"]


def test_messages_name_the_gradient():
    report = einsight.check(
        LAYER + r"$\frac{\partial L}{\partial b} = 2 \frac{\partial L}{\partial z}$",
        language="markdown",
        layout="mixed",
    )
    assert [d.message.split(":")[0] for d in report.diagnostics] == [
        "`∂L/∂b` is `∇_z L`, not `2 ∂L/∂z`; a factor 2 is too much"
    ]
