"""A derivation with many rules of plugins installed: what they cost when none of them fires.

Each run is a process of its own, with a generated plugin in a folder on its path.  Every derivation is of names that have not
been met, so that nothing of it is remembered.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .table import Row, sampled

PLUGIN = """\
from einsight.api import hook, rule
@hook
def einsight_rules():
    return [rule("many.r%d" % k, statement) for k, statement in enumerate({statements!r})]
"""
MEASURE = """\
import json, time
begin = time.perf_counter()
import einsight
times = {}
for name, (expression, variable, declare) in json.loads(input()).items():
    taken = []
    for k in range(ROUNDS + 1):
        given = [text.replace("@", str(k)) for text in (expression, variable, declare)]
        start = time.perf_counter()
        einsight.derive(*given)
        taken.append(time.perf_counter() - start)
    times[name] = taken
print(json.dumps(times))
"""
PROBLEMS = {
    "bilinear": ("y@' A@ x@", "x@", "A@ in R^(n x m); x@ in R^m; y@ in R^n"),
    "layer": ("‖tanh(W@ x@ + b@) - y@‖²", "W@", "W@ in R^(n x m); x@ in R^m; b@, y@ in R^n"),
    "softmax": ("log(sum(exp(W@ x@)))", "x@", "W@ in R^(n x m); x@ in R^m"),
}
# what their left sides begin with decides where they are tried
KINDS = {
    "functions": "cosh({0} s) => 1/2 (exp({0} s) + exp(-{0} s))",
    "products": "exp({0} s) exp(t) => exp({0} s + t)",
    "sums": "cosh({0} s)^2 - sinh({0} s)^2 => 1",
    "derivatives": "d inv(A)_ij / dA_kl => -inv(A)_ik inv(A)_lj + {0} inv(A)_ij inv(A)_kl - {0} inv(A)_ij inv(A)_kl",
}


@dataclass(frozen=True)
class Settings:
    """How many rules, how many derivations of each problem."""

    rules: tuple[int, ...] = (0, 100, 500)
    rounds: int = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rules", type=int, nargs="+", default=list(Settings.rules), metavar="N")
    parser.add_argument("--rounds", type=int, default=Settings.rounds, metavar="N")


def settings(given: argparse.Namespace) -> Settings:
    return Settings(tuple(given.rules), given.rounds)


def run(wanted: Settings) -> list[Row]:
    rows: list[Row] = []
    for count in wanted.rules:
        for kind in ("mixed", *KINDS) if count else ("none",):
            for name, taken in _measured(kind, count, wanted.rounds).items():
                title = f"{name}, {count} rules ({kind})" if count else f"{name}, no rules"
                rows.append(sampled(f"rules.{kind}.{count}.{name}.first", None, "first", title, taken[:1]))
                rows.append(sampled(f"rules.{kind}.{count}.{name}", None, "after", title, taken[1:]))
    return sorted(rows, key=lambda row: row.group == "first")


def _measured(kind: str, count: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of each derivation, by problem."""
    with tempfile.TemporaryDirectory() as folder:
        if count:
            _install(Path(folder), _statements(kind, count))
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([folder, *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", MEASURE.replace("ROUNDS", str(rounds))],
            input=json.dumps(PROBLEMS) + "\n", capture_output=True, text=True, env=environment, check=False,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def _statements(kind: str, count: int) -> Sequence[str]:
    """So many, no two alike."""
    patterns = list(KINDS.values()) if kind == "mixed" else [KINDS[kind]]
    return [patterns[k % len(patterns)].format(k + 2) for k in range(count)]


def _install(folder: Path, statements: Sequence[str]) -> None:
    (folder / "einsight_many.py").write_text(PLUGIN.format(statements=list(statements)), encoding="utf-8")
    info = folder / "einsight_many-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: einsight-many\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[einsight]\nmany = einsight_many\n", encoding="utf-8")
