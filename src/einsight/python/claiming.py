"""What is returned, as what is claimed: each value with its expression, by the parameters that they stand for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from .reading import Reader
from .runs import Claimed, Unreadable
from .values import Array, Flag, Several, Value


def returned(node: ast.Return, value: Value) -> list[tuple[ast.expr, Value]]:
    """Each value that is returned, with the expression of it."""
    assert node.value is not None
    if isinstance(value, Several):
        if isinstance(node.value, ast.Tuple) and len(node.value.elts) == len(value.items):
            return list(zip(node.value.elts, value.items, strict=True))
        return [(node.value, v) for v in value.items]
    return [(node.value, value)]


def matched(pairs: Sequence[tuple[ast.expr, Value]], parameters: Sequence[str]) -> list[Claimed]:
    """Values by the parameters that they stand for, those that are None left out.  Raises Unreadable."""
    if len(pairs) != len(parameters):
        raise Unreadable(f"it returns {len(pairs)} values for {len(parameters)} arguments")
    claimed = []
    for (node, value), parameter in zip(pairs, parameters, strict=True):
        if isinstance(value, Flag) and value.value is None:
            continue
        if not isinstance(value, Array):
            raise Unreadable(f"the derivative in `{parameter}` is not read")
        claimed.append(Claimed(parameter, node, value))
    return claimed


def under_conditions(
    reader: Reader, node: ast.Return, value: Value, claims: Callable[[ast.Return, Value], list[Claimed]]
) -> list[Claimed]:
    """What is claimed where it is returned, each place with its condition.  Raises Unreadable."""
    if len(reader.returns) < 2:
        return claims(node, value)
    found: list[Claimed] = []
    for one in reader.returns:
        if one.node.value is None:
            raise Unreadable("it returns nothing under a condition")
        found += [replace(c, where=one.where) for c in claims(one.node, one.value)]
    return found
