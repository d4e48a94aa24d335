"""One reading of a function and of what is written as its derivative, over one set of arrays."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ..terms.dimension import Dim, fresh_index
from ..terms.term import Component, Tensor
from .annotations import annotated, documented, scalar_annotation
from .arrays import Arrays
from .begun import (
    along,
    begun_with,
    counted_in,
    is_added_to,
    is_number,
    keyed_in,
    set_in,
    tables_of,
    usual_in,
)
from .flags import flags_in, given_in, is_nothing, left_out_in, unpacked_in, usually
from .module import Module
from .named import generic
from .pairs import Pair
from .reading import Reader
from .scope import comments_of
from .sizes import Sizes
from .units import own
from .values import NOTHING, UNKNOWN, Array, Choice, Number, Several, Table, Thing, Value, plain

# shapes that are tried besides numbers of axes: `(n, 1)` and `(1, n)`
COLUMN, ROW = 3, 4
# what small numbers are called that keep others from 0
GUARDS = ("eps", "epsilon", "tiny", "_eps")
# added to a number of axes that is known
AXES = 100


class Unreadable(Exception):
    """Why a pair is not read."""


class Elsewhere(Unreadable):
    """Nothing is returned on the way that is read that a derivative could be: it raises, or gives something else."""


class Nonconforming(Exception):
    """The shapes that are tried do not go together."""


class Misfitting(Nonconforming):
    """The function is well formed, and what is written as its derivative is not, at a place."""

    def __init__(self, message: str, node: ast.expr):
        super().__init__(message)
        self.node = node


@dataclass
class Claimed:
    """What is returned for a parameter: the expression that stands there, and its value; `guessed` where the order alone says for which, `fitting`
    where the shape alone does, `where` the condition under which it is returned."""

    parameter: str
    node: ast.expr
    value: Array
    guessed: bool = False
    fitting: bool = False
    where: Array | None = None


@dataclass
class Paths:
    """Both functions, read.

    parameters   the arrays that may be differentiated in, by name, as tensors
    output       what the function gives
    cotangent    the tensor that the derivative is multiplied by; None where it is the derivative itself
    besides      other outputs, each with the tensor that the derivative in it is
    claimed      what is returned, for which parameter; several candidates for one value where nothing says which
    names        how the author calls the tensors in the derivative
    locals       the arrays that have a name there
    rough        does one hold a decimal fraction that may stand for another number?
    free         the arrays of which nothing but a docstring says the shape
    derived      the arrays that have an axis whose length follows from others, where lengths are chosen
    """

    arrays: Arrays
    parameters: dict[str, tuple[Tensor, Array]]
    output: Array
    cotangent: tuple[Tensor, Array] | None
    claimed: list[Claimed]
    names: dict[Tensor, str] = field(default_factory=dict)
    locals: dict[str, Array] = field(default_factory=dict)
    rough: bool = False
    free: frozenset[str] = frozenset()
    besides: list[tuple[Array, tuple[Tensor, Array]]] = field(default_factory=list)
    derived: frozenset[str] = frozenset()


class Run:
    """One reading of a pair, with so many axes for what is not known."""

    def __init__(
        self, module: Module, pair: Pair, top: Mapping[str, Value], ranks: Mapping[str, int], sizes: Sizes, terms: bool
    ):
        self.module, self.pair, self.top, self.ranks = module, pair, own(top), ranks
        self.arrays = Arrays(sizes, terms)
        self.arrays.ways = pair.ways
        self.sizes = sizes
        self.unknown: list[str] = []  # the arrays of which nothing says how many axes they have
        self.documented: set[str] = set()  # those whose shape a docstring alone says
        self.learnt: dict[str, Array] = {}  # with what their use says of them
        self.parameters: dict[str, tuple[Tensor, Array]] = {}
        self.is_backward = False  # is the derivative read by now?
        self.thing = Thing(
            methods=module.methods_of(pair.owner) if pair.owner is not None else {},
            unmet=self._attribute if pair.kind in ("plain", "both") else None,
        )
        self.declared: dict[str, Dim] = {}
        self.called = called_with(module, pair)
        self.begun = begun_with(module, pair.owner, top) if pair.owner is not None else {}
        self.keyed = module.said(keyed_in, pair.forward) | module.said(keyed_in, pair.backward)
        self.naming: Callable[[str, Value], Value] | None = None  # of what the function gives a name
        self.counts: frozenset[str] = frozenset()
        if pair.lengths:
            self.counts = module.said(counted_in, pair.forward) | module.said(counted_in, pair.backward)
        self.flags = module.said(flags_in, pair.forward) | module.said(flags_in, pair.backward)

    @property
    def arrays_given(self) -> list[str]:
        """The names of the arrays that are given, known ones and others."""
        return list(dict.fromkeys([*self.parameters, *self.unknown]))

    # arrays that are given

    def _attribute(self, name: str) -> Value:
        if name in self.module.said(tables_of, self.pair.owner):
            return self.table(f"self.{name}")
        if self.is_backward and is_added_to(self.pair.backward, name):
            return plain(0)  # what is added up begins at 0
        if f"self.{name}" in self.flags and self.pair.ways is not None and self.pair.owner is not None:
            given = self.module.said(given_in, self.pair.owner)
            if name in given:
                return Choice(f"self.{name}", self.pair.ways, given[name])
        usual = self.module.said(usual_in, self.pair.owner) if self.pair.owner is not None else {}
        if f"self.{name}" in self.counts and self._is_begun(name) and name not in usual:
            return self.reader().sized((fresh_index(self._size(f"self.{name}", 0)),))
        if name in usual:
            return self.reader().evaluate(usual[name])
        if self.is_backward and f"self.{name}" not in self.arrays_given and not self._is_begun(name):
            raise Unreadable(f"nothing that is read gives `self.{name}`, which may be anything")
        return self.given(f"self.{name}", Array(open=True))

    def _is_begun(self, name: str) -> bool:
        """Is an attribute that the function itself does not name given by `__init__`, or the class, alone?"""
        assert self.pair.owner is not None
        setting = self.module.said(set_in, self.pair.owner)
        return name in setting and setting[name] <= {"", "__init__", self.pair.backward.name}

    def table(self, name: str) -> Table:
        """A dictionary of arrays that is given."""
        return Table(unmet=lambda key: self._under(name, key))

    def _under(self, name: str, key: str) -> Value:
        if self.is_backward and generic(name.removeprefix("self.")):
            return plain(0)
        return self.given(f"{name}[{key!r}]", Array(open=True))

    def given(self, name: str, array: Array) -> Array:
        """A tensor of that name: of the shape that is known, or with the axes that are tried."""
        begun = self.begun.get(name)
        if array.open and begun is not None and begun >= array.rank:
            array = Array((*(self._axis(name, k) for k in range(begun - array.rank)), *array.axes))
        if array.open:
            if name not in self.unknown:
                self.unknown.append(name)
            if name not in self.ranks:
                self.learnt[name] = array
                return array
            shape = self.ranks[name]
            missing = (2 if shape in (COLUMN, ROW) else shape % AXES) - array.rank
            if missing < 0 or (shape in (COLUMN, ROW) and missing < 2):
                raise Nonconforming
            thin = {{COLUMN: 1, ROW: 0}.get(shape), *self._ones(name, missing + array.rank)}
            array = Array((*(() if k in thin else self._axis(name, k) for k in range(missing)), *array.axes))
        tensor, found = self.arrays.named(name, array)
        self.parameters[name] = tensor, replace(found)  # which nothing writes into
        return found

    def _ones(self, name: str, rank: int) -> list[int]:
        """The axes of length 1 that an argument has in every call of the file."""
        shapes = self.called.get(name, [])
        if not shapes or any(len(s) != rank for s in shapes):
            return []
        return [k for k in range(rank) if all(s[k] == 1 for s in shapes)]

    def _axis(self, name: str, place: int):  # type: ignore[no-untyped-def]
        return self.arrays.axis(self._size(name, place))

    def _size(self, name: str, place: int) -> Dim:
        key = f"{name}:{place}"
        if key not in self.declared:
            self.declared[key] = self.sizes.fresh()
        return self.declared[key]

    def reader(self, given: Mapping[str, Value] | None = None, depth: int = 0) -> Reader:
        reader = Reader(self.module, self.arrays, {**self.top, **(given or {})}, depth=depth)
        reader.top = self.top
        reader.shapes = {}  # what is shown is what a reading of the function alone says
        return reader

    def declared_parameters(self, function: ast.FunctionDef, reader: Reader, skip: int) -> dict[str, Value]:
        """The parameters of a function as tensors of the shapes that it declares."""
        arguments = function.args
        said = comments_of(function, self.module)
        found: dict[str, Value] = {}
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        other = {a.arg: a for a in self.pair.backward.args.args}
        said_there = comments_of(self.pair.backward, self.module)
        documented_as = documented(ast.get_docstring(function) or "")
        with_default = dict(zip([a.arg for a in arguments.args][::-1], arguments.defaults[::-1], strict=False))
        axes, usual = self.module.said(along, function), usually(function)
        for place, argument in enumerate(every[skip:], skip):
            name = argument.arg
            declared = annotated(argument.annotation)
            declared = said.get(name) if declared is None else declared
            if declared is None and name in other:  # what the other function declares
                declared = annotated(other[name].annotation)
                declared = said_there.get(name) if declared is None else declared
            if declared is None and name in documented_as:
                declared = documented_as[name]
                self.documented.add(name)
            if name in self.flags and name in usual and declared is None and self.pair.ways is not None:
                found[name] = Choice(name, self.pair.ways, usual[name])
            elif name in self.counts and declared is None and name not in with_default:
                found[name] = reader.sized((fresh_index(self._size(name, 0)),))
            elif name in self.counts and declared is None and is_number(with_default.get(name)):
                found[name] = reader.evaluate(with_default[name])
            elif self.pair.in_parts and declared is None and name in (parts := self.module.said(unpacked_in, function)):
                found[name] = Several(tuple(self.given(p, Array(open=True)) for p in parts[name]))
            elif name in self.keyed and declared is None and name not in with_default:
                found[name] = self.table(name)
            elif name in axes and is_number(with_default.get(name)):
                found[name] = reader.evaluate(with_default[name])
            elif scalar_annotation(argument.annotation) or (
                declared is None
                and (is_number(with_default.get(name)) or place in self.pair.fixed or name.lower() in GUARDS)
            ):  # JAX hands on what it does not differentiate in as it is: a number, where it is counted with
                found[name] = self.given(name, Array())
            elif (
                is_nothing(with_default.get(name))
                and self.pair.ways is not None
                and name in self.module.said(left_out_in, function)
            ):
                is_left_out = self.pair.ways.holds(f"{name} is None", None, True)
                open_array = reader.of_declared(declared) if declared is not None else Array(open=True)
                found[name] = NOTHING if is_left_out else self.given(name, open_array)
            elif name in with_default and declared is None:
                found[name] = (
                    UNKNOWN if not isinstance(with_default[name], ast.Constant) else reader.evaluate(with_default[name])
                )
            else:
                found[name] = self.given(
                    name, reader.of_declared(declared) if declared is not None else Array(open=True)
                )
        if arguments.vararg is not None or arguments.kwarg is not None:
            raise Unreadable("it takes any number of arguments")
        return found

    def run(self, function: ast.FunctionDef, reader: Reader) -> tuple[ast.Return, Value]:
        """What a function returns, and where.  Raises Unreadable; Nonconforming."""
        node, value = self.run_silently(function, reader)
        if node is None:
            raise Unreadable(f"`{function.name}` returns nothing")
        return node, value

    def run_silently(self, function: ast.FunctionDef, reader: Reader) -> tuple[ast.Return | None, Value]:
        """The same of one that may return nothing.  Raises Unreadable; Nonconforming."""
        reader.path = (function,)
        reader.run(function.body)
        if reader.misfit is not None:
            node, message = reader.misfit
            if function is self.pair.backward and isinstance(node, ast.expr):
                raise Misfitting(message, node)
            raise Nonconforming
        if reader.broken:
            raise (Elsewhere if reader.broken == "it raises" else Unreadable)(reader.broken)
        if reader.returned is None or reader.returned[0].value is None:
            return None, UNKNOWN
        return reader.returned


def called_with(module: Module, pair: Pair) -> dict[str, list[tuple[int | None, ...]]]:
    """The shapes with which the top of the file calls either function, by argument."""
    found: dict[str, list[tuple[int | None, ...]]] = {}
    for function in (pair.forward, pair.backward):
        for shapes in module.called_with.get(function, ()):
            for name, shape in shapes.items():
                found.setdefault(name, []).append(shape)
    return found


def run_forward(run: Run, skip: int, first: Value | None = None) -> tuple[Reader, dict[str, Value], Value]:
    """The function itself: its reader, its parameters and what it gives."""
    function = run.pair.forward
    reader = run.reader()
    given = run.declared_parameters(function, reader, skip)
    if skip and first is not None:
        given = {function.args.args[0].arg: first, **given}
    reader.environment |= given
    reader.naming = run.naming
    _, value = run.run(function, reader)
    return reader, given, value


def output_of(value: Value) -> Array:
    if isinstance(value, Several) and len(value.items) == 1:
        value = value.items[0]
    if not isinstance(value, Array):
        raise Unreadable("what it gives is not one array")
    return value


def cotangent_of(run: Run, output: Array, name: str) -> tuple[Tensor, Array]:
    if output.open:
        return Tensor(name), Array(open=True)
    return run.arrays.named(name, output)


def for_reading(cotangent: tuple[Tensor, Array]) -> Array:
    """A cotangent that may be written into."""
    return replace(cotangent[1]) if not cotangent[1].open else cotangent[1]


def finished(
    run: Run,
    reader: Reader,
    output: Array,
    cotangent: tuple[Tensor, Array] | None,
    claimed: list[Claimed],
    own: str = "",
) -> Paths:
    names: dict[Tensor, str] = {}
    arrays: dict[str, Array] = {}
    tensors = {t for t, _ in run.parameters.values()} | ({cotangent[0]} if cotangent else set())
    for name, value in reader.environment.items():
        if name in run.top or not isinstance(value, Array) or value.term is None:
            continue
        term = value.term
        if isinstance(term, Component) and term.tensor in tensors and term.indices == value.indices:
            names.setdefault(term.tensor, name)
        elif not value.open:
            arrays[name] = value
    for tensor, _ in run.parameters.values():
        if tensor.name.startswith("self.") and own:
            names.setdefault(tensor, f"{own}.{tensor.name[5:]}")
    rough = any(isinstance(v, Number) and v.rough for v in reader.environment.values())
    rough = rough or any(run.module.said(_has_rough, f) for f in (run.pair.forward, run.pair.backward))
    return Paths(
        run.arrays,
        run.parameters,
        output,
        cotangent,
        claimed,
        names,
        arrays,
        rough,
        frozenset({*run.ranks, *run.documented}),
    )


def _has_rough(function: ast.AST | None) -> bool:
    """Does a decimal fraction of many digits stand in a function?"""
    return function is not None and any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, float)
        and len(repr(node.value).replace(".", "").strip("0")) >= 6
        for node in ast.walk(function)
    )
