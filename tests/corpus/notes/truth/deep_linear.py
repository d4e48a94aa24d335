"""The claims of deep-linear.md: m, n, p, q = m, n, q, k."""

from ..points import k, m, n, norm, q


def _deep(p):
    W1, W2, x, y = p.mat(n, m), p.mat(q, n), p.col(m), p.col(q)
    return W1, W2, x, y, W2 @ W1 @ x - y, lambda W1, W2, x: 1 / 2 * norm(W2 @ W1 @ x - y) ** 2


def deep_linear_first(p):
    W1, W2, x, y, e, L = _deep(p)
    return p.d(lambda W1: L(W1, W2, x), W1), W2.T @ (W2 @ W1 @ x - y) @ x.T


def deep_linear_first_short(p):
    W1, W2, x, y, e, L = _deep(p)
    return W2.T @ (W2 @ W1 @ x - y) @ x.T, W2.T @ e @ x.T


def deep_linear_second(p):
    W1, W2, x, y, e, L = _deep(p)
    return p.d(lambda W2: L(W1, W2, x), W2), (W2 @ W1 @ x - y) @ (W1 @ x).T


def deep_linear_second_short(p):
    W1, W2, x, y, e, L = _deep(p)
    return (W2 @ W1 @ x - y) @ (W1 @ x).T, e @ x.T @ W1.T


def deep_linear_input(p):
    W1, W2, x, y, e, L = _deep(p)
    return p.d(lambda x: L(W1, W2, x), x), (W2 @ W1).T @ e


def deep_linear_input_swapped(p):
    W1, W2, x, y, e, L = _deep(p)
    return (W2 @ W1).T @ e, W2.T @ W1.T @ e


def deep_linear_conserved(p):
    W1, W2, x, y, e, L = _deep(p)
    return p.d(lambda W1: L(W1, W2, x), W1) @ W1.T, W2.T @ p.d(lambda W2: L(W1, W2, x), W2)


def deep_linear_step_first(p):
    W1, W2, x, y, e, L = _deep(p)
    η = p.num()
    new = W1 - η * W2.T @ e @ x.T
    return W2 @ new @ x - y, e - η * W2 @ W2.T @ e @ x.T @ x


def deep_linear_step_second(p):
    W1, W2, x, y, e, L = _deep(p)
    η = p.num()
    new = W2 - η * e @ x.T @ W1.T
    return new @ W1 @ x - y, (1 - η * x.T @ W1.T @ W1 @ x) * e


def deep_linear_step_both(p):
    W1, W2, x, y, e, L = _deep(p)
    η = p.num()
    left = (W2 - η * e @ x.T @ W1.T) @ (W1 - η * W2.T @ e @ x.T) - W2 @ W1
    return left, -η * (W2 @ W2.T @ e @ x.T + e @ x.T @ W1.T @ W1)


def _deeper(p):
    return p.mat(n, m), p.mat(q, n), p.mat(k, q), p.col(m)


def deep_linear_three_middle(p):
    W1, W2, W3, x = _deeper(p)
    return p.d(lambda W2: norm(W3 @ W2 @ W1 @ x) ** 2, W2), 2 * W3 @ W2 @ W1 @ x @ x.T @ W1.T


def deep_linear_three_first(p):
    W1, W2, W3, x = _deeper(p)
    return p.d(lambda W1: norm(W3 @ W2 @ W1 @ x) ** 2, W1), 2 * W2.T @ W3.T @ W3 @ W2 @ W1 @ x @ x.T


def deep_linear_three_last(p):
    W1, W2, W3, x = _deeper(p)
    return p.d(lambda W3: norm(W3 @ W2 @ W1 @ x) ** 2, W3), 2 * W2 @ W1 @ x @ x.T @ W1.T @ W2.T @ W3.T
