"""What the server offers, a file a group; each registers its handlers.

lifecycle.py   settings, watched files, progress, the end
hover.py       hovers, with a picture where the client shows one
completion.py  completion and signature help
navigation.py  highlight, references, definition, renaming, symbols, folding, growing selections
drawing.py     semantic tokens, inlay hints, lenses
actions.py     code actions and commands
formatting.py  whole documents and ranges
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import actions, completion, drawing, formatting, hover, lifecycle, navigation

if TYPE_CHECKING:
    from ..main import Server


def register_all(server: Server) -> None:
    for group in (lifecycle, hover, completion, navigation, drawing, actions, formatting):
        group.register(server)
