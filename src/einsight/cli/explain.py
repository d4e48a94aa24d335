"""`einsight explain`: a page of the reference, what a code means, what a rule says."""

from __future__ import annotations

import argparse

from .parsing import Command
from .terminal import show

EXAMPLES = (
    ("layouts", "a page of the reference; without a topic, what there is"),
    ("EIN402", "what a diagnostic means, with an example"),
    ("derivative.inverse", "what a rule says, with its source"),
)
STATUSES = {0: "the page is told", 2: "there is no such topic, code or rule"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", metavar="TOPIC|CODE|RULE")


def run(options: argparse.Namespace) -> int:
    from ..docs.explain import explain

    show(explain(options.what))
    return 0


COMMAND = Command(
    "the page of a topic, a code or a rule; without one, the topics", add_arguments, run, EXAMPLES, STATUSES
)
