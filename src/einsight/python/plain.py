"""Functions that their names tie: what the derivative is given, and what it returns for which argument."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from ..terms.term import Tensor, Term
from .claiming import returned, under_conditions
from .flags import unpacked_in
from .named import differentiated, generic, is_cotangent, keeps
from .pairs import Pair
from .reading import Reader
from .runs import (
    Claimed,
    Elsewhere,
    Paths,
    Run,
    Unreadable,
    cotangent_of,
    finished,
    for_reading,
    output_of,
    run_forward,
)
from .values import Array, Choice, Flag, Number, Several, Table, Text, Value


def plain(run: Run) -> Paths:
    """A function, and another that gives its derivative or takes a cotangent besides.  Raises Unreadable; Nonconforming."""
    pair = run.pair
    is_method = pair.owner is not None and not _is_static(pair.forward)
    skip = 1 if is_method else 0
    forward, given, value = run_forward(run, skip, run.thing if is_method else None)
    parameters = list(given)[skip:]
    names = [a.arg for a in pair.backward.args.args]
    own_method = pair.owner is not None and not _is_static(pair.backward)
    arguments: dict[str, Value] = {}
    if own_method and names:
        arguments[names[0]] = run.thing
        names = names[1:]
    node = forward.returned[0] if forward.returned else None
    node, value, beside = _without_what_is_kept(node, value, names, parameters)
    outputs, cache = _taken_apart(node, value, names, parameters)
    output = outputs[0][1]
    if pair.then is not None:
        if node is not None and (name := _called(node)) in names and name not in given:
            beside[name] = output
        output = _put_into(run, pair.then, output, given, {pair.into, *beside})
        parameters = list(given)[skip:]
    called = _in_order(names, parameters, pair)
    tied: list[tuple[Array, tuple[Tensor, Array]]] = []
    backward = pair.backward.args
    defaults = dict(zip([a.arg for a in backward.args][::-1], backward.defaults[::-1], strict=False))
    for name in names:
        if name in beside:
            arguments[name] = beside[name]
        elif name in called:
            arguments[name] = given[called[name]]
        elif is_cotangent(name, parameters):
            if len(tied) == len(outputs):
                raise Unreadable(f"`{name}` is one cotangent more")
            named = [o for n, o in outputs if n and n == _of_cotangent(name)]
            of = named[0] if len(named) == 1 else outputs[len(tied)][1]
            tied.append((of, cotangent_of(run, of, name)))
            arguments[name] = for_reading(tied[-1][1])
        elif cache is not None and keeps(name):
            arguments[name] = cache
        elif name in defaults:
            arguments[name] = run.reader().evaluate(defaults[name])
        else:
            raise Unreadable(f"`{name}` is no argument of `{pair.name}`")
    reader = run.reader(arguments, depth=1)
    run.is_backward = True
    before = dict(run.thing.attributes)
    terms = {n: v.term for n, v in before.items() if isinstance(v, Array)}
    tables = {n: dict(v.items) for n, v in before.items() if isinstance(v, Table)}
    reader.take_parameters(pair.backward, arguments)
    node, found = run.run_silently(pair.backward, reader)
    self_name = pair.backward.args.args[0].arg if own_method else ""
    claimed: list[Claimed] = []
    if node is not None and not (isinstance(found, Flag) and found.value is None):
        arrays = [a for p in parameters for a in _arrays_of(p, given[p], run)]
        claimed += under_conditions(reader, node, found, lambda n, v: _claims_of(n, v, arrays, pair, run, reader))
    told = {(c.parameter, id(c.node)) for c in claimed}
    claimed += [c for c in _kept(run, before, tables, terms) if (c.parameter, id(c.node)) not in told]
    if not claimed:
        raise Unreadable("what it returns is not read")
    if len(outputs) > 1 and len(tied) != len(outputs):
        raise Unreadable("what it gives is not one array")
    found_paths = finished(
        run, reader, tied[0][0] if tied else output, tied[0][1] if tied else None, claimed, self_name
    )
    found_paths.besides = tied[1:]
    return found_paths


def _arrays_of(name: str, value: Value, run: Run) -> list[str]:
    """The arrays that an argument is, one or several: those that may be differentiated in."""
    if isinstance(value, Several) and run.pair.in_parts:
        return list(run.module.said(unpacked_in, run.pair.forward).get(name, ()))
    return [] if isinstance(value, (Table, Choice, Text, Number)) else [name]


def together(run: Run) -> Paths:
    """One function that gives a number and its derivative.  Raises Unreadable; Nonconforming."""
    pair = run.pair
    is_method = pair.owner is not None and not _is_static(pair.forward)
    skip = 1 if is_method else 0
    reader, given, value = run_forward(run, skip, run.thing if is_method else None)
    if reader.returned is None:
        raise Elsewhere("it does not return a value and its derivative")
    node = reader.returned[0]
    if not isinstance(value, Several) or not isinstance(node.value, ast.Tuple):
        raise Elsewhere("it does not return a value and its derivative")
    if len(node.value.elts) != len(value.items):
        raise Elsewhere("it does not return a value and its derivative")
    output = output_of(value.items[0])
    if output.rank and not output.open:
        raise Unreadable("its value is no number")
    own = [n for n in given if n != (pair.forward.args.args[0].arg if skip else "")]
    parameters = [a for n in own for a in (_arrays_of(n, given[n], run) if pair.in_parts else [n])]
    claimed: list[Claimed] = []
    for expression, one in zip(node.value.elts[1:], value.items[1:], strict=True):
        if pair.variable and len(value.items) == 2 and isinstance(one, Array):
            claimed.append(Claimed(pair.variable, expression, one))
            continue
        claimed += _said_of(expression, one, parameters, pair, run)
    if not claimed and len(value.items) == 2 and isinstance(one := value.items[1], Array) and type(one) is not Number:
        claimed.append(Claimed("?", node.value.elts[1], one, fitting=True))
    if not claimed:
        raise Unreadable("what it returns is not read")
    return finished(run, reader, output, None, claimed, pair.forward.args.args[0].arg if skip else "")


def _said_of(expression: ast.expr, value: Value, parameters: Sequence[str], pair: Pair, run: Run) -> Iterator[Claimed]:
    """What one of several returned values is claimed to be; nothing where its name says no derivative."""
    if isinstance(expression, ast.Tuple) and isinstance(value, Several):
        for inner, one in zip(expression.elts, value.items, strict=False):
            yield from _said_of(inner, one, parameters, pair, run)
        return
    if isinstance(value, Table):
        yield from _of_table(expression, value, run, pair)
        return
    name = expression.id if isinstance(expression, ast.Name) else ""
    if not isinstance(value, Array) or isinstance(value, Number):
        return
    parameter = differentiated(name, parameters)
    if parameter:
        yield Claimed(parameter, expression, value)
    elif generic(name) or (not name and generic(pair.forward.name)):
        yield Claimed("?", expression, value, fitting=True)


def _called(node: ast.Return) -> str:
    """What what is returned, the first of several, is called; empty where it has no name."""
    first = node.value.elts[0] if isinstance(node.value, ast.Tuple) and node.value.elts else node.value
    return first.id if isinstance(first, ast.Name) else ""


def _put_into(run: Run, loss: ast.FunctionDef, output: Array, given: dict[str, Value], known: set[str]) -> Array:
    """The loss of what a function gives; what it takes besides is given.  Raises Unreadable; Nonconforming."""
    own = {a.arg for a in run.pair.backward.args.args}
    arguments: dict[str, Value] = {}
    for name in (a.arg for a in loss.args.args):
        if name not in given and name in own and name not in known:
            given[name] = run.given(name, Array(open=True))
        arguments[name] = output if name == run.pair.into else given.get(name, output)
    reader = run.reader(arguments, depth=1)
    reader.take_parameters(loss, arguments)
    return output_of(run.run(loss, reader)[1])


def _is_static(function: ast.FunctionDef) -> bool:
    return "staticmethod" in [ast.unparse(d) for d in function.decorator_list]


def _of_cotangent(name: str) -> str:
    """What the derivative of something later says that it is in: `dnext_h` in `next_h`."""
    return re.sub(r"^(?:dl_?d|grad_|d_?)|_(?:grad|bar)$", "", name.lower())


def _without_what_is_kept(
    node: ast.Return | None, value: Value, names: Sequence[str], parameters: Sequence[str]
) -> tuple[ast.Return | None, Value, dict[str, Value]]:
    """What a function gives, without what its derivative takes under the same name besides: `p` of `return p @ v, p`."""
    if not isinstance(value, Several) or node is None or not isinstance(node.value, ast.Tuple):
        return node, value, {}
    pairs = list(zip(node.value.elts, value.items, strict=False))
    kept = {
        e.id: v
        for e, v in pairs[1:]
        if isinstance(e, ast.Name)
        and e.id in names
        and e.id not in parameters
        and not keeps(e.id)  # which is taken apart by itself
        and not is_cotangent(e.id, parameters)
    }
    rest = [(e, v) for e, v in pairs if not (isinstance(e, ast.Name) and e.id in kept)]
    if not kept or len(pairs) != len(value.items):
        return node, value, {}
    left = ast.Return(ast.Tuple([e for e, _ in rest], ast.Load()))
    return left, Several(tuple(v for _, v in rest)), kept


def _taken_apart(
    node: ast.Return | None, value: Value, names: Sequence[str], parameters: Sequence[str]
) -> tuple[list[tuple[str, Array]], Value | None]:
    """What the function gives, by name, and what it keeps for its derivative.  Raises Unreadable."""
    if not isinstance(value, Several) or len(value.items) == 1:
        return [("", output_of(value))], None
    caches = [n for n in names if n not in parameters and keeps(n)]
    if len(value.items) == 2 and (not isinstance(value.items[1], Array) or caches):
        return [("", output_of(value.items[0]))], value.items[1]
    of_cotangents = [n for n in names if n not in parameters and is_cotangent(n, parameters)]
    if not isinstance(node, ast.Return) or not isinstance(node.value, ast.Tuple):
        raise Unreadable("what it gives is not one array")
    called = [e.id.lower() if isinstance(e, ast.Name) else "" for e in node.value.elts]
    *first, last = zip(called, value.items, strict=True)
    kept = last[1] if caches else None
    every = [(n, v) for n, v in (first if caches else [*first, last]) if isinstance(v, Array)]
    if len(of_cotangents) > 1 and len(every) == len(of_cotangents):
        return every, kept
    # of several arrays it is that of which the cotangent has the name
    for name in of_cotangents:
        bare = _of_cotangent(name)
        if bare and called.count(bare) == 1:
            return [("", output_of(value.items[called.index(bare)]))], kept
    raise Unreadable("what it gives is not one array")


def _in_order(names: Sequence[str], parameters: Sequence[str], pair: Pair) -> dict[str, str]:
    """The argument of the function that each of the derivative's is: of the same name, else in the same place."""
    same = {n: n for n in names if n in parameters}
    others = [n for n in names if n not in same]
    left = [p for p in parameters if p not in same]
    plainly = not any(is_cotangent(n, parameters) or keeps(n) for n in others)
    defaults = len(pair.backward.args.defaults)
    one = plainly and len(others) == len(left) == 1 and len(names) == len(parameters) and not defaults
    if one and names.index(others[0]) == parameters.index(left[0]):
        return {**same, others[0]: left[0]}
    return same


