"""The claims of attention.md: N, M, d, p = n, q, m, k."""

import numpy as np

from ..points import E, diag, k, m, n, ones, partial, q, softmax, stack, total


def _rows(S):
    """The softmax of every row."""
    e = np.exp(S)
    return e / (e @ ones(e.shape[1], e.shape[1]))


def _attention(p):
    Q, K, V = p.mat(n, m), p.mat(q, m), p.mat(q, k)
    C = p.arr(n, k)
    S = 1 / np.sqrt(m) * Q @ K.T
    return Q, K, V, S, _rows(S), lambda O: total(C * np.asarray(O) + np.sin(np.asarray(O)))


def attention_output(p):
    Q, K, V, S, A, _ = _attention(p)
    return _rows(S) @ V, A @ V


def attention_values(p):
    Q, K, V, S, A, L = _attention(p)
    return p.d(lambda V: L(A @ V), V), A.T @ p.d(L, A @ V)


def attention_weights(p):
    Q, K, V, S, A, L = _attention(p)
    return p.d(lambda A: L(A @ V), A), p.d(L, A @ V) @ V.T


def attention_queries(p):
    Q, K, V, S, A, L = _attention(p)
    left = p.d(lambda Q: L(_rows(1 / np.sqrt(m) * Q @ K.T) @ V), Q)
    return left, 1 / np.sqrt(m) * p.d(lambda S: L(_rows(S) @ V), S) @ K


def attention_keys(p):
    Q, K, V, S, A, L = _attention(p)
    left = p.d(lambda K: L(_rows(1 / np.sqrt(m) * Q @ K.T) @ V), K)
    return left, 1 / np.sqrt(m) * p.d(lambda S: L(_rows(S) @ V), S) @ Q


def attention_softmax(p):
    Q, K, V, S, A, L = _attention(p)
    right = E("il,ij,jk->ijlk", np.eye(n), A, np.eye(q)) - E("il,ij,ik->ijlk", np.eye(n), A, A)
    return partial(_rows, S), right


def attention_row_chain(p):
    Q, K, V, S, A, L = _attention(p)
    G = partial(lambda A: L(A @ V), A)
    right = stack(lambda i, k: sum(G[i, j] * A[i, j] * ((j == k) - A[i, k]) for j in range(q)), n, q)
    return partial(lambda S: L(_rows(S) @ V), S), right


def attention_row(p):
    Q, K, V, S, A, L = _attention(p)
    G = partial(lambda A: L(A @ V), A)
    left = stack(lambda i, k: sum(G[i, j] * A[i, j] * ((j == k) - A[i, k]) for j in range(q)), n, q)
    return left, stack(lambda i, k: A[i, k] * (G[i, k] - sum(G[i, j] * A[i, j] for j in range(q))), n, q)


def _one_query(p):
    K, V, x = p.mat(q, m), p.mat(q, k), p.col(m)
    s = K @ x / np.sqrt(m)
    return K, V, x, s, softmax(s)


def attention_one_scores(p):
    K, V, x, s, a = _one_query(p)
    return p.d(lambda x: K @ x / np.sqrt(m), x), 1 / np.sqrt(m) * K


def attention_one_softmax(p):
    K, V, x, s, a = _one_query(p)
    return p.d(softmax, s), diag(a) - a @ a.T


def attention_one_output(p):
    K, V, x, s, a = _one_query(p)
    return p.d(lambda a: V.T @ a, a), V.T


def attention_one_chain(p):
    K, V, x, s, a = _one_query(p)
    left = p.d(lambda x: V.T @ softmax(K @ x / np.sqrt(m)), x)
    return left, p.d(lambda a: V.T @ a, a) @ p.d(softmax, s) @ p.d(lambda x: K @ x / np.sqrt(m), x)


def attention_one_scale(p):
    K, V, x, s, a = _one_query(p)
    left = p.d(lambda a: V.T @ a, a) @ p.d(softmax, s) @ p.d(lambda x: K @ x / np.sqrt(m), x)
    return left, V.T @ (diag(a) - a @ a.T) @ K


def attention_one_flipped(p):
    K, V, x, s, a = _one_query(p)
    return p.d(lambda s: V.T @ softmax(s), s), (diag(a) - a @ a.T) @ V


def _bilinear(p):
    return p.col(m), p.mat(m, m, "B"), p.col(m)


def attention_bilinear_query(p):
    x, B, y = _bilinear(p)
    return p.d(lambda x: x.T @ B @ y, x), B @ y


def attention_bilinear_key(p):
    x, B, y = _bilinear(p)
    return p.d(lambda y: x.T @ B @ y, y), B @ x


def attention_bilinear_matrix(p):
    x, B, y = _bilinear(p)
    return p.d(lambda B: x.T @ B @ y, B), y @ x.T
