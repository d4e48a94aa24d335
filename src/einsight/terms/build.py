"""Constructors: equal expressions become one object.

They canonicalise (order, nesting, names of bound indices, equal factors as a power, arithmetic of plain
numbers) and do nothing a reader would call a step; steps are rules.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from .dimension import Index, Shift, Slot, Tensor, bound_index, fresh_index, intern_object, slot_key
from .interruption import poll
from .term import (
    Abstraction,
    Apply,
    Bracket,
    Component,
    Constant,
    Delta,
    Derivative,
    Number,
    Operator,
    Position,
    Power,
    Product,
    Size,
    Sum,
    Term,
    slot_indices,
)
from .unknown import MATRIX_FUNCTIONS, split_unknown

# Ways to name interchangeable dummies that are compared.
# Beyond it two equal products may stay two objects; the verdict then falls to numbers, never to error.
LABELLINGS = 120
LARGEST_NUMBER = 4096  # bits
LONGEST_KEY = 300  # symbols of a term that is ordered by its text
_KEY_TEXT = "text of the key"
# Up to here a power of a matrix is a product, whose factors cancel and contract with others; beyond, it is one factor, so that
# a term does not grow with the exponent.
SMALL_POWER = 4


def number(value: Fraction | int) -> Number:
    """A rational number as a term."""
    return Number.make(value)


ZERO, ONE, MINUS_ONE, TWO, HALF = (number(v) for v in (0, 1, -1, 2, Fraction(1, 2)))


class _Here(threading.local):
    """By what a term knows the spare names of a thread: what one gives back may be in use in another by then."""

    def __init__(self) -> None:
        self.opened = object()


_here = _Here()
size = Size.make
constant = Constant.make
component = Component.make


def delta(left: Slot, right: Slot) -> Term:
    """`δ_ab`; of two literal components it is a number at once."""
    if isinstance(left, int) and isinstance(right, int):
        return ONE if left == right else ZERO
    if isinstance(left, Shift) or isinstance(right, Shift):
        apart = _distance(left, right)
        if apart is not None:
            return ZERO if apart else ONE
    if slot_key(right) < slot_key(left):
        left, right = right, left

    def build() -> Delta:
        self = object.__new__(Delta)
        self.left, self.right = left, right
        return self._finish("")

    return intern_object((Delta, left, right), build)


def _distance(left: Slot, right: Slot) -> int | None:
    """How far apart two slots are, where that is a number."""
    total: dict[Index, int] = {}
    offset = 0
    for slot, sign in ((left, 1), (right, -1)):
        parts, own = linear_slot(slot)
        offset += sign * own
        for index, factor in parts:
            total[index] = total.get(index, 0) + sign * factor
    return None if any(total.values()) else offset


def linear_slot(slot: Slot) -> tuple[tuple[tuple[Index, int], ...], int]:
    """A slot as a sum of indices and a number."""
    if isinstance(slot, Shift):
        return slot.indices, slot.offset
    return ((), slot) if isinstance(slot, int) else (((slot, 1),), 0)


def bracket(relation: str, left: Term, right: Term) -> Term:
    """`[left ∘ right]`; `>` and `≥` are turned round, plain numbers are compared."""
    if relation in (">", "≥"):
        relation, left, right = {">": "<", "≥": "≤"}[relation], right, left
    if isinstance(left, Number) and isinstance(right, Number):
        a, b = left.value, right.value
        return ONE if {"=": a == b, "≠": a != b, "<": a < b, "≤": a <= b}[relation] else ZERO
    if left is right:
        return ONE if relation in ("=", "≤") else ZERO
    if relation in ("=", "≠") and right.key < left.key:
        left, right = right, left
    if relation == "=" and isinstance(left, Position) and isinstance(right, Position):
        return delta(left.slot, right.slot)

    def build() -> Bracket:
        self = object.__new__(Bracket)
        self.relation, self.left, self.right = relation, left, right
        return self._finish(relation)

    return intern_object((Bracket, relation, left, right), build)


def position(slot: Slot) -> Term:
    if isinstance(slot, int):
        return number(slot)
    if isinstance(slot, Shift):
        return add(number(slot.offset), *(product([number(c), position(i)]) for i, c in slot.indices))

    def build() -> Position:
        self = object.__new__(Position)
        self.slot = slot
        return self._finish("")

    return intern_object((Position, slot), build)


def power(base: Term, exponent: Term | int | Fraction) -> Term:
    """`base ^ exponent`, with the exponents 0 and 1, plain numbers and whole powers of powers folded."""
    if not isinstance(exponent, Term):
        exponent = number(exponent)
    if isinstance(exponent, Number):
        n = exponent.value
        if n == 1:
            return base
        if n == 0:
            return ONE
        if n.denominator == 1:
            if isinstance(base, Number) and (base.value != 0 or n > 0) and _is_small_power(base.value, n):
                return number(base.value ** int(n))
            if isinstance(base, Power) and isinstance(base.exponent, Number):
                return power(base.base, base.exponent.value * n)
            if isinstance(base, Product) and not base.bound:
                return product([power(f, exponent) for f in base.factors])
        if isinstance(base, Number) and base.value == 1:
            return ONE

    def build() -> Power:
        self = object.__new__(Power)
        self.base, self.exponent = base, exponent
        return self._finish("")

    return intern_object((Power, base, exponent), build)


def _is_small_power(base: Fraction, exponent: Fraction) -> bool:
    """Can the number be written out?  Larger powers stay powers."""
    digits = max(base.numerator.bit_length(), base.denominator.bit_length())
    return digits * abs(exponent) <= LARGEST_NUMBER


def apply(function: str, *arguments: Term) -> Term:
    """An elementwise function, by its name, of some terms."""

    def build() -> Apply:
        self = object.__new__(Apply)
        self.function, self.arguments = function, arguments
        return self._finish(function)

    return intern_object((Apply, function, arguments), build)


def operator(name: str, arguments: Sequence[Abstraction], indices: Sequence[Slot] = ()) -> Term:
    """A component of a function of whole arrays; a matrix to a small whole power is multiplied out."""
    arguments, indices = tuple(arguments), tuple(indices)
    if name == "power" and isinstance(count := arguments[1].body, Number) and abs(count.value) <= SMALL_POWER:
        return _small_power(arguments[0], int(count.value), indices)
    if name in MATRIX_FUNCTIONS:
        if len(indices) == 2 and slot_key(indices[1]) < slot_key(indices[0]) and arguments[0].symmetric:
            indices = indices[::-1]  # the functions that give a matrix, inverse and power, keep symmetry
    else:
        indices = _derivatives_in_order(name, len(arguments[0].params), indices)

    def build() -> Operator:
        self = object.__new__(Operator)
        self.name, self.arguments, self.indices = name, arguments, indices
        return self._finish(name)

    return intern_object((Operator, name, arguments, indices), build)


def _derivatives_in_order(name: str, rank: int, indices: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Higher derivatives of an unknown function commute: the variable's slots are sorted, `rank` at a time."""
    order = split_unknown(name)[1]
    if order < 2 or not rank:
        return indices
    first = len(indices) - order * rank
    groups = [indices[k : k + rank] for k in range(first, len(indices), rank)]
    groups.sort(key=lambda g: [slot_key(s) for s in g])
    return (*indices[:first], *itertools.chain(*groups))


