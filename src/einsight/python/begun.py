"""What the text of a class and of its functions says of the arrays in them before they are read: dictionaries, numbers, axes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from ..asking.nodes import called
from .arrays import Arrays
from .module import Module
from .reading import Reader
from .sizes import Sizes
from .values import Array, Number, Table, Thing, Value


def keyed_in(node: ast.AST) -> frozenset[str]:
    """The names in a function under which arrays stand by keys that are texts: `params['W']`."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript):
            holder, key = part.value, part.slice
        elif (
            isinstance(part, ast.Call)
            and isinstance(part.func, ast.Attribute)
            and part.func.attr == "get"
            and part.args
        ):
            holder, key = part.func.value, part.args[0]
        else:
            continue
        if isinstance(holder, ast.Name) and isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.add(holder.id)
    return frozenset(found)


def tables_of(owner: ast.ClassDef | None) -> frozenset[str]:
    """The attributes of a class that are dictionaries."""
    found: set[str] = set()
    for node in ast.walk(owner) if owner is not None else ():
        if isinstance(node, ast.Assign) and (
            isinstance(node.value, ast.Dict)
            or (
                isinstance(node.value, ast.Call)
                and isinstance(node.value.func, ast.Name)
                and node.value.func.id == "dict"
            )
        ):
            found |= {t.attr for t in node.targets if isinstance(t, ast.Attribute)}
        elif (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Attribute)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            found.add(node.value.attr)
    return frozenset(found)


