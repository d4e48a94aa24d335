"""Loads plugins one at a time and fills the catalogue; a faulty one is named, switched off, and the rest goes on."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import entry_points

import pluggy

from ..rules.catalogue import Catalogue, install_loader
from . import builtin
from .hooks import PROJECT, Hooks

ENTRY_POINTS = "einsight"


@dataclass(frozen=True)
class Fault:
    """A plugin that was switched off, at which stage, and why."""

    plugin: str
    stage: str
    reason: str


FAULTS: list[Fault] = []


def fill(catalogue: Catalogue) -> None:
    """Register the built-ins, then every installed plugin, each alone."""
    _register(catalogue, "einsight", builtin)
    for point in entry_points(group=ENTRY_POINTS):
        try:
            module = point.load()
        except Exception as error:  # an import can fail in any way
            FAULTS.append(Fault(point.name, "import", f"{type(error).__name__}: {error}"))
            continue
        try:
            _register(catalogue, point.name, module)
        except Exception as error:
            FAULTS.append(Fault(point.name, "registration", f"{type(error).__name__}: {error}"))


def _register(catalogue: Catalogue, name: str, module: object) -> None:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    manager.register(module, name)
    manager.check_pending()
    rules = [rule for group in manager.hook.einsight_rules() for rule in group]
    functions = [function for group in manager.hook.einsight_functions() for function in group]
    catalogue.add(rules, functions)


def install() -> None:
    """Let the catalogue be filled from here at its first use."""
    install_loader(fill)
