"""What can be written in place of a statement or behind it: the other notation, a rule applied, Jacobians, derivations.

Most of it is found by trying: what does not read back with the same value is not offered.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from ..deriving.readback import agree_in_value, read_value, verified_matrix
from ..judging.judge import judge_statement, judge_text
from ..lowering import marks as kinds
from ..lowering.layout import stacked
from ..lowering.names import Names
from ..lowering.report import Span
from ..lowering.statements import lower_statement
from ..lowering.values import Value
from ..notation.index_form import free_names, index_form
from ..rules.catalogue import catalogue
from ..rules.engine import BudgetExceeded, MissingRule, everywhere, normal_form
from ..sheets.cells import Cell
from ..sheets.sheet import Sheet
from ..syntax.finding import expressions_at
from ..syntax.statements import Piece
from ..syntax.tree import Chain, Group, Node, Relation
from ..terms import build
from ..terms.interruption import poll
from ..terms.term import Derivative, Tensor, has_head
from .answers import answer, definition_value, jacobian_value, part_value, variables_of
from .derivations import Derivation, chain, derivation
from .edits import COPY, DERIVATION, INDEX, JACOBIAN, MATRIX, RULE, STEP, Action, below, line_end
from .latex.steps import latex_step

log = logging.getLogger("einsight")


class Applied(NamedTuple):
    """A rule, and the text that it makes of an expression."""

    rule: str
    text: str


MOST_RULES = 10
TARGETS = (("numpy", "NumPy"), ("jax", "JAX"), ("torch", "PyTorch"), ("latex", "LaTeX"))


def rewrites(sheet: Sheet, cells: list[Cell], start: int, end: int) -> Iterator[Action]:
    if len(cells) != 1 or not isinstance(cells[0].lowered.tree, Relation):
        return
    (cell,) = cells
    at, stop = start - cell.start, end - cell.start
    for make in _makers(cell):
        try:
            yield from make(sheet, cell, max(at, 0), max(stop, 0))
        except (BudgetExceeded, MissingRule):
            continue
        except Exception as error:  # a fault of ours in one kind of action must not cost the others
            log.error("%s at `%s`", make.__name__, cell.item.text, exc_info=error)


def _makers(cell: Cell) -> list[Callable[[Sheet, Cell, int, int], Iterator[Action]]]:
    if cell.place.is_translated:
        return [latex_step, _copies]
    if not cell.place.is_verbatim:  # text of the language has no place there
        return [_copies]
    return [_insert_jacobians, _insert_steps, _other_notation, _apply_rules, _copies]


def _insert_jacobians(sheet: Sheet, cell: Cell, at: int, stop: int) -> Iterator[Action]:
    lowered = cell.lowered
    if lowered.kind != "definition" or lowered.tensor is None or len(lowered.tensor.dims) > 1:
        return
    for leaf in variables_of(lowered.tensor)[:4]:
        text = sheet.noted(cell, ("jacobian", leaf.name), partial(jacobian_claim, cell, leaf))
        if text is not None:
            yield Action(
                f"Insert the Jacobian ∂{lowered.tensor.name}/∂{leaf.name}", JACOBIAN, (below(sheet, cell, text),)
            )


def jacobian_edit(sheet: Sheet, offset: int, variable: str) -> tuple[tuple[Span, str], ...] | None:
    """The edit that inserts the derivative of a definition in a variable behind it."""
    cell = sheet.cell_at(offset)
    if cell is None or not cell.place.is_verbatim:
        return None
    tensor = cell.lowered.tensor if cell.analysis is not None else None
    leaf = next((t for t in variables_of(tensor) if t.name == variable), None) if tensor is not None else None
    if leaf is None:
        return None
    text = sheet.noted(cell, ("jacobian", leaf.name), partial(jacobian_claim, cell, leaf))
    return None if text is None else (below(sheet, cell, text),)


def jacobian_claim(cell: Cell, variable: Tensor, names: Names) -> str | None:
    """`∂h/∂x = diag(1 - h^2) W`, as a claim that is right; in components where there is no matrix form."""
    tensor, layout = cell.lowered.tensor, cell.lowered.layout
    assert tensor is not None
    value, axes = jacobian_value(tensor, variable, layout)
    found = answer(value, names, layout, axes)
    if found is None or found.problem:
        return None
    texts = [f"∂{tensor.name}/∂{variable.name} = {found.matrix}"] if found.matrix is not None else []
    named = list(found.free)
    left = [f"{t.name}{'_' + ''.join(n) if n else ''}" for t, n in
            ((tensor, named[: len(tensor.dims)]), (variable, named[len(tensor.dims) :]))]  # fmt: skip
    texts.append(f"∂{left[0]}/∂{left[1]} = {found.index}")
    return next((t for t in texts if _stands(t, names, layout)), None)


def _stands(text: str, names: Names, layout: str) -> bool:
    """Does a claim read, and is it right?"""
    read = judge_text(text, names, layout)
    return read is not None and read[0].kind == "claim" and all(c.verdict == "right" for c in read[1].claims)


def _insert_steps(sheet: Sheet, cell: Cell, at: int, stop: int) -> Iterator[Action]:
    lowered = cell.lowered
    tree = lowered.tree
    assert isinstance(tree, Relation)
    if lowered.kind in ("claim", "query") and not tree.bindings:
        last = tree.sides[-1]
        value = lowered.sides[-1].value
        found = derivation(sheet, cell.start + last.start, cell.start + last.end) if value is not None else None
        links = sheet.noted(cell, "next", partial(_links, cell, found, 1)) if found is not None else None
        if links is not None and value is not None and not value.rank:
            end = cell.move((0, last.end))[1]
            yield Action("Insert the next step", STEP, (((end, end), f" = {links[1]}"),))
        elif links is not None:  # in components a whole array is another statement
            yield Action("Insert the next step, in components", STEP, (below(sheet, cell, " = ".join(links)),))
    found = derivation(sheet, cell.start + at, cell.start + max(at, stop))
    if found is None:
        return
    every = sheet.noted(cell, ("chain", found.inside), partial(_links, cell, found, None))
    if every is not None:
        text = f"{line_end(sheet.text)}  = ".join(every)
        yield Action("Insert the whole derivation", DERIVATION, (below(sheet, cell, text),))


def _links(cell: Cell, found: Derivation, most: int | None, names: Names) -> list[str] | None:
    return chain(found, cell, names, most)


def _other_notation(sheet: Sheet, cell: Cell, at: int, stop: int) -> Iterator[Action]:
    lowered = cell.lowered
    for title, kind, make in (
        ("Rewrite in index notation", INDEX, in_index_notation),
        ("Rewrite in matrix notation", MATRIX, in_matrix_notation),
    ):
        text = sheet.noted(cell, title, partial(make, cell))
        if text is not None and text != lowered.text:
            yield Action(title, kind, ((cell.move((0, len(lowered.text))), text),))


def in_index_notation(cell: Cell, names: Names) -> str | None:
    """A statement on whole arrays, in components."""
    lowered = cell.lowered
    tree = lowered.tree
    assert isinstance(tree, Relation)
    values = [s.value for s in lowered.sides]
    if tree.bindings or not values or any(v is None or v.flexible or v.is_fused for v in values):
        return None
    if lowered.kind == "definition":
        assert lowered.tensor is not None
        right = values[1]
        assert right is not None
        if right.order or not right.rank:
            return None
        named = free_names(lowered.order)
        term = right.on(lowered.order) if len(lowered.order) == right.rank else right.term
        sign = " := " if tree.assigns else " = "
        text = f"{lowered.tensor.name}_{''.join(named.values())}{sign}{index_form(term, named)}"
        return text if _defines_the_same(cell, names, text) else None
    first = values[0]
    assert first is not None
    if first.order or not first.rank or any(v is None or v.rank != first.rank for v in values):
        return None
    named = free_names(first.plain_axes)
    text = " = ".join(index_form(v.on(first.axes), named) for v in values if v is not None)
    return text if _reads_alike(cell, names, text) else None


def in_matrix_notation(cell: Cell, names: Names) -> str | None:
    """A statement in components, on whole arrays, where every side has a matrix form."""
    lowered = cell.lowered
    tree = lowered.tree
    assert isinstance(tree, Relation)
    if tree.bindings:
        return None
    if lowered.kind == "definition":
        value = definition_value(lowered)
        if value is None or value.rank or lowered.tensor is None:
            return None
        matrix = _matrix(Value(value.term, lowered.order), names)
        sign = " := " if tree.assigns else " = "
        text = f"{lowered.tensor.name}{sign}{matrix}"
        return text if matrix is not None and _has_indices(cell) and _defines_the_same(cell, names, text) else None
    values = [s.value for s in lowered.sides]
    if any(v is None or v.rank or v.flexible for v in values) or not _has_indices(cell):
        return None
    if lowered.kind == "query" and values[0] is not None:
        matrix = _matrix(Value(values[0].term, values[0].order), names)
        return matrix if matrix is not None and judge_text(matrix, names, lowered.layout) is not None else None
    own, right = values[0], values[-1]
    if len(values) != 2 or own is None or right is None or not own.order:
        return None
    left_text = _whole_derivative(cell, tree.sides[0], names)
    model = read_value(left_text, names, layout=lowered.layout) if left_text is not None else None
    if model is None or model.rank != len(right.order) or model.is_fused:
        return None
    # the components of the left side as the layout puts them into rows and columns
    axes = own.order if lowered.layout != "denominator" or model.rank < 2 else own.order[::-1]
    matrix = _matrix(Value(right.term, axes, row=model.row), names)
    text = f"{left_text} = {matrix}"
    return text if matrix is not None and _reads_alike(cell, names, text) else None


def _has_indices(cell: Cell) -> bool:
    return any(m.kind == kinds.INDEX for m in cell.lowered.marks.found.values())


def _matrix(value: Value, names: Names) -> str | None:
    value = stacked(value, "numerator") or value
    return verified_matrix(normal_form(value.term), value, names)


def _whole_derivative(cell: Cell, node: Node, names: Names) -> str | None:
    """`∂y_i/∂x_j` as `∂y/∂x`, and `d/dx_j (W_ik x_k)` as `d/dx (W x)`."""
    text = cell.lowered.text[node.start : node.end]
    whole = re.fullmatch(r"([∂d])\s*(\w+?)(_\{?\w+\}?)?\s*/\s*\1\s*(\w+?)(_\{?\w+\}?)", text)
    if whole is not None:
        return f"{whole[1]}{whole[2]}/{whole[1]}{whole[4]}"
    operator = re.match(r"([∂d])\s*/\s*\1\s*(\w+?)(_\{?\w+\}?)\s*(?=\()", text)
    inner = node.items[-1][1] if isinstance(node, Chain) else None
    if operator is None or not isinstance(inner, Group) or inner.start != node.start + operator.end():
        return None
    part = part_value(cell.lowered, inner.inner, names)
    if part is None or part.value.rank or part.value.flexible:
        return None
    body = _matrix(Value(part.value.term, part.value.order), names)
    return None if body is None else f"{operator[1]}/{operator[1]}{operator[2]} ({body})"


def _defines_the_same(cell: Cell, names: Names, text: str) -> bool:
    assert cell.analysis is not None and cell.lowered.tensor is not None
    key = ("name", cell.lowered.tensor.name)
    before = Names(names.elementwise, _Without(names, key[1]))
    lower_statement(Piece(0, text), before, cell.lowered.layout)
    new, old = before.own.get(key), cell.analysis.told.get(key)
    if new is None or old is None or new.tensor is None or old.tensor is None or new.tensor.dims != old.tensor.dims:
        return False
    if new.tensor.definition is old.tensor.definition:
        return True

    axes = tuple(build.fresh_index(d) for d in old.tensor.dims)
    assert new.tensor.definition is not None and old.tensor.definition is not None
    terms = [build.instantiate(t.definition, axes) for t in (new.tensor, old.tensor)]
    return agree_in_value(terms[0], terms[1], axes)


_OF_A_NAME = ("name", "definition", "rests", "mentioned")


class _Without:
    """The facts of some names but what is said of one."""

    def __init__(self, names: Names, name: str):
        self.names, self.name = names, name

    def fact(self, key: tuple[str, str]) -> object:
        return None if key[1] == self.name and key[0] in _OF_A_NAME else self.names.fact(key)

    def vocabulary(self) -> Iterator[str]:
        return iter(self.names.vocabulary())


def _reads_alike(cell: Cell, names: Names, text: str) -> bool:
    """Does the new text read, with the verdict of the old one?"""
    read = judge_text(text, names, cell.lowered.layout)
    if read is None or read[0].kind != cell.lowered.kind:
        return False
    old = cell.judged or judge_statement(cell.lowered, names)
    return [c.verdict for c in old.claims] == [c.verdict for c in read[1].claims]


def _apply_rules(sheet: Sheet, cell: Cell, at: int, stop: int) -> Iterator[Action]:
    found = rules_at(sheet, cell, at, stop)
    if found is not None:
        span = cell.move((found[0].start, found[0].end))
        for rule, new in found[1][:MOST_RULES]:
            yield Action(f"Apply {rule}: {_brief(new)}", RULE, ((span, new),))


def rules_at(sheet: Sheet, cell: Cell, at: int, stop: int) -> tuple[Node, list[Applied]] | None:
    """Every rule that fires on the expression that is selected, or on the narrowest one around the cursor where one does.

    Offsets count from the start of the statement.
    """
    tree = cell.lowered.tree
    assert isinstance(tree, Relation)
    side = next((s for s in tree.sides if s.start <= at and stop <= s.end), None)
    if side is None or (cell.lowered.kind == "definition" and side is tree.sides[0]):
        return None
    for node in [*expressions_at(side, at, stop), side]:
        found = sheet.noted(cell, ("rules", node.start, node.end), partial(_rewritten, cell, node))
        if found:
            return node, found
    return None


def _rewritten(cell: Cell, node: Node, names: Names) -> list[Applied]:
    found = part_value(cell.lowered, node, names)
    if found is None or found.value.flexible or " where " in found.text or found.value.is_fused:
        return []
    text, value = found.text, found.value
    named = free_names((*value.order, *found.axes))
    out = []
    for rule in catalogue().rules.values():
        poll()
        term = everywhere(rule, value.term)
        if term is value.term:
            continue
        new = index_form(term, named) if not value.rank else None
        if value.rank and not has_head(term, Derivative):
            new = verified_matrix(term, value, names)
        if new is None or new == text or " where " in new:
            continue
        fitting = next((t for t in (new, f"({new})") if _stands_in_for(cell, node, t, names)), None)
        if fitting is not None:
            out.append(Applied(rule.id, fitting))
    return out


def _stands_in_for(cell: Cell, node: Node, text: str, names: Names) -> bool:
    """Is the statement the same in value with that text in place of the node?"""
    lowered = cell.lowered
    whole = lowered.text[: node.start] + text + lowered.text[node.end :]
    if lowered.kind == "definition":
        return _defines_the_same(cell, names, whole)
    if lowered.kind == "claim":
        return _reads_alike(cell, names, whole)
    read = judge_text(whole, names, lowered.layout)
    old, new = (x.sides[0].value if x is not None and x.sides else None for x in (lowered, read and read[0]))
    if read is None or read[0].kind != lowered.kind or old is None or new is None or new.flexible:
        return False
    if new.rank != old.rank or not new.same_layout(old) or {i.name for i in new.order} != {i.name for i in old.order}:
        return False
    return agree_in_value(new.on(old.axes), old.term, (*old.order, *old.plain_axes))


def _brief(text: str) -> str:
    return text if len(text) <= 50 else text[:49] + "…"


def _copies(sheet: Sheet, cell: Cell, at: int, stop: int) -> Iterator[Action]:
    """The generated source is made when it is asked for."""
    if cell.lowered.kind not in ("definition", "query", "claim") or any(
        d.severity == "error" for d in cell.diagnostics
    ):
        return
    for target, name in (*TARGETS, *((("statement", ".ein"),) if cell.place.is_translated else ())):
        yield Action(f"Copy as {name}", COPY, command=("einsight.copyAs", (target,)))
