"""One statement through the grammar: `parse_statement(text) -> (tree, problems)`.

Memoised by the text, since a statement's tree depends on nothing else; offsets count from its start.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from fractions import Fraction
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from .bars import Bars
from .blanks import blanked
from .members import with_members, with_sizes
from .mistakes import explain, unclosed
from .plain import plain_declaration
from .replay import Replay
from .subscripts import read_subscript
from .tree import (
    Absolute,
    Addition,
    Array,
    Call,
    Chain,
    Declaration,
    DimensionDeclaration,
    Extent,
    FunctionDeclaration,
    Group,
    Indexed,
    Iverson,
    Keyword,
    Layer,
    Name,
    Node,
    Norm,
    Num,
    Problem,
    Property,
    Quoted,
    Relation,
    Space,
    Statement,
    Superscript,
    Symbol,
    Target,
    Transpose,
)

# Brackets inside brackets: more than this is a slip or an attack, and would exhaust the stack further on.
DEEPEST_NESTING = 60
LONGEST_STATEMENT = 20_000
# digits of a number as it is written, and the power of ten behind it: nobody reads more, and Python takes no more than 4300
LONGEST_NUMBER = 1_000
_LONG_DIGITS = re.compile(rf"\d{{{LONGEST_NUMBER + 1},}}")
_POWER_OF_TEN = re.compile(r"(?<=[\d.])[eE][+-]?0*([1-9]\d*)(?![^\W_])")

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_RELATIONS = {"!=": "≠", "<=": "≤", ">=": "≥"}
_LAYERS = {".*": "⊙", "∘": "⊙"}


@cache
def grammar() -> Lark:
    """The parser; its tables are read from Lark's cache file after the first time."""
    text = resources.files("einsight.grammar").joinpath("expression.lark").read_text(encoding="utf-8")
    options: dict[str, Any] = {
        "parser": "lalr", "lexer": "contextual", "postlex": Bars(), "transformer": _Build(), "maybe_placeholders": False,
    }  # fmt: skip
    try:
        return Lark(text, cache=True, **options)
    except OSError:  # no place to write the cache: parse the grammar each time
        return Lark(text, **options)


# the rules of the grammar that make of one child itself
_ALONE = frozenset({"start", "expression", "layer", "chain", "factor"})


@cache
def _replay() -> Replay | None:
    """The grammar's tables for texts without a mistake; None where this Lark keeps them in another way."""
    try:
        return Replay(grammar(), _ALONE, _operand)
    except (AttributeError, TypeError, KeyError, ValueError):
        return None


@lru_cache(maxsize=4_000)
def parse_statement(text: str) -> tuple[Statement | None, tuple[Problem, ...]]:
    """The tree of one statement, or why there is none."""
    text = blanked(text)
    tree: Any = plain_declaration(text) if len(text) <= LONGEST_NUMBER else None
    if tree is not None:
        return tree, ()
    problem = _too_much(text)
    if problem is not None:
        return None, (problem,)
    replay = _replay()
    tree = replay.tree(text) if replay is not None else None
    if tree is None:
        try:
            tree = grammar().parse(text)
        except UnexpectedInput as error:
            return None, (_problem(text, error),)
    for target in getattr(tree, "targets", ()) or (getattr(tree, "target", None),):
        if target is not None and not target.text:
            message = "only a name can be declared: write `W in R^(n x m)`"
            return None, (Problem(target.start, target.end, "EIN001", message),)
    if ("|" in text or "‖" in text) and ("∈" in text or " in " in text):
        tree = with_sizes(tree)
    return tree, ()


def _too_much(text: str) -> Problem | None:
    if len(text) > LONGEST_STATEMENT:
        message = f"this statement has {len(text)} characters, more than {LONGEST_STATEMENT}: give its parts names"
        return Problem(0, len(text), "EIN001", message)
    long = _LONG_DIGITS.search(text) if len(text) > LONGEST_NUMBER else None
    powers = (p for p in _POWER_OF_TEN.finditer(text) if len(p[1]) > 4 or int(p[1]) > LONGEST_NUMBER)
    long = long or next(powers, None)
    if long is not None:
        message = f"a number with more than {LONGEST_NUMBER} digits is not read: give it a name, as in `c ∈ ℝ`"
        return Problem(*long.span(), "EIN001", message)
    if sum(map(text.count, "([{")) <= DEEPEST_NESTING:
        return None
    depth = 0
    for place, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth > DEEPEST_NESTING:
            return Problem(
                place,
                place + 1,
                "EIN001",
                f"more than {DEEPEST_NESTING} brackets are open here: give the inner parts names",
            )
    return None