def matrix_power(axes: Sequence[Index], body: Term, exponent: Term) -> Term:
    """`A^k` at `axes`, of the matrix that `body` is over them, for an exponent that is a whole number."""
    if isinstance(exponent, Number) and isinstance(body, Operator) and body.indices == tuple(axes):
        inner = MINUS_ONE if body.name == "inv" else body.arguments[1].body if body.name == "power" else None
        if isinstance(inner, Number):  # (A^m)^n = A^(m n)
            return operator("power", [body.arguments[0], abstraction((), number(inner.value * exponent.value))], axes)
    return operator("power", [abstraction(axes, body), abstraction((), exponent)], axes)


def _small_power(matrix: Abstraction, count: int, ends: Sequence[Slot]) -> Term:
    """`A^count` at those slots, multiplied out."""
    if not count:
        return delta(*ends)
    chain: list[Slot] = [ends[0], *(fresh_index(matrix.params[0].dim) for _ in range(abs(count) - 1)), ends[1]]
    pairs = zip(chain, chain[1:], strict=False)
    factors = [instantiate(matrix, p) if count > 0 else operator("inv", [matrix], p) for p in pairs]
    return product(factors, chain[1:-1])  # type: ignore[arg-type]


def derivative(body: Term, tensor: Tensor, indices: Sequence[Slot] = ()) -> Term:
    indices = tuple(indices)

    def build() -> Derivative:
        self = object.__new__(Derivative)
        self.body, self.tensor, self.indices = body, tensor, indices
        return self._finish(tensor.key, tensors=frozenset((tensor,)))

    return intern_object((Derivative, body, tensor, indices), build)


