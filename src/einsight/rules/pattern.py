"""Rules written in the language itself: `rule("delta.contract", "delta_ij T_j => T_i")`.

In a statement every name that is no function stands for any expression with those indices, and every index
for any index.  A product matches inside a larger one, whatever the order of its factors; a name under a
summed index takes all factors that are left with that index.  `where` says when it holds (`conditions.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from ..lowering.expressions import Reader
from ..lowering.names import ARRAY_FUNCTIONS, CONSTANTS, PROPERTIES, SQUARE_PROPERTIES, Entry, Names, canonical_name
from ..lowering.operators import strip_d
from ..lowering.report import Report
from ..lowering.values import Value
from ..syntax.parse import parse_statement
from ..syntax.tree import Call, Indexed, Name, Node, Relation, Subscript
from ..terms import build
from ..terms.dimension import Dim, Index, Slot
from ..terms.term import Component, Tensor, Term
from ..terms.walk import map_parts, replace_dims
from .catalogue import catalogue, kept_while_known
from .conditions import Conditions, MalformedCondition, parted
from .matching import Binding, match_whole
from .rule import Rule

MATRIX_FUNCTIONS = frozenset({"inv", "det", "logdet", "tr"})


class MalformedRule(Exception):
    """A statement that is no rule; the message says why."""


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
        left, right = compiled(statement)
        for binding, rest, dummies in match_whole(left.term, term):
            if not conditions or conditions.hold(binding.indices, binding.tensors):
                sign = [build.number(-1)] if binding.sign < 0 else []
                return build.product([*sign, *rest, _instantiate(right.term, binding)], dummies)
        return None

    head = _head_of(statement)
    calls = frozenset(_called(statement.split("=>")[0]))
    inside = ("Operator",) if needs_operator else ()
    return Rule(
        id, statement, doc, phase, (head,), apply, tuple(examples), source, lambda: compiled(statement), calls, inside
    )


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


def _called(text: str) -> Iterator[str]:
    """Names before brackets that stay what they are in a term: `sqrt` is a power, `tr` a sum."""
    tree, _ = parse_statement(text.strip())
    todo: list[object] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo += node
        elif isinstance(node, Node):
            if isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.text not in ARRAY_FUNCTIONS:
                yield node.callee.text
            todo += [getattr(node, slot) for slot in node.__slots__ if slot not in ("start", "end")]


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
        if isinstance(inner, Name) and inner.text not in ("delta", "δ"):
            return "Component"
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


def _instantiate(term: Term, binding: Binding) -> Term:
    """The right side with everything that the pattern bound, over the dimensions that it met."""
    dims = {p: a.dim for t, value in binding.tensors.items() for p, a in zip(t.dims, value.params, strict=True)}
    values = {t.name: value for t, value in binding.tensors.items()}

    def visit(t: Term) -> Term:
        if isinstance(t, Component) and t.tensor.name in values:
            return build.instantiate(values[t.tensor.name], t.indices)
        return map_parts(t, visit)

    return visit(replace_dims(build.substitute(term, binding.indices), dims))
