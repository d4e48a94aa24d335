"""Random expressions: the derivative by rules against dual numbers, and the matrix form against the index form.

The default run takes a few; `EINSIGHT_CAMPAIGN=100000 pytest -m campaign` runs as many as it says.
"""

import os
import random

import pytest

import einsight
from einsight.deriving.derive import read_declarations
from einsight.deriving.readback import function_value, read_value
from einsight.meaning.equality import compare
from einsight.rules.catalogue import catalogue
from einsight.rules.engine import derivation, everywhere, normal_form, rules_for
from einsight.terms.build import substitute

DECLARE = """
c, t in R; x, a in R^m; y, b in R^n; W, V in R^(n x m); Q in R^(m x m); S in R^(m x m) symmetric; z in R^p; U in R^(p x n)
f : R^m -> R^n; g : R^m -> R
h = tanh(W x + b)
"""
VARIABLES = ["c", "x", "y", "b", "W", "Q", "S", "U"]
VECTORS = {"m": ["x", "a"], "n": ["y", "b", "h"], "p": ["z"]}
MATRICES = {("n", "m"): ["W", "V"], ("m", "m"): ["Q", "S"], ("p", "n"): ["U"]}
DIMS = ["m", "n", "p"]


class Writer:
    """Writes random well-formed expressions in matrix notation."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)()

    def dim(self):
        return self.random.choice(DIMS)

    def scalar(self, depth):
        if depth <= 0:
            return self.random.choice(["c", "t", "2", "3"])
        d, e = self.dim(), self.dim()
        return self.pick(
            lambda: f"{self.row(d, depth - 1)} {self.column(d, depth - 1)}",
            lambda: f"({self.scalar(depth - 1)}) ({self.scalar(depth - 1)})",
            lambda: f"({self.scalar(depth - 1)} {self.random.choice('+-')} {self.scalar(depth - 1)})",
            lambda: f"tr({self.matrix(d, d, depth - 1)})",
            lambda: f"‖{self.column(d, depth - 1)}‖²",
            lambda: f"sum({self.matrix(d, e, depth - 1)})",
            lambda: f"{self.random.choice(['tanh', 'sigmoid', 'sin'])}({self.scalar(depth - 1)})",
            lambda: f"1/(2 + ({self.scalar(depth - 1)})^2)",
            lambda: f"logsumexp({self.column(d, depth - 1)})",
            lambda: f"mean({self.column(d, depth - 1)})",
            lambda: f"logdet({self.definite(d, depth - 1)})",
            lambda: f"g({self.column('m', depth - 1)})",
        )

    def definite(self, d, depth):
        """A square matrix that always has an inverse."""
        matrix = self.matrix(d, self.dim(), depth)
        return f"(I({d}) + {matrix} ({matrix})')"

    def row(self, d, depth):
        return f"({self.column(d, depth)})'"

    def column(self, d, depth):
        if depth <= 0:
            return self.random.choice(VECTORS[d])
        e = self.dim()
        return self.pick(
            lambda: f"{self.matrix(d, e, depth - 1)} {self.column(e, depth - 1)}",
            lambda: f"({self.column(d, depth - 1)} {self.random.choice('+-')} {self.column(d, depth - 1)})",
            lambda: f"(({self.column(d, depth - 1)}) ⊙ ({self.column(d, depth - 1)}))",
            lambda: f"{self.random.choice(['tanh', 'exp', 'softmax'])}({self.column(d, depth - 1)})",
            lambda: f"({self.scalar(depth - 1)}) ({self.column(d, depth - 1)})",
            lambda: f"diag({self.matrix(d, d, depth - 1)})",
            lambda: f"inv({self.definite(d, depth - 1)}) {self.column(d, depth - 1)}",
            lambda: f"f({self.column('m', depth - 1)})" if d == "n" else f"({self.column(d, depth - 1)})^2",
            lambda: f"(({self.column(d, depth - 1)}) ./ (1 + ({self.column(d, 0)})^2))",
        )

    def matrix(self, d, e, depth):
        known = MATRICES.get((d, e), []) + [f"{m}'" for m in MATRICES.get((e, d), [])]
        if depth <= 0:
            return (
                self.random.choice(known)
                if known
                else f"({self.random.choice(VECTORS[d])} {self.random.choice(VECTORS[e])}')"
            )
        f = self.dim()
        return self.pick(
            lambda: f"({self.matrix(d, f, depth - 1)} {self.matrix(f, e, depth - 1)})",
            lambda: f"({self.matrix(d, e, depth - 1)} {self.random.choice('+-')} {self.matrix(d, e, depth - 1)})",
            lambda: f"(({self.matrix(d, e, depth - 1)}) ⊙ ({self.matrix(d, e, depth - 1)}))",
            lambda: f"({self.column(d, depth - 1)} {self.row(e, depth - 1)})",
            lambda: f"sin({self.matrix(d, e, depth - 1)})",
            lambda: f"diag({self.column(d, depth - 1)})" if d == e else f"({self.matrix(d, e, depth - 1)})",
        )

    def problem(self):
        depth = self.random.choice([1, 2, 2, 3])
        expression = self.pick(
            lambda: self.scalar(depth), lambda: self.scalar(depth), lambda: self.column(self.dim(), depth),
            lambda: self.matrix(self.dim(), self.dim(), 1),
        )  # fmt: skip
        return expression, self.random.choice(VARIABLES), self.random.choice(["numerator", "denominator", "mixed"])


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


def test_random_derivatives():
    held = [_hold(seed) for seed in range(120)]
    assert sum(compared for compared, _ in held) > 90
    assert sum(found for _, found in held) > 40


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
