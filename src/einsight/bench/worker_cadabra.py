r"""Cadabra, asked for derivations: `vary` with `x_{i} -> \delta_{i u}`, then its algorithms for deltas, dummies and terms.

It takes polynomials, powers and roots of contractions; elementwise functions and inverses cannot be varied.  Debian's
package is for Debian's Python, which runs this file by its path, and may have nothing else.
"""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# a line each: problem | expression | free indices
FORMS = r"""
matrix times vector | W_{i j} x_{j} | i
matrix times vector, in the matrix | W_{i j} x_{j} | i
transposed matrix times vector | W_{i j} y_{i} | j
dot product | a_{i} x_{i} | -
affine map | W_{i j} x_{j} + b_{i} | i
bilinear form | y_{i} A_{i j} x_{j} | -
bilinear form, in the matrix | y_{i} A_{i j} x_{j} | -
bilinear form, in the row | y_{i} A_{i j} x_{j} | -
two matrices between vectors | y_{i} A_{i j} B_{j k} x_{k} | -
outer product | x_{i} y_{j} | i j
trilinear form | T_{i j k} x_{i} y_{j} z_{k} | -
quadratic form | x_{i} A_{i j} x_{j} | -
quadratic form in indices | x_{i} A_{i j} x_{j} | -
quadratic form, in the matrix | x_{i} A_{i j} x_{j} | -
symmetric quadratic form | x_{i} S_{i j} x_{j} | -
squared length | x_{i} x_{i} | -
least squares | (W_{i j} x_{j} - y_{i}) (W_{i k} x_{k} - y_{i}) | -
least squares, in the matrix | (W_{i j} x_{j} - y_{i}) (W_{i k} x_{k} - y_{i}) | -
least squares in indices | (W_{i j} x_{j} - y_{i}) (W_{i k} x_{k} - y_{i}) | -
ridge regression | (W_{i j} x_{j} - y_{i}) (W_{i k} x_{k} - y_{i}) + c x_{i} x_{i} | -
weighted least squares | (W_{i j} x_{j} - y_{i}) A_{i k} (W_{k l} x_{l} - y_{k}) | -
square of a quadratic form | (x_{i} A_{i j} x_{j})**2 | -
trace of a product | A_{i j} X_{j i} | -
squared Frobenius norm | X_{i j} X_{i j} | -
trace of three factors | A_{i j} X_{j k} B_{k i} | -
trace of a quadratic form | X_{i j} A_{i k} X_{k j} | -
trace of a cube | Q_{i j} Q_{j k} Q_{k i} | -
trace with two sides | A_{i j} Q_{j k} B_{k l} Q_{i l} | -
trace in indices | A_{i j} X_{j k} B_{k i} | -
factorisation | (T_{i j} - U_{i k} V_{j k}) (T_{i j} - U_{i l} V_{j l}) | -
sines in indices | \sin(a_{i} x_{i}) | -
norm | (x_{i} x_{i})**(1/2) | -
norm in indices | (x_{i} x_{i})**(1/2) | -
normalised vector | x_{i} (x_{j} x_{j})**(-1/2) | i
norm of a residual | ((W_{i j} x_{j} - y_{i}) (W_{i k} x_{k} - y_{i}))**(1/2) | -
cosine similarity | a_{i} x_{i} (a_{j} a_{j})**(-1/2) (x_{k} x_{k})**(-1/2) | -
Frobenius norm | (X_{i j} X_{i j})**(1/2) | -
quadratic form, Hessian | x_{i} A_{i j} x_{j} | -
least squares, Hessian | (W_{i j} x_{j} - y_{i}) (W_{i k} x_{k} - y_{i}) | -
norm, Hessian | (x_{i} x_{i})**(1/2) | -
bilinear form, mixed | y_{i} A_{i j} x_{j} | -
matrix product | A_{i j} X_{j k} B_{k l} | i l
matrix product in indices | A_{i j} X_{j k} B_{k l} | i l
Gram matrix | X_{k i} X_{k j} | i j
square of a matrix | Q_{i j} Q_{j k} | i k
contraction | T_{i j k} x_{k} | i j
contraction, in the tensor | T_{i j k} x_{j} y_{k} | i
quartic form | T_{i j k l} x_{i} x_{j} x_{k} x_{l} | -
Tucker decomposition | (G_{i j k} - C_{o p q} U_{o i} V_{p j} W_{q k}) (G_{i j k} - C_{r s t} U_{r i} V_{s j} W_{t k}) | -
stress of a tensor | T_{i j k l} E_{k l} | i j
"""
PLACES = ("u v w z", "a b c d")  # indices of the component in which the first, the second derivative is taken
LETTERS = "i j k l o p q r s t"


