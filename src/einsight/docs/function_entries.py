"""What there is to say of every function, short: how it is called, its domain, axes, derivatives and code.

The functions of numbers and of arrays that plugins registered, einsight's own included, those of `lowering/function_table.py`, and
those that SymPy has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from ..deriving.derive import derive, simplify
from ..deriving.derived import Derived
from ..lowering.function_table import ROWS, FunctionRow
from ..lowering.report import EinsightError
from ..rules.catalogue import catalogue
from ..rules.rule import ArrayFunction, Function
from ..rules.sympy_table import TABLE
from .domains import Value, domain
from .functions import ARGUMENTS, declared_call, derivatives
from .origin import told_and_literature

LIBRARIES = ("numpy", "jax", "torch")
# the spaces that arguments lie in, for the sake of an example; a second matrix has sizes of its own
_SPACES = {
    "a matrix": ("R^(n x m)", "R^(p x q)"),
    "a square matrix": ("R^(n x n)",),
    "a vector or a square matrix": ("R^n",),
    "an array of any shape": ("R^n",),
    "a vector": ("R^n",),
    "a number": ("R", "R"),
}


@dataclass(frozen=True)
class Entry:
    """
    call        as it is called: `tanh(z)`
    doc         what it is, one sentence
    domain      of its arguments
    axes        how it goes over the axes of an array
    derivative  in each argument, as text of the language; of an array the matrix form, or components where there is none
    code        in each library, the lines that compute it
    source      the plugin that registered it, `einsight` or `sympy`
    layout      of the matrix forms among the derivatives
    """

    name: str
    call: str
    doc: str
    domain: str
    axes: str
    derivative: dict[str, str] = field(hash=False)
    code: dict[str, str] = field(hash=False)
    source: str = "einsight"
    layout: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Each thing that there is to say, with its label."""
        rows = [("", self.doc)] if self.doc else []
        rows += [("domain", self.domain)] if self.domain else []
        rows += [("axes", self.axes)] if self.axes else []
        layout = f"        {self.layout} layout" if self.layout else ""
        rows += [(f"∂/∂{variable}", text + layout) for variable, text in self.derivative.items()]
        rows += [(library, text) for library, text in self.code.items()]
        return [*rows, ("from", self.source)]


def names() -> list[str]:
    """Of all functions but those of SymPy."""
    known = catalogue()
    return list(dict.fromkeys([*known.functions, *known.arrays, *(row.name for row in ROWS)]))


def names_of_sympy() -> list[str]:
    """Of those that SymPy has, and nobody else."""
    return sorted(set(TABLE) - set(names()))


def lines() -> Iterator[tuple[str, str]]:
    """Each function as it is called, with a sentence or its derivative; nothing of it is worked out."""
    known = catalogue()
    for function in known.functions.values():
        told = _told(function)
        by_definition = f"= {function.definition[1]}" if function.definition else ""
        said = "; ".join(
            f"∂/∂{variable} = {text}" for variable, text in zip(ARGUMENTS, function.derivative, strict=False) if text
        )
        yield _call(function), "; ".join(filter(None, [told, by_definition or said]))
    for array in known.arrays.values():
        yield array.statement, _told(array)
    for row in ROWS:
        yield row.signature, row.doc


def entries(name: str) -> list[Entry]:
    """What there is under a name: of `max` the larger of two numbers, and the largest entry.  Empty for no function."""
    known = catalogue()
    found = []
    function = known.function(name)
    if function is not None:
        found.append(_of_numbers(function))
    if name in known.arrays:
        found.append(_of_arrays(known.arrays[name]))
    return found + [_of_row(row) for row in ROWS if row.name == name]


def _of_numbers(function: Function) -> Entry:
    found, source = derivatives(function), function.source
    return _entry_by_entry(function.name, function.arity, _told(function), function.value, found, source)


def _entry_by_entry(
    name: str, arity: int, doc: str, value: Value, derivative: dict[str, str], source: str = "einsight"
) -> Entry:
    variables = ", ".join(ARGUMENTS[:arity])
    call = f"{name}({variables})"
    code = _code(call, f"{variables} in R^n")
    return Entry(
        name, call, doc, domain(value, arity), "entry by entry, of an array of any shape", derivative, code, source
    )


