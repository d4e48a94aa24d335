"""Functions of arrays that a formula in components defines: `cross(a, b)_i = ε_ijk a_j b_k`.

A definition is read once, over dimensions of its own; a call puts its arguments in, over the dimensions that they have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..syntax.parse import parse_statement
from ..syntax.tree import Node, Relation
from ..terms import build
from ..terms.dimension import Dim, Index, fresh_index
from ..terms.term import Component, Tensor, Term
from ..terms.walk import map_parts, replace_dims
from .context import Context
from .function_table import ROW
from .names import ARRAYS, Entry, Names
from .report import Report
from .values import Value, merge_orders


class MalformedDefinition(Exception):
    """A definition that does not read; the message says why."""


@dataclass(frozen=True)
class Definition:
    """`parameters` are names with their numbers of axes, `indices` those of the result, `size` that of every axis."""

    parameters: tuple[tuple[str, int], ...]
    indices: tuple[str, ...]
    body: str
    size: int | None = None


def read_definition(
    definition: Definition, elementwise: Callable[[str], int], reading: type[Context]
) -> tuple[tuple[Tensor, ...], Value]:
    """The parameters as tensors over dimensions of their own, and the value.  Raises MalformedDefinition."""
    tree, problems = parse_statement(definition.body)
    if problems or not isinstance(tree, Relation) or len(tree.sides) != 1:
        raise MalformedDefinition(problems[0].message if problems else f"`{definition.body}` is no expression")
    names, report = Names(elementwise), Report()
    for name, rank in definition.parameters:
        dims = tuple(Dim(definition.size or f"{name}·{k}", inferred=definition.size is None) for k in range(rank))
        names.put(Entry(name, Tensor(name, dims), None, "declared"))
    reader = reading(names, report, definition.body)
    with reader.keeping(definition.indices):
        value = reader.read(tree.sides[0])
    if value is None or report.has_errors():
        raise MalformedDefinition("; ".join(d.message for d in report.diagnostics))
    value = reader.settle(value)
    by_name = {i.name: i for i in value.order}
    if set(by_name) != set(definition.indices) or value.rank:
        raise MalformedDefinition(
            f"its indices are {', '.join(by_name) or 'none'}, not {', '.join(definition.indices)}"
        )
    params = []
    for name, rank in definition.parameters:
        used = next((t for t in value.term.depends if t.name == name), None)
        if used is None:
            raise MalformedDefinition(f"`{name}` does not stand in it")
        params.append(used if len(used.dims) == rank else Tensor(name, used.dims))
    axes = tuple(by_name[i] for i in definition.indices)
    known = {dim for param in params for dim in param.dims}
    untold = {
        a.dim: a.name for a in axes if a.dim.inferred and a.dim not in known
    }  # of a delta alone, as in `tr(A) δ_ij`
    if untold and definition.size is None:
        raise MalformedDefinition(
            f"nothing says how far `{next(iter(untold.values()))}` runs: no argument has an axis with it"
        )
    told = {dim: Dim(definition.size) for dim in untold} if definition.size is not None else {}
    return tuple(params), Value(
        replace_dims(value.term, told), tuple(Index(a.name, told.get(a.dim, a.dim)) for a in axes)
    )


def call_defined(
    reader: Context, node: Node, name: str, nodes: Sequence[Node], values: Sequence[Value]
) -> Value | None:
    """The value of a call of one of `ARRAYS`; None, and a report, where the arguments do not fit."""
    definition: Definition = ARRAYS.get(name) or _own(name)
    wanted = len(definition.parameters)
    if len(values) != wanted:
        reader.error(
            "EIN001", node, f"`{name}` takes {wanted} argument{'s' * (wanted != 1)}, and here are {len(values)}"
        )
        return None
    try:
        return put_definition(reader, name, definition, nodes, values)
    except MalformedDefinition as malformed:
        reader.error("EIN002", node, f"the definition of `{name}` does not read: {malformed}")
        return None


def put_definition(
    reader: Context, name: str, definition: Definition, nodes: Sequence[Node], values: Sequence[Value]
) -> Value | None:
    """The value of a definition with arguments put in; None, and a report, where they do not fit.  Raises MalformedDefinition."""
    params, body = read_definition(definition, reader.names.elementwise, type(reader))
    dims = _agreed(reader, name, params, nodes, values)
    if dims is None:
        return None
    arguments = {p: reader.settle(v) for p, v in zip(params, values, strict=True)}
    axes = tuple(fresh_index(dims.get(a.dim, a.dim)) for a in body.plain_axes)
    term = replace_dims(body.on(axes), dims)
    by_name = {p.name: v for p, v in arguments.items()}
    return reader.settle(Value(_put_in(term, by_name), axes, merge_orders(*(v.order for v in arguments.values()))))


def _own(name: str) -> Definition:
    """That of a row of the table."""
    row = ROW[name]
    parameters = tuple((argument, rank) for (argument, _), rank in zip(row.arguments, row.ranks, strict=True))
    return Definition(parameters, row.indices, row.formula)


def _agreed(
    reader: Context, name: str, params: Sequence[Tensor], nodes: Sequence[Node], values: Sequence[Value]
) -> dict[Dim, Dim] | None:
    """The dimensions of the definition as those of the arguments."""
    found: dict[Dim, Dim] = {}
    for param, node, value in zip(params, nodes, values, strict=True):
        if value.flexible or value.is_fused or value.rank != len(param.dims):
            kinds = ("a number", "a vector", "a matrix")
            kind = kinds[len(param.dims)] if len(param.dims) < 3 else f"an array with {len(param.dims)} axes"
            reader.error(
                "EIN301", node, f"`{name}` takes {kind} here, and `{reader.source(node)}` is {value.shape_text()}"
            )
            return None
        for own, axis in zip(param.dims, value.plain_axes, strict=True):
            met = reader.same_dim(found.get(own, axis.dim) if own.inferred else own, axis.dim)
            if met is None:
                size = found.get(own, own)
                message = (
                    f"`{name}` wants an axis of size {size} here, and `{reader.source(node)}` is {value.shape_text()}"
                )
                reader.error("EIN301", node, message)
                return None
            found[own] = met
    return {own: reader.resolved(dim) for own, dim in found.items() if own.inferred}


def _put_in(term: Term, arguments: dict[str, Value]) -> Term:
    def visit(t: Term) -> Term:
        if isinstance(t, Component) and t.tensor.name in arguments and "special" not in t.tensor.properties:
            value = arguments[t.tensor.name]
            return build.instantiate(build.abstraction(value.plain_axes, value.term), t.indices)
        return map_parts(t, visit)

    found = visit(term)
    visit = None  # type: ignore[assignment]  # which holds itself
    return found
