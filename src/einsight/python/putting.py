"""Functions and classes of the file: what they give for those arguments, and with which shapes they are called."""

from __future__ import annotations

import ast
import functools
import operator

from ..lowering.report import Diagnostic
from .axes import Misfit
from .module import is_transparent
from .placing import Placing
from .scope import Deepest
from .values import UNKNOWN, Array, Local, Made, Number, Several, Thing, Value

DEEPEST_CALL = 4


class Putting(Placing):
    """Puts functions of the file in."""

    def make(self, node: ast.Call, made: Made, given: list[Value], named: dict[str, Value]) -> Value:
        """An object of a class of the file."""
        thing = Thing(methods=made.methods)
        start = made.methods.get("__init__")
        if start is not None:
            self.put_in(node, Local(start, owner=thing), given, named)
        return thing

    def put_in(self, node: ast.Call, function: Local, given: list[Value], named: dict[str, Value]) -> Value:
        """What a function of the file gives for those arguments."""
        body = function.node.body
        if isinstance(function.node, ast.FunctionDef) and not is_transparent(function.node):
            return UNKNOWN
        if function.node in self.path or self.depth >= DEEPEST_CALL:
            return UNKNOWN
        bound = self._bound(function, given, named)
        heedless = not self.arrays.with_terms and not self.sizes.binding
        makes = isinstance(function.node, ast.FunctionDef) and function.node.name == "__init__"
        if bound is not None and heedless and not makes and not any(map(_says_something, bound.values())):
            return UNKNOWN
        length = len(body) if isinstance(body, list) else 1
        if bound is None or self.budget[0] < length:
            return UNKNOWN
        self.budget[0] -= length
        found: list[Diagnostic] = []
        inner = type(self)(self.module, self.arrays, dict(function.scope), found, self.depth + 1, self.budget)
        inner.told, inner.path = self.told, (*self.path, function.node)
        inner.top, inner.root = self.top, self.root
        if self.root is not None and isinstance(function.node, ast.FunctionDef):
            self._note_call(function.node, bound)
        try:
            inner.take_parameters(function.node, bound)
        except Misfit as wrong:
            self.misfits("EIN603", node, f"in the call of `{self.text(node.func)}`, {wrong}")
            return UNKNOWN
        if isinstance(function.node, ast.Lambda):
            return inner.evaluate(function.node.body)
        inner.run(function.node.body)
        if inner.misfit is not None and (found or inner.deepest is not None or not self.told):
            code = inner.deepest.code if inner.deepest is not None else found[0].code if found else "EIN603"
            self.deepest = inner.deepest or Deepest(function.node, inner.misfit[0], code, inner.misfit[1], node)
            told, self.told = self.told, self.told and self.root is None
            self.misfits(code, node, f"in `{function.node.name}`, {inner.misfit[1]}")
            self.told = told
            if self.told and self.root is self:
                self.failing.append((node, function.node.name, self.deepest))
        elif self.root is not None and not any(v is UNKNOWN or isinstance(v, Array) and v.open for v in bound.values()):
            self.root.passing.add(function.node)
        if inner.returned is None:
            return UNKNOWN
        if inner.broken:
            self.broken = self.broken or f"`{function.node.name}` is not read: {inner.broken}"
            return UNKNOWN
        return inner.returned[1]

    def _note_call(self, function: ast.FunctionDef, bound: dict[str, Value]) -> None:
        """With which shapes a function is called."""
        sizes = self.sizes.settled
        number = lambda axis: functools.reduce(operator.mul, (d.value for d in sizes(i.dim for i in axis)), 1)  # noqa: E731
        known = lambda axis: all(isinstance(d.value, int) for d in sizes(i.dim for i in axis))  # noqa: E731
        shapes = {
            name: tuple(number(a) if known(a) else None for a in value.axes)
            for name, value in bound.items()
            if isinstance(value, Array) and not value.open and (value.rank or isinstance(value, Number))
        }
        self.module.called_with.setdefault(function, []).append(shapes)

    def _bound(self, function: Local, given: list[Value], named: dict[str, Value]) -> dict[str, Value] | None:
        """The parameters with their arguments; None where it cannot be told which is which."""
        arguments = function.node.args
        if arguments.vararg or arguments.kwarg:
            return None
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
        values = list(given)
        decorators = getattr(function.node, "decorator_list", ())
        if function.owner is not None and not any(ast.unparse(d) == "staticmethod" for d in decorators):
            values.insert(0, function.owner)
        if len(values) > len(names):
            return None
        bound = dict(zip(names, values, strict=False))
        for name, value in named.items():
            if name in bound or name not in {*names, *(a.arg for a in arguments.kwonlyargs)}:
                return None
            bound[name] = value
        defaults = dict(zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=True))
        defaults |= {
            a.arg: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None
        }
        for name in (*names, *(a.arg for a in arguments.kwonlyargs)):
            if name not in bound:
                if name not in defaults:
                    return None
                bound[name] = type(self)(self.module, self.arrays, {}).evaluate(defaults[name])
        return bound


def _says_something(value: Value) -> bool:
    """Is a shape known, so that what a function makes of it may be?"""
    if isinstance(value, Several):
        return any(map(_says_something, value.items))
    if isinstance(value, Thing):
        return any(isinstance(v, Array) and _says_something(v) for v in value.attributes.values())
    return isinstance(value, Array) and not isinstance(value, Number) and (value.rank > 0 or not value.open)
