"""An expression's value, in both notations, with docs/pages/language.md#the-summation-convention.

Every method returns None for a part that could not be read; what is wrong with it has been reported then,
and whoever uses the part stays silent, so that one mistake gives one report.
"""

from __future__ import annotations

from collections.abc import Callable

from ..syntax.tree import (
    Absolute,
    Addition,
    Array,
    Call,
    Chain,
    Group,
    Indexed,
    IndexEntry,
    Iverson,
    Keyword,
    Layer,
    Name,
    Node,
    Norm,
    Num,
    Quoted,
    Superscript,
    Symbol,
    Transpose,
)
from ..terms import build
from ..terms.dimension import Dim, Index
from . import constants, elementwise, functions, norms
from . import marks as kinds
from .calls import read_call
from .context import Context
from .indexing import read_indexed
from .layout import tensor_value
from .names import CONSTANTS, canonical_name
from .operators import spread
from .reach import tell_of_letters_left_behind
from .report import Fix
from .rows import read_row
from .sums import NEEDS_INDEX
from .values import Value, merge_orders
from .written_arrays import read_array

_METHODS = {kind: f"_{kind.__name__.lower()}" for kind in Node.__subclasses__()}


class Reader(Context):
    """Reads the expressions of one statement: for each kind of node, who reads it."""

    def read(self, node: Node) -> Value | None:
        product = spread(self.names, node)
        if product is not None:
            return read_row(self, node, product)
        return self.read_factor(node)

    def read_factor(self, node: Node) -> Value | None:
        method: Callable[[Node], Value | None] | None = getattr(self, _METHODS[type(node)], None)
        if method is None:
            self.error("EIN002", node, f"`{self.source(node)}` is not supported here")
            return None
        return method(node)

    def _num(self, node: Num) -> Value:
        return Value(build.number(node.value))

    def _group(self, node: Group) -> Value | None:
        value = self.read(node.inner)
        # a bracket closes what is summed in it
        return value if value is None or not value.traced else value.closed(value.term)

    def _array(self, node: Array) -> Value | None:
        return read_array(self, node)

    def _symbol(self, node: Symbol) -> None:
        needs = {
            "∑": NEEDS_INDEX,
            "∂": "`∂` starts a derivative: write `∂f/∂x` or `∂/∂x (f)`",
        }
        message = needs.get(node.text, f"`{node.text}` must stand before what it differentiates: write `∇_x f`")
        self.error("EIN001", node, message)

    def _name(self, node: Name) -> Value | None:
        text = node.text
        if self.in_bracket and text in self.kept:
            return self._position(node)
        entry = self.names.get(text) or self.names.further_down(text) or self.changes.get(canonical_name(text))
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
        if (self.in_bracket or text in self.bound) and not self.names.is_dimension(text):
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
        if norms.is_norm(node):
            return norms.read_norm(self, node)
        if constants.is_constant(self.names, node):
            return constants.read_constant(self, node)
        return read_indexed(self, node)

    def _chain(self, node: Chain) -> Value | None:
        return read_row(self, node, node.items)

    def _addition(self, node: Addition) -> Value | None:
        if "∑" in self.text or "sum" in self.text:
            tell_of_letters_left_behind(self, node)
        read = [(sign, part, self.read(part)) for sign, part in node.items]
        if any(v is None for _, _, v in read):
            return None
        return elementwise.add(self, node, [(s, p, v) for s, p, v in read if v is not None])

    def _layer(self, node: Layer) -> Value | None:
        read = [(op, part, self.read(part)) for op, part in node.items]
        if any(v is None for _, _, v in read):
            return None
        return elementwise.layer(self, node, [(op, p, v) for op, p, v in read if v is not None])

    def _transpose(self, node: Transpose) -> Value | None:
        if isinstance(node.argument, Transpose) and not node.prime:
            what = self.source(node.argument.argument)
            message = f"two transposes follow one another: write `{what}`, or `({self.source(node.argument)})^T` if you mean it"
            self.error("EIN001", node, message, (Fix(f"write `{what}`", (node.start, node.end), what),))
            return None
        if isinstance(node.argument, Num) and node.argument.value == 1:
            return Value(build.ONE, row=True, flexible="ones")
        if isinstance(node.argument, Indexed) and constants.is_unit_vector(self.names, node.argument):
            return constants.read_unit_vector(self, node.argument).transposed()
        value = self.read(node.argument)
        if value is None:
            return None
        if value.order and constants.is_ones(node.argument):  # of a size that nobody declared
            return Value(build.ONE, row=True, flexible="ones")
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
        if (exponent.rank and not node.dotted) or exponent.flexible:
            self.error("EIN002", node.exponent, "an exponent must be a number")
            return None
        if exponent.rank or exponent.order:
            return elementwise.power_of_each(self, node, base, exponent)
        return elementwise.power(self, node, base, exponent.term)

    def _absolute(self, node: Absolute) -> Value | None:
        value = self.read(node.inner)
        if value is None:
            return None
        if value.rank == 2:
            return functions.call(self, node, "det", [node.inner], [value])
        return value.of(build.apply("abs", value.term))

    def _norm(self, node: Norm) -> Value | None:
        value = self.read(node.inner)
        return None if value is None else functions.call(self, node, "norm", [node.inner], [value])

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
            return elementwise.mask(self, node, left, right)
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

    def _keyword(self, node: Keyword) -> None:
        self.error(
            "EIN001", node, f"`{self.source(node)}` belongs to functions that run along an axis, as in `sum(X, axis=0)`"
        )

    def _quoted(self, node: Quoted) -> None:
        self.error("EIN001", node, f"`{self.source(node)}` names a norm, as in `norm(X, 'fro')`, and nothing else")

    def _call(self, node: Call) -> Value | None:
        return read_call(self, node)
