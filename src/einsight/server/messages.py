"""The server for a client in the same process: messages come and go as texts, without a transport.

Where there are no threads, as in a browser, everything is computed on the loop that is running, a turn at once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from .main import make_server
from .transport import handle

log = logging.getLogger("einsight")


class _Sending:
    """What the protocol writes to."""

    def __init__(self, send: Callable[[str], object]):
        self.send = send

    def write(self, data: bytes) -> None:
        self.send(data.decode("utf-8"))

    def close(self) -> None:
        """Nothing is open."""


class Conversation:
    """A server, and the client that has it to itself.

    `send` is called with each message of the server, a JSON text; `receive` takes those of the client, while an event loop runs.
    """

    def __init__(self, send: Callable[[str], object]):
        self.server = make_server()
        self.server.protocol.set_writer(_Sending(send), include_headers=False)

    def receive(self, message: str) -> None:
        """Take a message of the client's; a text that is no JSON is left out, and logged."""
        try:
            data = json.loads(message)
        except ValueError as problem:
            log.warning("this message is no JSON: %s", problem)
            return
        handle(self.server.protocol, data)

    def close(self) -> None:
        self.server.shutdown()
