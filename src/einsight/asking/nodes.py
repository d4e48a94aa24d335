"""What single nodes of the syntax tree of code say: numbers, sizes, new axes, libraries."""

from __future__ import annotations

import ast

_LIBRARIES = frozenset(
    {"np", "numpy", "jnp", "jax", "torch", "F", "nn", "scipy", "sp", "tf", "math", "special", "linalg", "cp", "mx"}
)


def is_library(node: ast.expr) -> bool:
    """`np`, `jax.numpy`, `np.linalg`, `torch.nn.functional`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in _LIBRARIES


def new_axis(node: ast.expr) -> int | None:
    """Where `[:, None]` (1) and `[None, :]` or `[None]` (0) put an axis of one entry; None for anything else."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    kinds = ["new" if _is_new(p) else "all" if _is_all(p) else "" for p in parts]
    return {("all", "new"): 1, ("new", "all"): 0, ("new",): 0}.get(tuple(kinds))


def _is_new(node: ast.expr) -> bool:
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
