"""The claims of elementwise.rst: n, m = m, n; φ is any smooth function of a number."""

import numpy as np

from ..points import E, diag, grad, hess, inv, jac, m, n, ones, tr


def _φ(t):
    return np.sin(t) + t**2 / 3


def _φ1(t):
    return np.cos(t) + 2 * t / 3


def _layer(p):
    return p.col(m), p.col(m), p.mat(n, m)


def elementwise_diagonal(p):
    x, y, _ = _layer(p)
    return x * y, diag(x) @ y


def elementwise_commuted(p):
    x, y, _ = _layer(p)
    return diag(x) @ y, diag(y) @ x


def elementwise_product(p):
    x, y, _ = _layer(p)
    return p.d(lambda x: x * y, x), diag(y)


def elementwise_square(p):
    x, *_ = _layer(p)
    return p.d(lambda x: x * x, x), 2 * diag(x)


def elementwise_cube(p):
    x, *_ = _layer(p)
    return p.d(lambda x: x * x * x, x), 3 * diag(x)


def elementwise_function(p):
    x, *_ = _layer(p)
    return p.d(_φ, x), diag(_φ1(x))


def elementwise_exp(p):
    x, *_ = _layer(p)
    return p.d(np.exp, x), diag(np.exp(x))


def elementwise_log(p):
    x = p.col(m, low=0.2)
    return p.d(np.log, x), inv(diag(x))


def elementwise_order(p):
    x, y, W = _layer(p)
    return p.d(lambda x: W @ (x * y), x), diag(y) @ W


def elementwise_layer(p):
    x, _, W = _layer(p)
    return p.d(lambda x: _φ(W @ x), x), diag(_φ1(W @ x)) @ W


def elementwise_layer_entry(p):
    x, _, W = _layer(p)
    return np.asarray(jac(lambda x: _φ(W @ x), x)), E("j,ij->ij", np.ravel(_φ1(W @ x)), W)


def elementwise_sum(p):
    x, _, W = _layer(p)
    return p.d(lambda x: ones(n).T @ _φ(W @ x), x), _φ1(W @ x).T @ W


def elementwise_sum_hessian(p):
    x, _, W = _layer(p)
    return hess(lambda x: ones(n).T @ _φ(W @ x), x), W.T @ diag(_φ1(W @ x)) @ W


def elementwise_weighted(p):
    x, y, _ = _layer(p)
    return p.d(lambda x: y.T @ _φ(x), x), y * _φ1(x)


def elementwise_dot(p):
    x, y, _ = _layer(p)
    return ones(m).T @ (x * y), x.T @ y


def elementwise_squares(p):
    x, *_ = _layer(p)
    return p.d(lambda x: ones(m).T @ (x * x), x), 2 * x.T


def elementwise_trace(p):
    X, C = p.mat(m, m), p.mat(m, m)
    return grad(lambda X: tr(C.T @ (X * X)), X), 2 * C * X
