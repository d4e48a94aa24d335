"""The claims of mechanics.md: every axis has 3 = m entries."""

import numpy as np

from ..points import E, m, partial, second

_δ = np.eye(m)


def mechanics_delta(p):
    a = p.arr(m)
    return E("ij,j->i", _δ, a), a


def mechanics_deltas(p):
    return E("ij,jk->ik", _δ, _δ), _δ


def mechanics_trace(p):
    return E("ij,ij->", _δ, _δ), 1


def mechanics_split(p):
    u = p.arr(m, m, name="u")
    return u, 1 / 2 * (u + u.T) + 1 / 2 * (u - u.T)


def mechanics_position(p):
    return partial(lambda x: x, p.arr(m)), _δ


def mechanics_divergence(p):
    return np.trace(partial(lambda x: x, p.arr(m))), 3


def _r(x):
    return np.sqrt(x @ x)


def mechanics_distance(p):
    x = p.arr(m)
    return partial(_r, x), x / _r(x)


def mechanics_inverse_distance(p):
    x = p.arr(m)
    return partial(lambda x: 1 / _r(x), x), -x / _r(x) ** 3


def mechanics_distance_second(p):
    x = p.arr(m)
    return second(_r, x), _δ / _r(x) - E("i,j->ij", x, x) / _r(x) ** 2


def mechanics_square(p):
    x = p.arr(m)
    return partial(lambda x: E("j,j->", x, x), x), 2 * x


def mechanics_dyad(p):
    x = p.arr(m)
    return E("iji->j", partial(lambda x: np.outer(x, x), x)), 2 * x


def mechanics_entry(p):
    return partial(lambda A: A, p.arr(m, m)), E("ik,jl->ijkl", _δ, _δ)


def mechanics_tensor_trace(p):
    return partial(np.trace, p.arr(m, m)), _δ


def mechanics_tensor_square(p):
    A = p.arr(m, m)
    return partial(lambda A: E("kl,kl->", A, A), A), 2 * A


def mechanics_tensor_product(p):
    A = p.arr(m, m, name="A")
    return partial(lambda A: E("kl,lk->", A, A), A), 2 * A


def mechanics_form(p):
    a, A = p.arr(m), p.arr(m, m, name="A")
    return partial(lambda a: a @ A @ a, a), 2 * E("kj,j->k", A, a)


def _hooke(p):
    λ, μ = p.num(), p.num()
    return p.arr(m, m), λ, μ, lambda ε: λ * np.trace(ε) * _δ + 2 * μ * ε


def mechanics_pressure(p):
    ε, λ, μ, σ = _hooke(p)
    return np.trace(σ(ε)), (3 * λ + 2 * μ) * np.trace(ε)


def mechanics_stiffness(p):
    ε, λ, μ, σ = _hooke(p)
    return partial(σ, ε), λ * E("ij,kl->ijkl", _δ, _δ) + 2 * μ * E("ik,jl->ijkl", _δ, _δ)


def mechanics_energy(p):
    ε, λ, μ, σ = _hooke(p)
    return 1 / 2 * E("ij,ij->", σ(ε), ε), λ / 2 * np.trace(ε) ** 2 + 2 * μ * E("ij,ij->", ε, ε)


def mechanics_stress(p):
    ε, λ, μ, σ = _hooke(p)
    return partial(lambda ε: 1 / 2 * E("ij,ij->", σ(ε), ε), ε), σ(ε)
