"""Everything that the plugin brings, held to numbers, and what it is for, from a text to its verdict."""

import importlib.util
import inspect
import math

import einsight_statistics
import numpy
import pytest
from einsight_statistics import special

import einsight
from einsight.testing import cases, require_derivative, verdicts

HAS_JAX = importlib.util.find_spec("jax") is not None
HAS_SCIPY = importlib.util.find_spec("scipy") is not None


@pytest.mark.parametrize("case", cases(einsight_statistics))
def test_holds(case):
    case.require()


def test_special_functions_have_their_known_values():
    euler = 0.5772156649015329
    assert special.digamma(1) == pytest.approx(-euler, rel=1e-14)
    assert special.digamma(0.5) == pytest.approx(-euler - 2 * math.log(2), rel=1e-14)
    assert special.hurwitz(2, 1) == pytest.approx(math.pi**2 / 6, rel=1e-14)
    assert special.hurwitz(4, 1) == pytest.approx(math.pi**4 / 90, rel=1e-14)
    assert special.hurwitz(0, 0.3) == pytest.approx(0.2, rel=1e-12)
    assert special.probit(0.975) == pytest.approx(1.959963984540054, rel=1e-14)
    assert special.ndtr(special.probit(0.01)) == pytest.approx(0.01, rel=1e-14)
    assert special.hurwitz(-2, 0.3) == pytest.approx(-0.014, rel=1e-9)  # of a Bernoulli polynomial
    with pytest.raises(ValueError, match="below -2"):
        special.hurwitz(-7.3, 0.3)
    for z in (0.0, -2.0):
        with pytest.raises(ValueError, match="pole"):
            special.digamma(z)
    with pytest.raises(ValueError, match="between 0 and 1"):
        special.probit(1.5)


@pytest.mark.skipif(not HAS_SCIPY, reason="SciPy is not installed")
def test_special_functions_agree_with_scipy():
    import scipy.special as known

    for z in (-45.0, -21.0, -19.0, -3.0, 0.2, 4.9, 5.1, 9.0):
        assert special.logndtr(z) == pytest.approx(known.log_ndtr(z), rel=1e-11)
    for z in (-2.3, -0.7, 0.1, 1.5, 40.0):
        assert special.digamma(z) == pytest.approx(known.digamma(z), rel=1e-12)
    for s, q in [(2, 0.3), (3.5, 1.2), (1.1, 7.0), (6, 30.0)]:
        assert special.hurwitz(s, q) == pytest.approx(known.zeta(s, q), rel=1e-12)


