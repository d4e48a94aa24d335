"""What a formula is of as a whole, by the signs that stand in it: of whole arrays, of numbers, of components under sums."""

from __future__ import annotations

from ..lowering.mentioned import walk
from ..lowering.names import GREEK, canonical_name
from ..syntax.tree import Absolute, Call, Indexed, Iverson, Layer, Name, Node, Norm, Superscript, Symbol, Transpose
from .letters import OF_ARRAYS, WORDS, Letters, is_capital
from .signs import OF_SQUARES, runs_over_an_array


def is_written_of_arrays(letters: Letters) -> bool:
    """Does something stand in it that is of arrays alone, a transpose, a norm, a trace, `log |Σ_k|`?"""

    def is_of_arrays(node: Node) -> bool:
        if not isinstance(node, Call) or not isinstance(node.callee, Name):
            return isinstance(node, (Transpose, Norm))
        of = node.arguments[0]
        inner = of.inner if isinstance(of, Absolute) else None
        return node.callee.text in OF_SQUARES or (
            node.callee.text == "log" and isinstance(inner, Indexed) and is_capital(inner.base.text)  # type: ignore[attr-defined]
        )

    return any(map(is_of_arrays, letters.inside))


def is_of_numbers(letters: Letters) -> bool:
    """Is there nothing in the formula that is written of arrays alone?  Then its letters are numbers: `a x^2 + b x + c`."""
    are_numbers = any(map(_is_raised_as_a_number, letters.inside))
    numbered = [n for n in letters.inside if isinstance(n, Indexed) and n.subscript.text == "0"]  # `I_0`
    first = {n.base.start for n in numbered}
    for node in letters.inside:
        if isinstance(node, (Transpose, Norm, Absolute, Layer, Iverson, Symbol)):
            return False
        if isinstance(node, Indexed) and node not in numbered:
            return False
        if isinstance(node, Name) and node.start in first:
            continue
        if runs_over_an_array(node):
            return False
        entry = letters.names.find(canonical_name(node.text)) if isinstance(node, Name) else None
        is_array = entry is not None and (entry.tensor is None or bool(entry.tensor.dims))
        if isinstance(node, Name) and (is_capital(node.text) and not are_numbers or is_array):
            return False
    return not (letters.names.fact(WORDS) or letters.names.fact(OF_ARRAYS))


def _is_raised_as_a_number(node: Node) -> bool:
    """Is it a power of a capital that no matrix has, `K^α`, `L^(1 - α)`?"""
    if not (isinstance(node, Superscript) and isinstance(node.base, Name) and is_capital(node.base.text)):
        return False
    above = [n for n in walk(node.exponent) if isinstance(n, Name)]
    return any(canonical_name(n.text) in GREEK.values() and canonical_name(n.text).islower() for n in above)


def is_of_components(letters: Letters) -> bool:
    """Is all in it that is no number a component under a sum, as in `∑_i ((a - 1) log(x_i) + b)`?"""
    of_arrays = (Transpose, Norm, Absolute, Layer, Iverson)
    return (
        bool(letters.bound)
        and not any(isinstance(n, of_arrays) for n in letters.inside)
        and not letters.has_whole_arrays()
        and not letters.samples()
        and not (letters.names.fact(WORDS) or letters.names.fact(OF_ARRAYS))
    )
