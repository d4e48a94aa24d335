"""Products within a `sum(…)` or a `mean(…)` of whole arrays: `sum(y * log(p))` is `sum(y ⊙ log(p))`.

Two columns have no other product; of two matrices in a row of factors that is summed as it stands, `sum(Y * log(P))`, it is a choice, which is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..lowering.mentioned import walk
from ..lowering.names import canonical_name
from ..syntax.finding import children
from ..syntax.quotients import Quotient
from ..syntax.tree import Addition, Call, Chain, Group, Name, Node, Norm, Num, Superscript
from .dimensions import ONE, SCALAR, Conflict, Dimensions, Shape
from .ranks import NUMBER, likely_ranks

OF_ENTRIES = frozenset({"sum", "mean"})
# what signs between matrices are taken for there, and what to write where that is not meant
PRODUCT, POWER, NORM = "* = ⊙", "^ = .^", "‖·‖_1 = induced"
CHOICES = {
    PRODUCT: "`*` between matrices that are summed is taken for `⊙`, entry by entry: write the product of matrices without a sign",
    POWER: "a power of a matrix that is summed is taken for `.^`, entry by entry: write the power of the matrix as a product",
    NORM: "`‖·‖_1` of a matrix is taken for the norm that vectors induce, its largest sum of a column: write `sum(abs(·))` for that of all entries",
}
Rows = Sequence[tuple[str, Node]]


class EntryByEntry(Dimensions):
    """The part of the inference that knows of sums over entries.

    powers    what is raised to a power within a sum, by the ids of its nodes, and whether that is summed as it stands
    summed    the rows of factors within a sum, by their ids; those that are summed as they stand are `directly` so
    dotted    what stands between two factors that are multiplied or divided entry by entry: begin, end, sign
    by_entries  whether one divides by a column entry by entry: by what is worked out, `1/(1 + exp(-X w))`; by `names` too
    chosen    which of `CHOICES` were made
    """

    ranks: dict[str, int]

    def __init__(self) -> None:
        super().__init__()
        self.summed: dict[int, bool] = {}
        self.dotted: list[tuple[int, int, str]] = []
        self.chosen: set[str] = set()
        self.by_entries = ""
        self.powers: dict[int, bool] = {}

    def product_of(self, left: Shape, right: Shape) -> Shape:
        raise NotImplementedError

    def shape(self, node: Node) -> Shape:
        raise NotImplementedError

    def sum_over(self, call: Call) -> None:
        """Take notice of the rows of factors that a call sums."""
        if not isinstance(call.callee, Name) or call.callee.text not in OF_ENTRIES:
            return
        argument = call.arguments[0]
        terms = [part for _, part in argument.items] if isinstance(argument, Addition) else [argument]
        for node in _within(argument):
            if isinstance(node, Superscript):  # a column has no other power
                self.powers[id(node)] = any(node in _scaled(t) for t in terms)
            if isinstance(node, Chain):
                self.summed[id(node)] = any(node is t for t in terms) or self.summed.get(id(node), False)

    def power_by_entry(self, node: Superscript) -> None:
        """A power of a matrix that is summed is one of its entries."""
        if node.dotted or not isinstance(node.exponent, Num):
            raise Conflict
        is_raised = node.end - node.base.end < 2  # `²`
        end = node.end if is_raised else node.exponent.start
        self.dotted.append((node.base.end, end, f".^{node.exponent.value}" if is_raised else ".^"))
        self.chosen.add(POWER)

    def divided(self, before: Node | None, node: Node, done: Shape, shape: Shape) -> Shape:
        """A number or a column by a column, which is entry by entry in what is asked.  Raises Conflict."""
        is_one = self.by_entries == "names" or (self.by_entries and isinstance(node, (Group, Call)))
        is_above = self._is_column(done) and (not self.is_number(done) or isinstance(before, (Num, Name)))
        if not is_one or before is None or not self._is_column(shape) or not is_above:
            raise Conflict
        self._dot(before, node, "./")
        return self._alike(done, shape)

    def entry_by_entry(self, rows: Rows, directly: bool, is_strict: bool) -> Shape:
        """The shape of a row of factors within a sum.  Raises Conflict."""
        found = [SCALAR if isinstance(n, Quotient) else self.shape(n) for _, n in rows]
        if is_strict and not all(map(self.is_number, found)):
            for (operator, node), shape in zip(rows, found, strict=True):
                if operator != "/" and self.is_number(shape) and self._is_of_named_numbers(node):
                    raise Conflict  # `y log(p)`: what is worked out of a number beside an array that is summed
        return self._folded(rows, found, directly)

    def _folded(self, rows: Rows, found: Sequence[Shape], directly: bool) -> Shape:
        done: Shape = SCALAR
        for k, ((operator, node), shape) in enumerate(zip(rows, found, strict=True)):
            before = rows[k - 1][1] if k else None
            if self.is_number(shape):
                continue
            if operator == "/":
                self._dot(before, node, "./")
                done = self._alike(done, shape)
            elif self.is_number(done) or before is None:
                done = shape
            elif self._is_column(done) and self._is_column(shape):
                self._dot(before, node, "⊙")
                done = self._alike(done, shape)
            elif self._is_column(done) and not self._is_row(shape):  # `y * X w`
                rest = self._folded([("", node), *rows[k + 1 :]], found[k:], directly)
                if not self._is_column(rest):
                    raise Conflict
                self._dot(before, node, "⊙")
                return self._alike(done, rest)
            elif (
                operator == "*"
                and directly
                and self._is_pair(found)
                and not (self._is_column(shape) or self._is_row(done))
            ):
                self._dot(before, node, "⊙")
                self.chosen.add(PRODUCT)
                done = self._alike(done, shape)
            else:
                done = self.product_of(done, shape)
        return done

    def _dot(self, before: Node | None, node: Node, sign: str) -> None:
        if before is not None:
            self.dotted.append((before.end, node.start, sign))

    def _alike(self, left: Shape, right: Shape) -> Shape:
        if self.is_number(left):
            return right
        self.unify_shapes(left, right)
        return left

    def _is_pair(self, found: Sequence[Shape]) -> bool:
        return sum(not self.is_number(s) for s in found) == 2

    def _is_column(self, shape: Shape) -> bool:
        return self.root(shape[1]) == ONE

    def _is_row(self, shape: Shape) -> bool:
        return self.root(shape[0]) == ONE

    def _is_of_named_numbers(self, node: Node) -> bool:
        """Is it worked out of names that nobody declared, each of them taken for a number, and of nothing else?"""
        if not isinstance(node, (Call, Superscript, Group)):
            return False
        callees = {id(n.callee) for n in walk(node) if isinstance(n, Call)}
        names = [canonical_name(n.text) for n in walk(node) if isinstance(n, Name) and id(n) not in callees]
        return bool(names) and all(self.ranks.get(n) == 0 for n in names)


def _scaled(term: Node) -> list[Node]:
    """What a term is a multiple of: `W^2` of `λ/2 W^2`."""
    if not isinstance(term, Chain):
        return [term]
    factors = [n for op, n in term.items if op != "/" and not isinstance(n, Num)]
    rest = [n for n in factors if not isinstance(n, Name) or likely_ranks(canonical_name(n.text))[0] != NUMBER]
    return rest if len(rest) == 1 else []


def _within(node: Node) -> Iterator[Node]:
    """What stands in a summed expression, but for what is a number of its own: a norm, a trace, a sum."""
    yield node
    is_number = isinstance(node, Norm) or (
        isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.text in ("tr", "det", "logdet", "norm")
    )
    for inner in () if is_number else children(node):
        yield from _within(inner)
