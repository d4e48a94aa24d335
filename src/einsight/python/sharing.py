"""Expressions of a program in which what stands twice is named once, and what has a name is written by it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence

# signs of a line beyond which a part of it gets a name
WIDTH = 78
# kinds of nodes of which the parts are not looked at
LEAVES = (ast.Lambda, ast.Constant, ast.Name, ast.Slice, ast.Tuple, ast.List)


class Shared:
    """Expressions by value: equal ones have one number, and one that has a name has the number of the name."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._nodes: list[ast.expr] = []
        self._children: list[tuple[int, ...]] = []
        self._seen: dict[int, tuple[ast.expr, int]] = {}
        self._named: dict[int, int] = {}
        self._weights: dict[int, int] = {}

    def name(self, name: str, value: ast.expr) -> None:
        """Let a name stand for a value from now on."""
        self._named[self.number(value)] = self.number(ast.Name(name, ast.Load()))

    def number(self, node: ast.expr) -> int:
        known = self._seen.get(id(node))
        if known is not None:
            return known[1]
        parts: tuple[int, ...] = ()
        if isinstance(node, LEAVES):
            key: Hashable = ast.dump(node)
        else:
            inner = [c.value if isinstance(c, ast.keyword) else c for c in ast.iter_child_nodes(node)]
            parts = tuple(self.number(c) for c in inner if isinstance(c, ast.expr))
            own = [type(c).__name__ for c in (node, *inner) if not isinstance(c, ast.expr) or c is node]
            own += [str(k.arg) for k in getattr(node, "keywords", ())]
            key = (*own, getattr(node, "attr", ""), len(getattr(node, "args", ())), *parts)
        if key not in self._numbers:
            self._numbers[key] = len(self._nodes)
            self._nodes.append(node)
            self._children.append(parts)
        found = self._named.get(self._numbers[key], self._numbers[key])
        self._seen[id(node)] = node, found  # the node is kept, so that no other has its place
        return found

    def written(self, results: Sequence[ast.expr], names: Iterator[str]) -> tuple[list[str], list[str]]:
        """Assignments to `names`, and the expressions that give the results behind them."""
        roots = [self.number(r) for r in results]
        uses: Counter[int] = Counter()
        todo, visited = list(roots), set()
        while todo:
            number = todo.pop()
            uses[number] += 1
            if number not in visited:
                visited.add(number)
                todo.extend(self._children[number])
        statements: list[str] = []
        texts: dict[int, ast.expr] = {}

        def build(number: int, root: bool = False) -> ast.expr:
            if number in texts:
                return texts[number]
            node = _replaced(self._nodes[number], lambda part: build(self.number(part)))
            if self._is_heavy(number):
                text = ast.unparse(node)
                if uses[number] > 1 or (not root and len(text) > WIDTH):
                    name = next(names)
                    statements.append(f"{name} = {text}")
                    node = ast.Name(name, ast.Load())
            texts[number] = node
            return node

        made = [ast.unparse(build(r, root=True)) for r in roots]
        return statements, made

    def _is_heavy(self, number: int) -> bool:
        """Does it cost as much as a line of its own?"""
        return not isinstance(self._nodes[number], LEAVES) and self._weight(number) >= 2

    def _weight(self, number: int) -> int:
        """Operations on arrays in it; -1 for a number or a size."""
        if number not in self._weights:
            node, parts = self._nodes[number], self._children[number]
            if isinstance(node, ast.Constant) or (isinstance(node, ast.Attribute) and node.attr == "shape"):
                found = -1
            elif isinstance(node, LEAVES):
                found = 0
            else:
                inner = [w for p in parts if (w := self._weight(p)) >= 0]
                own = 2 if isinstance(node, ast.Call) or isinstance(getattr(node, "op", None), ast.MatMult) else 1
                found = (
                    sum(inner) + (own if not isinstance(node, (ast.Attribute, ast.Subscript)) else 0) if inner else -1
                )
            self._weights[number] = found
        return self._weights[number]


def _replaced(node: ast.expr, part: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """A node with its parts as they are built."""
    if isinstance(node, LEAVES):
        return node

    def item(value: object) -> object:
        if isinstance(value, ast.keyword):
            return ast.keyword(value.arg, part(value.value))
        return part(value) if isinstance(value, ast.expr) else value

    fields = {
        name: [item(v) for v in value] if isinstance(value, list) else item(value)
        for name, value in ast.iter_fields(node)
    }
    return type(node)(**fields)  # type: ignore[arg-type]
