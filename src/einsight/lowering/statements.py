"""Statements of a document, in order: what each declares, defines, claims or asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from ..syntax.blanks import blanked
from ..syntax.parse import parse_statement
from ..syntax.statements import Directive, Piece, split_document
from ..syntax.tree import (
    Declaration,
    DimensionDeclaration,
    FunctionDeclaration,
    Relation,
)
from ..terms.bounds import NumberTooLong
from .declarations import declare, declare_dimension, declare_function
from .layout import LAYOUTS
from .lowered import Lowered
from .marks import Marks
from .names import ANYWHERE, AS_COLUMN, IGNORED, LAYOUT, NOTES, Entry, Fact, Names, canonical_name
from .relations import lower_relation
from .report import Diagnostic, Fix, Report, Span

# `x = `, `h_1 = `, `x_new = `, `y_ij := `, `W_q_ij = `, `z' = `
_BEGINS = re.compile(r"\s*([^\W\d_][^\W_]*)(?:_\{?([^\W_]+)\}?)?(?:_\{[^{}]*\}|_[^\W_]+|\[[^\]=]*\])?['ᵀ]?\s*:?=")


def lower_document(
    text: str, elementwise: Callable[[str], int], layout: str = "numerator"
) -> tuple[Names, list[Diagnostic]]:
    """The names that the statements of a text declare and define, and what is wrong with them.

    Never raises on any text.
    """
    names, found = _lower_all(text, elementwise, layout, {})
    while any(d.severity == "error" for d in found):  # what stands behind may be what is missing
        again, left = _lower_all(text, elementwise, layout, names.own)
        if len(left) >= len(found):
            break
        names, found = again, left
    return names, found


class _Ahead:
    """What statements behind the one that asks say, as they were read before."""

    def __init__(self, told: dict[Fact, Any]):
        self.told = told

    def fact(self, key: Fact) -> Any:
        return self.told.get(key) if key[0] in ANYWHERE else None

    def vocabulary(self) -> Iterable[str]:
        return ()


def _lower_all(
    text: str, elementwise: Callable[[str], int], layout: str, ahead: dict[Fact, Any]
) -> tuple[Names, list[Diagnostic]]:
    names = Names(elementwise, _Ahead(ahead) if ahead else None)
    names.own[LAYOUT] = layout
    found: list[Diagnostic] = []
    declared: dict[str, Span] = {}
    for block in split_document(text):
        for item in block.items:
            told = Names(elementwise, names, names.used)
            lowered = lower_item(item, told)
            move = shifted(block.start + item.start)
            for key, value in told.own.items():
                names.own[key] = value
                if isinstance(value, Entry) and value.span:
                    declared[value.name] = move(value.span)
            found += [d.moved(move, declared.get) for d in lowered.diagnostics]
    return names, found


def shifted(by: int) -> Callable[[Span], Span]:
    """Spans of a statement that starts there, as spans of the document."""
    return lambda span: (span[0] + by, span[1] + by)


def lower_item(item: Piece | Directive, names: Names) -> Lowered:
    """A statement or a directive, among the names before it; what it says is told to `names`."""
    if isinstance(item, Directive):
        return _direct(item, names)
    lowered = lower_statement(item, names)
    silent = silenced(item, names)
    if silent:
        found = lowered.diagnostics
        lowered.diagnostics = [d for d in found if d.code not in silent and "*" not in silent]
        lowered.silenced = tuple(d for d in found if d not in lowered.diagnostics)
    return lowered


def silenced(item: Piece, names: Names) -> frozenset[str]:
    """The codes that comments and directives switch off for a statement."""
    return item.ignored | (names.fact(IGNORED) or frozenset())


def _direct(directive: Directive, names: Names) -> Lowered:
    words, text = directive.words, directive.text
    lowered = Lowered("directive", text, names.layout)
    problem = None
    if len(words) == 2 and words[0] == "layout":
        if words[1] in LAYOUTS:
            names.own[LAYOUT] = words[1]
        else:
            problem = f"`{words[1]}` is no layout: write {', '.join(LAYOUTS)}"
    elif len(words) >= 2 and words[0] == "ignore":
        names.own[IGNORED] = (names.fact(IGNORED) or frozenset()) | {w.strip(",") for w in words[1:]}
    elif len(words) >= 2 and words[0] == "samples":
        names.own.update({("family", canonical_name(w.strip(","))): AS_COLUMN for w in words[1:]})
    elif len(words) >= 2 and words[0] == "forget" and names.fact(NOTES):  # of what nobody declares, in another section
        names.own.update(
            {(kind, canonical_name(w.strip(","))): None for w in words[1:] for kind in ("name", "declaration")}
        )
    else:
        problem = "a directive is `#! layout numerator`, `#! ignore EIN402` or `#! samples x`"
    if problem:
        lowered.diagnostics.append(Diagnostic("EIN001", "error", (0, len(text)), problem))
    return lowered


def lower_statement(piece: Piece, names: Names, layout: str | None = None) -> Lowered:
    """One statement; what it declares or defines is told to `names`."""
    report = Report()
    text = blanked(piece.text)
    tree, problems = parse_statement(text)
    layout = layout or (names.layout if isinstance(tree, Relation) else "")
    lowered = Lowered("broken", text, layout, diagnostics=report.diagnostics, tree=tree, marks=Marks(text))
    for problem in problems:
        fixes = tuple(Fix(title, (problem.start, problem.end), new) for title, new in problem.fixes)
        report.add(problem.code, problem.start, problem.end, problem.message, fixes)
    try:
        if isinstance(tree, Declaration):
            declare(tree, names, report, lowered)
        elif isinstance(tree, FunctionDeclaration):
            declare_function(tree, names, report, lowered)
        elif isinstance(tree, DimensionDeclaration):
            declare_dimension(tree, names, report, lowered)
        elif isinstance(tree, Relation):
            lower_relation(tree, names, report, lowered, text)
        elif tree is None:
            _lose(text, names)
    except RecursionError:
        report.add(
            "EIN504", 0, len(text), "this expression is nested too deeply to be read: give its inner parts names"
        )
    except NumberTooLong as problem:
        report.add("EIN504", 0, len(text), str(problem))
    return lowered


def _lose(text: str, names: Names) -> None:
    """What cannot be read may have been the definition of the name that it begins with."""
    found = _BEGINS.match(text)
    if found is None:
        return
    # what stands below may be indices or part of the name
    for name in {canonical_name(found[1]), canonical_name(f"{found[1]}_{found[2] or ''}".rstrip("_"))}:
        before = names.before(name)
        if before is None or before.kind != "defined":
            names.own["lost", name] = True
