"""What stands at a position, as source or LaTeX to be pasted elsewhere."""

from __future__ import annotations

from ..deriving.derive import derived_from
from ..deriving.readback import read_value
from ..lowering.marks import FUNCTION, TENSOR
from ..lowering.names import Names
from ..lowering.report import EinsightError, fail
from ..sheets.cells import Cell
from ..sheets.places import inside
from ..sheets.sheet import Sheet
from ..syntax.tree import Relation
from ..terms.term import Derivative, has_head
from .answers import definition_value, part_value
from .derivations import as_latex, chain, derivation


def copied(sheet: Sheet, offset: int, target: str, variable: str | None = None) -> str | None:
    """The side of a statement at an offset for a target of `Derived.to`; of a claim, the left side if it derives.

    The target `ein` is its derivation as a chain, `steps` the same in LaTeX; `variable` is what a definition is
    differentiated in there.  `statement` is all of it in the language, below the declarations of its names.  Raises EinsightError where the target cannot say it.
    """
    if target in ("ein", "steps"):
        return _derivation(sheet, offset, target, variable)
    cell = sheet.cell_at(offset)
    if cell is None or cell.analysis is None or not isinstance(cell.lowered.tree, Relation):
        return None
    if target == "statement":
        return _statement(sheet, cell)

    at = inside(sheet.text, cell, offset) or 0

    def make(names: Names) -> str | EinsightError:
        try:
            return _source(cell, names, at, target)
        except EinsightError as problem:
            return problem

    found = sheet.noted(cell, ("copy", target, at), make)
    if isinstance(found, EinsightError):
        raise found
    return found


def _derivation(sheet: Sheet, offset: int, target: str, variable: str | None) -> str | None:
    cell, found = sheet.cell_at(offset), derivation(sheet, offset, variable=variable)
    if cell is None or found is None:
        return None
    if target == "steps":
        return as_latex(found)
    links = sheet.noted(cell, ("chain", found.inside, variable), lambda names: chain(found, cell, names))
    return None if links is None else "\n  = ".join(links)


def _statement(sheet: Sheet, cell: Cell) -> str:
    """A statement of notes in the language, below what declares and defines the names in it."""
    rows: dict[str, str] = {}
    _tell_names(sheet, cell, rows)
    return "\n".join([*rows.values(), " ".join(cell.lowered.text.split())])


def _tell_names(sheet: Sheet, cell: Cell, rows: dict[str, str]) -> None:
    names = sheet.names_before(cell)
    for name in dict.fromkeys(m.name for m in cell.lowered.marks.found.values() if m.kind in (TENSOR, FUNCTION)):
        entry = names.find(name)
        teller = sheet.ledger.teller_before(("name", name), cell.order, cell.place.world)
        if entry is None or entry.kind == "inferred" or name in rows:
            continue
        if entry.kind == "defined" and teller is not None and teller.analysis is not None:
            _tell_names(sheet, teller, rows)
            rows[name] = " ".join(teller.lowered.text.split())
        else:
            properties = " ".join(sorted(entry.tensor.properties)) if entry.tensor else ""
            rows[name] = f"{entry.describe()} {properties}".strip()


def _source(cell: Cell, names: Names, at: int, target: str) -> str:
    lowered = cell.lowered
    tree = lowered.tree
    assert isinstance(tree, Relation)
    value = definition_value(lowered) if lowered.kind == "definition" else None
    plain, text = value, lowered.text
    if value is None or plain is None:
        sides = [s for s in tree.sides if s.start <= at <= s.end] or list(tree.sides)
        derives = [
            s
            for s, side in zip(lowered.sides, tree.sides, strict=False)
            if s.value and has_head(s.value.term, Derivative)
        ]
        node = sides[0]
        if derives and derives[0].value is not None and not any(d.span == (node.start, node.end) for d in derives):
            node = next(s for s in tree.sides if (s.start, s.end) == derives[0].span)
        found = part_value(lowered, node, names)
        if found is None:
            raise fail("EIN002", "this does not read by itself")
        text, value = found.text, found.value
        # the array that the source returns has its axes in component order, whatever the layout
        plain = read_value(text, names, keep=found.keep, layout="second") or value
    return derived_from(text, plain, value, names, lowered.layout).to(target)
