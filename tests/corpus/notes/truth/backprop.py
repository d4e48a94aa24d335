"""The claims of backprop.tex."""

from types import SimpleNamespace

import numpy as np

from ..points import diag, half_square, k, m, partial, q, sigmoid


def _backprop(p):
    W1, W2, b1, b2 = p.mat(q, m), p.mat(k, q), p.col(q), p.col(k)
    x, y = p.col(m), p.col(k)
    a1 = sigmoid(W1 @ x + b1)
    z2 = W2 @ a1 + b2
    d2 = (sigmoid(z2) - y).T @ diag(_slope(z2))
    d1 = d2 @ W2 @ diag(_slope(W1 @ x + b1))
    return SimpleNamespace(W1=W1, W2=W2, b1=b1, b2=b2, x=x, y=y, a1=a1, z1=W1 @ x + b1, z2=z2, d1=d1, d2=d2)


def _slope(z):
    return sigmoid(z) * (1 - sigmoid(z))


def _backprop_loss(v, W1=None, W2=None, b1=None, b2=None, x=None, z1=None, a1=None, z2=None):
    """The loss where one value of the network is replaced."""
    W1, W2, b1, b2 = (old if new is None else new for old, new in ((v.W1, W1), (v.W2, W2), (v.b1, b1), (v.b2, b2)))
    z1 = W1 @ (v.x if x is None else x) + b1 if z1 is None else z1
    a1 = sigmoid(z1) if a1 is None else a1
    z2 = W2 @ a1 + b2 if z2 is None else z2
    return half_square(sigmoid(z2) - v.y)


def backprop_sigmoid(p):
    t = p.num()
    return partial(sigmoid, t), sigmoid(t) * (1 - sigmoid(t))


def backprop_tanh(p):
    t = p.num()
    return partial(np.tanh, t), 1 - np.tanh(t)


def backprop_loss(p):
    v = _backprop(p)
    a2 = sigmoid(v.z2)
    return p.d(lambda a2: half_square(a2 - v.y), a2), (a2 - v.y).T


def backprop_activation(p):
    v = _backprop(p)
    return p.d(sigmoid, v.z2), diag(_slope(v.z2))


def backprop_linear(p):
    v = _backprop(p)
    return p.d(lambda a1: v.W2 @ a1 + v.b2, v.a1), v.W2


def backprop_output_chain(p):
    v = _backprop(p)
    a2 = sigmoid(v.z2)
    left = p.d(lambda z2: half_square(sigmoid(z2) - v.y), v.z2)
    return left, p.d(lambda a2: half_square(a2 - v.y), a2) @ p.d(sigmoid, v.z2)


def backprop_output(p):
    v = _backprop(p)
    a2 = sigmoid(v.z2)
    left = p.d(lambda a2: half_square(a2 - v.y), a2) @ p.d(sigmoid, v.z2)
    return left, (a2 - v.y).T @ diag(_slope(v.z2))


def backprop_hidden(p):
    v = _backprop(p)
    return p.d(lambda z1: _backprop_loss(v, z1=z1), v.z1), v.d2 @ v.W2 @ diag(_slope(v.z1))


def backprop_bias_2(p):
    v = _backprop(p)
    return p.d(lambda b2: _backprop_loss(v, b2=b2), v.b2), v.d2


def backprop_bias_1(p):
    v = _backprop(p)
    return p.d(lambda b1: _backprop_loss(v, b1=b1), v.b1), v.d1


def backprop_weights_2(p):
    v = _backprop(p)
    return p.d(lambda W2: _backprop_loss(v, W2=W2), v.W2), v.a1 @ v.d2


def backprop_weights_1(p):
    v = _backprop(p)
    return p.d(lambda W1: _backprop_loss(v, W1=W1), v.W1), v.d1.T @ v.x.T


def backprop_weights_entry(p):
    v = _backprop(p)
    return partial(lambda W1: _backprop_loss(v, W1=W1), v.W1), np.outer(v.x, v.d1)


def backprop_input_chain(p):
    v = _backprop(p)
    left = p.d(lambda x: _backprop_loss(v, x=x), v.x)
    return left, p.d(lambda z1: _backprop_loss(v, z1=z1), v.z1) @ p.d(lambda x: v.W1 @ x + v.b1, v.x)


def backprop_input(p):
    v = _backprop(p)
    left = p.d(lambda z1: _backprop_loss(v, z1=z1), v.z1) @ p.d(lambda x: v.W1 @ x + v.b1, v.x)
    return left, v.d1 @ v.W1


def backprop_mistake(p):
    v = _backprop(p)
    return p.d(lambda a1: _backprop_loss(v, a1=a1), v.a1), v.d2
