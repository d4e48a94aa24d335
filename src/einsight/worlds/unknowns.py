"""Functions of which a formula speaks by their derivatives alone: a loss, what depends on something.

Such a function is any smooth function of what it is differentiated in, but for what something else of that rests on: of `y` alone
where `y` is made from `x`.  `dX` beside `X`, and `X̄`, are the gradients of a loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..asking.signs import is_sign
from ..lowering.mentioned import names_of, walk
from ..lowering.names import canonical_name
from ..syntax.finding import children
from ..syntax.quotients import Quotient, units
from ..syntax.tree import Call, Chain, Indexed, Name, Node, Superscript, Symbol, Transpose
from .arrays import Unfit
from .definitions import SQUARE, Page
from .facts import Definition

LOSS, _BAR = "ℒ", "\u0304"
Argument = tuple[str, int]


@dataclass
class Unknowns:
    """
    arguments  of each such function, with how many indices each is written
    marks      does `dX` stand for a gradient here?
    loss       what the gradients that have marks are of
    """

    page: Page
    arguments: dict[str, tuple[Argument, ...]] = field(default_factory=dict)
    marks: bool = True
    loss: str = LOSS
    _free: dict[Definition, tuple[str, ...]] = field(default_factory=dict)

    def free_of(self, found: Definition, at: int) -> tuple[str, ...]:
        """The letters that count in a definition and in what it rests on, of which its name says nothing."""
        if found not in self._free:
            rests = behind(self.page, at, [found.body])
            self._free[found] = tuple(dict.fromkeys(n for d in (found, *rests) for n in d.free))
        return self._free[found]

    def gradient_of(self, name: str) -> str:
        """What a name is the gradient in: `X` of `dX`; empty where it is none."""
        return gradient_of(name, self.page) if self.marks else ""


def gradient_of(name: str, page: Page) -> str:
    base = name.replace(_BAR, "") if _BAR in name else name[1:] if name[:1] in ("d", "δ") else ""
    if not base or base[0] in "_⁽ʹ":
        return ""
    spoken = (
        base in page.whole or base in page.counted or base in page.by_name or base in page.told or base in page.spoken
    )
    return base if spoken else ""


def speaks_of_derivatives(node: Node, page: Page) -> bool:
    """Is there a derivative in it, or a gradient by its mark?"""
    return any(
        (isinstance(n, Symbol) and n.text[:1] in "∂∇")
        or (isinstance(n, Name) and bool(gradient_of(canonical_name(n.text), page)))
        or (isinstance(n, Chain) and any(isinstance(u, Quotient) for _, u in units(n)))
        for n in walk(node)
    )


def unknowns_of(page: Page, at: int, sides: Iterable[Node], marks: bool) -> Unknowns:
    """The unknown functions of a formula, and of the definitions that it rests on."""
    ways: dict[str, dict[Argument, None]] = {}
    nodes = [*sides, *(d.body for d in behind(page, at, sides))]
    for node in nodes:
        for function, argument in _derivatives(page, node):
            if function != argument[0] and all(page.definition(function, k, at) is None for k in range(3)):
                ways.setdefault(function, {})[argument] = None
        if marks:
            for argument in _marked(page, node):
                ways.setdefault(LOSS, {})[argument] = None
    found = Unknowns(page, marks=marks)
    spoken = [
        name for name in ways if name != LOSS and (name[0].isupper() or name == "ℓ") and not page.counted.get(name)
    ]
    if LOSS in ways and len(spoken) == 1:
        found.loss = spoken[0]
        ways[found.loss] |= ways.pop(LOSS)
    rests = {name: set(args) for name, args in ways.items()}

    def leads(name: str, seen: frozenset[str]) -> set[str]:
        """All names that a name rests on."""
        bodies = [page.definition(name, k, at) for k in range(3)] + [page.definition(name + SQUARE, 0, at)]
        direct = {n for d in bodies if d is not None for n in _at_once(d.body)} | {n for n, _ in rests.get(name, ())}
        return direct.union(*(leads(inner, seen | {inner}) for inner in direct - seen))

    for name, arguments in ways.items():
        names = {a for a, _ in arguments}
        rest_on = {a: leads(a.removesuffix(SQUARE) if a not in page.by_name else a, frozenset([a])) for a in names}
        last = [
            a
            for a in arguments
            if not any(a[0] in rest_on[b] or a[0].removesuffix(SQUARE) in rest_on[b] for b in names - {a[0]})
        ]
        if _other_way(page, at, names, {a for a, _ in last}):
            raise Unfit("whether it depends on something in another way")
        if last:
            found.arguments[name] = tuple(dict.fromkeys(last))
    return found


def _other_way(page: Page, at: int, names: set[str], last: set[str]) -> bool:
    """Does the section define, before, something else of what the function rests on, through which it may depend on that as well?"""
    first = names - last
    if not first:
        return False
    near = [
        d for found in page.by_name.values() for d in found if d.order < at and page.is_near(d, at) and not d.arguments
    ]
    rests = {d.name.removesuffix(SQUARE): _at_once(d.body) for d in near if not gradient_of(d.name, page)}
    backward = {d.name for d in near if _is_backward(page, d.body)}

    def leads(name: str, seen: frozenset[str]) -> set[str]:
        inner = rests.get(name, set()) - seen
        return inner | {n for one in inner for n in leads(one, seen | inner)}

    used = {n for name in last for n in leads(name, frozenset([name]))} | last
    others = {name: leads(name, frozenset([name])) for name in rests.keys() - used - names - backward}
    return any(found & first and not found & backward for found in others.values())


def _is_backward(page: Page, node: Node) -> bool:
    """Does a formula speak of derivatives, so that no function rests on it?"""
    return any(
        (isinstance(n, Symbol) and n.text[:1] in "∂∇") or (isinstance(n, Name) and gradient_of(n.text, page))
        for n in walk(node)
    )


def _at_once(node: Node) -> set[str]:
    """The names in a formula, but for what stands there at another time, as `h_{t-1}` does."""
    if isinstance(node, Indexed) and any(e.names and e.offset for e in node.subscript.entries):
        return set()
    if isinstance(node, Name):
        return {canonical_name(node.text)}
    return {name for inner in children(node) for name in _at_once(inner)}


def behind(page: Page, at: int, sides: Iterable[Node]) -> list[Definition]:
    """The definitions that some formulas rest on."""
    found: dict[Definition, None] = {}
    waiting = list(sides)
    while waiting:
        for name in names_of(waiting.pop()):
            base = gradient_of(name, page)
            for one in (name, base, name + SQUARE):
                for k in range(3):
                    definition = page.definition(one, k, at) if one else None
                    if definition is not None and definition not in found:
                        found[definition] = None
                        waiting.append(definition.body)
    return list(found)


def names_behind(page: Page, at: int, sides: Sequence[Node]) -> set[str]:
    """The names in some formulas, and in the definitions that they rest on."""
    own = {name for node in sides for name in names_of(node)}
    return own.union(*(d.names for d in behind(page, at, sides)))


def _key(page: Page, node: Node) -> Argument | None:
    square = isinstance(node, Superscript)
    if isinstance(node, Superscript):
        node = node.base
    while isinstance(node, Transpose):
        node = node.argument
    if isinstance(node, Name):
        name = canonical_name(node.text)
        return (page.transposed(name) or name) + SQUARE * square, 0
    if isinstance(node, Indexed) and isinstance(node.base, Name):
        name, entries = page.subscript(node)
        name = page.transposed(name) or name
        return name + SQUARE * square, len(entries)
    return None


def _derivatives(page: Page, node: Node) -> Iterator[tuple[str, Argument]]:
    for inner in walk(node):
        row = list(units(inner)) if isinstance(inner, Chain) else []
        for k, (_, unit) in enumerate(row):
            if isinstance(unit, Quotient):
                above = [n for n in unit.above if not is_sign(n)]
                below = [n for n in unit.below if not is_sign(n)]
                target = _key(page, above[0]) if len(above) == 1 else None
                for variable in (_key(page, n) for n in below):
                    if target is not None and variable is not None:
                        yield target[0], variable
            elif (
                isinstance(unit, Indexed)
                and isinstance(unit.base, Symbol)
                and unit.base.text == "∇"
                and k + 1 < len(row)
            ):
                target = _key(page, row[k + 1][1])
                name = canonical_name(unit.subscript.text.strip("{}"))
                if target is not None:
                    yield target[0], (name, 0)


def _marked(page: Page, node: Node) -> Iterator[Argument]:
    for inner in walk(node):
        if (
            isinstance(inner, Call)
            and isinstance(inner.callee, Name)
            and inner.callee.text == "d"
            and len(inner.arguments) == 1
        ):
            found = _key(page, inner.arguments[0])
            if found is not None:
                yield (found[0], 0) if found[0] in page.whole else found
        elif isinstance(inner, Name) and (base := gradient_of(canonical_name(inner.text), page)):
            yield base, 0 if base in page.whole else min(page.counted.get(base, {0}))
