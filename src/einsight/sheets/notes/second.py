"""A second reading of what could not be read in order, or did not hold: with all that its section says, or with less than that.

What is said behind a formula counts for it too, and what holds of all arrays of some shapes holds of those of the page.  So a
second reading only ever finds that a claim is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Protocol

from ...asking.ranks import KINDS, NUMBER, ranks_of
from ...asking.shapes import shapes
from ...documents.regions import Region
from ...lowering.lowered import Lowered
from ...lowering.mentioned import names_of, walk, whole_names
from ...lowering.names import LAYOUT, NOTES, Names, canonical_name
from ...lowering.statements import lower_statement
from ...rules.catalogue import catalogue
from ...syntax.finding import children
from ...syntax.statements import Piece
from ...syntax.tree import Call, Name, Node, Num, Relation
from ..cells import has_derivative
from .anew import clashes
from .bounds import holds, says_nothing
from .declared import declaration, declared, directive
from .differentials import with_differentials
from .gradients import derivatives_of_names
from .known import CONSTANTS, Known
from .solved import Solved
from .through import Through
from .trees import part, relation_of
from .typefaces import kinds_by_typeface

# shapes with which a statement is tried by itself
MOST_SHAPES = 8
# what is a function of each entry, and of square matrices
_OF_MATRICES = frozenset({"exp", "log", "sqrt", "sin", "cos"})


@dataclass(frozen=True)
class Kept:
    """A relation as it was written, what was put out for it, whether it holds so, and whether it could be read."""

    region: Region
    told: Region
    holds: bool
    is_read: bool = True

    @property
    def formula(self) -> tuple[int, int]:
        """Where the formula stands that it is, or is a part of."""
        return self.region.start, self.region.end

    @property
    def key(self) -> tuple[object, ...]:
        """Where it stands, by which it is found again."""
        return key_of(self.region)


def key_of(region: Region) -> tuple[object, ...]:
    """Where a statement stands, of those of its formula too."""
    return region.start, region.end, min((start for start, _ in region.places), default=0)


class Plan(Protocol):
    """What a section was read to; `kept` are its relations."""

    known: Known
    kept: list[Kept]
    solved: Solved
    through: Through


class Second:
    """`apart` are statements that are read by themselves, with their declarations."""

    def __init__(self) -> None:
        self.apart: list[Region] = []
        self._count = 0

    def read(self, plan: Plan, section_alone: Callable[[], Plan]) -> None:
        """Read again what did not hold; `section_alone` reads the section as if nothing stood before it."""
        known = self.known = plan.known
        waiting: list[Kept] = []
        for one in plan.kept:
            tree = relation_of(one.region) if not one.holds else None
            if tree is None:
                continue
            if self._holds_here(one.region, tree):
                self._replace(one, [_as_read(one)])
                continue
            if plan.through.as_gradients(one.region):
                self._replace(one, [])
                continue
            found = self._by_itself(one.region, tree)
            if found is not None:
                self._put_apart(one, found)
                continue
            if len(tree.sides) > 2 and one.told.problem:
                self._read_links(one, tree)
            if any(map(known.is_of_other_section, names_of(tree))):
                waiting.append(one)
        known.out += plan.solved.found(known)
        if waiting:
            self._read_alone(waiting, section_alone())

    def _read_links(self, one: Kept, tree: Relation) -> None:
        """Of a chain that is not read what holds of two sides that stand beside each other."""
        for left, right in pairwise(tree.sides):
            link = part(one.region, left.start, right.end)
            link_tree = relation_of(link)
            if link_tree is None:
                continue
            if self._holds_here(link, link_tree):
                self.known.out.append(link)
            elif (found := self._by_itself(link, link_tree)) is not None:
                self._put_apart(None, found)

    def _read_alone(self, waiting: list[Kept], alone: Plan) -> None:
        """What holds where only its section counts."""
        claims = {id(k.told) for k in alone.kept}
        base = [_unseen(r) for r in alone.known.out if id(r) not in claims and not r.problem]
        held = {k.key: k.told for k in alone.kept if k.holds}
        found = [(one, held[one.key]) for one in waiting if one.key in held]
        if found:
            self._put_apart(None, base)
            for one, told in found:
                self._replace(one, [])
                self.apart.append(replace(told, apart=self._count))

    def _put_apart(self, one: Kept | None, found: list[Region]) -> None:
        self._count += 1
        self.apart += [replace(r, apart=self._count) for r in found]
        if one is not None:
            self._replace(one, [])

    def _replace(self, one: Kept, by: list[Region]) -> None:
        out = self.known.out
        at = next(k for k in range(len(out) - 1, -1, -1) if out[k] is one.told)
        del out[at]
        out += by

    def _holds_here(self, region: Region, tree: Relation) -> bool:
        """Is it right with all that its section says?"""
        lowered, scope = self.known.lower(region)
        unsaid = has_derivative(lowered) and self._depends(tree)
        return not unsaid and _is_right(lowered, scope, tree, region)

    def _by_itself(self, region: Region, tree: Relation) -> list[Region] | None:
        """The statement with declarations of all that its section does not declare; None where it does not hold so."""
        known = self.known
        mentioned = [n for n in names_of(tree) if n not in CONSTANTS and not known.names.is_function(n)]
        conforms = not clashes(known.lower(region)[0])  # else what is declared is something else
        fixed = tuple(n for n in mentioned if conforms and self._is_declared_here(n))
        if any(known.names.fact(("family", n)) and n not in fixed for n in mentioned):
            return None  # samples are rows of one array, and columns of another
        for scope, shaped in self._scopes(tree, mentioned, fixed):
            made = with_differentials(region, tree, scope)
            if made.problem or made.doubt:
                continue
            for name in made.varied:
                shaped[f"d{name}"] = shaped.get(name, ())
                scope.put(declared(f"d{name}", shaped[f"d{name}"]))
            inner = scope.child()
            lowered = lower_statement(Piece(0, made.region.text), inner)
            if any(d.severity == "error" for d in lowered.diagnostics):
                continue
            if has_derivative(lowered) and not self._is_free(tree, mentioned):
                return None
            if _is_right(lowered, inner, tree, region):
                place = region.map_span((0, 1))
                rests = frozenset(n for n in shaped if n not in fixed)
                said = [directive("samples", n) for n in mentioned if known.names.fact(("family", n))]
                said += [declaration(n, dims, place) for n, dims in shaped.items()]
                return [*said, replace(made.region, doubt="", rests_on=rests)]
        return None

    def _is_free(self, tree: Relation, mentioned: list[str]) -> bool:
        """Does nothing that it speaks of depend on another thing that it speaks of, by what the page says?"""
        known = self.known
        if any(name != variable for name, variable, _ in derivatives_of_names(tree)):
            return False
        defined = [t for n in mentioned if (t := known.tensor(n)) is not None and t.definition is not None]
        inside = any(u.name in mentioned for t in defined for u in t.depends if u is not t)
        return not inside and not self._depends(tree)

    def _depends(self, tree: Relation) -> bool:
        """Does the page say of something that it depends on something, and not how?"""
        return any(n in self.known.dependent and not self.known.is_defined(n) for n in names_of(tree))

    def _is_declared_here(self, name: str) -> bool:
        known = self.known
        is_declared = known.tensor(name) is not None and not known.is_defined(name) and name not in known.assumed
        return is_declared and not known.is_of_other_section(name)

    def _scopes(
        self, tree: Relation, mentioned: list[str], fixed: tuple[str, ...]
    ) -> Iterator[tuple[Names, dict[str, tuple[str, ...]]]]:
        """Names with which the statement may be read by itself, and the dimensions of its arrays."""
        known = self.known
        base = Names(catalogue().arity)
        base.own.update({k: v for k, v in known.names.own.items() if k in (LAYOUT, NOTES) or k[0] == "family"})
        told = {n: tuple(map(str, t.dims)) for n in fixed if (t := known.tensor(n)) is not None}
        for name, dims in told.items():
            base.put(declared(name, dims))
        whole = dict.fromkeys(n for side in tree.sides for n in whole_names(side))
        unknown = [n for n in mentioned if n in whole and n not in told]
        kinds = {**kinds_by_typeface(known.text, unknown), **known.kinds}
        kinds |= {n: kind for n in unknown if (kind := KINDS.get(known.rank(n)))}
        within = {name for n in walk(tree) if isinstance(n, Call) and isinstance(n.callee, Name) and n.callee.text in _OF_MATRICES
                  for a in n.arguments for name in _bare(a)}  # fmt: skip
        for found in islice(shapes(tree, unknown, base, False, kinds), MOST_SHAPES):
            if any(not dims and ranks_of(n, kinds)[0] != NUMBER for n, dims in found.items()):
                continue  # much holds of numbers
            if any(len(dims) == 2 and n in within for n, dims in found.items()):
                continue  # of entries, or of the matrix?
            scope = base.child()
            for name, dims in found.items():
                scope.put(declared(name, dims))
            yield scope, {**told, **found}


def _bare(node: Node) -> Iterator[str]:
    """The names in a node outside of what functions are taken of."""
    if isinstance(node, Name):
        yield canonical_name(node.text)
    elif not isinstance(node, Call):
        for inner in children(node):
            yield from _bare(inner)


def _unseen(region: Region) -> Region:
    """A statement that another one rests on, and that is told where it stands already."""
    place = region.start, min(region.start + 1, region.end)
    return replace(region, start=place[0], end=place[1], places=(place,) * len(region.text), translated=True)


def _as_read(one: Kept) -> Region:
    region = one.region
    return replace(one.told, text=region.text, places=region.places, problem="", doubt="", bound="")


def _is_right(lowered: Lowered, scope: Names, tree: Relation, region: Region) -> bool:
    """Does a statement hold, and not because both of its sides are 0?"""
    if not holds(lowered, scope, region.given):
        return False
    zero = isinstance(tree.sides[-1], Num) and tree.sides[-1].value == 0
    return not has_derivative(lowered) or not (zero or says_nothing(lowered, tree))
