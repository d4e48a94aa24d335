"""The built-in rules and functions, registered as any plugin registers its own."""

from __future__ import annotations

from collections.abc import Iterable

from ..rules import (
    accumulation,
    algebra,
    array_derivatives,
    brackets,
    delta,
    derivative,
    direct,
    functions,
    matrix_powers,
    orthogonal,
    quotients,
    square_products,
)
from ..rules.engine import install_direct
from ..rules.rule import Function, Rule
from .hooks import hookimpl

install_direct(direct.direct)


@hookimpl
def einsight_rules() -> Iterable[Rule]:
    return (
        *accumulation.RULES, *array_derivatives.RULES, *derivative.RULES, *delta.RULES, *brackets.RULES, *orthogonal.RULES, *algebra.RULES,
        *matrix_powers.RULES, *square_products.RULES, *quotients.RULES,
    )  # fmt: skip


@hookimpl
def einsight_functions() -> Iterable[Function]:
    return functions.FUNCTIONS
