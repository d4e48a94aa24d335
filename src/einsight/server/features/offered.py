"""What is offered: the methods and commands, and of which documents.

The answer to `initialize` is told from these tables, so they import nothing of the mathematics.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lsprotocol import types as lsp

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
    "einsight/hoverRest": None,
    "einsight/status": None,
    "einsight/view": None,
    "einsight/rules": None,
    "einsight/verdicts": None,
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
