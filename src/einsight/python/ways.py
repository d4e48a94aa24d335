"""The libraries' own ways to tie a derivative to its function: what it is given, and what it returns for which argument."""

from __future__ import annotations

import ast

from ..terms.term import Tensor
from .axes import Misfit
from .claiming import matched, returned, under_conditions
from .plain import plain, together
from .reading import Reader
from .runs import (
    Claimed,
    Nonconforming,
    Paths,
    Run,
    Unreadable,
    cotangent_of,
    finished,
    for_reading,
    output_of,
    run_forward,
)
from .values import Array, Local, Several, Value


def read(run: Run) -> Paths:
    """Raises Unreadable; Nonconforming."""
    try:
        return {"autograd": _autograd, "vjp": _vjp, "jvp": _jvp, "plain": plain, "both": together}[run.pair.kind](run)
    except Misfit:
        raise Nonconforming from None


def _autograd(run: Run) -> Paths:
    pair = run.pair
    if pair.between is not None:
        function = pair.between
        _, given, value = run_forward(run, 0)
        names = [a.arg for a in function.args.args]
        if len(names) != 3:
            raise Unreadable("`setup_context` takes three arguments")
        inner = run.reader({names[0]: run.thing, names[1]: Several(tuple(given.values())), names[2]: value})
        inner.run(function.body)
        if inner.broken:
            raise Unreadable(inner.broken)
        parameters = list(given)
    else:
        _, given, value = run_forward(run, 1, run.thing)
        parameters = list(given)[1:]
    outputs = outputs_of(value)
    names = [a.arg for a in pair.backward.args.args]
    if len(names) != 1 + len(outputs) or pair.backward.args.vararg is not None:
        raise Unreadable("`backward` takes other arguments than one cotangent")
    tied = [(o, cotangent_of(run, o, name)) for o, name in zip(outputs, names[1:], strict=True)]
    given_back = dict(zip(names[1:], (for_reading(t) for _, t in tied), strict=True))
    reader = run.reader({names[0]: run.thing, **given_back}, depth=1)
    run.is_backward = True
    node, found = run.run(pair.backward, reader)
    return _finished(run, reader, tied, _claims(reader, node, found, parameters))


def outputs_of(value: Value) -> list[Array]:
    """What a rule gives, one array or several.  Raises Unreadable."""
    if isinstance(value, Several) and len(value.items) > 1:
        return [output_of(v) for v in value.items]
    return [output_of(value)]


def _finished(
    run: Run, reader: Reader, tied: list[tuple[Array, tuple[Tensor, Array]]], claimed: list[Claimed]
) -> Paths:
    paths = finished(run, reader, tied[0][0], tied[0][1], claimed)
    paths.besides = tied[1:]
    return paths


def _claims(reader: Reader, node: ast.Return, found: Value, parameters: list[str]) -> list[Claimed]:
    return under_conditions(reader, node, found, lambda n, v: matched(returned(n, v), parameters))


def _vjp(run: Run) -> Paths:
    pair = run.pair
    forward, given, value = run_forward(run, 0)
    outputs = outputs_of(value)
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
    tied = [(o, cotangent_of(run, o, own[-1] + (f".{k}" if k else ""))) for k, o in enumerate(outputs)]
    back: Value = tied[0][1][1] if len(tied) == 1 else Several(tuple(for_reading(t) for _, t in tied))
    arguments = {**dict(zip(own, (given[n] for n in fixed), strict=False)), own[-2]: both.items[1], own[-1]: back}
    reader = run.reader({**arguments, pair.name: whole}, depth=1)
    run.is_backward = True
    node, found = run.run(pair.backward, reader)
    parameters = [n for n in given if n not in fixed]
    return _finished(run, reader, tied, _claims(reader, node, found, parameters))


def _without_decorators(function: ast.FunctionDef) -> ast.FunctionDef:
    return function  # `custom_vjp` changes nothing of what is computed


def _jvp(run: Run) -> Paths:
    pair = run.pair
    forward, given, value = run_forward(run, 0)
    output = output_of(value)
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
    paths = finished(run, reader, output, None, [Claimed("", expression, tangent)])
    paths.parameters = {n: (t, a) for n, (t, a) in run.parameters.items() if n in primals}
    for name, (tensor, array) in tangents.items():
        paths.parameters[f"{name}_dot"] = tensor, array
        paths.names.setdefault(tensor, next((k for k, v in reader.environment.items() if v is array), tensor.name))
    return paths
