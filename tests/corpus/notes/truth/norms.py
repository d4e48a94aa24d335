"""The claims of norms.md: n, m = m, n."""

import numpy as np

from ..points import ZERO, I, m, n, norm, partial, tr


def norms_square(p):
    x = p.col(m)
    return p.d(lambda x: norm(x) ** 2, x), 2 * x


def norms_norm(p):
    x = p.col(m)
    return p.d(norm, x), x / norm(x)


def norms_cube(p):
    x = p.col(m)
    return p.d(lambda x: norm(x) ** 3, x), 3 * norm(x) * x


def norms_inverse(p):
    x = p.col(m)
    return p.d(lambda x: 1 / norm(x), x), -x / norm(x) ** 2


def norms_distance(p):
    x, a = p.col(m), p.col(m)
    return p.d(lambda x: norm(x - a), x), (x - a) / norm(x - a)


def norms_distance_other(p):
    x, a = p.col(m), p.col(m)
    return p.d(lambda a: norm(x - a), a), (x - a) / norm(x - a)


def norms_power(p):
    x, e = p.arr(m), 1.5 + p.num()
    return partial(lambda x: sum(np.abs(x) ** e), x), e * np.abs(x) ** (e - 1) * np.sign(x)


def norms_unit(p):
    x = p.col(m)
    u = x / norm(x)
    return u.T @ u, 1


def norms_direction(p):
    x = p.col(m)
    u = x / norm(x)
    return p.d(lambda x: x / norm(x), x), 1 / norm(x) * (I(m) - u @ u.T)


def norms_singular(p):
    x = p.col(m)
    u = x / norm(x)
    return (I(m) - u @ u.T) @ u, ZERO


def _cosine(x, y):
    return x.T @ y / (norm(x) * norm(y))


def norms_cosine(p):
    x, y = p.col(m), p.col(m)
    return p.d(lambda x: _cosine(x, y), x), y / (norm(x) * norm(y)) - _cosine(x, y) * x / norm(x)


def norms_cosine_other(p):
    x, y = p.col(m), p.col(m)
    return p.d(lambda y: _cosine(x, y), y), x / (norm(x) * norm(y)) - _cosine(x, y) * y / norm(y) ** 2


def _overdetermined(p):
    return p.mat(n, m), p.col(m), p.col(n)


def norms_residual_square(p):
    A, x, b = _overdetermined(p)
    return p.d(lambda x: norm(A @ x - b) ** 2, x), 2 * A.T @ (A @ x - b)


def norms_residual(p):
    A, x, b = _overdetermined(p)
    return p.d(lambda x: norm(A @ x - b), x), A @ (A @ x - b) / norm(A @ x - b)


def norms_residual_matrix(p):
    A, x, b = _overdetermined(p)
    return p.d(lambda A: norm(A @ x - b) ** 2, A), 2 * x @ (A @ x - b).T


def norms_residual_shift(p):
    A, x, b = _overdetermined(p)
    return p.d(lambda b: norm(A @ x - b) ** 2, b), -2 * (A @ x - b)


def norms_frobenius_sum(p):
    A = p.mat(n, m)
    return norm(A) ** 2, sum(A[i, j] ** 2 for i in range(n) for j in range(m))


def norms_frobenius_trace(p):
    A = p.mat(n, m)
    return sum(A[i, j] ** 2 for i in range(n) for j in range(m)), tr(A @ A.T)


def norms_frobenius(p):
    A = p.mat(n, m)
    return p.d(norm, A), A / norm(A)


def norms_gram(p):
    A = p.mat(n, m)
    return p.d(lambda A: norm(A.T @ A) ** 2, A), 2 * A @ A.T @ A


def norms_trace(p):
    A = p.mat(n, m)
    return p.d(lambda A: tr(A.T @ A), A), 2 * A
