"""Derivatives in every spelling: `d/dx (f)`, `∂y_i/∂x_j`, `∇_x f`, `∇²f`, `D_x f`, `jac`, `grad`, `hess`."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from ..syntax.tree import Call, Indexed, Name, Node, Symbol, Transpose
from ..terms import build
from ..terms.dimension import Index, Slot, fresh_index
from ..terms.term import Component, Tensor
from . import marks as kinds
from .context import Context
from .layout import lay_out
from .names import Entry, canonical_name
from .operators import Differential, NablaSign
from .values import Fused, Value, merge_orders


def derivative_call(reader: Context, node: Call, text: str) -> Value | None:
    """`jac(f, x)`, `grad(f, x)`, `hess(f, x)`."""
    if len(node.arguments) != 2:
        reader.error("EIN001", node, f"`{text}` takes a function and a variable, as in `{text}(f, x)`")
        return None
    body, variable = node.arguments
    value = _operand(reader, body, variable)
    if value is None:
        return None
    if text == "jac":
        return differentiate(reader, node, value, variable, reader.layout)
    return (_gradient if text == "grad" else _hessian)(reader, node, value, variable)


def total_call(reader: Context, node: Call) -> Value | None:
    """`d(e)`."""
    if len(node.arguments) != 1:
        reader.error("EIN001", node, "a differential is of one expression")
        return None
    return total(reader, node, node.arguments[0])


def total(reader: Context, node: Node, inner: Node) -> Value | None:
    """The sum of `∂e/∂x dx` over the names x of which the statement writes `dx`, an array of that shape."""
    value = reader.read(inner)
    if value is None:
        return None
    terms = []
    for tensor in sorted(value.term.depends, key=lambda t: t.key):
        change = _change_of(reader, tensor) if tensor.definition is None else None
        if change is not None:
            axes = tuple(fresh_index(d) for d in tensor.dims)
            along = build.component(change, axes)
            terms.append(build.product([build.derivative(value.term, tensor, axes), along], axes))
    if not terms:
        reader.error("EIN101", node, f"no name that `{reader.source(inner)}` depends on has a differential here")
        return None
    return replace(value, term=build.add(*terms), flexible=None, traced=())


def _change_of(reader: Context, tensor: Tensor) -> Tensor | None:
    """`dx`, where the statement writes it: the array of that name, or one of the shape of `x` that is now known by it."""
    if not writes_differential(reader, tensor.name):
        return None
    name = f"d{tensor.name}"
    entry = reader.names.find(name)
    if entry is None:  # of this statement alone
        entry = reader.changes.setdefault(name, Entry(name, Tensor(name, tensor.dims), None, "inferred"))
    return entry.tensor if entry.tensor is not None and entry.tensor.dims == tensor.dims else None


def writes_differential(reader: Context, name: str) -> bool:
    """Does the statement write `dx`?"""
    return re.search(rf"(?<!\w)d{re.escape(name)}(?!(?!ᵀ)[^\W_])", reader.text) is not None


def nabla(reader: Context, sign: NablaSign, body: Node | None) -> Value | None:
    """`∇`, `∇_x`, `∇²` and `D_x` before what they differentiate."""
    if body is None:
        return reader.read(Symbol(sign.node.start, sign.node.end, "∇"))
    value = reader.read(body) if sign.variable is None else _operand(reader, body, sign.variable)
    if value is None:
        return None
    variable = sign.variable or _only_variable(reader, sign.node, value)
    if variable is None:
        return None
    if sign.jacobian:
        return differentiate(reader, sign.node, value, variable, reader.layout)
    return (_hessian if sign.order == 2 else _gradient)(reader, sign.node, value, variable)


def differential(reader: Context, found: Differential, body: Node) -> Value | None:
    """`∂f/∂x`, `d²f/dx dy`; `∂y/∂x'` has one row for each entry of `y` in every layout, and `∂²f/∂x∂x'` is the Hessian."""
    if found.order != len(found.variables):
        above, below = (f"{n} derivative{'s' * (n > 1)}" for n in (found.order, len(found.variables)))
        message = f"{above} above and {below} below: write `∂²f/∂x²` for the second derivative, and give a name to a square that one differentiates in"
        reader.error("EIN001", found.node, message)
        return None
    by_row = isinstance(found.variables[-1], Transpose)
    if by_row:
        found = replace(found, variables=tuple(v.argument if isinstance(v, Transpose) else v for v in found.variables))
    value = _operand(reader, body, found.variables[0])
    if value is not None and _is_unknown_dependence(reader, body, value, found.variables[0]):
        return None
    for number, variable in enumerate(found.variables):
        if value is None:
            return None
        if number and variable is found.variables[number - 1] and isinstance(variable, Indexed):
            value = _once_more(reader, value, variable)  # `∂²f/∂x_i²`
            continue
        layout = "second" if len(found.variables) > 1 else "numerator" if by_row else reader.layout
        value = differentiate(reader, found.node, value, variable, layout)
    return value


def _once_more(reader: Context, value: Value, variable: Indexed) -> Value | None:
    """The derivative in a component in which one has differentiated already: `x_i²` holds one occurrence of `i`."""
    component = reader.read(variable)
    if component is None or not isinstance(component.term, Component):
        return None
    whole = reader.settle(component).term
    assert isinstance(whole, Component)
    return value.of(build.derivative(reader.settle(value).term, whole.tensor, whole.indices))


def _operand(reader: Context, body: Node, variable: Node) -> Value | None:
    """What is differentiated; an unknown function `f` alone is meant at the variable, as `f(x)`."""
    base = body.base if isinstance(body, Indexed) else body
    if isinstance(base, Name):
        entry = reader.names.find(base.text)
        whole = variable.base if isinstance(variable, Indexed) else variable
        if entry is not None and entry.kind == "function" and isinstance(whole, Name):
            call: Node = Call(base.start, base.end, base, (whole,))
            if isinstance(body, Indexed):
                call = Indexed(body.start, body.end, call, body.subscript)
            return reader.read(call)
    return reader.read(body)


def _is_unknown_dependence(reader: Context, body: Node, value: Value, variable: Node) -> bool:
    """`∂s_i/∂x_j` where nobody says what `s` is: 0 would be a guess."""
    if not isinstance(value.term, Component):
        return False
    name = value.term.tensor.name
    entry = reader.names.find(name)
    whole = variable
    while isinstance(whole, Indexed):
        whole = whole.base
    if entry is None or entry.kind != "inferred" or (isinstance(whole, Name) and canonical_name(whole.text) == name):
        return False
    message = f"nothing says how `{name}` depends on `{reader.source(variable)}`: define it, as in `{name}_i = …`, or declare it if it does not"
    reader.error("EIN101", body, message)
    return True


def _only_variable(reader: Context, node: Node, value: Value) -> Node | None:
    leaves = sorted(t.name for t in value.term.depends if t.definition is None and "constant" not in t.properties)
    if len(leaves) == 1:
        return Name(node.start, node.end, leaves[0])
    listed = ", ".join(leaves) or "nothing"
    reader.error("EIN001", node, f"∇ of a function of {listed}: say in which variable, as in `∇_x f`")
    return None


def _gradient(reader: Context, node: Node, value: Value, variable: Node) -> Value | None:
    """`∇_x f`: the shape of `x` in every layout."""
    if value.rank:
        reader.error("EIN002", node, "the gradient of an array is its Jacobian: write `jac(f, x)`")
        return None
    return differentiate(reader, node, value, variable, "gradient")


def _hessian(reader: Context, node: Node, value: Value, variable: Node) -> Value | None:
    if value.rank:
        reader.error("EIN002", node, "the Hessian needs a scalar function")
        return None
    first = differentiate(reader, node, value, variable, "gradient")
    return None if first is None else differentiate(reader, node, first, variable, "numerator")


def differentiate(reader: Context, node: Node, value: Value, variable: Node, layout: str) -> Value | None:
    """The derivative in a component (`x_j`), in a whole array (`x`) or in `vec(X)`, laid out."""
    if value.flexible:
        value = Value(value.term)
    numbered = isinstance(variable, Indexed) and isinstance(variable.base, Name)
    joined = variable.marked if isinstance(variable, Indexed) else ""
    if isinstance(variable, Indexed) and not (joined and reader.names.knows(joined)):
        named = numbered or (isinstance(variable.base, Indexed) and isinstance(variable.base.base, Name))
        component = reader.read(variable) if named else None
        if component is None or not isinstance(component.term, Component):
            if component is not None or not named:
                reader.error("EIN001", variable, "one differentiates in a name or in its component")
            return None
        if _is_bound_together(reader, variable, component.term.tensor):
            return None
        return _by_component(reader, node, value, component.term.tensor, component.term.indices, component.order)
    stacked = isinstance(variable, Call) and isinstance(variable.callee, Name) and variable.callee.text == "vec"
    target = variable.arguments[0] if stacked else variable  # type: ignore[attr-defined]
    name = joined or (target.text if isinstance(target, Name) else "")
    entry = reader.names.get(name) if name else None
    if entry is None or entry.tensor is None:
        if isinstance(target, Name):
            reader.read(target)
        else:
            reader.error("EIN001", variable, "one differentiates in a name or in its component")
        return None
    reader.marks.node(kinds.TENSOR, variable if joined else target, entry.name)
    if _is_bound_together(reader, variable, entry.tensor):
        return None
    met = _met(reader, variable, value, entry.tensor)
    if met is None or _rests_on_lost(reader, node, *met):
        return None
    value, tensor = met
    axes = tuple(fresh_index(d) for d in tensor.dims)
    term = build.derivative(value.term, tensor, axes)
    by = (Fused(axes[::-1]),) if stacked and len(axes) == 2 else axes
    return lay_out(value.of(term), by, layout)


def _met(reader: Context, node: Node, value: Value, tensor: Tensor) -> tuple[Value, Tensor] | None:
    """The variable as the array of that name which the function depends on: of two the derivative would be zero, silently.

    Two statements may have learned different lengths for the axes of a name that nobody declares.
    """
    for other in value.term.depends:
        if other.name == tensor.name and other is not tensor and other.definition is tensor.definition is None:
            pairs = itertools.zip_longest(other.dims, tensor.dims)
            if any(a is None or b is None or reader.same_dim(a, b) is None for a, b in pairs):
                sizes = "×".join(map(str, other.dims)) or "a number"
                message = f"what is differentiated depends on an earlier `{tensor.name}` ({sizes}), and this one is another: give one of them a name of its own"
                reader.error("EIN301", node, message, related=reader.declared_at(tensor.name))
                return None
    value = reader.settle(value)
    dims = tuple(map(reader.resolved, tensor.dims))
    return value, tensor if dims == tensor.dims else Tensor(tensor.name, dims, tensor.properties, tensor.definition)


def _rests_on_lost(reader: Context, node: Node, value: Value, tensor: Tensor) -> bool:
    """Does it depend on a name whose definition could not be read?  The derivative through that would be 0, silently."""
    lost = reader.names.lost_among(t for t in value.term.depends if t.name != tensor.name)
    if not lost:
        return False
    message = f"the definition of `{lost}` could not be read, so nothing says how this depends on `{tensor.name}`"
    reader.report.add("EIN101", node.start, node.end, message, severity="hint", related=reader.declared_at(lost))
    return True


def _is_bound_together(reader: Context, variable: Node, tensor: Tensor) -> bool:
    """An orthogonal matrix cannot be varied entry by entry, and `Q'Q = I` would be used where it is."""
    if "orthogonal" not in tensor.properties:
        return False
    message = f"the entries of `{tensor.name}` are bound together, since it is orthogonal: declare it without `orthogonal` for the derivative among all matrices"
    reader.error("EIN002", variable, message)
    return True


def _by_component(
    reader: Context, node: Node, value: Value, tensor: Tensor, slots: tuple[Slot, ...], order: tuple[Index, ...]
) -> Value | None:
    agreed = reader.agree([("", node, value), ("", node, Value(build.ONE, order=order))])
    if agreed is None:
        return None
    met = _met(reader, node, agreed[0], tensor)
    if met is None or _rests_on_lost(reader, node, *met):
        return None
    value, _ = met
    order = tuple(Index(i.name, reader.resolved(i.dim)) for i in order)
    whole = reader.settle(Value(build.component(tensor, slots))).term
    assert isinstance(whole, Component)
    term = build.derivative(value.term, whole.tensor, whole.indices)
    summed = [i for i in order if i in value.order and i.name not in reader.kept]
    for index in summed:
        reader.marks.summed(index.name, node.start, max(node.end, reader.row_end), index.dim)
    free = tuple(i for i in merge_orders(value.order, order) if i not in summed)
    return replace(value, term=build.product([term], summed) if summed else term, order=free)