DECLARE = """\
x, y, m, a, b, t, q in R^n; p in R^n positive; r in R^n positive; S, T, P in R^(n x n) positive-definite; X in R^(n x k)
B in R^(n x k); u in R^k; c, h, w in R; s in R positive; v in R positive
"""
RIGHT = """\
d/dx gausslogpdf(x, m, S) = -(x - m)' inv(S)
d/dm gausslogpdf(x, m, S) = (x - m)' inv(S)
d/dS gausslogpdf(x, m, S) = 1/2 (inv(S) (x - m) (x - m)' inv(S) - inv(S))
hess(gausslogpdf(x, m, S), x) = -inv(S)
d/du gausslogpdf(y, B u, S) = (y - B u)' inv(S) B
d/dS gaussentropy(S) = 1/2 inv(S)
d/dc normlogpdf(c, h, s) = -(c - h)/s^2
d/ds normlogpdf(c, h, s) = -1/s + (c - h)^2/s^3
d/da klgauss(a, S, b, T) = (a - b)' inv(T)
d/db klgauss(a, S, b, T) = (b - a)' inv(T)
d/dS klgauss(a, S, b, T) = 1/2 (inv(T) - inv(S))
d/dT klgauss(a, S, b, T) = 1/2 (inv(T) - inv(T) (S + (b - a) (b - a)') inv(T))
klgauss(a, S, a, S) = 0
klnorm(c, s, c, s) = 0
d/ds klnorm(c, s, h, v) = s/v^2 - 1/s
d/dc klnorm(c, s, h, v) = (c - h)/v^2
kl(p, p) = 0
kl(p, r) = sum(relentr(p, r))
kl(p, r) = -entropy(p) - p' log(r)
d/dr kl(p, r) = -(p ./ r)'
d/dp kl(p, r) = (log(p ./ r) + 1)'
entropy(p) = sum(entr(p))
d/dt logsumexp(t) = softmax(t)'
hess(logsumexp(t), t) = diag(softmax(t)) - softmax(t) softmax(t)'
hess(logsumexp(X u), u) = cov1(softmax(X u), X)
d/du logsumexp(X u) = mean1(softmax(X u), X)'
d/dt crossentropy(p, t) = (sum(p) softmax(t) - p)'
d/dt bernoulli(y, t) = (y - sigmoid(t))'
hess(bernoulli(y, t), t) = -diag(sigmoid(t) ⊙ (1 - sigmoid(t)))
d/du bernoulli(y, X u) = (y - sigmoid(X u))' X
d/dt poisson(y, t) = (y - exp(t))'
d/dp dirichlet(p, r) = ((r - 1) ./ p)'
d/dr dirichlet(p, r) = (digamma(sum(r)) - digamma(r) + log(p))'
cov1(p, X) = X' diag(p) X - mean1(p, X) mean1(p, X)'
logit(sigmoid(c)) = c
d/dt sum(ndtr(t)) = npdf(t)'
d/dt npdf(t) = -diag(t ⊙ npdf(t))
d/ds lgamma(s) = digamma(s)
d/ds digamma(s) = hurwitz(2, s)
d/ds hurwitz(3, s) = -3 hurwitz(4, s)
d/ds lbeta(s, v) = digamma(s) - digamma(s + v)
lgamma(s + 1) = lgamma(s) + log(s)
digamma(s + 1) = digamma(s) + 1/s
d/dt sum(logndtr(t)) = (npdf(t) ./ ndtr(t))'
"""
WRONG = [
    "d/dx gausslogpdf(x, m, S) = -(x - m)' S",
    "d/db klgauss(a, S, b, T) = (a - b)' inv(T)",
    "hess(logsumexp(t), t) = diag(softmax(t))",
    "d/ds digamma(s) = hurwitz(1, s + 1)",
    "ndtr(-c) = ndtr(c)",
]


def judged(line):
    return verdicts(f"{DECLARE}{line}")


@pytest.mark.parametrize("line", RIGHT.splitlines())
def test_identities_are_right(line):
    assert judged(line) == ["right"]


@pytest.mark.parametrize("line", WRONG)
def test_what_is_not_so_is_not_right(line):
    assert judged(line)[0] in ("wrong", "undecided") and judged(line) != ["right"]


def test_there_is_no_derivative_in_the_order_of_zeta():
    with pytest.raises(einsight.EinsightError, match="no rule differentiates `hurwitz`"):
        einsight.derive("hurwitz(c, s)", "c", DECLARE.strip())


def test_score_and_tail():
    assert einsight.derive("gausslogpdf(x, m, S)", "m", DECLARE.strip()).matrix == "(x - m)' S^-1"
    found = einsight.derive("logndtr(c)", "c", "c in R").evaluate({"c": -40.0})
    assert found == pytest.approx(40.02496887, rel=1e-8)  # Mills' ratio, where ndtr itself is 0


draw = numpy.random.default_rng(3)


def _definite():
    root = draw.normal(size=(3, 3))
    return root @ root.T + numpy.eye(3)


S, T = _definite(), _definite()
A, B, P = draw.normal(size=3), draw.normal(size=3), draw.uniform(0.2, 1, 3)
X = draw.normal(size=(3, 2))
GIVEN = {"S": S, "T": T, "a": A, "b": B, "p": P, "t": B, "y": A, "X": X, "u": draw.normal(size=2), "r": P}
inv, logdet = numpy.linalg.inv, lambda M: numpy.linalg.slogdet(M)[1]


