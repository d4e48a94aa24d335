"""Every method and command that is offered, answered by the group that it belongs to once that is loaded.

Everything behind the groups is a quarter of a second of imports, for which the answer to `initialize` does not wait: the
first request loads what answers it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arguments import require_arguments
from ..protocol import Plain
from ..session import Server
from . import lifecycle
from .offered import COMMANDS, OFFERED, WITHHELD, Handler


def register_all(server: Server) -> None:
    lifecycle.register(server, lambda: load(server))
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
    from . import actions, completion, drawing, formatting, hover, navigation, panel, workspace

    found: dict[str, Handler] = {}

    def offer(name: str) -> Callable[[Handler], Handler]:
        def take(handler: Handler) -> Handler:
            found[name] = handler
            return handler

        return take

    for group in (hover, completion, navigation, drawing, actions, panel, workspace, formatting):
        group.register(server, offer)
    return found
