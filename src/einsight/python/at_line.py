"""The function, or the expression, at a line of a program, as something that can be differentiated."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from dataclasses import dataclass

from ..deriving.derive import derive_value
from ..deriving.derived import Derived
from ..lowering.names import Entry, Names
from ..lowering.report import fail
from ..lowering.values import Value as Lowered
from ..rules.catalogue import catalogue
from .check import module_of, read_top
from .drafting import gradients
from .forwards import Forward, forward_of
from .libraries import resolve
from .module import Function, Module
from .runs import Unreadable
from .sizes import Sizes
from .values import Array, Value


@dataclass(frozen=True)
class Located:
    """What stands at a line: its text, and it as a function of its arguments, or of the names in it."""

    text: str
    forward: Forward

    def derive(self, variable: str | None, order: int = 1, layout: str = "numerator") -> Derived:
        """The derivative in an argument, which may be left out where there is one alone.  Raises EinsightError."""
        known = self.forward.variables
        if variable is None and len(known) == 1:
            (variable,) = known
        if variable not in known:
            listed = ", ".join(f"`{n}`" for n in known) or "none"
            said = "say in which argument" if variable is None else f"`{variable}` is none of its arguments"
            raise fail("EIN101", f"{said}: there are {listed}")
        paths = self.forward.paths
        names = Names(catalogue().arity)
        output = paths.output.term
        assert output is not None
        for tensor, _ in paths.parameters.values():
            names.put(Entry(tensor.name, tensor, None, "declared"))
        for tensor in output.depends:
            if tensor.definition is not None:
                names.put(Entry(tensor.name, tensor, None, "declared"))
        value = Lowered(output, paths.output.indices)
        return derive_value(self.text, value, [paths.parameters[variable][0].name] * order, names, layout)

    def code(self, variable: str) -> str | None:
        """The gradient in an argument as an expression of the file's library, in its names; None where there is none that is short."""
        if not self.forward.is_scalar:
            return None
        try:
            found = gradients(self.forward, [variable])
        except Unreadable:
            return None
        return found.results[0] if not found.statements else None


def located(text: str, line: int) -> Located:
    """What stands at a line, counted from 1.  Raises EinsightError, which says why there is nothing."""
    module = module_of(text)
    if module is None:
        raise fail("EIN002", "this is no program with array code that is read")
    top = read_top(module)
    around = [
        (function, owner)
        for function, owner in module.every_function()
        if min([function.lineno, *(d.lineno for d in function.decorator_list)]) <= line <= (function.end_lineno or 0)
    ]
    try:
        if around:
            function, owner = max(around, key=lambda f: f[0].lineno)
            return _in_function(module, function, owner, top, line)
        return _at_top(module, top, line)
    except Unreadable as why:
        raise fail("EIN002", f"what stands at line {line} is not read: {why}") from None


def _in_function(
    module: Module, function: Function, owner: ast.ClassDef | None, top: Mapping[str, Value], line: int
) -> Located:
    """The function at its first line or its return, else what a statement of it gives."""
    context = owner is not None and any(
        resolve(b, module.imports).endswith(("autograd.Function", "autograd.function.Function")) for b in owner.bases
    )
    shown, name = function, f"{function.name}({', '.join(a.arg for a in function.args.args)})"
    for place, statement in enumerate(function.body):
        value = getattr(statement, "value", None)
        here = statement.lineno <= line <= (statement.end_lineno or statement.lineno)
        if here and isinstance(statement, (ast.Assign, ast.AnnAssign)) and value is not None:
            shown = copy.copy(function)
            shown.body = [*function.body[:place], ast.copy_location(ast.Return(value), statement)]
            shown.returns, name = None, module.source.text_of(value)
    return Located(name, forward_of(module, shown, owner, top, context and function.name == "forward"))


def _at_top(module: Module, top: Mapping[str, Value], line: int) -> Located:
    """The value of a statement at the top of the file, as a function of the names in it."""
    for statement in module.tree.body:
        value = getattr(statement, "value", None)
        if not statement.lineno <= line <= (statement.end_lineno or statement.lineno) or not isinstance(
            value, ast.expr
        ):
            continue
        names = dict.fromkeys(n.id for n in ast.walk(value) if isinstance(n, ast.Name))
        free = [n for n in names if n not in module.imports and n not in module.functions]
        arguments = [ast.arg(n, _annotation(top.get(n))) for n in free]
        taken = ast.arguments([], arguments, None, [], [], None, [])
        body: list[ast.stmt] = [ast.copy_location(ast.Return(value), statement)]
        made = ast.copy_location(ast.FunctionDef("it", taken, body, [], None, None), statement)
        return Located(module.source.text_of(value), forward_of(module, ast.fix_missing_locations(made), None, top))
    raise Unreadable("there is neither a function nor an expression")


def _annotation(value: Value | None) -> ast.expr | None:
    """The shape of an array as an annotation says it, where it is known."""
    if not isinstance(value, Array) or value.open:
        return None
    sizes = Sizes()
    words = [sizes.text([i.dim for i in axis]) for axis in value.axes]
    return ast.parse(f'Float[Array, "{" ".join(w if w.isalnum() else "_" for w in words)}"]', mode="eval").body
