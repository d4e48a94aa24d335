"""What a fork must not cut through.

The child of a fork has one thread, the one that forked.  A lock that another one held stays held there for ever, and an
import that another one had begun is never finished: whoever needs either hangs.  So a lock of ours is taken before a fork and
given back on both sides (`ForkedLock`), and a fork waits until nothing that we use is being imported.  What needs no lock
needs nothing: terms are interned by single steps that no other thread can come between.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module

# seconds that a fork waits for a lock: who holds it may wait for the thread that forks
PATIENCE = 30.0
_LIBRARIES = frozenset("einsight lark mpmath numpy opt_einsum pluggy pygls sympy ziamath".split())


class ForkedLock:
    """A lock that may be taken twice by one thread, and is free in the child of a fork unless the forking thread has it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._held: set[int] = set()  # by which forking threads
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._take, after_in_parent=self._give, after_in_child=self._give)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *gone: object) -> None:
        self._lock.release()

    def _take(self) -> None:
        if self._lock.acquire(timeout=PATIENCE):
            self._held.add(threading.get_ident())

    def _give(self) -> None:
        if threading.get_ident() in self._held:
            self._held.discard(threading.get_ident())
            self._lock.release()


def _wait_for_imports() -> None:
    """Until nothing is half imported: to import a module that another thread imports is to wait for it."""
    under_way = True
    while under_way:
        time.sleep(0)  # the interpreter's lock, come back, is ours for longer than the rest and the fork take
        under_way = False
        for name, module in list(sys.modules.items()):
            if getattr(getattr(module, "__spec__", None), "_initializing", False) and _is_used(name):
                with suppress(Exception):
                    import_module(name)
                under_way = under_way or not getattr(module.__spec__, "_initializing", False)  # else this thread's own


def _is_used(module: str) -> bool:
    """Do we import it?  Modules of others may run as long as their program."""
    head = module.partition(".")[0]
    return head in _LIBRARIES or head in sys.stdlib_module_names


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_wait_for_imports)
