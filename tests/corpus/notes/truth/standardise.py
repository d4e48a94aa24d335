"""The claims of standardise.md."""

from types import SimpleNamespace

import numpy as np

from ..points import ZERO, E, I, Matrix, n, ones, partial, stack, total


def _standard(p):
    x = p.arr(n)
    μ, σ = x.mean(), np.sqrt(((x - x.mean()) ** 2).mean())
    return SimpleNamespace(x=x, μ=μ, σ=σ, hat=(x - μ) / σ, δ=np.eye(n), γ=p.num(), β=p.num(), w=p.arr(n))


def _scaled(x):
    return (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).mean())


def standardise_mean(p):
    x = p.arr(n)
    return partial(lambda x: 1 / n * sum(x), x), np.full(n, 1 / n)


def standardise_centred(p):
    x = p.arr(n)
    return partial(lambda x: x - x.mean(), x), stack(lambda i, j: (i == j) - 1 / n, n, n)


def standardise_variance_chain(p):
    v = _standard(p)
    left = partial(lambda x: 1 / n * sum((x - x.mean()) ** 2), v.x)
    return left, 2 / n * E("i,ij->j", v.x - v.μ, v.δ - 1 / n)


def standardise_variance(p):
    v = _standard(p)
    return 2 / n * E("i,ij->j", v.x - v.μ, v.δ - 1 / n), 2 / n * (v.x - v.μ)


def standardise_sum_centred(p):
    v = _standard(p)
    return sum(v.x - v.μ), ZERO


def standardise_steiner(p):
    v = _standard(p)
    return sum((v.x - v.μ) ** 2), sum(v.x**2) - v.μ**2


def standardise_deviation(p):
    v = _standard(p)
    return partial(lambda x: np.sqrt(((x - x.mean()) ** 2).mean()), v.x), (v.x - v.μ) / (n * v.σ)


def standardise_sum(p):
    return sum(_standard(p).hat), ZERO


def standardise_sum_squares(p):
    return sum(_standard(p).hat ** 2), 1


def _quotient(v):
    dσ = partial(lambda x: np.sqrt(((x - x.mean()) ** 2).mean()), v.x)
    return 1 / v.σ * partial(lambda x: x - x.mean(), v.x) - E("i,j->ij", (v.x - v.μ) / v.σ**2, dσ)


def standardise_quotient(p):
    v = _standard(p)
    return partial(_scaled, v.x), _quotient(v)


def standardise_entry(p):
    v = _standard(p)
    return _quotient(v), 1 / v.σ * stack(lambda i, j: v.δ[i, j] - 1 / n - v.hat[i] * v.hat[j] / n, n, n)


def standardise_matrix(p):
    v = _standard(p)
    h = v.hat.reshape(-1, 1).view(Matrix)
    left = p.d(_scaled, v.x.reshape(-1, 1).view(Matrix))
    return left, 1 / v.σ * (I(n) - 1 / n * ones(n) @ ones(n).T - h @ h.T)


def _batch_loss(v):
    return lambda y: sum(v.w * y + np.sin(y))


def standardise_beta(p):
    v = _standard(p)
    L = _batch_loss(v)
    return partial(lambda β: L(v.γ * v.hat + β), v.β), sum(partial(L, v.γ * v.hat + v.β))


def standardise_gamma(p):
    v = _standard(p)
    L = _batch_loss(v)
    return partial(lambda γ: L(γ * v.hat + v.β), v.γ), sum(partial(L, v.γ * v.hat + v.β) * v.x)


def standardise_hat(p):
    v = _standard(p)
    L = _batch_loss(v)
    return partial(lambda hat: L(v.γ * hat + v.β), v.hat), v.γ * partial(L, v.γ * v.hat + v.β)


def standardise_loss(p):
    v = _standard(p)
    L = _batch_loss(v)
    G = partial(L, v.γ * v.hat + v.β)
    return partial(lambda x: L(v.γ * _scaled(x) + v.β), v.x), v.γ / v.σ * (G - 1 / n * sum(G))


def _centring(p):
    return I(n) - 1 / n * ones(n) @ ones(n).T, p.col(n)


def _mean(x):
    return total(x) / x.size


def standardise_projection(p):
    C, _ = _centring(p)
    return C @ C, C


def standardise_centring(p):
    C, x = _centring(p)
    return C @ x, x - _mean(x) * ones(n)


def standardise_variance_form(p):
    C, x = _centring(p)
    return 1 / n * total((x - _mean(x)) ** 2), 1 / n * x.T @ C @ x


def standardise_variance_row(p):
    C, x = _centring(p)
    return p.d(lambda x: 1 / n * total((x - _mean(x)) ** 2), x), 2 / n * x.T @ C
