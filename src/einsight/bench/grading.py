"""Answers beside references: verdicts against truths by numbers, with Math-Verify and SymPy's `equals` in the same run.

false equal      passed, and not equal; a false rejection is equal, and told to be anything else
unread           neither: not understood, or not decided; an answer that is late or ends the program counts so too

Every program is a process of its own and is given the same answers in the same order; each has read one pair before its time counts.
The others are given the reference as LaTeX that einsight writes.  `--held-back` takes the pairs that nobody may tune to.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .graded import HELD_BACK, SEEN, Family, families, truth
from .table import Row, percentile
from .worker_grading import PROGRAMS
from .workers import Worker

LATE = 30.0  # seconds for one answer
TRUTHS = ("equal", "transposed", "different", "shape")
VERDICTS = ("equal", "transposed", "equal_if", "different", "shape", "undecided", "unread")
_NO_VERDICT = ("undecided", "unread")


@dataclass(frozen=True)
class Settings:
    """Which pairs, and whether what is not as it should be is shown."""

    path: str = str(SEEN)
    programs: tuple[str, ...] = tuple(PROGRAMS)
    show: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--held-back", action="store_true", help="those nobody may tune to")
    parser.add_argument("--pairs", type=Path, metavar="FILE", help="pairs of your own, written as those are")
    parser.add_argument("--only", metavar="NAME,..", help=f"of {', '.join(PROGRAMS)}")
    parser.add_argument("--show", action="store_true", help="the answers that einsight does not judge as it should")


def settings(given: argparse.Namespace) -> Settings:
    path = given.pairs or (HELD_BACK if given.held_back else SEEN)
    programs = tuple(given.only.split(",")) if given.only else tuple(PROGRAMS)
    return Settings(str(path), programs, given.show and not given.held_back)


def run(settings: Settings) -> list[Row]:
    asked = [(family, *pair) for family in families(Path(settings.path)) for pair in family.answers]
    rows: list[Row] = []
    for name in settings.programs:
        worker = Worker([sys.executable, "-m", "einsight.bench.worker_grading", name])
        try:
            rows += _measured(name, worker, asked, settings.show and name == "einsight")
        finally:
            worker.kill()
    return rows


def _measured(name: str, worker: Worker, asked: Sequence[tuple[Family, str, str]], show: bool) -> list[Row]:
    about = worker.start()
    if "missing" in about:
        return [Row(f"grading.{name}", None, name, "not measured", "", note=about["missing"])]
    group = f"{name} {about['version']}"
    worker.ask(_question(asked[0][0], asked[0][2]), LATE)
    met: Counter[tuple[str, str]] = Counter()
    seconds: list[float] = []
    used: list[float] = []
    for family, code, text in asked:
        found = worker.ask(_question(family, text), LATE)
        verdict, true = found.get("verdict", "unread"), truth(family, code)
        seconds.append(found.get("seconds", LATE if found.get("late") else 0.0))
        used.append(found.get("used", seconds[-1]))
        met[true, verdict] += 1
        if show and (verdict == "equal") != (true == "equal"):
            print(f"{family.topic}: {text!r} is {true}, and {verdict} is said")
    return [
        *_rows(name, group, met),
        _time(name, group, "time", "time of an answer", seconds),
        _time(name, group, "processor", "of the processor alone", used),
    ]


def _question(family: Family, text: str) -> dict[str, Any]:
    return {
        "answer": text, "reference": family.reference[0], "declare": family.declare, "latex": _latex(family),
    }  # fmt: skip


def _latex(family: Family) -> str:
    from ..deriving.derive import simplify
    from ..lowering.report import EinsightError

    try:
        found: str = simplify(family.reference[0], family.declare).latex
    except EinsightError:  # what it cannot read the others are given as it stands
        return family.reference[0]
    return found


def _rows(name: str, group: str, met: Counter[tuple[str, str]]) -> list[Row]:
    rows = []
    for true in TRUTHS:
        said = {v: met[true, v] for v in VERDICTS if met[true, v]}
        told = ", ".join(f"{v} {count}" for v, count in said.items())
        rows.append(
            Row(f"grading.{name}.{true}", None, group, f"{true} in truth", "pairs", sum(said.values()), note=told)
        )
    total = sum(met.values())
    right = sum(count for (true, _), count in met.items() if true == "equal")
    false_equal = sum(count for (true, v), count in met.items() if v == "equal" and true != "equal")
    rejected = sum(c for (true, v), c in met.items() if true == "equal" and v not in ("equal", *_NO_VERDICT))
    unread = sum(count for (_, v), count in met.items() if v in _NO_VERDICT)
    for measure, count, of in (
        ("false equal", false_equal, total - right),
        ("false rejections", rejected, right),
        ("unread or undecided", unread, total),
    ):
        share = 100 * count / of if of else None
        rows.append(Row(f"grading.{name}.{measure}", None, group, measure, "%", of, share, note=f"{count} of {of}"))
    return rows


def _time(name: str, group: str, measure: str, title: str, seconds: Sequence[float]) -> Row:
    p50, p95, p99 = (1000 * percentile(seconds, q) for q in (0.5, 0.95, 0.99))
    return Row(f"grading.{name}.{measure}", None, group, title, "ms", len(seconds), p50, p95, p99)
