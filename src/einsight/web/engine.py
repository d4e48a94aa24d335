"""Messages of the page: `{"method", "given"}` in, what is asked out, as JSON; and those of the language server, as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .. import __version__
from ..docs.book import one_page
from ..lowering.report import EinsightError
from ..rules.engine import MissingRule
from ..server.messages import Conversation
from .formula import TARGETS, Asked, answered, copied_of, document_of, in_layouts, rules_of, source, view_of

_METHODS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "about": lambda given: {"version": __version__, "targets": list(TARGETS)},
    "answer": lambda given: answered(Asked.of(given)),
    "layouts": lambda given: in_layouts(Asked.of(given)),
    "code": lambda given: source(Asked.of(given), str(given.get("target"))),
    "view": lambda given: view_of(Asked.of(given)),
    "copied": lambda given: copied_of(Asked.of(given), str(given.get("target"))),
    "rules": lambda given: rules_of(Asked.of(given), given["start"], given["end"]),
    "document": lambda given: document_of(Asked.of(given)),
    "explain": lambda given: one_page(str(given.get("what"))),
}
_conversations: list[Conversation] = []


def ask(message: str) -> str:
    """The answer to a message: `{"result"}`, or `{"error"}` where it is refused."""
    try:
        asked = json.loads(message)
        found = {"result": _METHODS[asked["method"]](asked.get("given") or {})}
    except (EinsightError, MissingRule) as refused:
        found = {"error": str(refused)}
    except Exception as fault:  # of ours: the page says so, and goes on
        found = {"error": f"internal error, please report it: {type(fault).__name__}: {fault}"}
    return json.dumps(found, ensure_ascii=False)


def start_server(send: Callable[[str], object]) -> None:
    """Begin with a language server anew; `send` gets its messages."""
    _conversations[:] = [Conversation(send)]


def tell_server(message: str) -> None:
    """A message of the client's."""
    _conversations[0].receive(message)
