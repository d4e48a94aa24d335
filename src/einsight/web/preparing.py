"""What is done before the memory is kept that a page starts from: all that costs time and is the same for everybody.

Every module is imported, the catalogue filled, the tables of the grammar built; what a first answer, a first verdict and a first
message of the protocol build for later is built by asking for some.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
from contextlib import suppress

import einsight

from ..deriving.sources import CODE
from ..notation.picture import picture
from ..sheets.check import check
from .engine import ask
from .formula import Asked, answered, in_layouts, source, view_of

# what no page needs: they measure, write files, start processes, or speak another protocol
_WITHOUT = ("einsight.bench", "einsight.cli", "einsight.mcp", "einsight.site", "einsight.testing")
_FORMULAS = (
    "norm(A x - b)^2",
    "tr(A X B X')",
    r"\frac{\partial}{\partial x} \log\det(I + x x^\top)",
    "np.sum(np.tanh(W @ x) ** 2)",
    "d/dx_j (W_ik x_k) = W_ij",
    "d/dx softmax(x) = diag(s) - s s' where s = softmax(x)",
    "d/dx (x' A x) = 2 x",
    "A x +",
    "f(x)",
    r"\frac{",
)
_DOCUMENT = "W ∈ ℝ^(n×m);  x ∈ ℝ^m;  b ∈ ℝ^n\nh = tanh(W x + b)\ndh/dx = W\nd/dx ‖W x‖² = 2 W' W x\n"


def prepare() -> int:
    """Do all of it; how many modules there are."""
    names = [m.name for m in pkgutil.walk_packages(einsight.__path__, "einsight.")]
    names = [n for n in names if not n.startswith(_WITHOUT) and not n.endswith("__main__")]
    for name in names:
        importlib.import_module(name)
    for text in _FORMULAS:
        if answered(Asked(text))["kind"] != "problem":
            view_of(Asked(text))
    for target in CODE:
        source(Asked(_FORMULAS[0]), target)
    in_layouts(Asked(_FORMULAS[0]))
    ask('{"method": "explain", "given": {"what": "EIN401"}}')
    check(_DOCUMENT)
    _draw()
    _structure_messages()
    gc.collect()
    return len(names)


def _draw() -> None:
    """Have what typesets hovers read its fonts, where it comes with the engine: VS Code shows pictures, a page of ours does not."""
    with suppress(ImportError):
        picture(r"\frac{\partial h}{\partial x} = \operatorname{diag}(1 - h \odot h)\, W")


def _structure_messages() -> None:
    """Have the protocol make its converters, which it does for each kind of message when it first comes."""
    from ..server.messages import Conversation

    sent: list[str] = []
    conversation = Conversation(sent.append)
    at = {"textDocument": {"uri": "file:///a.ein"}, "position": {"line": 0, "character": 0}}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
    for method, params in (
        ("initialize", {"processId": None, "rootUri": None, "capabilities": {}}),
        ("textDocument/didOpen", {"textDocument": {"uri": "file:///a.ein", "languageId": "ein", "version": 1, "text": ""}}),
        ("textDocument/didChange", {"textDocument": {"uri": "file:///a.ein", "version": 2}, "contentChanges": [{"range": whole, "text": ""}]}),
        ("textDocument/hover", at), ("textDocument/completion", at), ("textDocument/signatureHelp", at),
        ("textDocument/inlayHint", {**at, "range": whole}), ("textDocument/semanticTokens/full", at),
        ("textDocument/codeAction", {**at, "range": whole, "context": {"diagnostics": []}}),
        ("textDocument/rename", {**at, "newName": "y"}), ("textDocument/formatting", {**at, "options": {"tabSize": 2, "insertSpaces": True}}),
        ("textDocument/definition", at), ("textDocument/references", {**at, "context": {"includeDeclaration": True}}),
        ("einsight/view", {"uri": "file:///a.ein", "position": {"line": 0, "character": 0}}),
        ("workspace/executeCommand", {"command": "einsight.insertStep", "arguments": []}),
    ):  # fmt: skip
        conversation.server.protocol.structure_message({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    conversation.close()
