"""`einsight lsp`: incremental sync, pushed diagnostics, hover.

Analysis runs in a worker thread on a snapshot of the text, so that typing is never blocked; a result that a
newer version has overtaken is dropped.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from .. import __version__
from ..documents.positions import LineIndex
from ..lowering.report import Diagnostic
from ..services.check import Findings, check
from ..services.hover import hover

DEBOUNCE = 0.12  # seconds: within one keystroke's pause
SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "information": lsp.DiagnosticSeverity.Information,
    "hint": lsp.DiagnosticSeverity.Hint,
}
log = logging.getLogger("einsight")


@dataclass(frozen=True)
class Analysis:
    """A text at a version, with what was found in it."""

    version: int | None
    text: str
    findings: Findings
    lines: LineIndex


class Server(LanguageServer):
    def __init__(self) -> None:
        super().__init__("einsight", f"v{__version__}", text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental)
        self.analyses: dict[str, Analysis] = {}
        self.timers: dict[str, asyncio.TimerHandle] = {}

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log a handler's failure; the default would show the user a popup."""
        log.error("%s: %s", type(error).__name__, error, exc_info=error)

    def encoding(self) -> str:
        chosen = self.workspace.position_encoding
        return str(getattr(chosen, "value", chosen) or "utf-16")

    def schedule(self, uri: str, delay: float) -> None:
        """Analyse that document after a pause; a later call for it replaces this one."""
        waiting = self.timers.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        loop = asyncio.get_running_loop()
        self.timers[uri] = loop.call_later(delay, lambda: asyncio.ensure_future(self.publish(uri)))

    async def analyse(self, uri: str) -> Analysis | None:
        """The analysis of the newest text of an open document."""
        if uri not in self.workspace.text_documents:
            return None
        document = self.workspace.get_text_document(uri)
        text, version, encoding = document.source, document.version, self.encoding()
        known = self.analyses.get(uri)
        if known is not None and known.version == version and known.text == text:
            return known
        language = "markdown" if document.language_id == "markdown" else "ein"
        loop = asyncio.get_running_loop()
        findings = await loop.run_in_executor(None, check, text, language)
        made = Analysis(version, text, findings, LineIndex(text, encoding))
        self.analyses[uri] = made
        return made

    async def publish(self, uri: str) -> None:
        """Analyse and push, unless a newer version came meanwhile."""
        try:
            made = await self.analyse(uri)
            if made is None or uri not in self.workspace.text_documents:
                return
            if self.workspace.get_text_document(uri).version != made.version:
                return
            found = [_diagnostic(d, made.lines, uri) for d in made.findings.diagnostics]
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(uri=uri, version=made.version, diagnostics=found)
            )
        except Exception as error:  # one document's failure must not end the server
            self.report_server_error(error, "diagnostics")


def _range(span: tuple[int, int], lines: LineIndex) -> lsp.Range:
    start, end = lines.position(span[0]), lines.position(span[1])
    return lsp.Range(lsp.Position(*start), lsp.Position(*end))


def _diagnostic(found: Diagnostic, lines: LineIndex, uri: str) -> lsp.Diagnostic:
    related = [
        lsp.DiagnosticRelatedInformation(lsp.Location(uri, _range(span, lines)), message)
        for span, message in found.related
    ]
    return lsp.Diagnostic(
        range=_range(found.span, lines),
        message=found.message,
        severity=SEVERITIES[found.severity],
        code=found.code,
        source="einsight",
        related_information=related or None,
        tags=[lsp.DiagnosticTag.Unnecessary] if found.code == "EIN103" else None,
    )


def make_server() -> Server:
    """A server with its features registered."""
    server = Server()

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.schedule(params.text_document.uri, 0)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        server.schedule(params.text_document.uri, DEBOUNCE)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        waiting = server.timers.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        server.analyses.pop(uri, None)
        server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=uri, diagnostics=[]))

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hovered(params: lsp.HoverParams) -> lsp.Hover | None:
        made = await server.analyse(params.text_document.uri)
        if made is None:
            return None
        if params.position.line >= len(made.lines.starts):
            return None
        offset = made.lines.offset(params.position.line, params.position.character)
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(None, hover, made.findings, made.text, offset)
        if found is None:
            return None
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.markdown)
        return lsp.Hover(contents=content, range=_range(found.span, made.lines))

    return server


def serve(address: tuple[str, int] | None = None) -> None:
    """Serve on stdio, or on a TCP address, until the client leaves."""
    logging.basicConfig(level=logging.WARNING)
    server = make_server()
    if address is None:
        server.start_io()
    else:
        server.start_tcp(*address)
