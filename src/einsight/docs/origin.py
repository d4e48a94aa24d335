"""Which plugin something comes from, and where that one lives."""

from __future__ import annotations

from .. import __version__
from ..plugins.loading import PLUGINS
from ..rules.rule import Rule
from .markdown import code

OWN = "einsight"


def origin(source: str) -> str:
    """A plugin with its version, and its module or file."""
    if source == OWN:
        return f"{code(OWN)} {__version__} itself"
    found = next((p for p in PLUGINS if p.name == source), None)
    if found is None:
        return f"the plugin {code(source)}"
    if found.origin.endswith(".rules"):
        return f"the project's file {code(found.origin.replace(chr(92), '/').rpartition('/')[2])}"
    return " ".join(f"the plugin {code(source)} {found.version}, {code(found.origin)}".split())


def told_and_literature(doc: str) -> tuple[str, str]:
    """What a doc line says, and where it says that it was found (`Source: …`)."""
    told, _, literature = doc.partition("Source:")
    return told.strip(), literature.strip()


def way(rule: Rule) -> str:
    """Is it its statement that is carried out, or a function of Python?"""
    heads = ", ".join(code(head) for head in rule.heads)
    if rule.prepare is not None:
        return f"Its statement itself is carried out, on {heads}."
    return f"A function of Python carries it out, on {heads}, and decides where it applies."
