"""Functions that SymPy has: the table of them, their derivatives to any order, their values and their code."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import mpmath
import pytest
from thinning import part_in, rest_in_campaigns

import einsight
from einsight.deriving.derive import derive
from einsight.rules import introspection, sympy_table
from einsight.rules.functions import FUNCTIONS, from_sympy

TABLE = sympy_table.TABLE
POINTS = ((0.3, 0.7), (1.7, 2.6), (2.4, 0.4))
SLOPES = [(name, place) for name, (_, slopes, _) in TABLE.items() for place, text in enumerate(slopes) if text]


@pytest.mark.campaign  # SymPy is asked for every derivative
def test_the_table_is_what_sympy_has():
    """Names, and derivatives in their text: `python -m einsight.rules.introspection` writes it anew."""
    path = Path(sympy_table.__file__)
    assert path.read_text(encoding="utf-8") == introspection.table_text()


def test_what_everybody_calls_them():
    wanted = (
        "loggamma digamma trigamma polygamma erfc erfi erfinv gamma lambertw zeta Si Ci Ei li Shi Chi airyai besselj"
    )
    assert set(wanted.split()) <= set(TABLE)
    assert not set(TABLE) & {f.name for f in FUNCTIONS}


@pytest.mark.parametrize(
    ("name", "place"), rest_in_campaigns(SLOPES, lambda s: part_in(f"{s}") == 0, lambda s: f"{s[0]} {s[1]}")
)
def test_derivative_to_any_order(name, place):
    """Against mpmath's difference quotients of 40 digits, which know no rule."""
    names = "zw"[: len(TABLE[name][1])]
    value, context = from_sympy(name).value, mpmath.mp.clone()
    context.dps = 40
    compared = 0
    for order in (1, 2, 3):
        found = derive(f"{name}({', '.join(names)})", names[place], f"{', '.join(names)} in R", order=order)
        for point in POINTS if order < 3 else POINTS[:1]:
            at = [context.mpf(a) for a in point[: len(names)]]

            def along(moved, at=at):
                return value.precisely(context, *at[:place], moved, *at[place + 1 :])

            try:
                wanted = float(context.diff(along, at[place], order))
                given = float(found.evaluate(dict(zip(names, map(float, at), strict=True))))
            except ValueError:
                continue  # outside of the domain
            if given == given:
                assert given == pytest.approx(wanted, rel=1e-9, abs=1e-9), (order, point)
                compared += 1
    assert compared


CLAIMS = """
x in R^n; s, t in R
d/dx sum(loggamma(x)) = digamma(x)'                                 #: right
d/ds digamma(s) = polygamma(1, s)                                   #: right
∂²/∂s∂s loggamma(s) = trigamma(s)                                   #: right
∂²/∂s∂s gamma(s) = gamma(s) (digamma(s)^2 + trigamma(s))            #: right
digamma(s + 1) = digamma(s) + 1/s                                   #: right
digamma(s + 1) = digamma(s) + 1/s + 10^-12                          #: wrong
gamma(s) gamma(1 - s) = pi/sin(pi s)                                #: right
beta(s, t) = gamma(s) gamma(t)/gamma(s + t)                         #: right
d/ds lambertw(s) = LambertW(s)/(s (1 + LambertW(s)))                #: right
d/dt besselj(s, t) = 1/2 (besselj(s - 1, t) - besselj(s + 1, t))    #: right
d/ds elliptic_k(s) = (elliptic_e(s) - (1 - s) elliptic_k(s))/(2 s (1 - s))  #: right
d/ds Si(s) = cos(s)/s                                               #: wrong
zeta(s) + zeta(s) = 2 zeta(s)                                       #: right
d/ds zeta(s) = s                                                    #: undecided
d/ds polygamma(s, t) = 1                                            #: undecided
beta(s) = 1                                                         #: undecided
"""


def test_claims():
    wanted = re.findall(r"#: (\w+)", CLAIMS)
    assert [c.verdict for c in einsight.check(CLAIMS).claims] == wanted


@pytest.mark.parametrize(
    ("text", "order", "words"),
    [
        ("zeta(s)", 1, "no rule differentiates `zeta`: a plugin can add one, as `derivative.zeta`"),
        ("zeta(s)", 2, "no rule differentiates `zeta`"),
        ("s floor(2 s)", 2, "no rule differentiates `floor`"),
        ("polygamma(s, t)", 1, "no rule differentiates `polygamma` in its first argument"),
        ("s polygamma(s, t)", 2, "no rule differentiates `polygamma` in its first argument"),
        ("beta(s)", 1, "`beta` takes 2 arguments, 1 given"),
    ],
)
def test_what_has_no_rule_is_named_as_it_was_written(text, order, words):
    with pytest.raises(einsight.EinsightError, match=re.escape(words)):
        einsight.derive(text, "s", "s, t in R", order=order)


@pytest.mark.parametrize(
    ("declare", "text", "index"),
    [
        ("gamma, s in R", "gamma(s + 1)", "γ"),
        ("zeta in R; s in R", "s zeta", "ζ"),
        ("beta : R -> R; s in R", "beta(s)", "β'(s)"),
        ("sinc : R -> R; s in R", "sinc(s)", "sinc'(s)"),
        ("tanh : R -> R; s in R", "s tanh(s)", "s tanh'(s) + tanh(s)"),
    ],
)
def test_a_declared_name_wins(declare, text, index):
    assert einsight.derive(text, "s", declare).index == index


def test_a_declared_function_is_another_than_the_known_one():
    claims = "tanh : R -> R; x in R^n; y in R^n\nd/dx tanh(x) = diag(tanh'(x))\nd/dx tanh(x) = diag(1 - tanh(x)^2)\n"
    assert [c.verdict for c in einsight.check(claims).claims] == ["right", "wrong"]


def test_sympy_is_not_imported_for_a_name():
    code = (
        "import sys, einsight; einsight.derive('loggamma(x) + foreign y', 'x', 'x, y, foreign in R').index;"
        "print('sympy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed")
@pytest.mark.parametrize(
    "text", ["loggamma(x)", "gamma(x)", "digamma(x)", "trigamma(x)", "Ei(x)", "harmonic(x)", "factorial(x)"]
)
@pytest.mark.parametrize("target", ["jax", "sympy", "numpy"])
def test_code(text, target):
    derived = einsight.derive(text, "x", "x in R", order=2)
    if target == "jax":
        importlib.import_module("jax").config.update("jax_enable_x64", True)
    scope = {}
    exec(derived.to(target), scope)
    for x in (0.4, 1.3, 2.2):
        given = scope["derivative"](x=x)
        assert float(given[()] if target == "sympy" else given) == pytest.approx(
            float(derived.evaluate({"x": x})), rel=1e-6
        )


def test_a_target_that_lacks_a_function_says_which():
    with pytest.raises(einsight.EinsightError, match="`lambertw` has no spelling in jax yet"):
        einsight.derive("lambertw(x)", "x", "x in R").to("jax")
