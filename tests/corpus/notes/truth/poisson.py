"""The claims of poisson.ipynb: n, d = q, m."""

import numpy as np

from ..points import E, diag, grad, hess, inv, m, ones, partial, q, stack, total


def _poisson(p):
    X, y, β = p.mat(q, m) / 2, p.col(q, low=0.2), p.col(m)
    return X, y, β, np.exp(X @ β), lambda β: y.T @ X @ β - ones(q).T @ np.exp(X @ β)


def poisson_likelihood(p):
    X, y, β, μ, l = _poisson(p)
    η = X @ β
    return sum(y[i, 0] * η[i, 0] - μ[i, 0] for i in range(q)), l(β)


def poisson_predictor(p):
    X, y, β, μ, l = _poisson(p)
    return p.d(lambda β: X @ β, β), X


def poisson_mean(p):
    X, y, β, μ, l = _poisson(p)
    return p.d(np.exp, X @ β), diag(μ)


def poisson_score_predictor(p):
    X, y, β, μ, l = _poisson(p)
    return p.d(lambda η: y.T @ η - ones(q).T @ np.exp(η), X @ β), (y - μ).T


def poisson_score_chain(p):
    X, y, β, μ, l = _poisson(p)
    dη = p.d(lambda η: y.T @ η - ones(q).T @ np.exp(η), X @ β)
    return p.d(l, β), dη @ p.d(lambda β: X @ β, β)


def poisson_score(p):
    X, y, β, μ, l = _poisson(p)
    dη = p.d(lambda η: y.T @ η - ones(q).T @ np.exp(η), X @ β)
    return dη @ p.d(lambda β: X @ β, β), (y - μ).T @ X


def poisson_score_entry(p):
    X, y, β, μ, l = _poisson(p)
    return np.ravel(grad(l, β)), stack(lambda j: sum((y[i, 0] - μ[i, 0]) * X[i, j] for i in range(q)), m)


def poisson_gradient(p):
    X, y, β, μ, l = _poisson(p)
    return grad(l, β), (y - μ).T @ X


def poisson_second(p):
    X, y, β, μ, l = _poisson(p)
    return np.asarray(hess(l, β)), -E("i,ij,ik->jk", np.ravel(μ), X, X)


def poisson_hessian(p):
    X, y, β, μ, l = _poisson(p)
    return hess(l, β), X.T @ diag(μ) @ X


def poisson_scoring(p):
    X, y, β, μ, l = _poisson(p)
    W = diag(μ)
    z = X @ β + inv(W) @ (y - μ)
    return inv(X.T @ W @ X) @ X.T @ W @ z, β + inv(X.T @ W @ X) @ X.T @ (y - μ)


def poisson_exposure(p):
    X, t, β = p.arr(q, m), p.pos(q), p.arr(m)
    return partial(lambda β: t * np.exp(X @ β), β), E("i,ij->ij", t * np.exp(X @ β), X)


def poisson_exposure_time(p):
    X, t, β = p.arr(q, m), p.pos(q), p.arr(m)
    return partial(lambda t: t * np.exp(X @ β), t), E("ij,i->ij", np.eye(q), t * np.exp(X @ β))


def _deviance(y, μ):
    return 2 * total(y * np.log(y / μ) - (y - μ))


def poisson_deviance_mean(p):
    X, y, β, μ, l = _poisson(p)
    return np.ravel(grad(lambda μ: _deviance(y, μ), μ)), np.ravel(2 * (1 - y / μ))


def poisson_deviance(p):
    X, y, β, μ, l = _poisson(p)
    right = stack(lambda j: -sum((y[i, 0] - μ[i, 0]) * X[i, j] for i in range(q)), m)
    return np.ravel(grad(lambda β: _deviance(y, np.exp(X @ β)), β)), right
