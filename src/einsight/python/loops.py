"""Loops: over a few known values one after the other, over an axis as a sum of what each place adds.

A sum is read where the only names that a turn of the loop hands on are added to, and nothing else looks at them: then each of them
is what it was, and the sum of what it would be if it began at 0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ..terms import build
from ..terms.dimension import Index, fresh_index
from .calls import Calls
from .functions import as_array
from .nodes import walk
from .values import UNKNOWN, Array, Each, Library, Number, Several, Table, Text, Value, plain

# turns of a loop that are read one by one, and statements in all of them
MOST_TURNS, MOST_STATEMENTS = 16, 120
# what hands on more than a name, or may end a turn
_LEAVES = (
    ast.Break, ast.Continue, ast.Return, ast.Yield, ast.YieldFrom, ast.Raise, ast.Try, ast.With, ast.While, ast.If, ast.Delete,
    ast.FunctionDef, ast.ClassDef, ast.Global, ast.Nonlocal, ast.Await, ast.NamedExpr,
)  # fmt: skip


class Loops(Calls):
    """Reads loops."""

    def looped(self, node: ast.For) -> bool:
        """Read a loop; False where it is none of those that are read, and nothing has been read of it."""
        if node.orelse:
            return False
        body = _without_continue(node.body) if self.sizes.binding else node.body
        leaves = tuple(x for x in _LEAVES if x is not ast.If) if self.sizes.binding else _LEAVES
        if any(isinstance(n, leaves) for n in walk(*body)):
            return False
        turns = self._turns(node.iter)
        if turns is not None:
            if len(turns) > MOST_TURNS or len(turns) * len(body) > min(MOST_STATEMENTS, self.budget[0]):
                return False
            self.budget[0] -= len(turns) * len(body)
            for value in turns:
                self.bind(node.target, value)
                self.run(body)
            return True
        return not any(isinstance(n, ast.If) for n in walk(*body)) and self._summed(node)

    def _turns(self, node: ast.expr) -> list[Value] | None:
        """The values that a loop goes through, where they are few and known."""
        if isinstance(node, ast.Call):
            function = self.evaluate(node.func)
            path = function.path if isinstance(function, Library) else ""
            if path == "builtins.range" and not node.keywords:
                bounds = [self._count(a) for a in node.args]
                if None in bounds or not 1 <= len(bounds) <= 3 or bounds[2:] == [0]:
                    return None
                return [plain(k) for k in range(*(b for b in bounds if b is not None))[: MOST_TURNS + 1]]
            if path == "builtins.reversed" and len(node.args) == 1:
                turns = self._turns(node.args[0])
                return None if turns is None else turns[::-1]
            if path in ("builtins.zip", "builtins.enumerate") and not node.keywords:
                parts = [self._turns(a) for a in node.args]
                if not parts or any(p is None for p in parts):
                    return None
                if path == "builtins.enumerate":
                    return [Several((plain(k), v)) for k, v in enumerate(parts[0] or ())] if len(parts) == 1 else None
                return [Several(v) for v in zip(*(p or () for p in parts), strict=False)]
            return None
        value = self.evaluate(node)
        if isinstance(value, Table) and value.unmet is None:
            return [Text(key) for key in value.items]
        if isinstance(value, Array) and self.sizes.lengths and not value.open and value.rank:
            length = self.arrays.length(value.axes[0])
            return None if length is None else [self._entries(value, (plain(k),)) for k in range(length)]
        return list(value.items) if isinstance(value, Several) else None

    def _count(self, node: ast.expr) -> int | None:
        value = self.evaluate(node)
        if isinstance(value, Number) and value.factors is not None and value.value is None:
            return self.arrays.number_of(tuple(fresh_index(d) for d in value.factors))
        if isinstance(value, Number) and value.value is not None and value.value.denominator == 1:
            return int(value.value)
        return None

    # over an axis

    def _each(self, node: ast.expr) -> tuple[Value, Index] | None:
        """What a loop has at each place of an axis, and the index of the place."""
        if isinstance(node, ast.Call):
            function = self.evaluate(node.func)
            path = function.path if isinstance(function, Library) else ""
            if path == "builtins.range" and len(node.args) == 1 and not node.keywords:
                size = self.evaluate(node.args[0])
                factors = self.sizes.settled(size.factors) if isinstance(size, Number) and size.factors else ()
                if len(factors) != 1:
                    return None
                index = fresh_index(factors[0])
                return Number(place=index, why="the number of a turn"), index
            if path in ("builtins.zip", "builtins.enumerate") and node.args and not node.keywords:
                arrays = [self.evaluate(a) for a in node.args]
                if path == "builtins.enumerate" and len(arrays) != 1:
                    return None
                own = next((a.axes[0][0] for a in arrays if isinstance(a, Array) and _has_rows(a)), None)
                if own is None:
                    return None
                index = fresh_index(own.dim)
                rows = [self._row(a, index) for a in arrays]
                if any(r is None for r in rows):
                    return None
                first = (Number(place=index, why="the number of a turn"),) if path == "builtins.enumerate" else ()
                return Several((*first, *(r for r in rows if r is not None))), index
            return None
        value = self.evaluate(node)
        if not isinstance(value, Array) or not _has_rows(value):
            return None
        index = fresh_index(value.axes[0][0].dim)
        row = self._row(value, index)
        return None if row is None else (row, index)

    def _row(self, value: Value, index: Index) -> Array | None:
        """`x[i]`."""
        if (
            not isinstance(value, Array)
            or not _has_rows(value)
            or self.sizes.find(value.axes[0][0].dim) is not self.sizes.find(index.dim)
        ):
            return None
        term = build.substitute(value.term, {value.axes[0][0]: index}) if value.term is not None else None
        return Array(value.axes[1:], False, term, value.why)

    def _summed(self, node: ast.For) -> bool:
        added = _added_to(node)
        if added is None or any(as_array(self.environment.get(n, UNKNOWN)) is None for n in added):
            return False
        each = self._each(node.iter)
        if each is None:
            return False
        value, index = each
        before = {n: as_array(self.environment[n]) for n in added}
        outer = self.environment
        self.environment = {**outer, **dict.fromkeys(added, plain(0))}
        broken = self.broken
        try:
            self.bind(node.target, value)
            self.run(node.body)
            turned = {n: as_array(self.environment[n]) for n in added}
        finally:
            self.environment = outer
        for name, one in turned.items():
            start = before[name]
            if start is None or one is None:
                self.environment[name] = UNKNOWN
                continue
            self.environment[name] = self.plus(node, start, self._over(one, index))
        for name in self.module.bound_in(node) - set(added):
            self.environment[name] = UNKNOWN
        self.broken = broken or self.broken
        return True

    def _over(self, one: Array, index: Index) -> Array:
        """The sum of what each place gives."""
        term = build.product([one.term], [index]) if one.term is not None else None
        return Array(one.axes, one.open, term, one.why)

    # comprehensions

    def _generatorexp(self, node: ast.GeneratorExp | ast.ListComp) -> Value:
        if len(node.generators) != 1 or node.generators[0].ifs or node.generators[0].is_async:
            return UNKNOWN
        (only,) = node.generators
        outer = self.environment
        turns = self._turns(only.iter)
        each = self._each(only.iter) if turns is None else None
        found: list[Value] = []
        if turns is None and each is None or turns is not None and len(turns) > MOST_TURNS:
            return UNKNOWN
        self.environment = dict(outer)
        try:
            for value in turns if turns is not None else [each[0]] if each is not None else []:
                self.bind(only.target, value)
                found.append(self.evaluate(node.elt))
        finally:
            self.environment = outer
        if turns is not None:
            return Several(tuple(found), True)
        array = as_array(found[0])
        return Each(array, each[1]) if array is not None and each is not None and not array.open else UNKNOWN

    _listcomp = _generatorexp


def _without_continue(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """What is left of a turn behind `if c: continue` as what runs where `c` does not hold."""
    found: list[ast.stmt] = []
    for place, statement in enumerate(body):
        if isinstance(statement, ast.If) and not statement.orelse and isinstance(statement.body[-1], ast.Continue):
            rest = _without_continue(body[place + 1 :])
            then = statement.body[:-1] or [ast.copy_location(ast.Pass(), statement)]
            return [*found, ast.copy_location(ast.If(statement.test, then, rest), statement)]
        if isinstance(statement, ast.For) and any(isinstance(n, ast.Continue) for n in walk(statement)):
            inner = _without_continue(statement.body)
            statement = ast.copy_location(ast.For(statement.target, statement.iter, inner, statement.orelse), statement)
        found.append(statement)
    return found


def _has_rows(array: Array) -> bool:
    return not array.open and bool(array.rank) and len(array.axes[0]) == 1


def _added_to(node: ast.For) -> list[str] | None:
    """The names that a loop hands on from turn to turn, where all of them are only added to."""
    added: dict[str, int] = {}  # with how often it is read to be added to
    bound: set[str] = set()
    for statement in _statements(node.body):
        target: ast.expr | None = statement.target if isinstance(statement, (ast.AugAssign, ast.AnnAssign)) else None
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
        read = [n.id for n in walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
        if isinstance(target, ast.Name) and target.id not in bound:
            if isinstance(statement, ast.AugAssign):
                if not isinstance(statement.op, (ast.Add, ast.Sub)) or target.id in read:
                    return None
                added.setdefault(target.id, 0)
                continue
            if isinstance(statement, ast.Assign) and target.id in read:
                if not _is_added(target.id, statement.value):
                    return None
                added[target.id] = added.get(target.id, 0) + 1
                continue
        if not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Pass, ast.Assert)):
            return None
        for part in walk(statement):
            if isinstance(part, (ast.Subscript, ast.Attribute)) and not isinstance(part.ctx, ast.Load):
                return None
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
                bound.add(part.id)
    loads = [n.id for n in walk(*node.body) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    if not added or set(added) & bound or any(loads.count(n) != count for n, count in added.items()):
        return None
    return list(added)


def _is_added(name: str, value: ast.expr) -> bool:
    """Is it `name + …`, or `… + name`?"""
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Add):
        return False
    return any(isinstance(side, ast.Name) and side.id == name for side in (value.left, value.right))


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a loop and of those in it; of a loop in it its head is one."""
    for statement in body:
        if isinstance(statement, ast.For):
            yield ast.copy_location(ast.Assign([statement.target], statement.iter), statement)
            yield from _statements(statement.body)
        else:
            yield statement
