"""The derivation of what stands at a position: for a panel, as text, and as lines of the document."""

from __future__ import annotations

from dataclasses import dataclass

from ..lowering.names import Names
from ..lowering.report import Span
from ..lowering.statements import Lowered
from ..lowering.values import Value
from ..notation.index_form import free_names, index_form, latex_form
from ..notation.tree_latex import formula_latex
from ..syntax.finding import expressions_at
from ..syntax.tree import Node, Relation
from ..terms.term import Derivative, has_head
from .answers import (
    Answer,
    answer,
    definition_value,
    in_other_layout,
    jacobian_value,
    part_value,
    steps_of,
    variables_of,
)
from .cells import Cell
from .derive import Step
from .judge import judge_text
from .sheet import Sheet


@dataclass(frozen=True)
class Derivation:
    """An expression, the steps that work it out, and what comes out, with the span that it is about.

    `start` is the expression in components, and in LaTeX; `other` is the answer in the other layout.
    """

    span: Span
    expression: str
    start: str
    start_latex: str
    expression_latex: str
    steps: tuple[Step, ...]
    answer: Answer | None
    other: Answer | None = None


def derivation(sheet: Sheet, offset: int, end: int | None = None) -> Derivation | None:
    """The derivation of the narrowest expression around an offset that has one, or else of the whole side."""
    cell = sheet.cell_at(offset)
    if cell is None or cell.analysis is None or not isinstance(cell.lowered.tree, Relation):
        return None
    if cell.place.region is not None and cell.place.region.translated:
        return None
    at, stop = offset - cell.start, (offset if end is None else end) - cell.start
    return sheet.noted(cell, ("derivation", at, stop), lambda names: _derive_at(cell, names, at, stop))


def _derive_at(cell: Cell, names: Names, at: int, stop: int) -> Derivation | None:
    lowered = cell.lowered
    tree = lowered.tree
    assert isinstance(tree, Relation)
    side = next((s for s in tree.sides if s.start <= at <= s.end), tree.sides[0])
    if lowered.kind == "definition" and (side is tree.sides[0] or not _derives(lowered)):
        return _of_definition(cell, names)
    nodes = [*expressions_at(side, at, stop), side]
    fallback = None
    for node in nodes:
        found = part_value(lowered, node, names)
        if found is None or found[1].flexible:
            continue
        made = _made(cell, node, found[0], found[1], names)
        if has_head(found[1].term, Derivative):
            return made
        fallback = fallback or (made if made.steps else None)
    return fallback


def _derives(lowered: Lowered) -> bool:
    value = lowered.sides[1].value if len(lowered.sides) > 1 else None
    return value is not None and has_head(value.term, Derivative)


def _made(cell: Cell, node: Node, text: str, value: Value, names: Names) -> Derivation:
    named = free_names((*value.order, *value.plain_axes))
    layout = cell.lowered.layout
    found = answer(value, names, layout)
    return Derivation(
        cell.move((node.start, node.end)),
        cell.lowered.text[node.start : node.end],
        index_form(value.term, named),
        latex_form(value.term, named),
        formula_latex(cell.lowered.text[node.start : node.end]),
        tuple(steps_of(value)),
        found,
        in_other_layout(text, value, found, names, layout) if found is not None else None,
    )


def _of_definition(cell: Cell, names: Names) -> Derivation | None:
    """Of a definition, its derivative in its one variable, or else what it says in components."""
    lowered, tensor = cell.lowered, cell.lowered.tensor
    if tensor is None:
        return None
    leaves = variables_of(tensor) if len(tensor.dims) <= 1 else []
    value = jacobian_value(tensor, leaves[-1], lowered.layout) if leaves else definition_value(lowered)
    if value is None or value.flexible:
        return None
    named = free_names((*value.order, *value.plain_axes))
    expression = f"∂{tensor.name}/∂{leaves[-1].name}" if leaves else lowered.text
    found = answer(value, names, lowered.layout)
    return Derivation(
        cell.move((0, len(lowered.text))),
        expression,
        index_form(value.term, named),
        latex_form(value.term, named),
        formula_latex(expression),
        tuple(steps_of(value)),
        found,
        in_other_layout(expression, value, found, names, lowered.layout) if found is not None else None,
    )


def as_text(found: Derivation) -> str:
    """Line by line, the rule behind each."""
    rows = [(found.start, "")] + [(f"= {s.after}", s.rule) for s in found.steps]
    if found.answer is not None and found.answer.matrix is not None:
        rows.append((f"= {found.answer.matrix}", f"matrix form, {found.answer.shape}, {found.answer.layout} layout"))
    width = min(80, max(len(text) for text, _ in rows))
    return "\n".join(f"{text:{width}}  {rule}".rstrip() for text, rule in rows)


def chain(found: Derivation, cell: Cell, names: Names, most: int | None = None) -> list[str] | None:
    """The derivation as the links of a chain in components: the start, then what follows `=`; at most so many links.

    None where the chain would not read, so that nobody inserts what does not check.
    """
    if any(" where " in s.after for s in found.steps):
        return None
    links = [found.start, *(s.after for s in found.steps[:most])]
    if len(links) < 2:
        return None
    read = judge_text(" = ".join(links), names, cell.lowered.layout)
    return links if read is not None and all(c.verdict == "right" for c in read[1].claims) else None
