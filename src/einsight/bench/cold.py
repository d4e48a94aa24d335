"""A command in a new process: `einsight derive`, importing einsight, and what that is to be held against, in turns.

Bytecode is compiled before, as an installation has it, whatever the environment says of writing it.  What is imported is
read from the interpreter's own report (`-X importtime`), so that what comes late counts, too.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .client import Client
from .table import Row, percentile, sampled

PYTHON = [sys.executable]
DERIVE = [*PYTHON, "-m", "einsight", "derive"]
BILINEAR = ["y' A x", "-w", "x", "-d", "A in R^(n x m); x in R^m; y in R^n"]
GRAM = ["logdet(X' X)", "-w", "X", "-d", "X in R^(n x m)"]
ROOT = ["sqrt(x_i x_i + 1)", "-w", "x", "-d", "x in R^m"]
LOSS = ["‖tanh(W x + b) - y‖²", "-w", "W", "-d", "W in R^(n x m); x in R^m; b, y in R^n"]
COMMANDS = {
    "python": ([*PYTHON, "-c", ""], "the interpreter alone"),
    "import": ([*PYTHON, "-c", "import einsight"], "import einsight"),
    "library": ([*PYTHON, "-c", "import einsight; einsight.derive"], "import einsight, and what derives"),
    "version": ([*PYTHON, "-m", "einsight", "--version"], "einsight --version"),
    "derive": ([*DERIVE, *BILINEAR], 'einsight derive "y\' A x"'),
    "loss": ([*DERIVE, *LOSS], 'einsight derive "‖tanh(W x + b) - y‖²"'),
    "gram": ([*DERIVE, *GRAM], 'einsight derive "logdet(X\' X)"'),
    "root": ([*DERIVE, *ROOT], 'einsight derive "sqrt(x_i x_i + 1)"'),
    "steps": ([*DERIVE, *BILINEAR, "--steps"], "einsight derive … --steps"),
    "code": ([*DERIVE, *BILINEAR, "--to", "numpy"], "einsight derive … --to numpy"),
    "numpy": ([*PYTHON, "-c", "import numpy"], "import numpy"),
    "sympy": ([*PYTHON, "-c", "import sympy"], "import sympy"),
}
SERVER = [*PYTHON, "-m", "einsight", "lsp"]
WATCHED = ("sympy", "mpmath", "numpy", "lark", "pluggy", "pygls", "lsprotocol", "opt_einsum")
SHOWN = 6  # packages that take longest


@dataclass(frozen=True)
class Settings:
    """How often each command is run."""

    rounds: int = 15
    commands: tuple[str, ...] = tuple(COMMANDS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="three rounds")
    parser.add_argument("--rounds", type=int, metavar="N")
    parser.add_argument("--only", metavar="NAME,...", help=f"some of {', '.join(COMMANDS)}")


def settings(given: argparse.Namespace) -> Settings:
    chosen = tuple(c for c in COMMANDS if not given.only or c in given.only.split(","))
    return Settings(given.rounds or (3 if given.quick else Settings.rounds), chosen)


def run(wanted: Settings) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        return _measured(wanted, {**environment, "PYTHONPYCACHEPREFIX": folder})


def _measured(wanted: Settings, environment: Mapping[str, str]) -> list[Row]:
    seconds: dict[str, list[float]] = {name: [] for name in wanted.commands}
    for turn in range(-1, wanted.rounds):  # the first compiles
        for name in wanted.commands:
            once = _run(COMMANDS[name][0], environment)
            if turn >= 0:
                seconds[name].append(once)
    floor = percentile(seconds["python"], 0.5) if "python" in seconds else None
    rows = []
    for name, taken in seconds.items():
        over = (
            f"{1000 * (percentile(taken, 0.5) - floor):.0f} ms over the interpreter"
            if floor and name != "python"
            else ""
        )
        rows.append(sampled(f"cold.{name}", None, "a new process", COMMANDS[name][1], taken, over))
    rows += [_imported(name, COMMANDS[name][1], _report(COMMANDS[name][0], environment)) for name in wanted.commands]
    _server_report(environment)  # compiles, too
    rows.append(_imported("lsp", "einsight lsp, up to initialize", _server_report(environment)))
    return rows


def _run(command: Sequence[str], environment: Mapping[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, check=True)
    return time.perf_counter() - started


def _report(command: Sequence[str], environment: Mapping[str, str]) -> str:
    told = {**environment, "PYTHONPROFILEIMPORTTIME": "1"}
    return subprocess.run(command, capture_output=True, text=True, env=told, check=True).stderr


def _server_report(environment: Mapping[str, str]) -> str:
    told = {"PYTHONDONTWRITEBYTECODE": "", **environment, "PYTHONPROFILEIMPORTTIME": "1"}  # "" counts as not set
    with Client(SERVER, told) as client:
        client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        time.sleep(0.1)  # what it said has to be read
        return client.stderr


def modules(report: str) -> Iterator[tuple[str, int, int]]:
    """Each module of an import report, its own microseconds, and how deep within others it was imported."""
    for own, gap, name in re.findall(r"import time:\s*(\d+) \|\s*\d+ \|( +)(\S+)", report):
        yield name, int(own), (len(gap) - 1) // 2


def _imported(name: str, title: str, report: str) -> Row:
    """How many modules, those of the watched libraries, and which packages take longest."""
    spent: dict[str, int] = {}
    counts: dict[str, int] = {}
    for module, own, _ in modules(report):
        package = module.partition(".")[0]
        spent[package] = spent.get(package, 0) + own
        counts[package] = counts.get(package, 0) + 1
    watched = [f"{p} {counts[p]}" for p in WATCHED if p in counts]
    longest = sorted(spent, key=lambda p: -spent[p])[:SHOWN]
    note = (
        (", ".join(watched) or f"none of {', '.join(WATCHED)}")
        + "; longest "
        + ", ".join(f"{p} {spent[p] / 1000:.0f} ms" for p in longest)
    )
    return Row(f"modules.{name}", None, "modules imported", title, "modules", 1, sum(counts.values()), note=note)
