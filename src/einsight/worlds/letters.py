"""Which letters of a page count, which names stand whole, and other facts that its formulas show by how they are written."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from ..lowering.mentioned import names_of, walk
from ..lowering.names import canonical_name
from ..syntax.finding import children, rebuilt
from ..syntax.parse import parse_statement
from ..syntax.quotients import Quotient, units
from ..syntax.tree import (
    Absolute,
    Addition,
    Call,
    Chain,
    Group,
    Indexed,
    Iverson,
    Name,
    Node,
    Norm,
    Num,
    Relation,
    Superscript,
    Symbol,
    Transpose,
)
from .functions import ARRAYS, BARE

# letters that count where nothing says what they do
_COUNTING = frozenset("ijklmnpqrstuvabc")
# capitals that are sizes, before what they multiply
_SIZES = frozenset("NTKLDM")


# functions of what is to be made least or largest
_EXTREMES = ("min", "max", "argmin", "argmax")
# what tells a solution from what it is a value of
_OF_SOLUTIONS = ("⁽*⁾", "\u0302")


def without_marks(name: str) -> str:
    """The name of what a solution is a value of."""
    for mark in _OF_SOLUTIONS:
        name = name.replace(mark, "")
    return name


def added_last(body: Node) -> tuple[int, str]:
    """The name that stands alone as the last summand, `v` of `A x + v`, with its sign; empty where none does."""
    sign, last = body.items[-1] if isinstance(body, Addition) else (0, None)
    return (sign, canonical_name(last.text)) if isinstance(last, Name) else (0, "")


def without_power(node: Node) -> Node:
    """`σ` of `σ²`, `Σ` of `Σ^-1`."""
    return node.base if isinstance(node, Superscript) else node


def renamed(node: Any, of: Callable[[str], str]) -> Any:
    """The same with other names."""
    if isinstance(node, Name):
        text = of(node.text)
        return node if text == node.text else replace(node, text=text)
    return rebuilt(node, lambda inner: renamed(inner, of))


def is_extreme(node: Node, counting: Container[str]) -> bool:
    """`min_u(…)`, `argmin_u(…)`, where `u` does not count: what is made least or largest by a choice of `u`."""
    callee = node.callee if isinstance(node, Call) else None
    base = callee.base if isinstance(callee, Indexed) else callee
    if not isinstance(base, Name) or base.text not in _EXTREMES:
        return False
    chosen = set(callee.subscript.letters) if isinstance(callee, Indexed) else set[str]()
    return base.text.startswith("arg") or any(letter not in counting for letter in chosen)


def has_extreme(node: Node, counting: Container[str]) -> bool:
    return any(is_extreme(inner, counting) for inner in walk(node))


def of_extremes(node: Any, counting: Container[str]) -> Any:
    """The same with what is made least or largest for `min_u(…)` and its kin."""
    if isinstance(node, Call) and is_extreme(node, counting) and len(node.arguments) == 1:
        return Group(node.start, node.end, of_extremes(node.arguments[0], counting))
    return rebuilt(node, lambda inner: of_extremes(inner, counting))


def variable_below(nabla: Indexed) -> Node:
    """The variable of `∇_x`, `∇_{x_i}`."""
    text = nabla.subscript.text.strip("{}")
    tree = parse_statement(f"{text} = 0")[0]
    found = tree.sides[0] if isinstance(tree, Relation) else None
    return found if isinstance(found, Indexed) else Name(nabla.start, nabla.end, text)


def with_marks(trees: Sequence[Relation], given: set[str]) -> list[Relation]:
    """The formulas with `d X`, `δ X` and `Δ X` as one name, where these signs have no value, and `Δ` stands before names alone."""
    for signs in ({"d", "δ", "Δ"} - given, {"d", "δ"} - given):
        made = [joined(tree, signs) for tree in trees]
        if not any(isinstance(n, Name) and n.text == "Δ" for tree in made for n in walk(tree)):
            break
    return made


def joined(node: Any, signs: set[str]) -> Any:
    """`d X` as the name `dX`, wherever that is a factor, for the signs that have no value themselves."""
    node = rebuilt(node, lambda inner: joined(inner, signs))
    if not isinstance(node, Chain):
        return node
    items: list[tuple[str, Node]] = []
    for operator, item in node.items:
        if items and not operator and isinstance(before := items[-1][1], Name) and before.text in signs:
            marked = with_d(item, before)
            if marked is not None:
                items[-1] = (items[-1][0], marked)
                continue
        items.append((operator, item))
    return items[0][1] if len(items) == 1 else replace(node, items=tuple(items))


def with_d(node: Node, sign: Name) -> Node | None:
    if isinstance(node, Name):
        return replace(node, start=sign.start, text=f"{sign.text}{node.text}")
    if isinstance(node, (Transpose, Superscript, Indexed)):
        inner = node.argument if isinstance(node, Transpose) else node.base
        found = with_d(inner, sign)
        if found is None:
            return None
        return replace(node, argument=found) if isinstance(node, Transpose) else replace(node, base=found)
    return None


def whole_names(node: Node) -> Iterator[str]:
    """The names that stand without indices, and before no argument; letters in a mask may count."""
    if isinstance(node, (Iverson, Indexed)) and not (isinstance(node, Indexed) and not isinstance(node.base, Name)):
        return
    if isinstance(node, Superscript) and isinstance(node.base, Indexed) and isinstance(node.base.base, Symbol):
        return  # the bound of a sum
    if isinstance(node, Name):
        yield canonical_name(node.text)
    for inner in children(node):
        if not (isinstance(node, Call) and inner is node.callee and isinstance(inner, Name)):
            yield from whole_names(inner)


def indexed(node: Node, called: bool) -> Iterator[Indexed]:
    """The names with something below, those before an argument too where `called`."""
    if isinstance(node, Indexed) and isinstance(node.base, Name):
        yield node
    for inner in children(node):
        if called or not (isinstance(node, Call) and inner is node.callee):
            yield from indexed(inner, called)


def variables_of(node: Node) -> Iterator[str]:
    """The names in a formula that stand for no constant: where there are none, it gives a point."""
    called = node.callee.text if isinstance(node, Call) and isinstance(node.callee, Name) else ""
    if isinstance(node, Name):
        yield from {node.text} - {"I", "ones", "0", "e", "π", "pi"}
    elif called not in ("I", "ones", "zeros"):
        for inner in node.arguments if isinstance(node, Call) and called in BARE | ARRAYS else children(node):
            yield from variables_of(inner)


def is_constant(node: Node) -> bool:
    return not any(variables_of(node))


def divisors(tree: Relation) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Chain):
            items = [(operator, n) for operator, n in node.items if operator == "/"]
            inner = [n.inner if isinstance(n, Group) else n for _, n in items]
            factors = [f for n in inner for f in ([m for _, m in n.items] if isinstance(n, Chain) else [n])]
            yield from (canonical_name(n.text) for n in factors if isinstance(n, Name))
        elif isinstance(node, Superscript) and isinstance(node.base, Indexed) and isinstance(node.base.base, Symbol):
            yield from names_of(node.exponent)


def primed(tree: Relation) -> Iterator[str]:
    """The names of functions with a prime."""
    for node in walk(tree):
        if isinstance(node, Name) and node.text.endswith("ʹ"):
            yield canonical_name(node.text.rstrip("ʹ"))
        elif isinstance(node, Call) and isinstance(node.callee, Transpose) and node.callee.prime:
            yield from names_of(node.callee.argument)


def quotients(tree: Relation) -> Iterator[Quotient]:
    """The derivatives that are written as quotients."""
    for node in walk(tree):
        if isinstance(node, Chain):
            yield from (unit for _, unit in units(node) if isinstance(unit, Quotient))


def called_with(tree: Relation) -> Iterator[tuple[str, str]]:
    """The functions of one name, each with that: `f` with `x` of `f(x)`."""
    for node in walk(tree):
        if isinstance(node, Call) and isinstance(node.callee, Name) and len(node.arguments) == 1:
            argument = node.arguments[0]
            if isinstance(argument, Name):
                yield canonical_name(node.callee.text), canonical_name(argument.text)


def under_logarithms(tree: Relation) -> Iterator[str]:
    """The names in determinants of which a logarithm is taken."""
    for node in walk(tree):
        called = canonical_name(node.callee.text) if isinstance(node, Call) and isinstance(node.callee, Name) else ""
        if called not in ("log", "ln", "logdet") or not isinstance(node, Call):
            continue
        for inner in (n for a in node.arguments for n in walk(a)):
            determinant = isinstance(inner, Call) and isinstance(inner.callee, Name) and inner.callee.text == "det"
            if called == "logdet" or determinant or isinstance(inner, Absolute):
                yield from names_of(inner)


def covariances(tree: Relation) -> Iterator[str]:
    """The names in the last argument of `N(x | μ, Σ)`."""
    for node in walk(tree):
        if isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.text == "N":
            yield from names_of(node.arguments[2]) if len(node.arguments) == 3 else ()


def used_as_arrays(tree: Relation) -> Iterator[Node]:
    """What stands where only an array can: with a transpose, in a norm, behind a matrix; a capital with an inverse."""
    for node in walk(tree):
        if isinstance(node, Transpose) and not node.prime:
            yield node.argument
        elif isinstance(node, Norm):
            yield node.inner
        elif isinstance(node, Superscript) and isinstance(node.base, Name) and whole_number(node.exponent) == -1:
            if node.base.text[0].isupper():
                yield node.base
        elif isinstance(node, Chain):
            for (_, before), (operator, behind) in pairwise(node.items):
                before = before.argument if isinstance(before, Transpose) else before
                base = before.base if isinstance(before, Indexed) else before
                if not operator and isinstance(base, Name) and base.text[0].isupper() and base.text not in _SIZES:
                    yield behind


def speaks_of_derivatives(tree: Relation) -> bool:
    """Does it say what a derivative is?  `∇f(x) + H d = 0` is an equation, which what stands behind it solves."""
    solved = any(isinstance(s, Num) and s.value == 0 for s in tree.sides) and any(
        isinstance(s, Addition) for s in tree.sides
    )
    return not solved and any(isinstance(n, Symbol) and n.text[:1] in "∂∇" for n in walk(tree))


def compares_letters(tree: Relation) -> bool:
    """Is it nothing but `i = j`?"""
    return all(isinstance(side, Name) and side.text in _COUNTING for side in tree.sides)


def told_apart(trees: Iterable[Relation]) -> Iterator[str]:
    """Letters that a sum runs over, or that are compared: what has one of them may be the same as what has another."""
    for node in (n for tree in trees for n in walk(tree)):
        if isinstance(node, Iverson):
            yield from names_of(node)
        elif isinstance(node, Indexed):
            base = node.base
            if (isinstance(base, Symbol) and base.text in ("∑", "∏")) or (isinstance(base, Name) and base.text == "δ"):
                yield from node.subscript.letters


def counting_letters(trees: Iterable[Relation]) -> Iterable[str]:
    """The letters that count something."""
    below: dict[str, set[str]] = {}
    bound: set[str] = set()
    alone: set[str] = set()
    texts: dict[str, set[str]] = {}
    masked: list[tuple[str, str]] = []
    for tree in trees:
        if not compares_letters(tree):
            alone |= {n for side in tree.sides for n in whole_names(side)}
        for node in walk(tree):
            if isinstance(node, Iverson) and isinstance(node.left, Name) and isinstance(node.right, Name):
                masked.append((node.left.text, node.right.text))
            if not isinstance(node, Indexed):
                continue
            letters = [name for name in node.subscript.letters if len(name) == 1]
            if isinstance(node.base, Symbol) and node.base.text in ("∑", "∏"):
                bound |= set(letters)
            elif isinstance(node.base, Name):
                is_delta = node.base.text == "δ" and len(node.subscript.entries) == 2
                for letter in letters:
                    texts.setdefault(letter, set()).add("".join(letters))
                    below.setdefault(letter, set()).add("δ" if is_delta else canonical_name(node.base.text))
    for one, other in (pair for p in masked for pair in (p, p[::-1])):
        below.setdefault(other, set()).add("δ" if one in bound | below.keys() else "")
    together = {letter for letter in texts if len(texts[letter]) == 1 and len(min(texts[letter])) > 1} - bound
    below = {letter: found for letter, found in below.items() if letter not in together or "δ" in found}
    sure = bound | {letter for letter, found in below.items() if "δ" in found}
    names = {name for found in below.values() for name in found}
    free = {letter for letter in below if letter in _COUNTING and letter not in alone | names}
    sure |= {letter for letter in free if len(below[letter]) > 1}
    while more := {a for a in free - sure if any(below[a] & below[b] for b in sure & below.keys())}:
        sure |= more
    return sure


def whole_number(node: Node) -> int | None:
    """The whole number that an exponent is."""
    while isinstance(node, Group):
        node = node.inner
    if isinstance(node, Addition) and len(node.items) == 1:
        inner = whole_number(node.items[0][1])
        return None if inner is None else inner * node.items[0][0]
    return int(node.value) if isinstance(node, Num) and node.value.denominator == 1 else None
