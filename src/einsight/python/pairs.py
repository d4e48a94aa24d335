"""Which function of a file is written as the derivative of which: by the libraries' own ways, and by names and arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .choosing import Ways
from .libraries import resolve
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
)

Function = ast.FunctionDef


@dataclass(frozen=True)
class Pair:
    """A function and what is written as its derivative.

    kind       `autograd`, `vjp`, `jvp`, `plain`, which gives the derivative itself or takes a cotangent besides, or `both`: one
               function that gives the value and the derivative
    name       what the function is called
    owner      the class of which both are methods
    variable   the parameter that the name says; empty where it says none
    order      of the derivative
    between    what runs between the two: the forward rule of a `custom_vjp`, `setup_context`
    fixed      the places of the arguments that are not differentiated in
    then       the loss that the function is put in, and the derivative is one of
    into       the argument of that loss that it is put in for
    ways       the answers on the way on which both are read; None where flags are what they are by default
    in_parts   are arguments tuples of arrays that the function takes apart as it begins?
    lengths    of axes of which nothing says them, where loops go along them; empty where none is chosen
    """

    kind: str
    name: str
    forward: Function
    backward: Function
    owner: ast.ClassDef | None = None
    variable: str = ""
    order: int = 1
    between: Function | None = None
    fixed: tuple[int, ...] = ()
    then: Function | None = None
    into: str = ""
    ways: Ways | None = field(default=None, compare=False)
    lengths: tuple[int, ...] = ()
    in_parts: bool = False

    @property
    def title(self) -> str:
        """What the function is called where it is spoken of: a method by its class."""
        if self.kind != "plain" or self.owner is None:
            return self.name
        return self.owner.name if self.name in ("forward", "__call__", "fn", "f") else f"{self.owner.name}.{self.name}"

    @property
    def is_explicit(self) -> bool:
        return self.kind not in ("plain", "both")


def pairs_of(module: Module) -> Iterator[Pair]:
    """Every pair of a file, those of the libraries' own ways first."""
    explicit = [*_autograd(module), *_custom(module)]
    yield from explicit
    given = list(_given_together(module))
    yield from given
    explicit += given
    taken = {id(f) for p in explicit for f in (p.backward, p.between) if f is not None}
    yield from _named(module, module.functions, None, taken)
    for owner in module.classes.values():
        methods = {n.name: n for n in owner.body if isinstance(n, ast.FunctionDef)}
        if not any(id(m) in taken for m in methods.values()):
            yield from _named(module, methods, owner, taken)


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


# the libraries' own ways


def _autograd(module: Module) -> Iterator[Pair]:
    """`class F(torch.autograd.Function)` with `forward` and `backward`."""
    if "Function" not in module.source.text:
        return
    for owner in module.nodes.extents:
        if not isinstance(owner, ast.ClassDef) or _is_in_test(module, owner):
            continue
        if not any(
            resolve(b, module.imports).endswith(("autograd.Function", "autograd.function.Function"))
            for b in owner.bases
        ):
            continue
        methods = {n.name: n for n in owner.body if isinstance(n, ast.FunctionDef)}
        forward, backward = methods.get("forward"), methods.get("backward")
        if forward is not None and backward is not None:
            yield Pair("autograd", owner.name, forward, backward, owner, between=methods.get("setup_context"))


def _custom(module: Module) -> Iterator[Pair]:
    """`f.defvjp(fwd, bwd)`, `f.defjvp(jvp)` and `@f.defjvp`, in each scope that holds the functions themselves."""
    if not any(word in module.source.text for word in ("defvjp", "defjvp")):
        return
    for scope in module.nodes.extents:
        if isinstance(scope, (ast.Module, ast.FunctionDef, ast.ClassDef, ast.If)) and not _is_in_test(module, scope):
            yield from _custom_in(module, scope)


def _is_in_test(module: Module, node: ast.AST) -> bool:
    """Is it a test, or in one?  A rule that a test makes is there to be told from the derivative."""
    around = (node, *module.nodes.around(node))
    return any(isinstance(o, ast.FunctionDef) and o.name.startswith("test") for o in around)


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """What stands in a scope, without what stands in functions and classes in it."""
    todo: list[ast.AST] = [*getattr(scope, "body", ())][::-1]
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.If)):
            todo.extend([*ast.iter_child_nodes(node)][::-1])


def _custom_in(module: Module, scope: ast.AST) -> Iterator[Pair]:
    nodes = list(_own_nodes(scope))
    every = [n for n in nodes if isinstance(n, ast.FunctionDef)]
    functions = {n.name: n for n in every}
    if not functions or len(functions) < len(every):  # a name that is bound twice
        functions = {n: f for n, f in functions.items() if sum(e.name == n for e in every) == 1}
    made: dict[str, tuple[Function, tuple[int, ...]]] = {}
    for function in functions.values():
        for decorator in function.decorator_list:
            if "custom_vjp" in ast.unparse(decorator) or "custom_jvp" in ast.unparse(decorator):
                made[function.name] = function, _fixed(decorator)
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and len(node.targets) == 1:
            path = resolve(node.value.func, module.imports)
            given = node.value.args[0] if node.value.args else None
            if path in ("jax.custom_vjp", "jax.custom_jvp") and isinstance(given, ast.Name) and given.id in functions:
                target = node.targets[0]
                if isinstance(target, ast.Name):
                    made[target.id] = functions[given.id], _fixed(node.value)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("defvjp", "defjvp")
        ):
            whole = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            rules = [functions.get(a.id) for a in node.args if isinstance(a, ast.Name)]
            if whole in made and rules and len(rules) == len(node.args) and all(rules):
                forward, fixed = made[whole]
                last = rules[-1]
                assert last is not None
                if node.func.attr == "defvjp" and len(rules) == 2:
                    yield Pair("vjp", whole, forward, last, between=rules[0], fixed=fixed)
                elif node.func.attr == "defjvp" and len(rules) == 1:
                    yield Pair("jvp", whole, forward, last, fixed=fixed)
    for function in functions.values():
        for decorator in function.decorator_list:
            if (
                isinstance(decorator, ast.Attribute)
                and decorator.attr == "defjvp"
                and isinstance(decorator.value, ast.Name)
            ):
                whole = decorator.value.id
                if whole in made:
                    yield Pair("jvp", whole, made[whole][0], function, fixed=made[whole][1])


