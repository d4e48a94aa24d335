"""What can be done at a place of a document: fixes, rewrites, insertions; each an edit after which the text still reads.

An action is computed with its edits, since most are found by trying: what does not read back is not offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..documents.positions import LineIndex
from ..lowering.layout import LAYOUTS, stacked
from ..lowering.names import GREEK, Entry, Names, canonical_name, space_text
from ..lowering.report import Diagnostic, Span
from ..lowering.statements import lower_statement
from ..lowering.values import Value
from ..notation.index_form import free_names, index_form
from ..rules.catalogue import catalogue
from ..rules.engine import BudgetExceeded, MissingRule, everywhere, normal_form
from ..syntax.finding import expressions_at
from ..syntax.statements import Directive, Piece
from ..syntax.tree import Node, Relation
from ..terms.dimension import Dim, Tensor
from ..terms.interruption import poll
from ..terms.term import Derivative, has_head
from .answers import answer, axes_of_indices, definition_value, jacobian_value, part_value, variables_of
from .derivations import Derivation, chain, derivation
from .derive import agree_in_value, read_value, verified_matrix
from .judge import judge_statement, judge_text
from .sheet import Cell, Sheet

QUICKFIX, REWRITE, SOURCE = "quickfix", "refactor.rewrite", "source"
FIX_ALL = "source.fixAll.einsight"
# fixes that are never a matter of taste
_CERTAIN = frozenset({"EIN302", "EIN402", "EIN205"})
MOST_RULES = 10
MOST_DECLARATIONS = 40
TARGETS = (("numpy", "NumPy"), ("jax", "JAX"), ("torch", "PyTorch"), ("latex", "LaTeX"))


@dataclass(frozen=True)
class Action:
    """`edits` replace spans of the document; or a `command` of the server with its arguments is run.

    `mends` is the diagnostic that it removes; `preferred` where it is the one to take.
    """

    title: str
    kind: str
    edits: tuple[tuple[Span, str], ...] = ()
    mends: Diagnostic | None = None
    preferred: bool = False
    command: tuple[str, tuple] | None = None


def actions(sheet: Sheet, lines: LineIndex, start: int, end: int, only: Sequence[str] = ()) -> list[Action]:
    """The actions for a selection; `only` kinds that begin so."""
    found: list[Action] = []
    for kind, make in ((QUICKFIX, _quick_fixes), (REWRITE, _rewrites), (SOURCE, _of_document)):
        if not only or any(kind.startswith(o) or o.startswith(kind) for o in only):
            found += make(sheet, lines, start, end)
    return [a for a in found if not only or any(a.kind.startswith(o) for o in only)]


def _cells(sheet: Sheet, start: int, end: int) -> list[Cell]:
    near = sheet.cells[max(0, sheet.last_before(start)) : sheet.last_before(end) + 1]
    return [c for c in near if c.analysis is not None and c.end >= start and not _is_translated(c)]


def _is_translated(cell: Cell) -> bool:
    return cell.place.region is not None and cell.place.region.translated


# quick fixes


def _quick_fixes(sheet: Sheet, lines: LineIndex, start: int, end: int) -> Iterator[Action]:
    for cell in _cells(sheet, start, end):
        for found in sheet.diagnostics_of(cell):
            if found.span[1] < start or found.span[0] > end:
                continue
            for k, fix in enumerate(found.fixes):
                yield Action(_sentence(fix.title), QUICKFIX, ((fix.span, fix.text),), found, k == 0)
            if found.code == "EIN101":
                yield from _declare(sheet, lines, cell, found)
            yield from _ignore(sheet, lines, cell, found)
    for found in sheet.unused():
        if found.span[0] <= end and found.span[1] >= start:
            yield from _remove_declaration(sheet, found)


def _sentence(title: str) -> str:
    return title[:1].upper() + title[1:]


def _ignore(sheet: Sheet, lines: LineIndex, cell: Cell, found: Diagnostic) -> Iterator[Action]:
    """Switch a warning off for its line."""
    if found.severity in ("error", "hint"):
        return
    line = lines.position(cell.move((0, len(cell.item.text)))[1])[0]
    stop = lines.starts[line + 1] if line + 1 < len(lines.starts) else len(sheet.text)
    body = sheet.text[lines.starts[line] : stop].rstrip("\r\n")
    if "#" not in body:
        at = lines.starts[line] + len(body)
        yield Action(
            f"Ignore {found.code} in this line", QUICKFIX, (((at, at), f"  # einsight: ignore {found.code}"),), found
        )


def _remove_declaration(sheet: Sheet, found: Diagnostic) -> Iterator[Action]:
    cell = sheet.cell_at(found.span[0])
    if cell is None or cell.analysis is None:
        return
    told = [k for k in cell.analysis.told if k[0] == "name"]
    if len(told) == 1 and cell.lowered.kind == "declaration":
        start, end = cell.move((0, len(cell.item.text)))
        rest = re.match(r"[ \t]*;?[ \t]*", sheet.text[end:])
        yield Action("Remove the declaration", QUICKFIX, (((start, end + (rest.end() if rest else 0)), ""),), found)


def _declare(sheet: Sheet, lines: LineIndex, cell: Cell, found: Diagnostic) -> Iterator[Action]:
    """A declaration above the statement: the first shape with which the statement reads."""
    start, end = found.span[0] - cell.start, found.span[1] - cell.start
    text = cell.lowered.text[start:end]
    name = re.match(r"[^\W\d_][^\W_]*", text)
    if name is None or not isinstance(cell.item, Piece):
        return
    dims = sheet.noted(cell, ("declare", name[0]), lambda names: _fitting_shape(cell, names, name[0]))
    if dims is None:
        return
    declaration = f"{name[0]} ∈ {space_text(dims)}"
    at = _line_start(lines, cell.start)
    yield Action(f"Declare `{declaration}`", QUICKFIX, (((at, at), declaration + _line_end(sheet.text)),), found, True)


def _fitting_shape(cell: Cell, names: Names, text: str) -> tuple[Dim, ...] | None:
    name = canonical_name(text)
    known = names.find(name)
    piece = replace(cell.item, start=0)
    assert isinstance(piece, Piece)
    if known is not None and known.kind == "inferred" and known.tensor is not None:
        axes = axes_of_indices(cell)  # where an index stands on declared arrays too, it is as long as they say
        shapes = [tuple(Dim(axes.get(str(d)) or str(d)) for d in known.tensor.dims)]
    else:
        shapes = _shapes(text, names)
    for dims in shapes:
        poll()
        scope = names.child()
        scope.put(Entry(name, Tensor(name, dims), None, "declared"))
        lowered = lower_statement(piece, scope)
        if not any(d.severity == "error" for d in lowered.diagnostics):
            return dims
    return None


def _shapes(text: str, names: Names) -> list[tuple[Dim, ...]]:
    """Shapes in the dimensions that are known: a capital is a matrix first, a Greek letter a number."""
    order = list(
        dict.fromkeys(str(d) for e in names.all().values() if e.tensor for d in e.tensor.dims if not d.inferred)
    )
    dims = [names.dimension(d) for d in order[:5]] or [Dim("n")]
    scalars: list[tuple[Dim, ...]] = [()]
    vectors: list[tuple[Dim, ...]] = [(d,) for d in dims]
    matrices: list[tuple[Dim, ...]] = [(a, b) for a in dims for b in dims]
    groups = [vectors, matrices, scalars]
    if text[0].isupper():
        groups = [matrices, vectors, scalars]
    elif GREEK.get(text, text) != text or text in GREEK.values():
        groups = [scalars, vectors, matrices]
    return [shape for group in groups for shape in group][:MOST_DECLARATIONS]


def _line_start(lines: LineIndex, offset: int) -> int:
    return lines.starts[lines.position(offset)[0]]


def _line_end(text: str) -> str:
    """The line end that the document uses."""
    found = re.search(r"\r\n|\n|\r", text)
    return found[0] if found else "\n"


# rewrites


def _rewrites(sheet: Sheet, lines: LineIndex, start: int, end: int) -> Iterator[Action]:
    cells = _cells(sheet, start, end)
    if len(cells) != 1 or not isinstance(cells[0].lowered.tree, Relation):
        return
    (cell,) = cells
    at, stop = start - cell.start, end - cell.start
    for make in (_insert_jacobians, _insert_steps, _other_notation, _apply_rules, _copies):
        try:
            yield from make(sheet, cell, max(at, 0), max(stop, 0))
        except (BudgetExceeded, MissingRule):
            continue


def _below(sheet: Sheet, cell: Cell, text: str) -> tuple[Span, str]:
    """A line of its own behind the statement."""
    at = cell.move((0, len(cell.item.text)))[1]
    ends = [p for p in (sheet.text.find(c, at) for c in "\r\n") if p >= 0]
    place = min(ends, default=len(sheet.text))
    return (place, place), _line_end(sheet.text) + text


def _insert_jacobians(sheet: Sheet, cell: Cell, at: int, stop: int) -> Iterator[Action]:
    lowered = cell.lowered
    if lowered.kind != "definition" or lowered.tensor is None or len(lowered.tensor.dims) > 1:
        return
    for leaf in variables_of(lowered.tensor)[:4]:
        text = sheet.noted(cell, ("jacobian", leaf.name), partial(jacobian_claim, cell, leaf))
        if text is not None:
            yield Action(
                f"Insert the Jacobian ∂{lowered.tensor.name}/∂{leaf.name}", REWRITE, (_below(sheet, cell, text),)
            )


def jacobian_edit(sheet: Sheet, offset: int, variable: str) -> tuple[tuple[Span, str], ...] | None:
    """The edit that inserts the derivative of a definition in a variable behind it."""
    cell = sheet.cell_at(offset)
    tensor = cell.lowered.tensor if cell is not None and cell.analysis is not None else None
    leaf = next((t for t in variables_of(tensor) if t.name == variable), None) if tensor is not None else None
    if cell is None or leaf is None:
        return None
    text = sheet.noted(cell, ("jacobian", leaf.name), partial(jacobian_claim, cell, leaf))
    return None if text is None else (_below(sheet, cell, text),)


def jacobian_claim(cell: Cell, variable: Tensor, names: Names) -> str | None:
    """`∂h/∂x = diag(1 - h^2) W`, as a claim that is right; in components where there is no matrix form."""
    tensor, layout = cell.lowered.tensor, cell.lowered.layout
    assert tensor is not None
    value = jacobian_value(tensor, variable, layout)
    found = answer(value, names, layout)
    if found is None or found.problem:
        return None
    texts = [f"∂{tensor.name}/∂{variable.name} = {found.matrix}"] if found.matrix is not None else []
    named = list(free_names(value.plain_axes).values())
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
            yield Action("Insert the next step", REWRITE, (((end, end), f" = {links[1]}"),))
        elif links is not None:  # in components a whole array is another statement
            yield Action("Insert the next step, in components", REWRITE, (_below(sheet, cell, " = ".join(links)),))
    found = derivation(sheet, cell.start + at, cell.start + max(at, stop))
    if found is None:
        return
    every = sheet.noted(cell, ("chain", found.span), partial(_links, cell, found, None))
    if every is not None:
        text = f"{_line_end(sheet.text)}  = ".join(every)
        yield Action("Insert the whole derivation", REWRITE, (_below(sheet, cell, text),))


def _links(cell: Cell, found: Derivation, most: int | None, names: Names) -> list[str] | None:
    return chain(found, cell, names, most)


def _other_notation(sheet: Sheet, cell: Cell, at: int, stop: int) -> Iterator[Action]:
    lowered = cell.lowered
    for title, make in (
        ("Rewrite in index notation", in_index_notation),
        ("Rewrite in matrix notation", in_matrix_notation),
    ):
        text = sheet.noted(cell, title, partial(make, cell))
        if text is not None and text != lowered.text:
            yield Action(title, REWRITE, ((cell.move((0, len(lowered.text))), text),))


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
        left = lowered.sides[0].value
        if value is None or left is None or not left.order or lowered.tensor is None:
            return None
        whole = Value(value.term, lowered.order)
        matrix = _matrix(whole, names)
        sign = " := " if tree.assigns else " = "
        text = f"{lowered.tensor.name}{sign}{matrix}"
        return text if matrix is not None and _defines_the_same(cell, names, text) else None
    values = [s.value for s in lowered.sides]
    if len(values) != 2 or any(v is None or v.rank or not v.order for v in values):
        return None
    left_text = _whole_derivative(tree.sides[0], lowered.text)
    right = values[1]
    assert right is not None
    model = read_value(left_text, names, layout=lowered.layout) if left_text is not None else None
    if model is None or model.rank != len(right.order) or model.is_fused:
        return None
    own = values[0]
    assert own is not None
    # the components of the left side as the layout puts them into rows and columns
    axes = own.order if lowered.layout != "denominator" or model.rank < 2 else own.order[::-1]
    matrix = _matrix(Value(right.term, axes, row=model.row), names)
    text = f"{left_text} = {matrix}"
    return text if matrix is not None and _reads_alike(cell, names, text) else None


def _matrix(value: Value, names: Names) -> str | None:
    value = stacked(value, "numerator") or value
    return verified_matrix(normal_form(value.term), value, names)


def _whole_derivative(node: Node, text: str) -> str | None:
    """`∂y_i/∂x_j` as `∂y/∂x`."""
    found = re.fullmatch(r"([∂d])\s*(\w+?)(_\{?\w+\}?)?\s*/\s*\1\s*(\w+?)(_\{?\w+\}?)", text[node.start : node.end])
    return f"{found[1]}{found[2]}/{found[1]}{found[4]}" if found else None


def _defines_the_same(cell: Cell, names: Names, text: str) -> bool:
    assert cell.analysis is not None and cell.lowered.tensor is not None
    key = ("name", cell.lowered.tensor.name)
    before = Names(names.elementwise, _Without(names, key))
    lower_statement(Piece(0, text), before, cell.lowered.layout)
    new, old = before.own.get(key), cell.analysis.told.get(key)
    if new is None or old is None or new.tensor is None or old.tensor is None or new.tensor.dims != old.tensor.dims:
        return False
    if new.tensor.definition is old.tensor.definition:
        return True
    from ..terms import build

    axes = tuple(build.fresh_index(d) for d in old.tensor.dims)
    assert new.tensor.definition is not None and old.tensor.definition is not None
    terms = [build.instantiate(t.definition, axes) for t in (new.tensor, old.tensor)]
    return agree_in_value(terms[0], terms[1], axes)


class _Without:
    """The facts of some names but one."""

    def __init__(self, names: Names, key: tuple[str, str]):
        self.names, self.key = names, key

    def fact(self, key: tuple[str, str]) -> object:
        return None if key == self.key else self.names.fact(key)

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
    """Every rule that fires on the expression that is selected, or on the narrowest one around the cursor where one does."""
    tree = cell.lowered.tree
    assert isinstance(tree, Relation)
    side = next((s for s in tree.sides if s.start <= at and stop <= s.end), None)
    if side is None or (cell.lowered.kind == "definition" and side is tree.sides[0]):
        return
    for node in [*expressions_at(side, at, stop), side]:
        found = sheet.noted(cell, ("rules", node.start, node.end), partial(_rewritten, cell, node))
        for rule, new in found[:MOST_RULES]:
            yield Action(f"Apply {rule}: {_brief(new)}", REWRITE, ((cell.move((node.start, node.end)), new),))
        if found:
            return


def _rewritten(cell: Cell, node: Node, names: Names) -> list[tuple[str, str]]:
    found = part_value(cell.lowered, node, names)
    if found is None or found[1].flexible or " where " in found[0] or found[1].is_fused:
        return []
    text, value = found
    named = free_names((*value.order, *value.plain_axes))
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
            out.append((rule.id, fitting))
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
    for target, name in TARGETS:
        yield Action(f"Copy as {name}", REWRITE, command=("einsight.copyAs", (target,)))


# the document


def _of_document(sheet: Sheet, lines: LineIndex, start: int, end: int) -> Iterator[Action]:
    edits = _all_fixes(sheet)
    if edits:
        yield Action("Fix all that einsight can fix with certainty", FIX_ALL, tuple(edits))
    directive = next(
        (c for c in sheet.cells if isinstance(c.item, Directive) and c.item.words[:1] == ("layout",)), None
    )
    current = (
        directive.item.words[1:2]
        if directive is not None and isinstance(directive.item, Directive)
        else (sheet.layout,)
    )
    for layout in LAYOUTS:
        if (layout,) != tuple(current) and sheet.language == "ein":
            yield Action(f"Switch the file to {layout} layout", SOURCE, (_layout_edit(sheet, directive, layout),))


def _layout_edit(sheet: Sheet, directive: Cell | None, layout: str) -> tuple[Span, str]:
    if directive is not None:
        return directive.move((0, len(directive.item.text))), f"#! layout {layout}"
    at = 1 if sheet.text.startswith("\ufeff") else 0
    return (at, at), f"#! layout {layout}{_line_end(sheet.text)}"


def _all_fixes(sheet: Sheet) -> list[tuple[Span, str]]:
    """The first fix of every finding with one that is certain; what would overlap waits for the next time."""
    edits: list[tuple[Span, str]] = []
    for found in sheet.diagnostics():
        if found.code in _CERTAIN and found.fixes:
            fix = found.fixes[0]
            if not edits or fix.span[0] >= edits[-1][0][1]:
                edits.append((fix.span, fix.text))
    return edits


def applied(text: str, edits: Sequence[tuple[Span, str]]) -> str:
    """The text after the edits."""
    for (start, end), new in sorted(edits, key=lambda e: -e[0][0]):
        text = text[:start] + new + text[end:]
    return text
