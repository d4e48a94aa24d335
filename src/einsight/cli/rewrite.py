"""`einsight rewrite`: an expression, rewritten by rules."""

from __future__ import annotations

import argparse

from . import terminal
from .expressions import add_expression, expression_of, show_steps
from .parsing import Command, add_plugin_option

EXAMPLES = (
    ('"sum_j delta_ij x_j" --steps', "the simplest form that is found, with the rules that lead to it"),
    ('"(A B)\' C" -d "A in R^(n x m); B in R^(m x k); C in R^(n x p)"', "a matrix product in components"),
    ('"sum_j delta_ij x_j" --rule delta.contract --format json', "by one rule, for a program"),
)
STATUSES = {0: "it is rewritten, or stands as it is", 2: "the expression is not read; standard error says why"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_expression(parser)
    parser.add_argument("--rule", action="append", metavar="ID", help="only these rules")
    parser.add_argument("--steps", action="store_true", help="show each rule that was applied")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    add_plugin_option(parser)


def run(options: argparse.Namespace) -> int:
    from ..deriving.derive import rewrite

    found = rewrite(expression_of(options), options.rule, options.declare)
    if options.format == "json":
        terminal.hand_over_json(found.as_json())
        return 0
    terminal.show(found.index)
    if options.steps:
        terminal.show("\nsteps")
        show_steps(found.steps)
    return 0


COMMAND = Command("apply rewrite rules to an expression", add_arguments, run, EXAMPLES, STATUSES)
