"""What is found in worlds: claims that are right of what a page speaks of, never one that is not.

Each case says a principle; its two sides are computed once more by NumPy, with difference quotients, for all dimensions different.
"""

from dataclasses import dataclass, field

import numpy as np
import pytest

from einsight.syntax.parse import parse_statement
from einsight.worlds.answers import mistake_in, rests_on, world_of
from einsight.worlds.definitions import Page
from einsight.worlds.facts import Facts, Formula
from einsight.worlds.search import Question

rng = np.random.default_rng(7)
N, M, K = 3, 4, 2
x, y, u = rng.normal(size=N), rng.normal(size=N), rng.normal(size=M)
A, W, X = rng.normal(size=(N, N)), rng.normal(size=(M, N)), rng.normal(size=(N, K))
POSITIVE = A @ A.T + np.eye(N)


def gradient(f, at, step=1e-6):
    at = np.asarray(at, dtype=float)
    found = np.zeros(at.shape)
    for place in np.ndindex(at.shape):
        move = np.zeros(at.shape)
        move[place] = step
        found[place] = (f(at + move) - f(at - move)) / (2 * step)
    return found


def jacobian(f, at, step=1e-6):
    return np.stack([gradient(lambda v, k=k: np.ravel(f(v))[k], at, step).ravel() for k in range(np.size(f(at)))])


def standardised(v):
    return (v - v.mean()) / v.std()


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


@dataclass
class Case:
    """`formulas` of one section, the last one in question; `right` is what numbers say of it, `found` whether a world is."""

    principle: str
    formulas: str
    left: object = None
    right: object = None
    found: bool = True
    layout: str = "mixed"
    facts: Facts = field(default_factory=Facts)
    fault: str = ""


CASES = [
    Case("a mean is over all that it sums", "m = (1/N) ∑_i x_i; ∂m/∂x_j = 1/N", gradient(np.mean, x), np.full(N, 1 / N)),
    Case("a square has a value of its own", "μ = (1/N) ∑_i x_i; σ^2 = (1/N) ∑_i (x_i - μ)^2; ∂/∂x_j (σ^2) = (2/N)(x_j - μ)",
         gradient(np.var, x), 2 / N * (x - x.mean())),
    Case("what depends on everything through everything", "μ = (1/N) ∑_i x_i; σ^2 = (1/N) ∑_i (x_i - μ)^2; z_i = (x_i - μ)/sqrt(σ^2); s = sqrt(σ^2);"
         " ∂z_i/∂x_j = (1/s)(δ_{ij} - 1/N - z_i z_j/N)",
         jacobian(standardised, x), (np.eye(N) - 1 / N - np.outer(standardised(x), standardised(x)) / N) / x.std()),
    Case("a loss that nobody defines is any function", "y = W x; ∂L/∂x = Wᵀ ∂L/∂y",
         gradient(lambda v: np.sum(np.sin(W @ v)), x), W.T @ np.cos(W @ x)),
    Case("a loss, and the other way round", "y = W x; ∂L/∂x = W ∂L/∂y", found=False),
    Case("a loss that may depend in another way", "y = W x; s = xᵀ x; ∂L/∂x = Wᵀ ∂L/∂y", found=False),
    Case("a gradient with a mark", "Y = X B; dB = Xᵀ dY",
         gradient(lambda b: np.sum(np.sin(X.T @ b)), A), X @ np.cos(X.T @ A)),
    Case("a gradient with a mark, in the wrong order", "Y = X B; dB = dY Xᵀ", found=False),
    Case("of samples, as vectors", "f = ∑_i (wᵀ x_i)^2; ∇_w f = 2 ∑_i x_i x_iᵀ w", gradient(lambda w: np.sum((W @ w) ** 2), x), 2 * W.T @ W @ x),
    Case("what stands at another time is worked out", "h_t = tanh(a h_{t-1} + b x_t); ∂h_t/∂h_{t-1} = a (1 - h_t^2)",
         gradient(lambda h: np.tanh(0.3 * h + 0.2), 0.7), 0.3 * (1 - np.tanh(0.3 * 0.7 + 0.2) ** 2), facts=Facts(kinds={"a": "number", "b": "number"})),
    Case("a function is of anything", "g(z) = exp(z)/(1 + exp(z)); gʹ(z) = g(z)(1 - g(z))", gradient(sigmoid, 0.4), sigmoid(0.4) * (1 - sigmoid(0.4))),
    Case("what makes a derivative zero", "f(m) = ∑_i (x_i - m)^2; ∂f/∂m = -2 ∑_i (x_i - m); m = (1/n) ∑_i x_i",
         gradient(lambda m: np.sum((x - m) ** 2), x.mean()), 0),
    Case("what does not make it zero", "f(m) = ∑_i (x_i - m)^2; ∂f/∂m = -2 ∑_i (x_i - m); m = (2/n) ∑_i x_i", found=False),
    Case("numbers that are put in", "u = a/c; a = 1; c = 4; ∂u/∂a = 0.25", gradient(lambda a: a / 4, 1.0), 0.25),
    Case("other numbers that are put in", "u = a/c; a = 1; c = 4; ∂u/∂a = 0.5", found=False),
    Case("where the logarithm of a determinant says that it is definite", "L = -(1/2) log(|S|) - (1/2) yᵀ S^-1 y; ∇_y L = -S^-1 y",
         gradient(lambda v: -0.5 * v @ np.linalg.solve(POSITIVE, v), y), -np.linalg.solve(POSITIVE, y), facts=Facts(symmetric=True)),
    Case("no matrix is symmetric unless the page says so", "f = yᵀ S y; ∇_y f = 2 S y", found=False),
    Case("nothing is right because nothing depends on anything", "f = aᵀ b; ∂f/∂c = ∂b/∂c", found=False),
    Case("no number for a vector", "∂z/∂x = ∂y/∂x ∂z/∂y", found=False),
    Case("no exponential of entries for that of a matrix", "∂/∂t exp(t A) = A ⊙ exp(t A)", found=False),
    Case("a dependence that is said and not shown", "∂/∂x (x y) = y", found=False, facts=Facts(dependent=frozenset("y"))),
    Case("what stands behind does not tell what it says", "x = 3 b; x = 2 b", found=False),
    Case("an equation that is solved is no claim", "C y = b", found=False),
    Case("two functions that are one somewhere are not so elsewhere", "p(x) = q(x); q(u) = p(u)", found=False),
    Case("definitions do not go in circles", "a = b + 1; b = a - 1; ∂a/∂b = 2", found=False, fault="a factor 2 is too much",
         left=gradient(lambda b: b + 1, 0.3), right=1),
    Case("samples above a name count", "J = (1/m) ∑_{i=1}^m (w x⁽ⁱ⁾)^2; ∂J/∂w = 2 w x⁽ⁱ⁾ x⁽ⁱ⁾", found=False),
    Case("a factor that is missing", "f = xᵀ x; ∂f/∂x = x", facts=Facts(told={"x": ("n",)}), found=False, fault="a factor 2 is missing",
         left=gradient(lambda v: v @ v, x), right=2 * x),
    Case("a sign in one term", "f = aᵀ x + xᵀ x; ∂f/∂x = -a + 2 x", facts=Facts(told={"x": ("n",), "a": ("n",)}), found=False, fault="the sign is the other one in its term 1",
         left=gradient(lambda v: y @ v + v @ v, x), right=y + 2 * x),
    Case("what rests on a guess is not accused", "f = xᵀ x; ∂f/∂x = x", found=False),
    Case("what rests on an unknown function is not accused", "∂L/∂x = 2 ∂L/∂y; y = x", found=False),
]  # fmt: skip


