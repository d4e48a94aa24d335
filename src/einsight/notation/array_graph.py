"""Arrays contracted along the indices that they share, as texts.

Vectors stand on an index, matrices between two.  A path is a product, crossed forwards plain and backwards transposed;
a closed path is a trace; an index with a vector on it besides two matrices is a diagonal; two matrices between the same
two indices are a Hadamard product; what shares nothing is an outer product.
"""

from __future__ import annotations

from ..terms.dimension import Index
from .array_text import ATOM, LAYER, Array, NoForm, compound, flip, product, symbol, symmetric


class Graph:
    """Vectors on indices and matrices between them, contracted one bound index at a time."""

    def __init__(self) -> None:
        self.vectors: dict[Index, list[Array]] = {}
        self.divisors: dict[Index, list[Array]] = {}
        self.matrices: list[tuple[Array, Index, Index]] = []
        self.scalars: list[Array] = []

    def vector(self, index: Index, array: Array) -> None:
        self.vectors.setdefault(index, []).append(array)

    def contract(self, bound: set[Index]) -> None:
        """Sum over all of these indices.  Raises NoForm."""
        while True:
            self._loops(bound)
            between = {i: self._between(i) for i in bound}
            live = [i for i, places in between.items() if places or self.vectors.get(i) or self.divisors.get(i)]
            if not live:
                return
            ready = [i for i in live if len(between[i]) <= 2]
            if not ready:
                if not self._parallel():
                    raise NoForm
                continue

            def cost(index: Index, between: dict[Index, list[int]] = between) -> tuple:
                places = between[index]
                vectors = self.vectors.get(index, []) + self.divisors.get(index, [])
                # an end of a path first, then inner edges; an index without vectors before a diagonal
                return (len(places) == 0, len(places) != 1 or len(vectors) != 1, len(places), len(vectors), index.key)

            index = ready[0] if len(ready) == 1 else min(ready, key=cost)
            self._eliminate(index)
            bound.discard(index)

    def assemble(self, rows: Index | None, columns: Index | None) -> Array | None:
        """What is left, over those indices; None where that is nothing.  Raises NoForm."""
        while self._parallel():
            pass
        self._loops(set())
        above = self._take_vector(rows) if rows is not None else None
        beside = self._take_vector(columns) if columns is not None else None
        if self.vectors or self.divisors or len(self.matrices) > 1:
            raise NoForm
        if self.matrices:
            array, a, _ = self.matrices[0]
            if a is not rows:
                array = flip(array)
            if array.text == "I" and (above is not None or beside is not None):
                present = [v for v in (above, beside) if v is not None]
                text = present[0].text if len(present) == 1 else f"{present[0].at(ATOM)} ⊙ {present[1].at(ATOM)}"
                return symmetric(f"diag({text})")
            parts = [array]
            if above is not None and above.text != "1":
                parts.insert(0, symmetric(f"diag({above.text})"))
            if beside is not None:
                parts.append(symmetric(f"diag({beside.text})"))
            return product(parts)
        if rows is not None and columns is not None:
            if above is None and beside is None:
                return None
            return product([above or ones(rows), flip(beside or ones(columns))])
        if rows is not None:
            return above
        return flip(beside) if beside is not None else None

    def _between(self, index: Index) -> list[int]:
        return [k for k, (_, a, b) in enumerate(self.matrices) if a is index or b is index]

    def _take_vector(self, index: Index) -> Array | None:
        """All vectors on an index as one, by Hadamard products."""
        found, below = self.vectors.pop(index, []), self.divisors.pop(index, [])
        if not found and not below:
            return None
        if len(found) == 1 and not below:
            return found[0]
        text = " ⊙ ".join(f.at(ATOM) for f in found) or "1"
        if below:
            under = " ⊙ ".join(b.at(ATOM) for b in below)
            text += f" ./ {under}" if len(below) == 1 else f" ./ ({under})"
        return compound(text, LAYER)

    def _loops(self, bound: set[Index]) -> None:
        for k, (array, a, b) in enumerate(list(self.matrices)):
            if a is b:
                self.matrices.pop(k)
                alone = a in bound and not self._between(a) and not self.vectors.get(a) and not self.divisors.get(a)
                if alone:
                    self.scalars.append(symmetric(f"tr({_fewest(array).text})"))
                    bound.discard(a)
                else:
                    self.vector(a, symbol("1") if array.text == "I" else symbol(f"diag({array.text})"))
                return self._loops(bound)
        return None

    def _parallel(self) -> bool:
        """Two matrices between the same two indices, as one Hadamard product."""
        for k, (first, a, b) in enumerate(self.matrices):
            for n in range(k + 1, len(self.matrices)):
                second, c, d = self.matrices[n]
                if {a, b} == {c, d} and a is not b:
                    other = second if c is a else flip(second)
                    text = f"{first.at(ATOM)} ⊙ {other.at(ATOM)}"
                    turned = f"{flip(first).at(ATOM)} ⊙ {flip(other).at(ATOM)}"
                    self.matrices.pop(n)
                    self.matrices[k] = (Array(text, LAYER, turned, LAYER), a, b)
                    return True
        return False

    def _eliminate(self, index: Index) -> None:
        """Sum over an index that at most two matrices touch."""
        places = self._between(index)
        if not places:
            found = self.vectors.get(index, [])
            if len(found) < 2:
                whole = self._take_vector(index)
                assert whole is not None
                self.scalars.append(symmetric(f"sum({whole.text})"))
                return
            left = found[0]
            self.vectors[index] = found[1:]
            right = self._take_vector(index)
            assert right is not None
            self.scalars.append(_fewest(product([flip(left), right])))
            return
        vector = self._take_vector(index)
        first, a, b = self.matrices[places[0]]
        if a is index:
            first, a = flip(first), b
        if len(places) == 1:
            self.matrices.pop(places[0])
            self.vector(a, product([first, vector if vector is not None else ones(index)]))
            return
        second, c, d = self.matrices[places[1]]
        if d is index:
            second, d = flip(second), c
        middle = [] if vector is None else [symmetric(f"diag({vector.text})")]
        for place in sorted(places, reverse=True):
            self.matrices.pop(place)
        self.matrices.append((product([first, *middle, second]), a, d))


def ones(index: Index) -> Array:
    return symbol(f"ones({index.dim})")


def _fewest(array: Array) -> Array:
    """Of a scalar product and its transpose, the one with fewer transposes."""
    other = flip(array)
    return min((array, other), key=lambda a: (a.text.count("'"), len(a.text), a.text))
