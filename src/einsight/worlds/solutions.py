"""Values that solve something: what makes a derivative 0, what an equation of the section has for its unknown, what
something comes to at a solution."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from ..lowering.mentioned import names_of, walk
from ..lowering.names import canonical_name
from ..syntax.quotients import Quotient, units
from ..syntax.tree import Call, Chain, Group, Indexed, Name, Node, Num, Superscript, Symbol
from .definitions import PRIME, SQUARE, Key, Page
from .letters import has_extreme, is_constant, is_extreme, of_extremes, renamed, variable_below, without_marks
from .questions import Put, Question
from .unknowns import behind, gradient_of, names_behind, speaks_of_derivatives

# definitions of which it is asked whether their derivative is 0, and whether a value is theirs at a solution
MOST_OBJECTIVES = 3
ZERO = Num(0, 0, Fraction(0))
# what belongs to the name of a solution besides what it is a value of: marks above, and a word or a letter below one that has some
_ABOVE = re.compile(r"[\u0302\u0303]|⁽[^⁾]*⁾")
_BELOW = re.compile(r"_.*$|[A-Za-z₀-₉]+$")

# how a value was found
_DERIVATIVE = "it is where a derivative before it is 0"
_EXTREME = "it is where the derivative of what is made least or largest is 0"
_EQUATION = "it solves an equation before it"


def gives_value(asked: Question) -> bool:
    """Does a formula say what its left side is, which nothing else says?"""
    page, left = asked.page, asked.left
    key = _key_of(page, left.callee if isinstance(left, Call) and _is_plain(left) else left)
    if key is None:
        return False
    name, count = key
    marked = gradient_of(name, page) or page.transposed(name) or name.endswith(PRIME) or name in ("I", "ones", "e")
    if not name or marked or name in asked.page.points(asked.at, False):
        return False
    counts = (0, count, *page.counted.get(name, ()))
    return all(page.definition(n, k, asked.at) is None for n in (name, name + SQUARE) for k in counts)


def _is_plain(call: Call) -> bool:
    """`g(λ)`, a function of names."""
    return isinstance(call.callee, Name) and all(isinstance(a, Name) for a in call.arguments)


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
    the derivative of something is 0 that is defined before it or stands beside it; then with the other unknowns of that at their
    solutions, which the page has as well; and as what something defined before it comes to at a solution."""
    page, key = asked.page, _key_of(asked.page, asked.left)
    if not is_constant(asked.right) and key is not None:
        value = _of_solutions(asked.right, page)
        found: list[Question] = []
        for wanted in _solved_for(key, page):
            for one in itertools.chain(_of_section(asked, wanted, value), _stationary(asked, key, wanted, value)):
                found.append(one)
                yield one
        for one in found:
            yield from _with_others(one)
    yield from itertools.islice(_at_solutions(asked), MOST_OBJECTIVES)


def _solved_for(key: Key, page: Page) -> Iterator[Key]:
    """What a name may be a solution for: itself, what it is without its mark, and without what stands below that: `w` of `ŵ_λ`."""
    name, count = key
    bare = _ABOVE.sub("", name)
    yield without_marks(name), count
    if bare and bare != without_marks(name):
        yield bare, count
    short = _BELOW.sub("", bare)
    if bare != name and short and short != bare and (short in page.whole or short in page.by_name):
        yield short, count


def _stationary(asked: Question, key: Key, wanted: Key, value: Node) -> Iterator[Question]:
    """`β̂ = …` as where the derivative in `β` is 0 of what the page defines by `β`, the nearest first, or of what stands in its
    paragraph without a name: `β̂ = …` minimises `‖y - X β‖²`.

    Of other sections only where a mark says that it is a solution.
    """
    page, at = asked.page, asked.at
    near: list[tuple[Node, Node, str]] = []
    for order in range(at - 1, -1, -1):
        formula = page.formulas[order]
        if formula.section != page.formulas[at].section and wanted == key:
            break
        head = formula.tree.sides[0]
        name = head.callee if isinstance(head, Call) else head
        if not isinstance(name, Name) or _key_of(page, name) == wanted:
            continue
        variable = _first(page, formula.tree.sides[1:], wanted)
        if variable is not None and not any(has_extreme(s, page.counting) for s in formula.tree.sides):
            near.append((head, variable, f"`{name.text}`"))
        if len(near) == MOST_OBJECTIVES:
            break
    for node in itertools.chain(_extremes(page, at), page.beside(at)):
        variable = _first(page, (node,), wanted)
        if variable is not None and variable is not node:
            near.append(
                (Group(node.start, node.end, of_extremes(node, page.counting)), variable, "what stands beside it")
            )
    for of, variable, words in near:
        said = f"`{key[0]}` is where the derivative of {words} is 0"
        put = ((variable, value),)
        yield replace(asked, left=_derivative(of, variable), right=ZERO, put=put, solves=True, said=(*asked.said, said))


def _extremes(page: Page, at: int) -> Iterator[Node]:
    """What the section of a formula makes least or largest before it."""
    for order in range(at - 1, -1, -1):
        formula = page.formulas[order]
        if formula.section == page.formulas[at].section:
            yield from (s for s in formula.tree.sides if has_extreme(s, page.counting))


def of_extreme(asked: Question) -> Iterator[Question]:
    """`argmin_w f = …` as where the derivative of `f` in `w` is 0."""
    page = asked.page
    for node in walk(asked.left):
        if is_extreme(node, page.counting) and isinstance(node, Call) and isinstance(node.callee, Indexed):
            inside = of_extremes(asked.left, page.counting)
            for letter in node.callee.subscript.letters:
                variable = _first(page, (inside,), (canonical_name(letter), 0))
                if variable is not None:
                    left = _derivative(Group(inside.start, inside.end, inside), variable)
                    put = ((variable, asked.right),)
                    yield replace(asked, left=left, right=ZERO, put=put, solves=True, said=(*asked.said, _EXTREME))


