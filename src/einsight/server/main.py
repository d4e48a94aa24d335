"""`einsight lsp`: a process that serves one client.

client ──▶ transport ──▶ protocol ──▶ documents (text, edits) ──▶ turns ──▶ editing (on the sheet) ──▶ wire ──▶ client
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable

from .. import memory
from .features.registering import register_all
from .session import Server
from .tcp import over_socket
from .transport import over_pipes


def make_server() -> Server:
    """A server with its features registered."""
    server = Server()
    register_all(server)
    return server


def serve(address: tuple[str, int] | None = None, announce: Callable[[str], None] = print) -> int:
    """Serve on stdio, or one client on a TCP address, until the client leaves; the exit status.

    `announce` is given what that client has to know.  Raises CannotServe where the address cannot be served.
    """
    memory.limit_memory()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("pygls").setLevel(logging.CRITICAL)  # it logs a traceback for each refusal
    # a long document is a million objects that live on: looking through them takes a tenth of a second, so it is done when
    # nobody waits (`Publisher.tidy`)
    gc.set_threshold(50_000, 20, 1_000_000)
    # the event loop, a request and the judging hand the interpreter on several times for one answer: not 5 ms each time
    sys.setswitchinterval(0.0005)
    server = make_server()
    gc.freeze()
    if address is None:
        # what a plugin prints is no message, and messages are not for it to read
        questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        over_pipes(server, questions, answers)
    else:
        over_socket(server, *address, announce)
    return server.exit_code
