"""Does rewriting come to an end?  By a measure, where one is found; else by trial, with the terms that come again where not.

The measure is a weight that each step of a rule brings down, whatever its names stand for: linear in the weights of the names,
none of which is below 1.  Numbers, `δ` and constants weigh 1, a special tensor 20, sums and products what is in them, a power
its base times its exponent, and `f(x)` weighs `4 x + 1`.  `build` makes no term heavier that it puts in order, and what is part
of a lighter term makes that lighter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from ..notation.index_form import free_names, index_form
from ..rules.engine import everywhere, rules_for
from ..rules.pattern import MalformedRule, compiled
from ..rules.rule import Rule
from ..terms.term import Apply, Component, Derivative, Number, Operator, Power, Product, Sum, Term

SPECIAL, CALL = Fraction(20), Fraction(4)
# steps and parts of a term after which a trial is said not to end; steps that are shown of it, and how much of a term
MOST_STEPS, MOST_PARTS = 100, 500
SHOWN = 4
LONGEST = 80
Weight = dict[str, Fraction]
ONE = ""  # the name of the constant part of a weight


def has_measure(rule: Rule) -> bool:
    """Does every step of it make a term lighter?  False where that is not seen."""
    if rule.prepare is None:
        return False
    try:
        left, right = (_weight(side.term) for side in compiled(rule.statement))
    except (MalformedRule, _Unweighed):
        return False
    rest = _added([left, _scaled(right, Fraction(-1))])
    # with no name heavier on the right, the difference is least where every name weighs 1
    return all(rest[name] >= 0 for name in rest if name != ONE) and sum(rest.values()) > 0


class _Unweighed(Exception):
    """A term whose weight is not linear in those of its names."""


def _weight(term: Term) -> Weight:
    """The weight as a number of each name, and a constant part."""
    if isinstance(term, Component):
        special = "special" in term.tensor.properties
        return {ONE: SPECIAL} if special else {term.tensor.name: Fraction(1)}
    if isinstance(term, (Sum, Product)):
        return _added(map(_weight, term.children()))
    if isinstance(term, Power):
        if not isinstance(term.exponent, Number):
            raise _Unweighed
        return _scaled(_weight(term.base), max(Fraction(1), abs(term.exponent.value)))
    if isinstance(term, (Apply, Operator)):
        inner = [*term.children(), *(a.body for a in term.abstractions())]
        return _added([_scaled(_added(map(_weight, inner)), CALL), {ONE: Fraction(1)}])
    if isinstance(term, Derivative):  # what is differentiated is multiplied by its rules
        raise _Unweighed
    return {ONE: Fraction(1)}


def _added(weights: Iterable[Weight]) -> Weight:
    found: Weight = {}
    for weight in weights:
        for name, count in weight.items():
            found[name] = found.get(name, Fraction(0)) + count
    return found


def _scaled(weight: Weight, factor: Fraction) -> Weight:
    return {name: factor * count for name, count in weight.items()}


# by trial


def endless(term: Term, rules: Sequence[Rule] | None = None) -> str:
    """Where rewriting by rules (all, if not said) does not end, the terms that come again and again; empty where it ends.

    One rule at a time, everywhere in the term, as derivations are shown.
    """
    chosen = rules_for() if rules is None else rules
    made = [("", term)]
    while len(made) <= MOST_STEPS and sum(1 + len(t.children()) for t in term.walk()) <= MOST_PARTS:
        for rule in chosen:
            new = everywhere(rule, term)
            if new is not term:
                break
        else:
            return ""
        made.append((rule.id, new))
        began = next((k for k, (_, t) in enumerate(made[:-1]) if t is new), None)
        if began is not None:
            return _told(made[began:])
        term = new
    return _told(made)


def _told(made: list[tuple[str, Term]]) -> str:
    """Terms, each after the first with the rule that made it."""
    (_, first), *rest = made[: SHOWN + 1]
    steps = [f"`{_text(term)}` by {rule}" for rule, term in rest]
    return f"`{_text(first)}` becomes {', then '.join(steps)}{', and so on' if len(made) > SHOWN + 1 else ''}"


def _text(term: Term) -> str:
    text = index_form(term, free_names(sorted(term.free, key=lambda i: i.key)))
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"
