"""The lines of a generated function: equal texts are computed once, what is used once stands where it is used."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping

from .arguments import Namespace

WIDTH = 88  # of a line that another one is put into


class Lines:
    """Assignments in the order in which they are made, each of a pure expression; and statements that write into a name."""

    def __init__(self, names: Namespace):
        self.names = names
        self.made: list[tuple[str | None, str]] = []
        self.named: dict[str, str] = {}
        self.kept: set[str] = set()

    def name(self, text: str) -> str:
        """A name for what the text computes."""
        if text.isidentifier():
            return text
        if text not in self.named:
            self.named[text] = name = self.names.name(f"_line{len(self.made)}")
            self.made.append((name, text))
        return self.named[text]

    def keep(self, name: str, text: str) -> None:
        """A line of its own, under a name that says what it is."""
        self.kept.add(name)
        self.made.append((name, text))

    def own(self, text: str) -> str:
        """A name that nothing else has for what the text computes, so that it can be written into."""
        name = self.names.name("result")
        self.keep(name, text)
        return name

    def change(self, statement: str) -> None:
        """A statement that writes into what `own` named; what it reads must not be that."""
        self.made.append((None, statement))

    def is_read(self, name: str) -> bool:
        """Does a line so far use the name?"""
        return any(name in _names_in(text) for _, text in self.made)

    def source(self, result: str) -> list[str]:
        """The lines, and the one that returns the result."""
        trees = [(name, ast.parse(text).body[0]) for name, text in [*self.made, (None, f"return_({result})")]]
        uses: Counter[str] = Counter()
        inside: set[str] = set()  # used in a function that may run often, or not at all
        for _, tree in trees:
            for node in ast.walk(tree):
                if isinstance(node, ast.Name):
                    uses[node.id] += 1
                elif isinstance(node, ast.Lambda):
                    inside |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        replaced: dict[str, ast.expr] = {}
        short: dict[str, str] = {}
        out: list[str] = []
        for at, (name, tree) in enumerate(trees):
            put = _put_in(tree, replaced, limit=WIDTH - (len(name) + 3 if name else 0))
            for left, expression in put.left_over:
                short[left] = self.names.name(f"t{len(short) + 1}")
                out.append(f"{short[left]} = {_text(expression, short)}")
            tree = put.tree
            if name is None:
                text = _text(tree, short)
                out.append(f"return {text[len('return_(') : -1]}" if at == len(trees) - 1 else text)
            elif name in self.kept:
                out.append(f"{name} = {_text(tree, short)}")
            elif uses[name] == 1 and name not in inside:
                assert isinstance(tree, ast.Expr)
                replaced[name] = tree.value
            else:
                short[name] = self.names.name(f"t{len(short) + 1}")
                out.append(f"{short[name]} = {_text(tree, short)}")
        return out


class _put_in(ast.NodeTransformer):
    """A tree with the expressions put in that are used there, as long as it stays a line; `left_over` are those that do not fit."""

    def __init__(self, tree: ast.stmt, replaced: Mapping[str, ast.expr], limit: int):
        self.replaced = replaced
        self.left_over: list[tuple[str, ast.expr]] = []
        self.room = limit - len(ast.unparse(tree))
        self.tree = self.visit(tree)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        expression = self.replaced.get(node.id)
        if expression is None:
            return node
        cost = len(ast.unparse(expression)) - len(node.id)
        if cost > self.room:
            self.left_over.append((node.id, expression))
            return node
        self.room -= cost
        return expression


def _names_in(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def _text(tree: ast.AST, names: Mapping[str, str]) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return ast.unparse(tree)
