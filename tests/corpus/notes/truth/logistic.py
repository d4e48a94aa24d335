"""The claims of logistic.ipynb: m, n = q, m; the examples are the rows of X."""

import numpy as np

from ..points import diag, grad, hess, m, partial, q, second, stack


def _g(z):
    return 1 / (1 + np.exp(-z))


def logistic_prime(p):
    z = p.num()
    return partial(_g, z), partial(lambda z: 1 / (1 + np.exp(-z)), z)


def logistic_quotient(p):
    z = p.num()
    return partial(lambda z: 1 / (1 + np.exp(-z)), z), 1 / (1 + np.exp(-z)) ** 2 * np.exp(-z)


def logistic_split(p):
    z = p.num()
    return 1 / (1 + np.exp(-z)) ** 2 * np.exp(-z), 1 / (1 + np.exp(-z)) * (1 - 1 / (1 + np.exp(-z)))


def logistic_prime_short(p):
    z = p.num()
    return 1 / (1 + np.exp(-z)) * (1 - 1 / (1 + np.exp(-z))), _g(z) * (1 - _g(z))


def logistic_log(p):
    z = p.num()
    return partial(lambda z: np.log(_g(z)), z), 1 - _g(z)


def logistic_log_complement(p):
    z = p.num()
    return partial(lambda z: np.log(1 - _g(z)), z), _g(z)


def logistic_second(p):
    z = p.num()
    return second(_g, z), _g(z) * (1 - _g(z)) * (1 - _g(z))


def _logistic(p):
    X, y, θ = p.mat(q, m), (p.col(q) > 0) * 1.0, p.col(m)

    def ll(θ):
        h = [_g(θ.T @ X[[i]].T)[0, 0] for i in range(q)]
        return sum(y[i, 0] * np.log(h[i]) + (1 - y[i, 0]) * np.log(1 - h[i]) for i in range(q))

    def residual(j):
        return sum((y[i, 0] - _g(θ.T @ X[[i]].T)[0, 0]) * X[i, j] for i in range(q))

    return X, y, θ, ll, stack(residual, m)


def logistic_likelihood(p):
    *_, θ, l, residuals = _logistic(p)
    return np.ravel(grad(l, θ)), residuals


def logistic_cost(p):
    *_, θ, l, residuals = _logistic(p)
    return np.ravel(grad(lambda θ: -l(θ) / q, θ)), residuals / q


def logistic_vectorised(p):
    X, y, θ, l, _ = _logistic(p)
    return grad(lambda θ: -l(θ) / q, θ), 1 / q * X @ (_g(X @ θ) - y)


def logistic_hessian(p):
    X, y, θ, l, _ = _logistic(p)
    h = _g(X @ θ)
    S = diag(h * (1 - h))
    return hess(lambda θ: -l(θ) / q, θ), 1 / q * X.T @ S @ X


def logistic_regulariser(p):
    θ, λ = p.arr(m), p.num()
    return partial(lambda θ: λ / (2 * q) * sum(θ[j] ** 2 for j in range(m)), θ), λ / q * θ
