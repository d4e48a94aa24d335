"""Norms by their subscripts: `‖x‖_1`, `‖X‖_F`, `‖X‖_{2,1}`, `norm(X, 'fro')`, `|x|_1`.

`‖X‖_1`, `‖X‖_2` and `‖X‖_∞` of a matrix are the norms that vectors induce, not those of its entries.  Source: G. H. Golub,
C. F. Van Loan, Matrix Computations, section 2.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..syntax.tree import Absolute, Indexed, Keyword, Name, Node, Norm, Quoted
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Number, Term
from .array_functions import Definition, MalformedDefinition, put_definition
from .axes import along, axis_of
from .context import Context
from .function_table import INFINITY, ROW, FunctionRow
from .functions import is_of_component
from .report import Fix
from .values import Value, flat


@dataclass(frozen=True)
class _Kind:
    """A norm by its subscript.

    vector, matrix  formulas in the entries; empty where there is none that has a derivative
    refused         why there is none of a matrix, with the place of what it is of
    told            what is told of a matrix, where others mean something else
    """

    vector: str = ""
    matrix: str = ""
    refused: str = ""
    told: str = ""


_FROBENIUS = "sqrt(∑_{i,j} X_ij^2)"
_EUCLIDEAN = ROW["norm"].formula
_KINDS = {
    "1": _Kind("∑_k abs(x_k)", "max_j(∑_i abs(X_ij))", told="the largest sum of a column's absolute values"),
    "2": _Kind(
        _EUCLIDEAN,
        refused="its largest singular value, which has no formula in its entries: write `‖{0}‖_F` for the Frobenius norm",
    ),
    "∞": _Kind("max_k(abs(x_k))", "max_i(∑_j abs(X_ij))", told="the largest sum of a row's absolute values"),
    "F": _Kind(_EUCLIDEAN, _FROBENIUS),
    "2,1": _Kind(matrix="∑_j sqrt(∑_i X_ij^2)", told="the sum of the Euclidean norms of the columns; `{0}'` has those of the rows"),
    "*": _Kind(
        refused="the sum of its singular values, which has no formula in its entries: write `‖{0}‖_F` for the Frobenius norm",
    ),
}  # fmt: skip
_SPELLED = {"fro": "F", "Fro": "F", "f": "F", "nuc": "*", **dict.fromkeys(INFINITY, "∞")}
_ROWS = {
    text: FunctionRow(f"‖·‖_{text}", (), "", True, formula=kind.vector) for text, kind in _KINDS.items() if kind.vector
}


def is_norm(node: Indexed) -> bool:
    """`‖x‖_p`, or `|x|_1`: a letter behind a single bar is an index."""
    if isinstance(node.base, Norm):
        return True
    return isinstance(node.base, Absolute) and (node.subscript.text in _KINDS or node.subscript.text.isdigit())


def read_norm(reader: Context, node: Indexed) -> Value | None:
    """The norm that a subscript says."""
    assert isinstance(node.base, (Norm, Absolute))
    inner = node.base.inner
    text = node.subscript.text.replace(" ", "")
    kind, power = _SPELLED.get(text, text), None
    if kind not in _KINDS:
        power = _power(reader, node.subscript, text)
        if power is None:
            return None
    value = reader.read(inner)
    return None if value is None else _norm(reader, node, inner, value, kind, power)


def call_norm(reader: Context, node: Node, nodes: Sequence[Node], keywords: Sequence[Keyword]) -> Value | None:
    """`norm(X, 1)`, `norm(X, 'fro')`, `norm(X, 2, axis=0)`."""
    inner, which = nodes
    power = None
    if isinstance(which, Quoted):
        kind = _SPELLED.get(which.text, "")
    elif isinstance(which, Name) and which.text in _SPELLED and reader.names.find(which.text) is None:
        kind = _SPELLED[which.text]
    else:
        kind = reader.source(which)
        if kind not in _KINDS:
            found = reader.read(which)
            power = None if found is None else _exponent(reader, which, found)
            if power is None:
                return None
    if not kind:
        message = f"`{reader.source(which)}` names no norm: write `'fro'`, `1`, `2` or `inf`"
        reader.error("EIN001", which, message, (Fix("write `'fro'`", (which.start, which.end), "'fro'"),))
        return None
    value = reader.read(inner)
    return None if value is None else _norm(reader, node, inner, value, kind, power, keywords)


def _power(reader: Context, node: Node, text: str) -> Term | None:
    """The p of `‖x‖_p`: a number, or a name that is one."""
    if text.isdigit():
        return _exponent(reader, node, Value(build.number(int(text))))
    if text.isidentifier() and reader.names.knows(text):
        found = reader.read(Name(node.start, node.end, text))
        return None if found is None else _exponent(reader, node, found)
    known = ", ".join(f"`‖·‖_{k if len(k) == 1 else f'{{{k}}}'}`" for k in _KINDS)
    reader.error("EIN001", node, f"`{text}` names no norm: there are {known}, and `‖·‖_p` with a number p")
    return None


def _exponent(reader: Context, node: Node, value: Value) -> Term | None:
    if value.rank or value.order or value.flexible:
        reader.error("EIN001", node, "the p of a norm is a number")
        return None
    if isinstance(value.term, Number) and value.term.value < 1:
        reader.error("EIN001", node, f"a norm has a p of 1 or more, and `{value.term.value}` is less")
        return None
    return value.term


def _norm(
    reader: Context,
    node: Node,
    inner: Node,
    value: Value,
    kind: str,
    power: Term | None,
    keywords: Sequence[Keyword] = (),
) -> Value | None:
    if is_of_component(reader, node, "norm", [inner], [value]):
        return None
    if not reader.is_sized(inner, value):
        return None
    value = reader.settle(value)
    if keywords:
        place = axis_of(reader, "norm", inner, value, keywords[0])
        if place is None:
            return None
        left = tuple(a for k, a in enumerate(value.axes) if k != place)
        return _of_vector(reader, node, value, kind, power, flat((value.axes[place],)), left)
    if value.rank < 2:
        return _of_vector(reader, node, value, kind, power, value.plain_axes, ())
    return _of_matrix(reader, node, inner, value, kind)


def _of_vector(
    reader: Context, node: Node, value: Value, kind: str, power: Term | None, over: Sequence[Index], left: tuple
) -> Value | None:
    if power is not None:
        return Value(_of_power(value.term, power, over), left, value.order)
    if kind not in _ROWS:
        reader.error("EIN301", node, f"`‖·‖_{kind}` is a norm of matrices: of a vector write `‖·‖`, `‖·‖_1` or `‖·‖_∞`")
        return None
    return Value(along(reader, _ROWS[kind], value.term, over), left, value.order)


def _of_power(term: Term, power: Term, over: Sequence[Index]) -> Term:
    """`(∑ |x_k|^p)^(1/p)`; even powers need no absolute value."""
    even = isinstance(power, Number) and (power.value / 2).denominator == 1
    base = term if even else build.apply("abs", term)
    return build.power(build.product([build.power(base, power)], over), build.power(power, -1))


def _of_matrix(reader: Context, node: Node, inner: Node, value: Value, kind: str) -> Value | None:
    source = reader.source(inner)
    if value.rank > 2 and kind != "F":
        reader.error(
            "EIN301",
            node,
            f"`{source}` has {value.rank} axes, and this norm is one of vectors and matrices: write `sqrt(sum(({source}) .^ 2))`, or use indices",
        )
        return None
    if kind == "F":
        return Value(along(reader, ROW["norm"], value.term, value.plain_axes), order=value.order)
    found = _KINDS.get(kind)
    if found is None or not found.matrix:
        why = (
            found.refused if found else "induced by that of vectors, and has no formula in its entries: write `‖{0}‖_F`"
        )
        fixed = f"‖{source}‖_F"
        message = f"this norm of a matrix is {why.format(source)}"
        reader.error("EIN002", node, message, (Fix(f"write `{fixed}`", (node.start, node.end), fixed),))
        return None
    if found.told:
        reader.error("EIN305", node, f"this norm of a matrix is {found.told.format(source)}")
    try:
        return put_definition(reader, "norm", Definition((("X", 2),), (), found.matrix), [inner], [value])
    except MalformedDefinition as malformed:
        raise AssertionError(found.matrix) from malformed
