"""A function and its derivative as they are written, read over one set of arrays: what is differentiated, and what is claimed."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ..terms.dimension import Dim, Tensor
from ..terms.term import Component
from ..terms.walk import replace_dims
from .annotations import annotated, scalar_annotation
from .arrays import Arrays, Misfit
from .module import Module
from .pairs import Pair
from .reading import Reader
from .scope import comments_of
from .sizes import Sizes
from .values import UNKNOWN, Array, Flag, Local, Number, Several, Thing, Value

# names that the gradient of a later value has as an argument
COTANGENTS = frozenset(
    "g grad grad_output grad_outputs grad_out gout dout dy dz dl upstream delta cotangent ct ybar y_bar out_grad output_grad "
    "d_out gradient upstream_grad dout_ dL_dout dL_dy dLdy gy dh accum_grad error err".split()
)
_OUTPUTS = frozenset("out output y cache h a z p s".split())


class Unreadable(Exception):
    """Why a pair is not read."""


class Nonconforming(Exception):
    """The shapes that are tried do not go together."""


class Misfitting(Nonconforming):
    """The function is well formed, and what is written as its derivative is not, at a place."""

    def __init__(self, message: str, node: ast.expr):
        super().__init__(message)
        self.node = node


@dataclass
class Claimed:
    """What is returned for a parameter: the expression that stands there, and its value."""

    parameter: str
    node: ast.expr
    value: Array


@dataclass
class Paths:
    """Both functions, read.

    parameters   the arrays that may be differentiated in, by name, as tensors
    output       what the function gives
    cotangent    the tensor that the derivative is multiplied by; None where it is the derivative itself
    claimed      what is returned, for which parameter; several candidates for one value where nothing says which
    names        how the author calls the tensors in the derivative
    locals       the arrays that have a name there
    opaque       does a term hold a function that it does not say all about?
    rough        does one hold a decimal fraction that may stand for another number?
    """

    arrays: Arrays
    parameters: dict[str, tuple[Tensor, Array]]
    output: Array
    cotangent: tuple[Tensor, Array] | None
    claimed: list[Claimed]
    names: dict[Tensor, str] = field(default_factory=dict)
    locals: dict[str, Array] = field(default_factory=dict)
    opaque: bool = False
    rough: bool = False


class _Run:
    """One reading of a pair, with so many axes for what is not known."""

    def __init__(
        self, module: Module, pair: Pair, top: Mapping[str, Value], ranks: Mapping[str, int], sizes: Sizes, terms: bool
    ):
        self.module, self.pair, self.top, self.ranks = module, pair, top, ranks
        self.arrays = Arrays(sizes, terms)
        self.sizes = sizes
        self.unknown: list[str] = []  # the arrays of which nothing says how many axes they have
        self.parameters: dict[str, tuple[Tensor, Array]] = {}
        self.thing = Thing(methods=_methods(pair), unmet=self._attribute if pair.kind == "plain" else None)
        self.declared: dict[str, Dim] = {}

    # arrays that are given

    def _attribute(self, name: str) -> Value:
        return self._given(f"self.{name}", Array(open=True))

    def _given(self, name: str, array: Array) -> Array:
        """A tensor of that name: of the shape that is known, or with the axes that are tried."""
        if array.open:
            if name not in self.unknown:
                self.unknown.append(name)
            if name not in self.ranks:
                return array
            missing = self.ranks[name] - array.rank
            if missing < 0:
                raise Nonconforming
            array = Array((*(self._axis(name, k) for k in range(missing)), *array.axes))
        tensor, found = self.arrays.named(name, array)
        self.parameters[name] = tensor, found
        return found

    def _axis(self, name: str, place: int):  # type: ignore[no-untyped-def]
        return self.arrays.axis(self._size(name, place))

    def _size(self, name: str, place: int) -> Dim:
        key = f"{name}:{place}"
        if key not in self.declared:
            self.declared[key] = self.sizes.fresh()
        return self.declared[key]

    def reader(self, given: Mapping[str, Value] | None = None, depth: int = 0) -> Reader:
        return Reader(self.module, self.arrays, {**self.top, **(given or {})}, depth=depth)

    def declared_parameters(self, function: ast.FunctionDef, reader: Reader, skip: int) -> dict[str, Value]:
        """The parameters of a function as tensors of the shapes that it declares."""
        arguments = function.args
        said = comments_of(function, self.module)
        found: dict[str, Value] = {}
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        other = {a.arg: a for a in self.pair.backward.args.args}
        said_there = comments_of(self.pair.backward, self.module)
        with_default = dict(zip([a.arg for a in arguments.args][::-1], arguments.defaults[::-1], strict=False))
        for argument in every[skip:]:
            name = argument.arg
            declared = annotated(argument.annotation)
            declared = said.get(name) if declared is None else declared
            if declared is None and name in other:  # what the other function declares
                declared = annotated(other[name].annotation)
                declared = said_there.get(name) if declared is None else declared
            if scalar_annotation(argument.annotation) or (declared is None and _is_number(with_default.get(name))):
                found[name] = self._given(name, Array())
            elif name in with_default and declared is None:
                found[name] = (
                    UNKNOWN if not isinstance(with_default[name], ast.Constant) else reader.evaluate(with_default[name])
                )
            else:
                found[name] = self._given(
                    name, reader.of_declared(declared) if declared is not None else Array(open=True)
                )
        if arguments.vararg is not None or arguments.kwarg is not None:
            raise Unreadable("it takes any number of arguments")
        return found

    def run(self, function: ast.FunctionDef, reader: Reader) -> tuple[ast.Return, Value]:
        """Raises Unreadable; Nonconforming."""
        reader.path = (function,)
        reader.run(function.body)
        if reader.misfit is not None:
            node, message = reader.misfit
            if function is self.pair.backward and isinstance(node, ast.expr):
                raise Misfitting(message, node)
            raise Nonconforming
        if reader.broken or reader.returned is None:
            raise Unreadable(reader.broken or f"`{function.name}` returns nothing")
        return reader.returned


def _methods(pair: Pair) -> dict[str, ast.FunctionDef]:
    if pair.owner is None:
        return {}
    return {n.name: n for n in pair.owner.body if isinstance(n, ast.FunctionDef)}


def _is_number(node: ast.expr | None) -> bool:
    """Is a default a number, so that the argument is one?"""
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def unknown_in(module: Module, pair: Pair, top: Mapping[str, Value]) -> list[str]:
    """The arrays of which nothing says how many axes they have.  Raises Unreadable."""
    run = _Run(module, pair, top, {}, Sizes(binding=True), False)
    with suppress(Nonconforming):
        _read(run)
    return run.unknown


def read_pair(
    module: Module, pair: Pair, top: Mapping[str, Value], ranks: Mapping[str, int], terms: bool = True
) -> Paths:
    """Both functions over one set of arrays.  Raises Unreadable; Nonconforming, where the shapes do not go together."""
    sizes = Sizes(binding=True)
    shapes = _Run(module, pair, top, ranks, sizes, False)
    found = _read(shapes)
    if not terms:
        return found
    run = _Run(module, pair, top, ranks, sizes, True)
    run.declared = shapes.declared
    found = _read(run)
    found.opaque = run.arrays.opaque
    return _settled(found, sizes)


def _settled(paths: Paths, sizes: Sizes) -> Paths:
    """With each size as what it turned out to be."""
    every = [
        paths.output,
        *(c.value for c in paths.claimed),
        *(a for _, a in paths.parameters.values()),
        *paths.locals.values(),
    ]
    dims: set[Dim] = set()
    for array in every:
        dims |= {i.dim for i in array.indices}
        if array.term is not None:
            dims |= {d for t in array.term.depends for d in t.dims}
            dims |= {t.dim for t in array.term.walk() if hasattr(t, "dim")}
            for part in array.term.walk():
                dims |= {i.dim for i in (getattr(part, "bound", ()) or ())}
    changed = sizes.replacements(dims)
    changed = {old: new for old, new in changed.items() if old is not new}
    if any(new.value == 1 for new in changed.values()):
        raise Nonconforming  # an axis that turned out to be of length 1 has no index
    changed |= _lettered({changed.get(d, d) for d in dims}, changed)

    def moved(a: Array) -> Array:
        axes = tuple(tuple(i.over(changed.get(i.dim, i.dim)) for i in axis) for axis in a.axes)
        term = replace_dims(a.term, changed) if a.term is not None else None
        return Array(axes, a.open, term, a.why)

    def tensor(t: Tensor) -> Tensor:
        return Tensor(t.name, tuple(changed.get(d, d) for d in t.dims), t.properties)

    return Paths(
        paths.arrays,
        {n: (tensor(t), moved(a)) for n, (t, a) in paths.parameters.items()},
        moved(paths.output),
        None if paths.cotangent is None else (tensor(paths.cotangent[0]), moved(paths.cotangent[1])),
        [Claimed(c.parameter, c.node, moved(c.value)) for c in paths.claimed],
        {tensor(t): n for t, n in paths.names.items()},
        {n: moved(a) for n, a in paths.locals.items()},
        paths.opaque,
        paths.rough,
    )


def _lettered(dims: set[Dim], known: dict[Dim, Dim]) -> dict[Dim, Dim]:
    """Letters for sizes that nothing names."""
    taken = {d.value for d in dims}
    letters = (x for x in "nmkpqrstuvabcdefghijl" if x not in taken)
    nameless = sorted((d for d in dims if d.inferred), key=lambda d: d.key)
    given = {d: Dim(letter) for d, letter in zip(nameless, letters, strict=False)}
    return given | {old: given[new] for old, new in known.items() if new in given}


# the ways in which the two are tied


def _read(run: _Run) -> Paths:
    """Raises Unreadable; Nonconforming."""
    try:
        return {"autograd": _autograd, "vjp": _vjp, "jvp": _jvp, "plain": _plain}[run.pair.kind](run)
    except Misfit:
        raise Nonconforming from None


def _forward(run: _Run, skip: int, first: Value | None = None) -> tuple[Reader, dict[str, Value], Value]:
    """The function itself: its reader, its parameters and what it gives."""
    function = run.pair.forward
    reader = run.reader()
    given = run.declared_parameters(function, reader, skip)
    if skip and first is not None:
        given = {function.args.args[0].arg: first, **given}
    reader.environment |= given
    _, value = run.run(function, reader)
    return reader, given, value


def _output(value: Value) -> Array:
    if isinstance(value, Several) and len(value.items) == 1:
        value = value.items[0]
    if not isinstance(value, Array):
        raise Unreadable("what it gives is not one array")
    return value


def _cotangent(run: _Run, output: Array, name: str) -> tuple[Tensor, Array]:
    if output.open:
        return Tensor(name), Array(open=True)
    return run.arrays.named(name, output)


def _finished(
    run: _Run,
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
    rough = any(isinstance(v, Number) and v.rough for v in reader.environment.values()) or _has_rough(run.pair)
    return Paths(run.arrays, run.parameters, output, cotangent, claimed, names, arrays, run.arrays.opaque, rough)


def _has_rough(pair: Pair) -> bool:
    for function in (pair.forward, pair.backward):
        for node in ast.walk(function):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, float)
                and len(repr(node.value).replace(".", "").strip("0")) >= 6
            ):
                return True
    return False


def _returned(node: ast.Return, value: Value) -> list[tuple[ast.expr, Value]]:
    """Each value that is returned, with the expression of it."""
    assert node.value is not None
    if isinstance(value, Several):
        if isinstance(node.value, ast.Tuple) and len(node.value.elts) == len(value.items):
            return list(zip(node.value.elts, value.items, strict=True))
        return [(node.value, v) for v in value.items]
    return [(node.value, value)]


def _matched(pairs: Sequence[tuple[ast.expr, Value]], parameters: Sequence[str]) -> list[Claimed]:
    """Values by the parameters that they stand for, those that are None left out.  Raises Unreadable."""
    if len(pairs) != len(parameters):
        raise Unreadable(f"it returns {len(pairs)} values for {len(parameters)} arguments")
    claimed = []
    for (node, value), parameter in zip(pairs, parameters, strict=True):
        if isinstance(value, Flag) and value.value is None:
            continue
        if not isinstance(value, Array):
            raise Unreadable(f"the derivative in `{parameter}` is not read")
        claimed.append(Claimed(parameter, node, value))
    return claimed


def _autograd(run: _Run) -> Paths:
    pair = run.pair
    if pair.between is not None:
        function = pair.between
        _, given, value = _forward(run, 0)
        names = [a.arg for a in function.args.args]
        if len(names) != 3:
            raise Unreadable("`setup_context` takes three arguments")
        inner = run.reader({names[0]: run.thing, names[1]: Several(tuple(given.values())), names[2]: value})
        inner.run(function.body)
        if inner.broken:
            raise Unreadable(inner.broken)
        parameters = list(given)
    else:
        _, given, value = _forward(run, 1, run.thing)
        parameters = list(given)[1:]
    output = _output(value)
    names = [a.arg for a in pair.backward.args.args]
    if len(names) != 2 or pair.backward.args.vararg is not None:
        raise Unreadable("`backward` takes other arguments than one cotangent")
    tied = _cotangent(run, output, names[1])
    reader = run.reader({names[0]: run.thing, names[1]: tied[1]}, depth=1)
    node, found = run.run(pair.backward, reader)
    return _finished(run, reader, output, tied, _matched(_returned(node, found), parameters))


def _vjp(run: _Run) -> Paths:
    pair = run.pair
    forward, given, value = _forward(run, 0)
    output = _output(value)
    between = pair.between
    assert between is not None
    names = [a.arg for a in between.args.args]
    if len(names) != len(given):
        raise Unreadable(f"`{between.name}` takes other arguments than `{pair.name}`")
    whole = Local(_without_decorators(pair.forward))
    inner = run.reader({**dict(zip(names, given.values(), strict=True)), pair.name: whole}, depth=1)
    inner.take_parameters(between, dict(zip(names, given.values(), strict=True)))
    _, both = run.run(between, inner)
    if not isinstance(both, Several) or len(both.items) != 2:
        raise Unreadable(f"`{between.name}` does not return a value and what is kept")
    fixed = [list(given)[k] for k in pair.fixed if k < len(given)]
    own = [a.arg for a in pair.backward.args.args]
    if len(own) != len(fixed) + 2:
        raise Unreadable(f"`{pair.backward.name}` takes {len(own)} arguments")
    tied = _cotangent(run, output, own[-1])
    arguments = {**dict(zip(own, (given[n] for n in fixed), strict=False)), own[-2]: both.items[1], own[-1]: tied[1]}
    reader = run.reader({**arguments, pair.name: whole}, depth=1)
    node, found = run.run(pair.backward, reader)
    parameters = [n for n in given if n not in fixed]
    return _finished(run, reader, output, tied, _matched(_returned(node, found), parameters))


def _without_decorators(function: ast.FunctionDef) -> ast.FunctionDef:
    return function  # `custom_vjp` changes nothing of what is computed


def _jvp(run: _Run) -> Paths:
    pair = run.pair
    forward, given, value = _forward(run, 0)
    output = _output(value)
    own = [a.arg for a in pair.backward.args.args]
    if len(own) != len(pair.fixed) + 2:
        raise Unreadable(f"`{pair.backward.name}` takes {len(own)} arguments")
    fixed = [list(given)[k] for k in pair.fixed if k < len(given)]
    primals = {n: v for n, v in given.items() if n not in fixed}
    tangents = {}
    for name, array in primals.items():
        if not isinstance(array, Array) or array.open:
            raise Nonconforming if not run.ranks else Unreadable("an argument that is no array")
        tangents[name] = run.arrays.named(f"{name}_dot", array)
    arguments: dict[str, Value] = {
        **dict(zip(own, (given[n] for n in fixed), strict=False)),
        own[-2]: Several(tuple(primals.values())),
        own[-1]: Several(tuple(a for _, a in tangents.values())),
        pair.name: Local(pair.forward),
    }
    reader = run.reader(arguments, depth=1)
    node, found = run.run(pair.backward, reader)
    if not isinstance(found, Several) or len(found.items) != 2:
        raise Unreadable(f"`{pair.backward.name}` does not return a value and its tangent")
    expression = node.value.elts[1] if isinstance(node.value, ast.Tuple) else node.value
    tangent = found.items[1]
    if not isinstance(tangent, Array) or expression is None:
        raise Unreadable("the tangent is not read")
    paths = _finished(run, reader, output, None, [Claimed("", expression, tangent)])
    paths.parameters = {n: (t, a) for n, (t, a) in run.parameters.items() if n in primals}
    for name, (tensor, array) in tangents.items():
        paths.parameters[f"{name}_dot"] = tensor, array
        paths.names.setdefault(tensor, next((k for k, v in reader.environment.items() if v is array), tensor.name))
    return paths


def _plain(run: _Run) -> Paths:
    pair = run.pair
    is_method = pair.owner is not None and "staticmethod" not in [ast.unparse(d) for d in pair.forward.decorator_list]
    skip = 1 if is_method else 0
    _, given, value = _forward(run, skip, run.thing if is_method else None)
    cache: Value | None = None
    if isinstance(value, Several) and len(value.items) == 2 and not isinstance(value.items[1], Array):
        value, cache = value.items
    output = _output(value)
    parameters = list(given)[skip:]
    names = [a.arg for a in pair.backward.args.args]
    own_method = pair.owner is not None and "staticmethod" not in [ast.unparse(d) for d in pair.backward.decorator_list]
    arguments: dict[str, Value] = {}
    if own_method and names:
        arguments[names[0]] = run.thing
        names = names[1:]
    tied: tuple[Tensor, Array] | None = None
    defaults = dict(
        zip([a.arg for a in pair.backward.args.args][::-1], pair.backward.args.defaults[::-1], strict=False)
    )
    for name in names:
        if name in given:
            arguments[name] = given[name]
        elif (
            name.lower() in COTANGENTS
            or (name.startswith(("grad", "d")) and name not in parameters)
            or name.endswith("grad")
        ):
            if tied is not None:
                raise Unreadable(f"`{name}` is one cotangent more")
            tied = _cotangent(run, output, name)
            arguments[name] = tied[1]
        elif cache is not None and "cache" in name:
            arguments[name] = cache
        elif name in defaults:
            arguments[name] = run.reader().evaluate(defaults[name])
        else:
            raise Unreadable(f"`{name}` is no argument of `{pair.name}`")
    reader = run.reader(arguments, depth=1)
    before = dict(run.thing.attributes)
    reader.take_parameters(pair.backward, arguments)
    node, found = run.run(pair.backward, reader)
    pairs = _returned(node, found)
    self_name = pair.backward.args.args[0].arg if own_method else ""
    claimed = _claims_of(pairs, parameters, pair, run)
    for name, attribute in run.thing.attributes.items():
        parameter = _differentiated(name, [n[5:] for n in run.parameters if n.startswith("self.")])
        if before.get(name) is not attribute and parameter and isinstance(attribute, Array):
            target = _assigned(pair.backward, name)
            if target is not None:
                claimed.append(Claimed(f"self.{parameter}", target, attribute))
    return _finished(run, reader, output, tied, claimed, self_name)


def _assigned(function: ast.FunctionDef, attribute: str) -> ast.expr | None:
    """The value of the only assignment to an attribute."""
    found = [
        n.value
        for n in ast.walk(function)
        if isinstance(n, ast.Assign) and any(isinstance(t, ast.Attribute) and t.attr == attribute for t in n.targets)
    ]
    return found[0] if len(found) == 1 else None


def _differentiated(name: str, parameters: Sequence[str]) -> str:
    """The parameter that a name says something is the derivative in: `dW`, `grad_W`, `W_grad`, `dL_dW`."""
    for parameter in sorted(parameters, key=len, reverse=True):
        shapes = (f"d{parameter}", f"d_{parameter}", f"grad_{parameter}", f"{parameter}_grad", f"g{parameter}", f"grad{parameter}", f"g_{parameter}",
                  f"{parameter}_bar", f"dL_d{parameter}", f"dL{parameter}", f"dLd{parameter}", f"db_{parameter}")  # fmt: skip
        if name in shapes:
            return parameter
    return ""


def _claims_of(
    pairs: Sequence[tuple[ast.expr, Value]], parameters: Sequence[str], pair: Pair, run: _Run
) -> list[Claimed]:
    """What is returned, by parameter: as names say it, else in order; one value without a name may be for any."""
    if any(not isinstance(v, Array) for _, v in pairs):
        raise Unreadable("what it returns is not read")
    said = [_differentiated(n.id, parameters) if isinstance(n, ast.Name) else "" for n, _ in pairs]
    if all(said) and len(set(said)) == len(said):
        return [Claimed(p, n, v) for p, (n, v) in zip(said, pairs, strict=True) if isinstance(v, Array)]
    if len(pairs) == 1:
        ((node, value),) = pairs
        assert isinstance(value, Array)
        if pair.variable or len(parameters) == 1:
            return [Claimed(pair.variable or parameters[0], node, value)]
        return [Claimed("?", node, value)]
    if len(pairs) > len(parameters):
        raise Unreadable(f"it returns {len(pairs)} values for {len(parameters)} arguments")
    return [Claimed(p, n, v) for p, (n, v) in zip(parameters, pairs, strict=False) if isinstance(v, Array)]
