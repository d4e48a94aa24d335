"""A server with the tools, on standard input and output."""

from __future__ import annotations

from inspect import getdoc

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations

from .. import __version__, memory
from .tools import TOOLS

INSTRUCTIONS = (
    "einsight derives and checks gradients, Jacobians and Hessians symbolically, in index and matrix notation, with shapes and transposes "
    "right. Derive with `derive`, check a derivation with `check` before you show it, compare an answer with `grade`. Declare shapes where "
    "you know them: `A in R^(n x m); x in R^m`. An error says what to change; `explain` tells what a code means."
)


def make_server() -> MCPServer:
    """A server that has the tools."""
    server = MCPServer("einsight", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING")
    for tool in TOOLS:
        # nothing is written, and the same call has the same answer
        harmless = ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        )
        server.add_tool(tool, description=getdoc(tool), annotations=harmless)
    return server


def serve() -> int:
    """Serve until the client leaves; the exit status."""
    memory.limit_memory()
    make_server().run("stdio")
    return 0
