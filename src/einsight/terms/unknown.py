"""Unknown functions of arrays, `f : ℝ^m → ℝ^n`, and the names of their derivatives: `f`, `J_f`, `H_f`, `J3_f`, …

The derivative of order k has the axes of the value and then k times those of the argument.
"""

from __future__ import annotations

from itertools import chain

from .dimension import Slot, slot_key

MATRIX_FUNCTIONS = frozenset({"inv", "det", "logdet", "power", "expm"})
# of all entries of an array of any shape, one number: the largest, and their product
ENTRY_FUNCTIONS = frozenset({"max", "prod"})
# what only the evaluation of a term and its code know, of a square matrix too
INNER_FUNCTIONS = frozenset({"cofactor", "left-singular", "right-singular", "singular-weights"})


# behind the name of an elementwise function that is declared under a name which a known one has: that is another function
DECLARED = "†"


def shown(function: str) -> str:
    """The name of an elementwise function as it is written."""
    return function.replace(DECLARED, "")


def unknown_name(function: str, order: int) -> str:
    """The name of a derivative of that order; the function itself for 0."""
    return function if not order else f"{('J', 'H')[order - 1] if order < 3 else f'J{order}'}_{function}"


def split_unknown(name: str) -> tuple[str, int]:
    """The function and the order of a name that `unknown_name` made."""
    mark, _, rest = name.partition("_")
    if not rest or mark[0] not in "JH" or (mark[1:] and not mark[1:].isdigit()):
        return name, 0
    return rest, {"J": 1, "H": 2}.get(mark) or int(mark[1:])


def derivatives_in_order(name: str, rank: int, indices: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Higher derivatives of an unknown function commute: the variable's slots are sorted, `rank` at a time."""
    order = split_unknown(name)[1]
    if order < 2 or not rank:
        return indices
    first = len(indices) - order * rank
    groups = [indices[k : k + rank] for k in range(first, len(indices), rank)]
    groups.sort(key=lambda g: [slot_key(s) for s in g])
    return (*indices[:first], *chain(*groups))


def is_unknown(name: str) -> bool:
    """Is that operator an unknown function, or a derivative of one?"""
    return name not in MATRIX_FUNCTIONS and name not in INNER_FUNCTIONS and name not in ENTRY_FUNCTIONS
