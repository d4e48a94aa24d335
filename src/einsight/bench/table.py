"""Rows of figures, as text and as JSON."""

from __future__ import annotations

import math
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import groupby
from typing import Any

WIDTH = 54  # of the titles


@dataclass(frozen=True)
class Row:
    """One line of a table; a figure that there is none of is None, and `note` says why.

    measure  its name in the JSON, `edit.claim.first`
    size     statements of the document, None where there is no document
    group    what stands above it and its neighbours in the text
    count    how many samples were taken
    p50      the median, or the value where there is one only
    """

    measure: str
    size: int | None
    group: str
    title: str
    unit: str
    count: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    note: str = ""


def sampled(measure: str, size: int | None, group: str, title: str, seconds: Sequence[float], note: str = "") -> Row:
    """The percentiles of times, in milliseconds."""
    if not seconds:
        return Row(measure, size, group, title, "ms", note=note)
    p50, p95, p99 = (1000 * percentile(seconds, q) for q in (0.5, 0.95, 0.99))
    return Row(measure, size, group, title, "ms", len(seconds), p50, p95, p99, note)


def percentile(values: Sequence[float], quantile: float) -> float:
    """The nearest rank: a value that was measured, the largest one where there are too few for the quantile."""
    return sorted(values)[max(0, math.ceil(quantile * len(values)) - 1)]


def text_table(rows: Sequence[Row]) -> str:
    """The rows under their sizes and groups."""
    out = [f"{'':{WIDTH}}{'p50':>10}{'p95':>10}{'p99':>10}{'n':>7}"]
    for size, of_size in groupby(rows, lambda row: row.size):
        out += ["", "no document" if size is None else f"{size:,} statements"]
        for group, of_group in groupby(of_size, lambda row: row.group):
            out.append(f"  {group}")
            out += map(_line, of_group)
    return "\n".join(out) + "\n"


def _line(row: Row) -> str:
    figures = "".join(f"{_figure(value):>10}" for value in (row.p50, row.p95, row.p99))
    if row.count == 1:  # the percentiles of one value say nothing
        figures = f"{_figure(row.p50):>10}{'':20}"
    title = f"    {row.title}, {row.unit}"
    return f"{title:{WIDTH}}{figures}{row.count or '-':>7}  {row.note}".rstrip()


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def as_json(benchmark: str, where: dict[str, Any], settings: Any, rows: Sequence[Row]) -> dict[str, Any]:
    """What `--json` writes: what was measured, on which machine, with which settings, and the rows as they are."""
    return {
        "benchmark": benchmark,
        "date": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "machine": where,
        "settings": asdict(settings),
        "rows": [asdict(row) for row in rows],
    }


def machine() -> dict[str, Any]:
    """What the figures depend on; asked before a run, its load is that of others."""
    return {
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "einsight": version("einsight"),
        "pygls": version("pygls"),
    }
