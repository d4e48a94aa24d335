"""SymPy source for a term: a function of arrays of symbols, or of numbers, that gives each entry as an expression."""

from __future__ import annotations

import ast
from fractions import Fraction

from ..meaning.cofactors import COFACTOR, with_cofactors
from ..meaning.masks import finite_where_masked
from ..rules.catalogue import catalogue
from ..rules.function_bodies import written_out
from ..rules.functions import sympy_name
from ..terms import build
from ..terms.dimension import Dim, Index, Shift, Slot, linear_slot
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
    Tensor,
    Term,
)
from ..terms.unknown import ENTRY_FUNCTIONS, is_unknown, shown
from .arguments import (
    Namespace,
    Request,
    argument_tensors,
    dims_needed,
    entries_text,
    least_sizes,
    measure,
    refuse,
    shape_checks,
    size_of,
    special_tensors,
)
from .array_source import docstring

# those that SymPy calls otherwise, or does not have; all others have its names
FUNCTIONS = {
    "abs": "sympy.Abs({0})",
    "max": "sympy.Max({0}, {1})",
    "huber": "sympy.Min(sympy.Abs({0}), {1}) * (sympy.Abs({0}) - sympy.Min(sympy.Abs({0}), {1}) / 2)",
    "min": "sympy.Min({0}, {1})",
    "relu": "sympy.Max({0}, 0)",
    "sigmoid": "1 / (1 + sympy.exp(-({0})))",
    "softplus": "sympy.log(1 + sympy.exp({0}))",
    "silu": "({0}) / (1 + sympy.exp(-({0})))",
    "gelu": "({0}) * (1 + sympy.erf(({0}) / sympy.sqrt(2))) / 2",
}
_RELATIONS = {"=": "Eq", "≠": "Ne", "<": "Lt", "≤": "Le"}


def source(request: Request) -> str:
    """Source text: each entry is written out, by Python's own loops over the indices.

    Raises EinsightError (EIN002) for what has no source, and where nothing tells a size.
    """
    term, axes = with_cofactors(request.term), request.axes
    defined = sorted((t for t in term.depends if t.definition is not None), key=lambda t: len(t.depends))
    opened = [(t, *build.open_abstraction(t.definition)) for t in defined if t.definition is not None]
    bodies = [(tensor, params, with_cofactors(body)) for tensor, params, body in opened]
    parts = [p for body in (term, *(b for _, _, b in bodies)) for p in body.walk()]
    bound = {i.dim for p in parts if isinstance(p, Product) for i in p.bound}
    bound |= {d for p in parts if isinstance(p, Operator) for a in p.arguments for d in a.dims}
    needed = (
        {a.dim for a in axes}
        | bound
        | {d for p in parts for d in dims_needed(p)}
        | {d for t in defined for d in t.dims}
    )
    names = Namespace()
    arguments = {t: names.name(t.name) for t in argument_tensors(parts, needed, request)}
    writer = _Writer(names, arguments, measure(arguments))
    for tensor in special_tensors(parts):
        writer.list_entries(tensor)
    for tensor, params, body in bodies:
        writer.define(tensor, params, body)
    result = writer.array(term, axes)
    listed = ", ".join(arguments.values())
    head = ["import sympy", "", "", f"def derivative(*, {listed}):" if listed else "def derivative():"]
    head += [f'    """{docstring(request.formula)}"""'] if request.formula else []
    explicit = "sympy.Array({0}.as_explicit() if isinstance({0}, sympy.MatrixExpr) else {0})"
    head += [f"    {n} = {explicit.format(n)}" for n in arguments.values()]
    checks = [c.replace(".ndim", ".rank()") for c in shape_checks(arguments, writer.sizes, least_sizes(parts))]
    return "\n".join([*head, *checks, *writer.lines, f"    return {tidy(result)}", ""])


def tidy(text: str) -> str:
    """An expression without the brackets that it does not need."""
    return ast.unparse(ast.parse(text, mode="eval"))


