"""Everything that the plugin brings, held to numbers, and what it is for, from a text to its verdict."""

import einsight_mechanics
import numpy
import pytest

import einsight
from einsight.testing import cases, require_derivative, verdicts


@pytest.mark.parametrize("case", cases(einsight_mechanics))
def test_holds(case):
    case.require()


DECLARE = """\
A, B, F, G in R^(3 x 3); S, E in R^(3 x 3) symmetric; W in R^(3 x 3) antisymmetric
C in R^(3 x 3 x 3 x 3); m, l in R; u in R^3
"""
RIGHT = """\
A = sym(A) + skw(A)
A = sph(A) + dev(A)
tr(dev(A)) = 0
dev(dev(A)) = dev(A)
sym(sym(A)) = sym(A)
ddot(sym(A), skw(B)) = 0
ddot(S, W) = 0
ddot(S, A) = ddot(S, sym(A))
ddot(A, B) = tr(A' B)
ddot(dev(A), B) = ddot(dev(A), dev(B))
apply4(II, A) = A
apply4(IIt, A) = A'
apply4(IIs, A) = sym(A)
apply4(IIs, S) = S
apply4(IIv, A) = sph(A)
apply4(IId, A) = dev(sym(A))
II_ijmn IIs_mnkl = IIs_ijkl
IId_ijmn IId_mnkl = IId_ijkl
IId_ijmn IIv_mnkl = 0 II_ijkl
IIv_ijkl + IId_ijkl = IIs_ijkl
odot(I(3), I(3))_ijkl = IIs_ijkl
dyad(I(3), I(3))_ijkl = 3 IIv_ijkl
apply4(dyad(A, B), G) = ddot(B, G) A
∂/∂A_kl sym(A)_ij = IIs_ijkl
∂/∂A_kl A_ij = II_ijkl
∂/∂A_kl dev(A)_ij = II_ijkl - IIv_ijkl
d/dA I1(A) = I(3)
d/dA I2(A) = I1(A) I(3) - A
d/dA I3(A) = cof(A)'
d/dA ‖dev(A)‖^2 = 2 dev(A)'
A A A - I1(A) A A + I2(A) A - I3(A) I = 0
I2(A) = tr(cof(A))
J2(S) = 1/2 ddot(dev(S), dev(S))
J2(S) = 1/3 I1(S)^2 - I2(S)
mises(S)^2 = 3 J2(S)
d/dA J2(A) = dev(A)'
A cof(A)' = det(A) I
I1(cauchygreen(F)) = ‖F‖^2
I3(cauchygreen(F)) = det(F)^2
I2(cauchygreen(F)) = ‖cof(F)‖^2
cauchygreen(F) = 2 greenlagrange(F) + I
I1(cauchygreen(F)) = I1(fingertensor(F))
d/dF det(F) = cof(F)'
d/dF log(det(F)) = inv(F)
d/dF I1(cauchygreen(F)) = 2 F'
d/dF I2(cauchygreen(F)) = 2 (I1(cauchygreen(F)) F - F cauchygreen(F))'
∂/∂F_kl inv(F)_ij = -inv(F)_ik inv(F)_lj
∂/∂F_kl greenlagrange(F)_ij = 1/2 (δ_il F_kj + F_ki δ_jl)
d/dF neohooke(F, m, l) = (m (F - inv(F)') + l log(det(F)) inv(F)')'
d/dF isochoric1(F) = (2 det(F)^(-2/3) (F - 1/3 ‖F‖^2 inv(F)'))'
hooke(E, m, l) = 2 m dev(E) + (3 l + 2 m) sph(E)
∂/∂A_kl hooke(A, m, l)_ij = 2 m IIs_ijkl + 3 l IIv_ijkl
d/dA (m ‖sym(A)‖^2 + l/2 tr(A)^2) = hooke(A, m, l)'
"""
WRONG = [
    "sym(A) = A",
    "apply4(IIs, A) = A",
    "d/dA I2(A) = I1(A) I(3) + A",
    "d/dF I1(cauchygreen(F)) = F'",
    "∂/∂A_kl sym(A)_ij = II_ijkl",
]


def judged(line):
    return verdicts(f"{DECLARE}{line}")


@pytest.mark.parametrize("line", RIGHT.splitlines())
def test_identities_are_right(line):
    verdicts = judged(line)
    assert verdicts and set(verdicts) == {"right"}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_not_so_is_not_right(line):
    assert judged(line)[0] in ("wrong", "right_if")


def test_forms():
    assert einsight.derive("I2(A)", "A", DECLARE).matrix == "tr(A) I - A"
    assert einsight.derive("apply4(IIs, A)", None, DECLARE).matrix == "1/2 (A + A')"
    assert einsight.simplify("ddot(S, W)", DECLARE).index == "0"


def deviator(A):
    return A - numpy.trace(A) / 3 * numpy.eye(3)


def energy(F, m=0.8, l=1.3):
    J = numpy.linalg.det(F)
    return m / 2 * (numpy.sum(F * F) - 3) - m * numpy.log(J) + l / 2 * numpy.log(J) ** 2


@pytest.mark.parametrize(
    ("expression", "plain"),
    [
        ("I1(F)", numpy.trace),
        ("I2(F)", lambda F: (numpy.trace(F) ** 2 - numpy.trace(F @ F)) / 2),
        ("I3(F)", numpy.linalg.det),
        ("I2(cauchygreen(F))", lambda F: (numpy.trace(F.T @ F) ** 2 - numpy.trace(F.T @ F @ F.T @ F)) / 2),
        ("mises(sym(F))", lambda F: numpy.sqrt(1.5) * numpy.linalg.norm(deviator((F + F.T) / 2))),
        ("isochoric1(F)", lambda F: numpy.linalg.det(F) ** (-2 / 3) * numpy.sum(F * F)),
        ("neohooke(F, m, l)", energy),
        ("cof(F)", lambda F: numpy.linalg.det(F) * numpy.linalg.inv(F).T),
        ("dev(F)", deviator),
        ("greenlagrange(F)", lambda F: (F.T @ F - numpy.eye(3)) / 2),
        ("fingertensor(F)", lambda F: F @ F.T),
        ("odot(F, F)", lambda F: (numpy.einsum("ik,jl->ijkl", F, F) + numpy.einsum("il,jk->ijkl", F, F)) / 2),
    ],
)
def test_derivatives_are_slopes_of_what_numpy_computes(expression, plain):
    at = numpy.eye(3) + 0.3 * numpy.random.default_rng(2).uniform(-1, 1, (3, 3))
    require_derivative(expression, "F", DECLARE.strip(), {"F": at, "m": 0.8, "l": 1.3}, plain)


def test_only_in_three_dimensions():
    (problem,) = einsight.check("P in R^(2 x 2)\ndev(P)").diagnostics
    assert problem.code == "EIN301" and "axis of size 3" in problem.message
