"""Generated source against the definition: NumPy, JAX (traced too) and PyTorch give the numbers of dual numbers.

The numbers come from `meaning`, which is plain Python and knows no target; all dimensions are different.
"""

from __future__ import annotations

import functools
import importlib.util
import random

import numpy
import pytest
from generated_code import arguments, available, called, function_of, libraries, library, maker
from thinning import part_in, rest_in_campaigns

import einsight
from einsight.bench.worker_code import filled
from einsight.meaning.evaluate import entries
from einsight.meaning.fields import Floats, NotInField
from einsight.meaning.instances import Instance, fill
from einsight.rules.catalogue import catalogue
from einsight.rules.functions import FUNCTIONS
from einsight.rules.rule import Function
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
    ("∑_{i≠j} 1/abs(x_i - x_j)", "x"),
    ("∑_{i<j} log(abs(x_i - x_j)) + ∑_{i<j} O_i O_j/(x_i - x_j)^2", "x"),
    ("e_i = ∑_{j=1}^i x_j", "x"),
    ("F_ij = y_i c + W_ij", "c"),
    ("∑_i (y_i - ∑_k z_k v_{i+k-1})^2", "z"),
    ("∑_{k=1}^{6} (w_{k+1} - w_k)^2", "w"),
    ("F_i = W_{i+1,1} W_{i,2} y_{i-1}", "W"),
    ("∑_i O_i inv(O_i P)_11 det(O_i Q + P)", "P"),
    # diagonals: of two axes, of four, of three, beside others, of a constant, under a sum that is multiplied out
    ("softmax(x)", "x"),
    ("softmax(x)", "x x"),
    ("logsumexp(W x)", "W W"),
    ("‖V W - V T‖²", "W W"),
    ("x ⊙ x ⊙ a", "x x"),
    ("F_ij = W_ij^3 y_i", "W"),
    ("F_ij = W_ij (x_j + y_i)", "x"),
    ("‖V tanh(W x + b) - u‖²", "W W"),
    ("W x + y", "y"),
    ("c W", "W"),
    ("W ⊙ T", "W"),
    ("exp(W) ./ (1 + exp(W))", "W"),
    ("(x - mean(x))/sqrt(mean((x - mean(x)).^2) + 1/100)", "x x"),
    # exponentials
    ("F_ij = exp(W_ij + T_ij)/∑_k exp(W_ik + T_ik)", "W"),
    ("F_il = ∑_j exp(W_ij)/(∑_k exp(W_ik)) A_il", "W"),
    ("∑_i exp(Q_ii)/(∑_k exp(Q_ik))", "Q"),
    ("F_i = exp(Q_ii)/∑_k exp(Q_ik)", "Q"),
    ("F_i = exp(Q_ii)/∑_k exp(Q_ki)", "Q Q"),
    ("log(exp(c) + exp(1))", "c c"),
    ("log(mean(exp(x)))", "x x"),
    ("log(exp(c) + exp(x_1))", "c c"),
    ("(log(1 + exp(y' W x)))^2", "x"),
    ("1 ./ (1 + exp(-x))", "x x"),
    ("sum(log(sigmoid(W x)))", "x x"),
    ("sum(exp(x) ⊙ a)/sum(exp(x))", "x"),
    ("x.^3 + x.^4 + (x ⊙ x + 1).^(3/2) + (x ⊙ x).^(-2)", "x"),
    ("F_i = W_ik x_k A_il z_l W_im a_m y_i v_1 B_pq B_pq z_r z_r", "x"),
]  # fmt: skip


# functions with a domain of positive numbers only, and where it begins
POSITIVE = {"log": 0, "asech": 0, "acosh": 1, "acoth": 1, "acsc": 1, "asec": 1, "erfcinv": 0, "li": 0, "loggamma": 0}


@functools.cache
def derived_of(expression, wrt):
    variables = wrt.split()
    return einsight.derive(expression, wrt=variables if len(variables) > 1 else wrt, declare=DECLARE)


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


def given_by(instance):
    """The entries of an instance as arrays by name."""
    return {t.name: numpy.reshape(e, [instance.size(d) for d in t.dims]) * 1.0 for t, e in instance.entries.items()}


