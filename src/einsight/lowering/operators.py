"""Which factors of a chain are sum signs and derivatives.

`d/dx (a' x)`, `∂²f/∂x_i∂x_j` and `sum_j x_j` reach us as flat rows of factors; with the names known it
can be told what they are: a declared name that starts with `d` wins over the derivative reading.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..frozen import frozen
from ..syntax.postfixes import POSTFIXED, factors
from ..syntax.tree import (
    Absolute,
    Call,
    Chain,
    Group,
    Indexed,
    Name,
    Node,
    Norm,
    Num,
    Subscript,
    Superscript,
    Symbol,
    Transpose,
)
from .names import ARRAY_FUNCTIONS, ARRAYS, FUNCTIONS, Names

Items = tuple[tuple[str, Node], ...]


@frozen
class SumSign:
    """`∑_{i,j}`, `∑_{j=1}^m`: governs the product that follows."""

    node: Node
    subscript: Subscript | None
    upper: Node | None


@frozen
class Differential:
    """`∂^order numerator / ∂variables`; without a numerator it governs the product that follows."""

    node: Node
    numerator: Node | None
    variables: tuple[Node, ...]
    consumed: int
    order: int


@frozen
class NablaSign:
    """`∇_x`, `∇²_x`, or `D_x`, which gives the Jacobian."""

    node: Node
    variable: Node | None
    order: int
    jacobian: bool = False


def sum_sign(node: Node) -> SumSign | None:
    """The sum sign that this factor is."""
    core, upper = (node.base, node.exponent) if isinstance(node, Superscript) else (node, None)
    base, subscript = (core.base, core.subscript) if isinstance(core, Indexed) else (core, None)
    if isinstance(base, Symbol) and base.text == "∑":
        return SumSign(node, subscript, upper)
    if isinstance(base, Name) and base.text == "sum" and subscript is not None:
        return SumSign(node, subscript, upper)
    return None


def nabla_sign(node: Node, names: Names) -> NablaSign | None:
    """The gradient or Jacobian sign that this factor is."""
    if isinstance(node, Indexed) and isinstance(node.base, Name) and node.base.text == "D" and not names.knows("D"):
        at = node.subscript
        if names.knows(at.text) and not names.knows(f"D_{at.text}"):
            return NablaSign(node, Name(at.start, at.end, at.text), 1, True)
    base: Node = node
    order = 1
    variable: Name | None = None
    while True:
        if isinstance(base, Superscript) and isinstance(base.exponent, Num) and base.exponent.value == 2:
            base, order = base.base, 2
        elif isinstance(base, Indexed) and isinstance(_innermost(base), Symbol):
            text = base.subscript.text.strip()
            if variable is not None:  # `∇_W_1` has two subscripts
                text = f"{text}_{variable.text}"
            variable = Name(base.subscript.start, variable.end if variable else base.subscript.end, text)
            base = base.base
        else:
            break
    if isinstance(base, Symbol) and base.text in ("∇", "∇²"):
        return NablaSign(node, variable, 2 if base.text == "∇²" else order)
    return None


def differential(items: Items, at: int, names: Names) -> Differential | None:
    """The derivative that starts at that factor of a chain, if one does."""
    head = items[at][1]
    order, core = _power_of(head)
    if isinstance(core, Symbol) and core.text == "∂":
        return _partial(items, at, order)
    if isinstance(core, Name) and core.text == "d" and not names.knows("d"):
        return _ordinary(items, at, order, None, names)
    if isinstance(core, Call) and isinstance(core.callee, Name) and core.callee.text == "d" and not names.knows("d"):
        if len(core.arguments) == 1:
            return _ordinary(items, at, order, core.arguments[0], names)
    elif at + 1 < len(items) and items[at + 1][0] == "/":
        stripped = strip_d(head, names)
        if stripped is not None and strip_d(items[at + 1][1], names) is not None:
            return _ordinary(items, at, 1, stripped, names)
    return None


def strip_d(node: Node, names: Names) -> Node | None:
    """`dx_j` as `x_j`; None for a name that does not start with `d`, or that is declared as it stands."""
    if isinstance(node, Indexed):
        if node.marked and names.knows(node.marked):
            return None
        base = strip_d(node.base, names)
        return None if base is None else Indexed(node.start + 1, node.end, base, node.subscript)
    if isinstance(node, Superscript):
        base = strip_d(node.base, names)
        return None if base is None else Superscript(node.start + 1, node.end, base, node.exponent, node.dotted)
    if isinstance(node, Call):
        base = strip_d(node.callee, names)
        return None if base is None else Call(node.start + 1, node.end, base, node.arguments)
    if isinstance(node, Name) and node.text.startswith("d") and len(node.text) > 1 and not names.knows(node.text):
        if node.text in ("det", "diag", "delta") or names.elementwise(node.text):
            return None
        return Name(node.start + 1, node.end, node.text[1:])
    return None


def _partial(items: Items, at: int, order: int) -> Differential | None:
    slash = next((k for k in range(at + 1, len(items)) if items[k][0] == "/"), None)
    if slash is None or not _is_partial(items[slash][1]):
        return None
    numerator = _row(items[at + 1 : slash])
    variables: list[Node] = []
    k = slash
    while k + 1 < len(items) and _is_partial(items[k][1]) and len(variables) < order:
        count, variable = _variable(items[k + 1][1])
        variables += [variable] * count
        k += 2
    if not variables:
        return None
    node = Node(items[at][1].start, items[k - 1][1].end)
    return Differential(node, numerator, tuple(variables), k - at, order)


def _ordinary(items: Items, at: int, order: int, numerator: Node | None, names: Names) -> Differential | None:
    slash = next((k for k in range(at + 1, len(items)) if items[k][0] == "/"), None)
    if slash is None:
        return None
    between = _row(items[at + 1 : slash])
    if between is not None:
        if numerator is not None:
            return None
        numerator = between
    variables: list[Node] = []
    k = slash
    while k < len(items) and len(variables) < order:
        stripped = strip_d(items[k][1], names)
        if stripped is None:
            break
        count, variable = _variable(stripped)
        variables += [variable] * count
        k += 1
    if not variables:
        return None
    node = Node(items[at][1].start, items[k - 1][1].end)
    return Differential(node, numerator, tuple(variables), k - at, order)


def _is_partial(node: Node) -> bool:
    return isinstance(node, Symbol) and node.text == "∂"


def _row(items: Items) -> Node | None:
    return as_node(items) if items else None


def as_node(items: Items) -> Node:
    """Factors in a row as one node."""
    if len(items) == 1:
        return items[0][1]
    return Chain(items[0][1].start, items[-1][1].end, (("", items[0][1]), *items[1:]))


def _variable(node: Node) -> tuple[int, Node]:
    """The variable and how many times it stands there: `x^2` is `x` twice."""
    if isinstance(node, Superscript) and isinstance(node.exponent, Num):
        return int(node.exponent.value), node.base
    return 1, node


def _power_of(node: Node) -> tuple[int, Node]:
    if isinstance(node, Superscript) and isinstance(node.exponent, Num) and node.exponent.value.denominator == 1:
        return int(node.exponent.value), node.base
    return 1, node


def _innermost(node: Node) -> Node:
    while isinstance(node, (Indexed, Superscript)):
        node = node.base
    return node


def with_underscore(names: Names, node: Node) -> Name | None:
    """`elliptic_e`, `log_softmax` before its argument: a function whose name has an underscore, of which nobody declares a part."""
    if not isinstance(node, Indexed) or not isinstance(node.base, Name) or names.knows(node.base.text):
        return None
    text = f"{node.base.text}_{node.subscript.text}"
    is_function = not names.knows(text) and names.is_function(text)
    return Name(node.start, node.end, text) if is_function else None


def called(names: Names, node: Node) -> Node:
    """What stands before an argument, with a name that has an underscore in one piece: that of `log_softmax_j` as well."""
    if isinstance(node, Indexed) and isinstance(node.base, Indexed):
        inner = with_underscore(names, node.base)
        return node if inner is None else Indexed(node.start, node.end, inner, node.subscript)
    return with_underscore(names, node) or node


def _is_function(names: Names, node: Node) -> bool:
    node = called(names, node)
    if isinstance(node, Indexed) and isinstance(node.base, Name):
        # `f_i(x)`, `J_f(x)` of an unknown function f
        entries = [names.find(t) for t in (node.base.text, node.subscript.text)]
        if any(e is not None and e.function is not None for e in entries):
            return True
        whole = f"{node.base.text}_{node.subscript.text}"
        own = node.base.text in ("sum", "ones", "delta") or names.knows(whole)
        return not own and names.is_called(node.base.text)
    if not isinstance(node, Name):
        return isinstance(node, Transpose) and _is_function(names, node.argument)
    return node.text == "d" or names.is_called(node.text)


def spread(names: Names, node: Node) -> Items | None:
    """`A(x)'` where `A` is no function is the product `A (x)'`: the postfix belongs to the bracket."""
    if type(node) not in POSTFIXED:
        return None
    return factors(node, lambda call: not _is_function(names, call.callee))


# before what no brackets enclose these are names of arrays, or signs
_NEED_BRACKETS = frozenset({"I", "ones", "zeros", "commutation", "jac", "grad", "hess", "d"})


def _applies_bare(names: Names, text: str) -> bool:
    """Is it a registered function?  A name that SymPy has one under, as `gamma`, is more often an array that nobody declared."""
    known = text in ARRAY_FUNCTIONS or text in ARRAYS or text in FUNCTIONS
    return known and text not in _NEED_BRACKETS and names.find(text) is None


def juxtaposed(names: Names, items: Items) -> Items:
    """`log det X`, `ln|X|`, `tr X` as calls: a function before what it is of.

    `tr A B` stays as it is: whether it is of one factor or of both, nothing says.
    """
    if not [node for _, node in items if type(node) is Name and _applies_bare(names, node.text)]:  # type: ignore[attr-defined]
        return items
    out: list[tuple[str, Node]] = []
    for place in reversed(range(len(items))):
        operator, node = items[place]
        bare = isinstance(node, Name) and _applies_bare(names, node.text)
        if bare and isinstance(node, Name) and out and out[0][0] == "":
            after = out[0][1]
            if sum_sign(after) is not None:  # it governs the rest
                out = [(operator, Call(node.start, out[-1][1].end, node, (as_node(tuple(out)),)))]
                continue
            enclosed = isinstance(after, (Absolute, Group, Norm)) or (
                isinstance(after, Call) and _is_function(names, after.callee)
            )
            if enclosed or len(out) == 1 or out[1][0] != "":
                argument = after.inner if isinstance(after, Group) else after
                out[0] = (operator, Call(node.start, after.end, node, (argument,)))
                continue
        out.insert(0, (operator, node))
    return tuple(out)


def nodes_in(node: Node) -> Iterator[Node]:
    """A node and those inside, but for what stands in subscripts."""
    todo: list[object] = [node]
    while todo:
        item = todo.pop()
        if isinstance(item, tuple):
            todo.extend(item)
        elif isinstance(item, Node) and not isinstance(item, Subscript):
            yield item
            todo.extend(getattr(item, s) for s in item.__slots__ if s not in ("start", "end"))


def names_in(node: Node) -> Iterator[Name]:
    return (n for n in nodes_in(node) if isinstance(n, Name))
