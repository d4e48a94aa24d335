"""What is found in worlds: claims that are right of what a page speaks of, never one that is not.

Each case says a principle; its two sides are computed once more by NumPy, with difference quotients, for all dimensions different.
"""

import math
from dataclasses import dataclass, field

import numpy as np
import pytest

from einsight.syntax.parse import parse_statement
from einsight.worlds.answers import mistake_in, rests_on, world_of
from einsight.worlds.definitions import Page
from einsight.worlds.facts import Facts, Formula
from einsight.worlds.familiar import FAMILIAR
from einsight.worlds.questions import Question

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


def softmax(t):
    return np.exp(t) / np.sum(np.exp(t))


def logistic(t):
    return 1.2 / (1 + 0.3 * np.exp(-0.9 * t))


def off_diagonal(a):
    return a[~np.eye(len(a), dtype=bool)]


def exponential(a):
    return np.linalg.matrix_power(sum(np.linalg.matrix_power(a / 64, k) / math.factorial(k) for k in range(15)), 64)


def rbf(s, t):
    return np.exp(-((s - t) @ (s - t)) / 2)


def density(t):
    return np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)


CROSSING = np.array([[0, -x[2], x[1]], [x[2], 0, -x[0]], [-x[1], x[0], 0]])
SHARES, STEP = softmax(y), np.array([[1, 0.5], [0, 1]])


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
    where: tuple[tuple[str, str, str], ...] = ()


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
    Case("what stands behind a bracket is of the bracket", "f = sum(exp(z)); z = W u; ∂f/∂W = u(exp(z))ᵀ", layout="numerator",
         left=gradient(lambda w: np.sum(np.exp(w @ u)), W.T).T, right=np.outer(u, np.exp(W.T @ u))),
    Case("no residual of a square system", "r = (I - A(AᵀA)^-1 Aᵀ) b; A r = 0", found=False),
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
    Case("a sign in one term", "f = aᵀ x + xᵀ x; ∂f/∂x = -a + 2 x", facts=Facts(told={"x": ("n",), "a": ("n",)}), found=False, fault="the sign of `a` is the other one",
         left=gradient(lambda v: y @ v + v @ v, x), right=y + 2 * x),
    Case("what is wrong of whatever it may speak of", "f = xᵀ x; ∂f/∂x = x", found=False, fault="a factor 2 is missing", left=gradient(lambda v: v @ v, x), right=2 * x),
    Case("what is right of symmetric matrices is not accused", "f = xᵀ A x; ∂f/∂x = 2 A x", found=False),
    Case("what is right in the other layout is not accused", "∂/∂x (W x) = Wᵀ", found=False, layout="numerator"),
    Case("a transpose that is missing", "f = (W x - u)ᵀ (W x - u); ∂f/∂x = 2 W (W x - u)", facts=Facts(told={"W": ("m", "n")}), found=False, fault="`W` is to be transposed",
         left=gradient(lambda v: (W @ v - u) @ (W @ v - u), x), right=2 * W.T @ (W @ x - u)),
    Case("a power that is too small", "f = c/s; ∂f/∂s = -c/s", found=False, fault="`s` is to be squared", left=gradient(lambda s: 0.3 / s, 0.7), right=-0.3 / 0.49),
    Case("one name for another", "f = pᵀ q; ∂f/∂p = p", found=False, fault="`p` stands for `q`", left=gradient(lambda v: v @ y, x), right=y),
    Case("an argument with the wrong sign", "f = log(1 + exp(-t)); ∂f/∂t = -1/(1 + exp(-t))", found=False, fault="the sign of the argument `- t` is the other one",
         left=gradient(lambda t: np.log1p(np.exp(-t)), 0.7), right=-1 / (1 + np.exp(0.7))),
    Case("beside a value it may be a special case", "f = k (l - m)^2 + l; l = 2 m; ∂f/∂m = k m", found=False),
    Case("a derivative at what it is taken in", "g(x) = a x^2 + b x; ∂²g/∂x^2 (x) = 2 a", gradient(lambda t: gradient(lambda s: 0.3 * s**2 + 0.8 * s, t, 1e-4), 0.4, 1e-4), 0.6),
    Case("what may be an argument is not accused", "g = a x^2 + b x; ∂g/∂x (t) = 2 a t + b", found=False),
    Case("two slips are not told", "f = pᵀ q; ∂f/∂p = -2 p", found=False),
    Case("nothing is called with itself", "y(t) = c/(1 + a exp(-r t)); ∂y/∂t = r y(1 - y/c)", gradient(logistic, 0.4), 0.9 * logistic(0.4) * (1 - logistic(0.4) / 1.2)),
    Case("what one differentiates in may be anything", "w = (Xᵀ X)^-1 Xᵀ y; ∂/∂w log(1 + exp(-c wᵀ a)) = -c a/(1 + exp(c wᵀ a))",
         gradient(lambda v: np.log1p(np.exp(-0.7 * v @ y)), x), -0.7 * y / (1 + np.exp(0.7 * x @ y))),
    Case("what solves an equation of its section", "Xᵀ X b = Xᵀ y; b = (Xᵀ X)^-1 Xᵀ y", X.T @ X @ np.linalg.lstsq(X, x, None)[0], X.T @ x),
    Case("what does not solve it", "Xᵀ X b = Xᵀ y; b = 2 (Xᵀ X)^-1 Xᵀ y", found=False),
    Case("what any value solves shows nothing", "aᵀ b = bᵀ a; b = 3 c", found=False),
    Case("a gradient is taken in what the function is called with", "f(x) = xᵀ A x; ∇ f(x) = (A + Aᵀ) x", gradient(lambda v: v @ A @ v, x), (A + A.T) @ x),
    Case("a gradient where nothing says in what", "f = xᵀ A x; g = ∂f/∂x; ∇ f = (A + Aᵀ) x", gradient(lambda v: v @ A @ v, x), (A + A.T) @ x),
    Case("the power of a Hessian is of the Hessian", "f(x) = (1/2) xᵀ S x; ∇² f(x)^-1 ∇ f(x) = x", np.linalg.solve(POSITIVE, POSITIVE @ x), x,
         facts=Facts(has={"S": frozenset({"positive-definite"})})),
    Case("where two indices differ", "s_i = exp(z_i)/∑_k exp(z_k); ∂s_i/∂z_j = -s_i s_j", off_diagonal(jacobian(softmax, x)),
         off_diagonal(-np.outer(softmax(x), softmax(x))), where=(("i", "≠", "j"),)),
    Case("where two indices are the same", "s_i = exp(z_i)/∑_k exp(z_k); ∂s_i/∂z_j = s_i(1 - s_i)", np.diag(jacobian(softmax, x)),
         softmax(x) * (1 - softmax(x)), where=(("i", "=", "j"),)),
    Case("not where they differ", "s_i = exp(z_i)/∑_k exp(z_k); ∂s_i/∂z_j = s_i(1 - s_i)", found=False, where=(("i", "≠", "j"),)),
    Case("a cross product has a sign", "a × b = -b × a", np.cross(x, y), -np.cross(y, x)),
    Case("a cross product is no dot product", "a × b = b × a", found=False),
    Case("the matrix of a cross product", "∂/∂b (a × b) = cross(a)", jacobian(lambda v: np.cross(x, v), y), CROSSING),
    Case("a function without its argument", "σʹ = σ(1 - σ)", gradient(sigmoid, 0.4), sigmoid(0.4) * (1 - sigmoid(0.4))),
    Case("another function without its argument", "σʹ = σ(1 + σ)", found=False),
    Case("a function that is the prime of another", "G(z) = exp(z)/(1 + exp(z)); g = Gʹ; g(z) = G(z)(1 - G(z))", gradient(sigmoid, 0.4), sigmoid(0.4) * (1 - sigmoid(0.4))),
    Case("the density that a field knows", "φʹ(z) = -z φ(z)", gradient(density, 0.4), -0.4 * density(0.4), facts=Facts(familiar=FAMILIAR)),
    Case("its integral", "∂/∂z Φ(z) = φ(z)", gradient(lambda t: (1 + math.erf(t / 2**0.5)) / 2, 0.4), density(0.4), facts=Facts(familiar=FAMILIAR)),
    Case("not on every page", "∂/∂z Φ(z) = φ(z)", found=False),
    Case("what adds up to 1, where the page says it of something", "s_i = exp(z_i)/∑_k exp(z_k); L = -∑_i y_i log(s_i); ∂L/∂z_i = s_i - y_i",
         gradient(lambda v: -SHARES @ np.log(softmax(v)), x), softmax(x) - SHARES, facts=Facts(normalised=True)),
    Case("what adds up to 1 is not 1", "l = ∑_k c_k log(q_k); ∂l/∂q_i = c_i", found=False, facts=Facts(has={"q": frozenset({"normalised"})}), fault="it is to be divided by `q_i`",
         left=gradient(lambda v: SHARES @ np.log(v), SHARES), right=np.ones(N)),
    Case("what need not add up to 1", "s_i = exp(z_i)/∑_k exp(z_k); L = -∑_i y_i log(s_i); ∂L/∂z_i = s_i - y_i", found=False),
    Case("a step is one name", "F = [[1, Δ t], [0, 1]]; F Fᵀ = [[1 + Δ t^2, Δ t], [Δ t, 1]]", STEP @ STEP.T, np.array([[1.25, 0.5], [0.5, 1]])),
    Case("a square by its name", "v = σ^2; L = log(σ^2) + c/σ^2; ∂L/∂v = 1/v - c/v^2", gradient(lambda v: np.log(v) + 0.3 / v, 0.7), 1 / 0.7 - 0.3 / 0.49),
    Case("in several names", "u = a/c; v = a c; ∂/∂ [a, c] ( [u, v]) = [[1/c, -a/c^2], [c, a]]",
         jacobian(lambda v: np.array([v[0] / v[1], v[0] * v[1]]), [0.4, 0.7]), np.array([[1 / 0.7, -0.4 / 0.49], [0.7, 0.4]])),
    Case("a loss with a word below", "J_reg = xᵀ x; ∂J/∂x = 2 x", gradient(lambda v: v @ v, x), 2 * x),
    Case("numbers for what are matrices elsewhere", "K = P Hᵀ (H P Hᵀ + R)^-1; H = 1; P = 4; R = 1; K = 4/(4 + 1)", 4 * 1 / (1 * 4 * 1 + 1), 4 / (4 + 1)),
    Case("labels that no sum runs over are not the same", "d = x_i - x_j; E = (k/2) dᵀ d; ∂E/∂x_i = k d",
         gradient(lambda v: 0.35 * (v - y) @ (v - y), x), 0.7 * (x - y)),
    Case("indices that a sum runs over may be the same", "E = ∑_i ∑_j x_i a_{ij} x_j; d = x_i - x_j; ∂d/∂x_i = 1", found=False),
    Case("the exponential of a matrix", "∂/∂t exp(t A) = A exp(t A)", jacobian(lambda t: exponential(t[0] * A), [0.4]).reshape(N, N), A @ exponential(0.4 * A)),
    Case("a point with a prime", "k(x, xʹ) = exp(-(x - xʹ)ᵀ (x - xʹ)/2); ∂²k/∂x ∂xʹᵀ = (I - (x - xʹ)(x - xʹ)ᵀ) k",
         jacobian(lambda v: gradient(lambda t: rbf(t, v), x, 1e-4), y, 1e-4), (np.eye(N) - np.outer(x - y, x - y)) * rbf(x, y)),
    Case("where a derivative is 0 of what is defined", "S = (u - W b)ᵀ (u - W b) + c bᵀ b; b̂ = (Wᵀ W + c I)^-1 Wᵀ u",
         gradient(lambda b: np.sum((u - W @ b) ** 2) + 0.7 * b @ b, np.linalg.solve(W.T @ W + 0.7 * np.eye(N), W.T @ u)), np.zeros(N)),
    Case("where a derivative is not 0", "S = (u - W b)ᵀ (u - W b) + c bᵀ b; b̂ = (Wᵀ W - c I)^-1 Wᵀ u", found=False),
    Case("where any derivative is 0", "S = c aᵀ b - c bᵀ a + c; b̂ = 2 a", found=False),
    Case("the members of a set", "L = ∑_{i∈C} (x_i - m)^2; ∂L/∂m = -2 ∑_{i∈C} (x_i - m)", gradient(lambda m: np.sum((x[:2] - m) ** 2), 0.3), -2 * np.sum(x[:2] - 0.3)),
    Case("how many members a set has", "L = 1/|C| ∑_{i∈C} (x_i - m)^2; ∂L/∂m = 2 m - 2/|C| ∑_{i∈C} x_i", gradient(lambda m: np.mean((x[:2] - m) ** 2), 0.3), 0.6 - 2 * np.mean(x[:2])),
    Case("the members of another set", "L = ∑_{i∈C} (x_i - m)^2; ∂L/∂m = -2 ∑_{i∈D} (x_i - m)", found=False, fault="`D_i` stands for `C_i`",
         left=gradient(lambda m: np.sum((x[:2] - m) ** 2), 0.3), right=-2 * np.sum(x[:2] - 0.3)),
    Case("what moves is given by what is differentiated in", "L = -N log(s) - c/(2 s^2); r = log(s); ∂L/∂r = c/s^2 - N",
         gradient(lambda r: -3 * r - 0.7 / (2 * np.exp(2 * r)), 0.4), 0.7 / np.exp(0.8) - 3),
    Case("and twice", "L = -N log(s) - c/(2 s^2); r = log(s); ∂^2 L/∂r^2 = -2 c/s^2",
         gradient(lambda r: 0.7 / np.exp(2 * r) - 3, 0.4), -2 * 0.7 / np.exp(0.8)),
    Case("what moves is given by an inverse", "L = log(det(S)) + tr(S M); P = inv(S); ∂L/∂P = -(P^-1)ᵀ - (P^-1 M P^-1)ᵀ",
         gradient(lambda p: -np.log(np.linalg.det(p)) + np.trace(np.linalg.inv(p) @ A), POSITIVE),
         -np.linalg.inv(POSITIVE).T - (np.linalg.inv(POSITIVE) @ A @ np.linalg.inv(POSITIVE)).T),
    Case("what moves is given by a square", "L = -N log(s) - c/(2 s^2); v = s^2; ∂L/∂v = c/(2 v) - N/(2 v)", found=False, fault="it is to be divided by `v` in `c / (2 v)`",
         left=gradient(lambda v: -3 * np.log(v) / 2 - 0.7 / (2 * v), 0.4), right=0.7 / (2 * 0.4) / 0.4 - 3 / 0.8),
    Case("an error makes a model, and no value", "b = A x + v; J = (x - y)ᵀ (x - y) + (b - A x)ᵀ (b - A x); ∂J/∂x = 2 (x - y) - 2 Aᵀ (b - A x)", facts=Facts(errors=frozenset("v")),
         left=gradient(lambda v: np.sum((v - y) ** 2) + np.sum((u[:N] - A @ v) ** 2), x), right=2 * (x - y) - 2 * A.T @ (u[:N] - A @ x)),
    Case("what stands with its derivatives is any function", "∂/∂t (A^-1) = -A^-1 ∂A/∂t A^-1", facts=Facts(dependent=frozenset("A")),
         left=(np.linalg.inv(POSITIVE + 1e-6 * W[:N]) - np.linalg.inv(POSITIVE - 1e-6 * W[:N])) / 2e-6, right=-np.linalg.inv(POSITIVE) @ W[:N] @ np.linalg.inv(POSITIVE)),
    Case("what is inverted is no number", "∂/∂t (A^-1) = -A^-2 ∂A/∂t", found=False, facts=Facts(dependent=frozenset("A"))),
    Case("what is differentiated in is free, whatever it depends on", "∂/∂A (log(det(A))) = (A^-1)ᵀ", facts=Facts(dependent=frozenset("A")),
         left=gradient(lambda a: np.log(np.linalg.det(a)), POSITIVE), right=np.linalg.inv(POSITIVE).T),
    Case("a number by need, whatever its letter", "log(p(z)) = -(z - wᵀ x)^2/2; ∇_w log(p(z)) = (z - wᵀ x) x",
         gradient(lambda w: -((0.8 - w @ x) ** 2) / 2, y), (0.8 - y @ x) * x),
    Case("the density of a normal distribution", "ℓ = ∑_n log(∑_k π_k N(x_n, μ_k, c)); ∂ℓ/∂π_k = ∑_n N(x_n, μ_k, c)/∑_j π_j N(x_n, μ_j, c)", facts=Facts(familiar=FAMILIAR),
         left=gradient(lambda p: np.sum(np.log(density(x[:, None] - y) @ p)), SHARES), right=np.sum(density(x[:, None] - y) / (density(x[:, None] - y) @ SHARES)[:, None], axis=0)),
    Case("a matrix that is missing on the left", "C = (A x)ᵀ (A x); ∂C/∂x = 2 A x", found=False, fault="it is to be multiplied by `Aᵀ` from the left",
         left=gradient(lambda v: (A @ v) @ (A @ v), x), right=2 * A.T @ A @ x),
    Case("what a page moves with a dot is not accused", "x\u0307 = A x; ∂/∂t (c t x) = 2 c x", found=False),
    Case("a mark above a name with a subscript", "Q = X W_q; W̄_q = Xᵀ Q̄",
         gradient(lambda b: np.sum(np.sin(X.T @ b)), A), X @ np.cos(X.T @ A)),
    Case("what is observed is given, and no residual is 0", "b = A x + v; J = (b - A x)ᵀ (b - A x); ∂J/∂x = 0", found=False, facts=Facts(errors=frozenset("v"))),
    Case("a value is no model where nobody speaks of errors", "b = A x + v; J = (x - y)ᵀ (x - y) + bᵀ b; ∂J/∂x = 2 (x - y)", found=False),
    Case("a value that moves is not set aside", "b = a m - c; s = g + b m; ∂s/∂m = b", found=False),
    Case("a solution with a letter below its mark", "S = (u - W b)ᵀ (u - W b) + λ bᵀ b; b\u0302_λ = (Wᵀ W + λ I)^-1 Wᵀ u",
         gradient(lambda b: np.sum((u - W @ b) ** 2) + 0.7 * b @ b, np.linalg.solve(W.T @ W + 0.7 * np.eye(N), W.T @ u)), np.zeros(N)),
    Case("where the other unknown is at its solution", "L = (1/2) xᵀ x - bᵀ x + νᵀ (W x - u); ∇_ν L = W x - u; x⁽*⁾ = b - Wᵀ ν⁽*⁾; ν⁽*⁾ = (W Wᵀ)^-1 (W b - u)",
         X.T @ (y - X @ np.linalg.solve(X.T @ X, X.T @ y - u[:K])), u[:K]),
    Case("where it is not", "L = (1/2) xᵀ x - bᵀ x + νᵀ (W x - u); ∇_ν L = W x - u; x⁽*⁾ = b - Wᵀ ν⁽*⁾; ν⁽*⁾ = (W Wᵀ)^-1 (W b + u)", found=False),
    Case("what a function comes to at a solution", "f(x) = (1/2) xᵀ S x + qᵀ x; x⁽*⁾ = -S^-1 q; p⁽*⁾ = -(1/2) qᵀ S^-1 q", facts=Facts(has={"S": frozenset({"symmetric"})}),
         left=0.5 * (z := -np.linalg.solve(POSITIVE, y)) @ POSITIVE @ z + y @ z, right=-0.5 * y @ np.linalg.solve(POSITIVE, y)),
    Case("what it does not come to", "f(x) = (1/2) xᵀ S x + qᵀ x; x⁽*⁾ = -S^-1 q; p⁽*⁾ = -qᵀ S^-1 q", found=False, facts=Facts(has={"S": frozenset({"symmetric"})})),
    Case("a dual function", "L = (1/2) xᵀ S x + lᵀ (W x - u); x = -S^-1 Wᵀ l; g(l) = -(1/2) lᵀ W S^-1 Wᵀ l - lᵀ u", facts=Facts(has={"S": frozenset({"symmetric"})}),
         left=0.5 * (z := -np.linalg.solve(POSITIVE, W.T @ u)) @ POSITIVE @ z + u @ (W @ z - 1), right=-0.5 * u @ W @ np.linalg.solve(POSITIVE, W.T @ u) - u @ np.ones(M)),
    Case("an equation that has other solutions", "R b = r; b = Rᵀ (R Rᵀ)^-1 r", found=False),
    Case("what is at a solution that is named", "P = (I - K H) S (I - K H)ᵀ + K Kᵀ; K⁽*⁾ = S Hᵀ (H S Hᵀ + I)^-1; P = (I - K⁽*⁾ H) S", facts=Facts(has={"S": frozenset({"symmetric"})}),
         left=(np.eye(N) - (G := POSITIVE @ X @ np.linalg.inv(X.T @ POSITIVE @ X + np.eye(K))) @ X.T) @ POSITIVE @ (np.eye(N) - G @ X.T).T + G @ G.T,
         right=(np.eye(N) - G @ X.T) @ POSITIVE),
    Case("what is so at a solution alone", "P = (I - K H) S (I - K H)ᵀ + K Kᵀ; K⁽*⁾ = S Hᵀ (H S Hᵀ + I)^-1; P = (I - K H) S", found=False, facts=Facts(has={"S": frozenset({"symmetric"})})),
    Case("a variance where its derivative is 0", "ℓ = -N log(s) - c/(2 s^2); v = s^2; ∂ℓ/∂v = c/(2 v^2) - N/(2 v); v\u0302 = c/N", gradient(lambda v: -1.5 * np.log(v) - 0.7 / (2 * v), 0.7 / 3), 0),
    Case("where something is least", "b\u0302 = argmin_b((u - W b)ᵀ (u - W b)); b\u0302 = (Wᵀ W)^-1 Wᵀ u",
         gradient(lambda b: np.sum((u - W @ b) ** 2), np.linalg.lstsq(W, u, None)[0]), np.zeros(N)),
    Case("as a chain", "b\u0302 = argmin_b((u - W b)ᵀ (u - W b)); argmin_b((u - W b)ᵀ (u - W b)) = (Wᵀ W)^-1 Wᵀ u",
         gradient(lambda b: np.sum((u - W @ b) ** 2), np.linalg.lstsq(W, u, None)[0]), np.zeros(N)),
    Case("what is least only where it is short", "b\u0302 = argmin_b((u - W b)ᵀ (u - W b) + bᵀ b); b\u0302 = Wᵀ (W Wᵀ)^-1 u", found=False),
    Case("a value that does not rest on a solution", "f = (1/2) xᵀ x; z⁽*⁾ = 2 x; p = (1/2) xᵀ x", found=False),
    Case("what rests on an unknown function is not accused", "∂L/∂x = 2 ∂L/∂y; y = x", found=False),
]  # fmt: skip


def _asked(case):
    texts = [t.strip() for t in case.formulas.split(";")]
    page = Page([Formula(parse_statement(t)[0]) for t in texts], Facts()).among(case.facts)
    at = len(texts) - 1
    left, right = page.formulas[at].tree.sides
    return Question(page, at, left, right, case.layout, where=case.where)


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
        (("∂/∂x (xᵀ M x) = 2 M x", "M = Lᵀ L"), False),  # a special case
        (("∂f/∂x + H s = 0", "s = -H^-1 ∂f/∂x"), False),  # an equation, and what solves it
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