def arrays(derived, instance, target):
    """The generated function and its arguments, as arrays of its library."""
    function = function_of(derived, target)
    given = given_by(instance)
    return function, {n: maker(target)(given[n]) for n in arguments(function)}


def expected(derived, instance, term):
    shape = [instance.size(a.dim) for a in derived.axes]
    return numpy.reshape(numpy.array(entries(term, instance, derived.axes), dtype=float), shape)


def check(result, value, tolerance=1e-9):
    result = numpy.asarray(result)
    assert result.shape == value.shape
    numpy.testing.assert_allclose(result, value, rtol=tolerance, atol=tolerance * max(1.0, numpy.abs(value).max()))


def cases(function):
    return pytest.mark.parametrize(("expression", "wrt"), CASES, ids=[f"{e} by {w}" for e, w in CASES])(function)


def is_first(case):
    """Is it a first derivative?  Those of second order JAX and dask compute in `test_structured`, as arrays in campaigns."""
    return " " not in case[1]


def stays(case):
    """Some of them: those of the other libraries are written by the same writer as NumPy's, of which the default run takes all."""
    return is_first(case) and (part_in(" by ".join(case)) == 0 or case[0] in ("W x", "‖f - u‖²"))


def some_cases(function):
    rows = rest_in_campaigns(CASES, stays, " by ".join)
    return pytest.mark.parametrize(("expression", "wrt"), rows)(function)


# what is derived again, and half of the rest; every one is asked for as arrays on diagonals by default
@pytest.mark.parametrize(
    ("expression", "wrt"),
    rest_in_campaigns(CASES, lambda c: stays(c) or " " in c[1] or part_in(c[0], 2) == 0, " by ".join),
)
def test_numpy(expression, wrt):
    derived = derived_of(expression, wrt)
    instance = instance_of(derived)
    value = expected(derived, instance, derived.term)
    function, given = arrays(derived, instance, "numpy")
    result = function(**given)
    check(result, value)
    assert result.dtype == float and not any(numpy.shares_memory(result, array) for array in given.values())
    with numpy.errstate(invalid="ignore"):  # products in single precision may raise the flag beside the arrays
        single = function(**{name: array.astype("float32") for name, array in given.items()})
    assert single.dtype == (numpy.float32 if given else float)
    check(derived.evaluate(given), value)
    try:
        by_definition = expected(derived, instance, derived.unreduced)
    except NotInField:  # the second derivative of a function has no dual number
        assert " " in wrt
    else:
        check(result, by_definition)


QUICKLY = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}


@functools.cache
def results_of_jit(of_the_default_run):
    """The cases of a run under one `jax.jit`: one by one they take 5 seconds more.  Quick code would do for tiny arrays."""
    cases = [case for case in CASES if stays(case) is of_the_default_run]
    prepared = {case: arrays(derived_of(*case), instance_of(derived_of(*case)), "jax") for case in cases}

    def run(given):
        return [function(**g) for (function, _), g in zip(prepared.values(), given, strict=True)]

    given = [given for _, given in prepared.values()]
    results = library("jax").jit(run).lower(given).compile(compiler_options=QUICKLY)(given)
    return dict(zip(prepared, results, strict=True))


@available("dask")
@some_cases
def test_dask(expression, wrt):
    """In chunks of two: what is summed, what is free and what is inverted crosses them."""
    derived = derived_of(expression, wrt)
    instance = instance_of(derived)
    function, given = arrays(derived, instance, "numpy")
    function = function_of(derived, "dask")
    chunked = {n: library("dask").array.from_array(a, chunks=2) for n, a in given.items()}
    result = function(**chunked)
    assert isinstance(result, library("dask").array.Array)
    check(result.compute(scheduler="sync"), expected(derived, instance, derived.term))


