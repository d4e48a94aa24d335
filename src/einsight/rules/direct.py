"""Derivatives of whole terms at once: what the rules of `derivative.py` and `delta.contract` give together, without the terms between.

A derivative is a list of parts, each a product that is not built yet: factors, the indices that it sums, and pairs of slots that
must agree, which are the deltas.  Where a sum over an index meets a pair with it, the index is the other slot, so that such a
delta is never made.  Factors are renamed, and a product is built and interned, once, when all parts are known.

The rules say what is right: what stands here are those of sums, products, powers, elementwise functions and components; whatever
else is differentiated, a function of arrays or what a plugin brings, is taken by the rule that fires on it (`dispatch`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..terms import build
from ..terms.dimension import Index, Shift, Slot
from ..terms.interruption import poll
from ..terms.term import (
    Apply,
    Bracket,
    Component,
    Delta,
    Derivative,
    Operator,
    Power,
    Product,
    Sum,
    Term,
    has_head,
)
from .dispatch import Dispatch
from .engine import MissingRule
from .function_bodies import function_derivative

Pair = tuple[Slot, Slot]


class Part(NamedTuple):
    """`∑_bound factors · [pairs agree] · (sum of inner)`, with the names that some indices have got.

    `names` are for the factors; `pairs` have them already.
    """

    factors: tuple[Term, ...]
    bound: tuple[Index, ...] = ()
    pairs: tuple[Pair, ...] = ()
    names: dict[Index, Slot] = {}
    inner: tuple[Part, ...] = ()


def direct(term: Derivative, dispatch: Dispatch, visit: Callable[[Term], Term]) -> Term | None:
    """A derivative carried out, its body in normal form; None where a rule that is not ours may have a say.

    `visit` gives the normal form of what a definition says.  What no rule takes is left as it stands.
    """
    if dispatch.hears_all or dispatch.hears_foreign(term):
        return None
    for rule in dispatch.on(term):
        if rule.phase != "expand":  # which comes before differentiation: through many definitions
            break
        found = rule.apply(term)
        if found is not None:
            return found
    return _Direct(term, dispatch, visit).whole()


class _Direct:
    def __init__(self, term: Derivative, dispatch: Dispatch, visit: Callable[[Term], Term]):
        self.term, self.dispatch, self.visit = term, dispatch, visit
        self.tensor, self.slots = term.tensor, term.indices

    def whole(self) -> Term:
        return _sum_of(self.of(self.term.body), {})

    def of(self, term: Term) -> Sequence[Part]:
        """The derivative of a term: no part where it does not depend on the variable."""
        if self.tensor not in term.depends:
            return ()
        poll()
        kind = type(term)
        if kind is Component:
            return self._of_component(term)  # type: ignore[arg-type]
        if kind is Product:
            return self._of_product(term)  # type: ignore[arg-type]
        if kind is Sum:
            return [part for t in term.children() for part in self.of(t)]
        if kind is Power:
            return self._of_power(term)  # type: ignore[arg-type]
        if kind is Apply:
            return self._of_function(term)  # type: ignore[arg-type]
        if kind is Bracket:
            return ()
        return self._by_rules(term)

    def _of_component(self, term: Component) -> Sequence[Part]:
        if term.tensor is not self.tensor:
            assert term.tensor.definition is not None
            body = self.visit(build.instantiate(term.tensor.definition, term.indices))
            return self._by_rules(body) if self._is_taken(body) else self.of(body)
        at, by = term.indices, self.slots
        plain = tuple(zip(at, by, strict=True))
        if len(at) == 2 and self.tensor.properties:
            # The Matrix Cookbook, section 2.8 (structured matrices), as `derivative.variation` has it
            turned = ((at[0], by[1]), (at[1], by[0]))
            if "diagonal" in self.tensor.properties:
                return (_with_pairs((), (*plain, (by[0], by[1]))),)
            if "symmetric" in self.tensor.properties:
                return (Part((build.HALF,), inner=(_with_pairs((), plain), _with_pairs((), turned))),)
            if "antisymmetric" in self.tensor.properties:
                both = (_with_pairs((), plain), _with_pairs((build.MINUS_ONE,), turned))
                return (Part((build.HALF,), inner=both),)
        return (_with_pairs((), plain),)

    def _is_taken(self, body: Term) -> bool:
        """May a rule that is not ours take the derivative of what stands behind a name?"""
        return self.dispatch.hears_foreign(build.derivative(body, self.tensor, self.slots))

    def _of_product(self, term: Product) -> Sequence[Part]:
        if len(term.factors) == 1 and type(term.factors[0]) is Operator:
            return self._by_rules(term)  # the trace of a power, of an exponential
        factors, dummies = build.open_product(term)
        fixed = tuple([f for f in factors if self.tensor not in f.depends])
        varying = [f for f in factors if self.tensor in f.depends]
        found: list[Part] = []
        for place, factor in enumerate(varying):
            found += self._times((*varying[:place], *varying[place + 1 :]), (), self.of(factor))
        return self._times(fixed, dummies, found)

    def _of_power(self, term: Power) -> Sequence[Part]:
        base, exponent = term.base, term.exponent
        if self.tensor not in exponent.depends:
            lower = build.power(base, build.add(exponent, build.MINUS_ONE))
            return self._times((exponent, lower), (), self.of(base))
        inner = (
            *self._times((build.apply("log", base),), (), self.of(exponent)),
            *self._times((exponent, build.power(base, -1)), (), self.of(base)),
        )
        return self._times((term,), (), inner)

    def _of_function(self, term: Apply) -> Sequence[Part]:
        found: list[Part] = []
        for place, argument in enumerate(term.arguments):
            slopes = self.of(argument)
            if slopes:
                outer = function_derivative(term.function, place, term.arguments)
                if outer is None:
                    at = build.derivative(term, self.tensor, self.slots)
                    assert isinstance(at, Derivative)
                    raise MissingRule(at)
                found += self._times((outer,), (), slopes)
        return found

    def _by_rules(self, body: Term) -> Sequence[Part]:
        """By the rule that fires on the derivative, as whose linear function what it gives is read."""
        at = build.derivative(body, self.tensor, self.slots)
        assert isinstance(at, Derivative)
        for rule in self.dispatch.on(at):
            new = rule.apply(at)
            if new is not None and new is not at:
                return self._linear(new)
        return (Part((at,)),)

    def _linear(self, term: Term) -> Sequence[Part]:
        """A term that holds derivatives, as their linear function."""
        if isinstance(term, Derivative) and term.tensor is self.tensor and term.indices == self.slots:
            body = self.visit(term.body)
            return (Part((term,)),) if self._is_taken(body) else self.of(body)
        if isinstance(term, Sum):
            return [part for t in term.terms for part in self._linear(t)]
        if isinstance(term, Product) and sum(has_head(f, Derivative) for f in term.factors) == 1:
            factors, dummies = build.open_product(term)
            place = next(k for k, f in enumerate(factors) if has_head(f, Derivative))
            return self._times((*factors[:place], *factors[place + 1 :]), dummies, self._linear(factors[place]))
        return (Part((term,)),)

    def _times(self, factors: tuple[Term, ...], dummies: tuple[Index, ...], slopes: Sequence[Part]) -> Sequence[Part]:
        """`∑_dummies factors · slopes`; multiplied out where that contracts a pair, as `delta.distribute` does."""
        if not slopes:
            return ()
        if dummies and [part for part in slopes if _holds(part, dummies)]:
            flat = [one for part in slopes for one in _spread(part, dummies)]
            parts = (_contracted((*factors, *p.factors), (*dummies, *p.bound), p.pairs, p.names, p.inner) for p in flat)
            return [part for part in parts if part is not None]
        if len(slopes) > 1:
            return (Part(factors, dummies, inner=tuple(slopes)),)
        p = slopes[0]
        found = Part((*factors, *p.factors), (*dummies, *p.bound), p.pairs, p.names, p.inner)
        if dummies and Delta in map(type, p.factors):  # of a shifted index, which the rules know to contract
            return (Part((self.visit(_built(found, {})),)),)
        return (found,)


def _with_pairs(factors: tuple[Term, ...], pairs: Sequence[Pair]) -> Part:
    """A part with those pairs; one with a shifted index is a delta, which rules contract."""
    if [pair for pair in pairs if Shift in map(type, pair)]:
        return Part((*factors, *(build.delta(a, b) for a, b in pairs)))
    return Part(factors, (), tuple(pairs))


def _holds(part: Part, dummies: Sequence[Index]) -> bool:
    """Is there a pair with one of those indices in it?"""
    if [pair for pair in part.pairs if pair[0] in dummies or pair[1] in dummies]:
        return True
    return any(_holds(p, dummies) for p in part.inner)


def _spread(part: Part, dummies: Sequence[Index]) -> list[Part]:
    """A part with the sum in it multiplied out, where that holds a pair with one of those indices."""
    if not [p for p in part.inner if _holds(p, dummies)]:
        return [part]
    return [
        Part(
            (*part.factors, *p.factors), (*part.bound, *p.bound), (*part.pairs, *p.pairs), {**part.names, **p.names},
            p.inner,
        )
        for inner in part.inner
        for p in _spread(inner, dummies)
    ]  # fmt: skip


def _contracted(
    factors: tuple[Term, ...], bound: tuple[Index, ...], pairs: Sequence[Pair], names: dict[Index, Slot],
    inner: tuple[Part, ...],
) -> Part | None:  # fmt: skip
    """A part in which what is summed and stands in a pair has the name of the other slot; None where it is 0."""
    left: list[Pair] = []
    summed = list(bound)
    known = dict(names)
    todo = list(pairs)
    while todo:
        a, b = todo.pop()
        if a is b or a == b:
            continue
        if a in summed:
            gone, kept = a, b
        elif b in summed:
            gone, kept = b, a
        elif isinstance(a, int) and isinstance(b, int):
            return None
        else:
            left.append((a, b))
            continue
        assert isinstance(gone, Index)
        summed.remove(gone)
        for index, slot in known.items():
            if slot is gone:
                known[index] = kept
        known[gone] = kept
        todo = [(kept if c is gone else c, kept if d is gone else d) for c, d in todo]
    return Part(factors, tuple(summed), tuple(left), known, inner)


def _sum_of(parts: Sequence[Part], names: dict[Index, Slot]) -> Term:
    if len(parts) == 1:
        return _built(parts[0], names)
    return build.add(*[_built(part, names) for part in parts])


def _built(part: Part, outside: dict[Index, Slot]) -> Term:
    """The term of a part, where indices of what it stands in have those names."""
    names = part.names
    if outside:
        names = {**outside, **{i: outside.get(s, s) if isinstance(s, Index) else s for i, s in names.items()}}
    factors = [build.substitute(f, names) for f in part.factors] if names else list(part.factors)
    for a, b in part.pairs:
        if names:
            a, b = names.get(a, a), names.get(b, b)  # type: ignore[arg-type]  # a number is nobody's name
        factors.append(build.delta(a, b))
    if part.inner:
        factors.append(_sum_of(part.inner, names))
    return build.product(factors, part.bound)
