"""One computation at a time, what somebody waits for first.

Two threads compute: one for requests, one for the verdicts that nobody asked for.  The interpreter would only switch
between them, so that both were late; here the second steps aside at its next poll, and goes on when the first is done.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from ..terms.interruption import OutOfTime, Stopped, polled_by, within

T = TypeVar("T")


class TookTooLong(Exception):
    """The budget of a request was spent before there was an answer."""


class _Job:
    """A request's computation: counted among those that wait until it has ended, and taken off that count once.

    A computation that is cancelled before it starts may start all the same, so both ends come here.
    """

    def __init__(self, count: Callable[[int], None]) -> None:
        self.cancelled = False
        self._count = count
        self._ended = threading.Lock()
        count(+1)

    def check(self) -> None:
        if self.cancelled:
            raise Stopped

    def end(self) -> None:
        if self._ended.acquire(blocking=False):
            self._count(-1)


class Turns:
    """Who computes when.  Methods are called on the event loop; what they are given runs in a thread."""

    def __init__(self, after: Callable[[], None] = lambda: None) -> None:
        """`after` is called on the event loop behind each computation."""
        self.after = after
        self.closed = False
        self._computing = threading.Lock()
        self._nobody_waits = threading.Condition()
        self._waiting = 0
        self._requests = ThreadPoolExecutor(1, "einsight-requests")
        self._background = ThreadPoolExecutor(1, "einsight-background")

    async def urgent(self, work: Callable[..., T], *given: Any, budget: float | None = None) -> T:
        """The result of a computation that somebody waits for; ends early when the request is cancelled."""
        job = _Job(self._expect)
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._requests, self._run, job, work, given, budget)
        try:
            return await future
        except asyncio.CancelledError:
            job.cancelled = True
            job.end()
            raise
        finally:
            self.after()

    def _run(self, job: _Job, work: Callable[..., T], given: tuple, budget: float | None) -> T:
        try:
            job.check()
            with self._computing, polled_by(self._must_go_on), polled_by(job.check), within(budget):
                return work(*given)
        except OutOfTime as spent:
            raise TookTooLong(str(spent)) from spent
        except MemoryError:  # what it held is free again once this is raised
            raise TookTooLong("it needs more memory than the process may use") from None
        except Stopped as stopped:  # asyncio does not carry a BaseException over
            raise asyncio.CancelledError from stopped
        finally:
            job.end()

    async def background(self, work: Callable[..., T], *given: Any, stale: Callable[[], bool]) -> T | None:
        """The result of a computation that gives way to others; None once nobody wants it."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._background, self._run_aside, work, given, stale)
        finally:
            self.after()

    def _run_aside(self, work: Callable[..., T], given: tuple, stale: Callable[[], bool]) -> T | None:
        self._wait_for_others()
        with self._computing:
            try:
                with polled_by(lambda: self._give_way(stale)):
                    return work(*given)
            except Stopped:
                return None

    def _give_way(self, stale: Callable[[], bool]) -> None:
        if self._waiting:
            self._computing.release()
            try:
                self._wait_for_others()
            finally:
                self._computing.acquire()
        if self.closed or stale():
            raise Stopped

    def _wait_for_others(self) -> None:
        with self._nobody_waits:
            self._nobody_waits.wait_for(lambda: self._waiting == 0 or self.closed)

    def _expect(self, change: int) -> None:
        with self._nobody_waits:
            self._waiting += change
            if self._waiting == 0:
                self._nobody_waits.notify_all()

    def _must_go_on(self) -> None:
        if self.closed:
            raise Stopped

    def close(self) -> None:
        """End every computation at its next poll, and wait for that."""
        with self._nobody_waits:
            self.closed = True
            self._nobody_waits.notify_all()
        for pool in (self._requests, self._background):
            pool.shutdown(cancel_futures=True)
