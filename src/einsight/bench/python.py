"""Python files: what is said of the code in a folder, how much of it is judged, and how long it takes.

Each file is read as `einsight check` reads it, within this process; then a line in the middle of it is changed, and it is read again, as
an editor does.  Times are of the processor, for a thousand lines.  `--show` prints every report with its line.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .table import Row, sampled

FOLDER = Path(__file__).parents[2] / "einsight"
# lines of a file from which on its times say something
LONG = 300


@dataclass(frozen=True)
class Settings:
    """Which folder, and whether each report is shown."""

    folder: str = str(FOLDER)
    show: bool = False


@dataclass
class Program:
    """What became of a file; `seconds` of reading it, and of reading it again."""

    path: Path
    lines: int
    seconds: float
    again: float
    codes: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    reports: list[str] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=str(FOLDER), help="files below it that end in .py")
    parser.add_argument("--show", action="store_true", help="every report")


def settings(given: argparse.Namespace) -> Settings:
    return Settings(given.folder, given.show)


def run(wanted: Settings) -> list[Row]:
    programs = list(_measured(Path(wanted.folder)))
    rows = [Row("python.files", None, "files", "files with array code", "", len(programs), len(programs))]
    total = {
        "lines in them": sum(p.lines for p in programs),
        "calls of einsum and einops": sum(p.calls for p in programs),
        "gradients": sum(sum(p.verdicts.values()) for p in programs),
    }
    verdicts = sum((p.verdicts for p in programs), Counter[str]())
    codes = sum((p.codes for p in programs), Counter[str]())
    for name, counts in (("verdict", verdicts), ("report", codes)):
        total |= {f"{name} {key}": count for key, count in sorted(counts.items())}
    rows += [Row(f"python.{key}", None, "found", key, "", 1, value) for key, value in total.items()]
    long = [p for p in programs if p.lines >= LONG]
    for title, of in (("1,000 lines, opened", "seconds"), ("1,000 lines, after an edit", "again")):
        times = [getattr(p, of) / p.lines * 1000 for p in long]
        if times:
            rows.append(sampled(f"python.{of}", None, "time", title, times))
    if wanted.show:
        rows += [Row("python.shown", None, "reports", told, "", 1, None) for p in programs for told in p.reports]
    return rows


def _measured(folder: Path) -> Iterator[Program]:
    for path in sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]:
        found = _of_file(path)
        if found is not None:
            yield found


def _of_file(path: Path) -> Program | None:
    """None for a file without array code."""
    from ..python.check import calls, findings
    from ..python.units import Memory

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    memory = Memory()
    found, seconds = _timed(lambda: findings(text, memory=memory))
    if found.module is None:
        return None
    lines = text.split("\n")
    middle = len(lines) // 2
    lines.insert(middle, "")
    again = statistics.median(_timed(lambda: findings("\n".join(lines), memory=memory))[1] for _ in range(3))
    made = Program(path, len(lines) - 1, seconds, again, calls=sum(1 for _ in calls(found.module)))
    made.codes.update(d.code for d in found.diagnostics)
    made.verdicts.update(c.verdict for c in found.claims)
    for d in found.diagnostics:
        at = found.module.source.line_at(d.span[0])
        made.reports.append(f"{path}:{at}: {d.code} {d.message}\n        {lines_at(text, at)}")
    return made


def lines_at(text: str, line: int) -> str:
    """A line of a text, counted from 1, without the blanks around it."""
    return text.split("\n")[line - 1].strip()


def _timed(work: Any) -> tuple[Any, float]:
    begin = time.process_time()
    found = work()
    return found, time.process_time() - begin


def text(rows: Sequence[Row]) -> str:
    from .table import text_table

    shown = [row.title for row in rows if row.measure == "python.shown"]
    return "\n".join([text_table([r for r in rows if r.measure != "python.shown"]), *shown])
