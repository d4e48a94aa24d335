"""The statements of a page, one after the other: what each declares, defines or claims, and why one is not read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ...documents.regions import Region
from ...lowering.lowered import Lowered
from ...lowering.mentioned import names_of
from ...lowering.names import Entry, canonical_name
from ...lowering.statements import lower_item, lower_statement
from ...syntax.parse import parse_statement
from ...syntax.statements import Piece, split_document
from ...syntax.tree import (
    Call,
    Declaration,
    FunctionDeclaration,
    Indexed,
    Name,
    Node,
    Num,
    Relation,
)
from ...terms.term import Tensor
from ..cells import has_derivative
from .anew import clashes, declare_extents, forget_elsewhere, given_anew, shaped_by_use, used_anew
from .bounds import (
    bound_by,
    hidden_dependence,
    holds,
    holds_at,
    leaves_of,
    may_be_as_long,
    names_behind,
    numbers_put_in,
    remaining,
    says_nothing,
    scaled_by,
    to_be_solved,
)
from .conditions import Conditions
from .differentials import with_differentials
from .functions import with_functions, written_out
from .known import Known
from .likely import find_shapes
from .mending import mended
from .paragraphs import Paragraph, condition
from .properties import symmetric_entries, symmetric_name
from .refusals import is_model, refusal, speaks_of_models, undefined, unsaid, written_functions, written_target
from .second import Kept
from .sections import Sections
from .shorthand import Shorthand
from .solved import Solved
from .through import Through
from .trees import as_relation, changed, part, relation_of
from .words import Words

MOST_UNKNOWN = 5
_INDICES = frozenset("ijklmn")
# words of a passage in which letters are numbers
_OF_NUMBERS = re.compile(
    r"\b(?:scalar (?:case|derivatives?|functions?|variables?)|single[- ]variable|univariate|one variable|one[- ]dimensional|Skalare?r? \w+)\b",
    re.IGNORECASE,
)


# words of a page on which a bar means an adjoint
_ADJOINTS = re.compile(
    r"\b(?:adjoints?|cotangents?|reverse[- ]mode|pullbacks?|upstream|back-?propagat\w+|vjps?)\b", re.IGNORECASE
)


class Reader:
    """What a page says, section by section.

    known        what is known so far
    symmetric    does the page speak of symmetric matrices without a name?
    targets      names that some formula of the page gives a value
    shorthand    what the author writes short
    aliases      names that the page gives to known functions
    asked        the relation that is read
    kept         the relations of this section with what was put out for them
    refused      those that are refused before that
    defined      what gives a name a value
    solved       what it finds where a derivative is 0
    conditions   what is said under one
    """

    def __init__(self, text: str, layout: str, symmetric: bool, targets: set[str]):
        self.text, self.symmetric, self.targets = text, symmetric, targets
        self.known = Known(text, layout)
        self.names = self.known.names
        self.shorthand, self.conditions = Shorthand(self.known), Conditions(text, self.known)
        self.aliases: dict[str, str] = {}
        self.sections = Sections(text)
        self.through = Through(self, self.known)
        self.asked: Region | None = None
        self.kept: list[Kept] = []
        self.refused: list[Kept] = []
        self.defined: list[Kept] = []
        self.solved = Solved()
        self.has_adjoints = _ADJOINTS.search(text) is not None

    def section(self, together: Sequence[tuple[Paragraph, Words]]) -> Reader:
        """Read the paragraphs of a section."""
        self.kept, self.refused, self.defined, self.solved = [], [], [], Solved()
        self.known.begin_section(together[0][0].section)
        find_shapes(together, self.known)
        for paragraph, words in together:
            self.paragraph(paragraph, words)
        return self

    def paragraph(self, paragraph: Paragraph, words: Words) -> None:
        read = [(r, parse_statement(r.text)[0] if r.translated and not r.problem else None) for r in paragraph.regions]
        self.here, self.words = paragraph, words
        self.is_of_models = speaks_of_models(self.text, paragraph.start, paragraph.end)
        self.is_of_numbers = _OF_NUMBERS.search(self.text, paragraph.start, paragraph.end) is not None
        known = self.known
        known.here, known.section = {}, paragraph.section
        known.is_local = {self.sections.at(r.start) for r, tree in read if isinstance(tree, Relation)}
        said = list(words.said())
        self.known.declare_by_words(said)
        for region, tree in read:
            known.section = self.sections.at(region.start)
            if isinstance(tree, Declaration):
                self.known.declare(region, tree)
            elif isinstance(tree, FunctionDeclaration):
                self.function(region, tree)
        self.known.describe(said)
        self.known.bound.update(words.bound())
        self.known.scale(words.scaled())
        self.known.dependent |= set(words.dependent())
        for region, tree in read:
            known.section = self.sections.at(region.start)
            if not region.translated:
                self.fence(region)
            elif isinstance(tree, Relation):
                self.relation(region, tree)
            elif not isinstance(tree, (Declaration, FunctionDeclaration)):
                self.known.out.append(region)
                source = self.text[region.start : region.end]
                self.known.lose(written_target(source))
                self.known.dependent |= written_functions(source)

    def fence(self, region: Region) -> None:
        self.known.out.append(region)
        for block in split_document(region.text):
            for item in block.items:
                lower_item(item, self.names)

    def function(self, region: Region, tree: FunctionDeclaration) -> None:
        """A function without a formula; one that gets a formula somewhere is none."""
        name = canonical_name(tree.target.text)
        self.known.functions.add(name)
        if name not in self.targets:
            lower_statement(Piece(0, region.text), self.names)
            self.known.out.append(region)

    # relations

    def relation(self, region: Region, tree: Relation) -> None:
        self.asked = None
        if len(tree.sides) < 2:  # a bracket, as in `[i = j]`
            return
        if self._is_value(tree):
            self._refuse(region, "a value, which claims nothing")
            return
        alias = written_out(region, tree, self.names)
        if alias is not None:
            self.aliases[alias[0]] = alias[1]
            return
        symmetric = symmetric_name(region.text) or symmetric_entries(region.text)
        if (
            symmetric
            and not self.known.is_defined(symmetric)
            and not condition(self.text, region)
            and not region.condition
        ):
            old = self.known.properties.get(symmetric, frozenset())
            self.known.properties[symmetric] = old | {"symmetric"}
            return
        left = tree.sides[0]
        called = left.callee.text if isinstance(left, Call) and isinstance(left.callee, Name) else ""
        if called in self.known.functions and len(tree.sides) == 2 and called not in names_of(tree.sides[1]):
            self.known.no_longer_calls(called)
            at = region.text.index("=", left.end)
            region, tree = as_relation(changed(region, [(at, at + 1, ":=")]), region, tree)
        functions = self.aliases | {f: f for f in self.known.functions}
        region, tree = as_relation(with_functions(region, functions), region, tree)
        region, tree = self.shorthand.written_out(region, tree)
        refused = refusal(self.text, region, tree, self.names, self.shorthand.functions.written)
        if refused:
            self._refuse(region, refused)
        elif len(tree.sides) > 2 and _is_zero(
            tree.sides[-1]
        ):  # `∇f = … = 0` is solved, and what stands before is claimed
            self.statement(part(region, 0, tree.sides[-2].end))
            self.statement(part(region, tree.sides[-2].start, len(region.text)))
        elif self._defines_first(tree):
            start = tree.sides[1].start
            self.statement(part(region, 0, tree.sides[1].end))
            self.statement(part(region, start, len(region.text)))
        else:
            self.statement(region)

    def _is_value(self, tree: Relation) -> bool:
        """`k = 1` gives a name that has no value a number, in passing."""
        left, *rest = tree.sides
        if all(
            isinstance(side, Name) and side.text in _INDICES and not self.known.is_known(side.text)
            for side in tree.sides
        ):
            return True  # `i = j`
        if self._is_another_case(tree):
            return True
        name = canonical_name(left.text) if isinstance(left, Name) else ""
        if not name or (self.known.is_defined(name) and not self.known.is_of_other_section(name)):
            return False
        constant = rest[-1] if isinstance(rest[-1], (Name, Call)) else None
        if (
            constant is not None
            and "I" in names_of(constant)
            and all(n == "I" or n.islower() for n in names_of(constant))
        ):
            return True  # `B = I_n` of what is any matrix elsewhere
        bare = all(
            isinstance(side, Name) and not self.known.is_defined(canonical_name(side.text)) for side in rest[:-1]
        )
        return bare and not names_of(rest[-1]) and not tree.assigns

    def _is_another_case(self, tree: Relation) -> bool:
        """`y_n = -1` of entries of which `y_n = +1` was said: what they are elsewhere, and neither holds of all of them."""
        left, right = tree.sides[0], tree.sides[-1]
        name = canonical_name(left.base.text) if isinstance(left, Indexed) and isinstance(left.base, Name) else ""
        if not name or len(tree.sides) > 2 or names_of(right) or not self.known.is_number(name):
            return False
        self.known.lose(name)
        return True

    def _defines_first(self, tree: Relation) -> bool:
        """Does the first `=` of a chain give its left side a value, and what follows claim something of that?"""
        return len(tree.sides) > 2 and not tree.bindings and bool(self.known.target(tree))

    def statement(self, region: Region) -> None:
        """One relation, as it is written once what it leaves out has been put in."""
        tree = relation_of(region)
        if tree is None:
            return
        self.asked = region
        self.solved.meet(region, tree)
        if self.has_adjoints:
            self.through.meet_adjoints(tree)
        for name in names_of(tree):
            self.through.of_layer(name)
        region, tree = given_anew(region, tree, self.known)
        declare_extents(region, tree, self.known)
        shaped_by_use(region, tree, self.known)
        region, tree = self._without_undefined(region, tree)
        region, problem = self.conditions.of(region, tree, self.words)
        made = with_differentials(region, tree, self.names)
        problem = problem or is_model(self.is_of_models, tree, self.known.target(tree), self.known) or made.problem
        if not problem and (
            self.through.put_out(region, tree) or self.through.through_functions(made.region, made.tree)
        ):
            return
        problem = (
            problem or undefined(made.tree, self.known) or unsaid(made.tree, self.known.target(made.tree), self.known)
        )
        if problem:
            self._refuse(region, problem)
            return
        region, tree = replace(made.region, doubt=region.doubt or made.doubt), made.tree
        unknown = self.known.unknown(tree)
        if len(unknown) > MOST_UNKNOWN:
            self._refuse(region, f"{len(unknown)} names that nobody declares")
            return
        if unknown:
            self.known.assume(region, tree, unknown)
        for name in made.varied:
            self.known.declare_like(f"d{name}", name, region)
        self.put_out(region, tree)

    def put_out(self, region: Region, tree: Relation, if_it_holds: bool = False) -> None:
        """A statement whose names are known; one that says too little of a function counts only if it holds for all."""
        known = self.known
        lowered, scope = known.lower(region)
        if lowered.kind == "claim" and not holds(lowered, scope, region.given):
            other = known.otherwise(region, tree)
            if other is not None:
                known.take(other, region, tree)
                lowered, scope = known.lower(region)
        if clashes(lowered) and any(map(known.is_of_other_section, names_of(tree))):
            if forget_elsewhere(region, tree, known):
                lowered, scope = known.lower(region)
        elif clashes(lowered):
            found = mended(region, self.names, known.here.items(), known.before)
            if found is not None:
                self.names.own.update(found.names.own)
                known.findings.append(found.finding)
                known.out.append(found.declaration)
                scope, lowered = found.scope, found.lowered
        again = [n for n in names_of(tree) if n in known.assumed or known.is_of_other_section(n)]
        if clashes(lowered) and again:  # what was assumed elsewhere is another thing here
            known.assume(region, tree, again)
            lowered, scope = known.lower(region)
        fails = lowered.kind == "claim" and not holds(lowered, scope, region.given)
        functions = [n for n in names_behind(tree, scope) if n in known.functions]
        problem = hidden_dependence(lowered)
        if lowered.kind == "claim" and not fails and says_nothing(lowered, tree):
            problem = "nothing says how it depends on anything"
        if fails and (functions or if_it_holds):
            problem = problem or f"`{functions[0] if functions else region.spoken[-1][1].split()[-1]}` is never defined"
        if problem:
            self._refuse(region, problem)
            return
        if lowered.kind != "claim" and any(d.severity == "error" for d in lowered.diagnostics):
            known.lose(self.known.target(tree))
        if not any(d.severity == "error" for d in lowered.diagnostics):
            known.take_defined(scope)
        if lowered.kind == "definition" and lowered.tensor is not None:
            known.sections[lowered.tensor.name] = known.section
            known.lost.discard(lowered.tensor.name)
            self.through.layers.note(lowered.tensor.name, region)
        rests = frozenset(n for n in names_of(tree) if n in known.assumed)
        guessed = any(d.code == "EIN106" for d in lowered.diagnostics)
        if lowered.tensor is not None and (rests or guessed):
            known.assumed.add(lowered.tensor.name)
        if rests and fails:
            rests = self._resting(tree, lowered)
        elsewhere = used_anew(lowered, known)
        doubt = region.doubt or (f"what `{elsewhere}` is stands in another section" if elsewhere else "")
        if not doubt and lowered.kind == "claim" and self._holds_of_numbers(region, tree, lowered):
            doubt = "its names may be numbers here"
        doubt = doubt or numbers_put_in(lowered, tree, scope) or may_be_as_long(lowered)
        doubt, bound = doubt or to_be_solved(lowered, tree), next(known.doubts(leaves_of(tree, scope)), "")
        inferred = any(known.is_inferred(n, scope) for n in names_of(tree))
        if inferred and not doubt and holds_at(3, lowered, scope, region.given):
            doubt = "it is right where all indices run from 1 to 3"
        made = replace(region, rests_on=rests, inferred=inferred, symmetric=self.symmetric, doubt=doubt, bound=bound)
        known.out.append(made)
        if self.asked is not None:
            kept = self.defined if lowered.kind == "definition" else self.kept
            is_read = clashes(lowered) or not any(d.severity == "error" for d in lowered.diagnostics)
            kept.append(Kept(self.asked, made, lowered.kind == "claim" and not fails, is_read))
        scaled = scaled_by(lowered, scope, tree)
        if scaled is not None:
            known.scale([scaled])
        elif not has_derivative(lowered):
            known.bound |= {n: f"`{n}` is bound by `{region.text}`" for n in bound_by(tree, lowered, scope)}

    def _resting(self, tree: Relation, lowered: Lowered) -> frozenset[str]:
        """The names whose shapes are assumed, of those that a claim is written in, and of those that it comes to."""
        written = {n for n in names_of(tree) if not self.known.is_defined(n)}
        return frozenset((written | remaining(lowered)) & self.known.assumed)

    def _holds_of_numbers(self, region: Region, tree: Relation, lowered: Lowered) -> bool:
        """Does a claim fail of vectors, or of arrays of other sections, and hold where all its names are numbers?"""
        names = [n for n in names_of(tree) if self.known.tensor(n) is not None]
        if self.is_of_numbers:
            return not holds(lowered, self.names, region.given)
        if not names or any(sign in region.text for sign in ("ᵀ", "'", "∇", "‖", "⊙", "_", "diag")):
            return False  # it is written of arrays
        if max(map(self.known.rank, names)) > 1 and not all(map(self.known.is_of_other_section, names)):
            return False
        scope = self.names.child()
        for name in names:
            scope.put(Entry(name, Tensor(name, ()), None, "declared"))
        return not holds(lowered, self.names, region.given) and holds(
            lower_statement(Piece(0, region.text), scope), scope
        )

    def _refuse(self, region: Region, problem: str) -> None:
        told = self._say(region, problem)
        (self.refused if self.asked is None else self.kept).append(Kept(self.asked or region, told, False, False))

    def _say(self, region: Region, problem: str) -> Region:
        """Put out why a formula, or a side of it, is not read."""
        told = replace(region, text="", places=(), problem=problem)
        self.known.out.append(told)
        return told

    def _without_undefined(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        """Without the first side where that speaks of a function which is never defined, and two sides are left."""
        mentioned = [n for n in names_of(tree.sides[0]) if n in self.known.functions and not self.known.is_defined(n)]
        if not mentioned or len(tree.sides) < 3:
            return region, tree
        self._say(region, f"`{mentioned[0]}` is never defined")
        return as_relation(part(region, tree.sides[1].start, len(region.text)), region, tree)


def _is_zero(node: Node) -> bool:
    return isinstance(node, Num) and node.value == 0
