"""What words say of a relation: the properties under which it holds, and the condition that makes it no claim at all."""

from __future__ import annotations

from dataclasses import replace

from ...documents.regions import Region
from ...lowering.mentioned import names_of
from ...syntax.tree import Relation
from .known import Known
from .paragraphs import condition
from .properties import condition_of, symmetric_name, under
from .words import Words


class Conditions:
    """
    values  names that have got their value in a condition: “if r = A x - b, then …”
    """

    def __init__(self, text: str, known: Known):
        self.text, self.known = text, known
        self.values: set[str] = set()

    def of(self, region: Region, tree: Relation, words: Words) -> tuple[Region, str]:
        """The region with the properties that words give its names; and why it is not read, under another condition."""
        given = self.known.given()
        supposed = words.supposed(region.start)
        problem = region.problem
        if region.condition:
            behind = condition_of(region.condition)
            if behind is None:
                return region, f"a condition: {region.condition}"
            given = under(given, behind)
        if supposed is not None:
            given = under(given, supposed)
        else:
            problem = problem or self._supposing(region, tree)
        given |= {(f"d{name}", p) for name, p in given if p in ("symmetric", "antisymmetric", "diagonal")}
        name = symmetric_name(region.text)
        if name and not problem and (name, "symmetric") in given:
            problem = f"it says that `{name}` is symmetric"
        return replace(region, given=tuple(sorted(given))), problem

    def _supposing(self, region: Region, tree: Relation) -> str:
        """“If r = A p - b, then …” gives the name that value; under any other condition nothing is claimed."""
        said = condition(self.text, region)
        target = self.known.target(tree) if len(tree.sides) == 2 else ""
        if said and target and self.known.tensor(target) is None:  # of a name that is declared it is a condition alone
            self.values.add(target)
            return ""
        return "" if self.values & self._all_names(tree) else said

    def _all_names(self, tree: Relation) -> set[str]:
        """The names that a relation rests on, through definitions too."""
        found = set(names_of(tree))
        for name in tuple(found):
            tensor = self.known.tensor(name)
            found |= {t.name for t in tensor.depends} if tensor is not None else set()
        return found
