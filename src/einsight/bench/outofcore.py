"""Dask code on arrays larger than memory: a local cluster whose worker may hold less than they take.

The arrays are made chunk by chunk from random numbers, so nothing is written but the result; making them counts.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass

from .table import Row

# run in a process of its own: Dask's workers are started from a main module
SCRIPT = """\
import json, sys, time

def main(megabytes, gigabytes):
    import dask, numpy
    import dask.array as da
    import einsight
    from dask.distributed import Client, LocalCluster

    dask.config.set({"distributed.logging.distributed": "error"})

    def function(expression, variable, declare, order=1):
        scope = {}
        exec(einsight.derive(expression, variable, declare, order=order).to("dask"), scope)
        return scope["derivative"]

    found = {}
    with LocalCluster(n_workers=1, threads_per_worker=2, memory_limit=f"{megabytes}MB", dashboard_address=None) as cluster:
        with Client(cluster) as client:
            random, columns = da.random.default_rng(0), 100
            rows = int(gigabytes * 1e9 / 8 / columns)
            X = random.normal(size=(rows, columns), chunks=(50_000, columns))
            w = numpy.linspace(-0.2, 0.2, columns)
            hessian = function("sum(softplus(X w)) - y' X w", "w", "X in R^(n x m); y in R^n; w in R^m", 2)
            begin = time.perf_counter()
            result = hessian(X=X, w=w).compute()
            seconds = time.perf_counter() - begin
            part = X[:100_000].compute()
            p = 1 / (1 + numpy.exp(-part @ w))
            agrees = numpy.allclose(hessian(X=X[:100_000], w=w).compute(), (part * (p * (1 - p))[:, None]).T @ part)
            found["logistic regression, Hessian"] = [X.nbytes, result.nbytes, seconds, bool(agrees and numpy.isfinite(result).all())]
            side = int((gigabytes * 1e9 / 8) ** 0.5)
            W = random.normal(size=(side, side), chunks=(1000, 2000))
            x, b = numpy.full(side, 1 / side), numpy.zeros(side)
            jacobian = function("tanh(W x + b)", "x", "W in R^(n x m); x in R^m; b in R^n")(W=W, x=x, b=b)
            begin = time.perf_counter()
            total = float(abs(jacobian).sum().compute())
            seconds = time.perf_counter() - begin
            first = W[:500].compute()
            by_hand = (1 - numpy.tanh(first @ x) ** 2)[:, None] * first
            agrees = numpy.allclose(jacobian[:500].compute(), by_hand) and total > 0
            found["tanh layer, Jacobian, summed"] = [W.nbytes, jacobian.nbytes, seconds, bool(agrees)]
    print(json.dumps(found))

if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
"""


@dataclass(frozen=True)
class Settings:
    """What the worker may hold, and how large the arrays are."""

    megabytes: int = 700
    gigabytes: float = 3.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--megabytes", type=int, default=Settings.megabytes, help="memory of the worker")
    parser.add_argument("--gigabytes", type=float, default=Settings.gigabytes, help="size of the arrays")


def settings(given: argparse.Namespace) -> Settings:
    return Settings(given.megabytes, given.gigabytes)


def run(settings: Settings) -> list[Row]:
    import json
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "outofcore.py")
        script.write_text(SCRIPT, encoding="utf-8")
        command = [sys.executable, str(script), str(settings.megabytes), str(settings.gigabytes)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        raise SystemExit(f"this needs dask[array,distributed]: {done.stderr.strip().splitlines()[-1]}")
    rows = []
    for title, (given, result, seconds, agrees) in json.loads(done.stdout.splitlines()[-1]).items():
        note = f"{given / 1e9:.1f} GB in, {result / 1e9:.4g} GB out, {settings.megabytes} MB of memory"
        note += "" if agrees else "; WRONG against NumPy on a part"
        rows.append(
            Row(title, None, "a worker with less memory than the arrays take", title, "s", 1, seconds, note=note)
        )
    return rows
