"""The claims of chain-rule.md: m, n, p = m, n, k; f, g and φ are any smooth functions."""

import numpy as np

from ..points import E, diag, grad, jac, k, m, n, norm, partial, q, total


def _composition(p):
    A, B = p.mat(n, m), p.mat(k, n)
    return p.col(m), lambda x: np.sin(A @ x) + A @ x, lambda y: np.exp(B @ y / 4)


def chain_rule_sum(p):
    x, f, g = _composition(p)
    return np.asarray(jac(lambda x: g(f(x)), x)), E("ik,kj->ij", jac(g, f(x)), jac(f, x))


def chain_rule_product(p):
    x, f, g = _composition(p)
    return p.d(lambda x: g(f(x)), x), p.d(g, f(x)) @ p.d(f, x)


def chain_rule_jacobians(p):
    x, f, g = _composition(p)
    return jac(lambda x: g(f(x)), x), jac(g, f(x)) @ jac(f, x)


def chain_rule_swapped(p):
    x, f, g = _composition(p)
    return p.d(lambda x: g(f(x)), x), p.d(f, x) @ p.d(g, f(x))


def _map(p):
    return p.mat(n, m), p.col(n), p.col(m)


def chain_rule_linear_chain(p):
    A, b, x = _map(p)
    return p.d(lambda x: b.T @ A @ x, x), p.d(lambda y: b.T @ y, A @ x) @ p.d(lambda x: A @ x, x)


def chain_rule_linear(p):
    A, b, x = _map(p)
    return p.d(lambda y: b.T @ y, A @ x) @ p.d(lambda x: A @ x, x), b.T @ A


def chain_rule_linear_column(p):
    A, b, x = _map(p)
    return b.T @ A, A.T @ b


def chain_rule_number_chain(p):
    x = p.col(m)
    return p.d(lambda x: np.sin(norm(x) ** 2), x), np.cos(norm(x) ** 2) * p.d(lambda x: norm(x) ** 2, x)


def chain_rule_number(p):
    x = p.col(m)
    return np.cos(norm(x) ** 2) * p.d(lambda x: norm(x) ** 2, x), 2 * np.cos(norm(x) ** 2) * x.T


def chain_rule_tanh(p):
    A, _, x = _map(p)
    u = np.tanh(A @ x)
    return p.d(lambda x: np.tanh(A @ x), x), diag(1 - u * u) @ A


def chain_rule_exp(p):
    A, _, x = _map(p)
    return p.d(lambda x: np.exp(A @ x), x), diag(np.exp(A @ x))


def chain_rule_line(p):
    A, x, c, t = p.mat(q, m), p.col(m), p.col(m), p.num() / 4

    def φ(x):
        return total(np.sin(A @ x) + (A @ x) ** 2 / 2)

    return partial(lambda t: φ(x + t * c), t), grad(φ, x).T @ c


def chain_rule_square(p):
    x, f, _ = _composition(p)
    return p.d(lambda x: f(x).T @ f(x), x), 2 * f(x).T @ p.d(f, x)
