"""Derivatives of determinants where the matrix is singular: the value of the definition, exactly, and by every target's code.

The reference is forward differentiation in rational numbers, whose determinant divides by no entry.
"""

import functools
import random
from fractions import Fraction

import numpy
import pytest
from generated_code import available, called, function_of, libraries, library

import einsight
from einsight.meaning.cofactors import with_cofactors
from einsight.meaning.evaluate import entries
from einsight.meaning.fields import NotInField, Rationals
from einsight.meaning.instances import Instance
from einsight.terms.term import Operator

DECLARE = """
u, x, z in R^n; A, B, E in R^(n x n); F in R^(m x n); c in R
S in R^(n x n) symmetric; K in R^(n x n) antisymmetric; D in R^(n x n) diagonal; P in R^(n x n) positive-definite
"""
CASES = [
    ("det(u x')", "u"),
    ("det(A)", "A"),
    ("det(A)", "A A"),
    ("det(A + c B)", "c c"),
    ("det(A + c I(n))", "c c c"),
    ("det(u x' + A)", "u x"),
    ("det(F' F)", "F F"),
    ("det(A)^2 tr(A)", "A A"),
    ("det(A) tr(inv(A) B)", "A"),
    ("det(A) x' inv(A) z", "x z"),
    ("det(A B)", "A A"),
    ("det(A) det(B)", "A B"),
    ("(det(A) + c)^2", "A A"),
    ("1/(1 + det(A)^2)", "A A"),
    ("det(S)", "S S"),
    ("det(S) tr(S)", "S S"),
    ("det(K)", "K K"),
    ("det(D)", "D D"),
    ("h_i = det(u_i A + B)", "A"),
    ("∑_i u_i det(x_i A + B)", "A A"),
]
POLES = [
    ("logdet(A)", "A"), ("det(A) tr(inv(A))^2", "x"), ("sqrt(det(A)^2 + 1) tr(inv(A))", "A"), ("tr(A)/det(A)", "A"),
    ("det(A) tr(inv(A) B inv(A))", "B"), ("det(B) tr(inv(A))", "A"),
]  # fmt: skip
SIZES = {1: 2, 2: 3, 3: 2}


@functools.cache
def derived(expression, wrt):
    return einsight.derive(expression, wrt=wrt.split(), declare=DECLARE)


def inverses(term):
    return {(p.name, p.arguments) for p in term.walk() if isinstance(p, Operator) and p.name in ("inv", "power")}


@pytest.mark.parametrize("expression, wrt", CASES)
def test_no_inverse_is_left(expression, wrt):
    found = derived(expression, wrt)
    assert not inverses(with_cofactors(found.term))
    assert not any(isinstance(p, Operator) for p in found.term.walk()) or inverses(found.term)


@pytest.mark.parametrize("expression, wrt", POLES)
def test_a_pole_stays(expression, wrt):
    term = (
        derived(expression, wrt).unreduced
        if expression.startswith("det(A) tr(inv(A))^2")
        else derived(expression, wrt).term
    )
    assert inverses(with_cofactors(term)) == inverses(term) != set()


def test_what_is_declared_regular_is_inverted():
    """That is faster, and as exact."""
    found = derived("det(P)", "P P")
    assert with_cofactors(found.term) is found.term and "inv" in found.to("numpy") and "svd" not in found.to("numpy")


