"""Fixes of formulas in LaTeX: what mends a translated statement, written as the author writes, tried before it is offered.

A fix of a statement is text of the language.  The narrowest expression that it changes is written in LaTeX in the place of
the source that it stands for; then the document is read again, and the fix counts only if what was wrong is right now and
the rest of the statement is the same.  Wider expressions follow, and plainer LaTeX, until one holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...lowering.names import GREEK
from ...lowering.report import Diagnostic, Fix, Span
from ...sheets.cells import Cell
from ...sheets.latex_source import holds_wholly, widened
from ...sheets.places import extent, is_supposed, letters_of, sources
from ...sheets.sheet import Sheet
from ...syntax.finding import COMPOUND, path_at
from ...syntax.parse import parse_statement
from ...syntax.tree import Name, Node, Num, Relation
from ...terms.interruption import poll
from ...terms.term import Derivative, has_head
from ..answers import part_value
from ..edits import applied
from ..escapes import within
from .style import style_of
from .sums import with_sums
from .writing import CannotWrite, Writer

# ways of writing one fix that are tried
MOST_TRIALS = 5
_WORD = re.compile(r"(?!ᵀ)[^\W\d_]")
_NAME = re.compile(r"[^\W\d_][\w\u0300-\u036f⁽⁾]*")


def latex_fixes(sheet: Sheet, cell: Cell, found: Diagnostic) -> tuple[Fix, ...]:
    """The fixes of a finding of a translated statement (in places of the statement), in places of the document."""
    if cell.doubt or cell.unread or cell.is_settled:
        return ()
    known = sheet.scratch.setdefault("fixes", {})
    key = (cell, found)
    if key not in known:
        known[key] = tuple(_fixes(sheet, cell, found))
    fixes: tuple[Fix, ...] = known[key]
    return fixes


def _fixes(sheet: Sheet, cell: Cell, found: Diagnostic) -> Iterator[Fix]:
    there = within(sheet, cell)
    if there is None:
        return
    made = [_mended(there.sheet, there.cell, found.code, fix) for fix in found.fixes]
    if not any(made) and (derived := _derived(there.sheet, there.cell, found)) is not None:
        made = [_mended(there.sheet, there.cell, found.code, derived)]
    for edit in filter(None, made):
        spelled = there.in_file(edit)
        if spelled is not None:
            yield Fix(f"write `{edit[1]}`", *spelled)


def _mended(sheet: Sheet, cell: Cell, code: str, fix: Fix) -> tuple[Span, str] | None:
    """The edit of the document that has the effect of a fix of a statement; None where there is none that mends it."""
    text, (start, end) = cell.lowered.text, fix.span
    new = with_sums(cell, sheet.names_at(cell), start, end, fix.text, style_of(sheet))
    whole = text[:start] + new + text[end:]
    tree = parse_statement(whole)[0]
    if not isinstance(tree, Relation) or " where " in new:
        return None
    grown = len(whole) - len(text)
    tried: set[tuple[Span, str]] = set()
    for node, place, source in _ways(sheet, cell, tree, (start, end + grown), grown):
        if (place, source) in tried:
            continue
        tried.add((place, source))
        poll()
        if holds(sheet, cell, (place, source), (node.start, node.end - grown), code):
            return place, source
        if len(tried) == MOST_TRIALS:
            break
    return None


def _derived(sheet: Sheet, cell: Cell, found: Diagnostic) -> Fix | None:
    """A right side that does not even conform, replaced by what the left side is."""
    tree = cell.lowered.tree
    if found.severity != "error" or cell.lowered.kind != "claim" or not isinstance(tree, Relation):
        return None
    side = next((k for k, s in enumerate(tree.sides) if s.start <= found.span[0] and found.span[1] <= s.end), 0)
    names = sheet.names_at(cell)
    part = part_value(cell.lowered, tree.sides[side - 1], names) if side else None
    if part is None or not has_head(part.value.term, Derivative):
        return None
    value = part.answer(names, cell.lowered.layout)
    if value is None or value.problem or " where " in value.text:
        return None
    return Fix("", (tree.sides[side].start, tree.sides[side].end), value.text)


def _ways(sheet: Sheet, cell: Cell, tree: Relation, span: Span, grown: int) -> Iterator[tuple[Node, Span, str]]:
    """The expressions around a change with the places they take, each as the author would write it and then more plainly."""
    around = [n for n in reversed(path_at(tree, *span)) if isinstance(n, (*COMPOUND, Name, Num))]
    for copies in (True, False):
        for node in around:
            place = replaceable(sheet.text, cell, (node.start, node.end - grown))
            if place is None:
                continue
            source = in_latex(sheet, cell, node, copies)
            if source is not None:
                yield node, place, source


def in_latex(sheet: Sheet, cell: Cell, node: Node, copies: bool = True) -> str | None:
    """An expression as the author would write it in the formula of a statement; None where LaTeX has nothing for it."""
    region = cell.place.region
    assert region is not None
    formula = (region.start, region.end)
    writer = Writer(style_of(sheet), formula, copies, _in_table(sheet.text, region.start))
    # names of ours, each the gradient of something that nobody defines; LaTeX has that as a derivative in the layout
    writer.gradients = {name: meaning[2:].split(" ", 1) for name, meaning in region.spoken if meaning.startswith("∇_")}
    writer.lies = cell.lowered.layout == "numerator"
    try:
        return writer.write(node)
    except CannotWrite:
        return None


def _in_table(text: str, at: int) -> bool:
    return text[text.rfind("\n", 0, at) + 1 :].lstrip(" \t>").startswith("|")


def replaceable(text: str, cell: Cell, span: Span) -> Span | None:
    """The part of the document that stands for a part of a statement, and for nothing else of it.

    None where there is none, and where a macro's body has a say in it: what is wrong may be wrong there.
    """
    signs = [(k, p) for k, p in enumerate(sources(cell)) if not cell.item.text[k].isspace()]
    inside = [p for k, p in signs if span[0] <= k < span[1]]
    if not inside:
        return None
    place = widened(text, (min(s for s, _ in inside), max(e for _, e in inside)))
    for k, (start, end) in signs:
        if span[0] <= k < span[1]:
            if _is_of_a_body(text, cell, k, (start, end), signs):
                return None
        elif start < place[1] and place[0] < end and not holds_wholly((start, end), place):
            return None
    return place


def _is_of_a_body(text: str, cell: Cell, at: int, place: Span, signs: list[tuple[int, Span]]) -> bool:
    """Is it a letter that shares its source, a command, with more of the statement, and is no argument of that?"""
    if any(cell.item.text[at] == GREEK.get(m[1] or "", m[0]) for m in letters_of(text, *place)):
        return False
    if not text.startswith("\\", place[0]) or not _WORD.match(cell.item.text[at]):
        return False
    shared = sorted(k for k, p in signs if p == place and cell.item.text[k] not in "()")
    together = cell.item.text[shared[0] : shared[-1] + 1]
    return _NAME.fullmatch(together) is None or together.endswith("ᵀ")


def holds(sheet: Sheet, cell: Cell, edit: tuple[Span, str], changed: Span, code: str = "") -> bool:
    """Is the statement, once the document has that edit, free of errors, right where it was changed, and else as before?

    `changed` is the part of the statement that the edit replaces; a finding of that `code` is there no longer.
    """
    (start, end), source = edit
    after = sheet.sibling(applied(sheet.text, [edit]))
    after.catch_up()
    stop = start + len(source)
    here = [c for c in after.cells if c.place.is_translated and not is_supposed(c) and _touch(extent(c), (start, stop))]
    if len(here) != 1 or here[0].analysis is None:
        return False
    (now,) = here
    after.judge(now)
    found = list(now.diagnostics)
    if now.unread or any(d.severity == "error" for d in now.lowered.diagnostics):
        return False
    if sum(d.code == code for d in found) >= sum(d.code == code for d in cell.diagnostics) > 0:
        return False
    sides = [s.text for s in cell.lowered.sides]
    kept = [k for k, s in enumerate(cell.lowered.sides) if not (s.span[0] <= changed[0] and changed[1] <= s.span[1])]
    if len(now.lowered.sides) != len(sides) or any(now.lowered.sides[k].text != sides[k] for k in kept):
        return False
    # a change of the first side is a matter of the first claim, one of another side of the claim that it is right in
    claims = list(after.claims_of(now))
    return all(claims[max(k - 1, 0)].verdict == "right" for k in range(len(sides)) if k not in kept and claims)


def _touch(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]
