"""Worker processes: each works at one task at a time, and what kills it costs that task alone.

    parent                                   worker
    thread ── task, a line of JSON ──▶ standard input
           ◀─ outcome, the same ────── standard output, as it was when the process began

A thread for each process, so that it works alike on every system; processes of our own and no pool, since a pool is
broken by the first process that dies.  What a worker does with a task is a function that is named, `module:function`: it is given
the configuration, and gives what makes an outcome of a task.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

MOST = 8
# outcomes that are kept until those before them are there, for each process
AHEAD = 200
# the folder from which somebody starts us is no place to import from, though `-c` puts it first
START = "import sys; sys.path[:] = {path!r}; from einsight.processes import serve; serve()"


def start(arguments: list[str]) -> list[str]:
    """The command of a worker."""
    return [sys.executable, "-c", START.format(path=sys.path), *arguments]


@dataclass(frozen=True)
class Gone:
    """There is no outcome: `reason` says how the process ended; `late` where it was ended after the seconds it had."""

    reason: str
    late: bool = False


# the outcome of a task for which no process could be had, or which cannot be sent to one
NO_PROCESS = Gone("there is no process for it")


def cores() -> int:
    """How many processes may run at once, at most MOST."""
    try:
        found = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        found = os.cpu_count() or 1
    return min(found, MOST)


class Workers:
    """`count` processes for some tasks; within `with`, at whose end, come what may, none is left.

    tasks    plain data, taken as processes become free and not far ahead of what is asked for
    server   `module:function`, what a worker does: `function(config)` makes an outcome of a task, both plain data
    seconds  of a task, after which a process that has not answered is ended; None for no limit
    """

    def __init__(
        self,
        count: int,
        tasks: Iterable[Any],
        server: str,
        config: Any = None,
        seconds: Callable[[Any], float | None] = lambda task: None,
    ):
        self._tasks = iter(enumerate(tasks))
        self._server, self._config, self._seconds = server, json.dumps(config), seconds
        self._lock = threading.Lock()
        self._done: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        self._room = threading.Semaphore(AHEAD * count)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_over = False
        self._problem: BaseException | None = None
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        self._early: dict[int, Any] = {}

    def __enter__(self) -> Workers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._is_over = True
            for process in self._running:
                process.kill()
        for _thread in self._threads:
            self._room.release()
        for thread in self._threads:
            thread.join(1)
        for process in list(self._running):
            self._bury(process)

    def outcome(self, number: int, wait: Callable[[], None] = lambda: None) -> Any:
        """What became of a task, asked for in their order: plain data, or Gone; None where there is no such task.

        Calls `wait` now and then.  Raises what went wrong in the tasks themselves, where they are made one by one.
        """
        while number not in self._early:
            is_alone = not any(thread.is_alive() for thread in self._threads)
            try:
                k, found = self._done.get(timeout=0.1)
                self._early[k] = found
            except queue.Empty:
                if is_alone:  # nobody is left who could answer
                    if self._problem is not None:
                        raise self._problem from None
                    return None
            wait()
        self._room.release()
        return self._early.pop(number)

    # in a thread

    def _work(self) -> None:
        process: subprocess.Popen[bytes] | None = None
        for number, task in self._following():
            if process is not None and process.poll() is not None:
                self._bury(process)
                process = None
            try:
                sent = json.dumps(task).encode("ascii") + b"\n"
                process = process or self._start()
            except (OSError, TypeError, ValueError):
                self._done.put((number, NO_PROCESS))
                continue
            if process is None:
                return
            late = threading.Event()
            try:
                outcome = _ask(process, sent, self._seconds(task), late)
            except Exception:  # it has gone, or says something else
                outcome = Gone(self._bury(process), late.is_set())
                process = None
            self._done.put((number, outcome))

    def _following(self) -> Iterator[tuple[int, Any]]:
        while True:
            self._room.acquire()
            with self._lock:
                try:
                    following = None if self._is_over else next(self._tasks, None)
                except Exception as problem:
                    self._problem, self._is_over = problem, True
                    return
            if following is None:
                return
            yield following

    def _start(self) -> subprocess.Popen[bytes] | None:
        """A new process, which Ctrl-C does not reach: ending it is for us.  None when all is over."""
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        command = start([self._server, self._config])
        with self._lock:
            if self._is_over:
                return None
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **apart)
            self._running.add(process)
            return process

    def _bury(self, process: subprocess.Popen[bytes]) -> str:
        """How a process ended that no longer answers, in words."""
        with self._lock:
            self._running.discard(process)
        try:
            status = process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what was not yet written goes nowhere
                if pipe is not None:
                    pipe.close()
        return f"its process was killed (signal {-status})" if status < 0 else f"its process ended with status {status}"


def _ask(process: subprocess.Popen[bytes], task: bytes, seconds: float | None, late: threading.Event) -> Any:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(task)
    process.stdin.flush()
    with _ended_after(process, seconds, late):
        line = process.stdout.readline()
    if not line.endswith(b"\n"):
        raise ValueError("its process ended")
    return json.loads(line)


class _ended_after:
    """Within, a process is killed when its seconds are over."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float | None, late: threading.Event):
        def end() -> None:
            late.set()
            process.kill()

        self._timer = None if seconds is None else threading.Timer(seconds, end)

    def __enter__(self) -> None:
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()


# in a worker


def serve() -> None:
    """Work at what standard input names until it ends; the arguments are what to do, and its configuration."""
    from .memory import limit_memory

    limit_memory()
    # what a plugin prints is no answer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    module, _, function = sys.argv[1].partition(":")
    work = getattr(import_module(module), function)(json.loads(sys.argv[2]))
    tasks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    while True:
        answers.write(json.dumps(work(json.loads(tasks.get()))).encode("ascii") + b"\n")
        answers.flush()


def _listen(tasks: queue.SimpleQueue[bytes]) -> None:
    """Read ahead, so that the end of the parent is the end of this process too, in the middle of whatever it does."""
    for line in sys.stdin.buffer:
        tasks.put(line)
    os._exit(0)
