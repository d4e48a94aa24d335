"""`python -m einsight.bench NAME`: runs a benchmark, prints its table, and writes it as JSON with `--json FILE`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from . import batch, code, cold, derivation, forms, grading, growth, lsp, outofcore, pages, python, questions, rules
from .table import as_json, machine, text_table

BENCHMARKS = {
    "code": code,
    "outofcore": outofcore,
    "lsp": lsp,
    "batch": batch,
    "rules": rules,
    "derivation": derivation,
    "growth": growth,
    "cold": cold,
    "questions": questions,
    "pages": pages,
    "forms": forms,
    "grading": grading,
    "python": python,
}  # a module each: add_arguments, settings, run, perhaps text and plot; its docstring is its help


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m einsight.bench", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, module in BENCHMARKS.items():
        about = (module.__doc__ or "").partition("\n")[0]
        command = commands.add_parser(name, help=about, description=module.__doc__)
        command.add_argument("--json", type=Path, metavar="FILE", help="write the rows there, too")
        module.add_arguments(command)
    given = parser.parse_args(arguments)
    benchmark = BENCHMARKS[given.name]
    settings, where = benchmark.settings(given), machine()
    rows = benchmark.run(settings)
    print("  ".join(f"{key} {value}" for key, value in where.items()))
    print(getattr(benchmark, "text", text_table)(rows))
    if given.json:
        text = json.dumps(as_json(given.name, where, settings, rows), indent=1, ensure_ascii=False)
        given.json.write_text(text + "\n", encoding="utf-8")
    if getattr(given, "plot", None):
        benchmark.plot(rows, given.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
