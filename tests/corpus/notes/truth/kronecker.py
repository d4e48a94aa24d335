"""The claims of kronecker.md."""

import numpy as np

from ..points import E, m, n, partial, stack, total


def kronecker_components(p):
    W, x = p.arr(n, m), p.arr(m)
    return W @ x, stack(lambda i: sum(W[i, k] * x[k] for k in range(m)), n)


def kronecker_variable(p):
    return partial(lambda x: x, p.arr(m)), np.eye(m)


def kronecker_picks(p):
    x = p.arr(m)
    return E("ij,j->i", np.eye(m), x), x


def kronecker_symmetric(p):
    return E("ij->ij", np.eye(m)), E("ji->ij", np.eye(m))


def kronecker_two(p):
    return E("ik,kj->ij", np.eye(m), np.eye(m)), np.eye(m)


def kronecker_bilinear(p):
    a, b = p.arr(m), p.arr(m)
    return E("ij,i,j->", np.eye(m), a, b), E("i,i->", a, b)


def kronecker_dot(p):
    a, b = p.col(m), p.col(m)
    return total(a * b), a.T @ b


def kronecker_trace(p):
    return E("ii->", np.eye(m)), 1


def kronecker_linear_sum(p):
    W, x = p.arr(n, m), p.arr(m)
    return partial(lambda x: W @ x, x), E("ik,kj->ij", W, partial(lambda x: x, x))


def kronecker_linear_delta(p):
    W, x = p.arr(n, m), p.arr(m)
    return E("ik,kj->ij", W, partial(lambda x: x, x)), E("ik,kj->ij", W, np.eye(m))


def kronecker_linear_entry(p):
    W = p.arr(n, m)
    return E("ik,kj->ij", W, np.eye(m)), W


def kronecker_linear_matrix(p):
    W, x = p.mat(n, m), p.col(m)
    return p.d(lambda x: W @ x, x), W


def kronecker_row(p):
    a, x = p.col(m), p.col(m)
    return p.d(lambda x: a.T @ x, x), a.T


def kronecker_pair(p):
    x, δ = p.arr(m), np.eye(m)
    return partial(lambda x: np.outer(x, x), x), E("ik,j->ijk", δ, x) + E("ij,k->ijk", δ, x)


def kronecker_quadratic_rule(p):
    A, x, δ = p.arr(m, m, name="A"), p.arr(m), np.eye(m)
    return partial(lambda x: x @ A @ x, x), E("ij,ik,j->k", A, δ, x) + E("ij,i,jk->k", A, x, δ)


def kronecker_quadratic_two_sums(p):
    A, x, δ = p.arr(m, m, name="A"), p.arr(m), np.eye(m)
    return E("ij,ik,j->k", A, δ, x) + E("ij,i,jk->k", A, x, δ), E("kj,j->k", A, x) + E("ik,i->k", A, x)


def kronecker_quadratic_doubled(p):
    A, x = p.arr(m, m, name="A"), p.arr(m)
    return E("kj,j->k", A, x) + E("ik,i->k", A, x), 2 * E("kj,j->k", A, x)


def kronecker_square_rule(p):
    x = p.arr(m)
    return partial(lambda x: x @ x, x), E("k,jk->j", 2 * x, np.eye(m))


def kronecker_square(p):
    x = p.arr(m)
    return E("k,jk->j", 2 * x, np.eye(m)), 2 * x


def kronecker_cube(p):
    b, x = p.arr(m), p.arr(m)
    return partial(lambda x: b @ x**3, x), 3 * x**2


def kronecker_transpose(p):
    A, x = p.mat(m, m, name="A"), p.col(m)
    return p.d(lambda x: A.T @ x, x), A


def kronecker_declared(p):
    c, W, x = p.col(m), p.mat(n, m), p.col(m)
    return p.d(lambda x: c.T @ W @ x, x), c.T @ W
