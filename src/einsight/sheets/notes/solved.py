"""What a page finds where a derivative is 0: after `∇f = P x + q`, `x* = -P^-1 q` is right if it is a root of that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...documents.regions import Region
from ...lowering.mentioned import names_of
from ...lowering.names import canonical_name
from ...syntax.tree import Name, Num, Relation
from .gradients import derivatives_of_names
from .known import Known

# derivatives of a section that a value may make 0
MOST_ROOTS = 12
# what tells a solution from the variable: an accent, a star, a word below
_MARKS = re.compile(r"[\u0300-\u036f]|⁽[^⁾]*⁾|ʹ|(?<=.)[A-Za-z]{2,}$|(?<=.)[₀-₉0-9]+$")
# of what a variable is taken apart that stands alone
_ALONE = r"(?<![\w∂∇]){}(?![\w\u0300-\u036f⁽ʹ_(])"


@dataclass(frozen=True)
class Root:
    """A side of a claim that is the derivative by a variable, and may be set to 0."""

    claim: Region
    variable: str
    text: str


@dataclass(frozen=True)
class Value:
    """What a relation says that a name is, with the names in that."""

    region: Region
    name: str
    text: str
    names: frozenset[str]


class Solved:
    """The derivatives of a section, and the values that it gives to names."""

    def __init__(self) -> None:
        self.roots: list[Root] = []
        self.values: list[Value] = []

    def meet(self, region: Region, tree: Relation) -> None:
        """Note what a relation says: a derivative, or a value."""
        left, *sides = tree.sides
        found = [(v, order) for name, v, order in derivatives_of_names(left) if name != v]
        if len(found) == 1 and found[0][1] == 1:
            (variable, _), *_ = found
            for side in sides:
                if not isinstance(side, Num) and variable in names_of(side) and not any(derivatives_of_names(side)):
                    self.roots.append(Root(region, variable, region.text[side.start : side.end]))
        elif isinstance(left, Name):
            names = frozenset(names_of(sides[0]))
            value = region.text[sides[0].start : sides[0].end]
            self.values.append(Value(region, canonical_name(left.text), value, names))

    def found(self, known: Known) -> Iterator[Region]:
        """That what a value says makes a derivative 0, of each value that does; the derivative has to be right itself."""
        for value in self.values if self.roots else ():
            for root in reversed(self.roots[-MOST_ROOTS:]):
                made = _claim(value, root)
                if made is not None and known.holds(made) and known.holds(root.claim):
                    yield made
                    break


def _claim(value: Value, root: Root) -> Region | None:
    """That the value makes the derivative 0; None where it is none of the variable."""
    is_solution = root.variable in (value.name, _MARKS.sub("", value.name))
    if not is_solution or root.variable in value.names:
        return None
    put_in = re.sub(_ALONE.format(re.escape(root.variable)), lambda _: f"({value.text})", root.text)
    if put_in == root.text:
        return None
    place = value.region.map_span((0, len(value.region.text)))
    text = f"{put_in} = 0"
    return replace(value.region, text=text, places=(place,) * len(text))
