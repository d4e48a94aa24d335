"""The claims of newton.md: n, m = m, q; f is any smooth function."""

import numpy as np

from ..points import I, Matrix, diag, grad, hess, inv, m, n, norm, partial, q, second, softmax, stack, total


def _smooth(p):
    A, x, h, t = p.mat(q, m), p.col(m), p.col(m), p.num() / 4
    return lambda x: total(np.sin(A @ x) + (A @ x) ** 2 / 2), x, h, t


def newton_line(p):
    f, x, h, t = _smooth(p)
    return partial(lambda t: f(x + t * h), t), grad(f, x + t * h) @ h


def newton_line_second(p):
    f, x, h, t = _smooth(p)
    return second(lambda t: f(x + t * h), t), h.T @ hess(f, x + t * h) @ h


def _convex(p):
    A, b, x = p.spd(m), p.col(m), p.col(m)
    return A, b, x, lambda x: 1 / 2 * x.T @ A @ x - b.T @ x


def newton_quadratic(p):
    A, b, x, g = _convex(p)
    return grad(g, x), A @ x - b


def newton_quadratic_hessian(p):
    A, b, x, g = _convex(p)
    return hess(g, x), A


def newton_step(p):
    A, b, x, g = _convex(p)
    return x - inv(hess(g, x)) @ grad(g, x), x - inv(A) @ (A @ x - b)


def newton_step_ends(p):
    A, b, x, g = _convex(p)
    return x - inv(A) @ (A @ x - b), inv(A) @ b


def _barrier(p):
    G, x = p.mat(q, m), p.col(m)
    c = G @ x + p.col(q, low=0.5)
    return G, x, 1 / (c - G @ x), lambda x: -total(np.log(c - G @ x))


def newton_barrier_component(p):
    G, x, d, φ = _barrier(p)
    return np.ravel(grad(φ, x)), stack(lambda k: sum(d[i, 0] * G[i, k] for i in range(q)), m)


def newton_barrier_gradient(p):
    G, x, d, φ = _barrier(p)
    return grad(φ, x), G.T @ d


def newton_barrier_hessian(p):
    G, x, d, φ = _barrier(p)
    return hess(φ, x), G.T @ diag(d) @ G


def newton_softmax(p):
    x = p.col(n)
    return grad(lambda x: np.log(total(np.exp(x))), x), softmax(x)


def newton_softmax_hessian(p):
    x = p.col(n)
    f = softmax(x)
    return hess(lambda x: np.log(total(np.exp(x))), x), diag(f) - f @ f.T


def newton_norm(p):
    x = p.col(m)
    return grad(norm, x), x / norm(x)


def newton_norm_hessian(p):
    x = p.col(m)
    return hess(norm, x), 1 / norm(x) * (I(m) - x @ x.T)


def _rosenbrock(x, y):
    return 100 * (y - x**2) ** 2 + (1 - x) ** 2


def newton_rosenbrock(p):
    x = p.col(2)
    a, b = x[0, 0], x[1, 0]
    right = np.array([[-400 * a * (b - a**2) - 2 * (1 - a)], [200 * (b - a**2)]]).view(Matrix)
    return grad(lambda x: _rosenbrock(x[0, 0], x[1, 0]), x), right


def newton_rosenbrock_mixed(p):
    a, b = p.num(), p.num()
    return second(_rosenbrock, a, b), 400 * a
