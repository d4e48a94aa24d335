"""The expressions of a program, but for calls, as values."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from fractions import Fraction

from ..terms import build
from ..terms.term import Component, Term
from .arithmetic import OPERATIONS, of_numbers
from .functions import as_array
from .indexing import Indexing
from .nodes import walk
from .values import (
    INFINITE,
    NOTHING,
    UNKNOWN,
    Array,
    Choice,
    Flag,
    Library,
    Local,
    Made,
    Mask,
    Method,
    Number,
    Several,
    ShapeOf,
    Table,
    Text,
    Thing,
    Value,
    plain,
)

# items of a list of numbers that are read one by one
LONGEST_LIST = 200
_BUILTINS = frozenset(
    "len range float int abs sum max min pow tuple list round bool sorted reversed zip enumerate dict".split()
)
# what is called so holds where a derivative is wanted
_TRAINED = frozenset(("train", "training", "is_training", "is_train", "train_flg", "train_mode"))
_ATTRIBUTES_OF_NUMBERS = frozenset(
    ("dtype", "device", "itemsize", "nbytes", "sharding", "requires_grad", "grad_fn", "is_cuda")
)
_RELATIONS = {ast.Gt: ">", ast.Lt: "<", ast.GtE: "≥", ast.LtE: "≤", ast.Eq: "=", ast.NotEq: "≠"}
_ORDERS: dict[type[ast.cmpop], Callable[[Fraction, Fraction], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


class Expressions(Indexing):
    """Reads expressions."""

    # expressions

    def _constant(self, node: ast.Constant) -> Value:
        value = node.value
        if value is None or isinstance(value, bool):
            return Flag(value) if value is not None else NOTHING
        if isinstance(value, int):
            return plain(value) if abs(value) < 10**18 else UNKNOWN
        if isinstance(value, float):
            if value != value or value in (float("inf"), float("-inf")):
                return UNKNOWN
            text = repr(value)
            digits = text.split("e")[0].replace(".", "").lstrip("0").rstrip("0")
            return plain(Fraction(text), rough=len(digits) >= 6)
        if isinstance(value, str):
            return Text(value)
        return UNKNOWN

    def _name(self, node: ast.Name) -> Value:
        name = node.id
        found = self.environment.get(name)
        if found is not None:
            return found
        path = self.module.imports.get(name)
        if path:
            return Library(path)
        if path is None and name in self.module.functions and name in self.module.once:
            return Local(self.module.functions[name])
        if self.depth and (found := self.of_file(name)) is not None:
            return found
        if path is None and self.root is not None and (made := self.module.plain_class(name)) is not None:
            return Made(made)
        if path is None and name in _BUILTINS:
            return Library(f"builtins.{name}")
        return UNKNOWN

    def _attribute(self, node: ast.Attribute) -> Value:
        base = self.evaluate(node.value)
        name = node.attr
        if isinstance(base, Library):
            return _constant_of(f"{base.path}.{name}")
        if isinstance(base, Thing):
            found = base.attributes.get(name)
            if found is not None:
                return found
            if name == "saved_tensors" and base.saved is not None:
                return base.saved
            method = base.methods.get(name)
            if method is not None:
                return Local(method, owner=base)
            if base.unmet is not None:
                found = base.attributes[name] = base.unmet(name)
                return found
            return UNKNOWN
        if isinstance(base, Table):
            if name == "copy":
                return Table(dict(base.items), base.unmet)
            if name not in ("keys", "values", "items"):  # what changes it, for all that is known
                base.lose()
            return UNKNOWN
        if isinstance(base, Array) and not isinstance(
            base, Number
        ):  # what has a shape is no number, whatever its annotation says
            return self._attribute_of(base, name)
        return UNKNOWN

    def _attribute_of(self, array: Array, name: str) -> Value:
        if name == "shape":
            return ShapeOf(array)
        if name in ("T", "mT", "mH"):
            if array.rank < 2 and not array.open:  # who writes it means a matrix
                self.arrays.stretched += 1
            turned = self.arrays.reversed(array) if name == "T" else self.arrays.swapped(array, -1, -2)
            turned.base = array.base or array
            return turned
        if name in ("ndim",):
            return plain(array.rank) if not array.open else Number()
        if name == "size" and self.module.array_library != "torch":
            return Number() if array.open else self.sized(array.indices)
        if name in ("real", "data"):
            return array
        if name in _ATTRIBUTES_OF_NUMBERS or name in ("at", "grad", "flat", "imag"):
            return UNKNOWN
        return Method(array, name)

    def _tuple(self, node: ast.Tuple | ast.List) -> Value:
        if any(isinstance(e, ast.Starred) for e in node.elts):
            for item in node.elts:
                self.evaluate(item.value if isinstance(item, ast.Starred) else item)
            return UNKNOWN
        if len(node.elts) > LONGEST_LIST and all(isinstance(e, (ast.Constant, ast.UnaryOp)) for e in node.elts):
            return Several((self.evaluate(node.elts[0]),) * len(node.elts), isinstance(node, ast.List))
        return Several(tuple(self.evaluate(e) for e in node.elts), isinstance(node, ast.List))

    _list = _tuple

    def _starred(self, node: ast.Starred) -> Value:
        self.evaluate(node.value)
        return UNKNOWN

    def _dict(self, node: ast.Dict) -> Value:
        values = [self.evaluate(value) for value in node.values]
        keys = [k.value if isinstance(k, ast.Constant) else None for k in node.keys]
        known = {k: v for k, v in zip(keys, values, strict=True) if isinstance(k, str)}
        return Table(known) if len(known) == len(keys) else UNKNOWN

    def _lambda(self, node: ast.Lambda) -> Value:
        return Local(node, self.environment)

    def _namedexpr(self, node: ast.NamedExpr) -> Value:
        value = self.evaluate(node.value)
        self.bind(node.target, value)
        return value

    def _ifexp(self, node: ast.IfExp) -> Value:
        if asks_for_gradient(node.test):
            return self.evaluate(node.body)
        holds = self.holds(node.test) if self.sizes.binding else None
        if holds is not None:
            return self.evaluate(node.body if holds else node.orelse)
        self.evaluate(node.test)
        return UNKNOWN

    def holds(self, test: ast.expr) -> bool | None:
        """Whether a condition holds where both functions of a pair run: on the way that is read, and while it is trained."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self.holds(test.operand)
            return None if inner is None else not inner
        if isinstance(test, ast.BoolOp):
            return self._all_hold(test)
        if asks_for_gradient(test):
            return True
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            left, right = self.evaluate(test.left), self.evaluate(test.comparators[0])
            found = self._compares(test.ops[0], left, right)
            return found if found is not None else self._are_equal(test, left, right)
        if isinstance(test, (ast.Name, ast.Attribute)):
            value = self.evaluate(test)
            if isinstance(value, Flag):
                return bool(value.value)
            name = test.id if isinstance(test, ast.Name) else test.attr
            if name.strip("_") in _TRAINED:
                return True
            return value.ways.holds(value.name, None, value.usual) if isinstance(value, Choice) else None
        return None

    def _all_hold(self, test: ast.BoolOp) -> bool | None:
        ends = isinstance(test.op, ast.Or)  # the value that ends it
        known = []
        for part in test.values:
            found = self.holds(part)
            if found is ends:
                return ends
            known.append(found)
        return None if None in known else not ends

    def _compares(self, relation: ast.cmpop, left: Value, right: Value) -> bool | None:
        if isinstance(relation, (ast.Is, ast.IsNot)) and right is NOTHING:
            if left is not NOTHING and not isinstance(left, (Array, Table, Thing, Choice)):
                return None
            return (left is NOTHING) == isinstance(relation, ast.Is)
        if isinstance(relation, (ast.In, ast.NotIn)) and isinstance(right, Several):
            each = [self._compares(ast.Eq(), left, v) for v in right.items]
            return None if None in each else any(each) == isinstance(relation, ast.In)
        if isinstance(left, Number) and isinstance(right, Number):
            order = _ORDERS.get(type(relation))
            if order is not None and left.value is not None and right.value is not None:
                return order(left.value, right.value)
        if not isinstance(relation, (ast.Eq, ast.NotEq)):
            return None
        if isinstance(left, Text) and isinstance(right, Text):
            return (left.text == right.text) == isinstance(relation, ast.Eq)
        if isinstance(right, Text) and right.text in _TRAINED:
            return isinstance(relation, ast.Eq)
        if isinstance(left, Choice) and isinstance(right, Text):
            return left.ways.holds(left.name, right.text, left.usual) == isinstance(relation, ast.Eq)
        return None

    def _are_equal(self, test: ast.Compare, left: Value, right: Value) -> bool | None:
        """Whether two numbers are equal on the way that is read; None where that is not asked of numbers."""
        ways, (relation,) = self.arrays.ways, test.ops
        if self._of_label(test, left, right) is not None:
            return None
        if ways is None or not isinstance(relation, (ast.Eq, ast.NotEq)):
            return None
        if any(self._is_entry(e) for e in (test.left, test.comparators[0])):
            return None  # some of an array are, as labels and marks of events are
        sides = (left, right)
        if not all(isinstance(s, Array) and not s.rank for s in sides) or any(map(is_unknown, sides)):
            return None
        return ways.are_equal(f"{ast.unparse(test.left)} == {ast.unparse(test.comparators[0])}") == isinstance(
            relation, ast.Eq
        )

    def _is_entry(self, node: ast.expr) -> bool:
        """Is it an entry of an array: by its place, or what a loop goes through?"""
        if isinstance(node, ast.Subscript):
            return not (isinstance(node.value, ast.Attribute) and node.value.attr == "shape")
        return isinstance(node, ast.Name) and any(node.id in self.module.said(gone_through, f) for f in self.path)

    def _boolop(self, node: ast.BoolOp) -> Value:
        for value in node.values:
            self.evaluate(value)
        return UNKNOWN

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        value = self.evaluate(node.operand)
        if value is INFINITE:  # of either sign: nothing is worked out with it
            return value
        if isinstance(value, Number):
            if isinstance(node.op, ast.USub):
                exact = -value.value if value.value is not None else None
                return Number(
                    term=build.negate(value.term) if value.term is not None else None,
                    value=exact,
                    rough=value.rough,
                    why=value.why,
                )
            return value if isinstance(node.op, ast.UAdd) else UNKNOWN
        if not isinstance(value, Array):
            return UNKNOWN
        if isinstance(node.op, ast.USub):
            return self.arrays.elementwise(build.negate, value)
        if isinstance(node.op, ast.Invert):
            made = self.arrays.elementwise(lambda t: build.subtract(build.ONE, t), value)
            return _mask(made) if isinstance(value, Mask) else made
        return value if isinstance(node.op, ast.UAdd) else UNKNOWN

    def _compare(self, node: ast.Compare) -> Value:
        left = self.evaluate(node.left)
        others = [self.evaluate(c) for c in node.comparators]
        relation = _RELATIONS.get(type(node.ops[0]))
        if len(others) != 1 or relation is None:
            return UNKNOWN
        (right,) = others
        if not isinstance(left, Array) or not isinstance(right, Array):
            return UNKNOWN
        if isinstance(left, Number) and isinstance(right, Number) and not self.sizes.binding:
            return UNKNOWN
        label = self._of_label(node, left, right)
        if label is not None:
            return label
        make = lambda a, b: build.bracket(relation, a, b)  # noqa: E731
        return self._fitting(node, lambda: _mask(self.arrays.elementwise(make, left, right)))

    def _of_label(self, test: ast.Compare, left: Value, right: Value) -> Mask | None:
        """`j == y[i]` of a label: 1 where it is that one; None where it is asked of nothing that was a label before."""
        if not self.sizes.lengths or not isinstance(test.ops[0], (ast.Eq, ast.NotEq)):
            return None
        for place, label in ((left, right), (right, left)):
            if not isinstance(place, Number) or place.value is None or not self.arrays.is_label(label):
                continue
            assert isinstance(label, Array)
            if not self.arrays.with_terms:
                return Mask()
            if not isinstance(label.term, Component) or label.term.tensor.name not in self.arrays.label_dims:
                return None
            term = self.arrays.row_of(label, int(place.value) + 1)
            return Mask(term=term if isinstance(test.ops[0], ast.Eq) else build.subtract(build.ONE, term))
        return None

    def _binop(self, node: ast.BinOp) -> Value:
        return self._operation(node, node.op, self.evaluate(node.left), self.evaluate(node.right))

    def _operation(self, node: ast.AST, operator: ast.operator, left: Value, right: Value) -> Value:
        if isinstance(operator, ast.Add) and isinstance(left, (Several, ShapeOf)):
            parts = [self._shape(v, None) if isinstance(v, ShapeOf) else v for v in (left, right)]
            if all(isinstance(p, Several) for p in parts):
                return Several(tuple(i for p in parts if isinstance(p, Several) for i in p.items))
            return UNKNOWN
        if isinstance(left, Number) and isinstance(right, Number):
            return of_numbers(operator, left, right)
        a, b = as_array(left), as_array(right)
        if a is None or b is None:
            return UNKNOWN
        if isinstance(operator, ast.MatMult):
            return self._fitting(node, lambda: self.arrays.matmul(a, b))
        make = OPERATIONS.get(type(operator))
        if isinstance(a, Mask) and isinstance(b, Mask) and isinstance(operator, (ast.BitAnd, ast.BitOr)):
            both = _and if isinstance(operator, ast.BitAnd) else _or
            return self._fitting(node, lambda: _mask(self.arrays.elementwise(both, a, b)))
        if make is None:
            found = self._fitting(
                node, lambda: self.arrays.elementwise(lambda x, y: x, Array(a.axes, a.open), Array(b.axes, b.open))
            )
            return Array(found.axes, found.open, why="an operator") if isinstance(found, Array) else found
        return self._fitting(node, lambda: self.arrays.elementwise(make, a, b))