# SymPy writes each of 81, of 400 and of 25 entries of these as a formula: they are spelled in others too
LONG_IN_SYMPY = {("‖V tanh(W x + b) - u‖²", "W W"), ("∑_i O_i inv(O_i P)_11 det(O_i Q + P)", "P"), ("F_i = exp(Q_ii)/∑_k exp(Q_ki)", "Q Q"), ("logsumexp(W x)", "W W")}  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "wrt"),
    rest_in_campaigns(CASES, lambda case: case not in LONG_IN_SYMPY and part_in(case[0]) == 0, " by ".join),
)
def test_sympy(expression, wrt):
    derived = derived_of(expression, wrt)
    instance = instance_of(derived)
    function = function_of(derived, "sympy")
    given = given_by(instance)
    result = function(**{n: given[n].tolist() for n in arguments(function)})
    value = expected(derived, instance, derived.term)
    assert tuple(result.shape) == value.shape
    check([float(entry) for entry in _flat(result)], value.ravel())


def _flat(array):
    return [array[()]] if not array.shape else array.reshape(int(numpy.prod(array.shape)))


def test_sympy_gives_what_sympy_differentiates():
    """Symbols in, formulas out, the ones that SymPy finds entry by entry."""
    sympy = importlib.import_module("sympy")
    W, x, y = sympy.MatrixSymbol("W", 2, 3), sympy.symbols("x:3"), sympy.symbols("y:2")
    declare = "W in R^(n x m); x in R^m; y in R^n"
    result = function_of(einsight.derive("‖tanh(W x) - y‖²", "W", declare), "sympy")(W=W, x=x, y=y)
    loss = sum((sympy.tanh(sum(W[i, j] * x[j] for j in range(3))) - y[i]) ** 2 for i in range(2))
    for i in range(2):
        for j in range(3):
            assert sympy.simplify(result[i, j] - sympy.diff(loss, W[i, j])) == 0


@available("jax")
@some_cases
def test_jax(expression, wrt):
    derived = derived_of(expression, wrt)
    instance = instance_of(derived)
    function, given = arrays(derived, instance, "jax")
    jax = library("jax")
    shapes = {name: jax.ShapeDtypeStruct(array.shape, "float32") for name, array in given.items()}
    assert jax.eval_shape(function, **shapes).dtype == ("float32" if given else "float64")
    results = [results_of_jit(stays((expression, wrt)))[expression, wrt]]
    if expression in ("W x", "‖f - u‖²"):  # not all: it compiles each operation by itself
        results.append(function(**given))
    for result in results:
        assert result.dtype == "float64"
        check(result, expected(derived, instance, derived.term))


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


@available("torch")
@pytest.mark.parametrize(
    ("expression", "wrt"),
    [
        ("‖V tanh(W x + b) - u‖²", "W"),
        ("‖V tanh(W x + b) - u‖²", "W W"),
        ("logdet(W W')", "W"),
        ("∑_{k=1}^{6} (w_{k+1} - w_k)^2", "w"),
        ("c^c", "c"),
        ("softmax(x)", "x"),
        ("softmax(x)", "x x"),
        ("F_ij = W_ij^3 y_i", "W"),
    ],
)
def test_torch_differentiates(expression, wrt):
    derived = derived_of(expression, wrt)
    function, given = arrays(derived, instance_of(derived), "torch")
    leaves = [array.requires_grad_() for array in given.values()]
    assert library("torch").autograd.gradcheck(lambda *a: function(**dict(zip(given, a, strict=True))), leaves)


