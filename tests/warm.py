"""Processes of Python in which all that a server imports is imported already: that is most of what starting one costs.

    test ──starts──▶ relay ──its pipes, place, environment, code──▶ nursery ──forks──▶ the process that runs the code

The nursery imports packages of others and, of einsight, the rooms below the protocols, which read no environment when they are
imported and register nothing; what is forked loads plugins and rules under its own.  Code that changes modules before others import
from them asks for a nursery that has imported nothing of einsight.  The relay stands for it: it ends with its exit status, and who kills the relay kills it.  Where there is no
fork the code runs in a new process; whole commands are started by tests of their own (`session.COMMAND`).
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from contextlib import suppress
from typing import Any

IMPORTED = (
    "asyncio",
    "concurrent.futures",
    "json",
    "lark",
    "logging",
    "lsprotocol.types",
    "pluggy",
    "pygls.lsp.server",
)
ROOMS = (
    "syntax", "documents", "terms", "lowering", "meaning", "rules", "plugins", "notation", "targets", "formatting", "forms", "deriving",
    "judging", "python", "sheets", "editing", "docs",
)  # fmt: skip
NURSERY = (
    f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r}); import warm; warm.nurse({{}}, {{!r}}, {{!r}})"
)
RELAY = """
import array, json, os, socket, sys
with socket.socket(socket.AF_UNIX) as nursery:
    nursery.connect(sys.argv[1])
    told = json.dumps([sys.argv[2], os.getcwd(), dict(os.environ)]).encode()
    nursery.sendmsg([len(told).to_bytes(8, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
    nursery.sendall(told)
    for fd in 0, 1, 2:
        os.close(fd)
    status = nursery.recv(8)
os._exit(int(status or b"1"))
"""


def command(code: str, with_rooms: bool = False) -> list[str]:
    """The command that runs code with what its environment asks for, the rooms of einsight imported already or not."""
    if not (hasattr(os, "fork") and hasattr(socket, "SCM_RIGHTS")):
        return [sys.executable, "-c", code]
    return [sys.executable, "-I", "-S", "-c", RELAY, _nursery(with_rooms), code]


def einsight(*arguments: str) -> list[str]:
    """The command that does what `python -m einsight ARGUMENTS` does, for what is not about how that is started."""
    return command(f"import sys; from einsight.cli.main import main; sys.exit(main({list(arguments)!r}))", True)


def worker(start: Any, plain: str) -> Any:
    """Like `processes.start`, for workers that are no others than `plain` says: what others do is done before anything is imported."""

    def started(arguments: list[str]) -> list[str]:
        from einsight import processes

        if plain != processes.START:
            return start(arguments)
        return command(f"import sys; sys.argv[1:] = {arguments!r}; {plain.format(path=sys.path)}", True)

    return started


@functools.cache
def _nursery(with_rooms: bool) -> str:
    """The address of a nursery of this process, which ends with it."""
    folder = tempfile.mkdtemp(prefix="einsight-")
    address = os.path.join(folder, "nursery")
    with socket.socket(socket.AF_UNIX) as asked:
        asked.bind(address)
        asked.listen(16)
        process = subprocess.Popen(
            [sys.executable, "-c", NURSERY.format(asked.fileno(), folder, with_rooms)],
            stdin=subprocess.PIPE,
            pass_fds=[asked.fileno()],
            start_new_session=True,
            # nothing of whoever happens to ask first: each process brings its own
            env={n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "EINSIGHT"))},
        )
    assert process.stdin

    def end() -> None:
        process.stdin.close()
        process.wait()

    atexit.register(end)
    return address


# in the nursery


def nurse(number: int, folder: str, with_rooms: bool) -> None:
    """Fork whatever is asked for at a socket in a folder, until the other end of standard input closes: then that goes too."""
    for name in [*IMPORTED, *(_modules() if with_rooms else ())]:
        __import__(name)
    asked = socket.socket(fileno=number)
    children: dict[Any, tuple[int, socket.socket]] = {}  # by a pipe that closes when the child ends, and by its relay
    while True:
        for ready in select.select([0, asked, *children], [], [])[0]:
            if ready == 0:
                shutil.rmtree(folder, ignore_errors=True)
                os._exit(0)
            if ready is asked:
                relay, _ = asked.accept()
                _fork(relay, asked, children)
            elif ready not in children:  # it has ended in this round
                continue
            elif isinstance(ready, socket.socket):  # nobody waits for it
                with suppress(ProcessLookupError):
                    os.kill(children.pop(ready)[0], signal.SIGKILL)
            else:
                pid, relay = children.pop(ready)
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                children.pop(relay, None)
                with suppress(OSError):
                    relay.sendall(b"%d" % (status % 256))
                relay.close()
                os.close(ready)


def _modules() -> list[str]:
    import einsight

    found = [f"einsight.{room}" for room in ROOMS]
    (folder,) = einsight.__path__
    return found + [
        f"{room}.{m.name}"
        for room in found
        for m in pkgutil.iter_modules([os.path.join(folder, room[9:])])
        if not m.ispkg
    ]


def _fork(relay: socket.socket, asked: socket.socket, children: dict[Any, tuple[int, socket.socket]]) -> None:
    size, given, *_ = socket.recv_fds(relay, 8, 3)
    told = b""
    while len(told) < int.from_bytes(size, "big"):
        told += relay.recv(1 << 16)
    ended, open_while_it_runs = os.pipe()
    pid = os.fork()
    if pid == 0:
        for fd, own in enumerate(given):
            os.dup2(own, fd)
        for held in {asked, relay, *children}:
            held.close() if isinstance(held, socket.socket) else os.close(held)
        for fd in (ended, *given):
            os.close(fd)
        _run(*json.loads(told))
    for fd in (open_while_it_runs, *given):
        os.close(fd)
    children[ended] = children[relay] = pid, relay


def _run(code: str, place: str, environment: dict[str, str]) -> None:
    """As `python -c CODE` does in that place."""
    status: Any = 1
    sys.stdin = sys.__stdin__ = os.fdopen(0, closefd=False)
    encoding = "utf-8" if environment.get("PYTHONUTF8") == "1" else None
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", encoding=encoding, closefd=False)
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", 1, encoding, "backslashreplace", closefd=False)
    try:
        os.chdir(place)
        os.environ.clear()
        os.environ.update(environment)
        paths = [p for p in environment.get("PYTHONPATH", "").split(os.pathsep) if p]
        sys.path[:] = ["", *paths, *(p for p in sys.path[2:] if p not in paths)]  # without the folder of this file
        exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})
        status = 0
    except SystemExit as end:
        status = end.code
    except BaseException:
        traceback.print_exc()
    with suppress(Exception):
        sys.stdout.flush()
    with suppress(Exception):
        sys.stderr.flush()
    os._exit(status if isinstance(status, int) else status is not None)
