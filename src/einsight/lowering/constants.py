"""Constant arrays by their subscripts: `1_n`, `0_{n×m}`, `I_n`; `1_i`, a component of ones; `e_i`, a unit vector; `K(n, m)`.

A subscript that names dimensions says how large the array is; any other is an index.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..syntax.tree import Addition, Call, Chain, Group, Indexed, Layer, Name, Node, Num, Superscript, Transpose
from ..terms import build
from ..terms.dimension import Dim, Index, fresh_index
from . import marks as kinds
from .context import Context
from .names import Names
from .values import Fused, Value

_BETWEEN = re.compile(r"\s*[×x*,]\s*")


def is_constant(names: Names, node: Indexed) -> bool:
    """Ones, zeros or an identity matrix with a subscript?"""
    base = node.base
    if isinstance(base, Num):
        return base.value in (0, 1) and not node.subscript.bracketed
    if not isinstance(base, Name) or base.text != "I" or names.knows("I") or names.knows(f"I_{node.subscript.text}"):
        return False
    entries = node.subscript.entries
    return bool(_extents(names, node)) or (len(entries) < 3 and all(e.plain for e in entries))


def read_constant(reader: Context, node: Indexed) -> Value | None:
    """What such a one is."""
    base, subscript = node.base, node.subscript
    dims = _extents(reader.names, node)
    if isinstance(base, Num) and any(e.plain in reader.index_spans for e in subscript.entries):
        dims = []  # a letter that this statement has for an index is one here, too
    reader.marks.node(kinds.CONSTANT, base)
    if isinstance(base, Name):
        if dims:
            rows, columns = fresh_index(dims[0]), fresh_index(dims[-1])
            return Value(build.delta(rows, columns), (rows, columns))
        if len(subscript.entries) == 1:  # of a size that nobody declared: as large as it must be
            return Value(build.ONE, flexible="I")
        return reader.read(Indexed(node.start, node.end, Name(base.start, base.end, "δ"), subscript))
    term = build.number(base.value) if isinstance(base, Num) else build.ONE
    if dims:
        return Value(term, tuple(fresh_index(d) for d in dims))
    if subscript.problem or not all(e.plain for e in subscript.entries):
        message = (
            f"`{reader.source(node)}` has dimensions or indices for its subscript, as in `1_n`, `0_{{n×m}}` or `1_i`"
        )
        reader.error("EIN001", subscript, message)
        return None
    for entry in subscript.entries:
        reader.see(entry)
    names = dict.fromkeys(e.plain for e in subscript.entries if e.plain)
    return Value(term, order=tuple(Index(n, Dim(n, inferred=True)) for n in names))


def is_ones(node: Node) -> bool:
    """`1_n`, where a transpose says that it is no component."""
    return isinstance(node, Indexed) and isinstance(node.base, Num) and node.base.value == 1


def _extents(names: Names, node: Indexed) -> list[Dim]:
    """The dimensions that a subscript names; none where it names others."""
    if node.subscript.bracketed or node.subscript.lower is not None:
        return []
    parts = _BETWEEN.split(node.subscript.text.strip())
    found = [Dim(int(p)) if p.isdigit() else names.dimension(p) for p in parts if p.isdigit() or names.is_dimension(p)]
    return found if len(found) == len(parts) <= 2 else []


def is_unit_vector(names: Names, node: Node) -> bool:
    """`e_i` or `e_1`, where nobody declares `e`."""
    if not isinstance(node, Indexed) or not isinstance(node.base, Name) or node.base.text != "e":
        return False
    entries = node.subscript.entries
    single = len(entries) == 1 and bool(entries[0].plain or (not entries[0].names and entries[0].offset > 0))
    return single and not names.knows("e") and not names.knows(f"e_{node.subscript.text}")


def unit_vectors(names: Names, items: Sequence[tuple[str, Node]]) -> set[Node]:
    """Which factors of a row are unit vectors: those beside whole arrays.  Among components `e_i` is one of an array `e`."""
    candidates = {node for _, node in items if is_unit_vector(names, node)}
    if not candidates or not any(_is_whole(names, node) for _, node in items if node not in candidates):
        return set()
    return candidates


def _is_whole(names: Names, node: Node) -> bool:
    if isinstance(node, Name):
        entry = names.find(node.text)
        return entry is not None and entry.tensor is not None and bool(entry.tensor.dims)
    if isinstance(node, Transpose):
        return is_unit_vector(names, node.argument) or _is_whole(names, node.argument)
    if isinstance(node, Group):
        return _is_whole(names, node.inner)
    if isinstance(node, Superscript):
        return _is_whole(names, node.base)
    if isinstance(node, (Chain, Addition, Layer)):
        return any(_is_whole(names, part) for _, part in node.items)
    return isinstance(node, Call) and any(_is_whole(names, a) for a in node.arguments)


def read_unit_vector(reader: Context, node: Indexed) -> Value:
    """`δ_ki` over k."""
    reader.marks.node(kinds.CONSTANT, node.base)
    (entry,) = node.subscript.entries
    reader.see(entry)
    dim = Dim(entry.plain or node.start, inferred=True)
    axis = fresh_index(dim)
    if not entry.plain:
        return Value(build.delta(axis, entry.offset), (axis,))
    index = Index(entry.plain, dim)
    return Value(build.delta(axis, index), (axis,), (index,))


# `K` only where nobody declares it and what stands in its brackets are dimensions: a kernel `K(x, y)` is none
COMMUTATIONS = ("K", "commutation")


def is_commutation(names: Names, node: Call) -> bool:
    """`K(n, m)`, the commutation matrix, or `commutation(n, m)` where `K` is something else."""
    callee = node.callee
    if not isinstance(callee, Name) or callee.text not in COMMUTATIONS or names.knows(callee.text):
        return False
    known = all(isinstance(a, Num) or (isinstance(a, Name) and names.is_dimension(a.text)) for a in node.arguments)
    return len(node.arguments) == 2 and (known or callee.text != "K")


def commutation(rows: Dim, columns: Dim) -> Value:
    """`K vec(X) = vec(X')` for every `X` with so many rows and columns.

    Source: J. R. Magnus, H. Neudecker, The Commutation Matrix, Annals of Statistics 7 (1979).
    """
    row, column, i, j = (fresh_index(d) for d in (rows, columns, rows, columns))
    return Value(build.product([build.delta(row, i), build.delta(column, j)]), (Fused((row, column)), Fused((j, i))))
