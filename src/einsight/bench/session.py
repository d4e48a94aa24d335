"""A server with one document open, and what is measured on it.

Times are from the moment a message was given to the pipe to the moment the answer had been read. Every measure has a
share of a budget; how many samples fitted into it stands in its row. An edit is taken back, unmeasured, before the next
one, so that a document stays what it is, and no edit is measured that brings back a text the server has seen.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .client import METHOD_NOT_FOUND, ResponseError
from .documents import Line
from .editor import Edit, Editor, typed
from .table import Row, sampled

VIEWPORT = 60  # lines
GRACE = 5.0  # seconds that a sample may take beyond the budget
LAST_EVERY = 10  # edits, at which the last diagnostics are waited for
KEYS = "2x'+ "  # no bracket: an open one makes the rest of the document one statement

# name, title, the kind of line, the key typed there; None is a random one
EDITS = (
    ("claim", "a key in a claim", "claim", None),
    ("definition", "a key in a definition that others use", "shared", None),
    ("comment", "a key in a comment", "comment", "k"),
    ("newline", "a new line", "any", "\n"),
    ("unused", "a key in an unused declared name", "unused", "k"),
)
# name, title, method, where the capability stands, what is asked about
REQUESTS = (
    ("hover", "hover", "hover", "hoverProvider", "position"),
    ("completion", "completion", "completion", "completionProvider", "position"),
    ("tokens", "semantic tokens, all", "semanticTokens/full", "semanticTokensProvider.full", "all"),
    ("tokens-range", "semantic tokens, 60 lines", "semanticTokens/range", "semanticTokensProvider.range", "viewport"),
    ("inlay-hints", "inlay hints, 60 lines", "inlayHint", "inlayHintProvider", "viewport"),
    ("symbols", "document symbols", "documentSymbol", "documentSymbolProvider", "all"),
)
AFTER_EDIT = ("hover", "tokens", "inlay-hints")  # are asked once more while the server works on an edit
Sample = TypeVar("Sample")


class Budget:
    """Seconds from now on."""

    def __init__(self, seconds: float) -> None:
        self.end = time.perf_counter() + seconds

    @property
    def left(self) -> float:
        return max(0.0, self.end - time.perf_counter())

    def share(self, parts: float) -> Budget:
        """One of so many parts of what is left."""
        return Budget(self.left / parts)


@dataclass
class Session:
    """A document of `size` statements open in a server, and the rows that come of it.

    kinds   the lines of the document, with what each is
    offers  the server's capabilities
    behind  a time limit was passed, so that the server may still be busy
    open    no, where its first diagnostics did not come; unfinished, where the last ones did not
    """

    size: int
    kinds: list[Line]
    editor: Editor
    offers: dict[str, Any]
    rows: list[Row] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    behind: bool = False
    open: str = "no"

    def times(self, measure: str, group: str, title: str, seconds: list[float], note: str = "") -> None:
        if self.open == "unfinished" and seconds:
            note = note or "while the server was still at work on the whole document"
        self.rows.append(sampled(measure, self.size, group, title, seconds, note))

    def memory(self, measure: str, title: str, value: float | None, note: str = "") -> None:
        count = int(value is not None)
        self.rows.append(Row(measure, self.size, "memory of the server", title, "MiB", count, value, note=note))

    def take(
        self, count: int, share: Budget, whole: Budget, sample: Callable[[int, float], Sample]
    ) -> tuple[list[Sample], str]:
        """So many samples, and a note where there are none: the share says when to stop, the whole when to give up.

        A sample is given its number and its time limit.
        """
        taken: list[Sample] = []
        try:
            self.editor.first(whole.left + (0 if self.behind else GRACE))
            self.behind = False
            while len(taken) < count and (not taken or share.left):
                taken.append(sample(len(taken), whole.left + GRACE))
        except TimeoutError:
            note = "the server is still busy with what was asked before" if self.behind else "not within the time left"
            note = "the diagnostics of the opened document had not come" if self.open == "no" else note
            self.behind = True
            return taken, "" if taken else note
        except ResponseError as problem:
            return taken, "not offered" if problem.code == METHOD_NOT_FOUND else str(problem)
        return taken, ""

    def line(self, kind: str) -> int | None:
        """A random line of that kind."""
        found = [k for k, line in enumerate(self.kinds) if line.kind == kind or (kind == "any" and line.text)]
        return self.chance.choice(found) if found else None

    def key(self, kind: str, text: str | None = None) -> Edit | None:
        """A key typed in a random line of that kind: anywhere, or behind the name that is not used, or at the end."""
        line = self.line(kind)
        if line is None:
            return None
        length = len(self.editor.lines[line])
        places = {"any": length, "unused": self.editor.lines[line].find(",")}
        return typed(line, places.get(kind, self.chance.randint(2, length)), text or self.chance.choice(KEYS))

    def about(self, what: str) -> dict[str, Any]:
        """The params of a request about the document, a random part of it, or a random position."""
        if what == "all":
            return self.editor.identified()
        line = self.line("any") or 0
        if what == "viewport":
            return self.editor.identified(range=self.editor.span(line, VIEWPORT))
        column = self.chance.randrange(len(self.kinds[line].text))
        return self.editor.identified(position={"line": line, "character": column})


def measure_open(session: Session, quiet: float, limit: float) -> None:
    """Opens the document, and waits for its diagnostics."""
    editor, budget, group = session.editor, Budget(limit), "open → diagnostics"
    first, last, note = [], [], ""
    sent = editor.open()
    try:
        first.append(editor.first(budget.left).at - sent)
        session.open = "unfinished"
        last.append(editor.last(quiet, budget.left).at - sent)
        session.open = "yes"
    except TimeoutError:
        session.behind, note = not first, f"not within {limit:.0f} s"
    session.times("open.first", group, "first", first, "" if first else note)
    session.times("open.last", group, f"last (none for {quiet} s after)", last, note)


def measure_edits(session: Session, name: str, group: str, samples: int, budget: Budget, quiet: float = 0.0) -> None:
    """Each kind of edit, to the first diagnostics of its version, and to the last of them where `quiet` is given."""
    later = []
    for place, (kind, title, line, text) in enumerate(EDITS):

        def sample(number: int, limit: float, line: str = line, text: str | None = text) -> tuple[float, float | None]:
            last = session.open == "yes" and number % LAST_EVERY == 0
            return _edit(session, session.key(line, text), limit, quiet if last else 0.0)

        taken: list[tuple[float, float | None]] = []
        note = "no such line in the document"
        if session.line(line) is not None:
            taken, note = session.take(samples, budget.share(len(EDITS) - place), budget, sample)
        session.times(f"edit.{kind}.{name}", f"edit → first diagnostics, {group}", title, [t for t, _ in taken], note)
        later.append((kind, title, [t for _, t in taken if t is not None], note))
    for kind, title, seconds, note in later if quiet else []:
        if session.open == "unfinished":
            note = note or "not measured: the server had not come to rest"
        session.times(f"edit.{kind}.{name}.last", f"edit → last diagnostics, {group}", title, seconds, note)


def _edit(session: Session, edit: Edit | None, limit: float, quiet: float) -> tuple[float, float | None]:
    """Seconds to the first diagnostics, and to the last where they are asked for; then the edit is taken back."""
    assert edit is not None
    editor, budget = session.editor, Budget(limit)
    editor.first(budget.left)  # of the edit before, taken back
    editor.client.forget()
    sent, back = editor.change(edit)
    first = editor.first(budget.left).at - sent
    latest = None
    if quiet:
        with suppress(TimeoutError):
            latest = editor.last(quiet, budget.left).at - sent
    editor.client.forget()
    editor.change(back)
    return first, latest


def measure_requests(session: Session, samples: int, budget: Budget) -> None:
    """Each kind of request on a document at rest, and some of them again right after a key in a claim."""
    asked = [(*request, False) for request in REQUESTS]
    asked += [(*request, True) for request in REQUESTS if request[0] in AFTER_EDIT]
    for place, (name, title, method, where, what, edited) in enumerate(asked):

        def sample(_: int, limit: float, method: str = method, what: str = what, edited: bool = edited) -> float:
            return (_ask_after_edit if edited else _ask)(session, f"textDocument/{method}", what, limit)

        seconds: list[float] = []
        note = "not offered"
        if _offered(session.offers, where):
            count = max(1, samples // 5) if edited else samples
            seconds, note = session.take(count, budget.share(len(asked) - place), budget, sample)
        group, suffix = ("request right after an edit", ".edited") if edited else ("request", "")
        session.times(f"request.{name}{suffix}", group, title, seconds, note)


def _ask(session: Session, method: str, what: str, limit: float) -> float:
    answer = session.editor.client.send_request(method, session.about(what))
    answer.wait(limit)
    return answer.at - answer.sent


def _ask_after_edit(session: Session, method: str, what: str, limit: float) -> float:
    editor, budget, edit = session.editor, Budget(limit), session.key("claim")
    assert edit is not None
    editor.first(budget.left)
    editor.client.forget()
    _, back = editor.change(edit)
    seconds = _ask(session, method, what, budget.left)
    editor.change(back)
    return seconds


def _offered(offers: Any, where: str) -> bool:
    for key in where.split("."):
        offers = offers.get(key) if isinstance(offers, dict) else None
    return offers is not None and offers is not False
