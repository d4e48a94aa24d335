"""What is set, in the editor and in the files of projects, and which plugins count by that."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from .documents import Documents, OpenDocument, path_of
from .publishing import Publisher

if TYPE_CHECKING:  # loaded when a document is opened: the answer to `initialize` does not wait for them
    from ..settings import Settings
    from .settings import EditorSettings

log = logging.getLogger("einsight")


class Configuration:
    """The settings of each document, kept in step with the client and the disk.

    is_trusted   does the client say that the files of its workspace may say which rules count?
    given        the section `einsight` as the client gave it last
    """

    def __init__(self, client: LanguageServer, documents: Documents, publisher: Publisher):
        self.client, self.documents, self.publisher = client, documents, publisher
        self.is_trusted = False
        self.given: Any = None
        self._at_start: Any = None  # what `initialize` gave
        self._editor: EditorSettings | None = None
        self._of_files: dict[str, Settings] = {}
        self._bad_files: set[str] = set()  # of settings, which have a diagnostic
        self._plugins = 0  # counts the choices of plugins
        self._passed_over: set[str] = set()  # files of rules in a workspace that is not trusted

    def begin(self, options: dict[str, Any]) -> None:
        """Take what the client says in `initialize`."""
        self.is_trusted = options.get("trusted") is True
        self.given = self._at_start = options.get("settings")

    @property
    def editor(self) -> EditorSettings:
        """What the client sets for the editor; its defaults until it has said so."""
        if self._editor is None:
            from .settings import read_editor_settings

            self._editor = read_editor_settings(self.given)
        return self._editor

    def of(self, document: OpenDocument) -> Settings:
        return self.at(document.uri)

    def at(self, uri: str) -> Settings:
        """The project's file over the editor's settings."""
        from ..settings import Settings, settings_for

        known = self._of_files.get(uri)
        if known is None:
            path = path_of(uri)
            known = self._of_files[uri] = settings_for(path) if path is not None else Settings()
            if known.problem is not None and known.problem.source not in self._bad_files:
                self._bad_files.add(known.problem.source)
                self.publisher.of_settings(known.problem)
                self._log(lsp.MessageType.Warning, str(known.problem))
        return known.over(self.editor.checking)

    def apply(self, document: OpenDocument) -> None:
        settings = self.of(document)
        document.layout = settings.layout_while_typing(document.language)
        document.budget, document.search = settings.budget, settings.search
        self._choose_plugins(document)

    # settings that change

    async def pull(self) -> None:
        """Ask the client for its settings, where it answers such questions."""
        workspace = self.client.client_capabilities.workspace
        if workspace is None or not workspace.configuration:
            return
        asked = lsp.ConfigurationParams([lsp.ConfigurationItem(section="einsight")])
        try:
            given = await self.client.workspace_configuration_async(asked)
        except Exception as problem:
            log.warning("the client gives no settings: %s", problem)
            return
        # null is no settings: those of `initialize` stand
        told = given[0] if given else None
        self.use(self._at_start if told is None else told)

    def use(self, given: Any) -> None:
        """Take up what the client sets now."""
        before, self.given, self._editor = self.editor, given, None
        if self.editor == before:
            return
        if self.editor.checking.problem is not None:
            self._log(lsp.MessageType.Warning, str(self.editor.checking.problem))
        self.changed()

    def changed(self) -> None:
        """Take up new settings in every document that is open."""
        were_bad, self._bad_files = self._bad_files, set()
        self._of_files.clear()
        for document in self.documents.all():
            self.apply(document)
            self.publisher.schedule(document, 0)
        for source in were_bad - self._bad_files:
            self.publisher.send_for(Path(source).as_uri(), [])
        self.publisher.refresh_views()

    # plugins

    def _choose_plugins(self, *more: OpenDocument) -> None:
        """Without the plugins that the settings of any open document disable, and with the files of rules of all of them.

        A project's own rules count where the client says that its workspace is trusted (`initializationOptions.trusted`).
        """
        from ..plugins.telling import use

        found = [self.of(d) for d in dict.fromkeys([*self.documents.all(), *more])]
        rules = {name for settings in found for name in settings.rules}
        if not self.is_trusted:
            for name in sorted(rules - self._passed_over):
                self._log(lsp.MessageType.Info, f"{name} is not read: the workspace is not trusted")
            self._passed_over |= rules
            rules = set()
        if use({name for settings in found for name in settings.disabled}, sorted(rules)):
            self._plugins_changed(*more)

    def _plugins_changed(self, *more: OpenDocument) -> None:
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
        self._plugins_changed()

    def tell_faults(self) -> None:
        """Show, once, what went wrong in plugins."""
        if "einsight.deriving" in sys.modules:
            from ..plugins.telling import tell

            tell(self._warn)

    def _warn(self, message: str) -> None:
        log.warning("%s", message)
        self.client.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, message))

    def _log(self, kind: lsp.MessageType, message: str) -> None:
        self.client.window_log_message(lsp.LogMessageParams(kind, message))
