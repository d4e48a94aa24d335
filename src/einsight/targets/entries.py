"""What is computed entry by entry: numbers, components, functions, sums."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations

from ..rules.catalogue import catalogue
from ..rules.function_bodies import written_out
from ..terms import build
from ..terms.dimension import Index, Shift, Slot, linear_slot
from ..terms.extrema import compared_with_largest
from ..terms.term import Apply, Bracket, Component, Constant, Delta, Number, Position, Power, Product, Size, Sum, Term
from ..terms.unknown import shown
from .arguments import refuse
from .arrays import Array, Arrays, is_plain
from .stable import exponents
from .subscripts import axes_of, contraction, in_order, subscript

_RELATIONS = {"=": "==", "≠": "!=", "<": "<", "≤": "<="}
# whole numbers beyond are written as floats: JAX without 64 bits has no other
LARGEST_WHOLE = 2**31 - 1


class Entries(Arrays):
    """The arrays of terms that are no products."""

    def _number(self, term: Number) -> Array:
        value = term.value
        if max(abs(value.numerator), value.denominator) > LARGEST_WHOLE:
            return Array(_as_literal(value), ())
        if value.denominator == 1:
            return Array(str(value), ())
        decimal = repr(float(value))
        return Array(decimal if Fraction(decimal) == value else f"({value.numerator} / {value.denominator})", ())

    def _size(self, term: Size) -> Array:
        return Array(self.size(term.dim), ())

    def _constant(self, term: Constant) -> Array:
        return Array(self.dialect.pi, ())

    # entries

    def _component(self, term: Component) -> Array:
        return self.picked(self.tensors[term.tensor], term.indices, axes_of(term))

    def picked(self, array: str, slots: Sequence[Slot], own: tuple[Index, ...]) -> Array:
        """The entries of a named array at those slots; `own` are the indices in them."""
        if any(isinstance(s, Shift) for s in slots):
            return Array(self.shifted(array, slots, own), own)
        indices = tuple(s for s in slots if isinstance(s, Index))
        if len(indices) < len(slots):
            array += "[" + ", ".join(str(s - 1) if isinstance(s, int) else ":" for s in slots) + "]"
        return self.distinct(Array(array, indices))

    def distinct(self, array: Array) -> Array:
        """The entries where the axes agree that are the same index, over it once."""
        own = tuple(dict.fromkeys(array.axes))
        if own == array.axes:
            return array
        return Array(self.dialect.einsum.format(contraction([array.axes], own), array.text), own)

    def shifted(self, array: str, slots: Sequence[Slot], own: tuple[Index, ...]) -> str:
        """Entries by computed places, 0 outside of the array."""
        inside, clipped = [], []
        for axis, slot in enumerate(slots):
            if isinstance(slot, int):
                clipped.append(str(slot - 1))
                continue
            place = self.lines.name(self.places(slot, own, self.dialect.counter))
            length = f"{array}.shape[{axis}]"
            inside.append(f"({place} >= 1) & ({place} <= {length})")
            clipped.append(f"{self.dialect.clip.format(place, 1, length)} - 1")
        return self.dialect.where.format(
            " & ".join(inside), self.dialect.entry.format(array, ", ".join(clipped)), "0.0"
        )

    def places(self, slot: Slot, own: tuple[Index, ...], counter: str = "") -> str:
        """The places that a slot points at, counted from 1, broadcast against `own`."""
        parts, offset = linear_slot(slot)
        texts = [
            f"{'' if factor == 1 else f'({factor}) * '}{self.counted(index, own, counter)}" for index, factor in parts
        ]
        return " + ".join([*texts, str(offset)] if offset or not texts else texts).replace("+ -", "- ")

    def counted(self, index: Index, own: tuple[Index, ...], counter: str = "") -> str:
        """The whole numbers from 1, broadcast against `own`; as floats of few bits they would not count far."""
        numbers = self.lines.name((counter or self.dialect.arange).format(1, f"{self.size(index.dim)} + 1"))
        return numbers + subscript(own, (index,)) if len(own) > 1 else numbers

    def _delta(self, term: Delta) -> Array:
        left, right = term.left, term.right
        if isinstance(left, Index) and isinstance(right, Index):
            if left is right:
                return Array(self.dialect.ones.format(self.size(left.dim)), (left,))
            return Array(self.dialect.eye.format(self.size(left.dim)), (left, right))
        own = axes_of(term)
        return Array(self.dialect.array.format(f"{self.places(left, own)} == {self.places(right, own)}"), own)

    def _position(self, term: Position) -> Array:
        assert isinstance(term.slot, Index)
        return Array(self.dialect.array.format(self.counted(term.slot, ())), (term.slot,))

    def _bracket(self, term: Bracket) -> Array:
        axes = axes_of(term)
        along = compared_with_largest(term)
        if along is not None:
            array = self.value(term.right)
            places = tuple(k for k, a in enumerate(array.axes) if a in along)
            top = self.dialect.largest.format(array.text, str(places[0]) if len(places) == 1 else str(places))
            return Array(self.dialect.array.format(f"{array.text} >= {top}"), array.axes)
        left, right = (self.whole(side, axes) for side in (term.left, term.right))
        if left is None or right is None:
            left, right = (self.over(self.value(side), axes) for side in (term.left, term.right))
        return Array(self.dialect.array.format(f"({left}) {_RELATIONS[term.relation]} ({right})"), axes)

    def whole(self, term: Term, axes: tuple[Index, ...]) -> str | None:
        """Sums and products of positions and sizes in whole numbers; None for other terms."""
        if isinstance(term, Position) and isinstance(term.slot, Index):
            return self.counted(term.slot, axes)
        if isinstance(term, Size) or (isinstance(term, Number) and term.value.denominator == 1):
            return f"({self.value(term).text})"
        if isinstance(term, (Sum, Product)) and not getattr(term, "bound", ()):
            texts = [self.whole(child, axes) for child in term.children()]
            sign = " + " if isinstance(term, Sum) else " * "
            return None if None in texts else f"({sign.join(map(str, texts))})"
        return None

    # what is computed entry by entry

    def _power(self, term: Power) -> Array:
        operands = [self.value(term.base), self.value(term.exponent)]
        axes = self.common(*operands)
        base, exponent = (self.over(a, axes) for a in operands)
        if is_plain(term.base) and is_plain(term.exponent) and not is_plain(term):
            base = self.dialect.array.format(base)
        if isinstance(term.exponent, Number):
            return Array(self.raised(base, term.exponent.value, bool(axes)), axes)
        return Array(f"({base}) ** ({exponent})", axes)

    def raised(self, base: str, exponent: Fraction, is_array: bool) -> str:
        """A power; of an array by squares and roots, which the libraries know: others cost ten times as much."""
        if exponent == -1:
            return f"1 / ({base})"
        if exponent < 0:
            return f"1 / ({self.raised(base, -exponent, is_array)})"
        if is_array and exponent in (Fraction(3, 2), 3):
            return f"({base}) ** {2 if exponent == 3 else 0.5} * ({base})"
        if is_array and exponent == 4:
            return f"(({base}) ** 2) ** 2"
        return f"({base}) ** ({self.value(build.number(exponent)).text})"

    def _apply(self, term: Apply) -> Array:
        known = self.log_of_exponentials(term) or self.share_of_exponentials(term)
        if known is not None:
            return known
        found = catalogue().function(term.function)
        if found is None:
            raise refuse(f"`{shown(term.function)}` is an unknown function and cannot be evaluated")
        template = self.dialect.elementwise(found)
        whole = written_out(term.function, term.arguments[0]) if template is None and found.definition else None
        if whole is not None:
            return self.value(whole)
        if template is None:
            raise refuse(f"`{term.function}` has no spelling in {self.dialect.name} yet")
        operands = [self.as_array(a) for a in term.arguments]
        axes = self.common(*operands)
        arguments = [self.over(a, axes) for a in operands]
        if template.count("{") > len(arguments):  # one of them stands in several places
            arguments = [self.lines.name(a) for a in arguments]
        return Array(template.format(*map(self.atom, arguments)), axes)

    def log_of_exponentials(self, term: Apply) -> Array | None:
        """`log(∑ exp(a))` with the largest `a` taken out."""
        raised = exponents(term.arguments[0]) if term.function == "log" else None
        if raised is None:
            return None
        if isinstance(term.arguments[0], Sum):
            arrays = [self.as_array(a) for a in raised]
            axes = self.common(*arrays)
            text = self.over(arrays[0], axes)
            for array in arrays[1:]:
                text = self.dialect.logaddexp.format(text, self.over(array, axes))
            return Array(text, axes)
        total = term.arguments[0]
        assert isinstance(total, Product)
        (inner,), dummies = build.open_product(total)
        array, summed = self.exponentials(inner, dummies)
        kept = tuple(a for a in array.axes if a not in dummies)
        if self.dialect.logsumexp is not None:
            return Array(self.dialect.logsumexp.format(array.text, summed), kept)
        top, scaled = self.scaled(array.text, summed)
        log = self.dialect.elementwise(catalogue().functions["log"])
        assert log is not None
        return Array(f"{log.format(f'{scaled}.sum({summed})')} + {top}.squeeze({summed})", kept)

    def share_of_exponentials(self, term: Apply) -> Array | None:
        """`exp(a - log(∑ exp(b)))` where `a` is one of the `b`: softmax, with the exponentials that the sum has."""
        argument = term.arguments[0]
        if term.function != "exp" or not isinstance(argument, Sum):
            return None
        for part in argument.terms:
            log = build.negate(part)
            total = log.arguments[0] if isinstance(log, Apply) and log.function == "log" else None
            if not isinstance(total, Product) or exponents(total) is None:
                continue
            (inner,), dummies = build.open_product(total)
            names = _matched(inner, build.apply("exp", _without(argument, part)), dummies)
            if names is not None:
                array, summed = self.exponentials(inner, dummies)
                axes = tuple(names.get(a, a) for a in array.axes)
                return self.distinct(Array(self.share(array.text, summed), axes))
        return None

    def exponentials(self, term: Term, summed: tuple[Index, ...]) -> tuple[Array, str]:
        """What is raised in `exp(a)`, the axes to be summed last; and the text of these."""
        assert isinstance(term, Apply)
        array = self.value(term.arguments[0])
        axes = (*(a for a in array.axes if a not in summed), *(a for a in array.axes if a in summed))
        name = self.lines.name(self.over(array, axes))
        places = tuple(range(len(axes) - len(summed), len(axes)))
        return Array(name, axes), str(places[0]) if len(places) == 1 else str(places)

    def scaled(self, array: str, summed: str) -> tuple[str, str]:
        """The largest entries, and the exponentials of what lies below them."""
        top = self.lines.name(self.dialect.largest.format(array, summed))
        exp = self.dialect.elementwise(catalogue().functions["exp"])
        assert exp is not None
        return top, self.lines.name(exp.format(f"{array} - {top}"))

    def share(self, array: str, summed: str) -> str:
        if self.dialect.softmax is not None and summed.isdigit():
            return self.dialect.softmax.format(array, summed)
        _, scaled = self.scaled(array, summed)
        return f"{scaled} / {self.dialect.total.format(scaled, summed)}"

    def _sum(self, term: Sum) -> Array:
        taken = []
        for part in term.terms:
            coefficient = part.factors[0] if isinstance(part, Product) else part
            is_negative = isinstance(coefficient, Number) and coefficient.value < 0
            taken.append((is_negative, self.value(build.negate(part) if is_negative else part)))
        axes = self.common(*(array for _, array in taken))
        # small ones first, so that they are added before they are spread out
        taken.sort(key=lambda t: (t[0], len(t[1].axes)))
        text = ""
        for is_negative, array in taken:
            sign = (" - " if is_negative else " + ") if text else ("-" if is_negative else "")
            text += f"{sign}({self.over(array, axes)})"
        return Array(text, axes)


def _without(total: Sum, part: Term) -> Term:
    """The sum less one of its terms."""
    at = total.terms.index(part)
    return build.add(*total.terms[:at], *total.terms[at + 1 :])


def _matched(term: Term, other: Term, summed: Sequence[Index]) -> dict[Index, Index] | None:
    """Which indices of `other` stand for the `summed` of `term`, where it is the same otherwise."""
    for chosen in permutations(in_order(other.free), len(summed)):
        names = dict(zip(summed, chosen, strict=True))
        if all(a.dim is b.dim for a, b in names.items()) and build.substitute(term, dict(names)) is other:
            return names
    return None


def _as_literal(value: Fraction) -> str:
    try:
        return repr(float(value))
    except OverflowError:
        raise refuse("a number beyond the range of floats has no code") from None
