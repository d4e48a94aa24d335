"""What ends an answer before it is there: time, memory, rewriting that goes on for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..lowering.report import fail
from ..memory import VARIABLE
from ..rules.catalogue import catalogue
from ..rules.engine import BudgetExceeded
from ..settings import BUDGET
from ..terms.bounds import NumberTooLong
from ..terms.interruption import OutOfTime, within

OUT_OF_MEMORY = f"it needs more memory than a process may use; {VARIABLE} sets that, in MB"


@contextmanager
def answering(budget: float | None = BUDGET) -> Iterator[None]:
    """An answer within that many seconds.  Raises EinsightError (EIN504) where it takes longer, or too much memory."""
    catalogue()  # loading plugins is no part of an answer
    try:
        with within(budget) as limit:
            yield
    except OutOfTime as spent:
        if spent.limit is not limit:
            raise
        raise fail("EIN504", f"{spent}: define its inner parts under names") from None
    except BudgetExceeded as spent:
        raise fail(beyond(spent), str(spent)) from None
    except MemoryError:
        raise fail("EIN504", OUT_OF_MEMORY) from None
    except NumberTooLong as problem:
        raise fail("EIN504", str(problem)) from None
    except RecursionError:
        raise fail("EIN504", "the expression is nested too deeply: define its inner parts under names") from None


def beyond(spent: BudgetExceeded) -> str:
    """The code of what rewriting was given up for: it goes round, or it is too much."""
    return "EIN502" if spent.cycle else "EIN504"
