"""How a command line is read, and what every command has to say of itself."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn


class CannotRun(Exception):
    """A bad option or an unreadable file; says why."""


@dataclass(frozen=True)
class Command:
    """What a command takes and does.

    summary        its line in the list of commands
    add_arguments  tells a parser what it takes
    run            returns the exit status and raises CannotRun; a command of several commands has none
    """

    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int] | None = None


class Parser(argparse.ArgumentParser):
    """Raises CannotRun where argparse would end the process."""

    def _print_message(self, message: str, file: Any = None) -> None:
        (file or sys.stderr).write(message)  # which fails where it cannot be written; argparse says nothing of that

    def error(self, message: str) -> NoReturn:
        raise CannotRun(message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Say what a misspelt command or choice is near to, which argparse does by itself from 3.14 on, and lists all."""
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError:
            from difflib import get_close_matches  # for mistakes alone

            near = get_close_matches(str(value), list(map(str, action.choices or ())), n=1)
            if not near:
                raise
            what = "/".join(action.option_strings) or str(action.metavar).lower()
            raise argparse.ArgumentError(None, f"there is no {what} `{value}`; did you mean `{near[0]}`?") from None


def add_commands(parser: argparse.ArgumentParser, commands: Mapping[str, Command]) -> None:
    """Have a parser read one of these commands, by name, with its arguments."""
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)
    for name, command in commands.items():
        made = subparsers.add_parser(name, help=command.summary)
        command.add_arguments(made)
        if command.run is not None:
            made.set_defaults(run=command.run)


def add_plugin_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--disable-plugin", action="append", default=[], metavar="NAME", help="without this plugin")
