"""Applying rules: to a normal form, and as a derivation in named steps.

A normal form is computed innermost first and memoised by term, so what is shared is rewritten once; with all rules, a
derivative is carried out as a whole (`direct.py`), which gives what the rules would.  A
derivation applies one rule a step, at every place at once, as a person writes one idea a line; both end
in the same term, which a test checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..terms import build
from ..terms.bounds import LONGEST_POWER, SYMBOLS, is_long, length_in_words
from ..terms.interning import ITSELF
from ..terms.interruption import poll
from ..terms.term import HEADS, Apply, Derivative, Number, Operator, Product, Term, has_head
from ..terms.unknown import shown
from ..terms.walk import map_parts
from .catalogue import catalogue
from .dispatch import Dispatch, functions_in
from .faults import OWN, Fault
from .rule import PHASES, Rule

T = TypeVar("T")
_DERIVATIVE = 1 << Derivative.RANK
FUEL = 20_000
# a rule of a plugin that fires so many times within what it made itself goes on without end
NESTED = 50
# and one that fires so often within itself is to blame where a term grows too long
REPEATED = 5


# who carries a derivative out as a whole, as the rules would: given the dispatch and what normalises; None for "the rules shall"
Direct = Callable[[Derivative, Dispatch, Callable[[Term], Term]], "Term | None"]
_directly: Direct | None = None


def install_direct(direct: Direct) -> None:
    """Say who carries derivatives out as a whole, where all rules are asked for."""
    global _directly
    _directly = direct


class BudgetExceeded(Exception):
    """Fuel ran out; `partial` is how far it came, `rule` what fired last or closes a cycle.

    `fired` is what fired in the cycle, or without end, the likeliest culprit last.
    """

    def __init__(self, partial: Term, rule: str, cycle: bool = False, fired: Iterable[Rule] = ()):
        self.partial, self.rule, self.cycle, self.fired = partial, rule, cycle, tuple(fired)
        what = f"rule {rule} closes a cycle" if cycle else f"gave up after {FUEL} rewrites, the last by rule {rule}"
        super().__init__(what)


class Growing(BudgetExceeded):
    """A term is longer than any that is rewritten; says how long in words."""

    def __init__(self, term: Term, rule: str = "", fired: Iterable[Rule] = ()):
        super().__init__(term, rule, fired=fired)
        self.args = (length_in_words(term),)


class MissingRule(Exception):
    """Something that no rule differentiates; never a zero.  Its text says what, `name` is that of the function."""

    def __init__(self, term: Derivative):
        # of derivatives within one another the innermost is the one that is stuck
        self.term = next(t for t in term.walk() if isinstance(t, Derivative) and not has_head(t.body, Derivative))
        body = self.term.body
        self.name = getattr(body, "function", None) or getattr(body, "name", None) or type(body).__name__.lower()
        self.name = shown(self.name)
        super().__init__(self._why())

    def _why(self) -> str:
        body = self.term.body
        if isinstance(body, Operator) and body.name == "power":
            exponent = body.arguments[1].body
            if isinstance(exponent, Number):
                most = f"at most {LONGEST_POWER} are written out"
                return f"the derivative of a matrix to the power {exponent.value} has as many terms, and {most}"
            where = "in a trace or a determinant, as `d/dX tr(X^k)`, or for a number k"
            return f"the derivative of a matrix to a symbolic power is known only {where}"
        if isinstance(body, Apply) and len(body.arguments) > 1:
            place = next(k for k, a in enumerate(body.arguments) if self.term.tensor in a.depends)
            return f"no rule differentiates `{self.name}` in its {('first', 'second')[place]} argument"
        return f"no rule differentiates `{self.name}`"

    @property
    def can_be_added(self) -> bool:
        """Is it a function, for which a plugin can bring a rule?"""
        return isinstance(self.term.body, Apply)


@dataclass(frozen=True)
class Rewrite:
    """One step: the rule, and the whole term before and after."""

    rule: Rule
    before: Term
    after: Term


def rules_for(ids: Iterable[str] | None = None) -> tuple[Rule, ...]:
    """The named rules, or all, in order of phase."""
    known = catalogue().rules
    chosen = known.values() if ids is None else [known[i] for i in ids]
    return tuple(sorted(chosen, key=lambda r: PHASES.index(r.phase)))


def normal_form(term: Term, rules: Sequence[Rule] | None = None, fuel: int = FUEL) -> Term:
    """Rewrite until no rule fires.  With all rules, the result is kept with the term.

    Raises BudgetExceeded when fuel runs out, MissingRule for a derivative that no rule takes.
    """
    if rules is None:
        return _normal_form_by_all(term, fuel)
    return _without_culprits(lambda: _normal_form(term, Dispatch(_still_on(rules), catalogue().functions), fuel, None))


def _normal_form_by_all(term: Term, fuel: int) -> Term:
    """By all rules; one of a plugin that keeps it from ending is switched off, and the others go on."""

    found = term.memo.get(("normal form", catalogue().version))
    if found is not None and not is_long(term):
        return term if found is ITSELF else found

    def attempt() -> Term:
        known = catalogue()
        return _normal_form(term, known.dispatch(), fuel, ("normal form", known.version))

    return _without_culprits(attempt)


def _without_culprits(attempt: Callable[[], T]) -> T:
    """What comes of rewriting, begun again without each rule of a plugin that keeps it from ending."""
    while True:
        try:
            return attempt()
        except BudgetExceeded as spent:
            culprit = next(
                (r for r in reversed(spent.fired) if r.source not in OWN and r.id in catalogue().rules), None
            )
            if culprit is None:
                raise
            known = catalogue()
            others = " and ".join(f"`{r.id}`" for r in dict.fromkeys(spent.fired) if r is not culprit)
            undoes = f"it undoes what {others} did" if others else "it undoes itself"
            what = undoes if spent.cycle else "it fires again and again on what it made, without end"
            advice = "Turn it round, or make its left side say more of when it applies."
            version = known.versions.get(culprit.source, "")
            known.switch_off(Fault(culprit.source, version, culprit.id, "looping", what, advice))


def _normal_form(term: Term, dispatch: Dispatch, fuel: int, stands: tuple[str, int] | None) -> Term:
    """The normal form; where it `stands` for all rules it is kept with the term, under that key."""
    check = stands is not None
    directly = _directly if check and not catalogue().is_one_by_one else None
    if is_long(term):
        raise Growing(term)
    memo: dict[Term, Term] = {}
    active: dict[Term, Rule] = {}  # what is being rewritten, and the rule that did it
    counts: dict[Rule, int] = {}
    left = [fuel]

    leaves = dispatch.leaves

    def visit(t: Term) -> Term:
        if type(t) in leaves:
            return t
        found = memo.get(t)
        if found is None and check:
            found = t.memo.get(stands)
            if found is ITSELF:
                found = t
        if found is None:
            memo[t] = found = settle(t if is_settled_inside(t) else map_parts(t, visit))
            if check and not found.heads & _DERIVATIVE:
                t.memo[stands] = ITSELF if found is t else found
                if found is t and type(t) is Product and t.bound:  # so are its factors, under whatever names
                    for factor in t.factors:
                        factor.memo[stands] = ITSELF
        return found

    def is_settled_inside(t: Term) -> bool:
        """Are all parts in normal form, as far as is known?  They are under whatever names, so that no binder has to be opened."""
        kind = type(t)
        if kind is Operator:
            return False
        for part in t.factors if kind is Product else t.children():  # type: ignore[attr-defined]
            if type(part) not in leaves and not (check and part.memo.get(stands) is ITSELF):
                return False
        return True

    def settle(t: Term) -> Term:
        poll()
        if directly is not None and type(t) is Derivative:
            whole = directly(t, dispatch, visit)
            if whole is not None and whole is not t:
                if whole.symbols > SYMBOLS:
                    raise Growing(whole)
                return visit(whole)
        if t in active:  # it is a part of what was made of it
            began = list(active).index(t)
            fired = list(active.values())[began:]
            raise BudgetExceeded(t, fired[-1].id, fired=fired)
        for rule in dispatch.on(t):
            # a pattern opens the product that it looks at
            product = _product_in(t) if rule.prepare is not None else None
            new = rule.apply(t) if product is None else _applied(rule, t, product)
            if new is not None and new is not t:
                if new.symbols > SYMBOLS:
                    raise Growing(new, rule.id, [r for r in active.values() if r.source not in OWN][REPEATED:])
                left[0] -= 1
                counts[rule] = counts.get(rule, 0) + 1
                if rule.source not in OWN and sum(r is rule for r in active.values()) >= NESTED:
                    raise BudgetExceeded(t, rule.id, fired=[rule])
                if left[0] < 0:
                    raise BudgetExceeded(t, rule.id, fired=sorted(counts, key=lambda r: counts[r]))
                if new in active:
                    began = list(active).index(new)
                    raise BudgetExceeded(t, rule.id, cycle=True, fired=[*list(active.values())[began:], rule])
                active[t] = rule
                result = visit(new)
                del active[t]
                return result
        # building a product can part it into contractions that stand for the first time: ∑_l δ_l1 of W_k1 δ_l1
        if type(t) is Product:
            for factor in t.factors:
                if type(factor) is Product and factor not in memo and _is_contraction(factor):
                    parted = map_parts(t, lambda c: visit(c) if _is_contraction(c) else c)
                    if parted is not t:
                        return visit(parted)
                    break
        return t

    result = visit(term)
    visit = None  # type: ignore[assignment]  # which holds itself
    if check and has_head(result, Derivative):
        raise MissingRule(next(t for t in result.walk() if isinstance(t, Derivative)))
    return result


def _product_in(term: Term) -> Product | None:
    """The contraction that a rule on the term will open: itself, or what is differentiated."""
    inside = term.body if isinstance(term, Derivative) else term
    return inside if isinstance(inside, Product) and inside.bound else None


def _applied(rule: Rule, term: Term, product: Product) -> Term | None:
    """The rule at the term; a rule that does not fire leaves the names of the opened product to the next one."""
    opened = build.open_product(product)
    build.give_back(product, opened)
    new = rule.apply(term)
    if new is None or new is term:
        build.give_back(product, opened)
    return new


def _is_contraction(term: Term) -> bool:
    return isinstance(term, Product) and bool(term.bound) and not term.free


def derivation(
    term: Term, rules: Sequence[Rule] | None = None, fuel: int = 400, into: list[Rewrite] | None = None
) -> list[Rewrite]:
    """The steps from a term to its normal form, each one rule at every place where it fires.

    They are put `into` a list as they are found, so that whoever stops it has those there are.
    """
    steps = [] if into is None else into
    return _without_culprits(lambda: _derivation(term, _still_on(rules), fuel, steps))


def _still_on(rules: Sequence[Rule] | None) -> Sequence[Rule]:
    """All rules, or of those that are given the ones that have not been switched off."""
    off = catalogue().faults
    return rules_for() if rules is None else [r for r in rules if not off.is_off(r.source, r.id)]


def _derivation(term: Term, chosen: Sequence[Rule], fuel: int, steps: list[Rewrite]) -> list[Rewrite]:
    steps.clear()
    seen = {term}
    while len(steps) < fuel:
        for rule in chosen:
            new = everywhere(rule, term)
            if new is not term:
                break
        else:
            return steps
        if is_long(new):
            raise Growing(new, rule.id)
        steps.append(Rewrite(rule, term, new))
        if new in seen:
            began = next(k for k, s in enumerate(steps) if s.before is new)
            raise BudgetExceeded(new, rule.id, cycle=True, fired=[s.rule for s in steps[began:]])
        seen.add(new)
        term = new
    raise BudgetExceeded(
        term, steps[-1].rule.id, fired=sorted({s.rule for s in steps}, key=[s.rule for s in steps].count)
    )


def everywhere(rule: Rule, term: Term) -> Term:
    """The rule applied once at every outermost place where it fires."""
    heads = tuple(HEADS[h] for h in rule.heads)
    functions = catalogue().functions
    if rule.calls and any(name in functions for name in rule.calls - functions_in(term)):
        return term
    bits = 0
    for head in heads:
        bits |= 1 << head.RANK
    memo: dict[Term, Term] = {}

    def visit(t: Term) -> Term:
        if not t.heads & bits:
            return t
        found = memo.get(t)
        if found is None:
            poll()
            new = None
            if isinstance(t, heads):
                product = _product_in(t)
                new = rule.apply(t) if product is None else _applied(rule, t, product)
            found = memo[t] = new if new is not None else map_parts(t, visit)
        return found

    found = visit(term)
    visit = None  # type: ignore[assignment]  # which holds itself
    return found