def _problem(text: str, error: UnexpectedInput) -> Problem:
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        start, end = error.token.start_pos or 0, error.token.end_pos or 0
    elif isinstance(error, UnexpectedCharacters):
        start = error.pos_in_stream or 0
        end = start + 1
    else:
        start = end = len(text)
    message, fixes = explain(text, start, end, error, _parse_raw)
    bracket = unclosed(text) if start == len(text) else None
    if bracket is not None:
        start = end = bracket[0]
    return Problem(start, max(end, min(start + 1, len(text))), "EIN001", message, fixes)


def _parse_raw(text: str) -> object:
    return grammar().parse(text)


def _start(part: Node | Token) -> int:
    return part.start if isinstance(part, Node) else part.start_pos or 0


def _end(part: Node | Token) -> int:
    return part.end if isinstance(part, Node) else part.end_pos or 0


def _spanned(method: Callable[..., Any]) -> Callable[..., Any]:
    """Give a method the offsets of the first and last child, then the children."""

    def call(self: _Build, children: list[Any]) -> Any:
        return method(self, _start(children[0]), _end(children[-1]), children)

    return call


class _Build(Transformer):
    """Lark's callbacks, one a rule of the grammar, named after it."""

    def __init__(self) -> None:
        super().__init__(visit_tokens=False)

    def start(self, children: list[Any]) -> Any:
        return children[0]

    def extents(self, parts: list[Token]) -> list[Extent]:
        return [_extent(p) for p in parts if p.type in ("DIM", "INTEGER")]

    def space(self, parts: list[Any]) -> Space:
        extents: list[Extent] = []
        for part in parts[1:]:
            if isinstance(part, list):
                extents += part
            elif part.type in ("DIM", "INTEGER"):
                extents.append(_extent(part))
            elif part.type == "SUPERSCRIPT_N":
                extents.append(Extent(part.start_pos or 0, part.end_pos or 0, "n"))
        last = extents[-1].end if extents else _end(parts[0])
        return Space(_start(parts[0]), last, tuple(extents))

    @_spanned
    def declaration(self, start: int, end: int, parts: list[Any]) -> Declaration:
        names = itertools.takewhile(lambda p: not isinstance(p, Space), parts)
        targets = tuple(_target(p) for p in names)
        space = next(p for p in parts if isinstance(p, Space))
        properties = tuple(
            Property(_start(p), _end(p), str(p)) for p in parts if isinstance(p, Token) and p.type == "PROPERTY"
        )
        return Declaration(start, end, targets, space, properties)

    @_spanned
    def function(self, start: int, end: int, parts: list[Any]) -> FunctionDeclaration:
        source, image = (p for p in parts if isinstance(p, Space))
        return FunctionDeclaration(start, end, _target(parts[0]), source, image)

    @_spanned
    def dimension(self, start: int, end: int, parts: list[Token]) -> DimensionDeclaration:
        value = Fraction(parts[2])
        name = Name(_start(parts[0]), _end(parts[0]), str(parts[0]))
        return DimensionDeclaration(start, end, name, int(value) if value.denominator == 1 else 0)

    def assignment(self, parts: list[Any]) -> Relation:
        return self._relation(parts, True)

    def relation(self, parts: list[Any]) -> Relation:
        return self._relation(parts, False)

    def _relation(self, parts: list[Any], assigns: bool) -> Relation:
        sides = tuple([p for p in parts if isinstance(p, Node)])
        bindings = next((tuple(p) for p in parts if isinstance(p, list)), ())
        last = bindings[-1][1] if bindings else sides[-1]
        return Relation(sides[0].start, last.end, sides, bindings, assigns)

    def where(self, parts: list[Any]) -> list[tuple[Node, Node]]:
        return parts

    def binding(self, parts: list[Any]) -> tuple[Node, Node]:
        return parts[0], parts[2]

    @_spanned
    def expression(self, start: int, end: int, parts: list[Any]) -> Node:
        items: list[tuple[int, Node]] = []
        sign = 1
        for part in parts:
            if isinstance(part, Token):
                sign = 1 if part == "+" else -1
            else:
                items.append((sign, part))
                sign = 1
        if len(items) == 1 and items[0][0] == 1:
            return items[0][1]
        return Addition(start, end, tuple(items))

    @_spanned
    def layer(self, start: int, end: int, parts: list[Any]) -> Node:
        if len(parts) == 1:
            return parts[0]
        items: list[tuple[str, Node]] = [("", parts[0])]
        items += [(_LAYERS.get(str(op), str(op)), node) for op, node in zip(parts[1::2], parts[2::2], strict=True)]
        return Layer(start, end, tuple(items))

    @_spanned
    def chain(self, start: int, end: int, parts: list[Any]) -> Node:
        items: list[tuple[str, Node]] = []
        operator, sign = "", None
        for part in parts:
            if isinstance(part, Token) and part.type == "CHAIN_OPERATOR":
                operator = str(part) if part in ("/", "×") else "*"
            elif isinstance(part, Token) and part.type == "SIGN":
                sign = part
            else:
                node = _operand(part)
                if sign is not None and sign != "+":
                    node = Group(_start(sign), node.end, Addition(_start(sign), node.end, ((-1, node),)))
                items.append((operator, node))
                operator, sign = "", None
        items = with_members(items)
        return items[0][1] if len(items) == 1 else Chain(start, end, tuple(items))

    def factor(self, parts: list[Any]) -> Node:
        node = _operand(parts[0])
        for part in parts[1:]:
            node = _attach(node, part)
        return node

    def power(self, parts: list[Any]) -> tuple[str, Node, bool]:
        return ("power", parts[1], parts[0].type == "DOT_CARET")

    def exponent(self, parts: list[Any]) -> Node:
        if len(parts) == 3:
            return Group(_start(parts[0]), _end(parts[2]), parts[1])
        node = _operand(parts[-1])
        if len(parts) == 2 and parts[0] != "+":
            return Addition(_start(parts[0]), node.end, ((-1, node),))
        return node

    def arguments(self, parts: list[Any]) -> tuple[str, tuple[Node, ...], int]:
        nodes = tuple([_operand(p) for p in parts if isinstance(p, Node) or p.type == "QUOTED"])
        return ("arguments", nodes, _end(parts[-1]))

    @_spanned
    def keyword(self, start: int, end: int, parts: list[Any]) -> Keyword:
        return Keyword(start, end, str(parts[0]), _operand(parts[2]))

    @_spanned
    def group(self, start: int, end: int, parts: list[Any]) -> Node:
        return Group(start, end, parts[1])

    @_spanned
    def array(self, start: int, end: int, parts: list[Any]) -> Node:
        return Array(start, end, tuple(p for p in parts if isinstance(p, Node)))

    @_spanned
    def iverson(self, start: int, end: int, parts: list[Any]) -> Node:
        relation = _RELATIONS.get(str(parts[2]), str(parts[2]))
        return Iverson(start, end, parts[1], relation, parts[3])

    @_spanned
    def absolute(self, start: int, end: int, parts: list[Any]) -> Node:
        return Absolute(start, end, parts[1])

    @_spanned
    def norm(self, start: int, end: int, parts: list[Any]) -> Node:
        return Norm(start, end, parts[1])


