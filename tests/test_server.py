"""The server in a real subprocess, asked over stdio as an editor asks."""

import sys

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

TEXT = """A ∈ ℝ^(n×m); a, x ∈ ℝ^m; y ∈ ℝ^n
d/dx (y' A x) = y' A
d/dx (a' x) = a
𝛿 ∈ ℝ; 𝛿 A x x
"""


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[sys.executable, "-m", "einsight", "lsp"]))
async def client(lsp_client: LanguageClient):
    await lsp_client.initialize_session(
        lsp.InitializeParams(capabilities=client_capabilities("visual-studio-code"), workspace_folders=None)
    )
    yield
    await lsp_client.shutdown_session()


def _open(client: LanguageClient, uri: str, text: str, language: str = "einsight") -> None:
    item = lsp.TextDocumentItem(uri=uri, language_id=language, version=1, text=text)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(text_document=item))


async def _diagnostics(client: LanguageClient, uri: str) -> list[tuple[str, int, int]]:
    await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return [(d.code, d.range.start.line, d.range.start.character) for d in client.diagnostics[uri]]


@pytest.mark.asyncio
async def test_diagnostics_and_hover(client: LanguageClient):
    uri = "file:///course.ein"
    _open(client, uri, TEXT)
    found = await _diagnostics(client, uri)
    assert ("EIN402", 2, 14) in found
    # 𝛿 takes two UTF-16 units
    assert ("EIN303", 3, 13) in found

    where = lsp.HoverParams(text_document=lsp.TextDocumentIdentifier(uri), position=lsp.Position(1, 3))
    hover = await client.text_document_hover_async(where)
    text = hover.contents.value
    for part in ("right", "y_k A_ki", "y' A", "1×m", "numerator", "delta.contract"):
        assert part in text

    edit = lsp.TextDocumentContentChangePartial(range=lsp.Range(lsp.Position(2, 14), lsp.Position(2, 15)), text="a'")
    identifier = lsp.VersionedTextDocumentIdentifier(uri=uri, version=2)
    client.text_document_did_change(lsp.DidChangeTextDocumentParams(text_document=identifier, content_changes=[edit]))
    found = await _diagnostics(client, uri)
    assert [c for c, *_ in found] == ["EIN303"]

    nowhere = lsp.HoverParams(
        text_document=lsp.TextDocumentIdentifier("file:///other.ein"), position=lsp.Position(0, 0)
    )
    assert await client.text_document_hover_async(nowhere) is None
