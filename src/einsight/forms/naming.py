"""What stands in a form twice or more gets a name behind `where`, if that makes it shorter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import partial
from itertools import chain as chained

from ..frozen import frozen
from . import form
from .form import Form, NotAForm, product, transpose
from .rules import centred_at_mean
from .taste import RATIO, dislike, ratios
from .writing import length, signs, write

# the letters that people give to such parts
_OF_FUNCTIONS = {"softmax": "sp", "sigmoid": "s", "tanh": "th", "exp": "e", "relu": "h", "along": "P"}
_MATRICES, _VECTORS, _SCALARS = "MHRGNQ", "uvhgpq", "rsqthρτ"
MOST_NAMES, MOST_TRIED = 3, 6
# signs that a name with its definition takes besides what it stands for
OVERHEAD = 3
# and how many more a vector of length 1 seems to take, which is no part of the form
UNUSUAL = 2


Binding = tuple[str, Form]


@frozen
class Shown:
    """A text, and the form that it is of, with what the names in it stand for; None where that is not known."""

    text: str
    form: Form | None = None
    bindings: tuple[Binding, ...] = ()


def named(whole: Form, is_free: Callable[[str, bool], bool], bindings: Sequence[Binding] = ()) -> tuple[Shown, int]:
    """The text of a form, with names for what repeats, and how long it is and seems to be.

    `is_free` says which letters mean nothing in the form, or, asked for `anywhere`, among all names that are declared.
    """
    bindings = list(bindings)
    text = _text(whole, bindings)
    least = length(text) + dislike(whole)
    if not bindings and not _may_repeat(text):
        return Shown(text, whole), least
    for _ in range(MOST_NAMES):
        taken = {n for n, _ in bindings}
        best: tuple[int, str, Form, list[Binding], Form] | None = None
        for found, put in _ways(whole, [b for _, b in bindings]):
            letters = [c for c in _letters(found) if c not in taken and is_free(c, False)]
            # what is called twice gets a name in any case, be it one that is declared for something else
            anything = letters[0] if letters and _is_call(found) else None
            letter = next((c for c in letters if is_free(c, True)), anything)
            if letter is None:
                continue
            mark = form.name(letter, found.rows, found.columns, found.is_symmetric and found.is_matrix)
            with suppress(NotAForm):
                inner = put(whole, mark)
                others = _with_binding(bindings, (letter, found), [put(b, mark) for _, b in bindings])
                shown = _text(inner, others)
                size = length(shown) + dislike(inner) + sum(dislike(b) for _, b in others)
                size += UNUSUAL * (put.func is _spread)
                size -= 2 * _is_call(found)  # a call that stands there twice is not liked
                if size < least and (best is None or size < best[0]):
                    best = size, shown, inner, others, found
        if best is None:
            break
        least, text, whole, bindings, found = best
        least += 2 * _is_call(found)
    return Shown(text, whole, tuple(bindings)), least


_WORD = re.compile(r"\w+")


def _may_repeat(text: str) -> bool:
    """May there be something that gets a name, a quotient, or what stands there twice?

    What is long enough for a name has two words beside one another, which are beside one another wherever it stands, in this order
    or in the other; of a long sum that is not sure.
    """
    if "/" in text or text.count(" + ") + text.count(" - ") > 3:
        return True
    words = _WORD.findall(text)
    first: dict[tuple[str, str], int] = {}
    for place in range(len(words) - 1):
        left, right = words[place], words[place + 1]
        pair = (left, right) if left < right else (right, left)
        if first.setdefault(pair, place) < place - 1:
            return True
    return False


def _with_binding(bindings: list[Binding], new: Binding, turned: list[Form]) -> list[Binding]:
    """The bindings, `turned` as they are written with one more, which stands behind those whose names it holds.  Raises NotAForm."""
    names = {p.data for p in _parts(new[1]) if p.head in ("name", "symmetric")}
    place = max((k + 1 for k, (name, _) in enumerate(bindings) if name in names), default=0)
    if any(a is not b for a, (_, b) in zip(turned[:place], bindings, strict=False)):
        raise NotAForm
    old = [(n, b) for (n, _), b in zip(bindings, turned, strict=True)]
    return [*old[:place], new, *old[place:]]


def spread(whole: Form, is_free: Callable[[str, bool], bool]) -> Iterator[tuple[Form, Binding]]:
    """The form with each of its vectors by whose size something is divided as that size times another, and what that is."""
    letter = next((c for c in _VECTORS if is_free(c, False) and is_free(c, True)), None)
    for vector, size, root in dict.fromkeys(v for part in _parts(whole) for v in _normalised(part)):
        if letter is not None:
            with suppress(NotAForm):
                mark = form.name(letter, vector.rows)
                yield _spread(vector, size, root, whole, mark), (letter, product([vector, form.power(root, -1)]))


def _ways(whole: Form, definitions: list[Form]) -> Iterator[tuple[Form, partial[Form]]]:
    """What may get a name, and how a form is written with that."""
    for found in _repeated(whole, definitions):
        yield found, partial(_put, found)
    divisors = [part for part in _parts(whole) if part.head == "power"]
    for vector, size, root in dict.fromkeys([v for part in divisors for v in _normalised(part)]):
        yield product([vector, form.power(root, -1)]), partial(_spread, vector, size, root)


def _normalised(part: Form) -> Iterator[tuple[Form, Form, Form]]:
    """A vector beside its size, by which something is divided, and the root of that: `x` and `‖x‖`, `x - mean(x)` and `var(x)`."""
    if part.head == "power" and part.data < 0 and part.parts[0].head in ("norm", "var"):
        size = part.parts[0]
        (vector,) = size.parts
        if vector.is_column and size.head == "norm":
            yield vector, size, size
        elif vector.is_column and (centred := centred_at_mean(vector)) is not None:
            yield centred, size, form.power(size, Fraction(1, 2))


def _spread(vector: Form, size: Form, root: Form, whole: Form, mark: Form) -> Form:
    """The form with a vector as its size times another.  Raises NotAForm."""
    number = form.name("?")
    masked = _put(size, whole, number if root is size else form.power(number, 2))
    return _put(number, _put(vector, masked, product([number, mark])), root)


def _text(whole: Form, bindings: list[Binding]) -> str:
    text = write(whole).text
    return f"{text} where {', '.join([f'{n} = {write(b).text}' for n, b in bindings])}" if bindings else text


def _letters(found: Form) -> str:
    kind = found.data if isinstance(found.data, str) and found.head in ("function", "operator") else found.head
    plain = _SCALARS if found.is_scalar else _MATRICES if found.is_matrix else _VECTORS
    own = _OF_FUNCTIONS.get(kind, "")
    return (own.upper() if found.is_matrix else own) + plain


def _is_call(part: Form) -> bool:
    return part.head in ("function", "operator", "along")


def _repeated(whole: Form, definitions: list[Form]) -> list[Form]:
    """The parts that stand there twice, the most promising first; the whole of a definition is none."""
    parts = _parts(whole)
    counts: Counter[Form] = Counter([part for part in parts if part is not whole])
    for place in definitions:
        counts.update([part for part in _parts(place) if part is not place])
    found = [(-RATIO, ratio) for part in parts if part.head in ("total", "product") for ratio in ratios(part)]
    for part, times in counts.items():
        if times == 1:
            continue
        if part.is_scalar and part.head == "power" and part.data < 0:
            continue  # what is divided by has a name, and no reciprocal
        size = signs(part)
        if size > (3 if not _is_call(part) else 2) and len(part.rows) < 2 and len(part.columns) < 2:
            standing = size + (part.head == "total")  # a sum stands in brackets among others
            saved = times * standing - (size + times + OVERHEAD)
            if saved >= -_is_call(part):
                found.append((-saved, part))
    return [part for _, part in sorted(found, key=lambda f: f[0])[:MOST_TRIED]]


def _parts(whole: Form) -> tuple[Form, ...]:
    """Every part as often as it stands there, a transpose as what it is of; of a row also the factors that stand together."""
    found = whole.memo.get("parts")
    if found is None:
        own = [_bare(whole)]
        if whole.head == "product" and len(whole.parts) > 2:
            chain = [p for p in whole.parts if not p.is_scalar]
            for start in range(len(chain)):
                for end in range(start + 2, len(chain) + 1):
                    if end - start < len(chain) or len(chain) < len(whole.parts):
                        with suppress(NotAForm):
                            own.append(_bare(form.product(chain[start:end])))
        found = whole.memo["parts"] = (*own, *chained.from_iterable(map(_parts, reversed(whole.parts))))
    return found


def _bare(part: Form) -> Form:
    """Of a form and its transpose the one with fewer signs."""
    if part.is_scalar:
        return part
    found = part.memo.get("bare")
    if found is None:
        turned = transpose(part)
        if (size := signs(part)) == (other := signs(turned)):
            size, other = (not part.rows, part.key) > (not turned.rows, turned.key), 0
        found = part.memo["bare"] = part if size <= other else turned
    return found


def _put(part: Form, whole: Form, mark: Form) -> Form:
    """A form with a name for each of those parts.  Raises NotAForm."""
    turned, turned_mark = transpose(part), transpose(mark)
    memo: dict[Form, Form] = {}
    if part.head == "function" and part.data == "sigmoid":
        mirrored = form.function("sigmoid", [form.times(part.parts[0], -1)])
        memo[mirrored] = form.total([form.all_ones(*mark.shape), form.times(mark, -1)])
        memo[transpose(mirrored)] = transpose(memo[mirrored])

    def visit(current: Form) -> Form:
        if current is part:
            return mark
        if current is turned:
            return turned_mark
        found = memo.get(current)
        if found is None:
            parts = [visit(p) for p in current.parts]
            if current.head == "product" and part.head == "product":
                parts = _joined(parts, part, mark)
                parts = _joined(parts, turned, turned_mark)
                found = form.product(parts, current.data)
            else:
                found = form.rebuild(current, parts)
            memo[current] = found
        return found

    found = visit(whole)
    visit = None  # type: ignore[assignment]  # which holds itself
    return found


def _joined(parts: list[Form], part: Form, mark: Form) -> list[Form]:
    """A row with the factors that a part consists of as one."""
    if part.data != 1:
        return parts
    if all(p.is_scalar for p in part.parts):  # a number of several, wherever they stand
        rest = [p for p in parts if p not in part.parts]
        return [mark, *rest] if len(parts) - len(rest) == len(part.parts) else parts
    if any(p.is_scalar for p in part.parts):
        return parts
    wanted, count = list(part.parts), len(part.parts)
    place = 0
    while place + count <= len(parts):
        if parts[place : place + count] == wanted:
            parts = [*parts[:place], mark, *parts[place + count :]]
        place += 1
    return parts
