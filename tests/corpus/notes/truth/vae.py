"""The claims of vae.qmd: J, d = m, q."""

from types import SimpleNamespace

import numpy as np

from ..points import E, I, diag, grad, hess, jac, m, norm, q, stack, total


def _code(p):
    v = SimpleNamespace(μ=p.col(m), σ=p.col(m, low=0.2), ε=p.col(m), W=p.mat(q, m), b=p.col(q), x=p.col(q), ω=p.num())
    v.z = v.μ + v.σ * v.ε
    v.e = v.W @ v.z + v.b - v.x
    return v


def _reconstruction(v, μ=None, σ=None, z=None, W=None, b=None):
    """The loss where one value is replaced."""
    z = (v.μ if μ is None else μ) + (v.σ if σ is None else σ) * v.ε if z is None else z
    return 1 / 2 * norm(v.x - ((v.W if W is None else W) @ z + (v.b if b is None else b))) ** 2


def vae_sample(p):
    v = _code(p)
    return stack(lambda i: v.μ[i, 0] + v.σ[i, 0] * v.ε[i, 0], m), np.ravel(v.μ + v.σ * v.ε)


def vae_sample_mean(p):
    v = _code(p)
    return jac(lambda μ: μ + v.σ * v.ε, v.μ), np.eye(m)


def vae_sample_scale(p):
    v = _code(p)
    return np.asarray(jac(lambda σ: v.μ + σ * v.ε, v.σ)), E("ij,i->ij", np.eye(m), np.ravel(v.ε))


def vae_sample_mean_matrix(p):
    v = _code(p)
    return p.d(lambda μ: μ + v.σ * v.ε, v.μ), I(m)


def vae_sample_scale_matrix(p):
    v = _code(p)
    return p.d(lambda σ: v.μ + σ * v.ε, v.σ), diag(v.ε)


def _divergence(μ, σ):
    return -1 / 2 * total(1 + np.log(σ**2) - μ**2 - σ**2)


def vae_divergence(p):
    v = _code(p)
    return _divergence(v.μ, v.σ), 1 / 2 * total(v.μ**2 + v.σ**2 - 1) - 1 / 2 * total(np.log(v.σ))


def vae_divergence_mean(p):
    v = _code(p)
    return grad(lambda μ: _divergence(μ, v.σ), v.μ), v.μ


def vae_divergence_scale(p):
    v = _code(p)
    return grad(lambda σ: _divergence(v.μ, σ), v.σ), v.σ - 1


def vae_divergence_second(p):
    v = _code(p)
    return hess(lambda μ: _divergence(μ, v.σ), v.μ), I(m)


def vae_output(p):
    v = _code(p)
    return grad(lambda y: 1 / 2 * norm(v.x - y) ** 2, v.W @ v.z + v.b), v.W @ v.z + v.b - v.x


def vae_code(p):
    v = _code(p)
    return grad(lambda z: _reconstruction(v, z=z), v.z), v.W.T @ v.e


def vae_weights(p):
    v = _code(p)
    return grad(lambda W: _reconstruction(v, W=W), v.W), v.z @ v.e.T


def vae_bias(p):
    v = _code(p)
    return grad(lambda b: _reconstruction(v, b=b), v.b), v.x - (v.W @ v.z + v.b)


def vae_mean(p):
    v = _code(p)
    return grad(lambda μ: _reconstruction(v, μ=μ), v.μ), v.W.T @ v.e


def vae_scale(p):
    v = _code(p)
    return grad(lambda σ: _reconstruction(v, σ=σ), v.σ), v.ε * (v.W.T @ v.e)


def vae_objective(p):
    v = _code(p)
    left = grad(lambda μ: _reconstruction(v, μ=μ) + v.ω * _divergence(μ, v.σ), v.μ)
    return left, v.W.T @ v.e + v.ω * v.μ
