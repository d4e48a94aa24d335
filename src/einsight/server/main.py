"""`einsight lsp`: the language server.

    client ──▶ protocol ──▶ documents (text, edits) ──▶ turns ──▶ editing (on the sheet) ──▶ wire ──▶ client

The event loop never computes: it changes texts and sends answers.  What a request needs is worked out in its turn;
diagnostics follow a pause in the typing, the statements that an edit touches first.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlparse
from urllib.request import url2pathname

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from .. import __version__
from ..documents.positions import LineIndex
from ..terms.interruption import within
from . import notebooks
from .documents import Documents, OpenDocument
from .protocol import Protocol
from .publishing import Publisher
from .tcp import over_socket
from .transport import over_pipes
from .turns import TookTooLong, Turns

if TYPE_CHECKING:  # loaded when a document is opened: the answer to `initialize` does not wait for them
    from ..documents.inputs import Beside
    from ..settings import Settings
    from ..sheets.sheet import Sheet
    from .settings import EditorSettings

T = TypeVar("T")
CLIENT_CHECK = 10.0  # seconds between looks whether the client is still there
# of notebooks the cells in Markdown
NOTEBOOKS = lsp.NotebookDocumentSyncOptions(
    [
        lsp.NotebookDocumentFilterWithNotebook(
            lsp.NotebookDocumentFilterNotebookType("jupyter-notebook"), [lsp.NotebookCellLanguage(notebooks.MARKDOWN)]
        )
    ]
)
log = logging.getLogger("einsight")


class Server(LanguageServer):
    """What the features share: the open documents, the turns, the settings, what the client can do."""

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
        self.turns = Turns(after=self.tell_faults)
        self.publisher = Publisher(self)
        self.given_settings: Any = None
        self._editor: EditorSettings | None = None
        self.options: dict[str, Any] = {}  # initializationOptions: pictures, theme, html, trusted
        self.client_name = ""
        self.exit_code = 1
        self.background_tasks: set[asyncio.Future[Any]] = set()
        self._file_settings: dict[str, Settings] = {}
        self._bad_files: set[str] = set()  # of settings, which have a diagnostic
        self._plugins = 0  # counts the choices of plugins
        self._passed_over: set[str] = set()  # files of rules in a workspace that is not trusted

    # documents

    def opened(self, params: lsp.DidOpenTextDocumentParams) -> None:
        document = self.documents.open(params.text_document, self.encoding())
        if document is None:
            log.warning("%s: documents in %s are not read", params.text_document.uri, params.text_document.language_id)
            return
        document.beside = self.beside(document)
        self.apply_settings(document)
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
        self.documents.put(notebook, [notebook.uri, *(c.uri for c in notebook.cells)])
        self.apply_settings(notebook)
        self.publisher.schedule(notebook, 0)

    def notebook_changed(self, params: lsp.DidChangeNotebookDocumentParams) -> None:
        notebook = self.documents.get(params.notebook_document.uri)
        if not isinstance(notebook, notebooks.OpenNotebook):
            log.warning("%s was changed and is not open", params.notebook_document.uri)
            return
        gone = notebooks.changed(notebook, params)
        self.documents.drop(c.uri for c in gone)
        self.documents.put(notebook, (c.uri for c in notebook.cells))
        for cell in gone:
            self.publisher.send(cell.uri, cell.version, [])
        self.publisher.schedule(notebook)

    def notebook_closed(self, params: lsp.DidCloseNotebookDocumentParams) -> None:
        notebook = self.documents.close(params.notebook_document.uri)
        if isinstance(notebook, notebooks.OpenNotebook):
            self.documents.drop(c.uri for c in notebook.cells)
            self.publisher.forget(notebook)

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

    # settings

    @property
    def editor(self) -> EditorSettings:
        """What the client sets for the editor; its defaults until it has said so."""
        if self._editor is None:
            from .settings import read_editor_settings

            self._editor = read_editor_settings(self.given_settings)
        return self._editor

    def settings_of(self, document: OpenDocument) -> Settings:
        return self.settings_at(document.uri)

    def settings_at(self, uri: str) -> Settings:
        """The project's file over the editor's settings."""
        from ..settings import Settings, settings_for

        known = self._file_settings.get(uri)
        if known is None:
            path = path_of(uri)
            known = self._file_settings[uri] = settings_for(path) if path is not None else Settings()
            if known.problem is not None and known.problem.source not in self._bad_files:
                self._bad_files.add(known.problem.source)
                self.publisher.of_settings(known.problem)
                self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Warning, str(known.problem)))
        return known.over(self.editor.checking)

    def apply_settings(self, document: OpenDocument) -> None:
        settings = self.settings_of(document)
        document.layout = settings.layout_while_typing(document.language)
        document.budget = settings.budget
        self.choose_plugins(document)

    def choose_plugins(self, *more: OpenDocument) -> None:
        """Without the plugins that the settings of any open document disable, and with the files of rules of all of them.

        A project's own rules count where the client says that its workspace is trusted (`initializationOptions.trusted`).
        """
        from ..plugins.telling import use

        found = [self.settings_of(d) for d in dict.fromkeys([*self.documents.all(), *more])]
        rules = {name for settings in found for name in settings.rules}
        if self.options.get("trusted") is not True:
            for name in sorted(rules - self._passed_over):
                told = f"{name} is not read: the workspace is not trusted"
                self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Info, told))
            self._passed_over |= rules
            rules = set()
        if use({name for settings in found for name in settings.disabled}, sorted(rules)):
            self.plugins_changed(*more)

    def plugins_changed(self, *more: OpenDocument) -> None:
        """Have every document worked out anew."""
        self._plugins += 1
        for document in self.documents.all():
            self.publisher.schedule(document, 0)
        for document in [*self.documents.all(), *more]:
            document.plugins = self._plugins

    def rules_changed(self) -> None:
        """Read the files of rules again."""
        from ..plugins.telling import load_again

        load_again()
        self.plugins_changed()

    def tell_faults(self) -> None:
        """Show, once, what went wrong in plugins."""
        if "einsight.deriving" in sys.modules:
            from ..plugins.telling import tell

            tell(self._warn)

    def _warn(self, message: str) -> None:
        log.warning("%s", message)
        self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, message))

    def settings_changed(self) -> None:
        """Take up new settings in every document that is open."""
        were_bad, self._bad_files = self._bad_files, set()
        self._file_settings.clear()
        for document in self.documents.all():
            self.apply_settings(document)
            self.publisher.schedule(document, 0)
        for source in were_bad - self._bad_files:
            self.publisher.send_for(Path(source).as_uri(), [])
        self.publisher.refresh_views()

    async def pull_settings(self) -> None:
        """Ask the client for its settings, where it answers such questions."""
        workspace = self.client_capabilities.workspace
        if workspace is None or not workspace.configuration:
            return
        asked = lsp.ConfigurationParams([lsp.ConfigurationItem(section="einsight")])
        try:
            given = await self.workspace_configuration_async(asked)
        except Exception as problem:
            log.warning("the client gives no settings: %s", problem)
            return
        # null is no settings: those of `initialize` stand
        told = given[0] if given else None
        self.use_settings(self.options.get("settings") if told is None else told)

    def use_settings(self, given: Any) -> None:
        before, self.given_settings, self._editor = self.editor, given, None
        if self.editor == before:
            return
        if self.editor.checking.problem is not None:
            told = str(self.editor.checking.problem)
            self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Warning, told))
        self.settings_changed()

    def load(self) -> None:
        """Import what the first request needs."""
        from .features import load

        load(self)

    # computing

    async def compute(
        self,
        uri: str,
        work: Callable[[Sheet, LineIndex], T],
        default: T,
        read_to: Callable[[LineIndex], int] | None = None,
    ) -> T:
        """What `work` makes of the newest sheet of a document, in turn; `default` where there is none, or no time.

        `read_to` gives the offset up to which the sheet must be read; without it, it is read whole.
        """
        document = self.documents.get(uri)
        if document is None:
            return default

        def run() -> T:
            sheet, lines = document.settled()
            sheet.catch_up(None if read_to is None else sheet.last_before(read_to(document.lines_for(uri, lines))))
            return work(sheet, document.lines_for(uri, lines))

        try:
            return await self.turns.urgent(run, budget=self.settings_of(document).budget)
        except TookTooLong as spent:
            log.warning("%s: %s", uri, spent)
            return default

    def work_ahead(self, uri: str, work: Callable[[Sheet], Any]) -> None:
        """Have something worked out that will be asked for again, when nobody waits for anything."""
        document = self.documents.get(uri)
        if document is not None:
            state = document.state

            def run() -> None:
                with within(document.budget):
                    work(document.settled()[0])

            task = asyncio.ensure_future(self.turns.background(run, stale=lambda: document.is_stale(state)))
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


def path_of(uri: str) -> Path | None:
    """The file of a URI, if it is one."""
    parsed = urlparse(uri)
    return Path(url2pathname(unquote(parsed.path))) if parsed.scheme == "file" else None


def make_server() -> Server:
    """A server with its features registered."""
    from .features import register_all

    server = Server()
    register_all(server)
    return server


def serve(address: tuple[str, int] | None = None, announce: Callable[[str], None] = print) -> int:
    """Serve on stdio, or one client on a TCP address, until the client leaves; the exit status.

    `announce` is given what that client has to know.  Raises CannotServe where the address cannot be served.
    """
    from ..memory import limit_memory

    limit_memory()
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
