"""Why a relation of a page is not read: what it speaks of is not defined, is said otherwise, or means two things.

Each answers with a reason, empty where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from ...documents.regions import Region
from ...lowering.mentioned import names_of, walk
from ...lowering.names import GREEK, Names, canonical_name
from ...syntax.quotients import Quotient, units
from ...syntax.tree import Call, Chain, Indexed, Name, Relation
from ...worlds.letters import added_last
from .functions import sample_in_sum, taken_elsewhere, unknown_call
from .known import Known
from .paragraphs import denial

# a name that is added to a model, and what a paragraph calls it
ERRORS = frozenset({"u", "v", "e", "ε", "ϵ", "ξ", "ν", "η"})
_MODEL = re.compile(r"\b(?:model|noise|errors?|disturbances?|shocks?)\b", re.IGNORECASE)
_LAPLACIAN = re.compile(r"laplac", re.IGNORECASE)
_TARGET = re.compile(
    r"[\s$&\\(\[]*(?:\\(?:mathbf|boldsymbol|bm|vec|mathrm|mathcal)\s*\{?\s*)?\\?([A-Za-z]+)\}?"
    r"(?:_(?:\w|\{[^{}]*\}))?\s*(?:\([^()=]*\))?\s*&?\s*(?::=|=)"
)
_DECLARED_AS_FUNCTION = re.compile(r"(?<![A-Za-z\\])([A-Za-z])\s*\(\s*\\?[A-Za-z]+\s*\)\s*(?:\\in\b|∈)")


def refusal(text: str, region: Region, tree: Relation, names: Names, arguments: Mapping[str, str]) -> str:
    """By the words before it, and by how functions are written in it; `arguments` are those of definitions."""
    elsewhere = taken_elsewhere(region.text, arguments)
    if elsewhere:
        return f"`{elsewhere}` is taken at another point than in its definition"
    sample = sample_in_sum(region.text)
    if sample:
        return f"`{sample}` changes with what is summed"
    denied = denial(text, region)
    if denied:
        return denied
    if region.text.lstrip().startswith("∇²") and _speaks_of_laplacians(text):
        return "`∇²` may be the Laplacian"
    called = unknown_call(region.text, names)
    return f"`{called}` is never defined" if called and not _is_defined_here(tree, called) else ""


@lru_cache(maxsize=4)
def _speaks_of_laplacians(text: str) -> bool:
    """Asked of a page once for each of its formulas."""
    return _LAPLACIAN.search(text) is not None


def _is_defined_here(tree: Relation, name: str) -> bool:
    """`h(X) = …` gives `h` its value."""
    left = tree.sides[0]
    return (
        isinstance(left, Call) and isinstance(left.callee, Name) and left.callee.text == name and len(tree.sides) == 2
    )


def undefined(tree: Relation, known: Known) -> str:
    """A function that is never defined, or the derivative of what is not."""
    for name in names_of(tree):
        if name in known.functions and not known.names.knows(name):
            return f"`{name}` is never defined"
    for unit in _quotients(tree):
        below = {n for b in unit.below for n in names_of(b)}
        for above in unit.above:
            base = above.base if isinstance(above, Indexed) else above
            name = canonical_name(base.text) if isinstance(base, Name) else ""
            if name and name not in below and name not in known.functions and not known.is_defined(name):
                return f"`{name}` is never defined"
    return ""


def unsaid(tree: Relation, target: str, known: Known) -> str:
    """A name with a value that was not read, or one that depends on something, as the page says without saying how.

    `target` is the name that the relation itself gives a value.
    """
    names = names_of(tree)
    lost = next((n for n in names if n in known.lost and n != target), "")
    if lost:
        return f"the last value of `{lost}` was not read"
    varied = {n for unit in _quotients(tree) for below in unit.below for n in names_of(below)}
    depends = [n for n in names if n in known.dependent and not known.is_defined(n) and n not in varied]
    return f"nothing says how `{depends[0]}` depends on anything" if depends and varied else ""


def _quotients(tree: Relation) -> Iterator[Quotient]:
    for node in walk(tree):
        for _, unit in units(node) if isinstance(node, Chain) else ():
            if isinstance(unit, Quotient):
                yield unit


def speaks_of_models(text: str, start: int, end: int) -> bool:
    """Does a part of a text speak of a model, of noise?"""
    return _MODEL.search(text, start, end) is not None


def is_model(is_said: bool, tree: Relation, target: str, known: Known) -> str:
    """`y = X β + u` says how data come about, where the paragraph speaks of models; it gives `y` no value that changes with `β`."""
    if len(tree.sides) != 2 or not target:
        return ""
    _, noise = added_last(tree.sides[-1])
    if noise not in ERRORS or known.is_defined(noise) or not is_said:
        return ""
    return f"a model with the error `{noise}`"


def written_target(source: str) -> str:
    """The name that a formula in LaTeX, which was not read, gives a value; empty where it gives none."""
    found = _TARGET.match(source)
    return canonical_name(GREEK.get(found[1], found[1])) if found is not None else ""


def written_functions(source: str) -> set[str]:
    """The names that `A(t) ∈ …` says to depend on something."""
    return {canonical_name(m[1]) for m in _DECLARED_AS_FUNCTION.finditer(source)}
