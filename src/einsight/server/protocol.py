"""pygls' protocol with our own documents, plain answers, and an answer to every malformed request.

pygls splits lines at U+2028 and others too, which shifts positions, and works through the whole text at each change;
it answers nothing to a request with missing fields; it converts each answer field by field.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cattrs import transform_error
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.protocol import LanguageServerProtocol, lsp_method

log = logging.getLogger("einsight")


@dataclass(frozen=True)
class Plain:
    """An answer in the protocol's own JSON."""

    data: Any


@dataclass(frozen=True)
class Malformed:
    """A message whose parameters do not fit its method."""

    id: Any
    method: str
    reason: str


def _reason(problem: JsonRpcException) -> str:
    """What does not fit, and where: `required field missing @ $.params.position`."""
    cause = problem.__cause__
    if not isinstance(cause, BaseException):
        return str(problem)
    try:
        return "; ".join(transform_error(cause, path="$"))
    except Exception:  # it knows the errors of its own making alone
        return " ".join(str(cause).split()) or type(cause).__name__


class Protocol(LanguageServerProtocol):
    """Set `einsight` on the server side: an object with `opened`, `changed` and `closed`, and their like for notebooks."""

    @lsp_method(lsp.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: lsp.DidOpenTextDocumentParams) -> Iterator[Any]:
        self._server.opened(params)  # type: ignore[attr-defined]
        yield from ()

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: lsp.DidChangeTextDocumentParams) -> Iterator[Any]:
        self._server.changed(params)  # type: ignore[attr-defined]
        yield from ()

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: lsp.DidCloseTextDocumentParams) -> Iterator[Any]:
        self._server.closed(params)  # type: ignore[attr-defined]
        yield from ()

    @lsp_method(lsp.NOTEBOOK_DOCUMENT_DID_OPEN)
    def lsp_notebook_document__did_open(self, params: lsp.DidOpenNotebookDocumentParams) -> Iterator[Any]:
        self._server.notebook_opened(params)  # type: ignore[attr-defined]
        yield from ()

    @lsp_method(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(self, params: lsp.DidChangeNotebookDocumentParams) -> Iterator[Any]:
        self._server.notebook_changed(params)  # type: ignore[attr-defined]
        yield from ()

    @lsp_method(lsp.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def lsp_notebook_document__did_close(self, params: lsp.DidCloseNotebookDocumentParams) -> Iterator[Any]:
        self._server.notebook_closed(params)  # type: ignore[attr-defined]
        yield from ()

    def structure_message(self, data: dict[str, Any]) -> Any:
        try:
            return super().structure_message(data)
        except JsonRpcException as problem:
            id_ = data.get("id")
            return Malformed(
                id_ if isinstance(id_, (int, str)) else None, str(data.get("method", "")), _reason(problem)
            )

    def handle_message(self, message: Any) -> None:
        if isinstance(message, Malformed):
            log.warning("%s is malformed: %s", message.method or "a message", message.reason)
            if message.id is not None and message.method:
                self._refuse(message)
        elif (refusal := self._not_now(message)) is not None:
            self._send_data({"jsonrpc": "2.0", "id": message.id, "error": refusal})
        elif isinstance(message, (dict, list, str, int, float, type(None))):
            log.warning("a message that is no JSON-RPC is left out")
            invalid = {"code": lsp.ErrorCodes.InvalidRequest.value, "message": "this is no message of JSON-RPC 2.0"}
            self._send_data({"jsonrpc": "2.0", "id": None, "error": invalid})
        else:
            super().handle_message(message)

    def _execute_handler(
        self,
        msg_id: Any,
        handler: Any,
        callback: Callable[[Any], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """As pygls does it, which for ever keeps what a notification came to: two kilobytes a keystroke."""

        def ended(future: Any) -> None:
            if not future.cancelled():  # pygls takes out what it cancels, and goes through the rest at `shutdown`
                self._request_futures.pop(msg_id, None)
            callback(future)

        super()._execute_handler(msg_id, handler, ended, args, kwargs)

    def _not_now(self, message: Any) -> dict[str, Any] | None:
        """The error for a request before `initialize` or after `shutdown`."""
        if not hasattr(message, "method") or not hasattr(message, "id"):
            return None
        if self._shutdown:
            return {"code": lsp.ErrorCodes.InvalidRequest.value, "message": "the server is shutting down"}
        if self._workspace is None and message.method != lsp.INITIALIZE:
            return {"code": lsp.ErrorCodes.ServerNotInitialized.value, "message": "send `initialize` first"}
        return None

    def _refuse(self, message: Malformed) -> None:
        problem = JsonRpcInvalidParams(f"the parameters of {message.method} do not fit: {message.reason}")
        self._send_data(
            {"jsonrpc": "2.0", "id": message.id, "error": {"code": problem.code, "message": problem.message}}
        )

    def _send_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        if error is None and isinstance(result, Plain):
            self._result_types.pop(msg_id, None)
            self._send_data({"jsonrpc": "2.0", "id": msg_id, "result": result.data})
        else:
            super()._send_response(msg_id, result, error)

    def notify_plain(self, method: str, params: Any) -> None:
        """A notification in the protocol's own JSON."""
        self._send_data({"jsonrpc": "2.0", "method": method, "params": params})
