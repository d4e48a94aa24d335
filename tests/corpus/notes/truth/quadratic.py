"""The claims of quadratic.rst: n, N = m, q."""

from ..points import ZERO, E, hess, m, norm, partial, q, second


def _form(p):
    A, x = p.mat(m, m, "A"), p.col(m)
    return A, x, lambda x: x.T @ A @ x


def quadratic_coordinates(p):
    A, x, f = _form(p)
    return f(x), sum(A[i, j] * x[i, 0] * x[j, 0] for i in range(m) for j in range(m))


def quadratic_component(p):
    A, x = p.arr(m, m, name="A"), p.arr(m)
    return partial(lambda x: x @ A @ x, x), E("kj,j->k", A, x) + E("ik,i->k", A, x)


def quadratic_component_matrix(p):
    A, x = p.arr(m, m, name="A"), p.arr(m)
    return E("kj,j->k", A, x) + E("ik,i->k", A, x), A @ x + A.T @ x


def quadratic_gradient(p):
    A, x, f = _form(p)
    return p.d(f, x), (A + A.T) @ x


def quadratic_second(p):
    A, x = p.arr(m, m, name="A"), p.arr(m)
    return second(lambda x: x @ A @ x, x), 2 * A


def quadratic_hessian(p):
    A, x, f = _form(p)
    return hess(f, x), A + A


def quadratic_transposed(p):
    A, x, f = _form(p)
    return f(x), x.T @ A.T @ x


def quadratic_symmetrised(p):
    A, x, _ = _form(p)
    return x.T @ A.T @ x, 1 / 2 * x.T @ (A + A.T) @ x


def quadratic_antisymmetric(p):
    A, x, _ = _form(p)
    return x.T @ (A - A.T) @ x, ZERO


def quadratic_product(p):
    A, x, _ = _form(p)
    return p.d(lambda x: A @ x, x), A.T


def quadratic_product_transposed(p):
    A, x, _ = _form(p)
    return p.d(lambda x: A.T @ x, x), A


def _components(p):
    X, u = p.mat(q, m), p.col(m)
    return X, 1 / q * X.T @ X, u


def quadratic_variance(p):
    X, C, u = _components(p)
    return 1 / q * norm(X @ u) ** 2, u.T @ C @ u


def quadratic_lagrangian(p):
    X, C, u = _components(p)
    λ = p.num()
    return p.d(lambda u: u.T @ C @ u - λ * (u.T @ u - 1), u), 2 * C @ u - λ * u


def quadratic_multiplier(p):
    X, C, u = _components(p)
    return p.d(lambda λ: u.T @ C @ u - λ * (u.T @ u - 1), p.num()), 1 - u.T @ u


def quadratic_rayleigh_split(p):
    X, C, u = _components(p)
    return p.d(lambda u: u.T @ C @ u / (u.T @ u), u), 2 * C @ u / (u.T @ u) - 2 * u / (u.T @ u) ** 2


def quadratic_rayleigh(p):
    X, C, u = _components(p)
    R = u.T @ C @ u / (u.T @ u)
    return p.d(lambda u: u.T @ C @ u / (u.T @ u), u), 2 / (u.T @ u) * (C @ u - R * u)


def quadratic_length(p):
    X, C, u = _components(p)
    return p.d(lambda u: norm(X @ u), u), X.T @ X @ u / norm(X @ u)


def quadratic_projection(p):
    X, C, u = _components(p)
    return p.d(lambda u: X @ u, u), X
