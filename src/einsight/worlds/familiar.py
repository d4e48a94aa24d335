"""Functions that a field knows by a letter: what they are where the words of the field are spoken and the page says nothing else.

`Φ` and `φ` are the distribution function and the density of the standard normal on a page that speaks of that, `Λ` the logistic
function beside a logit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..syntax.parse import parse_statement
from ..syntax.tree import Relation

_NORMAL = r"\bprobit|\bnormal(?:ly)?\b|\bGaussian|\binverse Mills"


@dataclass(frozen=True)
class Familiar:
    """
    name   of the function
    words  that a page of its field has
    told   its value, as a statement
    said   what it is, in words
    """

    name: str
    words: str
    told: str
    said: str

    @cached_property
    def tree(self) -> Relation:
        found = parse_statement(self.told)[0]
        assert isinstance(found, Relation)
        return found


FAMILIAR = (
    Familiar("Φ", _NORMAL, "Φ(z) = (1 + erf(z/sqrt(2)))/2", "the distribution function of the standard normal"),
    Familiar("φ", _NORMAL, "φ(z) = exp(-z^2/2)/sqrt(2 π)", "the density of the standard normal"),
    Familiar("Λ", r"\blog(?:it|istic)", "Λ(z) = 1/(1 + exp(-z))", "the logistic function"),
)


def familiar_in(text: str) -> Iterator[Familiar]:
    """Those whose field a page speaks of."""
    return (f for f in FAMILIAR if re.search(f.words, text, re.IGNORECASE))
