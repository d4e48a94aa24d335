"""Holds everything that plugins register to numbers, and rules to one another.

of a rule        both sides of its statement have one value at random points and sizes, and it fires on its own left side;
                 each example becomes what it says; rewriting by all rules comes to an end (`ending.py`)
of a function    each derivative against a difference quotient
of the others    a property's example has it, a tensor's signs are as it says, a target writes something
among rules      none undoes another one; which ones apply to the same terms is noted
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from ..deriving.derive import derive
from ..deriving.questions import read_declarations
from ..deriving.readback import function_value, read_value
from ..lowering.array_functions import MalformedDefinition, read_definition
from ..lowering.expressions import Reader
from ..lowering.names import ARRAYS
from ..lowering.report import EinsightError
from ..lowering.values import Value
from ..meaning.equality import compare
from ..rules.catalogue import catalogue
from ..rules.engine import BudgetExceeded, MissingRule, everywhere, normal_form
from ..rules.function_bodies import derivative_problem
from ..rules.pattern import MalformedRule, compiled
from ..rules.rule import Function, Property, Rule, SpecialTensor
from ..sheets.check import check
from ..terms import build
from ..terms.term import Component, Tensor, Term
from ..terms.walk import map_parts
from .ending import endless, has_measure

OWN = "einsight"


@dataclass(frozen=True)
class Result:
    """One check: `problem` is empty where it holds; a `note` is worth knowing and no problem."""

    subject: str
    check: str
    problem: str = ""
    note: str = ""


@dataclass(frozen=True)
class Check:
    """A check that has not been made yet: of what, what, and what says what is wrong."""

    subject: str
    what: str
    find: Callable[[], str]

    def run(self) -> Result:
        """Where something of a plugin was switched off by it, the reason for that counts."""
        problem = self.find()
        blamed = next((f.reason for f in catalogue().faults.all if f.subject == self.subject), "")
        return Result(self.subject, self.what, problem if problem.startswith(blamed) else blamed or problem)


class Unknown(Exception):
    """Neither a rule nor a function nor a plugin."""


# what there is to check


def checks_of(only: str | None = None) -> list[Check]:
    """Of everything, or of a rule, a function or a plugin alone.  Raises Unknown."""
    known = catalogue()
    found: list[Check] = []

    def is_wanted(name: str, source: str) -> bool:
        return only in (None, name, source)

    for rule in known.rules.values():
        if is_wanted(rule.id, rule.source):
            found += rule_checks(rule)
    for function in known.functions.values():
        if is_wanted(function.name, function.source):
            found += function_checks(function)
    for name, array in known.arrays.items():
        if is_wanted(name, array.source):
            found.append(Check(name, array.statement, partial(_array_problem, name)))
    for tensor in dict.fromkeys(known.tensors.values()):
        if is_wanted(tensor.name, tensor.source) and tensor.antisymmetric:
            found.append(Check(tensor.name, "changes its sign with every swap", partial(_sign_problem, tensor)))
    for word in known.properties.values():
        if is_wanted(word.name, word.source):
            found.append(Check(word.name, word.statement, partial(_property_problem, word)))
    for target in known.targets.values():
        if is_wanted(target.name, target.source):
            found.append(Check(target.name, "writes y' A x", partial(_target_problem, target.name)))
    if only is not None and only not in known.versions and not found:
        raise Unknown(only)
    return found


def rule_checks(rule: Rule) -> list[Check]:
    found = []
    if rule.prepare is not None or not rule.examples:
        found.append(Check(rule.id, rule.statement, partial(_statement_problem, rule)))
    for declare, before, after in rule.examples:
        what = f"{before} => {after if after is not None else 'nothing'}"
        found.append(Check(rule.id, what, partial(_example_problem, rule, declare, before, after)))
    if rule.source != OWN:
        why = ", as each step makes less" if has_measure(rule) else " where it was tried"
        found.append(Check(rule.id, f"comes to an end{why}", partial(_ending_problem, rule)))
    return found


def function_checks(function: Function) -> list[Check]:
    return [
        Check(function.name, f"derivative in argument {place + 1}", partial(derivative_problem, function.name, place))
        for place in range(function.arity)
        if function.derivative[place] or function.definition is not None
    ]


def verify_rule(rule: Rule) -> list[Result]:
    """Each example fires as it says, and what the rule makes of it has the same value."""
    return [c.run() for c in rule_checks(rule)]


def verify_all(only: str | None = None) -> list[Result]:
    """Everything, or a rule, a function or a plugin alone, and how its rules go with the others.  Raises Unknown."""
    return [c.run() for c in checks_of(only)] + list(clashes(only))


# rules


def _example_problem(rule: Rule, declare: str, before: str, after: str | None) -> str:
    try:
        names = read_declarations(declare, "numerator")
        value = read_value(before, names)
    except EinsightError as problem:
        return f"the example does not read: {problem.diagnostics[0].message}"
    if value is None:
        return "the example does not read"
    new = everywhere(rule, value.term)
    if after is None:
        return "fires and must not" if new is not value.term else ""
    if new is value.term:
        return "does not fire"
    axes = value.order + value.plain_axes
    if not compare(value.term, new, axes, function_value).equal:
        return "changes the value"
    stated = read_value(after, names, keep=[i.name for i in value.order])
    if stated is None or not compare(_on(stated, value), new, axes, function_value).equal:
        return "gives something else than the example says"
    return ""


def _statement_problem(rule: Rule) -> str:
    """A declarative rule: both sides have one value at random points, and it fires on its own left side."""
    try:
        left, right = compiled(rule.statement)
    except MalformedRule as malformed:
        return str(malformed)
    found = compare(left.term, right.term, left.order, function_value)
    if found.counterexample is not None:
        return f"the two sides differ: {found.counterexample.describe()}"
    at_zero = _difference_at_zero(left, right)
    if at_zero:
        return f"the two sides differ where {at_zero} is 0"
    if not found.equal:
        return f"the two sides cannot be compared{': ' * bool(found.reason)}{found.reason}"
    new = everywhere(rule, left.term)
    if left.term is right.term:
        return "both sides are the same to einsight without it, so that it never fires"
    if new is left.term:
        return "does not fire on its own left side"
    return "" if compare(left.term, new, left.order, function_value).equal else "changes the value"


def _difference_at_zero(left: Value, right: Value) -> str:
    """A name of a number at 0 of which the sides have different values; random points never meet it."""
    for tensor in sorted(left.term.depends, key=lambda t: t.key):
        if tensor.dims or not tensor.properties.isdisjoint(("positive", "special")):
            continue

        def visit(term: Term, tensor: Tensor = tensor) -> Term:
            if isinstance(term, Component) and term.tensor is tensor:
                return build.number(0)
            return map_parts(term, visit)

        with suppress(ZeroDivisionError):  # a side that has no value there
            if compare(visit(left.term), visit(right.term), left.order, function_value).equal is False:
                return f"`{tensor.name}`"
    return ""


def _ending_problem(rule: Rule) -> str:
    """Rewriting what the rule applies to, by all rules, ends; if not, that switches the rule off, or the one it goes with."""
    for term in _starts(rule):
        terms, known = endless(term), len(catalogue().faults.all)  # the terms, before a rule is switched off
        problem = ""
        try:
            normal_form(term)
        except MissingRule:
            continue
        except BudgetExceeded as spent:
            problem = str(spent)
        for fault in catalogue().faults.all[known:]:
            problem = fault.reason if fault.subject == rule.id else f"`{fault.subject}` is switched off: {fault.reason}"
        if problem or terms:
            return ": ".join(filter(None, (problem, terms)))
    return ""


def _on(value: Value, like: Value) -> Term:
    by_name = {i.name: i for i in like.order}
    names = {i: by_name[i.name] for i in value.order if i.name in by_name}
    term = build.substitute(value.term, names)  # type: ignore[arg-type]
    return build.substitute(term, dict(zip(value.plain_axes, like.plain_axes, strict=True)))


def _starts(rule: Rule) -> list[Term]:
    """Terms that the rule is for: its left side, and what its examples begin with."""
    found: list[Term] = []
    with suppress(MalformedRule):
        found.append(compiled(rule.statement)[0].term)
    for declare, before, after in rule.examples:
        try:
            value = read_value(before, read_declarations(declare, "numerator")) if after is not None else None
        except EinsightError:
            continue
        if value is not None:
            found.append(value.term)
    return found


# rules among one another


def clashes(only: str | None = None) -> Iterator[Result]:
    """Rules that undo one another, and rules for the same terms, of which at least one is wanted and none of our own pairs."""
    rules = list(catalogue().rules.values())
    starts = {rule.id: _starts(rule) for rule in rules}
    for first, second in itertools.combinations(rules, 2):
        if first.source == second.source == OWN or only not in (None, first.id, second.id, first.source, second.source):
            continue
        if set(first.heads).isdisjoint(second.heads) and not _meet(starts[first.id], starts[second.id]):
            continue
        pair = f"{first.id} ({first.source}) and {second.id} ({second.source})"
        if _undoes(first, second, starts[first.id]) or _undoes(second, first, starts[second.id]):
            yield Result(pair, "neither undoes the other", "one undoes what the other did, without end")
        elif _fires_at(first, starts[second.id]) or _fires_at(second, starts[first.id]):
            yield Result(
                pair, "left sides", note="both apply to the same terms: the one that is tried first decides the form"
            )


def _meet(left: list[Term], right: list[Term]) -> bool:
    return any(a.heads & b.heads for a in left for b in right)


def _undoes(first: Rule, second: Rule, terms: list[Term]) -> bool:
    """Does the second make again what the first began with?"""
    made = [(t, everywhere(first, t)) for t in terms]
    return any(new is not t and everywhere(second, new) is t for t, new in made)


def _fires_at(rule: Rule, terms: list[Term]) -> bool:
    """Does it apply to one of those as a whole?"""
    return any(type(t).__name__ in rule.heads and rule.apply(t) not in (None, t) for t in terms)


# the others


def _array_problem(name: str) -> str:
    try:
        read_definition(ARRAYS[name], catalogue().arity, Reader)
    except MalformedDefinition as malformed:
        return str(malformed)
    return ""


def _sign_problem(tensor: SpecialTensor) -> str:
    for cell in itertools.product(*(range(1, n + 1) for n in tensor.shape)):
        for k in range(len(cell) - 1):
            swapped = (*cell[:k], cell[k + 1], cell[k], *cell[k + 2 :])
            if tensor.value(*cell) != -tensor.value(*swapped):
                return f"its entries {cell} and {swapped} are {tensor.value(*cell)} and {tensor.value(*swapped)}"
    return ""


def _property_problem(word: Property) -> str:
    found = check(f"A ∈ ℝ^(n×n) {word.name}\n{word.statement}")
    if not found.claims:
        return found.diagnostics[0].message if found.diagnostics else "its statement is no equation"
    verdict = found.claims[0].verdict
    return "" if verdict == "right" else f"its example does not have it ({verdict})"


def _target_problem(name: str) -> str:
    try:
        derive("y' A x", "x", "A in R^(n x m); x in R^m; y in R^n").to(name)
    except EinsightError as problem:
        return str(problem)
    return ""
