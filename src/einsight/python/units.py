"""What a reading of functions rests on in the rest of a file, so that it stands while that is the same.

A function is read beside the helpers and methods that it names, those that they name, and the names at the top of the file that
any of them mentions.  All of it goes into a key; what was found is kept under that key in places from the function's start.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ..lowering.report import Diagnostic
from .module import Module
from .values import Array, Flag, Library, Number, Several, ShapeOf, Text, Value

T = TypeVar("T")
Key = tuple[Hashable, ...]
# readings that are kept of each kind
MOST_KEPT = 3000


@dataclass
class Reading:
    """What was found in a function: diagnostics from its start, shapes by the place of their node in it."""

    diagnostics: list[Diagnostic]
    shapes: list[tuple[int, Callable[[], str]]]


@dataclass
class Memory:
    """What has been read, by what it rests on.

    read_count, judged_count   functions that were read and pairs that were judged since the start, for tests and benchmarks
    """

    functions: dict[Key, Reading] = field(default_factory=dict)
    attributes: dict[Key, dict[str, Value]] = field(default_factory=dict)
    pairs: dict[Key, Any] = field(default_factory=dict)
    read_count: int = 0
    judged_count: int = 0


# of this process
MEMORY = Memory()


def keep(kept: dict[Any, T], key: Any, value: T) -> T:
    """Enter what was found; what was entered first goes where there is too much."""
    kept[key] = value
    while len(kept) > MOST_KEPT:
        kept.pop(next(iter(kept)), None)
    return value


class Rests:
    """What readings of one file rest on."""

    def __init__(self, module: Module, top: Mapping[str, Value], memory: Memory):
        self.module, self.top, self.memory = module, top, memory
        self.common: Key = (module.array_library, *sorted(module.libraries))

    def key(self, nodes: Iterable[ast.AST | None], owner: ast.ClassDef | None = None) -> Key:
        """Of a reading that begins with these functions or classes, of which `owner` has the methods."""
        module = self.module
        methods = module.methods_of(owner) if owner is not None else {}
        todo: list[ast.AST] = [n for n in nodes if n is not None]
        own = tuple(map(self._text, todo))
        reached: dict[str, str] = {}
        mentioned: set[str] = set()
        while todo:
            for name in module.nodes.mentioned(todo.pop()) - mentioned:
                mentioned.add(name)
                for found in (module.functions.get(name), methods.get(name)):
                    if found is not None:
                        todo.append(found)
                        reached[f"{name}:{found.lineno}"] = self._text(found)
        facts = tuple(sorted((n, *map(str, f)) for n in mentioned if (f := self._fact(n)) is not None))
        return (*self.common, *own, *sorted(reached.values()), facts)

    def _text(self, node: ast.AST) -> str:
        assert isinstance(node, ast.stmt)
        return self.module.source.whole_text_of(node)

    def _fact(self, name: str) -> Key | None:
        """What a name stands for at the top of the file; None where it stands for nothing there."""
        path, value = self.module.imports.get(name), self.top.get(name)
        if path is None and value is None and name not in self.module.functions:
            return None
        return path, name in self.module.functions, told(value) if value is not None else None


def told(value: Value) -> Key:
    """What is known of a value, as plain data."""
    if isinstance(value, Number):
        sizes = None if value.factors is None else tuple(d.value for d in value.factors)
        return "number", value.value, value.term, sizes, value.rough, value.why
    if isinstance(value, Array):
        return "array", tuple(tuple(i.dim.value for i in a) for a in value.axes), value.open, value.term, value.why
    if isinstance(value, Several):
        return "several", value.is_list, tuple(map(told, value.items))
    if isinstance(value, ShapeOf):
        return "shape", told(value.array)
    if isinstance(value, (Text, Flag, Library)):
        return type(value).__name__, str(value)
    return (type(value).__name__,)


def own(values: Mapping[str, Value]) -> dict[str, Value]:
    """The names of the top for one reading, which may write into an array, or learn how many axes it has, and tells no other."""

    def copied(value: Value) -> Value:
        if type(value) is Array:
            return replace(value)
        return Several(tuple(map(copied, value.items)), value.is_list) if isinstance(value, Several) else value

    return {name: copied(value) for name, value in values.items()}
