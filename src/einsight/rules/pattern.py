"""Rules written in the language itself: `rule("delta.contract", "delta_ij T_j => T_i")`.

In a statement every name that is no function stands for any expression with those indices, and every index
for any index.  A product matches inside a larger one, whatever the order of its factors; a name under a
summed index takes all factors that are left with that index.  `where` says when it holds (`conditions.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ..lowering.expressions import Reader
from ..lowering.names import CONSTANTS, PROPERTIES, SQUARE_PROPERTIES, Entry, Names, canonical_name
from ..lowering.operators import strip_d
from ..lowering.report import Report
from ..lowering.values import Value
from ..syntax.parse import parse_statement
from ..syntax.tree import Call, Indexed, Name, Node, Relation, Subscript
from ..terms import build
from ..terms.dimension import Dim, Index, Slot, Tensor
from ..terms.term import (
    Abstraction,
    Apply,
    Component,
    Delta,
    Derivative,
    Operator,
    Power,
    Product,
    Sum,
    Term,
    has_head,
)
from ..terms.walk import map_parts, replace_dims
from .catalogue import catalogue, kept_while_known
from .conditions import Conditions, MalformedCondition, parted
from .rule import ANTISYMMETRIC, Rule

MATRIX_FUNCTIONS = frozenset({"inv", "det", "logdet", "tr"})


class MalformedRule(Exception):
    """A statement that is no rule; the message says why."""


@dataclass(frozen=True)
class Binding:
    """What the indices and names of a pattern stand for."""

    indices: dict[Index, Slot] = field(default_factory=dict)
    tensors: dict[Tensor, Abstraction] = field(default_factory=dict)
    sign: int = 1  # of the indices of antisymmetric special tensors, as they had to be put in order

    def index(self, pattern: Slot, slot: Slot) -> Binding | None:
        if not isinstance(pattern, Index):
            return self if pattern == slot else None
        known = self.indices.get(pattern)
        if known is None:
            return Binding({**self.indices, pattern: slot}, self.tensors, self.sign)
        return self if known is slot else None

    def tensor(self, pattern: Tensor, value: Abstraction) -> Binding | None:
        known = self.tensors.get(pattern)
        if known is None:
            return Binding(self.indices, {**self.tensors, pattern: value}, self.sign)
        return self if known is value else None


def rule(
    id: str,
    statement: str,
    doc: str = "",
    phase: str = "simplify",
    source: str = "einsight",
    examples: Iterable[tuple[str, str, str | None]] = (),
) -> Rule:
    """A rule from its statement, `left => right`.  Raises MalformedRule where it does not read."""

    _, conditions = _parted(statement)
    # most terms hold no function of a matrix: they are passed over before the statement is even read
    needs_operator = any(f"{name}(" in statement.split("=>")[0] for name in MATRIX_FUNCTIONS - {"tr"})

    def apply(term: Term) -> Term | None:
        if needs_operator and not has_head(term, Operator):
            return None
        left, right = compiled(statement)
        for binding, rest, dummies in _match_whole(left.term, term):
            if not conditions or conditions.hold(binding.indices, binding.tensors):
                sign = [build.number(-1)] if binding.sign < 0 else []
                return build.product([*sign, *rest, _instantiate(right.term, binding)], dummies)
        return None

    head = _head_of(statement)
    return Rule(id, statement, doc, phase, (head,), apply, tuple(examples), source, lambda: compiled(statement))


@kept_while_known
@lru_cache(maxsize=4096)
def compiled(statement: str) -> tuple[Value, Value]:
    """Both sides of a statement, their names as pattern variables over dimensions of their own."""
    body, conditions = _parted(statement)
    sides = [s.strip() for s in body.split("=>")]
    if len(sides) != 2:
        raise MalformedRule(f"`{statement}` is no rule: write `left => right`")
    for _, word in conditions.properties:
        if word not in PROPERTIES:
            raise MalformedRule(f"`{word}` is no property: there are {', '.join(PROPERTIES)}")
    names = Names(catalogue().arity)
    trees: list[Node] = []
    for side in sides:
        tree, problems = parse_statement(side)
        if problems or not isinstance(tree, Relation) or len(tree.sides) != 1:
            raise MalformedRule(problems[0].message if problems else f"`{side}` is no expression")
        trees.append(tree.sides[0])
    _declare_variables(trees, names, conditions)
    report = Report()
    reader = Reader(names, report, statement)  # one for both sides, so that they agree on every dimension
    kept: list[str] = []
    read: list[Value] = []
    for side, tree_side in zip(sides, trees, strict=True):
        reader.text = side
        with reader.keeping(kept):
            value = reader.read(tree_side)
        if value is None or report.has_errors():
            raise MalformedRule("; ".join(d.message for d in report.diagnostics) or f"`{side}` does not read")
        read.append(value)
        kept = [i.name for i in value.order]
    values = [reader.settle(value) for value in read]
    by_name = {i.name: i for i in values[0].order}
    right = values[1]
    new = {t.name for t in right.term.depends - values[0].term.depends if "special" not in t.properties}
    extra = {i.name for i in right.order} - set(by_name) | new
    if extra:
        raise MalformedRule(f"{', '.join(sorted(extra))} stands on the right of `{statement}` and not on the left")
    renamed: dict[Index, Slot] = {i: by_name[i.name] for i in right.order if i.name in by_name}
    return values[0], Value(build.substitute(right.term, renamed), order=values[0].order)


def require_readable(statement: str) -> None:
    """Raise MalformedRule for what cannot be a statement, as far as that is seen without knowing any function."""
    body, _ = _parted(statement)
    sides = body.split("=>")
    if len(sides) != 2:
        raise MalformedRule(f"`{statement}` is no rule: write `left => right`")
    for side in sides:
        _, problems = parse_statement(side.strip())
        if problems:
            raise MalformedRule(problems[0].message)


def _parted(statement: str) -> tuple[str, Conditions]:
    try:
        return parted(statement)
    except MalformedCondition as problem:
        raise MalformedRule(str(problem)) from None


def _head_of(statement: str) -> str:
    """The head of the left side, read off without compiling: compiling needs the catalogue to be filled."""
    tree, problems = parse_statement(statement.split("=>")[0].strip())
    if problems or not isinstance(tree, Relation):
        raise MalformedRule(problems[0].message if problems else f"`{statement}` is no rule")
    text = statement.split("=>")[0]
    if "∂" in text or "/ d" in text or "/d" in text:
        return "Derivative"
    node = tree.sides[0]
    kind = type(node).__name__
    if kind == "Indexed":
        inner = node.base if isinstance(node, Indexed) else node
        return "Operator" if isinstance(inner, Call) else "Delta"
    if isinstance(node, Call) and isinstance(node.callee, Name):
        if node.callee.text == "sqrt":
            return "Power"
        return "Operator" if node.callee.text in MATRIX_FUNCTIONS else "Apply"
    return {"Chain": "Product", "Addition": "Sum", "Superscript": "Power", "Layer": "Product"}.get(kind, "Product")


def _declare_variables(trees: list[Node], names: Names, conditions: Conditions) -> None:
    """Declare every name of the sides: square where a matrix function or a property wants it, else by its indices."""
    ranks: dict[str, int] = {}
    square: set[str] = set()

    def visit(node: object, inside_matrix: bool = False) -> None:
        if isinstance(node, tuple):
            for item in node:
                visit(item, inside_matrix)
        elif isinstance(node, Call) and isinstance(node.callee, Name):
            visit(node.arguments, node.callee.text in MATRIX_FUNCTIONS)
        elif isinstance(node, Indexed) and isinstance(node.base, Name):
            stripped = strip_d(node.base, names)
            text = stripped.text if isinstance(stripped, Name) and len(node.base.text) == 2 else node.base.text
            if text not in ("delta", "δ", "sum"):
                ranks[text] = len(node.subscript.entries)
        elif isinstance(node, Name):
            known = names.elementwise(node.text) or node.text in CONSTANTS or node.text in ("d", "I", "ones")
            if not known:
                ranks.setdefault(node.text, 2 if inside_matrix else 0)
                if inside_matrix:
                    square.add(node.text)
        elif isinstance(node, Node) and not isinstance(node, Subscript):
            for slot in node.__slots__:
                if slot not in ("start", "end"):
                    visit(getattr(node, slot), inside_matrix)

    for tree in trees:
        visit(tree)
    for text, rank in ranks.items():
        name = canonical_name(text)
        if names.special(name) is not None:
            continue
        properties = conditions.properties_of(name)
        is_square = text in square or not properties.isdisjoint(SQUARE_PROPERTIES)
        size = Dim(f"n{name}", inferred=True)
        dims = (size,) * rank if is_square else tuple(Dim(f"{name}{k}", inferred=True) for k in range(rank))
        if conditions.size is not None:
            dims = (Dim(conditions.size),) * rank
        names.put(Entry(name, Tensor(name, dims, properties), None, "declared"))


# matching


def _match_whole(pattern: Term, term: Term) -> Iterator[tuple[Binding, tuple[Term, ...], tuple[Index, ...]]]:
    """Matches of a pattern, and what of a larger product or none is left over."""
    if isinstance(pattern, Product):
        if isinstance(term, Product):
            factors, dummies = build.open_product(term)
            yield from _match_product(pattern, factors, dummies, Binding())
    else:
        for binding in _match(pattern, term, Binding()):
            yield binding, (), ()


def _match(pattern: Term, term: Term, binding: Binding) -> Iterator[Binding]:
    if isinstance(pattern, Component):
        if _is_special(pattern):
            yield from _match_special(pattern, term, binding)
        else:
            yield from _match_variable(pattern, term, binding)
    elif isinstance(pattern, Product):
        if isinstance(term, Product):
            factors, dummies = build.open_product(term)
            for found, rest, unused in _match_product(pattern, factors, dummies, binding):
                if not rest and not unused:
                    yield found
    elif type(pattern) is not type(term):
        return
    elif isinstance(pattern, Delta) and isinstance(term, Delta):
        for left, right in ((term.left, term.right), (term.right, term.left)):
            first = binding.index(pattern.left, left)
            second = first.index(pattern.right, right) if first else None
            if second:
                yield second
    elif isinstance(pattern, Apply) and isinstance(term, Apply):
        if pattern.function == term.function and len(pattern.arguments) == len(term.arguments):
            yield from _match_all(pattern.arguments, term.arguments, binding)
    elif isinstance(pattern, Power) and isinstance(term, Power):
        yield from _match_all((pattern.base, pattern.exponent), (term.base, term.exponent), binding)
    elif isinstance(pattern, Operator) and isinstance(term, Operator):
        yield from _match_operator(pattern, term, binding)
    elif isinstance(pattern, Derivative) and isinstance(term, Derivative):
        yield from _match_derivative(pattern, term, binding)
    elif isinstance(pattern, Sum) and isinstance(term, Sum):
        if len(pattern.terms) == len(term.terms):
            for order in itertools.permutations(term.terms):
                yield from _match_all(pattern.terms, order, binding)
    elif pattern is term:
        yield binding


def _match_all(patterns: tuple[Term, ...], terms: tuple[Term, ...], binding: Binding) -> Iterator[Binding]:
    if not patterns:
        yield binding
        return
    for found in _match(patterns[0], terms[0], binding):
        yield from _match_all(patterns[1:], terms[1:], found)


def _is_special(term: Component) -> bool:
    return "special" in term.tensor.properties


def _match_special(pattern: Component, term: Term, binding: Binding) -> Iterator[Binding]:
    """A special tensor, such as `ε_ijk`, stands for itself alone, with its indices in any order where it is antisymmetric."""
    if not isinstance(term, Component) or term.tensor is not pattern.tensor:
        return
    orders: Iterable[tuple[int, ...]] = [tuple(range(len(term.indices)))]
    if ANTISYMMETRIC in term.tensor.properties:
        orders = itertools.permutations(range(len(term.indices)))
    for order in orders:
        found: Binding | None = replace(binding, sign=binding.sign * _sign(order))
        for mine, place in zip(pattern.indices, order, strict=True):
            found = found.index(mine, term.indices[place]) if found else None
        if found:
            yield found


def _sign(order: tuple[int, ...]) -> int:
    """Of a permutation."""
    swaps = sum(a > b for k, a in enumerate(order) for b in order[k + 1 :])
    return -1 if swaps % 2 else 1


def _match_variable(pattern: Component, term: Term, binding: Binding) -> Iterator[Binding]:
    """A name matches any term; its indices are bound first, to the term's free ones."""
    places: list[Slot]
    choices: Iterator[tuple[Slot, ...]]
    open_places = [s for s in pattern.indices if isinstance(s, Index) and s not in binding.indices]
    own = term.indices if isinstance(term, Component) and len(term.indices) == len(pattern.indices) else None
    if own is not None:
        choices = iter([own])
        places = list(pattern.indices)
    else:
        free: list[Index] = sorted(term.free, key=lambda i: i.key)
        choices = itertools.permutations(free, len(open_places))
        places = list(open_places)
    for choice in choices:
        found: Binding | None = binding
        for mine, slot in zip(places, choice, strict=True):
            found = found.index(mine, slot) if found else None
        if found is None:
            continue
        slots = [found.indices.get(s, s) if isinstance(s, Index) else s for s in pattern.indices]
        if len(set(map(str, slots))) == len(slots) and all(isinstance(s, Index) for s in slots):
            value = build.abstraction([s for s in slots if isinstance(s, Index)], term)
            bound = found.tensor(pattern.tensor, value)
        else:  # a component that is named twice, as in a trace: only what is bound already can match
            known = found.tensors.get(pattern.tensor)
            bound = found if known and build.instantiate(known, slots) is term else None
        if bound is not None:
            yield bound


