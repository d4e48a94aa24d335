"""What is known of the names of a page so far, and the statements that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from ...asking.shapes import shapes
from ...documents.regions import Region
from ...lowering.defining import target_of
from ...lowering.lowered import Lowered
from ...lowering.mentioned import names_of, walk, whole_names
from ...lowering.names import AS_COLUMN, LAYOUT, NOTES, Entry, Names, canonical_name
from ...lowering.properties import beside, consistent
from ...lowering.report import Diagnostic
from ...lowering.statements import lower_statement
from ...rules.catalogue import catalogue
from ...syntax.parse import parse_statement
from ...syntax.statements import Piece
from ...syntax.tree import Declaration, Indexed, Name, Relation, Transpose
from ...terms.term import Number, Tensor
from .bounds import holds
from .declared import declaration, declared, directive
from .sections import Section, holds_in, without_item
from .typefaces import kinds_by_typeface
from .words import EVERYTHING, Said

# shapes of a formula's names that are tried
MOST_TRIALS = 4
CONSTANTS = frozenset({"I", "ones", "e", "pi", "π", "d"})


@dataclass(frozen=True)
class Trial:
    """Shapes that some names may have, and what a relation is with them."""

    shapes: dict[str, tuple[str, ...]]
    names: Names
    lowered: Lowered
    scope: Names

    @property
    def has_capital_number(self) -> bool:
        return any(not dims and name[0].isupper() for name, dims in self.shapes.items())

    def holds(self, region: Region) -> bool:
        return holds(self.lowered, self.scope, region.given)


class Known:
    """
    text        of the page
    names       what they mean
    out         the regions so far, in the order in which they count
    findings    what is wrong with declarations
    functions   names that are declared as functions, and given no value
    assumed     names whose shapes nobody says
    kinds       what words call a name whose shape they do not say: a vector, a square matrix
    properties  what words say of names: those in them are symmetric
    bound       names of which the page says more than that, each with what says so
    here        names that this paragraph declares, with where
    before      the shapes of those before
    dependent   names of which the page says that they change with something
    lost        names that have got a value which was not read, so that the one known is stale
    likely      shapes of names that this section never declares, by all of its formulas together
    extents     the same of names that it writes with indices alone
    letters     that stand alone anywhere on the page
    sizes       names that are the size of something on the page
    is_local    sections, of this paragraph, that claim something
    section     where we are, and `sections` where what is known of each name was said
    """

    def __init__(self, text: str, layout: str):
        self.text = text
        self.names = Names(catalogue().arity)
        self.names.own.update({LAYOUT: layout, NOTES: True})
        self.out: list[Region] = []
        self.findings: list[Diagnostic] = []
        self.functions: set[str] = set()
        self.assumed: set[str] = set()
        self.kinds: dict[str, str] = {}
        self.properties: dict[str, frozenset[str]] = {}
        self.bound: dict[str, str] = {}
        self.here: dict[str, Region] = {}
        self.before: dict[str, list[str]] = {}
        self.dependent: set[str] = set()
        self.lost: set[str] = set()
        self.sizes: set[str] = set()
        self.letters: set[str] = set()
        self.likely: dict[str, tuple[str, ...]] = {}
        self.extents: dict[str, tuple[str, ...]] = {}
        self.section: Section = ()
        self.is_local: set[Section] = set()
        self.sections: dict[str, Section] = {}

    def tensor(self, name: str) -> Tensor | None:
        entry = self.names.find(name)
        return entry.tensor if entry is not None else None

    def tensors(self) -> Iterator[Tensor]:
        """All of them, in the order in which they got to be known."""
        entries = (e for (kind, _), e in self.names.own.items() if kind == "name" and e is not None)
        yield from (e.tensor for e in entries if e.tensor is not None)

    def rank(self, name: str) -> int:
        """How many axes a name has; -1 where it is not known."""
        tensor = self.tensor(name)
        return len(tensor.dims) if tensor is not None else -1

    def is_defined(self, name: str) -> bool:
        tensor = self.tensor(name)
        return tensor is not None and tensor.definition is not None

    def is_number(self, name: str) -> bool:
        """Is what a name is given nothing but a number?"""
        tensor = self.tensor(name)
        return tensor is not None and tensor.definition is not None and isinstance(tensor.definition.body, Number)

    def is_known(self, name: str) -> bool:
        names = self.names
        return name in CONSTANTS or names.knows(name) or names.is_dimension(name) or names.is_function(name)

    def target(self, tree: Relation) -> str:
        """The name that the first `=` of a relation gives a value; empty where it gives none."""
        found = target_of(tree.sides[0])
        if found is None:
            return ""
        name = canonical_name(found[0])
        entry = self.names.find(name)
        known = name in ("I", "ones") or self.names.is_dimension(name) or self.names.is_function(name)
        free = entry is None or (entry.kind == "declared" and entry.tensor is not None)
        return name if free and not known and not any(name in names_of(s) for s in tree.sides[1:]) else ""

    def is_inferred(self, name: str, scope: Names) -> bool:
        """Is it an array whose axes are only as long as its indices say, or does it rest on one?"""
        entry = scope.find(name)
        if entry is None or entry.tensor is None:
            return False
        return entry.kind == "inferred" or any(
            d.inferred for t in (entry.tensor, *entry.tensor.depends) for d in t.dims
        )

    def given(self) -> set[tuple[str, str]]:
        return {(n, p) for n, properties in self.properties.items() for p in properties}

    # declarations

    def no_longer_calls(self, name: str) -> None:
        """A letter that was a function of which nothing is known gets a formula."""
        self.functions.discard(name)
        for kind in ("name", "declaration"):
            self.names.own.pop((kind, name), None)

    def take_letters(self, names: Iterable[str]) -> None:
        """Names of the page, after which no dimension is called that nobody names."""
        self.letters = set(names)
        self.names.own.update({("taken", name): True for name in self.letters})

    def call(self, names: Iterable[str]) -> None:
        """Let some names be functions of each entry, of which nothing else is known."""
        for name in names:
            text = f"{name} : ℝ → ℝ"
            lower_statement(Piece(0, text), self.names)
            self.functions.add(name)
            self.out.append(Region(0, 0, text, True, ((0, 0),) * len(text)))

    def sample(self, names: Iterable[str]) -> None:
        """Let one index of some arrays pick a vector."""
        for name in names:
            self.names.own["family", name] = AS_COLUMN
            self.out.append(directive("samples", name))

    def declare(self, region: Region, tree: Declaration) -> None:
        for target in tree.targets:
            tensor = self.tensor(target.text)
            if tensor is not None:
                self.before[tensor.name] = [str(d) for d in tensor.dims]
        lower_statement(Piece(0, region.text), self.names)
        for target in tree.targets:
            name = canonical_name(target.text)
            self.here[name] = region
            # a list of declarations holds for what follows, an item that claims something is on its own
            self.sections[name] = self.section if self.section in self.is_local else without_item(self.section)
            self.lost.discard(name)
            self.assumed.discard(name)
            self.functions.discard(name)
            self.properties.pop(name, None)
            self.bound.pop(name, None)
        self.out.append(region)

    def declare_by_words(self, said: Iterable[Said]) -> None:
        """The shapes that words say; what is only called a vector or a square matrix is one where its shape is sought."""
        done = set()
        for one in said:
            dims = () if one.kind == "number" and not self.names.is_dimension(one.name) else one.dims
            if dims is not None and one.name not in done:
                done.add(one.name)
                region = declaration(one.name, dims, one.place)
                tree = parse_statement(region.text)[0]
                if isinstance(tree, Declaration):
                    self.declare(region, tree)
            elif one.kind:
                self.kinds[one.name] = one.kind

    def describe(self, said: Iterable[Said]) -> None:
        """The properties that words give names, or deny them."""
        for one in said:
            if one.name == EVERYTHING:
                self.properties = {n: p - one.properties for n, p in self.properties.items()}
                continue
            has = self.properties.get(one.name, frozenset())
            told = consistent(one.properties)  # “the symmetric and the antisymmetric part of A” says nothing of A
            self.properties[one.name] = has - one.properties if one.denied else beside(has, told) | told

    def scale(self, told: Iterable[tuple[str, str]]) -> None:
        """Entries of some names add up to 1, or their lengths are 1."""
        for name, said in told:
            self.properties[name] = self.properties.get(name, frozenset()) | {said}

    def declare_like(self, name: str, model: str, region: Region) -> None:
        """An array that a statement needs, of the shape of another one."""
        shape, known = self.tensor(model), self.tensor(name)
        if shape is None or (known is not None and known.dims == shape.dims and known.definition is None):
            return
        self.names.put(Entry(name, Tensor(name, shape.dims), None, "declared"))
        self.out.append(declaration(name, tuple(map(str, shape.dims)), region.map_span((0, 1))))

    def declare_as(self, name: str, dims: tuple[str, ...], place: tuple[int, int]) -> None:
        """An array of these dimensions, which nobody declares."""
        self.names.put(declared(name, dims))
        self.sections[name] = self.section
        self.out.append(replace(declaration(name, dims, place), rests_on=frozenset([name])))

    def lose(self, name: str) -> None:
        """A formula that is not read gives a name a value."""
        if self.is_defined(name):
            self.lost.add(name)

    def take_defined(self, scope: Names) -> None:
        """What a statement of this section gave values, in the scope in which it was lowered."""
        self.names.own.update(scope.own)
        new = {name for kind, name in scope.own if kind == "name" and name not in self.sections}
        self.sections.update(dict.fromkeys(new, self.section))

    # names of other sections

    def is_of_other_section(self, name: str) -> bool:
        """Does what is known of a name come from a section that this one is not part of?"""
        return not holds_in(self.sections.get(name, self.section), self.section)

    def forget(self, names: Iterable[str]) -> None:
        """What was only ever assumed of some names."""
        for name in names:
            for kind in ("name", "declaration"):
                self.names.own.pop((kind, name), None)
            self.assumed.discard(name)
            self.sections.pop(name, None)
            self.out.append(directive("forget", name))

    def begin_section(self, section: Section) -> None:
        """What nobody declared is found anew by each section, unless something is defined by it."""
        self.section = section
        held = {u.name for t in self.tensors() if t.definition is not None for u in t.depends}
        loose = [n for n in self.assumed if n not in held and not self.is_defined(n)]
        self.forget([n for n in loose if self.is_of_other_section(n)])

    # names that nobody declares

    def unknown(self, tree: Relation) -> list[str]:
        """The names of whole arrays that nobody declared; what the statement itself defines is none."""
        left = tree.sides[0]
        while isinstance(left, (Transpose, Indexed)):
            left = left.argument if isinstance(left, Transpose) else left.base
        defines = left.text if isinstance(left, Name) and len(tree.sides) == 2 else ""
        if defines and defines in {n for s in tree.sides[1:] for n in names_of(s)}:
            defines = ""
        whole = dict.fromkeys(self._without_d(n) for side in tree.sides for n in whole_names(side))
        local = {n for left, _ in tree.bindings for n in names_of(left)}
        return [n for n in whole if n != defines and n not in local and not self.is_told(n, self.kinds)]

    def is_told(self, name: str, kinds: Mapping[str, str]) -> bool:
        """Is it known, and not as the size of something else alone, where words call it an array?"""
        if self.names.knows(name) or name in CONSTANTS or self.names.is_function(name):
            return True
        size = self.names.is_dimension(name) or name in self.sizes
        return size and not kinds.get(name, "").startswith(("matrix", "square", "vector"))

    def _without_d(self, name: str) -> str:
        """`X` of `dX`, its differential."""
        return name[1:] if len(name) > 1 and name[0] == "d" and not self.names.knows(name) else name

    def assume(self, region: Region, tree: Relation, unknown: list[str]) -> None:
        """Declare what nobody declares, so that the formula conforms; nothing where nothing does."""
        found = self.likeliest(region, tree, unknown)
        if found is None:  # not with what was assumed, or is of another section
            loose = [n for n in names_of(tree) if n in self.assumed or self.is_of_other_section(n)]
            loose = [n for n in loose if n not in unknown and not self.is_defined(n)]
            found = self.likeliest(region, tree, [*unknown, *loose]) if loose else None
        if found is not None:
            self.take(found, region, tree)

    def likeliest(self, region: Region, tree: Relation, unknown: list[str]) -> Trial | None:
        """The shapes of some names with which a relation holds or, where that is not known of any, conforms.

        Much holds of numbers that does not of matrices, so a capital counts as one only where nothing else conforms.
        """
        together = self._together(region, unknown)
        if together is not None:
            return together
        conforming = list(islice(self.trials(region, tree, unknown), MOST_TRIALS))
        holding = (t for k, t in enumerate(conforming) if (k == 0 or not t.has_capital_number) and t.holds(region))
        return next(holding, conforming[0] if conforming else None)

    def otherwise(self, region: Region, tree: Relation) -> Trial | None:
        """Shapes with which a claim holds that fails as names are known: where some are known from another section, or assumed.

        What is said elsewhere may be said of something else; what holds is no accident.
        """
        names = [n for n in names_of(tree) if self.is_known(n) and n not in CONSTANTS and self.tensor(n) is not None]
        elsewhere = [n for n in names if self.is_of_other_section(n)]
        assumed = [n for n in names if n in self.assumed]
        new = self.unknown(tree)
        tried: list[list[str]] = []
        for forgotten in (elsewhere, list(dict.fromkeys([*elsewhere, *assumed]))):
            if not forgotten or forgotten in tried:
                continue
            tried.append(forgotten)
            for trial in islice(self.trials(region, tree, [*forgotten, *new]), MOST_TRIALS):
                if not trial.has_capital_number and trial.holds(region):
                    return trial
        return None

    def trials(self, region: Region, tree: Relation, unknown: list[str]) -> Iterator[Trial]:
        """The relation with each of the shapes of some names with which it conforms, the likeliest first."""
        left = tree.sides[0]
        defines = (
            isinstance(left, (Name, Transpose))
            and len(tree.sides) == 2
            and not any(n in unknown for n in names_of(left))
        )
        kinds = {**kinds_by_typeface(self.text, unknown), **self.kinds}
        for alike in (True, False):  # what is right but for a transpose conforms with its sides apart
            for found in shapes(tree, unknown, self.names, defines, kinds, alike=alike):
                trial = self._tried(region, found)
                if trial is not None:
                    yield trial

    def _together(self, region: Region, unknown: list[str]) -> Trial | None:
        """The relation with the shapes that all formulas of the section give the names, where it conforms with them."""
        found = {n: self.likely[n] for n in unknown if n in self.likely}
        return self._tried(region, found) if len(found) == len(unknown) else None

    def _tried(self, region: Region, found: dict[str, tuple[str, ...]]) -> Trial | None:
        names = self.names.child()
        for name, dims in found.items():
            for each in (name, f"d{name}"):
                names.put(declared(each, dims))
        scope = names.child()
        read = lower_statement(Piece(0, region.text), scope)
        return None if any(d.severity == "error" for d in read.diagnostics) else Trial(found, names, read, scope)

    def take(self, trial: Trial, region: Region, tree: Relation) -> None:
        """Let the names have those shapes from here on."""
        found = trial.shapes
        self.names.own.update({k: v for k, v in trial.names.own.items() if k[1][1:] not in found})
        for name, dims in found.items():
            if self.names.knows(f"d{name}"):
                self.declare_as(f"d{name}", dims, region.map_span((0, 1)))
            self.assumed.add(name)
            self.sections[name] = self.section
            self.lost.discard(name)
            where = next(((n.start, n.end) for n in walk(tree) if isinstance(n, Name) and n.text == name), (0, 1))
            self.out.append(replace(declaration(name, dims, region.map_span(where)), rests_on=frozenset([name])))

    def lower(self, region: Region) -> tuple[Lowered, Names]:
        """A statement among the names, and what it tells."""
        scope = self.names.child()
        return lower_statement(Piece(0, region.text), scope), scope

    def holds(self, region: Region) -> bool:
        """Is every claim of a statement right among the names?"""
        lowered, scope = self.lower(region)
        return not any(d.severity == "error" for d in lowered.diagnostics) and holds(lowered, scope, region.given)

    def doubts(self, leaves: Iterable[str]) -> Iterator[str]:
        """What the page says of some names that may make right what fails in general."""
        yield from (self.bound[name] for name in sorted(leaves) if name in self.bound)
