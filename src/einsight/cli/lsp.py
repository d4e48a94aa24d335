"""`einsight lsp`: the language server, on stdio or for one client on this machine."""

from __future__ import annotations

import argparse

from . import terminal
from .parsing import CannotRun, Command

EXAMPLES = (
    ("", "what an editor starts"),
    ("--tcp 127.0.0.1:8765", "for one client, which is given the token that is printed"),
)
STATUSES = {
    0: "the client has sent `shutdown` before it left",
    1: "it has left without",
    2: "the address cannot be had; standard error says why",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tcp",
        metavar="HOST:PORT",
        help="serve one client on this machine, on 127.0.0.1, ::1 or localhost, and then end.  What is printed has a token: the "
        "client sends it in its first message, `initialize`, as `initializationOptions.token`",
    )


def run(options: argparse.Namespace) -> int:
    """Serve until the client leaves; returns the exit status.  Raises CannotRun."""
    from ..server import tcp
    from ..server.main import serve

    if options.tcp is None:
        return serve()
    host, _, port = options.tcp.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or int(port[:6]) > 65_535:
        raise CannotRun("--tcp takes HOST:PORT, as in 127.0.0.1:8765; port 0 is any that is free")
    try:
        return serve((host.removeprefix("[").removesuffix("]"), int(port)), _announce)
    except tcp.CannotServe as problem:
        raise CannotRun(str(problem)) from None


def _announce(text: str) -> None:
    terminal.show(text)
    terminal.flush()


COMMAND = Command("the language server, on stdio", add_arguments, run, EXAMPLES, STATUSES)
