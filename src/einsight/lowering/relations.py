"""Relations: definitions, claims, chains and queries."""

from __future__ import annotations

import itertools
from dataclasses import replace

from ..syntax.tree import Indexed, IndexEntry, Name, Node, Relation, Transpose
from ..terms import build
from ..terms.dimension import Dim, Index, Slot, fresh_index
from ..terms.term import Number, Tensor
from . import marks as kinds
from .circles import rests_on, way_round
from .declarations import is_redeclared
from .defining import SIGNS, is_numbered, target_of
from .expressions import Reader
from .lowered import Lowered, Side
from .marks import Marks
from .names import NOTES, Entry, Names, canonical_name
from .operators import names_in, nodes_in
from .report import Fix, Report
from .values import Value, flat


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def lower_relation(tree: Relation, names: Names, report: Report, lowered: Lowered, text: str) -> None:
    """What it defines is told to `names`; its sides go into `lowered`."""
    _Relation(tree, names, report, lowered, text).lower()


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
        return tuple(Side(self.reader.settle(v) if v else None, self.reader.source(n), n.span) for n, v in read)

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

    def _target(self, left: Node, right: Node) -> tuple[str, tuple[str, ...], bool, Node] | None:
        """What a definition of that left side defines."""
        return target_of(left, lambda node: self._is_mark(node, right))

    def _is_mark(self, node: Indexed, right: Node) -> bool:
        """Does a subscript belong to the name, as in `W_q = A B` or `x_new = x - t g`?

        It does where the name with it is known.  Otherwise, what no subscript on the right has is no index, unless a number is
        repeated along it: that is said with one letter, `y_i = c`.
        """
        name = node.marked
        if not name or is_numbered(node) or self.names.knows(name):
            return name != ""
        assert isinstance(node.base, Name)
        if node.base.text in SIGNS:
            return False
        letters = {e.plain for e in node.subscript.entries}
        inside = list(nodes_in(right))
        used = {n for p in inside if isinstance(p, Indexed) for n in p.subscript.letters}
        used |= {p.text for p in inside if isinstance(p, Name)}
        if self.names.fact(NOTES) or letters & used or None in letters:
            return False
        known = self.names.find(node.base.text)
        if known is not None and (known.tensor is None or len(known.tensor.dims) != len(node.subscript.entries)):
            return True
        if len(node.subscript.entries) > 1:
            return True
        value = Reader(self.names.child(), Report(), self.text, self.lowered.layout).read(right)
        return value is not None and value.rank > 0

    def _is_definition(self, left: Node, right: Node) -> bool:
        found = self._target(left, right)
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
        found = self._target(left, right)
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
        again = self.tree.assigns and not local and old is not None and old.kind == "defined"
        if again and is_redeclared(self.names, name, node, self.report):
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
        if not indices and value.rank == 1 and value.row and self._is_row(old):
            value = replace(value, axes=(fresh_index(Dim(1)), *value.axes), row=False)
            slots = self._axes(value, indices, left, right)
            assert slots is not None
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
        (self.names if local else self.outer).put(Entry(name, tensor, node.span, "defined", defines=before))
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
                Side(shown, reader.source(left), left.span),
                Side(settled, reader.source(right), right.span),
            )
        return True

    def _is_row(self, old: Entry | None) -> bool:
        """Is a name one that is declared with one row, or may it be, as authors call a row by a bare name?"""
        tensor = old.tensor if old is not None and old.kind == "declared" else None
        if tensor is None:
            return bool(self.names.fact(NOTES)) and (old is None or old.kind == "defined")
        return len(tensor.dims) == 2 and tensor.dims[0].value == 1

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
        old = self.names.before(self._target(left, right)[0])  # type: ignore[index]
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
