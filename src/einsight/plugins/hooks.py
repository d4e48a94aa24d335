"""What a plugin can register.  Hooks are called once, when the catalogue is filled."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from ..rules.rule import ArrayFunction, Function, Lint, Property, Rule, SpecialTensor, Target

# what plugins are written for; a plugin names its own as `EINSIGHT_API`
API_VERSION = 1
PROJECT = "einsight"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Hooks:
    """The hook specifications; none takes an argument, each gives what it is called after."""

    @hookspec
    def einsight_rules(self) -> Iterable[Rule]:  # type: ignore[empty-body]
        """Rewrite rules."""

    @hookspec
    def einsight_functions(self) -> Iterable[Function | ArrayFunction]:  # type: ignore[empty-body]
        """Elementwise functions, and functions of arrays."""

    @hookspec
    def einsight_tensors(self) -> Iterable[SpecialTensor]:  # type: ignore[empty-body]
        """Tensors that are known without a declaration."""

    @hookspec
    def einsight_properties(self) -> Iterable[Property]:  # type: ignore[empty-body]
        """Words behind the declaration of a matrix."""

    @hookspec
    def einsight_targets(self) -> Iterable[Target]:  # type: ignore[empty-body]
        """Generators of code and other texts."""

    @hookspec
    def einsight_lints(self) -> Iterable[Lint]:  # type: ignore[empty-body]
        """What to look for in the statements of a document."""


HOOKS = tuple(name for name in vars(Hooks) if name.startswith("einsight_"))
