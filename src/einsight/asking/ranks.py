"""What a name is by its letter: a number, a vector, a matrix; people use letters alike."""

from __future__ import annotations

from collections.abc import Mapping

from ..lowering.names import GREEK

NUMBER, VECTOR, MATRIX, ROW = range(4)
# behind the name of an array of which an index picks one: the shape of what is picked
MEMBER = "⟨⟩"
# what an array with so many axes is called
KINDS = {NUMBER: "number", VECTOR: "vector", MATRIX: "matrix"}
# the ranks of what words call a vector or a matrix
_RANKS = {
    "number": (NUMBER,),
    "vector": (VECTOR,),
    "matrix": (MATRIX,),
    "square": (MATRIX,),
    "sample": (VECTOR, NUMBER),
    "plain": (NUMBER, VECTOR),
    "bold capital": (MATRIX, VECTOR),
}


def likely_ranks(name: str) -> tuple[int, ...]:
    """What a name is by its letter, the likeliest first."""
    letter = name[0]
    if name.endswith(MEMBER):
        return (NUMBER, VECTOR)
    if letter in GREEK.values():
        return (MATRIX, NUMBER, VECTOR) if letter.isupper() else (NUMBER, VECTOR)
    if letter.isupper():
        return (MATRIX, NUMBER)
    return (VECTOR, NUMBER, MATRIX) if letter in "xyzuvwab" else (NUMBER, VECTOR)


def ranks_of(name: str, kinds: Mapping[str, str]) -> tuple[int, ...]:
    """The same, where `kinds` may say what words call it."""
    return _RANKS.get(kinds.get(name, ""), likely_ranks(name))