def add(*terms: Term) -> Term:
    """`a + b + …`: flat, ordered, plain numbers added."""
    flat: list[Term] = []
    total = Fraction(0)
    for term in terms:
        for part in term.terms if isinstance(term, Sum) else (term,):
            if isinstance(part, Number):
                total += part.value
            else:
                flat.append(part)
    if total:
        flat.append(number(total))
    if not flat:
        return ZERO
    if len(flat) == 1:
        return flat[0]
    ordered = tuple(sorted(flat, key=_key))

    def build() -> Sum:
        self = object.__new__(Sum)
        self.terms = ordered
        return self._finish("")

    return intern_object((Sum, ordered), build)


def negate(term: Term) -> Term:
    """`-a`."""
    return product([MINUS_ONE, term])


def subtract(left: Term, right: Term) -> Term:
    return add(left, negate(right))


def quotient(left: Term, right: Term) -> Term:
    return product([left, power(right, -1)])


def product(factors: Iterable[Term], bound: Iterable[Index] = ()) -> Term:
    """`∑_bound f g …`: flat, equal factors merged to powers, dummies named canonically.

    A bound index that no factor mentions multiplies by the size of its dimension.  Dummies of a nested
    sum are renamed as it is merged, so nothing is captured.  A contraction that shares no index with the
    rest (`x'x` in `x'x y_i`) is kept as one factor, so that it can be cancelled and raised to powers.
    """
    live = list(bound)
    coefficient: Fraction | int = 1
    counts: dict[Term, Fraction | int] = {}  # whole numbers mostly, which are faster than fractions
    todo = list(factors)
    todo.reverse()
    while todo:
        factor = todo.pop()
        if isinstance(factor, Number):
            coefficient *= factor.value
        elif isinstance(factor, Product) and not _is_closed_contraction(factor):
            # its bound indices stand free nowhere else, unless another product of this height is merged too
            merges = live and not set(live).isdisjoint(factor.bound)
            inner, dummies = open_product(factor) if merges else (factor.factors, factor.bound)
            live.extend(dummies)
            todo.extend(inner)
        elif (
            isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value.denominator == 1
        ):
            counts[factor.base] = counts.get(factor.base, 0) + factor.exponent.value.numerator
        else:
            counts[factor] = counts.get(factor, 0) + 1
    if coefficient == 0:
        return ZERO
    used = {i for base, count in counts.items() if count for i in base.free}
    for b in live:
        if b not in used:
            extra = size(b.dim)
            if isinstance(extra, Number):
                coefficient *= extra.value
            else:
                counts[extra] = counts.get(extra, 0) + 1
    live = [b for b in live if b in used]
    if live:
        merged, live = _split_contractions(_from_counts(counts), live)
    else:
        merged = _from_counts(counts)
    names: tuple[Index, ...] = ()
    if live:
        merged, names = _name_dummies(merged, live)
    merged.sort(key=_key)
    if coefficient != 1 or not merged:
        if names and not any(f.free.difference(names) for f in merged):
            merged, names = [_make_product(tuple(merged), names)], ()
        merged.insert(0, number(coefficient))
    if len(merged) == 1 and not names:
        return merged[0]
    return _make_product(tuple(merged), names)


