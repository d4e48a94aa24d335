"""Pairs of answers with their truth: codes that JAX works out at sizes which are all different, vectors as columns."""

import re
from dataclasses import dataclass, field
from functools import cache, cached_property

import jax
import jax.numpy as jnp
import numpy as np
from paths import ROOT

import einsight

jax.config.update("jax_enable_x64", True)
PAIRS = ROOT / "tests" / "data" / "grading"
SIZES = ({"n": 5, "m": 3, "k": 2}, {"n": 4, "m": 2, "k": 6}, {"n": 7, "m": 5, "k": 3})
TOO_LARGE = 1e7  # where something is singular


@dataclass(eq=False)
class Family:
    """Answers to one question; each name with its axes and properties, and a code beside each text."""

    topic: str
    names: list
    question: list | None = None
    reference: list = field(default_factory=list)
    answers: list = field(default_factory=list)

    @cached_property
    def declare(self):
        spaces = [" x ".join(n[1]) if len(n) > 1 else "" for n in self.names]
        return "; ".join(
            f"{n[0]} in R" + (f"^({s})" if s else "") + " ".join(["", *n[2:]])
            for n, s in zip(self.names, spaces, strict=True)
        )

    @cache  # noqa: B019 - as long as the tests
    def verdicts(self, text):
        """Beside the reference with declarations, beside the question, and beside the reference alone."""
        found = [einsight.grade(text, self.reference[0], self.declare)]
        if self.question:
            found.append(einsight.grade(text, question=self.question[:2], declare=self.declare))
        if not any(len(n) > 2 for n in self.names):
            found.append(einsight.grade(text, self.reference[0]))
        return [v.verdict for v in found]


def families(path):
    found = []
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


def _norm(v):
    return jnp.sqrt(jnp.sum(v**2))


FUNCTIONS = {
    "I": jnp.eye, "one": lambda k: jnp.ones((k, 1)), "inv": jnp.linalg.inv, "tr": jnp.trace, "det": jnp.linalg.det,
    "logdet": lambda X: jnp.linalg.slogdet(X)[1], "diagm": lambda v: jnp.diag(v[:, 0]), "sum": jnp.sum,
    "exp": jnp.exp, "log": jnp.log, "sqrt": jnp.sqrt, "tanh": jnp.tanh, "sin": jnp.sin, "cos": jnp.cos,
    "sig": jax.nn.sigmoid, "norm": _norm, "softmax": lambda z: jax.nn.softmax(z, axis=0), "relu": jax.nn.relu,
    "sign": jnp.sign, "abs": jnp.abs, "where": jnp.where, "u": lambda v: v / _norm(v),
}  # fmt: skip


def points(family):
    generator = np.random.default_rng(7)
    for sizes in (*SIZES, *SIZES):
        values = {}
        for name, *kinds in family.names:
            shape = tuple(sizes[d] for d in kinds[0]) if kinds else ()
            array = generator.normal(size=(*shape, 1) if len(shape) == 1 else shape)
            values[name] = jnp.asarray(array + array.T if "symmetric" in kinds else array)
        yield FUNCTIONS | sizes | values


def _same(left, right):
    left, right = (a.reshape(()) if a.size == 1 else a for a in map(np.asarray, (left, right)))
    return left.shape == right.shape and np.allclose(left, right, rtol=1e-7, atol=1e-9)


@cache
def truth(family, code):
    """`equal`, `transposed`, `different` or `shape`, by numbers."""
    if code == "!":
        return "shape"
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


def reference_is_the_derivative(family):
    """Is the reference what JAX finds of the question?"""
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
