"""How messages come in and out: framed by headers, over stdio or one TCP connection, within bounds.

    Content-Length: 52\\r\\n\\r\\n{"jsonrpc": "2.0", …}

Whatever a client sends is answered, or the server says in one line why it ends, and ends.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import threading
from collections.abc import Awaitable, Callable
from typing import Any, BinaryIO, Protocol

from pygls.exceptions import JsonRpcInternalError, JsonRpcInvalidRequest, JsonRpcParseError
from pygls.io_ import StdoutWriter
from pygls.lsp.server import LanguageServer

log = logging.getLogger("einsight")
# bytes of a message; of a line before one; of what is no message, behind which nobody expects another one
LONGEST_BODY = 64 * 1024 * 1024
LONGEST_LINE = 4096
MOST_JUNK = 256 * 1024
_LENGTH = re.compile(rb"content-length:\s*(\S+)\s*\Z", re.IGNORECASE)


class Ended(Exception):
    """Nothing can be read any more; says why."""


class Malformed(Exception):
    """No message, behind which another one may come; says why."""


class Reader(Protocol):
    """Where bytes come from; fewer than asked for at the end alone."""

    def line(self) -> Awaitable[bytes]: ...

    def exactly(self, count: int) -> Awaitable[bytes]: ...


class FromPipe:
    """A pipe, read in threads of the server's pool."""

    def __init__(self, pipe: BinaryIO, server: LanguageServer):
        self.pipe, self.server = pipe, server

    async def line(self) -> bytes:
        return await self._in_thread(lambda: self.pipe.readline(LONGEST_LINE))

    async def exactly(self, count: int) -> bytes:
        return await self._in_thread(lambda: self.pipe.read(count))

    async def _in_thread(self, read: Callable[[], bytes]) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self.server.thread_pool, read)


class Frames:
    """The messages of a reader, as JSON; `is_strict` where a line that is no header ends it all, as on a socket."""

    def __init__(self, reader: Reader, is_strict: bool = False, longest: int = LONGEST_BODY):
        self.reader, self.is_strict, self.longest = reader, is_strict, longest
        self.junk = 0

    async def next(self) -> Any:
        """The next message.  Raises Malformed, Ended, and EOFError at the end."""
        body = await self.reader.exactly(length := await self._length())
        if len(body) < length:
            raise EOFError
        self.junk = 0
        try:
            return json.loads(body)
        except RecursionError:
            raise Malformed("this message is nested too deeply") from None
        except ValueError as problem:  # of JSON, of UTF-8, of numbers
            raise Malformed(f"this message is no JSON: {problem}") from None

    async def _length(self) -> int:
        """Read headers up to the body that they announce."""
        length: int | None = None
        seen = False
        while True:
            line = await self.reader.line()
            if not line:
                raise EOFError
            if not line.strip():
                if length is not None:
                    return length
                if seen:
                    raise Malformed("a message needs the header `Content-Length: N`")
                self._count(line)
                continue
            seen = True
            length = self._header(line, length)

    def _header(self, line: bytes, length: int | None) -> int | None:
        """The length after another header line; behind a body that was cut short, the next header ends its line."""
        found = _LENGTH.match(line) if self.is_strict else _LENGTH.search(line)
        if self.is_strict and found is None and not line.lower().startswith(b"content-type:"):
            raise Ended("what a client sent is no message of the protocol")
        self._count(line)
        if found is None:
            return length
        if not found[1].isdigit():
            if self.is_strict:
                raise Ended("the length of a message is no number")
            return None
        if len(found[1]) > 12 or int(found[1]) > self.longest:
            raise Ended(f"a message of {found[1][:20].decode()} bytes is not read, no more than {self.longest} are")
        return int(found[1])

    def _count(self, line: bytes) -> None:
        self.junk += len(line)
        if self.junk > MOST_JUNK:
            raise Ended("what the client sends holds no messages")


async def converse(server: LanguageServer, frames: Frames, writer: Any, first: Any = None) -> None:
    """Handle messages until the client leaves; `first` has been read already."""
    protocol = server.protocol
    drain = getattr(writer, "drain", None)
    while server._stop_event is None or not server._stop_event.is_set():
        try:
            message = first if first is not None else await frames.next()
            first = None
            handle(protocol, message)
            if drain is not None:  # who does not read the answers is asked no more
                await drain()
        except Malformed as problem:
            log.warning("%s", problem)
            _answer(protocol, None, JsonRpcParseError(str(problem)))
        except Ended as problem:
            log.error("the server ends: %s", problem)
            _answer(protocol, None, JsonRpcInvalidRequest(str(problem)))
            return
        except (EOFError, ConnectionError):
            return


def handle(protocol: Any, data: Any) -> None:
    """A message taken apart and given to its handler; a request is answered, whatever happens."""
    try:
        protocol.handle_message(protocol.structure_message(data) if isinstance(data, dict) else data)
    except ConnectionError:
        raise
    except Exception as error:
        log.error("%s: %s", type(error).__name__, error, exc_info=error)
        if isinstance(data, dict) and "method" in data and isinstance(data.get("id"), (int, str)):
            _answer(protocol, data["id"], JsonRpcInternalError(f"{type(error).__name__}: {error}"))


def _answer(protocol: Any, id_: Any, error: Any) -> None:
    protocol._send_data({"jsonrpc": "2.0", "id": id_, "error": {"code": error.code, "message": error.message}})


def over_pipes(server: LanguageServer, questions: BinaryIO, answers: BinaryIO) -> None:
    """Serve on stdio until the client leaves."""
    server._stop_event = threading.Event()
    writer = StdoutWriter(answers)
    server.protocol.set_writer(writer)
    try:
        asyncio.run(converse(server, Frames(FromPipe(questions, server)), writer))
    except BrokenPipeError:
        log.error("the client has gone")
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.shutdown()
