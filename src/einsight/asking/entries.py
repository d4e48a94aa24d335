"""A formula whose names are all told, once more: products in sums over entries written as they conform, and traces of numbers."""

from __future__ import annotations

from ..lowering.mentioned import walk
from ..lowering.names import Names
from ..lowering.operators import sum_sign
from ..lowering.statements import lower_statement
from ..syntax.parse import parse_statement
from ..syntax.statements import Piece
from ..syntax.tree import Call, Indexed, Name, Norm, Relation
from .dimensions import Conflict
from .entrywise import NORM, OF_ENTRIES, POWER, PRODUCT
from .inference import NOTES, Inference
from .signs import NOT_OF_NUMBERS


def entry_by_entry(text: str, names: Names) -> tuple[str, tuple[str, ...]]:
    """A formula with the products and powers in its sums over entries as they conform, `sum(y ⊙ log(p))`, and which of them are a choice.

    What conforms as it stands is what the language says that it is: `sum(A * B)` of square matrices has their product.
    """
    if "/" not in text and not any(f"{name}(" in text for name in OF_ENTRIES):
        return text, ()
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation) or any(sum_sign(n) for n in walk(tree)):
        return text, ()
    inference = Inference(names, {}, NOTES)
    inference.by_entries = "names"
    try:
        inference.relation(tree, False, alike=False)
    except Conflict:
        return text, ()
    if inference.chosen and not any(
        d.severity == "error" for d in lower_statement(Piece(0, text), names.child()).diagnostics
    ):
        return text, ()
    for begin, end, sign in sorted(set(inference.dotted), reverse=True):
        between = text[begin:end].strip(" *·/^")
        room = "" if sign.startswith(".^") else " "
        text = f"{text[:begin]}{room}{sign}{room}{'' if room == '' else between}{text[end:]}"
    return text, tuple(c for c in (PRODUCT, POWER) if c in inference.chosen)


def is_of_a_number(text: str, names: Names) -> bool:
    """Is a trace or a determinant taken of a number, which nobody does, so that its letters are no components?"""
    tree = parse_statement(text)[0]
    for node in walk(tree) if tree is not None else ():
        if isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.text in NOT_OF_NUMBERS:
            at = node.arguments[0]
            sides = lower_statement(Piece(0, text[at.start : at.end]), names.child(), names.layout).sides
            value = sides[0].value if sides else None
            if value is not None and not value.rank and not value.flexible:
                return True
    return False


def induced_norms(text: str, names: Names) -> tuple[str, ...]:
    """That `‖X‖_1` of a matrix is taken for its induced norm, where one stands in a formula: others mean the sum of its entries' sizes."""
    tree = parse_statement(text)[0] if "‖" in text or "||" in text else None
    for node in walk(tree) if tree is not None else ():
        if isinstance(node, Indexed) and isinstance(node.base, Norm) and node.subscript.text.strip("{}") == "1":
            at = node.base.inner
            sides = lower_statement(Piece(0, text[at.start : at.end]), names.child(), names.layout).sides
            value = sides[0].value if sides else None
            if value is not None and value.rank == 2:
                return (NORM,)
    return ()
