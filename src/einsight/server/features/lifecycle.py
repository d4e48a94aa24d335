"""Settings, watched files, warming up, the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

if TYPE_CHECKING:
    from ..session import Server

# seconds after which what is rarely needed is loaded, if nothing else is to be done
IDLE = 1.0
log = logging.getLogger("einsight")


def register(server: Server, load: Callable[[], object]) -> None:
    """`load` imports what the first request needs."""

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        given = params.initialization_options
        server.options = dict(given) if isinstance(given, dict) else {}
        server.client_name = params.client_info.name if params.client_info else ""
        server.configuration.begin(server.options)

    @server.feature(lsp.INITIALIZED)
    async def initialized(params: lsp.InitializedParams) -> None:
        server.background_tasks.add(asyncio.ensure_future(server.watch_client()))
        await asyncio.get_running_loop().run_in_executor(None, load)  # the imports, beside the event loop
        await server.configuration.pull()
        await _watch_settings(server)
        await asyncio.sleep(IDLE)
        while server.publisher.tasks:
            await asyncio.sleep(IDLE)
        # beside the turns, which an import would hold up
        await asyncio.get_running_loop().run_in_executor(None, _warm, server)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configured(params: lsp.DidChangeConfigurationParams) -> None:
        given = params.settings.get("einsight", params.settings) if isinstance(params.settings, dict) else None
        workspace = server.client_capabilities.workspace
        if workspace is not None and workspace.configuration:
            await server.configuration.pull()
        else:
            server.configuration.use(given)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: lsp.DidChangeWatchedFilesParams) -> None:
        if any(change.uri.endswith(".rules") for change in params.changes):
            server.configuration.rules_changed()
        server.configuration.changed()

    @server.feature("einsight/theme")
    def theme(params: Any) -> None:
        """The client's theme is now `light`, `dark` or `highContrast`: pictures follow."""
        kind = params.get("kind") if isinstance(params, dict) else getattr(params, "kind", None)
        server.options["theme"] = kind

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_SAVE)
    def notebook_saved(params: lsp.DidSaveNotebookDocumentParams) -> None:
        """What is on the disk is of no interest."""

    @server.feature(lsp.SHUTDOWN)
    def shutting_down(params: Any = None) -> None:
        server.exit_code = 0

    @server.feature(lsp.SET_TRACE)
    def traced(params: lsp.SetTraceParams) -> None:
        """Nothing is traced beyond the log."""


async def _watch_settings(server: Server) -> None:
    """Have the client tell when its settings change, or a settings file, where it can."""
    from ...settings import FILES

    workspace = server.client_capabilities.workspace or lsp.WorkspaceClientCapabilities()
    files = lsp.DidChangeWatchedFilesRegistrationOptions(
        [lsp.FileSystemWatcher(f"**/{name}") for name in (*FILES, "*.rules")]
    )
    own = lsp.DidChangeConfigurationRegistrationOptions("einsight")
    offers: list[tuple[str, Any, Any]] = [
        (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, files, workspace.did_change_watched_files),
        (lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, own, workspace.did_change_configuration),
    ]
    wanted = [
        lsp.Registration(f"einsight-{method}", method, options)
        for method, options, able in offers
        if able is not None and able.dynamic_registration
    ]
    if wanted:
        with suppress(Exception):  # a client that refuses simply does not tell
            await server.client_register_capability_async(lsp.RegistrationParams(wanted))


def _warm(server: Server) -> None:
    """Load what the first request would wait for."""
    from ...rules.catalogue import catalogue

    catalogue()
    if server.shows_pictures():
        from ...notation.picture import picture

        picture("x", "light")
