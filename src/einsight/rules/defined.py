"""Functions that are defined by an expression: `softsign(z) = z/(1 + abs(z))`, `cross(a, b)_i = ε_ijk a_j b_k where dim = 3`.

The values and derivatives of an elementwise one follow from it; one of arrays is put in where it is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..meaning.fields import NotInField
from ..syntax.parse import parse_statement
from ..syntax.tree import Indexed, Name, Node, Subscript
from .catalogue import catalogue
from .conditions import MalformedCondition, parted
from .function_bodies import body_of
from .pattern import MalformedRule
from .rule import ArrayFunction, Function
from .slopes import number_at


def defined_function(
    name: str, argument: str, body: str, doc: str = "", source: str = "", numpy: str = "", latex: str = ""
) -> Function:
    """`name(argument) = body` as an elementwise function; nothing is read before it is first used."""

    def value(at: float) -> float:
        found = body_of(name)
        if found is None:
            raise ValueError(f"{body} does not read")
        try:
            return number_at(found, (at,), catalogue().value)
        except NotInField as outside:
            raise ValueError(str(outside)) from None  # as any function says it of its domain

    written = latex or rf"\operatorname{{{name}}}"
    return Function(name, ("",), value, numpy, written, doc, source, definition=(argument, body))


_CALL = re.compile(r"([^\W\d]\w*)\s*\(")


def circle(functions: Iterable[Function | ArrayFunction]) -> list[str]:
    """Names of functions each of which is defined by the next, and the last by the first; none where there are no such."""
    bodies: dict[str, str] = {}
    for f in functions:
        body = f.body if isinstance(f, ArrayFunction) else f.definition[1] if f.definition else ""
        if body:
            bodies[f.name] = body
    ended: set[str] = set()

    def follow(name: str, path: list[str]) -> list[str]:
        if name in path:
            return path[path.index(name) :]
        if name in ended or name not in bodies:
            return []
        for called in _CALL.findall(bodies[name]):
            found = follow(called, [*path, name])
            if found:
                return found
        ended.add(name)
        return []

    return next(filter(None, (follow(name, []) for name in bodies)), [])


_ARRAY = re.compile(r"(?P<name>\w+)\s*\((?P<parameters>[^)]*)\)\s*(?:_(?P<indices>\w+|\{[^}]*\}))?\s*:?=(?P<body>.+)")


def array_function(statement: str, doc: str = "", source: str = "") -> ArrayFunction:
    """A function of arrays from its definition in components.  Raises MalformedRule where it does not read."""
    try:
        defined, conditions = parted(statement)
    except MalformedCondition as problem:
        raise MalformedRule(str(problem)) from None
    found = _ARRAY.fullmatch(defined.strip())
    if found is None or conditions.properties or conditions.sizes:
        raise MalformedRule(
            f"`{statement}` defines no function of arrays: write `f(a, b)_i = …`, with `where dim = 3` if need be"
        )
    named = [p.strip().partition("_") for p in found["parameters"].split(",")]
    parameters = [name for name, _, _ in named]
    ranks = _ranks(found["body"], parameters) | {name: len(indices) for name, _, indices in named if indices}
    indices = found["indices"] or ""
    return ArrayFunction(
        found["name"],
        tuple((p, ranks[p]) for p in parameters),
        tuple(i.strip() for i in indices.strip("{}").split(",")) if "{" in indices else tuple(indices),
        found["body"].strip(),
        statement.strip(),
        conditions.size,
        doc,
        source,
    )


def _ranks(body: str, parameters: list[str]) -> dict[str, int]:
    """How many axes each parameter has, by its indices in the body: none where it stands without any."""
    tree, problems = parse_statement(body)
    if problems:
        raise MalformedRule(problems[0].message)
    ranks: dict[str, int] = {}

    def visit(node: object) -> None:
        if isinstance(node, tuple):
            for part in node:
                visit(part)
        elif isinstance(node, Indexed) and isinstance(node.base, Name):
            ranks.setdefault(node.base.text, len(node.subscript.entries))
        elif isinstance(node, Name):
            ranks.setdefault(node.text, 0)
        elif isinstance(node, Node) and not isinstance(node, Subscript):
            for slot in node.__slots__:
                visit(getattr(node, slot))

    visit(tree)
    missing = [p for p in parameters if p not in ranks]
    if missing:
        raise MalformedRule(f"`{missing[0]}` does not stand in `{body.strip()}`")
    return ranks
