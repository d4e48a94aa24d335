"""What one client has: its open documents, its settings, and whose turn it is to compute for it.

The event loop never computes: it changes texts and sends answers.  What a request needs is worked out in its turn;
diagnostics follow a pause in the typing, the statements that an edit touches first.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from .. import __version__
from ..documents.positions import LineIndex
from ..forms.effort import searching
from . import notebooks
from .configuration import Configuration
from .documents import Documents, OpenDocument, path_of
from .pending import Pending
from .protocol import Protocol
from .publishing import Publisher
from .turns import Rank, Superseded, TookTooLong, Turns

if TYPE_CHECKING:  # loaded when a document is opened: the answer to `initialize` does not wait for them
    from ..documents.inputs import Beside
    from ..editing.hover import Hover
    from ..sheets.sheet import Sheet

T = TypeVar("T")
CLIENT_CHECK = 10.0  # seconds between looks whether the client is still there
# of notebooks the cells in Markdown and in Python
NOTEBOOKS = lsp.NotebookDocumentSyncOptions(
    [
        lsp.NotebookDocumentFilterWithNotebook(
            lsp.NotebookDocumentFilterNotebookType("jupyter-notebook"),
            [lsp.NotebookCellLanguage(name) for name in (notebooks.MARKDOWN, notebooks.PYTHON)],
        )
    ]
)
log = logging.getLogger("einsight")


class Server(LanguageServer):
    """What the features are handed: the open documents, the turns, the settings, what the client can do."""

    def __init__(self) -> None:
        super().__init__(
            "einsight",
            f"v{__version__}",
            text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
            notebook_document_sync=NOTEBOOKS,
            protocol_cls=Protocol,
            max_workers=4,
        )
        self.documents = Documents()
        self.turns = Turns(after=lambda: self.configuration.tell_faults())
        self.publisher = Publisher(self, self.turns, lambda document: self.configuration.of(document))
        self.configuration = Configuration(self, self.documents, self.publisher)
        self.pending = Pending(self, self.documents, self.compute, self.publisher.refresh_views)
        self.options: dict[str, Any] = {}  # initializationOptions: pictures, theme, html, trusted, settings
        self.begun: dict[
            str, tuple[tuple[int, int], Hover]
        ] = {}  # the last hover of a document, where it left something out
        self.client_name = ""
        self.exit_code = 1
        self.background_tasks: set[asyncio.Future[Any]] = set()

    # documents

    def opened(self, params: lsp.DidOpenTextDocumentParams) -> None:
        document = self.documents.open(params.text_document, self.encoding())
        if document is None:
            log.warning("%s: documents in %s are not read", params.text_document.uri, params.text_document.language_id)
            return
        document.beside = self.beside(document)
        self.configuration.apply(document)
        self.publisher.schedule(document, 0)

    def beside(self, document: OpenDocument) -> Beside | None:
        """The files beside a LaTeX file: as they are open, or else on the disk."""
        path = path_of(document.uri) if document.language == "latex" else None
        if path is None:
            return None
        from ..documents.inputs import on_disk

        kept = on_disk(path)

        def text(name: str) -> str | None:
            known = self.documents.get(Path(os.path.normpath(path.parent / name)).as_uri())
            return known.text if known is not None else kept(name)

        return text

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        document = self.documents.get(params.text_document.uri)
        if document is None:
            log.warning("%s was changed and is not open", params.text_document.uri)
        elif document.apply(params.content_changes, params.text_document.version):
            self.publisher.schedule(document)

    def closed(self, params: lsp.DidCloseTextDocumentParams) -> None:
        document = self.documents.close(params.text_document.uri)
        if document is not None:
            self.publisher.forget(document)

    def notebook_opened(self, params: lsp.DidOpenNotebookDocumentParams) -> None:
        notebook = notebooks.opened(params, self.encoding())
        for document in self._parts(notebook):
            self.configuration.apply(document)
            self.publisher.schedule(document, 0)

    def notebook_changed(self, params: lsp.DidChangeNotebookDocumentParams) -> None:
        notebook = self.documents.get(params.notebook_document.uri)
        if not isinstance(notebook, notebooks.OpenNotebook):
            log.warning("%s was changed and is not open", params.notebook_document.uri)
            return
        gone = notebooks.changed(notebook, params)
        self.documents.drop(
            c.uri for c in (*gone, *notebook.cells)
        )  # one that is of another language now changes its document
        for cell in gone:
            self.publisher.send(cell.uri, cell.version, [])
        for document in self._parts(notebook):
            self.publisher.schedule(document)

    def notebook_closed(self, params: lsp.DidCloseNotebookDocumentParams) -> None:
        notebook = self.documents.close(params.notebook_document.uri)
        if isinstance(notebook, notebooks.OpenNotebook):
            self.documents.drop(c.uri for c in notebook.cells)
            self.publisher.forget(notebook)
            if notebook.code is not None:
                notebook.code.is_open = False
                self.publisher.forget(notebook.code)

    def _parts(self, notebook: notebooks.OpenNotebook) -> list[OpenDocument]:
        """The notes and the program in a notebook, open by the URIs of their cells."""
        parts: list[OpenDocument] = [notebook, *([notebook.code] if notebook.code is not None else [])]
        for document in parts:
            self.documents.put(document, notebook.uris(document.language))
        return parts

    def encoding(self) -> str:
        chosen = self.workspace.position_encoding
        return str(getattr(chosen, "value", chosen) or "utf-16")

    # what the client shows

    def shows_pictures(self) -> bool:
        """Does it show the images of a hover?  VS Code and its kin do; others say so."""
        said = self.options.get("pictures")
        return bool(said) if said is not None else "visual studio code" in self.client_name.lower()

    def theme(self) -> str | None:
        return self.options.get("theme")

    # computing

    async def compute(
        self,
        uri: str,
        work: Callable[[Sheet, LineIndex], T],
        default: T,
        read_to: Callable[[LineIndex], int] | None = None,
        rank: Rank = Rank.AT_ONCE,
        spent: Callable[[str], T] | None = None,
    ) -> T:
        """What `work` makes of the newest sheet of a document, in turn; `default` where there is none, or no time.

        `read_to` gives the offset up to which the sheet must be read; without it, it is read whole.  Where the time was spent,
        `spent` makes an answer of the reason.
        """
        document = self.documents.get(uri)
        if document is None:
            return default
        state = document.state

        def run() -> T:
            sheet, lines = document.settled()
            sheet.catch_up(None if read_to is None else sheet.last_before(read_to(document.lines_for(uri, lines))))
            with searching(document.search):
                return work(sheet, document.lines_for(uri, lines))

        budget = self.configuration.of(document).budget
        try:
            return await self.turns.asked(run, budget=budget, rank=rank, stale=lambda: document.is_stale(state))
        except TookTooLong as late:
            log.warning("%s: %s", uri, late)
            return default if spent is None else spent(str(late))
        except Superseded:
            return default

    def work_ahead(self, uri: str, work: Callable[[Sheet, LineIndex], Any]) -> None:
        """Have something worked out that will be asked for again."""
        task = asyncio.ensure_future(self.compute(uri, work, None, rank=Rank.PATIENT))
        self.background_tasks.add(task)
        task.add_done_callback(self.background_tasks.discard)

    # the end

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log a handler's failure; the default would show the user a popup.  A refusal is an answer, and no failure."""
        if isinstance(error, JsonRpcInvalidParams):
            return
        log.error("%s: %s", type(error).__name__, error, exc_info=error)

    def shutdown(self) -> None:
        self.turns.close()
        super().shutdown()

    async def watch_client(self) -> None:
        """End when the client has gone without a word and left the pipe open."""
        while os.name == "posix" and self.process_id:
            await asyncio.sleep(CLIENT_CHECK)
            try:
                os.kill(self.process_id, 0)
            except ProcessLookupError:
                log.warning("the client has gone")
                self.turns.close()
                os._exit(1)
            except PermissionError:
                return
