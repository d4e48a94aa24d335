"""The claims of unicode.md: n, m = m, n."""

import numpy as np

from ..points import E, Matrix, diag, grad, inv, m, n, norm, partial, sigmoid, stack, tr


def unicode_linear(p):
    a, x = p.col(m), p.col(m)
    return p.d(lambda x: a.T @ x, x), a.T


def unicode_product(p):
    W, x = p.mat(n, m), p.col(m)
    return p.d(lambda x: W @ x, x), W


def unicode_quadratic(p):
    A, x = p.mat(m, m, "A"), p.col(m)
    return p.d(lambda x: x.T @ A @ x, x), x.T @ (A + A.T)


def unicode_quadratic_short(p):
    A, x = p.mat(m, m, "A"), p.col(m)
    return p.d(lambda x: x.T @ A @ x, x), 2 * x.T @ A


def unicode_square(p):
    x = p.col(m)
    return p.d(lambda x: norm(x) ** 2, x), 2 * x.T


def unicode_square_product(p):
    W, x = p.mat(n, m), p.col(m)
    return p.d(lambda x: norm(W @ x) ** 2, x), 2 * (W @ x).T


def unicode_residual(p):
    W, x, b = p.mat(n, m), p.col(m), p.col(n)
    return p.d(lambda x: norm(W @ x - b) ** 2, x), 2 * (W @ x - b).T @ W


def unicode_gradient(p):
    a, x = p.col(m), p.col(m)
    return grad(lambda x: a.T @ x, x), a


def unicode_gradient_sign(p):
    a, x = p.col(m), p.col(m)
    return grad(lambda x: norm(x - a) ** 2, x), 2 * (a - x)


def unicode_declared(p):
    c, W, x = p.col(m), p.mat(n, m), p.col(m)
    return p.d(lambda x: c.T @ W @ x, x), c.T @ W


def unicode_delta(p):
    return partial(lambda x: x, p.arr(m)), np.eye(m)


def unicode_component(p):
    W, x = p.arr(n, m), p.arr(m)
    return partial(lambda x: W @ x, x), E("ik,kj->ij", W, np.eye(m))


def unicode_entry(p):
    W = p.arr(n, m)
    return E("ik,kj->ij", W, np.eye(m)), W


def unicode_matrix(p):
    W = p.mat(n, m)
    return stack(lambda i, j: W[i, j], n, m).view(Matrix), W


def unicode_sigmoid(p):
    t = p.num()
    return partial(sigmoid, t), sigmoid(t) * (1 - sigmoid(t))


def unicode_log_sigmoid(p):
    t = p.num()
    return partial(lambda t: np.log(sigmoid(t)), t), sigmoid(t)


def unicode_layer(p):
    W, x = p.mat(n, m), p.col(m)
    return p.d(lambda x: sigmoid(W @ x), x), diag(sigmoid(W @ x) * (1 - sigmoid(W @ x))) @ W


def unicode_inverse(p):
    A, B = p.regular(m), p.regular(m)
    return inv(A @ B), inv(B) @ inv(A)


def unicode_transposed(p):
    W, A = p.mat(n, m), p.mat(m, m)
    return (W @ A).T, W.T @ A.T


def unicode_trace(p):
    A, B = p.mat(m, m), p.mat(m, m)
    return tr(A @ B), sum(A[i, j] * B[j, i] for i in range(m) for j in range(m))
