"""Generated code against what one writes by hand, and against automatic differentiation.

Every way is a process of its own, in turns; each is warm (traced and compiled) before it is timed, and the answers are
compared.  `structured` returns what stands on diagonals, not the array that it fills.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import plots
from .code_problems import PROBLEMS, Problem
from .table import Row, sampled
from .workers import Worker

OURS = ("numpy", "jax", "torch", "structured")
AUTODIFF = tuple(f"{library}-{how}" for library in ("jax", "torch") for how in ("jacfwd", "jacrev", "hessian"))
WAYS = (*OURS, "hand", *AUTODIFF)
OTHER = "ANOTHER ANSWER than by hand"
LARGE = 100  # from which on code should be as fast as by hand
TOLERANCE = 1e-6  # of the sums that tell answers apart, against the largest of them
TITLES = {
    "numpy": "einsight, NumPy",
    "jax": "einsight, JAX",
    "torch": "einsight, PyTorch",
    "structured": "einsight, structured",
    "hand": "NumPy by hand",
}


@dataclass(frozen=True)
class Settings:
    """Sizes and ways; `rounds` of each within `limit` seconds, and not answers of more than `entries` numbers."""

    problems: tuple[str, ...] = tuple(p.name for p in PROBLEMS)
    sizes: tuple[int, ...] = (10, 20, 40, 100, 300, 1000)
    ways: tuple[str, ...] = WAYS
    rounds: int = 15
    limit: float = 1.0
    entries: int = 12_000_000
    patience: float = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--problem", action="append", metavar="TEXT", help="only problems whose names hold this")
    parser.add_argument("--sizes", type=int, nargs="+", default=Settings.sizes, metavar="N")
    parser.add_argument("--ways", nargs="+", default=WAYS, choices=WAYS, metavar="WAY", help=", ".join(WAYS))
    parser.add_argument("--rounds", type=int, default=Settings.rounds)
    parser.add_argument("--limit", type=float, default=Settings.limit, help="seconds for the rounds of one figure")
    parser.add_argument("--entries", type=int, default=Settings.entries, help="no larger answers")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="draw time against size; with -memory before the ending, memory"
    )


def settings(given: argparse.Namespace) -> Settings:
    names = [p.name for p in PROBLEMS if not given.problem or any(text in p.name for text in given.problem)]
    return Settings(
        tuple(names), tuple(sorted(given.sizes)), tuple(given.ways), given.rounds, given.limit, given.entries
    )


def run(settings: Settings) -> list[Row]:
    workers = {way: Worker([sys.executable, "-m", "einsight.bench.worker_code", way]) for way in settings.ways}
    rows: list[Row] = []
    try:
        for problem in (p for p in PROBLEMS if p.name in settings.problems):
            for worker in workers.values():
                worker.kill()  # memory is the most that a process has held: each problem begins anew
            sizes = [n for n in settings.sizes if problem.entries(n) <= settings.entries]
            late: set[str] = set()
            for n in sizes:
                answers = {}
                for way, worker in workers.items():
                    if way not in late:
                        answers[way] = _ask(worker, problem, n, settings)
                        if answers[way].get("late"):
                            late.add(way)
                rows += _rows(problem, n, answers)
                print(".", end="", file=sys.stderr, flush=True)
    finally:
        for worker in workers.values():
            worker.kill()
        print(file=sys.stderr)
    return rows


def _ask(worker: Worker, problem: Problem, n: int, settings: Settings) -> dict[str, Any]:
    shape = problem.shapes(n)[problem.wrt]
    question = {
        "problem": problem.name,
        "n": n,
        "rounds": settings.rounds,
        "limit": settings.limit,
        "shape": _shape_of(problem, n, shape),
    }
    return worker.ask(question, settings.patience)


def _shape_of(problem: Problem, n: int, variable: tuple[int, ...]) -> tuple[int, ...]:
    """Of the answer: the output's axes, which are the variable's for a Hessian and for all that is as large, then those."""
    rest = problem.entries(n)
    for size in variable:
        rest //= size
    return (*_factors(rest, variable), *variable) if rest > 1 else variable


def _factors(entries: int, variable: tuple[int, ...]) -> tuple[int, ...]:
    whole = 1
    for size in variable:
        whole *= size
    return variable if whole == entries else (entries,)


def _rows(problem: Problem, n: int, answers: dict[str, dict[str, Any]]) -> list[Row]:
    """Time and memory of each way."""
    known = [a["probes"] for way, a in answers.items() if "probes" in a and way != "structured"]
    reference = answers.get("hand", {}).get("probes") or (known[0] if known else None)
    rows = []
    for way, answer in answers.items():
        if answer.get("cannot"):
            continue
        note = answer.get("missing") or answer.get("error") or ""
        if "probes" in answer and reference is not None and not _same(answer["probes"], reference):
            note = OTHER
        group, title = f"{problem.name}, n = {n}", TITLES.get(way, way)
        rows.append(sampled(f"time.{way}.{problem.name}.{n}", None, group, title, answer.get("seconds", []), note))
        if "peak" in answer:
            more = answer["peak"] / 2**20
            rows.append(Row(f"memory.{way}.{problem.name}.{n}", None, group, title, "MiB more", 1, more))
    return rows


def _same(left: Sequence[float], right: Sequence[float]) -> bool:
    """The same count and sums, as closely as sums of rounded numbers are."""
    scale = max(1e-9, *(abs(value) for value in right[1:]))
    return left[0] == right[0] and all(
        abs(a - b) <= TOLERANCE * scale for a, b in zip(left[1:], right[1:], strict=True)
    )


@dataclass(frozen=True)
class Cell:
    """The figures of one problem at one size, by way."""

    times: dict[str, float]
    memory: dict[str, float]
    notes: dict[str, str]

    def best(self, ways: Sequence[str]) -> float | None:
        return min((self.times[w] for w in ways if w in self.times), default=None)


def cells(rows: Sequence[Row]) -> dict[str, dict[int, Cell]]:
    """The rows by problem and size."""
    found: dict[str, dict[int, Cell]] = {}
    for row in rows:
        what, _, rest = row.measure.partition(".")
        way, _, rest = rest.partition(".")
        problem, _, n = rest.rpartition(".")
        cell = found.setdefault(problem, {}).setdefault(int(n), Cell({}, {}, {}))
        if row.p50 is not None:
            (cell.times if what == "time" else cell.memory)[way] = row.p50
        if row.note:
            cell.notes[way] = row.note
    return found


def _library(name: str) -> tuple[str, ...]:
    return tuple(w for w in AUTODIFF if w.startswith(name + "-"))


COLUMNS: dict[str, tuple[str, ...]] = {
    "NumPy": ("numpy",), "JAX": ("jax",), "Torch": ("torch",), "factored": ("structured",),
    "by hand": ("hand",), "JAX AD": _library("jax"), "Torch AD": _library("torch"),
}  # fmt: skip


def text(rows: Sequence[Row]) -> str:
    """Milliseconds of einsight's code, of NumPy by hand, of the best of automatic differentiation; then ratios."""
    ratios = {"NumPy/hand": 11, "AD/best": 9, "AD/fact.": 10}
    out = [
        f"{'median, ms':28}{'n':>6}"
        + "".join(f"{c:>10}" for c in COLUMNS)
        + "".join(f"{r:>{w}}" for r, w in ratios.items())
    ]
    notes: dict[str, None] = {}
    against_hand: list[float] = []
    for problem, sizes in cells(rows).items():
        for n, cell in sizes.items():
            values = [cell.best(ways) for ways in COLUMNS.values()]
            numpy, hand, automatic = cell.best(("numpy",)), cell.best(("hand",)), cell.best(AUTODIFF)
            ours, factored = cell.best(("numpy", "jax", "torch")), cell.best(("structured",))
            found = [_ratio(numpy, hand), _ratio(automatic, ours), _ratio(automatic, factored)]
            if n >= LARGE and found[0] is not None:
                against_hand.append(found[0])
            line = f"{problem:28}{n:>6}" + "".join(f"{_short(v):>10}" for v in values)
            out.append(line + "".join(f"{_short(r):>{w}}" for r, w in zip(found, ratios.values(), strict=True)))
            for way, note in cell.notes.items():
                notes[
                    f"{TITLES.get(way, way)}: {note}" + (f" ({problem}, n = {n})" if "installed" not in note else "")
                ] = None
    if against_hand:
        out += [
            "",
            f"NumPy/hand at n ≥ {LARGE}: median {statistics.median(against_hand):.2f}, largest {max(against_hand):.2f}",
        ]
    return "\n".join([*out, *notes]) + "\n"


