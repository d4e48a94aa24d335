"""Functions that a field knows by a letter: what they are where the words of the field are spoken and the page says nothing else.

`Φ` and `φ` are the distribution function and the density of the standard normal on a page that speaks of that, `Λ` the logistic
function beside a logit; `N(x | μ, Σ)` is the density of any normal distribution.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..lowering.mentioned import walk
from ..syntax.parse import parse_statement
from ..syntax.tree import Call, Name, Relation

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

    @property
    def count(self) -> int:
        """How many arguments it has."""
        return self.told.partition(")")[0].count(",") + 1

    def calls(self, tree: Relation) -> Iterator[str]:
        """Its name, where a formula calls it with as many arguments."""
        for node in walk(tree):
            if isinstance(node, Call) and len(node.arguments) == self.count and isinstance(node.callee, Name):
                yield from (self.name,) if node.callee.text == self.name else ()

    @cached_property
    def tree(self) -> Relation:
        found = parse_statement(self.told)[0]
        assert isinstance(found, Relation)
        return found


FAMILIAR = (
    Familiar("Φ", _NORMAL, "Φ(z) = (1 + erf(z/sqrt(2)))/2", "the distribution function of the standard normal"),
    Familiar("φ", _NORMAL, "φ(z) = exp(-z^2/2)/sqrt(2 π)", "the density of the standard normal"),
    Familiar(
        "N",
        rf"{_NORMAL}|\bmixture",
        "N(x, μ, Σ) = exp(-(x - μ)ᵀ inv(Σ) (x - μ)/2)/sqrt(det(2 π Σ))",
        "the density of the normal distribution",
    ),
    Familiar("Λ", r"\blog(?:it|istic)", "Λ(z) = 1/(1 + exp(-z))", "the logistic function"),
)


def familiar_in(text: str) -> Iterator[Familiar]:
    """Those whose field a page speaks of."""
    return (f for f in FAMILIAR if re.search(f.words, text, re.IGNORECASE))
