"""The language server over stdio, on generated documents: start, open, edits, requests, bursts, memory.

For each size two servers are asked. One has `EINSIGHT_DEBOUNCE=0`, so that its times are the server's own; the other has
its default debounce, so that its times are what a user waits.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from .client import Client, ServerGone
from .documents import document, lines
from .editor import INITIALIZE, Editor, typed
from .load import measure_bursts, measure_growth, resident
from .session import GRACE, Budget, Session, measure_edits, measure_open, measure_requests
from .table import Row, sampled

SERVER = [sys.executable, "-m", "einsight", "lsp"]
BARE = """
from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("bare", "v1")

@server.feature(types.TEXT_DOCUMENT_HOVER)
def hover(params):
    return None

server.start_io()
"""
DEBOUNCE = "EINSIGHT_DEBOUNCE"
# name and title of the two servers, and what is put into their environment
OWN = ("own", f"server time ({DEBOUNCE}=0)", {DEBOUNCE: "0"})
SEEN: tuple[str, str, dict[str, str]] = ("seen", "round trip (default debounce)", {})
FLOOR_LIMIT = 10.0  # seconds
ONE_LINE = "d/dx_j (W_ik x_k) = W_ij  # one line\n"


@dataclass(frozen=True)
class Settings:
    """How much is measured.

    sizes    of the documents, in statements
    starts   of each server, for the cold start
    samples  of each kind of edit and of request
    burst    keys in a burst, of which there are `bursts`
    edits    after which the memory is taken again
    quiet    seconds without diagnostics after which those of an opened document count as the last; a third of it for
             those of an edit
    budget   seconds for the whole run, about; what does not fit has fewer samples, or none
    """

    sizes: tuple[int, ...] = (100, 2_000, 20_000)
    starts: int = 7
    samples: int = 100
    burst: int = 300
    bursts: int = 3
    edits: int = 10_000
    quiet: float = 1.5
    budget: float = 540.0


QUICK = Settings(sizes=(100, 2_000), starts=3, samples=20, bursts=1, edits=500, budget=54.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="below a minute: fewer sizes, samples and edits")
    parser.add_argument("--sizes", type=_sizes, metavar="N,...", help="statements of the documents")
    for name in ("starts", "samples", "burst", "bursts", "edits"):
        parser.add_argument(f"--{name}", type=int, metavar="N")
    for name in ("quiet", "budget"):
        parser.add_argument(f"--{name}", type=float, metavar="SECONDS")


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def settings(arguments: argparse.Namespace) -> Settings:
    """Those of `--quick` or the default ones, with what was given changed."""
    start = QUICK if arguments.quick else Settings()
    return replace(start, **{k: v for k, v in vars(arguments).items() if hasattr(start, k) and v is not None})


def run(given: Settings) -> list[Row]:
    """All rows, within the budget: a larger document has more of it, and what a size leaves goes to the next ones."""
    budget = Budget(given.budget)
    starts = _starts(given.starts)
    floors: list[Row] = []
    rows: list[Row] = []
    for place, size in enumerate(given.sizes):
        share = budget.share(sum((later / size) ** 0.25 for later in given.sizes[place:]))
        for (name, title, environment), measure, part in ((OWN, _server_time, 0.65), (SEEN, _round_trip, 1.0)):
            with _session(size, environment) as session:
                measure(session, given, Budget(part * share.left))
                if place == 0:  # afterwards: what a server does once only belongs to the document that it opens first
                    floors.append(_floor(session, name, title, min(10, given.samples)))
            rows += session.rows
    return starts + _told_whether_debounced(floors) + rows


def _server_time(session: Session, given: Settings, budget: Budget) -> None:
    name, title, _ = OWN
    measure_open(session, given.quiet, max(GRACE, budget.left / 2))
    session.memory("memory.open", "after the document was opened", resident(session.editor.client.process.pid))
    left = Budget(0) if session.open == "no" else budget
    measure_edits(session, name, title, given.samples, left.share(2), given.quiet / 3)
    measure_requests(session, given.samples, left.share(2))
    measure_growth(session, given.edits, left)
    # the sort is stable: groups stay in order, and those of memory come together
    session.rows.sort(key=lambda row: row.measure.startswith("memory"))


def _round_trip(session: Session, given: Settings, budget: Budget) -> None:
    name, title, _ = SEEN
    measure_open(session, given.quiet, max(GRACE, budget.left / 3))
    session.rows.clear()  # as the other server's: an open document is not debounced
    left = Budget(0) if session.open == "no" else budget
    measure_edits(session, name, title, max(1, given.samples // 4), left.share(1.5))
    measure_bursts(session, given.burst, given.bursts, left)


@contextmanager
def _session(size: int, environment: dict[str, str]) -> Iterator[Session]:
    """A started server and a document for it; its rows stay what they are when the server dies."""
    with Client(SERVER, environment) as client:
        offers = client.request("initialize", INITIALIZE)["capabilities"]
        client.notify("initialized", {})
        session = Session(size, lines(size), Editor(client, f"file:///bench-{size}.ein", document(size)), offers)
        session.memory("memory.start", "after start", resident(client.process.pid))
        try:
            yield session
        except ServerGone as gone:
            session.times("gone", "the server has gone", "no more figures", [], str(gone).splitlines()[0])
        if session.behind:
            client.kill()


def _starts(count: int) -> list[Row]:
    """Spawn to the answer to `initialize`, in turn with a bare pygls server."""
    taken: dict[str, list[float]] = {"einsight": [], "bare": []}
    for _ in range(count):
        for name, command in (("einsight", SERVER), ("bare", [sys.executable, "-c", BARE])):
            with Client(command) as client:
                answer = client.send_request("initialize", INITIALIZE)
                answer.wait()
                taken[name].append(answer.at - client.started)
                client.kill()
    group = "start → answer to initialize"
    ours = sampled("start.einsight", None, group, "einsight lsp", taken["einsight"])
    bare = sampled("start.bare", None, group, "a bare pygls server", taken["bare"])
    ratio = ours.p50 / bare.p50 if ours.p50 and bare.p50 else None
    return [ours, bare, Row("start.ratio", None, group, "ratio of the medians", "×", 1, ratio)]


def _floor(session: Session, name: str, title: str, samples: int) -> Row:
    """Edits of a document of one line: what an edit takes at least."""
    editor = Editor(session.editor.client, "file:///one-line.ein", ONE_LINE)
    taken: list[float] = []
    with suppress(TimeoutError):
        editor.open()
        editor.first(FLOOR_LIMIT)
        while len(taken) < samples:
            sent, _ = editor.change(typed(0, len(editor.lines[0]), "k"))
            taken.append(editor.first(FLOOR_LIMIT).at - sent)
    return sampled(f"floor.{name}", None, "edit → diagnostics, a document of one line", title, taken)


def _told_whether_debounced(floors: list[Row]) -> list[Row]:
    """The two floors, with a note where switching the debounce off made no difference."""
    own, seen = (row.p50 for row in floors) if len(floors) == 2 else (None, None)
    if own and seen and own > seen / 2:
        note = f"this server does not read {DEBOUNCE}: every time below holds its debounce"
        return [replace(floors[0], note=note), floors[1]]
    return floors
