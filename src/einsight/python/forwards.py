"""A function read alone, so that its derivatives can be written: its arguments as tensors, what it names as definitions."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..targets.arguments import RESERVED
from ..terms import build
from ..terms.dimension import fresh_index
from ..terms.term import Apply, Component, Power, Sum, Tensor, Term
from ..terms.walk import map_parts
from .module import Module, is_transparent
from .pairs import Pair
from .paths import conforming, read_pair, unknown_in
from .runs import Nonconforming, Paths, Run, Unreadable, cotangent_of, finished, output_of, run_forward
from .values import Array, Value

# how an argument that the derivative is multiplied by is called while it is written
COTANGENT = "cotangent"


@dataclass
class Forward:
    """A straight-line function.

    arguments   the names of its parameters, without `self` and `ctx`
    numbers     those of them that are plain numbers
    assumed     how many axes an array is taken to have of which nothing says it
    drafted     what has been written of it
    """

    module: Module
    function: ast.FunctionDef
    owner: ast.ClassDef | None
    paths: Paths
    arguments: list[str]
    numbers: set[str] = field(default_factory=set)
    assumed: dict[str, int] = field(default_factory=dict)
    drafted: dict[tuple[str, ...], Any] = field(default_factory=dict)

    @property
    def is_scalar(self) -> bool:
        return not self.paths.output.rank

    @property
    def variables(self) -> list[str]:
        """The arrays that it may be differentiated in."""
        return [n for n in self.arguments if n in self.paths.parameters and n not in self.numbers]


def forward_of(
    module: Module,
    function: ast.FunctionDef,
    owner: ast.ClassDef | None,
    top: Mapping[str, Value],
    context: bool = False,
) -> Forward:
    """A function, `context` where its first parameter is that of an `autograd.Function`.

    Of shapes that nobody declares the likeliest that conform are taken.  Raises Unreadable.
    """
    if not is_transparent(function):
        raise Unreadable("a decorator may change what it takes")
    kind = "autograd" if context else "plain"
    pair = Pair(kind, function.name, function, function, owner)
    once = _named_once(function)
    skip = 1 if context or (owner is not None and not _is_static(function)) else 0

    def way(run: Run) -> Paths:
        run.naming = lambda name, value: _defined(run, name, value) if name in once else value
        reader, _, value = run_forward(run, skip, run.thing)
        output = output_of(value)
        return finished(run, reader, output, cotangent_of(run, output, COTANGENT), [])

    unknown = unknown_in(module, pair, top, way)
    ranks = _likeliest(conforming(module, pair, top, unknown, way)[0])
    try:
        paths = read_pair(module, pair, top, ranks, way=way)
    except Nonconforming:
        raise Unreadable("its shapes do not go together") from None
    if paths.output.term is None or paths.output.open:
        raise Unreadable(paths.output.why or "something in it is not read")
    paths.output.term = recognised(paths.output.term)
    arguments = [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)][skip:]
    for name, (_, array) in paths.parameters.items():
        if array.rank != len(array.indices):
            raise Unreadable(f"`{name}` has an axis of length 1")
    return Forward(module, function, owner, paths, arguments, _numbers(function), ranks)


def _likeliest(ranks: list[dict[str, int]]) -> dict[str, int]:
    """The first of the choices.  Raises Unreadable where there is none."""
    if not ranks:
        raise Unreadable("its shapes do not go together")
    return ranks[0]


def _named_once(function: ast.FunctionDef) -> set[str]:
    """Names that a statement of the body itself gives one value, and that no parameter has."""
    counts = Counter(n.id for n in ast.walk(function) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load))
    own = {t.id for s in function.body if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name)}
    return {n for n in own if counts[n] == 1} - {a.arg for a in function.args.args} - RESERVED


def _defined(run: Run, name: str, value: Value) -> Value:
    """A value that has a name as a tensor of that name, which is defined by it."""
    if type(value) is not Array or value.open or value.term is None or isinstance(value.term, Component):
        return value
    if any(len(axis) != 1 for axis in value.axes):
        return value
    body = build.abstraction(value.indices, recognised(value.term))
    tensor = Tensor(name, tuple(run.sizes.find(i.dim) for i in value.indices), definition=body)
    axes = tuple((fresh_index(d),) for d in tensor.dims)
    return Array(axes, term=build.component(tensor, tuple(i for axis in axes for i in axis)))


def _numbers(function: ast.FunctionDef) -> set[str]:
    """Parameters that are numbers of Python by their annotation or their default."""
    arguments = function.args
    found = {
        a.arg for a in arguments.args if isinstance(a.annotation, ast.Name) and a.annotation.id in ("float", "int")
    }
    for argument, default in zip(arguments.args[::-1], arguments.defaults[::-1], strict=False):
        if isinstance(default, ast.Constant) and type(default.value) in (int, float):
            found.add(argument.arg)
    return found


def _is_static(function: ast.FunctionDef) -> bool:
    return any(isinstance(d, ast.Name) and d.id in ("staticmethod", "classmethod") for d in function.decorator_list)


def recognised(term: Term) -> Term:
    """With the functions whose formula somebody has written out: `1 / (1 + exp(-x))` is a sigmoid, `log(1 + exp(x))` a softplus.

    Their derivatives are in terms of themselves then, and what is written of them stays in the range of floats.
    """
    term = map_parts(term, recognised)
    if isinstance(term, Power) and term.exponent is build.number(-1):
        inner = _of_one_plus_exp(term.base)
        return build.apply("sigmoid", build.negate(inner)) if inner is not None else term
    if isinstance(term, Apply) and term.function == "log":
        inner = _of_one_plus_exp(term.arguments[0])
        return build.apply("softplus", inner) if inner is not None else term
    return term


def _of_one_plus_exp(term: Term) -> Term | None:
    """The argument of `1 + exp(x)`."""
    if not isinstance(term, Sum) or len(term.terms) != 2 or build.ONE not in term.terms:
        return None
    (other,) = [t for t in term.terms if t is not build.ONE]
    return other.arguments[0] if isinstance(other, Apply) and other.function == "exp" else None
