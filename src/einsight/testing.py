"""What einsight's own rules are tested with, for plugins:

    import einsight_course
    import pytest
    from einsight.testing import cases

    @pytest.mark.parametrize("case", cases(einsight_course))
    def test_holds(case):
        case.require()

A case is a rule or function and one check of it: both sides of a statement at random points and sizes, an example, an end to
rewriting, a derivative against differences.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .plugins.guard import Guard
from .plugins.loading import PLUGINS, Unfit, kit_of
from .rules.catalogue import Clash, catalogue
from .services.verify import Check, checks_of, clashes

__all__ = ["Case", "cases"]


@dataclass(frozen=True)
class Case:
    """One check of one rule, function or other thing of a plugin."""

    check: Check

    def require(self) -> None:
        """Raise AssertionError, with what is wrong, unless it holds."""
        found = self.check.run()
        assert not found.problem, f"{found.subject}: {found.check}: {found.problem}"

    def __repr__(self) -> str:
        return f"{self.check.subject}: {self.check.what}"


def cases(plugin: str | ModuleType) -> list[Any]:
    """A `pytest.param` for each check of a plugin: one that is installed, by its name, or its module, installed or not.

    Raises AssertionError where it cannot be loaded.
    """
    import pytest

    name = plugin if isinstance(plugin, str) else _registered(plugin)
    known = catalogue()
    if name not in known.versions and not any(r.source == name for r in known.rules.values()):
        why = next((f.message for f in known.faults.all if f.plugin == name), f"no plugin `{name}` is installed")
        raise AssertionError(why)
    checks = [*checks_of(name), Check(name, "no rule undoes another", lambda: _undoing(name))]
    return [pytest.param(Case(c), id=f"{c.subject}: {c.what}") for c in checks]


def _undoing(name: str) -> str:
    return "; ".join(f"{found.subject}: {found.problem}" for found in clashes(name) if found.problem)


def _registered(module: ModuleType) -> str:
    """The name under which a module is loaded; loaded now where it is not installed."""
    known = catalogue()
    for plugin in PLUGINS:
        if plugin.origin.partition(":")[0] == module.__name__:
            return plugin.name
    name = module.__name__
    if name not in known.versions:
        try:
            known.add(Guard(name, "", known).kit(kit_of(module, name)))
        except (Unfit, Clash) as problem:
            raise AssertionError(f"plugin {name} cannot be loaded: {problem}") from problem
        known.versions[name] = ""
    return name
