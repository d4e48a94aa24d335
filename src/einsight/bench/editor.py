"""What an editor does with a document: opens it, types into it, waits for its diagnostics.

Columns count characters, which are UTF-16 units only in the basic plane: `documents` writes no others.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import Any

from .client import Client, Message

PUBLISHED = "textDocument/publishDiagnostics"
CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {
        "configuration": True,
        "semanticTokens": {"refreshSupport": True},
        "inlayHint": {"refreshSupport": True},
    },
    "textDocument": {
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "inlayHint": {},
        "semanticTokens": {
            "requests": {"full": True, "range": True},
            "tokenTypes": ["variable", "parameter", "function", "operator", "number", "keyword", "comment"],
            "tokenModifiers": ["declaration", "definition"],
            "formats": ["relative"],
        },
    },
}
INITIALIZE = {"processId": None, "rootUri": None, "capabilities": CAPABILITIES}


@dataclass(frozen=True)
class Edit:
    """What stands from `start` to `end` (line, column) replaced by `text`."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str


def typed(line: int, column: int, text: str) -> Edit:
    return Edit((line, column), (line, column), text)


class Editor:
    """A document that is open in a server, at its `version`."""

    def __init__(self, client: Client, uri: str, text: str) -> None:
        self.client, self.uri = client, uri
        self.lines = text.split("\n")
        self.version = 0

    def open(self) -> float:
        """Opens it as version 1; returns when."""
        self.version = 1
        item = {"uri": self.uri, "languageId": "einsight", "version": 1, "text": "\n".join(self.lines)}
        return self.client.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, edit: Edit) -> tuple[float, Edit]:
        """Makes the edit; returns when it was sent, and the edit that takes it back."""
        back = self._apply(edit)
        self.version += 1
        change = {"range": _range(edit.start, edit.end), "text": edit.text}
        document = {"uri": self.uri, "version": self.version}
        sent = self.client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        return sent, back

    def first(self, timeout: float) -> Message:
        """The first diagnostics of this version; TimeoutError where none come."""
        return self.client.wait_for(self._is_ours, timeout)

    def last(self, quiet: float, timeout: float) -> Message:
        """The last diagnostics of this version: none have come for `quiet` seconds after; else TimeoutError."""
        end = time.perf_counter() + timeout
        found = self.first(timeout)
        while time.perf_counter() < end:
            try:
                found = self.client.wait_for(functools.partial(self._is_ours, after=found.at), quiet)
            except TimeoutError:
                return found
        raise TimeoutError(f"diagnostics still come after {timeout:.1f} s")

    def identified(self, **more: Any) -> dict[str, Any]:
        """The params of a request about this document."""
        return {"textDocument": {"uri": self.uri}, **more}

    def span(self, first: int, count: int) -> dict[str, Any]:
        """The range of so many lines, as far as there are any."""
        return _range((first, 0), (min(first + count, len(self.lines) - 1), 0))

    def _is_ours(self, message: Message, after: float = 0.0) -> bool:
        if message.method != PUBLISHED or message.at <= after:
            return False
        return message.params["uri"] == self.uri and message.params.get("version") == self.version

    def _apply(self, edit: Edit) -> Edit:
        (first, column), (last, end) = edit.start, edit.end
        touched = self.lines[first : last + 1]
        old = "\n".join(touched)
        tail = len(touched[-1]) - end
        new = old[:column] + edit.text + old[len(old) - tail :]
        self.lines[first : last + 1] = new.split("\n")
        added = edit.text.split("\n")
        after = len(added[-1]) + (column if len(added) == 1 else 0)
        return Edit(edit.start, (first + len(added) - 1, after), old[column : len(old) - tail])


def _range(start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    (line, column), (last, after) = start, end
    return {"start": {"line": line, "character": column}, "end": {"line": last, "character": after}}
