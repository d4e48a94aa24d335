"""Many answers: graded one after the other in their order, in several processes, as they are asked for."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from ..lowering.report import EinsightError, fail
from ..plugins.loading import chosen
from ..plugins.telling import untold_faults, use
from ..processes import NO_PROCESS, Gone, Workers, cores
from ..settings import BUDGET
from ..warned import PluginWarning
from .grade import grade
from .result import Grade, not_asked

# answers in about the time in which another process starts
WORTHWHILE = 200
# what a pair may say, beside what all of them have in common
KEYS = ("answer", "reference", "declare", "question", "layout", "language", "wrt", "shapes", "up_to", "steps", "budget")


def grade_many(
    answers: Iterable[Mapping[str, Any] | tuple[str, str]], *, jobs: int | None = None, **common: Any
) -> Iterator[Grade]:
    """The grades of many answers, in their order, each as soon as it is there.

    answers  each a mapping with the arguments of `grade` (`answer`, `reference`, `declare`, `question`, `wrt`, `shapes`, …), or an
             answer beside its reference; taken one by one, so that there may be any number of them
    jobs     processes; where nothing says so one for a little work, else one a core, up to 8
    common   arguments of `grade` for all of them that say nothing else

    A process that dies, or takes twice the budget and some seconds, costs its answer: it is `undecided`.  A pair that `grade` would raise
    for is `unread` with its `error`.  Grades are those of `grade`, whatever runs beside.  Raises EinsightError for an argument that
    `grade` does not have.

    >>> pairs = [("2 A x", "A x + A x"), ("A x", "A' x")]
    >>> [v.verdict for v in einsight.grade_many(pairs, declare="A in R^(n x n); x in R^n")]
    ['equal', 'equal_if']
    """
    _require_known(common)

    def tell(message: str) -> None:
        warnings.warn(message, PluginWarning, stacklevel=3)

    return graded((_task(pair, common) for pair in answers), jobs, tell)


def _require_known(named: Mapping[str, Any]) -> None:
    for name in named:
        if name not in KEYS:
            raise fail("EIN001", f"`{name}` is no argument of a grade: there are {', '.join(KEYS)}")


def _task(pair: Any, common: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(pair, (tuple, list)):
        pair = dict(zip(("answer", "reference"), pair, strict=False))
    return {**common, **pair} if isinstance(pair, Mapping) else {"answer": pair}


def graded(tasks: Iterable[dict[str, Any]], jobs: int | None, tell: Callable[[str], Any]) -> Iterator[Grade]:
    """The grades of tasks, each the arguments of `grade`; `tell` is told, once, what goes wrong in plugins."""
    waiting = iter(tasks)
    first = list(islice(waiting, WORTHWHILE + 1)) if jobs is None else []
    if jobs is None:
        jobs = cores() if len(first) > WORTHWHILE else 1
    waiting = chain(first, waiting)
    return _in_processes(waiting, jobs, tell) if jobs > 1 else map(graded_here, waiting)


def graded_here(task: dict[str, Any]) -> Grade:
    """One task, in this process.  Never raises, but what ends a process."""
    try:
        if "error" in task:  # found by whoever read it
            return not_asked(str(task["error"]))
        _require_known(task)
        if "answer" not in task:
            return not_asked("there is no `answer` in it")
        return grade(**task)
    except EinsightError as refused:
        return not_asked(str(refused))
    except MemoryError:
        return Grade("undecided", "it needs more memory than a process may use")
    except RecursionError:
        return Grade("undecided", "it is nested too deeply")


def _in_processes(tasks: Iterator[dict[str, Any]], jobs: int, tell: Callable[[str], Any]) -> Iterator[Grade]:
    given: deque[dict[str, Any]] = deque()
    told = set[str]()

    def handed_on() -> Iterator[dict[str, Any]]:
        for task in tasks:
            given.append(task)
            yield task

    disabled, rules = chosen()
    config = {"disabled": disabled, "rules": rules}
    with Workers(jobs, handed_on(), f"{__name__}:grading", config, _seconds) as workers:
        number = 0
        while (found := workers.outcome(number)) is not None:
            task = given.popleft()
            number += 1
            if isinstance(found, Gone):
                yield _lost(found, task)
                continue
            for fault in found["faults"]:
                if fault not in told:
                    told.add(fault)
                    tell(fault)
            yield Grade.from_json(found["grade"])


def _seconds(task: dict[str, Any]) -> float | None:
    """After which a process is ended that does not keep to its budget by itself: once for the reference, once for the answer."""
    budget = task.get("budget", BUDGET)
    return 2 * budget + 5 if isinstance(budget, (int, float)) else None


def _lost(gone: Gone, task: dict[str, Any]) -> Grade:
    if gone is NO_PROCESS:
        return graded_here(task)
    return Grade("undecided", "it took too long, and was given up" if gone.late else f"it was given up: {gone.reason}")


def grading(config: Any) -> Callable[[Any], Any]:
    """What a worker does with a task."""
    use(config["disabled"], config["rules"])

    def work(task: dict[str, Any]) -> dict[str, Any]:
        found = graded_here(task)
        return {"grade": found.as_json(), "faults": [fault.message for fault in untold_faults()]}

    return work