@available("torch")
@pytest.mark.parametrize(("expression", "wrt"), [("softmax(x)", "x"), ("tanh(W x + b)", "x"), ("‖V W - V T‖²", "W W")])
def test_torch_compiles(expression, wrt):
    derived = derived_of(expression, wrt)
    instance = instance_of(derived)
    function, given = arrays(derived, instance, "torch")
    compiled = library("torch").compile(function, fullgraph=True, backend="aot_eager")  # needs no compiler
    check(compiled(**given), expected(derived, instance, derived.term))


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("jax", marks=[available("jax"), pytest.mark.campaign]),
        pytest.param("torch", marks=available("torch")),
    ],
)
def test_functions(target):
    """Every spelling in the table is the function of that name."""
    table = {"jax": jax_target, "torch": torch_target}[target].FUNCTIONS
    assert set(table) >= {f.name for f in FUNCTIONS}
    points = {name: {"x": [0.5, 0.7, -0.3], "a": [-0.5, 0.9, -0.3]} for name in table}
    for name in POSITIVE.keys() & table.keys():
        points[name]["x"] = [POSITIVE[name] + 0.3, POSITIVE[name] + 0.7]
    points["polygamma"]["x"] = [1, 3, 2]  # its order
    points["huber"]["a"] = [0.2, 0.9, 0.3]  # its threshold, which is not negative
    if target == "torch":
        del points["polygamma"]  # which is of one order for all entries there
    functions = {}
    for name, point in points.items():
        arguments = "xa"[: catalogue().function(name).arity]
        declare = "; ".join(f"{a} in R^{len(point[a])}" for a in arguments)
        functions[name] = function_of(einsight.simplify(f"{name}({', '.join(arguments)})", declare), target)
        points[name] = {a: numpy.array(point[a]) for a in arguments}

    def run(points):
        return {name: functions[name](**point) for name, point in points.items()}

    if target == "jax":
        results = library("jax").jit(run).lower(points).compile(compiler_options=QUICKLY)(points)
    else:
        results = run(points)
    for name, point in points.items():
        values = map(function_value(name), *(p.tolist() for p in point.values()))
        check(results[name], numpy.array(list(values), dtype=float))


@libraries("numpy", "jax", "torch")
def test_shapes_are_checked_at_the_door(target):
    function = function_of(einsight.derive("y' A x + x_3", "x", "A in R^(n x m); x in R^m; y in R^n"), target)
    make, ones = maker(target), numpy.ones
    for shapes, message in [
        ({"A": (2,), "y": (2,)}, "A has 1 axes, not 2"),
        ({"A": (2, 3), "y": (3,)}, "axis 1 of y is 3 long, not 2"),
        ({"A": (2, 2), "y": (2,)}, "axis 2 of A is 2 long, and component 3 is asked for"),
    ]:
        with pytest.raises(ValueError, match=message):
            function(**{name: make(ones(shape)) for name, shape in shapes.items()})


@libraries("numpy", "jax", "torch")
def test_any_numbers_are_taken(target):
    """Lists, whole numbers and Python's; a number is read in the dtype of the arrays."""
    library(target)
    function = function_of(einsight.derive("c x' x", "x", "c in R; x in R^n"), target)
    assert numpy.asarray(function(c=2, x=[1, 2])).tolist() == [4, 8]
    assert numpy.asarray(function(c=0.1, x=maker(target)(numpy.array([1.0, 0.5]))))[0] == 0.2


@libraries("numpy", "jax", "torch")
def test_names_never_meet(target):
    """Tensors may be called as something that the source uses itself."""
    names = ["t1", "t2", target, "dtype", "given", "class", "int"]
    declare = "; ".join(f"{n} in R^n" for n in names) + "; A in R^(n x m); x in R^m"
    derived = einsight.derive(f"({' ⊙ '.join(names)} ⊙ t1)' A x", "x", declare)
    function = function_of(derived, target)
    given = {n: maker(target)(numpy.array([2.0, k + 1.0])) for k, n in enumerate(names)}
    renamed = {n + "_" if n in (target, "dtype", "class", "int") else n: array for n, array in given.items()}
    total = numpy.prod([numpy.asarray(a) for a in given.values()], axis=0) * numpy.asarray(given["t1"])
    check(function(A=maker(target)(numpy.ones((2, 3))), **renamed), numpy.full(3, total.sum()))


@libraries("numpy", "jax", "torch")
def test_log_determinant_beyond_floats(target):
    function = function_of(einsight.simplify("logdet(Q)", "Q in R^(n x n)"), target)
    check(function(Q=maker(target)(1e-200 * numpy.eye(4))), numpy.array(-800 * numpy.log(10)))
    with numpy.errstate(invalid="ignore", divide="ignore"):
        assert numpy.isnan(function(Q=maker(target)(numpy.diag([1.0, -1.0]))).item())
        assert function(Q=maker(target)(numpy.zeros((2, 2)))).item() == -numpy.inf


