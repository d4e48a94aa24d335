"""The last reading of a page: claims that are right in a world which the page may speak of (`einsight.worlds`).

Reading in order follows what each sentence says and can accuse; a world is only ever found for what is right, from the formulas of
the page as they are written.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Protocol, TypeVar

from ...documents.regions import Region
from ...lowering.names import Names
from ...syntax.parse import parse_statement
from ...syntax.tree import Indexed, Name, Node, Num, Relation
from ...worlds.answers import mistake_in, world_of
from ...worlds.definitions import Page
from ...worlds.facts import Facts, Formula
from ...worlds.familiar import familiar_in
from ...worlds.questions import Question, World
from ...worlds.unknowns import speaks_of_derivatives
from .bounds import NORMALISED, scales
from .known import Known
from .paragraphs import BREAK, condition
from .refusals import ERRORS, speaks_of_models
from .second import Kept
from .sections import Section, Sections, without_item
from .trees import part, relation_of
from .typefaces import kinds_by_typeface

T = TypeVar("T")
# words of a page whose matrices are symmetric
_SYMMETRIC = re.compile(
    r"\b(?:symmetric|covariances?|kernels?|Gram|positive[- ](?:semi-?)?definite|SPD|PSD|precision matri\w+)\b",
    re.IGNORECASE,
)
# a condition that speaks of two letters alone
_OF_INDICES = re.compile(r"(?<![\w^_{\\])([a-z])\s*(=|≠|\\neq?|\\not=)\s*([a-z])(?![\w^_(\\])")
# relations of a page up to which worlds are sought
MOST_RELATIONS = 400


class Plan(Protocol):
    """What a section was read to."""

    known: Known
    kept: list[Kept]
    refused: list[Kept]
    defined: list[Kept]


class Settling:
    """The formulas of a page as they are written, of which worlds are made.

    marks  how names are written that are one word when they are read in order: `S_B` of `SB`
    """

    def __init__(self, text: str, regions: Iterable[Region], layout: str, marks: Mapping[str, str]):
        self.text, self.layout, self.marks = text, layout, marks
        sections, numbers = Sections(text), dict[Section, int]()
        breaks = [m.start() for m in BREAK.finditer(text)]
        self.regions: list[Region] = []
        self.formulas: list[Formula] = []
        self.expressions: dict[int, tuple[Node, ...]] = {}
        self.at: dict[tuple[int, int], list[int]] = {}
        for region in sorted(regions, key=lambda r: r.start):
            tree = parse_statement(region.text)[0] if region.translated and not region.problem else None
            paragraph = bisect_right(breaks, region.start)
            if isinstance(tree, Relation) and len(tree.sides) == 1:
                if not isinstance(tree.sides[0], (Name, Indexed, Num)):
                    self.expressions[paragraph] = (*self.expressions.get(paragraph, ()), tree.sides[0])
            elif isinstance(tree, Relation):
                section = without_item(sections.at(region.start))
                self.at.setdefault((region.start, region.end), []).append(len(self.formulas))
                self.regions.append(region)
                self.formulas.append(Formula(tree, numbers.setdefault(section, len(numbers)), paragraph))

    @cached_property
    def page(self) -> Page:
        """The page, made where something of it is left."""
        return Page(self.formulas, expressions=self.expressions)

    @cached_property
    def typefaces(self) -> Mapping[str, str]:
        return kinds_by_typeface(self.text, sorted(self.page.whole | self.page.counted.keys()))

    @cached_property
    def spoken(self) -> Facts:
        """What the words of the page say of some names, without saying of which."""
        symmetric, normalised = _SYMMETRIC.search(self.text) is not None, NORMALISED in scales(self.text)
        errors = ERRORS if speaks_of_models(self.text, 0, len(self.text)) else frozenset[str]()
        return Facts(symmetric=symmetric, normalised=normalised, errors=errors, familiar=tuple(familiar_in(self.text)))

    def section(self, plan: Plan) -> None:
        """Put out what is right of what a section could not read, or does not hold as it was read, and of what gives values."""
        if len(self.formulas) > MOST_RELATIONS:
            return
        out = {id(r) for r in plan.known.out}
        left = [one for one in (*plan.kept, *plan.refused) if id(one.told) in out and self._is_left(one)]
        given = [one for one in plan.defined if id(one.told) in out and one.formula in self.at]
        if not (left or given):
            return
        page = self.page.among(_facts(plan.known, self.typefaces, self.spoken, self.marks))
        gone: set[int] = set()
        found: list[Region] = []
        for one in left:
            links = self._asked(page, one)
            made = [*self._settled(one, links, [world_of(link) for link in links])]
            is_whole = bool(made) and len(made) == len(links)
            if is_whole:
                gone.add(id(one.told))
            if is_whole or not one.is_read:
                found += made
        for one in given:  # which stays what it is
            links = self._asked(page, one)
            worlds = [world_of(link) for link in links]
            found += (self._right(link, world) for link, world in zip(links, worlds, strict=True) if world is not None)
            wrong = self._slip(one, links, worlds)
            found += wrong[1:] if wrong is not None else ()
        plan.known.out = [r for r in plan.known.out if id(r) not in gone] + found

    def _is_left(self, one: Kept) -> bool:
        """Is a claim not read, or read with guesses, and does it not hold, or perhaps not where the whole page is known?"""
        return one.formula in self.at and _is_unsure(one) and (not one.holds or self._is_given_later(one))

    def _is_given_later(self, one: Kept) -> bool:
        """Is a claim that rests on guesses of a name that something behind it gives a value, which may be of another one?"""
        at = max(self.at[one.formula])
        return any(d.order > at for name in one.told.rests_on for d in self.page.by_name.get(name, ()))

    def _asked(self, page: Page, one: Kept) -> list[Question]:
        """What is asked of a statement, link by link; a chain may be read in parts."""
        start, end = one.region.map_span((0, len(one.region.text)))
        where = tuple(_of_indices(self.text, one.region, page))
        for at in self.at[one.formula]:
            region = self.regions[at]
            links = [*pairwise(page.formulas[at].tree.sides)]
            spans = [region.map_span((left.start, right.end)) for left, right in links]
            inside = [link for link, (a, b) in zip(links, spans, strict=True) if start <= a and b <= end]
            if inside:
                return [Question(page, at, *link, self.layout, where=where) for link in inside]
        return []

    def _settled(self, one: Kept, links: Sequence[Question], worlds: Sequence[World | None]) -> Iterator[Region]:
        """What is known of a statement now: the links that are right, and the first one if it has a slip; of what was read as a
        chain the others, each by itself."""
        wrong = self._slip(one, links, worlds)
        rest = _links_of(one.told) if (any(worlds) or wrong) and one.is_read else []
        for k, (link, world) in enumerate(zip(links, worlds, strict=True)):
            if world is not None:
                yield self._right(link, world)
            elif wrong is not None and k == wrong[0]:
                yield wrong[1]
            elif len(rest) == len(links):
                yield rest[k]

    def _slip(self, one: Kept, links: Sequence[Question], worlds: Sequence[World | None]) -> tuple[int, Region] | None:
        """The first link of a statement about derivatives that holds in no world, if a slip is what is wrong with it."""
        k = next((k for k, world in enumerate(worlds) if world is None), None)
        if k is None or not speaks_of_derivatives(links[0].left, links[0].page) or not _is_said(one, links[k]):
            return None
        wrong = mistake_in(links[k])
        if wrong is None:
            return None
        region = part(self.regions[links[k].at], links[k].left.start, links[k].right.end)
        return k, replace(region, settled=wrong.world.premises, fault=wrong.words, doubt="", condition="", problem="")

    def _right(self, link: Question, world: World) -> Region:
        said = world.premises or ("nothing but what it says",)
        region = part(self.regions[link.at], link.left.start, link.right.end)
        return replace(region, settled=said, doubt="", condition="", problem="")


def _links_of(region: Region) -> list[Region]:
    """The links of a chain, each as a statement of its own."""
    tree = relation_of(region)
    return [part(region, a.start, b.end) for a, b in pairwise(tree.sides)] if tree is not None else []


def _is_said(one: Kept, link: Question) -> bool:
    """Does the page say it, and not that it is wrong, or that it is so if something else is?"""
    problem = one.told.problem
    return not problem.startswith("it is said") or (bool(link.where) and problem.startswith("it is said under"))


def _is_unsure(one: Kept) -> bool:
    """Is a claim not read, or read with guesses?  Of any other the verdict is its own."""
    told = one.told
    guessed = bool(told.rests_on) or told.inferred or told.symmetric or bool(told.doubt) or bool(told.bound)
    return not one.is_read or guessed or not any(sign in told.text for sign in "∂∇")


def _of_indices(text: str, region: Region, page: Page) -> Iterator[tuple[str, str, str]]:
    """What the condition of a formula says of letters that count: `i ≠ j`."""
    said = region.condition or condition(text, region)
    for found in _OF_INDICES.finditer(said):
        if {found[1], found[3]} <= page.counting:
            yield found[1], "=" if found[2] == "=" else "≠", found[3]


def _facts(known: Known, typefaces: Mapping[str, str], spoken: Facts, marks: Mapping[str, str]) -> Facts:
    """What is known of names in a section, as they are written, but for their values, beside what is spoken of."""

    def written(said: Mapping[str, T]) -> dict[str, T]:
        return {marks.get(name, name): one for name, one in said.items()}

    names: Names = known.names
    told = {
        t.name: tuple(map(str, t.dims))
        for t in known.tensors()
        if t.definition is None and not _is_guessed(t.name, known) and not names.fact(("family", t.name))
    }
    loose = frozenset(n for n in told if known.sections.get(n, known.section) != known.section)
    has = {t.name: frozenset(t.properties) for t in known.tensors() if t.name in told}
    has |= {n: has.get(n, frozenset()) | p for n, p in known.properties.items()}
    elsewhere = {t.name: frozenset(t.properties) for t in known.tensors() if known.is_of_other_section(t.name)}
    kinds = {**dict.fromkeys(known.sizes, "number"), **typefaces, **known.kinds}
    functions, dependent = frozenset(known.functions), frozenset(known.dependent)
    loose = frozenset(marks.get(name, name) for name in loose)
    facts = replace(spoken, functions=functions, loose=loose, dependent=dependent)
    facts = replace(facts, told=written(told), kinds=written(kinds), has=written(has))
    return replace(facts, elsewhere=written({n: p - facts.has.get(n, frozenset()) for n, p in elsewhere.items() if p}))


def _is_guessed(name: str, known: Known) -> bool:
    entry = known.names.find(name)
    declared = entry is not None and entry.kind == "declared"
    return not declared or name in known.assumed or known.is_of_other_section(name)
