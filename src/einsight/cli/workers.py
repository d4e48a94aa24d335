"""Worker processes: each checks one file at a time, and what kills it costs that file alone.

    parent                                   worker
    thread ── task, a line of JSON ──▶ standard input
           ◀─ outcome, the same ────── standard output, as it was when the process began

A thread for each process, so that it works alike on every system; processes of our own and no pool, since a pool is
broken by the first process that dies.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .cache import Cache
from .record import Outcome, Task, checked

MOST = 8
# bytes that one process checks in about the time in which another one starts
WORTHWHILE = 8_000
# outcomes that are kept until those before them are there, for each process
AHEAD = 200
# the folder from which somebody starts us is no place to import from, though `-c` puts it first
START = "import sys; sys.path[:] = {path!r}; from einsight.cli.workers import serve; serve()"


def default_jobs(sizes: Sequence[int]) -> int:
    """How many processes for files of those sizes: 1 where starting another takes as long as the work."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        cores = os.cpu_count() or 1
    return max(1, min(cores, MOST, len(sizes), sum(sizes) // WORTHWHILE))


class Workers:
    """`count` processes for some tasks; within `with`, at whose end, come what may, none is left."""

    def __init__(self, count: int, tasks: Sequence[Task], cache: Cache):
        self._tasks = iter(enumerate(tasks))
        self._config = json.dumps({"home": str(cache.home) if cache.home else None, "program": cache.program})
        self._lock = threading.Lock()
        self._done: queue.SimpleQueue[tuple[int, Outcome | None]] = queue.SimpleQueue()
        self._room = threading.Semaphore(AHEAD * count)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_over = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        self._early: dict[int, Outcome | None] = {}

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

    def outcome(self, number: int, wait: Callable[[], None]) -> Outcome | None:
        """What became of a task, asked for in their order; None where no process could be had.

        Calls `wait` now and then.
        """
        while number not in self._early:
            is_alone = not any(thread.is_alive() for thread in self._threads)
            try:
                k, found = self._done.get(timeout=0.1)
                self._early[k] = found
            except queue.Empty:
                if is_alone:  # nobody is left who could answer
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
                process = process or self._start()
            except OSError:
                self._done.put((number, None))
                continue
            if process is None:
                return
            try:
                outcome = _ask(process, task)
            except Exception:  # it has gone, or says something else
                outcome = Outcome(problem=f"could not be checked: {self._bury(process)}")
                process = None
            self._done.put((number, outcome))

    def _following(self) -> Iterator[tuple[int, Task]]:
        while True:
            self._room.acquire()
            with self._lock:
                following = None if self._is_over else next(self._tasks, None)
            if following is None:
                return
            yield following

    def _start(self) -> subprocess.Popen[bytes] | None:
        """A new process, which Ctrl-C does not reach: ending it is for us.  None when all is over."""
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        command = [sys.executable, "-c", START.format(path=sys.path), self._config]
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


def _ask(process: subprocess.Popen[bytes], task: Task) -> Outcome:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(asdict(task)).encode("ascii") + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line.endswith(b"\n"):
        raise ValueError("its process ended")
    return Outcome(**json.loads(line))


# in a worker


def serve() -> None:
    """Check what standard input names until it ends."""
    from ..memory import limit_memory
    from ..plugins.loading import install

    limit_memory()
    # what a plugin prints is no answer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    config = json.loads(sys.argv[1])
    cache = Cache(Path(config["home"]) if config["home"] else None, config["program"])
    install()
    tasks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    while True:
        given: dict[str, Any] = json.loads(tasks.get())
        outcome = checked(Task(**given), cache)
        answers.write(json.dumps(asdict(outcome)).encode("ascii") + b"\n")
        answers.flush()


def _listen(tasks: queue.SimpleQueue[bytes]) -> None:
    """Read ahead, so that the end of the parent is the end of this process too, in the middle of whatever it does."""
    for line in sys.stdin.buffer:
        tasks.put(line)
    os._exit(0)
