"""Which arguments and attributes are flags or words: conditions alone ask for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .begun import methods_of, set_in


def flags_in(node: ast.AST | None) -> frozenset[str]:
    """The names and attributes, as they are written, that conditions ask for and nothing calculates with."""
    if node is None:
        return frozenset()
    asked: set[str] = set()
    used: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, (ast.If, ast.IfExp)):
            asked |= set(_asked(part.test))
        elif isinstance(part, ast.BinOp):
            used |= {ast.unparse(e) for e in (part.left, part.right)}
        elif isinstance(part, ast.AugAssign):
            used.add(ast.unparse(part.value))
        elif isinstance(part, (ast.Attribute, ast.Subscript, ast.UnaryOp)) and not isinstance(
            getattr(part, "op", None), ast.Not
        ):
            used.add(ast.unparse(part.value if not isinstance(part, ast.UnaryOp) else part.operand))
        elif isinstance(part, ast.Compare) and not _is_of_words(part):
            used |= {ast.unparse(e) for e in (part.left, *part.comparators)}
    return frozenset(asked - used)


def _asked(test: ast.expr) -> Iterator[str]:
    if isinstance(test, ast.BoolOp):
        for part in test.values:
            yield from _asked(part)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _asked(test.operand)
    elif isinstance(test, (ast.Name, ast.Attribute)):
        yield ast.unparse(test)
    elif isinstance(test, ast.Compare) and _is_of_words(test):
        yield ast.unparse(test.left)


def _is_of_words(test: ast.Compare) -> bool:
    """Is it `kind == "word"`, or `kind in ("a", "b")`?"""
    if len(test.ops) != 1 or not isinstance(test.left, (ast.Name, ast.Attribute)):
        return False
    other = test.comparators[0]
    words = other.elts if isinstance(other, (ast.Tuple, ast.List, ast.Set)) else [other]
    return all(isinstance(w, ast.Constant) and isinstance(w.value, str) for w in words)


def given_in(owner: ast.ClassDef) -> dict[str, bool | str | None]:
    """The attributes that `__init__` alone sets to an argument of its own, with the flag or word that this is by default."""
    start = methods_of(owner).get("__init__")
    if start is None:
        return {}
    usual = usually(start)
    setting = set_in(owner)
    found: dict[str, bool | str | None] = {}
    for statement in start.body:
        if isinstance(statement, ast.Assign) and isinstance(target := statement.targets[0], ast.Attribute):
            value = statement.value
            if isinstance(value, ast.Name) and value.id in usual and setting[target.attr] == {"__init__"}:
                found[target.attr] = usual[value.id]
    return found


def usually(function: ast.FunctionDef) -> dict[str, bool | str | None]:
    """The arguments that have no default, or a flag or a word as one, with that."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [*[None] * (len(every) - len(arguments.defaults)), *arguments.defaults]
    pairs = [*zip(every, defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    found: dict[str, bool | str | None] = {}
    for argument, default in pairs:
        if default is None:
            found[argument.arg] = None
        elif isinstance(default, ast.Constant) and isinstance(default.value, (bool, str)):
            found[argument.arg] = default.value
    return found


def left_out_in(function: ast.FunctionDef) -> frozenset[str]:
    """The names that a function asks of whether they are None."""
    tests = (n for n in ast.walk(function) if isinstance(n, ast.Compare) and isinstance(n.ops[0], (ast.Is, ast.IsNot)))
    return frozenset(t.left.id for t in tests if isinstance(t.left, ast.Name) and is_nothing(t.comparators[0]))


def is_nothing(node: ast.expr | None) -> bool:
    """Is it `None`, as it is written?"""
    return isinstance(node, ast.Constant) and node.value is None


def unpacked_in(function: ast.FunctionDef) -> dict[str, tuple[str, ...]]:
    """The arguments that a function takes apart as its body begins, `W, b = params`, with the names of their parts."""
    own = {a.arg for a in (*function.args.posonlyargs, *function.args.args)}
    found: dict[str, tuple[str, ...]] = {}
    for statement in function.body:
        if (
            not isinstance(statement, ast.Assign)
            or not isinstance(statement.value, ast.Name)
            or len(statement.targets) != 1
        ):
            continue
        target, name = statement.targets[0], statement.value.id
        if isinstance(target, ast.Tuple) and name in own and all(isinstance(e, ast.Name) for e in target.elts):
            found.setdefault(name, tuple(e.id for e in target.elts if isinstance(e, ast.Name)))
    return found
