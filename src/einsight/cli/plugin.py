"""`einsight plugin`: a package to start from, which plugins there are; and which of them a command is run with."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .parsing import CannotRun, Command, add_commands, add_plugin_option
from .terminal import hand_over_json, say, show


def choose(disabled: Iterable[str] = (), is_silent: bool = False) -> None:
    """Have those count that the settings above this folder leave on, but for those; tell of settings that are wrong."""
    from ..plugins.telling import use
    from ..settings import settings_for

    settings = settings_for(Path("_"))
    if settings.problem is not None and not is_silent:
        say(str(settings.problem))
    use((*settings.disabled, *disabled), settings.rules)


def _new_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", metavar="NAME", help="lower-case letters, digits and hyphens; the package is einsight-NAME"
    )


def _new(options: argparse.Namespace) -> int:
    """Write a package into the current folder."""
    from ..plugins.scaffold import new_plugin

    try:
        source = new_plugin(options.name, Path())
    except OSError as problem:
        raise CannotRun(f"{problem.filename or options.name}: {problem.strerror or problem}") from problem
    home = source.parts[0]
    show(f"{home} has one rule and one function: they are in {source}")
    show(f"next: cd {home} && pip install -e '.[test]' && pytest")
    return 0


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=["text", "json"], default="text")
    add_plugin_option(parser)


def _list(options: argparse.Namespace) -> int:
    from ..plugins.telling import listed

    found = listed()
    if options.format == "json":
        hand_over_json(found)
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


NEW_EXAMPLES = (
    ("optics", "the package einsight-optics in this folder"),
    ("thin-films", "a name of several words; in Python it is einsight_thin_films"),
)
NEW_STATUSES = {0: "the package is written", 2: "it is not; standard error says why"}
LIST_EXAMPLES = (
    ("", "all of them, with what they bring"),
    ("--format json --disable-plugin optics", "for a program, and how it is without one"),
)
LIST_STATUSES = {0: "the plugins are told, also where there is none or one is off"}
NEW = Command(
    "a package with one rule, one function and their tests, ready to install",
    _new_arguments,
    _new,
    NEW_EXAMPLES,
    NEW_STATUSES,
)
LIST = Command("which plugins are on or off, and why", _list_arguments, _list, LIST_EXAMPLES, LIST_STATUSES)
COMMAND = Command("rule plugins", lambda parser: add_commands(parser, {"new": NEW, "list": LIST}))
