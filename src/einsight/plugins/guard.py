"""A plugin's rule at work, watched: it may raise, hang, eat memory, return nonsense, or be wrong, and costs only itself.

Whatever a rule makes must be a term with no other free indices; its first rewrites are evaluated on both sides at random
points.  A thread looks after the one that applies a rule: what computes for longer than `SECONDS`, stands still for
`SECONDS_IN_ALL`, or grows by `BYTES`, is broken off by an exception in that thread.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..meaning.equality import compare
from ..rules.catalogue import Catalogue
from ..rules.faults import Fault
from ..rules.pattern import MalformedRule
from ..rules.rule import Rule
from ..terms.interruption import OutOfTime, within
from ..terms.term import Term

SECONDS = 1.0
SECONDS_IN_ALL = 5.0
BYTES = 1_000_000_000
# so many rewrites of a rule are evaluated on both sides, and for how long
CHECKED = 3
SECONDS_TO_CHECK = 1.0
PERIOD = 0.05


class _BrokenOff(BaseException):
    """Raised in the thread whose rule has used up what it may; not an Exception, so that the rule does not take it for one."""

    stage, reason = "", ""


@dataclass(eq=False)
class _Watch:
    thread: int
    clock: int | None  # what counts the seconds that the thread has computed, where the system has one
    since: float
    computed: float
    memory: int = 0
    stage: str = ""
    reason: str = ""


_watches: dict[int, _Watch] = {}
_lock = threading.Lock()
_watchman: list[threading.Thread] = []


def guarded(rule: Rule, version: str, catalogue: Catalogue) -> Rule:
    """The rule, as it is safe to have it among the others."""
    left = [CHECKED]
    own = rule.apply

    def apply(term: Term) -> Term | None:
        if catalogue.faults.is_off(rule.source, rule.id):
            return None
        try:
            new = _watched(own, term)
            if new is None or new is term:
                return None
            _require_sound(new, term)
            if left[0]:
                left[0] -= 1
                _require_equal(rule, new, term, catalogue)
            return new
        except _BrokenOff as broken:
            fault = broken.stage, broken.reason, "Make it give up early: a rule is tried at many places."
        except _Unfit as unfit:
            fault = unfit.args
        except MalformedRule as malformed:
            fault = "malformed", str(malformed), "Correct its statement."
        except (Exception, SystemExit) as error:
            fault = "raising", f"{type(error).__name__}: {error}", "A rule returns None where it does not apply."
        catalogue.switch_off(Fault(rule.source, version, rule.id, *fault))
        return None

    return replace(rule, apply=apply)


class _Unfit(Exception):
    """What a rule made cannot stand; the arguments are the stage, the reason, and what to do."""


def _require_sound(new: object, term: Term) -> None:
    if not isinstance(new, Term):
        raise _Unfit("returning", f"it returned {type(new).__name__}, not a term", "A rule returns a term, or None.")
    if not new.free <= term.free:
        extra = ", ".join(sorted(i.name for i in new.free - term.free))
        advice = "What a rule makes has the free indices of what it is given."
        raise _Unfit("returning", f"what it makes has other free indices ({extra})", advice)


def _require_equal(rule: Rule, new: Term, term: Term, catalogue: Catalogue) -> None:
    if _differ(term, new, catalogue):
        reason = f"what it makes has another value than what it is given, against `{rule.statement}`"
        raise _Unfit("unsound", reason, f"`einsight rules --verify {rule.id}` shows where.")


def _differ(left: Term, right: Term, catalogue: Catalogue) -> bool:
    """Have two terms different values somewhere?  Not where that cannot be found out in time."""

    axes = sorted(left.free, key=lambda i: i.key)
    try:
        with within(SECONDS_TO_CHECK):
            return compare(left, right, axes, catalogue.value, points=2, example=False).equal is False
    except (Exception, OutOfTime):  # it cannot be evaluated: nothing is known against it
        return False


def _watched(own: Callable[[Term], Term | None], term: Term) -> Term | None:
    ident = threading.get_ident()
    outer = _watches.get(ident)  # a rule that has another one applied
    clock = time.pthread_getcpuclockid(ident) if hasattr(time, "pthread_getcpuclockid") else None
    watch = _Watch(ident, clock, time.monotonic(), time.clock_gettime(clock) if clock is not None else 0.0)
    with _lock:
        _watches[ident] = watch
        if not _watchman or not _watchman[0].is_alive():
            _watchman[:] = [threading.Thread(target=_look, name="einsight-watch", daemon=True)]
            _watchman[0].start()
    try:
        result = own(term)
        with _lock:
            _leave(ident, outer)
        if watch.stage:  # it was in time by a hair, and the exception is on its way
            while True:
                time.sleep(PERIOD)
        return result
    except _BrokenOff as broken:
        broken.stage, broken.reason = watch.stage, watch.reason
        raise
    finally:
        with _lock:
            _leave(ident, outer)


def _leave(ident: int, outer: _Watch | None) -> None:
    if outer is None:
        _watches.pop(ident, None)
    else:
        _watches[ident] = outer


def _look() -> None:
    while True:
        time.sleep(PERIOD)
        with _lock:
            for watch in [w for w in _watches.values() if not w.stage]:
                if _is_spent(watch):
                    target = ctypes.c_ulong(watch.thread)
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(target, ctypes.py_object(_BrokenOff))


def _is_spent(watch: _Watch) -> bool:
    memory = _memory()
    watch.memory = watch.memory or memory
    passed = time.monotonic() - watch.since
    computed = time.clock_gettime(watch.clock) - watch.computed if watch.clock is not None else 0.0
    if memory - watch.memory > BYTES:
        watch.stage, watch.reason = "memory", f"it took more than {BYTES // 1_000_000} MB"
    elif computed > SECONDS or passed > SECONDS_IN_ALL:
        watch.stage, watch.reason = (
            "slow",
            f"it took longer than {SECONDS if computed > SECONDS else SECONDS_IN_ALL:g} s",
        )
    return bool(watch.stage)


def _memory() -> int:
    """Bytes of this process in memory; 0 where the system does not say it cheaply."""
    try:
        with open("/proc/self/statm", "rb") as told:
            return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0
