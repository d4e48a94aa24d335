"""Other readings of an answer, for one that does not conform as it stands.

Each is a habit in which people write the same thing: code as NumPy carries it out, indices that stand for the component which is
asked for and not for a sum, `*` and `/` between arrays entry by entry, `1` for a vector of ones.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import combinations

from ..asking.spellings import CODE, spelling_of
from ..lowering.names import Names, canonical_name
from ..lowering.report import EinsightError
from ..lowering.values import Value
from .answers import LONGEST
from .defined import Text
from .entries import by_entries, with_kronecker
from .reading import Side, kept_free, read_alone, unbound_letters

# a vector of ones, as in `1 s'` and `1ᵀ x`
_ONE = re.compile(r"(?<![\w.])1(?=\s+(?:[^\W\d]|\()|\s*(?:'|ᵀ|\^\{?[T⊤]))")
_FENCE = re.compile(r"```[^\n`]*\n(.*?)```", re.S)


class NotFitting(Exception):
    """Code in which shapes do not go together; says which."""


def numpy_reading(answer: str, names: Names) -> list[Side]:
    """The answer as NumPy would carry it out, if it is code in names that are all known; with vectors of one axis, then as columns.

    Raises NotFitting.
    """
    code = _code_in(answer)
    if code is None:
        return []
    from ..python.snippets import DoesNotFit, NotCode, value_of

    arrays = {n: e.tensor for n, e in names.all().items() if e.tensor is not None}
    words = {word: canonical_name(word) for word in re.findall(r"[^\W\d]\w*", code)}
    given = arrays | {word: arrays[name] for word, name in words.items() if name in arrays}
    found: list[Side] = []
    problem = ""
    for columns in (False, True) if any(len(t.dims) == 1 for t in given.values()) else (False,):
        try:
            term, axes = value_of(code, given, columns)
        except DoesNotFit as refused:
            problem = problem or str(refused)
            continue
        except NotCode:
            continue
        if columns and len(axes) > 2:  # a new axis beside that of the columns: nothing that anybody means
            continue
        indices = tuple(i for i in axes if i is not None)
        if len(axes) == 1:  # a vector has no orientation
            found.append(Side(code, Value(term, order=indices), names))
        else:
            found.append(Side(code, Value(term, indices, row=len(axes) == 2 and axes[0] is None), names))
    if problem and not found:
        raise NotFitting(problem)
    return found


def _code_in(answer: str) -> str | None:
    """The code of an answer: the last fence that is some, or all of it."""
    if len(answer) > LONGEST:
        return None
    for text in (*reversed(_FENCE.findall(answer)), answer):
        text = text.strip().strip("`$").strip()
        if spelling_of(text) != CODE:
            continue
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return text
    return None


def is_component(text: str, order: tuple[str, ...], rank: int) -> bool:
    """Has a text without a left side as many letters below as it should have axes, so that it may be one component?"""
    return rank > 0 and not order and len(unbound_letters(text)) == rank


def other_readings(text: Text, names: Names, rank: int) -> Iterator[Side]:
    """Readings of a text of the language that should have so many axes."""
    letters = unbound_letters(text.text)
    for free in combinations(letters, rank) if rank and len(letters) >= rank and not text.order else ():
        value = kept_free(text.text, free, names)
        if value is not None:
            yield Side(text.text, value, names)
    for changed in (by_entries(text.text), with_kronecker(text.text), _ONE.sub("ones", text.text)):
        if changed != text.text:
            try:
                yield read_alone(Text(changed, text.order), names)
            except EinsightError:
                continue
