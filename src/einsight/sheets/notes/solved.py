"""What a page finds where a derivative is 0: after `∇f = P x + q`, `x* = -P^-1 q` is right if it is a root of that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...documents.regions import Region
from ...lowering.mentioned import names_of
from ...lowering.names import canonical_name
from ...syntax.tree import Name, Num, Relation
from .bounds import holds
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
    """A side of a relation that is the derivative by a variable, and may be set to 0."""

    variable: str
    text: str


class Solved:
    """The derivatives of a section, and the values that it gives to names."""

    def __init__(self) -> None:
        self.roots: list[Root] = []
        self.values: list[tuple[Region, str, str]] = []

    def meet(self, region: Region, tree: Relation) -> None:
        """Note what a relation says: a derivative, or a value."""
        found = [(v, order) for name, v, order in derivatives_of_names(tree.sides[0]) if name != v]
        left = tree.sides[0]
        if len(found) == 1 and found[0][1] == 1:
            for side in tree.sides[1:]:
                if not isinstance(side, Num) and found[0][0] in names_of(side) and not any(derivatives_of_names(side)):
                    self.roots.append(Root(found[0][0], region.text[side.start : side.end]))
        elif isinstance(left, Name):
            side = tree.sides[1]
            self.values.append((region, canonical_name(left.text), region.text[side.start : side.end]))

    def found(self, known: Known) -> Iterator[Region]:
        """That what a value says makes a derivative 0, of each value that does."""
        for region, name, value in self.values if self.roots else ():
            for root in reversed(self.roots[-MOST_ROOTS:]):
                if not _is_solution(name, root.variable) or root.variable in _words(value):
                    continue
                put_in = re.sub(_ALONE.format(re.escape(root.variable)), f"({value})".replace("\\", r"\\"), root.text)
                if put_in == root.text:
                    continue
                made = _claim(region, f"{put_in} = 0")
                lowered, scope = known.lower(made)
                if not any(d.severity == "error" for d in lowered.diagnostics) and holds(lowered, scope, region.given):
                    yield made
                    break


def _is_solution(name: str, variable: str) -> bool:
    return name == variable or _MARKS.sub("", name) == variable


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]\w*[\u0300-\u036f]*(?:⁽[^⁾]*⁾)?ʹ*", text))


def _claim(region: Region, text: str) -> Region:
    place = region.map_span((0, len(region.text)))
    return replace(region, text=text, places=(place,) * len(text))
