"""The claims of logdet.md: n, m = m, q."""

import numpy as np

from ..points import E, I, Matrix, along, det, inv, m, partial, q, second, tr


def _logdet(X):
    return np.log(det(X))


def _determinants(p):
    return p.regular(m), p.regular(m), p.mat(m, m)


def logdet_jacobi(p):
    X, Y, dX = _determinants(p)
    return along(det, X, dX), det(X) * tr(inv(X) @ dX)


def logdet_differential(p):
    X, Y, dX = _determinants(p)
    return along(_logdet, X, dX), tr(inv(X) @ dX)


def logdet_determinant(p):
    X, *_ = _determinants(p)
    return p.d(det, X), det(X) * inv(X).T


def logdet_gradient(p):
    X, *_ = _determinants(p)
    return p.d(_logdet, X), inv(X)


def logdet_product(p):
    X, Y, _ = _determinants(p)
    return det(X @ Y), det(X) * det(Y)


def logdet_inverse(p):
    X, *_ = _determinants(p)
    return _logdet(inv(X)), -_logdet(X)


def logdet_factor(p):
    X, α = p.regular(m), p.num()
    return det(α * X), α * det(X)


def logdet_gram(p):
    X, *_ = _determinants(p)
    return _logdet(X.T @ X), 2 * _logdet(X)


def logdet_identity(p):
    X, *_ = _determinants(p)
    return X @ inv(X), I(m)


def logdet_identity_differential(p):
    X, _, dX = _determinants(p)
    return dX @ inv(X) + X @ along(inv, X, dX), np.zeros((m, m)).view(Matrix)


def logdet_inverse_differential(p):
    X, _, dX = _determinants(p)
    return along(inv, X, dX), -inv(X) @ dX @ inv(X)


def logdet_components(p):
    X, *_ = _determinants(p)
    return partial(inv, X), -E("kj,il->klij", inv(X), inv(X))


def logdet_bilinear(p):
    X, a, b = p.regular(m), p.col(m), p.col(m)
    return p.d(lambda X: a.T @ inv(X) @ b, X), -inv(X).T @ a @ b.T @ inv(X).T


def logdet_trace(p):
    X, Y, _ = _determinants(p)
    return p.d(lambda X: tr(inv(X) @ Y), X), -inv(X) @ Y @ inv(X)


def logdet_line(p):
    X, Y, _ = _determinants(p)
    t = p.num() / 10
    return partial(lambda t: _logdet(X + t * Y), t), tr(inv(X + t * Y) @ Y)


def logdet_line_second(p):
    X, Y, _ = _determinants(p)
    t = p.num() / 10
    return second(lambda t: _logdet(X + t * Y), t), tr(inv(X + t * Y) @ Y @ inv(X + t * Y) @ Y)


def logdet_tall(p):
    Z = p.mat(q, m)
    return p.d(lambda Z: _logdet(Z.T @ Z), Z), 2 * Z @ inv(Z.T @ Z)
