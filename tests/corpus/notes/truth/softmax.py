"""The claims of softmax.md: K = n; y is one-hot."""

import numpy as np

from ..points import E, diag, m, n, ones, partial, softmax, stack


def softmax_quotient(p):
    z = p.arr(n)
    Σ = sum(np.exp(z))
    return partial(softmax, z), (np.diag(np.exp(z)) * Σ - np.outer(np.exp(z), np.exp(z))) / Σ**2


def softmax_delta(p):
    z = p.arr(n)
    Σ, s, δ = sum(np.exp(z)), softmax(z), np.eye(n)
    return (np.diag(np.exp(z)) * Σ - np.outer(np.exp(z), np.exp(z))) / Σ**2, E("i,ij->ij", s, δ) - E("i,j->ij", s, s)


def softmax_factored(p):
    s, δ = softmax(p.arr(n)), np.eye(n)
    return E("i,ij->ij", s, δ) - E("i,j->ij", s, s), stack(lambda i, j: s[i] * (δ[i, j] - s[j]), n, n)


def softmax_cases(p):
    z = p.arr(n)
    s = softmax(z)
    return partial(softmax, z), stack(lambda i, j: s[i] * (1 - s[i]) if i == j else -s[i] * s[j], n, n)


def softmax_matrix(p):
    z = p.col(n)
    s = softmax(z)
    return p.d(softmax, z), diag(s) - s @ s.T


def softmax_log(p):
    z = p.arr(n)
    s = softmax(z)
    return partial(lambda z: np.log(softmax(z)), z), stack(lambda i, j: (i == j) - s[i], n, n)


def softmax_logsumexp(p):
    z = p.arr(n)
    return partial(lambda z: np.log(sum(np.exp(z))), z), softmax(z)


def _cross_entropy(p):
    y = np.ravel(p.one_hot(n))
    return y, p.arr(n), lambda z: -sum(y * np.log(softmax(z)))


def softmax_loss_chain(p):
    y, z, L = _cross_entropy(p)
    return partial(L, z), -E("k,k,kj->j", y, 1 / softmax(z), partial(softmax, z))


def softmax_loss_delta(p):
    y, z, _ = _cross_entropy(p)
    s = softmax(z)
    return (
        -E("k,k,kj->j", y, 1 / s, partial(softmax, z)),
        stack(lambda j: -sum(y[k] * ((k == j) - s[j]) for k in range(n)), n),
    )


def softmax_loss_summed(p):
    y, z, _ = _cross_entropy(p)
    s = softmax(z)
    return stack(lambda j: -sum(y[k] * ((k == j) - s[j]) for k in range(n)), n), s * sum(y) - y


def softmax_loss_probabilities(p):
    y, z, _ = _cross_entropy(p)
    s = softmax(z)
    return partial(lambda s: -sum(y * np.log(s)), s), -1 / s


def softmax_loss_short(p):
    y, z, _ = _cross_entropy(p)
    s = softmax(z)
    return s * sum(y) - y, s - y


def _softmax_layer(p):
    y = p.one_hot(n)
    return y, p.mat(n, m), p.col(m), p.col(n), lambda z: -y.T @ np.log(softmax(z))


def softmax_loss_row(p):
    y, _, _, z, L = _softmax_layer(p)
    return p.d(L, z), (softmax(z) - y).T


def softmax_loss_bias(p):
    y, W, x, b, L = _softmax_layer(p)
    return p.d(lambda b: L(W @ x + b), b), (softmax(W @ x + b) - y).T


def softmax_loss_weights(p):
    y, W, x, b, L = _softmax_layer(p)
    return p.d(lambda W: L(W @ x + b), W), x @ (softmax(W @ x + b) - y).T


def softmax_loss_input(p):
    y, W, x, b, L = _softmax_layer(p)
    return p.d(lambda x: L(W @ x + b), x), W.T @ (softmax(W @ x + b) - y)


def softmax_shift(p):
    z = p.col(n)
    return softmax(z + p.num() * ones(n)), softmax(z)


def softmax_temperature(p):
    z, τ = p.col(n), 1 + p.num()
    f = softmax(z / τ)
    return p.d(lambda z: softmax(z / τ), z), diag(f) - f @ f.T
