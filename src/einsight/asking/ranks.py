"""What a name is by its letter: a number, a vector, a matrix; people use letters alike."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterator, Mapping

from ..lowering.names import GREEK

NUMBER, VECTOR, MATRIX, ROW = range(4)
# behind the name of an array of which an index picks one: the shape of what is picked
MEMBER = "⟨⟩"
# what a number is called that is added to every entry
INTERCEPT = "intercept"
# what an array with so many axes is called
KINDS = {NUMBER: "number", VECTOR: "vector", MATRIX: "matrix"}
_FRESH = "nmkpqrstuvhlabcfgwyz"
# the ranks of what words call a vector or a matrix
_RANKS = {
    "number": (NUMBER,),
    "vector": (VECTOR,),
    "matrix": (MATRIX,),
    "square": (MATRIX,),
    "sample": (VECTOR, NUMBER),
    "plain": (NUMBER, VECTOR),
    "capital samples": (MATRIX, NUMBER, VECTOR),
    "capital components": (NUMBER, VECTOR, MATRIX),
    "bold capital": (MATRIX, VECTOR),
    "amplitude": (NUMBER, MATRIX),
    INTERCEPT: (NUMBER, VECTOR),
    "bold": (VECTOR, NUMBER),
    "bold greek": (VECTOR, MATRIX, NUMBER),
}


def likely_ranks(name: str) -> tuple[int, ...]:
    """What a name is by its letter, the likeliest first."""
    letter = name[0]
    if name.endswith(MEMBER):
        return (NUMBER, VECTOR)
    if letter in GREEK.values():
        return (MATRIX, NUMBER, VECTOR) if letter.isupper() else (NUMBER, VECTOR, MATRIX)
    if letter.isupper():
        return (MATRIX, NUMBER)
    return (VECTOR, NUMBER, MATRIX) if letter in "xyzuvwab" else (NUMBER, VECTOR)


def ranks_of(name: str, kinds: Mapping[str, str]) -> tuple[int, ...]:
    """The same, where `kinds` may say what words call it."""
    return _RANKS.get(kinds.get(name, ""), likely_ranks(name))


def fresh_letters(taken: Container[str], primes: int = 0) -> Iterator[str]:
    """Letters for dimensions that nobody names, those with so many primes first."""
    return (letter for k in itertools.count(primes) for c in _FRESH if (letter := c + "ʹ" * k) not in taken)