def _fixed(decorator: ast.expr) -> tuple[int, ...]:
    """The places that `nondiff_argnums` gives."""
    for node in ast.walk(decorator):
        if isinstance(node, ast.keyword) and node.arg == "nondiff_argnums":
            try:
                found = ast.literal_eval(node.value)
            except (ValueError, TypeError, SyntaxError):
                return ()
            return tuple(found) if isinstance(found, (tuple, list)) else (found,)
    return ()


# what a function of SciPy takes a derivative as: by keyword, or behind the function
_TAKEN_AS = ("jac", "fprime", "Dfun")


def _given_together(module: Module) -> Iterator[Pair]:
    """`minimize(f, x0, jac=g)`: a function and its derivative that one call takes, and that no two calls take otherwise."""
    found: dict[str, set[str]] = {}
    both: set[str] = set()
    for call in module.nodes.calls:
        path = resolve(call.func, module.imports)
        if not path.startswith("scipy.optimize."):
            continue
        if _takes_both(path, call) and (name := _called_in(call.args[0])):
            both.add(name)
        values: list[ast.expr | None] = [k.value for k in call.keywords if k.arg in _TAKEN_AS]
        if path == "scipy.optimize.check_grad":
            values = list(call.args[1:2])
        for value in values:
            if call.args and isinstance(call.args[0], ast.Name) and isinstance(value, ast.Name):
                found.setdefault(value.id, set()).add(call.args[0].id)
    for name in sorted(both):
        function = module.functions.get(name)
        if function is not None and function.args.args:
            yield Pair("both", name, function, function, variable=function.args.args[0].arg)
    for name, whose in found.items():
        forward, backward = module.functions.get(min(whose)), module.functions.get(name)
        if len(whose) > 1 or forward is None or backward is None or forward is backward:
            continue
        if parameters_of(forward, None) == parameters_of(backward, None):
            yield Pair("plain", forward.name, forward, backward)


def _takes_both(path: str, call: ast.Call) -> bool:
    """Does a minimiser take a function that returns its value and its derivative?"""
    named = {k.arg: k.value for k in call.keywords}
    if not call.args:
        return False
    if path.endswith(("fmin_l_bfgs_b", "fmin_tnc")):
        return not {"fprime", "approx_grad"} & set(named) and len(call.args) < 3
    return isinstance(jac := named.get("jac"), ast.Constant) and jac.value is True


def _called_in(node: ast.expr) -> str:
    """The function of the file that is given: by its name, or called in a `lambda` with its argument first."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Lambda) and isinstance(call := node.body, ast.Call) and isinstance(call.func, ast.Name):
        first = call.args[0] if call.args else None
        if isinstance(first, ast.Name) and node.args.args and first.id == node.args.args[0].arg:
            return call.func.id
    return ""


# by names

_SECOND = re.compile(r"hess")


def _by_name(
    module: Module, functions: Mapping[str, Function], owner: ast.ClassDef | None, taken: set[int]
) -> Iterator[Pair]:
    values = [n for n in VALUES if n in functions] or [n for n in functions if n.split("_")[-1] in VALUES]
    for name, backward in functions.items():
        if id(backward) in taken or name in VALUES or name.startswith("test"):
            continue
        found = named_after(name, functions)
        if found is None and order_of(name) is not None and (value := _value_for(backward, values, functions, owner)):
            found = value, ""
        if found is None and len(values) == 1:
            variable = in_variable(name, parameters_of(functions[values[0]], owner))
            found = (values[0], variable) if variable else None
        if found is None:
            found = of_stem(name, functions)
        if found is None and name in _BACK:
            found = _forward_of(name, functions, owner)
        if found is None and owner is None:
            found = _by_what_is_returned(name, functions)
        if found is None:
            continue
        forward, variable = functions[found[0]], found[1]
        parameters = parameters_of(forward, owner)
        if variable and variable not in parameters:
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
    if len(values) < 2:
        return values[0] if values else ""
    own = parameters_of(backward, owner)
    alike = [v for v in values if v not in _THROUGH and parameters_of(functions[v], owner) == own]
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
    if forward is None:
        return None
    own, through = set(parameters_of(functions[name], owner)), set(parameters_of(forward, owner))
    losses = [n for n in VALUES if n in functions and n not in ("forward", "__call__", "f", "fn")]
    fitting = [n for n in losses if own == set(parameters_of(functions[n], owner))]
    if own - through and through < own and len(fitting) == 1:
        return fitting[0], ""
    return _BACK[name], ""


def _is_cached(forward: Function, backward: Function) -> bool:
    """`out, cache = f(…)` and `f_backward(dout, cache)`; of several outputs the derivative in each stands before."""
    *before, last = [a.arg for a in backward.args.args] or [""]
    through = {a.arg for a in forward.args.args}
    if last in through or not keeps(last) or not isinstance(forward.body[-1], ast.Return) or not before:
        return False
    return len(before) == 1 or all(n.startswith(("d", "grad")) and n not in through for n in before)
