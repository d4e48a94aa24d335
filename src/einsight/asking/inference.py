"""Which dimensions of a formula of whole arrays are the same: unification over its tree.

Of each name it is known whether it is a number, a vector or a matrix; then every product, sum, derivative and `=` says more.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce

from ..lowering.constants import COMMUTATIONS
from ..lowering.function_table import ROWS
from ..lowering.mentioned import walk
from ..lowering.names import AS_ROW, Names, canonical_name
from ..lowering.operators import juxtaposed, spread, sum_sign
from ..syntax.quotients import Quotient, units
from ..syntax.tree import (
    Absolute,
    Addition,
    Array,
    Call,
    Chain,
    Group,
    Indexed,
    Iverson,
    Keyword,
    Layer,
    Name,
    Node,
    Norm,
    Num,
    Quoted,
    Relation,
    Superscript,
    Symbol,
    Transpose,
)
from ..terms.term import Tensor
from .dimensions import ONE, SCALAR, Conflict, OfNoArray, Shape, is_fused
from .entrywise import EntryByEntry
from .ranks import MATRIX, MEMBER, ROW, fresh_letters
from .signs import NOT_OF_NUMBERS, OF_SQUARES, flat, is_along_an_index, is_d, is_nabla, is_sign, is_written_out

_TO_NUMBERS = {"tr", "trace", "det", "logdet", *(row.name for row in ROWS if row.along and not row.keeps_axis)}
_ALONG = {row.name for row in ROWS if row.along}
_OF_BLOCKS = {"kron", "khatri_rao", *COMMUTATIONS}
# how much care is taken: notes may multiply numbers entry by entry, and what is asked does not; strictly, no number is added to an array
NOTES, LOOSE, STRICT = range(3)


class Inference(EntryByEntry):
    """`called` are names that stand before their arguments, `f` of `f(w)`: that is `f` itself."""

    def __init__(self, names: Names, ranks: dict[str, int], care: int, called: frozenset[str] = frozenset()):
        self.names, self.ranks, self.care, self.called = names, ranks, care, called
        super().__init__()
        self.shape_of: dict[str, Shape] = {}
        self.reduced = set[int]()
        self.gives_number = False
        self.intercepts: set[str] = set()

    def found(self) -> dict[str, tuple[str, ...]]:
        """Shapes with a letter for each dimension that nothing names."""
        taken = {str(self.root(d)) for shape in self.shape_of.values() for d in shape}
        taken |= {name for kind, name in self._facts() if kind in ("dim", "taken")} | self.ranks.keys()
        letters = fresh_letters(taken)
        named: dict[object, str] = {}
        out = {}
        for name, rank in self.ranks.items():
            dims = []
            for dim in self.shape_of.get(name, (self.fresh(), self.fresh()))[:rank]:
                at = self.root(dim)
                if is_fused(at):
                    raise OfNoArray
                if not isinstance(at, str):
                    at = named.get(at) or named.setdefault(at, next(letters))
                dims.append(at)
            if ONE in dims:
                raise Conflict
            out[name] = tuple(dims)
        return out

    def _facts(self) -> Iterator[tuple[str, str]]:
        scope: Names | None = self.names
        while scope is not None:
            yield from scope.own
            scope = scope.outer if isinstance(scope.outer, Names) else None

    # the tree

    def relation(self, tree: Relation, skip_left: bool, alike: bool = True, all_alike: bool = False) -> None:
        nodes = tree.sides[1:] if skip_left else tree.sides
        sides = [self.shape(s) for s in nodes]
        self.gives_number = self.is_number(sides[-1])
        if not alike:
            return
        for k, (left, right) in enumerate(itertools.pairwise(sides)):
            # an entry may be the last link of a chain of whole arrays
            if not (self.is_number(left) or self.is_number(right)):
                self.unify_shapes(left, right)
            elif not all_alike or self.is_number(left) == self.is_number(right):
                continue
            elif not is_written_out(nodes[k] if self.is_number(left) else nodes[k + 1]):
                raise Conflict

    def shape(self, node: Node) -> Shape:
        product = spread(self.names, node)
        if product is not None:  # `X(X'X)^-1`
            return self._chain(Chain(node.start, node.end, product))
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise Conflict
        return method(node)

    def _num(self, node: Num | Symbol) -> Shape:
        return SCALAR

    _symbol = _num

    def _name(self, node: Name) -> Shape:
        text = canonical_name(node.text)
        if text in ("ones", "0"):
            return (self.fresh(), ONE if text == "ones" else self.fresh())
        if text in self.ranks:
            if text not in self.shape_of:
                rank = self.ranks[text]
                row = (ONE, self.fresh())
                self.shape_of[text] = (
                    row if rank == ROW else (self.fresh() if rank > 0 else ONE, self.fresh() if rank > 1 else ONE)
                )
            return self.shape_of[text]
        entry = self.names.find(text)
        if entry is None and len(text) > 1 and text[0] == "d":
            return self._named(text[1:])  # a differential has the shape of what it is of
        if entry is None and text == "I":
            side = self.fresh()
            return (side, side)
        return SCALAR if entry is None or entry.tensor is None else self._of_tensor(entry.tensor)  # or a dimension

    @staticmethod
    def _of_tensor(tensor: Tensor) -> Shape:
        dims = [str(d) for d in tensor.dims]
        if len(dims) > 2:
            raise Conflict
        return (*dims, ONE, ONE)[:2]  # type: ignore[return-value]

    def _transpose(self, node: Transpose) -> Shape:
        if isinstance(node.argument, Num) and node.argument.value == 1:
            return ONE, self.fresh()  # `1' x`
        rows, columns = self.shape(node.argument)
        inner = (self.shape(n) for n in walk(node.argument) if isinstance(n, (Name, Indexed)))
        if self.is_number((rows, columns)) and all(map(self.is_number, inner)):
            raise Conflict  # nobody transposes a number
        return columns, rows

    def _superscript(self, node: Superscript) -> Shape:
        if isinstance(node.base, (Symbol, Indexed)) and is_sign(node.base):
            return SCALAR
        shape = self.shape(node.base)
        if not self.is_number(self.shape(node.exponent)):
            raise Conflict
        # a vector is raised entry by entry, which is written with a dot, unless it is what a function gives: `tanh(x)^2`
        if (
            self.care >= STRICT
            and not node.dotted
            and not isinstance(node.base, Call)
            and id(node) not in self.reduced | self.powers.keys()
            and not self.is_number(shape)
            and any(self.root(d) == ONE for d in shape)
        ):
            raise Conflict
        whole = all(self.root(d) != ONE for d in shape)
        if whole and not node.dotted and not isinstance(node.base, Norm):
            if self.powers.get(id(node)) and isinstance(node.exponent, Num) and node.exponent.value > 0:
                self.power_by_entry(node)
            else:
                self.unify(*shape)
        return shape

    def _group(self, node: Group) -> Shape:
        return self.shape(node.inner)

    def _array(self, node: Array) -> Shape:
        rows = [e.entries if isinstance(e, Array) else (e,) for e in node.entries]
        if not all(self.is_number(self.shape(e)) for row in rows for e in row):
            raise Conflict
        return str(len(rows)), str(len(rows[0])) if isinstance(node.entries[0], Array) else ONE

    def _norm(self, node: Norm) -> Shape:
        if self.is_number(self.shape(node.inner)) and self.care >= STRICT:
            raise Conflict
        return SCALAR

    def _absolute(self, node: Absolute) -> Shape:
        shape = self.shape(node.inner)
        if any(self.root(d) == ONE for d in shape):
            return shape
        self.unify(*shape)  # a determinant
        return SCALAR

    def _iverson(self, node: Iverson) -> Shape:
        return self._together(self.shape(node.left), self.shape(node.right))

    def _call(self, node: Call) -> Shape:
        callee = node.callee
        if isinstance(callee, Indexed) and self.names.is_function(callee.marked):  # `log_softmax`
            callee = Name(callee.start, callee.end, callee.marked)
        if is_along_an_index(callee, self.names) and self.is_number(self.shape(node.arguments[0])):
            return SCALAR  # of what is one component: `prod_i(x_i)`
        if not isinstance(callee, Name):
            raise Conflict
        if callee.text in self.called:
            return self._name(callee)
        if callee.text in ("I", "ones", "zeros"):
            sizes = [a.text for a in node.arguments if isinstance(a, Name)]
            return (sizes * 2)[:2] if callee.text == "I" and sizes else (*sizes, ONE, ONE)[:2]  # type: ignore[return-value]
        if callee.text == "kron" and len(node.arguments) == 2:
            return reduce(self._kronecker, map(self.shape, node.arguments))
        if callee.text in _OF_BLOCKS and len(node.arguments) == 2 and all(map(self.shape, node.arguments)):
            return self.fresh(), self.fresh()
        self.sum_over(node)
        plain = [a for a in node.arguments if not isinstance(a, (Keyword, Quoted))]
        axis = next((a.value for a in node.arguments if isinstance(a, Keyword)), None)
        self.reduced |= {id(a) for a in plain if callee.text in _TO_NUMBERS}  # `mean((X w - y)^2)`
        inner, *others = [self.shape(a) for a in plain]
        of_number = self.is_number(inner)
        if (
            of_number
            and self.care >= LOOSE
            and callee.text in NOT_OF_NUMBERS
            or self.names.fact(("of numbers", callee.text))
            and not of_number
        ):
            raise Conflict
        if callee.text in OF_SQUARES or (callee.text == "diag" and self.root(inner[1]) != ONE):
            self.unify(*inner)
            if callee.text == "expm" and self.is_number(inner):  # which has an exponential of its own
                raise Conflict
        if self.care >= LOOSE and callee.text in _ALONG and self.is_number(inner) and not others:
            raise Conflict  # nobody takes the mean of a number
        if callee.text in _TO_NUMBERS and isinstance(axis, Num) and all(self.root(d) != ONE for d in inner):
            return (inner[1 - int(axis.value) % 2], ONE)
        if callee.text in _TO_NUMBERS and (not others or callee.text == "norm"):
            return SCALAR
        for other in others:  # entry by entry, numbers among arrays
            inner = self._together(inner, other)
        if callee.text == "diag":
            return (inner[0], inner[0]) if self.root(inner[1]) == ONE else (inner[0], ONE)
        if callee.text == "vec":
            return self.fused(inner[1], inner[0]), ONE
        if callee.text == "d" or (self.names.is_function(callee.text) and not self.names.knows(callee.text)):
            return inner
        return self.product_of(self.shape(callee), inner)

    def _together(self, left: Shape, right: Shape) -> Shape:
        if self.is_number(right) or self.is_number(left):
            return left if self.is_number(right) else right
        self.unify_shapes(left, right)
        return left

    def _indexed(self, node: Indexed) -> Shape:
        if is_sign(node):
            return SCALAR
        if isinstance(node.base, (Norm, Absolute)):  # which norm
            return self._norm(Norm(node.start, node.end, node.base.inner))
        if canonical_name(node.marked) in self.ranks:  # a name with a mark below
            return self._named(node.marked)
        member = canonical_name(node.base.text) + MEMBER if isinstance(node.base, Name) else ""
        if member in self.ranks:
            return self._named(member)
        letters = [e.plain for e in node.subscript.entries]
        places = [("index", letter) if letter else self.fresh() for letter in letters]
        if isinstance(node.base, Name) and self.names.find(node.base.text) is None and node.base.text not in self.ranks:
            return SCALAR  # in index notation its axes are as long as its indices say
        if isinstance(node.base, Name):  # one of an array of samples
            way = self.names.fact(("family", canonical_name(node.base.text)))
            entry = self.names.find(node.base.text)
            dims = entry.tensor.dims if way and entry is not None and entry.tensor is not None else ()
            picked = [str(d) for d in dims[len(places) :]]
            if len(picked) == 1:
                return (ONE, picked[0]) if way == AS_ROW else (picked[0], ONE)
            if len(picked) == 2:
                return picked[0], picked[1]
        rows, columns = self.shape(node.base)
        name = canonical_name(node.base.text) if isinstance(node.base, Name) else ""
        if len(places) == 1 and self.ranks.get(name) == MATRIX and self.names.fact(("family", name)):
            self.unify(places[0], rows)  # one of the rows of an array of samples
            return columns, ONE
        axes = [d for d in (rows, columns) if self.root(d) != ONE]
        if len(places) != len(axes):
            raise Conflict
        for place, axis in zip(places, axes, strict=True):
            self.unify(place, axis)
        return SCALAR

    def _addition(self, node: Addition) -> Shape:
        found = [self.shape(part) for _, part in node.items]
        arrays = [s for s in found if not self.is_number(s)]
        numbers = [p for (_, p), s in zip(node.items, found, strict=True) if self.is_number(s)]
        numbers = [p for p in numbers if not (isinstance(p, Name) and canonical_name(p.text) in self.intercepts)]
        if self.care >= STRICT and arrays and not all(is_written_out(p) for p in numbers):
            raise Conflict  # a number that has a name is added to numbers
        for left, right in itertools.pairwise(arrays):
            self.unify_shapes(left, right)
        return arrays[0] if arrays else SCALAR

    def _layer(self, node: Layer) -> Shape:
        found = [self.shape(part) for _, part in node.items]
        if any(op == "⊗" for op, _ in node.items):
            if not all(op in ("", "⊗") for op, _ in node.items):
                raise Conflict
            return reduce(self._kronecker, found)
        factors = [s for (op, _), s in zip(node.items, found, strict=True) if op != "./"]
        of_numbers = any(self.is_number(s) for s in factors)
        if self.care >= LOOSE and of_numbers and any(op == "⊙" for op, _ in node.items):
            raise Conflict  # an elementwise product is of arrays
        return reduce(self._together, found)

    def _kronecker(self, left: Shape, right: Shape) -> Shape:
        """The Kronecker product of matrices, the outer one of vectors."""
        if self.is_number(left) or self.is_number(right):
            raise Conflict  # nobody takes one with a number
        if self.root(left[1]) == self.root(right[1]) == ONE:
            return left[0], right[0]
        return self.fused(left[0], right[0]), self.fused(left[1], right[1])

    def product_of(self, left: Shape, right: Shape) -> Shape:
        if self.is_number(left):
            return right
        if self.is_number(right):
            return left
        self.unify(left[1], right[0])
        return left[0], right[1]

    def _chain(self, node: Chain) -> Shape:
        directly = self.summed.get(id(node))
        node = replace(node, items=juxtaposed(self.names, node.items))
        rows = list(units(node))
        if directly is not None and not any(isinstance(u, Quotient) or is_nabla(u) or sum_sign(u) for _, u in rows):
            return self.entry_by_entry(rows, directly, self.care >= STRICT)
        done: Shape = SCALAR
        for k, (operator, unit) in enumerate(rows):
            if isinstance(unit, Quotient):
                above, below = self._quotient(unit)
                if above is None:  # `∂/∂x` of all that follows
                    rest = [(op, u) for op, u in rows[k + 1 :]]
                    return self.product_of(done, self._derivative(self._row(rest), below))
                done = self.product_of(done, self._derivative(above, below))
            elif is_nabla(unit):
                rest_shape = self._row(rows[k + 1 :])
                if not self.is_number(rest_shape) or not isinstance(unit, Indexed):
                    raise Conflict
                return self.product_of(done, self._named(unit.subscript.text.strip("{}")))
            else:
                shape = self.shape(unit)
                is_one = isinstance(unit, Num) and unit.value == 1 and not operator
                if is_one and isinstance(dict(rows[k + 1 : k + 2]).get(""), Transpose):
                    shape = self.fresh(), ONE  # `1 b'`
                if operator == "/" and not self.is_number(shape):
                    done = self.divided(rows[k - 1][1] if k else None, unit, done, shape)
                    continue
                is_number = isinstance(unit, Name) and self.ranks.get(canonical_name(unit.text)) == 0
                if self.care >= STRICT and is_number and operator != "/" and ONE not in map(self.root, done):
                    raise Conflict  # `X θ`: a number that has a name stands before the arrays
                done = self.product_of(done, shape)
        return done

    def _row(self, rows: list[tuple[str, Node]]) -> Shape:
        if not rows:
            raise Conflict
        return self._chain(Chain(rows[0][1].start, rows[-1][1].end, tuple(flat(rows))))

    def _named(self, name: str) -> Shape:
        return self._name(Name(0, 0, name))

    def _quotient(self, unit: Quotient) -> tuple[Shape | None, list[Shape]]:
        above = [n for n in unit.above if not is_d(n)]
        below = [self.shape(n.base if isinstance(n, Superscript) else n) for n in unit.below if not is_d(n)]
        return (self.shape(above[0]) if above else None), below

    def _derivative(self, shape: Shape, variables: list[Shape]) -> Shape:
        """As the layout lays it out."""
        layout = self.names.layout
        for variable in variables:
            if self.root(variable[0]) == ONE and not self.is_number(variable):  # `∂y/∂x'`
                variable, layout = variable[::-1], "numerator"
            if self.is_number(variable):
                shape = shape[::-1] if layout == "denominator" else shape
            elif self.is_number(shape):
                shape = variable[::-1] if layout == "numerator" else variable
            elif self.root(variable[1]) != ONE:
                raise Conflict  # three axes and more
            else:
                entries = shape[0] if self.root(shape[1]) == ONE else shape[1] if self.root(shape[0]) == ONE else None
                if entries is None:
                    raise Conflict
                shape = (variable[0], entries) if layout == "denominator" else (entries, variable[0])
        return shape
