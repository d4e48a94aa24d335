"""`einsight plugin`: a package to start from, and which plugins there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .terminal import hand_over, json_text, show


def new(name: str) -> int:
    """Write the package into the current folder.  Raises OSError, EinsightError."""
    from ..plugins.scaffold import new_plugin

    source = new_plugin(name, Path())
    home = source.parts[0]
    show(f"{home} has one rule and one function: they are in {source}")
    show(f"next: cd {home} && pip install -e '.[test]' && pytest")
    return 0


def tell(form: str) -> int:
    """Which are on or off, and why, as `text` or `json`."""
    from ..plugins.telling import listed

    found = listed()
    if form == "json":
        hand_over(json_text(found), is_json=True)
    elif not found:
        show("no plugin is installed: `einsight plugin new NAME` makes one")
    else:
        for plugin in found:
            _tell_one(plugin)
    return 0


def _tell_one(plugin: dict[str, Any]) -> None:
    brings = ", ".join(f"{count} {kind}" for kind, count in plugin["brings"].items())
    told = (brings or "nothing") if plugin["on"] else plugin["why"]
    show(f"{plugin['name']} {plugin['version']}  {'on' if plugin['on'] else 'off'}: {told}    ({plugin['origin']})")
    for off in plugin["off"]:
        where = "" if off["stage"] == "reading" else f"{off['subject']} ({off['stage']}): "
        show(f"    off: {where}{off['reason']}")
