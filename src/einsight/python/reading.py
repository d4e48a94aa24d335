"""The statements of a function or of the top of a file, in order."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Sequence

from ..terms import build
from ..terms.dimension import Dim
from ..terms.interruption import poll
from .annotations import MANY, annotated, named_in, of_line
from .axes import Misfit
from .branching import Branches
from .functions import as_array
from .libraries import bound_names, imported
from .module import is_transparent
from .values import (
    UNKNOWN,
    Array,
    Flag,
    Library,
    Local,
    Masked,
    Method,
    Number,
    Picked,
    Range,
    Several,
    ShapeOf,
    Table,
    Text,
    Thing,
    Value,
    Whole,
)

_BUILTINS = frozenset("len range float int abs sum max min pow tuple list round bool sorted reversed".split())
# functions that change none of their arguments, whatever becomes of their result
_HARMLESS = frozenset(
    "print seterr warn debug info assert_allclose seed manual_seed set_printoptions len requires_grad_ retain_grad register_hook".split()
)
# what adds to entries as often as their places are named
_AT_PLACES = frozenset(("numpy.add.at", "numpy.subtract.at"))
_CONTEXTS = (
    "no_grad",
    "enable_grad",
    "autocast",
    "named_scope",
    "default_device",
    "set_grad_enabled",
    "record_function",
    "errstate",
)


class Reader(Branches):
    """Reads the statements of one scope."""

    # statements

    def run(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            if self.ended:
                return
            poll()
            method = getattr(self, "_do_" + type(statement).__name__.lower(), None)
            if method is None:
                self.lose(statement, "a statement that is not read")
            else:
                method(statement)

    def _do_expr(self, node: ast.Expr) -> None:
        self.evaluate(node.value)
        if self.sizes.binding and isinstance(node.value, ast.Call):
            self._called_alone(node.value)

    def _called_alone(self, call: ast.Call) -> None:
        """What a call of which the result goes nowhere changes in its place, for all that is known."""
        if any(k.arg == "out" for k in call.keywords):
            return
        function = self.evaluate(call.func)
        if isinstance(function, Method) and function.name.endswith("_"):
            return  # that is read
        if isinstance(function, Method):
            name = function.name
        elif isinstance(function, Library) and function.path.split(".")[0] in ("numpy", "torch", "scipy"):
            name = function.path.split(".")[-1]
        else:
            return
        if name in _HARMLESS:
            return
        if isinstance(function, Method):
            given: list[Value] = [function.array]
        else:
            given = [self.evaluate(a) for a in call.args if not isinstance(a, ast.Starred)]
        if isinstance(function, Library) and function.path == "numpy.fill_diagonal" and self._fill_diagonal(given):
            return
        if (
            isinstance(function, Library)
            and function.path in _AT_PLACES
            and self._changed_at(call, function.path, given)
        ):
            return
        for value in given:
            if isinstance(value, Array) and not isinstance(value, Number):
                value.term, value.cells, value.why = None, None, f"what `{ast.unparse(call.func)}` writes"

    def _changed_at(self, call: ast.Call, path: str, given: Sequence[Value]) -> bool:
        """`np.add.at(holder, places, value)`."""
        if len(given) != 3:
            return False
        holder, places, value = given
        if path.endswith("subtract.at") and (array := as_array(value)) is not None:
            value = self.arrays.elementwise(build.negate, array)
        items = places.items if isinstance(places, Several) and not places.is_list else (places,)
        return self.add_at_places(call, holder, items, value)

    def _fill_diagonal(self, given: Sequence[Value]) -> bool:
        array, value = (*given, UNKNOWN, UNKNOWN)[:2]
        if len(given) != 2 or not isinstance(array, Array) or not isinstance(value, Array) or value.rank:
            return False
        return self.arrays.on_diagonal(array, value)

    def _do_pass(self, node: ast.Pass) -> None:
        pass

    def _do_assert(self, node: ast.Assert) -> None:
        self.evaluate(node.test)
        self.take_for_equal(node.test, ast.Eq)

    def _do_import(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, path in imported([node]).items():
            self.environment[name] = Library(path) if path else UNKNOWN

    _do_importfrom = _do_import

    def _do_global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.broken = self.broken or "a name of an outer scope is changed"
        for name in node.names:
            self.environment[name] = UNKNOWN

    _do_nonlocal = _do_global

    def _do_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.environment[target.id] = UNKNOWN

    def _do_functiondef(self, node: ast.FunctionDef) -> None:
        plainly = is_transparent(node) and not node.decorator_list
        self.environment[node.name] = Local(node, self.environment) if plainly else UNKNOWN

    def _do_asyncfunctiondef(self, node: ast.AsyncFunctionDef) -> None:
        self.environment[node.name] = UNKNOWN

    def _do_classdef(self, node: ast.ClassDef) -> None:
        self.environment[node.name] = UNKNOWN

    def _do_raise(self, node: ast.Raise) -> None:
        self.broken = self.broken or "it raises"
        self.ended = True

    def _do_assign(self, node: ast.Assign) -> None:
        value = self.evaluate(node.value)
        comment = self.module.source.comments.get(node.end_lineno or node.lineno)
        if comment:
            value = Array(open=True) if value is UNKNOWN else value
            self._said_of(node.targets, value, comment)
        for target in node.targets:
            self.bind(target, value)
            if isinstance(target, ast.Name):
                self.note(target, value)

    def _said_of(self, targets: Sequence[ast.expr], value: Value, comment: str) -> None:
        """A comment tells a shape only where none is known; what it gets wrong is no error of the program."""
        if len(targets) != 1 or not isinstance(targets[0], ast.Name) or not isinstance(value, Array) or not value.open:
            return
        name = targets[0].id
        declared = of_line(comment) or dict(named_in(comment)).get(name)
        if declared is not None and not self.branch:
            with contextlib.suppress(Misfit):
                # people write `bsz` and `batch_size` for one size: of the scope are the names of its parameters alone
                known = tuple(d if d in self.declared or d == MANY else None for d in declared)
                self.declare(value, known, name)

    def _do_annassign(self, node: ast.AnnAssign) -> None:
        value = self.evaluate(node.value) if node.value is not None else Array(open=True)
        declared = annotated(node.annotation)
        if declared is not None:
            if value is UNKNOWN:
                value = Array(open=True)
            try:
                self.declare(value, declared, self.text(node.target))
            except Misfit as wrong:
                self.tell("EIN603", node.value or node, str(wrong))
                value = self.of_declared(declared)
        if node.value is not None or declared is not None:
            self.bind(node.target, value)

    def _do_augassign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            old = self.evaluate(_loaded(node.target))
            value = self._operation(node, node.op, old, self.evaluate(node.value))
            if self.sizes.binding and not self.branch and self.module.array_library != "jax":
                self.written_over(old, value)
            self.bind(node.target, value)
            return
        if isinstance(node.target, ast.Attribute):
            value = self._operation(node, node.op, self.evaluate(_loaded(node.target)), self.evaluate(node.value))
            self.bind(node.target, value)
            return
        value = self.evaluate(node.value)
        if isinstance(node.target, ast.Subscript):
            place = self.evaluate(_loaded(node.target))
            known = isinstance(place, (Picked, Masked)) or isinstance(
                self.evaluate(node.target.value), (Table, Several)
            )
            known = known or bool(self.sizes.lengths) or self._is_at_label(node.target)
            value = UNKNOWN if not known else self._operation(node, node.op, self.evaluate(_loaded(node.target)), value)
        self._write_into(node.target, value)

    def _is_at_label(self, target: ast.Subscript) -> bool:
        """`p[y]` for a number that is given."""
        if isinstance(target.slice, (ast.Tuple, ast.Slice)) or not self.sizes.binding:
            return False
        return self.arrays.is_one_place(self.evaluate(target.slice))

    def _write_into(self, target: ast.expr, value: Value) -> None:
        if not isinstance(target, ast.Subscript):
            return
        holder = self.evaluate(target.value)
        if isinstance(holder, Table):
            key = self.evaluate(target.slice)
            if isinstance(key, Text):
                holder.items[key.text] = value if not self.branch else UNKNOWN
            else:
                holder.lose()
            return
        if isinstance(holder, Several):
            if not self.put(holder, self.evaluate(target.slice), value):
                self.forget(target.value)
            return
        if isinstance(holder, Array):
            self.refuse_part(holder)
        if (
            isinstance(target.slice, ast.Tuple)
            and isinstance(holder, Array)
            and isinstance(value, Array)
            and not self.branch
        ):
            items = [self._index(e) for e in target.slice.elts]
            are_places = len(items) == 2 and all(isinstance(i, Range) for i in items) and self.sizes.binding
            if are_places and self.arrays.on_diagonal(holder, value):
                return
        place = self.evaluate(_loaded(target))
        array = as_array(value)
        is_known = array is not None and not (self.branch or array.open)
        if is_known and isinstance(holder, Array) and not holder.open and self._is_whole(target.slice):
            assert array is not None
            self.written_over(holder, self.plus(target, Array(holder.axes, term=build.ZERO), array))
            return
        if (
            isinstance(holder, Array)
            and (self.sizes.lengths or self._is_at_label(target))
            and not isinstance(place, (Picked, Masked))
            and not self.branch
        ):
            slice = target.slice
            index = None if isinstance(slice, ast.Tuple) else self._index(slice)
            items = [self._index(e) for e in slice.elts] if isinstance(slice, ast.Tuple) else [self._index(slice)]
            items = list(index.items) if isinstance(index, Several) and not index.is_list else items
            read = self._fitting(target, lambda: Flag(array is not None and self.arrays.placed(holder, items, array)))
            if isinstance(read, Flag) and read.value:
                return
        if isinstance(holder, Array):
            holder.cells = None
            made = (
                self.arrays.written(holder, place, value)
                if isinstance(place, (Picked, Masked)) and not self.branch
                else None
            )
            holder.term = made
            holder.why = "" if made is not None else "entries that are written one by one"

    def _is_whole(self, node: ast.expr) -> bool:
        """`x[...]`, `x[:]`."""
        value = self._index(node)
        return isinstance(value, Whole) and value.all

    def bind(self, target: ast.expr, value: Value) -> None:
        """Assign a value to what stands on the left."""
        if isinstance(target, ast.Name):
            self.environment[target.id] = value if self.naming is None else self.naming(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target, value)
        elif isinstance(target, ast.Attribute):
            thing = self.evaluate(target.value)
            if isinstance(thing, Thing):
                thing.attributes[target.attr] = value if not self.branch else UNKNOWN
        elif isinstance(target, ast.Starred):
            self.bind(target.value, UNKNOWN)
        else:
            self._write_into(target, value)

    def _unpack(self, target: ast.Tuple | ast.List, value: Value) -> None:
        targets = target.elts
        starred = any(isinstance(t, ast.Starred) for t in targets)
        items: Sequence[Value] | None = None
        if isinstance(value, ShapeOf):
            array = value.array
            value = self._shape(value, None if starred else targets)
            if isinstance(value, Several) and not starred and len(value.items) != len(targets):
                shape = self.arrays.shape_text(array)
                self.misfits(
                    "EIN603", target, f"a shape {shape} has {len(value.items)} sizes, and {len(targets)} are unpacked"
                )
        if isinstance(value, Several) and len(value.items) == len(targets) and not starred:
            items = value.items
        elif isinstance(value, Several) and starred:
            at = next(k for k, t in enumerate(targets) if isinstance(t, ast.Starred))
            behind = len(targets) - at - 1
            if len(value.items) >= len(targets) - 1:
                middle = Several(value.items[at : len(value.items) - behind])
                items = [*value.items[:at], middle, *value.items[len(value.items) - behind :]]
        elif isinstance(value, Array) and not value.open and value.rank and not starred:
            self.arrays.stretched += value.rank > 1  # what is taken apart is a row of numbers, mostly
            length = self.arrays.number_of(value.axes[0])
            if length is None and self.sizes.binding and len(value.axes[0]) == 1:  # it has as many as there are names
                self.sizes.meet(value.axes[0][0].dim, Dim(len(targets)))
                length = self.arrays.number_of(value.axes[0])
            if length == len(targets):
                items = [self.arrays.component(value, 0, k) for k in range(length)]
        for k, one in enumerate(targets):
            self.bind(one.value if isinstance(one, ast.Starred) else one, items[k] if items is not None else UNKNOWN)

    def _do_for(self, node: ast.For | ast.AsyncFor) -> None:
        if isinstance(node, ast.For) and self.looped(node):
            return
        self.evaluate(node.iter)
        for name in bound_names(ast.Module([ast.Assign([node.target], node.iter)], [])):
            self.environment[name] = UNKNOWN
        self._first_turn(node)
        self.lose(node, "it has a loop")
        self._in_branch((node.body, node.orelse))
        self.lose(node, "it has a loop")

    _do_asyncfor = _do_for

    def _first_turn(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        """What does not fit in a loop where it is begun, with what is known before it."""
        if self.branch or self.sizes.binding or self.depth:
            return
        self.first_turn = True
        self._in_branch((node.body,))
        self.first_turn = False

    def _do_while(self, node: ast.While) -> None:
        self._first_turn(node)
        self.lose(node, "it has a loop")
        self._in_branch((node.body, node.orelse))
        self.lose(node, "it has a loop")

    def _do_with(self, node: ast.With | ast.AsyncWith) -> None:
        plainly = True
        for item in node.items:
            called = item.context_expr.func if isinstance(item.context_expr, ast.Call) else item.context_expr
            plainly &= ast.unparse(called).split(".")[-1] in _CONTEXTS
            if item.optional_vars is not None:
                self.bind(item.optional_vars, UNKNOWN)
        if plainly:
            self.run(node.body)
        else:
            self._in_branch((node.body,), told=False)
            self.lose(node, "it has a `with`")

    _do_asyncwith = _do_with

    def _do_try(self, node: ast.Try) -> None:
        handlers = [h.body for h in node.handlers]
        self._in_branch((node.body, *handlers, node.orelse, node.finalbody), told=False)
        self.lose(node, "it has a `try`")

    _do_trystar = _do_try

    def _do_match(self, node: ast.Match) -> None:
        self._in_branch([c.body for c in node.cases], told=False)
        self.lose(node, "it has a `match`")


def _loaded(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    if isinstance(target, ast.Subscript):
        return ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)
    assert isinstance(target, ast.Attribute)
    return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
