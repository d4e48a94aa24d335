"""Names in code that multiply numbers alone: `C` of `C * np.sum(…)`, `G`, `M` and `m` of `G*M*m/np.sqrt(np.dot(r, r))`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .nodes import called, is_library

_TO_NUMBERS = frozenset(
    {"sum", "dot", "vdot", "norm", "mean", "trace", "det", "slogdet", "max", "min", "prod", "logdet"}
)
_OF_EACH = frozenset(
    {"exp", "log", "sqrt", "tanh", "log1p", "sigmoid", "abs", "maximum", "square", "expit", "softplus", "relu"}
)
_SCALING = (ast.Mult, ast.Div)


def factors_of_numbers(tree: ast.AST) -> set[str]:
    """Names that stand as factors of what is summed up, and nowhere in a call, a product of matrices or a subscript."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, _SCALING):
            factors = list(_factors(node))
            if any(map(_is_summed_up, factors)):
                found |= {f.id for f in factors if isinstance(f, ast.Name)}
    return found - {n.id for n in _inside(tree)}


def _factors(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, _SCALING):
        yield from _factors(node.left)
        yield from _factors(node.right)
    elif isinstance(node, ast.UnaryOp):
        yield from _factors(node.operand)
    else:
        yield node


def _is_summed_up(node: ast.expr) -> bool:
    """Is it a call that gives a number, or a function of one?"""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return _is_summed_up(node.left)
    if not isinstance(node, ast.Call) or any(k.arg in ("axis", "dim", "keepdims") for k in node.keywords):
        return False
    name = called(node)
    method = isinstance(node.func, ast.Attribute) and not is_library(node.func.value)
    if name in _TO_NUMBERS:
        vectors = [a for a in node.args if isinstance(a, ast.Name) and a.id[0].islower()]
        return name not in ("dot", "vdot") or len(vectors) + method == len(node.args) + method
    return len(node.args) == 1 and _is_summed_up(node.args[0])


def _is_of_each(node: ast.Call) -> bool:
    """Is it a function of each entry, of a library?"""
    return called(node) in _OF_EACH


def _inside(tree: ast.AST) -> Iterator[ast.Name]:
    for node in ast.walk(tree):
        is_product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
        is_call = isinstance(node, ast.Call) and not _is_of_each(node)
        is_method = isinstance(node, ast.Attribute) and not is_library(node.value)
        if is_product or is_call or is_method or isinstance(node, ast.Subscript):
            yield from (n for n in ast.walk(node) if isinstance(n, ast.Name))
