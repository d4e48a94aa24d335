"""A formula as a picture: LaTeX to SVG, coloured for a theme.

An `<img>` does not know the colours around it: `prefers-color-scheme` follows the system, not the editor.
"""

from __future__ import annotations

import base64
import logging
from functools import lru_cache

from ..forking import ForkedLock

# of the text on the background of VS Code's default themes; where nobody says, black on a card of its own
COLOURS = {"light": "#1f1f1f", "dark": "#d4d4d4", "highContrast": "#ffffff", "highContrastLight": "#000000"}
SIZE = 17
_lock = ForkedLock()  # ziamath keeps its fonts and settings in the module


def picture(latex: str, theme: str | None = None) -> str | None:
    """SVG text of a formula; None for one that cannot be typeset."""
    with _lock:
        return _picture(latex, theme if theme in COLOURS else "")


@lru_cache(maxsize=512)
def _picture(latex: str, theme: str) -> str | None:
    import ziamath

    logging.getLogger("ziamath").setLevel(logging.ERROR)
    try:
        made = ziamath.Latex(latex, size=SIZE, color=COLOURS.get(theme, "#000000")).svg()
    except Exception:  # it raises of several kinds on what it does not know
        return None
    if "<use" not in made and "<path" not in made:  # an empty picture is a failure
        return None
    return made if theme else _on_a_card(made)


def _on_a_card(svg: str) -> str:
    """A white rounded background behind everything."""
    head, mark, rest = svg.partition(">")
    return f'{head}{mark}<rect x="-1000" y="-1000" width="9000" height="9000" rx="4" fill="#ffffff" />{rest}'


def data_uri(latex: str, theme: str | None = None) -> str | None:
    made = picture(latex, theme)
    return None if made is None else data_uri_of(made)


def data_uri_of(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
