"""The claims of tensors.md: n, m, p = n, m, k; the filter has 3 = m weights, the signal 6 = s values."""

import numpy as np

from ..points import E, k, m, n, partial, s, stack


def tensors_product(p):
    A, B = p.arr(n, m), p.arr(m, k)
    return A @ B, stack(lambda i, j: sum(A[i, h] * B[h, j] for h in range(m)), n, k)


def tensors_product_left(p):
    A, B = p.arr(n, m), p.arr(m, k)
    return partial(lambda A: A @ B, A), E("ik,lj->ijkl", np.eye(n), B)


def tensors_product_right(p):
    A, B = p.arr(n, m), p.arr(m, k)
    return partial(lambda B: A @ B, B), E("il,jk->ijkl", A, np.eye(m))


def tensors_gram(p):
    X = p.arr(n, m)
    return X.T @ X, stack(lambda i, j: sum(X[h, i] * X[h, j] for h in range(n)), m, m)


def tensors_gram_rule(p):
    X = p.arr(n, m)
    return partial(lambda X: X.T @ X, X), E("il,kj->ijkl", np.eye(m), X) + E("ki,jl->ijkl", X, np.eye(m))


def tensors_gram_doubled(p):
    X = p.arr(n, m)
    left = E("il,kj->ijkl", np.eye(m), X) + E("ki,jl->ijkl", X, np.eye(m))
    return left, 2 * E("il,kj->ijkl", np.eye(m), X)


def tensors_layer_weights(p):
    A, x, b = p.arr(n, m), p.arr(m), p.arr(n)
    return partial(lambda A: A @ x + b, A), E("ij,k->ijk", np.eye(n), x)


def tensors_layer_bias(p):
    A, x, b = p.arr(n, m), p.arr(m), p.arr(n)
    return partial(lambda b: A @ x + b, b), np.eye(n)


def tensors_layer_input(p):
    A, x, b = p.arr(n, m), p.arr(m), p.arr(n)
    return partial(lambda x: A @ x + b, x), E("ki->ik", A)


def _three(p):
    return p.arr(n, m, k), p.arr(m), p.arr(k)


def _form_of(T, u, v):
    return E("ijk,j,k->i", T, u, v)


def tensors_three_left(p):
    T, u, v = _three(p)
    return partial(lambda u: _form_of(T, u, v), u), E("ijk,k->ij", T, v)


def tensors_three_right(p):
    T, u, v = _three(p)
    return partial(lambda v: _form_of(T, u, v), v), E("ijk,j->ik", T, u)


def tensors_three_second(p):
    T, u, v = _three(p)
    return partial(lambda v: partial(lambda u: _form_of(T, u, v), u, 1e-4), v, 1e-4), T


def tensors_three_tensor(p):
    T, u, v = _three(p)
    return partial(lambda T: _form_of(T, u, v), T), E("ia,b,c->iabc", np.eye(n), u, v)


def tensors_three_twice(p):
    Q, u = p.arr(n, m, m), p.arr(m)
    return partial(lambda u: _form_of(Q, u, u), u), E("ilk,k->il", Q, u)


def _at(a, i):
    """The entry i of an array that is 0 outside."""
    return a[i] if 0 <= i < len(a) else 0.0


def _slid(w, x):
    return np.array([sum(w[h] * x[i + h] for h in range(m)) for i in range(s - m + 1)])


def _filter(p):
    w, x, g = p.arr(m), p.arr(s), p.arr(s - m + 1)
    return w, x, g, lambda c: sum(g * c + np.sin(c))


def tensors_filter(p):
    w, x, *_ = _filter(p)
    return partial(lambda w: _slid(w, x), w), stack(lambda i, h: x[i + h], s - m + 1, m)


def tensors_signal(p):
    w, x, *_ = _filter(p)
    right = stack(lambda i, j: sum(w[h] * (j == i + h) for h in range(m)), s - m + 1, s)
    return partial(lambda x: _slid(w, x), x), right


def tensors_signal_short(p):
    w, *_ = _filter(p)
    left = stack(lambda i, j: sum(w[h] * (j == i + h) for h in range(m)), s - m + 1, s)
    return left, stack(lambda i, j: _at(w, j - i), s - m + 1, s)


def tensors_filter_loss(p):
    w, x, _, L = _filter(p)
    G = partial(L, _slid(w, x))
    return partial(lambda w: L(_slid(w, x)), w), stack(lambda h: sum(G[i] * x[i + h] for i in range(len(G))), m)


def tensors_signal_loss(p):
    w, x, _, L = _filter(p)
    G = partial(L, _slid(w, x))
    return partial(lambda x: L(_slid(w, x)), x), stack(lambda j: sum(G[i] * _at(w, i - j) for i in range(len(G))), s)
