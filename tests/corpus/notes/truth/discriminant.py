"""The claims of discriminant.tex: d, N = m, q."""

from ..points import inv, m, norm, q, tr


def _fisher(p):
    a, b, w, W = p.col(m), p.col(m), p.col(m), p.spd(m)
    B = (a - b) @ (a - b).T
    return a, b, w, W, B, lambda w: w.T @ B @ w / (w.T @ W @ w)


def _fisher_quotient(w, W, B):
    return (2 * B @ w * (w.T @ W @ w) - 2 * W @ w * (w.T @ B @ w)) / (w.T @ W @ w) ** 2


def discriminant_quotient(p):
    a, b, w, W, B, J = _fisher(p)
    return p.d(J, w), _fisher_quotient(w, W, B)


def discriminant_short(p):
    a, b, w, W, B, J = _fisher(p)
    return _fisher_quotient(w, W, B), 2 / (w.T @ W @ w) * (B @ w - J(w) * (W @ w))


def discriminant_any(p):
    C, w = p.mat(m, m, "C"), p.col(m)
    return p.d(lambda w: w.T @ C @ w, w), 2 * C @ w


def discriminant_square(p):
    a, b, w, *_ = _fisher(p)
    return p.d(lambda w: (w.T @ (a - b)) ** 2, w), 2 * (w.T @ (a - b)) * (a - b)


def discriminant_square_matrix(p):
    a, b, w, _, B, _ = _fisher(p)
    return 2 * (w.T @ (a - b)) * (a - b), 2 * B @ w


def discriminant_between(p):
    a, b, w, _, B, _ = _fisher(p)
    return p.d(lambda w: w.T @ B @ w, w), 2 * B @ w


def discriminant_data(p):
    X, w = p.mat(q, m), p.col(m)
    return p.d(lambda w: norm(X @ w) ** 2, w), 2 * X @ X.T @ w


def discriminant_mean(p):
    a, b, w, *_ = _fisher(p)
    return p.d(lambda w: w.T @ a, w), a.T


def discriminant_direction(p):
    a, b, w, _, B, _ = _fisher(p)
    return B @ w, (a - b) @ ((a - b).T @ w)


def discriminant_value(p):
    a, b, w, W, B, J = _fisher(p)
    return J(inv(W) @ (a - b)), (a - b).T @ inv(W) @ (a - b)


def discriminant_value_trace(p):
    a, b, w, W, B, J = _fisher(p)
    return (a - b).T @ inv(W) @ (a - b), tr(inv(W) @ B)


def discriminant_length(p):
    a, b, w, W, B, J = _fisher(p)
    c = 1 + p.num()
    return J(c * w), c**2 * J(w)
