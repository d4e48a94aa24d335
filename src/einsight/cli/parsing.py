"""How a command line is read, and what every command has to say of itself."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

# how help names a file or a folder
PATH = "PATH"


class CannotRun(Exception):
    """A bad option or an unreadable file; says why."""


@dataclass(frozen=True)
class Command:
    """What a command takes and does.

    summary        its line in the list of commands
    add_arguments  tells a parser what it takes
    run            returns the exit status and raises CannotRun; a command of several commands has none
    examples       arguments as somebody types them, each with what that does
    statuses       what an exit status means, where it says more than that it could be run
    """

    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int] | None = None
    examples: tuple[tuple[str, str], ...] = ()
    statuses: Mapping[int, str] = field(default_factory=dict)


class Parser(argparse.ArgumentParser):
    """Shows examples and exit statuses behind its help, and raises CannotRun where argparse would end the process."""

    command: Command | None = None

    def format_help(self) -> str:
        return super().format_help() + (_behind_help(self.prog, self.command) if self.command is not None else "")

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


def _behind_help(prog: str, command: Command) -> str:
    """What stands behind the options: examples to copy, and the exit statuses."""
    import shutil
    import textwrap

    width = max(40, shutil.get_terminal_size().columns - 2)  # as argparse has it
    lines = ["", "examples:"] if command.examples else []
    for arguments, what in command.examples:
        lines += [f"  # {what}", f"  {prog} {arguments}"]
    if command.statuses:
        lines += ["", "exit status:"]
        for status, meaning in command.statuses.items():
            lines += textwrap.wrap(f"{status}  {meaning}", width, initial_indent="  ", subsequent_indent="     ")
    return "\n".join(lines) + "\n" if lines else ""


def add_commands(parser: argparse.ArgumentParser, commands: Mapping[str, Command]) -> None:
    """Have a parser read one of these commands, by name, with its arguments."""
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)
    for name, command in commands.items():
        made = subparsers.add_parser(
            name, help=command.summary, description=f"{command.summary[0].upper()}{command.summary[1:]}."
        )
        made.command = command
        command.add_arguments(made)
        if command.run is not None:
            made.set_defaults(run=command.run)


def positive(text: str) -> int:
    """How many processes."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of processes")
    return int(text)


def add_plugin_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--disable-plugin", action="append", default=[], metavar="NAME", help="without this plugin")
