"""Which function of a file is written as the derivative of which: by names and arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from .begun import set_in
from .module import Module
from .named import (
    VALUES,
    differentiated,
    generic,
    in_variable,
    is_cotangent,
    keeps,
    named_after,
    of_stem,
    order_of,
    parameters_of,
)  # fmt: skip
from .pairs import Function, Pair, explicit_pairs, given_together


def pairs_of(module: Module) -> Iterator[Pair]:
    """Every pair of a file, those of the libraries' own ways first."""
    explicit = explicit_pairs(module)
    yield from explicit
    given = given_together(module)
    yield from given
    explicit += given
    taken = {id(f) for p in explicit for f in (p.backward, p.between) if f is not None}
    yield from _named(module, module.functions, None, taken)
    for owner in module.classes.values():
        methods = module.methods_of(owner)
        inherited = {id(m) for m in methods.values() if m not in owner.body}
        if not any(id(m) in taken for m in methods.values()):
            for pair in _named(module, methods, owner, taken):
                if not {id(pair.forward), id(pair.backward)} <= inherited:
                    yield pair


def _named(
    module: Module, functions: Mapping[str, Function], owner: ast.ClassDef | None, taken: set[int]
) -> Iterator[Pair]:
    """The pairs among some functions that names tie, and those that give both themselves."""
    found = list(_by_name(module, functions, owner, taken))
    yield from found
    tied = {id(p.backward) for p in found}
    for name, function in functions.items():
        if id(function) not in tied | taken and not name.startswith("test") and (called := _gives_both(function)):
            yield Pair("both", called if called.isidentifier() else name, function, function, owner)


def _gives_both(function: Function) -> str:
    """What a function calls the value that it returns with its derivative: `return loss, grad`; empty where it does not."""
    last = function.body[-1]
    if not isinstance(last, ast.Return) or not isinstance(last.value, ast.Tuple) or len(last.value.elts) < 2:
        return ""
    first, *others = last.value.elts
    if len(others) == 1 and isinstance(first, ast.Name) and _returns_alone(function, first.id):
        return first.id
    names = [e.id for o in others for e in _items(o) if isinstance(e, ast.Name)]
    says = any(generic(n) or re.fullmatch(r"d\w+", n) for n in names) or "grad" in function.name
    called = first.id if isinstance(first, ast.Name) else function.name
    return called if says and not generic(called) and not called.startswith("d") else ""


def _returns_alone(function: Function, name: str) -> bool:
    """Is a value returned elsewhere without what stands beside it at the end, where a flag that speaks of derivatives says so?"""
    found = [
        n for n in ast.walk(function) if isinstance(n, ast.If) and re.search(r"grad|deriv|jac", ast.unparse(n.test))
    ]
    last = [s for n in found for s in (n.body[-1], *n.orelse[-1:])]
    return any(isinstance(s, ast.Return) and isinstance(s.value, ast.Name) and s.value.id == name for s in last)


