"""The claims of likelihood.md: the sums have 5 = q terms."""

import numpy as np

from ..points import partial, q, second


def _coin(h, t):
    return lambda x: h * np.log(x) + t * np.log(1 - x)


def likelihood_coin(p):
    h, t, x = 2.0, 5.0, p.num() / 2
    return partial(_coin(h, t - h), x), h / x - (t - h) / (1 - x)


def likelihood_coin_joined(p):
    h, t, x = 2.0, 5.0, p.num() / 2
    return h / x - (t - h) / (1 - x), (h - t * x) / (x * (1 - x))


def likelihood_coin_second(p):
    h, t, x = 2.0, 5.0, p.num() / 2
    return second(_coin(h, t - h), x), -h / x**2 + (t - h) / (1 - x) ** 2


def likelihood_mean(p):
    x, μ, σ = p.arr(q), p.num(), p.num()
    return partial(lambda μ: -1 / (2 * σ**2) * sum((x - μ) ** 2), μ), 1 / σ**2 * sum(x - μ)


def likelihood_mean_short(p):
    x, μ, σ = p.arr(q), p.num(), p.num()
    return 1 / σ**2 * sum(x - μ), q / σ**2 * (1 / q * sum(x) - μ)


def likelihood_deviation(p):
    x, μ, σ = p.arr(q), p.num(), p.num()
    left = partial(lambda σ: -q * np.log(σ) - 1 / (2 * σ**2) * sum((x - μ) ** 2), σ)
    return left, -q / σ + 1 / σ**2 * sum((x - μ) ** 2)


def likelihood_waiting(p):
    s, λ = sum(p.pos(q)), p.num()
    return partial(lambda λ: q * np.log(λ) - λ * s, λ), q / λ - s


def likelihood_waiting_second(p):
    s, λ = sum(p.pos(q)), p.num()
    return second(lambda λ: q * np.log(λ) - λ * s, λ), -q / λ**2


def likelihood_counts(p):
    c, π = p.pos(q), p.pos(q)
    return partial(lambda π: sum(c * np.log(π)), π), c / π


def likelihood_counts_second(p):
    c, π = p.pos(q), p.pos(q)
    return second(lambda π: sum(c * np.log(π)), π), -np.diag(c / π)