def _kept(
    run: Run,
    before: Mapping[str, Value],
    tables: Mapping[str, Mapping[str, Value]],
    terms: Mapping[str, Term | None],
) -> Iterator[Claimed]:
    """The derivatives that a method keeps in its object: `self.dW = …`, `self.grads['W'] = …`."""
    own = [n[5:] for n in run.arrays_given if n.startswith("self.")]
    for name, attribute in run.thing.attributes.items():
        if isinstance(attribute, Table):
            changed = {k: v for k, v in attribute.items.items() if tables.get(name, {}).get(k) is not v}
            if generic(name) and changed:
                yield from _of_table(None, Table(changed), run, run.pair)
            continue
        parameter = differentiated(name, own)
        if not isinstance(attribute, Array) or (before.get(name) is attribute and attribute.term is terms.get(name)):
            continue
        if not parameter and generic(name) and len(given := [n for n in own if n != name and not generic(n)]) == 1:
            (parameter,) = given  # the only array that the object keeps
        target = _assigned(run.pair.backward, lambda t, n=name: isinstance(t, ast.Attribute) and t.attr == n)  # type: ignore[misc]
        if parameter and target is not None:
            yield Claimed(f"self.{parameter}", target, attribute)


def _of_table(node: ast.expr | None, table: Table, run: Run, pair: Pair) -> Iterator[Claimed]:
    """The derivatives in a dictionary, of what stands under the key that each names."""
    arrays = run.arrays_given
    for key, value in table.items.items():
        found = [p for p in arrays if p.endswith(f"[{key!r}]")]
        if not found:
            ends = {
                p.rpartition("[")[2].strip("'\"]") if p.endswith("]") else p.removeprefix("self."): p for p in arrays
            }
            name = differentiated(key, list(ends))
            found = [ends[name]] if name else [ends[key]] if key in ends else []
        if len(found) != 1 or not isinstance(value, Array):
            continue
        place: ast.expr | None = None
        if isinstance(node, ast.Dict):
            place = next(
                (
                    v
                    for k, v in zip(node.keys, node.values, strict=True)
                    if isinstance(k, ast.Constant) and k.value == key
                ),
                None,
            )
        place = place or _assigned(pair.backward, lambda t, k=key: _is_under(t, k)) or node  # type: ignore[misc]
        if place is not None:
            yield Claimed(found[0], place, value)


