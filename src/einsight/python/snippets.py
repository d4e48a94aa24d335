"""What a few lines of array code give of arrays that are known, as NumPy works it out: broadcasting, axes, `keepdims`."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from textwrap import dedent

from ..terms import build
from ..terms.dimension import Dim, Index, fresh_index
from ..terms.term import Tensor, Term
from ..terms.walk import replace_dims
from .arrays import Arrays
from .module import Module
from .reading import Reader
from .sizes import Sizes
from .source import Source
from .values import Array, Number, Value

# what people leave out before a line of code
_IMPORTS = {
    "np": "import numpy as np", "numpy": "import numpy", "jnp": "import jax.numpy as jnp", "jax": "import jax", "torch": "import torch",
    "F": "import torch.nn.functional as F", "scipy": "import scipy", "math": "import math", "einsum": "from numpy import einsum",
}  # fmt: skip
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


class NotCode(Exception):
    """It is not read; says why."""


class DoesNotFit(NotCode):
    """Shapes in it do not go together."""


class _Told(Sizes):
    """A name that is declared is no number, and none of another name."""

    def clash(self, a: Dim, b: Dim) -> bool:
        a, b = self.find(a), self.find(b)
        return not (a is b or a.inferred or b.inferred)


def value_of(code: str, arrays: Mapping[str, Tensor], columns: bool = False) -> tuple[Term, tuple[Index | None, ...]]:
    """What an expression gives, or some lines that end in one or in a `return`: a term over axes, None for one of length 1.

    `arrays` are what its names stand for; are vectors `columns` of shape (n, 1)?  Raises NotCode, and DoesNotFit for shapes that NumPy would refuse.
    """
    used = set(_WORD.findall(code))
    lines = [line for name, line in _IMPORTS.items() if name in used and name not in arrays]
    source = Source("\n".join([*lines, dedent(code).strip()]))
    if source.tree is None or source.problem:
        raise NotCode(source.problem or "this is no Python")
    sizes = _Told()
    made = Arrays(sizes, True)
    environment: dict[str, Value] = {name: _array(tensor, columns) for name, tensor in arrays.items()}
    for tensor in arrays.values():
        for dim in tensor.dims:
            if isinstance(dim.value, str) and dim.value.isidentifier() and dim.value not in environment:
                environment[dim.value] = Number(factors=(dim,), term=build.size(dim))
    reader = Reader(Module(source), made, environment)
    value = _last(reader, source.tree.body)
    if reader.misfit is not None:
        raise DoesNotFit(f"shapes do not fit: {reader.misfit[1]}")
    if reader.broken or not isinstance(value, Array) or value.open or value.term is None:
        raise NotCode(reader.broken or getattr(value, "why", "") or "what it gives is not read")
    if any(len(axis) > 1 for axis in value.axes):
        raise NotCode("an axis of it runs over several axes that were put together")
    return _settled(value, sizes)


def _array(tensor: Tensor, columns: bool) -> Array:
    slots = tuple(1 if d.value == 1 else fresh_index(d) for d in tensor.dims)
    axes = tuple((s,) if isinstance(s, Index) else () for s in slots)
    return Array((*axes, ()) if columns and len(axes) == 1 else axes, term=build.component(tensor, slots))


def _last(reader: Reader, body: list[ast.stmt]) -> Value:
    """What stands last: an expression, what is assigned, what the function returns that is defined."""
    *before, last = body or [ast.Pass()]
    reader.run(before)
    if isinstance(last, ast.FunctionDef):
        inner = [s for s in last.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        return _last(reader, inner)
    if isinstance(last, (ast.Expr, ast.Return)) and last.value is not None:
        node = last.value
        return reader.evaluate(node.body if isinstance(node, ast.Lambda) else node)
    if isinstance(last, ast.Assign) and len(last.targets) == 1:
        return reader.evaluate(last.value)
    raise NotCode("there is no expression at its end")


def _settled(value: Array, sizes: Sizes) -> tuple[Term, tuple[Index | None, ...]]:
    """The term with each size as what it turned out to be."""
    assert value.term is not None
    known = sizes.replacements(_dims(value.term) | {i.dim for i in value.indices})
    if any(d.inferred for d in known.values()) or any(known.get(i.dim, i.dim).inferred for i in value.indices):
        raise NotCode("nothing says how long an axis of it is")
    axes = tuple(axis[0].over(known.get(axis[0].dim, axis[0].dim)) if axis else None for axis in value.axes)
    return replace_dims(value.term, known) if known else value.term, axes


def _dims(term: Term) -> set[Dim]:
    return {i.dim for part in term.walk() for i in part.free if i.dim.inferred}
