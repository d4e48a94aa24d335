"""Which function of a file is written as the derivative of which: by the libraries' own ways, and by names and arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .libraries import resolve
from .module import Module

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
        if id(function) not in tied | taken and (called := _gives_both(function)):
            yield Pair("both", called if called.isidentifier() else name, function, function, owner)


# names of what is a derivative, of something that they do not name
_GENERIC = re.compile(
    r"(?:\w+_)?(?:d?grads?|gradients?|jac|jacobian|derivs?|derivatives?|der|score)|d|g|[dg](?:w|W|x|X|theta|beta|params?)"
)


def generic(name: str) -> bool:
    """Is something of that name a derivative?"""
    return _GENERIC.fullmatch(name) is not None or name.startswith(("grad_", "d_", "dL"))


def _gives_both(function: Function) -> str:
    """What a function calls the value that it returns with its derivative: `return loss, grad`; empty where it does not."""
    last = function.body[-1]
    if not isinstance(last, ast.Return) or not isinstance(last.value, ast.Tuple) or len(last.value.elts) < 2:
        return ""
    first, *others = last.value.elts
    names = [e.id for o in others for e in (o.elts if isinstance(o, ast.Tuple) else [o]) if isinstance(e, ast.Name)]
    says = any(generic(n) or re.fullmatch(r"d\w+", n) for n in names) or "grad" in function.name
    called = first.id if isinstance(first, ast.Name) else function.name
    return called if says and not generic(called) and not called.startswith("d") else ""


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


# by names

# what stands before and behind a function's name in what its derivative is called, with a parameter's for `V`
_CALLED = tuple(
    (re.compile(before), re.compile(behind))
    for before, behind in (
        (r"(?:grad|gradient|deriv|derivative|jac|jacobian|d|D|dd|hess|hessian|backward|bwd|vjp)_?", r""),
        (r"", r"_?(?:grad|gradient|deriv|derivative|prime|jac|jacobian|backward|bwd|vjp|hess|hessian)"),
        (r"d_?", r"_d_?(?P<V>\w+)"),
        (r"d_?", r"_?d?(?P<V>\w+)"),
        (r"(?:grad|gradient)_", r"_(?:wrt_)?(?P<V>\w+)"),
        (r"", r"_(?:grad|gradient|jac|jacobian)_(?:wrt_)?(?P<V>\w+)"),
        (r"(?:grad|gradient)_(?P<V>\w+)_", r""),
    )
)
# names that belong together wherever they stand beside one another
_VALUES = ("loss", "cost", "objective", "loglike", "loglik", "log_likelihood", "loglikelihood", "log_prob", "logpdf", "logp", "nll", "nloglike",
           "energy", "potential", "fn", "func", "f", "forward", "fun", "value", "__call__", "activation", "evaluate", "cost_function")  # fmt: skip
_GRADIENTS = (
    "gradient",
    "grad",
    "score",
    "jac",
    "jacobian",
    "backward",
    "derivative",
    "deriv",
    "df",
    "fprime",
    "prime",
)
_HESSIANS = ("hessian", "hess")
_SECOND = re.compile(r"hess")


def _by_name(
    module: Module, functions: Mapping[str, Function], owner: ast.ClassDef | None, taken: set[int]
) -> Iterator[Pair]:
    values = [n for n in _VALUES if n in functions] or [n for n in functions if n.split("_")[-1] in _VALUES]
    for name, backward in functions.items():
        if id(backward) in taken or name in _VALUES:
            continue
        found = _named_after(name, functions)
        if found is None and len(values) == 1 and _plainly(name) is not None:
            found = values[0], ""
        if found is None and len(values) == 1:
            variable = _in_variable(name, _parameters(functions[values[0]], owner))
            found = (values[0], variable) if variable else None
        if found is None:
            found = _of_stem(name, functions)
        if found is None and name in _BACK:
            found = _forward_of(name, functions, owner)
        if found is None:
            continue
        forward, variable = functions[found[0]], found[1]
        parameters = _parameters(forward, owner)
        if variable and variable not in parameters:
            continue
        own = _parameters(backward, owner)
        # the same arguments, or a cotangent and what was kept besides; one argument has any name
        same = set(parameters) <= set(own) or len(parameters) == len(own) == 1
        then = _loss_of(name, parameters, own, functions) if owner is None else None
        if not (same or owner is not None or then is not None or _is_cached(forward, backward)):
            continue
        order = 2 if _SECOND.search(name.lower()) else 1
        yield Pair(
            "plain", found[0] if then is None else then.name, forward, backward, owner, variable, order, then=then
        )


# what runs back is called, with what it runs back through
_BACK = {
    "backward": "forward", "_backward": "_forward", "_bwd": "_fwd", "bwd": "fwd", "backprop": "forward",
    "backward_propagation": "forward_propagation", "back_propagation": "forward_propagation", "backward_prop": "forward_prop",
    "back_prop": "forward_prop", "backward_pass": "forward_pass", "model_backward": "model_forward",
}  # fmt: skip
_LOSS = re.compile(r"(?:\w+_)?(?:loss|cost|nll|mse|cross_entropy|objective)(?:_\w+)?")


def _loss_of(name: str, through: list[str], own: list[str], functions: Mapping[str, Function]) -> Function | None:
    """The loss that a derivative is one of, where that takes what the function gives and arguments of the derivative besides."""
    rest = [n for n in own if n not in through and "cache" not in n]
    if name not in _BACK or not rest:
        return None
    found = []
    for function in (f for n, f in functions.items() if _LOSS.fullmatch(n) and n != name):
        taken = [a.arg for a in function.args.args]
        unknown = [a for a in taken if a not in own]
        if len(unknown) == 1 and set(rest) <= set(taken):
            found.append(function)
    return found[0] if len(found) == 1 else None


def _forward_of(name: str, functions: Mapping[str, Function], owner: ast.ClassDef | None) -> tuple[str, str] | None:
    """What a `backward` runs back through: a loss of the same arguments where it takes no cotangent, else `forward`."""
    forward = functions.get(_BACK[name])
    if forward is None:
        return None
    own, through = set(_parameters(functions[name], owner)), set(_parameters(forward, owner))
    losses = [n for n in _VALUES if n in functions and n not in ("forward", "__call__", "f", "fn")]
    fitting = [n for n in losses if own == set(_parameters(functions[n], owner))]
    if own - through and through < own and len(fitting) == 1:
        return fitting[0], ""
    return _BACK[name], ""


def _in_variable(name: str, parameters: list[str]) -> str:
    """The argument that a name alone says something is the derivative in: `grad_W`, `dW`, `d_dW`; empty where it says none."""
    for parameter in parameters:
        if re.fullmatch(
            rf"(?:grad|gradient|deriv|score|d|d_d)_?(?:wrt_)?{re.escape(parameter)}|{re.escape(parameter)}_grad", name
        ):
            return parameter
    return ""


def _of_stem(name: str, functions: Mapping[str, Function]) -> tuple[str, str] | None:
    """`ridge_gradient` of `ridge_loss`: the same words around one for a value and one for a derivative."""
    words = name.split("_")
    found = []
    for k, word in enumerate(words):
        if word in _GRADIENTS or word in _HESSIANS:
            found += [o for v in _VALUES if (o := "_".join([*words[:k], v, *words[k + 1 :]])) in functions]
    return (found[0], "") if len(words) > 1 and len(set(found)) == 1 else None


def _plainly(name: str) -> int | None:
    """Is it a name for a derivative that says nothing of what?"""
    return 1 if name in _GRADIENTS else 2 if name in _HESSIANS else None


def _named_after(name: str, functions: Mapping[str, Function]) -> tuple[str, str] | None:
    """The function that a name says it is the derivative of, and in which variable."""
    best: tuple[str, str] | None = None
    for other in functions:
        if other == name or len(other) >= len(name):
            continue
        bases = {other, other.removesuffix("_forward"), other.removesuffix("_fwd")} - {""}
        for base in bases:
            if base not in name:
                continue
            for variable in _around(base, name):
                if best is not None and len(other) <= len(best[0]):
                    continue
                if not variable or variable in {a.arg for a in functions[other].args.args}:
                    best = other, variable
    return best


def _around(base: str, name: str) -> Iterator[str]:
    """The parameters that the name of a derivative of `base` names; empty for each way in which it names none."""
    ends = [name.split(base, k) for k in range(1, name.count(base) + 1)]
    halves = [(base.join(parts[:-1]), parts[-1]) for parts in ends]
    for before, behind in _CALLED:
        for first, last in halves:
            start, end = before.fullmatch(first), behind.fullmatch(last)
            if start is not None and end is not None:
                yield start.groupdict().get("V") or end.groupdict().get("V") or ""


def _parameters(function: Function, owner: ast.ClassDef | None) -> list[str]:
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    is_method = owner is not None and not any(
        isinstance(d, ast.Name) and d.id in ("staticmethod", "classmethod") for d in function.decorator_list
    )
    return names[1:] if is_method else names


def _is_cached(forward: Function, backward: Function) -> bool:
    """`out, cache = f(…)` and `f_backward(dout, cache)`."""
    names = [a.arg for a in backward.args.args]
    return len(names) == 2 and "cache" in names[1] and isinstance(forward.body[-1], ast.Return)
