"""The claims of ridge.qmd: n, p = q, m."""

import numpy as np

from ..points import I, grad, hess, inv, m, norm, q, stack


def _ridge(p):
    X, y, β, λ = p.mat(q, m), p.col(q), p.col(m), p.num()
    return X, y, β, λ, lambda β: (y - X @ β).T @ (y - X @ β) + λ * β.T @ β


def ridge_gradient(p):
    X, y, β, λ, J = _ridge(p)
    return grad(J, β), -2 * X.T @ (y - X @ β) + 2 * λ * β


def ridge_multiplied(p):
    X, y, β, λ, _ = _ridge(p)
    return -2 * X.T @ (y - X @ β) + 2 * λ * β, 2 * (X.T @ X @ β - X.T @ y + λ * β)


def ridge_collected(p):
    X, y, β, λ, _ = _ridge(p)
    return 2 * (X.T @ X @ β - X.T @ y + λ * β), 2 * (X.T @ X + λ * I(m)) @ β - 2 * X.T @ y


def ridge_component(p):
    X, y, β, λ, J = _ridge(p)

    def entry(j):
        return -2 * sum(X[i, j] * (y[i, 0] - sum(X[i, k] * β[k, 0] for k in range(m))) for i in range(q)) + λ * β[j, 0]

    return np.ravel(grad(J, β)), stack(entry, m)


def ridge_push_through(p):
    X, _, _, λ, _ = _ridge(p)
    return inv(X.T @ X + λ * I(m)) @ X.T, X.T @ inv(X @ X.T + λ * I(q))


def ridge_dual(p):
    X, y, _, λ, _ = _ridge(p)
    return inv(X.T @ X + λ * I(m)) @ X.T @ y, X.T @ inv(X @ X.T + λ * I(q)) @ y


def ridge_fit(p):
    X, y, _, λ, _ = _ridge(p)
    return X @ inv(X.T @ X + λ * I(m)) @ X.T @ y, X @ X.T @ inv(X @ X.T + λ * I(q)) @ y


def ridge_commuted(p):
    X, y, _, λ, _ = _ridge(p)
    return X @ X.T @ inv(X @ X.T + λ * I(q)) @ y, inv(X @ X.T + λ * I(q)) @ X @ X.T @ y


def ridge_path(p):
    X, y, _, λ, _ = _ridge(p)

    def fit(λ):
        return inv(X.T @ X + λ * I(m)) @ X.T @ y

    return p.d(fit, λ), -inv(X.T @ X + λ * I(m)) @ fit(λ)


def ridge_hessian(p):
    X, _, β, λ, J = _ridge(p)
    return hess(J, β), 2 * X.T @ X + λ * I(m)


def ridge_general(p):
    K, β = p.mat(m, m, "K"), p.col(m)
    return grad(lambda β: β.T @ K @ β, β), 2 * K @ β


def ridge_norm(p):
    β = p.col(m)
    return grad(norm, β), β / norm(β)


def ridge_norm_squared(p):
    β = p.col(m)
    return grad(lambda β: norm(β) ** 2, β), 2 * β


def ridge_fit_length(p):
    X, _, β, _, _ = _ridge(p)
    return grad(lambda β: norm(X @ β), β), X.T @ X @ β / norm(β)
