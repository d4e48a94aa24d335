"""Differentials: `df = tr(A' dX)`, `d(XY) = dX Y + X dY`.

The differential of a name that has no definition is an array of its shape, `dX`, which may be anything; that of all else is
`d(…)`, the sum of its derivatives times the differentials that the statement writes.  So a claim is one about
arrays, linear in some of them, and is judged as any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...documents.regions import Region
from ...lowering.mentioned import names_of, walk
from ...lowering.names import Names, canonical_name
from ...lowering.operators import spread
from ...syntax.quotients import Quotient, units
from ...syntax.tree import Addition, Call, Chain, Indexed, Name, Node, Num, Relation, Superscript, Transpose
from .trees import Change, changed, relation_of

# names that authors vary together: where one of them is varied, the other is seldom constant
_TOGETHER = ("XYZ", "xyz", "UV", "uv")


@dataclass(frozen=True)
class Differentials:
    """A relation in which differentials are arrays and functions, with what is known of it.

    region    the relation, `dX` for each of the names `varied`
    doubt     why it may be a condition rather than a claim
    problem   why it is not read
    gradient  the name of a function of which only the differential is said, on the left
    """

    region: Region
    tree: Relation
    varied: tuple[str, ...] = ()
    doubt: str = ""
    problem: str = ""
    gradient: str = ""


@dataclass(frozen=True)
class _Found:
    """One `d` from `start`, with its operand, and how often it is taken.

    called   does it stand before brackets, which are its own?
    rest     do factors stand behind it in its row?
    """

    start: int
    end: int
    operand: Node
    order: int
    called: bool = False
    rest: bool = False

    def as_array(self) -> Iterator[Change]:
        """`d X'` as the array `dX'`."""
        yield self.start, self.operand.start, "d"
        yield self.operand.end, self.end, ""

    def as_function(self, end: int) -> Iterator[Change]:
        """`d …` up to a place as `d(…)`."""
        if not self.called:
            yield self.start, self.operand.start, "d(" * self.order
            yield end, end, ")" * self.order


def with_differentials(region: Region, tree: Relation, names: Names) -> Differentials:
    """The relation with its differentials as arrays and functions; as it is where it has none."""
    if names.knows("d") or names.is_dimension("d"):
        return Differentials(region, tree)
    found = [list(_differentials(side, names)) for side in tree.sides]
    zero = [isinstance(side, Num) and side.value == 0 for side in tree.sides]
    if not any(found) or not all(f or z for f, z in zip(found, zero, strict=True)):
        return Differentials(region, tree)
    undefined = _undefined(found[0], tree.sides[0], names)
    changes: list[Change] = []
    varied: dict[str, None] = {}
    applied: list[Node] = []
    for number, side in enumerate(found):
        ambiguous = number == 0 and _is_ambiguous(side, tree.sides[0])
        for one in side:
            name = _leaf(one.operand, names)
            if name and not ambiguous and one.order == 1:
                changes += one.as_array()
                if name != undefined:
                    varied[name] = None
            else:
                applied.append(tree.sides[0] if ambiguous else one.operand)
                if isinstance(one.operand, Superscript) and isinstance(one.operand.exponent, Num) and number:
                    return Differentials(
                        region, tree, problem="a power of a differential, or the differential of a power"
                    )
                changes += one.as_function(tree.sides[0].end if ambiguous else one.end)
    made = changed(region, changes)
    made_tree = relation_of(made)
    if made_tree is None or not varied:
        return Differentials(region, tree, problem="differentials of nothing that is known")
    if undefined:
        return Differentials(
            made, made_tree, tuple(varied), problem=f"`{undefined}` is never defined", gradient=undefined
        )
    leaves = _leaves(applied, names)
    together = _constant_beside(leaves, varied)
    if together:
        return Differentials(region, tree, problem=f"nothing says whether `{together}` is constant")
    doubt = (
        ""
        if applied and set(varied) <= leaves and not _is_ambiguous(found[0], tree.sides[0])
        else "it may be a condition on the differentials"
    )
    return Differentials(made, made_tree, tuple(varied), doubt)


def _is_ambiguous(found: list[_Found], left: Node) -> bool:
    """`d x'Ax`, on the left: of all of it, or of its first factor?"""
    return len(found) == 1 and found[0].rest and found[0].start == left.start


def _differentials(node: Node, names: Names) -> Iterator[_Found]:
    for inner in walk(node):
        if (
            isinstance(inner, Call)
            and isinstance(inner.callee, Name)
            and inner.callee.text == "d"
            and len(inner.arguments) == 1
        ):
            yield _Found(inner.start, inner.end, inner.arguments[0], 1, called=True)
        if not isinstance(inner, Chain):
            continue
        row = list(units(inner))
        for (_, sign), (operator, operand) in zip(row, row[1:], strict=False):
            order = _order(sign)
            if order and operator == "" and not isinstance(operand, Quotient):
                first = (spread(names, operand) or (("", operand),))[0][1]  # `d X(A + B)`: `X` is no function
                rest = first is not operand or operand is not row[-1][1]
                yield _Found(sign.start, first.end, first, order, rest=rest)


def _order(sign: Node) -> int:
    """1 for `d`, 2 for `d²`, 0 for anything else."""
    if isinstance(sign, Superscript) and isinstance(sign.base, Name) and isinstance(sign.exponent, Num):
        return 2 if sign.base.text == "d" and sign.exponent.value == 2 else 0
    return 1 if isinstance(sign, Name) and sign.text == "d" else 0


def _base(node: Node) -> Node:
    while isinstance(node, (Transpose, Indexed)):
        node = node.argument if isinstance(node, Transpose) else node.base
    return node


def _leaf(operand: Node, names: Names) -> str:
    """The name that has no definition, with a transpose or indices, that an operand is."""
    base = _base(operand)
    if not isinstance(base, Name) or names.is_function(base.text):
        return ""
    entry = names.find(base.text)
    defined = entry is not None and (entry.tensor is None or entry.tensor.definition is not None)
    return "" if defined else canonical_name(base.text)


def _undefined(found: list[_Found], left: Node, names: Names) -> str:
    """The function that the left side is the differential of, where nobody defines it."""
    if len(found) != 1 or found[0].start != left.start or found[0].rest or isinstance(left, Addition):
        return ""
    operand = found[0].operand
    return _leaf(operand, names) if isinstance(operand, (Name, Indexed)) and operand.end == left.end else ""


def _leaves(applied: list[Node], names: Names) -> set[str]:
    """The names without a definition that some expressions depend on, through definitions too."""
    found: set[str] = set()
    for node in applied:
        for name in names_of(node):
            entry = names.find(name)
            if entry is not None and entry.tensor is not None and entry.tensor.definition is not None:
                found |= {t.name for t in entry.tensor.depends if t.definition is None}
            elif not names.is_function(name):
                found.add(name)
    return found


def _constant_beside(leaves: set[str], varied: dict[str, None]) -> str:
    """A name that stands still although one of its kind is varied."""
    for letters in _TOGETHER:
        if any(v[0] in letters for v in varied):
            still = sorted(n for n in leaves - set(varied) if n[0] in letters)
            if still:
                return still[0]
    return ""
