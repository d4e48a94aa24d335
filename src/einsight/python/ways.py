"""The ways in which a derivative is tied to its function: what it is given, and what it returns for which argument."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from ..terms.term import Tensor
from .axes import Misfit
from .pairs import Pair
from .runs import (
    Claimed,
    Nonconforming,
    Paths,
    Run,
    Unreadable,
    cotangent_of,
    finished,
    matched,
    output_of,
    returned,
    run_forward,
)
from .values import Array, Local, Several, Value

# names that the gradient of a later value has as an argument
COTANGENTS = frozenset(
    "g grad grad_output grad_outputs grad_out gout dout dy dz dl upstream delta cotangent ct ybar y_bar out_grad output_grad "
    "d_out gradient upstream_grad dout_ dL_dout dL_dy dLdy gy dh accum_grad error err".split()
)
_OUTPUTS = frozenset("out output y cache h a z p s".split())


def read(run: Run) -> Paths:
    """Raises Unreadable; Nonconforming."""
    try:
        return {"autograd": _autograd, "vjp": _vjp, "jvp": _jvp, "plain": _plain}[run.pair.kind](run)
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
    output = output_of(value)
    names = [a.arg for a in pair.backward.args.args]
    if len(names) != 2 or pair.backward.args.vararg is not None:
        raise Unreadable("`backward` takes other arguments than one cotangent")
    tied = cotangent_of(run, output, names[1])
    reader = run.reader({names[0]: run.thing, names[1]: tied[1]}, depth=1)
    node, found = run.run(pair.backward, reader)
    return finished(run, reader, output, tied, matched(returned(node, found), parameters))


def _vjp(run: Run) -> Paths:
    pair = run.pair
    forward, given, value = run_forward(run, 0)
    output = output_of(value)
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
    tied = cotangent_of(run, output, own[-1])
    arguments = {**dict(zip(own, (given[n] for n in fixed), strict=False)), own[-2]: both.items[1], own[-1]: tied[1]}
    reader = run.reader({**arguments, pair.name: whole}, depth=1)
    node, found = run.run(pair.backward, reader)
    parameters = [n for n in given if n not in fixed]
    return finished(run, reader, output, tied, matched(returned(node, found), parameters))


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


def _plain(run: Run) -> Paths:
    pair = run.pair
    is_method = pair.owner is not None and "staticmethod" not in [ast.unparse(d) for d in pair.forward.decorator_list]
    skip = 1 if is_method else 0
    _, given, value = run_forward(run, skip, run.thing if is_method else None)
    cache: Value | None = None
    if isinstance(value, Several) and len(value.items) == 2 and not isinstance(value.items[1], Array):
        value, cache = value.items
    output = output_of(value)
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
            tied = cotangent_of(run, output, name)
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
    pairs = returned(node, found)
    self_name = pair.backward.args.args[0].arg if own_method else ""
    claimed = _claims_of(pairs, parameters, pair, run)
    for name, attribute in run.thing.attributes.items():
        parameter = _differentiated(name, [n[5:] for n in run.parameters if n.startswith("self.")])
        if before.get(name) is not attribute and parameter and isinstance(attribute, Array):
            target = _assigned(pair.backward, name)
            if target is not None:
                claimed.append(Claimed(f"self.{parameter}", target, attribute))
    return finished(run, reader, output, tied, claimed, self_name)


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
        if name in shapes or re.fullmatch(rf"d\w*_d_?{re.escape(parameter)}", name):
            return parameter
    return ""


def _claims_of(
    pairs: Sequence[tuple[ast.expr, Value]], parameters: Sequence[str], pair: Pair, run: Run
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
    guessed = len(pairs) < len(parameters)
    return [Claimed(p, n, v, guessed) for p, (n, v) in zip(parameters, pairs, strict=False) if isinstance(v, Array)]
