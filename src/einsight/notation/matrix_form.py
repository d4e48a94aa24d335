"""Reads the matrix back off the indices.

A term is a graph: its factors are vertices, shared indices edges.  A path is a product, crossed forwards
plain and backwards transposed; a closed path is a trace; an index with a vector on it besides two matrices
is a diagonal; two matrices between the same two indices are a Hadamard product; factors that share nothing
are outer products; the rest are scalars.  The wanted order of the output's indices is part of the question,
so a transpose is found and never guessed.  `None` where no form is known.

What is returned here has not been verified: `deriving.derive` reads it back before it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from ..lowering.values import Axis, Fused
from ..terms import build
from ..terms.dimension import Index
from ..terms.term import (
    Abstraction,
    Apply,
    Bracket,
    Component,
    Constant,
    Delta,
    Number,
    Operator,
    Power,
    Product,
    Size,
    Sum,
    Term,
    has_head,
)
from ..terms.unknown import is_unknown, shown, split_unknown
from .array_text import (
    ATOM,
    LAYER,
    SUM,
    Array,
    compound,
    factored_total,
    flip,
    power,
    product,
    symbol,
    symmetric,
    total,
)
from .ordering import order_terms

HALF = Fraction(1, 2)


class NoForm(Exception):
    """This term has no matrix form that is known here."""


def matrix_form(term: Term, rows: Axis | None = None, columns: Axis | None = None, repeated: bool = True) -> str | None:
    """The matrix of `term` with those output indices; a scalar has none, a column vector only rows.

    A call that stands there twice gets a name behind `where`, if `repeated`.
    """
    try:
        if isinstance(rows, Fused) or isinstance(columns, Fused):
            from .kronecker import fused_form

            text = fused_form(term, rows, columns)
            return _name_repeated(text) if repeated else text
        if rows is not None and columns is None and not term.free:
            array = product([_raise(term, None, None), _ones(rows)])
        elif columns is not None and rows is None and not term.free:
            array = product([_raise(term, None, None), flip(_ones(columns))])
        else:
            array = _raise(term, rows, columns)
    except NoForm:
        return None
    return _name_repeated(array.text) if repeated else array.text


def raise_abstraction(function: Abstraction) -> str | None:
    """The matrix form of a whole array of up to two axes."""
    if len(function.params) > 2:
        return None
    params, body = build.open_abstraction(function)
    rows, columns = (*params, None, None)[:2]
    text = matrix_form(body, rows, columns, repeated=False)
    return text and _with_sizes(text, body, params)


def _with_sizes(text: str, body: Term, params: Sequence[Index]) -> str:
    """`I` as `I(n)`, where no array beside it says how large it is."""
    if not params or any(t.dims for t in body.depends):
        return text
    return re.sub(r"\bI\b(?!\()", f"I({params[0].dim})", text)


def raise_term(term: Term, rows: Index | None, columns: Index | None) -> Array:
    """The array of a term over those indices, repeated along one that it lacks.  Raises NoForm."""
    missing = [i for i in (rows, columns) if i is not None and i not in term.free]
    if len(missing) == 1 and (rows is None or columns is None):
        ones = _ones(missing[0])
        return product([_raise(term, None, None), ones if rows is not None else flip(ones)])
    return _raise(term, rows, columns)


# raising


def _raise(term: Term, rows: Index | None, columns: Index | None) -> Array:
    """Elementwise over `rows` and `columns`; other free indices have no place in a matrix."""
    allowed = {i for i in (rows, columns) if i is not None}
    if not term.free <= allowed:
        raise NoForm
    if rows is None and columns is not None and isinstance(term, (Apply, Bracket, Power, Sum)):
        return flip(_raise(term, columns, None))  # a row reads best as a column that is transposed
    if isinstance(term, Sum):
        return _raise_sum(term, rows, columns)
    if isinstance(term, Product):
        norm = None if term.free or rows or columns else _norm_of(term)
        return symmetric(f"‖{norm}‖^2") if norm else _raise_product(term, rows, columns)
    if isinstance(term, Power) and isinstance(term.exponent, Number) and not term.free:
        return _raise_product(term, rows, columns)
    if rows is not None and columns is not None and term.free != allowed:
        return _raise_product(term, rows, columns)
    return _raise_atom(term, rows, columns)


def _raise_atom(term: Term, rows: Index | None, columns: Index | None) -> Array:
    if isinstance(term, Number):
        return product([], term.value)
    if isinstance(term, Size):
        return symmetric(str(term.dim))
    if isinstance(term, Constant):
        return symmetric(term.name)
    if isinstance(term, Component):
        if term.indices == ():
            return symmetric(term.tensor.name)
        if all(isinstance(s, int) for s in term.indices):
            numbers = [str(s) for s in term.indices]
            short = all(len(n) == 1 for n in numbers)
            return symmetric(f"{term.tensor.name}_{''.join(numbers) if short else '{' + ','.join(numbers) + '}'}")
        whole = symbol(term.tensor.name)
        if "symmetric" in term.tensor.properties or "diagonal" in term.tensor.properties:
            whole = symmetric(term.tensor.name)
        return _oriented(whole, term.indices, rows, columns)
    if isinstance(term, Delta):
        if rows is not None and columns is not None and {term.left, term.right} == {rows, columns}:
            return symmetric("I")
        raise NoForm
    if isinstance(term, Operator):
        return _raise_operator(term, rows, columns)
    if isinstance(term, Apply):
        summed = _exponent_summed(term.arguments[0]) if term.function == "log" else None
        if summed is not None:
            inner, dummy = summed
            return symmetric(f"logsumexp({_raise(inner, dummy, None).text})")
        arguments = [_raise(a, rows, columns).text for a in term.arguments]
        return (
            symbol(f"{shown(term.function)}({', '.join(arguments)})")
            if term.free
            else symmetric(f"{shown(term.function)}({', '.join(arguments)})")
        )
    if isinstance(term, Bracket):
        left, right = _raise(term.left, rows, columns).text, _raise(term.right, rows, columns).text
        relation = term.relation
        if isinstance(term.left, Number):
            left, right, relation = right, left, {"<": ">", "≤": "≥"}.get(relation, relation)
        return symbol(f"[{left} {relation} {right}]")
    if isinstance(term, Power):
        return _raise_power(term, rows, columns)
    raise NoForm


def _oriented(whole: Array, slots: Sequence[object], rows: Index | None, columns: Index | None) -> Array:
    if slots == (rows,) and columns is None:
        return whole
    if slots == (columns,) and rows is None:
        return flip(whole)
    if slots == (rows, columns):
        return whole
    if slots == (columns, rows):
        return flip(whole)
    raise NoForm


def _raise_operator(term: Operator, rows: Index | None, columns: Index | None) -> Array:
    params, body = build.open_abstraction(term.arguments[0])
    if len(params) > 2:
        raise NoForm
    inner = raise_term(body, *(*params, None, None)[:2])
    sized = _with_sizes(inner.text, body, params)
    if sized != inner.text:
        inner = Array(sized, inner.level, sized, inner.level)
    if is_unknown(term.name):
        return _raise_unknown(term, inner, rows, columns)
    if term.name == "inv":
        is_short = inner.level == ATOM and not inner.text.endswith("'") and inner.root is None
        text = f"{inner.text}^-1" if is_short else f"inv({inner.text})"
        flipped = f"{inner.text}^-T" if is_short else f"{text}'"
        if inner.text == inner.flipped:
            flipped = text
        root, count = (inner, -1) if is_short else (None, 1)
        return _oriented(Array(text, ATOM, flipped, ATOM, root=root, count=count), term.indices, rows, columns)
    if term.name == "power":
        raised = term.arguments[1].body
        if isinstance(raised, Number):
            return _oriented(power(inner, int(raised.value)), term.indices, rows, columns)
        exponent = _raise(raised, None, None)
        count_text = exponent.text if exponent.text.isalnum() else f"({exponent.text})"
        base = inner.at(ATOM) if inner.root is None else f"({inner.text})"
        flipped = f"({base}^{count_text})'" if inner.text != inner.flipped else f"{base}^{count_text}"
        return _oriented(Array(f"{base}^{count_text}", ATOM, flipped, ATOM), term.indices, rows, columns)
    return symmetric(f"{term.name}({inner.text})")


def _raise_unknown(term: Operator, inner: Array, rows: Index | None, columns: Index | None) -> Array:
    """`f(u)`; of a scalar function `J_g(u)` is a row and `H_g(u)` symmetric."""
    text = f"{term.name}({inner.text})"
    if not term.indices:
        return symmetric(text)
    order = split_unknown(term.name)[1]
    rank = len(term.arguments[0].params)
    if len(term.indices) == order * rank == 2 and rank == 1:
        return _oriented(symmetric(text), term.indices, rows, columns)
    whole = symbol(text)
    return _oriented(flip(whole) if len(term.indices) == order == rank == 1 else whole, term.indices, rows, columns)


def _raise_power(term: Power, rows: Index | None, columns: Index | None) -> Array:
    exponent = _raise(term.exponent, None, None)
    power = exponent.text if exponent.text.lstrip("-").isalnum() else f"({exponent.text})"
    if isinstance(term.exponent, Number) and term.exponent.value == HALF:
        inner = _norm_of(term.base)
        text = f"‖{inner}‖" if inner else f"sqrt({_raise(term.base, rows, columns).text})"
        return symbol(text) if term.free else symmetric(text)
    if not term.free and isinstance(term.exponent, Number):
        inner = _norm_of(term.base)
        if inner:
            doubled = term.exponent.value * 2
            return symmetric(f"‖{inner}‖^{doubled}" if doubled.denominator == 1 else f"‖{inner}‖^({doubled})")
    base = _raise(term.base, rows, columns).at(ATOM)
    if not term.free:
        return symmetric(f"{base}^{power}")
    negative = isinstance(term.exponent, Number) and term.exponent.value < 0
    dotted = negative or (rows is not None and columns is not None)
    text = f"{base}{'.' if dotted else ''}^{power}"
    return Array(text, ATOM, f"({text})'", ATOM)


def _norm_of(term: Term) -> str | None:
    """`u` where the term is `∑ u_k²` over the entries of a vector or matrix."""
    if not isinstance(term, Product) or len(term.factors) != 1 or not term.bound or len(term.bound) > 2:
        return None
    (factor,), dummies = build.open_product(term)
    if not (isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value == 2):
        return None
    forms = []
    for order in (dummies, dummies[::-1]):
        try:
            forms.append(_raise(factor.base, *(*order, None)[:2]).text)
        except NoForm:
            continue
    return min(forms, key=lambda t: (t.count("'"), t)) if forms else None


def _raise_sum(term: Sum, rows: Index | None, columns: Index | None) -> Array:
    among = any(isinstance(p, Delta) for t in term.terms for p in (t.factors if isinstance(t, Product) else (t,)))
    parts = []
    for part in order_terms(term.terms):
        array = _raise(part, rows, columns)
        if among and not part.free and rows is not None and columns is not None:
            # a number beside the identity would not be read as a matrix of that number
            array = product([array, _ones(rows), flip(_ones(columns))])
        parts.append(array)
    whole = factored_total(parts) or total(parts)
    if (rows is None) != (columns is None) and any(not t.free for t in term.terms):
        return Array(whole.text, SUM, f"({whole.text})'", ATOM)  # a number beside a vector has no transpose
    return whole


def _exponent_summed(term: Term) -> tuple[Term, Index] | None:
    """`u_k` and k where the term is `∑_k exp(u_k)`."""
    if not (isinstance(term, Product) and len(term.bound) == 1 and len(term.factors) == 1):
        return None
    (inner,), (dummy,) = build.open_product(term)
    if not (isinstance(inner, Apply) and inner.function == "exp"):
        return None
    return inner.arguments[0], dummy


# products


class _Graph:
    """Vectors on indices and matrices between them, contracted one bound index at a time."""

    def __init__(self) -> None:
        self.vectors: dict[Index, list[Array]] = {}
        self.divisors: dict[Index, list[Array]] = {}
        self.matrices: list[tuple[Array, Index, Index]] = []
        self.scalars: list[Array] = []

    def vector(self, index: Index, array: Array) -> None:
        self.vectors.setdefault(index, []).append(array)

    def between(self, index: Index) -> list[int]:
        return [k for k, (_, a, b) in enumerate(self.matrices) if index in (a, b)]

    def take_vector(self, index: Index) -> Array | None:
        """All vectors on an index as one, by Hadamard products."""
        found, below = self.vectors.pop(index, []), self.divisors.pop(index, [])
        if not found and not below:
            return None
        if len(found) == 1 and not below:
            return found[0]
        text = " ⊙ ".join(f.at(ATOM) for f in found) or "1"
        if below:
            under = " ⊙ ".join(b.at(ATOM) for b in below)
            text += f" ./ {under}" if len(below) == 1 else f" ./ ({under})"
        return compound(text, LAYER)

    def loops(self, bound: set[Index]) -> None:
        for k, (array, a, b) in enumerate(list(self.matrices)):
            if a is b:
                self.matrices.pop(k)
                alone = a in bound and not self.between(a) and not self.vectors.get(a) and not self.divisors.get(a)
                if alone:
                    self.scalars.append(symmetric(f"tr({_fewest(array).text})"))
                    bound.discard(a)
                else:
                    self.vector(a, symbol("1") if array.text == "I" else symbol(f"diag({array.text})"))
                return self.loops(bound)
        return None

    def parallel(self) -> bool:
        """Two matrices between the same two indices, as one Hadamard product."""
        for k, (first, a, b) in enumerate(self.matrices):
            for n in range(k + 1, len(self.matrices)):
                second, c, d = self.matrices[n]
                if {a, b} == {c, d} and a is not b:
                    other = second if c is a else flip(second)
                    text = f"{first.at(ATOM)} ⊙ {other.at(ATOM)}"
                    turned = f"{flip(first).at(ATOM)} ⊙ {flip(other).at(ATOM)}"
                    self.matrices.pop(n)
                    self.matrices[k] = (Array(text, LAYER, turned, LAYER), a, b)
                    return True
        return False

    def eliminate(self, index: Index) -> None:
        """Sum over an index that at most two matrices touch."""
        places = self.between(index)
        if not places:
            found = self.vectors.get(index, [])
            if len(found) < 2:
                whole = self.take_vector(index)
                assert whole is not None
                self.scalars.append(symmetric(f"sum({whole.text})"))
                return
            left = found[0]
            self.vectors[index] = found[1:]
            right = self.take_vector(index)
            assert right is not None
            self.scalars.append(_fewest(product([flip(left), right])))
            return
        vector = self.take_vector(index)
        first, a, b = self.matrices[places[0]]
        if a is index:
            first, a = flip(first), b
        if len(places) == 1:
            self.matrices.pop(places[0])
            self.vector(a, product([first, vector if vector is not None else _ones(index)]))
            return
        second, c, d = self.matrices[places[1]]
        if d is index:
            second, d = flip(second), c
        middle = [] if vector is None else [symmetric(f"diag({vector.text})")]
        for place in sorted(places, reverse=True):
            self.matrices.pop(place)
        self.matrices.append((product([first, *middle, second]), a, d))


def _ones(index: Index) -> Array:
    return symbol(f"ones({index.dim})")


def _fewest(array: Array) -> Array:
    """Of a scalar product and its transpose, the one with fewer transposes."""
    other = flip(array)
    return min((array, other), key=lambda a: (a.text.count("'"), len(a.text), a.text))


def _raise_product(term: Term, rows: Index | None, columns: Index | None) -> Array:
    opened, dummies = build.open_product(term) if isinstance(term, Product) else ((term,), ())
    spread = _spread(opened, dummies)
    if spread is not None:
        return _raise(spread, rows, columns)
    number = Fraction(1)
    graph = _Graph()
    below: list[str] = []
    bound = set(dummies)
    for factor in _recognise_mean(_recognise_softmax(_factored(opened), graph, bound), graph):
        if isinstance(factor, Number):
            number *= factor.value
        elif (
            isinstance(factor, Power)
            and isinstance(factor.exponent, Number)
            and factor.exponent.value < 0
            and not factor.free
        ):
            below.append(_raise(build.power(factor.base, -factor.exponent.value), None, None).at(ATOM))
        elif not factor.free:
            graph.scalars.append(_raise_scalar(factor))
        else:
            _place(graph, factor)
    _contract(graph, bound, rows, columns)
    main = _assemble(graph, rows, columns)
    if main is None and number == 1 and not below and len(graph.scalars) == 1:
        return graph.scalars[0]
    scalars: list[str] = []
    for scalar in graph.scalars:
        if scalar.chain or scalar.scaled:
            number *= scalar.number
            below += scalar.below
            text = " ".join([*scalar.scalars, *(f.at(ATOM) for f in scalar.chain)])
            alone = main is None and len(graph.scalars) == 1
            if text:
                scalars.append(text if alone or " " not in text else f"({text})")
        else:
            scalars.append(scalar.at(ATOM))
    scalars.sort(key=lambda s: (len(s) > 1, s))
    return product([main] if main is not None else [], number, scalars, below)


def _factored(factors: Sequence[Term]) -> list[Term]:
    """Sums among the factors with what all their terms share in front of them: `a X - b X` as `X`, `a - b`."""
    out: list[Term] = []
    for factor in factors:
        if isinstance(factor, Sum) and all(isinstance(t, Product) and not t.bound for t in factor.terms):
            shared = [f for f in factor.terms[0].children() if f.free and all(f in t.children() for t in factor.terms)]
            if shared:
                rest = [build.product([*t.children(), *(build.power(f, -1) for f in shared)]) for t in factor.terms]
                out += [*shared, build.add(*rest)]
                continue
        out.append(factor)
    return out


def _spread(factors: Sequence[Term], dummies: Sequence[Index]) -> Term | None:
    """The product multiplied out over a sum that has no place in a graph.

    That is one with more than two indices, or with a term that lacks a summed index of the others: it would
    have to be filled up with ones.
    """
    for place, factor in enumerate(factors):
        if not isinstance(factor, Sum):
            continue
        summed = factor.free & set(dummies)
        if has_head(factor, Apply) and any(map(_divides_by_exponentials, factors)):
            lacking = any(isinstance(f, Apply) and f.function == "exp" for t in factor.terms for f in t.children())
            if lacking:
                others = [*factors[:place], *factors[place + 1 :]]
                return build.add(*(build.product([*others, t], dummies) for t in factor.terms))
        lacking = len(factor.free) > 1 and any(t.free and not summed <= t.free for t in factor.terms)
        if len(factor.free) > 2 or lacking:
            others = [*factors[:place], *factors[place + 1 :]]
            return build.add(*(build.product([*others, t], dummies) for t in factor.terms))
    return None


def _divides_by_exponentials(factor: Term) -> bool:
    """Is it a power of 1/∑_k exp(u_k), as of a softmax?"""
    below = isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value < 0
    return below and isinstance(factor, Power) and _exponent_summed(factor.base) is not None


def _recognise_mean(factors: list[Term], graph: _Graph) -> list[Term]:
    """`(∑_k u_k)/n` is `mean(u)`."""
    out = list(factors)
    for factor in factors:
        if not (isinstance(factor, Power) and isinstance(factor.base, Size) and isinstance(factor.exponent, Number)):
            continue
        left = -factor.exponent.value
        for closed in list(out):
            if left < 1 or not (isinstance(closed, Product) and len(closed.bound) == 1 and not closed.free):
                continue
            opened, (dummy,) = build.open_product(closed)
            if dummy.dim is factor.base.dim and len(opened) == 1 and not isinstance(opened[0], Power):
                graph.scalars.append(symmetric(f"mean({_raise(opened[0], dummy, None).text})"))
                out.remove(closed)
                left -= 1
        out.remove(factor)
        if left:
            out.append(build.power(factor.base, -left))
    return out


def _raise_scalar(term: Term) -> Array:
    norm = _norm_of(term)
    if norm:
        return symmetric(f"‖{norm}‖^2")
    return _raise_atom(term, None, None) if not isinstance(term, (Product, Sum)) else _raise(term, None, None)


def _place(graph: _Graph, factor: Term) -> None:
    indices = list(dict.fromkeys(i for s in factor.slots() for i in ([s] if isinstance(s, Index) else [])))
    indices += [i for i in sorted(factor.free, key=lambda i: i.key) if i not in indices]
    if len(indices) == 1:
        (index,) = indices
        if isinstance(factor, Component) and len(factor.indices) == 2 and factor.indices == (index, index):
            graph.matrices.append((symbol(factor.tensor.name), index, index))
        elif isinstance(factor, Operator) and factor.indices == (index, index) and not is_unknown(factor.name):
            other = build.fresh_index(index.dim)
            plain = build.operator(factor.name, factor.arguments, (index, other))
            graph.matrices.append((_raise(plain, index, other), index, index))
        elif isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value < 0:
            divisor = build.power(factor.base, -factor.exponent.value)
            graph.divisors.setdefault(index, []).append(_raise(divisor, index, None))
        else:
            graph.vector(index, _raise(factor, index, None))
    elif len(indices) == 2:
        first, second = indices
        whole = isinstance(factor, (Sum, Product))
        array = _raise(factor, first, second) if whole else _raise_atom(factor, first, second)
        graph.matrices.append((array, first, second))
    else:
        raise NoForm


def _contract(graph: _Graph, bound: set[Index], rows: Index | None, columns: Index | None) -> None:
    while True:
        graph.loops(bound)
        live = [i for i in bound if graph.vectors.get(i) or graph.divisors.get(i) or graph.between(i)]
        if not live:
            return
        ready = [i for i in live if len(graph.between(i)) <= 2]
        if not ready:
            if not graph.parallel():
                raise NoForm
            continue

        def cost(index: Index) -> tuple:
            places = graph.between(index)
            vectors = graph.vectors.get(index, []) + graph.divisors.get(index, [])
            # an end of a path first, then inner edges; an index without vectors before a diagonal
            return (len(places) == 0, len(places) != 1 or len(vectors) != 1, len(places), len(vectors), index.key)

        index = min(ready, key=cost)
        graph.eliminate(index)
        bound.discard(index)


def _assemble(graph: _Graph, rows: Index | None, columns: Index | None) -> Array | None:
    while graph.parallel():
        pass
    graph.loops(set())
    above = graph.take_vector(rows) if rows is not None else None
    beside = graph.take_vector(columns) if columns is not None else None
    if graph.vectors or graph.divisors or len(graph.matrices) > 1:
        raise NoForm
    if graph.matrices:
        array, a, _ = graph.matrices[0]
        if a is not rows:
            array = flip(array)
        if array.text == "I" and (above is not None or beside is not None):
            present = [v for v in (above, beside) if v is not None]
            text = present[0].text if len(present) == 1 else f"{present[0].at(ATOM)} ⊙ {present[1].at(ATOM)}"
            return symmetric(f"diag({text})")
        parts = [array]
        if above is not None and above.text != "1":
            parts.insert(0, symmetric(f"diag({above.text})"))
        if beside is not None:
            parts.append(symmetric(f"diag({beside.text})"))
        return product(parts)
    if rows is not None and columns is not None:
        if above is None and beside is None:
            return None
        return product([above or _ones(rows), flip(beside or _ones(columns))])
    if rows is not None:
        return above
    return flip(beside) if beside is not None else None


def _recognise_softmax(factors: list[Term], graph: _Graph, bound: set[Index]) -> list[Term]:
    """`exp(u_i)/∑_k exp(u_k)` is `softmax(u)_i`, also where the exponential stands in a contraction of its own."""
    out = list(factors)
    for factor in factors:
        if not (isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value < 0):
            continue
        summed = _exponent_summed(factor.base)
        if summed is None:
            continue
        inner, dummy = summed
        exponential = build.apply("exp", inner)
        left = -factor.exponent.value
        waiting = list(out)
        while waiting and left >= 1:
            candidate = waiting.pop(0)
            parts: list[Term] = [candidate]
            own: tuple[Index, ...] = ()
            if isinstance(candidate, Product) and candidate.bound and not candidate.free:
                opened, own = build.open_product(candidate)
                parts = list(opened)
            found = next(filter(None, (_softmax_index(p, exponential, dummy) for p in parts)), None)
            if found is None:
                continue
            part, index, count = found
            times = min(left, count)
            try:
                text = f"softmax({_raise(inner, dummy, None).text})"
            except NoForm:
                continue
            graph.vector(
                index, symbol(text) if times == 1 else Array(f"{text}^{times}", ATOM, f"({text}^{times})'", ATOM)
            )
            parts.remove(part)
            if count > times:
                parts.append(build.power(build.substitute(exponential, {dummy: index}), count - times))
            out.remove(candidate)
            out += parts
            waiting += parts
            bound.update(own)
            left -= times
        out.remove(factor)
        if left:
            out.append(build.power(factor.base, -left))
    return out


def _softmax_index(part: Term, exponential: Term, dummy: Index) -> tuple[Term, Index, Fraction] | None:
    """The index at which a factor is that exponential, and how often it is."""
    base, count = (part.base, part.exponent) if isinstance(part, Power) else (part, build.ONE)
    if not (isinstance(base, Apply) and base.function == "exp" and isinstance(count, Number) and count.value >= 1):
        return None
    for index in base.free:
        if index.dim is dummy.dim and build.substitute(exponential, {dummy: index}) is base:
            return part, index, count.value
    return None


_CALL = re.compile(r"[a-z]+\((?:[^()]|\([^()]*\))*\)")
NAMES_FOR_REPEATED = {"softmax": "s", "sigmoid": "s", "tanh": "t", "exp": "e"}


def _name_repeated(text: str) -> str:
    """`s (1 - s) where s = sigmoid(z)`: a call that stands there twice gets a name."""
    calls = _CALL.findall(text)
    used = set(re.findall(r"[^\W\d_][^\W_]*", text))
    bindings: list[str] = []
    for call in sorted({c for c in calls if calls.count(c) > 1 and len(c) > 7}, key=lambda c: (-len(c), c)):
        if text.count(call) < 2:
            continue
        head = call.split("(")[0]
        if head not in NAMES_FOR_REPEATED:
            continue
        name = next((n for n in (NAMES_FOR_REPEATED[head], *"spqhg") if n not in used), None)
        if name is None:
            continue
        used.add(name)
        text = re.sub(rf"diag\({re.escape(name)}\)", f"diag({name})", text.replace(call, name))
        bindings.append(f"{name} = {call}")
    return text + (f" where {', '.join(bindings)}" if bindings else "")
