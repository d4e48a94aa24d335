"""`einsight site FOLDER`: the documentation and the playground as static pages."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from ..lowering.report import EinsightError
from .parsing import CannotRun, Command
from .terminal import say, show

EXAMPLES = (
    ("build/site", "everything; `pip install 'einsight[site]'` first"),
    ("build/site --without-playground", "only the pages"),
)
STATUSES = {
    0: "the site is there",
    2: "it is not, and an older one stays: a page says what is not so, a link leads nowhere, something that is needed is missing",
}


def command(carry_out: Callable[[Sequence[str]], int]) -> Command:
    """The command; what stands on the pages is carried out by `carry_out`, as the command line does it."""

    def run(options: argparse.Namespace) -> int:
        from ..site.building import build

        try:
            built = build(options.folder, carry_out, not options.without_playground, say)
        except EinsightError as problem:
            first, *more = problem.diagnostics[0].message.splitlines()
            for line in more:
                say(line)
            raise CannotRun(first) from None
        for what in built.left_out:
            say(f"left out: {what}")
        show(f"{built.pages} pages in {options.folder}: begin with {options.folder / 'index.html'}")
        return 0

    return Command(
        "build the documentation and the playground as static pages", _add_arguments, run, EXAMPLES, STATUSES
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="where the site is put; an older site there is replaced"
    )
    parser.add_argument(
        "--without-playground",
        action="store_true",
        help="only the pages; the playground is built from a clone, with Node.js",
    )
