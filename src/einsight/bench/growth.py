"""Time and printed size of a derivation against the size of its problem, with the fitted exponents.

A chain of tanh layers, sums of many terms, tensors of many axes, documents of many statements; einsight in fresh names, and for
the chain SymPy and tensorgrad, too, as far as they come within a limit.  The exponent is that of the line through the
logarithms of the upper half of the sizes.  einsight's time is that of a derivation with its matrix form.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from . import plots
from .documents import document
from .table import Row
from .workers import Worker, module

PEERS = {"sympy": "SymPy", "tensorgrad": "tensorgrad"}
PATIENCE = 300.0  # seconds that einsight may take for a size


@dataclass(frozen=True)
class Settings:
    """The sizes of each kind of problem; `rounds` of each size, and the seconds that a peer may take for one."""

    layers: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)
    terms: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128)
    axes: tuple[int, ...] = (1, 2, 3, 4, 6, 8, 12, 16)
    repeated: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8)
    statements: tuple[int, ...] = (10, 30, 100, 300, 1_000, 3_000)
    only: tuple[str, ...] = ("",)  # what the names of the series begin with
    peers: tuple[str, ...] = tuple(PEERS)
    rounds: int = 5
    limit: float = 30.0


SIZES = ("layers", "terms", "axes", "repeated", "statements")
QUICK: dict[str, Any] = {
    "layers": (1, 2, 4, 8, 16),
    "terms": (1, 4, 16),
    "axes": (1, 2, 4, 8),
    "repeated": (1, 2, 3, 4),
    "statements": (10, 30, 100),
    "rounds": 2,
    "limit": 5.0,
}


@dataclass(frozen=True)
class Series:
    """A kind of problem: what it is, what n counts, and the question for a worker at a size."""

    name: str
    title: str
    unit: str
    question: Callable[[int], dict[str, Any]]


@dataclass
class Grown:
    """What was measured of a series by a program: sizes with their seconds and printed lengths."""

    series: str
    program: str
    sizes: list[int]
    seconds: list[float]
    lengths: list[int]
    rounds: list[int]
    ended: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="small sizes, two rounds, 5 s for a peer")
    parser.add_argument(
        "--only", action="append", metavar="SERIES", help="begins the name of a series; may be given again"
    )
    for name in SIZES:
        parser.add_argument(f"--{name}", type=lambda text: tuple(map(int, text.split(","))), metavar="N,...")
    parser.add_argument("--peers", metavar="NAME,...", help=f"some of {', '.join(PEERS)}, or `none`")
    parser.add_argument("--rounds", type=int, metavar="N")
    parser.add_argument("--limit", type=float, metavar="SECONDS")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="time and size on logarithmic axes, as SVG or PNG")


def settings(given: argparse.Namespace) -> Settings:
    chosen: dict[str, Any] = dict(QUICK) if given.quick else {}
    chosen |= {k: v for k in (*SIZES, "rounds", "limit") if (v := getattr(given, k))}
    if given.peers:
        chosen["peers"] = tuple(p for p in PEERS if p in given.peers.split(","))
    if given.only:
        chosen["only"] = tuple(given.only)
    return replace(Settings(), **chosen)


def run(wanted: Settings) -> list[Row]:
    grown: list[Grown] = []
    own = module("worker_einsight")
    try:
        for name, series in SERIES.items():
            if not name.startswith(wanted.only):
                continue
            sizes = getattr(wanted, _sizes_of(name))
            grown.append(_grown(series, "einsight", own, sizes, wanted.rounds, PATIENCE))
            if name == "chain.jacobian":
                for peer in wanted.peers:
                    worker = module(f"worker_{peer}")
                    grown.append(_grown(series, peer, worker, sizes, wanted.rounds, wanted.limit))
                    worker.kill()
    finally:
        own.kill()
    return [row for g in grown for row in _rows(g)]


def _sizes_of(name: str) -> str:
    """The setting that has the sizes of a series."""
    return {"chain": "layers", "sum": "terms", "order": "axes", "power": "repeated", "document": "statements"}[
        name.partition(".")[0]
    ]


def _grown(series: Series, program: str, worker: Worker, sizes: Sequence[int], rounds: int, limit: float) -> Grown:
    """Sizes one after the other until one takes too long."""
    found = Grown(series.name, program, [], [], [], [])
    for size in sizes:
        question = series.question(size) if program == "einsight" else {"task": "chain", "layers": size}
        question["limit"] = limit / 2
        if size == sizes[0]:  # not counted: a program may import something
            warm = {"texts": [document(100, seed=9)]} if "texts" in question else {}
            worker.ask({**question, **warm, "rounds": 1, "mark": f"9{size}"}, limit)
        answer = worker.ask({**question, "rounds": rounds, "mark": f"0{size}"}, limit)
        if "seconds" not in answer:
            found.ended = f"{size:,}: {answer.get('error') or answer.get('missing')}"
            break
        found.sizes.append(size)
        found.seconds.append(statistics.median(answer.get("whole", answer["seconds"])))
        found.lengths.append(answer["length"])
        found.rounds.append(len(answer["seconds"]))
    return found


def fitted(sizes: Sequence[float], figures: Sequence[float]) -> tuple[float, float] | None:
    """`(e, c)` of the `c n^e` that fits the upper half best in its logarithms; None where there are fewer than three."""
    points = [(math.log(n), math.log(f)) for n, f in zip(sizes, figures, strict=True) if f > 0][-upper(len(sizes)) :]
    if len(points) < 3:
        return None
    mean_x, mean_y = (statistics.fmean(v) for v in zip(*points, strict=True))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return slope, math.exp(mean_y - slope * mean_x)


def upper(count: int) -> int:
    """How many of so many sizes a fit takes: the upper half, the middle one with it, and at least three."""
    return max(3, count // 2 + 1)


def _rows(grown: Grown) -> Iterator[Row]:
    series = SERIES[grown.series]
    program = PEERS.get(grown.program, grown.program)
    group = f"{series.title}, {program}"
    measure = f"{grown.series}.{grown.program}"
    what = "claims" if grown.series == "document" else "characters"
    for size, seconds, length, count in zip(grown.sizes, grown.seconds, grown.lengths, grown.rounds, strict=True):
        note = f"{length:,} {what}, {1000 * seconds / size:.2f} ms for each"
        yield Row(f"{measure}.{size}", None, group, f"{series.unit} {size:,}", "ms", count, 1000 * seconds, note=note)
    figures = {"time": grown.seconds} | ({} if grown.series == "document" else {"size": grown.lengths})
    for name, values in figures.items():
        fit = fitted(grown.sizes, values)
        by_size = dict(zip(grown.sizes, values, strict=True))
        said = [f"T(64)/T(8) = {by_size[64] / by_size[8]:.1f}"] if {8, 64} <= set(by_size) else []
        if name == "size":
            said = [s.replace("T", "N") for s in said]
        title = {"time": "exponent of the time", "size": "exponent of the printed size"}[name]
        yield Row(
            f"{measure}.exponent.{name}", None, group, title, "n^e", len(grown.sizes), fit[0] if fit else None,
            note=", ".join(said),
        )  # fmt: skip
    if grown.ended:
        yield Row(f"{measure}.ended", None, group, "ended at", series.unit, note=grown.ended)


def _chain(expression: str, variable: str) -> Callable[[int], dict[str, Any]]:
    """`h_k = tanh(W_k h_(k-1))`, every dimension a name of its own."""

    def question(layers: int) -> dict[str, Any]:
        lines = ["x@ in R^n0", f"t@ in R^n{layers}"]
        for k in range(1, layers + 1):
            before = f"h@_{k - 1}" if k > 1 else "x@"
            lines += [f"W@_{k} in R^(n{k} x n{k - 1})", f"h@_{k} = tanh(W@_{k} {before})"]
        return {"task": "derive", "expression": expression.format(layers), "wrt": variable, "declare": "\n".join(lines)}

    return question


def _sum(terms: int) -> dict[str, Any]:
    """`x' A_1 x + x' A_2 x + …`, in x."""
    matrices = [f"A@_{k}" for k in range(1, terms + 1)]
    declare = f"x@ in R^n; {', '.join(matrices)} in R^(n x n)"
    return {
        "task": "derive",
        "expression": " + ".join(f"x@' {a} x@" for a in matrices),
        "wrt": "x@",
        "declare": declare,
    }


def _layers(terms: int) -> dict[str, Any]:
    """`tanh(W_1 x) + tanh(W_2 x) + …`, in x."""
    matrices = [f"W@_{k}" for k in range(1, terms + 1)]
    declare = f"x@ in R^n; {', '.join(matrices)} in R^(m x n)"
    return {
        "task": "derive",
        "expression": " + ".join(f"tanh({w} x@)" for w in matrices),
        "wrt": "x@",
        "declare": declare,
    }


def _contracted(axes: int) -> dict[str, Any]:
    """A tensor of so many axes with a vector for each, in the first vector."""
    sizes, vectors = [f"n{k}" for k in range(axes)], [f"v@_{k}" for k in range(axes)]
    declare = [f"T@ in R^({' x '.join(sizes)})" if axes > 1 else "T@ in R^n0"]
    declare += [f"{v} in R^{n}" for v, n in zip(vectors, sizes, strict=True)]
    expression = f"T@[{', '.join(f'i{k}' for k in range(axes))}] " + " ".join(
        f"{v}[i{k}]" for k, v in enumerate(vectors)
    )
    return {"task": "derive", "expression": expression, "wrt": "v@_0", "declare": "; ".join(declare)}


def _power(axes: int) -> dict[str, Any]:
    """A tensor of so many axes with one vector for all, in the vector: so many terms."""
    declare = f"T@ in R^({' x '.join(['n'] * axes)})" if axes > 1 else "T@ in R^n"
    expression = f"T@[{', '.join(f'i{k}' for k in range(axes))}] " + " ".join(f"x@[i{k}]" for k in range(axes))
    return {"task": "derive", "expression": expression, "wrt": "x@", "declare": f"{declare}; x@ in R^n"}


def _document(statements: int) -> dict[str, Any]:
    """Documents as notes are written, no two alike."""
    return {"task": "check", "texts": [document(statements, seed) for seed in (1, 2)]}


SERIES = {
    s.name: s
    for s in (
        Series("chain.jacobian", "tanh chain, Jacobian in the input", "layers", _chain("h@_{}", "x@")),
        Series(
            "chain.first", "tanh chain, loss gradient in the first weights", "layers", _chain("‖h@_{} - t@‖²", "W@_1")
        ),
        Series("chain.input", "tanh chain, loss gradient in the input", "layers", _chain("‖h@_{} - t@‖²", "x@")),
        Series("sum.forms", "sum of quadratic forms", "terms", _sum),
        Series("sum.layers", "sum of tanh layers", "terms", _layers),
        Series("order", "tensor with a vector for each axis", "axes", _contracted),
        Series("power", "tensor with one vector for all axes", "axes", _power),
        Series("document", "check of a document", "statements", _document),
    )
}
PANELS = (
    ("tanh chain: time", "layers", ("chain.",), "time"),
    ("tanh chain: printed size", "layers", ("chain.",), "size"),
    ("sums and tensors: time", "terms or axes", ("sum.", "order", "power"), "time"),
    ("check of a document: time", "statements", ("document",), "time"),
)


def text(rows: Sequence[Row]) -> str:
    """For each series a line of sizes, of times and of printed sizes, and what they grow with."""
    out = []
    for group, of_group in groupby(rows, lambda row: row.group):
        lines, ended, found = [group], "", list(of_group)
        points = [r for r in found if r.unit == "ms"]
        exponents = {r.measure.rpartition(".")[2]: r for r in found if r.unit == "n^e"}
        unit = points[0].title.partition(" ")[0] if points else ""
        columns = {
            unit: ([f"{_size(r):,}" for r in points], None),
            "ms": ([f"{r.p50:,.1f}" for r in points], exponents.get("time")),
            points[0].note.split()[1] if points else "": ([f"{_length(r):,}" for r in points], exponents.get("size")),
        }
        for name, (cells, row) in columns.items():
            grows = f"   n^{row.p50:.2f}  {row.note}".rstrip() if row and row.p50 is not None else ""
            lines.append(f"  {name.rstrip(','):12}" + "".join(f"{cell:>9}" for cell in cells) + grows)
        ended = "".join(f"  ended at {r.note}\n" for r in found if r.measure.endswith(".ended"))
        out.append("\n".join(line for line in lines if line.strip()) + "\n" + ended)
    return "\n".join(out)


def plot(rows: Sequence[Row], path: Path) -> None:
    panels = []
    for title, x, series, figure in PANELS:
        curves = []
        for group, of_group in groupby((r for r in rows if r.measure.startswith(series)), lambda r: r.group):
            points = [(_size(r), r.p50 or 0.0, _length(r)) for r in of_group if r.unit == "ms"]
            if not points:
                continue
            sizes, times, lengths = (list(column) for column in zip(*points, strict=True))
            values = times if figure == "time" else lengths
            fit = fitted(sizes, values)
            label = group.removeprefix("tanh chain, ").removesuffix(", einsight")
            curves.append(plots.Curve(label, sizes, values, fit, sizes[-upper(len(sizes)) :]))
        if curves:
            unit = "milliseconds" if figure == "time" else "characters"
            panels.append(plots.Panel(title, x, unit, curves))
    plots.growth(path, panels, "einsight: growth with the size of the problem")


def _size(row: Row) -> int:
    return int(row.measure.rpartition(".")[2])


def _length(row: Row) -> int:
    return int(row.note.partition(" ")[0].replace(",", ""))
