"""The claims of word2vec.tex: d, V, K = m, n, k."""

import numpy as np

from ..points import I, grad, k, m, n, sigmoid, softmax, stack


def _skipgram(p):
    U, v, o = p.mat(m, n), p.col(m), 1
    return U, v, o, softmax(U.T @ v), I(n)[:, [o]], lambda U, v: -np.log(softmax(U.T @ v)[o, 0])


def word2vec_loss(p):
    U, v, o, _, _, J = _skipgram(p)
    return J(U, v), -U[:, [o]].T @ v + np.log(sum(np.exp(U[:, [w]].T @ v) for w in range(n)))


def word2vec_centre(p):
    U, v, o, _, _, J = _skipgram(p)
    weights = [np.exp(U[:, [w]].T @ v) for w in range(n)]
    return p.d(lambda v: J(U, v), v), -U[:, [o]] + sum(weights[w] * U[:, [w]] for w in range(n)) / sum(weights)


def word2vec_centre_sum(p):
    U, v, o, ŷ, *_ = _skipgram(p)
    weights = [np.exp(U[:, [w]].T @ v) for w in range(n)]
    left = -U[:, [o]] + sum(weights[w] * U[:, [w]] for w in range(n)) / sum(weights)
    return left, -U[:, [o]] + sum(ŷ[w, 0] * U[:, [w]] for w in range(n))


def word2vec_centre_matrix(p):
    U, v, o, ŷ, y, _ = _skipgram(p)
    return -U[:, [o]] + sum(ŷ[w, 0] * U[:, [w]] for w in range(n)), U @ (ŷ - y)


def word2vec_outside(p):
    U, v, o, ŷ, y, J = _skipgram(p)
    columns = grad(lambda U: J(U, v), U)
    return np.array(columns.T), stack(lambda w: np.ravel((ŷ[w, 0] - y[w, 0]) * v), n)


def word2vec_matrix(p):
    U, v, o, ŷ, y, J = _skipgram(p)
    return p.d(lambda U: J(U, v), U), (ŷ - y) @ v.T


def word2vec_soft(p):
    t, z = p.col(n, "t", low=0.2), p.col(n)
    return p.d(lambda z: -t.T @ np.log(softmax(z)), z), softmax(z) - t


def _negative(p):
    a, B, v = p.col(m), p.mat(m, k), p.col(m)

    def N(a, B, v):
        return -np.log(sigmoid(a.T @ v)) - sum(np.log(sigmoid(-B[:, [h]].T @ v)) for h in range(k))

    return a, B, v, N


def word2vec_sigmoid(p):
    x = p.num()
    return 1 - sigmoid(x), sigmoid(-x)


def word2vec_negative_outside(p):
    a, B, v, N = _negative(p)
    return p.d(lambda a: N(a, B, v), a), (sigmoid(a.T @ v) - 1) * v


def word2vec_negative_sample(p):
    a, B, v, N = _negative(p)
    left = grad(lambda B: N(a, B, v), B)
    return np.array(left.T), stack(lambda h: np.ravel(-sigmoid(B[:, [h]].T @ v) * v), k)


def word2vec_negative_centre(p):
    a, B, v, N = _negative(p)
    right = (sigmoid(a.T @ v) - 1) * a + sum(sigmoid(B[:, [h]].T @ v) * B[:, [h]] for h in range(k))
    return p.d(lambda v: N(a, B, v), v), right


def word2vec_negative_matrix(p):
    a, B, v, _ = _negative(p)
    left = (sigmoid(a.T @ v) - 1) * a + sum(sigmoid(B[:, [h]].T @ v) * B[:, [h]] for h in range(k))
    return left, -sigmoid(-a.T @ v) * a + B.T @ sigmoid(B @ v)
