"""Which function of a file is written as the derivative of which: by the libraries' own ways."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from .choosing import Ways
from .libraries import resolve
from .module import Module
from .named import parameters_of

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


def explicit_pairs(module: Module) -> list[Pair]:
    """Those that a library ties."""
    return [*_autograd(module), *_custom(module)]


def given_together(module: Module) -> list[Pair]:
    """Those that a call takes together."""
    return list(_given_together(module))


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
