"""Declarations: of arrays, of unknown functions, of the sizes of dimensions."""

from __future__ import annotations

import re

from ..syntax.tree import Declaration, DimensionDeclaration, FunctionDeclaration, Node, Space
from ..terms.dimension import Dim
from ..terms.term import Tensor
from . import marks as kinds
from .lowered import Lowered
from .marks import Marks
from .names import NOTES, PROPERTIES, SQUARE_PROPERTIES, Entry, Names, canonical_name
from .properties import contradiction
from .report import Report


def declare(tree: Declaration, names: Names, report: Report, lowered: Lowered) -> None:
    dims = _dims(tree.space, names, report, lowered.marks)
    properties: dict[str, None] = {}
    for item in tree.properties:
        lowered.marks.node(kinds.PROPERTY, item, item.text)
        if item.text not in PROPERTIES:
            report.add(
                "EIN001", item.start, item.end, f"`{item.text}` is no property: write one of {', '.join(PROPERTIES)}"
            )
        elif item.text in SQUARE_PROPERTIES and dims is not None and (len(dims) != 2 or dims[0] is not dims[1]):
            report.add("EIN304", item.start, item.end, f"only a square matrix can be {item.text}")
        elif item.text in properties:
            report.add("EIN001", item.start, item.end, f"`{item.text}` is said twice", severity="hint")
        elif (clash := contradiction((*properties, item.text))) is not None:
            report.add("EIN001", item.start, item.end, f"no matrix is {clash[0]} and {clash[1]}: {clash[2]}")
        else:
            properties[item.text] = None
    if "positive-definite" in properties:
        properties["symmetric"] = None
    if dims is None:
        return
    lowered.kind = "declaration"
    for target in tree.targets:
        name = canonical_name(target.text)
        lowered.marks.node(kinds.TENSOR, target, name, declares=True)
        if not is_redeclared(names, name, target, report):
            names.put(Entry(name, Tensor(name, dims, frozenset(properties)), target.span, "declared"))


def declare_function(tree: FunctionDeclaration, names: Names, report: Report, lowered: Lowered) -> None:
    source, image = (_dims(space, names, report, lowered.marks) for space in (tree.source, tree.image))
    name = canonical_name(tree.target.text)
    lowered.marks.node(kinds.FUNCTION, tree.target, name, declares=True)
    if source is None or image is None or is_redeclared(names, name, tree.target, report):
        return
    lowered.kind = "declaration"
    of_arrays = (source, image) if source or image else None
    names.put(Entry(name, None, tree.target.span, "function", of_arrays))


def declare_dimension(tree: DimensionDeclaration, names: Names, report: Report, lowered: Lowered) -> None:
    if tree.size < 1:
        report.add("EIN001", tree.start, tree.end, "a dimension's size is a positive whole number")
        return
    lowered.kind = "declaration"
    lowered.marks.node(kinds.DIMENSION, tree.name, declares=True)
    names.put_size(tree.name.text, tree.size)


def is_redeclared(names: Names, name: str, node: Node, report: Report) -> bool:
    old = names.before(name)
    if old is None or old.kind in ("inferred", "special") or names.fact(NOTES):
        return False
    related = ((name, f"`{old.describe()}` is declared here"),) if old.span else ()
    report.add(
        "EIN102",
        node.start,
        node.end,
        f"`{name}` is declared already, as {old.describe()}: use another name",
        related=related,
    )
    return True


_PAIR = re.compile(r"[^\W\d_]x[^\W_]")


def _dims(space: Space, names: Names, report: Report, marks: Marks) -> tuple[Dim, ...] | None:
    dims: list[Dim] = []
    for extent in space.extents:
        value = extent.value
        if isinstance(value, int) and value < 1:
            report.add("EIN001", extent.start, extent.end, "a dimension is a name or a positive number")
            return None
        if isinstance(value, int):
            dims.append(names.dimension(value))
            continue
        if len(value) == 3 and _PAIR.fullmatch(value) and not names.is_dimension(value):  # `n x m` without blanks
            for at in (0, 2):
                marks.add(kinds.DIMENSION, extent.start + at, extent.start + at + 1, value[at])
                dims.append(names.dimension(int(value[at]) if value[at].isdigit() else value[at]))
            continue
        marks.node(kinds.DIMENSION, extent, value)
        dims.append(names.dimension(value))
    return tuple(dims)
