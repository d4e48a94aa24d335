"""Which function of which library a name of a file stands for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

ROOTS = ("numpy", "jax", "torch", "opt_einsum", "einops", "math", "scipy", "functools")
# the parts of a library in which the same functions stand
_SPELLED = (
    ("jax.numpy.", "numpy."), ("jax.nn.", "nn."), ("jax.lax.", "lax."), ("jax.scipy.special.", "special."),
    ("jax.scipy.", "scipy."), ("scipy.special.", "special."), ("torch.nn.functional.", "nn."), ("torch.special.", "special."),
    ("torch.", "torch."), ("numpy.", "numpy."),
)  # fmt: skip


def library_of(path: str) -> str:
    """`numpy`, `jax`, `torch`, `opt_einsum` or `einops`, whatever part of it."""
    return path.split(".")[0]


def bare(path: str) -> str:
    """The function without its library: `jax.numpy.linalg.inv` is `linalg.inv`."""
    for prefix, _ in _SPELLED:
        if path.startswith(prefix):
            return path[len(prefix) :]
    return path.split(".", 1)[1] if "." in path else path


def imported(statements: Iterator[ast.AST] | list[ast.stmt]) -> dict[str, str]:
    """The names that import statements bind, with what they stand for."""
    found: dict[str, str] = {}
    for node in statements:
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name.split(".")[0] in ROOTS:
                    found[name.asname or name.name.split(".")[0]] = (
                        name.name if name.asname else name.name.split(".")[0]
                    )
                else:
                    found[name.asname or name.name.split(".")[0]] = ""
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                module = node.module or ""
                known = not node.level and module.split(".")[0] in ROOTS
                found[name.asname or name.name] = f"{module}.{name.name}" if known else ""
    return found


def dotted(node: ast.expr) -> list[str] | None:
    """`np.linalg.inv` as its parts; None for what is no such name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return parts[::-1]


def bound_names(function: ast.AST) -> set[str]:
    """Names that a function binds in its own scope, parameters too; not by imports."""
    found: set[str] = set()
    arguments = getattr(function, "args", None)
    if isinstance(arguments, ast.arguments):
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        found |= {a.arg for a in every if a is not None}
    body = getattr(function, "body", [])
    todo: list[ast.AST] = list(body) if isinstance(body, list) else [body]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        todo.extend(ast.iter_child_nodes(node))
    return found


def resolve(node: ast.expr, names: Mapping[str, str]) -> str:
    """What a dotted name stands for among imported names, `jax.numpy.einsum`; empty where that is not known."""
    parts = dotted(node)
    if parts is None or not names.get(parts[0]):
        return ""
    return ".".join([names[parts[0]], *parts[1:]])
