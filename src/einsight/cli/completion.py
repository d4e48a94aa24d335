"""`einsight completion`: what has a shell complete commands, options, their choices and files."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

from .parsing import PATH, CannotRun, Command
from .terminal import hand_over

EXAMPLES = (
    ("bash > ~/.local/share/bash-completion/completions/einsight", "for bash, from its next start on"),
    ('zsh > "${fpath[1]}/_einsight"', "for zsh"),
)
STATUSES = {0: "the script is printed", 2: "the package shtab, which writes it, is not installed"}


def completing(whole: Callable[[], argparse.ArgumentParser]) -> Command:
    """The command; `whole` makes the parser of all commands."""
    return Command(
        "what has your shell complete commands and options",
        _add_arguments,
        lambda options: _run(options.shell, whole()),
        EXAMPLES,
        STATUSES,
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=["bash", "zsh", "fish", "tcsh"])


def _run(shell: str, parser: argparse.ArgumentParser) -> int:
    try:
        import shtab
    except ModuleNotFoundError:
        raise CannotRun("completion is written by another package: `pip install 'einsight[completion]'`") from None

    for action in _arguments(parser):
        if action.metavar == PATH:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    hand_over(shtab.complete(parser, shell))
    return 0


def _arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """What a parser and those of its commands take."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from _arguments(inner)
