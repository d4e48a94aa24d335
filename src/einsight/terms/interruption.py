"""How long work is paused or stopped from outside.

Whoever computes for long calls `poll` often; whoever asked for the work says by `polled_by` what a poll does in
this thread: wait for something more urgent, or raise.

So whatever keeps something for later works it out first, and puts it in its place behind the last poll: what is
interrupted leaves the old one whole.

Every limit of time is counted by `now`, so that whoever hands in another `clock` decides what is late: a test moves it on by
hand.  A limit on which an answer rests is counted in polls (`for_polls`), which are as many on a busy machine as on an idle one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

# seconds, from wherever it counts them
clock: Callable[[], float] = time.monotonic


def now() -> float:
    """What the clock says."""
    return clock()


class Stopped(BaseException):
    """Nobody wants the answer any more.  No `Exception`: nothing on the way may take it for a failed attempt."""


class OutOfTime(Stopped):
    """The time that was granted is over; says so in words.

    Who takes it for an answer asks first whether it is the time that he granted: that of a whole request, which ends
    within a claim, says nothing of the claim.
    """

    def __init__(self, words: str = "", limit: object = None):
        super().__init__(words)
        self.limit = limit


class _Hook(threading.local):
    poll: Callable[[], None] | None = None
    count: Callable[[], None] | None = None
    uncounted: float = 0.0


_hook = _Hook()


def poll(counted: bool = True) -> None:
    """Called in every long loop.

    `counted` by `for_polls`: not so where it depends on what was worked out before how often one comes by, as when a term is made
    that may be there already.
    """
    hook = _hook.poll
    if hook is not None:
        hook()
    if counted and _hook.count is not None:
        _hook.count()


def not_counted(seconds: float) -> None:
    """Have so many seconds count against no limit of this thread: what somebody else wasted, such as a plugin that was switched off."""
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


class within:
    """Raise OutOfTime from the first poll after that many seconds; None is no limit.  Gives the `limit` of that.

    A class, since a `contextmanager` takes some ten calls and each answer has two of these.
    """

    def __init__(self, seconds: float | None):
        self.seconds = seconds

    def __enter__(self) -> object:
        limit, seconds = object(), self.seconds
        self.before = before = _hook.poll
        if seconds is None:
            return limit
        end = clock() + seconds - _hook.uncounted

        def check() -> None:
            if clock() > end + _hook.uncounted:  # as `now` does, which is called at each poll
                raise OutOfTime(f"it took more than {seconds:g} s, the budget for one answer", limit)
            if before is not None:
                before()

        _hook.poll = check
        return limit

    def __exit__(self, *raised: object) -> None:
        _hook.poll = self.before


@contextmanager
def for_polls(count: int) -> Iterator[object]:
    """Raise OutOfTime from the poll after that many that are counted.  Gives the `limit` of that."""
    left, limit, before = count, object(), _hook.count

    def check() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OutOfTime(f"it took more than {count} polls", limit)
        if before is not None:
            before()

    _hook.count = check
    try:
        yield limit
    finally:
        _hook.count = before


def in_polls(count: int, work: Callable[[], T], otherwise: T) -> T:
    """What some work gives, or that other thing where it polls more often."""
    limit: object = None
    try:
        with for_polls(count) as limit:
            return work()
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
        return otherwise


def in_time(seconds: float, work: Callable[[], T], otherwise: T) -> T:
    """What some work gives, or that other thing where it takes longer."""
    limit: object = None
    try:
        with within(seconds) as limit:
            return work()
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
        return otherwise
