"""Processes that are asked for one measurement at a time, so that several programs are measured in turns.

A worker answers lines of JSON with lines of JSON.  Standard library only, and nothing of einsight: a program with a
Python of its own runs this file by its path.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

START = 120.0  # seconds that a worker may take to import what it measures


class Worker:
    """A process that is started when it is first asked, and again after it was late: then it was killed."""

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self.about: dict[str, Any] | None = None  # what it said of itself; {"missing": why} where it cannot measure
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def start(self) -> dict[str, Any]:
        """What the program says of itself, such as its version."""
        if self._process is None and not (self.about and "missing" in self.about):
            pipe = subprocess.PIPE
            try:
                self._process = subprocess.Popen(
                    self.command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
                )
            except OSError as error:
                self.about = {"missing": str(error)}
                return self.about
            self._lines = queue.SimpleQueue()
            threading.Thread(target=_forward, args=(self._process.stdout, self._lines), daemon=True).start()
            self.about = self._answer(START)
            if "error" in self.about:
                self.about = {"missing": self.about["error"]}
        return self.about or {}

    def ask(self, question: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        """Its answer; `{"error": why}` where there is none, `{"missing": why}` where the program is not installed."""
        about = self.start()
        if "missing" in about:
            return about
        assert self._process and self._process.stdin
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        except OSError:
            self.kill()
            return {"error": "the process ended"}
        return self._answer(timeout)

    def _answer(self, timeout: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            self.kill()
            return {"error": f"over {timeout:.0f} s", "late": True}
        if not line:
            self.kill()
            return {"error": "the process ended"}
        return json.loads(line)

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(OSError):
                for stream in (process.stdin, process.stdout):
                    if stream:
                        stream.close()
            process.wait()


def _forward(stream: IO[str], lines: queue.SimpleQueue[str]) -> None:
    with suppress(ValueError, OSError):
        for line in stream:
            lines.put(line)
    lines.put("")


def module(name: str) -> Worker:
    """A worker that is a module of this package."""
    return Worker([sys.executable, "-m", f"einsight.bench.{name}"])


def serve(start: Callable[[], tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, Any]]]]) -> None:
    """The other end: `start` imports what is measured, and gives what is said of it and what answers questions."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what else is printed must not come between the answers
    try:
        about, answer = start()
    except ImportError as error:
        answers.write(json.dumps({"missing": f"not installed: {error}"}) + "\n")
        return
    answers.write(json.dumps(about) + "\n")
    answers.flush()
    for line in sys.stdin:
        try:
            found = answer(json.loads(line))
        except Exception as error:
            found = {"error": f"{type(error).__name__}: {error}"[:300]}
        answers.write(json.dumps(found) + "\n")
        answers.flush()


def timed(work: Callable[[int], Any], rounds: int, limit: float, first: int = 0) -> tuple[list[float], Any]:
    """Seconds of each round, and what the last gave; fewer rounds where they would take longer than the limit."""
    seconds: list[float] = []
    result = None
    while len(seconds) < rounds and sum(seconds) < limit:
        begin = time.perf_counter()
        result = work(first + len(seconds))
        seconds.append(time.perf_counter() - begin)
    return seconds, result
