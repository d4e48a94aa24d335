"""Statements of a document, in order: what each declares, defines, claims or asks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ..syntax.blanks import blanked
from ..syntax.parse import parse_statement
from ..syntax.statements import Directive, Piece, split_document
from ..syntax.tree import (
    Declaration,
    DimensionDeclaration,
    FunctionDeclaration,
    Indexed,
    IndexEntry,
    Name,
    Node,
    Relation,
    Space,
    Statement,
    Transpose,
)
from ..terms import build
from ..terms.bounds import NumberTooLong
from ..terms.dimension import Dim, Index, Slot
from ..terms.term import Number, Tensor
from . import marks as kinds
from .circles import rests_on, way_round
from .expressions import Reader
from .layout import LAYOUTS
from .marks import Marks
from .names import ANYWHERE, IGNORED, LAYOUT, NOTES, PROPERTIES, SQUARE_PROPERTIES, Entry, Fact, Names, canonical_name
from .operators import names_in
from .properties import contradiction
from .report import Diagnostic, Fix, Report, Span
from .values import Value, flat

# `x = `, `h_1 = `, `y_ij := `, `z' = `
_BEGINS = re.compile(r"\s*([^\W\d_][^\W_]*)(_\d+(?![^\W_]))?(?:_\{[^{}]*\}|_[^\W_]+|\[[^\]=]*\])?['ᵀ]?\s*:?=")


@dataclass(frozen=True)
class Side:
    """One expression of a statement, with its text and its span."""

    value: Value | None
    text: str
    span: Span


@dataclass
class Lowered:
    """One statement, lowered.  `kind`: declaration, definition, claim, query, directive or broken.

    All spans count from the statement's start, so that a statement that moves is the same.
    """

    kind: str
    text: str
    layout: str
    sides: tuple[Side, ...] = ()
    tensor: Tensor | None = None
    order: tuple[Index, ...] = ()
    # a claim whose sides do not agree by the summation convention, with the indices of its left side kept free
    kinder: tuple[Side, ...] = ()
    diagnostics: list[Diagnostic] = field(default_factory=list)
    silenced: tuple[Diagnostic, ...] = ()  # which nobody is told, and on which verdicts rest all the same
    tree: Statement | None = None
    marks: Marks = field(default_factory=lambda: Marks(""))


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
    names = Names(elementwise, _Ahead(ahead))
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
    else:
        problem = "a directive is `#! layout numerator` or `#! ignore EIN402`"
    if problem:
        lowered.diagnostics.append(Diagnostic("EIN001", "error", (0, len(text)), problem))
    return lowered


def lower_statement(piece: Piece, names: Names, layout: str | None = None) -> Lowered:
    """One statement; what it declares or defines is told to `names`."""
    report = Report()
    piece = replace(piece, text=blanked(piece.text))
    tree, problems = parse_statement(piece.text)
    layout = layout or (names.layout if isinstance(tree, Relation) else "")
    marks = Marks(piece.text)
    lowered = Lowered("broken", piece.text, layout, diagnostics=report.diagnostics, tree=tree, marks=marks)
    for problem in problems:
        fixes = tuple(Fix(title, (problem.start, problem.end), new) for title, new in problem.fixes)
        report.add(problem.code, problem.start, problem.end, problem.message, fixes)
    try:
        if isinstance(tree, Declaration):
            _declare(tree, names, report, lowered)
        elif isinstance(tree, FunctionDeclaration):
            _declare_function(tree, names, report, lowered)
        elif isinstance(tree, DimensionDeclaration):
            _declare_dimension(tree, names, report, lowered)
        elif isinstance(tree, Relation):
            _Relation(tree, names, report, lowered, piece.text).lower()
        elif tree is None:
            _lose(piece.text, names)
    except RecursionError:
        report.add(
            "EIN504", 0, len(piece.text), "this expression is nested too deeply to be read: give its inner parts names"
        )
    except NumberTooLong as problem:
        report.add("EIN504", 0, len(piece.text), str(problem))
    return lowered


def _lose(text: str, names: Names) -> None:
    """What cannot be read may have been the definition of the name that it begins with."""
    found = _BEGINS.match(text)
    name = canonical_name(found[1] + (found[2] or "")) if found is not None else ""
    before = names.before(name)
    if name and (before is None or before.kind != "defined"):
        names.own["lost", name] = True


def _span(node: Node) -> Span:
    return (node.start, node.end)


def _redeclared(names: Names, name: str, node: Node, report: Report) -> bool:
    old = names.before(name)
    if old is None or old.kind in ("inferred", "special") or names.fact(NOTES):
        return False
    related = ((name, f"`{old.describe()}` is declared here"),) if old.span else ()
    report.add(
        "EIN102",
        node.start,
        node.end,
        f"`{name}` is declared already, as {old.describe()}: use another name",
        related=related,
    )
    return True


def _dims(space: Space, names: Names, report: Report, marks: Marks) -> tuple[Dim, ...] | None:
    dims = []
    for extent in space.extents:
        value = extent.value
        if isinstance(value, str):
            marks.node(kinds.DIMENSION, extent, value)
        if isinstance(value, int) and value < 1:
            report.add("EIN001", extent.start, extent.end, "a dimension is a name or a positive number")
            return None
        if isinstance(value, str) and len(value) == 3 and value[1] == "x" and not names.is_dimension(value):
            fix = Fix(f"write `{value[0]} x {value[2]}`", (extent.start, extent.end), f"{value[0]} x {value[2]}")
            report.add(
                "EIN001",
                extent.start,
                extent.end,
                f"`{value}` is one name: write `{value[0]} x {value[2]}` with spaces",
                (fix,),
            )
            return None
        dims.append(names.dimension(value))
    return tuple(dims)


def _declare(tree: Declaration, names: Names, report: Report, lowered: Lowered) -> None:
    dims = _dims(tree.space, names, report, lowered.marks)
    properties: dict[str, None] = {}
    for item in tree.properties:
        lowered.marks.node(kinds.PROPERTY, item, item.text)
        if item.text not in PROPERTIES:
            report.add(
                "EIN001", item.start, item.end, f"`{item.text}` is no property: write one of {', '.join(PROPERTIES)}"
            )
        elif item.text in SQUARE_PROPERTIES and dims is not None and (len(dims) != 2 or dims[0] is not dims[1]):
            report.add("EIN304", item.start, item.end, f"only a square matrix can be {item.text}")
        elif item.text in properties:
            report.add("EIN001", item.start, item.end, f"`{item.text}` is said twice", severity="hint")
        elif (clash := contradiction((*properties, item.text))) is not None:
            report.add("EIN001", item.start, item.end, f"no matrix is {clash[0]} and {clash[1]}: {clash[2]}")
        else:
            properties[item.text] = None
    if "positive-definite" in properties:
        properties["symmetric"] = None
    if dims is None:
        return
    lowered.kind = "declaration"
    for target in tree.targets:
        name = canonical_name(target.text)
        lowered.marks.node(kinds.TENSOR, target, name, declares=True)
        if not _redeclared(names, name, target, report):
            names.put(Entry(name, Tensor(name, dims, frozenset(properties)), _span(target), "declared"))


def _declare_function(tree: FunctionDeclaration, names: Names, report: Report, lowered: Lowered) -> None:
    source, image = (_dims(space, names, report, lowered.marks) for space in (tree.source, tree.image))
    name = canonical_name(tree.target.text)
    lowered.marks.node(kinds.FUNCTION, tree.target, name, declares=True)
    if source is None or image is None or _redeclared(names, name, tree.target, report):
        return
    lowered.kind = "declaration"
    of_arrays = (source, image) if source or image else None
    names.put(Entry(name, None, _span(tree.target), "function", of_arrays))


def _declare_dimension(tree: DimensionDeclaration, names: Names, report: Report, lowered: Lowered) -> None:
    if tree.size < 1:
        report.add("EIN001", tree.start, tree.end, "a dimension's size is a positive whole number")
        return
    lowered.kind = "declaration"
    lowered.marks.node(kinds.DIMENSION, tree.name, declares=True)
    names.put_size(tree.name.text, tree.size)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


class _Relation:
    """Definitions, claims, chains and queries."""

    def __init__(self, tree: Relation, names: Names, report: Report, lowered: Lowered, text: str):
        self.tree, self.report, self.lowered, self.text = tree, report, lowered, text
        self.outer = names
        self.names = names.child() if tree.bindings else names
        self.reader = Reader(self.names, report, text, lowered.layout, lowered.marks)

    def lower(self) -> None:
        self._lower()
        self._settle_inferred()
        self.lowered.marks.settle(self.reader.resolved)
        for side in self.lowered.sides:
            if side.value is not None:
                self.lowered.marks.free.update((i.name, i.dim) for i in side.value.order)

    def _settle_inferred(self) -> None:
        """What a statement learns of arrays that nobody declares holds of them from there on: `∑_{i=1}^n a_i x_i`."""
        for entry in [e for (kind, _), e in self.names.own.items() if kind == "name" and e.kind == "inferred"]:
            dims = tuple(map(self.reader.resolved, entry.tensor.dims))
            if dims != entry.tensor.dims:
                self.names.put(replace(entry, tensor=Tensor(entry.name, dims, entry.tensor.properties)))

    def _lower(self) -> None:
        for left, right in self.tree.bindings:
            if not self._define(left, right, True):
                return
        sides = self.tree.sides
        if len(sides) == 2 and self._is_definition(sides[0], sides[1]):
            if self._define(sides[0], sides[1], False):
                self.lowered.kind = "definition"
            return
        if self.tree.assigns:
            self.report.add(
                "EIN001",
                sides[0].start,
                sides[0].end,
                "the left of `:=` is one name, with distinct indices or transposed",
            )
            return
        read = [(node, self._read_side(node)) for node in sides]
        self.lowered.kind = "claim" if len(sides) > 1 else "query"
        if not self._agree(read):
            read = [(n, None) for n, _ in read]
        self.lowered.sides = self._sides(read)
        codes = {d.code for d in self.report.diagnostics if d.severity == "error"}
        if len(sides) > 1 and (codes <= {"EIN201", "EIN202"} if codes else self._repeats_in_notes(read)):
            self._read_kindly()

    def _repeats_in_notes(self, read: list[tuple[Node, Value | None]]) -> bool:
        """Does an index of the left side occur twice on the right?  Notes that write their sums out sum nothing else."""
        first = read[0][1]
        if first is None or not self.names.fact(NOTES):
            return False
        start = self.tree.sides[1].start
        spans = (self.reader.index_spans.get(i.name, ()) for i in first.order)
        return any(sum(s[0] >= start for s in places) > 1 for places in spans)

    def _sides(self, read: list[tuple[Node, Value | None]]) -> tuple[Side, ...]:
        return tuple(Side(self.reader.settle(v) if v else None, self.reader.source(n), _span(n)) for n, v in read)

    def _read_kindly(self) -> None:
        """`∂s_i/∂x_j = s_i δ_ij - s_i s_j`, with the left side's indices free on the right as in a definition."""
        report, reader = self.report, self.reader
        self.report, marks = Report(), Marks(self.text)
        self.reader = Reader(self.names, self.report, self.text, self.lowered.layout, marks)
        first, *others = self.tree.sides
        left = self.reader.read(first)
        if left is not None and left.order:
            with self.reader.keeping([i.name for i in left.order]):
                self.reader.broadcast = True
                read = [(first, left), *((n, self.reader.read(n)) for n in others)]
            if self._agree(read) and all(v is not None for _, v in read) and not self.report.has_errors():
                self.lowered.kinder = self._sides(read)
                marks.settle(self.reader.resolved)
                marks.free.update((i.name, i.dim) for s in self.lowered.kinder if s.value for i in s.value.order)
                self.lowered.marks = marks
        self.report, self.reader = report, reader

    def _read_side(self, node: Node) -> Value | None:
        """One side; a misfit between declarations that an earlier side showed already is not told again."""
        found = self.report.diagnostics
        before = list(found)
        value = self.reader.read(node)
        told = {frozenset(s for s, _ in d.related) for d in before if d.related}
        fresh = [d for d in found if d not in before]
        for diagnostic in fresh:
            if diagnostic.related and frozenset(s for s, _ in diagnostic.related) in told:
                found.remove(diagnostic)
        return value

    def _agree(self, read: list[tuple[Node, Value | None]]) -> bool:
        """The sides of a claim have the same free indices, over the same dimensions; a number may equal anything."""
        known: dict[str, Index] = {}
        anything = any(v is not None and v.order for _, v in read)
        # a plain number may equal any component; anything else has the free indices of the other side
        indexed = [
            (n, v) for n, v in read if v is not None and not isinstance(v.term, Number) and (v.order or anything)
        ]
        for node, value in indexed:
            names = {i.name for i in value.order}
            first_node, first = indexed[0]
            want = {i.name for i in first.order}
            if names != want:
                only = sorted(want ^ names)
                listed = ", ".join(f"`{n}`" for n in only)
                message = (
                    f"the two sides have different free indices: {listed} is free on one side only "
                    f"(`{self.reader.source(first_node)}` has {_listed(want)}, `{self.reader.source(node)}` has {_listed(names)})"
                )
                self.report.add("EIN201", node.start, node.end, message + self._summed_note(node, only))
                return False
            for index in value.order:
                other = known.setdefault(index.name, index)
                if self.reader.same_dim(other.dim, index.dim) is None:
                    message = f"index `{index.name}` runs over {other.dim} on the left and over {index.dim} in `{self.reader.source(node)}`"
                    related = self.reader.declared_at(
                        *dict.fromkeys(n.text for s in (first_node, node) for n in names_in(s))
                    )
                    self.report.add("EIN301", node.start, node.end, message, related=related)
                    return False
        return True

    def _summed_note(self, node: Node, names: list[str]) -> str:
        """An index that occurs twice in a product is summed, which often is not what was meant."""
        for name in names:
            inside = [s for s in self.reader.index_spans.get(name, []) if node.start <= s[0] < node.end]
            if len(inside) > 1:
                return (
                    f"; `{name}` occurs twice in `{self.reader.source(node)}`, so it is summed there: "
                    "give such an expression a name by a definition, whose left side keeps the index free"
                )
        return ""

    def _is_definition(self, left: Node, right: Node) -> bool:
        found = target_of(left)
        if found is None:
            return False
        name = canonical_name(found[0])
        entry = self.names.before(name)
        if self.tree.assigns:
            return True
        if entry is not None and entry.kind in ("defined", "function"):
            return False
        if not self.names.fact(NOTES) and self.names.fact(("rests", name)) is not None:
            return False  # it has one before, though that could not be read
        return all(canonical_name(n.text) != name for n in names_in(right))

    def _define(self, left: Node, right: Node, local: bool) -> bool:
        found = target_of(left)
        if found is None:
            self.report.add(
                "EIN001", left.start, left.end, "what is defined is one name, with distinct indices or transposed"
            )
            return False
        text, indices, transposed, node = found
        name = canonical_name(text)
        reader = self.reader
        reader.marks.node(kinds.TENSOR, node, name, declares=True)
        for entry in _entries_of(left):
            reader.see(entry)
        # names behind `where` hold in this statement alone, and hide those outside
        old = self.outer.before(name) if not local else None
        if self.tree.assigns and not local and old is not None and old.kind == "defined":
            _redeclared(self.names, name, node, self.report)
            return False
        if not local:
            self.outer.own["lost", name] = True  # until it is read
            if self._leads_back(name, left, right):
                return False
        with reader.keeping(indices):
            reader.broadcast, self.names.defining = True, not local
            value = reader.read(right)
            reader.broadcast = self.names.defining = False
        if value is None:
            return False
        if value.is_fused:
            message = "a name has one index for each axis, and an axis of `vec` or `⊗` runs over several: write the expression where it is used"
            self.report.add("EIN002", right.start, right.end, message)
            return False
        value = reader.settle(value)
        if transposed:
            value = value.transposed()
        slots = self._axes(value, indices, left, right)
        if slots is None:
            return False
        if not indices and value.rank == 1 and value.row:
            message = f"the right side is a row, {value.shape_text()}, and a bare name is a column: define `{text}'`"
            fix = Fix(f"write `{text}'`", (left.start, left.end), f"{text}'")
            self.report.add("EIN302", left.start, left.end, message, (fix,))
            return False
        dims = tuple(s.dim for s in slots)
        properties: frozenset[str] = frozenset()
        before = old.tensor if old is not None and old.kind in ("declared", "inferred") else None
        if before is not None:
            assert old is not None and old.tensor is not None
            declared = old.tensor.dims
            properties = old.tensor.properties
            if len(declared) != len(dims) or any(
                reader.same_dim(a, b) is None for a, b in zip(declared, dims, strict=True)
            ):
                message = f"`{text}` was declared as {old.describe()}, and the right side is {'×'.join(map(str, dims)) or 'a scalar'}"
                self.report.add("EIN301", left.start, left.end, message, related=reader.declared_at(name))
                return False
        settled = reader.settle(Value(value.term, slots))
        definition = build.abstraction(settled.plain_axes, settled.term)
        tensor = Tensor(name, tuple(a.dim for a in settled.plain_axes), properties, definition)
        (self.names if local else self.outer).put(Entry(name, tensor, _span(node), "defined", defines=before))
        if not local:
            del self.outer.own["lost", name]
            tensor, settled = self._linked(tensor, settled)
            self.lowered.tensor = tensor
            order = (
                tuple(Index(i, s.dim) for i, s in zip(indices, settled.plain_axes, strict=True))
                if indices
                else settled.plain_axes
            )
            self.lowered.order = order
            shown = Value(build.component(tensor, order), () if indices else order, order if indices else ())
            self.lowered.sides = (
                Side(shown, reader.source(left), _span(left)),
                Side(settled, reader.source(right), _span(right)),
            )
        return True

    def _linked(self, tensor: Tensor, value: Value) -> tuple[Tensor, Value]:
        """A defined tensor and its value with what is defined further down put in, as they are shown."""
        linked = self.names.linked(tensor)
        if linked is tensor:
            return tensor, value
        assert linked.definition is not None
        axes = tuple(a.over(d) for a, d in zip(value.plain_axes, linked.dims, strict=True))
        return linked, Value(build.instantiate(linked.definition, axes), axes)

    def _leads_back(self, name: str, left: Node, right: Node) -> bool:
        """Does a definition lead back to itself through those before it?  That is told, with the way round."""
        bound = {canonical_name(n.text) for local, _ in self.tree.bindings for n in names_in(local)}
        sources = (right, *(value for _, value in self.tree.bindings))
        rests = frozenset(n for node in sources for n in rests_on(node, self.outer)) - bound
        # what no definition before mentions closes no circle, and most do not
        way = way_round(name, rests, self.outer) if self.outer.fact(("mentioned", name)) else []
        if not way:
            self.outer.own["rests", name] = rests
            self.outer.own.update((("mentioned", n), True) for n in rests)
            return False
        told = ", and ".join(f"`{a}` by `{b}`" for a, b in itertools.pairwise([name, *way]))
        turned = f"{self.reader.source(right)} = {self.reader.source(left)}"
        message = (
            f"definitions lead back to themselves: {' → '.join([name, *way])} ({told}); "
            f"where this is meant as a claim, write `{turned}`"
        )
        fixes = (Fix(f"write `{turned}`", (left.start, right.end), turned),) if not self.tree.bindings else ()
        related = self.reader.declared_at(*dict.fromkeys(way))
        self.report.add("EIN105", left.start, right.end, message, fixes, related=related)
        return True

    def _axes(self, value: Value, indices: tuple[str, ...], left: Node, right: Node) -> tuple[Index, ...] | None:
        """The indices that the definition abstracts over, in the order of its left side."""
        if value.flexible:
            self.report.add(
                "EIN301", right.start, right.end, "nothing here says how large this is: write `I(n)` or `ones(n)`"
            )
            return None
        by_name = {i.name: i for i in value.order}
        if indices and value.rank:
            message = f"the right side is a whole array, {value.shape_text()}: leave the indices on the left away, or index the right side as in `(…)_{''.join(indices)}`"
            self.report.add("EIN201", right.start, right.end, message)
            return None
        extra = [n for n in by_name if n not in indices]
        if extra:
            message = f"index {', '.join(f'`{n}`' for n in extra)} is free on the right and missing on the left: write it there, or sum over it"
            self.report.add("EIN201", right.start, right.end, message)
            return None
        if not indices:
            return flat(value.axes)
        missing = [n for n in indices if n not in by_name]
        if missing:
            what = ", ".join(f"`{n}`" for n in missing)
            self.report.add(
                "EIN204", right.start, right.end, f"the right side does not depend on {what}: it is repeated along it"
            )
        old = self.names.before(target_of(left)[0])  # type: ignore[index]
        declared = (
            old.tensor.dims
            if old is not None and old.tensor is not None and len(old.tensor.dims) == len(indices)
            else None
        )
        slots: list[Index] = []
        for place, name in enumerate(indices):
            fallback: Slot = Index(name, declared[place] if declared else Dim(name, inferred=True))
            slots.append(by_name.get(name, fallback))  # type: ignore[arg-type]
        return tuple(slots)


