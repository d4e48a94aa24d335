"""Diagnostics after a pause, the nearest claims first, and what the client shows drawn again when it has changed."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import PyglsError
from pygls.lsp.server import LanguageServer

from ..documents.positions import LineIndex
from ..forms.effort import searching
from ..terms.interruption import now
from . import wire
from .documents import OpenDocument, State
from .notebooks import NotebookLines
from .progress import shown_if_slow
from .turns import Turns

if TYPE_CHECKING:
    from ..lowering.report import Diagnostic
    from ..settings import BadSettings, Settings
    from ..sheets.sheet import Sheet

# seconds: within one keystroke's pause
DEBOUNCE = float(os.environ.get("EINSIGHT_DEBOUNCE", "0.12"))
# seconds of work after which what has been found is shown: of a document that has just been opened, and after an edit
SLICE = 0.3
IMPATIENT = 0.02
# changes after which, and seconds without one for which, garbage is collected
UNTIDY, PAUSE = 200, 3.0
TOO_UNTIDY = 2_000  # changes after which somebody waits for it
log = logging.getLogger("einsight")


class _Slice:
    """Reading and judging for a while."""

    def __init__(self, document: OpenDocument, state: State):
        self.document, self.state = document, state
        self.has_read = False  # all of it: claims are what is left

    def is_stale(self) -> bool:
        return self.document.is_stale(self.state)

    def run(self) -> bool:
        """Is everything done?"""
        sheet, _ = self.document.settled()
        is_over = _after(SLICE)
        sheet.catch_up(pause=is_over)
        if sheet.dirty:
            return False
        self.has_read = True
        with searching(self.document.search):
            for cell in sheet.next_claims():
                if is_over():
                    return False
                sheet.judge(cell)
        sheet.finish()  # the code of a program is left
        return not self.document.has_changed_layout()


def _after(seconds: float) -> Callable[[], bool]:
    """Have so many seconds gone by?  Never at the first look, so that every slice gets on, however busy the machine."""
    end, looks = now() + seconds, 0

    def is_over() -> bool:
        nonlocal looks
        looks += 1
        return looks > 1 and now() > end

    return is_over


def _texts(document: OpenDocument, lines: LineIndex) -> list[tuple[str, int, LineIndex]]:
    """What the client knows as texts: the document, or the cells of a notebook; with their URIs and versions."""
    if isinstance(lines, NotebookLines):
        return [(cell.uri, cell.version, cell) for cell in lines.cells]
    return [(document.uri, document.version, lines)]


class Publisher:
    """Works documents out, and tells a client what was found.

    `settings_of` says which of the findings in a document are told.
    """

    def __init__(self, client: LanguageServer, turns: Turns, settings_of: Callable[[OpenDocument], Settings]):
        self.client, self.turns, self.settings_of = client, turns, settings_of
        self.timers: dict[OpenDocument, asyncio.TimerHandle] = {}
        self.tasks: dict[OpenDocument, asyncio.Task[None]] = {}
        self.changes = 0  # since the last tidying
        self.tidying: asyncio.TimerHandle | None = None
        self.drawn_when_unfinished = False  # has the client been shown hints of a document that was still worked on?

    def schedule(self, document: OpenDocument, delay: float | None = None) -> None:
        """Publish after a pause; a later call for the document replaces this one."""
        waiting = self.timers.pop(document, None)
        if waiting is not None:
            waiting.cancel()
        loop = asyncio.get_running_loop()
        self.timers[document] = loop.call_later(DEBOUNCE if delay is None else delay, self._start, document)
        self.changes += 1
        if self.tidying is not None:
            self.tidying.cancel()
        self.tidying = loop.call_later(PAUSE, self.tidy)
        if self.changes >= TOO_UNTIDY:
            self.tidy()

    def _start(self, document: OpenDocument) -> None:
        self.timers.pop(document, None)
        running = self.tasks.get(document)
        if running is not None:
            running.cancel()
        self.tasks[document] = asyncio.ensure_future(self._run(document))

    def tidy(self) -> None:
        """Collect what refers to itself, when nobody types and enough has come together."""
        if self.changes >= UNTIDY and (not self.tasks or self.changes >= TOO_UNTIDY):
            self.changes = 0
            gc.collect()

    def forget(self, document: OpenDocument) -> None:
        """A closed document: its diagnostics go."""
        for known in (self.timers.pop(document, None), self.tasks.pop(document, None)):
            if known is not None:
                known.cancel()
        for uri, version, _ in _texts(document, document.lines):
            self.send(uri, version, [])

    async def finished(self, document: OpenDocument) -> None:
        """Return when nothing is left to do for a document."""
        while document.is_open and (document in self.timers or document in self.tasks):
            task = self.tasks.get(document)
            if task is not None:
                await asyncio.wait({task})
            else:
                await asyncio.sleep(0.01)

    async def _run(self, document: OpenDocument) -> None:
        try:
            async with shown_if_slow(self.client, "einsight: checking claims"):
                await self._work(document)
        except asyncio.CancelledError:
            pass
        except Exception as error:  # one document's failure must not end the server
            self.client.report_server_error(error, PyglsError)
        finally:
            if self.tasks.get(document) is asyncio.current_task():
                del self.tasks[document]

    async def _work(self, document: OpenDocument) -> None:
        """Slices of work, and after each what has been found; a newer version ends it."""
        state, was_read = document.state, False
        patience = IMPATIENT if document.was_finished else SLICE
        while not document.is_stale(state):
            work = _Slice(document, state)
            slice_ = asyncio.ensure_future(self.turns.background(work.run, stale=work.is_stale))
            while not (was_read or slice_.done()):  # one claim may take long: what has been read is shown meanwhile
                await asyncio.wait({slice_}, timeout=patience)
                was_read = work.has_read
                if not slice_.done():
                    await self._publish(document, state)
            finished = await slice_
            was_read = was_read or work.has_read
            if finished is None:
                return
            await self._publish(document, state)
            if finished:
                document.was_finished = True
                break
        if self.drawn_when_unfinished:
            self.drawn_when_unfinished = False
            self.refresh_views()

    async def _publish(self, document: OpenDocument, state: State) -> None:
        found = await self.turns.asked(self._found, document, state)
        if found is not None and not document.is_stale(state):
            for uri, of, diagnostics in found:
                self.send(uri, of, diagnostics)

    def _found(self, document: OpenDocument, state: State) -> list[tuple[str, int, list[dict[str, Any]]]] | None:
        """The diagnostics of each text of a document, with its URI and version."""
        if document.is_stale(state):
            return None
        sheet, lines = document.settled()
        if sheet.language == "python" and "code" not in sheet.scratch:
            return None  # what was told stands until the code has been read again
        found = self._reported(document, sheet, lines)
        return [
            (uri, version, wire.diagnostics([d for d in found if wire.is_in(d.span, part)], part, uri))
            for uri, version, part in _texts(document, lines)
        ]

    def _reported(self, document: OpenDocument, sheet: Sheet, lines: LineIndex) -> list[Diagnostic]:
        settings = self.settings_of(document)
        return [d for d in sheet.diagnostics() if settings.reports(d)]

    def send(self, uri: str, version: int, found: list[dict[str, Any]]) -> None:
        self.client.protocol.notify_plain(  # type: ignore[attr-defined]
            "textDocument/publishDiagnostics", {"uri": uri, "version": version, "diagnostics": found}
        )

    def send_for(self, uri: str, found: list[dict[str, Any]]) -> None:
        """Diagnostics of a file that is not open."""
        self.client.protocol.notify_plain("textDocument/publishDiagnostics", {"uri": uri, "diagnostics": found})  # type: ignore[attr-defined]

    def of_settings(self, bad: BadSettings) -> None:
        """What is wrong in a file of settings, told in that file."""
        self.send_for(Path(bad.source).as_uri(), [wire.of_line(bad.line - 1, "EIN001", bad.words)])

    def refresh_views(self) -> None:
        """Have the client ask again for what it draws into the text, where it can."""
        workspace = self.client.client_capabilities.workspace
        for name, refresh in (
            ("inlay_hint", lsp.WORKSPACE_INLAY_HINT_REFRESH),
            ("code_lens", lsp.WORKSPACE_CODE_LENS_REFRESH),
            ("semantic_tokens", lsp.WORKSPACE_SEMANTIC_TOKENS_REFRESH),
        ):
            able = getattr(workspace, name, None)
            if able is not None and able.refresh_support:
                self.client.protocol.send_request(refresh, None)