class _Writer:
    """Entries as Python expressions in which each index is a variable that counts from 0."""

    def __init__(self, names: Namespace, tensors: dict[Tensor, str], sizes: dict[Dim, str]):
        self.names, self.tensors, self.sizes = names, dict(tensors), sizes
        self.lines: list[str] = []
        self.variables: dict[Index, str] = {}
        self.matrices: dict[tuple[str, str], str] = {}

    def list_entries(self, tensor: Tensor) -> None:
        name = self.tensors[tensor] = self.names.name(tensor.name)
        whole = entries_text(tensor).replace(".0", "")
        self.line(name, f"sympy.Array({whole})")

    def define(self, tensor: Tensor, params: tuple[Index, ...], body: Term) -> None:
        text = self.array(body, params)
        name = self.tensors[tensor] = self.names.name(tensor.name)
        self.line(name, text)

    def array(self, term: Term, axes: tuple[Index, ...]) -> str:
        """Nested lists of the entries."""
        names = [self.variable(a) for a in axes]
        text = self.entry(term)
        for axis, name in zip(reversed(axes), reversed(names), strict=True):
            text = f"[{text} for {name} in range({self.size(axis.dim)})]"
        return f"sympy.Array({text})"

    def variable(self, index: Index) -> str:
        if index not in self.variables:
            named = index.name.isidentifier()  # dummies are not
            wanted = index.name if named else next((c for c in "klpqrstuvw" if c not in self.names.taken), "k")
            self.variables[index] = self.names.name(wanted)
        return self.variables[index]

    def line(self, name: str, text: str) -> None:
        self.lines.append(f"    {name} = {tidy(text)}")

    def size(self, dim: Dim) -> str:
        return size_of(dim, self.sizes)

    def entry(self, term: Term) -> str:
        write = getattr(self, "_" + type(term).__name__.lower(), None)
        if write is None:
            raise refuse(f"`{type(term).__name__.lower()}` has no source in SymPy")
        return write(term)

    def _number(self, term: Number) -> str:
        value: Fraction = term.value
        return str(value) if value.denominator == 1 else f"sympy.Rational({value.numerator}, {value.denominator})"

    def _size(self, term: Size) -> str:
        return f"sympy.Integer({self.size(term.dim)})"

    def _constant(self, term: Constant) -> str:
        return f"sympy.{term.name}"

    def _component(self, term: Component) -> str:
        return self.picked(self.tensors[term.tensor], term.indices)

    def picked(self, array: str, slots: tuple[Slot, ...]) -> str:
        """An entry; 0 where a shifted index leaves the array."""
        places = [self.place(s, 0) for s in slots]
        text = f"{array}[{', '.join(places)}]" if places else f"{array}[()]"
        inside = [f"0 <= {p} < {array}.shape[{k}]" for k, p in enumerate(places) if isinstance(slots[k], Shift)]
        return f"({text} if {' and '.join(inside)} else sympy.Integer(0))" if inside else text

    def place(self, slot: Slot, first: int) -> str:
        """Where a slot points, counted from `first`."""
        parts, offset = linear_slot(slot)
        total = sum(factor for _, factor in parts)
        offset += first - 1 + total  # the variables count from 0
        texts = [("" if factor == 1 else f"{factor} * ") + self.variable(index) for index, factor in parts]
        return " + ".join([*texts, str(offset)] if offset or not texts else texts).replace("+ -", "- ")

    def _delta(self, term: Delta) -> str:
        return f"sympy.Integer({self.place(term.left, 0)} == {self.place(term.right, 0)})"

    def _position(self, term: Position) -> str:
        return f"sympy.Integer({self.place(term.slot, 1)})"

    def _bracket(self, term: Bracket) -> str:
        relation = f"sympy.{_RELATIONS[term.relation]}({self.entry(term.left)}, {self.entry(term.right)})"
        return f"sympy.Piecewise((1, {relation}), (0, True))"

    def _power(self, term: Power) -> str:
        base = self.entry(term.base)  # Python's own numbers give no fractions
        return (
            f"({f'sympy.Integer({base})' if isinstance(term.base, Number) else base}) ** ({self.entry(term.exponent)})"
        )

    def _apply(self, term: Apply) -> str:
        arguments = [self.entry(a) for a in term.arguments]
        found = catalogue().function(term.function)
        if found is None:
            raise refuse(f"`{shown(term.function)}` is an unknown function and cannot be evaluated")
        if term.function in FUNCTIONS and found.source in ("einsight", "sympy"):
            return FUNCTIONS[term.function].format(*arguments)
        whole = written_out(term.function, term.arguments[0]) if found.definition else None
        if whole is not None:
            return self.entry(whole)
        if found.source not in ("einsight", "sympy"):
            raise refuse(f"`{term.function}` has no spelling in sympy yet")
        return f"sympy.{sympy_name(term.function)}({', '.join(arguments)})"

    def _sum(self, term: Sum) -> str:
        return " + ".join(self.entry(t) for t in term.terms)

    def _product(self, term: Product) -> str:
        factors, dummies = build.open_product(term)
        names = [self.variable(d) for d in dummies]
        finite = finite_where_masked(factors) or factors
        text = " * ".join(f"({self.entry(f)})" for f in finite)
        if not dummies:
            return text
        loops = " ".join(f"for {n} in range({self.size(d.dim)})" for n, d in zip(names, dummies, strict=True))
        return f"sympy.Add(*[{text} {loops}])"

    def _operator(self, term: Operator) -> str:
        if is_unknown(term.name):
            raise refuse(f"`{term.name}` is an unknown function and cannot be evaluated")
        params, body = build.open_abstraction(term.arguments[0])
        if term.name in ENTRY_FUNCTIONS:
            names = [(self.variable(p), self.size(p.dim)) for p in params]
            loops = " ".join(f"for {name} in range({size})" for name, size in names)
            return f"sympy.{'Max' if term.name == 'max' else 'Mul'}(*[{self.entry(body)} {loops}])"
        rows, columns = (self.variable(p) for p in params)
        shape = f"{self.size(params[0].dim)}, {self.size(params[1].dim)}"
        matrix = f"sympy.Matrix({shape}, lambda {rows}, {columns}: {self.entry(body)})"
        if term.name == COFACTOR:
            return self.cofactor(matrix, term)
        if term.name in ("det", "logdet"):
            return f"{matrix}.det()" if term.name == "det" else f"sympy.log({matrix}.det())"
        if term.name == "expm":
            whole = f"{matrix}.exp()"
            return self.picked(whole if term.arguments[0].free else self.once(whole), term.indices)
        power = "-1" if term.name == "inv" else self.entry(term.arguments[1].body)
        array = f"({matrix} ** ({power}))"
        if not term.arguments[0].free and not (term.name != "inv" and term.arguments[1].body.free):
            array = self.once(array)
        return self.picked(array, term.indices)

    def cofactor(self, matrix: str, term: Operator) -> str:
        """Of one pair an entry of the adjugate; of several a determinant with unit rows in place of some."""
        slots = term.indices
        if len(slots) == 2:
            array = f"({matrix}.adjugate())"
            return self.picked(array if term.arguments[0].free else self.once(array), slots)
        pairs = [(self.place(a, 0), self.place(b, 0)) for a, b in zip(slots[::2], slots[1::2], strict=True)]
        row, column = self.names.name("row"), self.names.name("column")
        shape = matrix if term.arguments[0].free else self.once(matrix)
        units = "".join(f"sympy.Integer({column} == {a}) if {row} == {b} else " for a, b in pairs)
        changed = f"sympy.Matrix(*{shape}.shape, lambda {row}, {column}: {units}{shape}[{row}, {column}]).det()"
        return f"({changed} if len({{{', '.join(b for _, b in pairs)}}}) == {len(pairs)} else sympy.Integer(0))"

    def once(self, text: str) -> str:
        """A line of its own for what no index changes."""
        key = ("", text)
        if key not in self.matrices:
            self.matrices[key] = name = self.names.name(f"t{len(self.matrices) + 1}")
            self.line(name, text)
        return self.matrices[key]