def _is_closed_contraction(term: Product) -> bool:
    return bool(term.bound) and not term.free and not isinstance(term.factors[0], Number)


def _from_counts(counts: dict[Term, Fraction | int]) -> list[Term]:
    return [base if count == 1 else power(base, count) for base, count in counts.items() if count]


def _split_contractions(factors: list[Term], bound: list[Index]) -> tuple[list[Term], list[Index]]:
    """Pull out the groups of factors that only bound indices connect and that no free index touches."""
    groups: list[tuple[set[Index], list[Term]]] = []
    summed = set(bound)
    for factor in factors:
        indices = set(factor.free & summed)
        members = [factor]
        rest = []
        for group in groups:
            if indices.isdisjoint(group[0]):
                rest.append(group)
            else:
                indices |= group[0]
                members = group[1] + members
        groups = [*rest, (indices, members)]
    closed = [g for g in groups if g[0] and not any(f.free - summed for f in g[1])]
    if not closed or len(groups) == 1:
        return factors, bound
    counts: dict[Term, Fraction | int] = {}
    for group in groups:
        if group in closed:
            named, names = _name_dummies(group[1], [b for b in bound if b in group[0]])
            named.sort(key=_key)
            inner: Term = _make_product(tuple(named), names)
            counts[inner] = counts.get(inner, 0) + 1
            summed -= group[0]
        else:
            for factor in group[1]:
                base: Term = factor
                count: Fraction | int = 1
                if isinstance(factor, Power) and isinstance(factor.exponent, Number):
                    base, count = factor.base, factor.exponent.value
                counts[base] = counts.get(base, 0) + count
    return _from_counts(counts), [b for b in bound if b in summed]


def _make_product(factors: tuple[Term, ...], bound: tuple[Index, ...]) -> Product:
    def build() -> Product:
        self = object.__new__(Product)
        self.factors, self.bound = factors, bound
        return self._finish("", binds=bound)

    return intern_object((Product, factors, bound), build)


def _key(term: Term) -> tuple:
    return term.key


def _name_dummies(factors: list[Term], bound: list[Index]) -> tuple[list[Term], tuple[Index, ...]]:
    """The factors with the canonical names of this height for the bound indices, and those names."""
    height = 1 + max(f.height for f in factors)
    orders: Iterable[Sequence[Index]] = [bound] if len(bound) == 1 else _candidate_orders(factors, bound)
    best: tuple | None = None
    chosen: tuple[list[Term], tuple[Index, ...]] = factors, ()
    for order in orders:
        poll(counted=False)
        targets = tuple(bound_index(height, k, b.dim) for k, b in enumerate(order))
        names: dict[Index, Slot] = {b: t for b, t in zip(order, targets, strict=True) if b is not t}
        renamed = [substitute(f, names) for f in factors] if names else factors
        if len(bound) == 1:
            return renamed, targets
        key = tuple(sorted(f.key for f in renamed))
        if best is None or key < best:
            best, chosen = key, (renamed, targets)
    return chosen


def _candidate_orders(factors: list[Term], bound: list[Index]) -> Iterable[Sequence[Index]]:
    """Orders of the dummies that a colour refinement cannot tell apart, most often a single one."""
    ranks = {k: n for n, k in enumerate(sorted({b.dim.key for b in bound}))}
    holders = {b: [f for f in factors if b in f.free] for b in bound}
    colours = _refined({b: ranks[b.dim.key] for b in bound}, holders)
    groups = [[b for b in bound if colours[b] == c] for c in sorted(set(colours.values()))]
    if math.prod(math.factorial(len(g)) for g in groups) > LABELLINGS:
        return itertools.islice(_singled_out(colours, holders), LABELLINGS)
    choices = itertools.product(*(itertools.permutations(g) for g in groups))
    return (tuple(itertools.chain(*choice)) for choice in choices)


