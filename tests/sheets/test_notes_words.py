"""Shapes, properties and conditions that the words of notes say."""

import numpy as np
import pytest
from corpus.notes.points import I, det, inv, m, n, norm, sigmoid, tr
from notes_pages import Page, verify

import einsight


def quadratic(matrix="sym", factor=2):
    def check(p):
        A, x = getattr(p, matrix)(n, *([n] if matrix == "mat" else [])), p.col(n)
        return p.d(lambda z: z.T @ A @ z, x), factor * A @ x

    return check


def least_squares(sign=-1):
    def check(p):
        X, y, w = p.mat(n, m), p.col(n), p.col(m)
        return p.d(lambda z: norm(y - X @ z) ** 2, w), sign * 2 * X.T @ (y - X @ w)

    return check


def inverse_form(p):
    S, a = p.spd(n), p.col(n)
    return p.d(lambda z: z.T @ inv(S) @ z, a), 2 * inv(S) @ a


def log_determinant(p):
    """Symmetrised, as the derivative in a symmetric matrix is."""
    S = p.spd(n)
    G = p.d(lambda z: np.log(det(z)), S)
    return (G + G.T) / 2, inv(S)


def bilinear(p):
    """The symmetrised derivative of `a'Sb`, against `a b'`."""
    a, b, S = p.col(n), p.col(n), p.sym(n)
    G = p.d(lambda z: a.T @ z @ b, S)
    return (G + G.T) / 2, a @ b.T


def orthogonal_norm(p):
    Q = np.linalg.qr(p.mat(n, n))[0].view(type(p.mat(1, 1)))
    x = p.col(n)
    return p.d(lambda z: norm(Q @ z) ** 2, x), 2 * x


def diagonal_square(p):
    D = np.diagflat(np.asarray(p.col(n))).view(type(p.mat(1, 1)))
    x = p.col(n)
    return p.d(lambda z: z.T @ D @ z, x), 2 * D @ x


def skew_form(factor):
    def check(p):
        K = p.mat(n, n)
        K, x = K - K.T, p.col(n)
        return p.d(lambda z: z.T @ K @ z, x), factor * K @ x

    return check


def scaled(p):
    c, x = p.num(), p.col(n)
    return p.d(lambda z: c * (z.T @ z), x), 2 * c * x


def mask(p):
    M, X = (p.mat(n, m) > 0).astype(float).view(type(p.mat(1, 1))), p.mat(n, m)
    return p.d(lambda z: norm(M * z) ** 2 / 2, X), M * X


def model_score(p):
    X, y, b = p.mat(n, m), p.col(n), p.col(m)
    return p.d(lambda z: (y - X @ z).T @ (y - X @ z), b), -2 * X.T @ (y - X @ b)


def linear_residual(p):
    A, x, b = p.mat(n, m), p.col(m), p.col(n)
    return p.d(lambda z: norm(A @ z - b) ** 2 / 2, x), A.T @ (A @ x - b)


def curvature(p):
    A, x = p.sym(n), p.col(n)
    return p.d(lambda z: p.d(lambda y: y.T @ A @ y, z), x), 2 * A


def logistic(factor=1):
    def check(p):
        w, x = p.col(n), p.col(n)
        s = lambda z: sigmoid(float((z.T @ x)[0, 0]))  # noqa: E731
        return p.d(s, w), factor * s(w) * (1 - s(w)) * x

    return check


def labelled(p):
    S, w = p.sym(n), p.col(n)
    return p.d(lambda z: z.T @ S @ z, w), 2 * S @ w


def gain(p):
    K, H, P, R = p.mat(n, m), p.mat(m, n), p.spd(n), p.spd(m)
    return p.d(lambda z: tr((I(n) - z @ H) @ P @ (I(n) - z @ H).T + z @ R @ z.T), K), -2 * P @ H.T + 2 * K @ (
        H @ P @ H.T + R
    )


