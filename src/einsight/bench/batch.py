"""`einsight check` over a folder: pages of notes and `.ein` documents, one process and two, without and with the cache.

Each run is a process of its own, as a user or a workflow starts it; the ratio is to one process with an empty cache in
the same round.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from .documents import document
from .made_pages import page
from .table import Row

CHECK = [sys.executable, "-m", "einsight", "check"]
# runs the command and says how much memory the largest of its processes held, in kilobytes
MEASURED = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:]); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)
STATEMENTS = 40  # of an `.ein` document
KINDS = {"notes": (".md", page), "ein": (".ein", lambda number: document(STATEMENTS, seed=number))}


@dataclass(frozen=True)
class Settings:
    """How much is measured: the numbers of files, how often, and with how many processes."""

    files: tuple[int, ...] = (300, 1_000, 2_000)
    rounds: int = 3
    jobs: tuple[int, ...] = (1, 2)
    kinds: tuple[str, ...] = tuple(KINDS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="300 files, one round")
    parser.add_argument("--files", type=lambda text: tuple(map(int, text.split(","))), metavar="N,...")
    parser.add_argument("--rounds", type=int, metavar="N")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, help="of files")


def settings(given: argparse.Namespace) -> Settings:
    chosen = Settings(files=(300,), rounds=1) if given.quick else Settings()
    return replace(chosen, **{k: v for k in ("files", "rounds", "kinds") if (v := getattr(given, k))})


def run(settings: Settings) -> list[Row]:
    return [row for kind in settings.kinds for count in settings.files for row in _measured(kind, count, settings)]


def _measured(kind: str, count: int, settings: Settings) -> list[Row]:
    suffix, write = KINDS[kind]
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder, "pages")
        pages.mkdir()
        for number in range(count):
            (pages / f"{number}{suffix}").write_text(write(number), encoding="utf-8")
        names = [*(f"{jobs} process{'es' * (jobs > 1)}" for jobs in settings.jobs), "again, from the cache"]
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        for place in range(settings.rounds):
            for jobs, name in zip((*settings.jobs, 1), names, strict=True):
                # the last run finds the cache of the first
                cache = Path(folder, f"cache-{place}-{jobs}")
                told, seconds, memory = _checked(pages, jobs, cache)
                runs[name].append((seconds, memory))
    group = f"{kind}: {told}"
    first = statistics.median(s for s, _ in runs[names[0]])
    rows = []
    for name in names:
        middle, memory = (statistics.median(values) for values in zip(*runs[name], strict=True))
        note = f"{count / middle:,.0f} files/s, {middle / first:.2f} of one process, {memory:.0f} MB in the largest"
        rows.append(Row(f"{kind}.{name}", count, group, name, "s", settings.rounds, middle, note=note))
    return rows


def _checked(pages: Path, jobs: int, cache: Path) -> tuple[str, float, float]:
    """What a run says at its end, its seconds, and the megabytes of its largest process."""
    started = time.perf_counter()
    command = [sys.executable, "-c", MEASURED, *CHECK, str(pages), "--jobs", str(jobs)]
    environment = os.environ | {"EINSIGHT_CACHE": str(cache)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    seconds = time.perf_counter() - started
    *_, told, memory = done.stdout.splitlines()
    if not told.startswith("checked "):
        raise RuntimeError(done.stderr)
    return told, seconds, float(memory) / 1024
