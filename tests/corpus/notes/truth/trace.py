"""The claims of trace.md: m, n, k = q, m, k."""

from types import SimpleNamespace

from ..points import along, k, m, norm, q, tr


def _traces(p):
    return SimpleNamespace(
        X=p.mat(q, m), A=p.mat(k, q), B=p.mat(q, q, "B"), C=p.mat(q, m), D=p.mat(m, k), E=p.mat(m, m), dX=p.mat(q, m)
    )


def trace_sum(p):
    v = _traces(p)
    entries = [(i, j, l) for i in range(k) for j in range(q) for l in range(m)]
    return tr(v.A @ v.X @ v.D), sum(v.A[i, j] * v.X[j, l] * v.D[l, i] for i, j, l in entries)


def trace_cyclic(p):
    v = _traces(p)
    return tr(v.A @ v.X @ v.D), tr(v.X @ v.D @ v.A)


def trace_cyclic_again(p):
    v = _traces(p)
    return tr(v.X @ v.D @ v.A), tr(v.D @ v.A @ v.X)


def trace_swapped(p):
    v = _traces(p)
    return tr(v.A @ v.X @ v.D), tr(v.X @ v.A @ v.D)


def trace_inner(p):
    v = _traces(p)
    return tr(v.X.T @ v.C), sum(v.X[i, j] * v.C[i, j] for i in range(q) for j in range(m))


def trace_inner_turned(p):
    v = _traces(p)
    return sum(v.X[i, j] * v.C[i, j] for i in range(q) for j in range(m)), tr(v.C @ v.X.T)


def trace_frobenius(p):
    v = _traces(p)
    return norm(v.X) ** 2, tr(v.X.T @ v.X)


def trace_linear(p):
    v = _traces(p)
    return along(lambda X: tr(v.A @ X @ v.D), v.X, v.dX), tr(v.A @ v.dX @ v.D)


def trace_linear_turned(p):
    v = _traces(p)
    return tr(v.A @ v.dX @ v.D), tr(v.D @ v.A @ v.dX)


def trace_linear_gradient(p):
    v = _traces(p)
    return p.d(lambda X: tr(v.A @ X @ v.D), v.X), v.A.T @ v.D.T


def trace_quadratic(p):
    v = _traces(p)
    return along(lambda X: tr(X.T @ v.B @ X), v.X, v.dX), tr(v.dX.T @ v.B @ v.X) + tr(v.X.T @ v.B @ v.dX)


def trace_quadratic_turned(p):
    v = _traces(p)
    return tr(v.dX.T @ v.B @ v.X) + tr(v.X.T @ v.B @ v.dX), tr(v.X.T @ (v.B + v.B.T) @ v.dX)


def trace_quadratic_gradient(p):
    v = _traces(p)
    return p.d(lambda X: tr(X.T @ v.B @ X), v.X), 2 * v.B @ v.X


def trace_frobenius_differential(p):
    v = _traces(p)
    return along(lambda X: norm(X) ** 2, v.X, v.dX), 2 * tr(v.X @ v.dX)


def trace_table_left(p):
    v = _traces(p)
    return p.d(lambda X: tr(X.T @ v.C), v.X), v.C


def trace_table_right(p):
    v = _traces(p)
    return p.d(lambda X: tr(v.C.T @ X), v.X), v.C.T


def trace_table_gram(p):
    v = _traces(p)
    return p.d(lambda X: tr(X @ X.T), v.X), 2 * v.X


def trace_table_both(p):
    v = _traces(p)
    return p.d(lambda X: tr(X.T @ v.B @ X @ v.E), v.X), v.B @ v.X @ v.E + v.B.T @ v.X @ v.E.T


def trace_table_missing(p):
    v = _traces(p)
    return p.d(lambda X: tr(v.B @ X @ v.E @ X.T), v.X), v.B @ v.X @ v.E


def trace_table_square(p):
    v = _traces(p)
    return p.d(lambda B: tr(B @ B), v.B), 2 * v.B.T


def trace_table_cube(p):
    v = _traces(p)
    return p.d(lambda B: tr(B @ B @ B), v.B), 3 * v.B.T