def kernel(p):
    x, z = p.col(n), p.col(n)
    return p.d(lambda v: np.exp(-(norm(v - z) ** 2)), x), -2 * np.exp(-(norm(x - z) ** 2)) * (x - z)


QUADRATIC = r"$\frac{\partial}{\partial x} (x^T A x) = 2 A x$"
TRIPLE = r"$\frac{\partial}{\partial x} (x^T A x) = 3 A x$"
LEAST = r"\frac{\partial}{\partial w} \|y - X w\|^2 = -2 X^T (y - X w)$"
PAGES = [
    Page("an n×n matrix that is symmetric", rf"Let $A$ be a symmetric $n \times n$ matrix and $x$ an $n$-vector. Then {QUADRATIC}.", (("right", quadratic()),)),
    Page("wrong for symmetric matrices too", rf"Let $A$ be a symmetric $n \times n$ matrix and $x$ an $n$-vector. Then {TRIPLE}.", (("wrong", quadratic(factor=3)),)),
    Page("not symmetric", rf"Let $A$ be an $n \times n$ matrix, not symmetric, and $x$ an $n$-vector. Then {QUADRATIC}.", (("undecided", quadratic("mat")),)),
    Page("where", rf"We have {QUADRATIC}, where $A \in \mathbb{{R}}^{{n \times n}}$ is symmetric and $x \in \mathbb{{R}}^n$.", (("right", quadratic()),)),
    Page("if, of that sentence alone", "$A \\in \\mathbb{R}^{n \\times n}$, $x \\in \\mathbb{R}^n$.\n\nIf $A$ is symmetric, then " + QUADRATIC + ". In general " + QUADRATIC + ".",
         (("right", quadratic()), ("right_if", quadratic("mat")))),
    Page("another condition", rf"$A \in \mathbb{{R}}^{{n \times n}}$, $x \in \mathbb{{R}}^n$. If $A$ is large, then {QUADRATIC}.", ()),
    Page("for a symmetric matrix", rf"$x \in \mathbb{{R}}^n$. For a symmetric $n \times n$ matrix $A$ we get {QUADRATIC}.", (("right", quadratic()),)),
    Page("behind the formula", r"$A \in \mathbb{R}^{n \times n}$, $x \in \mathbb{R}^n$: $$\frac{\partial}{\partial x} (x^T A x) = 2 A x \quad \text{if } A = A^T$$",
         (("right", quadratic()),)),
    Page("behind the formula in words", r"$A \in \mathbb{R}^{n \times n}$, $x \in \mathbb{R}^n$: $$\frac{\partial}{\partial x} (x^T A x) = 2 A x \quad \text{for symmetric } A$$",
         (("right", quadratic()),)),
    Page("equal to its transpose", rf"$A \in \mathbb{{R}}^{{n \times n}}$, $x \in \mathbb{{R}}^n$. If $A = A^T$, then {QUADRATIC}.", (("right", quadratic()),)),
    Page("general again", "$A \\in \\mathbb{R}^{n \\times n}$ is symmetric, $x \\in \\mathbb{R}^n$.\n\nFor any $n \\times n$ matrix $A$ it is " + QUADRATIC + ".",
         (("right_if", quadratic("mat")),)),
    Page("a covariance", r"With a covariance matrix $S \in \mathbb{R}^{n \times n}$ and $a \in \mathbb{R}^n$, $\frac{\partial}{\partial a} (a^T S^{-1} a) = 2 S^{-1} a$.",
         (("right", inverse_form),)),
    Page("in a symmetric matrix", r"$S \in \mathbb{R}^{n \times n}$ is symmetric and positive definite: $\frac{\partial}{\partial S} \log|S| = S^{-1}$.", (("right", log_determinant),)),
    Page("in a symmetric matrix, in one of two ways", r"$S \in \mathbb{R}^{n \times n}$ is symmetric, $a, b \in \mathbb{R}^n$: $\frac{\partial}{\partial S} (a^T S b) = a b^T$.",
         (("undecided", bilinear),)),
    Page("orthogonal", r"$Q$ is an orthogonal $n \times n$ matrix, $x \in \mathbb{R}^n$. $\frac{\partial}{\partial x} \|Q x\|^2 = 2 x$.", (("right", orthogonal_norm),)),
    Page("diagonal", r"Let $D \in \mathbb{R}^{n \times n}$ be diagonal, $x \in \mathbb{R}^n$. $\frac{\partial}{\partial x} (x^T D x) = 2 D x$.", (("right", diagonal_square),)),
    Page("antisymmetric", r"Let $K \in \mathbb{R}^{n \times n}$ be skew-symmetric, $x \in \mathbb{R}^n$. $\frac{\partial}{\partial x} (x^T K x) = 0$ and $\frac{\partial}{\partial x} (x^T K x) = 2 K x$.",
         (("right", skew_form(0)), ("wrong", skew_form(2)))),
    Page("sizes in words", rf"$X$ is an $n \times m$ matrix, $y$ a vector of length $n$, $w$ is an $m$-dimensional vector. ${LEAST}", (("right", least_squares()),)),
    Page("sizes in words, the sign lost", rf"$X$ is an $n \times m$ matrix, $y$ a vector of length $n$, $w$ is an $m$-dimensional vector. ${LEAST.replace('-2', '2')}",
         (("wrong", least_squares(1)),)),
    Page("of size", rf"The matrix $X$ of size $n \times m$, a vector $y$ with $n$ entries and a vector $w$ of length $m$: ${LEAST}", (("right", least_squares()),)),
    Page("columns and scalars", r"For an $n \times 1$ vector $x$ and a scalar $c$ we have $\frac{\partial}{\partial x} (c\, x^T x) = 2 c x$.", (("right", scaled),)),
    Page("entries are said", r"Let $M \in \mathbb{R}^{n \times m}$ be a mask of zeros and ones, $X \in \mathbb{R}^{n \times m}$. $\frac{\partial}{\partial X} \frac12 \|M \odot X\|^2 = M \odot X$.",
         (("undecided", mask),)),
    Page("a model", r"The model is $y = X b + u$ with an $n \times m$ matrix $X$, where $y$ is an $n$-vector, $b$ an $m$-vector and $u$ the errors. $\frac{\partial}{\partial b} (y - Xb)^T(y - Xb) = -2 X^T (y - X b)$.",
         (("right", model_score),)),
    Page("a value under a condition", r"$A \in \mathbb{R}^{n \times m}$, $x \in \mathbb{R}^m$, $b \in \mathbb{R}^n$. If $r = A x - b$, then $\frac{\partial}{\partial x} \frac12 \|r\|^2 = A^T r$.",
         (("right", linear_residual),)),
    Page("by a row", r"Let $A \in \mathbb{R}^{n \times n}$ be symmetric, $x \in \mathbb{R}^n$. $\frac{\partial^2 (x^T A x)}{\partial x\, \partial x^T} = 2 A$.", (("right", curvature),)),
    Page("a function that is written out", r"$\sigma(t) = \frac{1}{1 + e^{-t}}$, $w, x \in \mathbb{R}^n$. $\frac{\partial}{\partial w} \sigma(w^T x) = \sigma(w^T x) (1 - \sigma(w^T x))\, x$ and $\frac{\partial}{\partial w} \sigma(w^T x) = \sigma'(w^T x)\, x$, but not $\frac{\partial}{\partial w} \sigma(w^T x) = 2 \sigma'(w^T x)\, x$.",
         (("right", logistic()), ("right", logistic()), ("wrong", logistic(2)))),
    Page("a capital that is a label", r"Let $S_W \in \mathbb{R}^{n \times n}$ be symmetric, $w \in \mathbb{R}^n$. $\frac{\partial}{\partial w} (w^T S_W w) = 2 S_W w$.", (("right", labelled),)),
    Page("a sign that is a label", r"$P \in \mathbb{R}^{n \times n}$ and $R \in \mathbb{R}^{m \times m}$ are symmetric, $K \in \mathbb{R}^{n \times m}$, $H \in \mathbb{R}^{m \times n}$, $P_{+} = (I - K H) P (I - K H)^T + K R K^T$. $\frac{\partial}{\partial K} \operatorname{tr}(P_{+}) = -2 P H^T + 2 K (H P H^T + R)$.",
         (("right", gain),)),
    Page("a sign above that is a label", r"$P \in \mathbb{R}^{n \times n}$ and $R \in \mathbb{R}^{m \times m}$ are symmetric, $K \in \mathbb{R}^{n \times m}$, $H \in \mathbb{R}^{m \times n}$, $P^+ = (I - K H) P (I - K H)^T + K R K^T$. $\frac{\partial}{\partial K} \operatorname{tr}(P^+) = -2 P H^T + 2 K (H P H^T + R)$.",
         (("right", gain),)),
    Page("with a symmetric one", rf"$A \in \mathbb{{R}}^{{n \times n}}$, $x \in \mathbb{{R}}^n$. We minimise $x^T A x$ with $A$ symmetric. {QUADRATIC}.", (("right", quadratic()),)),
    Page("a value of which more is said", r"$A \in \mathbb{R}^{n \times n}$ is symmetric, $x \in \mathbb{R}^n$. $g := \frac{\partial}{\partial x} (x^T A x) = 2 A x$.", (("right", quadratic()),)),
    Page("a value of which more is said, wrongly", r"$A \in \mathbb{R}^{n \times n}$ is symmetric, $x \in \mathbb{R}^n$. $g := \frac{\partial}{\partial x} (x^T A x) = 3 A x$.", (("wrong", quadratic(factor=3)),)),
    Page("a value on the right", r"$A \in \mathbb{R}^{n \times n}$ is symmetric, $x \in \mathbb{R}^n$. $\frac{\partial}{\partial x} (x^T A x) = 2 A x =: g$.", (("right", quadratic()),)),
    Page("a function by the letter of a size", r"$V \in \mathbb{R}^{n \times k}$. Let $k(x, z) = \exp(-\|x-z\|^2)$. $\nabla_x k(x, z) = -2 k(x, z) (x - z)$.", (("right", kernel),)),
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_judged_as_the_numbers_say(page):
    verify(page)


@pytest.mark.parametrize(
    ("words", "shape"),
    [
        (r"Let $A$ be an invertible $n \times n$ matrix, and $B$ another $n \times n$ matrix.", "A ∈ ℝ^(n×n)"),
        (r"We write $A$ for an $n \times m$ matrix.", "A ∈ ℝ^(n×m)"),
        (r"the $m$-vector $A$", "A ∈ ℝ^m"),
        (r"the real $n \times m$ matrices $B$ and $A$", "A ∈ ℝ^(n×m)"),
        (r"$A$ is a $3$-dimensional vector", "A ∈ ℝ^3"),
        (r"$A$ is $k \times 1$", "A ∈ ℝ^k"),
        (r"$A$ is a scalar", "A ∈ ℝ"),
    ],
)
def test_words_say_shapes(words, shape):
    report = einsight.check(f"{words}\n\n$A = A^2 + A B + 1$", language="markdown")
    described = einsight.check(f"{words}\n\n```ein\nA ∈ ℝ\n```\n", language="markdown")
    assert report is not None and described is not None  # no words are an error
    from einsight.sheets.sheet import Sheet

    sheet = Sheet(words, "markdown")
    sheet.finish()
    assert sheet.names_at(None).find("A").describe() == shape


@pytest.mark.parametrize(
    "words",
    [
        r"the number $n$ of samples",
        r"the transpose of $A$",
        r"a $1 \times n$ vector $A$",
        r"$A$ is no $n \times m$ matrix",
        r"every matrix",
    ],
)
def test_other_words_say_none(words):
    from einsight.sheets.sheet import Sheet

    sheet = Sheet(words, "markdown")
    sheet.finish()
    assert not sheet.names_at(None).all()