def gauss(x, m, S):
    return -0.5 * (logdet(S) + 3 * math.log(2 * math.pi) + (x - m) @ inv(S) @ (x - m))


def divergence(a, S, b, T):
    return 0.5 * (numpy.trace(inv(T) @ S) + (b - a) @ inv(T) @ (b - a) - 3 + logdet(T) - logdet(S))


def lse(t):
    return math.log(numpy.exp(t).sum())


@pytest.mark.parametrize(
    ("expression", "variable", "plain"),
    [
        ("gausslogpdf(a, b, S)", "a", lambda a: gauss(a, B, S)),
        ("gausslogpdf(a, b, S)", "S", lambda M: gauss(A, B, M)),
        ("klgauss(a, S, b, T)", "a", lambda a: divergence(a, S, B, T)),
        ("klgauss(a, S, b, T)", "S", lambda M: divergence(A, M, B, T)),
        ("klgauss(a, S, b, T)", "T", lambda M: divergence(A, S, B, M)),
        ("gaussentropy(S)", "S", lambda M: 0.5 * logdet(M) + 1.5 * (1 + math.log(2 * math.pi))),
        ("crossentropy(p, t)", "t", lambda t: P.sum() * lse(t) - P @ t),
        ("bernoulli(y, t)", "t", lambda t: A @ t - numpy.logaddexp(t, 0).sum()),
        ("dirichlet(p, r)", "r", lambda r: math.lgamma(r.sum()) - sum(map(math.lgamma, r)) + (r - 1) @ numpy.log(P)),
        ("logsumexp(X u)", "u", lambda u: lse(X @ u)),
        ("cov1(p, X)", "X", lambda M: M.T @ (numpy.diag(P) - numpy.outer(P, P)) @ M),
        ("sum(ndtr(t))", "t", lambda t: sum(map(special.ndtr, t))),
        ("sum(probit(p))", "p", lambda p: sum(map(special.probit, p))),
        ("sum(logit(p))", "p", lambda p: numpy.log(p / (1 - p)).sum()),
    ],
)
def test_derivatives_are_slopes_of_what_numpy_computes(expression, variable, plain):
    declare = DECLARE.strip().replace("positive-definite", "")
    require_derivative(expression, variable, declare, GIVEN, plain)


@pytest.mark.skipif(not HAS_JAX, reason="JAX is not installed")
@pytest.mark.parametrize("name", [n for n in einsight_statistics.NUMBERS if n != "hurwitz"])
def test_jax_has_the_same_value_and_slope(name):
    import jax

    jax.config.update("jax_enable_x64", True)
    two = isinstance(einsight_statistics.NUMBERS[name]["derivative"], tuple)
    call, at, second = f"{name}(x, w)" if two else f"{name}(x)", numpy.array([0.15, 0.4, 0.8]), 0.6
    found = einsight.derive(call, None, "x in R^n; w in R")
    scope = {}
    exec(found.to("jax"), scope)
    run = scope["derivative"]
    rest = {"w": second} if "w" in inspect.signature(run).parameters else {}
    given = {"x": at, "w": second} if two else {"x": at}
    assert numpy.asarray(run(x=at, **rest)) == pytest.approx(found.evaluate(given), abs=1e-12)
    own = jax.jacobian(lambda x: run(x=x, **rest))(at)
    slope = einsight.derive(call, "x", "x in R^n; w in R")
    assert numpy.asarray(own) == pytest.approx(slope.evaluate(given), abs=1e-9)


@pytest.mark.skipif(not HAS_JAX, reason="JAX is not installed")
def test_jax_has_the_same_trigamma():
    import jax

    jax.config.update("jax_enable_x64", True)
    scope, at = {}, numpy.array([0.15, 0.4, 2.8])
    exec(einsight.derive("sum(lgamma(x))", "x", "x in R^n", order=2).to("jax"), scope)
    own = jax.hessian(lambda x: jax.lax.lgamma(x).sum())(at)
    assert numpy.asarray(scope["derivative"](x=at)) == pytest.approx(numpy.asarray(own), rel=1e-9)
