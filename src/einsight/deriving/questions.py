"""What is asked: declarations, an expression, a variable, as they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..asking.declarations import of_shapes, spelled_out
from ..lowering.expressions import Reader
from ..lowering.layout import LAYOUTS
from ..lowering.lowered import Lowered
from ..lowering.names import Names
from ..lowering.report import Diagnostic, EinsightError, Report, fail
from ..lowering.statements import lower_document, lower_statement
from ..lowering.values import Value
from ..notation.index_form import free_letters, free_names
from ..rules.catalogue import catalogue, kept_while_known
from ..settings import MOST_SEARCH
from ..syntax.blanks import blanked
from ..syntax.parse import parse_statement
from ..syntax.statements import Piece
from ..syntax.tree import Indexed, Relation
from ..terms import build
from ..terms.dimension import Index


def require_layout(layout: object) -> None:
    if layout not in LAYOUTS:
        raise fail("EIN001", f"`{layout}` is no layout: choose {', '.join(LAYOUTS)}")


def require_steps(search: object) -> None:
    if search is not None and (
        isinstance(search, bool) or not isinstance(search, int) or not 0 <= search <= MOST_SEARCH
    ):
        raise fail("EIN001", f"`search` is a whole number of steps from 0 to {MOST_SEARCH}, not {search!r}")


def require_text(what: str, *given: object) -> None:
    """Raise EinsightError where something that must be text is not."""
    for item in given:
        if not isinstance(item, str):
            raise fail("EIN001", f"{what} must be text, not {type(item).__name__}")


def texts(what: str, given: object) -> list[str]:
    """A text, or a list of them, as a list.  Raises EinsightError for anything else."""
    if isinstance(given, str):
        return [given]
    if not isinstance(given, (list, tuple)):
        raise fail("EIN001", f"{what} must be text or a list of texts, not {type(given).__name__}")
    require_text(what, *given)
    return list(given)


def read_declarations(declare: str | Sequence[str], layout: str) -> Names:
    """The names that some statements declare and define.  Raises EinsightError."""
    return declared(declare, layout)[0]


def declared(
    declare: str | Sequence[str], layout: str, shapes: Mapping[str, Any] | None = None
) -> tuple[Names, list[Diagnostic]]:
    """The same, and what there is to say of those statements that is no error."""
    text = spelled_out([*texts("`declare`", declare), *([of_shapes(shapes)] if shapes else [])])
    names, found = _read_before(text, layout)
    errors = [d for d in found if d.severity == "error"]
    if errors:
        raise EinsightError(errors)
    return names.copy(), list(found)


@kept_while_known
@lru_cache(maxsize=64)
def _read_before(text: str, layout: str) -> tuple[Names, list[Diagnostic]]:
    """What statements declare: people ask one thing after the other of the same names.  A question gets a copy, which it adds to."""
    return lower_document(text, catalogue().arity, layout)


def lower_expression(expression: str, names: Names, layout: str) -> tuple[Lowered, Value]:
    """The value of an expression or of the right side of a definition."""
    text = blanked(expression).strip()
    if not text:
        raise fail("EIN001", "the expression is empty: write what to derive, as in `y' A x`")
    lowered = lower_statement(Piece(0, text), names, layout)
    if any(d.severity == "error" for d in lowered.diagnostics):
        raise EinsightError(lowered.diagnostics)
    if lowered.kind == "definition" and lowered.tensor is not None and lowered.tensor.definition is not None:
        left, right = lowered.sides
        assert left.value is not None and right.value is not None
        if left.value.order:
            term = build.instantiate(lowered.tensor.definition, lowered.order)
            return lowered, Value(term, order=lowered.order)
        return lowered, right.value
    if lowered.kind != "query" or lowered.sides[0].value is None:
        if lowered.diagnostics:
            raise EinsightError(lowered.diagnostics)
        raise fail("EIN001", "this is no expression: write one without `=`, or a definition")
    return lowered, lowered.sides[0].value


def read_variable(text: str, names: Names, axes: Sequence[Index]) -> tuple[tuple[Any, ...], Any]:
    """The slots and the tensor of a variable, where the output has those axes.  Raises EinsightError.

    A whole array gets letters of its own, a component keeps those that it is written with.
    """
    text = blanked(text).strip()
    entry = names.get(text)
    if entry is not None and entry.tensor is not None:
        letters = free_letters(len(entry.tensor.dims), free_names(axes).values())
        return tuple(map(Index, letters, entry.tensor.dims)), entry.tensor
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation) or len(tree.sides) != 1:
        raise fail("EIN001", f"`{text}` is no variable: write a name, or a component such as `x_j`")
    node = tree.sides[0]
    if isinstance(node, Indexed):
        probe = Reader(names, Report(), text)
        with probe.keeping([e.plain for e in node.subscript.entries if e.plain]):
            value = probe.read(node)
        if value is None:
            raise EinsightError(probe.report.diagnostics)
        component: Any = value.term
        if getattr(component, "tensor", None) is not None:
            taken = {a.name for a in axes}
            clash = [i.name for i in value.order if i.name in taken]
            if clash:
                raise fail("EIN202", f"index `{clash[0]}` of the variable is an output index too: give it another name")
            return component.indices, component.tensor
    known = ", ".join(sorted(names.all())) or "none"
    raise fail("EIN101", f"`{text}` does not occur in the expression and is not declared; known names: {known}")
