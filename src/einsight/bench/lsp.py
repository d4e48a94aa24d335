"""The language server over stdio, on generated documents: start, open, edits, requests, bursts, memory.

For each size two servers are asked. One has `EINSIGHT_DEBOUNCE=0`, so that its times are the server's own; the other has
its default debounce, so that its times are what a user waits.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from .client import Client, ServerGone
from .documents import document, lines
from .editor import INITIALIZE, Editor, typed
from .load import measure_bursts, measure_growth, resident
from .session import Budget, Session, measure_edits, measure_open, measure_requests
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
    rows = _starts(given.starts) + _floors(min(10, given.samples))
    for place, size in enumerate(given.sizes):
        share = budget.share(sum((later / size) ** 0.25 for later in given.sizes[place:]))
        rows += _server_time(size, given, Budget(0.65 * share.left))
        rows += _round_trip(size, given, share)
    return rows


def _server_time(size: int, given: Settings, budget: Budget) -> list[Row]:
    name, title, environment = OWN
    with _session(size, environment) as session:
        process = session.editor.client.process.pid
        session.memory("memory.start", "after start", resident(process))
        measure_open(session, given.quiet, budget.left / 2)
        session.memory("memory.open", "after the document was opened", resident(process))
        left = Budget(0) if session.open == "no" else budget
        measure_edits(session, name, title, given.samples, left.share(2), given.quiet / 3)
        measure_requests(session, given.samples, left.share(2))
        measure_growth(session, given.edits, left)
    # the sort is stable: groups stay in order, and those of memory come together
    return sorted(session.rows, key=lambda row: row.measure.startswith("memory"))


def _round_trip(size: int, given: Settings, budget: Budget) -> list[Row]:
    name, title, environment = SEEN
    with _session(size, environment) as session:
        measure_open(session, given.quiet, budget.left / 3)
        session.rows.clear()  # as the other server's: an open document is not debounced
        left = Budget(0) if session.open == "no" else budget
        measure_edits(session, name, title, max(1, given.samples // 4), left.share(1.5))
        measure_bursts(session, given.burst, given.bursts, left)
    return session.rows


@contextmanager
def _session(size: int, environment: dict[str, str]) -> Iterator[Session]:
    """A started server and a document for it; its rows stay what they are when the server dies."""
    with Client(SERVER, environment) as client:
        offers = client.request("initialize", INITIALIZE)["capabilities"]
        client.notify("initialized", {})
        session = Session(size, lines(size), Editor(client, f"file:///bench-{size}.ein", document(size)), offers)
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
            client = Client(command)
            answer = client.send_request("initialize", INITIALIZE)
            answer.wait()
            taken[name].append(answer.at - client.started)
            client.kill()
    group = "start → answer to initialize"
    ours = sampled("start.einsight", None, group, "einsight lsp", taken["einsight"])
    bare = sampled("start.bare", None, group, "a bare pygls server", taken["bare"])
    ratio = ours.p50 / bare.p50 if ours.p50 and bare.p50 else None
    return [ours, bare, Row("start.ratio", None, group, "ratio of the medians", "×", 1, ratio)]


def _floors(samples: int) -> list[Row]:
    """An edit of a document of one line: what an edit takes at least, and whether the debounce was switched off."""
    rows = []
    for name, title, environment in (OWN, SEEN):
        with Client(SERVER, environment) as client:
            client.request("initialize", INITIALIZE)
            client.notify("initialized", {})
            editor = Editor(client, "file:///one-line.ein", ONE_LINE)
            editor.open()
            editor.first(10)
            taken = [_typed(editor) for _ in range(samples)]
        rows.append(sampled(f"floor.{name}", None, "edit → diagnostics, a document of one line", title, taken))
    own, seen = rows
    if own.p50 and seen.p50 and own.p50 > seen.p50 / 2:
        own = replace(own, note=f"this server does not read {DEBOUNCE}: its debounce is in every time below")
    return [own, seen]


def _typed(editor: Editor) -> float:
    sent, _ = editor.change(typed(0, len(editor.lines[0]), "k"))
    return editor.first(10).at - sent
