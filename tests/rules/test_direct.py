"""Derivatives carried out as a whole, held against the rules one by one: the same object in the end."""

import types

import pytest
from random_expressions import DECLARE, VARIABLES, Writer

import einsight
from einsight import api
from einsight.bench.problems import PROBLEMS
from einsight.deriving.reducing import shortest
from einsight.lowering.report import EinsightError
from einsight.plugins.guard import Guard
from einsight.plugins.loading import kit_of
from einsight.rules.catalogue import catalogue, forget
from einsight.rules.engine import normal_form, rules_for

ARRAYS = (
    "W, Z in R^(n x m); Q, S, P in R^(m x m); x, a in R^m; y, b in R^n; c in R; L in R^(m x m) antisymmetric; "
    "D in R^(m x m) diagonal; Y in R^(m x m) symmetric; h = tanh(W x + b); g = h ⊙ h"
)
STRUCTURED = [
    ("tr(Y Q Y)", "Y"), ("x' L Q x", "L"), ("x' D Q x", "D"), ("Y Y", "Y"), ("logdet(Y)", "Y"), ("inv(Q) x", "Q"), ("det(Q W' W)", "Q"),
    ("y' h", "x"), ("g' g", "W"), ("tr(Q^9)", "Q"), ("Q^3 x", "Q"), ("∑_i (x_{i+1} - x_i)^2", "x"), ("∑_i exp(x_i + x_{i+1})", "x"),
    ("c^c x", "c"), ("max(a ⊙ x)", "x"), ("prod(x)", "x"), ("expm(c Q)", "c"), ("f(W x)", "x"), ("u(c)^2 x", "c"), ("relu(W x)", "W"),
    ("(x' x) (x' x) x", "x"), ("δ_ij x_k x_k", "x"), ("sum(Q ⊙ (x x'))", "x"), ("x_1 x", "x"), ("x_i x_2", "x_2"),
]  # fmt: skip


def _are_one(expression, variable, declare):
    derived = einsight.derive(expression, wrt=variable, declare=declare)
    one_by_one = shortest(normal_form(derived.unreduced, rules_for()), derived.unreduced)
    assert derived.term is one_by_one, derived.index


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.name)
def test_problems(problem):
    _are_one(*problem.fresh(""))


@pytest.mark.parametrize(("expression", "variable"), STRUCTURED)
def test_structure(expression, variable):
    _are_one(expression, variable, ARRAYS + "; f : R^n -> R^p; u : R -> R")


@pytest.mark.parametrize("seed", range(80))
def test_random(seed):
    writer = Writer(seed)
    expression = writer.scalar(3) if seed % 2 else writer.column(writer.dim(), 2)
    try:
        _are_one(expression, writer.random.choice(VARIABLES), DECLARE)
    except EinsightError as refused:
        assert "EIN504" in str(refused)


@pytest.fixture
def plug():
    """Registers rules as a plugin does; forgotten after the test."""

    def take_in(*rules):
        module = types.ModuleType("plug")
        module.einsight_rules = api.hook(lambda: rules, specname="einsight_rules")
        known = catalogue()
        known.add(Guard("plug", "1", known).kit(kit_of(module, "plug")))

    forget()
    yield take_in
    forget()


def test_a_rule_of_a_plugin_hears_what_stands_between(plug):
    heard = []

    @api.function_rule("plug.listens", "nothing => nothing", on="Delta")
    def listens(term):
        heard.append(term)

    plug(listens)
    assert einsight.derive("sin(W x)", "x", "W in R^(n x m); x in R^m").index == "cos(W_ik x_k) W_ij"
    assert heard


def test_a_rule_of_a_plugin_on_the_derivative_of_a_function_in_a_definition(plug):
    """Its function stands nowhere in what is differentiated."""

    @api.call_rule("plug.cosh", "cosh(s) => cosh(s)", "cosh")
    def calls(s):
        return None

    @api.function_rule("plug.tanh", "∂tanh(s)/∂t => 1/cosh(s)^2 ∂s/∂t", on="Derivative", phase="expand")
    def tanh(term):
        if not isinstance(term.body, api.Apply) or term.body.function != "tanh":
            return None
        (inner,) = term.body.arguments
        slope = type(term).make(inner, term.tensor, term.indices)
        return api.multiply(api.power(api.apply("cosh", inner), api.number(-2)), slope)

    plug(calls, tanh)
    declare = "W in R^(n x m); x in R^m; y in R^n; h = tanh(W x)"
    assert "cosh" in einsight.derive("y' h", "x", declare).index
    assert "cosh" not in einsight.derive("y' sin(W x)", "x", declare).index


def test_a_pattern_on_one_function_leaves_others_alone(plug):
    """Only what may be asked of it goes by the rules one by one."""
    plug(api.rule("plug.tanh", "∂tanh(s)/∂t => 1/cosh(s)^2 ∂s/∂t"))
    known = catalogue().dispatch()
    assert not known.hears_all
