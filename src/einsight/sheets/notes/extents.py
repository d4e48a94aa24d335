"""How long the axes of a section's arrays are that are written with indices alone: `∑_{k=1}^K z_k` says it of `z`, and so of `s_i = exp(z_i)`.

Within a formula a letter counts along one length, and a name's axes have the same length throughout a section.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ...lowering.mentioned import walk
from ...lowering.names import canonical_name
from ...syntax.tree import Indexed, Name, Relation

_BOUND = re.compile(r"∑_\{?([a-z])\s*=\s*1\}?\^(?:\{([^\W\d_]\w*)\}|\(([^\W\d_]\w*)\)|([^\W\d_]))(?![\w+-])")
# signs that are no arrays
_SIGNS = frozenset({"∑", "∏", "δ", "ε", "∇", "∂"})


class Lengths:
    """Which axes of the `wanted` names are as long as one another; `ranks` has with how many indices each was met."""

    def __init__(self, wanted: Callable[[str], bool] = lambda name: True):
        self.wanted = wanted
        self.ranks: dict[str, set[int]] = {}
        self._same: dict[object, object] = {}
        self._formulas = 0

    def read(self, tree: Relation) -> list[tuple[object, str]]:
        """Take in a formula; each axis that a letter counts along, with the letter."""
        self._formulas += 1
        met: list[tuple[object, str]] = []
        for node in walk(tree):
            if not isinstance(node, Indexed) or not isinstance(node.base, Name) or node.base.text in _SIGNS:
                continue
            name, entries = canonical_name(node.base.text), node.subscript.entries
            if not self.wanted(name):
                continue
            self.ranks.setdefault(name, set()).add(len(entries))
            for k, entry in enumerate(entries):
                if entry.plain and entry.plain.isalpha():
                    self._join((name, k), (self._formulas, entry.plain))
                    met.append(((name, k), entry.plain))
        return met

    def of(self, name: str) -> list[object]:
        """For each axis of a name what stands for all that are as long."""
        return [self.root((name, k)) for k in range(max(self.ranks[name]))]

    def root(self, axis: object) -> object:
        while axis in self._same:
            axis = self._same[axis]
        return axis

    def _join(self, one: object, other: object) -> None:
        one, other = self.root(one), self.root(other)
        if one != other:
            self._same[one] = other


def extents(formulas: Iterable[tuple[str, Relation]]) -> dict[str, tuple[str, ...]]:
    """Dimensions of the names that have indices alone, where those of all axes are said; the formulas are texts with their trees."""
    lengths = Lengths()
    said: list[tuple[object, str]] = []
    for text, tree in formulas:
        bounds = {m[1]: m[2] or m[3] or m[4] for m in _BOUND.finditer(text)}
        said += [(axis, bounds[letter]) for axis, letter in lengths.read(tree) if letter in bounds]
    found: dict[object, set[str]] = {}
    for axis, size in said:
        found.setdefault(lengths.root(axis), set()).add(size)
    shaped: dict[str, tuple[str, ...]] = {}
    for name, counts in lengths.ranks.items():
        places = [found.get(root, set()) for root in lengths.of(name)]
        if len(counts) == 1 and all(len(sizes) == 1 for sizes in places):
            shaped[name] = tuple(next(iter(sizes)) for sizes in places)
    return shaped
