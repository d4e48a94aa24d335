"""Statistics for einsight: the normal distribution, log densities with their scores, divergences, exponential families.

Functions of numbers act entry by entry.  Those of arrays take vectors and matrices as their first lines say: `S` and `T` are
covariances, `t` natural parameters, `p` and `q` probabilities.
"""

import math
from typing import Any

from einsight.api import array_function, function, hook, rule

from . import special

# The version of einsight.api that this is written for.
EINSIGHT_API = 1

_NORMAL = "exp(-z^2/2)/sqrt(2 pi)"
NUMBERS: dict[str, dict[str, Any]] = {
    # the normal distribution
    "npdf": {
        "derivative": f"-z {_NORMAL}",
        "numpy": "numpy.exp(-{0}**2 / 2) / numpy.sqrt(2 * numpy.pi)",
        "jax": "jax.numpy.exp(-{0}**2 / 2) / jax.numpy.sqrt(2 * jax.numpy.pi)",
        "torch": "torch.exp(-{0}**2 / 2) / (2 * torch.pi)**0.5",
        "latex": r"\varphi",
        "doc": "The density of the standard normal distribution.",
    },
    "ndtr": {
        "derivative": _NORMAL,
        "value": special.ndtr,
        "jax": "jax.lax.erfc(-{0} / 2**0.5) / 2",
        "torch": "torch.special.ndtr({0})",
        "latex": r"\Phi",
        "doc": "The distribution function of the standard normal distribution.",
    },
    "logndtr": {
        "derivative": "exp(-z^2/2 - logndtr(z))/sqrt(2 pi)",
        "value": special.logndtr,
        "jax": "jax.scipy.special.log_ndtr({0})",
        "torch": "torch.special.log_ndtr({0})",
        "latex": r"\log\Phi",
        "doc": "The logarithm of `ndtr`, also far below 0.",
    },
    "probit": {
        "derivative": "sqrt(2 pi) exp(probit(z)^2/2)",
        "value": special.probit,
        "jax": "-(2**0.5) * jax.lax.erf_inv(1 - 2 * {0})",
        "torch": "torch.special.ndtri({0})",
        "latex": r"\Phi^{-1}",
        "doc": "The quantiles of the standard normal distribution, the inverse of `ndtr`.",
    },
    # logits and entropies
    "logit": {
        "derivative": "1/(z (1 - z))",
        "numpy": "(numpy.log({0}) - numpy.log1p(-{0}))",
        "jax": "(jax.numpy.log({0}) - jax.numpy.log1p(-{0}))",
        "torch": "torch.logit({0})",
        "doc": "The logarithm of the odds, `log(z/(1 - z))`, the inverse of `sigmoid`.",
    },
    "entr": {
        "derivative": "-log(z) - 1",
        "numpy": "-{0} * numpy.log({0})",
        "jax": "-{0} * jax.numpy.log({0})",
        "torch": "torch.special.entr({0})",
        "doc": "What a probability adds to the entropy, `-z log(z)`.",
    },
    "relentr": {
        "derivative": ("log(z/w) + 1", "-z/w"),
        "numpy": "{0} * numpy.log({0} / {1})",
        "jax": "{0} * jax.numpy.log({0} / {1})",
        "torch": "{0} * torch.log({0} / {1})",
        "doc": "What a probability adds to a divergence, `z log(z/w)`.",
    },
    # the gamma function
    "lgamma": {
        "derivative": "digamma(z)",
        "value": math.lgamma,
        "jax": "jax.lax.lgamma(1.0 * {0})",
        "torch": "torch.lgamma({0})",
        "latex": r"\log\Gamma",
        "doc": "The logarithm of the absolute value of the gamma function.",
    },
    "digamma": {
        "derivative": "hurwitz(2, z)",
        "value": special.digamma,
        "jax": "jax.lax.digamma(1.0 * {0})",
        "torch": "torch.digamma({0})",
        "latex": r"\psi",
        "doc": "The derivative of `lgamma`; its own is `hurwitz(2, z)`, the trigamma function.",
    },
    "hurwitz": {
        "derivative": (None, "-z hurwitz(z + 1, w)"),
        "value": special.hurwitz,
        "jax": "jax.scipy.special.zeta({0}, {1})",
        "torch": "torch.special.zeta({0}, {1})",
        "latex": r"\zeta",
        "doc": "Hurwitz' zeta function of `w`, of order `z`, in which there is no derivative: `sum of 1/(w + n)^z`.",
    },
    "lbeta": {
        "derivative": ("digamma(z) - digamma(z + w)", "digamma(w) - digamma(z + w)"),
        "value": lambda z, w: math.lgamma(z) + math.lgamma(w) - math.lgamma(z + w),
        "jax": "(jax.lax.lgamma(1.0 * {0}) + jax.lax.lgamma(1.0 * {1}) - jax.lax.lgamma(1.0 * {0} + {1}))",
        "torch": "(torch.lgamma({0}) + torch.lgamma({1}) - torch.lgamma({0} + {1}))",
        "latex": r"\log\mathrm{B}",
        "doc": "The logarithm of the beta function.",
    },
}  # fmt: skip
ARRAYS = [
    # Gaussians
    ("normlogpdf(x, m, s) = -log(s) - 1/2 log(2 pi) - (x - m)^2/(2 s^2)",
     "The log density of one number, of mean m and standard deviation s."),
    ("gausslogpdf(x_i, m_i, S_ij) = -1/2 logdet(S) - 1/2 log(2 pi) tr(S inv(S)) - 1/2 (x - m)' inv(S) (x - m)",
     "The log density of a Gaussian vector, of mean m and covariance S; its derivative in x is the score."),
    ("gaussentropy(S_ij) = 1/2 logdet(S) + 1/2 (1 + log(2 pi)) tr(S inv(S))", "The entropy of a Gaussian vector."),
    ("klnorm(a, s, b, r) = log(r/s) + (s^2 + (a - b)^2)/(2 r^2) - 1/2",
     "The divergence of two normal distributions, of mean a and deviation s from mean b and deviation r."),
    ("klgauss(a_i, S_ij, b_i, T_ij) = 1/2 (tr(inv(T) S) + (b - a)' inv(T) (b - a) - tr(S inv(S)) + logdet(T) - logdet(S))",
     "The divergence of two Gaussians, of mean a and covariance S from mean b and covariance T."),
    # discrete distributions, exponential families in natural parameters
    ("kl(p_i, q_i) = p' log(p ./ q)", "The divergence of two distributions on finitely many things."),
    ("entropy(p_i) = -p' log(p)", "The entropy of a distribution on finitely many things."),
    ("crossentropy(p_i, t_i) = sum(p) logsumexp(t) - p' t", "The cross entropy of p and `softmax(t)`."),
    ("bernoulli(y_i, t_i) = y' t - sum(softplus(t))", "The log likelihood of zeros and ones, with logits t."),
    ("poisson(y_i, t_i) = y' t - sum(exp(t)) - sum(lgamma(y + 1))", "The log likelihood of counts, with log rates t."),
    ("dirichlet(p_i, a_i) = lgamma(sum(a)) - sum(lgamma(a)) + (a - 1)' log(p)", "The log density of Dirichlet's distribution."),
    # covariances
    ("mean1(p_i, X_ij)_j = p_i X_ij", "The mean of the rows of X under probabilities p."),
    ("cov1(p_i, X_ij)_jk = (X' (diag(p) - p p') X)_jk", "The covariance of the rows of X under probabilities p."),
]  # fmt: skip


