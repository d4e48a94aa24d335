"""What the formulas of a page give values, and which of their subscripts count.

A subscript counts where some sum of the page runs over its letter, or where the letter stands below several names; else it belongs to the name: `f_x`, `L_D`, `W_q`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from itertools import pairwise

from ..lowering.mentioned import names_of, walk
from ..lowering.names import canonical_name
from ..syntax.finding import children
from ..syntax.tree import (
    Array,
    Call,
    Group,
    Indexed,
    IndexEntry,
    Name,
    Node,
    Num,
    Relation,
    Superscript,
    Symbol,
    Transpose,
)
from .facts import Definition, Facts, Formula, Shown
from .letters import (
    added_last,
    called_with,
    compares_letters,
    counting_letters,
    covariances,
    divisors,
    has_extreme,
    indexed,
    primed,
    quotients,
    speaks_of_derivatives,
    told_apart,
    under_logarithms,
    used_as_arrays,
    variables_of,
    whole_names,
    with_marks,
    without_power,
)

PRIME = "ʹ"
# what a function is of where nobody writes it; behind a name, its square, which has a value of its own
ANYWHERE, SQUARE = "its argument", "²"
Key = tuple[str, int]  # a name, and how many indices it has


class Page:
    """
    formulas  in their order, and `expressions`, what stands in each paragraph without saying anything
    counting  letters that count something, and `labels`, those of which two are never the same: `x_i - x_j`
    members   dimensions of what an index picks, where something says them of `x_i`
    whole     names that stand somewhere without indices, and `counted`, those with indices, with how many
    vectors   names that stand where only an array can, each with how many indices it has there
    primed    functions whose derivatives the page writes with a prime
    marked    names with something above that tells them apart
    numbers   names that something is divided by, and bounds of sums
    differentiated  names of which some formula has a derivative, and `with_derivatives`, the numbers of such formulas
    taken_in  what formulas have derivatives in, and `called_with`, what functions are called with, each with how often;
              `called` are those functions
    spoken    all names, those with what belongs to them below; `standing` those of these that stand before no argument
    once      names that one formula alone speaks of
    definite  matrices of whose determinants the page takes logarithms, or that are `covariances` of normal distributions
    """

    def __init__(
        self,
        formulas: Sequence[Formula],
        facts: Facts | None = None,
        expressions: Mapping[int, tuple[Node, ...]] | None = None,
    ):
        self.formulas, self.facts, self.expressions = list(formulas), facts or Facts(), expressions or {}
        self.members: dict[Key, tuple[str, ...]] = {}
        self._sections: dict[int, tuple[Shown, dict[int, int]]] = {}
        lefts = [f.tree.sides[0] for f in self.formulas]
        lefts = [n.callee if isinstance(n, Call) else n.base if isinstance(n, Indexed) else n for n in lefts]
        given = {n.text for n in lefts if isinstance(n, Name)}
        trees = with_marks([f.tree for f in self.formulas], given)
        self.formulas = [replace(f, tree=tree) for f, tree in zip(self.formulas, trees, strict=True)]
        self.counting = frozenset(counting_letters(trees))
        self.labels = self.counting - frozenset(told_apart(trees))
        self.whole: set[str] = set()
        self.counted: dict[str, set[int]] = {}
        for tree in trees:
            if not compares_letters(tree):
                self.whole |= {n for side in tree.sides for n in whole_names(side)}
            for node in walk(tree):
                if isinstance(node, Indexed) and isinstance(node.base, Name) and self._counts(node):
                    self.counted.setdefault(canonical_name(node.base.text), set()).add(len(node.subscript.entries))
        self.vectors = frozenset(key for t in trees for node in used_as_arrays(t) for key in self._key(node))
        self.differentiated = frozenset(n for t in trees for n in self._differentiated(t))
        self.taken_in = Counter(n for t in trees for n in self.taken_in_by(t))
        self.called_with = Counter(pair for t in trees for pair in called_with(t))
        self.called = frozenset(function for function, _ in self.called_with)
        self.spoken = {self.subscript(n)[0] for t in trees for n in indexed(t, called=True)}
        self.standing = {
            name for t in trees for n in indexed(t, called=False) for name, e in [self.subscript(n)] if not e
        }
        self.numbers = frozenset(n for t in trees for n in divisors(t))
        self.covariances = frozenset(n for t in trees for n in covariances(t))
        self.definite = frozenset(n for t in trees for n in under_logarithms(t)) | self.covariances
        met = Counter(name for t in trees for name in names_of(t))
        self.once = frozenset(name for name, count in met.items() if count == 1)
        self.primed = frozenset(n for t in trees for n in primed(t))
        self.marked = frozenset(n.text for t in trees for n in walk(t) if isinstance(n, Name) and "⁽" in n.text)
        self.with_derivatives = frozenset(k for k, t in enumerate(trees) if speaks_of_derivatives(t))
        self.has_transposes = any(isinstance(n, Transpose) and not n.prime for t in trees for n in walk(t))
        self.by_name: dict[str, list[Definition]] = {}
        for order, formula in enumerate(self.formulas):
            for found in self._defined(formula.tree, order):
                self.by_name.setdefault(found.name, []).append(found)

    def _differentiated(self, tree: Relation) -> Iterator[str]:
        return (name for unit in quotients(tree) for n in unit.above for name, _ in self._key(n))

    def taken_in_by(self, tree: Relation) -> Iterator[str]:
        yield from (name for unit in quotients(tree) for n in unit.below for name, _ in self._key(n))
        for node in walk(tree):
            if isinstance(node, Indexed) and isinstance(node.base, Symbol) and node.base.text[:1] == "∇":
                yield canonical_name(node.subscript.text.strip("{}"))

    def variables(self, function: str, names: set[str]) -> list[str]:
        """In what a function may be differentiated where nothing says it, of the names that it rests on; the likeliest first."""
        called = Counter({v: 100 * k for (f, v), k in self.called_with.items() if f == function})
        return [v for v, _ in (called + self.taken_in).most_common() if v in names]

    def _key(self, node: Node) -> Iterator[Key]:
        if isinstance(node, Name):
            yield canonical_name(node.text), 0
        elif isinstance(node, Indexed) and isinstance(node.base, Name):
            name, entries = self.subscript(node)
            yield name, len(entries)

    def among(self, facts: Facts) -> Page:
        """The same page with other facts."""
        made = copy(self)
        made.facts = facts
        made.members = {}
        for name, dims in facts.told.items():
            base, _, letters = name.partition("_")
            if base and letters and set(letters.strip("{}")) <= self.counting:
                made.members[base, len(letters.strip("{}"))] = dims
        for known in facts.familiar:
            called = (
                self.called | self.primed
                if known.count == 1
                else {n for f in self.formulas for n in known.calls(f.tree)}
            )
            if known.name in called and known.name not in self.by_name:
                made.by_name = {**made.by_name, known.name: [*self._defined(known.tree, -1)]}
        return made

    def of_section(self, at: int) -> tuple[Shown, int]:
        """What stands in the section of a formula, and the formula's number there."""
        section = self.formulas[at].section
        if section not in self._sections:
            here = [k for k, f in enumerate(self.formulas) if f.section == section]
            shown = Shown([self.formulas[k] for k in here])
            self._sections[section] = shown, {k: number for number, k in enumerate(here)}
        shown, numbers = self._sections[section]
        return shown, numbers[at]

    def beside(self, at: int) -> tuple[Node, ...]:
        """The expressions that stand in the paragraph of a formula."""
        return self.expressions.get(self.formulas[at].paragraph, ())

    @property
    def told(self) -> dict[str, tuple[str, ...]]:
        return self.facts.told

    def _counts(self, node: Indexed) -> bool:
        letters = node.subscript.letters
        return bool(letters) and all(letter in self.counting for letter in letters) and not node.subscript.condition

    def subscript(self, node: Indexed) -> tuple[str, tuple[IndexEntry, ...]]:
        """The name that an indexed one speaks of, and the indices that pick something of it; none where they belong to the name."""
        base = node.base.text if isinstance(node.base, Name) else ""
        name, entries = canonical_name(base), node.subscript.entries
        if self._counts(node):
            return name, entries
        numbered = bool(entries) and all(
            not e.names or all(letter in self.counting for letter, _ in e.names) for e in entries
        )
        if numbered and (len(entries) in self.counted.get(name, ()) or len(self.told.get(name, ())) == len(entries)):
            return name, entries
        return canonical_name(node.marked or f"{base}_{node.subscript.text.strip('{}')}"), ()

    # definitions

    def definition(
        self, name: str, count: int, at: int, besides: Iterable[Definition] = (), arguments: int | None = None
    ) -> Definition | None:
        """The last one before a formula, of its section if there is one; the first behind it where it is one with derivatives.

        What stands behind an equation may follow from it, and what does not lead to a variable may be a special case.  `arguments`: how many the function has that is called.
        """
        found = [
            d
            for d in self.by_name.get(name) or self._family(name, at)
            if len(d.indices) == count and d.order != at and d not in besides and arguments in (None, len(d.arguments))
        ]
        if not found:
            return None
        before = [d for d in found if d.order < at]
        near = [d for d in before if self.is_near(d, at)]
        again = any(d.order == at for d in self.by_name.get(name, ()))  # what stands behind does not tell what it says
        counts_behind = at in self.with_derivatives and not again
        near_after = [d for d in found if d.order > at and counts_behind and self.is_near(d, at) and self.leads(d, at)]
        return next(iter((near or near_after[:1] or before)[-1:]), None)

    def leads(self, found: Definition, at: int) -> bool:
        """Does a definition rest on what the formula has derivatives in?  Where that does not say in what, any may."""
        variables = set(self.taken_in_by(self.formulas[at].tree))
        names, waiting = set[str](), [found]
        while waiting and not names & variables:
            new = waiting.pop().names - names
            names |= new
            waiting += [d for n in new for d in self.by_name.get(n, ()) if self.is_near(d, at)]
        return not variables or bool(names & variables)

    def _family(self, name: str, at: int) -> Sequence[Definition]:
        """The last definition before a formula of what has the name with a word below, where only derivatives speak of the name:
        `J` of a section that defines `J_naive` alone."""
        if name not in self.differentiated or not name.isupper():
            return ()
        below = re.compile(rf"{name}_?[a-z]{{2,}}")
        found = [d for n, ds in self.by_name.items() if below.fullmatch(n) for d in ds]
        return [d for d in found if d.order < at and self.is_near(d, at)][-1:]

    def points(self, at: int, beside: bool) -> dict[str, Node]:
        """The values that a section up to a formula, or what stands right beside it, gives names: `x = (1, 2)`, `a = b = 3`."""
        here = self.formulas[at]
        found: dict[str, Node] = {}
        for order, formula in enumerate(self.formulas):
            tree = formula.tree
            near = formula.section == here.section and order < at
            if beside:
                near = formula.paragraph == here.paragraph and abs(order - at) == 1
            if order == at or not near or any(variables_of(tree.sides[-1])):
                continue
            for side in tree.sides[:-1]:
                name = canonical_name(side.text) if isinstance(side, Name) else ""
                name = self.subscript(side)[0] if isinstance(side, Indexed) and not self.subscript(side)[1] else name
                if name and name not in ("I", "e", "π"):
                    found.update(self._point(name, tree.sides[-1], at))
        return found

    def _point(self, name: str, value: Node, at: int) -> Iterator[tuple[str, Node]]:
        """A value of a name, or of those that it is written out of."""
        yield name, value
        definition = self.definition(name, 0, at)
        parts = definition.body.entries if definition is not None and isinstance(definition.body, Array) else ()
        if isinstance(value, Array) and len(parts) == len(value.entries):
            for part, entry in zip(parts, value.entries, strict=True):
                if isinstance(part, Name):
                    yield canonical_name(part.text), entry

    def is_near(self, found: Definition, at: int) -> bool:
        """Does it stand in the section of a formula?"""
        return found.order >= 0 and self.formulas[found.order].section == self.formulas[at].section

    def is_model(self, found: Definition) -> bool:
        """Does it say how data come about, `y = A x + v` with an error `v` that nothing else speaks of?"""
        sign, last = added_last(found.body)
        return sign > 0 and last in self.once & self.facts.errors

    def is_called(self, name: str) -> bool:
        return name in self.facts.functions or any(d.arguments for d in self.by_name.get(name, ()))

    def transposed(self, name: str) -> str:
        """The name that a prime transposes, where that is how the author writes it; else empty."""
        base = name[:-1] if name.endswith(PRIME) else ""
        spoken = base in self.whole or base in self.counted or base in self.told
        return base if base and not self.has_transposes and spoken and not self.is_called(base) else ""

    def _defined(self, tree: Relation, order: int) -> Iterable[Definition]:
        if any(variables_of(tree.sides[-1])):  # else numbers are put in
            for left, right in pairwise(tree.sides):
                yield from self._target(left, right, order)
        for left, right in tree.bindings:
            yield from self._target(left, right, order)

    def _target(self, left: Node, body: Node, order: int) -> Iterable[Definition]:
        while isinstance(left, Group):
            left = left.inner
        if isinstance(left, Transpose) and isinstance(left.argument, (Name, Indexed)) and not left.prime:
            left, body = left.argument, Transpose(body.start, body.end, body, False)
        if (
            isinstance(left, Call)
            and isinstance(left.callee, Name)
            and left.callee.text in ("log", "ln")
            and len(left.arguments) == 1
        ):
            left, body = left.arguments[0], Call(body.start, body.end, Name(body.start, body.start, "exp"), (body,))
        square = ""
        arguments: tuple[str, ...] = ()
        if isinstance(left, Superscript) and isinstance(left.exponent, Num) and left.exponent.value == 2:
            left, square = left.base, SQUARE
        if isinstance(left, Call) and all(isinstance(without_power(a), Name) for a in left.arguments):
            if all(
                isinstance(a, Name) for a in left.arguments
            ):  # `ℓ(μ, σ²)` is a value, since nobody calls it with a square
                arguments = tuple(canonical_name(a.text) for a in left.arguments if isinstance(a, Name))
            left = left.callee
        indices: tuple[str, ...] = ()
        if isinstance(left, Indexed) and isinstance(left.base, Name):
            name, entries = self.subscript(left)
            if any(e.plain is None for e in entries) or len({e.plain for e in entries}) < len(entries):
                return
            indices = tuple(e.plain or "" for e in entries)
        elif isinstance(left, Name):
            name = canonical_name(left.text)
            if name in self.called and isinstance(body, Name) and body.text.endswith(PRIME):  # `g = G'`
                place = Name(body.start, body.start, ANYWHERE)
                arguments, body = (ANYWHERE,), Call(body.start, body.end, body, (place,))
        else:
            return
        if not any(variables_of(body)) or name in ("I", "δ", *indices) or name in arguments:
            return
        if self._speaks_of(body, name, len(indices), square) or has_extreme(body, self.counting):
            return
        free = tuple(letter for letter in self.free([body]) if letter not in indices)
        yield Definition(name + square, indices, arguments, body, order, free)

    def free(self, sides: Iterable[Node]) -> list[str]:
        """The letters that count something in formulas and are bound by no sum of theirs."""
        found: dict[str, None] = {}
        for side in sides:
            below: dict[str, None] = {}
            bound: set[str] = set()
            for node in walk(side):
                if not isinstance(node, Indexed):
                    continue
                if isinstance(node.base, Symbol) and node.base.text in ("∑", "∏"):
                    bound |= {n for e in node.subscript.entries[:1] for n, _ in e.names}
                    bound |= {n for n in node.subscript.letters if not node.subscript.condition}
                elif isinstance(node.base, Name):
                    _, entries = self.subscript(node) if node.base.text != "δ" else ("", node.subscript.entries)
                    below.update((n, None) for e in entries for n, _ in e.names)
            found.update((n, None) for n in below if n not in bound)
        return list(found)

    def _speaks_of(self, node: Node, name: str, count: int, square: str) -> bool:
        """Is a name with so many indices in a formula?"""
        if isinstance(node, Indexed) and isinstance(node.base, Name):
            found, entries = self.subscript(node)
            shifted = any(e.names and e.offset for e in entries)  # at another time
            return found == name and len(entries) == count and not shifted
        if isinstance(node, Name):
            return canonical_name(node.text) == name and not count
        return any(self._speaks_of(inner, name, count, square) for inner in children(node))
