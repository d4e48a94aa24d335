"""Products as contractions, and functions of matrices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..rules.catalogue import catalogue
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Number, Operator, Power, Product
from ..terms.unknown import ENTRY_FUNCTIONS, INNER_FUNCTIONS, is_unknown
from .arguments import refuse
from .arrays import Array, as_float, is_plain
from .contraction import entries, pairs
from .entries import Entries
from .singular import Singular
from .subscripts import axes_of, contraction, in_order


class Products(Entries):
    """The arrays of all terms."""

    def _product(self, term: Product) -> Array:
        factors, _ = build.open_product(term)
        over: list[Array] = []
        above: list[Array] = []
        below: list[str] = []
        numbers: list[str] = []  # Python's
        for factor in factors:
            if factor.free:
                above.append(self.value(factor))
            elif is_plain(factor):
                numbers.append(self.value(factor).text)
            elif isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value == -1:
                below.append(self.value(factor.base).text)
            else:
                over.append(self.value(factor))
        if not above and not over and not below:
            return Array(" * ".join(f"({n})" for n in numbers), ())
        scale = [as_float(" * ".join(numbers))] if len(numbers) > 1 else numbers
        minus = scale == ["-1"]
        scale = [] if minus else scale
        text = " * ".join(f"({s})" for s in [*scale, *(a.text for a in over)])
        if not above:
            return Array(_quotient(text or "1", below, minus), ())
        if not text and not below:
            array = self.contracted(above, term.free)
            return Array(f"-({array.text})", array.axes) if minus else array
        # the numbers go to the smallest array there is
        result_size = entries(term.free, self.expected)
        smallest = min(above, key=lambda a: entries(a.axes, self.expected))
        if len(above) > 1 and entries(smallest.axes, self.expected) < result_size:
            at = above.index(smallest)
            above[at] = Array(self.lines.name(_scaled(text, smallest.text, below, minus)), smallest.axes)
            return self.contracted(above, term.free)
        array = self.contracted(above, term.free)
        return Array(_scaled(text, array.text, below, minus), array.axes)

    def contracted(self, arrays: Sequence[Array], free: Iterable[Index]) -> Array:
        """The product of arrays, summed over what is not free."""
        free = frozenset(free)
        left = self.merged(arrays)
        for first, second in pairs([a.axes for a in left], free, self.expected):
            taken = left[first], left[second]
            left = [a for k, a in enumerate(left) if k not in (first, second)]
            array = self.pair(*taken, free.union(*(a.axes for a in left)))
            left.append(Array(self.lines.name(array.text), array.axes) if left else array)
        return self.totalled(left[0], free)

    def merged(self, arrays: Sequence[Array]) -> list[Array]:
        """Those with the same axes multiplied, which costs least of all, and first."""
        of_axes: dict[frozenset[Index], list[Array]] = {}
        for array in arrays:
            of_axes.setdefault(frozenset(array.axes), []).append(array)
        whole = []
        for same in of_axes.values():
            axes = self.common(*same)
            product = Array(" * ".join(f"({self.over(a, axes)})" for a in same), axes) if len(same) > 1 else same[0]
            whole.append(product if len(of_axes) == 1 else Array(self.lines.name(product.text), product.axes))
        return whole

    def totalled(self, array: Array, kept: frozenset[Index]) -> Array:
        """Summed over the axes that are not kept."""
        gone = tuple(k for k, a in enumerate(array.axes) if a not in kept)
        if not gone:
            return array
        which = "" if len(gone) == len(array.axes) else str(gone[0]) if len(gone) == 1 else str(gone)
        return Array(f"{self.atom(array.text)}.sum({which})", tuple(a for a in array.axes if a in kept))

    def pair(self, a: Array, b: Array, kept: frozenset[Index]) -> Array:
        """The product of two arrays, summed over what is in neither `kept`."""
        a = self.totalled(a, kept.union(b.axes))
        b = self.totalled(b, kept.union(a.axes))
        both = [i for i in a.axes if i in b.axes]
        summed, batch = [i for i in both if i not in kept], [i for i in both if i in kept]
        left, right = [i for i in a.axes if i not in both], [i for i in b.axes if i not in both]
        if summed and self.comes_first(right[:1], left[:1]):
            return self.pair(b, a, kept)

        def turned(left: Array, right: Array) -> int:
            """How many of them must be transposed for a matrix product; a vector stands behind a matrix in any case."""
            if len(left.axes) != len(right.axes):
                return len(left.axes) < len(right.axes)
            return (left.axes[-1] not in summed) + (right.axes[0] not in summed)

        if not summed:
            axes = self.common(a, b)
            return Array(f"({self.over(a, axes)}) * ({self.over(b, axes)})", axes)
        if batch and not (len(summed) == len(left) == len(right) == 1):
            axes = (*batch, *left, *right)
            return Array(self.einsum([a.axes, b.axes], axes, [a.text, b.text]), axes)
        if len(summed) == 1 and len(left) <= 1 and len(right) <= 1:
            if not batch and not self.comes_first(left[:1], right[:1]) and turned(b, a) < turned(a, b):
                a, b, left, right = b, a, right, left
            rows, columns = self.over(a, (*batch, *left, *summed)), self.over(b, (*batch, *summed, *right))
            return Array(f"({rows}) @ ({columns})", (*batch, *left, *right))
        places = [[x.axes.index(i) for i in summed] for x in (a, b)]
        return Array(self.dialect.tensordot.format(a.text, b.text, *places), (*left, *right))

    def comes_first(self, first: Sequence[Index], other: Sequence[Index]) -> bool:
        """Do both stand in the result, in that order?"""
        return (
            {*first, *other} <= set(self.axes)
            and bool(first and other)
            and self.axes.index(first[0]) < self.axes.index(other[0])
        )

    def einsum(self, inputs: Sequence[Sequence[Index]], output: Sequence[Index], arrays: Sequence[str]) -> str:
        return self.dialect.einsum.format(contraction(inputs, output), ", ".join(arrays))

    def _operator(self, term: Operator) -> Array:
        """A function of a matrix, or of a family of matrices, which become a stack."""
        if is_unknown(term.name):
            raise refuse(f"`{term.name}` is an unknown function and cannot be evaluated")
        if term.name in ENTRY_FUNCTIONS:
            return self.of_entries(term)
        family = in_order(term.arguments[0].free)
        params, body = build.open_abstraction(term.arguments[0])
        matrix = self.lines.name(self.filled(body, family + params))
        if term.name in INNER_FUNCTIONS:
            return self.picked(
                self.lines.name(Singular(self, matrix, len(family)).array(term)),
                (*family, *term.indices),
                axes_of(term),
            )
        if term.name == "det":
            return Array(self.dialect.det.format(matrix), family)
        if term.name == "logdet":
            return Array(self.log_determinant(matrix), family)
        if term.name == "expm":
            return self.picked(
                self.lines.name(self.dialect.expm.format(matrix)), (*family, *term.indices), axes_of(term)
            )
        result = self.dialect.inv.format(matrix) if term.name == "inv" else self.matrix_power(matrix, term)
        return self.picked(self.lines.name(result), (*family, *term.indices), axes_of(term))

    def of_entries(self, term: Operator) -> Array:
        """The largest entry, or the product of all, along the axes of a whole array."""
        params, body = build.open_abstraction(term.arguments[0])
        family = in_order(term.arguments[0].free)
        text = self.atom(self.lines.name(self.filled(body, family + params)))
        for axis in reversed(
            range(len(family), len(family) + len(params))
        ):  # one at a time: not all libraries take several
            text = (self.dialect.most if term.name == "max" else self.dialect.product).format(text, axis)
        return Array(text, family)

    def log_determinant(self, matrix: str) -> str:
        """`log(det(A))` even where the determinant is beyond the range of floats: not a number for a negative one."""
        pair = self.lines.name(self.dialect.slogdet.format(matrix))
        log = self.dialect.elementwise(catalogue().functions["log"])
        assert log is not None
        return f"{log.format(f'{pair}[0]')} + {pair}[1]"

    def matrix_power(self, matrix: str, term: Operator) -> str:
        exponent = term.arguments[1].body
        if exponent.free:
            raise refuse("a matrix to a power that varies with an index has no code yet")
        if isinstance(exponent, Number) and exponent.value.denominator == 1:
            return self.dialect.matrix_power.format(matrix, exponent.value)
        return self.dialect.matrix_power_by.format(matrix, self.value(exponent).text)


def _scaled(factor: str, text: str, below: Sequence[str], minus: bool) -> str:
    return _quotient(f"{factor} * ({text})" if factor else f"({text})", below, minus)


def _quotient(text: str, below: Sequence[str], minus: bool) -> str:
    for divisor in below:
        text = f"{text} / ({divisor})"
    return f"-({text})" if minus else text
