"""Derivatives of a loss that nobody defines: `∂L/∂x = W' ∂L/∂y`, where `y = W x + b` is known.

Of such a function only its gradient in the last of the names counts that a statement differentiates it in, and that may be
any array of the shape.  So the statement is judged with the function that has this gradient everywhere,
`L = sum(Ly ⊙ y)`: the chain rule holds for all functions of `y` exactly if it holds for those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ...documents.regions import Region
from ...lowering.mentioned import names_of, walk
from ...lowering.names import Names, canonical_name
from ...syntax.quotients import Quotient, units
from ...syntax.tree import Chain, Indexed, Name, Node, Relation, Superscript, Symbol
from ...terms.term import Tensor
from .trees import base_name


@dataclass(frozen=True)
class Gradients:
    """How a function that nobody defines is stood for: in which names its gradients are arrays, and the function's text.

    `arrays` has for each name of such an array the name it is the gradient in.
    """

    function: str
    arrays: tuple[tuple[str, str], ...] = ()
    text: str = ""
    problem: str = ""


def undefined_function(tree: Relation, names: Names) -> str:
    """The one name that is differentiated, in others, and has no definition; empty where there is none, or are several."""
    found = dict.fromkeys(
        name for name, variable, _ in derivatives_of_names(tree) if name != variable and not _is_defined(name, names)
    )
    return next(iter(found)) if len(found) == 1 else ""


def gradients(tree: Relation, function: str, names: Names, signals: Mapping[str, tuple[str, str]]) -> Gradients:
    """What stands for a function in a relation; with the problem where nothing does.

    `signals` are names that were introduced as a gradient, `δ = ∂L/∂z`, with the function and the variable.
    """
    never = Gradients(function, problem=f"`{function}` is never defined")
    found = [(variable, order) for name, variable, order in derivatives_of_names(tree) if name == function]
    inside = [n for n in walk(tree) if isinstance(n, Name) and canonical_name(n.text) == function]
    if len(inside) != len(found) or any(order != 1 for _, order in found):
        return never
    variables = {v for v, _ in found}
    variables |= {signals[n][1] for n in names_of(tree) if n in signals and signals[n][0] == function}
    tensors = {v: _tensor(v, names) for v in variables}
    known = {v: t for v, t in tensors.items() if t is not None}
    if len(known) < len(tensors):
        return never
    last = [v for v, t in known.items() if not any(t in u.depends for u in known.values() if u is not t)]
    before = [v for v in known if v not in last]
    if not before or any(len(known[v].dims) > 2 for v in last):
        return never
    for name in before:
        other = other_way(known[name], [known[v] for v in last], names)
        if other:
            return replace(never, problem=f"nothing says whether `{function}` depends on `{name}` through `{other}`")
    arrays = tuple((f"{function}{v}", v) for v in sorted(last))
    if any(_tensor(a, names) is not None and names.find(v) is None for a, v in arrays):
        return never
    return Gradients(function, arrays, " + ".join(with_gradient(a, v, known[v]) for a, v in arrays))


def with_binding(region: Region, function: str, text: str) -> Region:
    """The statement `where L = …`."""
    added = f" where {function} = {text}"
    spot = region.places[-1] if region.places else (region.start, region.end)
    return replace(region, text=region.text + added, places=(*region.places, *[spot] * len(added)))


def signal_of(tree: Relation, names: Names) -> tuple[str, str, str] | None:
    """`δ = ∂L/∂z`, `δ_i = ∂L/∂z_i`: the name, the function that nobody defines, the variable."""
    if len(tree.sides) != 2 or not base_name(tree.sides[0]):
        return None
    found = list(derivatives_of_names(tree))
    right = list(units(tree.sides[1])) if isinstance(tree.sides[1], Chain) else []
    if len(found) != 1 or len(right) != 1 or found[0][2] != 1 or _is_defined(found[0][0], names):
        return None
    unit = right[0][1]
    below = unit.below[-1] if isinstance(unit, Quotient) else None
    alike = isinstance(below, (Name, Indexed)) and _indices(below) == _indices(tree.sides[0])
    return (base_name(tree.sides[0]), *found[0][:2]) if alike and found[0][0] != found[0][1] else None


def _indices(node: Node) -> tuple[str, ...]:
    return tuple(e.plain or "" for e in node.subscript.entries) if isinstance(node, Indexed) else ()


def with_gradient(array: str, variable: str, tensor: Tensor) -> str:
    """The function of a variable whose gradient is an array."""
    return f"sum({array} ⊙ {variable})" if tensor.dims else f"{array} {variable}"


def derivatives_of_names(node: Node) -> Iterator[tuple[str, str, int]]:
    """Each derivative of a lone name: that name, the variable's, the order."""
    for inner in walk(node):
        if not isinstance(inner, Chain):
            continue
        row = list(units(inner))
        for k, (_, unit) in enumerate(row):
            if isinstance(unit, Quotient):
                above = [base_name(n) for n in unit.above if base_name(n) not in ("", "d")]
                below = [base_name(n.base if isinstance(n, Superscript) else n) for n in unit.below]
                below = [b for b in below if b not in ("", "d")]
                if len(above) == 1 and below:
                    yield above[0], below[0], len(below) + any(isinstance(n, Superscript) for n in unit.above)
            elif (
                isinstance(unit, Indexed)
                and isinstance(unit.base, Symbol)
                and unit.base.text == "∇"
                and k + 1 < len(row)
            ):
                name = base_name(row[k + 1][1])
                if name:
                    yield name, canonical_name(unit.subscript.text.strip("{}")), 1 if k + 2 == len(row) else 2


def _tensor(name: str, names: Names) -> Tensor | None:
    entry = names.find(name)
    return entry.tensor if entry is not None else None


def _is_defined(name: str, names: Names) -> bool:
    tensor = _tensor(name, names)
    return tensor is not None and tensor.definition is not None


def other_way(tensor: Tensor, last: Iterable[Tensor], names: Names) -> str:
    """Something that is defined through a tensor, and through which the function may depend on it but by its last names."""
    last = list(last)
    for entry in names.all().values():
        other = entry.tensor if entry is not None else None
        if other is None or other.definition is None or tensor not in other.depends or other in last:
            continue
        if not any(other in t.depends or t in other.depends for t in last):
            return other.name
    return ""
