"""`einsight mcp`: tools for language models, over the Model Context Protocol on stdio."""

from __future__ import annotations

import argparse

from .parsing import CannotRun, Command, add_plugin_option

EXAMPLES = (
    ("", "what a client of the protocol starts"),
    ("--disable-plugin optics", "the same without a plugin"),
)
STATUSES = {0: "the client has left", 2: "the SDK of the protocol, the extra `mcp`, is not installed"}


def run(options: argparse.Namespace) -> int:
    """Serve until the client leaves.  Raises CannotRun."""
    try:
        from ..mcp.main import serve
    except ModuleNotFoundError as problem:
        if problem.name is None or problem.name.startswith("einsight"):
            raise
        raise CannotRun("the tools speak through another package: `pip install 'einsight[mcp]'`") from None
    return serve()


COMMAND = Command(
    "tools for language models (Model Context Protocol), on stdio", add_plugin_option, run, EXAMPLES, STATUSES
)
