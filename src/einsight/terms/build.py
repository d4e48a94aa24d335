"""Constructors: equal expressions become one object.

They canonicalise (order, nesting, names of bound indices, equal factors as a power, arithmetic of plain
numbers) and do nothing a reader would call a step; steps are rules.

Long because a product renames its dummies while it is built, and renaming builds products.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from operator import attrgetter

from .bounds import MOST_BITS, NumberTooLong
from .dimension import Dim, Index, Shift, Slot, bound_index, distance, fresh_index, slot_key, substitute_slot
from .graph import closed_components, labelled
from .interning import ITSELF, TABLE, intern_absent
from .spare import give_back, spare_names
from .term import (
    NO_INDICES,
    SHIFTED,
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
    Tensor,
    Term,
)
from .unknown import MATRIX_FUNCTIONS, derivatives_in_order

LARGEST_NUMBER = 4096  # bits
# Up to here a power of a matrix is a product, whose factors cancel and contract with others; beyond, it is one factor, so that
# a term does not grow with the exponent.
SMALL_POWER = 4


def number(value: Fraction | int) -> Number:
    """A rational number as a term.  Raises NumberTooLong."""
    if type(value) is not int and value.denominator == 1:
        value = value.numerator  # whose hash is quick
    known = _SMALL.get(value)
    if known is not None:
        return known
    value = Fraction(value)
    if value.numerator.bit_length() > MOST_BITS or value.denominator.bit_length() > MOST_BITS:
        raise NumberTooLong
    return Number.make(value)


_SMALL: dict[Fraction | int, Number] = {}  # those that stand in most terms
_SMALL.update({v: number(v) for n in range(-16, 17) for v in (n, Fraction(2 * n + 1, 2))})
ZERO, ONE, MINUS_ONE, TWO, HALF = (number(v) for v in (0, 1, -1, 2, Fraction(1, 2)))


constant = Constant.make


def size(dim: Dim) -> Term:
    """The size of a dimension."""
    return number(dim.value) if isinstance(dim.value, int) else Size.make(dim)


def component(tensor: Tensor, indices: tuple[Slot, ...] = ()) -> Component:
    """`T_ij…`; the slots of a symmetric tensor are sorted."""
    if tensor.is_symmetric and slot_key(indices[1]) < slot_key(indices[0]):
        indices = indices[::-1]
    return Component.make(tensor, indices)


def delta(left: Slot, right: Slot) -> Term:
    """`δ_ab`; of two literal components it is a number at once."""
    are_plain = type(left) is Index and type(right) is Index
    if isinstance(left, int) and isinstance(right, int):
        return ONE if left == right else ZERO
    if isinstance(left, Shift) or isinstance(right, Shift):
        apart = distance(left, right)
        if apart is not None:
            return ZERO if apart else ONE
    first, second = (left.key, right.key) if are_plain else (slot_key(left), slot_key(right))  # type: ignore[union-attr]
    return Delta.make(right, left) if second < first else Delta.make(left, right)


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
    return Bracket.make(relation, left, right)


def position(slot: Slot) -> Term:
    if isinstance(slot, int):
        return number(slot)
    if isinstance(slot, Shift):
        return add(number(slot.offset), *(product([number(c), position(i)]) for i, c in slot.indices))
    return Position.make(slot)


def power(base: Term, exponent: Term | int | Fraction) -> Term:
    """`base ^ exponent`, with the exponents 0 and 1, plain numbers and whole powers of powers folded."""
    if not isinstance(exponent, Term):
        exponent = number(exponent)
    if isinstance(exponent, Number):
        n = exponent.whole
        if n is not None:
            if n == 1:
                return base
            if n == 0:
                return ONE
            if isinstance(base, Number) and (base.value != 0 or n > 0) and _is_small_power(base.value, n):
                return number(base.value**n)
            if isinstance(base, Power) and isinstance(base.exponent, Number):
                return power(base.base, base.exponent.value * n)
            if isinstance(base, Product) and not base.bound:
                return product([power(f, exponent) for f in base.factors])
        if isinstance(base, Number) and base.value == 1:
            return ONE
    return Power.make(base, exponent)


def _is_small_power(base: Fraction, exponent: int) -> bool:
    """Can the number be written out?  Larger powers stay powers."""
    digits = max(base.numerator.bit_length(), base.denominator.bit_length())
    return digits * abs(exponent) <= LARGEST_NUMBER


def apply(function: str, *arguments: Term) -> Term:
    """An elementwise function, by its name, of some terms."""
    return Apply.make(function, arguments)


def operator(name: str, arguments: Sequence[Abstraction], indices: Sequence[Slot] = ()) -> Term:
    """A component of a function of whole arrays; a matrix to a small whole power is multiplied out."""
    arguments, indices = tuple(arguments), tuple(indices)
    if name == "power" and isinstance(count := arguments[1].body, Number) and abs(count.value) <= SMALL_POWER:
        return _small_power(arguments[0], int(count.value), indices)
    if name in MATRIX_FUNCTIONS:
        if len(indices) == 2 and slot_key(indices[1]) < slot_key(indices[0]) and arguments[0].symmetric:
            indices = indices[::-1]  # the functions that give a matrix, inverse and power, keep symmetry
    else:
        indices = derivatives_in_order(name, len(arguments[0].params), indices)
    return Operator.make(name, arguments, indices)


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
    return Derivative.make(body, tensor, tuple(indices))


def add(*terms: Term) -> Term:
    """`a + b + …`: flat, ordered, plain numbers added."""
    flat: list[Term] = []
    total: Fraction | int = 0
    for term in terms:
        for part in term.terms if isinstance(term, Sum) else (term,):
            if isinstance(part, Number):
                total += part.value if part.whole is None else part.whole
            else:
                flat.append(part)
    if total:
        flat.append(number(total))
    if not flat:
        return ZERO
    if len(flat) == 1:
        return flat[0]
    return Sum.make(tuple(sorted(flat, key=_key)))


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
    todo = list(factors)
    if not live and len(todo) <= 2:
        if len(todo) == 1:
            return todo[0]
        if todo and type(todo[0]) is Number:
            return _scaled(todo[0], todo[1])
    coefficient: Fraction | int = 1
    counts: dict[Term, Fraction | int] = {}  # whole numbers mostly, which are faster than fractions
    todo.reverse()
    while todo:
        factor = todo.pop()
        kind = type(factor)
        if kind is Component:
            counts[factor] = counts.get(factor, 0) + 1
        elif kind is Number:
            coefficient *= factor.value if factor.whole is None else factor.whole  # type: ignore[attr-defined]
        elif kind is Product and not _is_closed_contraction(factor):  # type: ignore[arg-type]
            # its bound indices stand free nowhere else, unless another product of this height is merged too
            merges = live and not set(live).isdisjoint(factor.bound)  # type: ignore[attr-defined]
            inner, dummies = open_product(factor) if merges else (factor.factors, factor.bound)  # type: ignore
            live.extend(dummies)
            todo.extend(inner)
        elif kind is Power and (count := getattr(factor.exponent, "whole", None)) is not None:  # type: ignore[attr-defined]
            base = factor.base  # type: ignore[attr-defined]
            counts[base] = counts.get(base, 0) + count
        else:
            counts[factor] = counts.get(factor, 0) + 1
    if coefficient == 0:
        return ZERO
    are_single = set(counts.values()) == _SINGLE  # as in most
    if live:
        used = NO_INDICES.union(
            *map(_free, counts if are_single else [base for base, count in counts.items() if count])
        )
        if not used.issuperset(live):
            for b in live:
                if b not in used:
                    extra = size(b.dim)
                    if isinstance(extra, Number):
                        coefficient *= extra.value
                    else:
                        counts[extra] = counts.get(extra, 0) + 1
            live, are_single = [b for b in live if b in used], False
    merged = list(counts) if are_single else _from_counts(counts)
    if live and len(merged) > 1:
        merged, live = _closed_apart(merged, live)
    names: tuple[Index, ...] = ()
    if live:
        merged, names = labelled(merged, live, substitute)
    if len(merged) > 1:
        merged.sort(key=_key)
    if coefficient != 1 or not merged:
        if names and NO_INDICES.union(*map(_free, merged)).issubset(names):
            merged, names = [Product.make(tuple(merged), names)], ()
        merged.insert(0, number(coefficient))
    if len(merged) == 1 and not names:
        return merged[0]
    return Product.make(tuple(merged), names)


def _scaled(factor: Number, term: Term) -> Term:
    """A number times a term, whose canonical form it leaves as it is."""
    if factor is ONE or factor is ZERO:
        return term if factor is ONE else ZERO
    if type(term) is Number:
        return number(factor.value * term.value)
    if type(term) is not Product:
        return Product.make((factor, term), ())
    factors, bound = term.factors, term.bound
    if type(factors[0]) is Number:
        factor, factors = number(factor.value * factors[0].value), factors[1:]
        if factor is ONE:
            return factors[0] if len(factors) == 1 and not bound else Product.make(factors, bound)
    elif bound and not term.free:
        factors, bound = (term,), ()
    return Product.make((factor, *factors), bound)


def _is_closed_contraction(term: Product) -> bool:
    return bool(term.bound) and not term.free and not isinstance(term.factors[0], Number)


def _from_counts(counts: dict[Term, Fraction | int]) -> list[Term]:
    return [base if count == 1 else power(base, count) for base, count in counts.items() if count]


def _closed_apart(factors: list[Term], bound: list[Index]) -> tuple[list[Term], list[Index]]:
    """Contractions that share no index with the rest as one factor each, and the indices that are left."""
    if len(factors) == 2 and not (factors[0].free & factors[1].free).isdisjoint(bound):
        return factors, bound  # it is one component
    closed, rest = closed_components(factors, bound)
    if not closed:
        return factors, bound
    counts: dict[Term, Fraction | int] = {}
    gone: set[Index] = set()
    for members, dummies in closed:
        named, names = labelled(members, dummies, substitute)
        named.sort(key=_key)
        inner = Product.make(tuple(named), names)
        counts[inner] = counts.get(inner, 0) + 1
        gone.update(dummies)
    for factor in rest:
        base: Term = factor
        count: Fraction | int = 1
        if isinstance(factor, Power) and isinstance(factor.exponent, Number):
            base, count = factor.base, factor.exponent.value
        counts[base] = counts.get(base, 0) + count
    return _from_counts(counts), [b for b in bound if b not in gone]


_key, _free = attrgetter("key"), attrgetter("free")
_SINGLE = {1}
_ONLY_INDICES = frozenset((Index,))


def open_product(term: Product) -> tuple[tuple[Term, ...], tuple[Index, ...]]:
    """The factors with fresh names for the bound indices, and those names."""
    if not term.bound:
        return term.factors, ()
    spare = spare_names(term)
    if spare is not None:
        return spare
    dummies = tuple([fresh_index(b.dim) for b in term.bound])
    names: dict[Index, Slot] = dict(zip(term.bound, dummies, strict=True))
    return tuple([substitute(f, names) for f in term.factors]), dummies


def abstraction(params: Sequence[Index], body: Term) -> Abstraction:
    """`(params) ↦ body`."""
    height = body.height + 1
    names = tuple([bound_index(height, k, p.dim) for k, p in enumerate(params)])
    body = substitute(body, dict(zip(params, names, strict=True)))
    square = len(names) == 2 and names[0].dim is names[1].dim
    symmetric = square and substitute(body, {names[0]: names[1], names[1]: names[0]}) is body
    return Abstraction.make(names, body, symmetric)


def instantiate(function: Abstraction, slots: Sequence[Slot]) -> Term:
    """The body of an abstraction at the given slots."""
    return substitute(function.body, dict(zip(function.params, slots, strict=True)))


def open_abstraction(function: Abstraction) -> tuple[tuple[Index, ...], Term]:
    params = tuple([fresh_index(p.dim) for p in function.params])
    return params, instantiate(function, params)


def substitute(term: Term, names: dict[Index, Slot]) -> Term:
    """Every free index replaced by a slot.  Memoised over shared subterms; captures nothing."""
    if term.free.isdisjoint(names):
        return term
    if type(term) is Component:  # most of all calls
        return _at(term, names)
    changed = names.keys()
    memo: dict[Term, Term] = {}
    targets = set(names.values())
    is_renaming = len(targets) == len(names) and _ONLY_INDICES.issuperset(map(type, targets))

    def visit(t: Term) -> Term:
        free = t.free
        if changed.isdisjoint(free):
            return t
        if type(t) is Component:
            return _at(t, names)
        found = memo.get(t)
        if found is None:
            if is_renaming and targets.isdisjoint(free):
                found = _renamed(t, names, targets, visit)
                if found is not None:
                    for key, known in tuple(t.memo.items()):
                        if known is ITSELF:
                            found.memo[key] = ITSELF
            if found is None:
                found = rebuild(t, visit, lambda s: substitute_slot(s, names))
            memo[t] = found
        return found

    found = visit(term)
    # it holds itself, and else only the garbage collector would free it with all that it remembers
    visit = None  # type: ignore[assignment]
    return found


def _at(term: Component, names: dict[Index, Slot]) -> Component:
    """A component with other slots."""
    tensor, at = term.tensor, term.indices
    if term.heads & SHIFTED:
        return component(tensor, tuple([substitute_slot(s, names) for s in at]))
    slots: tuple[Slot, ...] = tuple(map(names.get, at, at))  # type: ignore[arg-type]  # a number is nobody's name
    if tensor.is_symmetric:
        return component(tensor, slots)
    parts = tensor, slots
    entry = TABLE.get((Component, parts))  # as `make` does, with two calls less
    found: Component | None = entry() if entry is not None else None
    return intern_absent((Component, parts), Component, parts) if found is None else found


def _renamed(term: Term, names: dict[Index, Slot], targets: set[Slot], child: Callable[[Term], Term]) -> Term | None:
    """The same head over parts in which free indices have other names, each its own; None where more has to be looked at.

    What was apart stays apart: nothing merges, vanishes or comes to stand in another bracket.  Only the order may be another.
    """
    kind = type(term)
    if kind is Product:
        bound = term.bound  # type: ignore[attr-defined]
        if not targets.isdisjoint(bound) or not names.keys().isdisjoint(bound):
            return None  # its own dummies are renamed with the others
        factors = list(map(child, term.factors))  # type: ignore[attr-defined]
        if len(bound) > 1:
            factors, bound = labelled(factors, list(bound), substitute)
        factors.sort(key=_key)
        return Product.make(tuple(factors), bound)
    if kind is Sum:
        return Sum.make(tuple(sorted(map(child, term.terms), key=_key)))  # type: ignore[attr-defined]
    if kind is Power:
        return Power.make(child(term.base), child(term.exponent))  # type: ignore[attr-defined]
    if kind is Operator or kind is Delta or kind is Derivative:
        slots = term.slots()
        if term.heads & SHIFTED:
            return None
        renamed = tuple(map(names.get, slots, slots))  # type: ignore[arg-type]  # a number is nobody's name
        if kind is Delta:
            return delta(*renamed)  # type: ignore[arg-type]
        if kind is Derivative:
            return Derivative.make(child(term.body), term.tensor, renamed)  # type: ignore[attr-defined]
        arguments = []
        for function in term.abstractions():
            params = function.params
            if not targets.isdisjoint(params) or not names.keys().isdisjoint(params):
                return None
            body = child(function.body)
            is_same = body is function.body
            arguments.append(function if is_same else Abstraction.make(params, body, function.symmetric))
        return operator(term.name, arguments, renamed)  # type: ignore[attr-defined,arg-type]
    return Apply.make(term.function, tuple(map(child, term.arguments))) if kind is Apply else None  # type: ignore[attr-defined]


def rebuild(
    term: Term,
    child: Callable[[Term], Term],
    slot: Callable[[Slot], Slot] = lambda s: s,
    tensor: Callable[[Tensor], Tensor] = lambda t: t,
) -> Term:
    """The same head over changed parts.  Binders are not opened: `child` must not look at bound names."""
    if isinstance(term, Component):
        return component(tensor(term.tensor), tuple([slot(s) for s in term.indices]))
    if isinstance(term, Product):
        return product(map(child, term.factors), map(slot, term.bound))  # type: ignore[arg-type]
    if isinstance(term, Sum):
        return add(*map(child, term.terms))
    if isinstance(term, Power):
        return power(child(term.base), child(term.exponent))
    if isinstance(term, Apply):
        return apply(term.function, *map(child, term.arguments))
    if isinstance(term, Delta):
        return delta(slot(term.left), slot(term.right))
    if isinstance(term, Operator):
        arguments = [_rebuild_abstraction(a, child, slot) for a in term.arguments]
        return operator(term.name, arguments, [slot(s) for s in term.indices])
    if isinstance(term, Derivative):
        return derivative(child(term.body), tensor(term.tensor), [slot(s) for s in term.indices])
    if isinstance(term, Bracket):
        return bracket(term.relation, child(term.left), child(term.right))
    if isinstance(term, Position):
        return position(slot(term.slot))
    return term


def _rebuild_abstraction(
    function: Abstraction, child: Callable[[Term], Term], slot: Callable[[Slot], Slot]
) -> Abstraction:
    body = child(function.body)
    params = tuple(map(slot, function.params))
    if body is function.body and params == function.params:
        return function
    return abstraction(params, body)  # type: ignore[arg-type]


__all__ = [
    "HALF", "MINUS_ONE", "ONE", "TWO", "ZERO", "abstraction", "add", "apply", "bracket", "component",
    "constant", "delta", "derivative", "give_back", "instantiate", "matrix_power", "negate", "number", "open_abstraction",
    "open_product", "operator", "position", "power", "product", "quotient", "rebuild", "size",
    "substitute", "subtract",
]  # fmt: skip
