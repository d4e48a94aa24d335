"""Values that solve something: what makes a derivative 0, what an equation of the section has for its unknown."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from ..lowering.mentioned import walk
from ..lowering.names import canonical_name
from ..syntax.quotients import Quotient, units
from ..syntax.tree import Call, Chain, Indexed, Name, Node, Num, Superscript, Symbol
from .definitions import PRIME, SQUARE, Key, Page
from .letters import is_constant, renamed, variable_below, without_marks
from .questions import Question
from .unknowns import gradient_of

# definitions of which it is asked whether their derivative is 0
MOST_OBJECTIVES = 3
ZERO = Num(0, 0, Fraction(0))


def gives_value(asked: Question) -> bool:
    """Does a formula say what its left side is, which nothing else says?"""
    page, left = asked.page, asked.left
    key = _key_of(page, left)
    if key is None:
        return False
    name, count = key
    marked = gradient_of(name, page) or page.transposed(name) or name.endswith(PRIME) or name in ("I", "ones", "e")
    if not name or marked or name in asked.page.points(asked.at, False):
        return False
    counts = (0, count, *page.counted.get(name, ()))
    return all(page.definition(n, k, asked.at) is None for n in (name, name + SQUARE) for k in counts)


def _key_of(page: Page, node: Node) -> Key | None:
    if isinstance(node, Superscript) and isinstance(node.exponent, Num) and node.exponent.value == 2:
        found = _key_of(page, node.base)
        return (found[0] + SQUARE, found[1]) if found is not None else None
    if isinstance(node, Name):
        return canonical_name(node.text), 0
    if isinstance(node, Indexed) and isinstance(node.base, Name) and node.base.text != "δ":
        name, entries = page.subscript(node)
        return name, len(entries)
    return None


def roots(asked: Question) -> Iterator[Question]:
    """`μ = …` as what makes a derivative in `μ` zero that its section has before it, as what solves an equation there, or as where
    the derivative of something is 0 that is defined before it."""
    page, key = asked.page, _key_of(asked.page, asked.left)
    if key is None or is_constant(asked.right):
        return
    wanted = without_marks(key[0]), key[1]
    value = _of_solutions(asked.right, page)
    yield from _of_section(asked, wanted, value)
    yield from itertools.islice(_stationary(asked, key, wanted, value), MOST_OBJECTIVES)


def _stationary(asked: Question, key: Key, wanted: Key, value: Node) -> Iterator[Question]:
    """`β̂ = …` as where the derivative in `β` of what the page defines by `β` is 0, the nearest first.

    Of other sections only where a mark says that it is a solution.
    """
    page = asked.page
    for order in range(asked.at - 1, -1, -1):
        formula = page.formulas[order]
        if formula.section != page.formulas[asked.at].section and wanted == key:
            return
        head = formula.tree.sides[0]
        name = head.callee if isinstance(head, Call) else head
        if not isinstance(name, Name) or _key_of(page, name) == wanted:
            continue
        variable = next((n for side in formula.tree.sides[1:] for n in walk(side) if _key_of(page, n) == wanted), None)
        if variable is not None:
            said = f"`{key[0]}` is where the derivative of `{name.text}` is 0"
            yield replace(
                asked, left=_derivative(head, variable), right=ZERO, root=(variable, value), said=(*asked.said, said)
            )


def _derivative(of: Node, variable: Node) -> Chain:
    """`∂f/∂x`."""
    sign = Symbol(of.start, of.start, "∂")
    return Chain(of.start, of.end, (("", sign), ("", of), ("/", sign), ("", variable)))


def _of_section(asked: Question, wanted: Key, value: Node) -> Iterator[Question]:
    """As what makes a derivative 0 that stands before it in its section, or as what solves an equation there."""
    page = asked.page
    for order in range(asked.at - 1, -1, -1):
        formula = page.formulas[order]
        if formula.section != page.formulas[asked.at].section:
            return
        derivative = formula.tree.sides[0]
        variable = next((v for v in _variables_of(derivative) if _key_of(page, v) == wanted), None)
        is_gradient = _is_gradient_alone(derivative)
        if is_gradient and wanted in ((v, 0) for v in (*page.taken_in, *(v for _, v in page.called_with))):
            variable = Name(0, 0, wanted[0])
        if variable is not None:
            yield replace(asked, left=derivative, right=ZERO, root=(variable, value))
        if is_gradient or any(_variables_of(derivative)):
            continue
        for left, right in pairwise(formula.tree.sides):
            unknown = next((n for side in (left, right) for n in walk(side) if _key_of(page, n) == wanted), None)
            if unknown is not None and unknown is not left:
                yield replace(asked, left=left, right=right, root=(unknown, value))


def _of_solutions(node: Node, page: Page) -> Node:
    """A value with other solutions for what they are values of: `ν*` is what solves for `ν`."""

    def of(name: str) -> str:
        base = without_marks(name)
        return base if base != name and not page.by_name.get(canonical_name(name)) else name

    return renamed(node, of)


def _is_gradient_alone(node: Node) -> bool:
    """`∇f`, which does not say in what."""
    row = list(units(node)) if isinstance(node, Chain) else []
    return len(row) == 2 and isinstance(row[0][1], Symbol) and row[0][1].text == "∇" and isinstance(row[1][1], Name)


def _variables_of(node: Node) -> Iterator[Node]:
    """What a formula that is one derivative is taken in, where it says so."""
    row = list(units(node)) if isinstance(node, Chain) else []
    first = row[0][1] if row else None
    if isinstance(first, Quotient):
        yield from (n for n in first.below if not isinstance(n, Symbol))
    elif isinstance(first, Indexed) and isinstance(first.base, Symbol) and first.base.text == "∇":
        yield variable_below(first)
    elif isinstance(first, Symbol) and first.text == "∇" and len(row) == 2 and isinstance(row[1][1], Call):
        yield from row[1][1].arguments[:1]