def _read() -> dict[str, tuple[str, list[str]]]:
    found = {}
    for line in filter(None, FORMS.splitlines()):
        name, text, free = line.split(" | ")
        found[name] = (text, [] if free == "-" else free.split())
    return found


TEXTS = _read()


def command() -> list[str]:
    """This file, run by the first Python that has Cadabra; by this one, which will say so, where none has."""
    for python in (sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin")):
        if (
            python
            and not subprocess.run([python, "-c", "import cadabra2"], capture_output=True, check=False).returncode
        ):
            return [python, __file__]
    return [sys.executable, __file__]


def places(ranks: Sequence[int]) -> list[str]:
    """The indices of the components in which the derivatives are taken, in variables of so many axes."""
    return [i for letters, rank in zip(PLACES, ranks) for i in letters.split()[:rank]]  # noqa: B905


def _start() -> tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, Any]]]:
    import cadabra2

    # properties are told to a kernel, which the modules of Cadabra look for among the built-in names
    cadabra2.Indices(
        cadabra2.Ex("{" + ",".join(" ".join((LETTERS, *PLACES)).split()) + "}"), cadabra2.Ex("position=free")
    )
    cadabra2.KroneckerDelta(cadabra2.Ex(r"\delta_{i j}"))
    return {"version": _version()}, _derive


