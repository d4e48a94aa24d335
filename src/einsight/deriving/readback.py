"""Matrix forms read back: what is shown in matrix notation has been read again and compared with what it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..forms.choosing import candidates
from ..forms.components import components
from ..forms.naming import Shown
from ..lowering.defining import target_of
from ..lowering.expressions import Reader
from ..lowering.names import Entry, Names
from ..lowering.report import Report
from ..lowering.values import Axis, Value, flat, identity
from ..meaning.equality import agree
from ..notation.entries import entries_texts, with_entries
from ..notation.matrix_form import matrix_form
from ..rules.accumulation import is_deep, named_parts
from ..rules.algebra import multiplied_out
from ..rules.catalogue import catalogue
from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..syntax.parse import parse_statement
from ..syntax.tree import Relation
from ..terms import build
from ..terms.dimension import Dim, Index
from ..terms.term import Delta, Tensor, Term, has_head
from ..terms.walk import expand_definitions, fold_definitions
from .reducing import definitions_in

# of terms that are multiplied out to be compared
MOST_SYMBOLS = 200


def verified_matrix(term: Term, laid: Value, names: Names) -> str | None:
    """The matrix form of a term laid out like `laid`, read back and compared before it is given out.

    Names that accumulation gave are explained behind it, each verified by itself.
    """
    text = _verified(term, laid, names)
    if text is None:
        return None
    parts = []
    for tensor in named_parts([term]):
        assert tensor.definition is not None
        params, body = build.open_abstraction(tensor.definition)
        part = _verified(body, Value(body, params), names, repeated=False)
        if part is None:
            return None
        parts.append(f"{tensor.name} = {part}")
    main, _, own = text.partition(" where ")
    bindings = ", ".join([*parts, *([own] if own else [])])
    return f"{main} where {bindings}" if bindings else main


def _verified(term: Term, laid: Value, names: Names, repeated: bool = True) -> str | None:
    """A matrix form that reads back as the term; `repeated` calls in it may get a name."""
    if laid.rank > 2:
        return None
    if term is build.ZERO:
        return "0"
    rows: Axis | None
    columns: Axis | None
    rows, columns = (None, laid.axes[0]) if laid.rank == 1 and laid.row else (*laid.axes, None, None)[:2]
    text = matrix_form(term, rows, columns)
    if text is None:
        return _by_entries(term, laid, names)
    shown = candidates(text, term, names, repeated)
    return next((s.text for s in shown if _says(s, term, laid, names) or _reads_back(s.text, term, laid, names)), None)


def _says(shown: Shown, term: Term, laid: Value, names: Names) -> bool:
    """Is the term what the form says that a text is of?

    Its components are those that the text has: what one writes the grammar reads, and the tests hold each text that is shown in
    them to that.  Where a name might be taken for a word of the language, the text alone tells.
    """
    if shown.form is None:
        return False
    axes = [flat((a,)) for a in laid.axes]
    rows, columns = ((), *axes) if laid.rank == 1 and laid.row else (*axes, (), ())[:2]
    read = components(shown.form, shown.bindings, names, tuple(term.depends), (rows, columns))
    return read is not None and _is_same(read, term, laid)


def _is_same(read: Term, term: Term, laid: Value) -> bool:
    """Are they one term in normal form, or multiplied out, or agree in value?"""
    is_tried = not has_head(read, Delta) and read.depends == term.depends  # most are then, without a rule
    if read is term or (is_tried and _is_same_multiplied_out(read, term)):
        return True
    before = read, term
    try:
        again = normal_form(read)
        if again is term or fold_definitions(again, definitions_in(term)) is term:
            return True
        if not is_deep(term):
            again, term = (normal_form(expand_definitions(t)) for t in (again, term))
        if again is term:
            return True
        if not (is_tried and before == (again, term)) and _is_same_multiplied_out(again, term):
            return True
        return agree(again, term, laid.plain_axes, function_value)
    except (BudgetExceeded, MissingRule):
        return False


def _is_same_multiplied_out(one: Term, other: Term) -> bool:
    """Are they sums of the same products?  That is told at a fifth of what numbers take."""
    return max(one.symbols, other.symbols) <= MOST_SYMBOLS and multiplied_out(one) is multiplied_out(other)


def _by_entries(term: Term, laid: Value, names: Names) -> str | None:
    """A form with matrices that are given by their entries, which stand behind it."""
    if laid.is_fused:
        return None
    axes = laid.plain_axes
    rows, columns = (None, axes[0]) if laid.rank == 1 and laid.row else (*axes, None, None)[:2]
    try:
        found = with_entries(term, rows, columns, lambda c: not names.knows(c))
    except (BudgetExceeded, MissingRule):
        return None
    if found is None:
        return None
    whole, tensors = found
    main, _, own = (_verified(whole, replace(laid, term=whole), names) or "").partition(" where ")
    if not main:
        return None
    letters = [c for c in "ijklpqrs" if not names.knows(c) and not names.is_dimension(c)]
    if len(letters) < 2 * len(tensors):
        return None
    text = f"{main} where {', '.join([*entries_texts(tensors, letters), *([own] if own else [])])}"
    return text if _reads_back(text, term, laid, names) else None


def _reads_back(text: str, term: Term, laid: Value, names: Names) -> bool:
    """Is the term what the text says, laid out like `laid`?"""
    value = read_value(text, names, term, like=[a.dim for a in laid.axes])
    if value is None or value.rank != laid.rank or value.row != laid.row or value.flexible or value.order:
        return _identity(text, value, term, laid)
    if [a.dim for a in value.axes] != [a.dim for a in laid.axes]:
        return False
    return _is_same(value.on(laid.axes), term, laid)


def agree_in_value(left: Term, right: Term, axes: Sequence[Index]) -> bool:
    """Are two forms of our own one value?  False where that could not be found out."""
    try:
        left, right = normal_form(left), normal_form(right)
        if left is right:
            return True
        left, right = (normal_form(expand_definitions(t)) for t in (left, right))
        return agree(left, right, axes, function_value)
    except (BudgetExceeded, MissingRule):
        return False


def function_value(name: str) -> Any:
    """How an elementwise function is computed on floats; None for one that nobody knows."""
    return catalogue().value(name)


def _identity(text: str, value: Value | None, term: Term, laid: Value) -> bool:
    """`I` and multiples of it, which take their size from where they stand."""
    if value is None or value.flexible != "I" or laid.rank != 2:
        return False
    return agree_in_value(build.product([value.term, identity(*laid.axes)]), term, laid.plain_axes)


def read_value(
    text: str, names: Names, term: Term | None = None, keep: Sequence[str] = (), layout: str = "numerator",
    strict: bool = False, like: Sequence[Dim] = (),
) -> Value | None:  # fmt: skip
    """The value of a formula among some names; None where it does not read.  Indices in `keep` stay free.

    Axes whose dimension nothing tells, as in `T' y where T_ij = w_{i-j}`, have those of `like`.
    If `strict`, a name that nobody declares is no array whose axes its indices name: the `dW` of `dW_1`.
    """
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation):
        return None
    scope = names.child()
    for tensor in term.depends if term is not None else ():
        if not scope.knows(tensor.name):
            scope.put(Entry(tensor.name, tensor, None, "declared"))
    report = Report()
    reader = Reader(scope, report, text, layout)
    for left, right in tree.bindings:
        target = target_of(left)
        if target is None:
            return None
        name, indices = target[:2]
        with reader.keeping(indices):
            reader.broadcast = bool(indices)
            value = reader.read(right)
            reader.broadcast = False
        if value is None or value.is_fused:
            return None
        value = reader.settle(value)
        by_name = {i.name: i for i in value.order}
        if set(by_name) != set(indices):
            return None
        axes = (*(by_name[i] for i in indices), *value.plain_axes)
        tensor = Tensor(name, tuple(a.dim for a in axes), frozenset(), build.abstraction(axes, value.term))
        scope.put(Entry(name, tensor, None, "defined"))
    with reader.keeping(keep):
        value = reader.read(tree.sides[0])
    for axis, dim in zip(value.axes if value is not None else (), like, strict=False):
        reader.same_dim(axis.dim, dim)
    guessed = any(isinstance(e, Entry) and e.kind == "inferred" for e in scope.own.values())
    return None if value is None or report.has_errors() or (strict and guessed) else reader.settle(value)
