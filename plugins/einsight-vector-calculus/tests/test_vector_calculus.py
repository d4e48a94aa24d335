"""Everything that the plugin brings, held to numbers, and what it is for, from a text to its verdict."""

import einsight_vector_calculus
import numpy
import pytest

import einsight
from einsight.testing import cases, require_derivative, verdicts


@pytest.mark.parametrize("case", cases(einsight_vector_calculus))
def test_holds(case):
    case.require()


DECLARE = "a, b, c, u, v, x in R^3; A in R^(3 x 3); f : R^3 -> R; F : R^3 -> R^3; G : R^3 -> R^3"
RIGHT = """\
cross(a, b) = -cross(b, a)
a' cross(a, b) = 0
cross(a, cross(b, c)) = (a' c) b - (a' b) c
cross(a, cross(b, c)) + cross(b, cross(c, a)) + cross(c, cross(a, b)) = 0
cross(a, b)' cross(u, v) = (a' u) (b' v) - (a' v) (b' u)
‖cross(a, b)‖^2 = ‖a‖^2 ‖b‖^2 - (a' b)^2
triple(a, b, c) = a' cross(b, c) = triple(b, c, a) = -triple(b, a, c)
triple(A a, A b, A c) = det(A) triple(a, b, c)
cross(A a, A b) = det(A) inv(A)' cross(a, b)
cross(cross(a, b), cross(u, v)) = triple(a, b, v) u - triple(a, b, u) v
skew(a) b = cross(a, b)
skew(a) skew(b) = b a' - (a' b) I
axial(skew(a)) = a
skew(axial(A)) = 1/2 (A - A')
d/dx cross(a, x) = skew(a)
d/dx cross(x, a) = -skew(a)
d/dx triple(a, b, x) = cross(a, b)'
d/dx ‖cross(a, x)‖^2 = 2 ((a' a) x - (a' x) a)'
ε_ijk ε_ilm a_l b_m = a_j b_k - a_k b_j
curl(d/dx cross(a, x)) = 2 a
div(d/dx cross(a, x)) = 0
div(d/dx (A x)) = tr(A)
curl(d/dx (A x)) = 2 axial(A)
curl(H_f(x)) = 0
div(d/dx (f(x) x)) = 3 f(x) + x' grad(f(x), x)
curl(d/dx (f(x) F(x))) = f(x) curl(J_F(x)) + cross(grad(f(x), x), F(x))
div(d/dx cross(F(x), G(x))) = G(x)' curl(J_F(x)) - F(x)' curl(J_G(x))
"""
WRONG = ["cross(a, b) = cross(b, a)", "cross(a, cross(b, c)) = (a' b) c - (a' c) b", "curl(d/dx cross(a, x)) = a"]


def judged(line, layout=""):
    return verdicts(f"{layout}{DECLARE}\n{line}")


@pytest.mark.parametrize("line", RIGHT.splitlines())
def test_identities_are_right(line):
    verdicts = judged(line)
    assert verdicts and set(verdicts) == {"right"}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_not_so_is_wrong(line):
    assert judged(line) == ["wrong"]


def test_in_denominator_layout_the_jacobian_is_transposed():
    layout = "#! layout denominator\n"
    assert judged("curl((d/dx (A x))') = 2 axial(A)", layout) == ["right"]
    assert judged("curl(d/dx (A x)) = -2 axial(A)", layout) == ["right"]
    assert judged("div(d/dx (A x)) = tr(A)", layout) == ["right"]


def test_forms():
    assert einsight.derive("cross(a, cross(b, c))", None, DECLARE).matrix == "(a' c) b - (a' b) c"
    assert einsight.simplify("ε_ijk ε_ijk").index == "6"
    assert einsight.simplify("ε_ijk ε_jik").index == "-6"
    assert einsight.simplify("levi_ijk a_j a_k", DECLARE).matrix == "0"


@pytest.mark.parametrize(
    ("expression", "plain"),
    [
        ("cross(a, x)", lambda a, b, A, x: numpy.cross(a, x)),
        ("triple(x, a, A x)", lambda a, b, A, x: x @ numpy.cross(a, A @ x)),
        ("cross(x, cross(A x, b))", lambda a, b, A, x: numpy.cross(x, numpy.cross(A @ x, b))),
        ("cross(a, x)' cross(b, A x)", lambda a, b, A, x: numpy.cross(a, x) @ numpy.cross(b, A @ x)),
    ],
)
def test_derivatives_are_slopes_of_what_numpy_computes(expression, plain):
    draw = numpy.random.default_rng(1)
    values = {
        "a": draw.normal(size=3),
        "b": draw.normal(size=3),
        "A": draw.normal(size=(3, 3)),
        "x": draw.normal(size=3),
    }
    fixed = {name: value for name, value in values.items() if name != "x"}
    declare = "a, b, x in R^3; A in R^(3 x 3)"
    require_derivative(expression, "x", declare, values, lambda x: plain(x=x, **fixed))


def test_only_in_three_dimensions():
    (problem,) = einsight.check("p, q in R^4\ncross(p, q)").diagnostics
    assert problem.code == "EIN301" and "axis of size 3" in problem.message