@pytest.mark.parametrize(
    ("expression", "target", "message"),
    [
        ("airyai(x)", "jax", "`airyai` has no spelling in jax yet"),
        ("airyai(x)", "torch", "`airyai` has no spelling in torch yet"),
        ("s(x)", "torch", "`s` is an unknown function and cannot be evaluated"),
        ("f(x)", "jax", "`f` is an unknown function and cannot be evaluated"),
        (
            "x",
            "julia",
            "there is no target `julia`: choose numpy, jax, torch, dask, sympy, unicode, latex, json, svg or diagram",
        ),
        ("f(x)", "sympy", "`f` is an unknown function and cannot be evaluated"),
    ],
)
def test_refused(expression, target, message):
    derived = einsight.simplify(expression, "x in R^n; s : R -> R; f : R^n -> R^n")
    with pytest.raises(einsight.EinsightError) as caught:
        derived.to(target)
    assert [(d.code, d.message) for d in caught.value.diagnostics] == [("EIN002", message)]


def test_a_function_of_a_plugin_is_not_the_one_of_its_name():
    """`asinh` of a plugin may be anything."""
    spelling = torch_target.TORCH.elementwise
    assert spelling(Function("asinh", ("1",), float, source="sympy")) == "torch.asinh({0})"
    assert spelling(Function("asinh", ("1",), float, source="a-plugin")) is None


@pytest.mark.parametrize(
    "target",
    ["numpy", *(pytest.param(t, marks=[available(t), pytest.mark.campaign]) for t in ("jax", "torch", "dask"))],
)
def test_structured(target):
    """The arrays on diagonals, put where they belong, are the derivative."""
    factored = 0
    for expression, wrt in CASES if target == "numpy" else [c for c in CASES if c[1] in ("W W", "x x") or "^3" in c[0]]:
        derived = derived_of(expression, wrt)
        instance = instance_of(derived)
        value = expected(derived, instance, derived.term)
        function = function_of(derived, target, structured=True)
        values, patterns = called(function, target, given_by(instance))
        factored += any(
            len(set(p.partition(">")[2])) < len(derived.axes)
            for p in ([patterns] if isinstance(patterns, str) else patterns)
        )
        check(filled(_of_numpy(values), patterns, value.shape), value)
    assert factored >= 10 or target != "numpy"


def _of_numpy(values):
    return tuple(map(_of_numpy, values)) if isinstance(values, tuple) else numpy.asarray(values)


def test_structured_keeps_what_is_factored():
    derived = einsight.derive("‖T - U V'‖²", "U", "T in R^(n x m); U in R^(n x r); V in R^(m x r)", order=2)
    V = numpy.random.default_rng(0).normal(size=(5, 3))
    values, pattern = function_of(derived, "numpy", structured=True)(V=V)
    assert pattern == "jl->ijil"
    check(values, 2 * V.T @ V)
    function = function_of(
        einsight.derive("A B C", "B", "A in R^(n x p); B in R^(p x q); C in R^(q x m)"), "numpy", structured=True
    )
    values, pattern = function(A=V, C=V.T)
    assert pattern == "ik,jl->ijkl" and values[0] is V and numpy.shares_memory(values[1], V)


PRODUCTS = [c for c in CASES if c[1] in ("x", "W", "W W", "x x", "P", "c", "A")]


