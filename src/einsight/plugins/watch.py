"""A thread that looks after those in which plugins work, and what these print meanwhile.

What computes for longer than `SECONDS`, stands still for `SECONDS_IN_ALL`, or grows by `BYTES`, is broken off by an exception in
its thread.  What stands still where no exception reaches it (in a call of C) is told on stderr, since nothing else can be done.
"""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
SECONDS = 1.0
SECONDS_IN_ALL = 5.0
LOADING_SECONDS = 20.0  # an import may bring in a large library
BYTES = 1_000_000_000
PERIOD = 0.05
PATIENCE = 20  # periods without work after which the watching thread sleeps
# so long after it was broken off, work that goes on is broken off again, and told
AGAIN = 2.0


class Clocks:
    """What a watch reads. Who puts others in the place of `clocks` decides how much is used up: tests move them on by hand."""

    def passed(self) -> float:
        """Seconds in the world."""
        return time.monotonic()

    def computed(self, thread: int) -> float:
        """Seconds that a running thread has computed; 0 where the system does not say."""
        if not hasattr(time, "pthread_getcpuclockid"):
            return 0.0
        return time.clock_gettime(time.pthread_getcpuclockid(thread))

    def memory(self) -> int:
        """Bytes of this process in memory; 0 where the system does not say it cheaply."""
        try:
            with open("/proc/self/statm", "rb") as told:
                return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError, AttributeError):
            return 0


clocks = Clocks()


class BrokenOff(BaseException):
    """Raised in the thread whose work has used up what it may; not an Exception, so that a plugin does not take it for one."""

    stage, reason = "", ""


class _Watch:
    """Work under way in a thread; the watching thread fills in the rest when it first sees it, since most work is over then.

    process                   the one that it was begun in: the clocks of a thread end with a fork
    since, computed, memory   what the clocks said then
    ended                     when it was broken off last
    """

    __slots__ = (
        "thread", "plugin", "subject", "is_loading", "process", "since", "computed", "memory", "stage", "reason", "ended",
        "was_broken_off", "is_told",
    )  # fmt: skip

    def __init__(self, thread: int, plugin: str, subject: str, is_loading: bool):
        self.thread, self.plugin, self.subject, self.is_loading = thread, plugin, subject, is_loading
        self.process, self.stage = 0, ""

    def begin(self) -> None:
        self.since, self.computed, self.memory = clocks.passed(), clocks.computed(self.thread), clocks.memory()
        self.reason, self.ended, self.process = "", 0.0, os.getpid()
        self.was_broken_off = self.is_told = False


class _Aside:
    """A stream of the process: who is watched gets `other` for it, every other thread itself."""

    def __init__(self, own: Any, other: Callable[[], Any]):
        self._own, self._other = own, other

    def __getattr__(self, name: str) -> Any:
        return getattr(self._other() if threading.get_ident() in _watches else self._own, name)


_watches: dict[int, _Watch] = {}
_lock = threading.Lock()
_watchman: list[threading.Thread] = []
_on_duty = threading.Event()
# the streams of the process, and what stands for them while somebody is watched: made once, since rules are tried often
_own: list[Any] = [None, None]
_aside: list[Any] = [None, None]


def _begin_in_child() -> None:
    """A process that was forked has no watching thread, and of those watched the one that forked; others may have held the locks."""
    global _lock, _on_duty
    _lock, _on_duty = threading.Lock(), threading.Event()
    _watchman.clear()
    own = _watches.get(threading.get_ident())
    _watches.clear()
    if own is not None:
        _watches[own.thread] = own
        _send_for_watchman()
    elif sys.stdout is _aside[0] and _aside[0] is not None:
        sys.stdout, sys.stdin = _own


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)


