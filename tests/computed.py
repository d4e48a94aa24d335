"""The clock of the tests: seconds that a thread has computed, so that a busy machine changes nothing.

Thousands of polls look at it, and asking the system costs more than a poll does: it is asked again when so long has passed on the
clock of the wall, which is read without asking.  What is told is late by no more than that, since no thread computes for longer.
"""

import threading
import time

EVERY = 0.02  # seconds
LOOK = 1e-6  # seconds that a look takes at the least: the clock goes on from one to the next


class _Last(threading.local):
    due, told = 0.0, 0.0


_last = _Last()


def computed():
    """Seconds that this thread has computed."""
    now = time.monotonic()
    if now >= _last.due:
        _last.due, _last.told = now + EVERY, time.thread_time()
    else:
        _last.told += LOOK
    return _last.told