def gone_through(node: ast.AST) -> frozenset[str]:
    """The names that stand for what loops go through, one after the other."""
    targets = (n.target for n in walk(node) if isinstance(n, (ast.For, ast.comprehension)))
    return frozenset(n.id for t in targets for n in walk(t) if isinstance(n, ast.Name))


def is_unknown(value: Value) -> bool:
    """Is it a number of which nothing is known, as the number of axes of an array is before it has some?"""
    return type(value) is Number and value.value is None and value.term is None and value.factors is None


def _mask(array: Array) -> Mask:
    return Mask(array.axes, array.open, array.term, array.why)


def _and(a: Term, b: Term) -> Term:
    return build.product([a, b])


def _or(a: Term, b: Term) -> Term:
    return build.subtract(build.add(a, b), _and(a, b))


def asks_for_gradient(test: ast.expr) -> bool:
    """`ctx.needs_input_grad[0]`: what follows is what is computed when it is wanted."""
    return any(isinstance(n, ast.Attribute) and n.attr == "needs_input_grad" for n in walk(test))


def _constant_of(path: str) -> Value:
    name = path.split(".")[-1]
    if name == "pi":
        return Number(term=build.constant("pi"))
    if path in ("math.e", "numpy.e", "jax.numpy.e"):
        return Number(term=build.apply("exp", build.ONE))
    if name == "newaxis":
        return NOTHING
    if name == "inf":
        return INFINITE
    if name in ("nan", "float32", "float64", "int32", "int64", "bool_"):
        return UNKNOWN
    return Library(path)
