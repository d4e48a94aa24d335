"""Calls: of known functions, of unknown ones and their derivatives, of what is none."""

from __future__ import annotations

from ..syntax.tree import Call, Indexed, Keyword, Name, Node, Num, Subscript, Transpose
from ..terms import build
from ..terms.dimension import Dim, fresh_index
from . import constants, derivatives, functions, norms
from . import marks as kinds
from .axes import call_over_index, row_along
from .context import Context
from .indexing import component_of
from .names import Entry
from .operators import called
from .report import Fix
from .values import Value


def read_call(reader: Context, node: Call) -> Value | None:
    callee, primes = called(reader.names, node.callee), ""
    while isinstance(callee, Transpose) and callee.prime:
        callee, primes = callee.argument, primes + "'"
    if primes and isinstance(callee, Name) and len(node.arguments) == 1:
        entry = reader.names.get(callee.text)
        reader.marks.node(kinds.FUNCTION, callee, entry.name if entry is not None else callee.text)
        if entry is not None and entry.function is not None:
            message = f"`{callee.text}` is a function of arrays: write its derivative as `J_{callee.text}({reader.source(node.arguments[0])})`"
            reader.error("EIN002", node, message)
            return None
        if entry is None and reader.names.elementwise(callee.text):
            message = (
                f"`{callee.text}{primes}` is no name: write the formula, or a derivative as in `d/dz {callee.text}(z)`"
            )
            reader.error("EIN002", node, message)
            return None
        argument = reader.read(node.arguments[0])
        name = callee.text if entry is None else reader.names.applied(entry)
        return None if argument is None else argument.of(build.apply(name + primes, argument.term))
    unknown = _unknown_function(reader, callee, primes)
    if unknown is not None:
        return _unknown_call(reader, node, *unknown)
    if isinstance(callee, Name):
        text = callee.text
        entry = reader.names.get(text)
        if entry is None and text in ("jac", "grad", "hess"):
            reader.marks.node(kinds.FUNCTION, callee)
            return derivatives.derivative_call(reader, node, text)
        if entry is None and text == "d":
            reader.marks.node(kinds.FUNCTION, callee)
            return derivatives.total_call(reader, node)
        if entry is None and text in ("I", "ones", "zeros"):
            reader.marks.node(kinds.CONSTANT, callee)
            return _sized(reader, node, text)
        if constants.is_commutation(reader.names, node):
            reader.marks.node(kinds.CONSTANT, callee)
            return _sized(reader, node, text)
        known = entry is None and reader.names.is_function(text)
        if known or (entry is not None and entry.kind == "function"):
            reader.marks.node(kinds.FUNCTION, callee, entry.name if entry is not None else text)
            return _known_call(reader, node, text)
        if entry is None or entry.kind == "inferred":
            _no_function(reader, callee, text)
            return None
    if isinstance(callee, Indexed) and isinstance(callee.base, Name):
        row = row_along(callee.base.text)
        if row is not None and reader.names.find(callee.base.text) is None:
            reader.marks.node(kinds.FUNCTION, callee.base, row.name)
            return call_over_index(reader, node, row, node.arguments, callee.subscript)
        _no_function(reader, callee, callee.base.text, callee.subscript)
        return None
    reader.error("EIN001", node, f"`{reader.source(callee)}` is no function, so it takes no list of arguments")
    return None


def _known_call(reader: Context, node: Call, text: str) -> Value | None:
    """A call of a known function: of arrays, elementwise, or declared."""
    keywords = [a for a in node.arguments if isinstance(a, Keyword)]
    nodes = [a for a in node.arguments if not isinstance(a, Keyword)]
    if text == "norm" and reader.names.find(text) is None and len(nodes) == 2:
        return norms.call_norm(reader, node, nodes, keywords)
    for keyword in keywords:
        reader.marks.add(kinds.FUNCTION, keyword.start, keyword.start + len(keyword.name), text)
    values = [reader.read(a) for a in nodes]
    known = [v for v in values if v is not None]
    return functions.call(reader, node, text, nodes, known, keywords) if len(known) == len(values) else None


def _no_function(reader: Context, callee: Node, text: str, subscript: Subscript | None = None) -> None:
    """A name before brackets that is neither a function nor declared: never an array."""
    whole = text if subscript is None else f"{text}_{subscript.text.strip('{}')}"
    declared = f"declare it, as in `{text} : R -> R` for a function or `{text} in R^n` for an array"
    if subscript is not None and len(subscript.text) == 1 and reader.names.is_function(text):
        message = (
            f"`{whole}` is no function that einsight knows: `{text}` is, and does not run along an index, as "
            f"`logsumexp_{subscript.text}` does: write it without, or {declared}"
        )
        reader.error("EIN107", callee, message)
        return
    nearest = reader.names.nearest_function(whole) or reader.names.nearest_function(text)
    message = f"`{whole}` is no function that einsight knows, and not declared: " + (
        f"did you mean `{nearest}`? Or {declared}" if nearest else declared
    )
    fixes = (Fix(f"write `{nearest}`", (callee.start, callee.end), nearest),) if nearest else ()
    reader.error("EIN107", callee, message, fixes)


def _unknown_function(reader: Context, callee: Node, primes: str) -> tuple[Entry, int, Subscript | None] | None:
    """`f`, `J_f`, `H_f` or `f_i` before its argument: the entry, the order of the derivative, the index."""
    if primes or not isinstance(callee, Indexed) or not isinstance(callee.base, Name):
        return None
    text, subscript = callee.base.text, callee.subscript
    entry = reader.names.find(text)
    if entry is not None and entry.function is not None:
        return entry, 0, subscript
    inner = reader.names.find(subscript.text)
    if entry is None and inner is not None and inner.function is not None:
        order = {"J": 1, "H": 2}.get(text, int(text[1:]) if text[0] == "J" and text[1:].isdigit() else 0)
        return (inner, order, None) if order else None
    return None


def _unknown_call(reader: Context, node: Call, entry: Entry, order: int, subscript: Subscript | None) -> Value | None:
    reader.names.used.add(entry.name)
    callee = node.callee
    assert isinstance(callee, Indexed)
    reader.marks.node(kinds.FUNCTION, callee.subscript if order else callee.base, entry.name)
    values = [reader.read(a) for a in node.arguments]
    known = [v for v in values if v is not None]
    if len(known) < len(values):
        return None
    value = functions.unknown_call(reader, node, entry, node.arguments, known, order)
    if value is None or subscript is None:
        return value
    return component_of(reader, node, value, subscript)


def _sized(reader: Context, node: Call, text: str) -> Value | None:
    dims = []
    for argument in node.arguments:
        if isinstance(argument, Num) and argument.value.denominator == 1:
            dims.append(Dim(int(argument.value)))
        elif isinstance(argument, Name):
            reader.marks.node(kinds.DIMENSION, argument)
            dims.append(reader.names.dimension(argument.text))
        else:
            reader.error("EIN001", argument, f"`{text}` takes dimensions, as in `{text}(n)`")
            return None
    if text in constants.COMMUTATIONS:
        return constants.commutation(*dims)
    axes = tuple(fresh_index(d) for d in dims)
    if text == "I":
        rows, columns = fresh_index(dims[0]), fresh_index(dims[-1])
        return Value(build.delta(rows, columns), (rows, columns))
    return Value(build.ONE if text == "ones" else build.ZERO, axes)
