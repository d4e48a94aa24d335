"""The claims of cheatsheet.md: n, m, p = m, n, k."""

from types import SimpleNamespace

import numpy as np

from ..points import det, hess, inv, m, n, tr


def _cheatsheet(p):
    return SimpleNamespace(x=p.col(m), b=p.col(m), a=p.col(n), A=p.mat(n, m), B=p.mat(m, m), X=p.regular(m))


def cheatsheet_product(p):
    v = _cheatsheet(p)
    return p.d(lambda x: v.A @ x, v.x), v.A.T


def cheatsheet_linear(p):
    v = _cheatsheet(p)
    return p.d(lambda x: v.b.T @ x, v.x), v.b


def cheatsheet_square(p):
    v = _cheatsheet(p)
    return p.d(lambda x: v.B @ x, v.x), v.B.T


def cheatsheet_bilinear(p):
    v = _cheatsheet(p)
    return p.d(lambda x: v.a.T @ v.A @ x, v.x), v.A.T @ v.a


def cheatsheet_quadratic(p):
    v = _cheatsheet(p)
    return p.d(lambda x: x.T @ v.B @ x, v.x), (v.B + v.B.T) @ v.x


def cheatsheet_norm(p):
    v = _cheatsheet(p)
    return p.d(lambda x: x.T @ x, v.x), 2 * v.x


def cheatsheet_bilinear_matrix(p):
    v = _cheatsheet(p)
    return p.d(lambda A: v.a.T @ A @ v.x, v.A), v.x @ v.a.T


def cheatsheet_exp(p):
    v = _cheatsheet(p)
    return p.d(lambda x: np.exp(v.b.T @ x), v.x), np.exp(v.b.T @ v.x) * v.b


def cheatsheet_power(p):
    v = _cheatsheet(p)
    return p.d(lambda x: (v.b.T @ x) ** 2, v.x), 2 * (v.b.T @ v.x) * v.x


def cheatsheet_product_rule(p):
    x, A, B = p.col(m), p.mat(n, m), p.mat(n, m)

    def f(x):
        return np.sin(A @ x)

    def g(x):
        return np.exp(B @ x / 3)

    return p.d(lambda x: f(x).T @ g(x), x), p.d(f, x) @ g(x) + p.d(g, x) @ f(x)


def cheatsheet_hessian(p):
    v = _cheatsheet(p)
    return hess(lambda x: x.T @ v.B @ x, v.x), v.B + v.B.T


def cheatsheet_hessian_residual(p):
    v = _cheatsheet(p)
    return hess(lambda x: (v.A @ x - v.a).T @ (v.A @ x - v.a), v.x), 2 * v.A.T @ v.A


def cheatsheet_hessian_cube(p):
    v = _cheatsheet(p)
    return hess(lambda x: (v.b.T @ x) ** 3, v.x), 6 * (v.b.T @ v.x) * (v.b @ v.b.T)


def cheatsheet_logdet(p):
    v = _cheatsheet(p)
    return p.d(lambda X: np.log(np.abs(det(X))), v.X), inv(v.X).T


def cheatsheet_det(p):
    v = _cheatsheet(p)
    return p.d(det, v.X), inv(v.X).T


def cheatsheet_trace(p):
    v = _cheatsheet(p)
    return p.d(lambda X: tr(X.T @ v.B), v.X), v.B


def cheatsheet_trace_square(p):
    v = _cheatsheet(p)
    return p.d(lambda X: tr(X @ X), v.X), 2 * v.X
