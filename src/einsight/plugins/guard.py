"""What plugins register, watched at work: it may raise, hang, eat memory, return nonsense, or be wrong, and costs only itself.

Whatever a rule makes must be a term with no other free indices; its first rewrites are evaluated on both sides at random
points.  `watch.py` breaks off what takes too long.
"""

from __future__ import annotations

import dis
import sys
import threading
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
from ..rules.rule import Function, Lint, Property, Rule, SpecialTensor, Target
from ..rules.taught import MalformedTensor, from_table
from ..terms.interruption import Stopped, in_time, not_counted, now
from ..terms.term import Term
from .watch import BrokenOff, watched

T = TypeVar("T")
# so many rewrites of a rule are evaluated on both sides, and for how long
CHECKED = 3
SECONDS_TO_CHECK = 1.0
# a rule may make a term this much deeper than what it is given
DEEPER = 100
# so much of a message is shown
LONGEST = 300


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
        expected: tuple[type[BaseException], ...] = (),
    ) -> T:
        """What the work gives, watched.  Raises Failed where it goes wrong, but lets through what is expected of it."""
        if self.catalogue.faults.is_off(self.plugin, subject):
            raise Failed(
                next(f for f in self.catalogue.faults.all if f.plugin == self.plugin and f.subject in ("", subject))
            )
        began = now()
        try:
            return watched(work, self.plugin, subject)
        except BrokenOff as broken:
            if not broken.stage:
                raise
            advice = "It must come to an end by itself, and soon: it is asked at many places."
            fault = broken.stage, broken.reason, advice
        except _Unfit as unfit:
            fault = unfit.args
        except expected:
            raise
        except BaseException as error:  # a plugin can raise anything
            if is_from_outside(error) or isinstance(error, RecursionError) and _is_deep_here():
                raise
            fault = "raising", words_of(error), advice
        not_counted(now() - began)  # whoever asked gets the answer that there is without the plugin
        raise self.off(subject, *fault)

    def off(self, subject: str, stage: str, reason: str, advice: str) -> Failed:
        fault = Fault(self.plugin, self.version, subject, stage, reason, advice)
        self.catalogue.switch_off(fault)
        return Failed(fault)

    def rule(self, rule: Rule) -> Rule:
        """The rule, as it is safe to have it among the others."""
        left = [CHECKED]
        waiting = [rule.prepare] if rule.prepare is not None else []
        own = rule.apply if waiting else _unchanging(rule.apply)
        advice = "A rule returns None where it does not apply."

        def apply(term: Term) -> Term | None:
            try:
                if waiting:  # not watched: it is einsight that reads, and may have to import SymPy for it
                    waiting.pop()()
                new = self.attempt(rule.id, lambda: own(term), advice, (MalformedRule, RecursionError))
                if new is None or new is term:
                    return None
                _require_sound(new, term)
                if left[0]:
                    left[0] -= 1
                    _require_shallow(new, term)
                    _require_equal(rule, new, term, self.catalogue)
                return new
            except _Unfit as unfit:
                self.off(rule.id, *unfit.args)
            except MalformedRule as malformed:
                self.off(rule.id, "malformed", str(malformed), "Correct its statement.")
            except RecursionError as error:
                # a pattern is matched by einsight, which gets as deep into terms as it gets elsewhere
                if rule.prepare is not None or _levels(term) > DEEPER or _is_deep_here():
                    raise
                self.off(rule.id, "raising", words_of(error), "It calls itself without end.")
            except Failed:
                pass
            except Exception as error:  # of a `prepare` that is not ours
                self.off(rule.id, "raising", words_of(error), "Make it by `einsight.api.rule`.")
            return None

        return replace(rule, apply=apply)

    def function(self, function: Function) -> Function:
        """The function; where its value goes wrong, it has none."""
        own = function.value
        advice = "Outside of its domain it raises ValueError."

        def number(*at: float) -> float:
            made = own(*at)
            if isinstance(made, (str, bytes)):
                raise _Unfit("returning", f"it returned {type(made).__name__}, not a number", "A value is a number.")
            return float(made)

        def value(*at: float) -> float:
            try:
                return self.attempt(function.name, lambda: number(*at), advice, (ValueError, ArithmeticError))
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
                advice = "It gives an exact number for each entry, from 1 on."
                entries = self.attempt(tensor.name, partial(_listed, tensor, advice), advice)
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


