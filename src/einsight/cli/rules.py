"""`einsight rules`: the catalogue, and whether it is sound."""

from __future__ import annotations

import argparse

from . import terminal
from .parsing import CannotRun, Command, add_plugin_option

EXAMPLES = (
    ("", "all of them"),
    ("delta.contract", "the page of one"),
    ("--verify delta.contract", "hold one against numbers"),
)
STATUSES = {
    0: "the rules are told, and with --verify they hold",
    1: "with --verify, a check does not hold",
    2: "there is no such rule or plugin",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="?", metavar="ID|PLUGIN")
    parser.add_argument("--verify", action="store_true", help="check each numerically, and against the others")
    add_plugin_option(parser)
    parser.add_argument("--format", choices=["text", "json"], default="text")


def run(options: argparse.Namespace) -> int:
    return _verify(options) if options.verify else _list(options)


def _list(options: argparse.Namespace) -> int:
    from ..docs.explain import explain
    from ..rules.catalogue import catalogue

    known = catalogue().rules
    chosen = [r for r in known.values() if options.id in (None, r.id, r.source)]
    if not chosen and options.id not in catalogue().versions:
        raise CannotRun(f"there is no rule and no plugin `{options.id}`: `einsight rules` lists them")
    if options.format == "json":
        keys = ("id", "statement", "doc", "phase", "source")
        terminal.hand_over_json([{key: getattr(r, key) for key in keys} for r in chosen])
    elif options.id in known:
        terminal.show(explain(options.id))
    else:
        width = max((len(r.id) for r in chosen), default=0)
        for rule in chosen:
            terminal.show(f"{rule.id:{width}}  {rule.statement}    ({rule.source})")
    return 0


def _verify(options: argparse.Namespace) -> int:
    from ..verifying.verify import Unknown, verify_all

    try:
        results = verify_all(options.id)
    except Unknown:
        raise CannotRun(f"there is no rule, function or plugin `{options.id}`: `einsight rules` lists rules") from None
    failed = [r for r in results if r.problem]
    if options.format == "json":
        terminal.hand_over_json([vars(r) for r in results])
    else:
        for result in results:
            mark = "FAILED" if result.problem else "note" if result.note else "ok"
            said = result.problem or result.note
            terminal.show(f"{mark:6}  {result.subject}: {result.check}" + (f": {said}" if said else ""))
        notes = sum(bool(r.note) for r in results)
        terminal.show(f"{len(results) - len(failed) - notes} checks hold, {len(failed)} do not")
    return 1 if failed else 0


COMMAND = Command("every rule: id, statement, source", add_arguments, run, EXAMPLES, STATUSES)
