"""The claims of linear-layer.md: N, D, M = n, m, q; the loss is any smooth function of Y."""

import numpy as np

from ..points import E, half_square, m, n, norm, ones, partial, q, stack, total


def _linear_layer(p):
    C = p.arr(n, q)
    return p.mat(n, m), p.mat(m, q), p.mat(n, q), lambda Y: total(C * np.asarray(Y) + np.sin(np.asarray(Y)))


def linear_layer_entry(p):
    X, W, *_ = _linear_layer(p)
    return np.asarray(X @ W), stack(lambda i, j: sum(X[i, d] * W[d, j] for d in range(m)), n, q)


def linear_layer_chain(p):
    X, W, _, L = _linear_layer(p)
    return partial(lambda X: L(X @ W), X), E("ij,ijnd->nd", partial(L, X @ W), partial(lambda X: X @ W, X))


def linear_layer_local(p):
    X, W, *_ = _linear_layer(p)
    return partial(lambda X: X @ W, X), E("in,jd->ijnd", np.eye(n), W)


def linear_layer_collapsed(p):
    X, W, _, L = _linear_layer(p)
    return partial(lambda X: L(X @ W), X), E("nj,dj->nd", partial(L, X @ W), W)


def linear_layer_input(p):
    X, W, _, L = _linear_layer(p)
    return p.d(lambda X: L(X @ W), X), p.d(L, X @ W) @ W.T


def linear_layer_weights(p):
    X, W, _, L = _linear_layer(p)
    return p.d(lambda W: L(X @ W), W), X.T @ p.d(L, X @ W)


def linear_layer_sum_upstream(p):
    X, W, *_ = _linear_layer(p)
    return partial(total, X @ W), np.ones((n, q))


def linear_layer_sum_weights(p):
    X, W, *_ = _linear_layer(p)
    return p.d(lambda W: total(X @ W), W), X.T @ ones(n) @ ones(q).T


def linear_layer_error_output(p):
    X, W, T, _ = _linear_layer(p)
    return p.d(lambda Y: half_square(Y - T), X @ W), X @ W - T


def linear_layer_error_weights(p):
    X, W, T, _ = _linear_layer(p)
    return p.d(lambda W: half_square(X @ W - T), W), X.T @ (X @ W - T)


def linear_layer_error_input(p):
    X, W, T, _ = _linear_layer(p)
    return p.d(lambda X: half_square(X @ W - T), X), (X @ W - T) @ W


def linear_layer_error_weights_flipped(p):
    X, W, T, _ = _linear_layer(p)
    return p.d(lambda W: half_square(X @ W - T), W), (X @ W - T).T @ X


def linear_layer_decay(p):
    W, λ = p.mat(m, q), p.num()
    return p.d(lambda W: λ * norm(W) ** 2, W), λ * W


def linear_layer_error_entry(p):
    X, W, T, _ = _linear_layer(p)
    Y = X @ W
    return (
        partial(lambda W: half_square(X @ W - T), W),
        stack(lambda d, j: sum(X[i, d] * (Y[i, j] - T[i, j]) for i in range(n)), m, q),
    )
