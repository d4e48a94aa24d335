"""What a page says of names beyond shapes and properties, by which a claim may hold that fails in general.

A formula such as `K S = P H'` or `‖u‖ = 1` that is no claim binds what is in it; so do words such as “one-hot”.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from ...judging.assumptions import NORMALISED, UNIT
from ...judging.comparison import Given, are_right
from ...lowering.lowered import Lowered, Side
from ...lowering.mentioned import names_of
from ...lowering.names import Names
from ...lowering.values import flat
from ...rules.engine import BudgetExceeded, MissingRule, normal_form
from ...syntax.tree import Name, Node, Num, Relation
from ...terms import build
from ...terms.dimension import Dim
from ...terms.interruption import OutOfTime, for_polls, in_polls
from ...terms.term import Apply, Component, Derivative, Term
from ...terms.walk import expand_definitions, replace_dims
from ..cells import has_derivative

# what nobody can declare, of the names of its sentence
_SAYS_MORE = re.compile(
    r"\b(?:zeros and ones|ones and zeros|zero or one|one[- ]hot|binary|indicators?|masks?|unit (?:vectors?|norm|length)|normali[sz]ed|"
    r"orthonormal|idempotent|projections?|projectors?|permutation|stochastic|(?:add|sum)s? (?:up )?to (?:one|1)|triangular|circulant|"
    r"toeplitz|commut\w+|rank[- ]one|cent(?:red|ered)|(?:length|norm) (?:one|1))\b",
    re.IGNORECASE,
)
_ADDS_UP = re.compile(
    r"\b(?:one[- ]hot|(?:add|sum)s? (?:up )?to (?:one|1|unity)|class (?:labels?|indicators?)|probability (?:vectors?|distributions?)|(?:label|target|teacher|class) distributions?)\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\b(?:unit (?:vectors?|norm|length)|(?:length|norm) (?:one|1)|normali[sz]ed (?:eigen)?vectors?)\b", re.IGNORECASE
)
# what is worth finding out: 0.3 s of most comparisons, and ten times what any page has needed. No seconds, since what a page
# says must not rest on what else the machine does
_POLLS = 5_000


def said_of_entries(sentence: str) -> str:
    """The words that give the names of their sentence something that nobody can declare; empty where there are none."""
    found = _SAYS_MORE.search(sentence)
    return found[0] if found is not None else ""


def scales(sentence: str) -> Iterator[str]:
    """Which of SCALED words say of the names of their sentence."""
    if _ADDS_UP.search(sentence) is not None:
        yield NORMALISED
    if _UNIT.search(sentence) is not None:
        yield UNIT


def scaled_by(lowered: Lowered, names: Names, tree: Relation) -> tuple[str, str] | None:
    """The name of which `∑_i t_i = 1` or `u'u = 1` says that."""
    one = isinstance(tree.sides[-1], Num) and tree.sides[-1].value == 1
    leaves = leaves_of(tree, names)
    if not one or len(tree.sides) != 2 or len(leaves) != 1 or lowered.kind != "claim":
        return None
    (name,) = leaves
    return next(((name, said) for said in (NORMALISED, UNIT) if holds(lowered, names, ((name, said),))), None)


def names_behind(node: Node, names: Names) -> frozenset[str]:
    """The names, of functions too, in a formula and in the definitions that it rests on."""
    found = set(names_of(node))
    for name in tuple(found):
        entry = names.find(name)
        if entry is not None and entry.tensor is not None:
            for tensor in (entry.tensor, *entry.tensor.depends):
                if tensor.definition is not None:
                    found |= {t.function.rstrip("'") for t in tensor.definition.body.walk() if isinstance(t, Apply)}
    return frozenset(found)


def leaves_of(node: Node, names: Names) -> frozenset[str]:
    """The names without a definition that a formula rests on, through definitions too."""
    found: set[str] = set()
    for name in names_of(node):
        entry = names.find(name)
        if entry is not None and entry.tensor is not None:
            found |= {t.name for t in {entry.tensor, *entry.tensor.depends} if t.definition is None}
    return frozenset(found)


def bound_by(tree: Relation, lowered: Lowered, names: Names) -> frozenset[str]:
    """The names that an equation binds: those of one side alone, or of all of it where the other one is a constant.

    An equation whose sides rest on the same names claims something of them; so does one that holds in general.
    """
    if lowered.kind != "claim" or len(tree.sides) != 2 or any(s.value is None for s in lowered.sides):
        return frozenset()
    left, right = (leaves_of(side, names) for side in tree.sides)
    constant = any(isinstance(s, Num) or (isinstance(s, Name) and s.text in ("I", "ones")) for s in tree.sides)
    if not left | right or (left == right and not constant):
        return frozenset()
    written = [frozenset(names_of(side)) & leaves for side, leaves in zip(tree.sides, (left, right), strict=True)]
    bound = written[0] | written[1] if constant else written[0] ^ written[1]
    return frozenset() if not bound or holds(lowered, names) else bound


def remaining(lowered: Lowered) -> frozenset[str]:
    """The names in the sides of a claim once all derivatives are carried out; those that it mentions where that takes long."""
    terms = [s.value.term for s in lowered.sides if s.value is not None]
    try:
        with for_polls(_POLLS):
            terms = [normal_form(expand_definitions(t)) for t in terms]
    except (OutOfTime, BudgetExceeded, MissingRule):
        pass
    return frozenset(t.name for term in terms for t in term.depends)


def to_be_solved(lowered: Lowered, tree: Relation) -> str:
    """`∇f = 0` is what one solves, wherever it does not hold."""
    zero = isinstance(tree.sides[-1], Num) and tree.sides[-1].value == 0
    return "it may be an equation to be solved" if zero and len(tree.sides) == 2 and has_derivative(lowered) else ""


def numbers_put_in(lowered: Lowered, tree: Relation, names: Names) -> str:
    """`x = 1.5 - 0.25 = 1.25` gives a value in passing, as `|ρ| = 3/6` does, where the page does not define what it is of."""
    plain = all(not names_of(side) for side in tree.sides[1:])
    return "numbers are put in" if plain and not has_derivative(lowered) and leaves_of(tree.sides[0], names) else ""


def says_nothing(lowered: Lowered, tree: Relation) -> bool:
    """Are all sides with a derivative 0, since nothing is known to depend on anything, though none is written as 0?"""
    if not has_derivative(lowered) or any(isinstance(s, Num) for s in tree.sides):
        return False
    return all(_is_nothing(s.value.term) for s in lowered.sides if s.value is not None)


def _is_nothing(term: Term) -> bool:
    return normal_form(expand_definitions(term)) == build.ZERO


def hidden_dependence(lowered: Lowered) -> str:
    """`∂E/∂Y` where `E` is not written in `Y`, but in what `Y` is written in: it may be meant as a function of `Y`."""
    for side in lowered.sides:
        for term in side.value.term.walk() if side.value is not None else ():
            if isinstance(term, Derivative) and term.tensor.definition is not None:
                inside = expand_definitions(term.body, keep=frozenset({term.tensor}))
                leaves = {t for t in term.tensor.depends if t.definition is None}
                held = {t.tensor for t in inside.walk() if isinstance(t, Component)}
                if term.tensor not in held and leaves & held:
                    return f"nothing says how it depends on `{term.tensor.name}`"
    return ""


def holds(lowered: Lowered, names: Names, given: Given = ()) -> bool:
    """Is every claim of a statement right?  False where that takes long."""
    if lowered.kind != "claim" or any(s.value is None for s in lowered.sides):
        return False
    return _holds(_Statement(lowered, names, given))


def holds_at(size: int, lowered: Lowered, names: Names, given: Given = ()) -> bool:
    """Does a statement that does not hold in general hold where every axis that nobody declares has that size?"""
    if lowered.kind != "claim" or any(s.value is None for s in lowered.sides) or holds(lowered, names, given):
        return False
    values = [s.value for s in lowered.sides if s.value is not None]
    tensors = {t for v in values for t in v.term.depends}
    dims = {d: Dim(size) for t in tensors for d in t.dims if d.inferred}
    dims |= {i.dim: Dim(size) for v in values for i in v.order if i.dim.inferred}

    def sized(side: Side) -> Side:
        value = side.value
        assert value is not None
        order = tuple(i.over(dims.get(i.dim, i.dim)) for i in value.order)
        return replace(side, value=replace(value, term=replace_dims(value.term, dims), order=order))

    if not dims or any(v.axes for v in values):
        return False
    return holds(replace(lowered, sides=tuple(map(sized, lowered.sides)), kinder=()), names, given)


class _Statement:
    """A statement, the same as another one that has its values, whatever their axes are called."""

    def __init__(self, lowered: Lowered, names: Names, given: Given):
        self.lowered, self.names, self.given = lowered, names, given
        values = [s.value for side in (lowered.sides, lowered.kinder) for s in side if s.value is not None]
        closed = (build.abstraction(flat(v.axes), v.term) for v in values)
        self.key = (lowered.text, lowered.layout, given, tuple(v.row for v in values), *closed)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Statement) and self.key == other.key


@lru_cache(maxsize=1_000)  # while one types, most formulas of a page stay as they are
def _holds(statement: _Statement) -> bool:
    return in_polls(_POLLS, lambda: are_right(statement.lowered, statement.names, statement.given), False)


def may_be_as_long(lowered: Lowered) -> str:
    """Where the sides of a claim are of different shapes, and only since one of them names an extent that the other gives in numbers:
    which may be which here."""
    shapes = [side.value.layout for side in lowered.sides if side.value is not None]
    if lowered.kind != "claim" or len(shapes) != 2 or len(shapes[0]) != len(shapes[1]):
        return ""
    pairs = [(one, other) for one, other in zip(*shapes, strict=True) if one != other]
    if not pairs or any(
        isinstance(one.value, int) == isinstance(other.value, int) or 1 in (one.value, other.value)
        for one, other in pairs
    ):
        return ""
    given, named = sorted(pairs[0], key=lambda d: not isinstance(d.value, int))
    return f"`{named}` may be {given} here"
