"""What is worked out when it is first asked for, and kept with the object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class lazily(Generic[T]):
    """A property whose value is kept.

    `functools.cached_property` holds a lock meanwhile before Python 3.12, one for all objects: results in two threads would wait
    for each other, and the child of a fork for ever.  Here two threads may both work it out, and get the same.
    """

    def __init__(self, compute: Callable[[Any], T]):
        self.compute, self.__doc__ = compute, compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> lazily[T]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> lazily[T] | T:
        if instance is None:
            return self
        kept: T = vars(instance).setdefault(self.name, self.compute(instance))
        return kept
