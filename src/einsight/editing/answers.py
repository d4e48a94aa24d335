"""What there is to say about the value of an expression: index form, matrix form, shape, derivation, Jacobians."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..deriving.readback import read_value, verified_matrix
from ..deriving.reducing import shortest
from ..deriving.steps import Step, narrate, narrate_within
from ..lowering import marks as kinds
from ..lowering.layout import lay_out, stacked, tensor_value
from ..lowering.lowered import Lowered
from ..lowering.names import Names
from ..lowering.values import Value
from ..notation.gathering import gathered
from ..notation.index_form import free_names, index_form
from ..notation.index_latex import latex_form
from ..notation.quoting import code
from ..notation.tree_latex import formula_latex, numbered_in
from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..sheets.cells import Cell
from ..syntax.tree import Node, Relation
from ..terms import build
from ..terms.bounds import is_long
from ..terms.dimension import Index
from ..terms.term import Component, Derivative, Tensor, Term, has_head

# beyond this many characters a form is no longer read but looked at
LONGEST_FORM = 2_000


@dataclass(frozen=True)
class Answer:
    """An expression worked out, in a layout.

    index, matrix   its forms; `matrix` is None where there is none
    free            the letters of its axes in the index form: the output's, then the variables'
    dims            how far each of them runs
    indexed         is it an expression with free indices, and no whole array?
    shape           in words
    latex           the matrix form, or else the index form
    problem         why something is missing
    reduced         the term, with the letters of its free indices
    """

    index: str
    matrix: str | None
    free: tuple[str, ...]
    indexed: bool
    shape: str
    layout: str
    latex: str
    problem: str = ""
    reduced: Term | None = field(default=None, repr=False)
    letters: dict[Index, str] = field(default_factory=dict, repr=False, compare=False)
    dims: tuple[str, ...] = ()

    @property
    def ranges(self) -> list[str]:
        """The letters of its axes and how far they run: `i to n`."""
        return [f"{letter} to {dim}" for letter, dim in zip(self.free, self.dims, strict=True)]

    @property
    def text(self) -> str:
        """The form in the notation of the expression."""
        return self.matrix if self.matrix is not None and not self.indexed else self.index


def answer(value: Value, names: Names, layout: str, axes: Sequence[Index] | None = None) -> Answer | None:
    """A value worked out; None for `I`, `1` and `0` alone, which have no shape of their own.

    `axes` are those of `value` in component order, after which the letters of the index form are given.
    """
    if value.flexible:
        return None
    named = free_names((*value.order, *(value.plain_axes if axes is None else axes)))
    value = stacked(value, layout) or value
    shape = value.shape_text() if value.rank else "×".join(str(i.dim) for i in value.order) or "a number"
    free, dims = tuple(named.values()), tuple(str(i.dim) for i in named)
    try:
        term = shortest(normal_form(value.term), value.term)
    except (BudgetExceeded, MissingRule) as problem:
        text, latex = "…", r"\dots"
        if not is_long(value.term):
            text, latex = index_form(value.term, named), latex_form(value.term, named)
        return Answer(text, None, free, bool(value.order), shape, layout, latex, reason(problem), dims=dims)
    matrix = verified_matrix(term, value, names) if not value.order else None
    shown = gathered(term)
    text = index_form(shown, named)
    latex = formula_latex(matrix, numbered=numbered_in(value.term)) if matrix else latex_form(shown, named)
    return Answer(text, matrix, free, bool(value.order), shape, layout, latex, reduced=term, letters=named, dims=dims)


def numbered(lowered: Lowered) -> frozenset[str]:
    """Those in a statement."""
    return frozenset(m.name for m in lowered.marks.found.values() if "_" in m.name)


def component_axes(text: str, value: Value, names: Names, keep: Sequence[str] = ()) -> tuple[Index, ...]:
    """The axes of a whole array in component order: of a derivative the output's, then the variable's, in every layout.

    Found by reading the text again in component order; the axes that make the two readings one term are the same.
    """
    if value.rank < 2 or value.is_fused or not has_head(value.term, Derivative):
        return value.plain_axes
    plain = read_value(text, names, keep=keep, layout="second")
    if plain is None or plain.rank != value.rank or plain.is_fused:
        return value.plain_axes
    for axes in itertools.permutations(value.plain_axes):
        if all(a.dim is p.dim for a, p in zip(axes, plain.plain_axes, strict=True)) and plain.on(axes) is value.term:
            return axes
    return value.plain_axes


def reason(problem: BudgetExceeded | MissingRule) -> str:
    """Why a term could not be worked out."""
    return str(problem)


def in_other_layout(text: str, value: Value, found: Answer, names: Names, layout: str) -> Answer | None:
    """A derivative that has been worked out, in the other layout; None where it is laid out alike, or has no matrix form."""
    if not has_head(value.term, Derivative) or value.order or not value.rank or found.matrix is None:
        return None
    other = "denominator" if layout != "denominator" else "numerator"
    turned = read_value(text, names, layout=other)
    if turned is None or turned.flexible or turned.same_layout(value) and turned.row == value.row:
        return None
    if value.is_fused or found.reduced is None or turned.rank != value.rank:
        return answer(turned, names, other)
    # the components are the same, so nothing has to be derived again
    axes = value.plain_axes[::-1] if value.rank == 2 else value.plain_axes
    if turned.on(axes) is not value.term:
        return answer(turned, names, other)
    matrix = verified_matrix(found.reduced, replace(turned, term=found.reduced, axes=axes), names)
    return replace(found, matrix=matrix, shape=turned.shape_text(), layout=other)


def steps_of(value: Value, axes: Sequence[Index], latex: bool = True) -> list[Step]:
    """The derivation of a value, where there is something to derive; its axes are named in that order."""
    if value.flexible:
        return []
    try:
        return narrate(value.term, free_names((*value.order, *axes)), latex=latex)
    except BudgetExceeded:  # the answer says why there is none
        return []


def steps_within(seconds: float, value: Value, axes: Sequence[Index]) -> tuple[list[Step], str]:
    """Those steps of a derivation that there are within some seconds, and why they are not all."""
    return ([], "") if value.flexible else narrate_within(seconds, value.term, free_names((*value.order, *axes)))


def variables_of(tensor: Tensor) -> list[Tensor]:
    """What a defined tensor can be differentiated in, numbers and vectors first."""
    leaves = (
        t
        for t in tensor.depends
        if t.definition is None and t is not tensor and t.properties.isdisjoint(("constant", "integer", "orthogonal"))
    )
    return sorted(leaves, key=lambda t: (len(t.dims), t.key))


def jacobian_value(tensor: Tensor, variable: Tensor, layout: str) -> tuple[Value, tuple[Index, ...]]:
    """`∂tensor/∂variable`, laid out, and its axes in component order."""
    whole = tensor_value(tensor)
    slots = tuple(build.fresh_index(d) for d in variable.dims)
    laid = lay_out(Value(build.derivative(whole.term, variable, slots), whole.axes), slots, layout)
    return laid, (*whole.plain_axes, *slots)


def definition_value(lowered: Lowered) -> Value | None:
    """The value that a definition gives its name, in the indices of its left side."""
    tensor = lowered.tensor
    if tensor is None or tensor.definition is None or len(lowered.sides) < 2:
        return None
    left, right = lowered.sides[0].value, lowered.sides[1].value
    if left is not None and left.order:
        return Value(build.instantiate(tensor.definition, lowered.order), order=lowered.order)
    return replace(right, order=()) if right is not None else None


@dataclass(frozen=True)
class Part:
    """A part of a statement by itself: its text with the `where` names, its value, its axes in component order."""

    text: str
    value: Value
    axes: tuple[Index, ...]
    keep: tuple[str, ...] = ()

    def answer(self, names: Names, layout: str) -> Answer | None:
        return answer(self.value, names, layout, self.axes)


class Network(NamedTuple):
    """A term of which there may be a picture, with the letters of its indices, and what was taken out of it."""

    term: Term
    letters: dict[Index, str]
    holes: tuple[tuple[str, tuple[Index, ...]], ...]


def network_of(found: Answer | None, term: Term) -> Network | None:
    """The network of what a term was worked out to."""
    if found is None or found.reduced is None:
        return None
    return Network(found.reduced, found.letters, tuple(_holes(term)))


def _holes(term: Term) -> Iterator[tuple[str, tuple[Index, ...]]]:
    """What a derivative takes out of a network, with the axes that are left open there."""
    if isinstance(term, Derivative):
        yield from _holes(term.body)
        yield f"∂{term.tensor.name}", tuple(i for i in term.indices if isinstance(i, Index))


def part_value(lowered: Lowered, node: Node, names: Names) -> Part | None:
    """A part of a statement by itself, with the free indices of the whole; None where it means nothing alone."""
    tree = lowered.tree
    text = lowered.text[node.start : node.end]
    bindings = tree.bindings if isinstance(tree, Relation) else ()
    if bindings:
        text += " where " + lowered.text[bindings[0][0].start : bindings[-1][1].end]
    keep = [i.name for i in lowered.order] if lowered.kind == "definition" else []
    if lowered.kinder and lowered.kinder[0].value is not None:
        keep = [i.name for i in lowered.kinder[0].value.order]
    value = read_value(text, names, keep=keep, layout=lowered.layout, strict=True)
    return None if value is None else Part(text, value, component_axes(text, value, names, keep), tuple(keep))


def shape_in_words(part: Part, layout: str) -> str:
    """What a value is, and of a derivative what its rows and columns stand for."""
    value, term = part.value, part.value.term
    if value.order:
        return "one number for each " + ", ".join(f"{i.name} to {i.dim}" for i in value.order)
    shape = value.shape_text() if value.rank else "a number"
    if not has_head(term, Derivative) or not value.rank:
        return shape
    if not isinstance(term, Derivative) or value.is_fused:
        return f"{shape}, {layout} layout"
    name, slots, body = term.tensor.name, set(term.indices), term.body
    output = body.tensor.name if isinstance(body, Component) else "what is differentiated"
    entries = [f"entry of {name if axis in slots else output}" for axis in value.plain_axes]
    if value.rank == 1:
        words = f"a {'row' if value.row else 'column'}, one number for each {entries[0]}"
    elif value.rank == 2 and len(slots) == 1:
        words = f"a row for each {entries[0]}, a column for each {entries[1]}"
    elif value.rank == 2:
        words = f"laid out as {name}{'' if value.plain_axes == term.indices else ' transposed'}"
    else:
        words = f"{len(entries) - len(slots)} axes of {output}, {len(slots)} of {name}"
    return f"{shape}: {words} ({layout} layout)"


def axes_of_indices(cell: Cell) -> dict[str, str]:
    """The indices of a statement with the dimensions they run over, as far as those are known."""
    marks = cell.lowered.marks
    found = {m.name: "" for m in marks.found.values() if m.kind == kinds.INDEX}
    found.update({s.name: str(s.dim) for s in marks.sums})
    found.update({name: str(dim) for name, dim in marks.free.items()})
    return found


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST_FORM else text[:LONGEST_FORM] + " …"


def listed(names: Sequence[str]) -> str:
    """The names in a line of Markdown."""
    return ", ".join(map(code, names))
