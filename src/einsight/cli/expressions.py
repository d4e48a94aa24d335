"""What `derive` and `rewrite` are both given, an expression and what is declared, and the steps that both show."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from ..documents import reading
from .files import STDIN, take
from .parsing import CannotRun
from .terminal import show


def add_expression(parser: argparse.ArgumentParser, optional: bool = False) -> None:
    parser.add_argument(
        "expression",
        metavar="EXPR",
        help="in the language; '-' takes it from standard input",
        nargs="?" if optional else None,
    )
    parser.add_argument(
        "-d", "--declare", action="append", default=[], metavar="DECL", help="a statement, as in 'x in R^m'"
    )


def expression_of(options: argparse.Namespace) -> str:
    """The expression, wherever it is given.  Raises CannotRun."""
    if options.expression != "-":
        return str(options.expression)
    try:
        return reading.decoded(take())[1].strip()
    except reading.NotUtf8 as problem:
        raise CannotRun(f"{STDIN}: {problem}") from None
    except OSError as problem:
        raise CannotRun(f"{STDIN}: {problem.strerror or problem}") from None


def show_steps(steps: Sequence[Any]) -> None:
    """A derivation, a line for each rule that was applied."""
    if not steps:
        show("  nothing to do")
        return
    width = max(len(s.rule) for s in steps)
    show(f"  {'':{width}}    {steps[0].before}")
    for step in steps:
        show(f"  {step.rule:{width}}  = {step.after}")