def _is_under(target: ast.expr, key: str) -> bool:
    return isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and target.slice.value == key


def _assigned(function: ast.FunctionDef, is_meant) -> ast.expr | None:  # type: ignore[no-untyped-def]
    """The value of the only assignment to what is meant."""
    found = [
        n.value
        for n in ast.walk(function)
        if (isinstance(n, ast.Assign) and any(map(is_meant, n.targets)))
        or (isinstance(n, ast.AugAssign) and isinstance(n.op, ast.Add) and is_meant(n.target))
    ]
    found += [
        n.args[2] for n in ast.walk(function)
        if isinstance(n, ast.Call) and ast.unparse(n.func).endswith("add.at") and len(n.args) == 3 and is_meant(n.args[0])
    ]  # fmt: skip
    begun = [v for v in found if isinstance(v, ast.Call) and "zeros" in ast.unparse(v.func)]
    left = [v for v in found if v not in begun] or found
    return left[0] if len(left) == 1 else None


def _said(name: str, parameters: Sequence[str], kept: Sequence[str]) -> str:
    """The argument that a name says something is the derivative in, or what the object keeps."""
    attribute = differentiated(name, kept)
    return differentiated(name, parameters) or (f"self.{attribute}" if attribute else "")


def _claims_of(
    node: ast.Return, value: Value, parameters: Sequence[str], pair: Pair, run: Run, reader: Reader
) -> list[Claimed]:
    """What is returned, by parameter: as names say it, else in order; one value without a name may be for any."""
    packed = _packed(node, parameters) if len(reader.returns) == 1 and not pair.in_parts else {}
    if packed:
        return [Claimed(p, e, v) for p, e in packed.items() if isinstance(v := reader.evaluate(e), Array)]
    if isinstance(value, Table):
        return list(_of_table(node.value, value, run, pair))
    pairs = returned(node, value)
    tabled = [c for n, v in pairs if isinstance(v, Table) for c in _of_table(n, v, run, pair)]
    if tabled:
        others = [(n, v) for n, v in pairs if not isinstance(v, Table)]
        return tabled + (_in_turn(others, parameters, pair, run) if others else [])
    return _in_turn(pairs, parameters, pair, run)


