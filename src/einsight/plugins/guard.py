"""What plugins register, watched at work: it may raise, hang, eat memory, return nonsense, or be wrong, and costs only itself.

Whatever a rule makes must be a term with no other free indices; its first rewrites are evaluated on both sides at random
points.  A thread looks after the one that applies a rule: what computes for longer than `SECONDS`, stands still for
`SECONDS_IN_ALL`, or grows by `BYTES`, is broken off by an exception in that thread.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar

from ..lowering.report import EinsightError
from ..meaning.equality import compare
from ..meaning.fields import NotInField
from ..rules.catalogue import Catalogue, Kit
from ..rules.faults import Fault
from ..rules.pattern import MalformedRule
from ..rules.rule import Function, Lint, Property, Rule, Target
from ..rules.taught import from_table
from ..terms.interruption import OutOfTime, within
from ..terms.term import Term

T = TypeVar("T")
SECONDS = 1.0
SECONDS_IN_ALL = 5.0
LOADING_SECONDS = 20.0  # an import may bring in a large library
BYTES = 1_000_000_000
# so many rewrites of a rule are evaluated on both sides, and for how long
CHECKED = 3
SECONDS_TO_CHECK = 1.0
PERIOD = 0.05
PATIENCE = 20  # periods without work after which the watching thread sleeps


class _BrokenOff(BaseException):
    """Raised in the thread whose rule has used up what it may; not an Exception, so that the rule does not take it for one."""

    stage, reason = "", ""


class _Watch:
    """Work under way in a thread; the watching thread fills in the rest when it first sees it, since most work is over then.

    clock   counts the seconds that the thread has computed, where the system has such a clock
    """

    __slots__ = ("thread", "is_loading", "since", "clock", "computed", "memory", "stage", "reason")

    def __init__(self, thread: int, is_loading: bool):
        self.thread, self.is_loading = thread, is_loading
        self.since, self.stage, self.reason = 0.0, "", ""

    def begin(self) -> None:
        self.since, self.memory = time.monotonic(), _memory()
        self.clock = time.pthread_getcpuclockid(self.thread) if hasattr(time, "pthread_getcpuclockid") else None
        self.computed = time.clock_gettime(self.clock) if self.clock is not None else 0.0


_watches: dict[int, _Watch] = {}
_lock = threading.Lock()
_watchman: list[threading.Thread] = []
_on_duty = threading.Event()
# a process that was forked has no watching thread
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_on_duty.clear)


class TookTooLong(Exception):
    """Loading a plugin used up what it may: the stage, and the reason."""


class Failed(Exception):
    """Something of a plugin did not work, and is switched off; the fault says why."""

    def __init__(self, fault: Fault):
        super().__init__(fault.message)
        self.fault = fault


@dataclass(frozen=True)
class Guard:
    """Over what one plugin registers."""

    plugin: str
    version: str
    catalogue: Catalogue

    def attempt(
        self,
        subject: str,
        work: Callable[[], T],
        advice: str,
        expected: tuple[type[Exception], ...] = (),
        watched: bool = True,
    ) -> T:
        """What the work gives, watched.  Raises Failed where it goes wrong, but lets through what is expected of it."""
        if self.catalogue.faults.is_off(self.plugin, subject):
            raise Failed(
                next(f for f in self.catalogue.faults.all if f.plugin == self.plugin and f.subject in ("", subject))
            )
        try:
            return _watched(work) if watched else work()
        except _BrokenOff as broken:
            fault = (
                broken.stage,
                broken.reason,
                "It must come to an end by itself, and soon: it is asked at many places.",
            )
        except _Unfit as unfit:
            fault = unfit.args
        except MalformedRule as malformed:
            fault = "malformed", str(malformed), "Correct its statement."
        except RecursionError:  # of deep terms, whoever goes through them
            raise
        except expected:
            raise
        except (Exception, SystemExit) as error:
            fault = "raising", _words(error), advice
        raise self.off(subject, *fault)

    def off(self, subject: str, stage: str, reason: str, advice: str) -> Failed:
        fault = Fault(self.plugin, self.version, subject, stage, reason, advice)
        self.catalogue.switch_off(fault)
        return Failed(fault)

    def rule(self, rule: Rule) -> Rule:
        """The rule, as it is safe to have it among the others."""
        left = [CHECKED]
        own, waiting = rule.apply, [rule.prepare] if rule.prepare is not None else []

        def apply(term: Term) -> Term | None:
            try:
                if waiting:  # not watched: it is einsight that reads, and may have to import SymPy for it
                    self.attempt(rule.id, waiting.pop(), "", watched=False)
                new = self.attempt(rule.id, lambda: own(term), "A rule returns None where it does not apply.")
                if new is None or new is term:
                    return None
                _require_sound(new, term)
                if left[0]:
                    left[0] -= 1
                    _require_equal(rule, new, term, self.catalogue)
                return new
            except _Unfit as unfit:
                self.off(rule.id, *unfit.args)
            except Failed:
                pass
            return None

        return replace(rule, apply=apply)

    def function(self, function: Function) -> Function:
        """The function; where its value goes wrong, it has none."""
        own = function.value
        advice = "Outside of its domain it raises ValueError."

        def value(*at: float) -> float:
            try:
                return self.attempt(function.name, lambda: float(own(*at)), advice, (ValueError, ArithmeticError))
            except Failed as failed:
                raise ValueError(str(failed)) from None

        return replace(function, value=value)

    def property(self, word: Property) -> Property:
        own = word.sample

        def sample(size: int, draw: Callable[[], Fraction]) -> Sequence[Sequence[Fraction]]:
            def rows() -> list[list[Fraction]]:
                made = [[Fraction(entry) for entry in row] for row in own(size, draw)]
                if len(made) != size or any(len(row) != size for row in made):
                    raise _Unfit(
                        "returning", f"its sample of size {size} is no square matrix of that size", "Correct it."
                    )
                return made

            try:
                return self.attempt(word.name, rows, "It gives an example of every size from 1 on.")
            except Failed as failed:
                raise NotInField(str(failed)) from None

        return replace(word, sample=sample)

    def target(self, target: Target) -> Target:
        own = target.write

        def write(answer: Any) -> str:
            def text() -> str:
                made = own(answer)
                if not isinstance(made, str):
                    raise _Unfit(
                        "returning", f"it returned {type(made).__name__}, not text", "A target returns a text."
                    )
                return made

            return self.attempt(
                target.name, text, "For what it cannot say it raises `cannot(…)`, from einsight.api.", (EinsightError,)
            )

        return replace(target, write=write)

    def lint(self, lint: Lint) -> Lint:
        own = lint.check

        def check(statement: Any) -> list[Any]:
            try:
                return self.attempt(
                    lint.id, lambda: list(own(statement)), "It yields nothing where nothing is to be said."
                )
            except Failed:
                return []

        return replace(lint, check=check)

    def kit(self, kit: Kit) -> Kit:
        """All of it, guarded; the entries of tensors are listed now, and one that fails at that is left out."""
        tensors = []
        for tensor in kit.tensors:
            with suppress(Failed):
                entries = self.attempt(
                    tensor.name, partial(from_table, tensor), "It gives a number for each entry, from 1 on."
                )
                tensors.append(replace(tensor, value=entries))
        return Kit(
            rules=tuple(map(self.rule, kit.rules)),
            functions=tuple(map(self.function, kit.functions)),
            arrays=kit.arrays,
            tensors=tuple(tensors),
            properties=tuple(map(self.property, kit.properties)),
            targets=tuple(map(self.target, kit.targets)),
            lints=tuple(map(self.lint, kit.lints)),
        )


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


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


def loaded(work: Callable[[], T]) -> T:
    """What loading a plugin gives.  Raises TookTooLong where that does not end."""
    try:
        return _watched(work, is_loading=True)
    except _BrokenOff as broken:
        raise TookTooLong(broken.stage, broken.reason) from None


def _watched(work: Callable[[], T], is_loading: bool = False) -> T:
    ident = threading.get_ident()
    outer = _watches.get(ident)  # a rule that has another one applied
    watch = _Watch(ident, is_loading)
    with _lock:
        _watches[ident] = watch
    if not _on_duty.is_set():
        _send_for_watchman()
    try:
        result = work()
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


def _send_for_watchman() -> None:
    with _lock:
        if not _watchman or not _watchman[0].is_alive():
            _watchman[:] = [threading.Thread(target=_look, name="einsight-watch", daemon=True)]
            _watchman[0].start()
        _on_duty.set()


def _leave(ident: int, outer: _Watch | None) -> None:
    if outer is None:
        _watches.pop(ident, None)
    else:
        _watches[ident] = outer


def _look() -> None:
    import ctypes  # which only somebody with plugins needs

    idle = 0
    while True:
        time.sleep(PERIOD)
        idle = 0 if _watches else idle + 1
        if idle > PATIENCE:  # nobody calls plugins: sleep until somebody does
            _on_duty.clear()
            if not _watches:
                _on_duty.wait()
        with _lock:
            for watch in [w for w in _watches.values() if not w.stage]:
                if _is_spent(watch):
                    target = ctypes.c_ulong(watch.thread)
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(target, ctypes.py_object(_BrokenOff))


def _is_spent(watch: _Watch) -> bool:
    if not watch.since:
        watch.begin()
    passed = time.monotonic() - watch.since
    computed = time.clock_gettime(watch.clock) - watch.computed if watch.clock is not None else 0.0
    limit, limit_in_all = (LOADING_SECONDS, 5 * LOADING_SECONDS) if watch.is_loading else (SECONDS, SECONDS_IN_ALL)
    if _memory() - watch.memory > BYTES:
        watch.stage, watch.reason = "memory", f"it took more than {BYTES // 1_000_000} MB"
    elif computed > limit or passed > limit_in_all:
        watch.stage, watch.reason = "slow", f"it took longer than {limit if computed > limit else limit_in_all:g} s"
    return bool(watch.stage)


def _memory() -> int:
    """Bytes of this process in memory; 0 where the system does not say it cheaply."""
    try:
        with open("/proc/self/statm", "rb") as told:
            return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0
