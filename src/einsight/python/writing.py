"""A term as an expression of the author's library, in the names that stand where it is to be put."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from ..asking.nodes import called
from ..lowering.report import EinsightError
from ..rules.engine import BudgetExceeded, MissingRule, normal_form
from ..targets.arguments import Request
from ..targets.array_source import write
from ..targets.dialect import Dialect
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import Tensor, Term
from ..terms.walk import fold_definitions, replace_tensors
from .module import Module
from .values import Array

LONGEST = 200  # characters of an expression that is offered


def library_of(module: Module) -> str:
    """That in which the file is written."""
    for library in ("torch", "jax", "numpy"):
        if library in module.libraries:
            return library
    return "numpy"


def dialect_of(library: str) -> Dialect:
    if library == "torch":
        from ..targets.torch import TORCH

        return TORCH
    if library == "jax":
        from ..targets.jax import JAX

        return JAX
    from ..targets.numpy import NUMPY

    return NUMPY


def expression(
    term: Term, axes: Sequence[Index], names: Mapping[Tensor, str], arrays: Mapping[str, Array], module: Module
) -> str | None:
    """The text of a term over those axes; None where it has none that is short.

    names    of the tensors
    arrays   what has a name besides
    """
    library = library_of(module)
    folded = _folded(term, arrays)
    texts = [t for t in (_written(each, axes, names, module, library) for each in folded) if t is not None]
    return min(texts, key=len, default=None)


def _folded(term: Term, arrays: Mapping[str, Array]) -> list[Term]:
    """The term, and with what has a name written by its name."""
    made = []
    for name, array in arrays.items():
        if array.term is None or any(len(a) > 1 for a in array.axes) or set(array.indices) != set(array.term.free):
            continue
        try:
            body = normal_form(array.term)
        except (MissingRule, BudgetExceeded, RecursionError):
            continue
        made.append(
            Tensor(name, tuple(i.dim for i in array.indices), definition=build.abstraction(array.indices, body))
        )
    found = [term]
    folded = term
    for tensor in sorted(made, key=lambda t: -(t.definition.body.symbols if t.definition else 0)):
        folded = fold_definitions(folded, [tensor])
    if folded is not term:
        bare = {t: Tensor(t.name, t.dims) for t in made}
        found.append(replace_tensors(folded, bare))
    return found


def _written(
    term: Term, axes: Sequence[Index], names: Mapping[Tensor, str], module: Module, library: str
) -> str | None:
    try:
        source, arguments = write(Request(term, tuple(axes)), dialect_of(library))
    except (EinsightError, RecursionError):
        return None
    found = one_expression(source, {own: names.get(t, t.name) for t, own in arguments.items()})
    if found is None:
        return None
    text = ast.unparse(found)
    for path, alias in aliases(module, library):
        text = Inline.spelled(text, path, alias)
    return text if len(text) <= LONGEST else None


def aliases(module: Module, library: str) -> list[tuple[str, str]]:
    """What stands for the modules of a library in the file, the longest first."""
    paths = {"numpy": ["numpy"], "jax": ["jax.numpy", "jax.nn", "jax"], "torch": ["torch"]}[library]
    by_path = {path: alias for alias, path in module.imports.items() if path}
    return [(p, by_path[p]) for p in paths if p in by_path]


class Inline(ast.NodeTransformer):
    """Assignments put in, conversions of arguments taken out, arguments under the author's names."""

    def __init__(self, names: Mapping[str, str]):
        self.names = {own: ast.parse(text, mode="eval").body for own, text in names.items()}

    @staticmethod
    def spelled(text: str, path: str, alias: str) -> str:
        """The text with what stands for a module in the place of its path."""
        return re.sub(rf"(?<![\w.]){re.escape(path)}\.", f"{alias}.", text)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.names.get(node.id, node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = called(node)
        if len(node.args) == 1 and name in ("asarray", "as_tensor", "float"):
            return self.visit(node.args[0])
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in ("array", "clone", "copy")
            and len(node.args) == 1
        ):
            return self.visit(node.args[0])
        node.keywords = [k for k in node.keywords if k.arg not in ("dtype", "device")]
        return self.generic_visit(node)


def one_expression(source: str, names: Mapping[str, str], own: frozenset[str] = frozenset()) -> ast.expr | None:
    """The body of a generated function as one expression; None where it writes into an array.

    names   what its arguments are called
    own     names whose values stand where the expression is put
    """
    function = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef))
    inline = Inline(names)
    for statement in function.body:
        if isinstance(statement, ast.Return) and statement.value is not None:
            found = inline.visit(statement.value)
            assert isinstance(found, ast.expr)
            return found
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            if name not in ("dtype", "device") and name not in names and name not in own:
                inline.names[name] = inline.visit(statement.value)
        elif not isinstance(statement, (ast.If, ast.Expr)) or not _says_nothing(statement):
            return None
    return None


def _says_nothing(statement: ast.If | ast.Expr) -> bool:
    """Is it a check of shapes, or a docstring?"""
    return isinstance(statement, ast.If) or isinstance(statement.value, ast.Constant)
