"""The workspace: all of its documents checked at once, diagnostics also for files that are not open; new plugins.

`einsight.checkWorkspace [uris]`: the files of the workspace's folders, or those that the client names, since it knows what
its user leaves out.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from ...documents import reading
from ...documents.inputs import on_disk
from ...documents.positions import LineIndex
from ...documents.regions import SUFFIXES
from ...documents.walking import files_below
from ...editing.hints import verdicts
from ...forms.effort import searching
from ...lowering.report import EinsightError, fail
from ...plugins.scaffold import new_plugin
from ...settings import Settings
from ...sheets.check import Findings, check_within
from .. import wire
from ..documents import path_of

if TYPE_CHECKING:
    from ..session import Server
    from .offered import Offer

log = logging.getLogger("einsight")


def register(server: Server, offer: Offer) -> None:
    reported: set[str] = set()  # files that are not open and have diagnostics from here

    @offer("einsight.checkWorkspace")
    async def checked(uris: Sequence[str] | None = None) -> dict[str, Any]:
        chosen = list(uris) if uris is not None else [p.as_uri() for p in _files(server)]
        for uri in reported.difference(chosen):
            _publish(server, uri, [])
        reported.intersection_update(chosen)
        counted: Counter[str] = Counter()
        errors, unread = 0, []
        progress = _Progress(server)
        await progress.begin()
        try:
            for k, uri in enumerate(chosen):
                if progress.is_cancelled:
                    break
                progress.report(uri, k, len(chosen))
                found = await _of_open(server, uri) or await _of_file(server, uri, progress, reported)
                if found is None:
                    unread.append(uri)
                else:
                    counted.update(found[0])
                    errors += found[1]
        finally:
            progress.end()
        return {
            "files": len(chosen) - len(unread), "unread": unread, "verdicts": dict(counted), "errors": errors,
            "cancelled": progress.is_cancelled,
        }  # fmt: skip

    @offer("einsight.createPlugin")
    async def plugin_made(name: str, folder: str) -> str:
        """A rule plugin to start from, in a folder; the URI of its module."""
        path = path_of(folder)
        try:
            if path is None or not path.is_dir():
                raise fail("EIN001", f"`{folder}` is no folder")
            return new_plugin(name, path).as_uri()
        except (EinsightError, OSError) as problem:
            raise JsonRpcInvalidParams(str(problem)) from None


def _files(server: Server) -> Iterator[Path]:
    for folder in (path_of(f.uri) for f in server.workspace.folders.values()):
        if folder is not None:
            yield from files_below(folder)


async def _of_open(server: Server, uri: str) -> tuple[dict[str, int], int] | None:
    """The verdicts and the number of errors of a document that is open, which has its diagnostics already."""
    document = server.documents.get(uri)
    if document is None:
        return None
    await server.publisher.finished(document)
    return await server.compute(
        uri, lambda sheet, _: (verdicts(sheet), sum(d.severity == "error" for d in sheet.diagnostics())), None
    )


async def _of_file(
    server: Server, uri: str, progress: _Progress, reported: set[str]
) -> tuple[dict[str, int], int] | None:
    """The same of a file, and its diagnostics sent; None where it cannot be read."""
    path = path_of(uri)
    try:
        assert path is not None
        text = reading.text(path, reading.most_of(path))
    except (AssertionError, OSError, ValueError) as problem:  # also of a name that is none
        log.warning("%s is not read: %s", uri, problem)
        return None
    settings = server.configuration.at(uri)

    def work() -> tuple[Findings, list[dict[str, Any]]]:
        found = _check(path, text, settings)
        return found, wire.diagnostics(found.diagnostics, LineIndex(text), uri)

    done = await server.turns.background(work, stale=lambda: progress.is_cancelled)
    if done is None:
        return None
    found, shown = done
    if server.documents.get(uri) is None:  # it may have been opened meanwhile
        _publish(server, uri, shown)
        (reported.add if shown else reported.discard)(uri)
    return dict(Counter(c.verdict for c in found.claims)), sum(d.severity == "error" for d in found.diagnostics)


def _check(path: Path, text: str, settings: Settings) -> Findings:
    language = SUFFIXES.get(path.suffix, "ein")
    beside = on_disk(path) if language == "latex" else None
    with searching(settings.search):
        found = check_within(settings.budget, text, language, settings.layout_while_typing(language), beside)
    found.diagnostics = [d for d in found.diagnostics if settings.reports(d)]
    return found


def _publish(server: Server, uri: str, shown: list[dict[str, Any]]) -> None:
    server.publisher.send_for(uri, shown)


class _Progress:
    """A progress bar with a button that ends the work, where the client shows one."""

    def __init__(self, server: Server):
        self.bars = server.work_done_progress
        window = server.client_capabilities.window
        self.token = f"einsight-workspace-{time.monotonic()}"
        self.is_shown = bool(window is not None and window.work_done_progress)

    async def begin(self) -> None:
        if self.is_shown:
            self.is_shown = False
            with suppress(Exception):  # a client that refuses simply shows none
                await self.bars.create_async(self.token)
                self.bars.begin(
                    self.token, lsp.WorkDoneProgressBegin("einsight: checking", cancellable=True, percentage=0)
                )
                self.is_shown = True

    @property
    def is_cancelled(self) -> bool:
        waiting = self.bars.tokens.get(self.token)
        return waiting is not None and waiting.cancelled()

    def report(self, uri: str, done: int, of: int) -> None:
        if self.is_shown:
            report = lsp.WorkDoneProgressReport(message=uri.rpartition("/")[2], percentage=100 * done // of)
            self.bars.report(self.token, report)

    def end(self) -> None:
        if self.is_shown:
            self.bars.end(self.token, lsp.WorkDoneProgressEnd())
