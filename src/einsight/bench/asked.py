"""Questions as users paste them, each with its truth: a function in `jax.numpy`, which JAX differentiates.

A file of them has one JSON object a line; `tests/data/questions/README.md` says what its fields are.  The text says nothing
of shapes; those stand beside it, so that a question can be asked with them and without.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[3] / "tests" / "data" / "questions"
SEEN, HELD_BACK = FOLDER / "seen.jsonl", FOLDER / "held_back.jsonl"
KINDS = ("latex", "plain", "numpy")
SPREAD = 0.7  # the standard deviation of an entry
# quick code is enough for arrays of a few entries
QUICKLY: dict[str, Any] = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
POINTS = 2  # the sizes of the second are one more than those of the first, and so all different again


@dataclass(frozen=True)
class Question:
    """What somebody asks the derivative of, and what is true.

    wrt         the variable, or several of a mixed derivative, by the names of `shapes`
    wrt_text    the same as the user spells it, where that is another spelling
    asked       the text is a derivative already (`d/dx (…)`), so that no variable is given
    shapes      dimensions of each name, sizes or names of sizes; the arguments of `ref`, in its order
    names       how a name is written in the language, where that is no identifier of Python
    properties  what is declared of a name besides its shape
    sample      what normal entries `x` are made to, which nobody is told: `abs(x) + 0.5`
    ref         the function that is differentiated, as a Python lambda; None where there is none
    closed      its derivative as somebody worked it out, in NumPy, for the tests
    bare        whether the text alone settles the shapes, up to the names of dimensions
    scope       whether it is to be answered; `reason` says why it is not
    """

    id: str
    kind: str
    topic: str
    text: str
    wrt: str | list[str]
    source: str
    order: int = 1
    shapes: Mapping[str, list[int | str]] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    sample: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    wrt_text: str | list[str] | None = None
    asked: bool = False
    ref: str | None = None
    closed: str | None = None
    axes: list[int | str] | None = None
    bare: bool = True
    scope: bool = True
    reason: str = ""
    note: str = ""

    @property
    def variables(self) -> list[str]:
        """One name for each order of the derivative."""
        return [self.wrt] * self.order if isinstance(self.wrt, str) else list(self.wrt)

    @property
    def given(self) -> str | list[str] | None:
        """The variable as it is handed over, None where the text says it."""
        if self.asked or self.wrt_text is not None:
            return None if self.asked else self.wrt_text
        if isinstance(self.wrt, str):
            return self.names.get(self.wrt, self.wrt)
        return [self.names.get(name, name) for name in self.wrt]

    @property
    def declarations(self) -> str:
        """The shapes and properties as statements of the language."""
        return "; ".join(
            f"{self.names.get(name, name)} in R"
            + (f"^({' x '.join(map(str, shape))})" if shape else "")
            + (f" {self.properties[name]}" if name in self.properties else "")
            for name, shape in self.shapes.items()
        )

    @cached_property
    def function(self) -> Any:
        """`ref`, called."""
        import jax

        return eval(self.ref or "None", {"jax": jax, "jnp": jax.numpy})

    def point(self, which: int) -> dict[str, Any]:
        """Values of the arguments at one of the points, the same in every run."""
        import numpy

        random = numpy.random.default_rng(zlib.crc32(f"{self.text} {which}".encode()))
        drawn = {}
        for name, shape in self.shapes.items():
            size = [d if isinstance(d, int) else self.sizes[d] + which for d in shape]
            normal = SPREAD * random.normal(size=size)
            drawn[name] = _drawn(normal, self.sample.get(name, ""), self.properties.get(name, ""))
        return drawn

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}

    def _compiled(self, is_derived: bool, point: Mapping[str, Any]) -> Any:
        """The function or its derivative for the shapes of a point: as a whole, once, and quickly, since that is what takes the time."""
        import jax
        import numpy

        key = is_derived, tuple((name, numpy.shape(value)) for name, value in point.items())
        if key not in self._kept:
            function, names = self.function, list(point)
            for variable in self.variables if is_derived else ():
                function = jax.jacfwd(function, names.index(variable))
            self._kept[key] = jax.jit(function).lower(*point.values()).compile(compiler_options=QUICKLY)
        return self._kept[key]

    def value(self, point: Mapping[str, Any]) -> Any:
        """What the text stands for at a point."""
        import numpy

        return numpy.asarray(self._compiled(False, point)(*point.values()))

    def truth(self, point: Mapping[str, Any], declared: bool = True) -> Any:
        """The derivative at a point: axes of the output, then of each variable.

        By a variable that is declared symmetric it is the symmetrised one.
        """
        import numpy

        found = numpy.asarray(self._compiled(True, point)(*point.values()))
        if declared and self.order == 1 and self.properties.get(self.variables[-1]) == "symmetric":
            found = (found + numpy.swapaxes(found, -1, -2)) / 2
        return found


def _drawn(normal: Any, where: str, properties: str) -> Any:
    """Entries in a domain, made of normal ones."""
    import numpy

    drawn = eval(where, {"np": numpy, "x": normal}) if where else normal
    return (drawn + drawn.T) / 2 if "symmetric" in properties else drawn


def read(path: Path) -> list[Question]:
    """The questions of a file."""
    known = {f.name for f in fields(Question)}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for row in rows:
        if unknown := set(row) - known:
            raise ValueError(f"{path}, {row.get('id')}: no field is called {', '.join(sorted(unknown))}")
    return [Question(**row) for row in rows]