def _target(node: Node) -> Target:
    """The name that is declared, with a mark below as part of it, as in `W_q`; empty where this is no name."""
    if isinstance(node, Name):
        return Target(node.start, node.end, node.text)
    if isinstance(node, Indexed) and node.marked:
        return Target(node.start, node.end, node.marked)
    return Target(node.start, node.end, "")


def _extent(token: Token) -> Extent:
    value: str | int = int(token) if token.isdigit() else str(token)
    return Extent(token.start_pos or 0, token.end_pos or 0, value)


def _operand(part: Any) -> Node:
    if not isinstance(part, Token):
        return part
    kind, start, end = part.type, part.start_pos or 0, part.end_pos or 0
    if kind == "NAME":
        return Name(start, end, str(part))
    if kind == "NUMBER":
        return Num(start, end, Fraction(str(part)))
    if kind == "QUOTED":
        return Quoted(start, end, part[1:-1])
    return Symbol(start, end, str(part))


def _is_sum(node: Node) -> bool:
    """Is it a sum sign with its index?  Nobody transposes one."""
    base = node.base if isinstance(node, Indexed) else None
    return (isinstance(base, Symbol) and base.text == "∑") or (isinstance(base, Name) and base.text == "sum")


def _attach(node: Node, part: Any) -> Node:
    if isinstance(part, Token):
        start, end = _start(part), _end(part)
        if part.type in ("SUBSCRIPT", "INDEX_BRACKET"):
            return Indexed(node.start, end, node, read_subscript(str(part), start, end))
        if part.type == "PRIME":
            return Transpose(node.start, end, node, True)
        if part.type == "TRANSPOSE":
            at = start + str(part).find("T")
            if at >= start and _is_sum(node):  # `∑_{t=1}^T`
                return Superscript(node.start, end, node, Name(at, at + 1, "T"))
            return Transpose(node.start, end, node, False)
        if part.type == "INVERSE_TRANSPOSE":
            inverse = Superscript(node.start, end, node, Num(start, end, Fraction(-1)))
            return Transpose(node.start, end, inverse, False)
        value = Num(start, end, Fraction(str(part).translate(_SUPERSCRIPTS)))
        return Superscript(node.start, end, node, value)
    if part[0] == "power":
        return Superscript(node.start, part[1].end, node, part[1], part[2])
    return Call(node.start, part[2], node, part[1])
