"""Where a name or an index of a document stands: highlight, references, definition, renaming."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..lowering import marks as kinds
from ..lowering.marks import Mark
from ..lowering.names import GREEK, canonical_name
from ..lowering.report import Span
from ..lowering.statements import lower_statement
from ..sheets.cells import Cell
from ..sheets.places import inside, is_supposed, outside
from ..sheets.sheet import Sheet
from ..syntax.finding import path_at
from ..syntax.statements import Piece
from ..syntax.subscripts import SUBSCRIPT_LETTERS
from ..syntax.tree import Chain, Node
from ..terms import build
from ..terms.dimension import Dim, Index, Slot, fresh_index
from ..terms.term import Component, Tensor
from ..terms.walk import replace_dims

_NAME = re.compile(r"[^\W\d_][^\W_]*(_[^\W_]+)?\Z")
# kinds that live in the whole document, and not in one statement
_DOCUMENT = (kinds.TENSOR, kinds.FUNCTION, kinds.DIMENSION)


@dataclass(frozen=True)
class Occurrence:
    """A place of the document; `declares` where the name is introduced there."""

    span: Span
    declares: bool = False


@dataclass(frozen=True)
class Refusal:
    """Why something cannot be renamed, in words."""

    reason: str


def mark_at(sheet: Sheet, offset: int) -> tuple[Cell, Mark] | None:
    """The named thing at an offset: a tensor, a function, a dimension or an index."""
    cell = sheet.cell_at(offset)
    at = inside(sheet.text, cell, offset) if cell is not None else None
    if cell is None or cell.analysis is None or at is None:
        return None
    mark = cell.lowered.marks.at(at)
    return (cell, mark) if mark is not None and mark.kind in (*_DOCUMENT, kinds.INDEX) else None


def _place(sheet: Sheet, cell: Cell, mark: Mark) -> Occurrence:
    return Occurrence(outside(sheet.text, cell, (mark.start, mark.end)), mark.declares)


def occurrences(sheet: Sheet, offset: int) -> list[Occurrence]:
    """Every place of what stands at an offset: of an index within its sum or statement, of a name in the document."""
    found = mark_at(sheet, offset)
    if found is None:
        return []
    cell, mark = found
    if mark.kind == kinds.INDEX or _is_local(cell, mark):
        found_here = [_place(sheet, cell, m) for m in cell.lowered.marks.partners(mark)]
        return list({o.span: o for o in found_here}.values())
    same = (
        _place(sheet, c, m)
        for c, m in _marks(sheet)
        if m.name == mark.name and _same_kind(m, mark) and not _is_local(c, m)
    )
    # a macro's use may hold a name twice, and the statements of notes are not in the order of their places
    return sorted({o.span: o for o in same}.values(), key=lambda o: o.span)


def _same_kind(a: Mark, b: Mark) -> bool:
    return (a.kind == kinds.DIMENSION) == (b.kind == kinds.DIMENSION)


def _marks(sheet: Sheet) -> Iterator[tuple[Cell, Mark]]:
    for cell in sheet.cells:
        if cell.analysis is not None and not is_supposed(cell):
            for mark in sorted(cell.lowered.marks.found.values(), key=lambda m: m.start):
                if mark.kind in _DOCUMENT:
                    yield cell, mark


def _is_local(cell: Cell, mark: Mark) -> bool:
    """A name behind `where` means something in its statement alone."""
    if mark.kind != kinds.TENSOR or cell.analysis is None:
        return False
    declared = any(m.declares and m.name == mark.name for m in cell.lowered.marks.found.values())
    return (
        declared
        and ("name", mark.name) not in cell.analysis.told
        and cell.lowered.kind not in ("declaration", "broken")
    )


def definition(sheet: Sheet, offset: int) -> list[Occurrence]:
    """Where what stands at an offset is declared; a defined name that was declared before, at its definition."""
    found = mark_at(sheet, offset)
    if found is None:
        return []
    cell, mark = found
    if mark.kind == kinds.INDEX:
        scope = cell.lowered.marks.scope_of(mark)
        partners = cell.lowered.marks.partners(mark)
        first = [m for m in partners if scope is None or m.start >= scope.start]
        return [_place(sheet, cell, m) for m in first[:1]]
    if _is_local(cell, mark):
        return [_place(sheet, cell, m) for m in cell.lowered.marks.partners(mark) if m.declares]
    if mark.kind == kinds.DIMENSION:
        return [o for o in occurrences(sheet, offset) if o.declares][:1] or occurrences(sheet, offset)[:1]
    teller = sheet.ledger.teller_before(("name", mark.name), cell.order + 1, cell.place.world)
    if teller is None or teller.analysis is None or is_supposed(teller):
        return []
    entry = teller.analysis.told["name", mark.name]
    return [Occurrence(outside(sheet.text, teller, entry.span), True)] if entry is not None and entry.span else []


# renaming


def can_rename(sheet: Sheet, offset: int) -> tuple[Span, str] | Refusal:
    """The span and the text that would be renamed at an offset."""
    found = mark_at(sheet, offset)
    if found is None:
        return Refusal("only names, dimensions and indices can be renamed")
    cell, mark = found
    if not cell.place.is_verbatim or (mark.kind != kinds.INDEX and _is_spelled_otherwise(sheet, mark)):
        return Refusal(
            f"`{mark.name}` stands in LaTeX, where a name has more than one spelling: rename it there by hand"
        )
    if mark.kind == kinds.FUNCTION and sheet.names_at(cell).find(mark.name) is None:
        return Refusal(f"`{mark.name}` is a function of einsight's own")
    span = cell.move((mark.start, mark.end))
    return span, sheet.text[slice(*span)]


def _is_spelled_otherwise(sheet: Sheet, mark: Mark) -> bool:
    return any(not c.place.is_verbatim and m.name == mark.name and _same_kind(m, mark) for c, m in _marks(sheet))


def rename(sheet: Sheet, offset: int, new: str) -> list[tuple[Span, str]] | Refusal:
    """The edits that rename what stands at an offset, or why it would change what the document means."""
    allowed = can_rename(sheet, offset)
    if isinstance(allowed, Refusal):
        return allowed
    found = mark_at(sheet, offset)
    assert found is not None
    cell, mark = found
    new = new.strip()
    if mark.kind == kinds.INDEX:
        return _rename_index(sheet, cell, mark, new)
    if not _NAME.match(new) or (mark.kind == kinds.DIMENSION and "_" in new):
        return Refusal(f"`{new}` is no name: write letters and digits, the first a letter")
    if canonical_name(new) != mark.name:
        problem = _taken(sheet, new) or _changed(sheet, offset, mark, new)
        if problem:
            return Refusal(problem)
    return _edits(sheet, offset, mark, new)


def _edits(sheet: Sheet, offset: int, mark: Mark, new: str) -> list[tuple[Span, str]]:
    return [(o.span, _spelled(sheet, o.span, mark, new)) for o in occurrences(sheet, offset)]


def _taken(sheet: Sheet, new: str) -> str:
    """Does the name stand somewhere already, were it in a statement that does not read?"""
    if sheet.names_at(None).is_function(new) or new in ("d", "dim", "where", "in"):
        return f"`{new}` has a meaning of its own"
    names = {new, canonical_name(new), *(k for k, v in GREEK.items() if v == canonical_name(new))}
    stands = re.compile(rf"(?<![^\W_])d?(?:{'|'.join(map(re.escape, names))})(?![^\W_])")
    if any(isinstance(c.item, Piece) and stands.search(c.item.text) for c in sheet.cells):
        return f"`{new}` stands in this document already"
    return ""


def _changed(sheet: Sheet, offset: int, mark: Mark, new: str) -> str:
    """Which statement would be read otherwise than now, found by reading the renamed document."""
    text = sheet.text
    for (start, end), name in reversed(_edits(sheet, offset, mark, new)):
        text = text[:start] + name + text[end:]
    renamed = sheet.sibling(text)
    renamed.catch_up()
    if len(renamed.cells) == len(sheet.cells):
        pairs = zip(sheet.cells, renamed.cells, strict=True)
        other = next((old for old, now in pairs if _reading(old) != _reading(now)), None)
        if other is None:
            return ""
        return f"with that name `{other.item.text}` would be read otherwise"
    return "with that name the document would fall into other statements"


def _reading(cell: Cell) -> tuple:
    """What a statement was taken for, but for names."""
    lowered = cell.lowered
    shapes = [s.value and (s.value.rank, s.value.row, len(s.value.order), s.value.flexible) for s in lowered.sides]
    return lowered.kind, [d.code for d in lowered.diagnostics], shapes


def _spelled(sheet: Sheet, span: Span, mark: Mark, new: str) -> str:
    """`w_ij` for a component of `W` follows in lower case."""
    old = sheet.text[slice(*span)]
    lower = old != mark.name and old.upper() == mark.name and GREEK.get(old, old) == old
    return new.lower() if lower else new


def _rename_index(sheet: Sheet, cell: Cell, mark: Mark, new: str) -> list[tuple[Span, str]] | Refusal:
    if not re.match(r"[^\W\d_][^\W_]*\Z", new):
        return Refusal(f"`{new}` is no index: write a letter")
    marks = cell.lowered.marks
    partners = marks.partners(mark)
    text = cell.lowered.text
    if len(new) > 1 and not all(_takes_words(text, m) for m in partners):
        return Refusal(f"`{new}` is longer than one letter: only an index in brackets or between commas may be")
    edits = []
    for m in partners:
        below = text[m.start : m.end] in SUBSCRIPT_LETTERS
        letter = next((k for k, v in SUBSCRIPT_LETTERS.items() if v == new), None) if below else new
        if letter is None:
            return Refusal(f"there is no subscript letter for `{new}`: write `_{{{mark.name}}}` first")
        edits.append(((m.start, m.end), letter))
    if new != mark.name and _stands_beside(cell, mark, new):
        return Refusal(f"index `{new}` stands beside it already: a reader would take the two for one")
    if new != mark.name and not _means_the_same(sheet, cell, mark, new, edits):
        return Refusal(f"index `{new}` stands here already: the two would be taken for one")
    return [(cell.move(span), letter) for span, letter in edits]


def _stands_beside(cell: Cell, mark: Mark, new: str) -> bool:
    """`k` of `d/dx_j (W_ik x_k)` as `j`: it would be the same sum, and nobody would see it."""
    scope = cell.lowered.marks.scope_of(mark)
    if scope is None or not isinstance(cell.lowered.tree, Node):
        return False
    around = [n for n in path_at(cell.lowered.tree, scope.start, scope.end) if isinstance(n, Chain)]
    same = [m for m in cell.lowered.marks.found.values() if m.kind == kinds.INDEX and m.name == new]
    return any(n.start <= m.start < n.end for n in around for m in same)


def _means_the_same(sheet: Sheet, cell: Cell, mark: Mark, new: str, edits: list[tuple[Span, str]]) -> bool:
    """Is the renamed statement the same but for the name of a free index?  Terms are interned, so that `is` tells."""
    text = cell.lowered.text
    for (start, end), letter in reversed(edits):
        text = text[:start] + letter + text[end:]
    names = sheet.names_before(cell)
    renamed = lower_statement(Piece(0, text), names, cell.lowered.layout)
    if renamed.kind != cell.lowered.kind or len(renamed.sides) != len(cell.lowered.sides):
        return False
    # an axis that nobody declares is named after its index
    axes_named = {Dim(new, inferred=True): Dim(mark.name, inferred=True)}
    if cell.lowered.kind == "definition":
        before, after = cell.lowered.tensor, renamed.tensor
        return before is not None and after is not None and before is _with_dims(after, axes_named)
    for old, now in zip(cell.lowered.sides, renamed.sides, strict=True):
        if old.value is None or now.value is None:
            return old.value is now.value
        free: dict[Index, Slot] = {i: Index(new, i.dim) for i in old.value.order if i.name == mark.name}
        if cell.lowered.marks.scope_of(mark) is not None:
            free = {}
        axes = dict(zip(now.value.plain_axes, old.value.plain_axes, strict=False))
        terms = build.substitute(old.value.term, free), build.substitute(now.value.term, axes)  # type: ignore[arg-type]
        if replace_dims(terms[0], axes_named) is not replace_dims(terms[1], axes_named):
            return False
    return True


def _with_dims(tensor: Tensor, dims: dict[Dim, Dim]) -> Tensor:
    made = replace_dims(build.component(tensor, tuple(fresh_index(d) for d in tensor.dims)), dims)
    assert isinstance(made, Component)
    return made.tensor


def _takes_words(text: str, mark: Mark) -> bool:
    before, after = text[: mark.start].rstrip()[-1:], text[mark.end :].lstrip()[:1]
    return before in "[,{" and after in "],}" and (before == "[" or "," in (before, after))
