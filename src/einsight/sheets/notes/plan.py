"""Notes as statements that conform: what their paragraphs declare, and what nobody says, in the order in which it counts.

A declaration counts from the start of the paragraph it stands in. `w_ij` is a component of `W` where only that is known. Names
that nobody declares get shapes with which the formula conforms (`shapes.py`); a claim that rests on such a shape is
never called wrong. What is said under a condition, and what is said of names that are never defined, is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ...documents.regions import Region
from ...lowering.lowered import Lowered
from ...lowering.names import Entry, canonical_name
from ...lowering.properties import beside
from ...lowering.relations import target_of
from ...lowering.report import Diagnostic
from ...lowering.statements import lower_item, lower_statement
from ...syntax.parse import parse_statement
from ...syntax.statements import Piece, split_document
from ...syntax.tree import (
    Absolute,
    Call,
    Chain,
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
from .bounds import bound_by, hidden_dependence, holds, holds_at, leaves_of, to_be_solved
from .differentials import with_differentials
from .functions import with_functions, written_out
from .gradients import gradients, signal_of, undefined_function, with_binding, with_gradient
from .known import Known
from .labels import labelled
from .mending import mended
from .paragraphs import Paragraph, condition, paragraphs
from .refusals import is_model, refusal, speaks_of_models, undefined, unsaid, written_functions, written_target
from .tables import claims_of_tables
from .trees import changed, names_of, part, relation_of, walk
from .words import Words, condition_of, symmetric_entries, symmetric_name

MOST_UNKNOWN = 5
# words of a passage in which letters are numbers
_OF_NUMBERS = re.compile(
    r"\b(?:scalar (?:case|derivatives?|functions?|variables?)|single[- ]variable|univariate|one variable|one[- ]dimensional|Skalare?r? \w+)\b",
    re.IGNORECASE,
)
# letters of what is minimised
_LOSSES = frozenset("LℓJEC")


def planned(text: str, regions: list[Region], layout: str) -> tuple[list[Region], list[Diagnostic]]:
    """The regions of notes in the order in which they count, with declarations for what nobody declares; and findings."""
    if not regions:
        return [], []
    regions = labelled(regions)
    said = [r for r in regions if r.says]
    rows = claims_of_tables(text, regions, layout) if "|" in text else []
    said = sorted([*said, *rows], key=lambda r: r.start) if rows else said
    if any("∑" in r.text for r in said):
        said = [replace(r, sums=r.translated) for r in said]
    in_order = sorted(regions, key=lambda r: r.start)
    read = [(paragraph, Words(text, paragraph.start, paragraph.end, in_order)) for paragraph in paragraphs(text, said)]
    plan = _Plan(text, layout, any(words.has_unattributed_symmetry() for _, words in read), _targets(regions))
    for paragraph, words in read:
        plan.paragraph(paragraph, words)
    return plan.known.out, plan.known.findings


class _Plan:
    """
    known        what is known so far
    symmetric    does the page speak of symmetric matrices without a name?
    targets      names that some formula of the page gives a value
    arguments    what is written behind the name of a definition, `(w)`
    aliases      names that the page gives to known functions
    signals      names that were introduced as a gradient, `δ = ∂L/∂z`, with the function and the variable
    conditional  names that have a value under a condition alone, with the paragraph that says so
    """

    def __init__(self, text: str, layout: str, symmetric: bool, targets: set[str]):
        self.text, self.symmetric, self.targets = text, symmetric, targets
        self.known = Known(layout)
        self.names = self.known.names
        self.arguments: dict[str, str] = {}
        self.aliases: dict[str, str] = {}
        self.signals: dict[str, tuple[str, str]] = {}
        self.conditional: dict[str, Paragraph] = {}

    def paragraph(self, paragraph: Paragraph, words: Words) -> None:
        read = [(r, parse_statement(r.text)[0] if r.translated and not r.problem else None) for r in paragraph.regions]
        self.here, self.words = paragraph, words
        self.is_of_models = speaks_of_models(self.text, paragraph.start, paragraph.end)
        self.is_of_numbers = _OF_NUMBERS.search(self.text, paragraph.start, paragraph.end) is not None
        self.known.here = {}
        self.known.section = paragraph.section
        said = list(words.said())
        self.known.declare_by_words(said)
        for region, tree in read:
            if isinstance(tree, Declaration):
                self.known.declare(region, tree)
            elif isinstance(tree, FunctionDeclaration):
                self.function(region, tree)
        self.known.describe(said)
        self.known.bound.update(words.bound())
        self.known.dependent |= set(words.dependent())
        for region, tree in read:
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
        if len(tree.sides) < 2:  # a bracket, as in `[i = j]`
            return
        alias = written_out(region, tree, self.names)
        if alias is not None:
            self.aliases[alias[0]] = alias[1]
            return
        symmetric = symmetric_name(region.text) or symmetric_entries(region.text)
        if symmetric and not condition(self.text, region) and not region.condition:
            old = self.known.properties.get(symmetric, frozenset())
            self.known.properties[symmetric] = old | {"symmetric"}
            return
        functions = self.aliases | {f: f for f in self.known.functions}
        region, tree = _as_relation(with_functions(region, functions), region, tree)
        region, tree = self._without_arguments(region, tree)
        region, tree = self._with_known_names(region, tree)
        refused = refusal(self.text, region, tree, self.names, self.arguments)
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

    def _defines_first(self, tree: Relation) -> bool:
        """Does the first `=` of a chain give its left side a value, and what follows claim something of that?"""
        return len(tree.sides) > 2 and not tree.bindings and bool(self._target(tree))

    def _target(self, tree: Relation) -> str:
        """The name that the first `=` gives a value; empty where it gives none."""
        found = target_of(tree.sides[0])
        if found is None:
            return ""
        name = canonical_name(found[0])
        entry = self.names.find(name)
        known = name in ("I", "ones") or self.names.is_dimension(name) or self.names.is_function(name)
        free = entry is None or (entry.kind == "declared" and entry.tensor is not None)
        return name if free and not known and not any(name in names_of(s) for s in tree.sides[1:]) else ""

    def statement(self, region: Region) -> None:
        """One relation, as it is written once what it leaves out has been put in."""
        tree = relation_of(region)
        if tree is None:
            return
        self._anew(region, tree)
        region, tree = self._without_undefined(region, tree)
        region, problem = self._under_condition(region, tree)
        made = with_differentials(region, tree, self.names)
        problem = problem or is_model(self.is_of_models, tree, self._target(tree), self.known) or made.problem
        if not problem and self._through_gradients(region, tree):
            return
        problem = problem or undefined(made.tree, self.known) or unsaid(made.tree, self._target(made.tree), self.known)
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
        self._put_out(region, tree)

    def _anew(self, region: Region, tree: Relation) -> None:
        """A value that a section gives a name of another section."""
        found = target_of(tree.sides[0])
        name = canonical_name(found[0]) if found is not None and not found[1] and not found[2] else ""
        if (
            not name
            or len(tree.sides) != 2
            or not self.known.is_of_other_section(name)
            or name in names_of(tree.sides[1])
        ):
            return
        lowered, _ = self.known.lower(region)
        if self.known.is_defined(name) or _clashes(lowered):
            self.known.give_anew(name, region, tree)

    def _through_gradients(self, region: Region, tree: Relation) -> bool:
        """Put out a relation with derivatives of a function that nobody defines, or say why that is not read."""
        function = undefined_function(tree, self.names)
        signal = signal_of(tree, self.names)
        if not function or self.names.is_function(function) or not self._is_loss(function):
            return False
        if signal is not None and not self.names.knows(signal[0]):
            return self._signal(region, *signal)
        found = gradients(tree, function, self.names, self.signals)
        if not found.problem and any(v in self.known.assumed for _, v in found.arrays):
            return False
        if found.problem:
            self._refuse(region, found.problem)
            return True
        for array, variable in found.arrays:
            self.known.declare_like(array, variable, region)
        made = with_binding(region, function, found.text)
        spoken = tuple((a, f"∇_{v} {function}") for a, v in found.arrays)
        # of one that is defined further on the page only what holds for all functions is known
        self._put_out(replace(made, spoken=(*region.spoken, *spoken)), tree, if_it_holds=function in self.targets)
        return True

    def _is_loss(self, name: str) -> bool:
        """Is it a number, by words or by its letter?"""
        declared = self.known.rank(name) == 0 and name not in self.known.assumed
        return declared or (not self.names.knows(name) and name[0] in _LOSSES)

    def _signal(self, region: Region, name: str, function: str, variable: str) -> bool:
        """`δ = ∂L/∂z` gives the gradient a name; in a layout in which it is a row, that is no column's name."""
        tensor = self.known.tensor(variable)
        if tensor is None or len(tensor.dims) > 2:
            return False
        array = f"{function}{variable}"
        self.known.declare_like(array, variable, region)
        made = with_binding(region, function, with_gradient(array, variable, tensor))
        lowered, scope = self.known.lower(made)
        if any(d.severity == "error" for d in lowered.diagnostics):
            return False
        self.names.own.update(scope.own)
        self.signals[name] = function, variable
        self.known.out.append(made)
        return True

    def _put_out(self, region: Region, tree: Relation, if_it_holds: bool = False) -> None:
        """A statement whose names are known; one that says too little of a function counts only if it holds for all."""
        known = self.known
        lowered, scope = known.lower(region)
        if _clashes(lowered):
            found = mended(region, self.names, known.here.items(), known.before)
            if found is not None:
                self.names.own.update(found.names.own)
                known.findings.append(found.finding)
                known.out.append(found.declaration)
                scope, lowered = found.scope, found.lowered
        again = [n for n in names_of(tree) if n in known.assumed]
        if _clashes(lowered) and again:  # what was assumed elsewhere is another thing here
            known.assume(region, tree, again)
            lowered, scope = known.lower(region)
        functions = [n for n in names_of(tree) if n in known.functions]
        problem = hidden_dependence(lowered)
        if lowered.kind == "claim" and (functions or if_it_holds) and not holds(lowered, scope, region.given):
            problem = problem or f"`{functions[0] if functions else region.spoken[-1][1].split()[-1]}` is never defined"
        if problem:
            self._refuse(region, problem)
            return
        if lowered.kind != "claim" and any(d.severity == "error" for d in lowered.diagnostics):
            known.lose(self._target(tree))
        if not any(d.severity == "error" for d in lowered.diagnostics):
            self.names.own.update(scope.own)
        if lowered.kind == "definition" and lowered.tensor is not None:
            known.sections[lowered.tensor.name] = known.section
            known.lost.discard(lowered.tensor.name)
        rests = frozenset(n for n in names_of(tree) if n in known.assumed)
        if lowered.tensor is not None and rests:
            known.assumed.add(lowered.tensor.name)
        elsewhere = known.used_anew(lowered)
        doubt = region.doubt or (f"what `{elsewhere}` is stands in another section" if elsewhere else "")
        if not doubt and lowered.kind == "claim" and self._holds_of_numbers(region, tree, lowered):
            doubt = "its names may be numbers here"
        doubt, bound = doubt or to_be_solved(lowered, tree), next(known.doubts(leaves_of(tree, scope)), "")
        inferred = any(known.is_inferred(n, scope) for n in names_of(tree))
        if inferred and not doubt and holds_at(3, lowered, scope, region.given):
            doubt = "it is right where all indices run from 1 to 3"
        made = replace(region, rests_on=rests, inferred=inferred, symmetric=self.symmetric, doubt=doubt, bound=bound)
        known.out.append(made)
        if not has_derivative(lowered):
            known.bound |= {n: f"`{n}` is bound by `{region.text}`" for n in bound_by(tree, lowered, scope)}

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
        self.known.out.append(replace(region, text="", places=(), problem=problem))

    # what a relation leaves out

    def _without_arguments(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        """`f(w) = …` defines `f`; and wherever that is written again it is the same."""
        left = tree.sides[0]
        if (
            isinstance(left, Call)
            and isinstance(left.callee, Name)
            and all(isinstance(a, Name) for a in left.arguments)
        ):
            name, written = left.callee.text, region.text[left.callee.end : left.end]
            if not self.known.is_known(canonical_name(name)):
                self.arguments[name] = written
            elif (
                len(tree.sides) == 2
                and self.known.is_defined(canonical_name(name))
                and name not in names_of(tree.sides[1])
            ):
                self.arguments[name] = written
                self.known.sections[canonical_name(name)] = -1  # what it was before is of another place
        nabla = re.match(r"∇(²?) (?=(\w+))", region.text)  # of a function of one thing it is in that
        if nabla is not None and re.fullmatch(r"\(\w\)", self.arguments.get(nabla[2], "")):
            sign = f"∇{nabla[1]}_{self.arguments[nabla[2]][1]} "
            region, tree = _as_relation(changed(region, [(nabla.start(), nabla.end(), sign)]), region, tree)
        cut = [
            (m.start() + len(name), m.end(), "")
            for name, arguments in self.arguments.items()
            for m in re.finditer(rf"(?<!\w){re.escape(name)}{re.escape(arguments)}", region.text)
        ]
        return _as_relation(changed(region, cut), region, tree)

    def _with_known_names(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        """`w_ij` as `W_ij`, where `w` has not so many axes, and `W` has; `x · y` and `|x|` of vectors as `xᵀ y` and `‖x‖`."""
        changes = []
        for node in walk(tree):
            if isinstance(node, Indexed) and isinstance(node.base, Name) and len(node.subscript.entries) > 1:
                name, count = node.base.text, len(node.subscript.entries)
                if self.known.rank(name.upper()) == count != self.known.rank(name) and len(name.upper()) == len(name):
                    changes.append((node.base.start, node.base.end, name.upper()))
            elif isinstance(node, Absolute) and self._is_vector(node.inner):  # `|x|` is its length
                changes += [(node.start, node.start + 1, "‖"), (node.end - 1, node.end, "‖")]
            elif isinstance(node, Chain) and [op for op, _ in node.items] == ["", "*"]:
                (_, left), (_, right) = node.items
                between = region.text[left.end : right.start].strip()
                if between == "·" and self._is_vector(left) and self._is_vector(right):
                    changes.append((left.end, right.start, "ᵀ "))
        return _as_relation(changed(region, changes), region, tree)

    def _is_vector(self, node: Node) -> bool:
        return isinstance(node, Name) and self.known.rank(canonical_name(node.text)) == 1

    def _without_undefined(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        """Without the first side where that speaks of a function which is never defined, and two sides are left."""
        mentioned = [n for n in names_of(tree.sides[0]) if n in self.known.functions and not self.known.is_defined(n)]
        if not mentioned or len(tree.sides) < 3:
            return region, tree
        self._refuse(region, f"`{mentioned[0]}` is never defined")
        return _as_relation(part(region, tree.sides[1].start, len(region.text)), region, tree)

    # what words say of a relation

    def _under_condition(self, region: Region, tree: Relation) -> tuple[Region, str]:
        """The region with the properties that words give its names; and why it is not read, under another condition."""
        given = self.known.given()
        supposed = self.words.supposed(region.start)
        problem = region.problem
        if region.condition:
            behind = condition_of(region.condition)
            if behind is None:
                return region, f"a condition: {region.condition}"
            given = _under(given, behind)
        if supposed is not None:
            given = _under(given, supposed)
        else:
            region, said = self._supposing(region, tree)
            problem = problem or said
        given |= {(f"d{name}", p) for name, p in given if p in ("symmetric", "antisymmetric", "diagonal")}
        name = symmetric_name(region.text)
        if name and not problem and (name, "symmetric") in given:
            problem = f"it says that `{name}` is symmetric"
        return replace(region, given=tuple(sorted(given))), problem

    def _supposing(self, region: Region, tree: Relation) -> tuple[Region, str]:
        """“If r = A p - b, then …”: the name has that value in this paragraph, and what fails may be meant otherwise."""
        said = condition(self.text, region)
        target = self._target(tree) if len(tree.sides) == 2 else ""
        if said and target and self.known.tensor(target) is None:  # of a name that is declared it is a condition alone
            self.conditional[target] = self.here
            return region, ""
        mentioned = [n for n in self.conditional if n in self._all_names(tree)]
        if any(self.conditional[n] is not self.here for n in mentioned):
            return region, f"`{mentioned[0]}` has its value under a condition"
        if mentioned:
            return replace(region, doubt="it is said under a condition"), ""
        return region, said

    def _all_names(self, tree: Relation) -> set[str]:
        """The names that a relation rests on, through definitions too."""
        found = set(names_of(tree))
        for name in tuple(found):
            tensor = self.known.tensor(name)
            found |= {t.name for t in tensor.depends} if tensor is not None else set()
        return found


def _as_relation(made: Region, region: Region, tree: Relation) -> tuple[Region, Relation]:
    """A changed region with its tree, if it is a relation still."""
    found = relation_of(made) if made.text != region.text else None
    return (made, found) if found is not None else (region, tree)


def _targets(regions: Iterable[Region]) -> set[str]:
    """The names that stand alone, or before their arguments, on the left of a formula."""
    found = (re.match(r"\s*([^\W\d_]\w*)\s*(?:\([^)=]*\)\s*)?:?=", r.text) for r in regions if not r.problem)
    return {canonical_name(m[1]) for m in found if m is not None}


def _is_zero(node: Node) -> bool:
    return isinstance(node, Num) and node.value == 0


def _clashes(lowered: Lowered) -> bool:
    return any(d.code.startswith("EIN3") and d.severity == "error" for d in lowered.diagnostics)


def _under(given: set[tuple[str, str]], condition: frozenset[tuple[str, str]]) -> set[tuple[str, str]]:
    """What is given where a condition holds, which may say otherwise: `if A is antisymmetric`."""
    told: dict[str, set[str]] = {}
    for name, said in condition:
        told.setdefault(name, set()).add(said)
    return {(n, p) for n, p in given if beside((p,), told.get(n, ()))} | condition
