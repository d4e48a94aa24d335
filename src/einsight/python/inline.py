"""A value and its derivatives that statements compute side by side: in the loop of a training, in a script, in a function that does both.

    for _ in range(100):
        r = X @ w - y
        loss = (r ** 2).mean()
        dw = 2 * X.T @ r / len(y)
        w -= 0.1 * dw

The statements that lead to them become a function of what they do not bind themselves, which gives the value and the derivatives.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .libraries import bound_names
from .module import Module
from .named import differentiated

_LOSS = re.compile(r"(?:\w+_)?(?:loss|cost|nll|mse|rss|sse|objective|obj|energy|likelihood|loglik|ll)(?:_\w+)?|J|L|E")
_BLOCKS = (ast.For, ast.While)
_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True)
class Beside:
    """Such a function, the scope that it stands in, and what stands there before it."""

    function: ast.FunctionDef
    scope: ast.FunctionDef | ast.Module
    before: tuple[ast.stmt, ...]


def computed_beside(module: Module, wrong: frozenset[int] = frozenset()) -> Iterator[Beside]:
    """All that a file computes so, without the lines in which shapes do not go together."""
    scopes: list[ast.FunctionDef | ast.Module] = [module.tree, *(f for f, _ in module.every_function())]
    for scope in scopes:
        found = _in_block(module, scope.body, [], scope is module.tree, wrong)
        if found is not None:
            yield Beside(found, scope, ())
            continue
        before: list[ast.stmt] = []
        for statement in scope.body:
            if isinstance(statement, _BLOCKS):
                made = _in_block(module, _innermost(statement).body, before, scope is module.tree, wrong)
                if made is not None:
                    yield Beside(made, scope, tuple(before))
            before.append(statement)


def _innermost(loop: ast.For | ast.While) -> ast.For | ast.While:
    """`for epoch in …: for batch in …:`: the loop in which something is computed."""
    while len(loops := [s for s in loop.body if isinstance(s, _BLOCKS)]) == 1 and not _target_of_loss(loop.body):
        loop = loops[0]  # type: ignore[assignment]
    return loop


def _assigned(statement: ast.stmt) -> tuple[str, ast.expr] | None:
    """What a statement gives a name."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id, statement.value
    return None


def _target_of_loss(body: Sequence[ast.stmt]) -> str:
    """The last value of a block that its name says is to be made small."""
    named = [a[0] for s in body if (a := _assigned(s)) is not None and _LOSS.fullmatch(a[0])]
    return named[-1] if named else ""


def _in_block(
    module: Module, body: Sequence[ast.stmt], before: Sequence[ast.stmt], is_script: bool, wrong: frozenset[int]
) -> ast.FunctionDef | None:
    """A function that gives the value and the derivatives that a block computes; None where it computes none."""
    loss = _target_of_loss(body)
    if not loss:
        return None
    names = [a for s in body if (a := _assigned(s)) is not None]
    moved = {n for s in body for n in _moved(s)}
    derivatives = {n: v for n, v in names if differentiated(n, sorted(moved))}
    if not derivatives:
        return None
    kept = [s for s in body if _counts(s, moved) and not _begins(s, moved) and s.lineno not in wrong]
    reached = {a[0] for s in kept if (a := _assigned(s)) is not None}
    derivatives = {n: v for n, v in derivatives.items() if n in reached}
    if loss not in reached or not derivatives:
        return None
    last = max(k for k, s in enumerate(kept) if (a := _assigned(s)) is not None and a[0] in {loss, *derivatives})
    kept = kept[: last + 1]
    kept = [*_needed(before, kept, moved, is_script), *kept]
    own = {n.id for s in kept for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    known = {*module.imports, *module.functions, *module.classes}
    made_here = bound_names(ast.Module([*kept], []))
    given = sorted(p for p in own if p not in known and p not in _BUILTINS and (p in moved or p not in made_here))
    if set(given) & set(derivatives):
        return None  # what is added to it before is not known
    elements: list[ast.expr] = [ast.copy_location(ast.Name(loss, ast.Load()), kept[-1])]
    for name, value in derivatives.items():
        elements.append(ast.copy_location(ast.Name(name, ast.Load()), value))
    node = ast.copy_location(ast.Return(ast.copy_location(ast.Tuple(elements, ast.Load()), kept[-1])), kept[-1])
    arguments = ast.arguments([], [ast.arg(n) for n in given], None, [], [], None, [])
    function = ast.FunctionDef(loss, arguments, [*kept, node], [], None)
    return ast.copy_location(function, body[0])


def _moved(statement: ast.stmt) -> Iterator[str]:
    """What a statement moves along its derivative: `w -= rate * dw`, `w = w - rate * dw`."""
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        name, value = statement.target.id, statement.value
    elif (found := _assigned(statement)) is not None and isinstance(found[1], ast.BinOp):
        name, value = found
        if not isinstance(value.left, ast.Name) or value.left.id != name:  # type: ignore[attr-defined]
            return
        value = value.right  # type: ignore[attr-defined]
    else:
        return
    if any(isinstance(n, ast.Name) and differentiated(n.id, [name]) for n in ast.walk(value)):
        yield name


def _counts(statement: ast.stmt, moved: set[str]) -> bool:
    """Does it compute something: is it no step along a derivative, and nothing that is shown or kept?"""
    if any(name in moved for name in _moved(statement)) or isinstance(
        statement, (ast.Expr, ast.Pass, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    ):
        return False
    if isinstance(statement, ast.If):
        return any(_counts(s, moved) for s in (*statement.body, *statement.orelse)) and not any(
            isinstance(n, (ast.Break, ast.Continue, ast.Return)) for n in ast.walk(statement)
        )
    return True


def _begins(statement: ast.stmt, moved: set[str]) -> bool:
    """Is it what something is at first: data, a size that is written, what is moved later?"""
    if not isinstance(statement, ast.Assign):
        return False
    targets = [n for t in statement.targets for n in (t.elts if isinstance(t, ast.Tuple) else [t])]
    if not all(isinstance(t, ast.Name) for t in targets):
        return False
    is_moved = any(isinstance(t, ast.Name) and t.id in moved for t in targets)
    return is_moved or _is_made(statement.value) or _is_written(statement.value)


def _needed(before: Sequence[ast.stmt], kept: Sequence[ast.stmt], moved: set[str], is_script: bool) -> list[ast.stmt]:
    """Of what stands before a loop what it rests on, but for what it changes."""
    wanted = {n.id for s in kept for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    wanted -= bound_names(ast.Module([*kept], []))
    found: list[ast.stmt] = []
    for statement in reversed(before):
        if not isinstance(statement, ast.Assign) or _begins(statement, moved):
            continue
        if is_script and not re.search(r"\.shape|\blen\(", ast.unparse(statement.value)):
            continue  # what is made of data is data
        names = {n.id for t in statement.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        if names & wanted and not names & moved:
            found.insert(0, statement)
            wanted -= names
            wanted |= {n.id for n in ast.walk(statement.value) if isinstance(n, ast.Name)}
    return found


def _is_written(value: ast.expr) -> bool:
    """Is it a number that stands there, or several?  A size is one, which is known by its name."""
    items = value.elts if isinstance(value, ast.Tuple) else [value]
    return all(isinstance(i, ast.Constant) for i in items)


def _is_made(value: ast.expr) -> bool:
    """Is it data that is drawn, read or begun with?"""
    called = (n.func for n in ast.walk(value) if isinstance(n, ast.Call))
    return any(_MAKING.search(ast.unparse(c)) for c in called)


_MAKING = re.compile(r"random|rand|\brng\b|load|linspace|read|normal$")
