"""Pairs of answers with their truth: codes that JAX works out at sizes which are all different, vectors as columns.

A file of them has families, lines that begin with `@ topic | names`, each name with a letter for each axis and its properties; below,
`? question | variable | code`, `= reference | code` and the answers, `code | text` with `!` for what has no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[3] / "tests" / "data" / "grading"
SEEN, HELD_BACK = FOLDER / "seen.txt", FOLDER / "held_back.txt"
SIZES = ({"n": 5, "m": 3, "k": 2}, {"n": 4, "m": 2, "k": 6}, {"n": 7, "m": 5, "k": 3})
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


def _functions() -> dict[str, Any]:
    """What codes are written in.  Raises ImportError where JAX is not installed."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def norm(v: Any) -> Any:
        return jnp.sqrt(jnp.sum(v**2))

    return {
        "I": jnp.eye, "one": lambda k: jnp.ones((k, 1)), "inv": jnp.linalg.inv, "tr": jnp.trace, "det": jnp.linalg.det,
        "logdet": lambda X: jnp.linalg.slogdet(X)[1], "diagm": lambda v: jnp.diag(v[:, 0]), "sum": jnp.sum, "jnp": jnp,
        "exp": jnp.exp, "log": jnp.log, "sqrt": jnp.sqrt, "tanh": jnp.tanh, "sin": jnp.sin, "cos": jnp.cos,
        "sig": jax.nn.sigmoid, "norm": norm, "softmax": lambda z: jax.nn.softmax(z, axis=0), "relu": jax.nn.relu,
        "expm": jax.scipy.linalg.expm, "sign": jnp.sign, "abs": jnp.abs, "where": jnp.where, "u": lambda v: v / norm(v),
    }  # fmt: skip


def points(family: Family) -> Iterator[dict[str, Any]]:
    """Values of the names, with what codes are written in."""
    import jax.numpy as jnp
    import numpy as np

    functions = _functions()
    generator = np.random.default_rng(7)
    for sizes in (*SIZES, *SIZES):
        values = {}
        for name, *kinds in family.names:
            shape = tuple(int(d) if d.isdigit() else sizes[d] for d in kinds[0]) if kinds else ()
            array = generator.normal(size=(*shape, 1) if len(shape) == 1 else shape)
            values[name] = jnp.asarray(_with(kinds[1:], array))
        yield functions | sizes | values


def _with(properties: list[str], array: Any) -> Any:
    """An array of normal entries, changed so that it has the properties."""
    if "positive" in properties:
        return abs(array) + 0.5
    if "positive-definite" in properties:
        return array @ array.T + array.T @ array  # the one alone may be nearly singular
    return array + array.T if "symmetric" in properties else array


def _same(left: Any, right: Any) -> bool:
    import numpy as np

    left, right = (a.reshape(()) if a.size == 1 else a for a in map(np.asarray, (left, right)))
    return bool(left.shape == right.shape and np.allclose(left, right, rtol=1e-7, atol=1e-9))


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
    """Is the reference what JAX finds of the question?"""
    import jax
    import numpy as np

    if family.question is None:
        return True
    _, variable, code = family.question
    for names in points(family):
        right = np.asarray(eval(family.reference[1], names))
        output = eval(code, names)
        found = np.asarray(jax.jacrev(lambda x, names=names: eval(code, names | {variable: x}))(names[variable]))
        if np.ndim(output):
            found = found.reshape(output.shape[0], -1)
        if np.isfinite(found).all() and not _same(right, found):
            return False
    return True