def _entries_of(left: Node) -> tuple[IndexEntry, ...]:
    """The indices on the left of a definition."""
    if isinstance(left, Transpose):
        return _entries_of(left.argument)
    return left.subscript.entries if isinstance(left, Indexed) else ()


def target_of(node: Node) -> tuple[str, tuple[str, ...], bool, Node] | None:
    """Name, indices, transposed or not, and the node of the name, of a left side that can be defined."""
    if isinstance(node, Transpose):
        inner = target_of(node.argument)
        return None if inner is None or inner[1] else (inner[0], (), not inner[2], inner[3])
    if isinstance(node, Name):
        return node.text, (), False, node
    if isinstance(node, Indexed) and isinstance(node.base, Name):
        entries = node.subscript.entries
        if node.subscript.text.isdigit() and not node.subscript.bracketed:
            return f"{node.base.text}_{node.subscript.text}", (), False, node
        names = tuple(e.plain for e in entries if e.plain)
        if len(names) == len(entries) == len(set(names)) and names and node.subscript.lower is None:
            if node.base.text in ("delta", "δ", "sum"):
                return None
            return node.base.text, names, False, node.base
    if isinstance(node, Indexed) and isinstance(node.base, Indexed) and isinstance(node.base.base, Name):
        inner_text = node.base.subscript.text
        names = tuple(e.plain for e in node.subscript.entries if e.plain)
        if inner_text.isdigit() and len(names) == len(node.subscript.entries) == len(set(names)):
            return f"{node.base.base.text}_{inner_text}", names, False, node.base
    return None
