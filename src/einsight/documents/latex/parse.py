"""A formula's tokens through `grammar/latex.lark`: `parse(tokens) -> rows`."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from lark import Lark, Transformer, UnexpectedInput, UnexpectedToken

from .kinds import DEEPEST_NESTING, Kinds, Lexeme, Unread
from .tokens import Token
from .tree import Command, Environment, Group, Item, Items, Leaf, Rows, Script


@cache
def grammar() -> Lark:
    text = resources.files("einsight.grammar").joinpath("latex.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer=Kinds, transformer=_Build())


def parse(row: list[Token]) -> Rows:
    """The rows of a formula, each of cells, each of items.  Raises Unread where TeX would not have it either."""
    _require_shallow(row)
    try:
        rows: Any = grammar().parse(row)  # type: ignore[arg-type]
    except UnexpectedInput as problem:
        raise _why(problem, row) from None
    return rows


def _require_shallow(row: list[Token]) -> None:
    depth = 0
    for token in row:
        depth += (token.text in ("{", "\\begin")) - (token.text in ("}", "\\end"))
        if depth > DEEPEST_NESTING:
            raise Unread(f"more than {DEEPEST_NESTING} groups inside one another", token.start, token.end)


def _why(problem: UnexpectedInput, row: list[Token]) -> Unread:
    found = getattr(problem, "token", None)
    if isinstance(problem, UnexpectedToken) and isinstance(found, Lexeme):
        leaf = found.leaf
        kinds = {
            "RBRACE": "this brace closes nothing", "BELOW": "a subscript without a name", "ABOVE": "a superscript without a name",
            "PRIME": "a prime without a name", "END": f"`\\end{{{leaf.text}}}` closes nothing",
        }  # fmt: skip
        return Unread(kinds.get(leaf.kind, f"`{leaf.source}` cannot stand here"), leaf.start, leaf.end)
    opened = [t for t in row if t.text in ("{", "\\begin")]
    if sum(t.text == "{" for t in row) > sum(t.text == "}" for t in row):
        return Unread("this brace is not closed", opened[-1].start, opened[-1].end)
    last = row[-1]
    return Unread("something is missing behind this", last.start, last.end)


class _Build(Transformer):
    """Lark's tree as ours, while it is parsed."""

    def start(self, parts: list[Any]) -> Rows:
        return parts[0]

    def rows(self, parts: list[Any]) -> Rows:
        return tuple(p for p in parts if not isinstance(p, Lexeme))

    def row(self, parts: list[Any]) -> tuple[Items, ...]:
        return tuple(p for p in parts if not isinstance(p, Lexeme))

    def cell(self, parts: list[Any]) -> Items:
        return tuple(parts)

    def item(self, parts: list[Any]) -> Item:
        return Item(_atom(parts[0]), tuple(parts[1:]))

    def script(self, parts: list[Any]) -> Script:
        sign: Lexeme = parts[0]
        inside = _argument(parts[1]) if len(parts) > 1 else ()
        end = _atom(parts[-1]).end
        return Script({"BELOW": "_", "ABOVE": "^", "PRIME": "'"}[sign.type], inside, sign.leaf.start, end)

    def group(self, parts: list[Any]) -> Group:
        return Group(parts[1], parts[0].leaf.start, parts[2].leaf.end)

    def command(self, parts: list[Any]) -> Command:
        head: Leaf = parts[0].leaf
        arguments = tuple(_argument(p) for p in parts[1:])
        return Command(head.text, arguments, head.start, _atom(parts[-1]).end)

    def environment(self, parts: list[Any]) -> Environment:
        begin, rows, end = parts[0].leaf, parts[1], parts[2].leaf
        if begin.text != end.text:
            raise Unread(f"`\\begin{{{begin.text}}}` ends as `{end.text}`", begin.start, end.end)
        return Environment(begin.text.rstrip("*"), rows, begin.start, end.end)


def _atom(part: Any) -> Any:
    return part.leaf if isinstance(part, Lexeme) else part


def _argument(part: Any) -> Items:
    atom = _atom(part)
    return atom.items if isinstance(atom, Group) else (Item(atom),)