def _of_arrays(function: ArrayFunction) -> Entry:
    declared, call = declared_call(function)
    arguments = [name for name, _ in function.parameters]
    ranks = "; ".join(f"{name} has {rank} {'axis' if rank == 1 else 'axes'}" for name, rank in function.parameters)
    told = f"{ranks}, each of size {function.size}" if function.size else ranks
    return _of_call(function.name, call, _told(function), told, "", arguments, declared, function.source)


def _of_row(row: FunctionRow) -> Entry:
    told = "; ".join(f"{name} is {kind}" for name, kind in row.arguments)
    if any(kind not in _SPACES for _, kind in row.arguments):  # of names or sizes, not of arrays
        return Entry(row.name, row.signature, row.doc, told, "", {}, {})
    if not row.along and [kind for _, kind in row.arguments] == ["an array of any shape"]:
        return _of_entries(row)
    spaces = {kind: iter(given) for kind, given in _SPACES.items()}
    declared = "; ".join(f"{name} in {next(spaces[kind])}" for name, kind in row.arguments)
    arguments = [name for name, _ in row.arguments]
    axis, index = (f"`{row.name}({row.arguments[0][0].upper()}, axis=0)`", f"`{row.name}_i(X_ij)`")
    along = f"along an axis, {axis}, or along an index, {index}" if row.along else ""
    if row.whole:
        along = f"over all entries; {along}"
    return _of_call(row.name, row.signature, row.doc, told, along, arguments, declared)


def _of_entries(row: FunctionRow) -> Entry:
    """Of a function of numbers that is spelled otherwise in terms, such as the root."""
    call = f"{row.name}({ARGUMENTS[0]})"
    found, slope = (derive(call, variable, f"{ARGUMENTS[0]} in R") for variable in (None, ARGUMENTS[0]))

    def value(at: float) -> float:
        import numpy

        with numpy.errstate(all="ignore"):
            return float(found.evaluate({ARGUMENTS[0]: at}))

    return _entry_by_entry(row.name, 1, row.doc, value, {ARGUMENTS[0]: slope.index})


def _of_call(
    name: str, call: str, doc: str, told: str, along: str, arguments: list[str], declared: str, source: str = "einsight"
) -> Entry:
    """What is worked out of an example: its shape, its derivatives, code."""
    found = _answer(call, None, declared)
    if found is None:  # it has no value without an axis
        call = f"{call.removesuffix(')')}, axis=0)"
        found = _answer(call, None, declared)
    shape = f"of {declared} it is {_shape(found)}" if found is not None else ""
    answers = {a: answer for a in arguments if (answer := _answer(call, a, declared)) is not None}
    derivative = {a: answer.matrix or _in_components(answer) for a, answer in answers.items()}
    layout = next((answer.layout for answer in answers.values() if answer.matrix), "")
    axes = "; ".join(filter(None, [along, shape]))
    return Entry(name, call, doc, told, axes, derivative, _code(call, declared), source, layout)


def _in_components(answer: Derived) -> str:
    return f"{answer.index} with {', '.join(answer.free)} free" if answer.free else answer.index


def _answer(call: str, variable: str | None, declared: str) -> Derived | None:
    try:
        return derive(call, variable, declared)
    except EinsightError:
        return None


def _shape(found: Derived) -> str:
    rows = found.matrix_shape or ()
    shape = rows if any("·" in size for size in rows) else found.shape  # of `vec` and of `kron` rows run over two axes
    power = f"({' x '.join(shape)})" if len(shape) > 1 else "".join(shape)
    return f"in R^{power}" if shape else "a number"


def _code(call: str, declared: str) -> dict[str, str]:
    """In each library that has it."""
    code = {}
    for library in LIBRARIES:
        try:
            code[library] = computed(simplify(call, declared).to(library))
        except EinsightError:
            continue
    return code


def computed(source: str) -> str:
    """The lines of a generated function behind its checks: what it computes."""
    (function,) = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    checks = [
        k for k, node in enumerate(function.body) if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise)
    ]
    behind = function.body[checks[-1] + 1 if checks else 0 :]
    text = "\n".join(map(ast.unparse, behind))
    return text.removeprefix("return ")


def _call(function: Function) -> str:
    return f"{function.name}({', '.join(ARGUMENTS[: function.arity])})"


def _told(function: Function | ArrayFunction) -> str:
    return told_and_literature(function.doc)[0]
