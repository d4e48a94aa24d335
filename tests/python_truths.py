"""Small files of Python with what is true of them, which the libraries that they import are asked.

A file of `tests/data/python` holds cases. A case begins with `=== NAME`, then come lines `> …` that say how to ask for the truth, then
the code. `{a|b}` makes two cases of one, the second is called `NAME-other`. A mark `#: WORD` ends the line that something is to be said of: `error`, an operation whose arrays do not fit, or the verdict on
a gradient written by hand, `right`, `right_if`, `wrong` or `shape`, with a `?` where it is not found. Of every other line nothing is to be said.

| line | what is done |
|---|---|
| `shapes x=n d; lam=` | the arrays that functions are called with, each letter of another size; an argument without letters is a number |
| `positive x` | the entries of these arrays are positive |
| `grad F G X` | `G` is beside difference quotients of the scalar `F` in the argument `X` |
| `elementwise F G X` | `G` is beside the difference quotients of each entry |
| `vjp F G X C` | `G`, which gets the cotangent `C`, is beside difference quotients of `⟨F, C⟩` |
| `method K F G X` | as `grad` or `elementwise`, for the methods of an object of the class `K` |
| `function K x=n i; …` | `torch.autograd.gradcheck` of the class `K` |
| `custom F x=n i; …` | the cotangents of `F`, from `jax.vjp`, beside difference quotients |
| `runs F`, `raises F` | `F` is called; it raises at the marked line |
| `| STATEMENT` | it is run beside the file: `R(3, 4)` is an array, `num(f, x)` and `jac(f, x)` are difference quotients of a number and of an
  array in `x`, which is changed in its place; `say((num(…), gradient), …)` is the verdict on them all, `sayif` with the same where matrices are
  symmetric; `check(f, …)` is `gradcheck`, `runs(f)` tells the line at which `f` raises |
| `main` | the statements of the module run one by one; the marked ones raise |
| `none` | nothing is asked: a file of which no library knows whether it fits |
"""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "python"
GRADIENTS = ("right", "right_if", "wrong", "shape")
SIZES = (5, 3, 4, 2, 7, 6)


@dataclass
class Case:
    name: str
    asked: list[str]
    code: str  # without marks
    marks: dict[int, str] = field(default_factory=dict)  # by line, from 1


def cases(path: Path) -> list[Case]:
    found = []
    for name, *lines in _blocks(path):
        asked = [line[2:] for line in lines if line.startswith("> ")]
        code, marks = [], {}
        for line in (line for line in lines if not line.startswith("> ")):
            text, mark, word = line.partition("#: ")
            code.append(text.rstrip())
            if mark and word.strip():
                marks[len(code)] = word.strip()
        found.append(Case(name, asked, "\n".join(code) + "\n", marks))
    return found


_CHOICE = re.compile(r"\{([^{}|\n]*)\|([^{}|\n]*)\}")


def _blocks(path: Path) -> Iterator[list[str]]:
    for block in ("\n" + path.read_text(encoding="utf-8")).split("\n=== ")[1:]:
        if not _CHOICE.search(block):
            yield block.rstrip().split("\n")
            continue
        for place, ending in ((1, ""), (2, "-other")):
            name, *lines = _CHOICE.sub(lambda m, k=place: m[k], block.rstrip()).split("\n")
            yield [name + ending, *lines]


def given_at(case: Case, claim: Any, line: int) -> list[int]:
    """The lines of what is claimed: the marked ones where the names in it are given their values, or where it stands."""
    tree = ast.parse(case.code)
    scopes = [f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) and f.lineno <= line <= (f.end_lineno or 0)]
    scope = max(scopes, key=lambda f: f.lineno, default=tree)
    names = _named(case.code[slice(*claim.span)])
    found: set[int] = set()
    for node in ast.walk(scope):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = [t for e in node.targets for t in (e.elts if isinstance(e, ast.Tuple) else [e])]
        elif isinstance(node, ast.AugAssign):
            targets = [node.target]
        for target in targets:
            while isinstance(target, ast.Subscript):
                target = target.value
            if ast.unparse(target) in names:
                found |= set(range(node.lineno, (node.end_lineno or 0) + 1))  # type: ignore[attr-defined]
    return sorted(found & set(case.marks)) or [line]