def _items(node: ast.expr) -> list[ast.expr]:
    """What stands in a tuple, a list, or in an array of one."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.args[0], (ast.List, ast.Tuple)):
        node = node.args[0]
    return node.elts if isinstance(node, (ast.Tuple, ast.List)) else [node]


_SECOND = re.compile(r"hess")


def _by_name(
    module: Module, functions: Mapping[str, Function], owner: ast.ClassDef | None, taken: set[int]
) -> Iterator[Pair]:
    values = [n for n in VALUES if n in functions] or [n for n in functions if n.split("_")[-1] in VALUES]
    for name, backward in functions.items():
        if id(backward) in taken or name in VALUES or name.startswith("test"):
            continue
        found = named_after(name, functions)
        through = functions.get(_BACK.get(name, ""))
        own = parameters_of(backward, owner)
        if found is None and owner is None and through is not None and _loss_of(name, through, own, functions)[1]:
            found = through.name, ""
        if found is None and order_of(name) is not None and (value := _value_for(backward, values, functions, owner)):
            found = value, ""
        if found is None and len(values) == 1:
            variable = in_variable(name, parameters_of(functions[values[0]], owner)) or _in_attribute(name, owner)
            found = (values[0], variable) if variable else None
        if found is None:
            found = of_stem(name, functions)
        if found is None and name in _BACK:
            found = _forward_of(name, functions, owner)
        if found is None and owner is None:
            found = _by_what_is_returned(name, functions)
        if found is None and order_of(name) is not None:
            found = _by_arguments(name, functions, owner)
        if found is None:
            continue
        forward, variable = functions[found[0]], found[1]
        parameters = parameters_of(forward, owner)
        if variable and variable not in parameters and not variable.startswith("self."):
            continue
        own = parameters_of(backward, owner)
        # the same arguments, or a cotangent and what was kept besides; one argument has any name
        same = set(parameters) <= set(own) or len(parameters) == len(own) == 1
        then, into = _loss_of(name, forward, own, functions) if owner is None else (None, "")
        tied = then is not None or _is_cached(forward, backward) or _runs_back(name, parameters, own)
        if not (same or owner is not None or tied):
            continue
        order = 2 if _SECOND.search(name.lower()) else 1
        title = found[0] if then is None else then.name
        yield Pair("plain", title, forward, backward, owner, variable, order, then=then, into=into)


def _in_attribute(name: str, owner: ast.ClassDef | None) -> str:
    """The attribute that a method's name says that it is the derivative in, of those that `__init__` gives."""
    if owner is None:
        return ""
    given = [n for n, methods in set_in(owner).items() if "__init__" in methods]
    variable = in_variable(name, given)
    return f"self.{variable}" if variable else ""


def _by_arguments(name: str, functions: Mapping[str, Function], owner: ast.ClassDef | None) -> tuple[str, str] | None:
    """Of `jacobian(q)` the only other function of the same arguments."""
    own = parameters_of(functions[name], owner)
    others = [n for n, f in functions.items() if n != name and order_of(n) is None and parameters_of(f, owner) == own]
    return (others[0], "") if own and len(others) == 1 and not others[0].startswith("_") else None


def _by_what_is_returned(name: str, functions: Mapping[str, Function]) -> tuple[str, str] | None:
    """Of a function that returns `dW, db` the only loss that takes those, and nothing that it does not take itself."""
    last = functions[name].body[-1]
    items = _items(last.value) if isinstance(last, ast.Return) and last.value is not None else []
    if isinstance(last, ast.Return) and isinstance(last.value, ast.Dict):
        items = last.value.values
    own = parameters_of(functions[name], None)
    said = [differentiated(e.id, own) if isinstance(e, ast.Name) else "" for e in items]
    if not said or not all(said):
        return None
    found = [
        n
        for n, f in functions.items()
        if n != name and _LOSS.fullmatch(n) and set(said) <= set(parameters_of(f, None)) <= set(own)
    ]
    return (found[0], "") if len(found) == 1 else None


def _value_for(
    backward: Function, values: list[str], functions: Mapping[str, Function], owner: ast.ClassDef | None
) -> str:
    """Of what gives values the one that a derivative without a name of its own is of: the only one, or the only loss of the same
    arguments; empty where there is none."""
    own = parameters_of(backward, owner)
    if len(values) < 2:
        given = parameters_of(functions[values[0]], owner) if values else []
        fits = owner is not None or set(given) <= set(own) or len(given) == len(own) == 1
        return values[0] if values and fits else ""
    losses = {v: parameters_of(functions[v], owner) for v in values if v not in _THROUGH}
    alike = [v for v, given in losses.items() if given == own]
    alike = alike or [v for v, given in losses.items() if set(given) <= set(own) or set(own) <= set(given)]
    return alike[0] if len(alike) == 1 else ""


