"""What the top of a file says: imports, functions, classes, and which names mean one thing throughout."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar

from .libraries import bound_names, imported
from .nodes import Nodes
from .source import Source

Function = ast.FunctionDef
T = TypeVar("T")
# decorators under which a function is what its body says
TRANSPARENT = frozenset(
    "jax.jit jit njit jax.custom_vjp custom_vjp jax.custom_jvp custom_jvp staticmethod classmethod torch.no_grad no_grad beartype "
    "typechecked jaxtyped typechecker jax.named_call torch.jit.script torch.compile override abstractmethod property "
    "functools.partial partial once_differentiable torch.autograd.function.once_differentiable functools.lru_cache lru_cache "
    "custom_fwd custom_bwd torch.cuda.amp.custom_fwd torch.cuda.amp.custom_bwd torch.amp.custom_fwd torch.amp.custom_bwd "
    "torch.inference_mode".split()
)
_TRANSPARENT_ENDS = frozenset(name.split(".")[-1] for name in TRANSPARENT)


class Module:
    """A file that is read."""

    def __init__(self, source: Source):
        assert source.tree is not None
        self.source = source
        self.tree = source.tree
        self.nodes = Nodes(self.tree)
        self._bound: dict[ast.AST, frozenset[str]] = {}
        self.imports = imported(self.nodes.imports)
        for name in self.bound_in(self.tree):  # bound to something else too
            if name in self.imports:
                self.imports[name] = ""
        self.functions = {n.name: n for n in self.tree.body if isinstance(n, ast.FunctionDef)}
        self.classes = {n.name: n for n in self.tree.body if isinstance(n, ast.ClassDef)}
        self.once = self._once()
        self.functions = {n: f for n, f in self.functions.items() if n in self.once}
        # what was read of calls of `einsum` and of names that are assigned, as it was read last, in words
        self.shapes: dict[ast.AST, Callable[[], str]] = {}
        # what such calls say, as `contractions.py` finds it
        self.called: dict[tuple[ast.Call, str], object] = {}
        # how many axes the attributes of a class begin with, as `runs.py` finds them
        self.begun: dict[ast.ClassDef, dict[str, int]] = {}
        # the shapes with which functions are called at the top, by parameter; a number has no axes
        self.called_with: dict[Function, list[dict[str, tuple[int | None, ...]]]] = {}
        # where in a function it is what is told of a call of it
        self.behind_calls: dict[tuple[int, int], tuple[int, int]] = {}
        self._once_said: dict[tuple[object, ast.AST | None], Any] = {}

    @cached_property
    def libraries(self) -> frozenset[str]:
        """The array libraries that the file imports."""
        return frozenset(p.split(".")[0] for p in self.imports.values() if p) & {"numpy", "jax", "torch"}

    @property
    def array_library(self) -> str:
        """That of the methods of arrays; empty where several may be meant."""
        return next(iter(self.libraries)) if len(self.libraries) == 1 else ""

    def _once(self) -> frozenset[str]:
        """Names that the top of the file binds exactly once, and no function changes."""
        counts = Counter(self.nodes.bound_in(self.tree))
        for node in self.nodes.globals:
            counts.update(dict.fromkeys(node.names, 2))
        return frozenset(n for n, count in counts.items() if count == 1)

    def said(self, ask: Callable[..., T], node: ast.AST | None) -> T:
        """What a function finds out of a node, once."""
        key = ask, node
        if key not in self._once_said:
            self._once_said[key] = ask(node)
        found: T = self._once_said[key]
        return found

    def bound_in(self, statement: ast.AST) -> frozenset[str]:
        """The names that a statement, or the file, binds where it stands; not by imports."""
        found = self._bound.get(statement)
        if found is None:
            has_block = statement in self.nodes.extents
            every = self.nodes.bound_in(statement) if has_block else bound_names(ast.Module([statement], []))  # type: ignore[list-item]
            found = self._bound[statement] = frozenset(every)
        return found

    @cached_property
    def constants(self) -> dict[str, ast.Constant]:
        """The numbers and texts that names of the top stand for throughout."""
        found: dict[str, ast.Constant] = {}
        for statement in (s for s in self.tree.body if isinstance(s, ast.Assign) and len(s.targets) == 1):
            target, value = statement.targets[0], statement.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
                pairs = list(zip(target.elts, value.elts, strict=True))
            elif isinstance(target, ast.Tuple) and isinstance(value, ast.Call) and ast.unparse(value.func) == "range":
                pairs = [(t, ast.copy_location(ast.Constant(k), t)) for k, t in enumerate(target.elts)]
                pairs = pairs if ast.unparse(value) == f"range({len(pairs)})" else []
            for name, item in pairs:
                if isinstance(name, ast.Name) and isinstance(item, ast.Constant) and name.id in self.once:
                    found[name.id] = item
        return found

    def with_constants(self, call: ast.Call, argument: ast.expr) -> ast.expr:
        """An argument of a call with the constants that its names stand for, where the top of the file alone binds them."""
        if isinstance(argument, (ast.List, ast.Tuple)):
            items = [self.with_constants(call, e) for e in argument.elts]
            return ast.copy_location(type(argument)(items, argument.ctx), argument)
        if not isinstance(argument, ast.Name) or argument.id not in self.constants:
            return argument
        around = [n for n in self.nodes.around(call) if isinstance(n, _FUNCTIONS)]
        is_own = any(argument.id in self.said(bound_names, n) for n in around)
        return argument if is_own else self.constants[argument.id]

    @cached_property
    def attributes_set(self) -> Counter[str]:
        """How often an attribute of each name is assigned, anywhere in the file."""
        return Counter(self.nodes.attributes_set)

    def methods_of(self, owner: ast.ClassDef, under: tuple[ast.ClassDef, ...] = ()) -> dict[str, Function]:
        """The methods of a class, with those that it takes over from classes of the file."""
        found: dict[str, Function] = {}
        for base in owner.bases[::-1]:
            other = self.classes.get(base.id) if isinstance(base, ast.Name) else None
            if other is not None and other not in (owner, *under):
                found |= {n: m for n, m in self.methods_of(other, (owner, *under)).items() if not _is_abstract(m)}
        return found | {n.name: n for n in owner.body if isinstance(n, ast.FunctionDef)}

    def plain_class(self, name: str) -> dict[str, Function] | None:
        """The methods of a class of the file that takes over none but those of others here; None for anything else."""
        node = self.classes.get(name)
        if node is None or name not in self.once or node.decorator_list or node.keywords:
            return None
        found: dict[str, Function] = {}
        for base in node.bases:
            inherited = self.plain_class(base.id) if isinstance(base, ast.Name) and base.id != name else None
            if inherited is None and ast.unparse(base) != "object":
                return None
            found = {**(inherited or {}), **found}
        return found | {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}

    def every_function(self) -> Iterator[tuple[Function, ast.ClassDef | None]]:
        """The functions of the file with the class that they are methods of."""
        todo: list[tuple[ast.AST, ast.ClassDef | None]] = [(self.tree, None)]
        while todo:
            node, owner = todo.pop()
            for child in (c for block in _BLOCKS for c in getattr(node, block, ())):
                if isinstance(child, ast.ClassDef):
                    todo.append((child, child))
                elif isinstance(child, ast.FunctionDef):
                    yield child, owner
                    todo.append((child, None))
                elif child in self.nodes.extents and not is_for_types(child):
                    todo.append((child, owner))


def _is_abstract(function: Function) -> bool:
    """Does it raise alone?"""
    return all(
        isinstance(s, (ast.Raise, ast.Pass)) or isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)
        for s in function.body
    )


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_BLOCKS = ("body", "orelse", "finalbody")


def is_for_types(node: ast.AST) -> bool:
    """Is it `if TYPE_CHECKING:`, whose body nobody runs?"""
    test = node.test if isinstance(node, ast.If) else None
    return "TYPE_CHECKING" in (getattr(test, "id", ""), getattr(test, "attr", ""))


def decorator_names(function: Function) -> list[str]:
    """How the decorators are called, without their arguments."""
    found = []
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call):
            decorator = decorator.func
        found.append(ast.unparse(decorator))
    return found


def is_transparent(function: Function) -> bool:
    """Does the function take and give what its body says, whatever decorates it?"""
    return all(name.split(".")[-1] in _TRANSPARENT_ENDS for name in decorator_names(function))