def _listed(tensor: SpecialTensor, advice: str) -> Callable[..., int | Fraction]:
    try:
        return from_table(tensor)
    except MalformedTensor as malformed:
        raise _Unfit("returning", str(malformed), advice) from None


class _Unfit(Exception):
    """What a plugin made cannot stand; the arguments are the stage, the reason, and what to do."""


def _unchanging(apply: Callable[[Term], Term | None]) -> Callable[[Term], Term | None]:
    """A rule that is a function: where it changes what it is given, that is put right, and told."""

    def applied(term: Term) -> Term | None:
        before = [(part, _held(part)) for part in (term, *term.children())]
        try:
            return apply(term)
        finally:
            changed = [(part, held) for part, held in before if _held(part) != held]
            for part, held in changed:
                for slot, value in zip(type(part).__slots__, held, strict=True):
                    setattr(part, slot, value)
            if changed:
                reason = "it changes the term that it is given, which stands elsewhere too"
                raise _Unfit("returning", reason, "A rule makes another term, by the functions of `einsight.api`.")

    return applied


def _held(term: Term) -> list[Any]:
    """What a term is made of."""
    return [getattr(term, slot) for slot in type(term).__slots__]


def _levels(term: Term) -> int:
    """How deep a term is, as far as that matters."""
    level, count = {term}, 0
    while level and count <= 3 * DEEPER:
        level = {part for t in level for part in (*t.children(), *(a.body for a in t.abstractions()))}
        count += 1
    return count


def _is_deep_here() -> bool:
    """Are more than half of the calls that Python allows under way?"""
    frame, left = sys._getframe(), sys.getrecursionlimit() // 2
    while frame.f_back is not None and left:
        frame, left = frame.f_back, left - 1
    return not left


def _require_sound(new: object, term: Term) -> None:
    if not isinstance(new, Term):
        raise _Unfit("returning", f"it returned {type(new).__name__}, not a term", "A rule returns a term, or None.")
    if not new.free <= term.free:
        extra = ", ".join(sorted(i.name for i in new.free - term.free))
        advice = "What a rule makes has the free indices of what it is given."
        raise _Unfit("returning", f"what it makes has other free indices ({extra})", advice)


def _require_shallow(new: Term, term: Term) -> None:
    if _levels(new) > _levels(term) + DEEPER:
        reason = f"what it makes is more than {DEEPER} levels deeper than what it is given"
        raise _Unfit("returning", reason, "A rule makes one step.")


def _require_equal(rule: Rule, new: Term, term: Term, catalogue: Catalogue) -> None:
    if _differ(term, new, catalogue):
        reason = f"what it makes has another value than what it is given, against `{rule.statement}`"
        raise _Unfit("unsound", reason, f"`einsight rules --verify {rule.id}` shows where.")


def _differ(left: Term, right: Term, catalogue: Catalogue) -> bool:
    """Have two terms different values somewhere?  Not where that cannot be found out in time."""

    axes = sorted(left.free, key=lambda i: i.key)

    def found() -> bool:
        return compare(left, right, axes, catalogue.value, points=2, example=False).equal is False

    try:
        return in_time(SECONDS_TO_CHECK, found, otherwise=False)
    except Exception:  # it cannot be evaluated: nothing is known against it
        return False


def loaded(work: Callable[[], T], plugin: str) -> T:
    """What loading a plugin gives.  Raises TookTooLong where that does not end."""
    try:
        return watched(work, plugin, is_loading=True)
    except BrokenOff as broken:
        raise TookTooLong(broken.stage, broken.reason) from None


def is_from_outside(error: BaseException) -> bool:
    """Is it no failure of a plugin: a budget that is spent, an answer that nobody wants any more, or Ctrl-C?"""
    if isinstance(error, KeyboardInterrupt):
        return threading.current_thread() is threading.main_thread() and not _was_raised(error)
    return isinstance(error, (BrokenOff, Stopped))


def _was_raised(error: BaseException) -> bool:
    """Does a `raise` stand where it comes from?  Ctrl-C comes between any two instructions."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return place is not None and place.tb_frame.f_code.co_code[place.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def words_of(error: BaseException) -> str:
    """An exception in one line that is not too long; it may be one that has no words."""
    try:
        told = f"{type(error).__name__}: {error}".rstrip(": ")
    except Exception:
        told = type(error).__name__
    told = " ".join(told.split())
    return told if len(told) <= LONGEST else told[:LONGEST] + " …"