# what a loss may run through
_THROUGH = ("forward", "__call__", "f", "fn", "func", "fun", "value", "activation", "evaluate")
# what runs back is called, with what it runs back through
_BACK = {
    "backward": "forward", "_backward": "_forward", "_bwd": "_fwd", "bwd": "fwd", "backprop": "forward",
    "backward_propagation": "forward_propagation", "back_propagation": "forward_propagation", "backward_prop": "forward_prop",
    "back_prop": "forward_prop", "backward_pass": "forward_pass", "model_backward": "model_forward", "bptt": "forward",
    "backpropagate": "forward", "backpropagation": "forward", "back_propagate": "forward",
}  # fmt: skip
_LOSS = re.compile(
    r"(?:\w+_)?(?:loss|cost|nll|mse|bce|cross_entropy|objective|energy|log_?likelihood|log_?lik|neg_?log_?lik)(?:_\w+)?"
)


def _loss_of(
    name: str, through: Function, own: list[str], functions: Mapping[str, Function]
) -> tuple[Function | None, str]:
    """The loss that a derivative is one of, where that takes what the function gives and arguments of the derivative besides; and for
    which argument what the function gives is put in."""
    given = parameters_of(through, None)
    rest = [n for n in own if n not in given and not keeps(n)]
    if name not in _BACK or not rest:
        return None, ""
    found = []
    gives = _first_returned(through)
    for function in (f for n, f in functions.items() if _LOSS.fullmatch(n) and n != name):
        taken = [a.arg for a in function.args.args]
        into = [a for a in taken if a not in own] or [a for a in taken if a == gives and a not in given]
        if len(into) == 1 and set(rest) - {gives} <= set(taken):
            found.append((function, into[0]))
    return found[0] if len(found) == 1 else (None, "")


def _first_returned(function: Function) -> str:
    """What a function calls what it returns, the first of several; empty where that has no name."""
    last = function.body[-1]
    value = last.value if isinstance(last, ast.Return) else None
    value = value.elts[0] if isinstance(value, ast.Tuple) and value.elts else value
    return value.id if isinstance(value, ast.Name) else ""


def _runs_back(name: str, through: list[str], own: list[str]) -> bool:
    """`conv_backward(dout, x, w)` of `conv(x, w, b)`: a cotangent, and some of the arguments."""
    if not re.search(r"backward|bwd|backprop|vjp|pullback", name):
        return False
    rest = [n for n in own if n not in through]
    return len(rest) == 1 and len(own) > 1 and is_cotangent(rest[0], through)


def _forward_of(name: str, functions: Mapping[str, Function], owner: ast.ClassDef | None) -> tuple[str, str] | None:
    """What a `backward` runs back through: a loss of the same arguments where it takes no cotangent, else `forward`."""
    forward = functions.get(_BACK[name])
    own = set(parameters_of(functions[name], owner))
    through = set(parameters_of(forward, owner)) if forward is not None else set()
    losses = {n: set(parameters_of(functions[n], owner)) for n in VALUES if n in functions and n not in _THROUGH}
    fitting = [n for n, given in losses.items() if own == given]
    if len(fitting) == 1 and (forward is None or (own - through and through < own)):
        return fitting[0], ""
    if owner is not None and own and not any(is_cotangent(n, []) for n in own):
        # a method that takes what the loss is compared with, and finds the rest in its object
        compared = [n for n, given in losses.items() if own < given and not own & through]
        if len(compared) == 1:
            return compared[0], ""
    return (_BACK[name], "") if forward is not None else None


def _is_cached(forward: Function, backward: Function) -> bool:
    """`out, cache = f(…)` and `f_backward(dout, cache)`; of several outputs the derivative in each stands before."""
    *before, last = [a.arg for a in backward.args.args] or [""]
    through = {a.arg for a in forward.args.args}
    if last in through or not keeps(last) or not isinstance(forward.body[-1], ast.Return) or not before:
        return False
    return len(before) == 1 or all(n.startswith(("d", "grad")) and n not in through for n in before)
