"""Matrix forms beside those that people write: how many there are, how long, how many are wrong, and what they cost.

A form is wrong that is no value of the derivative when it is read back; a length is counted in signs, names and numbers and pairs of
brackets one each.  Rows are told apart by their axes: two or fewer make a vector or a matrix, more make one of `vec`.
`--cost` measures what the search adds to a derivation, in processor time; `--held-back` takes the rows that nobody may tune to, and tells no more than totals.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .table import Row, percentile, sampled

_DATA = Path(__file__).parents[3] / "tests" / "data"
TABLES = tuple(_DATA / f"forms{which}.txt" for which in ("", "-aside", "-outside", "-outside-aside"))
GRADIENT = "∇"
PUT_ASIDE = "put aside"
# how much longer than a person's a form may be
TOLERATED = 1.2
# how often a cost is measured, of which the least counts
ROUNDS = 3


@dataclass(frozen=True)
class Settings:
    """Which rows, whether those are shown whose form is longer than a person's, and whether it is measured what the search costs."""

    paths: tuple[str, ...] = tuple(map(str, TABLES))
    held_back: bool = False
    show: bool = False
    cost: bool = False


@dataclass(frozen=True)
class Taste:
    """What is differentiated, in what, and the form that a person writes.  Of a `gradient` in the variable's own shape."""

    expression: str
    variables: tuple[str, ...]
    gradient: bool
    person: str
    declare: str
    held_back: bool

    @property
    def wrt(self) -> str | list[str]:
        return self.variables[0] if len(self.variables) == 1 else list(self.variables)


@dataclass(frozen=True)
class Found:
    """What was derived for a row, its form, whether that is right, and the seconds that it took."""

    row: Taste
    derived: Any
    form: str | None
    right: bool
    seconds: float


def read(*paths: Path | str) -> list[Taste]:
    """The rows of some tables, else of all; lines that begin with `!` declare what no row declares itself, and `! put aside`
    holds back a whole table, of the others every third row.
    """
    return [row for path in paths or TABLES for row in _rows(Path(path).read_text(encoding="utf-8").splitlines())]


def _rows(lines: Sequence[str]) -> list[Taste]:
    said = [line[1:].strip() for line in lines if line.startswith("!")]
    common = [line for line in said if line != PUT_ASIDE]
    rows = []
    for line in lines:
        if not line.strip() or line[0] in "#!":
            continue
        expression, variable, person, own = ([p.strip() for p in line.split(" | ")] + [""])[:4]
        variables = tuple(variable.removeprefix(GRADIENT).split())
        declare = "\n".join([*_without(common, own), own])
        held_back = PUT_ASIDE in said or zlib.crc32(line.encode()) % 3 == 0
        rows.append(Taste(expression, variables, variable.startswith(GRADIENT), person, declare, held_back))
    return rows


def _without(common: Sequence[str], own: str) -> Iterator[str]:
    """The common declarations, but for the names that a row declares or defines itself."""
    taken = {n.strip() for part in own.split(";") for n in re.split(r" in |=", part)[0].split(",")}
    for line in common:
        names, space = line.split(" in ")
        kept = [n.strip() for n in names.split(",") if n.strip() not in taken]
        if kept:
            yield f"{', '.join(kept)} in {space}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--held-back", action="store_true", help="those nobody may tune to; totals alone")
    parser.add_argument("--show", action="store_true", help="the rows without a form, and those whose form is longer")
    parser.add_argument(
        "--cost", action="store_true", help="what the search adds to a derivation, in processes of their own"
    )
    parser.add_argument("--file", type=Path, metavar="FILE", help="other rows, of the same format")


def settings(given: argparse.Namespace) -> Settings:
    paths = (str(given.file),) if given.file else Settings.paths
    return Settings(paths, given.held_back, given.show and not given.held_back, given.cost)


