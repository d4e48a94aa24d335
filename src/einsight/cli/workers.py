"""The processes of `check`: each checks one file at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..processes import NO_PROCESS, Gone, Workers, cores
from .cache import Cache
from .record import Outcome, Task, checked

# bytes that one process checks in about the time in which another one starts
WORTHWHILE = 8_000


def default_jobs(sizes: Sequence[int]) -> int:
    """How many processes for files of those sizes: 1 where starting another takes as long as the work."""
    return max(1, min(cores(), len(sizes), sum(sizes) // WORTHWHILE))


def checkers(count: int, tasks: Sequence[Task], cache: Cache) -> Workers:
    """Processes for those files."""
    config = {"home": str(cache.home) if cache.home else None, "program": cache.program}
    return Workers(count, map(asdict, tasks), f"{__name__}:checking", config)


def outcome_of(workers: Workers, number: int, wait: Callable[[], None]) -> Outcome | None:
    """What became of a file; None where no process could be had."""
    found = workers.outcome(number, wait)
    if isinstance(found, Gone):
        return None if found is NO_PROCESS else Outcome(problem=f"could not be checked: {found.reason}")
    return Outcome(**found) if found is not None else None


def checking(config: Any) -> Callable[[Any], Any]:
    """What a worker does with a file."""
    from ..plugins.loading import install

    cache = Cache(Path(config["home"]) if config["home"] else None, config["program"])
    install()
    return lambda task: asdict(checked(Task(**task), cache))
