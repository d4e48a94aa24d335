"""A term as the source of one function `derivative` of keyword-only arrays, in the dialect of a library.

    singular.py     first, inverses that a determinant multiplies by singular values: they have a value where it is 0
    stable.py       then, the same by functions that stay in the range of floats
    diagonals.py    the result as arrays on diagonals, which are written where they stand: no delta becomes an array
    contraction.py  a product two arrays at a time, in the order of fewest multiplications, as matrix products where they are
    lines.py        equal parts once, short ones in place

Arguments are not written to, and shapes are checked at the door, so the source can be traced and differentiated.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..meaning.cofactors import with_cofactors
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Apply, Component, Operator, Power, Tensor, Term
from .arguments import (
    Namespace,
    Request,
    argument_tensors,
    dims_needed,
    entries_text,
    least_sizes,
    measure,
    shape_checks,
    special_tensors,
)
from .arrays import Array, is_plain
from .diagonals import Diagonal, diagonals, separated
from .dialect import Dialect
from .expansion import Expansion
from .products import Products
from .singular import by_singular_values
from .stable import stable


def write(request: Request, dialect: Dialect) -> tuple[str, dict[Tensor, str]]:
    """Source text, and the names of its arguments: the tensors that the term needs.

    Of the inputs those are arguments too that tell a size that no other tells.  Raises EinsightError (EIN002) for what
    has no source, and where nothing tells a size.
    """
    axes, hints = request.axes, request.sizes or {}
    dims = {d for t in request.term.depends for d in t.dims} | {a.dim for a in axes}
    expected = {d: hints[d.value] for d in dims if isinstance(d.value, str) and d.value in hints}
    prepared = Expansion(expected)

    def in_range(given: Term) -> Term:
        return prepared.expanded(stable(with_cofactors(given, by_singular_values)))

    term = in_range(request.term)
    bodies = {}
    for tensor in sorted(_defined(term), key=lambda t: len(t.depends)):
        assert tensor.definition is not None
        params, body = build.open_abstraction(tensor.definition)
        bodies[tensor] = params, in_range(body)
    found = diagonals(term, axes)
    parts = [p for body in (*(d.term for d in found), *(b for _, b in bodies.values())) for p in body.walk()]
    needed = (
        {a.dim for a in axes if not request.structured}
        | {d for t in parts for d in dims_needed(t)}
        | {d for t in bodies for d in t.dims}
    )

    names = Namespace()
    arguments = {t: names.name(t.name) for t in argument_tensors(parts, needed, request)}
    sizes = measure(arguments)
    writer = _Writer(dialect, names, arguments, sizes, axes, expected)
    for tensor in special_tensors(parts):
        writer.list_entries(tensor)
    for tensor, (params, body) in bodies.items():
        writer.define(tensor, params, body)
    result = writer.structure(found) if request.structured else writer.result(found)

    listed = ", ".join(arguments.values())
    head = [f"def derivative(*, {listed}):" if listed else "def derivative():"]
    head += [f'    """{docstring(request.formula)}"""'] if request.formula else []
    head += [f"    {line.format(listed)}" for line in dialect.setup]
    head += [f"    {n} = {dialect.array.format(n)}" for n in arguments.values()]
    checks = shape_checks(arguments, sizes, least_sizes(parts))
    lines = [f"    {line}" for line in writer.lines.source(result)]
    text = "\n".join([*head, *checks, *lines, ""])
    imports = [f"import {module}\n" for module in dialect.imports if f"{module}." in text]
    return "".join([*imports, "\n\n", text]), arguments


def _defined(term: Term) -> set[Tensor]:
    return {t for t in term.depends if t.definition is not None}


def docstring(formula: str) -> str:
    """A formula as the text between the quotes of a docstring."""
    return formula.replace("\\", "\\\\").replace('"', '\\"')


class _Writer(Products):
    """The lines that compute the result."""

    def list_entries(self, tensor: Tensor) -> None:
        """A line with the entries of a tensor that is known without being given."""
        name = self.tensors[tensor] = self.names.name(tensor.name)
        self.lines.keep(name, self.dialect.array.format(entries_text(tensor)))

    def define(self, tensor: Tensor, params: tuple[Index, ...], body: Term) -> None:
        """A line that computes a defined tensor."""
        wanted, self.axes = self.axes, params
        text = self.filled(body, params)
        self.axes = wanted
        name = self.tensors[tensor] = self.names.name(tensor.name)
        self.lines.keep(name, text)

    def result(self, found: Sequence[Diagonal]) -> str:
        for axis in self.axes:
            self.size(axis.dim)
        if not found[-1].groups:
            return self.returned(found[0].term)
        if self.dialect.writes is None:
            return " + ".join(self.masked(d) if d.groups else self.filled(d.term, self.axes) for d in found)
        if len(found) == 1 and len(self.axes) == 2:
            return self.one_diagonal(found[0].term)
        full, on_diagonals = (found[0].term, found[1:]) if not found[0].groups else (None, found)
        # all values before the first is written: they may read what is written to
        values = [(d, self.lines.name(self.over(self.value(d.term), d.kept(self.axes)))) for d in on_diagonals]
        if full is None:
            result = self.lines.own(self.dialect.zeros.format(self.shape(self.axes)))
        else:
            text = self.filled(full, self.axes)
            base = text.split("[")[0].removesuffix(".T")
            shared = base.isidentifier() and (isinstance(full, Component) or self.lines.is_read(base))
            saved = isinstance(full, (Apply, Power, Component, Operator))  # its value may be needed for a gradient
            result = self.lines.own(self.dialect.copy.format(text) if shared or saved else text)
        for diagonal, value in values:
            self.lines.change(self.dialect.writes(result, diagonal.pattern(self.axes), value))
        return result

    def returned(self, term: Term) -> str:
        text = self.filled(term, self.axes)
        if isinstance(term, Component):  # an argument itself, or a view of one
            return self.dialect.copy.format(text)
        return text if self.axes or is_plain(term) else self.dialect.array.format(text)

    def one_diagonal(self, term: Term) -> str:
        """A diagonal matrix."""
        size = self.size(self.axes[0].dim)
        if not term.free:
            eye = self.dialect.eye.format(size)
            return eye if term is build.ONE else f"{self.value(term).text} * {eye}"
        return self.dialect.diag.format(self.value(term).text)

    def masked(self, diagonal: Diagonal) -> str:
        """Entries on diagonals and 0 elsewhere, by a mask: for libraries whose arrays are not written to."""
        masks = []
        for first, *others in diagonal.groups:
            mask = self.lines.name(self.dialect.mask.format(self.size(first.dim)))
            masks += [self.over(Array(mask, (first, other)), self.axes) for other in others]
        array = self.value(diagonal.term)
        values = self.over(array, self.axes) if array.axes else self.dialect.array.format(array.text)
        text = self.dialect.where.format(" & ".join(masks), values, "0.0")
        covered = set(diagonal.term.free) | {a for g in diagonal.groups for a in g}
        if covered >= set(self.axes):
            return text
        return self.dialect.broadcast.format(text, self.shape(self.axes))

    def structure(self, found: Sequence[Diagonal]) -> str:
        """The arrays on the diagonals, not multiplied out, and where they stand."""
        values, patterns = [], []
        for diagonal in found:
            letters = diagonal.letters(self.axes)
            factors = []
            for term in separated(diagonal.term):
                own = tuple(a for a in diagonal.kept(self.axes) if a in term.free)
                text = self.over(self.value(term), own)
                factors.append(("".join(letters[a] for a in own), text if own else self.dialect.array.format(text)))
            patterns.append(repr(f"{','.join(given for given, _ in factors)}->{''.join(letters.values())}"))
            values.append(_tuple([text for _, text in factors]))
        return f"({_tuple(values)}, {_tuple(patterns)})"


def _tuple(texts: Sequence[str]) -> str:
    """One by itself, several as a tuple."""
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"
