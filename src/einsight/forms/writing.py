"""Forms as texts: each with the fewest signs that its transposes, brackets and divisions can be written with.

Long because the text of one head is made of those of the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from . import form
from .form import Form, is_all_ones, transpose

# how tight a text holds together
SUM, LAYER, PRODUCT, ATOM = range(4)
_SIGNS = re.compile(r"\.?\^-?\w+|\w+|\./|[^\w\s)]")
HALF = Fraction(1, 2)


class Text(NamedTuple):
    text: str
    level: int

    def at(self, level: int) -> str:
        return self.text if self.level >= level else f"({self.text})"


@lru_cache(4096)
def length(text: str) -> int:
    """How many signs a reader meets: names, numbers, operators, exponents, pairs of brackets and of bars."""
    signs = _SIGNS.findall(text)
    bars = signs.count("‖")
    return len(signs) - bars // 2


def write(whole: Form) -> Text:
    """The shorter of a form as it stands and of its transpose with a mark behind it."""
    found: Text | None = whole.written
    if found is None:
        plain = _plain(whole)
        size: int = whole.plain_signs
        bare = whole.parts[0] if whole.head == "transpose" else whole
        # a name is shorter than its transpose with a mark, and its transpose is written with one in either way; where no mark
        # stands in a text, that of the transpose, which is made of the same, has none to save
        is_turned = not whole.rows or "'" in plain.text or "-T" in plain.text
        if is_turned and not whole.is_scalar and bare.head != "name" and (other := transpose(whole)) is not whole:
            turned = _plain(other)
            marked = _marked(turned)
            size_of_marked = other.plain_signs + _SIGNS_OF_MARK[len(marked.text) - len(turned.text)]
            # what is done entry by entry is done with columns; where both are as long, a row is a column with a mark behind it, and a function stands inside
            outside = not whole.rows or whole.head in ("function", "bracket", "entries")
            is_above = not whole.rows and (
                whole.head in ("hadamard", "function", "bracket", "entries")
                or _is_broadcast(whole.parts[0] if whole.head == "turned" else whole)
            )
            if is_above or (size_of_marked, not outside) < (size, outside):
                plain, size = marked, size_of_marked
        found = whole.written = plain
        whole.signs = size
    return found


def _is_broadcast(whole: Form) -> bool:
    """Is it a sum in which a number is added to each entry?"""
    return whole.head == "total" and any(map(is_all_ones, map(_array_of, whole.parts)))


def signs(whole: Form) -> int:
    """How many signs a reader meets in the text of a form."""
    if whole.written is None:
        write(whole)
    return whole.signs


# a mark behind a text, that and brackets around it, and an inverse as the transpose of one: by what they add to the text
_SIGNS_OF_MARK = {1: 1, 3: 2, 0: 0}


def _marked(turned: Text) -> Text:
    text = turned.text
    if turned.level != ATOM:
        return Text(f"({text})'", ATOM)
    inverse = _INVERSE.fullmatch(text) if text.endswith("^-1") else None
    if inverse and _closes_at_end(inverse[1]):
        return Text(f"{inverse[1]}^-T", ATOM)
    return Text(f"({text})'" if "^" in text and _is_raised(text) else f"{text}'", ATOM)


_INVERSE = re.compile(r"(\w+|\(.*\))\^-1")
_RAISED = re.compile(r"\^[\w-]+$")


def _is_raised(text: str) -> bool:
    return _RAISED.search(text) is not None


def _closes_at_end(text: str) -> bool:
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and sign == ")" and place < len(text) - 1:
            return False
    return True


def _plain(whole: Form) -> Text:
    found: Text | None = whole.plain
    if found is None:
        found = whole.plain = _WRITERS[whole.head](whole)
        whole.plain_signs = length(found.text)
    return found


def _number(whole: Form) -> Text:
    value = whole.data
    return Text(str(value), ATOM if value >= 0 and value.denominator == 1 else PRODUCT if value > 0 else SUM)


def _name(whole: Form) -> Text:
    return Text(whole.data, ATOM)


def _identity(whole: Form) -> Text:
    parts = [f"I({d})" for d in whole.rows]
    return Text(" ⊗ ".join(parts), ATOM if len(parts) == 1 else LAYER)


def _ones(whole: Form) -> Text:
    return Text(f"ones({whole.rows[0]})", ATOM) if len(whole.rows) == 1 else Text(
        f"vec(ones({whole.rows[1]}, {whole.rows[0]}))", ATOM)  # fmt: skip


def _commutation(whole: Form) -> Text:
    return Text(f"K({whole.data[0]}, {whole.data[1]})", ATOM)


def _transposed(whole: Form) -> Text:
    return _marked(_plain(whole.parts[0]))


def _power(whole: Form) -> Text:
    (base,), exponent = whole.parts, whole.data
    if base.is_scalar and exponent < 0:
        return _quotient(ONE_TEXT, [form.power(base, -exponent)])
    if base.head == "var" and exponent.denominator == 2:
        times = exponent.numerator
        return Text(f"std{write(base).text.removeprefix('var')}" + (f"^{times}" if times > 1 else ""), ATOM)
    if exponent == HALF:
        return Text(f"sqrt({write(base).text})", ATOM)
    inner = write(base)
    if base.head == "norm" and exponent == 2:
        vector = base.parts[0]
        if vector.is_column and vector.head in ("name", "symmetric"):
            return Text(f"{inner.text[1:-1]}' {inner.text[1:-1]}", PRODUCT)
    if not base.is_scalar and inner.level == ATOM and inner.text.endswith("'"):
        return _marked(Text(f"{write(transpose(base)).at(ATOM)}^{exponent}", ATOM))
    closed = inner.level == ATOM and not _is_raised(inner.text)
    if not base.is_scalar and exponent == -1 and not closed:
        return Text(f"inv({inner.text})", ATOM)
    shown = str(exponent) if exponent.denominator == 1 else f"({exponent})"
    return Text(f"{inner.text if closed else f'({inner.text})'}^{shown}", ATOM)


def _entries(whole: Form) -> Text:
    (base,), exponent = whole.parts, whole.data
    if exponent == HALF:
        return Text(f"sqrt({write(base).text})", ATOM)
    inner = write(base)
    closed = inner.level == ATOM and not inner.text.endswith("'") and not _is_raised(inner.text)
    if closed and exponent < -1 and exponent.denominator == 1:
        return Text(f"{inner.text}.^{exponent}", ATOM)
    if exponent < 0:
        return _layered([], [form.entrywise_power(base, -exponent)])
    shown = str(exponent) if exponent.denominator == 1 else f"({exponent})"
    dot = "." if base.is_matrix else ""
    return Text(f"{inner.text if closed else f'({inner.text})'}{dot}^{shown}", ATOM)


ONE_TEXT = Text("1", ATOM)
_MIRRORED = {">": "<", "<": ">", "≥": "≤", "≤": "≥"}


def _closed(scalar: Form) -> str:
    """A scalar among factors: `‖v‖^2` has no brackets, `(v' v)` would have."""
    text = write(scalar)
    if scalar.head == "power" and scalar.parts[0].head == "norm" and text.level < ATOM:
        return f"{write(scalar.parts[0]).text}^{scalar.data}"
    return text.at(ATOM)


def _quotient(above: Text, below: Sequence[Form], number: str = "") -> Text:
    texts = [*([number] if number else []), *map(_closed, below)]
    return Text(f"{above.at(PRODUCT)}/{texts[0] if len(texts) == 1 else '(' + ' '.join(texts) + ')'}", PRODUCT)


def _product(whole: Form) -> Text:
    value = whole.data
    chain: list[Form] = []
    above: list[Form] = []
    below: list[Form] = []
    for part in whole.parts:
        if not part.is_scalar:
            chain.append(part)
        elif part.head == "power" and part.data < 0:
            below.append(form.power(part, -1))
        else:
            above.append(part)
    if value < 0:  # `-(a - b)` as `b - a`
        for parts in (chain, above):
            for place, part in enumerate(parts):
                turned = _turned(part)
                if turned is not None and {part, transpose(part)}.isdisjoint(parts[:place] + parts[place + 1 :]):
                    parts[place], value = turned, -value
                    break
            if value > 0:
                break
    if len(above) > 1:
        above.sort(key=lambda a: (len(write(a).text) > 1, write(a).text))
    texts = list(map(write, above))
    if (
        above
        and not below
        and len(chain) == 1
        and chain[0].rows
        and chain[0].head == "entries"
        and chain[0].data < 0
        and value > 0
    ):
        top = write(form.product(above, value)).at(PRODUCT)
        return Text(f"{top} ./ {write(form.entrywise_power(chain[0].parts[0], -chain[0].data)).at(ATOM)}", LAYER)
    row = _row(chain)
    layered = len(row) == 1 and row[0].level == LAYER and not below
    alone = len(texts) == 1 and not row and texts[0].level == PRODUCT and "/" not in texts[0].text
    rest = [r.text if layered else r.at(ATOM) for r in row] if row else []
    pieces = ([texts[0].text] if alone else list(map(_closed, above))) + rest
    if rest and rest[0].startswith("(") and above and above[-1].head == "product" and not below:
        pieces[len(above) - 1] = texts[-1].at(PRODUCT)  # `x' A x (A + A') x` is read in one way
    if len(pieces) == 1 and (value == 1 or value == -1) and not below:
        only = (texts + row)[0]
        if value == 1:
            return only
        pieces = [only.at(LAYER)]
    size, under = abs(value), ""
    if below and size.denominator != 1:
        size, under = size.numerator, str(size.denominator)
    if size.denominator != 1 or not pieces:
        pieces.insert(0, str(size))
    elif size != 1:
        pieces.insert(0, str(size.numerator))
    level = LAYER if layered else PRODUCT
    text = Text(" ".join(pieces), level if len(pieces) > 1 or layered else ATOM)
    if below:
        text = _quotient(text, below, under)
    return Text(f"-{text.text}", SUM) if value < 0 else text


def _turned(part: Form) -> Form | None:
    """The negative of a sum at least half of whose terms are negative, or of a product that holds one; `1 - x` stays if it can."""
    if part.head in ("hadamard", "product"):
        ways = [
            (place, turned)
            for place, inner in enumerate(part.parts)
            if (turned := _turned(inner)) is not None
            and transpose(inner) not in part.parts[:place] + part.parts[place + 1 :]
        ]
        if not ways:
            return None
        place, turned = min(ways, key=lambda w: any(map(_is_constant, part.parts[w[0]].parts)))
        return form.rebuild(part, [*part.parts[:place], turned, *part.parts[place + 1 :]])
    if part.head != "total":
        return None
    negative = len([p for p in part.parts if form.scaled(p)[0] < 0])
    return Form("turned", (part,), None, *part.shape) if 2 * negative >= len(part.parts) else None


def _turned_sum(whole: Form) -> Text:
    return _sum(form.total([form.times(p, -1) for p in whole.parts[0].parts]))


def _array_of(part: Form) -> Form:
    return form.scaled(part)[2] or part


def _is_constant(part: Form) -> bool:
    array = _array_of(part)
    return array.head == "I" or is_all_ones(array)


def _row(chain: Sequence[Form]) -> list[Text]:
    """Arrays in a row; `ones(n) ones(m)'` is `ones(n, m)`."""
    out: list[Text] = []
    place = 0
    while place < len(chain):
        part = chain[place]
        after = chain[place + 1] if place + 1 < len(chain) else None
        if part.head == "ones" and after is not None and after.head == "transpose" and after.parts[0].head == "ones":
            rows, columns = part.rows, after.columns
            if len(rows) == len(columns) == 1:
                out.append(Text(f"ones({rows[0]}, {columns[0]})", ATOM))
                place += 2
                continue
        out.append(write(part))
        place += 1
    return out


class Summand(NamedTuple):
    """A term of a sum, as a number, scalars and an array; `constant` is `I` or `1` where it is a multiple of one of these."""

    part: Form
    value: form.Rational
    scalars: tuple[Form, ...]
    array: Form | None
    constant: str


def _summand(part: Form) -> Summand:
    value, scalars, array = form.scaled(part)
    of = part if array is None else array
    return Summand(part, value, scalars, array, "I" if of.head == "I" else "1" if is_all_ones(of) else "")


def _sum(whole: Form) -> Text:
    terms = list(map(_summand, whole.parts))
    constants = {t.constant for t in terms}
    if constants == {"1"} and len({t.array for t in terms}) == 1:  # without them nothing would say the shape
        values = [form.product(t.scalars, t.value) for t in terms]
        return _product(Form("product", (form.total(values), terms[0].array or terms[0].part), form.ONE, *whole.shape))
    terms.sort(key=_place)
    texts = [_behind_others(t, whole, terms, constants) for t in terms]
    out = texts[0]
    for text in texts[1:]:
        out += f" - {text[1:]}" if text.startswith("-") else f" + {text}"
    return Text(out, SUM)


def _place(term: Summand) -> tuple:
    """Positive terms first, products before single names, the identity and numbers last."""
    text = write(term.part).text
    last = term.value > 0 and (term.constant != "" or term.part.head == "number")
    return term.value < 0, last, _is_name(term.array), text.count("'"), text


def _is_name(array: Form | None) -> bool:
    bare = array.parts[0] if array is not None and array.head == "transpose" else array
    return bare is not None and bare.head in ("name", "symmetric")


def _behind_others(term: Summand, whole: Form, terms: Sequence[Summand], constants: set[str]) -> str:
    """A term of a sum; beside others `I` and a number need no size."""
    part, value, scalars, array, constant = term
    if constant == "I" and constants != {"I"} and not part.is_scalar:
        return _product(Form("product", (*scalars, form.name("I", ("?",), ("?",))), value, *part.shape)).text
    if (
        constant == "1"
        and array is not None
        and "I" not in constants
        and (not whole.is_matrix or (not scalars and value.denominator == 1))
    ):
        return write(form.product(scalars, value)).text
    text = write(part).text
    if value < 0 and not text.startswith("-") and terms[0].value > 0:
        # behind others a minus costs nothing, so that nothing has to be turned
        plain = f"-{write(form.product([part], -1)).at(LAYER)}"
        return plain if length(plain) <= length(text) + 1 else text
    return text


def _hadamard(whole: Form) -> Text:
    powers = {p.data if p.head == "entries" else 1 for p in whole.parts}
    sizes = {abs(p) for p in powers}
    if len(sizes) == 1 and (common := sizes.pop()) > 1 and len(whole.parts) > 1:
        inner = form.hadamard(
            [
                form.entrywise_power(p, 1 / Fraction(common))
                if p.head != "entries"
                else form.entrywise_power(p.parts[0], Fraction(p.data) / common)
                for p in whole.parts
            ]
        )
        dot = "." if whole.is_matrix else ""
        return Text(f"({_plain(inner).text}){dot}^{common}", ATOM)
    below = [form.entrywise_power(p, -1) for p in whole.parts if p.head == "entries" and p.data < 0]
    above = [p for p in whole.parts if not (p.head == "entries" and p.data < 0)]
    return _layered(above, below)


def _layered(above: Sequence[Form], below: Sequence[Form]) -> Text:
    tops = sorted((write(a).at(ATOM) for a in above), key=lambda t: ("(" in t, t))
    text = " ⊙ ".join(tops) or "1"
    if below:
        under = [write(b).at(ATOM) for b in below]
        text += " ./ " + (under[0] if len(under) == 1 else "(" + " ⊙ ".join(under) + ")")
    return Text(text, LAYER)


def _kronecker(whole: Form) -> Text:
    left, right = whole.parts
    first = write(left)
    # what is written behind is closed, so that the order in which it is read does not matter
    texts = [first.at(LAYER) if left.head == "kronecker" else first.at(PRODUCT), write(right).at(PRODUCT)]
    return Text(" ⊗ ".join(texts), LAYER)


def _call(text: str, arguments: Iterable[Form]) -> Text:
    return Text(f"{text}({', '.join(write(a).text for a in arguments)})", ATOM)


def _function(whole: Form) -> Text:
    return _call(whole.data, whole.parts)


def _bracket(whole: Form) -> Text:
    (left, right), relation = whole.parts, whole.data
    ways = [f"[{write(left).text} {relation} {write(right).text}]"]
    if left.head == "total" and right.head == "number" and right.data == 0 and relation in _MIRRORED:
        greater = [p for p in left.parts if form.scaled(p)[0] > 0]
        less = [form.times(p, -1) for p in left.parts if form.scaled(p)[0] < 0]
        if greater and less:
            over, under = _side(greater), _side(less)
            if len(greater) == 1 and (
                greater[0].head == "number" or _is_constant(greater[0])
            ):  # what varies stands first
                over, under, relation = under, over, _MIRRORED[relation]
            ways.append(f"[{over} {relation} {under}]")
    return Text(min(ways, key=length), ATOM)


def _side(terms: Sequence[Form]) -> str:
    """One side of a comparison, with which a number alone is compared as it is."""
    if len(terms) == 1 and is_all_ones(_array_of(terms[0])):
        value, scalars, _ = form.scaled(terms[0])
        return write(form.product(scalars, value)).text
    return write(form.total(terms)).text


def _norm(whole: Form) -> Text:
    """Of a sum or its negative, which have one norm: `‖A x - b‖`, a product before a name."""
    (inner,) = whole.parts
    if inner.head == "total" and len(inner.parts) == 2 and not any(map(_is_constant, inner.parts)):
        first, second = sorted(inner.parts, key=lambda p: form.scaled(p)[0] < 0)
        if form.scaled(second)[0] < 0 < form.scaled(first)[0] and _is_name(_array_of(first)) > _is_name(
            _array_of(second)
        ):
            inner = form.total([form.times(p, -1) for p in inner.parts])
    return Text(f"‖{write(inner).text}‖", ATOM)


def _along(whole: Form) -> Text:
    text, axis = whole.data
    ways = [(write(whole.parts[0]).text, axis)]
    if not whole.columns:
        ways.append((write(transpose(whole.parts[0])).text, 1 - axis))
    inner, axis = min(ways, key=lambda w: length(w[0]))
    return Text(f"{text}({inner}, axis={axis})", ATOM)


def _named(text: str):  # type: ignore[no-untyped-def]
    return lambda whole: _call(text, whole.parts)


def _shorter(text: str):  # type: ignore[no-untyped-def]
    """A call of what is the same of an array and of its transpose."""

    def writer(whole: Form) -> Text:
        ways = [write(whole.parts[0]).text, write(transpose(whole.parts[0])).text]
        return Text(f"{text}({min(ways, key=lambda w: (length(w), w.count(chr(39))))})", ATOM)

    return writer


_WRITERS = {
    "number": _number, "name": _name, "symmetric": _name, "I": _identity, "ones": _ones, "K": _commutation,
    "transpose": _transposed, "power": _power, "entries": _entries, "product": _product, "total": _sum, "turned": _turned_sum, "hadamard": _hadamard,
    "kronecker": _kronecker, "function": _function, "operator": _function, "bracket": _bracket, "norm": _norm,
    "along": _along, "diag": _named("diag"), "diagonal": _shorter("diag"), "vec": _named("vec"), "khatri_rao": _named("khatri_rao"),
    **{text: _shorter(text) for text in form.REDUCTIONS - {"norm"}},
}  # fmt: skip