# half of them by default, and what is second of all; what is multiplied is written as a derivative is
@pytest.mark.parametrize(
    ("expression", "wrt"), rest_in_campaigns(PRODUCTS, lambda c: " " in c[1] or part_in(c[0], 2) == 0, " by ".join)
)
@libraries("numpy", "jax", "torch")
def test_products(expression, wrt, target):
    """A product with the derivative is the one with the array of it."""
    if target == "jax" and (expression, wrt) not in (("softmax(W x)", "x"), ("softmax(x)", "x x")):
        pytest.skip("the terms are NumPy's, and each operation is compiled by itself")
    derived = derived_of(expression, wrt)
    instance = instance_of(derived)
    whole = expected(derived, instance, derived.term)
    generator = numpy.random.default_rng(len(expression))
    last = len(derived.variables[-1])
    for product in ("jvp", "vjp") if " " not in wrt else ("jvp", "hvp"):
        if product == "hvp" and len(derived.axes) > 2 * last:
            continue
        function = function_of(derived, target, product=product)
        given = given_by(instance)
        split = whole.ndim - last
        if product == "vjp":
            vector = generator.normal(size=whole.shape[:split])
            value = numpy.tensordot(vector, whole, split)
        else:
            vector = generator.normal(size=whole.shape[split:])
            value = numpy.tensordot(whole, vector, last)
        given["cotangent" if product == "vjp" else "tangent"] = vector
        check(called(function, target, given), value, 1e-8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"product": "vhp"}, "there is no product `vhp`: choose vjp, jvp or hvp"),
        ({"product": "hvp"}, "an hvp is of a second derivative of a number: give `order=2`, or two variables"),
        ({"sizes": {"n": 0}}, "the size of `n` is a whole number from 1, not 0"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(einsight.EinsightError) as caught:
        einsight.derive("W x", "x", "W in R^(n x m); x in R^m").to("numpy", **options)
    assert [d.message for d in caught.value.diagnostics] == [message]


# what is far beyond the range of exp, and what comes out
EXTREME = [
    ("softmax(x)", "x", {"x": [1000.0, 0.0]}, [[0, 0], [0, 0]]),
    ("softmax(x)", "x", {"x": [1000.0, 1000.0]}, [[0.25, -0.25], [-0.25, 0.25]]),
    ("logsumexp(x)", "x", {"x": [-1000.0, -1000.0]}, [0.5, 0.5]),
    ("logsumexp(x)", None, {"x": [2000.0, 2000.0]}, 2000 + numpy.log(2)),
    ("log(mean(exp(x)))", None, {"x": [2000.0, 2000.0]}, 2000),
    ("1 ./ (1 + exp(-x))", "x", {"x": [-800.0, 800.0]}, [[0, 0], [0, 0]]),
    ("exp(x) ./ (1 + exp(x))", None, {"x": [-800.0, 800.0]}, [0, 1]),
    ("sum(log(1 + exp(x)))", "x", {"x": [-800.0, 800.0]}, [0, 1]),
    ("sum(log(1 + exp(x)))", None, {"x": [-800.0, 800.0]}, 800),
    ("sum(log(sigmoid(x)))", None, {"x": [-800.0, 800.0]}, -800),
    ("sum(log(1 + exp(-a ⊙ x)))", "x x", {"x": [800.0, 0.0], "a": [1.0, 2.0]}, [[0, 0], [0, 1]]),
    ("sigmoid(x)", "x", {"x": [-800.0, 800.0]}, [[0, 0], [0, 0]]),
    ("silu(x)", "x", {"x": [-800.0, 800.0]}, [[0, 0], [0, 1]]),
    ("tanh(x)", "x", {"x": [-800.0, 800.0]}, [[0, 0], [0, 0]]),
]  # fmt: skip


@libraries("numpy", "jax", "torch", "dask")
@pytest.mark.parametrize(
    "rows",
    [pytest.param(EXTREME[::2], id="some"), pytest.param(EXTREME[1::2], id="others", marks=pytest.mark.campaign)],
)
def test_numbers_stay_in_the_range_of_floats(target, rows):
    for expression, wrt, given, value in rows:
        declare = "x, a in R^n"
        derived = einsight.derive(expression, wrt.split(), declare) if wrt else einsight.simplify(expression, declare)
        function = function_of(derived, target)
        with numpy.errstate(over="raise", invalid="raise", divide="raise"):
            result = function(**{n: maker(target)(numpy.array(a)) for n, a in given.items()})
            numpy.testing.assert_allclose(numpy.asarray(result), numpy.array(value), atol=1e-300, err_msg=expression)


@pytest.mark.parametrize(
    ("expression", "wrt", "declare", "line"),
    [
        ("tanh(W x + b)", "x", DECLARE, "return W * (1 - numpy.tanh(b + W @ x) ** 2)[:, None]"),
        ("sum(softplus(W x))", "x x", DECLARE, "return W.T @ (W * (t2 * (1 - t2))[:, None])"),
        ("W' W x", "x", DECLARE, "return W.T @ W"),
        ("x' W' W x", "x", DECLARE, "return 2 * (W.T @ (W @ x))"),
        ("softmax(x)", "x", DECLARE, "numpy.einsum('ii->i', result)[...] += t2"),
        ("x ⊙ x", "x", DECLARE, "return numpy.diag(2 * x)"),
        ("c x", "x", DECLARE, "return c * numpy.eye(x.shape[0], dtype=dtype)"),
        ("‖V tanh(W x + b) - u‖²", "W", DECLARE, "return 2 * x * ((1 - t1 ** 2) * (V.T @ (V @ t1 - u)))[:, None]"),
    ],
)
def test_source_is_what_one_would_write(expression, wrt, declare, line):
    source = einsight.derive(expression, wrt.split(), declare).to("numpy")
    assert line in [text.strip() for text in source.splitlines()], source


def test_order_of_contraction_is_chosen_for_the_sizes():
    """`(A B) v` or `A (B v)`, and products that are the same whatever the order."""
    derived = einsight.derive("A B C", "B", "A in R^(n x p); B in R^(p x q); C in R^(q x m)")
    products = {
        sizes: derived.to("numpy", product="jvp", sizes=dict(zip("nm", sizes, strict=True))).splitlines()[-1].strip()
        for sizes in [(1, 10000), (10000, 1)]
    }
    assert products == {(1, 10000): "return A @ tangent @ C", (10000, 1): "return A @ (tangent @ C)"}


@libraries("numpy", "torch")
def test_products_with_deep_derivatives_pass_vectors_through(target):
    """Through six layers, which is more than are put into one another: no matrix but the weights, and the numbers of the Jacobian and the Hessian."""
    layers = range(1, 7)
    weights = "; ".join(f"W_{k} in R^(n x n)" for k in layers)
    steps = "; ".join(f"h_{k} = tanh(W_{k} {f'h_{k - 1}' if k > 1 else 'x'})" for k in layers)
    declare = f"x in R^n; {weights}; {steps}"
    generator = numpy.random.default_rng(0)
    given = {f"W_{k}": generator.normal(size=(4, 4)) for k in layers} | {"x": generator.normal(size=4)}
    vector = generator.normal(size=4)
    first, second = einsight.derive("h_6", "x", declare), einsight.derive("‖h_6‖²", ["x", "x"], declare)
    jacobian, hessian = (function_of(d, "numpy")(**given) for d in (first, second))
    for derived, product, value in (
        (first, "vjp", vector @ jacobian),
        (first, "jvp", jacobian @ vector),
        (second, "hvp", hessian @ vector),
    ):
        function = function_of(derived, target, product=product)
        check(called(function, target, given | {"cotangent" if product == "vjp" else "tangent": vector}), value)
        source = derived.to(target, product=product)
        assert "[:, None]" not in source and "einsum" not in source, source


def test_long_products_are_contracted_vector_by_vector():
    """Five layers in one expression: what backpropagation does, from a product of more than eight arrays."""
    nested = "x"
    for k in range(1, 6):
        nested = f"tanh(W_{k} {nested})"
    declare = "x in R^n; " + "; ".join(f"W_{k} in R^(n x n)" for k in range(1, 6))
    source = einsight.derive(f"‖{nested}‖²", "x", declare).to("numpy")
    assert source.count("@") == 10 and "[:, None]" not in source, source


@pytest.mark.parametrize("product", ["vjp", "jvp"])
def test_products_take_no_tensor_of_their_name_for_their_own(product):
    """Who declares `tangent` means another array; the added argument has another name."""
    declare = "tangent, cotangent in R^n; x in R^n"
    derived = einsight.derive("x ⊙ x ⊙ tangent ⊙ cotangent", "x", declare)
    x, tangent, cotangent, vector = numpy.random.default_rng(0).normal(size=(4, 3))
    added = {"vjp": "cotangent_", "jvp": "tangent_"}[product]
    given = {"x": x, "tangent": tangent, "cotangent": cotangent, added: vector}
    check(called(function_of(derived, "numpy", product=product), "numpy", given), 2 * x * tangent * cotangent * vector)
