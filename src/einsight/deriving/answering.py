"""What ends an answer before it is there: time, memory, rewriting that goes on for ever."""

from __future__ import annotations

from ..lowering.report import fail
from ..memory import VARIABLE
from ..rules.catalogue import catalogue
from ..rules.engine import BudgetExceeded
from ..settings import BUDGET
from ..terms.bounds import NumberTooLong
from ..terms.interruption import OutOfTime, within

OUT_OF_MEMORY = f"it needs more memory than a process may use; {VARIABLE} sets that, in MB"


class answering:
    """An answer within that many seconds.  Raises EinsightError (EIN504) where it takes longer, or too much memory."""

    def __init__(self, budget: float | None = BUDGET):
        self._time = within(budget)

    def __enter__(self) -> None:
        catalogue()  # loading plugins is no part of an answer
        self._limit = self._time.__enter__()

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: object) -> None:
        self._time.__exit__()
        if isinstance(raised, OutOfTime) and raised.limit is self._limit:
            raise fail("EIN504", f"{raised}: define its inner parts under names") from None
        if isinstance(raised, BudgetExceeded):
            raise fail(beyond(raised), str(raised)) from None
        if isinstance(raised, MemoryError):
            raise fail("EIN504", OUT_OF_MEMORY) from None
        if isinstance(raised, NumberTooLong):
            raise fail("EIN504", str(raised)) from None
        if isinstance(raised, RecursionError):
            raise fail("EIN504", "the expression is nested too deeply: define its inner parts under names") from None


def beyond(spent: BudgetExceeded) -> str:
    """The code of what rewriting was given up for: it goes round, or it is too much."""
    return "EIN502" if spent.cycle else "EIN504"
