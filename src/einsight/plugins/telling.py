"""Which plugins and files of rules count, and what is said of them.

One process has one catalogue: where documents want different ones, it is filled again between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..rules.catalogue import catalogue, forget, is_filled
from ..rules.faults import Fault
from .loading import PLUGINS, choose, install

install()  # whoever asks about plugins asks a catalogue that is filled from them


def use(disabled: Iterable[str] = (), rules: Iterable[str] = ()) -> bool:
    """From now on without the disabled plugins, and with those files of rules.  Was it otherwise before?"""
    return choose(disabled, map(Path, rules))


def load_again() -> None:
    """Read the files of rules again, which have changed."""
    forget()


def untold_faults() -> list[Fault]:
    """What went wrong in plugins and nobody has been told of; from now on it is told."""
    return catalogue().faults.untold() if is_filled() else []


def is_sound() -> bool:
    """Has nothing gone wrong in any plugin?"""
    return not (is_filled() and catalogue().faults.all)


def tell(say: Callable[[str], Any]) -> None:
    """Say, once, what went wrong in plugins."""
    for fault in untold_faults():
        say(fault.message)


def listed() -> list[dict[str, Any]]:
    """Every plugin there is: whether it is on, what it brings, what of it is off and why."""
    known = catalogue()
    found = []
    for plugin in PLUGINS:
        off = [f for f in known.faults.all if f.plugin == plugin.name and f.subject]
        found.append(
            {
                "name": plugin.name,
                "version": plugin.version,
                "origin": plugin.origin,
                "on": plugin.is_on,
                "why": plugin.why,
                "brings": dict(plugin.counts),
                "off": [{"subject": f.subject, "stage": f.stage, "reason": f.reason} for f in off],
            }
        )
    return found
