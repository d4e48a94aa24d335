"""`einsight explain`: what a code means, what a rule says."""

from __future__ import annotations

import argparse

from .parsing import Command
from .terminal import show

EXAMPLES = (
    ("EIN402", "what a diagnostic means, with an example"),
    ("derivative.inverse", "what a rule says, with its source"),
)
STATUSES = {0: "the page is told", 2: "there is no such code or rule"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="CODE|RULE")


def run(options: argparse.Namespace) -> int:
    from ..docs.explain import explain

    show(explain(options.what))
    return 0


COMMAND = Command("the page of a code or a rule", add_arguments, run, EXAMPLES, STATUSES)