def set_in(owner: ast.ClassDef) -> dict[str, set[str]]:
    """The methods of a class that assign each attribute; the class itself has no name."""
    found: dict[str, set[str]] = {}
    for statement in owner.body:
        method = statement.name if isinstance(statement, ast.FunctionDef) else ""
        for node in ast.walk(statement):
            if isinstance(node, (ast.Name, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
                is_own = isinstance(node, ast.Attribute) if method else isinstance(node, ast.Name)
                if is_own:
                    found.setdefault(node.attr if isinstance(node, ast.Attribute) else node.id, set()).add(method)
    return found


def along(node: ast.AST) -> frozenset[str]:
    """The names and attributes that say an axis somewhere: `axis=self.dim`."""
    keywords = (n for n in ast.walk(node) if isinstance(n, ast.keyword) and n.arg in ("axis", "dim", "axes", "dims"))
    return frozenset(ast.unparse(k.value) for k in keywords if isinstance(k.value, (ast.Name, ast.Attribute)))


def usual_in(owner: ast.ClassDef) -> dict[str, ast.Constant]:
    """What attributes are by default that `__init__` alone sets, where that is a word, a flag, nothing, or an axis."""
    start = methods_of(owner).get("__init__")
    if start is None:
        return {}
    arguments, setting, axes = start.args, set_in(owner), along(owner) | counted_in(owner)
    defaults = dict(zip([a.arg for a in arguments.args][::-1], arguments.defaults[::-1], strict=False))
    defaults |= {a.arg: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None}
    found: dict[str, ast.Constant] = {}
    for statement in start.body:
        if not isinstance(statement, ast.Assign) or not isinstance(target := statement.targets[0], ast.Attribute):
            continue
        value: ast.expr | None = statement.value
        value = defaults.get(value.id) if isinstance(value, ast.Name) else value
        constant = constant_of(value)
        if constant is None or setting[target.attr] != {"__init__"}:
            continue
        if not is_number(constant) or (f"self.{target.attr}" in axes and isinstance(constant.value, int)):
            found[target.attr] = constant
    return found


def constant_of(node: ast.expr | None) -> ast.Constant | None:
    """A constant, with its sign; None for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and is_number(node.operand):
        assert isinstance(node.operand, ast.Constant)
        return ast.copy_location(ast.Constant(-node.operand.value), node)  # type: ignore[operator]
    return node if isinstance(node, ast.Constant) else None


def begun_with(module: Module, owner: ast.ClassDef, top: Mapping[str, Value]) -> dict[str, int]:
    """How many axes the attributes have that `__init__` makes arrays and no other method assigns anew."""
    found = module.begun.get(owner)
    if found is not None:
        return found
    found = module.begun[owner] = {}
    start = module.methods_of(owner).get("__init__")
    if start is None or not start.args.args:
        return found
    thing = Thing()
    reader = Reader(module, Arrays(Sizes()), dict(top))
    reader.shapes = {}
    reader.take_parameters(start)
    reader.environment |= dict.fromkeys(_counted(start), Number(why="a number that is given"))
    reader.environment[start.args.args[0].arg] = thing
    reader.run(start.body)
    anew = {
        t.attr
        for method in module.methods_of(owner).values()
        if method is not start
        for n in ast.walk(method)
        if isinstance(n, ast.Assign)
        for target in n.targets
        for t in ast.walk(target)
        if isinstance(t, ast.Attribute) and not isinstance(t.ctx, ast.Load)
    }
    for name, value in thing.attributes.items():
        if name in anew:
            continue
        parts = {f"self.{name}": value}
        if isinstance(value, Table):
            parts = {f"self.{name}[{key!r}]": v for key, v in value.items.items()}
        found.update({n: v.rank for n, v in parts.items() if isinstance(v, Array) and not v.open})
    return found


# what is called so may be a tuple of sizes
_SHAPE = re.compile(r"shape|^(?:size|sizes|dims|s)$", re.IGNORECASE)


def _counted(function: ast.FunctionDef) -> set[str]:
    """The parameters that are numbers: they stand in the shape of an array among other sizes, or are one by default."""
    own = {a.arg for a in function.args.args[1:]}
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            several = [a.elts for a in (*node.args, *(k.value for k in node.keywords)) if isinstance(a, ast.Tuple)]
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if called in ("randn", "rand"):
                several.append(node.args)
            found |= {e.id for elements in several if len(elements) > 1 for e in elements if isinstance(e, ast.Name)}
            if called in ("zeros", "ones", "empty", "full", "randn", "rand", "standard_normal") and node.args:
                found |= {a.id for a in node.args[:1] if isinstance(a, ast.Name) and not _SHAPE.search(a.id)}
    defaults = function.args.defaults
    numbers = zip(function.args.args[len(function.args.args) - len(defaults) :], defaults, strict=True)
    return (found & own) | {a.arg for a, default in numbers if is_number(default)}


def is_added_to(function: ast.FunctionDef, attribute: str) -> bool:
    """Does a function only add to an attribute?"""
    stored = [n for n in ast.walk(function) if isinstance(n, ast.Attribute) and n.attr == attribute]
    added = [n.target for n in ast.walk(function) if isinstance(n, ast.AugAssign) and isinstance(n.op, ast.Add)]
    return bool(stored) and all(n in added for n in stored)


def methods_of(owner: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {n.name: n for n in owner.body if isinstance(n, ast.FunctionDef)}


def is_number(node: ast.expr | None) -> bool:
    """Is a default a number, so that the argument is one?"""
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


_SHAPED = frozenset("range reshape zeros ones empty full eye arange view randn rand".split())


def counted_in(node: ast.AST | None) -> frozenset[str]:
    """The names and attributes that say how long something is: in a slice, a shape or a range."""
    found: set[str] = set()
    for part in ast.walk(node) if node is not None else ():
        places: list[ast.expr | None] = []
        if isinstance(part, ast.Slice):
            places = [part.lower, part.upper]
        elif isinstance(part, ast.Call):
            name = called(part)
            places = [*part.args] if name in _SHAPED else []
        for place in places:
            found |= set(_plain_names(place))
    for part in ast.walk(node) if node is not None else ():  # `s = self.size`
        if isinstance(part, ast.Assign) and isinstance(part.value, (ast.Name, ast.Attribute)):
            found |= {ast.unparse(part.value) for t in part.targets if isinstance(t, ast.Name) and t.id in found}
    return frozenset(found)


def _plain_names(node: ast.expr | None) -> Iterator[str]:
    """The names in a sum or product of numbers; nothing of calls and subscripts."""
    if isinstance(node, (ast.Name, ast.Attribute)):
        yield ast.unparse(node)
    elif isinstance(node, ast.BinOp):
        yield from _plain_names(node.left)
        yield from _plain_names(node.right)
    elif isinstance(node, (ast.Tuple, ast.List)):
        for item in node.elts:
            yield from _plain_names(item)
