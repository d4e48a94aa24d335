"""Everything that the plugin brings, held to numbers, and the code that is generated with it, held to differences and to JAX."""

import importlib.util
import inspect

import einsight_activations
import numpy
import pytest
from einsight_activations.table import BY_NAME

import einsight
from einsight.testing import cases, verdicts

POINTS = numpy.array([-7.3, -3.2, -2.1, -0.8, -0.05, 0.3, 0.9, 1.7, 2.9, 3.4, 6.5])
SECOND = 0.7
DECLARE = "x in R^n; c in R"
HAS = {library: importlib.util.find_spec(library) is not None for library in ("jax", "torch")}


@pytest.mark.parametrize("case", cases(einsight_activations))
def test_holds(case):
    case.require()


def arity(name):
    return 1 if isinstance(BY_NAME[name]["derivative"], str) else len(BY_NAME[name]["derivative"])


def call(name):
    return f"{name}(x)" if arity(name) == 1 else f"{name}(x, c)"


def arguments(run, x):
    """What generated code is called with: it asks by name for what it needs."""
    given = {"x": x, "c": SECOND}
    return {name: given[name] for name in inspect.signature(run).parameters}


def compiled(source):
    scope = {}
    exec(source, scope)
    return scope["derivative"]


def generated(name, target, variable=None):
    """What the generated code gives, for the function or its derivative."""
    run = compiled(einsight.derive(call(name), variable, DECLARE).to(target))
    return numpy.asarray(run(**arguments(run, POINTS)))


def value(name, at, second=SECOND):
    arguments = {"x": at, "c": second} if arity(name) == 2 else {"x": at}
    return einsight.derive(call(name), None, DECLARE).evaluate(arguments)


@pytest.mark.parametrize("name", BY_NAME)
def test_derivatives_are_slopes_on_every_branch(name):
    step = 1e-5
    given = {"x": POINTS, "c": SECOND}
    slope = (value(name, POINTS + step) - value(name, POINTS - step)) / (2 * step)
    found = einsight.derive(call(name), "x", DECLARE).evaluate(given)
    assert found == pytest.approx(numpy.diag(slope), abs=1e-7)
    if arity(name) == 2:
        slope = (value(name, POINTS, SECOND + step) - value(name, POINTS, SECOND - step)) / (2 * step)
        found = einsight.derive(call(name), "c", DECLARE).evaluate(given)
        assert found == pytest.approx(slope, abs=1e-7)


@pytest.mark.parametrize("name", [n for n in BY_NAME if "numpy" in BY_NAME[n]])
def test_numpy_has_its_derivative_without_overflow(name):
    assert generated(name, "numpy", "x") == pytest.approx(
        einsight.derive(call(name), "x", DECLARE).evaluate({"x": POINTS, "c": SECOND})
    )
    run = compiled(einsight.derive(call(name), "x", DECLARE).to("numpy"))
    with numpy.errstate(over="ignore"):
        assert numpy.isfinite(run(**arguments(run, numpy.array([-1e3, 1e3])))).all()


@pytest.mark.skipif(not HAS["jax"], reason="JAX is not installed")
@pytest.mark.parametrize("name", BY_NAME)
def test_jax_has_the_same_value_and_slope(name):
    """The spelling is what JAX calls so, and JAX's own derivative of it is ours."""
    import jax

    jax.config.update("jax_enable_x64", True)
    assert generated(name, "jax") == pytest.approx(value(name, POINTS), abs=1e-12)
    run = compiled(einsight.derive(call(name), None, DECLARE).to("jax"))
    own = jax.jacobian(lambda x: run(**arguments(run, x)))(POINTS)
    assert generated(name, "jax", "x") == pytest.approx(numpy.asarray(own), abs=1e-9)


@pytest.mark.parametrize("name", BY_NAME)
def test_pytorch_is_written(name):
    """That it computes the same is tested where PyTorch is installed."""
    assert "torch." in einsight.derive(call(name), None, DECLARE).to("torch")
    if HAS["torch"]:
        import torch

        run = compiled(einsight.derive(call(name), None, DECLARE).to("torch"))
        given = {"x": torch.tensor(POINTS)} | ({"c": torch.tensor(SECOND)} if arity(name) == 2 else {})
        assert run(**given).numpy() == pytest.approx(value(name, POINTS), abs=1e-6)


LAYER = "W in R^(n x m); x in R^m; V in R^(n x m); b in R^n"


@pytest.mark.parametrize(
    "line",
    [
        "d/dx sum(mish(W x)) = (tanh(softplus(W x)) + (W x) ⊙ sigmoid(W x) ⊙ (1 - tanh(softplus(W x))^2))' W",
        "d/dx softsign(W x + b) = diag(1 ./ (1 + abs(W x + b))^2) W",
        "d/dx swiglu(W x, V x) = diag(silu(W x)) V + diag((V x) ⊙ sigmoid(W x) ⊙ (1 + (W x) ⊙ (1 - sigmoid(W x)))) W",
        "logsigmoid(b) = -softplus(-b)",
        "elu(b) = celu(b, 1)",
        "elu(b) = max(b, 0) + exp(min(b, 0)) - 1",
        "mish(b) = b ⊙ tanh(softplus(b))",
        "hardtanh(-b) + hardtanh(b) = 0",
        "relu(b) - relu(-b) = b",
    ],
)
def test_claims_about_layers(line):
    assert verdicts(f"{LAYER}\n{line}") == ["right"]


def test_a_wrong_slope_is_found():
    assert verdicts(f"{LAYER}\nd/db sum(elu(b)) = exp(b)'") == ["wrong"]


def test_its_name_in_formulas():
    assert r"\operatorname{Mish}" in einsight.derive("mish(x)", None, "x in R^n").to("latex")