def matrix(chance, properties, n, rank, columns=None):
    """Whole numbers, of at most that rank."""

    def rows(count, length):
        return numpy.array(
            [[chance.randint(-3, 3) for _ in range(length)] for _ in range(count)], dtype=object
        ).reshape(count, length)

    if "diagonal" in properties:
        return numpy.diag([chance.randint(1, 3) * (k < rank) for k in range(n)])
    left = rows(n, rank)
    if "symmetric" in properties:
        return (
            left @ numpy.diag([chance.choice((1, -1, 2)) for _ in range(rank)]) @ left.T
            if rank
            else rows(n, 0) @ rows(0, n)
        )
    if "antisymmetric" in properties:
        right = rows(n, rank // 2)
        return left[:, : rank // 2] @ right.T - right @ left[:, : rank // 2].T
    return left @ rows(rank, columns or n)


def instance_of(found, n, rank):
    chance = random.Random(f"{found.input} {n} {rank}")
    tensors = [t for t in found.inputs if t in found.unreduced.depends]
    instance = Instance(Rationals(), {d: {"n": n, "m": n + 1}[d.value] for t in tensors for d in t.dims})
    for tensor in tensors:
        shape = [instance.size(d) for d in tensor.dims]
        if len(shape) == 2:
            value = matrix(chance, tensor.properties, shape[0], min(rank, n), shape[1])
        else:
            value = [chance.choice((0, 0, 1, -2)) for _ in range(max([1, *shape]))]
        instance.entries[tensor] = [Fraction(int(v)) for v in numpy.ravel(value)]
    return instance


INSTANCES = {(n, rank) for n in (1, 2, 3) for rank in range(n + 1)}
# one dimension, a zero matrix, one of the rank below the full one, of two below, a regular one: each of some size
SOME = {(1, 0), (2, 2), (2, 1), (3, 1)}


@functools.cache
def by_definition(expression, wrt, n, rank):
    found = derived(expression, wrt)
    return entries(found.unreduced, instance_of(found, n, rank), found.axes)


@pytest.mark.parametrize(
    "instances",
    [pytest.param(SOME, id="some"), pytest.param(INSTANCES - SOME, id="others", marks=pytest.mark.campaign)],
)
@pytest.mark.parametrize("expression, wrt", CASES)
def test_the_value_is_that_of_the_definition(expression, wrt, instances):
    found = derived(expression, wrt)
    small = [(n, rank) for n, rank in sorted(instances) if n < 3 or len(found.axes) < 4]
    tried = 0
    for n, rank in small:
        try:
            value = by_definition(expression, wrt, n, rank)
        except NotInField:  # the expression itself has an inverse
            assert "inv" in expression
            continue
        assert entries(found.term, instance_of(found, n, rank), found.axes) == value, (n, rank)
        tried += 1
    assert tried == len(small) or ("inv" in expression and tried)


@pytest.mark.parametrize(
    "target",
    [
        "numpy",
        pytest.param("torch", marks=available("torch")),
        *(pytest.param(t, marks=[available(t), pytest.mark.campaign]) for t in ("jax", "dask")),
    ],
)
def test_code_has_the_value_where_the_matrix_is_singular(target):
    if target in ("numpy", "torch"):
        for expression, wrt in CASES:
            if "inv" not in expression:
                check_code(expression, wrt, target, ((1, 0), (2, 1), (3, 1)))
    else:  # which take long over each operation
        check_code("det(A)", "A A", target, ((3, 1),))
    if target == "dask":
        check_code("∑_i u_i det(x_i A + B)", "A", target, ((2, 1),))


def check_code(expression, wrt, target, instances):
    found = derived(expression, wrt)
    function = function_of(found, target)
    for n, rank in instances:
        if len(found.axes) > 3 and n > 2 and expression != "det(A)":
            continue
        instance = instance_of(found, n, rank)
        given = {
            t.name: numpy.reshape(e, [instance.size(d) for d in t.dims]).astype(float)
            for t, e in instance.entries.items()
        }
        value = numpy.array(by_definition(expression, wrt, n, rank), dtype=float).reshape(
            [instance.size(a.dim) for a in found.axes]
        )
        result = called(function, target, given)
        result = result.compute(scheduler="sync") if target == "dask" else result
        scale = max(1.0, *(float(numpy.abs(a).max()) for a in given.values())) ** 4
        numpy.testing.assert_allclose(
            numpy.asarray(result), value, rtol=1e-9, atol=1e-10 * scale, err_msg=f"{expression} {wrt} {n} {rank}"
        )


@pytest.mark.parametrize(
    "expression, wrt", [("det(u x')", "u"), ("det(A)", "A A"), ("det(A + c B)", "c c"), ("∑_i u_i det(x_i A + B)", "A")]
)
def test_sympy(expression, wrt):
    found = derived(expression, wrt)
    function = function_of(found, "sympy")
    for n, rank in ((1, 0), (2, 1), (3, 2), (3, 1)):
        instance = instance_of(found, n, rank)
        given = {
            t.name: numpy.reshape(e, [instance.size(d) for d in t.dims]).tolist() for t, e in instance.entries.items()
        }
        names = function.__code__.co_varnames[: function.__code__.co_kwonlyargcount]
        result = function(**{name: given[name] for name in names})
        entries_found = result.reshape(int(numpy.prod(result.shape))) if result.shape else [result[()]]
        assert [int(e) for e in entries_found] == by_definition(expression, wrt, n, rank)


@libraries("jax")
def test_as_autodiff_finds_it(target):
    """Where that has a value, at a regular matrix; and at a singular one the minors."""
    jax = library(target)
    generator = numpy.random.default_rng(5)
    A = generator.normal(size=(4, 3)) @ generator.normal(size=(3, 4))
    minors = [[numpy.linalg.det(_with_unit(A, i, j)) for j in range(4)] for i in range(4)]
    numpy.testing.assert_allclose(derived("det(A)", "A").evaluate({"A": A}), minors, rtol=1e-9, atol=1e-12)
    B = A + numpy.eye(4)
    hessian = jax.jit(jax.hessian(jax.numpy.linalg.det))(B)
    numpy.testing.assert_allclose(derived("det(A)", "A A").evaluate({"A": B}), hessian, rtol=1e-9, atol=1e-9)


def _with_unit(A, i, j):
    changed = A.copy()
    changed[i] = numpy.eye(len(A))[j]
    return changed


def test_the_definition_sees_the_slope_of_a_singular_determinant():
    """The reference itself, against minors."""
    found = derived("det(A)", "A")
    for n in range(1, 5):
        instance = instance_of(found, n, n - 1)
        (own,) = instance.entries.values()
        rows = numpy.array(own, dtype=float).reshape(n, n)
        minors = [numpy.linalg.det(_with_unit(rows, i, j)) for i in range(n) for j in range(n)]
        assert entries(found.unreduced, instance, found.axes) == [round(m) for m in minors]


def test_what_has_no_value_says_so():
    found = einsight.derive("logdet(A)", wrt="A", declare=DECLARE)
    with pytest.raises(einsight.EinsightError, match="an inverse is needed of a matrix that has none"):
        found.evaluate({"A": numpy.zeros((2, 2))})
