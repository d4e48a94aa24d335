"""`einsight explain`: what a code means, what a rule says."""

from __future__ import annotations

import argparse

from .parsing import Command
from .terminal import show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="CODE|RULE")


def run(options: argparse.Namespace) -> int:
    from ..docs.explain import explain

    show(explain(options.what))
    return 0


COMMAND = Command("the page of a code or a rule", add_arguments, run)
