"""Generated source against the definition: NumPy, JAX (traced too) and PyTorch give the numbers of dual numbers.

The numbers come from `meaning`, which is plain Python and knows no target; all dimensions are different.
"""

from __future__ import annotations

import functools
import importlib.util
import random

import numpy
import pytest

import einsight
from einsight.meaning.evaluate import entries
from einsight.meaning.fields import Floats, NotInField
from einsight.meaning.instances import Instance, fill
from einsight.rules.catalogue import catalogue
from einsight.targets import jax as jax_target
from einsight.targets import torch as torch_target

SIZES = {"n": 3, "m": 4, "p": 2, "q": 5, "h": 6}
DECLARE = """
W, T in R^(n x m); A in R^(n x p); B in R^(p x q); V in R^(h x n); Q in R^(m x m); G in R^(n x m x p)
P in R^(m x m) positive-definite; S in R^(m x m) symmetric; D in R^(m x m) diagonal; K in R^(m x m) antisymmetric
a, x, O in R^m; b, y in R^n; z in R^p; v in R^q; u in R^h; w in R^7; c in R positive; k in R integer
g = tanh(W x + b); f_i = ∑_j g_j V_ij
"""
CASES = [
    # matrix notation: expression, variables
    ("W x", "x"),
    ("W", "W"),
    ("y' W x", "W"),
    ("c x", "c"),
    ("A B v", "A"),
    ("‖W x - y‖²", "W"),
    ("tanh(W x + b)", "W"),
    ("‖V tanh(W x + b) - u‖²", "W"),
    ("‖f - u‖²", "W"),
    ("g", "x"),
    ("softmax(W x)", "x"),
    ("logsumexp(W x)", "x x"),
    ("(x - mean(x))/sqrt(mean((x - mean(x)).^2))", "x"),
    ("(x' a)/(‖x‖ ‖a‖)", "x"),
    ("sqrt(1 + x ⊙ x)", "x x"),
    ("W W' y", "W"),
    ("x' D a", "D"),
    ("tr(S Q S)", "S"),
    ("tr(Q K)", "K"),
    ("tr(Q^3)", "Q"),
    ("tr(Q^k)", "Q"),
    ("tr(P^(-k))", "P"),
    ("inv(P) x", "P"),
    ("logdet(P)", "P P"),
    ("logdet(W W')", "W"),
    ("logdet(W W') + c log(det(P))", "W c"),
    ("det(Q)", "Q Q"),
    ("sum(relu(W x)) + sum(softplus(W x)) - y' log(sigmoid(W x))", "x"),
    ("sum(gelu(x)) + sum(erf(x) ⊙ silu(x)) + a' cos(x)", "x"),
    ("max(x, a) + min(0, x) - abs(x)", "x"),
    ("c^c", "c"),
    ("pi^2 m^(1/2) c log(m) sqrt(2)", "c"),
    ("tr(c I(n))", "c"),
    ("2 c w_5 + 123456789012 c", "c"),
    # index notation
    ("∑_i (W_ij x_j - y_i)^2", "x x"),
    ("F_ij = exp(W_ij)/∑_k exp(W_kj)", "W"),
    ("∑_{i,j,k} (G_ijk - y_i x_j z_k)^2", "x"),
    ("W_ik x_k x_j", "x"),
    ("F_i = Q_ii x_i", "Q"),
    ("x_1^2 W_12 + x_3", "x"),
    ("W_23 x_2", "W_12"),
    ("∑_{i,j} [i < j] Q_ij x_i x_j", "x"),
    ("F_ij = [i < j] Q_ij^2", "Q"),
    ("e_i = ∑_{j=1}^i x_j", "x"),
    ("F_ij = y_i c + W_ij", "c"),
    ("∑_i (y_i - ∑_k z_k v_{i+k-1})^2", "z"),
    ("∑_{k=1}^{6} (w_{k+1} - w_k)^2", "w"),
    ("F_i = W_{i+1,1} W_{i,2} y_{i-1}", "W"),
    ("∑_i O_i inv(O_i P)_11 det(O_i Q + P)", "P"),
]  # fmt: skip


WHERE_DEFINED = {"acosh": 1.5, "acoth": 1.5, "acsc": 1.5, "asec": 1.5}  # others at 0.5 and thereabouts


def available(name):
    """The mark of tests that run where a library is installed."""
    return pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"{name} is not installed")


LIBRARIES = [pytest.param(name, marks=available(name)) for name in ("numpy", "jax", "torch")]


@functools.cache
def library(name):
    module = importlib.import_module(name)
    if name == "jax":
        module.config.update("jax_enable_x64", True)
    return module