def _match_operator(pattern: Operator, term: Operator, binding: Binding) -> Iterator[Binding]:
    if pattern.name != term.name or len(pattern.indices) != len(term.indices):
        return
    found: Binding | None = binding
    for place, slot in zip(pattern.indices, term.indices, strict=True):
        found = found.index(place, slot) if found else None
    for mine, other in zip(pattern.arguments, term.arguments, strict=True):
        inner = mine.body
        if found and isinstance(inner, Component) and inner.indices == mine.params:
            found = found.tensor(inner.tensor, other)
        elif mine is not other:
            return
    if found:
        yield found


def _match_derivative(pattern: Derivative, term: Derivative, binding: Binding) -> Iterator[Binding]:
    if len(pattern.indices) != len(term.indices):
        return
    variable = build.component(term.tensor, term.indices)
    wanted = build.component(pattern.tensor, pattern.indices)
    for found in _match(wanted, variable, binding):
        yield from _match(pattern.body, term.body, found)


def _match_product(
    pattern: Product, factors: tuple[Term, ...], dummies: tuple[Index, ...], binding: Binding
) -> Iterator[tuple[Binding, tuple[Term, ...], tuple[Index, ...]]]:
    mine, bound = build.open_product(pattern)
    # a name under a summed index takes all that is left with that index, so it comes last
    sinks = [f for f in mine if isinstance(f, Component) and not f.free.isdisjoint(bound) and not _is_special(f)]
    firm = [f for f in mine if f not in sinks] if len(sinks) == 1 and len(mine) > 1 else list(mine)
    sink = sinks[0] if len(firm) < len(mine) else None
    for found, rest in _match_factors(firm, list(factors), binding):
        final: Binding | None = found
        left = rest
        if sink is not None:
            ends = {found.indices.get(i) for i in sink.free if i in bound}
            taken = [f for f in rest if any(e in f.free for e in ends)]
            left = [f for f in rest if f not in taken]
            final = next(_match_variable(sink, build.product(taken), found), None)
        if final is None:
            continue
        images = [final.indices.get(b) for b in bound]
        summed = all(i in dummies and not any(i in f.free for f in left) for i in images)  # type: ignore[operator]
        outside = [s for i, s in final.indices.items() if i not in bound]
        if summed and not any(i in outside for i in images):
            yield final, tuple(left), tuple(d for d in dummies if d not in images)


def _match_factors(patterns: list[Term], factors: list[Term], binding: Binding) -> Iterator[tuple[Binding, list[Term]]]:
    if not patterns:
        yield binding, factors
        return
    for place, factor in enumerate(factors):
        for found in _match(patterns[0], factor, binding):
            yield from _match_factors(patterns[1:], factors[:place] + factors[place + 1 :], found)


def _instantiate(term: Term, binding: Binding) -> Term:
    """The right side with everything that the pattern bound, over the dimensions that it met."""
    dims = {p: a.dim for t, value in binding.tensors.items() for p, a in zip(t.dims, value.params, strict=True)}
    values = {t.name: value for t, value in binding.tensors.items()}

    def visit(t: Term) -> Term:
        if isinstance(t, Component) and t.tensor.name in values:
            return build.instantiate(values[t.tensor.name], t.indices)
        return map_parts(t, visit)

    return visit(replace_dims(build.substitute(term, binding.indices), dims))
