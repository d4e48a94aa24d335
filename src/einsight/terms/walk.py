"""Walks over terms: rebuilding with changed indices, tensors or subterms.  Shared subterms are met once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from fractions import Fraction
from operator import attrgetter, is_

from . import build
from .dimension import Dim, Index, Shift, Slot
from .term import (
    Abstraction,
    Apply,
    Component,
    Derivative,
    Number,
    Operator,
    Power,
    Product,
    Size,
    Sum,
    Tensor,
    Term,
)

_definition, _ONLY_NONE = attrgetter("definition"), frozenset((None,))
_PLAIN = frozenset({Sum, Product, Power})  # of which a product binds nothing


def map_parts(term: Term, change: Callable[[Term], Term]) -> Term:
    """The same head over changed parts, with binders opened: `change` sees no bound index free."""
    if isinstance(term, Product) and term.bound:
        factors, dummies = build.open_product(term)
        changed = [change(f) for f in factors]
        if all(map(is_, factors, changed)):
            build.give_back(term, (factors, dummies))
            return term
        return build.product(changed, dummies)
    if isinstance(term, Operator):
        arguments = []
        for argument in term.arguments:
            params, body = build.open_abstraction(argument)
            changed_body = change(body)
            arguments.append(argument if changed_body is body else build.abstraction(params, changed_body))
        return build.operator(term.name, arguments, term.indices)
    children = term.children()
    if not children:
        return term
    if type(term) in _PLAIN:
        changed = [change(c) for c in children]
        if all(map(is_, children, changed)):
            return term
        if type(term) is Sum:
            return build.add(*changed)
        return build.product(changed) if type(term) is Product else build.power(*changed)
    new = {c: change(c) for c in children}
    if all(map(is_, new.keys(), new.values())):
        return term
    return build.rebuild(term, new.__getitem__)


def replace_dims(term: Term, dims: dict[Dim, Dim]) -> Term:
    """Every dimension replaced, in indices, tensors and definitions alike."""
    memo: dict[Term, Term] = {}
    tensors: dict[Tensor, Tensor] = {}

    def index(i: Index) -> Index:
        return i.over(dims.get(i.dim, i.dim))

    def slot(s: Slot) -> Slot:
        if isinstance(s, Index):
            return index(s)
        if isinstance(s, Shift):
            return Shift(tuple((index(i), c) for i, c in s.indices), s.offset, dims.get(s.dim, s.dim))
        return s

    def tensor(t: Tensor) -> Tensor:
        if t not in tensors:
            definition = t.definition
            if definition is not None:
                params = tuple(index(p) for p in definition.params)
                definition = build.abstraction(params, visit(definition.body))
            tensors[t] = Tensor(t.name, tuple(dims.get(d, d) for d in t.dims), t.properties, definition)
        return tensors[t]

    def visit(t: Term) -> Term:
        if t not in memo:
            memo[t] = (
                build.size(dims.get(t.dim, t.dim)) if isinstance(t, Size) else build.rebuild(t, visit, slot, tensor)
            )
        return memo[t]

    found = visit(term)
    visit = None  # type: ignore[assignment]  # which holds itself
    return found


def expand_definitions(term: Term, keep: frozenset[Tensor] = frozenset()) -> Term:
    """Every defined tensor replaced by its definition, except those in `keep`.

    What a derivative is taken in stays a name inside of it: `∂(r'r)/∂r` is lost where `r` is put in.
    """
    if _ONLY_NONE.issuperset(map(_definition, term.depends)):
        return term
    memo: dict[Term, Term] = {}

    def visit(t: Term) -> Term:
        found = memo.get(t)
        if found is None:
            found = t
            if isinstance(t, Component) and t.tensor.definition is not None and t.tensor not in keep:
                found = visit(build.instantiate(t.tensor.definition, t.indices))
            elif isinstance(t, Derivative) and t.tensor.definition is not None:
                found = build.derivative(expand_definitions(t.body, keep | {t.tensor}), t.tensor, t.indices)
            else:
                found = map_parts(t, visit)
            memo[t] = found
        return found

    found = visit(term)
    visit = None  # type: ignore[assignment]  # which holds itself
    return found


def replace_tensors(term: Term, special: dict[Tensor, Tensor]) -> Term:
    """Every component of some tensors as that of others of the same shape."""
    if term.depends.isdisjoint(special):
        return term
    memo: dict[Term, Term] = {}

    def visit(t: Term) -> Term:
        found = memo.get(t)
        if found is None:
            if isinstance(t, Component):
                found = build.component(special.get(t.tensor, t.tensor), t.indices)
            elif isinstance(t, Derivative) and t.tensor in special:
                found = build.derivative(visit(t.body), special[t.tensor], t.indices)
            else:
                found = map_parts(t, visit)
            memo[t] = found
        return found

    found = visit(term)
    visit = None  # type: ignore[assignment]  # which holds itself
    return found


def fold_definitions(term: Term, tensors: Iterable[Tensor]) -> Term:
    """What is the definition of one of the tensors as that tensor: `1 - tanh(W x)^2` as `1 - h^2`."""
    defined = [(t, t.definition) for t in tensors if t.definition is not None and _is_worth_folding(t.definition.body)]
    if not defined:
        return term
    quotients = [d for d in defined if isinstance(d[1].body, Product) and not d[1].body.bound and len(d[0].dims) == 1]
    memo: dict[Term, Term] = {}

    def visit(t: Term) -> Term:
        found = memo.get(t)
        if found is None:
            found = next((c for c in (folded(t, *d) for d in defined) if c is not None), None)
            if found is None:
                found = map_parts(t, visit)
                for tensor, definition in quotients:
                    found = _fold_factors(found, tensor, definition)
            memo[t] = found
        return found

    def folded(t: Term, tensor: Tensor, definition: Abstraction) -> Term | None:
        if t.RANK != definition.body.RANK or t.heads != definition.body.heads or len(t.free) < len(definition.params):
            return None
        for slots in itertools.permutations(sorted(t.free, key=lambda i: i.key), len(definition.params)):
            fits = all(s.dim is p.dim for s, p in zip(slots, definition.params, strict=True))
            if fits and build.instantiate(definition, slots) is t:
                return build.component(tensor, slots)
        return None

    found = visit(term)
    visit = None  # type: ignore[assignment]  # which holds itself
    return found


def _fold_factors(term: Term, tensor: Tensor, definition: Abstraction) -> Term:
    """Some factors of a product as the tensor whose definition they are: `exp(u_i) t_i/∑exp(u)` as `p_i t_i`."""
    if not isinstance(term, Product) or term.heads & definition.body.heads != definition.body.heads:
        return term
    factors, dummies = build.open_product(term)
    counts: dict[Term, Fraction] = {}
    for factor in factors:
        base, count = _counted(factor)
        counts[base] = counts.get(base, Fraction(0)) + count
    for index in sorted({i for f in factors for i in f.free if i.dim is tensor.dims[0]}, key=lambda i: i.key):
        body = build.instantiate(definition, (index,))
        if not isinstance(body, Product):
            continue
        wanted = dict(map(_counted, body.factors))
        while all(counts.get(b, Fraction(0)) / n >= 1 for b, n in wanted.items()):
            for base, n in wanted.items():
                counts[base] -= n
            found = build.component(tensor, (index,))
            counts[found] = counts.get(found, Fraction(0)) + 1
    return build.product([build.power(b, n) for b, n in counts.items() if n], dummies)


def _counted(factor: Term) -> tuple[Term, Fraction]:
    if isinstance(factor, Power) and isinstance(factor.exponent, Number):
        return factor.base, factor.exponent.value
    return factor, Fraction(1)


def _is_worth_folding(body: Term) -> bool:
    """A definition that is no mere name for a component or a number."""
    return isinstance(body, (Apply, Operator, Power)) or (isinstance(body, (Sum, Product)) and len(body.children()) > 1)


def is_whole(term: Term) -> bool:
    """Is it a whole number wherever the declarations hold: sums and products of integers and sizes?"""
    if isinstance(term, Component):
        return "integer" in term.tensor.properties
    if isinstance(term, (Sum, Product)):
        return all(map(is_whole, term.children()))
    return isinstance(term, Size) or (isinstance(term, Number) and term.value.denominator == 1)
