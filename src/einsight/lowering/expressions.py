"""An expression's value, in both notations, with docs/pages/language.md#the-summation-convention.

Every method returns None for a part that could not be read; what is wrong with it has been reported then,
and whoever uses the part stays silent, so that one mistake gives one report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from ..syntax.tree import (
    Absolute,
    Addition,
    Call,
    Chain,
    Group,
    Indexed,
    IndexEntry,
    Iverson,
    Layer,
    Name,
    Node,
    Norm,
    Num,
    Subscript,
    Superscript,
    Symbol,
    Transpose,
)
from ..terms import build
from ..terms.dimension import Dim, Index, Shift, fresh_index
from ..terms.walk import replace_dims
from . import arrays, bounds, derivatives, products
from . import marks as kinds
from .indexing import component_of, read_indexed
from .layout import tensor_value
from .marks import Marks
from .names import CONSTANTS, Entry, Names
from .operators import SumSign, differential, nabla_sign, names_in, spread, sum_sign, with_underscore
from .report import Fix, Related, Report
from .values import Fused, Value, merge_orders


class Reader:
    """Reads the expressions of one statement.

    kept      indices that the convention must not sum: those on the left of a definition, and those
              that a written `∑` governs
    bound     those of them that a `∑` governs
    dims      inferred dimensions that turned out to be another one
    broadcast whether a term may lack indices of the left side (a definition)
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

    def source(self, node: Node) -> str:
        return self.text[node.start : node.end]

    def declared_at(self, *names: str) -> tuple[Related, ...]:
        """Where those names were declared, for `related`."""
        entries = [self.names.find(n) for n in names]
        return tuple((e.name, f"`{e.describe()}` is declared here") for e in entries if e and e.span)

    # nodes

    def read(self, node: Node) -> Value | None:
        product = spread(self.names, node)
        if product is not None:
            return self._row(node, product)
        method: Callable[[Node], Value | None] | None = getattr(self, "_" + type(node).__name__.lower(), None)
        if method is None:
            self.error("EIN002", node, f"`{self.source(node)}` is not supported here")
            return None
        return method(node)

    def _num(self, node: Num) -> Value:
        return Value(build.number(node.value))

    def _group(self, node: Group) -> Value | None:
        value = self.read(node.inner)
        return None if value is None else replace(value, traced=())  # a bracket closes what is summed in it

    def _symbol(self, node: Symbol) -> None:
        needs = {
            "∑": "`∑` needs an index: write `∑_j`, or `sum(x)` for the sum of all entries",
            "∂": "`∂` starts a derivative: write `∂f/∂x` or `∂/∂x (f)`",
        }
        message = needs.get(node.text, f"`{node.text}` must stand before what it differentiates: write `∇_x f`")
        self.error("EIN001", node, message)

    def _name(self, node: Name) -> Value | None:
        text = node.text
        if self.in_bracket and text in self.kept:
            return self._position(node)
        entry = self.names.get(text) or self.names.further_down(text)
        if entry is None:
            return self.unknown_name(node)
        if entry.tensor is None:
            self.marks.node(kinds.FUNCTION, node, entry.name)
            self.error("EIN002", node, f"`{text}` is a function: write `{text}(…)`")
            return None
        self.marks.node(kinds.TENSOR, node, entry.name)
        return tensor_value(entry.tensor)

    def _position(self, node: Name) -> Value:
        self.see(IndexEntry(node.start, node.end, ((node.text, 1),), 0))
        index = Index(node.text, Dim(node.text, inferred=True))
        return Value(build.position(index), order=(index,))

    def unknown_name(self, node: Name) -> Value | None:
        """A name that nobody declared: a constant, a dimension, the position of an index, or a mistake."""
        text = node.text
        if self.in_bracket and not self.names.is_dimension(text):
            return self._position(node)
        if text in ("I", "ones") or text in CONSTANTS:
            self.marks.node(kinds.CONSTANT, node)
            return Value(build.constant("pi")) if text in CONSTANTS else Value(build.ONE, flexible=text)
        if self.names.is_dimension(text):
            self.marks.node(kinds.DIMENSION, node)
            return Value(build.size(self.names.dimension(text)))
        if self.names.is_function(text):
            self.error("EIN001", node, f"`{text}` is a function: write its argument in brackets, as in `{text}(x)`")
            return None
        split = self.names.splits(text)
        fixes: tuple[Fix, ...] = ()
        if split:
            message = f"`{text}` is one name and is not declared; did you mean the product `{split}`?"
            fixes = (Fix(f"write `{split}`", (node.start, node.end), split),)
        else:
            nearest = self.names.nearest(text)
            message = f"`{text}` is not declared: say where it lives, as in `{text} in R^n`"
            if text.startswith("d") and self.names.knows(text[1:]) and self.names.knows("d"):
                message = f"`{text}` is not declared, and `d` is, so that this is no derivative: write `∂/∂{text[1:]}`"
            if nearest:
                message += f", or did you mean `{nearest}`?"
                fixes = (Fix(f"write `{nearest}`", (node.start, node.end), nearest),)
        self.error("EIN101", node, message, fixes)
        return None

    def _indexed(self, node: Indexed) -> Value | None:
        return read_indexed(self, node)

    def see(self, entry: IndexEntry) -> None:
        """Note where an index stands."""
        self.marks.index(entry)
        for name, _ in entry.names:
            self.index_spans.setdefault(name, []).append((entry.start, entry.end))

    # products

    def _chain(self, node: Chain) -> Value | None:
        return self._row(node, node.items)

    def _row(self, node: Node, items: tuple[tuple[str, Node], ...]) -> Value | None:
        """Factors up to the first operator that governs the rest, then the rest."""
        factors: list[tuple[str, Node, Value]] = []
        failed = False
        place = 0
        around, self.row_end = self.row_end, items[-1][1].end
        while place < len(items):
            operator, item = items[place]
            found = self._governs(items, place)
            if found is not None:
                read = [(operator, item, found[0])]
                place = found[1]
            else:
                # `s_i(1 - s_i) δ_ij` is one product of three: no bracket of its own holds both `s_i`
                parts = spread(self.names, item) if operator != "/" else None
                nodes = [n for _, n in parts] if parts else [item]
                read = [("" if k else operator, n, self.read(n)) for k, n in enumerate(nodes)]
                place += 1
            for sign, factor, value in read:
                if value is None:
                    failed = True
                else:
                    factors.append((sign, factor, value))
        self.row_end = around
        return None if failed else self.contract(node, factors)

    def _governs(self, items: tuple[tuple[str, Node], ...], place: int) -> tuple[Value | None, int] | None:
        """The value of a sum sign or derivative with all that it takes in, and where the row goes on."""
        item = items[place][1]
        sign = sum_sign(item)
        if sign is not None:
            self.marks.add(kinds.OPERATOR, item.start, item.start + (1 if self.text[item.start] == "∑" else 3), "∑")
            return self._sum(sign, items[place + 1 :]), len(items)
        nabla = nabla_sign(item, self.names)
        if nabla is not None:
            self.marks.add(kinds.OPERATOR, item.start, item.start + 1, self.text[item.start])
            rest = items[place + 1 :]
            return derivatives.nabla(self, nabla, _as_node(rest) if rest else None), len(items)
        found = differential(items, place, self.names)
        if found is None:
            self._warn_of_differentials(items, place)
            return None
        for at in (found.node.start, *(v.start - 1 for v in found.variables)):
            self.marks.add(kinds.OPERATOR, at, at + 1, self.text[at])
        after = place + found.consumed
        if found.numerator is not None:
            return derivatives.differential(self, found, found.numerator), after
        rest = items[after:]
        if not rest or rest[0][0] == "/":
            name = self.source(found.node)
            self.error(
                "EIN001",
                found.node,
                f"nothing stands after `{name}`: write what it differentiates, as in `{name} (a' x)`",
            )
            return None, len(items)
        return derivatives.differential(self, found, _as_node(rest)), len(items)

    def _warn_of_differentials(self, items: tuple[tuple[str, Node], ...], place: int) -> None:
        """`dy/dx` of two declared names is a quotient, which a reader may take for a derivative."""
        pair = [n for _, n in items[place : place + 2]]
        if len(pair) < 2 or items[place + 1][0] != "/":
            return
        if all(isinstance(n, Name) and n.text[0] == "d" and len(n.text) > 1 and self.names.knows(n.text) for n in pair):
            a, b = (self.source(n) for n in pair)
            message = f"`{a}/{b}` is the quotient of two declared names; the derivative is `∂{a[1:]}/∂{b[1:]}`"
            self.report.add("EIN104", pair[0].start, pair[1].end, message)

    def contract(self, node: Node, factors: list[tuple[str, Node, Value]]) -> Value | None:
        """The product of the factors, summed by the convention over each index that two of them share."""
        if len(factors) == 1:
            return factors[0][2]
        values = self.agree(factors)
        if values is None:
            return None
        counts: dict[Index, int] = {}
        for value in values:
            for index in value.order:
                counts[index] = counts.get(index, 0) + 1
        for index, count in counts.items():
            if count > 2 and index.name not in self.kept:
                self.too_often(node, index.name, count)
                return None
        traced = [n for v in values for n in v.traced]
        clash = next((n for n in traced if traced.count(n) > 1 or any(i.name == n for i in counts)), None)
        if clash is not None:
            self.too_often(node, clash, 2 * traced.count(clash) + sum(c for i, c in counts.items() if i.name == clash))
            return None
        whole = products.multiply(self, node, [(op, n, v) for (op, n, _), v in zip(factors, values, strict=True)])
        if whole is None:
            return None
        divided = self._divided(node, factors, values)
        summed = [i for i, c in counts.items() if c == 2 and i.name not in self.kept and i not in divided]
        for index in summed:
            self.marks.summed(index.name, node.start, node.end, index.dim)
        order = tuple(i for i in merge_orders(*(v.order for v in values)) if i not in summed)
        term = build.product([whole.term], summed) if summed else whole.term
        result = replace(whole, term=term, order=order, traced=())
        return self._closed(result, [i.name for i in summed]) if summed else result

    def _divided(self, node: Node, factors: list[tuple[str, Node, Value]], values: list[Value]) -> set[Index]:
        """Indices that stand above and below the line of one quotient, once each: a normalisation keeps them free."""
        above, below = (
            [i for (op, _, _), v in zip(factors, values, strict=True) if (op == "/") is under for i in v.order]
            for under in (False, True)
        )
        found = {i for i in above if i.name not in self.kept and above.count(i) == below.count(i) == 1}
        for index in sorted(found, key=lambda i: i.key):
            self.error(
                "EIN207",
                node,
                f"`{index.name}` stands above and below the line of this quotient, so it is not summed: "
                f"write `∑_{index.name}` before it for the sum",
            )
        return found

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

    @contextmanager
    def keeping(self, names: Iterable[str]) -> Iterator[None]:
        before = set(self.kept)
        self.kept.update(names)
        try:
            yield
        finally:
            self.kept = before

    # sums

    def _sum(self, sign: SumSign, rest: tuple[tuple[str, Node], ...]) -> Value | None:
        subscript = sign.subscript
        if subscript is None:
            self._symbol(Symbol(sign.node.start, sign.node.end, "∑"))
            return None
        if subscript.problem:
            self.error("EIN001", subscript, subscript.problem)
            return None
        names = [e.plain for e in subscript.entries]
        if not names or any(n is None for n in names):
            self.error("EIN001", subscript, "below a sum sign stand indices, as in `∑_j` or `∑_{i,j}`")
            return None
        if not rest or rest[0][0] == "/":
            self.error(
                "EIN001",
                sign.node,
                f"nothing stands after this sum: write what it adds up, as in `∑_{names[0]} x_{names[0]}`",
            )
            return None
        for entry in subscript.entries:
            self.see(entry)
        wanted = [n for n in names if n]
        around, self.bound = self.bound, self.bound | set(wanted)
        with self.keeping(wanted):
            body = self.read(_as_node(rest))
        self.bound = around
        if body is None:
            return None
        self._run_over_shifted(body, wanted)
        bound = [i for i in body.order if i.name in wanted]
        limits = bounds.read_bounds(self, sign, body)
        for name in wanted:
            if not any(i.name == name for i in bound):
                if limits.axis is None:
                    message = f"index `{name}` does not occur in what is summed, so its range is unknown: give a bound, as in `∑_{{{name}=1}}^n`"
                    self.error("EIN201", subscript, message)
                    return None
                bound.append(Index(name, limits.axis))
        body = bounds.restrict(self, sign, body, bound, limits)
        bound = [Index(i.name, self.resolved(i.dim)) for i in bound]
        for index in bound:
            self.marks.summed(index.name, sign.node.start, rest[-1][1].end, index.dim, self._written_bounds(sign))
        order = tuple(i for i in body.order if i.name not in wanted)
        return self._closed(replace(body, term=build.product([body.term], bound), order=order), wanted)

    def _run_over_shifted(self, body: Value, names: Sequence[str]) -> None:
        """An index that stands in `x_{i-1}` alone runs over the axis of `x`, where nothing else says how far."""
        for term in body.term.walk():
            for slot in term.slots():
                if isinstance(slot, Shift) and len(slot.indices) == 1:
                    ((index, _),) = slot.indices
                    if index.name in names and self.resolved(index.dim) is Dim(index.name, inferred=True):
                        self.same_dim(slot.dim, index.dim)

    def _written_bounds(self, sign: SumSign) -> str:
        """`2 to n - 1`, where bounds are written."""
        if sign.upper is None or sign.subscript is None:
            return ""
        return f"{sign.subscript.lower or 1} to {self.source(sign.upper).strip('{}() ')}"

    def _closed(self, value: Value, names: Iterable[str]) -> Value:
        """The value of a sum: what was learned of the summed indices holds inside it alone."""
        learned = {Dim(n, inferred=True) for n in names} & self.dims.keys()
        gone = {d for d in learned if not self.names.is_axis(d)}
        if not gone:
            return value
        value = self.settle(value)
        for dim in gone:
            del self.dims[dim]
        return value

    def _addition(self, node: Addition) -> Value | None:
        read = [(sign, part, self.read(part)) for sign, part in node.items]
        if any(v is None for _, _, v in read):
            return None
        return arrays.add(self, node, [(s, p, v) for s, p, v in read if v is not None])

    def _layer(self, node: Layer) -> Value | None:
        read = [(op, part, self.read(part)) for op, part in node.items]
        if any(v is None for _, _, v in read):
            return None
        return arrays.layer(self, node, [(op, p, v) for op, p, v in read if v is not None])

    # postfix

    def _transpose(self, node: Transpose) -> Value | None:
        if isinstance(node.argument, Transpose) and not node.prime:
            what = self.source(node.argument.argument)
            message = f"two transposes follow one another: write `{what}`, or `({self.source(node.argument)})^T` if you mean it"
            self.error("EIN001", node, message, (Fix(f"write `{what}`", (node.start, node.end), what),))
            return None
        if isinstance(node.argument, Num) and node.argument.value == 1:
            return Value(build.ONE, row=True, flexible="ones")
        value = self.read(node.argument)
        if value is None:
            return None
        if value.rank == 0 and not value.flexible:
            if value.order:
                message = "a component is a number and has no transpose: exchange its indices instead"
                self.error("EIN203", node, message)
                return None
            return value
        if value.rank > 2:
            self.error(
                "EIN002", node, f"a transpose needs a vector or a matrix, and this has {value.rank} axes: use indices"
            )
            return None
        return value.transposed()

    def _superscript(self, node: Superscript) -> Value | None:
        if isinstance(node.base, Superscript) and self.text[node.base.end : node.base.end + 1] == "^":
            what = self.source(node)
            self.error(
                "EIN001", node, f"`{what}` can be read in two ways: write brackets, as in `(a^b)^c` or `a^(b^c)`"
            )
            return None
        base = self.read(node.base)
        exponent = self.read(node.exponent)
        if base is None or exponent is None:
            return None
        if exponent.rank or exponent.order or exponent.flexible:
            self.error("EIN002", node.exponent, "an exponent must be a number")
            return None
        return arrays.power(self, node, base, exponent.term)

    def _absolute(self, node: Absolute) -> Value | None:
        value = self.read(node.inner)
        if value is None:
            return None
        if value.rank == 2:
            return arrays.call(self, node, "det", [node.inner], [value])
        return replace(value, term=build.apply("abs", value.term))

    def _norm(self, node: Norm) -> Value | None:
        value = self.read(node.inner)
        return None if value is None else arrays.call(self, node, "norm", [node.inner], [value])

    def _iverson(self, node: Iverson) -> Value | None:
        left, right = self._bracket_side(node.left), self._bracket_side(node.right)
        if left is None or right is None:
            return None
        # `[i = j]` compares two positions on axes of one size
        if (
            left.order
            and right.order
            and build.position(left.order[0]) is left.term
            and build.position(right.order[0]) is right.term
        ):
            if self.same_dim(left.order[0].dim, right.order[0].dim) is None:
                self.error("EIN301", node, "the two indices run over different sizes")
                return None
            left, right = self.settle(left), self.settle(right)
        if left.rank or right.rank:
            return arrays.mask(self, node, left, right)
        order = merge_orders(left.order, right.order)
        return Value(build.bracket(node.relation, left.term, right.term), order=order)

    def _bracket_side(self, node: Node) -> Value | None:
        """One side of an Iverson bracket, where an index stands for its position: `[j ≤ i + 1]`."""
        inside = node
        while isinstance(inside, Group):
            inside = inside.inner
        before, self.in_bracket = self.in_bracket, isinstance(inside, (Name, Addition))
        value = self.read(node)
        self.in_bracket = before
        return value

    # calls and derivatives

    def _call(self, node: Call) -> Value | None:
        callee, primes = with_underscore(self.names, node.callee) or node.callee, ""
        while isinstance(callee, Transpose) and callee.prime:
            callee, primes = callee.argument, primes + "'"
        if primes and isinstance(callee, Name) and len(node.arguments) == 1:
            entry = self.names.get(callee.text)
            self.marks.node(kinds.FUNCTION, callee, entry.name if entry is not None else callee.text)
            if entry is not None and entry.function is not None:
                message = f"`{callee.text}` is a function of arrays: write its derivative as `J_{callee.text}({self.source(node.arguments[0])})`"
                self.error("EIN002", node, message)
                return None
            if entry is None and self.names.elementwise(callee.text):
                message = f"`{callee.text}{primes}` is no name: write the formula, or a derivative as in `d/dz {callee.text}(z)`"
                self.error("EIN002", node, message)
                return None
            argument = self.read(node.arguments[0])
            name = callee.text if entry is None else self.names.applied(entry)
            return None if argument is None else replace(argument, term=build.apply(name + primes, argument.term))
        unknown = self._unknown_function(callee, primes)
        if unknown is not None:
            return self._unknown_call(node, *unknown)
        if isinstance(callee, Name):
            text = callee.text
            entry = self.names.get(text)
            if entry is None and text in ("jac", "grad", "hess"):
                self.marks.node(kinds.FUNCTION, callee)
                return derivatives.derivative_call(self, node, text)
            if entry is None and text == "d":
                self.marks.node(kinds.FUNCTION, callee)
                return derivatives.total(self, node)
            if entry is None and text in ("I", "ones"):
                self.marks.node(kinds.CONSTANT, callee)
                return self._sized(node, text)
            known = entry is None and self.names.is_function(text)
            if known or (entry is not None and entry.kind == "function"):
                self.marks.node(kinds.FUNCTION, callee, entry.name if entry is not None else text)
                values = [self.read(a) for a in node.arguments]
                if any(v is None for v in values):
                    return None
                return arrays.call(self, node, text, node.arguments, [v for v in values if v is not None])
            if entry is None or entry.kind == "inferred":
                self._no_function(callee, text)
                return None
        if isinstance(callee, Indexed) and isinstance(callee.base, Name):
            self._no_function(callee, callee.base.text, callee.subscript)
            return None
        self.error("EIN001", node, f"`{self.source(callee)}` is no function, so it takes no list of arguments")
        return None

    def _no_function(self, callee: Node, text: str, subscript: Subscript | None = None) -> None:
        """A name before brackets that is neither a function nor declared: never an array."""
        whole = text if subscript is None else f"{text}_{subscript.text.strip('{}')}"
        declared = f"declare it, as in `{text} : R -> R` for a function or `{text} in R^n` for an array"
        if subscript is not None and len(subscript.text) == 1 and self.names.is_function(text):
            index = subscript.text
            message = (
                f"`{whole}` is no function that einsight knows: `{text}` is, of whole arrays; along an index write it with "
                f"a sum, as in `log(∑_{index} exp(S_i{index}))`, or {declared}"
            )
            self.error("EIN107", callee, message)
            return
        nearest = self.names.nearest_function(whole) or self.names.nearest_function(text)
        message = f"`{whole}` is no function that einsight knows, and not declared: " + (
            f"did you mean `{nearest}`? Or {declared}" if nearest else declared
        )
        fixes = (Fix(f"write `{nearest}`", (callee.start, callee.end), nearest),) if nearest else ()
        self.error("EIN107", callee, message, fixes)

    def _unknown_function(self, callee: Node, primes: str) -> tuple[Entry, int, Subscript | None] | None:
        """`f`, `J_f`, `H_f` or `f_i` before its argument: the entry, the order of the derivative, the index."""
        if primes or not isinstance(callee, Indexed) or not isinstance(callee.base, Name):
            return None
        text, subscript = callee.base.text, callee.subscript
        entry = self.names.find(text)
        if entry is not None and entry.function is not None:
            return entry, 0, subscript
        inner = self.names.find(subscript.text)
        if entry is None and inner is not None and inner.function is not None:
            order = {"J": 1, "H": 2}.get(text, int(text[1:]) if text[0] == "J" and text[1:].isdigit() else 0)
            return (inner, order, None) if order else None
        return None

    def _unknown_call(self, node: Call, entry: Entry, order: int, subscript: Subscript | None) -> Value | None:
        self.names.used.add(entry.name)
        callee = node.callee
        assert isinstance(callee, Indexed)
        self.marks.node(kinds.FUNCTION, callee.subscript if order else callee.base, entry.name)
        values = [self.read(a) for a in node.arguments]
        known = [v for v in values if v is not None]
        if len(known) < len(values):
            return None
        value = arrays.unknown_call(self, node, entry, node.arguments, known, order)
        if value is None or subscript is None:
            return value
        return component_of(self, node, value, subscript)

    def _sized(self, node: Call, text: str) -> Value | None:
        dims = []
        for argument in node.arguments:
            if isinstance(argument, Num) and argument.value.denominator == 1:
                dims.append(Dim(int(argument.value)))
            elif isinstance(argument, Name):
                self.marks.node(kinds.DIMENSION, argument)
                dims.append(self.names.dimension(argument.text))
            else:
                self.error("EIN001", argument, f"`{text}` takes dimensions, as in `{text}(n)`")
                return None
        axes = tuple(fresh_index(d) for d in dims)
        if text == "I":
            rows, columns = fresh_index(dims[0]), fresh_index(dims[-1])
            return Value(build.delta(rows, columns), (rows, columns))
        return Value(build.ONE, axes)


def _as_node(items: tuple[tuple[str, Node], ...]) -> Node:
    if len(items) == 1:
        return items[0][1]
    return Chain(items[0][1].start, items[-1][1].end, (("", items[0][1]), *items[1:]))
