"""Terms multiplied out: one object for what distributivity alone makes of one another, and the value that the term had."""

import pytest
from random_expressions import DECLARE, Writer

import einsight
from einsight.deriving import readback
from einsight.deriving.readback import agree_in_value
from einsight.lowering.report import EinsightError
from einsight.rules.algebra import multiplied_out

ARRAYS = "A, B in R^(n x n); x, y in R^n; c in R"
ONE = [
    ("x' (A + A')", "x' A + x' A'"), ("(x + y)' (A + B)", "x' A + x' B + y' A + y' B"), ("c (x - y) - c x", "-c y"),
    ("(x - c y/‖x‖^2)/‖x‖", "x/‖x‖ - c y/‖x‖^3"), ("-1/2 (A (y - x) + B (y - x))", "1/2 (A + B) (x - y)"),
]  # fmt: skip
OTHERS = [
    ("x' (A + A')", "2 x' A"),
    ("x' (A + B)", "x' A + x' B'"),
    ("(x' y) x", "(x' x) y"),
    ("c (x - y)", "c (x + y)"),
]


def _term(text):
    return einsight.simplify(text, declare=ARRAYS).term


@pytest.mark.parametrize(("left", "right"), ONE)
def test_one(left, right):
    assert multiplied_out(_term(left)) is multiplied_out(_term(right))


@pytest.mark.parametrize(("left", "right"), OTHERS)
def test_others(left, right):
    assert multiplied_out(_term(left)) is not multiplied_out(_term(right))


@pytest.mark.parametrize("seed", range(60))
def test_value(seed):
    writer = Writer(seed)
    try:
        found = einsight.simplify(writer.scalar(3) if seed % 2 else writer.column(writer.dim(), 2), declare=DECLARE)
    except EinsightError:
        return
    assert agree_in_value(multiplied_out(found.term), found.term, found.axes)


def test_forms_that_distribute_need_no_numbers(monkeypatch):
    monkeypatch.setattr(readback, "agree", lambda *given: False)
    derived = einsight.derive("x' A x", wrt="x", declare="A in R^(n x n); x in R^n")
    assert derived.matrix == "x' (A + A')"
