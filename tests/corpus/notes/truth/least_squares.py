"""The claims of least-squares.md: n, d = q, m."""

from ..points import ZERO, E, hess, inv, m, norm, partial, q, total, tr


def _least_squares(p):
    return p.mat(q, m), p.col(q), p.col(m)


def least_squares_residual_norm(p):
    X, y, w = _least_squares(p)
    r = y - X @ w
    return norm(r) ** 2, norm(y - X @ w) ** 2


def least_squares_norm(p):
    X, y, w = _least_squares(p)
    return norm(y - X @ w) ** 2, (y - X @ w).T @ (y - X @ w)


def least_squares_expanded(p):
    X, y, w = _least_squares(p)
    return (y - X @ w).T @ (y - X @ w), y.T @ y - y.T @ X @ w - w.T @ X.T @ y + w.T @ X.T @ X @ w


def least_squares_collected(p):
    X, y, w = _least_squares(p)
    return (
        y.T @ y - y.T @ X @ w - w.T @ X.T @ y + w.T @ X.T @ X @ w,
        y.T @ y - 2 * w.T @ X.T @ y + w.T @ X.T @ X @ w,
    )


def least_squares_cross(p):
    X, y, w = _least_squares(p)
    return y.T @ X @ w, w.T @ X.T @ y


def least_squares_linear(p):
    a, w = p.col(m), p.col(m)
    return p.d(lambda w: a.T @ w, w), a


def least_squares_product(p):
    X, _, w = _least_squares(p)
    return p.d(lambda w: X @ w, w), X.T


def least_squares_quadratic(p):
    B, w = p.mat(m, m, "B"), p.col(m)
    return p.d(lambda w: w.T @ B @ w, w), (B + B.T) @ w


def least_squares_gram(p):
    X, _, w = _least_squares(p)
    return p.d(lambda w: w.T @ X.T @ X @ w, w), 2 * X.T @ X @ w


def least_squares_gradient(p):
    X, y, w = _least_squares(p)
    return p.d(lambda w: norm(y - X @ w) ** 2, w), -2 * X.T @ y + 2 * X.T @ X @ w


def least_squares_factored(p):
    X, y, w = _least_squares(p)
    return -2 * X.T @ y + 2 * X.T @ X @ w, -2 * X.T @ (y - X @ w)


def least_squares_sign(p):
    X, y, w = _least_squares(p)
    r = y - X @ w
    return -2 * X.T @ (y - X @ w), 2 * X.T @ r


def least_squares_chain(p):
    X, y, w = _least_squares(p)
    r = y - X @ w
    return p.d(lambda w: norm(y - X @ w) ** 2, w), p.d(lambda w: y - X @ w, w) @ p.d(lambda r: norm(r) ** 2, r)


def least_squares_component(p):
    X, y, w = p.arr(q, m), p.arr(q), p.arr(m)
    r = y - X @ w
    return partial(lambda w: total((y - X @ w) ** 2), w), -2 * E("ji,i->j", X, r)


def least_squares_residual(p):
    X, y, w = _least_squares(p)
    return p.d(lambda w: y - X @ w, w), -X


def least_squares_orthogonal(p):
    X, y, _ = _least_squares(p)
    w = inv(X.T @ X) @ X.T @ y
    return X.T @ (y - X @ w), ZERO


def least_squares_fitted(p):
    X, y, _ = _least_squares(p)
    return X @ (inv(X.T @ X) @ X.T @ y), (X @ inv(X.T @ X) @ X.T) @ y


def _hat(p):
    X = p.mat(q, m)
    return X @ inv(X.T @ X) @ X.T


def least_squares_hat_symmetric(p):
    H = _hat(p)
    return H.T, H


def least_squares_hat_projection(p):
    H = _hat(p)
    return H @ H, H


def least_squares_hat_trace(p):
    return tr(_hat(p)), q - m


def least_squares_hessian(p):
    X, y, w = _least_squares(p)
    return hess(lambda w: norm(y - X @ w) ** 2, w), 2 * X @ X.T


def least_squares_weighted(p):
    X, y, w = _least_squares(p)
    V = p.mat(q, q, "V")
    return p.d(lambda w: (y - X @ w).T @ V @ (y - X @ w), w), -2 * X.T @ V @ (y - X @ w)
