"""Derivatives in several variables of one expression, read once."""

import numpy as np
import pytest

import einsight
from einsight.deriving import derive as deriving

DECLARE = "W in R^(n x m); x in R^m; b, y in R^n"
SIZES = {"W": (3, 4), "x": (4,), "b": (3,), "y": (3,)}


def loss(W, x, b, y):
    return np.sum(np.tanh(W @ x + b) - y) ** 2 + np.sum(W**2)


def difference(function, given, name, h=1e-6):
    """The gradient in one of the arguments, by central differences."""
    out = np.zeros_like(given[name])
    for at in np.ndindex(out.shape):
        step = np.zeros_like(out)
        step[at] = h
        ahead, behind = ({**given, name: given[name] + s} for s in (step, -step))
        out[at] = (function(**ahead) - function(**behind)) / (2 * h)
    return out


@pytest.mark.parametrize("layout", ["numerator", "denominator", "mixed"])
def test_each_is_what_differences_give_and_what_derive_gives(layout):
    random = np.random.default_rng(3)
    given = {name: random.normal(size=shape) for name, shape in SIZES.items()}
    text = "(sum(tanh(W x + b) - y))^2 + ‖W‖²"
    found = einsight.gradients(text, wrt=list(SIZES), declare=DECLARE, layout=layout)
    assert list(found) == list(SIZES)
    for name, derived in found.items():
        assert np.allclose(derived.evaluate(given), difference(loss, given, name), atol=1e-5), name
        assert derived == einsight.derive(text, name, DECLARE, layout=layout)
        assert (derived.wrt, derived.input, derived.layout) == ((name,), text, layout)


def test_the_question_is_read_once_and_what_is_assumed_is_the_same(monkeypatch):
    asked, lowered = [], []
    for counted, home in ((asked, "read_question"), (lowered, "lower_expression")):
        own = getattr(deriving, home)
        monkeypatch.setattr(deriving, home, lambda *a, own=own, counted=counted: counted.append(1) or own(*a))
    found = einsight.gradients(r"\|X W - Y\|_F^2", wrt=["X", "W", "Y"])
    assert len(asked) == len(lowered) == 1
    assert {d.assumed for d in found.values()} == {("X ∈ ℝ^(n×m)", "W ∈ ℝ^(m×k)", "Y ∈ ℝ^(n×k)")}
    assert all(d.read_as for d in found.values())
    assert [d.gradient for d in found.values()] == ["2 (X W - Y) W'", "2 X' (X W - Y)", "2 (Y - X W)"]


def test_names_stay_as_they_are_given():
    found = einsight.gradients(r"\theta^\top A \theta", wrt=[r"\theta", "A"], shapes={"A": ("n", "n"), "θ": "n"})
    assert list(found) == [r"\theta", "A"] and found[r"\theta"].wrt == ("θ",)
    assert list(einsight.gradients("a' x", "x", "a, x in R^n")) == ["x"]


@pytest.mark.parametrize(
    ("wrt", "told"),
    [([], "names no variable"), (["x", "q"], "`q`"), (3, "must be text or a list"), (["x", 3], "must be")],
)
def test_what_is_no_variable_is_refused(wrt, told):
    with pytest.raises(einsight.EinsightError, match=told):
        einsight.gradients("a' x", wrt, "a, x in R^n")


def test_what_one_question_takes_of_names_is_not_known_to_the_next():
    """The declarations are read once, and each question has its own copy of what they say."""
    declare = "W in R^(n x m); z in R"
    assert einsight.derive("W q", wrt="W", declare=declare).assumed
    with pytest.raises(einsight.EinsightError, match="EIN101"):
        einsight.derive("z", wrt="q", declare=declare)
