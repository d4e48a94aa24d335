"""How many steps may be taken for one form: a number that whoever asks sets, for what is worked out within."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..settings import SEARCH

_steps: ContextVar[int] = ContextVar("steps", default=SEARCH)


def steps() -> int:
    """Of one search; 0 where nothing is searched for."""
    return _steps.get()


@contextmanager
def searching(most: int | None) -> Iterator[None]:
    """Searches of so many steps; of as many as before where it is None."""
    if most is None:
        yield
        return
    token = _steps.set(most)
    try:
        yield
    finally:
        _steps.reset(token)
