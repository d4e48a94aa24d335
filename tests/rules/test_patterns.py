"""Declarative rules: what a statement matches, and that both of its sides have one value."""

import pytest

import einsight
from einsight.deriving.questions import read_declarations
from einsight.deriving.readback import function_value, read_value
from einsight.meaning.equality import compare
from einsight.notation.index_form import free_names, index_form
from einsight.rules.engine import BudgetExceeded, derivation, normal_form
from einsight.rules.pattern import MalformedRule, compiled, rule

DECLARE = "A, B, X in R^(n x n); x, y in R^n; c, t in R positive"


@pytest.mark.parametrize(
    ("statement", "before", "after"),
    [
        ("delta_ij T_j => T_i", "δ_ij x_j", "x_i"),
        ("delta_ij T_j => T_i", "∑_j c δ_ij A_jk x_k y_j", "c (A_ik x_k) y_i"),  # among other factors, in any order
        ("delta_ij T_j => T_i", "x_j y_j", None),
        ("d inv(A)_ij / dA_kl => -inv(A)_ik inv(A)_lj", "∂inv(X)_ij/∂X_kl", "-inv(X)_ik inv(X)_lj"),
        ("d inv(A)_ij / dA_kl => -inv(A)_ik inv(A)_lj", "∂inv(X)_ij/∂A_kl", None),
        ("inv(A)_ij A_jk => δ_ik", "x_i inv(X)_ij X_jk y_k c", "x_i δ_ik y_k c"),
        ("inv(A)_ij A_jk => δ_ik", "inv(X)_ij X_kj", None),  # the transpose is another matrix
        ("log(exp(s)) => s", "log(exp(x_i y_i))", "x_i y_i"),
        ("sqrt(s^2) => s", "sqrt(c^2)", "c"),
    ],
)
def test_match(statement, before, after):
    names = read_declarations(DECLARE, "numerator")
    value = read_value(before, names)
    made = rule("test.rule", statement, phase="simplify")
    result = normal_form(value.term, [made])
    shown = index_form(result, free_names(value.order))
    if after is None:
        assert result is value.term, shown
        return
    wanted = read_value(after, names, keep=[i.name for i in value.order])
    assert compare(result, wanted.term, value.order, function_value).equal, shown
    assert result is not value.term


@pytest.mark.parametrize("statement", ["a", "a => b => c", "a + => b", "f( => g", "x_i => y_j"])
def test_malformed(statement):
    with pytest.raises(MalformedRule):
        rule("test.bad", statement)
        compiled(statement)


def test_a_wrong_rule_is_found_out():
    from einsight.verifying.verify import verify_rule

    (found,) = verify_rule(rule("test.wrong", "log(s t) => log(s) log(t)"))
    assert found.problem
    (found,) = verify_rule(rule("test.zero", "sign(s)^2 => 1"))
    assert found.problem == "the two sides differ where `s` is 0"
    for statement in ("tanh(-s) => -tanh(s)", "sin(s)/s => (1/s) sin(s) + 0 t", "sign(s)^2 => 1 where s positive"):
        (found,) = verify_rule(rule("test.right", statement))
        assert "differ" not in found.problem, found


def test_rules_on_the_command_line():
    found = einsight.rewrite("log(exp(c t))", rules=["algebra.log-exp"], declare=DECLARE)
    assert (found.index, [s.rule for s in found.steps]) == ("c t", ["algebra.log-exp"])


def test_a_cycle_is_named_and_fuel_ends():
    names = read_declarations(DECLARE, "numerator")
    term = read_value("tanh(c)", names).term
    there, back = rule("test.there", "tanh(s) => sin(s)"), rule("test.back", "sin(s) => tanh(s)")
    for run in (normal_form, derivation):
        with pytest.raises(BudgetExceeded) as caught:
            run(term, [there, back])
        assert caught.value.cycle and caught.value.rule in ("test.there", "test.back")
    with pytest.raises(BudgetExceeded) as caught:
        normal_form(term, [rule("test.grow", "tanh(s) => tanh(tanh(s) + 1)")], fuel=20)
    assert not caught.value.cycle and caught.value.partial is not None


@pytest.mark.parametrize(
    ("statement", "is_less"),
    [
        ("log(exp(s)) => s", True),
        ("tanh(-s) => -tanh(s)", True),  # the sign weighs less outside
        ("S_ij A_ij => 0 where S symmetric, A antisymmetric", True),
        ("cosh(s) sinh(s) => 1/2 sinh(2 s)", False),  # of 1 they weigh alike
        ("sqrt(s^2) => abs(s)", False),  # a call weighs more than any power
        ("cosh(s) => cosh(-s)", False),
        ("sigmoid(s) => 1 - sigmoid(-s)", False),
        ("sin(s + t) => sin(s) cos(t) + cos(s) sin(t)", False),
        ("s^t => exp(t log(s))", False),
        ("d inv(A)_ij / dA_kl => -inv(A)_ik inv(A)_lj", False),
    ],
)
def test_each_step_of_a_rule_makes_less(statement, is_less):
    from einsight.verifying.ending import has_measure

    assert has_measure(rule("test.rule", statement)) == is_less


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([("there", "tanh(s) => sin(s)"), ("back", "sin(s) => tanh(s)")],
         "`tanh(c)` becomes `sin(c)` by test.there, then `tanh(c)` by test.back"),
        ([("first", "tanh(s) => sin(s)"), ("there", "sin(s) => cos(s)"), ("back", "cos(s) => sin(s)")],
         "`sin(c)` becomes `cos(c)` by test.there, then `sin(c)` by test.back"),
        ([("grow", "tanh(s) => tanh(tanh(s))")],
         "`tanh(c)` becomes `tanh(tanh(c))` by test.grow, then `tanh(tanh(tanh(c)))` by test.grow, then "
         "`tanh(tanh(tanh(tanh(c))))` by test.grow, then `tanh(tanh(tanh(tanh(tanh(c)))))` by test.grow, and so on"),
        ([("double", "tanh(s) => tanh(2 s) + tanh(3 s)")], "and so on"),
        ([("once", "tanh(s) => sin(s)")], ""),
    ],
)  # fmt: skip
def test_rewriting_without_end_is_told_with_its_terms(rules, told):
    from einsight.verifying.ending import endless

    term = read_value("tanh(c)", read_declarations(DECLARE, "numerator")).term
    found = endless(term, [rule(f"test.{name}", statement) for name, statement in rules])
    assert found.endswith(told) if told else not found
