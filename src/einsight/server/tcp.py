"""`einsight lsp --tcp`: one client, on this machine, that shows the token which was printed.

Any program on the machine can reach the port, and a page in a browser can send it requests: so nobody is answered who has not
sent `initialize` with `initializationOptions: {"token": …}` first, and nothing that is not framed as the protocol has it, HTTP
above all, gets a byte.  Then nobody else is listened to.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import logging
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pygls.lsp.server import LanguageServer

from .transport import LONGEST_LINE, Ended, Frames, Malformed, converse

log = logging.getLogger("einsight")
# seconds in which a client shows its token; bytes of its first message; clients that have not shown theirs yet
PATIENCE = 10.0
LONGEST_GREETING = 1024 * 1024
MOST_WAITING = 8


class CannotServe(Exception):
    """An address that is not served, or cannot be had; says why."""


class FromSocket:
    """A connection."""

    def __init__(self, reader: asyncio.StreamReader):
        self.reader = reader

    async def line(self) -> bytes:
        try:
            return await self.reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as end:
            return end.partial
        except asyncio.LimitOverrunError:
            raise Ended("a line is too long for a header") from None

    async def exactly(self, count: int) -> bytes:
        try:
            return await self.reader.readexactly(count)
        except asyncio.IncompleteReadError as end:
            return end.partial


def over_socket(server: LanguageServer, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve one client until it leaves; `announce` is given where to connect, and the token.  Raises CannotServe."""
    listening = _listen(host, port)
    server._stop_event = threading.Event()
    try:
        asyncio.run(_Door(server, announce).open(listening))
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        listening.close()
        server.shutdown()


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CannotServe(f"{host} is no address: write 127.0.0.1 or localhost") from None
    if not all(ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback for *_, address in found):
        raise CannotServe(f"{host} can be reached from elsewhere: only 127.0.0.1, ::1 and localhost are served")
    family, _, _, _, address = found[0]
    try:
        return socket.create_server(address[:2], family=family, backlog=MOST_WAITING)
    except (OSError, OverflowError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else ""
        raise CannotServe(f"{host}:{port} cannot be had: {why or problem}") from None


class _Door:
    """Lets one client in, the first that shows the token."""

    def __init__(self, server: LanguageServer, announce: Callable[[str], None]):
        self.server, self.announce = server, announce
        self.token = secrets.token_urlsafe(32)
        self.waiting: set[asyncio.StreamWriter] = set()
        self.came: asyncio.Future[tuple[Frames, asyncio.StreamWriter, Any]] | None = None

    async def open(self, listening: socket.socket) -> None:
        self.came = asyncio.get_running_loop().create_future()
        listener = await asyncio.start_server(self._knock, sock=listening, limit=LONGEST_LINE)
        address, port = listening.getsockname()[:2]
        self.announce(f"listening on {f'[{address}]' if ':' in address else address}:{port}\ntoken: {self.token}")
        frames, writer, first = await self.came
        listener.close()
        for other in self.waiting - {writer}:
            other.close()
        self.server.protocol.set_writer(writer)  # type: ignore[arg-type]
        try:
            await converse(self.server, frames, writer, first)
        finally:
            with suppress(OSError):
                writer.close()

    async def _knock(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self.came is not None
        frames = Frames(FromSocket(reader), is_strict=True, longest=LONGEST_GREETING)
        if len(self.waiting) >= MOST_WAITING or self.came.done():
            writer.close()
            return
        self.waiting.add(writer)
        try:
            first = await asyncio.wait_for(frames.next(), PATIENCE)
            if self._is_welcome(first) and not self.came.done():
                frames.longest = Frames(FromSocket(reader)).longest
                self.came.set_result((frames, writer, first))
                return
            self._refuse(writer, first)
        except (Malformed, Ended, EOFError, OSError, asyncio.TimeoutError):
            pass  # not a word to whatever that is
        finally:
            self.waiting.discard(writer)
            if not (self.came.done() and not self.came.cancelled() and self.came.result()[1] is writer):
                with suppress(OSError):
                    writer.close()

    def _is_welcome(self, message: Any) -> bool:
        """Does it show the token?  Takes it out, so that it goes no further."""
        try:
            shown = message["params"]["initializationOptions"].pop("token")
            return message["method"] == "initialize" and hmac.compare_digest(shown.encode(), self.token.encode())
        except (TypeError, KeyError, AttributeError, IndexError, UnicodeError):
            return False

    def _refuse(self, writer: asyncio.StreamWriter, message: Any) -> None:
        assert self.came is not None
        why = "the first message is `initialize`, with the token that was printed in `initializationOptions.token`"
        if self.came.done():
            why = "this server has its client already"
        log.warning("a client is refused: %s", why)
        id_ = message.get("id") if isinstance(message, dict) else None
        error = {
            "jsonrpc": "2.0",
            "id": id_ if isinstance(id_, (int, str)) else None,
            "error": {"code": -32600, "message": why},
        }
        body = json.dumps(error).encode()
        writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
