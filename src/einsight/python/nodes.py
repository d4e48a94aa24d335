"""The nodes of a syntax tree in the order of the text, gathered in one walk.

Much is asked of a file that stands in some nodes of a part of it: what a statement binds, which names a function mentions, which
calls stand where.  Each such list is kept in that order, and a part of the tree is a slice of it.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
# fields without nodes, and those whose nodes are the same in all trees
_PLAIN = frozenset(
    "id attr ctx op ops kind type_comment level simple conversion is_async module asname arg kwd_attrs rest tag".split()
)


class _Fields(dict[type, tuple[str, ...]]):
    """The fields of a kind of node that may hold nodes, the last first."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        names = [n for n in kind._fields if n not in _PLAIN]
        if issubclass(kind, (ast.Constant, ast.Global, ast.Nonlocal, ast.alias)):
            names = []
        found = self[kind] = tuple(names[::-1])
        return found


_FIELDS = _Fields()


def walk(*nodes: ast.AST) -> Iterator[ast.AST]:
    """Nodes and all in them but signs of operators and contexts, in the order of the text."""
    todo: list[ast.AST | str | None] = [*nodes[::-1]]
    while todo:
        node = todo.pop()
        if node is None:
            continue
        yield node  # type: ignore[misc]
        for name in _FIELDS[node.__class__]:
            value = getattr(node, name, None)
            if value.__class__ is list:
                todo += value[::-1]
            elif isinstance(value, ast.AST):
                todo.append(value)


class Nodes:
    """The nodes of a tree.

    every     all of them but signs of operators and contexts, what holds others before them
    extents   where a scope and what has a block of statements stands among them
    outer     the innermost of those that a call, or one of those, stands in
    """

    def __init__(self, tree: ast.Module):
        self.every: list[ast.AST] = []
        self.extents: dict[ast.AST, tuple[int, int]] = {}
        self.outer: dict[ast.AST, ast.AST] = {}
        self.calls: list[ast.Call] = []
        self.imports: list[ast.stmt] = []
        self.globals: list[ast.Global] = []
        self.attributes_set: list[str] = []
        self._mentioned: tuple[list[int], list[str]] = [], []
        self._bound: tuple[list[int], list[str | Scope]] = [], []
        self._gather(tree)
        self.extents[tree] = 0, len(self.every)

    def _gather(self, tree: ast.Module) -> None:
        every, fields, outer = self.every, _FIELDS, self.outer
        (mentioned_at, mentioned), (bound_at, bound) = self._mentioned, self._bound
        calls, load = self.calls, ast.Load
        inside: list[ast.AST] = [tree]
        # a number is where what is innermost begins, and says that it ends here
        todo: list[ast.AST | int | str | None] = [tree]
        while todo:
            node = todo.pop()
            if node is None:
                continue
            kind = node.__class__
            if kind is int:
                ended = inside.pop()
                self.extents[ended] = node, len(every)  # type: ignore[assignment]
                continue
            place = len(every)
            every.append(node)  # type: ignore[arg-type]
            if kind is ast.Name:
                mentioned_at.append(place)
                mentioned.append(node.id)  # type: ignore[union-attr]
                if node.ctx.__class__ is not load:  # type: ignore[union-attr]
                    bound_at.append(place)
                    bound.append(node.id)  # type: ignore[union-attr]
                continue
            if kind is ast.Attribute:
                mentioned_at.append(place)
                mentioned.append(node.attr)  # type: ignore[union-attr]
                if node.ctx.__class__ is not load:  # type: ignore[union-attr]
                    self.attributes_set.append(node.attr)  # type: ignore[union-attr]
                todo.append(node.value)  # type: ignore[union-attr]
                continue
            if kind is ast.Call:
                calls.append(node)  # type: ignore[arg-type]
                outer[node] = inside[-1]  # type: ignore[index]
            elif kind in _WITH_BLOCKS:
                if isinstance(node, _SCOPES):
                    bound_at.append(place)
                    bound.append(node)
                outer[node] = inside[-1]  # type: ignore[index]
                inside.append(node)  # type: ignore[arg-type]
                todo.append(place)
            elif kind is ast.Import or kind is ast.ImportFrom:
                self.imports.append(node)  # type: ignore[arg-type]
            elif kind is ast.Global:
                self.globals.append(node)  # type: ignore[arg-type]
            elif kind is ast.ExceptHandler and node.name:  # type: ignore[union-attr]
                bound_at.append(place)
                bound.append(node.name)  # type: ignore[union-attr]
            for name in fields[kind]:
                value = getattr(node, name, None)
                if value.__class__ is list:
                    todo += value[::-1]
                elif isinstance(value, ast.AST):
                    todo.append(value)

    def of(self, node: ast.AST) -> list[ast.AST]:
        """A scope or a statement with a block, and every node in it."""
        start, stop = self.extents[node]
        return self.every[start:stop]

    def mentioned(self, node: ast.AST) -> frozenset[str]:
        """The names and attributes in a scope."""
        start, stop = self.extents[node]
        places, names = self._mentioned
        return frozenset(names[bisect_left(places, start) : bisect_left(places, stop)])

    def bound_in(self, node: ast.AST) -> Iterator[str]:
        """The names that the file, or a statement with a block, binds where it stands, each as often as it does; not by imports."""
        start, stop = self.extents[node]
        places, found = self._bound
        at = bisect_left(places, start)
        while at < len(places) and places[at] < stop:
            one = found[at]
            if isinstance(one, str):
                yield one
                at += 1
                continue
            if not isinstance(one, ast.Lambda):
                yield one.name
            at = bisect_left(places, self.extents[one][1], at)

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The scopes and statements with a block that a call stands in, the innermost first."""
        outer = self.outer.get(node)
        while outer is not None:
            yield outer
            outer = self.outer.get(outer)


_WITH_BLOCKS = frozenset(
    [
        *_SCOPES,
        *(getattr(ast, n) for n in "If For AsyncFor While With AsyncWith Try TryStar Match".split() if hasattr(ast, n)),
    ]
)