@functools.cache
def derived_of(expression, wrt):
    variables = wrt.split()
    return einsight.derive(expression, wrt=variables if len(variables) > 1 else wrt, declare=DECLARE)


def function_of(derived, target):
    scope = {}
    exec(compile(derived.to(target), f"<{target}>", "exec"), scope)
    return scope["derivative"]


def function_value(name):
    found = catalogue().function(name)
    return found.value if found else None


def instance_of(derived):
    """Entries for all declared tensors, of both signs where a tensor is not positive."""
    given = [t for t in derived.inputs if t.definition is None]
    sizes = {d: SIZES[d.value] for t in given for d in t.dims if isinstance(d.value, str)}
    generator = random.Random(derived.input)
    instance = Instance(Floats(function_value), sizes)
    return fill(instance, given, lambda positive: generator.uniform(0.2, 1.5) * (positive or generator.choice((-1, 1))))


def arrays(derived, instance, target, dtype="float64"):
    """The arguments of the generated function, as arrays of its library."""
    function = function_of(derived, target)
    names = function.__code__.co_varnames[: function.__code__.co_kwonlyargcount]
    given = {t.name: numpy.reshape(e, [instance.size(d) for d in t.dims]) for t, e in instance.entries.items()}
    make = {"numpy": "asarray", "jax": "numpy.asarray", "torch": "as_tensor"}[target]
    made = functools.reduce(getattr, make.split("."), library(target))
    return function, {n: made(numpy.asarray(given[n], dtype=dtype)) for n in names}


def expected(derived, instance, term):
    shape = [instance.size(a.dim) for a in derived.axes]
    return numpy.reshape(numpy.array(entries(term, instance, derived.axes), dtype=float), shape)


def check(result, value, tolerance=1e-9):
    result = numpy.asarray(result)
    assert result.shape == value.shape
    numpy.testing.assert_allclose(result, value, rtol=tolerance, atol=tolerance * max(1.0, numpy.abs(value).max()))


def cases(function):
    return pytest.mark.parametrize(("expression", "wrt"), CASES, ids=[f"{e} by {w}" for e, w in CASES])(function)


@cases
def test_numpy(expression, wrt):
    derived = derived_of(expression, wrt)
    instance = instance_of(derived)
    value = expected(derived, instance, derived.term)
    function, given = arrays(derived, instance, "numpy")
    result = function(**given)
    check(result, value)
    assert result.dtype == float and not any(numpy.shares_memory(result, array) for array in given.values())
    single = function(**{name: array.astype("float32") for name, array in given.items()})
    assert single.dtype == (numpy.float32 if given else float)
    check(
        derived.evaluate(
            {t.name: numpy.reshape(e, [instance.size(d) for d in t.dims]) for t, e in instance.entries.items()}
        ),
        value,
    )
    try:
        by_definition = expected(derived, instance, derived.unreduced)
    except NotInField:  # the second derivative of a function has no dual number
        assert " " in wrt
    else:
        check(result, by_definition)


@available("jax")
@cases
def test_jax(expression, wrt):
    derived = derived_of(expression, wrt)
    instance = instance_of(derived)
    function, given = arrays(derived, instance, "jax")
    jax = library("jax")
    # untraced it compiles each operation by itself, which takes long: a sample
    for run in (jax.jit(function), function)[: 1 + (len(expression) % 5 == 0)]:
        result = run(**given)
        assert result.dtype == "float64"
        check(result, expected(derived, instance, derived.term))
    for dtype, follows in (("float32", "float32"), ("bfloat16", "bfloat16"), ("int32", "float64")):
        if "linalg" in derived.to("jax") and dtype == "bfloat16":
            continue  # JAX has no inverse of that
        shapes = {name: jax.ShapeDtypeStruct(array.shape, dtype) for name, array in given.items()}
        assert jax.eval_shape(function, **shapes).dtype == (follows if given else "float64")


@available("torch")
@cases
def test_torch(expression, wrt):
    derived = derived_of(expression, wrt)
    instance = instance_of(derived)
    value = expected(derived, instance, derived.term)
    function, given = arrays(derived, instance, "torch")
    torch = library("torch")
    result = function(**given)
    assert result.dtype == (torch.float64 if given else torch.float32)
    check(result, value)
    single = function(**{name: array.float() for name, array in given.items()})
    assert single.dtype == torch.float32
    check(single, value, 1e-3)
    if "int(" not in derived.to("torch"):  # a number that is read is on no device
        assert function(**{name: array.to("meta") for name, array in given.items()}).device.type == (
            "meta" if given else "cpu"
        )
