"""How long the axes of a section's arrays are that are written with indices alone: `∑_{k=1}^K z_k` says it of `z`, and so of `s_i = exp(z_i)`.

Within a formula a letter counts along one length, and a name's axes have the same length throughout a section.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...lowering.mentioned import walk
from ...lowering.names import canonical_name
from ...syntax.tree import Indexed, Name, Relation

_BOUND = re.compile(r"∑_\{?([a-z])\s*=\s*1\}?\^(?:\{([^\W\d_]\w*)\}|\(([^\W\d_]\w*)\)|([^\W\d_]))(?![\w+-])")
# signs that are no arrays
_SIGNS = frozenset({"∑", "∏", "δ", "ε", "∇", "∂"})


def extents(formulas: Iterable[tuple[str, Relation]]) -> dict[str, tuple[str, ...]]:
    """Dimensions of the names that have indices alone, where those of all axes are said; the formulas are texts with their trees."""
    same: dict[object, object] = {}

    def root(key: object) -> object:
        while key in same:
            key = same[key]
        return key

    ranks: dict[str, set[int]] = {}
    said: list[tuple[object, str]] = []
    for number, (text, tree) in enumerate(formulas):
        bounds = {m[1]: m[2] or m[3] or m[4] for m in _BOUND.finditer(text)}
        for node in walk(tree):
            if not isinstance(node, Indexed) or not isinstance(node.base, Name) or node.base.text in _SIGNS:
                continue
            name, entries = canonical_name(node.base.text), node.subscript.entries
            ranks.setdefault(name, set()).add(len(entries))
            for k, entry in enumerate(entries):
                if not entry.plain or not entry.plain.isalpha():
                    continue
                left, right = root((name, k)), root((number, entry.plain))
                if left != right:
                    same[left] = right
                if entry.plain in bounds:
                    said.append(((name, k), bounds[entry.plain]))
    found: dict[object, set[str]] = {}
    for key, size in said:
        found.setdefault(root(key), set()).add(size)
    shaped: dict[str, tuple[str, ...]] = {}
    for name, counts in ranks.items():
        places = [found.get(root((name, k)), set()) for k in range(max(counts))]
        if len(counts) == 1 and all(len(sizes) == 1 for sizes in places):
            shaped[name] = tuple(next(iter(sizes)) for sizes in places)
    return shaped
