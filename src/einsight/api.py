"""What a plugin imports, and all that it needs to: `from einsight.api import rule, function, hook`.

    @hook
    def einsight_rules():
        return [rule("course.odd", "softsign(-s) => -softsign(s)", doc="Softsign is odd.")]

    @hook
    def einsight_functions():
        return [function("softsign", definition="z/(1 + abs(z))")]

A plugin is a module that an installed package names under the entry points `einsight`; it may say `EINSIGHT_API = 1`, the
version of this module that it is written for.  What stands in `__all__` stays as it is within a version.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from .lowering.report import Diagnostic, EinsightError
from .plugins.hooks import API_VERSION
from .plugins.hooks import hookimpl as hook
from .rules import defined, pattern
from .rules.pattern import MalformedRule
from .rules.rule import (
    ID,
    PHASES,
    ArrayFunction,
    Finding,
    Function,
    Lint,
    Property,
    Rule,
    SpecialTensor,
    Statement,
    Target,
)
from .terms import build
from .terms.build import add, apply, delta, negate, number, power
from .terms.term import HEADS, Apply, Component, Delta, Derivative, Number, Operator, Power, Product, Sum, Term

__all__ = [
    "API_VERSION",
    "Apply",
    "Component",
    "Delta",
    "Derivative",
    "EinsightError",
    "Finding",
    "MalformedRule",
    "Number",
    "Operator",
    "Power",
    "Product",
    "Statement",
    "Sum",
    "Term",
    "add",
    "apply",
    "array_function",
    "call_rule",
    "cannot",
    "delta",
    "function",
    "function_rule",
    "hook",
    "lint",
    "multiply",
    "negate",
    "number",
    "pair_rule",
    "power",
    "property",
    "rule",
    "target",
    "tensor",
]

Examples = Iterable[tuple[str, str, "str | None"]]


# rules and functions that say themselves


def rule(id: str, statement: str, doc: str = "", *, examples: Examples = (), phase: str = "simplify") -> Rule:
    """A rule that reads like the identity it is: `rule("course.odd", "softsign(-s) => -softsign(s)")`.

    Names stand for any expression with those indices, indices for any index; `… where A symmetric, dim = 3` says when it holds.
    `examples` are `(declarations, before, after)`, with None for an expression that must be left alone.  Raises MalformedRule.
    """
    return pattern.rule(id, statement, doc, phase, examples=examples)


def array_function(statement: str, *, doc: str = "") -> ArrayFunction:
    """A function of arrays by its components: `array_function("cross(a, b)_i = ε_ijk a_j b_k where dim = 3")`.

    How many axes an argument has is read off its indices; where it stands without any, it is named with them, as in
    `"volume(A_ij) = abs(det(A))"`.  Raises MalformedRule.
    """
    return defined.array_function(statement, doc)


def function(
    name: str,
    derivative: str | Sequence[str | None] = "",
    numpy: str = "",
    latex: str = "",
    *,
    definition: str = "",
    value: Callable[..., float] | None = None,
    jax: str = "",
    torch: str = "",
    doc: str = "",
) -> Function:
    """An elementwise function of `z`, or of `z` and `w`.

    derivative          in the language, for each argument: `"1 - tanh(z)^2"`; None for an argument in which there is none
    definition          the function in the language, `"z/(1 + abs(z))"`: value and derivative follow from it
    numpy, jax, torch   how generated code writes it: `"numpy.tanh"`, or with places, `"numpy.logaddexp({0}, 0)"`
    value               computes it on floats; without it `numpy` or `definition` does
    latex               its name in formulas

    Raises ValueError where something is missing.
    """
    given = (derivative,) if isinstance(derivative, str) else tuple(derivative)
    derivatives = tuple(d or "" for d in given)
    spelled = {
        m: _template(name, m, text, len(derivatives)) for m, text in [("numpy", numpy), ("jax", jax), ("torch", torch)]
    }
    if definition:
        made = defined.defined_function(name, "z", definition, doc, latex=latex)
    elif "" in given or not given:
        raise ValueError(
            f"function `{name}` lacks its derivative: give `derivative`, or a `definition` that it follows from"
        )
    else:
        made = Function(name, derivatives, _no_value, latex=latex or rf"\operatorname{{{name}}}", doc=doc)
    computed = value or (_from_numpy(spelled["numpy"], len(derivatives)) if numpy else made.value)
    if computed is _no_value:
        raise ValueError(
            f"function `{name}` has no value: give `numpy`, a `definition`, or `value`, a function of floats"
        )
    return Function(
        name, derivatives, computed, latex=made.latex, doc=doc, definition=made.definition,
        numpy=spelled["numpy"], jax=spelled["jax"], torch=spelled["torch"],
    )  # fmt: skip


def _no_value(*at: float) -> float:
    raise ValueError("there is no value")


def _template(name: str, module: str, spelling: str, arity: int) -> str:
    """`numpy.tanh` as `numpy.tanh({0})`.  Raises ValueError for what uses another module: generated code imports one."""
    if not spelling:
        return ""
    places = [f"{{{k}}}" for k in range(arity)]
    text = spelling if "{" in spelling else f"{spelling}({', '.join(places)})"
    try:
        used = {
            n.id
            for n in ast.walk(ast.parse(text.format(*("z" for _ in places)), mode="eval"))
            if isinstance(n, ast.Name)
        }
    except (SyntaxError, IndexError, KeyError, ValueError):
        raise ValueError(f"function `{name}`: `{spelling}` is no expression with places {', '.join(places)}") from None
    if used - {module, "z"}:
        raise ValueError(
            f"function `{name}`: `{spelling}` uses {', '.join(sorted(used - {module, 'z'}))}, not {module} alone"
        )
    return text


def _from_numpy(template: str, arity: int) -> Callable[..., float]:
    """The function that a spelling names; NumPy is imported when it is first called."""
    made: list[Callable[..., Any]] = []

    def value(*at: float) -> float:
        import numpy

        if not made:
            arguments = "zw"[:arity]
            made.append(eval(f"lambda {', '.join(arguments)}: {template.format(*arguments)}", {"numpy": numpy}))  # noqa: S307
        with numpy.errstate(all="ignore"):
            return float(made[0](*map(numpy.float64, at)))

    return value


# rules that a pattern cannot say

Rewriter = Callable[[Term], "Term | None"]


def function_rule(
    id: str, statement: str, on: str | Sequence[str], *, doc: str = "", examples: Examples = (), phase: str = "simplify"
) -> Callable[[Rewriter], Rule]:
    """A rule that a function carries out: it gets each term with one of the heads `on`, and returns another or None.

    The docstring of the function is the rule's where `doc` is not given.  Raises ValueError for a head or phase there is not.
    """
    heads = (on,) if isinstance(on, str) else tuple(on)
    for head in heads:
        if head not in HEADS:
            raise ValueError(f"rule `{id}`: there is no head `{head}`; there are {', '.join(HEADS)}")
    if phase not in PHASES or not ID.fullmatch(id):
        raise ValueError(f"rule `{id}`: its id is `group.name`, and its phase one of {', '.join(PHASES)}")

    def made(apply: Rewriter) -> Rule:
        told = doc or (apply.__doc__ or "").partition("\n")[0].strip()
        return Rule(id, statement, told, phase, heads, apply, tuple(examples))

    return made


def call_rule(
    id: str, statement: str, name: str, *, doc: str = "", examples: Examples = (), phase: str = "simplify"
) -> Callable[[Callable[..., Term | None]], Rule]:
    """A rule for calls of the elementwise function `name`: the function below gets the arguments, and returns a term or None."""

    def made(own: Callable[..., Term | None]) -> Rule:
        def apply(term: Term) -> Term | None:
            return own(*term.arguments) if isinstance(term, Apply) and term.function == name else None

        apply.__doc__ = own.__doc__
        return function_rule(id, statement, "Apply", doc=doc, examples=examples, phase=phase)(apply)

    return made


def pair_rule(
    id: str, statement: str, *, doc: str = "", examples: Examples = (), phase: str = "simplify"
) -> Callable[[Callable[[Term, Term], Term | None]], Rule]:
    """A rule for two factors of a product: the function below gets each pair in both orders, and returns what replaces both."""

    def made(own: Callable[[Term, Term], Term | None]) -> Rule:
        def apply(term: Term) -> Term | None:
            if not isinstance(term, Product):
                return None
            factors, dummies = build.open_product(term)
            for a, left in enumerate(factors):
                for b, right in enumerate(factors):
                    new = own(left, right) if a != b else None
                    if new is not None:
                        return build.product([new, *(f for k, f in enumerate(factors) if k not in (a, b))], dummies)
            return None

        apply.__doc__ = own.__doc__
        return function_rule(id, statement, "Product", doc=doc, examples=examples, phase=phase)(apply)

    return made


def multiply(*factors: Term) -> Term:
    """The product of some terms, summed over nothing."""
    return build.product(factors)


# what else a plugin can bring


def tensor(
    name: str,
    shape: Sequence[int],
    value: Callable[..., int | Fraction],
    *,
    aliases: Sequence[str] = (),
    antisymmetric: bool = False,
    doc: str = "",
) -> SpecialTensor:
    """A tensor known without a declaration, such as `ε_ijk`: `value(i, j, k)` gives an entry, counted from 1.

    Rules find the indices of one that is `antisymmetric`, in all of them, in any order.
    """
    return SpecialTensor(name, tuple(shape), value, tuple(aliases), doc, antisymmetric=antisymmetric)


def property(
    name: str,
    statement: str,
    sample: Callable[[int, Callable[[], Fraction]], Sequence[Sequence[Fraction]]],
    *,
    doc: str = "",
) -> Property:
    """A word behind the declaration of a square matrix, as in `P ∈ ℝ^(n×n) idempotent`, for rules `where P idempotent`.

    `statement` says it of a matrix `A`: `"A A = A"`.  `sample(n, draw)` gives the rows of an example of size n, of exact
    numbers; `draw()` gives one at random.
    """
    return Property(name, statement, sample, doc)


def target(name: str, write: Callable[[Any], str], *, doc: str = "") -> Target:
    """What `derive(…).to(name)` and `einsight derive --to name` give: `write` makes a text of what `derive` returns.

    It may raise `cannot("why")`.
    """
    return Target(name, write, doc)


def cannot(message: str) -> EinsightError:
    """What a target raises for something that it cannot say."""
    return EinsightError([Diagnostic("EIN002", "error", (0, 0), message)])


def lint(id: str, check: Callable[[Statement], Iterable[Finding]], *, doc: str = "") -> Lint:
    """Something to look for in documents: `check` is given each statement that reads, and yields findings about it."""
    return Lint(id, check, doc)
