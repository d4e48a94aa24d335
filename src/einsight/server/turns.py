"""One computation at a time, what somebody waits for first.

A thread computes for each rank.  The interpreter would only switch between them, so that all were late; here whoever has
a lower rank steps aside at its next poll, and goes on when nobody above it waits.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from typing import Any, TypeVar

from ..terms.interruption import OutOfTime, Stopped, not_counted, now, polled_by, within

T = TypeVar("T")


class Rank(IntEnum):
    """Who goes before whom.

    AT_ONCE   somebody waits, and sees nothing meanwhile: hovers, hints, colours, what is typed
    OFFERED   what is offered beside the text: lenses, code actions
    PATIENT   somebody waits, and sees that it is worked on: derivations, the rest of a hover
    LATER     what is drawn when it is there: results
    UNASKED   verdicts that nobody asked for
    """

    AT_ONCE = 0
    OFFERED = 1
    PATIENT = 2
    LATER = 3
    UNASKED = 4


class TookTooLong(Exception):
    """The budget of a request was spent before there was an answer."""


class Superseded(Exception):
    """What a computation was about has changed meanwhile."""


class _Overtaken(Stopped):
    """The same, on its way out of the computation: no `Exception`, which one of its attempts might take for its own."""


class _Job:
    """A request's computation: counted among those that wait until it has ended, and taken off that count once.

    A computation that is cancelled before it starts may start all the same, so both ends come here.
    """

    def __init__(self, rank: Rank, count: Callable[[Rank, int], None]) -> None:
        self.cancelled = False
        self.rank = rank
        self._count = count
        self._ended = threading.Lock()
        count(rank, +1)

    def check(self) -> None:
        if self.cancelled:
            raise Stopped

    def end(self) -> None:
        if self._ended.acquire(blocking=False):
            self._count(self.rank, -1)


class Turns:
    """Who computes when.  Methods are called on the event loop; what they are given runs in a thread."""

    def __init__(self, after: Callable[[], None] = lambda: None) -> None:
        """`after` is called on the event loop behind each computation."""
        self.after = after
        self.closed = False
        self._computing = threading.Lock()
        self._fewer_wait = threading.Condition()
        self._waiting = [0] * len(Rank)
        self._pools = [ThreadPoolExecutor(1, f"einsight-{rank.name.lower()}") for rank in Rank]

    async def asked(
        self,
        work: Callable[..., T],
        *given: Any,
        budget: float | None = None,
        rank: Rank = Rank.AT_ONCE,
        stale: Callable[[], bool] = lambda: False,
    ) -> T:
        """The result of a computation that somebody waits for; ends early when the request is cancelled.

        The time in which it steps aside counts against no budget; behind that it raises Superseded if it is `stale`.
        """
        job = _Job(rank, self._expect)
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._pools[rank], self._run, job, work, given, budget, stale)
        try:
            return await future
        except asyncio.CancelledError:
            job.cancelled = True
            job.end()
            raise
        finally:
            self.after()

    def _run(
        self, job: _Job, work: Callable[..., T], given: tuple, budget: float | None, stale: Callable[[], bool]
    ) -> T:
        def aside() -> None:
            if self._give_way(job.rank) and stale():
                raise _Overtaken

        try:
            job.check()
            self._wait_for_others(job.rank)
            with self._computing, polled_by(aside), polled_by(job.check), within(budget):
                return work(*given)
        except OutOfTime as spent:
            raise TookTooLong(str(spent)) from spent
        except MemoryError:  # what it held is free again once this is raised
            raise TookTooLong("it needs more memory than the process may use") from None
        except _Overtaken:
            raise Superseded from None
        except Stopped as stopped:  # asyncio does not carry a BaseException over
            raise asyncio.CancelledError from stopped
        finally:
            job.end()

    async def background(self, work: Callable[..., T], *given: Any, stale: Callable[[], bool]) -> T | None:
        """The result of a computation that gives way to all others; None once nobody wants it."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pools[Rank.UNASKED], self._run_aside, work, given, stale)
        finally:
            self.after()

    def _run_aside(self, work: Callable[..., T], given: tuple, stale: Callable[[], bool]) -> T | None:
        def aside() -> None:
            self._give_way(Rank.UNASKED)
            if stale():
                raise Stopped

        self._wait_for_others(Rank.UNASKED)
        with self._computing:
            try:
                with polled_by(aside):
                    return work(*given)
            except Stopped:
                return None

    def _give_way(self, rank: Rank) -> bool:
        """Let those of a higher rank compute, if any wait; has that been so?"""
        gave_way = any(self._waiting[:rank])
        if gave_way:
            began = now()
            self._computing.release()
            try:
                self._wait_for_others(rank)
            finally:
                self._computing.acquire()
            not_counted(now() - began)
        if self.closed:
            raise Stopped
        return gave_way

    def _wait_for_others(self, rank: Rank) -> None:
        with self._fewer_wait:
            self._fewer_wait.wait_for(lambda: not any(self._waiting[:rank]) or self.closed)

    def _expect(self, rank: Rank, change: int) -> None:
        with self._fewer_wait:
            self._waiting[rank] += change
            if self._waiting[rank] == 0:
                self._fewer_wait.notify_all()

    def close(self) -> None:
        """End every computation at its next poll, and wait for that."""
        with self._fewer_wait:
            self.closed = True
            self._fewer_wait.notify_all()
        for pool in self._pools:
            pool.shutdown(cancel_futures=True)