def _named(text: str) -> set[str]:
    """The names of the arrays in an expression."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return set()
    items = tree.elts if isinstance(tree, (ast.Tuple, ast.List)) else [tree]
    items = tree.values if isinstance(tree, ast.Dict) else items
    return {ast.unparse(e) for e in items if isinstance(e, (ast.Name, ast.Attribute))}


def _shapes(text: str) -> dict[str, list[str]]:
    return {name.strip(): letters.split() for name, _, letters in (part.partition("=") for part in text.split(";"))}


class Asking:
    """The libraries, asked about one case: arrays at random, every letter of a size of its own."""

    def __init__(self, case: Case) -> None:
        import numpy

        self.np, self.case = numpy, case
        self.random = numpy.random.default_rng(7)
        self.sizes: dict[str, int] = {}
        self.free = iter(SIZES)
        self.positive: set[str] = set()
        self.shapes: dict[str, list[str]] = {}

    def array(self, name: str, letters: list[str], symmetric: bool = False) -> Any:
        for letter in letters:
            if letter not in self.sizes:
                self.sizes[letter] = int(letter) if letter.isdigit() else next(self.free)
        value = self.random.standard_normal([self.sizes[letter] for letter in letters])
        if name in self.positive or not letters:
            value = abs(value) + 0.5
        if symmetric and len(letters) == 2 and letters[0] == letters[1]:
            value = value + value.T
        return value if letters else float(value)

    def arrays(self, symmetric: bool = False) -> dict[str, Any]:
        return {name: self.array(name, letters, symmetric) for name, letters in self.shapes.items()}

    def torch(self) -> bool:
        return "import torch" in self.case.code or "from torch" in self.case.code

    def call(self, function: Any, values: dict[str, Any]) -> Any:
        """What the function gives, as NumPy: its arguments are found by their names."""
        names = [name for name in inspect.signature(function).parameters if name in values]
        given = [values[name] for name in names]
        if self.torch():
            import torch

            given = [torch.from_numpy(value) if hasattr(value, "shape") else torch.tensor(value) for value in given]
        result = function(*given) if names == [*values] else function(**dict(zip(names, given, strict=True)))
        return self.np.asarray(result)

    def slope(self, function: Any, values: dict[str, Any], name: str, weight: Any) -> Any:
        """The derivative of ⟨function, weight⟩ in the argument, entry by entry, from central differences."""
        at = self.np.array(values[name], dtype=float)
        found = self.np.zeros(at.shape)
        for place in itertools.product(*map(range, at.shape)):
            sides = []
            for step in (1e-5, -1e-5):
                moved = at.copy()
                moved[place] += step
                value = moved if at.shape else float(moved)
                sides.append((self.call(function, {**values, name: value}) * weight).sum())
            found[place] = (sides[0] - sides[1]) / 2e-5
        return found

    def verdict(self, forward: Any, gradient: Any, name: str, cotangent: str | None) -> str:
        def same(symmetric: bool) -> str:
            values = self.arrays(symmetric)
            plain = {key: value for key, value in values.items() if key != cotangent}
            value = self.call(forward, plain)
            weight = values[cotangent] if cotangent else self.np.ones(value.shape)
            ours, theirs = self.slope(forward, plain, name, weight), self.call(gradient, values)
            if ours.shape != theirs.shape:
                return "shape"
            return "right" if self.np.allclose(ours, theirs, rtol=1e-4, atol=1e-5) else "wrong"

        general = same(False)
        return "right_if" if general == "wrong" and same(True) == "right" else general


def truth(case: Case) -> list[str]:
    """What the libraries say, as a list of `LINE WORD` for marks, or the words of gradients alone where a line is not known."""
    asking, said = Asking(case), []
    space: dict[str, Any] = {"__name__": "case"}
    script = "\n".join(line[2:] for line in case.asked if line.startswith("| "))
    if script:
        exec(compile(case.code, "case", "exec"), space)
        exec(script, {**space, **_beside(said)})
        return said
    if case.asked != ["none"] and "main" not in case.asked:
        exec(compile(case.code, "case", "exec"), space)
    for line in case.asked:
        word, _, rest = line.partition(" ")
        if word == "shapes":
            asking.shapes = _shapes(rest)
        elif word == "positive":
            asking.positive |= set(rest.split())
        elif word in ("grad", "elementwise", "vjp"):
            forward, gradient, name, *cotangent = rest.split()
            said.append(asking.verdict(space[forward], space[gradient], name, *(cotangent or [None])))
        elif word == "method":
            owner, forward, gradient, name, *cotangent = rest.split()
            made = space[owner]()
            said.append(asking.verdict(getattr(made, forward), getattr(made, gradient), name, *(cotangent or [None])))
        elif word == "function":
            owner, _, rest = rest.partition(" ")
            said.append(_gradcheck(asking, space[owner], _shapes(rest)))
        elif word == "custom":
            owner, _, rest = rest.partition(" ")
            said.append(_custom(asking, space[owner], _shapes(rest)))
        elif word in ("runs", "raises"):
            said += _raised(asking, space[rest])
        elif word == "main":
            said += _statements(case)
    return said


def _beside(said: list[str]) -> dict[str, Any]:
    """What a script beside a file is written with; what it finds is added to the list."""
    import numpy as np

    np.random.seed(0)
    random = np.random.default_rng(3)

    def quotients(function: Any, x: Any) -> Iterator[Any]:
        for place in np.ndindex(*x.shape):
            value, sides = x[place], []
            for step in (1e-6, -1e-6):
                x[place] = value + step
                sides.append(np.array(function(), dtype=float))
            x[place] = value
            yield (sides[0] - sides[1]) / 2e-6

    def num(function: Any, x: Any) -> Any:
        return np.array(list(quotients(function, x))).reshape(x.shape)

    def jac(function: Any, x: Any) -> Any:
        return np.stack(list(quotients(function, x)), -1)

    def verdict(pairs: Any) -> str:
        sides = [(np.asarray(a, float), np.asarray(b, float)) for a, b in pairs]
        if any(a.shape != b.shape for a, b in sides):
            return "shape"
        return "right" if all(np.allclose(a, b, rtol=1e-4, atol=1e-5) for a, b in sides) else "wrong"

    def sayif(general: Any, symmetric: Any) -> None:
        word = verdict(general)
        said.append("right_if" if word == "wrong" and verdict(symmetric) == "right" else word)

    def check(function: Any, *inputs: Any) -> None:
        import torch

        try:
            said.append("right" if torch.autograd.gradcheck(function, inputs) else "wrong")
        except RuntimeError as error:
            said.append("shape" if "shape" in str(error) or "size" in str(error) else "wrong")

    def runs(function: Any) -> None:
        try:
            function()
        except Exception as error:  # what a library raises for shapes is of many kinds
            lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == "case"]
            said.append(f"{lines[-1]} error")

    return {
        "np": np, "R": lambda *sizes: random.standard_normal(sizes), "num": num, "jac": jac, "sayif": sayif, "check": check,
        "say": lambda *pairs: said.append(verdict(pairs)), "runs": runs,
    }  # fmt: skip


def _gradcheck(asking: Asking, owner: Any, shapes: dict[str, list[str]]) -> str:
    import torch

    def same(symmetric: bool) -> str:
        inputs = [
            torch.tensor(asking.array(name, letters, symmetric), dtype=torch.float64, requires_grad=True)
            for name, letters in shapes.items()
        ]
        try:
            return "right" if torch.autograd.gradcheck(owner.apply, inputs) else "wrong"
        except RuntimeError as error:
            return "shape" if "shape" in str(error) or "size" in str(error) else "wrong"

    general = same(False)
    return "right_if" if general == "wrong" and same(True) == "right" else general


def _custom(asking: Asking, function: Any, shapes: dict[str, list[str]]) -> str:
    import jax

    np = asking.np

    def same(symmetric: bool) -> str:
        values = {name: np.float32(asking.array(name, letters, symmetric)) for name, letters in shapes.items()}
        with jax.enable_x64(True):
            inputs = {name: jax.numpy.asarray(value, dtype="float64") for name, value in values.items()}
            try:
                result, back = jax.vjp(function, *inputs.values())
                weight = asking.random.standard_normal(result.shape)
                theirs = back(jax.numpy.asarray(weight))
            except (TypeError, ValueError):
                return "shape"
            for name, given in zip(inputs, theirs, strict=True):
                found = asking.slope(function, {k: np.asarray(v) for k, v in inputs.items()}, name, weight)
                if found.shape != given.shape:
                    return "shape"
                if not np.allclose(found, given, rtol=1e-4, atol=1e-5):
                    return "wrong"
        return "right"

    general = same(False)
    return "right_if" if general == "wrong" and same(True) == "right" else general


def _raised(asking: Asking, function: Any) -> list[str]:
    try:
        asking.call(function, asking.arrays())
    except Exception as error:  # what a library raises for shapes is of many kinds
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "case"]
        return [f"{lines[-1]} error"]
    return []


def _statements(case: Case) -> list[str]:
    space: dict[str, Any] = {}
    said = []
    for statement in ast.parse(case.code).body:
        module = ast.Module([statement], [])
        try:
            exec(compile(module, "case", "exec"), space)
        except Exception as error:
            lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "case"]
            said.append(f"{lines[0]} error")
    return said
