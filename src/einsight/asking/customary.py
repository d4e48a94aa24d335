"""Letters that people write functions by, where nobody declares them: `σ(…)` is the logistic function, `Γ(…)` of a number the gamma function."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..lowering.mentioned import walk
from ..lowering.names import Names
from ..lowering.statements import lower_statement
from ..syntax.parse import parse_statement
from ..syntax.statements import Piece
from ..syntax.tree import Call, Name

SIGMOID, GAMMA = ("σ", "sigmoid"), ("Γ", "gamma")


def with_function(
    statements: Sequence[str], letter: str, function: str, variables: Sequence[str], names: Names
) -> list[str] | None:
    """The statements with the function for its letter, where that stands before brackets alone, and is nobody's; else None."""
    if not any(letter in s for s in statements):
        return None
    called = re.compile(rf"(?<!\w){letter}(?=\s*\()")
    if not any(called.search(s) for s in statements) or names.knows(letter) or letter in variables:
        return None
    if any(letter in called.sub("", s) for s in statements):  # which is a quantity
        return None
    is_factor = letter.isupper() and any(re.search(rf"['ᵀ]\s*{letter}\s*\(", s) for s in statements)
    return None if is_factor else [called.sub(function, s) for s in statements]  # `y' Γ(x - a)`


def is_of_numbers(statements: Sequence[str], function: str, names: Names) -> bool:
    """Is a function called with one number wherever it stands?  An array of its letter is multiplied by another: `Γ(x - y)`."""
    for statement in statements:
        tree, problems = parse_statement(statement)
        if problems or tree is None:
            return False
        for node in walk(tree):
            if not (isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.text == function):
                continue
            if len(node.arguments) != 1:
                return False
            argument = statement[node.arguments[0].start : node.arguments[0].end]
            lowered = lower_statement(Piece(0, argument), names.child(), names.layout)
            value = lowered.sides[0].value if lowered.sides else None
            if value is None or value.rank or value.flexible:
                return False
    return True
