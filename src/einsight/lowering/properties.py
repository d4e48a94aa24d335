"""Which properties a matrix can have together.

| together | what has both |
|---|---|
| symmetric or diagonal, antisymmetric | the zero matrix alone: refused |
| positive-definite, antisymmetric | none, `x' A x` is 0: refused |
| positive, antisymmetric or diagonal | none, some entries are 0: refused |
| positive, orthogonal | none with two rows, whose product would be positive: refused |
| orthogonal, positive-definite | the identity alone: refused |
| orthogonal, antisymmetric | matrices of even size alone, and sizes are not tied to properties: refused |
| orthogonal, symmetric or diagonal | reflections, signs on the diagonal: tried on such |
| positive-definite or diagonal, symmetric | said twice, as people do |
| integer, any other | tried on whole numbers in that structure |
| constant, any other | nothing is differentiated in it |
| positive, symmetric or positive-definite | positive entries in that structure |
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

_ZERO = "only the zero matrix is both"
_TOGETHER: dict[frozenset[str], str] = {
    frozenset(("symmetric", "antisymmetric")): _ZERO,
    frozenset(("diagonal", "antisymmetric")): _ZERO,
    frozenset(("positive-definite", "antisymmetric")): "`x' A x` is 0 for an antisymmetric A",
    frozenset(("positive", "antisymmetric")): "an antisymmetric matrix has zeros on its diagonal",
    frozenset(("positive", "diagonal")): "a diagonal matrix has zeros beside its diagonal; "
    "with positive numbers on it, it is `diagonal positive-definite`",
    frozenset(("positive", "orthogonal")): "two orthogonal rows have no positive entries alone",
    frozenset(("orthogonal", "positive-definite")): "only the identity is both: write `I`",
    frozenset(
        ("orthogonal", "antisymmetric")
    ): "only matrices of even size are both, and no dimension is declared even",
}


def contradiction(properties: Iterable[str]) -> tuple[str, str, str] | None:
    """Two of the properties, in the order given, that no matrix of any size has together, and why; None where there are none."""
    for first, second in combinations(properties, 2):
        reason = _TOGETHER.get(frozenset((first, second)))
        if reason is not None:
            return first, second, reason
    return None


def beside(properties: Iterable[str], others: Iterable[str]) -> frozenset[str]:
    """Those of the properties that contradict none of the others."""
    others = tuple(others)
    return frozenset(p for p in properties if not any(frozenset((p, o)) in _TOGETHER for o in others))


def consistent(properties: Iterable[str]) -> frozenset[str]:
    """Those that contradict none among them."""
    given = frozenset(properties)
    return beside(given, given)
