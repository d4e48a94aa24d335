"""JSON-RPC with a server in a subprocess, over its standard input and output, with the standard library alone.

Every message is stamped with `time.perf_counter()` when its last byte has been read, before it is decoded: times hold
nothing of this side's work. When a server dies, whoever waits gets `ServerGone`: tests need not run into a timeout.
"""

from __future__ import annotations

import concurrent.futures
import itertools
import json
import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import IO, Any

TIMEOUT = 60.0  # seconds that a request or a wait may take where nothing else is said: a machine may be busy elsewhere
STDERR_PIECES = 256  # of at most 4 KB, the last ones are kept
METHOD_NOT_FOUND = -32601


class ResponseError(Exception):
    """The server answered a request with an error."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(f"{message} ({code})")
        self.code, self.message, self.data = code, message, data


class ServerGone(Exception):
    """The server closed its output, or wrote what is no message."""


@dataclass(frozen=True)
class Message:
    """What came unasked, at `at`: a notification; a request, which has an `id`; an answer to nothing, whose method is ""."""

    method: str
    params: Any
    at: float
    id: int | str | None = None


class Answer(concurrent.futures.Future[Any]):
    """The answer to a request: a result, ResponseError or ServerGone; `at` is when it came, `sent` when it was asked for."""

    def __init__(self, number: int, method: str) -> None:
        super().__init__()
        self.id, self.method = number, method
        self.sent = self.at = 0.0

    def wait(self, timeout: float = TIMEOUT) -> Any:
        """The result; the built-in TimeoutError where none has come."""
        try:
            return self.result(timeout)
        except concurrent.futures.TimeoutError:
            raise TimeoutError(f"no answer to {self.method} within {timeout:.1f} s") from None

    def settle(self, message: dict[str, Any], at: float) -> None:
        self.at = at
        if "error" in message:
            self.set_exception(ResponseError(**message["error"]))
        else:
            self.set_result(message.get("result"))


class Client(AbstractContextManager["Client"]):
    """The other end of a server, which it starts with `environment` added to this process's own, and closes on exit.

    received  notifications and requests of the server, in order, until `forget`
    sections  what `workspace/configuration` is answered, by section; None for any other
    answers   what its other requests are answered: a function of the params for each method
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.received: list[Message] = []
        self.sections: dict[str | None, Any] = {}
        self.answers: dict[str, Callable[[Any], Any]] = {
            "workspace/configuration": lambda p: [self.sections.get(item.get("section")) for item in p["items"]]
        }
        self._numbers = itertools.count(1)
        self._pending: dict[int | str | None, Answer] = {}
        self._gone = ""  # why, where it has
        self._news = threading.Condition()  # guards the four above
        self._writing = threading.Lock()
        self._errors: deque[bytes] = deque(maxlen=STDERR_PIECES)
        self.started = time.perf_counter()
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}  # as it runs for its users
        pipe, variables = subprocess.PIPE, {**kept, **(environment or {})}
        self.process = subprocess.Popen(list(command), stdin=pipe, stdout=pipe, stderr=pipe, env=variables)
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self._stdin, self._stdout, self._stderr = self.process.stdin, self.process.stdout, self.process.stderr
        said = iter(lambda: os.read(self._stderr.fileno(), 4096), b"")
        self._listener = threading.Thread(target=lambda: self._errors.extend(said), daemon=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._listener.start()
        self._reader.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def stderr(self) -> str:
        """The last lines of the server's standard error."""
        return b"".join(self._errors.copy()).decode(errors="replace")

    def request(self, method: str, params: Any = None, timeout: float = TIMEOUT) -> Any:
        """The result; ResponseError, ServerGone or TimeoutError where there is none."""
        return self.send_request(method, params).wait(timeout)

    def send_request(self, method: str, params: Any = None) -> Answer:
        """Asks without waiting; `$/cancelRequest` takes the answer's id."""
        answer = Answer(next(self._numbers), method)
        with self._news:
            if self._gone:
                answer.set_exception(ServerGone(self._gone))
                return answer
            self._pending[answer.id] = answer
        answer.sent = time.perf_counter()
        self._send({"id": answer.id, "method": method}, params)
        return answer

    def notify(self, method: str, params: Any = None) -> float:
        """Sends a notification; returns when."""
        sent = time.perf_counter()
        self._send({"method": method}, params)
        return sent

    def send_raw(self, data: bytes) -> None:
        """Writes bytes as they are, header and all. That the server has gone is told to whoever waits, not here."""
        with suppress(OSError, ValueError), self._writing:  # a broken pipe, a closed one
            self._stdin.write(data)
            self._stdin.flush()

    def wait_for(self, wanted: Callable[[Message], bool], timeout: float = TIMEOUT, start: int = 0) -> Message:
        """The first message received, from the `start`th on, that is wanted; it may have come already."""
        with self._news:
            found = self._news.wait_for(lambda: next(filter(wanted, self.received[start:]), self._gone), timeout)
        if isinstance(found, Message):
            return found
        raise ServerGone(found) if found else TimeoutError(f"what was waited for has not come within {timeout:.1f} s")

    def forget(self) -> None:
        """Drops the messages received, which would fill the memory in a long run."""
        with self._news:
            self.received.clear()

    def close(self, timeout: float = 5.0) -> int:
        """Shuts the server down as the protocol has it, or kills it where it does not leave; its exit code."""
        with suppress(ResponseError, ServerGone, TimeoutError, subprocess.TimeoutExpired):
            self.request("shutdown", timeout=timeout)
            self.notify("exit")
            self.process.wait(timeout)
        return self.kill()

    def kill(self) -> int:
        """Ends the server at once; its exit code."""
        self.process.kill()
        with suppress(OSError, ValueError), self._stdin, self._stdout, self._stderr:  # broken pipes, closed ones
            self._reader.join(5)
            self._listener.join(5)
        return self.process.wait()

    def _send(self, message: dict[str, Any], params: Any = None) -> None:
        whole = {"jsonrpc": "2.0", **message, **({} if params is None else {"params": params})}
        body = json.dumps(whole, ensure_ascii=False).encode()
        self.send_raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def _read(self) -> None:
        reason = ""
        try:
            for message, at in _messages(self._stdout):
                self._take(message, at)
        except (AttributeError, TypeError, ValueError) as error:  # something printed into the stream; half a message
            reason = f"; its output is no message: {error}"
        self._listener.join(1)  # what it said last
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        with self._news:
            self._gone = f"the server has gone, exit code {self.process.poll()}{reason}\n{self.stderr[-2000:]}"
            self._news.notify_all()
            waiting, self._pending = list(self._pending.values()), {}
        for answer in waiting:
            answer.set_exception(ServerGone(self._gone))

    def _take(self, message: dict[str, Any], at: float) -> None:
        came = Message(message.get("method", ""), message.get("params", message), at, message.get("id"))
        with self._news:
            answer = None if came.method else self._pending.pop(came.id, None)
            if answer is None:
                self.received.append(came)
                self._news.notify_all()
        if answer is not None:
            answer.settle(message, at)
        elif came.method and came.id is not None:
            # in a thread: a reader that waits for a full pipe could wait for a server that waits for the reader
            threading.Thread(target=self._answer, args=(came,), daemon=True).start()

    def _answer(self, asked: Message) -> None:
        known = self.answers.get(asked.method)
        if known or asked.method.endswith(("registerCapability", "workDoneProgress/create", "/refresh")):
            self._send({"id": asked.id, "result": known(asked.params) if known else None})
        else:
            self._send({"id": asked.id, "error": {"code": METHOD_NOT_FOUND, "message": asked.method}})


def _messages(stream: IO[bytes]) -> Iterator[tuple[dict[str, Any], float]]:
    """Each message, and when its last byte had been read."""
    length = 0
    for line in iter(stream.readline, b""):
        if line.lower().startswith(b"content-length:"):
            length = int(line[15:])
        elif line == b"\r\n":
            body, at = stream.read(length), time.perf_counter()
            yield json.loads(body), at
