"""Terms as tensor networks: a node for each factor, a wire for each index, an open leg for each free one.

An index that more than two factors hold, or one alone, ends in a dot.  A delta is a wire and no node.  Where a derivative was
taken, a node was taken out: the legs of its axes end in a hole.

Source: R. Penrose, Applications of negative dimensional tensors (1971), whose pictures these are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ..terms import build
from ..terms.dimension import Index, Slot
from ..terms.term import Component, Delta, Number, Operator, Power, Product, Sum, Term
from .index_form import index_form
from .matrix_form import matrix_form, raise_abstraction

# characters of a label; terms and nodes of a picture that is still read
LONGEST, MOST_TERMS, MOST_NODES = 28, 6, 24


class NoNetwork(Exception):
    """What is no network that somebody would read; says why."""


@dataclass(frozen=True)
class Node:
    """A `tensor`, a `function` of some, a `dot`, the end of an open `leg`, or a `hole`."""

    kind: str
    label: str = ""
    is_symmetric: bool = False


@dataclass(frozen=True)
class Wire:
    """Between two nodes, with the index that it carries; `starts` says at which ends a tensor has its first axis."""

    ends: tuple[int, int]
    label: str = ""
    starts: tuple[bool, bool] = (False, False)


@dataclass
class Network:
    """One summand: what stands before it, its nodes, and wires between their numbers."""

    coefficient: str = ""
    is_negative: bool = False
    nodes: list[Node] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)


End = tuple[int, bool]


def networks(
    term: Term, names: Mapping[Index, str], holes: Sequence[tuple[str, Sequence[Index]]] = ()
) -> list[Network]:
    """One for each summand of a term; `names` are those of its free indices, `holes` what was taken out, with its axes.

    Raises NoNetwork.
    """
    terms = _multiplied_out(list(term.terms) if isinstance(term, Sum) else [term])
    if len(terms) > MOST_TERMS:
        raise NoNetwork(f"it has {len(terms)} terms, and more than {MOST_TERMS} are no picture that is read")
    found = [_Drawer(dict(names), holes).drawn(t) for t in terms]
    most = max(sum(n.kind not in ("leg", "dot") for n in f.nodes) for f in found)
    if most > MOST_NODES:
        raise NoNetwork(f"a term has {most} nodes, and more than {MOST_NODES} are no picture that is read")
    return found


def _text(term: Term, free: Sequence[Index], names: Mapping[Index, str]) -> str:
    """In matrix notation where that is known."""
    found = matrix_form(term, *(*free, None, None)[:2]) if len(free) <= 2 else None
    return found or index_form(term, dict(names))


def _multiplied_out(terms: list[Term]) -> list[Term]:
    """Sums among the factors multiplied out, while that makes no more terms than are read."""
    place = 0
    while place < len(terms):
        term = terms[place]
        factors, dummies = build.open_product(term) if isinstance(term, Product) else ((term,), ())
        inner = next((f for f in factors if isinstance(f, Sum) and f.free), None)
        if inner is None or len(terms) + len(inner.terms) - 1 > MOST_TERMS:
            place += 1
            continue
        rest = [f for f in factors if f is not inner]
        terms[place : place + 1] = [build.product([*rest, t], dummies) for t in inner.terms]
    return terms


class _Drawer:
    """Makes the network of one summand."""

    def __init__(self, names: dict[Index, str], holes: Sequence[tuple[str, Sequence[Index]]]):
        self.names, self.holes = names, holes
        self.made = Network()
        self.scalars: list[Term] = []
        self.ends: dict[Index, list[End]] = {}
        self.same: dict[Index, Index] = {}

    def drawn(self, term: Term) -> Network:
        number = Fraction(1)
        for factor in self._factors(term):
            if isinstance(factor, Number):
                number *= factor.value
            else:
                self._take(factor)
        made = self.made
        made.is_negative = number < 0
        rest = build.product([build.number(abs(number)), *self.scalars])
        made.coefficient = "" if rest is build.ONE and made.nodes else _text(rest, (), self.names)
        self._join()
        if not made.coefficient and not made.nodes:
            made.coefficient = "1"
        return made

    def _factors(self, term: Term) -> list[Term]:
        """The factors, those of closed contractions among them."""
        if not isinstance(term, Product):
            return [term]
        opened, _ = build.open_product(term)
        return [f for factor in opened for f in self._factors(factor)]

    def _take(self, factor: Term) -> None:
        if isinstance(factor, Delta) and isinstance(factor.left, Index) and isinstance(factor.right, Index):
            self._unite(factor.left, factor.right)
            return
        if not factor.free:
            self.scalars.append(factor)
            return
        is_short = isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value in (2, 3)
        if isinstance(factor, Power) and isinstance(factor.exponent, Number) and is_short:
            for _ in range(int(factor.exponent.value)):
                self._node(factor.base)
        else:
            self._node(factor)

    def _node(self, factor: Term) -> None:
        place = len(self.made.nodes)
        slots: tuple[Slot, ...] = ()
        label, is_symmetric = "", False
        if isinstance(factor, Component):
            label, slots = factor.tensor.name, factor.indices
            is_symmetric = factor.tensor.is_symmetric
        elif isinstance(factor, Operator):
            params, body = build.open_abstraction(factor.arguments[0])
            text = raise_abstraction(build.abstraction(params, body))
            label, slots = (f"{factor.name}({text})" if text else ""), factor.indices
            if factor.name == "inv" and text:
                label = f"{text}⁻¹" if len(text) == 1 else f"({text})⁻¹"
        whole = bool(label) and all(isinstance(s, Index) for s in slots) and factor.free == set(slots)
        if not whole:
            free = sorted(factor.free, key=lambda i: i.key)
            label, slots = _text(factor, free, self.names), tuple(free)
        if len(label) > LONGEST:
            label = label[: LONGEST - 1] + "…"
        self.made.nodes.append(Node("tensor" if whole and len(label) < 5 else "function", label, is_symmetric))
        for number, slot in enumerate(slots):
            assert isinstance(slot, Index)  # anything else has its letters in the label
            self.ends.setdefault(slot, []).append((place, whole and number == 0 and len(slots) > 1))

    # indices

    def _root(self, index: Index) -> Index:
        while index in self.same:
            index = self.same[index]
        return index

    def _unite(self, left: Index, right: Index) -> None:
        for index in (left, right):
            self.ends.setdefault(index, [])
        left, right = self._root(left), self._root(right)
        if left is not right:
            self.same[right] = left

    def _join(self) -> None:
        """A wire for each index, or for those that deltas make one."""
        made = self.made
        held = {i: number for number, (_, axes) in enumerate(self.holes) for i in axes}
        places: dict[int, int] = {}
        for index in self.names:
            root = self._root(index)
            own = self.ends.setdefault(root, [])
            if index in held:
                number = held[index]
                if number not in places:
                    places[number] = len(made.nodes)
                    made.nodes.append(Node("hole", self.holes[number][0]))
                own.append((places[number], False))
            else:
                own.append((len(made.nodes), False))
                made.nodes.append(Node("leg", self.names[index]))
        joined: dict[Index, list[End]] = {}
        for index, ends in self.ends.items():
            joined.setdefault(self._root(index), []).extend(ends)
        letters = self._letters(joined)
        for index, ends in joined.items():
            if len(ends) == 2:
                (a, first), (b, second) = ends
                made.wires.append(Wire((a, b), letters.get(index, ""), (first, second)))
            elif ends:
                dot = len(made.nodes)
                made.nodes.append(Node("dot"))
                for place, (end, starts) in enumerate(ends):
                    made.wires.append(Wire((end, dot), letters.get(index, "") if not place else "", (starts, False)))

    def _letters(self, joined: Mapping[Index, Sequence[End]]) -> dict[Index, str]:
        """The name of each index that does not end in a leg, which says it itself."""
        used = set(self.names.values())
        letters = iter(c for c in "klpqrstuvabcdefgh" if c not in used)
        found: dict[Index, str] = {}
        for index, ends in joined.items():
            own = [self.names[i] for i in self.names if self._root(i) is index]
            if own:
                at_leg = any(self.made.nodes[e].kind == "leg" for e, _ in ends)
                found[index] = "" if at_leg else own[0]
            else:
                found[index] = next(letters, "")
        return found
