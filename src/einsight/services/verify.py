"""Holds every rule and function to numbers: both sides of each example, and each derivative."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ..lowering.values import Value
from ..meaning.equality import compare
from ..meaning.fields import Duals, Floats, NotInField
from ..rules.catalogue import catalogue
from ..rules.defined import number_at
from ..rules.engine import everywhere
from ..rules.pattern import MalformedRule, compiled
from ..rules.rule import Function, Rule
from ..terms import build
from ..terms.dimension import Tensor
from .derive import read_declarations, read_value
from .judge import function_value


@dataclass(frozen=True)
class Result:
    """One check of a rule or function: `problem` is empty where it holds."""

    subject: str
    check: str
    problem: str = ""


def verify_rule(rule: Rule) -> list[Result]:
    """Each example fires as it says, and what the rule makes of it has the same value."""
    results = _verify_statement(rule) if not rule.examples else []
    for declare, before, after in rule.examples:
        names = read_declarations(declare, "numerator")
        value = read_value(before, names)
        if value is None:
            results.append(Result(rule.id, before, "the example does not read"))
            continue
        new = everywhere(rule, value.term)
        if after is None:
            problem = "fires and must not" if new is not value.term else ""
        elif new is value.term:
            problem = "does not fire"
        else:
            axes = value.order + value.plain_axes
            problem = "" if compare(value.term, new, axes, function_value).equal else "changes the value"
            stated = read_value(after, names, keep=[i.name for i in value.order])
            if not problem and (stated is None or not compare(_on(stated, value), new, axes, function_value).equal):
                problem = "gives something else than the example says"
        results.append(Result(rule.id, f"{before} => {after}", problem))
    return results


def _verify_statement(rule: Rule) -> list[Result]:
    """A declarative rule: both sides have one value at random points, and it fires on its own left side."""
    try:
        left, right = compiled(rule.statement)
    except MalformedRule as malformed:
        return [Result(rule.id, rule.statement, str(malformed))]
    axes = left.order
    problem = "" if compare(left.term, right.term, axes, function_value).equal else "the two sides differ"
    new = everywhere(rule, left.term)
    if not problem and new is left.term:
        problem = "does not fire on its own left side"
    if not problem and not compare(left.term, new, axes, function_value).equal:
        problem = "changes the value"
    return [Result(rule.id, rule.statement, problem)]


def _on(value: Value, like: Value):  # type: ignore[no-untyped-def]
    by_name = {i.name: i for i in like.order}
    names = {i: by_name[i.name] for i in value.order if i.name in by_name}
    term = build.substitute(value.term, names)  # type: ignore[arg-type]
    return build.substitute(term, dict(zip(value.plain_axes, like.plain_axes, strict=True)))


def verify_function(function: Function, points: int = 20) -> list[Result]:
    """Each derivative against a difference quotient."""
    from ..rules.catalogue import function_derivative

    results = []
    generator = random.Random(function.name)
    duals = Duals(Floats(function_value))
    arguments = [Tensor("z"), Tensor("w")][: function.arity]
    for place in range(function.arity):
        body = function_derivative(function.name, place, tuple(build.component(t) for t in arguments))
        problem, compared = "", 0
        for _ in range(points):
            at = [generator.uniform(-0.9, 0.9) for _ in arguments]
            try:
                expected = duals._quotient(function.name, tuple(at), place)
                if body is None:
                    problem = "its derivative does not read"
                    break
                got = number_at(body, tuple(at))
            except NotInField:
                continue
            compared += 1
            if abs(got - expected) > 1e-6 * max(1.0, abs(expected)) and not _near_kink(function.name, at):
                problem = f"at {at} the derivative is {expected:.9g} and the rule gives {got:.9g}"
                break
        if not problem and not compared:
            problem = "no point could be evaluated"
        results.append(Result(function.name, f"derivative in argument {place + 1}", problem))
    return results


def _near_kink(name: str, at: list[float]) -> bool:
    return name in ("abs", "sign", "relu") and abs(at[0]) < 0.01 or len(at) == 2 and abs(at[0] - at[1]) < 0.01


def verify_all(only: str | None = None) -> list[Result]:
    """Every rule and function, or the named rule alone."""
    results: list[Result] = []
    for rule in catalogue().rules.values():
        if only in (None, rule.id):
            results += verify_rule(rule)
    if only is None:
        for function in catalogue().functions.values():
            results += verify_function(function)
    return results