def _asked(case):
    texts = [t.strip() for t in case.formulas.split(";")]
    page = Page([Formula(parse_statement(t)[0]) for t in texts], Facts()).among(case.facts)
    at = len(texts) - 1
    left, right = page.formulas[at].tree.sides
    return Question(page, at, left, right, case.layout)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.principle)
def test_a_world_is_found_for_what_is_right_alone(case):
    assert (world_of(_asked(case)) is not None) == case.found
    if case.found or case.fault:
        np.testing.assert_allclose(case.left, case.right, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("case", [c for c in CASES if not c.found], ids=lambda c: c.principle)
def test_a_mistake_is_told_where_one_small_change_mends_it(case):
    found = mistake_in(_asked(case)) if "∂" in case.formulas.split(";")[-1].split("=")[0] else None
    assert (found.words if found is not None else "") == case.fault


@pytest.mark.parametrize(
    ("formulas", "found"),
    [
        (("C y = b", "y = C^-1 b"), False),  # it may follow from the equation
        (("∂f/∂x = 2 x", "f = xᵀ x"), True),  # a derivative, and of what
    ],
)
def test_what_stands_behind(formulas, found):
    page = Page([Formula(parse_statement(t)[0]) for t in formulas]).among(Facts())
    assert (world_of(Question(page, 0, *page.formulas[0].tree.sides, "mixed")) is not None) == found
    np.testing.assert_allclose(gradient(lambda v: v @ v, x), 2 * x, atol=1e-6)


def test_answers_are_kept_while_what_they_rest_on_stays():
    texts = ("y = W x", "∂L/∂x = Wᵀ ∂L/∂y")

    def asked(*formulas):
        page = Page([Formula(parse_statement(t)[0]) for t in formulas]).among(Facts())
        return rests_on(Question(page, len(formulas) - 1, *page.formulas[-1].tree.sides, "mixed"))

    assert asked(*texts) == asked(*texts)
    assert asked(*texts) != asked("y = W x + s x", texts[1])
