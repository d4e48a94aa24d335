"""The claims of gauss-newton.tex: m, n = q, m; the residuals are any smooth functions."""

import numpy as np

from ..points import E, diag, grad, hess, jac, m, partial, q, second, stack, total


def _residuals(p):
    A, b = p.mat(q, m), p.col(q)
    return p.col(m), lambda x: np.sin(A @ x) + A @ x - b


def _halved(r):
    return 1 / 2 * total(r.T @ r)


def gauss_newton_chain(p):
    x, r = _residuals(p)
    return np.ravel(p.d(lambda x: _halved(r(x)), x)), E("i,ij->j", np.ravel(r(x)), jac(r, x))


def gauss_newton_sum(p):
    x, r = _residuals(p)
    R, J = np.ravel(r(x)), jac(r, x)
    return E("i,ij->j", R, partial(lambda x: np.ravel(r(x)), x)[:, :, 0]), stack(
        lambda j: sum(R[i] * J[i, j] for i in range(q)), m
    )


def gauss_newton_component(p):
    x, r = _residuals(p)
    R, J = np.ravel(r(x)), jac(r, x)
    return stack(lambda j: sum(R[i] * J[i, j] for i in range(q)), m), np.ravel(J @ r(x))


def gauss_newton_row(p):
    x, r = _residuals(p)
    return p.d(lambda x: _halved(r(x)), x), r(x).T @ jac(r, x)


def gauss_newton_column(p):
    x, r = _residuals(p)
    return grad(lambda x: _halved(r(x)), x), jac(r, x).T @ r(x)


def gauss_newton_second(p):
    x, r = _residuals(p)
    R, J = np.ravel(r(x)), np.asarray(jac(r, x))
    bend = second(lambda x: np.ravel(r(x)), x)[:, :, 0, :, 0]
    return np.asarray(hess(lambda x: _halved(r(x)), x)), E("ij,ik->jk", J, J) + E("i,ijk->jk", R, bend)


def gauss_newton_hessian(p):
    x, r = _residuals(p)
    return hess(lambda x: _halved(r(x)), x), jac(r, x).T @ jac(r, x)


def _linear_residuals(p):
    return p.mat(q, m), p.col(q), p.col(m)


def gauss_newton_linear(p):
    A, b, x = _linear_residuals(p)
    return p.d(lambda x: A @ x - b, x), A


def gauss_newton_linear_row(p):
    A, b, x = _linear_residuals(p)
    return p.d(lambda x: _halved(A @ x - b), x), (A @ x - b).T @ A


def gauss_newton_linear_expanded(p):
    A, b, x = _linear_residuals(p)
    return (A @ x - b).T @ A, x.T @ A.T @ A + b.T @ A


def gauss_newton_linear_column(p):
    A, b, x = _linear_residuals(p)
    return grad(lambda x: _halved(A @ x - b), x), A.T @ A @ x - A @ b


def gauss_newton_linear_hessian(p):
    A, b, x = _linear_residuals(p)
    return hess(lambda x: _halved(A @ x - b), x), A.T @ A


def gauss_newton_positive(p):
    y = p.col(m)
    return p.d(np.exp, y), diag(np.exp(y))


def gauss_newton_positive_chain(p):
    A, b, y = _linear_residuals(p)
    left = p.d(lambda y: A @ np.exp(y) - b, y)
    return left, p.d(lambda x: A @ x - b, np.exp(y)) @ p.d(np.exp, y)


def gauss_newton_positive_jacobian(p):
    A, b, y = _linear_residuals(p)
    return p.d(lambda x: A @ x - b, np.exp(y)) @ p.d(np.exp, y), A @ diag(np.exp(y))


def gauss_newton_positive_lost(p):
    A, b, y = _linear_residuals(p)
    return p.d(lambda y: _halved(A @ np.exp(y) - b), y), (A @ np.exp(y) - b).T @ A


def gauss_newton_positive_component(p):
    A, b, y = _linear_residuals(p)
    r, x = A @ np.exp(y) - b, np.exp(y)
    right = stack(lambda j: x[j, 0] * sum(A[i, j] * r[i, 0] for i in range(q)), m)
    return np.ravel(grad(lambda y: _halved(A @ np.exp(y) - b), y)), right