@hook
def einsight_functions():
    return [
        *(function(name, **given) for name, given in NUMBERS.items()),
        *(array_function(statement, doc=doc) for statement, doc in ARRAYS),
    ]


DECLARE = "x in R^n; c in R"


@hook
def einsight_rules():
    return [
        rule(f"statistics.{name}", statement, doc, examples=[(DECLARE, before, after), (DECLARE, other, None)])
        for name, statement, doc, before, after, other in [
            ("logit-sigmoid", "logit(sigmoid(s)) => s", "The logit undoes the sigmoid.",
             "logit(sigmoid(x_i)) x_i", "x_i x_i", "logit(tanh(c))"),
            ("sigmoid-logit", "sigmoid(logit(s)) => s", "The sigmoid undoes the logit.", "sigmoid(logit(c))", "c", "sigmoid(c)"),
            ("ndtr-probit", "ndtr(probit(s)) => s", "The distribution function undoes the quantile.",
             "ndtr(probit(c))", "c", "ndtr(c)"),
            ("probit-ndtr", "probit(ndtr(s)) => s", "The quantile undoes the distribution function.",
             "probit(ndtr(c))", "c", "probit(c)"),
            ("ndtr-minus", "ndtr(-s) => 1 - ndtr(s)", "The normal distribution is symmetric.",
             "ndtr(-c)", "1 - ndtr(c)", "ndtr(c)"),
            ("npdf-even", "npdf(-s) => npdf(s)", "The normal density is even.", "npdf(-x_i)", "npdf(x_i)", "npdf(x_i)"),
            ("exp-logndtr", "exp(logndtr(s)) => ndtr(s)", "The logarithm of `ndtr` is one.",
             "exp(logndtr(c))", "ndtr(c)", "exp(ndtr(c))"),
            ("digamma-step", "digamma(s + 1) => digamma(s) + 1/s", "The recurrence of the digamma function.",
             "digamma(1 + c)", "digamma(c) + 1/c", "digamma(c)"),
        ]
    ]  # fmt: skip