def watched(work: Callable[[], T], plugin: str, subject: str = "", is_loading: bool = False) -> T:
    """What the work gives; what it prints goes to stderr, and there is nothing for it to read.

    `plugin` and `subject` say what it is of.  Raises BrokenOff where it uses up more than it may.
    """
    ident = threading.get_ident()
    outer = _watches.get(ident)  # a rule that has another one applied
    watch = _Watch(ident, plugin, subject, is_loading)
    with _lock:
        if not _watches:
            _take_streams()
        _watches[ident] = watch
    if not _on_duty.is_set():
        _send_for_watchman()
    try:
        result = work()
        with _lock:
            _leave(ident, outer)
        if watch.stage:  # it took the exception for one of its own, or that is on its way still
            _break_off(ident, None)
            raise BrokenOff
        return result
    except BrokenOff as broken:
        if watch.stage:  # else it is meant for the outer one
            broken.stage, broken.reason = watch.stage, watch.reason
        raise
    finally:
        with _lock:
            _leave(ident, outer)


def _leave(ident: int, outer: _Watch | None) -> None:
    if outer is not None:
        _watches[ident] = outer
    elif _watches.pop(ident, None) is not None and not _watches:
        sys.stdout, sys.stdin = _own


def _take_streams() -> None:
    """What a plugin prints is no answer, and the language server's requests are not for it to read."""
    if sys.stdout is not _own[0] or sys.stdin is not _own[1]:
        _own[:] = sys.stdout, sys.stdin
        _aside[:] = _Aside(sys.stdout, lambda: sys.stderr), _Aside(sys.stdin, io.StringIO)
    sys.stdout, sys.stdin = _aside


def _send_for_watchman() -> None:
    with _lock:
        if not _watchman or not _watchman[0].is_alive():
            _watchman[:] = [threading.Thread(target=_look, name="einsight-watch", daemon=True)]
            _watchman[0].start()
        _on_duty.set()


def _break_off(thread: int, exception: type[BaseException] | None) -> None:
    """Have that raised in a thread; None takes back what has not been raised yet."""
    import ctypes  # which hardly anybody needs

    given = None if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), given)


def _look() -> None:
    idle = 0
    while True:
        time.sleep(PERIOD)
        idle = 0 if _watches else idle + 1
        if idle > PATIENCE:  # nobody calls plugins: sleep until somebody does
            _on_duty.clear()
            if not _watches:
                _on_duty.wait()
        _look_around()


def _look_around() -> None:
    """Break off what is spent."""
    with _lock:
        for watch in list(_watches.values()):
            if _is_spent(watch) and not (watch.was_broken_off and clocks.passed() - watch.ended <= AGAIN):
                if watch.was_broken_off:
                    _tell(watch)
                watch.ended, watch.was_broken_off = clocks.passed(), True
                _break_off(watch.thread, BrokenOff)


def _is_spent(watch: _Watch) -> bool:
    if watch.process != os.getpid():
        watch.begin()
    if watch.stage:
        return True
    passed, computed = clocks.passed() - watch.since, clocks.computed(watch.thread) - watch.computed
    limit, limit_in_all = (LOADING_SECONDS, 5 * LOADING_SECONDS) if watch.is_loading else (SECONDS, SECONDS_IN_ALL)
    if clocks.memory() - watch.memory > BYTES:
        watch.stage, watch.reason = "memory", f"it took more than {BYTES // 1_000_000} MB"
    elif computed > limit or passed > limit_in_all:
        watch.stage, watch.reason = "slow", f"it took longer than {limit if computed > limit else limit_in_all:g} s"
    return bool(watch.stage)


def _tell(watch: _Watch) -> None:
    """Say of work that cannot be broken off, once, what is waited for."""
    if not watch.is_told and sys.stderr is not None:
        watch.is_told = True
        what = f"`{watch.subject}` of plugin {watch.plugin}" if watch.subject else f"plugin {watch.plugin}"
        advice = f"Disable it: `EINSIGHT_DISABLE_PLUGINS={watch.plugin}`."
        words = f"EIN502: {what} stands still where it cannot be broken off, and is waited for. {advice}"
        print(f"einsight: {words}", file=sys.stderr, flush=True)
