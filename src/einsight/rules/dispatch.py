"""Which rules are tried on a term: those for its head, and of patterns those whose functions stand in it.

So hundreds of rules that plugins bring cost nothing where they cannot fire.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from ..terms.term import HEADS, Apply, Component, Constant, Number, Operator, Size, Term
from .faults import OWN
from .rule import Rule

_MARK = (1 << Apply.RANK) | (1 << Operator.RANK)
_NONE: frozenset[str] = frozenset()
# sets of functions for which the rules are kept
MOST_KEPT = 10_000


class Dispatch:
    """The rules in the order in which they are given; `functions` are the names that are functions."""

    def __init__(self, rules: Iterable[Rule], functions: Container[str] = ()):
        self._by_head: dict[type[Term], list[Rule]] = {}
        self._calls: dict[str, frozenset[str]] = {}
        self._kept: dict[tuple[type[Term], int, frozenset[str]], list[Rule]] = {}
        self._foreign: dict[int, bool] = {}  # by the list that is kept
        self._choosy: set[type[Term]] = set()  # heads of which some rules want functions
        self._inside: dict[str, int] = {}
        self._looked_at = 0  # the heads that any rule wants inside
        self.hears_all = False  # is there a rule of a plugin on what stands between a derivative and its result?
        for rule in rules:
            if rule.source not in OWN and _is_on_deltas(rule):
                self.hears_all = True
            bits = 0
            for name in rule.inside:
                bits |= 1 << HEADS[name].RANK
            self._inside[rule.id] = bits
            self._looked_at |= bits
            calls = frozenset(name for name in rule.calls if name in functions)
            self._calls[rule.id] = calls
            for name in rule.heads:
                self._by_head.setdefault(HEADS[name], []).append(rule)
                if calls:
                    self._choosy.add(HEADS[name])

        # heads that hold nothing and on which no rule fires: what has them is in normal form
        self.leaves = frozenset(head for head in (Number, Size, Constant, Component) if head not in self._by_head)

    def on(self, term: Term) -> Sequence[Rule]:
        """The rules that may fire on a term."""
        head = type(term)
        key = head, term.heads & self._looked_at, functions_in(term) if head in self._choosy else _NONE
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
                self._foreign.clear()
            _, bits, functions = key
            listed = self._by_head.get(head, ())
            found = self._kept[key] = [
                rule
                for rule in listed
                if self._calls[rule.id] <= functions and self._inside[rule.id] & bits == self._inside[rule.id]
            ]
        return found

    def hears_foreign(self, term: Term) -> bool:
        """Is one of them none of ours?"""
        rules = self.on(term)
        found = self._foreign.get(id(rules))
        if found is None:
            found = self._foreign[id(rules)] = any(rule.source not in OWN for rule in rules)
        return found


def _is_on_deltas(rule: Rule) -> bool:
    if rule.heads == ("Derivative",):  # which is asked for each derivative
        return False
    left = rule.statement.partition("=>")[0]
    return "Delta" in rule.heads or any(sign in left for sign in ("δ", "delta", "∂"))


def functions_in(term: Term) -> frozenset[str]:
    """The names of the functions, elementwise and of arrays, anywhere in a term."""
    if not term.heads & _MARK:
        return _NONE
    known = term.memo.get("functions")
    if known is None:
        parts = [functions_in(c) for c in (*term.children(), *(a.body for a in term.abstractions()))]
        if isinstance(term, Apply):
            parts.append(frozenset((term.function,)))
        elif isinstance(term, Operator):
            parts.append(frozenset((term.name,)))
        known = term.memo["functions"] = parts[0] if len(parts) == 1 else _NONE.union(*parts)
    return known
