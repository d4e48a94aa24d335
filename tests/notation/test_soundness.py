"""Random expressions: the derivative by rules against dual numbers, and the matrix form against the index form.

The default run takes a few; `EINSIGHT_CAMPAIGN=100000 pytest -m campaign` runs as many as it says.
"""

import os
import random

import pytest
from random_expressions import DECLARE, Writer
from thinning import PARTS

import einsight
from einsight.deriving.questions import read_declarations
from einsight.deriving.readback import function_value, read_value
from einsight.meaning.equality import compare
from einsight.rules.catalogue import catalogue
from einsight.rules.engine import derivation, everywhere, normal_form, rules_for
from einsight.terms.build import substitute


def _hold(seed):
    """One random problem; returns whether a value could be compared and a matrix form was found."""
    expression, variable, layout = Writer(seed).problem()
    try:
        derived = einsight.derive(expression, wrt=variable, declare=DECLARE, layout=layout)
    except einsight.EinsightError as problem:
        raise AssertionError(f"{seed}: {expression} by {variable}: {problem}") from problem
    verdict = compare(derived.unreduced, derived.term, derived.axes, function_value, points=2)
    assert verdict.equal is not False, (
        f"{seed}: {expression} by {variable} gave {derived.index}: {verdict.counterexample}"
    )
    # the index form reads back as what it was printed from
    names = read_declarations(DECLARE, layout)
    read = read_value(derived.index, names, keep=derived.free)
    if read is not None:
        by_name = {a.name: a for a in derived.axes}
        term = substitute(read.term, {i: by_name[i.name] for i in read.order})
        again = compare(term, derived.term, derived.axes, function_value, points=1)
        assert again.equal is not False, (
            f"{seed}: {expression} by {variable}: {derived.index} reads back as something else"
        )
    return verdict.equal is True, derived.matrix is not None


@pytest.mark.parametrize("part", PARTS)
def test_random_derivatives(part):
    held = [_hold(seed) for seed in range(part, 120, len(PARTS))]
    assert sum(compared for compared, _ in held) > 22
    assert sum(found for _, found in held) > 9


@pytest.mark.campaign
def test_campaign():
    count = int(os.environ.get("EINSIGHT_CAMPAIGN", "100000"))
    held = [_hold(seed) for seed in range(10_000, 10_000 + count)]
    print(
        f"\n{count} random derivatives: {sum(c for c, _ in held)} compared, {sum(f for _, f in held)} with a matrix form, none wrong"
    )


@pytest.mark.parametrize("seed", range(6))
def test_order_of_rules_does_not_matter(seed):
    """Shuffled rules end in a term of the same value."""
    problems = ["‖W x - y‖²", "tanh(W x + b)' y", "softmax(Q x)' a", "x' Q x / (x' x)", "h' h"]
    for expression in problems:
        derived = einsight.derive(expression, wrt="x", declare=DECLARE)
        rules = list(rules_for())
        random.Random(seed).shuffle(rules)
        other = normal_form(derived.unreduced, rules)
        assert compare(other, derived.term, derived.axes, function_value).equal


@pytest.mark.parametrize("seed", range(12))
def test_each_rule_alone_is_sound(seed):
    """Whatever has run before: every rule that fires on a stage of a derivation keeps the value."""
    expression, variable, layout = Writer(500 + seed).problem()
    unreduced = einsight.derive(expression, wrt=variable, declare=DECLARE, layout=layout).unreduced
    stages = [unreduced, *(rewrite.after for rewrite in derivation(unreduced))]
    stages = random.Random(seed).sample(stages, min(3, len(stages)))
    for stage in stages:
        axes = tuple(sorted(stage.free, key=lambda i: i.key))
        for rule in rules_for():
            new = everywhere(rule, stage)
            if new is not stage:
                verdict = compare(stage, new, axes, function_value, points=1)
                assert verdict.equal is not False, (rule.id, expression, verdict.counterexample)


def test_every_rule_has_examples_that_hold():
    from einsight.verifying.verify import verify_all

    results = verify_all()
    assert not [r for r in results if r.problem]
    assert {r.subject for r in results} >= set(catalogue().rules)
    for rule in catalogue().rules.values():
        assert not rule.examples or any(after is not None for *_, after in rule.examples), rule.id
