"""How long work is paused or stopped from outside.

Whoever computes for long calls `poll` often; whoever asked for the work says by `polled_by` what a poll does in
this thread: wait for something more urgent, or raise.

Every limit of time is counted by `now`, so that whoever hands in another `clock` decides what is late: a test moves it on by
hand.  A limit on which an answer rests is counted in polls (`for_polls`), which are as many on a busy machine as on an idle one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# seconds, from wherever it counts them
clock: Callable[[], float] = time.monotonic


def now() -> float:
    """What the clock says."""
    return clock()


class Stopped(BaseException):
    """Nobody wants the answer any more.  No `Exception`: nothing on the way may take it for a failed attempt."""


class OutOfTime(Stopped):
    """The time that was granted is over; says so in words."""


class _Hook(threading.local):
    poll: Callable[[], None] | None = None


_hook = _Hook()


def poll() -> None:
    """Called in every long loop."""
    if _hook.poll is not None:
        _hook.poll()


@contextmanager
def polled_by(hook: Callable[[], None]) -> Iterator[None]:
    """Within, every poll of this thread calls that, and then what was set before."""
    before = _hook.poll

    def both() -> None:
        hook()
        if before is not None:
            before()

    _hook.poll = both
    try:
        yield
    finally:
        _hook.poll = before


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Raise OutOfTime from the first poll after that many seconds; None is no limit."""
    if seconds is None:
        yield
        return
    end = now() + seconds

    def check() -> None:
        if now() > end:
            raise OutOfTime(f"it took more than {seconds:g} s, the budget for one answer")

    with polled_by(check):
        yield


@contextmanager
def for_polls(count: int) -> Iterator[None]:
    """Raise OutOfTime from the poll after that many."""
    left = count

    def check() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OutOfTime(f"it took more than {count} polls")

    with polled_by(check):
        yield