def _packed(node: ast.Return, parameters: Sequence[str]) -> dict[str, ast.expr]:
    """`np.array([dk, dlam])`: derivatives in several arguments, put in one array; empty where it is anything else."""
    call = node.value
    if not isinstance(call, ast.Call) or len(call.args) != 1 or not isinstance(call.args[0], (ast.List, ast.Tuple)):
        return {}
    found: dict[str, ast.expr] = {}
    for item in call.args[0].elts:
        flat = item
        if (
            isinstance(item, ast.Call)
            and isinstance(item.func, ast.Attribute)
            and item.func.attr in ("ravel", "flatten")
        ):
            flat = item.func.value
        name = differentiated(flat.id, parameters) if isinstance(flat, ast.Name) else ""
        if not name or name in found:
            return {}
        found[name] = flat
    return found if len(found) > 1 else {}


def _behind_named(
    pairs: Sequence[tuple[ast.expr, Value]], said: Sequence[str], parameters: Sequence[str]
) -> list[Claimed]:
    """Those with a name by it, each other for the argument behind the one that the last was for.  Raises Unreadable."""
    found: list[Claimed] = []
    place = -1
    for (node, value), name in zip(pairs, said, strict=True):
        place = parameters.index(name) if name in parameters else place + 1
        if place >= len(parameters) or (name not in parameters and parameters[place] in said):
            raise Unreadable("nothing says for which argument what it returns is")
        if isinstance(value, Array):
            found.append(Claimed(parameters[place], node, value, name not in parameters))
    return found


def _in_turn(pairs: Sequence[tuple[ast.expr, Value]], parameters: Sequence[str], pair: Pair, run: Run) -> list[Claimed]:
    if any(not isinstance(v, Array) for _, v in pairs):
        raise Unreadable("what it returns is not read")
    kept = [n.removeprefix("self.") for n in run.arrays_given if n.startswith("self.")]
    said = [_said(n.id, parameters, kept) if isinstance(n, ast.Name) else "" for n, _ in pairs]
    if all(said) and len(set(said)) == len(said):
        return [Claimed(p, n, v) for p, (n, v) in zip(said, pairs, strict=True) if isinstance(v, Array)]
    left = [p for p in parameters if p not in said]
    if len(pairs) > len(parameters) and said.count("") == len(left):  # those with a name by it, the others in order
        rest = iter(left)
        return [Claimed(p or next(rest), n, v) for p, (n, v) in zip(said, pairs, strict=True) if isinstance(v, Array)]
    if len(pairs) == 1:
        ((expression, value),) = pairs
        assert isinstance(value, Array)
        if pair.variable or len(parameters) == 1:
            return [Claimed(pair.variable or parameters[0], expression, value)]
        return [Claimed("?", expression, value)]
    if len(pairs) > len(parameters):
        raise Unreadable(f"it returns {len(pairs)} values for {len(parameters)} arguments")
    guessed = len(pairs) < len(parameters)
    if any(s in parameters for s in said) and guessed:
        return _behind_named(pairs, said, parameters)
    return [Claimed(p, n, v, guessed) for p, (n, v) in zip(parameters, pairs, strict=False) if isinstance(v, Array)]
