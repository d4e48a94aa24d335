"""A term as the source of one function `derivative` of keyword-only arrays, in the dialect of a library.

Each product becomes one contraction by `einsum`; functions stay elementwise.  Nothing is written in place, and shapes
are checked at the door, so the source can be traced and differentiated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from ..rules.catalogue import catalogue, written_out
from ..terms import build
from ..terms.dimension import Dim, Index, Shift, Slot, Tensor
from ..terms.term import (
    Apply,
    Bracket,
    Component,
    Constant,
    Delta,
    Number,
    Operator,
    Position,
    Power,
    Product,
    Size,
    Sum,
    Term,
)
from ..terms.unknown import is_unknown
from .arguments import (
    Namespace,
    argument_tensors,
    dims_needed,
    entries_text,
    least_sizes,
    measure,
    refuse,
    shape_checks,
    special_tensors,
)
from .dialect import Dialect
from .subscripts import axes_of, contraction, in_order, subscript

_RELATIONS = {"=": "==", "≠": "!=", "<": "<", "≤": "<="}
# whole numbers beyond are written as floats: JAX without 64 bits has no other
LARGEST_WHOLE = 2**31 - 1


def write(
    term: Term, axes: Sequence[Index], formula: str, inputs: Iterable[Tensor], dialect: Dialect
) -> tuple[str, dict[Tensor, str]]:
    """Source text, and the names of its arguments: the tensors that the term needs.

    Of `inputs` those are arguments too that tell a size that no other tells.  Raises EinsightError (EIN002) for what
    has no source, and where nothing tells a size.
    """
    axes = tuple(axes)
    defined = sorted((t for t in term.depends if t.definition is not None), key=lambda t: len(t.depends))
    bodies = [term, *(t.definition.body for t in defined if t.definition is not None)]
    parts = [p for body in bodies for p in body.walk()]
    needed = {a.dim for a in axes} | {d for t in parts for d in dims_needed(t)} | {d for t in defined for d in t.dims}

    names = Namespace()
    arguments = {t: names.name(t.name) for t in argument_tensors(parts, needed, inputs)}
    sizes = measure(arguments)
    writer = _Writer(dialect, names, arguments, sizes)
    for tensor in special_tensors(parts):
        writer.list_entries(tensor)
    for tensor in defined:
        writer.define(tensor)
    result = writer.result(term, axes)

    listed = ", ".join(arguments.values())
    head = [f"import {module}" for module in dialect.imports] + ["", ""]
    head.append(f"def derivative(*, {listed}):" if listed else "def derivative():")
    head += [f'    """{_docstring(formula)}"""'] if formula else []
    head += [f"    {line.format(listed)}" for line in dialect.setup]
    head += [f"    {n} = {dialect.array.format(n)}" for n in arguments.values()]
    checks = shape_checks(arguments, sizes, least_sizes(parts))
    return "\n".join([*head, *checks, *writer.lines, f"    return {result}", ""]), arguments


def _docstring(formula: str) -> str:
    return formula.replace("\\", "\\\\").replace('"', '\\"')


def _is_plain(term: Term) -> bool:
    """Is its value a Python number, whatever the library?"""
    if term.free or term.depends:
        return False
    if isinstance(term, (Number, Size, Constant)):
        return True
    if isinstance(term, Power):  # of a positive number, so that no complex number and no division by zero comes
        base = term.base
        positive = isinstance(base, (Size, Constant)) or (isinstance(base, Number) and base.value > 0)
        return positive and _is_plain(term.exponent)
    return isinstance(term, (Sum, Product)) and all(map(_is_plain, term.children()))


class _Writer:
    """Lines of source, one for each distinct part.

    The array of a term runs over `axes_of` it; `value` gives its name, `spread` that broadcast against more axes.
    """

    def __init__(self, dialect: Dialect, names: Namespace, tensors: Mapping[Tensor, str], sizes: Mapping[Dim, str]):
        self.dialect = dialect
        self.names = names
        self.tensors = dict(tensors)
        self.sizes = sizes
        self.lines: list[str] = []
        self.memo: dict[Term, str] = {}
        self.written: dict[str, str] = {}

    # lines

    def line(self, text: str) -> str:
        """The name of what the text computes; the same text is computed once."""
        if text.isidentifier():
            return text
        if text not in self.written:
            self.written[text] = name = self.names.name(f"t{len(self.lines) + 1}")
            self.lines.append(f"    {name} = {text}")
        return self.written[text]

    def list_entries(self, tensor: Tensor) -> None:
        """A line with the entries of a tensor that is known without being given."""
        name = self.tensors[tensor] = self.names.name(tensor.name)
        self.lines.append(f"    {name} = {self.dialect.array.format(entries_text(tensor))}")

    def define(self, tensor: Tensor) -> None:
        """A line that computes a defined tensor."""
        assert tensor.definition is not None
        params, body = build.open_abstraction(tensor.definition)
        text = self.array(body, params)
        name = self.tensors[tensor] = self.names.name(tensor.name)
        self.lines.append(f"    {name} = {text}")

    def result(self, term: Term, axes: tuple[Index, ...]) -> str:
        for axis in axes:
            self.size(axis.dim)
        text = self.array(term, axes)
        if _is_plain(term):
            return text
        # a component may be an argument itself, or a view of one
        return (self.dialect.copy if isinstance(term, Component) else self.dialect.array).format(text)

    def array(self, term: Term, axes: tuple[Index, ...]) -> str:
        """The array of a term over exactly those axes, never a Python number."""
        text, own = self.value(term), axes_of(term)
        if _is_plain(term):
            text = self.dialect.array.format(text)
        order = tuple(own.index(a) for a in axes if a in own)
        if order != tuple(range(len(own))):
            text = self.dialect.transpose.format(text, order)
        if len(own) < len(axes):
            shape = "(" + "".join(f"{self.size(a.dim)}, " for a in axes) + ")"
            among = text + subscript(axes, own) if own else text
            text = self.dialect.broadcast.format(among, shape)
        return text

    def size(self, dim: Dim) -> str:
        if isinstance(dim.value, int):
            return str(dim.value)
        if dim not in self.sizes:
            raise refuse(f"no array has the dimension {dim}, so its size is unknown")
        return self.sizes[dim]

    def value(self, term: Term) -> str:
        """A name or literal of the term's array."""
        found = self.memo.get(term)
        if found is None:
            text = getattr(self, "_" + type(term).__name__.lower())(term)
            if not isinstance(term, (Number, Size, Constant)):
                text = self.line(_as_float(text) if _is_plain(term) else text)
            found = self.memo[term] = text
        return found

    def spread(self, term: Term, axes: tuple[Index, ...]) -> str:
        """The array of a term, broadcast against `axes`."""
        text, own = self.value(term), axes_of(term)
        return text if own == axes or not own else text + subscript(axes, own)

    def einsum(self, inputs: Sequence[Sequence[Index]], output: Sequence[Index], arrays: Sequence[str]) -> str:
        template = self.dialect.einsum if len(arrays) < 3 else self.dialect.einsum_many
        return template.format(contraction(inputs, output), ", ".join(arrays))

    # numbers

    def _number(self, term: Number) -> str:
        value = term.value
        if max(abs(value.numerator), value.denominator) > LARGEST_WHOLE:
            return _as_literal(value)
        if value.denominator != 1:
            return f"({value.numerator} / {value.denominator})"
        return f"({value})" if value < 0 else str(value)

    def _size(self, term: Size) -> str:
        return self.size(term.dim)

    def _constant(self, term: Constant) -> str:
        return self.dialect.pi

    # entries

    def _component(self, term: Component) -> str:
        return self.picked(self.tensors[term.tensor], term.indices, axes_of(term))

    def picked(self, array: str, slots: Sequence[Slot], own: tuple[Index, ...]) -> str:
        """The entries of a named array at those slots, over `own`."""
        if any(isinstance(s, Shift) for s in slots):
            return self.shifted(array, slots, own)
        indices = tuple(s for s in slots if isinstance(s, Index))
        if len(indices) < len(slots):
            array += "[" + ", ".join(str(s - 1) if isinstance(s, int) else ":" for s in slots) + "]"
        return array if indices == own else self.einsum([indices], own, [array])

    def shifted(self, array: str, slots: Sequence[Slot], own: tuple[Index, ...]) -> str:
        """Entries by computed places, 0 outside of the array."""
        inside, clipped = [], []
        for axis, slot in enumerate(slots):
            if isinstance(slot, int):
                clipped.append(str(slot - 1))
                continue
            place = self.line(self.places(slot, own))
            length = f"{array}.shape[{axis}]"
            inside.append(f"({place} >= 1) & ({place} <= {length})")
            clipped.append(f"{self.dialect.clip.format(place, 1, length)} - 1")
        return self.dialect.where.format(" & ".join(inside), f"{array}[{', '.join(clipped)}]", "0.0")

    def places(self, slot: Slot, own: tuple[Index, ...]) -> str:
        """The places that a slot points at, counted from 1, broadcast against `own`."""
        parts, offset = build.linear_slot(slot)
        texts = [f"{'' if factor == 1 else f'({factor}) * '}{self.counted(index, own)}" for index, factor in parts]
        return " + ".join([*texts, str(offset)] if offset or not texts else texts).replace("+ -", "- ")

    def counted(self, index: Index, own: tuple[Index, ...]) -> str:
        """The whole numbers from 1, broadcast against `own`; as floats of few bits they would not count far."""
        numbers = self.line(self.dialect.arange.format(1, f"{self.size(index.dim)} + 1"))
        return numbers + subscript(own, (index,)) if len(own) > 1 else numbers

    def _delta(self, term: Delta) -> str:
        left, right = term.left, term.right
        if isinstance(left, Index) and isinstance(right, Index):
            template = self.dialect.ones if left is right else self.dialect.eye
            return template.format(self.size(left.dim))
        own = axes_of(term)
        return self.dialect.array.format(f"{self.places(left, own)} == {self.places(right, own)}")

    def _position(self, term: Position) -> str:
        assert isinstance(term.slot, Index)
        return self.dialect.array.format(self.counted(term.slot, ()))

    def _bracket(self, term: Bracket) -> str:
        axes = axes_of(term)
        left, right = (self.whole(side, axes) for side in (term.left, term.right))
        if left is None or right is None:
            left, right = self.spread(term.left, axes), self.spread(term.right, axes)
        return self.dialect.array.format(f"{left} {_RELATIONS[term.relation]} {right}")

    def whole(self, term: Term, axes: tuple[Index, ...]) -> str | None:
        """Sums and products of positions and sizes in whole numbers; None for other terms."""
        if isinstance(term, Position) and isinstance(term.slot, Index):
            return self.counted(term.slot, axes)
        if isinstance(term, Size) or (isinstance(term, Number) and term.value.denominator == 1):
            return self.value(term)
        if isinstance(term, (Sum, Product)) and not getattr(term, "bound", ()):
            texts = [self.whole(child, axes) for child in term.children()]
            sign = " + " if isinstance(term, Sum) else " * "
            return None if None in texts else f"({sign.join(map(str, texts))})"
        return None

    # what is computed entry by entry

    def _power(self, term: Power) -> str:
        axes = axes_of(term)
        base, exponent = self.spread(term.base, axes), self.spread(term.exponent, axes)
        if _is_plain(term.base) and _is_plain(term.exponent) and not _is_plain(term):
            base = self.dialect.array.format(base)
        if isinstance(term.exponent, Number) and term.exponent.value == -1:
            return f"1 / {base}"
        return f"{base} ** {exponent}"

    def _apply(self, term: Apply) -> str:
        axes = axes_of(term)
        found = catalogue().function(term.function)
        if found is None:
            raise refuse(f"`{term.function}` is an unknown function and cannot be evaluated")
        template = self.dialect.elementwise(found)
        whole = written_out(term.function, term.arguments[0]) if template is None and found.definition else None
        if whole is not None:
            return self.spread(whole, axes)
        if template is None:
            raise refuse(f"`{term.function}` has no spelling in {self.dialect.name} yet")
        arguments = [
            self.line(self.dialect.array.format(self.value(a))) if _is_plain(a) else self.spread(a, axes)
            for a in term.arguments
        ]
        return template.format(*arguments)

    def _sum(self, term: Sum) -> str:
        axes = axes_of(term)
        return " + ".join(self.spread(t, axes) for t in term.terms)

    # contractions and matrices

    def _product(self, term: Product) -> str:
        factors, dummies = build.open_product(term)
        plain = [self.value(f) for f in factors if _is_plain(f)]
        scalars = [self.value(f) for f in factors if not f.free and not _is_plain(f)]
        arrays = [f for f in factors if f.free]
        if scalars or arrays:
            scalars = ([_as_float(" * ".join(plain))] if len(plain) > 1 else plain) + scalars
        if not arrays:
            return " * ".join(scalars or plain)
        values = [self.value(f) for f in arrays]
        alone = not dummies and len(arrays) == 1
        body = values[0] if alone else self.einsum([axes_of(f) for f in arrays], axes_of(term), values)
        return " * ".join([*scalars, body])

    def _operator(self, term: Operator) -> str:
        """A function of a matrix, or of a family of matrices, which become a stack."""
        if is_unknown(term.name):
            raise refuse(f"`{term.name}` is an unknown function and cannot be evaluated")
        family = in_order(term.arguments[0].free)
        params, body = build.open_abstraction(term.arguments[0])
        matrix = self.line(self.array(body, family + params))
        if term.name == "det":
            return self.dialect.det.format(matrix)
        if term.name == "logdet":
            return self.log_determinant(matrix)
        result = self.dialect.inv.format(matrix) if term.name == "inv" else self.matrix_power(matrix, term)
        return self.picked(self.line(result), (*family, *term.indices), axes_of(term))

    def log_determinant(self, matrix: str) -> str:
        """`log(det(A))` even where the determinant is beyond the range of floats: not a number for a negative one."""
        pair = self.line(self.dialect.slogdet.format(matrix))
        log = self.dialect.elementwise(catalogue().functions["log"])
        assert log is not None
        return f"{log.format(f'{pair}[0]')} + {pair}[1]"

    def matrix_power(self, matrix: str, term: Operator) -> str:
        exponent = term.arguments[1].body
        if exponent.free:
            raise refuse("a matrix to a power that varies with an index has no code yet")
        if isinstance(exponent, Number) and exponent.value.denominator == 1:
            return self.dialect.matrix_power.format(matrix, exponent.value)
        return self.dialect.matrix_power_by.format(matrix, self.value(exponent))


def _as_float(text: str) -> str:
    """Of numbers computed by Python, whose whole numbers may be too long for a library."""
    return f"float({text})"


def _as_literal(value: Fraction) -> str:
    try:
        return f"({float(value)!r})"
    except OverflowError:
        raise refuse("a number beyond the range of floats has no code") from None
