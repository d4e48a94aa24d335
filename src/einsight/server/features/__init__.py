"""What the server offers; a file a group, loaded when something of it is first asked for.

lifecycle.py   settings, watched files, the end: loaded at once
hover.py       hovers, with a picture where the client shows one
completion.py  completion and signature help
navigation.py  highlight, references, definition, renaming, symbols, folding, growing selections
drawing.py     semantic tokens, inlay hints, lenses
actions.py     code actions, commands, derivations
panel.py       what a panel beside the text shows and does
workspace.py   every document of the workspace checked at once; new plugins
formatting.py  whole documents and ranges

Everything behind those is a quarter of a second of imports, for which the answer to `initialize` does not wait: it says
what is offered from the tables here, and the first request loads what answers it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from ..arguments import require_arguments
from ..protocol import Plain
from . import lifecycle

if TYPE_CHECKING:
    from ..main import Server

GROUPS = ("hover", "completion", "navigation", "drawing", "actions", "panel", "workspace", "formatting")
# token types and modifiers of the protocol, so that every theme has colours for them
TOKEN_TYPES = ("variable", "parameter", "function", "type", "macro", "keyword", "property", "number", "operator")
TOKEN_MODIFIERS = ("declaration", "definition", "readonly", "local", "defaultLibrary")
LEGEND = lsp.SemanticTokensLegend(token_types=list(TOKEN_TYPES), token_modifiers=list(TOKEN_MODIFIERS))

OFFERED: dict[str, Any] = {
    lsp.TEXT_DOCUMENT_HOVER: None,
    lsp.TEXT_DOCUMENT_COMPLETION: lsp.CompletionOptions(
        trigger_characters=["\\", "_", "^", "{", ",", "∈", "#", "[", "!"]
    ),
    lsp.TEXT_DOCUMENT_SIGNATURE_HELP: lsp.SignatureHelpOptions(trigger_characters=["(", ","]),
    lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: None,
    lsp.TEXT_DOCUMENT_REFERENCES: None,
    lsp.TEXT_DOCUMENT_DEFINITION: None,
    lsp.TEXT_DOCUMENT_PREPARE_RENAME: None,
    lsp.TEXT_DOCUMENT_RENAME: lsp.RenameOptions(prepare_provider=True),
    lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL: None,
    lsp.WORKSPACE_SYMBOL: None,
    lsp.TEXT_DOCUMENT_FOLDING_RANGE: None,
    lsp.TEXT_DOCUMENT_SELECTION_RANGE: None,
    lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: LEGEND,
    lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE: LEGEND,
    lsp.TEXT_DOCUMENT_INLAY_HINT: None,
    lsp.TEXT_DOCUMENT_CODE_LENS: lsp.CodeLensOptions(resolve_provider=True),
    lsp.CODE_LENS_RESOLVE: None,
    lsp.TEXT_DOCUMENT_CODE_ACTION: lsp.CodeActionOptions(
        code_action_kinds=["quickfix", "refactor.rewrite", "source", "source.fixAll.einsight"]
    ),
    lsp.TEXT_DOCUMENT_FORMATTING: None,
    lsp.TEXT_DOCUMENT_RANGE_FORMATTING: None,
    "einsight/derivation": None,
    "einsight/status": None,
    "einsight/view": None,
    "einsight/rules": None,
    "einsight/vocabulary": None,
}
# what concerns whole texts, or all that is typed into them, is left to the servers of their languages
_OF_WHOLE_TEXTS = frozenset({
    lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL, lsp.TEXT_DOCUMENT_FOLDING_RANGE, lsp.TEXT_DOCUMENT_SELECTION_RANGE,
    lsp.TEXT_DOCUMENT_FORMATTING, lsp.TEXT_DOCUMENT_RANGE_FORMATTING,
    lsp.TEXT_DOCUMENT_PREPARE_RENAME, lsp.TEXT_DOCUMENT_RENAME,
})  # fmt: skip
_OF_TYPING = frozenset({
    lsp.TEXT_DOCUMENT_COMPLETION, lsp.TEXT_DOCUMENT_SIGNATURE_HELP, lsp.TEXT_DOCUMENT_CODE_LENS,
    lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE,
})  # fmt: skip
WITHHELD = {
    "cells": _OF_WHOLE_TEXTS, **dict.fromkeys(("latex", "rst", "python", "julia"), _OF_WHOLE_TEXTS | _OF_TYPING),
}  # fmt: skip
# with what each is given, in this order; what has a `?` may be left out or null
COMMANDS = {
    "einsight.showDerivation": "uri position", "einsight.insertJacobian": "uri position variable",
    "einsight.insertDerivation": "uri position", "einsight.copyAs": "target uri position variable?",
    "einsight.explain": "what", "einsight.insertStep": "uri position step variable?",
    "einsight.checkWorkspace": "uris?", "einsight.createPlugin": "name folder",
}  # fmt: skip

Handler = Callable[..., Any]
# how a group names what answers a method or a command
Offer = Callable[[str], Callable[[Handler], Handler]]


def register_all(server: Server) -> None:
    lifecycle.register(server)
    handlers: dict[str, Handler] = {}
    for method, options in OFFERED.items():
        server.feature(method, options)(_deferred(server, handlers, method))
    for name in COMMANDS:
        server.command(name)(_deferred(server, handlers, name))


def _deferred(server: Server, handlers: dict[str, Handler], name: str) -> Handler:
    async def call(*given: Any) -> Any:
        if not handlers:
            handlers.update(load(server))
        document = server.documents.get(_uri(given[0])) if given else None
        if document is not None and name in WITHHELD.get(document.language, ()):
            return Plain(None)
        if name in COMMANDS:
            require_arguments(name, COMMANDS[name], given)
        return await handlers[name](*given)

    return call


def _uri(params: Any) -> str:
    return str(getattr(getattr(params, "text_document", None), "uri", ""))


def load(server: Server) -> dict[str, Handler]:
    """What answers each method and command."""
    found: dict[str, Handler] = {}

    def offer(name: str) -> Callable[[Handler], Handler]:
        def take(handler: Handler) -> Handler:
            found[name] = handler
            return handler

        return take

    for group in GROUPS:
        importlib.import_module(f"{__name__}.{group}").register(server, offer)
    return found
