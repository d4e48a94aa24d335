"""What single nodes of the syntax tree of code say: numbers, sizes, new axes, libraries."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from itertools import chain

_LIBRARIES = frozenset(
    {"np", "numpy", "jnp", "jax", "torch", "F", "nn", "scipy", "sp", "tf", "math", "special", "linalg", "cp", "mx"}
)


def is_library(node: ast.expr) -> bool:
    """`np`, `jax.numpy`, `np.linalg`, `torch.nn.functional`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in _LIBRARIES


def called(node: ast.Call) -> str:
    """The name of what is called, without its library or its array; empty where it has none."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def new_axis(node: ast.expr) -> int | None:
    """Where `[:, None]` (1) and `[None, :]` or `[None]` (0) put an axis of one entry; None for anything else."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    kinds = ["new" if is_new(p) else "all" if _is_all(p) else "" for p in parts]
    return {("all", "new"): 1, ("new", "all"): 0, ("new",): 0}.get(tuple(kinds))


def is_new(node: ast.expr) -> bool:
    is_none = isinstance(node, ast.Constant) and node.value is None
    return is_none or (isinstance(node, ast.Attribute) and node.attr == "newaxis")


def _is_all(node: ast.expr) -> bool:
    whole = isinstance(node, ast.Slice) and node.lower is None and node.upper is None and node.step is None
    return whole or (isinstance(node, ast.Constant) and node.value is ...)


def entries_of(arguments: list[ast.expr]) -> list[ast.expr]:
    """What a shape holds, as arguments of their own or in one tuple."""
    only = arguments[0] if len(arguments) == 1 else None
    return only.elts if isinstance(only, (ast.Tuple, ast.List)) else arguments


def number_of(node: ast.expr) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = number_of(node.operand)
        return None if inner is None else -inner
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


class Lengths:
    """How long the axes of names are; what nobody declares gets a name for each axis, and is declared with it."""

    def __init__(self, dims: Mapping[str, tuple[str, ...]], taken: Iterable[str]):
        self.dims = dict(dims)
        self.taken = {*taken, *dims, *chain.from_iterable(dims.values())}
        self.declared: list[str] = []

    def of(self, name: str, axis: int, rank: int) -> str | None:
        """How long an axis is, counted as Python does; None where there is no such axis."""
        if name not in self.dims:
            letters = [c for c in "nmkpqN" if c not in self.taken][:rank]
            if not 0 < rank == len(letters):
                return None
            self.dims[name] = tuple(letters)
            self.taken.update(letters)
            space = letters[0] if rank == 1 else f"({'×'.join(letters)})"
            self.declared.append(f"{name} ∈ ℝ^{space}")
        dims = self.dims[name]
        return dims[axis] if -len(dims) <= axis < len(dims) else None


def length_asked(node: ast.expr) -> tuple[str, int] | None:
    """The name and the axis of which `len(x)`, `x.shape[0]`, `x.size(0)` or `np.shape(x)[0]` says how long it is."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        callee, argument = node.func, node.args[0]
        if isinstance(callee, ast.Attribute) and callee.attr == "size" and isinstance(callee.value, ast.Name):
            at = number_of(argument)
            return None if at is None else (callee.value.id, at)
        if isinstance(callee, ast.Name) and callee.id == "len" and isinstance(argument, ast.Name):
            return argument.id, 0
    if isinstance(node, ast.Subscript) and number_of(node.slice) is not None:
        inner = node.value
        if isinstance(inner, ast.Attribute) and inner.attr == "shape" and isinstance(inner.value, ast.Name):
            return inner.value.id, number_of(node.slice) or 0
    if isinstance(node, ast.Attribute) and node.attr == "size" and isinstance(node.value, ast.Name):
        return node.value.id, 0
    return None
