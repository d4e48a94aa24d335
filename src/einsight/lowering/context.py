"""What reads a part of a statement is handed: the names, the report, and what has been learned of indices and dimensions so far.

Whoever reads a part gets it as `reader`, and asks it for the value of what stands inside; who reads what, `expressions.py` knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from ..syntax.tree import IndexEntry, Node
from ..terms.dimension import Dim, Index
from ..terms.walk import replace_dims
from .marks import Marks
from .names import Entry, Names
from .operators import names_in
from .report import Fix, Related, Report
from .values import Fused, Value


class Context:
    """What is known while the expressions of one statement are read.

    kept      indices that the convention must not sum: those on the left of a definition, and those
              that a written `∑` governs
    bound     those of them that a `∑` governs
    dims      inferred dimensions that turned out to be another one
    broadcast whether a term may lack indices of the left side (a definition)
    changes   `dx` by name, where a differential is taken and nobody declares it
    marks     what each piece of the text was taken for
    """

    def __init__(self, names: Names, report: Report, text: str, layout: str = "numerator", marks: Marks | None = None):
        self.names, self.report, self.text, self.layout = names, report, text, layout
        self.marks = Marks(text) if marks is None else marks
        self.row_end = len(text)  # of the row of factors that is being read
        self.kept: set[str] = set()
        self.bound: set[str] = set()
        self.dims: dict[Dim, Dim] = {}
        self.broadcast = False
        self.index_spans: dict[str, list[tuple[int, int]]] = {}
        self.in_bracket = False
        self.changes: dict[str, Entry] = {}

    def read(self, node: Node) -> Value | None:
        """The value of an expression; None where it could not be read, which has been reported then."""
        raise NotImplementedError

    def read_factor(self, node: Node) -> Value | None:
        """The same of what is known to be one factor: no `A (x)` that reads as a call."""
        raise NotImplementedError

    # dimensions

    def same_dim(self, a: Dim, b: Dim) -> Dim | None:
        """The one dimension that both are, or None where both are declared and differ."""
        a, b = self.resolved(a), self.resolved(b)
        if a is b:
            return a
        if a.parts and len(a.parts) == len(b.parts):
            agreed = [self.same_dim(x, y) for x, y in zip(a.parts, b.parts, strict=True)]
            return None if None in agreed else Dim.product([d for d in agreed if d])
        if b.inferred:
            self.dims[b] = a
            return a
        if a.inferred:
            self.dims[a] = b
            return b
        return None

    def resolved(self, dim: Dim) -> Dim:
        while dim in self.dims:
            dim = self.dims[dim]
        return dim

    def settle(self, value: Value) -> Value:
        """The value with every inferred dimension replaced by what it turned out to be."""
        if not self.dims:
            return value
        table = {d: self.resolved(d) for d in self.dims}

        def index(i: Index) -> Index:
            return i.over(table.get(i.dim, i.dim))

        axes = tuple(Fused(tuple(map(index, a.parts))) if isinstance(a, Fused) else index(a) for a in value.axes)
        order = tuple(dict.fromkeys(map(index, value.order)))
        return replace(value, term=replace_dims(value.term, table), axes=axes, order=order)

    # reports

    def error(self, code: str, node: Node, message: str, fixes: tuple[Fix, ...] = (), **more: object) -> None:
        self.report.add(code, node.start, node.end, message, fixes, **more)  # type: ignore[arg-type]

    def is_sized(self, node: Node, value: Value) -> bool:
        """Does anything say how large it is?  Reports that where nothing does."""
        if not value.flexible:
            return True
        message = f"nothing here says how large `{self.source(node)}` is: write `I(n)` or `ones(n)`"
        self.error("EIN301", node, message)
        return False

    def source(self, node: Node) -> str:
        return self.text[node.start : node.end]

    def declared_at(self, *names: str) -> tuple[Related, ...]:
        """Where those names were declared, for `related`."""
        entries = [self.names.find(n) for n in names]
        return tuple((e.name, f"`{e.describe()}` is declared here") for e in entries if e and e.span)

    # indices

    def see(self, entry: IndexEntry) -> None:
        """Note where an index stands."""
        self.marks.index(entry)
        for name, _ in entry.names:
            self.index_spans.setdefault(name, []).append((entry.start, entry.end))

    @contextmanager
    def keeping(self, names: Iterable[str]) -> Iterator[None]:
        before = set(self.kept)
        self.kept.update(names)
        try:
            yield
        finally:
            self.kept = before

    def agree(self, factors: list[tuple[str, Node, Value]]) -> list[Value] | None:
        """The factors with every shared index over one dimension."""
        seen: dict[str, tuple[Dim, Node]] = {}
        for _, item, value in factors:
            for index in value.order:
                known = seen.get(index.name)
                if known is None:
                    seen[index.name] = index.dim, item
                    continue
                agreed = self.same_dim(known[0], index.dim)
                if agreed is None:
                    message = (
                        f"index `{index.name}` runs over {known[0]} in `{self.source(known[1])}` and over "
                        f"{index.dim} in `{self.source(item)}`"
                    )
                    names = [n.text for n in names_in(known[1])] + [n.text for n in names_in(item)]
                    self.error("EIN301", item, message, related=self.declared_at(*names))
                    return None
                seen[index.name] = agreed, item
        return [self.settle(v) for _, _, v in factors]

    def too_often(self, node: Node, name: str, count: int) -> None:
        spans = [s for s in self.index_spans.get(name, []) if node.start <= s[0] < node.end]
        start, end = spans[2] if len(spans) > 2 else (node.start, node.end)
        message = (
            f"index `{name}` occurs {count} times in this product, and no `∑_{name}` says over what: "
            f"write `∑_{name}` before it, or give one of them another name"
        )
        others = tuple((s, f"`{name}` stands here too") for s in spans if s != (start, end))
        self.report.add("EIN202", start, end, message, related=others)

    def closed(self, value: Value, names: Iterable[str]) -> Value:
        """The value of a sum: what was learned of the summed indices holds inside it alone."""
        if not self.dims:
            return value
        learned = {Dim(n, inferred=True) for n in names} & self.dims.keys()
        gone = {d for d in learned if not self.names.is_axis(d)}
        if not gone:
            return value
        value = self.settle(value)
        for dim in gone:
            del self.dims[dim]
        return value