def run(wanted: Settings) -> list[Row]:
    from einsight.forms.writing import length

    found = [derived(r) for r in read(*wanted.paths) if r.held_back == wanted.held_back]
    rows: list[Row] = []
    for group, some in (
        ("two axes or fewer", [f for f in found if len(f.derived.axes) <= 2]),
        ("more axes", [f for f in found if len(f.derived.axes) > 2]),
    ):
        have = [f for f in some if f.form is not None]
        pairs = [(length(f.form or ""), length(f.row.person)) for f in have]
        ours, people = (sum(side) for side in zip(*pairs, strict=True)) if pairs else (0, 0)
        figures = {
            "rows": len(some),
            "with a form": len(have),
            "wrong": sum(not f.right for f in have),
            "signs": ours,
            "signs of people": people,
            "longer than people's": sum(a > b for a, b in pairs),
            f"longer than {TOLERATED} times": sum(a > TOLERATED * b for a, b in pairs),
        }
        rows += [Row(f"forms.{group[:3]}.{k}", None, group, k, "", 1, v) for k, v in figures.items()]
        if pairs:
            worst = max(a / b for a, b in pairs)
            rows.append(
                Row(
                    f"forms.{group[:3]}.ratio",
                    None,
                    group,
                    "signs to those of people",
                    "×",
                    1,
                    ours / people,
                    note=f"at most {worst:.2f}",
                )
            )
        rows.append(
            sampled(f"forms.{group[:3]}.time", None, group, "a form, with reading it back", [f.seconds for f in some])
        )
        if wanted.cost:
            rows += _costs(group, [f.row for f in some])
        if wanted.show:
            for f in some:
                if f.form is None or length(f.form) > length(f.row.person):
                    note = f"{f.form}    a person: {f.row.person}"
                    rows.append(
                        Row(
                            "forms.shown",
                            None,
                            group,
                            f"{f.row.expression} by {' '.join(f.row.variables)}",
                            "signs",
                            1,
                            length(f.form or ""),
                            note=note,
                        )
                    )
    return rows


def derived(row: Taste) -> Found:
    """The derivative of a row with its form, which is right where it is the same in value at two points."""
    import einsight

    result = einsight.derive(row.expression, wrt=row.wrt, declare=row.declare)
    begin = time.perf_counter()
    form = result.gradient if row.gradient else result.matrix
    seconds = time.perf_counter() - begin
    return Found(row, result, form, form is not None and is_form_of(form, result, row), seconds)


def _costs(group: str, rows: Sequence[Taste]) -> list[Row]:
    """Derivations with their forms, without a search and with one, and how often as long the second takes."""
    warm = [r for r in read() if r not in rows][:: max(1, len(rows) // 40)]
    for row in warm:  # what is loaded at the first derivation is no part of any
        derived(row)
    gc.collect()
    without, with_search = ([min(_seconds(row, steps) for _ in range(ROUNDS)) for row in rows] for steps in (0, None))
    ratios = [b / a for a, b in zip(without, with_search, strict=True)]
    title = "a derivation with its form"
    return [
        sampled(f"forms.{group[:3]}.without", None, group, f"{title}, no search", without),
        sampled(f"forms.{group[:3]}.with", None, group, f"{title}, searched", with_search),
        Row(f"forms.{group[:3]}.cost", None, group, "searched to not searched, medians", "×", 1, percentile(ratios, 0.5)),
        Row(f"forms.{group[:3]}.costs", None, group, "searched to not searched, sums", "×", 1, sum(with_search) / sum(without)),
    ]  # fmt: skip


def _seconds(row: Taste, steps: int | None) -> float:
    """Processor time of one derivation in a process of its own, which remembers nothing of another."""
    import einsight
    from einsight.forms.effort import searching

    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        begin = time.process_time()
        with searching(steps):
            result = einsight.derive(row.expression, wrt=row.wrt, declare=row.declare)
            _ = result.gradient if row.gradient else result.matrix
        os.write(writer, repr(time.process_time() - begin).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        told = answer.read()
    os.waitpid(child, 0)
    return float(told)


def is_form_of(text: str, result: Any, row: Taste) -> bool:
    """Does a text say what was derived, in the layout that was asked for?"""
    from einsight.deriving.questions import read_declarations
    from einsight.deriving.readback import agree_in_value, read_value
    from einsight.lowering.values import Value, identity
    from einsight.terms import build

    laid = Value(result.term, result.axes) if row.gradient else result.laid
    names = read_declarations(row.declare, "numerator")
    value = read_value(text, names, result.term, like=[a.dim for a in laid.axes])
    if value is None:
        return False
    if value.flexible == "I" and laid.rank == 2:
        value = Value(build.product([value.term, identity(*laid.axes)]), laid.axes)
    if [a.dim for a in value.axes] != [a.dim for a in laid.axes] or value.row != laid.row:
        return False
    return agree_in_value(value.on(laid.axes), laid.term, laid.plain_axes)
