"""The claims of econometrics.tex: n, k, l = q, m, k."""

from types import SimpleNamespace

from ..points import ZERO, I, hess, inv, jac, k, m, q, tr


def _regression(p):
    X, y, β = p.mat(q, m), p.col(q), p.col(m)
    b = inv(X.T @ X) @ X.T @ y
    P = X @ inv(X.T @ X) @ X.T
    return SimpleNamespace(X=X, y=y, β=β, b=b, e=y - X @ b, P=P, M=I(q) - P)


def _squares(v):
    return lambda β: (v.y - v.X @ β).T @ (v.y - v.X @ β)


def econometrics_expanded(p):
    v = _regression(p)
    return _squares(v)(v.β), v.y.T @ v.y - 2 * v.β.T @ v.X.T @ v.y + v.β.T @ v.X.T @ v.X @ v.β


def econometrics_linear(p):
    a, β = p.col(m), p.col(m)
    return p.d(lambda β: a.T @ β, β), a.T


def econometrics_quadratic(p):
    A, β = p.mat(m, m, "A"), p.col(m)
    return p.d(lambda β: β.T @ A @ β, β), 2 * A @ β


def econometrics_product(p):
    v = _regression(p)
    return p.d(lambda β: v.X @ β, v.β), v.X.T


def econometrics_by_row(p):
    v = _regression(p)
    return jac(lambda β: v.X @ β, v.β), v.X


def econometrics_square(p):
    A, β = p.mat(m, m, "A"), p.col(m)
    return p.d(lambda β: A @ β, β), A.T


def econometrics_gradient(p):
    v = _regression(p)
    return p.d(_squares(v), v.β), -2 * v.X.T @ v.y + 2 * v.X.T @ v.X @ v.β


def econometrics_hessian(p):
    v = _regression(p)
    return hess(_squares(v), v.β), 2 * v.X.T @ v.X


def econometrics_orthogonal(p):
    v = _regression(p)
    return v.X.T @ v.e, ZERO


def econometrics_residual(p):
    v = _regression(p)
    return p.d(lambda β: v.y - v.X @ β, v.β), -v.X


def econometrics_symmetric(p):
    v = _regression(p)
    return v.M.T, v.M


def econometrics_idempotent(p):
    v = _regression(p)
    return v.M @ v.M, v.M


def econometrics_kept(p):
    v = _regression(p)
    return v.P @ v.X, v.X


def econometrics_annihilated(p):
    v = _regression(p)
    return v.M @ v.X, ZERO


def econometrics_both(p):
    v = _regression(p)
    return v.P @ v.M, v.M


def econometrics_made(p):
    v = _regression(p)
    return v.e, v.M @ v.y


def econometrics_sum_start(p):
    v = _regression(p)
    return v.e.T @ v.e, v.y.T @ v.M.T @ v.M @ v.y


def econometrics_sum_idempotent(p):
    v = _regression(p)
    return v.y.T @ v.M.T @ v.M @ v.y, v.y.T @ v.M @ v.y


def econometrics_sum_explained(p):
    v = _regression(p)
    return v.y.T @ v.M @ v.y, v.y.T @ v.y - v.b.T @ v.X.T @ v.y


def econometrics_trace(p):
    v = _regression(p)
    return tr(v.M), q - tr(inv(v.X.T @ v.X) @ v.X.T @ v.X)


def econometrics_freedom(p):
    v = _regression(p)
    return q - tr(inv(v.X.T @ v.X) @ v.X.T @ v.X), q - 1


def econometrics_weighted(p):
    v, W = _regression(p), p.mat(q, q, "W")
    left = p.d(lambda β: (v.y - v.X @ β).T @ W @ (v.y - v.X @ β), v.β)
    return left, -2 * v.X.T @ W @ (v.y - v.X @ v.β)


def econometrics_moments(p):
    v, Z = _regression(p), p.mat(q, k)
    return jac(lambda β: Z.T @ (v.y - v.X @ β), v.β), -Z.T @ v.X


def econometrics_instruments(p):
    v, Z, V = _regression(p), p.mat(q, k), p.sym(k)

    def g(β):
        return Z.T @ (v.y - v.X @ β)

    return p.d(lambda β: g(β).T @ V @ g(β), v.β), -2 * Z.T @ v.X @ V @ g(v.β)