def _ratio(top: float | None, bottom: float | None) -> float | None:
    return None if top is None or not bottom else top / bottom


def _short(value: float | None) -> str:
    if value is None:
        return "-"
    return (
        f"{value:,.0f}"
        if value >= 100
        else f"{value:.1f}"
        if value >= 10
        else f"{value:.2f}"
        if value >= 0.1
        else f"{value:.3f}"
    )


def plot(rows: Sequence[Row], path: Path) -> None:
    """Time, and in a second file memory, against size."""
    for suffix, unit, of in (("", "ms", "times"), ("-memory", "MiB more than before", "memory")):
        panels = []
        for problem, sizes in cells(rows).items():
            curves = []
            shown = list(sizes.items())[
                of == "memory" :
            ]  # what a library loads once counts as memory of the first size
            for style, (key, ways) in enumerate(COLUMNS.items()):
                points = [(n, [getattr(cell, of)[w] for w in ways if w in getattr(cell, of)]) for n, cell in shown]
                known = [(n, min(values)) for n, values in points if values and min(values) > 0]
                if known:
                    x, y = [n for n, _ in known], [y for _, y in known]
                    curves.append(plots.Curve(key, x, y, style=style))
            panels.append(plots.Panel(problem, "n", unit, curves))
        title = "Generated code, NumPy by hand, and automatic differentiation (AD)"
        plots.growth(path.with_stem(path.stem + suffix), panels, title, 3)
