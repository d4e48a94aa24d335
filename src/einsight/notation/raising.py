"""Terms to arrays without indices, each over the rows and columns that it is wanted over.

The order of the wanted indices is part of the question, so that a transpose is found and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from operator import attrgetter

from ..terms import build
from ..terms.dimension import Index
from ..terms.term import (
    Apply,
    Bracket,
    Component,
    Constant,
    Delta,
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
from ..terms.unknown import ENTRY_FUNCTIONS, is_unknown, shown, split_unknown
from .array_graph import Graph, ones
from .array_text import ATOM, SUM, Array, NoForm, factored_total, flip, power, product, symbol, symmetric, total
from .ordering import order_terms
from .recognition import (
    SOFTMAX,
    Softmax,
    Vector,
    exponentiated,
    factored,
    means,
    softmaxes,
    spread_out,
    squared,
)

HALF = Fraction(1, 2)
_ONLY_NUMBERS = frozenset((int,))
_key = attrgetter("key")


def raise_term(term: Term, rows: Index | None, columns: Index | None) -> Array:
    """The array of a term over those indices, repeated along one that it lacks.  Raises NoForm."""
    if not term.free and (rows is not None or columns is not None):
        filled = [*([ones(rows)] if rows is not None else []), *([flip(ones(columns))] if columns is not None else [])]
        return product([_raise(term, None, None), *filled])
    return _raise(term, rows, columns)


def with_sizes(text: str, body: Term, params: Sequence[Index]) -> str:
    """`I` as `I(n)`, where no array beside it says how large it is."""
    if not params or any(t.dims for t in body.depends):
        return text
    return re.sub(r"\bI\b(?!\()", f"I({params[0].dim})", text)


def _raise(term: Term, rows: Index | None, columns: Index | None) -> Array:
    """Elementwise over `rows` and `columns`; other free indices have no place in a matrix."""
    allowed = {rows, columns}
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
    if isinstance(term, Component):
        if term.indices == ():
            return symmetric(term.tensor.name)
        if _ONLY_NUMBERS.issuperset(map(type, term.indices)):
            numbers = [str(s) for s in term.indices]
            short = all(len(n) == 1 for n in numbers)
            return symmetric(f"{term.tensor.name}_{''.join(numbers) if short else '{' + ','.join(numbers) + '}'}")
        whole = symbol(term.tensor.name)
        if "symmetric" in term.tensor.properties or "diagonal" in term.tensor.properties:
            whole = symmetric(term.tensor.name)
        return _oriented(whole, term.indices, rows, columns)
    if isinstance(term, Number):
        return product([], term.value if term.whole is None else term.whole)
    if isinstance(term, Size):
        return symmetric(str(term.dim))
    if isinstance(term, Constant):
        return symmetric(term.name)
    if isinstance(term, Delta):
        if rows is not None and columns is not None and {term.left, term.right} == {rows, columns}:
            return symmetric("I")
        raise NoForm
    if isinstance(term, Operator):
        return _raise_operator(term, rows, columns)
    if isinstance(term, Apply):
        summed = exponentiated(term.arguments[0]) if term.function == "log" else None
        if summed is not None:
            rest = summed.term.free - {summed.axis}
            if len(rest) == 1:
                return symbol(_along("logsumexp", summed, *rest)[0])
            return symmetric(f"logsumexp({_vector(summed)})")
        arguments = [_raise(a, rows, columns).text for a in term.arguments]
        return (
            symbol(f"{shown(term.function)}({', '.join(arguments)})")
            if term.free
            else symmetric(f"{shown(term.function)}({', '.join(arguments)})")
        )
    if isinstance(term, Bracket):
        triangle = _triangle(term, rows, columns)
        if triangle is not None:
            return triangle
        left, right = _raise(term.left, rows, columns).text, _raise(term.right, rows, columns).text
        relation = term.relation
        if isinstance(term.left, Number):
            left, right, relation = right, left, {"<": ">", "≤": "≥"}.get(relation, relation)
        return symbol(f"[{left} {relation} {right}]")
    if isinstance(term, Power):
        return _raise_power(term, rows, columns)
    raise NoForm


def _triangle(term: Bracket, rows: Index | None, columns: Index | None) -> Array | None:
    """`[j ≤ i]` as `tril(ones(n, m))`: ones on and below the diagonal."""
    left, right = term.left, term.right
    if rows is None or columns is None or not (isinstance(left, Position) and isinstance(right, Position)):
        return None
    if {left.slot, right.slot} != {rows, columns}:
        return None
    names = ("tril", "triu") if left.slot is columns else ("triu", "tril")
    shapes = (f"{rows.dim}, {columns.dim}", f"{columns.dim}, {rows.dim}")
    plain, turned = (f"{name}(ones({shape}))" for name, shape in zip(names, shapes, strict=True))
    if term.relation == "≤":
        return Array(plain, ATOM, turned, ATOM)
    if term.relation == "<" and rows.dim is columns.dim:
        return Array(f"{plain} - I", SUM, f"{turned} - I", SUM)
    return None


def _oriented(whole: Array, slots: Sequence[object], rows: Index | None, columns: Index | None) -> Array:
    if slots == (rows,) and columns is None:
        return whole
    if slots == (columns,) and rows is None:
        return flip(whole)
    if slots == (rows, columns):
        return whole
    if slots == (columns, rows):
        return flip(whole)
    if len(slots) == 2 and slots[0] is slots[1]:
        return _oriented(symbol(f"diag({min(whole.text, whole.flipped, key=len)})"), slots[:1], rows, columns)
    raise NoForm


def _raise_operator(term: Operator, rows: Index | None, columns: Index | None) -> Array:
    params, body = build.open_abstraction(term.arguments[0])
    if term.name == SOFTMAX and body.free - {*params}:
        (row,), place = body.free - {*params}, term.indices[0]
        if not isinstance(place, Index):
            raise NoForm
        found = Softmax(Vector(body, params[0]), place, Fraction(1), row)
        return _oriented(_raise_softmax(found), (row, place), rows, columns)
    if term.name in ENTRY_FUNCTIONS and term.free and len(params) == len(term.free) == 1:
        return symbol(_along(term.name, Vector(body, params[0]), *term.free)[0])
    if len(params) > 2 or (term.name in ENTRY_FUNCTIONS and term.free):
        raise NoForm
    inner = raise_term(body, *(*params, None, None)[:2])
    sized = with_sizes(inner.text, body, params)
    if sized != inner.text:
        inner = Array(sized, inner.level, sized, inner.level)
    if term.name == SOFTMAX:
        return _oriented(symbol(f"softmax({inner.text})"), term.indices, rows, columns)
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
    text = f"{term.name}({inner.text})"
    if term.name == "expm":
        return _oriented(symmetric(text) if inner.text == inner.flipped else symbol(text), term.indices, rows, columns)
    return symmetric(text)


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
    found = squared(term)
    if found is None:
        return None
    base, dummies = found
    forms = []
    for order in (dummies, dummies[::-1]):
        try:
            forms.append(_raise(base, *(*order, None)[:2]).text)
        except NoForm:
            continue
    return min(forms, key=lambda t: (t.count("'"), t)) if forms else None


def _raise_sum(term: Sum, rows: Index | None, columns: Index | None) -> Array:
    among = has_head(term, Delta) and any(
        isinstance(p, Delta) for t in term.terms for p in (t.factors if isinstance(t, Product) else (t,))
    )
    parts = []
    for part in order_terms(term.terms):
        array = _raise(part, rows, columns)
        if among and not part.free and rows is not None and columns is not None:
            # a number beside the identity would not be read as a matrix of that number
            array = product([array, ones(rows), flip(ones(columns))])
        parts.append(array)
    whole = factored_total(parts) or total(parts)
    if (rows is None) != (columns is None) and any(not t.free for t in term.terms):
        return Array(whole.text, SUM, f"({whole.text})'", ATOM)  # a number beside a vector has no transpose
    return whole


def _raise_product(term: Term, rows: Index | None, columns: Index | None) -> Array:
    opened, dummies = build.open_product(term) if isinstance(term, Product) else ((term,), ())
    spread = spread_out(opened, dummies)
    if spread is not None:
        return _raise(spread, rows, columns)
    number: Fraction | int = 1
    graph = Graph()
    below: list[str] = []
    factors, found, bound = softmaxes(factored(opened))
    for softmax in found:
        if softmax.row is None:
            graph.vector(softmax.place, _raise_softmax(softmax))
        else:
            graph.matrices.append((_raise_softmax(softmax), softmax.row, softmax.place))
    factors, averaged = means(factors)
    graph.scalars += [symmetric(f"mean({_vector(u)})") for u in averaged]
    for factor in factors:
        if isinstance(factor, Number):
            number *= factor.value if factor.whole is None else factor.whole
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
    graph.contract({*dummies, *bound})
    main = graph.assemble(rows, columns)
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


def _vector(found: Vector) -> str:
    """The text of a vector that stood in components."""
    return _raise(found.term, found.axis, None).text


def _along(name: str, found: Vector, row: Index) -> tuple[str, int]:
    """The call of a function along the rows of a matrix, or the columns of its transpose, and which axis that is."""
    forms = []
    for axis, order in ((1, (row, found.axis)), (0, (found.axis, row))):
        try:
            forms.append((f"{name}({_raise(found.term, *order).text}, axis={axis})", axis))
        except NoForm:
            continue
    if not forms:
        raise NoForm
    return min(forms, key=lambda f: (f[0].count("'"), len(f[0]), -f[1]))


def _raise_softmax(found: Softmax) -> Array:
    if found.row is not None:
        text, axis = _along("softmax", found.argument, found.row)
        text += "" if found.times == 1 else f".^{found.times}"
        return symbol(text) if axis else flip(symbol(text))
    text = f"softmax({_vector(found.argument)})"
    return symbol(text) if found.times == 1 else Array(f"{text}^{found.times}", ATOM, f"({text}^{found.times})'", ATOM)


def _raise_scalar(term: Term) -> Array:
    norm = _norm_of(term)
    if norm:
        return symmetric(f"‖{norm}‖^2")
    return _raise_atom(term, None, None) if not isinstance(term, (Product, Sum)) else _raise(term, None, None)


def _place(graph: Graph, factor: Term) -> None:
    indices = list(dict.fromkeys([s for s in factor.slots() if isinstance(s, Index)]))
    if len(indices) < len(factor.free):
        indices += [i for i in sorted(factor.free, key=_key) if i not in indices]
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
