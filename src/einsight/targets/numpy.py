"""NumPy source for a term: one function `derivative` of keyword-only arrays.

Each product becomes one `numpy.einsum` with an optimised contraction order; functions stay elementwise.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..lowering.report import Diagnostic, EinsightError
from ..rules.catalogue import catalogue
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
    slot_indices,
)
from ..terms.unknown import is_unknown

_RELATIONS = {"=": "==", "≠": "!=", "<": "<", "≤": "<="}


def source(term: Term, axes: Sequence[Index], formula: str, inputs: Iterable[Tensor] = ()) -> str:
    """Source text; the arrays are the tensors that the term needs, and of `inputs` those that give it a size."""
    return _Writer(term, axes, inputs).function(tuple(axes), formula)


def evaluate(term: Term, axes: Sequence[Index], values: Mapping[str, Any], inputs: Iterable[Tensor] = ()) -> Any:
    """Run the generated function on arrays by tensor name."""
    import numpy

    writer = _Writer(term, axes, inputs)
    text = writer.function(tuple(axes), "")
    scope: dict[str, Any] = {}
    exec(compile(text, "<einsight>", "exec"), scope)  # noqa: S102 - our own text
    if not isinstance(values, Mapping):
        raise EinsightError(
            [Diagnostic("EIN001", "error", (0, 0), "the values are arrays by tensor name, as in `{'x': x}`")]
        )
    arrays = {}
    for tensor, name in writer.arguments().items():
        if tensor.name not in values:
            raise EinsightError([Diagnostic("EIN101", "error", (0, 0), f"no value is given for `{tensor.name}`")])
        try:
            arrays[name] = numpy.asarray(values[tensor.name]) * 1.0
        except (ValueError, TypeError) as error:
            message = f"the value of `{tensor.name}` is no array of numbers: {error}"
            raise EinsightError([Diagnostic("EIN301", "error", (0, 0), message)]) from error
    try:
        return scope["derivative"](**arrays)
    except ValueError as error:
        raise EinsightError([Diagnostic("EIN301", "error", (0, 0), str(error))]) from error


def identifier(name: str) -> str:
    """A Python name for a tensor; NumPy arguments cannot be keywords."""
    return name + "_" if keyword.iskeyword(name) or name in ("numpy", "math", "size") else name


def _dims_of(term: Term) -> Iterable[Dim]:
    """Named dimensions whose size the code of this head needs."""
    if isinstance(term, Size):
        return (term.dim,)
    if isinstance(term, Position):
        return [i.dim for i in slot_indices(term.slot)]
    shifted = any(isinstance(s, Shift) for s in term.slots())
    return [i.dim for s in term.slots() for i in slot_indices(s)] if isinstance(term, Delta) or shifted else ()


class _Writer:
    def __init__(self, term: Term, axes: Sequence[Index], inputs: Iterable[Tensor]):
        self.term = term
        self.inputs = [t for t in inputs if t.definition is None]  # in order of preference, to measure sizes
        self.defined = sorted((t for t in term.depends if t.definition is not None), key=lambda t: len(t.depends))
        bodies = [term, *(t.definition.body for t in self.defined if t.definition is not None)]
        self.parts = [p for body in bodies for p in body.walk()]
        self.needed = {a.dim for a in axes} | {d for t in self.parts for d in _dims_of(t)}
        self.needed |= {d for t in self.defined for d in t.dims}
        self.names: dict[Tensor, str] = {}
        self.lines: list[str] = []
        self.memo: dict[Term, str] = {}

    def arguments(self) -> dict[Tensor, str]:
        tensors = {t.tensor for t in self.parts if isinstance(t, Component) and t.tensor.definition is None}
        measured = {d for t in tensors for d in t.dims}
        for tensor in self.inputs:
            if tensor not in tensors and any(d in self.needed and d not in measured for d in tensor.dims):
                tensors.add(tensor)
                measured.update(tensor.dims)
        return {t: identifier(t.name) for t in sorted(tensors, key=lambda t: t.key)}

    def function(self, axes: tuple[Index, ...], formula: str) -> str:
        arguments = self.arguments()
        sizes: dict[Dim, str] = {}
        checks: list[str] = []
        for tensor, name in arguments.items():
            checks.append(f"    if {name}.ndim != {len(tensor.dims)}:")
            checks.append(
                f'        raise ValueError(f"{tensor.name} has {{{name}.ndim}} axes, not {len(tensor.dims)}")'
            )
            for place, dim in enumerate(tensor.dims):
                here = f"{name}.shape[{place}]"
                if isinstance(dim.value, int):
                    other = str(dim.value)
                elif dim in sizes:
                    other = sizes[dim]
                else:
                    sizes[dim] = here
                    continue
                checks.append(f"    if {here} != {other}:")
                checks.append(
                    f'        raise ValueError(f"axis {place + 1} of {tensor.name} is {{{here}}} long, not {{{other}}}")'
                )
        self.sizes = sizes
        names = ", ".join(arguments.values())
        head = [f"def derivative(*, {names}):" if names else "def derivative():"]
        head += [f'    """{formula}"""'] if formula else []
        head += [f"    {n} = 1.0 * numpy.asarray({n})" for n in arguments.values()]
        # an output axis that nothing measures cannot be filled
        for axis in axes:
            if isinstance(axis.dim.value, str) and axis.dim not in sizes:
                raise EinsightError(
                    [
                        Diagnostic(
                            "EIN002",
                            "error",
                            (0, 0),
                            f"no array has the dimension {axis.dim}, so the result's size is unknown",
                        )
                    ]
                )
        self.names = dict(arguments)
        for tensor in self.defined:
            self.define(tensor)
        text = self.over(self.term, axes)
        if not text.startswith("numpy."):
            text = f"numpy.asarray({text})"
        return "\n".join(["import numpy", "", "", *head, *checks, *self.lines, f"    return {text}", ""])

    def define(self, tensor: Tensor) -> None:
        """A line that computes a defined tensor."""
        assert tensor.definition is not None
        params, body = build.open_abstraction(tensor.definition)
        text = self.over(body, params)
        name = identifier(tensor.name)
        while name in self.names.values():
            name += "_"
        self.names[tensor] = name
        self.lines.append(f"    {name} = {text}")

    def over(self, term: Term, axes: tuple[Index, ...]) -> str:
        """The array of a term over exactly those axes."""
        result, own = self.value(term), self.axes(term)
        order = [own.index(a) for a in axes if a in own]
        text = f"numpy.transpose({result}, {tuple(order)})" if order != list(range(len(own))) else result
        if len(own) < len(axes):
            slots = ", ".join(":" if a in own else "None" for a in axes)
            shape = "(" + "".join(f"{self.size(a.dim)}, " for a in axes) + ")"
            return f"numpy.broadcast_to(numpy.asarray({text})[{slots}], {shape}).copy()"
        return text

    def size(self, dim: Dim) -> str:
        if isinstance(dim.value, int):
            return str(dim.value)
        if dim not in self.sizes:
            message = f"no array has the dimension {dim}, so its size is unknown"
            raise EinsightError([Diagnostic("EIN002", "error", (0, 0), message)])
        return self.sizes[dim]

    def axes(self, term: Term) -> tuple[Index, ...]:
        return tuple(sorted(term.free, key=lambda i: i.key))

    def value(self, term: Term) -> str:
        """A name or literal of the term's array over `axes(term)`."""
        found = self.memo.get(term)
        if found is None:
            text = getattr(self, "_" + type(term).__name__.lower())(term)
            if text.isidentifier() or isinstance(term, (Number, Size, Constant)):
                found = text
            else:
                found = f"t{len(self.lines) + 1}"
                self.lines.append(f"    {found} = {text}")
            self.memo[term] = found
        return found

    def spread(self, term: Term, axes: tuple[Index, ...]) -> str:
        """The array of a term, broadcast against `axes`."""
        text, own = self.value(term), self.axes(term)
        if own == axes or not own:
            return text
        return f"{text}[{', '.join(':' if a in own else 'None' for a in axes)}]"

    def _number(self, term: Number) -> str:
        value = term.value
        if value.denominator == 1:
            return f"({value})" if value < 0 else str(value)
        return f"({value.numerator}/{value.denominator})"

    def _size(self, term: Size) -> str:
        return self.size(term.dim)

    def _constant(self, term: Constant) -> str:
        return "numpy.pi"

    def _component(self, term: Component) -> str:
        return self._picked(self.names[term.tensor], term.indices, self.axes(term))

    def places(self, slot: Slot, own: tuple[Index, ...]) -> str:
        """The 0-based places that a slot points at, broadcast against `own`."""
        parts, offset = build.linear_slot(slot)
        texts = []
        for index, factor in parts:
            shape = f"[{', '.join(':' if a is index else 'None' for a in own)}]" if len(own) > 1 else ""
            arange = f"numpy.arange(1, {self.size(index.dim)} + 1){shape}"
            texts.append(arange if factor == 1 else f"({factor}) * {arange}")
        return " + ".join([*texts, f"({offset - 1})"])

    def _shifted(self, array: str, slots: Sequence[Slot], own: tuple[Index, ...]) -> str:
        """Entries by computed places, 0 outside of the array."""
        names = []
        for slot in slots:
            names.append(f"i{len(self.lines) + 1}")
            self.lines.append(f"    {names[-1]} = {self.places(slot, own)}")
        inside = " & ".join(f"({n} >= 0) & ({n} < {array}.shape[{k}])" for k, n in enumerate(names))
        clipped = ", ".join(f"numpy.clip({n}, 0, {array}.shape[{k}] - 1)" for k, n in enumerate(names))
        return f"numpy.where({inside}, {array}[{clipped}], 0.0)"

    def _picked(self, array: str, slots: Sequence[Any], own: tuple[Index, ...]) -> str:
        if any(isinstance(s, Shift) for s in slots):
            return self._shifted(array, slots, own)
        if any(isinstance(s, int) for s in slots):
            array += "[" + ", ".join(str(s - 1) if isinstance(s, int) else ":" for s in slots) + "]"
        indices = tuple(s for s in slots if not isinstance(s, int))
        if indices == own:
            return array
        letters = {i: chr(97 + k) for k, i in enumerate(own)}
        return f"numpy.einsum('{''.join(letters[i] for i in indices)}->{''.join(letters[i] for i in own)}', {array})"

    def _delta(self, term: Delta) -> str:
        left, right = term.left, term.right
        if isinstance(left, Shift) or isinstance(right, Shift):
            own = self.axes(term)
            return f"({self.places(left, own)} == {self.places(right, own)}).astype(float)"
        if isinstance(left, int) or isinstance(right, int):
            index, place = (right, left) if isinstance(left, int) else (left, right)
            assert isinstance(index, Index) and isinstance(place, int)
            return f"(numpy.arange({self.size(index.dim)}) == {place - 1}).astype(float)"
        if left is right:
            assert isinstance(left, Index)
            return f"numpy.ones({self.size(left.dim)})"
        assert isinstance(left, Index)
        return f"numpy.eye({self.size(left.dim)})"

    def _bracket(self, term: Bracket) -> str:
        axes = self.axes(term)
        left, right = self.spread(term.left, axes), self.spread(term.right, axes)
        return f"numpy.asarray({left} {_RELATIONS[term.relation]} {right}).astype(float)"

    def _position(self, term: Any) -> str:
        return f"numpy.arange(1, {self.size(term.slot.dim)} + 1)"

    def _power(self, term: Power) -> str:
        axes = self.axes(term)
        base = self.spread(term.base, axes)
        if isinstance(term.exponent, Number) and term.exponent.value == -1:
            return f"1 / {base}"
        return f"{base} ** {self.spread(term.exponent, axes)}"

    def _apply(self, term: Apply) -> str:
        axes = self.axes(term)
        arguments = [self.spread(a, axes) for a in term.arguments]
        found = catalogue().function(term.function)
        if found is None:
            message = f"`{term.function}` is an unknown function and cannot be evaluated"
            raise EinsightError([Diagnostic("EIN002", "error", (0, 0), message)])
        if found.numpy:
            return found.numpy.format(*arguments)
        module = "einsight.rules.catalogue"
        return f"numpy.vectorize(__import__('{module}', fromlist=['catalogue']).catalogue().function({term.function!r}).value, otypes=[float])({', '.join(arguments)})"

    def _operator(self, term: Operator) -> str:
        argument = term.arguments[0]
        if is_unknown(term.name):
            message = f"`{term.name}` is an unknown function and cannot be evaluated"
            raise EinsightError([Diagnostic("EIN002", "error", (0, 0), message)])
        if argument.free:
            raise EinsightError(
                [Diagnostic("EIN002", "error", (0, 0), f"`{term.name}` of a family of matrices has no code yet")]
            )
        params, body = build.open_abstraction(argument)
        inner, own = self.value(body), self.axes(body)
        if own != params:
            letters = {i: chr(97 + k) for k, i in enumerate(own)}
            inner = (
                f"numpy.einsum('{''.join(letters[i] for i in own)}->{''.join(letters[i] for i in params)}', {inner})"
            )
        if term.name == "power":
            count = self.value(term.arguments[1].body)
            return self._picked(f"numpy.linalg.matrix_power({inner}, int({count}))", term.indices, self.axes(term))
        if term.name == "inv":
            return self._picked(f"numpy.linalg.inv({inner})", term.indices, self.axes(term))
        call = {"det": "numpy.linalg.det({0})", "logdet": "numpy.log(numpy.linalg.det({0}))"}[term.name]
        return call.format(inner)

    def _sum(self, term: Sum) -> str:
        axes = self.axes(term)
        return " + ".join(self.spread(t, axes) for t in term.terms)

    def _product(self, term: Product) -> str:
        factors, dummies = build.open_product(term)
        scalars = [self.value(f) for f in factors if not f.free]
        arrays = [f for f in factors if f.free]
        letters: dict[Index, str] = {}
        for factor in arrays:
            for index in self.axes(factor):
                letters.setdefault(index, chr(97 + len(letters)))
        if not arrays:
            return " * ".join(scalars)
        inputs = ",".join("".join(letters[i] for i in self.axes(f)) for f in arrays)
        output = "".join(letters[i] for i in self.axes(term))
        values = ", ".join(self.value(f) for f in arrays)
        if not dummies and len(arrays) == 1:
            body = values
        else:
            body = f"numpy.einsum('{inputs}->{output}', {values}, optimize={len(arrays) > 2})"
        return " * ".join([*scalars, body])
