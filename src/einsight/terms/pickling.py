"""Terms in pickles and copies.

What is interned is its own copy.  A pickle holds a term as a flat list, each part once and before those that are made of it, so
that no depth is too deep; where it is read, every part is interned again: equal terms are one object there too.

A fresh index belongs to the process that made it.  In another one its number may be taken, so it becomes a fresh one there,
the same one for every term that holds it.
"""

from __future__ import annotations

import copyreg
import os
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from . import build
from .dimension import Dim, Index, Shift, Slot, fresh_index, substitute_slot
from .interning import Interned
from .term import HEADS, Abstraction, Number, Tensor, Term

# the kind, and the fields: plain data, and `[k]` for the k-th part
Part = tuple[str, tuple[Any, ...]]


_FIELDS: dict[type, tuple[str, ...]] = {
    Dim: ("value", "inferred", "parts"),
    Index: ("name", "dim", "kind", "key"),
    Shift: ("indices", "offset", "dim"),
    Tensor: ("name", "dims", "properties", "definition"),
    Abstraction: ("params", "body", "symmetric"),
    **{head: head.__slots__ for head in HEADS.values()},
    Number: ("value",),  # the rest follows from it
}
# terms as they stand: their order and their names are canonical
_MAKERS: dict[str, Callable[..., Any]] = {
    "Dim": Dim,
    "Index": lambda name, dim, kind, key: Index(name, dim, kind, key[1]),
    "Shift": Shift,
    "Tensor": Tensor,
    "Abstraction": Abstraction.make,
    **{name: head.make for name, head in HEADS.items()},
}


def reduced(root: Interned) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """How something that is interned goes into a pickle."""
    parts, has_fresh = _listed(root)
    return restored, (parts, _origin() if has_fresh else "")


def restored(parts: tuple[Part, ...], origin: str = "") -> Any:
    """The object that was taken apart, interned; `origin` is the process whose fresh indices it holds."""
    made: list[Any] = []
    strangers: dict[Index, Slot] = {}

    def given(value: Any) -> Any:
        if isinstance(value, list):
            return made[value[0]]
        return tuple(map(given, value)) if isinstance(value, tuple) else value

    for kind, fields in parts:
        part = _MAKERS[kind](*map(given, fields))
        if kind == "Index" and part.kind == Index.FRESH and origin != _origin():
            strangers[part] = _naturalised(part, origin)
        made.append(part)
    return _renamed(made[-1], strangers) if strangers else made[-1]


def _listed(root: Interned) -> tuple[tuple[Part, ...], bool]:
    """The parts, those that others are made of first; and whether a fresh index is among them."""
    places: dict[Any, int] = {}
    parts: list[Part] = []
    has_fresh = False

    def told(value: Any) -> Any:
        if isinstance(value, Interned):
            return [places[value]]
        return tuple(map(told, value)) if isinstance(value, tuple) else value

    todo = [(root, False)]
    while todo:
        part, is_open = todo.pop()
        if part in places:
            continue
        fields = tuple(getattr(part, name) for name in _FIELDS[type(part)])
        if not is_open:
            todo.append((part, True))
            todo += [(inner, False) for inner in _interned(fields) if inner not in places]
            continue
        has_fresh = has_fresh or (isinstance(part, Index) and part.kind == Index.FRESH)
        places[part] = len(parts)
        parts.append((type(part).__name__, told(fields)))
    return tuple(parts), has_fresh


def _interned(value: Any) -> Iterator[Interned]:
    if isinstance(value, Interned):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from _interned(inner)


# fresh indices of other processes, and what they are called here
_naturals: weakref.WeakValueDictionary[tuple[str, Index], Index] = weakref.WeakValueDictionary()
_origins: dict[int, str] = {}


def _origin() -> str:
    """A name of this process that no other one has, a forked one neither."""
    process = os.getpid()
    if process not in _origins:
        _origins.clear()
        _origins[process] = os.urandom(16).hex()
    return _origins[process]


def _naturalised(stranger: Index, origin: str) -> Index:
    key = (origin, stranger)
    return _naturals.get(key) or _naturals.setdefault(key, fresh_index(stranger.dim))


def _renamed(made: Any, names: dict[Index, Slot]) -> Any:
    """The same with other fresh indices, which are free wherever they stand."""
    if isinstance(made, Index):
        return names.get(made, made)
    if isinstance(made, Shift):
        return substitute_slot(made, names)
    if isinstance(made, Abstraction):
        params, body = build.open_abstraction(made)
        return build.abstraction(params, build.substitute(body, names))
    return build.substitute(made, names) if isinstance(made, Term) else made


for kind in _FIELDS:
    copyreg.pickle(kind, reduced)  # type: ignore[arg-type]
