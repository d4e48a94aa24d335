"""Notes as statements that conform: what their paragraphs declare, and what nobody says, in the order in which it counts.

A declaration counts from the start of the paragraph it stands in. `w_ij` is a component of `W` where only that is known. Names
that nobody declares get shapes with which the formula conforms (`conforming.py`); a claim that rests on such a shape is
never called wrong. What is said under a condition, and what is said of names that are never defined, is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..documents.regions import Region
from ..lowering.names import LAYOUT, REDECLARES, Entry, Names, canonical_name, space_text
from ..lowering.report import Diagnostic
from ..lowering.statements import Lowered, lower_item, lower_statement
from ..rules.catalogue import catalogue
from ..syntax.finding import children
from ..syntax.parse import parse_statement
from ..syntax.quotients import Quotient, units
from ..syntax.statements import Piece, split_document
from ..syntax.tree import (
    Call,
    Chain,
    Declaration,
    FunctionDeclaration,
    Indexed,
    Name,
    Node,
    Relation,
    Superscript,
    Transpose,
)
from ..terms.dimension import Dim, Tensor
from .conforming import shapes

_PARAGRAPH = re.compile(r"(?:\r?\n|\r)[ \t>]*(?:\r?\n|\r)")
_CONTINUES = re.compile(r"\W*(where|with|for|here|and|which|in which|so that)\b", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(if|when|whenever|unless|suppose|assume|assuming)\b"
    r"(?! (?:we|you) (?:go|look|now|take|want|write|plug|apply|use|remember|understand|differentiate|expand)\b)[^.!?]*$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?](?=\s)")
_SYMMETRIC = re.compile(r"\bsymmetric|covarian|positive[- ](semi)?-?definite", re.IGNORECASE)
MOST_UNKNOWN = 5


def planned(text: str, regions: list[Region], layout: str) -> tuple[list[Region], list[Diagnostic]]:
    """The regions of notes in the order in which they count, with declarations for what nobody declares; and findings."""
    plan = _Plan(text, layout)
    for paragraph in _paragraphs(text, regions):
        plan.paragraph(paragraph)
    return plan.out, plan.findings


def _paragraphs(text: str, regions: list[Region]) -> Iterator[list[Region]]:
    """The regions that stand in a paragraph, or in one that a `where` continues."""
    breaks = [m for m in _PARAGRAPH.finditer(text) if not any(r.start <= m.start() < r.end for r in regions)]
    ends = [
        m.start()
        for m in breaks
        if not _CONTINUES.match(text, m.end()) and text[: m.start()].rstrip("$ \t\r\n")[-1:] not in (",", ":", "e", "d")
    ]
    group: list[Region] = []
    ends = [*ends, len(text) + 1]
    at = 0
    for region in regions:
        while region.start > ends[at]:
            if group:
                yield group
            group = []
            at += 1
        group.append(region)
    if group:
        yield group


class _Plan:
    def __init__(self, text: str, layout: str):
        self.text = text
        self.names = Names(catalogue().arity)
        self.names.own.update({LAYOUT: layout, REDECLARES: True})
        self.symmetric = _SYMMETRIC.search(text) is not None
        self.out: list[Region] = []
        self.findings: list[Diagnostic] = []
        self.functions: set[str] = set()
        self.assumed: set[str] = set()
        self.arguments: dict[str, str] = {}  # what is written behind the name of a definition, `(w)`
        self.declared_here: dict[str, Region] = {}
        self.before: dict[str, list[str]] = {}  # the shapes of names before this paragraph declared them anew

    def paragraph(self, regions: list[Region]) -> None:
        read = [(r, parse_statement(r.text)[0] if r.translated and not r.problem else None) for r in regions]
        self.declared_here = {}
        for region, tree in read:
            if isinstance(tree, Declaration):
                self.declare(region, tree)
            elif isinstance(tree, FunctionDeclaration):
                self.functions.add(tree.target.text)
        for region, tree in read:
            if not region.translated:
                self.fence(region)
            elif isinstance(tree, Relation):
                self.relation(region, tree)
            elif not isinstance(tree, (Declaration, FunctionDeclaration)):
                self.out.append(region)

    def fence(self, region: Region) -> None:
        self.out.append(region)
        for block in split_document(region.text):
            for item in block.items:
                lower_item(item, self.names)

    def declare(self, region: Region, tree: Declaration) -> None:
        for target in tree.targets:
            entry = self.names.find(target.text)
            if entry is not None and entry.tensor is not None:
                self.before[entry.name] = [str(d) for d in entry.tensor.dims]
        lower_statement(Piece(0, region.text), self.names)
        for target in tree.targets:
            self.declared_here[canonical_name(target.text)] = region
            self.assumed.discard(canonical_name(target.text))
            self.functions.discard(target.text)
        self.out.append(region)

    # relations

    def relation(self, region: Region, tree: Relation) -> None:
        if len(tree.sides) < 2:  # a bracket, as in `[i = j]`
            return
        region, tree = self._without_arguments(region, tree)
        region, tree = self._with_known_names(region, tree)
        region, tree = self._without_undefined(region, tree)
        problem = region.problem or self._condition(region) or self._undefined(tree)
        if problem:
            self._refuse(region, problem)
            return
        unknown = self._unknown(tree)
        if len(unknown) > MOST_UNKNOWN:
            self._refuse(region, f"{len(unknown)} names that nobody declares")
            return
        if unknown:
            self._assume(region, tree, unknown)
        lowered = self._lower(region)
        if _clashes(lowered):
            lowered = self._mended(region) or lowered
        again = [n for n in _names(tree) if n in self.assumed]
        if _clashes(lowered) and again:  # what was assumed elsewhere is another thing here
            self._assume(region, tree, again)
            lowered = self._lower(region)
        self._put(lowered)
        rests = frozenset(n for n in _names(tree) if n in self.assumed)
        inferred = any(self._is_inferred(n) for n in _names(tree))
        if lowered.tensor is not None and rests:
            self.assumed.add(lowered.tensor.name)
        self.out.append(replace(region, rests_on=rests, inferred=inferred, symmetric=self.symmetric))

    def _is_inferred(self, name: str) -> bool:
        """Is it an array whose axes are only as long as its indices say, or does it rest on one?"""
        entry = self.scope.find(name)
        if entry is None or entry.tensor is None:
            return False
        return entry.kind == "inferred" or any(d.inferred for t in (entry.tensor, *entry.tensor.depends) for d in t.dims)

    def _refuse(self, region: Region, problem: str) -> None:
        self.out.append(replace(region, text="", places=(), problem=problem))

    def _lower(self, region: Region) -> Lowered:
        self.scope = self.names.child()
        return lower_statement(Piece(0, region.text), self.scope)

    def _put(self, lowered: Lowered) -> None:
        if not any(d.severity == "error" for d in lowered.diagnostics):
            self.names.own.update(self.scope.own)

    def _without_arguments(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        """`f(w) = …` defines `f`; and wherever that is written again it is the same."""
        left = tree.sides[0]
        if isinstance(left, Call) and isinstance(left.callee, Name) and all(isinstance(a, Name) for a in left.arguments):
            name = left.callee.text
            if not self._is_known(canonical_name(name)) and len(tree.sides) > 1:
                self.arguments[name] = region.text[left.callee.end : left.end]
        cut = [
            (m.start() + len(name), m.end())
            for name, arguments in self.arguments.items()
            for m in re.finditer(rf"(?<!\w){re.escape(name)}{re.escape(arguments)}", region.text)
        ]
        if not cut:
            return region, tree
        text, places = region.text, list(region.places)
        for start, end in sorted(cut, reverse=True):
            text, places[start:end] = text[:start] + text[end:], []
        made = parse_statement(text)[0]
        if not isinstance(made, Relation):
            return region, tree
        return replace(region, text=text, places=tuple(places)), made

    def _with_known_names(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        """`w_ij` as `W_ij`, where `w` is not known and `W` is."""
        text = region.text
        for node in _walk(tree):
            if isinstance(node, Indexed) and isinstance(node.base, Name) and not self.names.knows(node.base.text):
                capital = node.base.text.upper()
                entry = self.names.find(capital)
                of_its_rank = entry is not None and entry.tensor is not None and len(entry.tensor.dims) > 1
                if len(capital) == len(node.base.text) and of_its_rank and len(node.subscript.entries) > 1:
                    text = text[: node.base.start] + capital + text[node.base.end :]
        if text == region.text:
            return region, tree
        made = parse_statement(text)[0]
        return (replace(region, text=text), made) if isinstance(made, Relation) else (region, tree)

    def _without_undefined(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        """Without the first side where that speaks of a function which is never defined, and two sides are left."""
        mentioned = [n for n in _names(tree.sides[0]) if self._is_never_defined(n)]
        if not mentioned or len(tree.sides) < 3:
            return region, tree
        start = tree.sides[1].start
        rest = replace(region, text=region.text[start:], places=region.places[start:])
        self._refuse(region, f"`{mentioned[0]}` is never defined")
        made = parse_statement(rest.text)[0]
        return (rest, made) if isinstance(made, Relation) else (region, tree)

    def _is_never_defined(self, name: str) -> bool:
        return name in self.functions and not self.names.knows(name)

    def _undefined(self, tree: Relation) -> str:
        """Why nothing can be said: a function that is never defined, or the derivative of what is not."""
        for name in _names(tree):
            if self._is_never_defined(name):
                return f"`{name}` is never defined"
        for node in _walk(tree):
            for _, unit in units(node) if isinstance(node, Chain) else ():
                if not isinstance(unit, Quotient):
                    continue
                for part in (n for n in unit.above if isinstance(n, (Name, Indexed))):
                    base = part.base if isinstance(part, Indexed) else part
                    name = base.text if isinstance(base, Name) else ""
                    entry = self.names.find(name) if name else None
                    below = {n for b in unit.below for n in _names(b)}
                    if name and name not in below and (entry is None or entry.tensor is None or entry.tensor.definition is None):
                        return f"`{name}` is never defined"
        return ""

    def _condition(self, region: Region) -> str:
        """What is said under a condition, in words before the formula."""
        before = self.text[max(0, region.start - 400) : region.start]
        sentence = _SENTENCE.split(before)[-1]
        sentence = _PARAGRAPH.split(sentence)[-1]
        found = _CONDITION.search(re.sub(r"\$[^$]*\$", " ", sentence))
        return f"it is said under a condition: “{found[1]} …”" if found else ""

    def _unknown(self, tree: Relation) -> list[str]:
        """The names of whole arrays that nobody declared; what the statement itself defines is none."""
        left = tree.sides[0]
        while isinstance(left, (Transpose, Indexed)):
            left = left.argument if isinstance(left, Transpose) else left.base
        defines = left.text if isinstance(left, Name) and len(tree.sides) == 2 else ""
        if defines and defines in {n for s in tree.sides[1:] for n in _names(s)}:
            defines = ""
        whole = dict.fromkeys(n for side in tree.sides for n in _whole_names(side))
        return [n for n in whole if n != defines and not self._is_known(n)]

    def _is_known(self, name: str) -> bool:
        constant = name in ("I", "ones", "e", "pi", "π", "d")
        return constant or self.names.knows(name) or self.names.fact(("dim", name)) is True or self.names.is_function(name)

    def _assume(self, region: Region, tree: Relation, unknown: list[str]) -> None:
        """Declare what nobody declares, so that the formula conforms; nothing where nothing does."""
        left = tree.sides[0]
        defines = isinstance(left, (Name, Transpose)) and len(tree.sides) == 2 and not any(n in unknown for n in _names(left))
        for found in shapes(tree, unknown, self.names, skip_left=defines):
            trial = self.names.child()
            for name, dims in found.items():
                trial.put(Entry(name, Tensor(name, tuple(Dim(d) for d in dims)), None, "declared"))
            read = lower_statement(Piece(0, region.text), trial.child())
            if any(d.severity == "error" for d in read.diagnostics):
                continue
            self.names.own.update(trial.own)
            for name, dims in found.items():
                self.assumed.add(name)
                where = next(((n.start, n.end) for n in _walk(tree) if isinstance(n, Name) and n.text == name), (0, 1))
                text = f"{name} ∈ {space_text(tuple(Dim(d) for d in dims))}"
                place = region.map_span(where)
                self.out.append(Region(place[0], place[1], text, True, (place,) * len(text), rests_on=frozenset([name])))
            return

    def _mended(self, region: Region) -> Lowered | None:
        """The statement with one dimension of one name as it must be, where this paragraph declares that; and a finding."""
        tried = []
        dims = [str(d) for kind, d in self.names.own if kind == "dim"]
        for name, where in self.declared_here.items():
            entry = self.names.find(name)
            if entry is None or entry.tensor is None:
                continue
            own = [str(d) for d in entry.tensor.dims]
            for axis in range(len(own)):
                for dim in dict.fromkeys(dims):
                    if dim != own[axis]:
                        tried.append((name, where, [*own[:axis], dim, *own[axis + 1 :]], own[axis], dim))
        fitting = []
        for name, where, shape, old, new in tried:
            trial = self.names.child()
            trial.put(Entry(name, Tensor(name, tuple(Dim(d) for d in shape)), None, "declared"))
            scope = trial.child()
            read = lower_statement(Piece(0, region.text), scope)
            if not any(d.severity == "error" for d in read.diagnostics):
                fitting.append((name, where, shape, old, new, trial, scope, read))
        # what the name was before, or else a vector: a matrix that must be square is told by its letters
        best = [f for f in fitting if self.before.get(f[0]) == f[2]] or [f for f in fitting if len(f[2]) == 1]
        if len(best) != 1:
            return None
        name, where, shape, old, new, trial, scope, read = best[0]
        self.names.own.update(trial.own)
        self.scope = scope
        space = space_text(tuple(Dim(d) for d in shape))
        message = f"`{name}` is declared with {old} entries along an axis that must have {new} here: `{name} ∈ {space}`"
        spot = where.map_span((0, len(where.text)))
        self.findings.append(Diagnostic("EIN301", "error", spot, message))
        text = f"{name} ∈ {space}"
        self.out.append(Region(where.start, where.end, text, True, (spot,) * len(text)))
        return read


def _clashes(lowered: Lowered) -> bool:
    return any(d.code.startswith("EIN3") and d.severity == "error" for d in lowered.diagnostics)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for inner in children(node):
        yield from _walk(inner)


def _names(node: Node) -> dict[str, None]:
    return dict.fromkeys(canonical_name(n.text) for n in _walk(node) if isinstance(n, Name))


def _whole_names(node: Node) -> Iterator[str]:
    """The names that stand for whole arrays or numbers: those without indices."""
    if isinstance(node, Indexed) and isinstance(node.base, Name):
        return
    if isinstance(node, Superscript) and isinstance(node.base, Indexed) and not _walk_has_name(node.base.base):
        return  # the bound of a sum
    if isinstance(node, Name):
        yield canonical_name(node.text)
    for inner in children(node):
        yield from _whole_names(inner)


def _walk_has_name(node: Node) -> bool:
    return any(isinstance(n, Name) for n in _walk(node))
