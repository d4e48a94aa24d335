"""Loads plugins one at a time and fills the catalogue; a faulty one is named, switched off, and the rest goes on.

A plugin is a module that an installed package names under the entry points `einsight`, or a `.rules` file of a project.
`choose` says, before the catalogue is first asked, which are not wanted and which files there are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pluggy

from ..rules.catalogue import Catalogue, Clash, Kit, forget, install_loader
from ..rules.faults import Fault
from ..rules.rule import PHASES, ArrayFunction, Function, Lint, Property, Rule, SpecialTensor, Target
from ..terms.term import HEADS
from . import builtin
from .guard import Guard, TookTooLong, loaded
from .hooks import API_VERSION, HOOKS, PROJECT, Hooks
from .rules_file import read_rules

ENTRY_POINTS = "einsight"
# names of plugins that are not loaded, with commas between; `*` for all
ENVIRONMENT = "EINSIGHT_DISABLE_PLUGINS"
# what a hook gives: what it is made by, and what it is
_KINDS: dict[str, tuple[str, tuple[type, ...]]] = {
    "einsight_rules": ("rule", (Rule,)), "einsight_functions": ("function", (Function, ArrayFunction)),
    "einsight_tensors": ("tensor", (SpecialTensor,)), "einsight_properties": ("property", (Property,)),
    "einsight_targets": ("target", (Target,)), "einsight_lints": ("lint", (Lint,)),
}  # fmt: skip


@dataclass(frozen=True)
class Plugin:
    """One that was found: whether it is on, and why not; how much it brings."""

    name: str
    version: str
    origin: str  # the module, or the path of a file
    is_on: bool
    why: str = ""
    counts: tuple[tuple[str, int], ...] = ()


@dataclass
class _Choice:
    disabled: frozenset[str] = frozenset()
    files: tuple[Path, ...] = ()


_choice = _Choice()
PLUGINS: list[Plugin] = []


class Unfit(Exception):
    """A plugin that cannot be taken in: the stage, the reason, and what to do."""

    def __init__(self, stage: str, reason: str, advice: str):
        super().__init__(reason)
        self.stage, self.reason, self.advice = stage, reason, advice


def choose(disabled: Iterable[str] = (), files: Iterable[Path] = ()) -> bool:
    """Say which plugins are not wanted, and which files of rules there are.  Is that another choice than before?

    The catalogue is filled again at its next use then.
    """
    wanted = frozenset(disabled), tuple(files)
    if wanted == (_choice.disabled, _choice.files):
        return False
    _choice.disabled, _choice.files = wanted
    forget()
    return True


def fill(catalogue: Catalogue) -> None:
    """Register the built-ins, then every installed plugin and every file of rules, each alone."""
    catalogue.add(kit_of(builtin, "einsight", trusted=True))
    PLUGINS.clear()
    disabled = _choice.disabled | disabled_by_environment()
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda p: p.name):
        origin, version = getattr(point, "value", ""), _version(point)
        _take_in(catalogue, point.name, version, origin, disabled, partial(_loaded, point))
    for path in _choice.files:
        _take_in(catalogue, path.stem, "", str(path), disabled, partial(_read, path, catalogue))


def disabled_by_environment() -> frozenset[str]:
    return frozenset(n.strip() for n in os.environ.get(ENVIRONMENT, "").split(",") if n.strip())


def _take_in(
    catalogue: Catalogue,
    name: str,
    version: str,
    origin: str,
    disabled: frozenset[str],
    load: Callable[[], Kit],
) -> None:
    if name in disabled or "*" in disabled:
        PLUGINS.append(Plugin(name, version, origin, False, "disabled"))
        return
    try:
        with redirect_stdout(sys.stderr):  # what a plugin prints is no answer
            kit = Guard(name, version, catalogue).kit(loaded(load))
        catalogue.add(kit)
    except Clash as clash:
        unfit = Unfit("clash", str(clash), "Rename one of the two, or disable a plugin.")
    except TookTooLong as long:
        stage, reason = long.args
        unfit = Unfit(stage, reason, f"Disable it: `{ENVIRONMENT}={name}`.")
    except Unfit as found:
        unfit = found
    except Exception as error:  # whatever else a plugin can be made of
        unfit = Unfit("registration", f"{type(error).__name__}: {error}", "Mend the plugin.")
    else:
        catalogue.versions[name] = version
        PLUGINS.append(Plugin(name, version, origin, True, "", kit.counts()))
        return
    catalogue.faults.add(Fault(name, version, "", unfit.stage, unfit.reason, unfit.advice))
    PLUGINS.append(Plugin(name, version, origin, False, f"{unfit.stage}: {unfit.reason}"))


def _version(point: EntryPoint) -> str:
    distribution = getattr(point, "dist", None)
    try:
        return str(distribution.version) if distribution is not None else ""
    except Exception:  # metadata can be broken in any way
        return ""


def _loaded(point: EntryPoint) -> Kit:
    try:
        module = point.load()
    except (Exception, SystemExit) as error:  # an import can fail in any way
        advice = f"Install what it needs, or disable it: `{ENVIRONMENT}={point.name}`."
        raise Unfit("import", f"{type(error).__name__}: {error}", advice) from None
    wanted = getattr(module, "EINSIGHT_API", API_VERSION)
    if wanted != API_VERSION:
        advice = "Update the plugin." if isinstance(wanted, int) and wanted < API_VERSION else "Update einsight."
        raise Unfit(
            "version", f"it is written for version {wanted!r} of the API, and this is version {API_VERSION}", advice
        )
    return kit_of(module, point.name)


def kit_of(module: object, name: str, trusted: bool = False) -> Kit:
    """What a module registers.  Raises Unfit where a hook is misspelt, wants arguments, raises, or gives something else."""
    for attribute in dir(module):
        if attribute.startswith("einsight_") and attribute not in HOOKS and callable(getattr(module, attribute)):
            raise Unfit("registration", f"`{attribute}` is no hook", f"The hooks are {', '.join(HOOKS)}.")
        if attribute in HOOKS and not hasattr(getattr(module, attribute), f"{PROJECT}_impl"):
            raise Unfit("registration", f"`{attribute}` lacks its mark", "Write `@hook` above it, from einsight.api.")
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    try:
        manager.register(module, name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        reason = " ".join(str(error).split())
        raise Unfit("registration", reason, "A hook takes no arguments.") from None
    given: list[Any] = []
    for hook, (maker, wanted) in _KINDS.items():
        items: list[Any] = []
        try:
            for group in getattr(manager.hook, hook)():
                items += group
        except (Exception, SystemExit) as error:
            raise Unfit("registration", f"{hook} raised {type(error).__name__}: {error}", "Mend the plugin.") from None
        odd = next((i for i in items if not isinstance(i, wanted)), None)
        if odd is not None:
            reason = f"{hook} gave {type(odd).__name__}, not {' or '.join(w.__name__ for w in wanted)}"
            raise Unfit("registration", reason, f"Make it by `einsight.api.{maker}`.")
        for item in () if trusted else items:
            _require_sane(item)
        given += items if trusted else [replace(i, source=name) for i in items]
    return Kit.of(given)


def _require_sane(item: Any) -> None:
    """Raise Unfit for a rule or function that was not made by `einsight.api`, and would fail where it is looked up."""
    if isinstance(item, Rule):
        sane = isinstance(item.id, str) and item.phase in PHASES and all(h in HEADS for h in item.heads)
    elif isinstance(item, Function):
        sane = isinstance(item.name, str) and item.arity in (1, 2) and all(isinstance(d, str) for d in item.derivative)
    elif isinstance(item, SpecialTensor):
        sane = isinstance(item.name, str) and all(isinstance(n, int) and n > 0 for n in item.shape)
    else:
        sane = True
    if not sane:
        maker = next(maker for maker, wanted in _KINDS.values() if isinstance(item, wanted))
        raise Unfit("registration", f"`{item}` is malformed", f"Make it by `einsight.api.{maker}`.")


def _read(path: Path, catalogue: Catalogue) -> Kit:
    """What a file of rules has in it; a line that does not read is told by its place."""
    try:
        kit, problems = read_rules(path.read_text(encoding="utf-8-sig"), path.stem, str(path), catalogue.owner)
    except OSError as error:
        raise Unfit("reading", f"{path}: {error.strerror}", "Correct `rules` in the settings.") from None
    except UnicodeDecodeError:
        raise Unfit("reading", f"{path} is not in UTF-8", "Save it so.") from None
    for found in problems:
        advice = "Correct that line; the rest of the file counts."
        place = f"{path}:{found.line}"
        catalogue.faults.add(Fault(path.stem, "", place, "reading", f"{place}: {found}", advice))
    return kit


def install() -> None:
    """Let the catalogue be filled from here at its first use."""
    install_loader(fill)
