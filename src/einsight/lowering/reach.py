"""How far a sum reaches on paper: in `-∑_i y_i log(s_i) + (1 - y_i) log(1 - s_i)` to the end, since what `i` is behind the `+`
nothing else says.

In the language a sum is over the product that follows.  What people write who think of another extent is given brackets before it is
read (`with_reach`); in what is read as it stands, a letter that a sum leaves behind is told of.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..frozen import frozen
from ..syntax.finding import children
from ..syntax.parse import parse_statement
from ..syntax.tree import Addition, Call, Chain, Indexed, Iverson, Name, Node, Relation, Superscript, Symbol
from .context import Context
from .mentioned import walk
from .operators import sum_sign
from .report import Fix


@frozen
class Reach:
    """A sum that binds `letter`, the place behind its sign, and the last term of the sum around it in which that letter stands."""

    letter: str
    begin: int
    last: Node


def with_reach(text: str) -> list[tuple[int, str]]:
    """The brackets that are missing in a statement, each with its place; none where the other side of an `=` says what a letter is."""
    if "+" not in text and "-" not in text or ("∑" not in text and "sum_" not in text):
        return []
    tree = parse_statement(text)[0]
    if tree is None:
        return []
    sides = tree.sides if isinstance(tree, Relation) else (tree,)
    found = []
    for side in sides:
        free = {letter for other in sides if other is not side for letter in _letters(other)}
        for node in walk(side):
            if isinstance(node, Addition):
                for reach in left_behind(node):
                    if reach.letter not in free:
                        found += [(reach.begin, "("), (reach.last.end, ")")]
    return found


def left_behind(node: Addition) -> Iterator[Reach]:
    """The sums among the terms of another whose letters stand in later terms as well."""
    open_: dict[str, int] = {}  # where behind the nearest sign of each letter its sum begins
    found: dict[int, Reach] = {}
    for _, term in node.items:
        used = _letters(term) & open_.keys() if open_ else ()
        for letter in used:
            found[open_[letter]] = Reach(letter, open_[letter], term)
        open_.update(_signs(term))
    yield from found.values()


def tell_of_letters_left_behind(reader: Context, node: Addition) -> None:
    for reach in left_behind(node):
        if reach.letter in reader.kept:
            continue
        letter, place = reach.letter, Node(reach.begin, reach.last.end)
        written = f"({reader.source(place)})"
        message = (
            f"the `∑_{letter}` ends before what is added to it, where `{letter}` stands again: write brackets for the sum of all, "
            f"`∑_{letter} {written}`"
        )
        fix = Fix("write brackets around what is summed", (place.start, place.end), written)
        reader.error("EIN207", place, message, (fix,))


def _signs(term: Node) -> Iterator[tuple[str, int]]:
    """The letters that the sums of a product bind, each with the place behind its sign."""
    items = term.items if isinstance(term, Chain) else ()
    for place, (_, factor) in enumerate(items):
        behind = next((n.start for _, n in items[place + 1 :] if n.start >= factor.end), None)
        if behind is not None:
            yield from ((letter, behind) for letter in _bound(factor))


def _bound(factor: Node) -> set[str]:
    sign = sum_sign(factor)
    if sign is None:
        base = factor.base if isinstance(factor, Superscript) else factor
        is_product = isinstance(base, Indexed) and isinstance(base.base, Symbol) and base.base.text == "∏"
        return set(base.subscript.letters) if is_product else set()  # type: ignore[attr-defined]
    return set(sign.subscript.letters) if sign.subscript is not None else set()


def _letters(node: Node) -> set[str]:
    """The letters of indices that stand in an expression and are not bound in it."""
    if isinstance(node, Chain):
        found: set[str] = set()
        bound: set[str] = set()
        for _, factor in node.items:
            found |= (set() if sum_sign(factor) else _letters(factor)) - bound
            bound |= _bound(factor)
        return found
    if isinstance(node, Call) and isinstance(node.callee, Indexed):  # `softmax_j(S_ij)`
        return {letter for a in node.arguments for letter in _letters(a)} - {*node.callee.subscript.letters}
    if isinstance(node, Iverson):
        return {n.text for n in walk(node) if isinstance(n, Name)}
    own = set(node.subscript.letters) if isinstance(node, Indexed) else set()
    return own | {letter for inner in children(node) for letter in _letters(inner)}
