"""What can be done at a place of a document: fixes, rewrites, insertions; each an edit after which the text still reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..documents.positions import LineIndex
from ..lowering.layout import LAYOUTS
from ..lowering.names import GREEK, Entry, Names, canonical_name, space_text
from ..lowering.report import Diagnostic, Span
from ..lowering.statements import lower_statement
from ..sheets.cells import Cell
from ..sheets.latex_source import widened
from ..sheets.places import extent, is_supposed
from ..sheets.sheet import Sheet
from ..syntax.statements import Directive, Piece
from ..terms.dimension import Dim
from ..terms.interruption import poll
from ..terms.term import Tensor
from .answers import axes_of_indices
from .edits import FIX_ALL, LAYOUT, QUICKFIX, REWRITE, SOURCE, Action, line_end
from .fixing import certain_edits, with_latex_fixes
from .latex.declarations import declaration_fix
from .latex.fixes import latex_fixes
from .remarking import remarked
from .rewriting import rewrites

if TYPE_CHECKING:
    from ..python.drafts import Draft

MOST_DECLARATIONS = 40


def actions(sheet: Sheet, lines: LineIndex, start: int, end: int, only: Sequence[str] = ()) -> list[Action]:
    """The actions for a selection; `only` kinds that begin so."""
    found: list[Action] = []
    for kind, make in ((QUICKFIX, _quick_fixes), (REWRITE, _rewrites), (SOURCE, _of_document)):
        if not only or any(kind.startswith(o) or o.startswith(kind) for o in only):
            found += make(sheet, lines, start, end)
    return [a for a in found if not only or any(a.kind.startswith(o) for o in only)]


def _cells(sheet: Sheet, start: int, end: int) -> list[Cell]:
    near = [c for c in sheet.cells_between(start, end) if c.analysis is not None and not is_supposed(c)]
    return [c for c in near if extent(c)[0] <= end and extent(c)[1] >= start]


# quick fixes


def _quick_fixes(sheet: Sheet, lines: LineIndex, start: int, end: int) -> Iterator[Action]:
    for cell in _cells(sheet, start, end):
        for own, found in zip(cell.diagnostics, sheet.diagnostics_of(cell), strict=True):
            place = widened(sheet.text, found.span) if cell.place.is_translated else found.span
            if place[1] < start or place[0] > end:
                continue
            if cell.is_silent(found):
                continue
            if cell.place.is_translated:
                for k, fix in enumerate(latex_fixes(sheet, cell, own)):
                    yield Action(_sentence(fix.title), QUICKFIX, ((fix.span, fix.text),), found, k == 0)
                yield from remarked(sheet, cell, found)
                continue
            if not cell.place.is_verbatim:
                continue
            for k, fix in enumerate(found.fixes):
                yield Action(_sentence(fix.title), QUICKFIX, ((fix.span, fix.text),), found, k == 0)
            if found.code == "EIN101":
                yield from _declare(sheet, lines, cell, found)
            yield from _ignore(sheet, lines, cell, found)
    for found in sheet.code.diagnostics:
        if found.span[0] <= end and found.span[1] >= start:
            for fix in found.fixes:
                yield Action(_sentence(fix.title), QUICKFIX, ((fix.span, fix.text),), found, True)
    for found in sheet.findings:
        declared = declaration_fix(sheet, found) if found.span[0] <= end and found.span[1] >= start else None
        if declared is not None:
            yield Action(_sentence(declared.title), QUICKFIX, ((declared.span, declared.text),), found, True)
    for found in sheet.unused():
        if found.span[0] <= end and found.span[1] >= start:
            yield from _remove_declaration(sheet, found)


def _sentence(title: str) -> str:
    return title[:1].upper() + title[1:]


def _ignore(sheet: Sheet, lines: LineIndex, cell: Cell, found: Diagnostic) -> Iterator[Action]:
    """Switch a finding off for its line: a warning, or the verdict on a claim."""
    if found.severity == "hint" or (found.severity == "error" and not found.code.startswith("EIN4")):
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
    yield Action(f"Declare `{declaration}`", QUICKFIX, (((at, at), declaration + line_end(sheet.text)),), found, True)


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


def _rewrites(sheet: Sheet, lines: LineIndex, start: int, end: int) -> Iterator[Action]:
    yield from rewrites(sheet, _cells(sheet, start, end), start, end)
    for draft in drafts(sheet, start):
        yield Action(draft.title, f"{REWRITE}.{draft.kind}", draft.edits)


def drafts(sheet: Sheet, offset: int) -> list[Draft]:
    """What can be written for a function of a program at its first line or its return."""
    if sheet.code.module is None:
        return []
    from ..python.drafts import drafts_at  # the writers of code, which few programs need

    kept: dict[int, list[Draft]] = sheet.scratch.setdefault("drafts", {})
    line = sheet.code.module.source.line_at(offset)
    if line not in kept:
        kept[line] = drafts_at(sheet.code, offset)
    return kept[line]


def _line_start(lines: LineIndex, offset: int) -> int:
    return lines.starts[lines.position(offset)[0]]


# the document


def _of_document(sheet: Sheet, lines: LineIndex, start: int, end: int) -> Iterator[Action]:
    edits = certain_edits(with_latex_fixes(sheet, sheet.diagnostics()))
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
            yield Action(
                f"Switch the file to {layout} layout", f"{LAYOUT}.{layout}", (_layout_edit(sheet, directive, layout),)
            )


def _layout_edit(sheet: Sheet, directive: Cell | None, layout: str) -> tuple[Span, str]:
    if directive is not None:
        return directive.move((0, len(directive.item.text))), f"#! layout {layout}"
    at = 1 if sheet.text.startswith("\ufeff") else 0
    return (at, at), f"#! layout {layout}{line_end(sheet.text)}"
