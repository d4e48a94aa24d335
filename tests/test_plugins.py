"""Plugins come through the hooks; a faulty one is named and the rest goes on."""

import types

from einsight.plugins import loading
from einsight.plugins.hooks import hookimpl
from einsight.rules.catalogue import Catalogue
from einsight.rules.pattern import rule


class _Point:
    def __init__(self, name, load):
        self.name, self.load = name, load


def _good():
    module = types.ModuleType("good")
    module.einsight_rules = hookimpl(
        lambda: [rule("good.even", "cos(-s) => cos(s)", source="good")], specname="einsight_rules"
    )
    return module


def _raising():
    module = types.ModuleType("raising")

    def broken():
        raise RuntimeError("no rules today")

    module.einsight_rules = hookimpl(broken, specname="einsight_rules")
    return module


def _missing():
    raise ImportError("no such module")


def test_a_faulty_plugin_costs_only_itself(monkeypatch):
    points = [_Point("missing", _missing), _Point("raising", _raising), _Point("good", _good)]
    monkeypatch.setattr(loading, "entry_points", lambda group: points)
    monkeypatch.setattr(loading, "FAULTS", [])
    catalogue = Catalogue()
    loading.fill(catalogue)
    assert "good.even" in catalogue.rules and "delta.contract" in catalogue.rules
    assert [(f.plugin, f.stage) for f in loading.FAULTS] == [("missing", "import"), ("raising", "registration")]
