"""Loads plugins one at a time and fills the catalogue; a faulty one is named, switched off, and the rest goes on.

A plugin is a module that an installed package names under the entry points `einsight`, or a `.rules` file of a project.
`choose` says, before the catalogue is first asked, which are not wanted and which files there are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pluggy

from ..documents import reading
from ..rules.catalogue import Catalogue, Clash, Kit, forget, install_loader
from ..rules.defined import circle
from ..rules.faults import Fault
from ..rules.rule import ID, PHASES, ArrayFunction, Function, Lint, Property, Rule, SpecialTensor, Target
from ..terms.term import HEADS
from . import builtin
from .guard import Guard, TookTooLong, is_from_outside, loaded, words_of
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
_ONE_NAME = re.compile(r"[^\W\d]\w*"), "letters, digits and underscores, a letter first"
_WORD = re.compile(r"[^\W\d][\w-]*"), "letters, digits, underscores and hyphens, a letter first"
_NAMES: dict[type, tuple[re.Pattern[str], str]] = {
    Rule: (ID, "`group.name`"), Lint: (re.compile(r"[\w.-]+"), "`group.name`"), Function: _ONE_NAME, ArrayFunction: _ONE_NAME,
    SpecialTensor: _ONE_NAME, Property: _WORD, Target: _WORD,
}  # fmt: skip
_EXAMPLE = ([str, str, str], [str, str, type(None)])


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


def chosen() -> tuple[list[str], list[str]]:
    """What `choose` was told last: so that another process can be told the same."""
    return sorted(_choice.disabled), [str(path) for path in _choice.files]


def fill(catalogue: Catalogue) -> None:
    """Register the built-ins, then every installed plugin and every file of rules, each alone."""
    catalogue.add(kit_of(builtin, "einsight", trusted=True))
    PLUGINS.clear()
    disabled = _choice.disabled | disabled_by_environment()
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda p: (p.name, getattr(p, "value", ""))):
        origin, version = getattr(point, "value", ""), _version(point)
        other = next((p.origin for p in PLUGINS if p.name == point.name), None)
        if other is None:
            _take_in(catalogue, point.name, version, origin, disabled, partial(_loaded, point))
        elif other != origin:
            unfit = Unfit("clash", f"{other} is a plugin of the same name", "Uninstall one of the two packages.")
            _leave_out(catalogue, f"{point.name} ({origin})", version, origin, unfit)
    for path in dict.fromkeys(_choice.files):
        taken = {p.name for p in PLUGINS}
        name = next((n for n in (path.stem, path.name) if n not in taken), str(path))
        _take_in(catalogue, name, "", str(path), disabled, partial(_read, path, name, catalogue))


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
        kit = Guard(name, version, catalogue).kit(loaded(load, name))
        _require_defined(kit, catalogue)
        catalogue.add(kit)
    except Clash as clash:
        unfit = Unfit("clash", str(clash), "Take another name, or disable a plugin.")
    except TookTooLong as long:
        stage, reason = long.args
        unfit = Unfit(stage, reason, f"Disable it: `{ENVIRONMENT}={name}`.")
    except Unfit as found:
        unfit = found
    except BaseException as error:  # whatever else a plugin can be made of
        if is_from_outside(error):
            raise
        unfit = Unfit("registration", words_of(error), "Mend the plugin.")
    else:
        catalogue.versions[name] = version
        PLUGINS.append(Plugin(name, version, origin, True, "", kit.counts()))
        return
    _leave_out(catalogue, name, version, origin, unfit)


def _leave_out(catalogue: Catalogue, name: str, version: str, origin: str, unfit: Unfit) -> None:
    catalogue.faults.add(Fault(name, version, "", unfit.stage, unfit.reason, unfit.advice))
    PLUGINS.append(Plugin(name, version, origin, False, f"{unfit.stage}: {unfit.reason}"))


def _require_defined(kit: Kit, catalogue: Catalogue) -> None:
    """Raise Unfit where a function is defined by itself."""
    given: list[Function | ArrayFunction] = [*kit.functions, *kit.arrays]
    names = circle([*given, *catalogue.functions.values(), *catalogue.arrays.values()] if given else [])
    if names:
        reason = f"function `{names[0]}` is defined by itself" + "".join(f", through `{n}`" for n in names[1:])
        raise Unfit("registration", reason, "Define it by others.")


def _version(point: EntryPoint) -> str:
    distribution = getattr(point, "dist", None)
    try:
        return str(distribution.version) if distribution is not None else ""
    except Exception:  # metadata can be broken in any way
        return ""


def _loaded(point: EntryPoint) -> Kit:
    try:
        module = point.load()
    except BaseException as error:  # an import can fail in any way
        if is_from_outside(error):
            raise
        advice = f"Install what it needs, or disable it: `{ENVIRONMENT}={point.name}`."
        raise Unfit("import", words_of(error), advice) from None
    wanted = getattr(module, "EINSIGHT_API", API_VERSION)
    if wanted != API_VERSION:
        advice = f"Write `EINSIGHT_API = {API_VERSION}`."
        if isinstance(wanted, int):
            advice = "Update the plugin." if wanted < API_VERSION else "Update einsight."
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
    for hook, (maker, kinds) in _KINDS.items():
        items = _given(manager, hook, maker, kinds)
        for item in () if trusted else items:
            _require_sane(item)
        given += items if trusted else [replace(i, source=name) for i in items]
    return Kit.of(given)


def _given(manager: pluggy.PluginManager, hook: str, maker: str, kinds: tuple[type, ...]) -> list[Any]:
    """What a hook gives, where a module has it.  Raises Unfit where that is no list of what it should give."""
    wanted = " or ".join(k.__name__ for k in kinds)
    items: list[Any] = []
    try:
        caller = getattr(manager.hook, hook)
        groups = caller()
        if len(groups) < len(caller.get_hookimpls()):
            raise Unfit("registration", f"{hook} gave nothing", "It returns a list, which may be empty.")
        for group in groups:
            if not isinstance(group, Iterable):
                reason = f"{hook} gave {type(group).__name__}, not a list of {wanted}"
                raise Unfit("registration", reason, "Put what it returns in square brackets.")
            items += group
    except Unfit:
        raise
    except BaseException as error:  # a hook can fail in any way
        if is_from_outside(error):
            raise
        raise Unfit("registration", f"{hook} raised {words_of(error)}", "Mend the plugin.") from None
    odd = next((i for i in items if not isinstance(i, kinds)), None)
    if odd is not None:
        reason = f"{hook} gave {type(odd).__name__}, not {wanted}"
        raise Unfit("registration", reason, f"Make it by `einsight.api.{maker}`.")
    return items


def _require_sane(item: Any) -> None:
    """Raise Unfit for what was not made by `einsight.api`, or from something odd, and would fail where it is looked up."""
    name = item.id if isinstance(item, (Rule, Lint)) else item.name
    maker = next(maker for maker, kinds in _KINDS.values() if isinstance(item, kinds))
    what = f"{type(item).__name__} {name!r:.80}"
    form, words = next(found for kind, found in _NAMES.items() if isinstance(item, kind))
    if not isinstance(name, str) or not form.fullmatch(name):
        raise Unfit("registration", f"{what} is ill named", f"A name is {words}.")
    if not _is_sane(item):
        raise Unfit("registration", f"{what} is malformed", f"Make it by `einsight.api.{maker}`.")


def _is_sane(item: Any) -> bool:
    texts = [
        getattr(item, t) for t in ("doc", "statement", "latex", "numpy", "jax", "torch", "body") if hasattr(item, t)
    ]
    works = [getattr(item, w) for w in ("apply", "value", "sample", "write", "check") if hasattr(item, w)]
    sane = all(isinstance(t, str) for t in texts) and all(map(callable, works))
    if isinstance(item, Rule):
        sane &= item.phase in PHASES and all(h in HEADS for h in item.heads)
        sane &= all(isinstance(e, tuple) and [type(t) for t in e] in _EXAMPLE for e in item.examples)
    elif isinstance(item, Function):
        sane &= item.arity in (1, 2) and all(isinstance(d, str) for d in item.derivative)
    elif isinstance(item, SpecialTensor):
        sane &= all(isinstance(n, int) and n > 0 for n in item.shape) and all(isinstance(a, str) for a in item.aliases)
    return sane


def _read(path: Path, name: str, catalogue: Catalogue) -> Kit:
    """What a file of rules has in it; a line that does not read is told by its place."""
    try:
        text = reading.text(path, reading.MOST_OF_A_SMALL_FILE)
    except OSError as error:
        raise Unfit("reading", f"{path}: {error.strerror}", "Correct `rules` in the settings.") from None
    except reading.NotUtf8:
        raise Unfit("reading", f"{path} is not in UTF-8", "Save it so.") from None
    except ValueError as error:
        raise Unfit("reading", f"{str(path)!r}: {error}", "Correct `rules` in the settings.") from None
    kit, problems = read_rules(text, name, str(path), catalogue.owner)
    for found in problems:
        advice = "Correct that line; the rest of the file counts."
        place = f"{path}:{found.line}"
        catalogue.faults.add(Fault(name, "", place, "reading", f"{place}: {found}", advice))
    return kit


def install() -> None:
    """Let the catalogue be filled from here at its first use."""
    install_loader(fill)
