"""Pairs of answers with their truth: codes that NumPy works out at sizes which are all different, vectors as columns.

A file of them has families, lines that begin with `@ topic | names`, each name with a letter for each axis and its properties; below,
`? question | variable | code`, `= reference | code` and the answers, `code | text` with `!` for what has no value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from .differences import difference_quotients

FOLDER = Path(__file__).parents[3] / "tests" / "data" / "grading"
SEEN, HELD_BACK = FOLDER / "seen.txt", FOLDER / "held_back.txt"
SIZES = ({"n": 5, "m": 3, "k": 2, "p": 4}, {"n": 4, "m": 2, "k": 6, "p": 3}, {"n": 7, "m": 5, "k": 3, "p": 6})
ENOUGH = 3  # of the twelve points, where a derivative is to be compared
TOO_LARGE = 1e7  # where something is singular


@dataclass(eq=False)
class Family:
    """Answers to one question; each name with its axes and properties, and a code beside each text."""

    topic: str
    names: list[list[str]]
    question: list[str] | None = None
    reference: list[str] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)
    truths: dict[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def declare(self) -> str:
        spaces = [" x ".join(n[1]) if len(n) > 1 else "" for n in self.names]
        return "; ".join(
            f"{n[0]} in R" + (f"^({s})" if s else "") + " ".join(["", *n[2:]])
            for n, s in zip(self.names, spaces, strict=True)
        )


def families(path: Path) -> list[Family]:
    """The families of a file."""
    found: list[Family] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        sign, rest = line[:2], line[2:]
        if sign == "@ ":
            topic, names = rest.split(" | ", 1)
            found.append(Family(topic, [n.split() for n in names.split(", ")]))
        elif sign == "? ":
            found[-1].question = rest.split(" | ")
        elif sign == "= ":
            found[-1].reference = rest.split(" | ", 1)
        elif line:
            code, text = line.split(" | ", 1)
            text = re.sub(r"\\n(?=A|`)", "\n", text) if text.startswith("`") else text
            found[-1].answers.append((code, text.replace("⏎", "\n")))
    return found


@cache
def _functions() -> dict[str, Any]:
    """What codes are written in."""
    import numpy as np

    def inverse(X: Any) -> Any:
        try:
            return np.linalg.inv(X)
        except np.linalg.LinAlgError:
            if X.shape[0] != X.shape[1]:
                raise
            return np.full(X.shape, np.nan)  # of a singular matrix: no number, and no wrong shape

    def norm(v: Any) -> Any:
        return np.sqrt(np.sum(v**2))

    def softmax(z: Any) -> Any:
        powers = np.exp(z - np.max(z, axis=0))
        return powers / np.sum(powers, axis=0)

    return {
        "I": np.eye, "one": lambda k: np.ones((k, 1)), "inv": inverse, "tr": np.trace, "det": np.linalg.det,
        "logdet": lambda X: np.linalg.slogdet(X)[1], "diagm": lambda v: np.diag(v[:, 0]), "sum": np.sum, "np": np, "jnp": np,
        "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "tanh": np.tanh, "sin": np.sin, "cos": np.cos,
        "sig": lambda z: 1 / (1 + np.exp(-z)), "norm": norm, "softmax": softmax, "relu": lambda z: np.maximum(z, 0),
        "expm": _expm, "sign": np.sign, "abs": np.abs, "where": np.where, "u": lambda v: v / norm(v),
    }  # fmt: skip


def points(family: Family, are_probabilities: bool = False) -> Iterator[dict[str, Any]]:
    """Values of the names, with what codes are written in: of either sign, or between 0.2 and 0.8."""
    import numpy as np

    generator = np.random.default_rng(7)
    for sizes in (*SIZES, *SIZES):
        values = {}
        for name, *kinds in family.names:
            shape = tuple(int(d) if d.isdigit() else sizes[d] for d in kinds[0]) if kinds else ()
            size = (*shape, 1) if len(shape) == 1 else shape
            array = generator.uniform(0.2, 0.8, size) if are_probabilities else generator.normal(size=size)
            values[name] = _with(kinds[1:], array)
        yield _functions() | sizes | values


def _with(properties: list[str], array: Any) -> Any:
    """An array of normal entries, changed so that it has the properties."""
    if "positive" in properties:
        return abs(array) + 0.5
    if "positive-definite" in properties:
        return array @ array.T + array.T @ array  # the one alone may be nearly singular
    return array + array.T if "symmetric" in properties else array


def _expm(a: Any) -> Any:
    """`∑_k A^k/k!`, of a matrix so small that it has converged, then squared (Moler & Van Loan, method 3)."""
    import numpy as np

    halvings = max(0, math.ceil(math.log2(max(float(np.linalg.norm(a)), 1e-300))) + 4)
    found: Any
    term: Any
    small, found, term = a / 2**halvings, np.eye(len(a)), np.eye(len(a))
    for k in range(1, 20):
        term = term @ small / k
        found = found + term
    for _ in range(halvings):
        found = found @ found
    return found


def _same(left: Any, right: Any, rtol: float = 1e-7, atol: float = 1e-9) -> bool:
    import numpy as np

    left, right = (a.reshape(()) if a.size == 1 else a for a in map(np.asarray, (left, right)))
    return bool(left.shape == right.shape and np.allclose(left, right, rtol=rtol, atol=atol))


def truth(family: Family, code: str) -> str:
    """`equal`, `transposed`, `different` or `shape`, by numbers."""
    if code not in family.truths:
        family.truths[code] = "shape" if code == "!" else _truth(family, code)
    return family.truths[code]


def _truth(family: Family, code: str) -> str:
    import numpy as np

    equal, turned = [], []
    for names in points(family):
        right = np.asarray(eval(family.reference[1], names))
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(eval(code, names))
        except (TypeError, ValueError):
            return "shape"
        if not all(np.isfinite(a).all() and np.abs(a).max() < TOO_LARGE for a in (right, found)):
            continue
        equal.append(_same(right, found))
        turned.append(found.ndim == 2 and _same(right, found.T))
    assert equal, code
    return "equal" if all(equal) else "transposed" if all(turned) else "different"


def reference_is_the_derivative(family: Family) -> bool:
    """Is the reference what difference quotients of the question say?"""
    import numpy as np

    if family.question is None:
        return True
    _, variable, written = family.question
    code, reference = compile(written, "question", "eval"), compile(family.reference[1], "reference", "eval")
    compared = 0
    for names in chain(points(family), points(family, are_probabilities=True)):

        def at(x: Any, names: dict[str, Any] = names) -> Any:
            return eval(code, names | {variable: x})

        with np.errstate(all="ignore"):
            right = np.asarray(eval(reference, names))
            output = at(names[variable])
            found, finer = (difference_quotients(at, names[variable], step) for step in (2e-3, 5e-4))
        if not (np.isfinite(found).all() and np.allclose(found, finer, rtol=1e-7, atol=1e-8)):
            continue  # it is not smooth there, or changes too fast
        if not _same(right, found.reshape(output.shape[0], -1) if np.ndim(output) else found, 1e-7, 1e-8):
            return False
        compared += 1
    return compared >= ENOUGH
