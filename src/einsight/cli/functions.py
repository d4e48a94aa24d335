"""`einsight functions`: what can be called, with derivatives, domains, axes and code."""

from __future__ import annotations

import argparse

from . import terminal
from .parsing import CannotRun, Command, add_plugin_option

EXAMPLES = (
    ("", "all of them, a line each"),
    ("softmax", "what there is to say of one: derivative, axes, code"),
    ("logsumexp --format json", "the same for a program"),
)
STATUSES = {0: "the functions are told", 2: "there is no such function; standard error says what is near"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    add_plugin_option(parser)


def run(options: argparse.Namespace) -> int:
    from ..docs.function_entries import entries, names

    if options.name is not None and not entries(options.name):
        raise CannotRun(_unknown(options.name))
    if options.format == "json":
        asked = names() if options.name is None else [options.name]
        terminal.hand_over_json([entry.as_json() for name in asked for entry in entries(name)])
    elif options.name is None:
        _list()
    else:
        for number, entry in enumerate(entries(options.name)):
            terminal.show(f"{chr(10) * (number > 0)}{entry.call}")
            for label, text in entry.rows:
                first, *more = text.splitlines()
                lines = [f"  {label:8} {first}" if label else f"  {first}", *(f"  {'':8} {line}" for line in more)]
                terminal.show("\n".join(lines))
    return 0


def _list() -> None:
    import textwrap

    from ..docs.function_entries import lines, names_of_sympy

    listed = list(lines())
    width = max(len(call) for call, _ in listed)
    for call, said in listed:
        terminal.show(f"{call:{width}}  {said}".rstrip())
    of_sympy = f"from SymPy: {', '.join(names_of_sympy())}"
    terminal.show("\n" + textwrap.fill(of_sympy, 100, subsequent_indent="  ", break_on_hyphens=False))


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    from ..docs.function_entries import names, names_of_sympy

    near = get_close_matches(name, [*names(), *names_of_sympy()], n=1)
    meant = f"; did you mean `{near[0]}`?" if near else ": `einsight functions` lists them"
    return f"there is no function `{name}`{meant}"


COMMAND = Command("every function: derivative, domain, axes, code", add_arguments, run, EXAMPLES, STATUSES)
