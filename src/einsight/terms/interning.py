"""Interning: of each thing that a term is made of there is one object, so that identity is equality."""

from __future__ import annotations

import itertools
import weakref
from _weakref import _remove_dead_weakref  # type: ignore[attr-defined]  # what WeakValueDictionary uses: atomic
from collections.abc import Callable
from typing import Any

from .interruption import poll


class _Entry(weakref.ref):
    """A live object in the table, under its identity.  Half the cost of a WeakValueDictionary's look-up."""

    __slots__ = ("identity",)
    identity: tuple


TABLE: dict[tuple, _Entry] = {}
# so many are made between two polls: whatever takes long makes terms
BETWEEN_POLLS = 8
_tick = itertools.cycle([True, *[False] * (BETWEEN_POLLS - 1)]).__next__


def _remove(gone: Any) -> None:
    # only if it is still the dead one: another object of that identity may have been made since
    _remove_dead_weakref(TABLE, gone.identity)


def intern_object(identity: tuple, make: Callable[..., Any], *given: Any) -> Any:
    """The one live object of that identity; `make` builds it, of what is given, when there is none.

    Safe under threads, and at a fork, without a lock: `setdefault` decides which of two that were made at once is the one.
    """
    known = TABLE.get(identity)
    found = known() if known is not None else None
    if found is not None:
        return found
    return intern_absent(identity, make, given)


def intern_absent(identity: tuple, make: Callable[..., Any], given: tuple[Any, ...]) -> Any:
    """The same, where none was found."""
    if _tick():
        poll(counted=False)
    made = make(*given)
    entry = _Entry(made, _remove)
    entry.identity = identity
    while True:
        standing = TABLE.setdefault(identity, entry)
        if standing is entry:
            return made
        found = standing()
        if found is not None:
            return found
        _remove(standing)  # dead, and not taken out yet


def intern_new(identity: tuple, made: Any) -> Any:
    """An object of an identity that nobody can have met before, put in the table."""
    entry = TABLE[identity] = _Entry(made, _remove)
    entry.identity = identity
    return made


# What is kept of an object for which it is the answer itself: were it to refer to itself, only the garbage collector would free it.
# Of a term such an answer is the same under other names of its indices, and goes with it when they are renamed.
ITSELF = "itself"


class Interned:
    """What there is once: its copy is itself; `pickling.py` says how it goes into a pickle and becomes, where that is read, the one that there is."""

    __slots__ = ()

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self