def _first(page: Page, sides: tuple[Node, ...], wanted: Key) -> Node | None:
    return next((n for side in sides for n in walk(side) if _key_of(page, n) == wanted), None)


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
        variable = next((v for v in _variables_of(derivative) if _leads_to(v, wanted, asked)), None)
        if variable is not None and _key_of(page, variable) != wanted:
            variable = Name(0, 0, wanted[0])
        is_gradient = _is_gradient_alone(derivative)
        if is_gradient and wanted in ((v, 0) for v in (*page.taken_in, *(v for _, v in page.called_with))):
            variable = Name(0, 0, wanted[0])
        if variable is not None:
            put = (_as_root(variable, value, asked),)
            yield replace(asked, left=derivative, right=ZERO, put=put, solves=True, said=(*asked.said, _DERIVATIVE))
        if is_gradient or any(_variables_of(derivative)):
            continue
        for left, right in pairwise(formula.tree.sides):
            unknown = _first(page, (left, right), wanted)
            if unknown is not None and unknown is not left:
                put = ((unknown, value),)
                yield replace(asked, left=left, right=right, put=put, solves=True, said=(*asked.said, _EQUATION))


def _leads_to(variable: Node, wanted: Key, asked: Question) -> bool:
    """Is it what is sought, or written in nothing else: `Λ = Σ^-1` for `Σ`?"""
    key = _key_of(asked.page, variable)
    if key == wanted or key is None or wanted[1]:
        return key == wanted
    found = asked.page.definition(*key, asked.at)
    return found is not None and found.names == {wanted[0]}


def _as_root(variable: Node, value: Node, asked: Question) -> tuple[Node, Node]:
    """A variable with its value; where it is a square, `v = σ²`, what that is the square of, with the root of the value."""
    found = asked.page.definition(variable.text, 0, asked.at) if isinstance(variable, Name) else None
    body = found.body if found is not None else None
    if isinstance(body, Superscript) and isinstance(body.exponent, Num) and body.exponent.value == 2:
        return body.base, Call(value.start, value.end, Name(value.start, value.start, "sqrt"), (value,))
    return variable, value


def _with_others(asked: Question) -> Iterator[Question]:
    """The same with the other unknowns of an equation at their solutions, where the page has such: `x* = …ν*` beside `ν* = …`."""
    page, at = asked.page, asked.at
    known = {key[0] for node, _ in asked.put if (key := _key_of(page, node)) is not None}
    others = dict(_solutions(page, at, names_behind(page, at, (asked.left, asked.right)) - known))
    if others:
        bases = known | others.keys()

        def of(name: str) -> str:
            return base if (base := without_marks(name)) in bases else name

        put = (*asked.put, *((Name(0, 0, name), renamed(value, of)) for name, value in others.items()))
        yield replace(asked, put=put)


def _solutions(page: Page, at: int, names: set[str]) -> Iterator[tuple[str, Node]]:
    """Names that the section of a formula has solutions for, with these: `μ` where it says what `μ̂` is."""
    for marked, found in page.by_name.items():
        base = without_marks(marked)
        if base != marked and base in names:
            value = next((d for d in found if page.is_near(d, at) and d.order != at and not d.indices), None)
            if value is not None:
                yield base, value.body


def _at_solutions(asked: Question) -> Iterator[Question]:
    """As what a name or a function that the section has before it comes to where something is at its solution:
    `p* = …` is `f(x)` at `x*`, and a dual function is the Lagrangian where `x` makes it least."""
    page, at = asked.page, asked.at
    given = _key_of(page, asked.left.callee if isinstance(asked.left, Call) else asked.left)
    before = [
        found
        for name in page.by_name
        for k in range(3)
        if (found := page.definition(name, 0, at, arguments=k)) is not None
    ]
    for found in sorted((d for d in before if d.order < at), key=lambda d: -d.order):
        if given is None or found.name in (given[0], *names_of(asked.right)):
            continue
        names = found.names - {given[0]}
        plain = {
            d.name: d.body for d in before if d.name in names and page.is_near(d, at) and not (d.arguments or d.free)
        }
        put: Put = tuple(
            (Name(0, 0, n), value) for n, value in {**plain, **dict(_solutions(page, at, set(names)))}.items()
        )
        if put:
            where = " and ".join(f"`{n.text}`" for n, _ in put if isinstance(n, Name))
            said = f"it is what `{found.name}` comes to at the solution for {where}"
            yield replace(asked, left=found.body, put=put, said=(*asked.said, said))


def at_named_solutions(asked: Question) -> Iterator[Question]:
    """A formula that names a solution, `P⁺ = (I - K* H) P`, where what it speaks of otherwise is at that."""
    page, at = asked.page, asked.at
    sides = (asked.left, asked.right)
    if any(speaks_of_derivatives(side, page) for side in sides):
        return
    marked = {n for side in sides for n in names_of(side) if without_marks(n) != n and page.by_name.get(n)}
    bases = {without_marks(n) for n in marked} & names_behind(page, at, sides)
    put: Put = tuple((Name(0, 0, name), value) for name, value in _solutions(page, at, bases))
    if put and any(d.name in bases or d.names & bases for d in behind(page, at, sides)):
        at_these = " and ".join(f"`{name}`" for name in sorted(bases))
        yield replace(asked, put=put, said=(*asked.said, f"{at_these} is at its solution"))


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
