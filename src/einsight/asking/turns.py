"""Comprehensions in code, `sum(w[i]*x[i]**2 for i in range(n))`, in components: what they count is an index of a sum.

An index is counted from 1 where code counts from 0: `i` of `range(a, b)` is `k + a - 1`, and `x[i]` is the component `k + a`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..lowering.called import own_name
from .nodes import number_of
from .parts import Axis, Part, renamed
from .pieces import Unwritten

COMPREHENSIONS = (ast.GeneratorExp, ast.ListComp)
_COMPARED = {ast.NotEq: "≠", ast.Eq: "=", ast.Lt: "<", ast.Gt: ">", ast.LtE: "≤", ast.GtE: "≥"}
# what gathers the values of a comprehension along its turns alone, though they be arrays
_OF_PYTHON = frozenset({"sum", "fsum", "max", "min", "prod"})


@dataclass(frozen=True)
class Turn:
    """What a name counts: an axis, and what the first turn has for it."""

    axis: Axis
    first: int = 0

    def place(self, offset: int) -> str:
        """The component that `x[i + offset]` is."""
        at = self.first + offset
        return f"{self.axis.sign}{at:+d}" if at else self.axis.sign

    @property
    def number(self) -> str:
        return f"({self.axis.sign}{self.first - 1:+d})" if self.first != 1 else self.axis.sign


class Turns:
    """The part of the writer in components that writes comprehensions; `turns` are the names that they count by, while these stand."""

    turns: dict[str, Turn]
    known: dict[str, Part]
    new_axis: Callable[[], Axis]

    def refuse(self, node: ast.AST, reason: str) -> Unwritten:
        raise NotImplementedError

    def write(self, node: ast.expr) -> Part:
        raise NotImplementedError

    def length(self, node: ast.expr) -> str | None:
        raise NotImplementedError

    def together(self, node: ast.AST, left: Part, right: Part) -> tuple[Part, Part, tuple[Axis, ...]]:
        raise NotImplementedError

    def along(self, node: ast.Call, name: str, value: Part, places: list[int]) -> Part:
        raise NotImplementedError

    def place_of(self, node: ast.expr) -> str | None:
        """The component that a subscript `i`, `i + 1` picks, where `i` counts the turns."""
        offset = 0
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            number = number_of(node.right)
            if number is None:
                return None
            offset, node = number if isinstance(node.op, ast.Add) else -number, node.left
        turn = self.turns.get(node.id) if isinstance(node, ast.Name) else None
        return turn.place(offset) if turn is not None else None

    def gathered(self, node: ast.Call, name: str, axis: ast.expr | None) -> Part:
        """A function along the turns of a comprehension, and of a library along the axes of its values too."""
        comprehension = node.args[0]
        assert isinstance(comprehension, COMPREHENSIONS)
        value, count, has_conditions = self.turned(comprehension)
        if has_conditions and name != "sum":
            raise self.refuse(node, f"`{name}` over a part of the turns is not read")
        alone = isinstance(node.func, ast.Name) and name in _OF_PYTHON
        if axis is not None and number_of(axis) not in (0, None):
            raise self.refuse(node, f"`{name}` along this axis of a list is not read")
        is_whole = not alone and (axis is None or number_of(axis) is None)
        places = list(range(len(value.axes) if is_whole else count))
        return self.along(node, own_name(name), value, places)

    def listed(self, node: ast.expr) -> Part:
        """`np.array([f(x[i]) for i in range(n)])`, an array with an axis for the turns."""
        assert isinstance(node, COMPREHENSIONS)
        value, count, has_conditions = self.turned(node)
        if count != 1 or has_conditions:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        return value

    def turned(self, node: ast.GeneratorExp | ast.ListComp) -> tuple[Part, int, bool]:
        """What each turn gives, with the axes of the turns before its own, how many those are, and whether some are left out."""
        around, known = dict(self.turns), dict(self.known)
        axes: list[Axis] = []
        conditions: list[str] = []
        for loop in node.generators:
            axes.append(self._bind(loop.target, loop.iter))
            conditions += [self._condition(test) for test in loop.ifs]
        body = self.write(node.elt)
        self.turns.clear()
        self.turns.update(around)
        self.known.clear()
        self.known.update(known)
        if any(a.index is None for a in axes):
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        text = " * ".join([*conditions, body.whole]) if conditions else body.text
        made = replace(body, text=text, axes=(*axes, *body.axes), is_sum=body.is_sum and not conditions)
        return made, len(axes), bool(conditions)

    def _condition(self, test: ast.expr) -> str:
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in _COMPARED:
            sides = [test.left, test.comparators[0]]
            turns = [self.turns.get(s.id) if isinstance(s, ast.Name) else None for s in sides]
            sign = _COMPARED[type(test.ops[0])]
            if all(turns):
                first, second = (t.place(0) for t in turns if t is not None)
                return f"[{first} {sign} {second}]"
            if not isinstance(test.ops[0], (ast.Eq, ast.NotEq)):
                return self.write(test).text
        raise self.refuse(test, f"the condition `{ast.unparse(test)}` is not read in code")

    def _bind(self, target: ast.expr, iterated: ast.expr) -> Axis:
        """Give the names of a turn what they stand for."""
        called = iterated.func.id if isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Name) else ""
        arguments = iterated.args if isinstance(iterated, ast.Call) else []
        if called == "range" and isinstance(target, ast.Name):
            self.turns[target.id] = turn = self._range(iterated, arguments)
            return turn.axis
        if called == "enumerate" and len(arguments) == 1 and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            counted, inner = target.elts
            axis = self._bind(inner, arguments[0])
            if isinstance(counted, ast.Name):
                self.turns[counted.id] = Turn(axis)
                return axis
        if called == "zip" and isinstance(target, ast.Tuple) and len(target.elts) == len(arguments) > 0:
            axis = self._bind(target.elts[0], arguments[0])
            for one, of in zip(target.elts[1:], arguments[1:], strict=True):
                self._take(one, of, axis)
            return axis
        return self._take(target, iterated, None)

    def _take(self, target: ast.expr, of: ast.expr, axis: Axis | None) -> Axis:
        """A name as what each turn takes of an array: a component, a row."""
        value = self.write(of)
        if not isinstance(target, ast.Name) or not value.axes or value.axes[0].index is None:
            raise self.refuse(of, f"`{ast.unparse(of)}` is not read in code")
        first = value.axes[0]
        if axis is not None and axis.size != first.size:
            raise self.refuse(of, f"`{ast.unparse(of)}` has another number of turns")
        if axis is not None:
            value = renamed(value, first, axis)
        self.known[target.id] = replace(value, axes=value.axes[1:])
        self.turns[f"of {target.id}"] = Turn(axis or first)
        return axis or first

    def _range(self, node: ast.expr, arguments: list[ast.expr]) -> Turn:
        first = number_of(arguments[0]) if len(arguments) == 2 else 0
        if not 1 <= len(arguments) <= 2 or first is None or first < 0:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        size = self._size(arguments[-1])
        return Turn(replace(self.new_axis(), size=f"{size}-{first}" if first else size), first)

    def _size(self, node: ast.expr) -> str:
        length = self.length(node)
        if length is not None:
            return length
        if isinstance(node, ast.Name):
            return node.id
        if (number := number_of(node)) is not None and number > 0:
            return str(number)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and (less := number_of(node.right)) is not None:
            return f"{self._size(node.left)}-{less}"
        raise self.refuse(node, f"`{ast.unparse(node)}` turns are not read in code")

    def kept_indices(self) -> Iterator[int]:
        """The indices of the turns, which stay what they are wherever a name stands again."""
        return (t.axis.index for t in self.turns.values() if t.axis.index is not None)


def _is_size(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"


def counted_once(tree: ast.AST) -> dict[str, int]:
    """How many axes names have at least, by the indices behind them in a comprehension: `a[i]` one, `A[i][j]` two."""
    found: dict[str, int] = {}
    if not any(isinstance(n, COMPREHENSIONS) for n in ast.walk(tree)):
        return found
    for node in ast.walk(tree):
        if isinstance(node, ast.comprehension):
            of = node.iter.args if isinstance(node.iter, ast.Call) else [node.iter]
            found |= {
                n.id: max(1, found.get(n.id, 0)) for n in of if isinstance(n, ast.Name) and not _is_size(node.iter)
            }
        count, base = 0, node
        while isinstance(base, ast.Subscript):
            count += len(base.slice.elts) if isinstance(base.slice, ast.Tuple) else 1
            base = base.value
        if isinstance(base, ast.Name) and count:
            found[base.id] = max(count, found.get(base.id, 0))
    return found
