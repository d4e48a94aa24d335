"""The claims of gaussian.tex: d, k, N = m, k, q; a derivative in the symmetric Σ is symmetrised."""

import numpy as np

from ..points import det, hess, inv, k, m, q, total


def _gaussian(p):
    S, x, μ = p.spd(m), p.col(m), p.col(m)

    def ll(x, μ, S):
        return -m / 2 * np.log(2 * np.pi) - 1 / 2 * np.log(det(S)) - 1 / 2 * total((x - μ).T @ inv(S) @ (x - μ))

    return S, x, μ, ll


def _in_symmetric(p, f, S):
    G = p.d(f, S)
    return (G + G.T) / 2


def gaussian_mean(p):
    S, x, μ, l = _gaussian(p)
    return p.d(lambda μ: l(x, μ, S), μ), inv(S) @ (x - μ)


def gaussian_point(p):
    S, x, μ, l = _gaussian(p)
    return p.d(lambda x: l(x, μ, S), x), -inv(S) @ (x - μ)


def gaussian_hessian(p):
    S, x, μ, l = _gaussian(p)
    return hess(lambda μ: l(x, μ, S), μ), -inv(S)


def gaussian_logdet(p):
    S = p.spd(m)
    return _in_symmetric(p, lambda S: np.log(det(S)), S), inv(S)


def gaussian_inverse(p):
    S, a = p.spd(m), p.col(m)
    return _in_symmetric(p, lambda S: a.T @ inv(S) @ a, S), -inv(S) @ a @ a.T @ inv(S)


def gaussian_inner(p):
    S, x, μ, _ = _gaussian(p)
    left = _in_symmetric(p, lambda S: (x - μ).T @ inv(S) @ (x - μ), S)
    return left, -inv(S) @ (x - μ).T @ (x - μ) @ inv(S)


def gaussian_covariance(p):
    S, x, μ, l = _gaussian(p)
    right = -1 / 2 * inv(S) + 1 / 2 * inv(S) @ (x - μ) @ (x - μ).T @ inv(S)
    return _in_symmetric(p, lambda S: l(x, μ, S), S), right


def gaussian_sign(p):
    S, x, μ, _ = _gaussian(p)
    left = -1 / 2 * inv(S) + 1 / 2 * inv(S) @ (x - μ) @ (x - μ).T @ inv(S)
    return left, -1 / 2 * inv(S) @ ((x - μ) @ (x - μ).T - S) @ inv(S)


def gaussian_sample(p):
    S, μ, X = p.spd(m), p.col(m), [p.col(m) for _ in range(q)]
    left = p.d(lambda μ: -1 / 2 * sum((x - μ).T @ inv(S) @ (x - μ) for x in X), μ)
    return left, sum(inv(S) @ (x - μ) for x in X)


def gaussian_sample_collected(p):
    S, μ, X = p.spd(m), p.col(m), [p.col(m) for _ in range(q)]
    return sum(inv(S) @ (x - μ) for x in X), inv(S) @ (sum(X) - q * μ)


def _weighed(p):
    return p.mat(m, m, "B"), p.mat(m, k), p.col(k), p.col(m)


def gaussian_linear(p):
    B, W, z, x = _weighed(p)
    return p.d(lambda z: (x - W @ z).T @ B @ (x - W @ z), z), -2 * W.T @ B @ (x - W @ z)


def gaussian_linear_weights(p):
    B, W, z, x = _weighed(p)
    return p.d(lambda W: (x - W @ z).T @ B @ (x - W @ z), W), -(B + B.T) @ (x - W @ z) @ z.T


def gaussian_linear_metric(p):
    B, W, z, x = _weighed(p)
    return p.d(lambda B: (x - W @ z).T @ B @ (x - W @ z), B), 2 * (x - W @ z) @ (x - W @ z).T
