"""Equal forms: what is shared taken out, brackets multiplied out, Kronecker products and commutation matrices exchanged.

None is claimed here: what is shown is read back and compared in value first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from operator import attrgetter

from . import form
from .form import Form, NotAForm, product, scaled, total
from .squares import determinants, into_inverses

MOST_TERMS = 12
_ONLY_WHOLE = frozenset((int,))
_head = attrgetter("head")


def alternatives(whole: Form) -> list[Form]:
    """Forms that are equal to one, changed at its head or at one of its summands."""
    found = whole.memo.get("alternatives")
    if found is None:
        found = whole.memo["alternatives"] = []
        with suppress(NotAForm):
            found.extend(_CHANGES[whole.head](whole) if whole.head in _CHANGES else ())
    return found


Term = tuple[form.Rational, tuple[Form, ...], tuple[Form, ...]]


def split(part: Form) -> Term:
    """A summand as a number, scalars and factors in a row; of a bilinear form the row is that of its arrays."""
    found = part.memo.get("split")
    if found is None:
        found = part.memo["split"] = _split(part)
    return found


def _split(part: Form) -> Term:
    value, scalars, array = scaled(part)
    if array is None:
        rows = [s for s in scalars if s.head == "product"]
        if len(rows) == 1:
            return value, tuple(s for s in scalars if s is not rows[0]), rows[0].parts
        return value, scalars, ()
    return value, scalars, array.parts if array.head == "product" else (array,)


def _of_total(whole: Form) -> Iterator[Form]:
    if len(whole.parts) > MOST_TERMS:
        return
    parts = whole.parts
    terms = [split(p) for p in parts]
    primitive = _with_content(whole)  # `2 a + 2 b = 2 (a + b)`
    if primitive is not whole:
        yield primitive
    yield from _sides(whole, parts, terms)
    yield from _scalars(whole, parts, terms)
    yield from _entrywise(whole, parts, terms)
    yield from _kroneckers(whole, parts, terms)
    yield from _mirrored(parts, terms)
    products = [place for place, part in enumerate(parts) if part.head == "product"]
    for change in (_exchanged, _multiplied_out):
        for place in products:
            for other in change(parts[place]):
                yield total([*parts[:place], other, *parts[place + 1 :]])


def _primitive(terms: Sequence[Form]) -> Form:
    """A sum with the number that all its terms are multiples of in front, so that it is the positive one of two."""
    whole = total(terms)
    return _with_content(whole) if whole.head == "total" else whole


def _with_content(whole: Form) -> Form:
    values = [split(p)[0] for p in whole.parts]
    size: form.Rational = math.gcd(*[v.numerator for v in values])
    if not _ONLY_WHOLE.issuperset(map(type, values)):
        size = Fraction(size, math.lcm(*[v.denominator for v in values]))
    size = -size if form.is_negative(whole) else size
    if size == 1:
        return whole
    return Form("product", (total([form.divided(p, size) for p in whole.parts]),), form.exact(size), *whole.shape)


def _groups(keys: Sequence[Iterable[Form]]) -> list[tuple[Form, list[int]]]:
    """What stands at more than one place, and where."""
    found: dict[Form, list[int]] = {}
    for place, own in enumerate(keys):
        for key in own:
            found.setdefault(key, []).append(place)
    return [group for group in found.items() if len(group[1]) > 1]


def _with(parts: Sequence[Form], places: Sequence[int], new: Form) -> Form:
    """The sum with those summands as one."""
    return total([*(p for k, p in enumerate(parts) if k not in places), new])


def _sides(whole: Form, parts: Sequence[Form], terms: Sequence[Term]) -> Iterator[Form]:
    """What several summands begin or end with, before or behind the rest of them."""
    for last in (False, True):
        for shared, places in _groups([t[2][-1:] if last else t[2][:1] for t in terms]):
            inner = []
            alone = max([len(terms[k][2]) for k in places]) == 1
            for k in places:
                value, scalars, chain = terms[k]
                rest = chain[:-1] if last else chain[1:]
                if not rest and not alone and not (shared.is_column and not last) and not (not shared.rows and last):
                    dims = shared.rows if last else shared.columns
                    rest = (form.identity(dims),) if dims else ()
                inner.append(product([*scalars, *rest], value))
            if len({i.shape for i in inner}) == 1:
                middle = _primitive(inner)
                yield _with(parts, places, product([middle, shared] if last else [shared, middle]))


def _scalars(whole: Form, parts: Sequence[Form], terms: Sequence[Term]) -> Iterator[Form]:
    """A scalar, to any of the powers to which summands have it, before those that have it."""
    if not whole.is_scalar and not [t for t in terms if t[1]]:
        return
    powers: list[dict[Form, form.Rational]] = []
    for _, scalars, chain in terms:
        own: dict[Form, form.Rational] = {}
        for s in scalars:
            base, exponent = (s.parts[0], s.data) if s.head == "power" else (s, form.ONE)
            own[base] = exponent
        if whole.is_scalar and chain:
            own[product(chain)] = form.ONE
        powers.append(own)
    for base, places in _groups(powers):
        exponents = sorted({powers[k][base] for k in places})
        # what is divided by nowhere is taken out as often as it stands in all of them
        for exponent in exponents if exponents[0] < 0 else exponents[:1]:
            inner = [product([parts[k], form.power(base, -exponent)]) for k in places]
            yield _with(parts, places, product([form.power(base, exponent), _primitive(inner)]))
            same = [k for k in places if powers[k][base] == exponent]
            if 1 < len(same) < len(places):
                inner = [product([parts[k], form.power(base, -exponent)]) for k in same]
                yield _with(parts, same, product([form.power(base, exponent), _primitive(inner)]))


def _entrywise(whole: Form, parts: Sequence[Form], terms: Sequence[Term]) -> Iterator[Form]:
    """`s ⊙ a - c s = s ⊙ (a - c)`."""
    if whole.is_scalar:
        return
    factors = [of_entries(t[2]) for t in terms]
    for shared, places in _groups(list(map(dict.fromkeys, factors))):
        if form.is_all_ones(shared) or shared.head == "I":
            continue
        inner = []
        for k in places:
            value, scalars, _ = terms[k]
            rest = [f for f in factors[k] if f is not shared] or [form.all_ones(*whole.shape)]
            inner.append(product([*scalars, form.hadamard(rest)], value))
        yield _with(parts, places, form.hadamard([shared, _primitive(inner)]))


def of_entries(chain: Sequence[Form]) -> tuple[Form, ...]:
    """The factors entry by entry of what stands in a row: of `diag(v) M` those are `v 1'` and `M`."""
    if len(chain) == 1:
        return chain[0].parts if chain[0].head == "hadamard" else tuple(chain)
    if chain and chain[0].head == "diag" and chain[-1].columns:
        rest = product(chain[1:])
        return product([chain[0].parts[0], form.transpose(form.ones(rest.columns))]), rest
    if chain and chain[-1].head == "diag" and chain[0].rows:
        rest = product(chain[:-1])
        return rest, product([form.ones(rest.rows), form.transpose(chain[-1].parts[0])])
    return ()


def _kroneckers(whole: Form, parts: Sequence[Form], terms: Sequence[Term]) -> Iterator[Form]:
    """`A ⊗ B + A ⊗ C = A ⊗ (B + C)`, `diag(u) + diag(v) = diag(u + v)`, and `vec` alike."""
    alone = [t[2][0].head for t in terms if len(t[2]) == 1]
    if len(alone) < 2:
        return
    pairs = [_as_kronecker(t[2][0]) if len(t[2]) == 1 else () for t in terms]
    for side in (0, 1) if any(pairs) else ():
        for shared, places in _groups([p[side : side + 1] for p in pairs]):
            inner = [product([*terms[k][1], pairs[k][1 - side]], terms[k][0]) for k in places]
            if len({i.shape for i in inner}) == 1:
                middle = _primitive(inner)
                yield _with(parts, places, form.kronecker(*((shared, middle) if side == 0 else (middle, shared))))
    for head, make in (("diag", form.diagonal), ("vec", form.vec)):
        if alone.count(head) > 1:
            places = [k for k, t in enumerate(terms) if len(t[2]) == 1 and t[2][0].head == head]
            inner = [product([*terms[k][1], terms[k][2][0].parts[0]], terms[k][0]) for k in places]
            if len({i.shape for i in inner}) == 1:
                yield _with(parts, places, make(_primitive(inner)))


def _as_kronecker(array: Form) -> tuple[Form, ...]:
    """The two factors, if it has them."""
    if array.head == "kronecker":
        return array.parts
    if array.head == "I" and len(array.rows) == 2:
        return form.identity(array.rows[:1]), form.identity(array.rows[1:])
    return ()


def _mirrored(parts: Sequence[Form], terms: Sequence[Term]) -> Iterator[Form]:
    """`1 - sigmoid(z) = sigmoid(-z)`."""
    for k, part in enumerate(parts):
        value, scalars, chain = terms[k]
        call = (*scalars, *chain)[0] if len(scalars) + len(chain) == 1 else part
        if call.head != "function" or call.data != "sigmoid":
            continue
        for n, other in enumerate(parts):
            if other is product([form.all_ones(*part.shape)], -value):
                turned = form.function("sigmoid", [product([call.parts[0]], -1)])
                rest = [p for m, p in enumerate(parts) if m not in (k, n)]
                yield total([*rest, product([turned], -value)])


def _exchanged(part: Form) -> Iterator[Form]:
    """`(B ⊗ A) K = K (A ⊗ B)`."""
    if part.head != "product":
        return
    chain = part.parts
    for place in range(len(chain) - 1):
        left, right = chain[place], chain[place + 1]
        if left.head == "K" and right.head == "kronecker":
            a, b = right.parts
            if len(a.rows) == len(a.columns) == len(b.rows) == len(b.columns) == 1:
                turned = [form.kronecker(b, a), form.commutation(b.columns[0], a.columns[0])]
                yield product([*chain[:place], *turned, *chain[place + 2 :]], part.data)
        if left.head == "kronecker" and right.head == "K":
            b, a = left.parts
            if len(a.rows) == len(a.columns) == len(b.rows) == len(b.columns) == 1:
                turned = [form.commutation(b.rows[0], a.rows[0]), form.kronecker(a, b)]
                yield product([*chain[:place], *turned, *chain[place + 2 :]], part.data)


def _of_product(whole: Form) -> Iterator[Form]:
    heads = set(map(_head, whole.parts))
    for change, among in _OF_PRODUCTS:
        if not among.isdisjoint(heads):
            yield from change(whole)
    for place, part in enumerate(whole.parts):
        if part.head == "total":
            for other in alternatives(part):
                yield product([*whole.parts[:place], other, *whole.parts[place + 1 :]], whole.data)


def _multiplied_out(whole: Form) -> Iterator[Form]:
    """One bracket of a product."""
    for place, part in enumerate(whole.parts):
        if part.head == "total" and len(part.parts) <= MOST_TERMS // 2:
            before, after = whole.parts[:place], whole.parts[place + 1 :]
            yield total([product([*before, p, *after], whole.data) for p in part.parts])


def _mixed(whole: Form) -> Iterator[Form]:
    """`(A ⊗ B) (C ⊗ D) = A C ⊗ B D`, `(B' ⊗ A) vec(X) = vec(A X B)`, `(A ⊙ B) ones(m) = diag(A B')`."""
    chain = whole.parts
    for place in range(len(chain) - 1):
        left, right = chain[place], chain[place + 1]
        new: Form | None = None
        if left.head == right.head == "kronecker":
            (a, b), (c, d) = left.parts, right.parts
            if a.columns == c.rows and b.columns == d.rows:
                new = form.kronecker(product([a, c]), product([b, d]))
        elif left.head == "kronecker" and right.head == "vec" and right.parts[0].rows == left.parts[1].columns:
            if left.parts[0].rows and left.parts[1].rows:
                new = form.vec(product([left.parts[1], right.parts[0], form.transpose(left.parts[0])]))
        elif left.head == "kronecker" and right.head == "khatri_rao":
            (a, b), (c, d) = left.parts, right.parts
            if a.columns == c.rows and b.columns == d.rows:
                new = form.khatri_rao(product([a, c]), product([b, d]))
        elif left.head == "khatri_rao" and right.head == "diag":
            new = form.khatri_rao(left.parts[0], product([left.parts[1], right]))
        elif left.head == "K" and right.head == "vec":
            new = form.vec(form.transpose(right.parts[0]))
        elif right.head == "ones" and left.is_matrix and (pair := _pair(left)) is not None:
            new = form.diagonal_of(product([pair[0], form.transpose(pair[1])]))
        if new is not None:
            yield product([*chain[:place], new, *chain[place + 2 :]], whole.data)


def _mixed_in_transpose(whole: Form) -> Iterator[Form]:
    if "khatri_rao" in [p.parts[0].head for p in whole.parts if p.head == "transpose"]:
        yield from map(form.transpose, _mixed(form.transpose(whole)))


def _pair(whole: Form) -> tuple[Form, Form] | None:
    """Two matrices that are multiplied entry by entry, whose sums along rows are the diagonal of `A B'`."""
    if whole.head == "entries" and whole.data == 2:
        return whole.parts[0], whole.parts[0]
    if whole.head == "hadamard" and len(whole.parts) == 2:
        return whole.parts[0], whole.parts[1]
    return None


def _taken_in(whole: Form) -> Iterator[Form]:
    """`c (x/c + 1) = x + c`, in a divisor too: a scalar that terms of a sum are divided by."""
    for place, part in enumerate(whole.parts):
        inner, count = (part.parts[0], part.data) if part.head == "power" else (part, form.ONE)
        if not part.is_scalar or inner.head != "total" or abs(count) != 1:
            continue
        below = {s.parts[0] for term in inner.parts for s in split(term)[1] if s.head == "power" and s.data < 0}
        for other, scalar in enumerate(whole.parts):
            base, exponent = (scalar.parts[0], scalar.data) if scalar.head == "power" else (scalar, form.ONE)
            if base in below and exponent * count >= 1:
                sum_ = form.power(total([product([base, term]) for term in inner.parts]), count)
                rest = [p for k, p in enumerate(whole.parts) if k not in (place, other)]
                yield product([form.power(base, exponent - count), sum_, *rest], whole.data)


def _variances(whole: Form) -> Iterator[Form]:
    """`‖x - mean(x)‖^2 = n var(x)`, to any power, with or without a root."""
    for place, part in enumerate(whole.parts):
        inner = part.parts[0] if part.head == "power" else part
        if inner.head != "norm" or inner.parts[0].head != "total":
            continue
        of = [p for p in inner.parts[0].parts if scaled(p)[0] == 1]
        array = of[0] if len(of) == 1 else None
        if array is None or inner.parts[0] is not centred_at_mean(array):
            continue
        exponent = Fraction(part.data if part.head == "power" else 1) / 2
        new = [form.power(form.size(array.rows), exponent), form.power(form.size(array.columns), exponent)]
        variance = form.power(form.reduction("var", array), exponent)
        yield product([*whole.parts[:place], *new, variance, *whole.parts[place + 1 :]], whole.data)


def centred_at_mean(array: Form) -> Form | None:
    """`x - mean(x)`."""
    with suppress(NotAForm):
        return total([array, product([form.reduction("mean", array), form.all_ones(*array.shape)], -1)])
    return None


def _double_angle(whole: Form) -> Iterator[Form]:
    """`2 sin(z) cos(z) = sin(2 z)`."""
    if whole.data.numerator % 2:
        return
    for parts, make in (
        (whole.parts, product),
        *(((p.parts, form.hadamard)) for p in whole.parts if p.head == "hadamard"),
    ):
        make_of: Callable[[Sequence[Form]], Form] = make  # type: ignore[assignment]
        for part in parts:
            if part.head == "function" and part.data == "sin" and (part.is_scalar or make is not product):
                other = next(
                    (p for p in parts if p.head == "function" and p.data == "cos" and p.parts == part.parts), None
                )
                if other is not None:
                    double = form.function("sin", [product(part.parts, 2)])
                    inner = make_of([double, *(p for p in parts if p is not part and p is not other)])
                    rest = [] if parts is whole.parts else [p for p in whole.parts if p.parts is not parts]
                    scalars, chain = [p for p in rest if p.is_scalar], [p for p in rest if not p.is_scalar]
                    if not chain:
                        yield product([*scalars, inner], Fraction(whole.data) / 2)


# what changes a product, each with heads of which it needs one among the parts
_OF_PRODUCTS: tuple[tuple[Callable[[Form], Iterator[Form]], frozenset[str]], ...] = (
    (_exchanged, frozenset({"K"})),
    (_multiplied_out, frozenset({"total"})),
    (determinants, frozenset({"det"})),
    (_mixed, frozenset({"kronecker", "khatri_rao", "K", "ones"})),
    (_mixed_in_transpose, frozenset({"transpose"})),
    (_double_angle, frozenset({"function", "hadamard"})),
    (_variances, frozenset({"norm", "power"})),
    (_taken_in, frozenset({"total", "power"})),
    (into_inverses, frozenset({"power"})),
)


def _of_signs(whole: Form) -> Iterator[Form]:
    """`[z > 0] ⊙ relu(z) = relu(z)`, `sign(z) ⊙ abs(z)^k = z ⊙ abs(z)^(k-1)`."""
    for part in whole.parts:
        rest = [p for p in whole.parts if p is not part]
        if part.head == "bracket" and part.data == ">" and part.parts[1].head == "number" and part.parts[1].data == 0:
            if form.function("relu", [part.parts[0]]) in rest:
                yield form.hadamard(rest)
        elif part.head == "function" and part.data == "sign":
            size = form.function("abs", part.parts)
            if any(p is size or (p.head == "entries" and p.parts[0] is size and p.data >= 1) for p in rest):
                yield form.hadamard([*rest, part.parts[0], form.entrywise_power(size, -1)])


def _of_hadamard(whole: Form) -> Iterator[Form]:
    """`M ⊙ (u v') = diag(u) M diag(v)`."""
    yield from _of_signs(whole)
    if not whole.is_matrix:
        return
    for part in whole.parts:
        if part.head == "product" and len(part.parts) == 2 and part.parts[0].is_column:
            rest = [p for p in whole.parts if p is not part]
            ends = [form.diagonal(p) for p in part.parts]
            yield product([ends[0], form.hadamard(rest), ends[1]])


_CHANGES = {"total": _of_total, "product": _of_product, "hadamard": _of_hadamard}