def _version() -> str:
    tool = shutil.which("cadabra2-cli") or shutil.which("cadabra2")
    asked = ["dpkg-query", "-W", "-f", "${Version}", "cadabra2"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout if tool else "?"
    except (OSError, subprocess.CalledProcessError):
        return "?"


def _derive(question: dict[str, Any]) -> dict[str, Any]:
    """Seconds of some rounds with fresh names, and the last answer as text with the names of the problem."""
    import cadabra2 as c

    if question["name"] not in TEXTS:
        return {"cannot": "not expressed in it"}
    text, _ = TEXTS[question["name"]]
    symmetric = question.get("symmetric", [])

    def marked(given: str, mark: str) -> str:
        return re.sub(r"(?<![A-Za-z\\])([A-Za-z])(?=_\{)", rf"\g<1>{mark}", given)

    def derived(number: int, renamed: bool) -> Any:
        mark = f"{question['mark']}{number}"
        for name in symmetric:
            c.Symmetric(c.Ex(f"{name}{mark}_{{i j}}"))
        found = c.Ex(marked(text, mark))
        for (variable, rank), letters in zip(question["variables"], PLACES):  # noqa: B905
            at = list(zip(LETTERS.split()[:rank], letters.split()))  # noqa: B905
            left = f"{variable}{mark}_{{{' '.join(i for i, _ in at)}}}"
            c.vary(found, c.Ex(f"{left} -> " + " ".join(rf"\delta_{{{i} {u}}}" for i, u in at)))
            c.distribute(found)
            c.eliminate_kronecker(found)
        c.sort_product(found)
        if renamed:
            c.rename_dummies(found)
        if symmetric:
            c.canonicalise(found)
        c.collect_terms(found)
        return found

    for renamed in (True, False):  # beside a root, it takes dummies for those within, and then finds three of a kind
        try:
            seconds, found = TOOLS["timed"](lambda k: derived(k, renamed), question["rounds"], question["limit"])  # noqa: B023
            break
        except RuntimeError as error:
            refused = error
    else:
        raise refused
    mark = f"{question['mark']}{len(seconds) - 1}"
    return {"seconds": seconds, "text": re.sub(rf"([A-Za-z]){mark}(?=_\{{)", r"\1", found.input_form())}


def value(text: str, arrays: dict[str, Any], wanted: dict[str, int]) -> Any:
    """The array of an answer, its axes those indices, of those sizes.  Runs where NumPy is."""
    tokens = re.findall(r"\d+|\*\*|\\?[A-Za-z]+_\{[^}]*\}|[A-Za-z]+|[-+*/()]", text)
    reader = _Reader(tokens, arrays, wanted)
    array, axes = reader.sum()
    if reader.tokens:
        raise ValueError(f"`{' '.join(reader.tokens)[:60]}` is not read")
    import numpy as np

    return np.asarray(array).transpose([axes.index(i) for i in wanted])


class _Reader:
    """Reads Cadabra's text into arrays with named axes; repeated indices of a product are summed."""

    def __init__(self, tokens: list[str], arrays: dict[str, Any], sizes: dict[str, int]) -> None:
        self.tokens, self.arrays, self.sizes = tokens, arrays, sizes

    def next(self, *wanted: str) -> bool:
        if self.tokens and self.tokens[0] in wanted:
            self.tokens.pop(0)
            return True
        return False

    def sum(self) -> tuple[Any, list[str]]:
        sign = -1.0 if self.next("-") else 1.0
        array, axes = self.product()
        total = sign * array
        while self.tokens and self.tokens[0] in "+-":
            sign = -1.0 if self.tokens.pop(0) == "-" else 1.0
            array, found = self.product()
            total = total + sign * (array.transpose([found.index(i) for i in axes]) if axes else array)
        return total, axes

    def product(self) -> tuple[Any, list[str]]:
        import numpy as np

        factors = [self.power()]
        while self.tokens and self.tokens[0] not in ("+", "-", ")"):
            if self.next("/"):
                array, _ = self.power()
                factors.append((1 / array, []))
            else:
                self.next("*")
                factors.append(self.power())
        counted = [i for _, axes in factors for i in axes]
        axes = [i for i in counted if counted.count(i) == 1]
        numbers = {i: k for k, i in enumerate(dict.fromkeys(counted))}
        operands: list[Any] = []
        sizes = dict(self.sizes)
        for array, own in factors:
            if array is not None:
                sizes |= dict(zip(own, np.shape(array)))  # noqa: B905
        for array, own in factors:
            if array is None:
                array = np.eye(next(sizes[i] for i in own if i in sizes))
            operands += [array, [numbers[i] for i in own]]
        return np.asarray(np.einsum(*operands, [numbers[i] for i in axes])), axes

    def power(self) -> tuple[Any, list[str]]:
        array, axes = self.atom()
        if self.next("**"):
            exponent, _ = self.atom()
            return array ** float(exponent), []
        return array, axes

    def atom(self) -> tuple[Any, list[str]]:
        import numpy as np

        token = self.tokens.pop(0)
        if token == "(":
            found = self.sum()
            if not self.next(")"):
                raise ValueError("a bracket is open")
            return found
        if token == "-":
            array, axes = self.atom()
            return -array, axes
        if token.isdigit():
            return np.asarray(float(token)), []
        name, _, inside = token.partition("_{")
        if name in ("\\delta", "δ"):
            return None, inside[:-1].split()
        return np.asarray(self.arrays[name], dtype=float), inside[:-1].split()


if __name__ == "__main__":
    del sys.path[0]  # this folder, whose modules are not to be taken for those of the standard library
    TOOLS = runpy.run_path(str(Path(__file__).with_name("workers.py")))
    TOOLS["serve"](_start)
