"""What a plugin can register.  Hooks are called once, when the catalogue is filled."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from ..rules.rule import Function, Rule

PROJECT = "einsight"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Hooks:
    """The hook specifications."""

    @hookspec
    def einsight_rules(self) -> Iterable[Rule]:  # type: ignore[empty-body]
        """Rewrite rules."""

    @hookspec
    def einsight_functions(self) -> Iterable[Function]:  # type: ignore[empty-body]
        """Elementwise functions."""