def _refined(colours: dict[Index, int], holders: dict[Index, list[Term]]) -> dict[Index, int]:
    """Colours that tell apart what those, and what they stand beside, tell apart."""
    while True:
        poll(counted=False)
        marks = {}
        for b in holders:
            memo: dict[Term, tuple] = {}
            marks[b] = (colours[b], sorted([_signature(f, colours, b, memo) for f in holders[b]]))
        distinct = sorted({_freeze(m) for m in marks.values()})
        ranking = {m: n for n, m in enumerate(distinct)}
        refined = {b: ranking[_freeze(marks[b])] for b in holders}
        if len(distinct) == len(set(colours.values())):
            return refined
        colours = refined


def _singled_out(colours: dict[Index, int], holders: dict[Index, list[Term]]) -> Iterator[Sequence[Index]]:
    """Where many are alike, each of them in turn gets a colour of its own, which then tells others apart.

    So the sixteen indices of tr(A^16) have sixteen orders and not 16!: https://doi.org/10.1016/j.jsc.2013.09.003
    """
    alike = [c for c, count in Counter(colours.values()).items() if count > 1]
    if not alike:
        yield sorted(holders, key=colours.__getitem__)
        return
    first = min(alike)
    for chosen in [b for b in holders if colours[b] == first]:
        apart = {b: 2 * c + (c == first and b is not chosen) for b, c in colours.items()}
        yield from _singled_out(_refined(apart, holders), holders)


def _freeze(mark: tuple) -> tuple:
    return (mark[0], tuple(mark[1]))


def _slot_signature(slot: Slot, colours: dict[Index, int], marked: Index) -> tuple[int, int, str]:
    if isinstance(slot, Index):
        if slot is marked:
            return (0, -1, "")
        if slot in colours:
            return (0, colours[slot], "")
        if slot.kind == Index.BOUND:
            return (5, 0, slot.dim.key)
        return slot.key
    if isinstance(slot, int):
        return slot_key(slot)
    parts = sorted((c, _slot_signature(i, colours, marked)) for i, c in slot.indices)
    return (4, slot.offset, repr(parts))


def _signature(term: Term, colours: dict[Index, int], marked: Index, memo: dict[Term, tuple]) -> tuple:
    """What a term looks like when only the colours of the dummies can be seen; of large ones it is kept."""
    is_large = term.symbols > LONGEST_KEY
    if is_large and term in memo:
        return memo[term]
    slots = tuple(_slot_signature(s, colours, marked) for s in term.slots())
    if _slots_commute(term):
        slots = tuple(sorted(slots))
    if not any(i in colours for c in term.children() for i in c.free) and not term.abstractions():
        text = (_text_of_key(term) if is_large else repr(term.key)) if term.children() else ""
        return (term.RANK, str(term.key[1]), slots, ("=", text) if text else ())
    inner = [_signature(c, colours, marked, memo) for c in term.children()]
    inner += [_signature(a.body, colours, marked, memo) for a in term.abstractions()]
    if isinstance(term, (Sum, Product)):
        inner.sort(key=repr)
    if not is_large:
        return (term.RANK, str(term.key[1]), slots, ("~", repr(inner)))
    found = memo[term] = (term.RANK, str(term.key[1]), slots, ("~", _shortened(repr(inner))))
    return found


def _text_of_key(term: Term) -> str:
    """A term as a text that orders it; by digests where its parts are shared so much that it would be long."""
    if term.symbols <= LONGEST_KEY:
        return repr(term.key)
    found = term.memo.get(_KEY_TEXT)
    if found is None:
        inside = [_text_of_key(c) for c in (*term.children(), *(a.body for a in term.abstractions()))]
        own = (term.RANK, term.key[1], [slot_key(s) for s in term.slots()], inside)
        found = term.memo[_KEY_TEXT] = _shortened(repr(own))
    return found


