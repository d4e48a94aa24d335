"""How long work is paused or stopped from outside.

Whoever computes for long calls `poll` often; whoever asked for the work says by `polled_by` what a poll does in
this thread: wait for something more urgent, or raise.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopped(BaseException):
    """Nobody wants the answer any more.  No `Exception`: nothing on the way may take it for a failed attempt."""


class OutOfTime(Stopped):
    """The time that was granted is over; says so in words.  `limit` is what `within` gave to whoever granted it."""

    def __init__(self, message: str, limit: object = None):
        super().__init__(message)
        self.limit = limit


PATIENCE = 2


class _Hook(threading.local):
    poll: Callable[[], None] | None = None
    uncounted: float = 0.0


_hook = _Hook()


def poll() -> None:
    """Called in every long loop."""
    hook = _hook.poll
    if hook is not None:
        hook()


def not_counted(seconds: float) -> None:
    """Have so many seconds of this thread's work count against no limit: what a plugin wasted that was switched off."""
    _hook.uncounted += seconds


@contextmanager
def polled_by(hook: Callable[[], None]) -> Iterator[None]:
    """Within, every poll of this thread calls that, and then what was set before."""
    before = _hook.poll

    def both() -> None:
        hook()
        if before is not None:
            before()

    _hook.poll = hook if before is None else both
    try:
        yield
    finally:
        _hook.poll = before


@contextmanager
def within(seconds: float | None) -> Iterator[object]:
    """Raise OutOfTime from the first poll after so many seconds of this thread's work; None is no limit.

    What else the machine has to do does not count, up to `PATIENCE` times as long: a verdict is to be the same beside it.
    Gives the `limit` of that OutOfTime: who handles one has to leave those of others alone.
    """
    limit = object()
    if seconds is None:
        yield limit
        return
    began, worked = time.monotonic(), time.thread_time() - _hook.uncounted
    following, last = began + seconds, began + PATIENCE * seconds

    def check() -> None:
        nonlocal following
        now = time.monotonic()
        if now <= following:  # no thread can have worked for longer
            return
        left = seconds - (time.thread_time() - _hook.uncounted - worked)
        if left <= 0 or now > last:
            raise OutOfTime(f"it took more than {seconds:g} s, the budget for one answer", limit)
        following = now + left

    with polled_by(check):
        yield limit
