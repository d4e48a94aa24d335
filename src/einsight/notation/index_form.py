"""Index form: components, with the summation convention and a `∑` where the convention would not sum.

The text reads back as the right side of a definition whose left side has the free indices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction

from ..rules.engine import Growing
from ..terms import build
from ..terms.bounds import is_long
from ..terms.dimension import Index, Shift, Slot
from ..terms.term import (
    HEADS,
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
    Term,
    has_head,
)
from ..terms.unknown import ENTRY_FUNCTIONS, shown
from .matrix_form import raise_abstraction
from .ordering import indices_as_printed, order_factors, order_terms
from .summation import is_summed

FREE_LETTERS = "ijklpqrstuvabcdefgh"
DUMMY_LETTERS = "klpqrstuvabcdefgh"
HALF = Fraction(1, 2)

# precedences: of a sum, of a product, of one factor, of what can take a postfix
SUM, PRODUCT, FACTOR, ATOM = range(4)


def free_names(indices: Sequence[Index], taken: Sequence[str] = ()) -> dict[Index, str]:
    """Names for free indices: their own where they have one, else the first letters that are left."""
    names: dict[Index, str] = {}
    used = set(taken) | {i.name for i in indices if i.kind == Index.NAMED}
    for index in indices:
        if index.kind == Index.NAMED:
            names[index] = index.name
        else:
            names[index] = _unused(FREE_LETTERS, used)
            used.add(names[index])
    return names


def free_letters(count: int, taken: Iterable[str]) -> list[str]:
    """The first letters for free indices that are left."""
    used = set(taken)
    letters = []
    for _ in range(count):
        letters.append(_unused(FREE_LETTERS, used))
        used.add(letters[-1])
    return letters


def _unused(letters: str, used: set[str]) -> str:
    for letter in letters:
        if letter not in used:
            return letter
    number = 1
    while f"i{number}" in used:
        number += 1
    return f"i{number}"


def index_form(term: Term, names: dict[Index, str] | None = None) -> str:
    """The plain text of a term; `names` gives names to indices that have none of their own.

    Raises BudgetExceeded for one that is longer than anybody reads.
    """
    return printed(Printer(), term, names)


def printed(printer: Printer, term: Term, names: dict[Index, str] | None) -> str:
    """The text that a printer makes of a term, with names for all indices."""
    if is_long(term):
        raise Growing(term)
    names = dict(names or {})
    missing = [i for i in term.free if i not in names]
    if missing:
        names.update(free_names(sorted(missing, key=lambda i: i.key), list(names.values())))
    # a dummy must not look like a dimension or, in a bracket, like a scalar that stands there
    printer.reserved = set()
    if has_head(term, Size):
        printer.reserved |= {str(p.dim) for p in term.walk() if isinstance(p, Size)}
    if term.heads & SHIFTED:
        printer.reserved |= {str(d) for t in term.depends for d in t.dims}
    if has_head(term, Bracket):
        printer.reserved |= {p.tensor.name for p in term.walk() if isinstance(p, Component) and not p.indices}
    return printer.text(term, names, SUM)


def is_closed(text: str) -> bool:
    """Is it a bracket, or a call, as a whole: `(a + b)`, `sqrt(a + b)`?"""
    start, depth = text.find("("), 0
    if start < 0 or not (text[:start] == "" or text[:start].isalnum()):
        return False
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place == len(text) - 1
    return False


_METHODS = {head: f"_{name.lower()}" for name, head in HEADS.items()}


class Printer:
    """Walks a term with a scope: the names of the indices that are free at that place."""

    sum_sign, minus = "∑", "-"
    reserved: AbstractSet[str] = frozenset()
    # letters of the `∑` in the product that was written last, and of those in terms before: what the convention sums has others,
    # since readers take `∑_k a_k + b_k c_k` for one sum
    signs: AbstractSet[str] = frozenset()
    left_behind: AbstractSet[str] = frozenset()

    def text(self, term: Term, scope: dict[Index, str], level: int) -> str:
        body, own = getattr(self, _METHODS[type(term)])(term, scope)
        return self.bracket(body) if own < level else body

    def bracket(self, body: str) -> str:
        return f"({body})"

    # slots

    def slot(self, slot: Slot, scope: dict[Index, str]) -> str:
        if isinstance(slot, Index):
            return scope.get(slot, slot.name)
        if isinstance(slot, Shift):
            named = sorted((-c, scope.get(i, i.name)) for i, c in slot.indices)
            parts = [("-" if c > 0 else "+") + ("" if abs(c) == 1 else str(abs(c))) + name for c, name in named]
            parts += [f"{slot.offset:+d}"] if slot.offset else []
            return "".join(parts).lstrip("+")
        return str(slot)

    def subscript(self, slots: Sequence[Slot], scope: dict[Index, str]) -> str:
        if not slots:
            return ""
        names = [scope.get(s, s.name) if type(s) is Index else self.slot(s, scope) for s in slots]
        together = "".join(names)
        if len(together) == len(names) and together.isalnum():
            return "_" + together
        return "_{" + ",".join(names) + "}"

    # atoms

    def _number(self, term: Number, scope: dict[Index, str]) -> tuple[str, int]:
        value = term.value
        if value.denominator == 1:
            return str(value), ATOM if value >= 0 else SUM
        return self.fraction(str(value.numerator), str(value.denominator)), PRODUCT if value >= 0 else SUM

    def fraction(self, top: str, bottom: str) -> str:
        return f"{top}/{bottom}"

    def _size(self, term: Size, scope: dict[Index, str]) -> tuple[str, int]:
        return str(term.dim), ATOM

    def _constant(self, term: Constant, scope: dict[Index, str]) -> tuple[str, int]:
        return term.name, ATOM

    def name(self, text: str) -> str:
        return text

    def _component(self, term: Component, scope: dict[Index, str]) -> tuple[str, int]:
        return self.name(term.tensor.name) + self.subscript(term.indices, scope), ATOM

    def _delta(self, term: Delta, scope: dict[Index, str]) -> tuple[str, int]:
        slots = sorted((term.left, term.right), key=lambda s: (isinstance(s, int), self._place(s, scope)))
        return self.name("δ") + self.subscript(slots, scope), ATOM

    def _place(self, slot: Slot, scope: dict[Index, str]) -> tuple[int, str]:
        order = list(scope)
        return (order.index(slot) if slot in scope else 99, self.slot(slot, scope))  # type: ignore[arg-type, operator]

    def _position(self, term: Position, scope: dict[Index, str]) -> tuple[str, int]:
        return self.slot(term.slot, scope), ATOM

    def _bracket(self, term: Bracket, scope: dict[Index, str]) -> tuple[str, int]:
        left, right = self.text(term.left, scope, SUM), self.text(term.right, scope, SUM)
        relation = term.relation
        if isinstance(term.left, Number) and relation in "<≤":
            left, right, relation = right, left, {"<": ">", "≤": "≥"}[relation]
        return f"[{left} {self.relation(relation)} {right}]", ATOM

    def relation(self, sign: str) -> str:
        return sign

    # compounds

    def _power(self, term: Power, scope: dict[Index, str]) -> tuple[str, int]:
        exponent = term.exponent
        if isinstance(exponent, Number):
            if exponent.value == HALF:
                return self.root(self.text(term.base, scope, SUM)), ATOM
            if exponent.value < 0:
                return self._product_text([term], (), scope)
        base = self.text(term.base, scope, ATOM)
        if isinstance(term.base, Power):
            base = self.bracket(self.text(term.base, scope, SUM))
        return self.raised(base, exponent, scope), FACTOR

    def root(self, body: str) -> str:
        return f"sqrt({body})"

    def raised(self, base: str, exponent: Term, scope: dict[Index, str]) -> str:
        return self.power_text(base, self.text(exponent, scope, SUM))

    def power_text(self, base: str, exponent: str) -> str:
        return f"{base}^{exponent}" if exponent.isalnum() else f"{base}^({exponent})"

    def _apply(self, term: Apply, scope: dict[Index, str]) -> tuple[str, int]:
        arguments = ", ".join(self.text(a, scope, SUM) for a in term.arguments)
        return f"{self.function(shown(term.function))}{self.bracket(arguments)}", ATOM

    def function(self, name: str) -> str:
        return name

    def _operator(self, term: Operator, scope: dict[Index, str]) -> tuple[str, int]:
        if term.name == "power":
            base, exponent = self._array(term.arguments[0], scope), self.text(term.arguments[1].body, scope, SUM)
            base = base if base.isalnum() else self.bracket(base)
            return self.bracket(self.power_text(base, exponent)) + self.subscript(term.indices, scope), ATOM
        if term.name in ENTRY_FUNCTIONS and term.free:
            return self._along_indices(term, scope), ATOM
        inner = ", ".join(self._array(a, scope) for a in term.arguments)
        return f"{self.function(term.name)}{self.bracket(inner)}" + self.subscript(term.indices, scope), ATOM

    def _array(self, function: Abstraction, scope: dict[Index, str]) -> str:
        """A whole array: its matrix form where there is one, else its components."""
        raised = raise_abstraction(function)
        if raised is not None and not function.free:
            return self.matrix(raised)
        params, body, inner = self._opened(function, scope)
        return f"({self.text(body, inner, SUM)})"

    def _opened(
        self, function: Abstraction, scope: dict[Index, str]
    ) -> tuple[tuple[Index, ...], Term, dict[Index, str]]:
        """An abstraction with letters for its indices."""
        params, body = build.open_abstraction(function)
        inner = dict(scope)
        used = set(scope.values()) | self.reserved
        for param in params:
            inner[param] = _unused(FREE_LETTERS, used)
            used.add(inner[param])
        return params, body, inner

    def _along_indices(self, term: Operator, scope: dict[Index, str]) -> str:
        """`max_j(S_ij)`, where other indices stand in it."""
        params, body, inner = self._opened(term.arguments[0], scope)
        return f"{self.function(term.name)}{self.subscript(params, inner)}{self.bracket(self.text(body, inner, SUM))}"

    def matrix(self, text: str) -> str:
        return text

    def _derivative(self, term: Derivative, scope: dict[Index, str]) -> tuple[str, int]:
        variable = self.name(term.tensor.name) + self.subscript(term.indices, scope)
        if isinstance(term.body, Component):
            return self.partial(self.text(term.body, scope, ATOM), variable), FACTOR
        return f"{self.partial('', variable)} {self.bracket(self.text(term.body, scope, SUM))}", PRODUCT

    def partial(self, top: str, variable: str) -> str:
        return f"∂{top}/∂{variable}"

    def _sum(self, term: Sum, scope: dict[Index, str]) -> tuple[str, int]:
        out, around = "", self.left_behind
        for part in order_terms(term.terms):
            self.signs = frozenset()
            text = self.text(part, scope, SUM)
            if self.signs:
                self.left_behind |= self.signs
            if not out:
                out = text
            elif text.startswith(self.minus):
                out += f" {self.minus} {text[len(self.minus) :]}"
            else:
                out += f" + {text}"
        self.left_behind = around
        return out, SUM

    def _product(self, term: Product, scope: dict[Index, str]) -> tuple[str, int]:
        factors, dummies = build.open_product(term)
        text = self._product_text(factors, dummies, scope)
        build.give_back(term, (factors, dummies))
        return text

    def _product_text(
        self, factors: Sequence[Term], dummies: Sequence[Index], scope: dict[Index, str]
    ) -> tuple[str, int]:
        number: Fraction | int = 1
        over, under = [], []
        for factor in order_factors(factors, list(scope)):
            if isinstance(factor, Number):
                number *= factor.value if factor.whole is None else factor.whole
            elif isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value < 0:
                under.append(build.power(factor.base, -factor.exponent.value))
            else:
                over.append(factor)
        inner = scope
        if dummies:
            inner = dict(scope)
            used = set(scope.values()) | self.reserved
            for index in self._appearance([*over, *under], dummies):
                of_convention = self.left_behind and is_summed(index, over, under)
                inner[index] = _unused(DUMMY_LETTERS, used | self.left_behind if of_convention else used)
                used.add(inner[index])
        explicit = [d for d in dummies if not is_summed(d, over, under)]
        if explicit:  # what is the same in each summand stands before the sum
            over.sort(key=lambda f: not f.free.isdisjoint(dummies))
        before = len([f for f in over if f.free.isdisjoint(dummies)]) if explicit else 0
        top = [self._factor(f, inner, len(over) + len(under) > 1 or bool(dummies)) for f in over]
        size = -number if number < 0 else number
        numerator, denominator = size.numerator, size.denominator
        if explicit:
            names = sorted(inner[d] for d in explicit)
            sums = self.sum_over(names)
            top = [*top[:before], f"{sums} {' '.join(top[before:]) or '1'}"]
        bottom = [self._factor(f, inner, True) for f in under]
        if denominator != 1 and bottom:  # `a/(2 c)`
            bottom.insert(0, str(denominator))
            denominator = 1
        if denominator != 1:
            top.insert(0, self.fraction(str(numerator), str(denominator)))
        elif numerator != 1 or not top:
            top.insert(0, str(numerator))
        text = " ".join(top)
        if bottom:
            text = self.over(text, bottom)
        self.signs = frozenset(names) if explicit else frozenset()
        level = PRODUCT if len(top) + len(bottom) > 1 or explicit or dummies or under else FACTOR
        return (self.minus + text, SUM) if number < 0 else (text, level)

    def over(self, top: str, bottom: list[str]) -> str:
        one = len(bottom) == 1 and (" " not in bottom[0] or is_closed(re.sub(r"\^(\w+|\([\w/]+\))$", "", bottom[0])))
        return f"{top}/{bottom[0] if one else '(' + ' '.join(bottom) + ')'}"

    def sum_over(self, names: list[str]) -> str:
        if len(names) == 1 and len(names[0]) == 1:
            return f"{self.sum_sign}_{names[0]}"
        return f"{self.sum_sign}_{{{','.join(names)}}}"

    def _factor(self, factor: Term, scope: dict[Index, str], several: bool) -> str:
        # a closed contraction beside others keeps its dummies apart from theirs
        level = FACTOR if several or not isinstance(factor, Product) else PRODUCT
        return self.text(factor, scope, level)

    def _appearance(self, factors: Sequence[Term], dummies: Sequence[Index]) -> list[Index]:
        seen = dict.fromkeys([i for f in factors for i in indices_as_printed(f, 3, dummies)])
        return [*seen, *[d for d in dummies if d not in seen]]