def _shortened(text: str) -> str:
    return text if len(text) <= 64 * LONGEST_KEY else f"{len(text)} {hashlib.sha256(text.encode()).hexdigest()}"


def _slots_commute(term: Term) -> bool:
    if isinstance(term, Component):
        return term.tensor.is_symmetric
    return isinstance(term, Delta) or (
        isinstance(term, Operator)
        and len(term.indices) == 2
        and (term.arguments[0].symmetric if term.name in MATRIX_FUNCTIONS else split_unknown(term.name)[1] == 2)
    )


def open_product(term: Product) -> tuple[tuple[Term, ...], tuple[Index, ...]]:
    """The factors with fresh names for the bound indices, and those names."""
    if not term.bound:
        return term.factors, ()
    spare = term.memo.pop(_here.opened, None)
    if spare is not None:
        return spare
    dummies = tuple(fresh_index(b.dim) for b in term.bound)
    names: dict[Index, Slot] = dict(zip(term.bound, dummies, strict=True))
    return tuple(substitute(f, names) for f in term.factors), dummies


def give_back(term: Term, opened: tuple[tuple[Term, ...], tuple[Index, ...]] | None) -> None:
    """Let the next `open_product` have names that nothing holds any more: renaming is most of what rewriting costs.

    Only for who knows that no term of these names is left: a rule that did not fire, a walk that changed nothing.
    Whoever opens the product meanwhile gets other names, so that two openings never share them; and so does another thread,
    which may have its turn while a rule is tried.
    """
    if opened is not None and opened[1]:
        term.memo[_here.opened] = opened


def abstraction(params: Sequence[Index], body: Term) -> Abstraction:
    """`(params) ↦ body`."""
    height = body.height + 1
    names = tuple(bound_index(height, k, p.dim) for k, p in enumerate(params))
    body = substitute(body, dict(zip(params, names, strict=True)))
    return _make_abstraction(names, body)


def _make_abstraction(names: tuple[Index, ...], body: Term) -> Abstraction:
    square = len(names) == 2 and names[0].dim is names[1].dim
    symmetric = square and substitute(body, {names[0]: names[1], names[1]: names[0]}) is body

    def build() -> Abstraction:
        self = object.__new__(Abstraction)
        self.params, self.body = names, body
        self.free = body.free.difference(names)
        self.height = body.height + 1
        self.key = (len(names), tuple(n.key for n in names), body.key)
        self.symmetric = symmetric
        return self

    return intern_object((Abstraction, names, body), build)


def instantiate(function: Abstraction, slots: Sequence[Slot]) -> Term:
    """The body of an abstraction at the given slots."""
    return substitute(function.body, dict(zip(function.params, slots, strict=True)))


def open_abstraction(function: Abstraction) -> tuple[tuple[Index, ...], Term]:
    params = tuple(fresh_index(p.dim) for p in function.params)
    return params, instantiate(function, params)


def substitute(term: Term, names: dict[Index, Slot]) -> Term:
    """Every free index replaced by a slot.  Memoised over shared subterms; captures nothing."""
    if term.free.isdisjoint(names):
        return term
    if type(term) is Component:  # most of all calls
        return Component.make(term.tensor, tuple([walk.substitute_slot(s, names) for s in term.indices]))
    return walk.substitute_indices(term, names)


from . import walk  # noqa: E402 - the walks build terms: each module needs the other's functions, neither at import

__all__ = [
    "HALF", "MINUS_ONE", "ONE", "TWO", "ZERO", "abstraction", "add", "apply", "bracket", "component",
    "constant", "delta", "derivative", "give_back", "instantiate", "linear_slot", "matrix_power", "negate", "number", "open_abstraction",
    "open_product", "operator", "position", "power", "product", "quotient", "size", "slot_indices",
    "substitute", "subtract",
]  # fmt: skip
