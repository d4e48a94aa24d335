"""A matrix form as a person would write it: what is shown is for `deriving/readback.py` to read back first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from ..lowering.names import Names
from ..notation.repeated_calls import name_repeated
from ..syntax.parse import parse_statement
from ..syntax.tree import Relation
from ..terms.term import Tensor, Term
from .effort import steps
from .form import Form, NotAForm
from .naming import Shown, named, spread
from .reading import FormReader
from .search import shortest
from .taste import dislike
from .writing import length

# how many of the forms that are found and given names are given out
SHOWN = 2
# what has no more signs than this has nothing to be shortened
SHORT = 3
# and with more than these the search would not come far
LONG = 400
_K = re.compile(r"\bK\((?=\w+, \w+\))")


def candidates(text: str, term: Term, names: Names, repeated: bool = True) -> Iterator[Shown]:
    """Texts of a matrix form of a term, the best first, the text itself as the last; names for parts if `repeated`."""
    plain = name_repeated(text) if repeated else text
    tensors = {t.name: t for t in term.depends}
    is_commutation_taken = "K" in tensors or names.knows("K")

    def tensor(name: str) -> Tensor | None:
        if name in tensors:
            return tensors[name]
        entry = names.find(name)
        return entry.tensor if entry is not None else None

    def is_free(name: str, anywhere: bool) -> bool:
        means = (
            name in tensors or names.is_dimension(name) or names.is_function(name) or re.search(rf"\b{name}\b", text)
        )
        return not means and not (anywhere and names.knows(name))

    def spelled(found: Shown) -> Shown:
        return replace(found, text=_K.sub("commutation(", found.text)) if is_commutation_taken else found

    size = length(text)
    given = _form_of(text, FormReader(names, tensor)) if size <= LONG else None
    found: list[Shown] = []
    whole = Shown(plain, given if plain == text else None)
    if given is not None and size > SHORT and steps():
        found, known = _shorter(given, plain, is_free, repeated)
        whole = known.get(plain, whole)
        yield from map(spelled, found)
    if all(f.text != plain for f in found):
        yield spelled(whole)


def _form_of(text: str, reader: FormReader) -> Form | None:
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation) or len(tree.sides) != 1 or tree.bindings:
        return None
    try:
        return reader.read_whole(tree.sides[0])
    except NotAForm:
        return None


def _shorter(
    given: Form, plain: str, is_free: Callable[[str, bool], bool], repeated: bool
) -> tuple[list[Shown], dict[str, Shown]]:
    """Those that a person would like better than the `plain` one, the best first; and all that were found, by their texts."""
    try:
        found: list[Form] = shortest(given, steps())
    except NotAForm:
        return [], {}
    costs: dict[str, tuple[int, Shown]] = {}
    for other in found:
        shown, cost = named(other, is_free if repeated else lambda *_: False)
        costs.setdefault(shown.text, (cost, shown))
    best = min(costs, key=lambda t: costs[t][0])
    if repeated and costs[best][0] > length(best):  # there is something in it that nobody likes
        with suppress(NotAForm):
            for turned, binding in spread(given, is_free):
                for other in shortest(turned, steps()):
                    shown, cost = named(other, is_free, [binding])
                    costs.setdefault(shown.text, (cost, shown))
    most = length(plain) + dislike(given)
    liked = [(c, shown) for c, shown in costs.values() if c < most or (c == most and dislike(given))]
    known = {text: shown for text, (_, shown) in costs.items()}
    return [shown for _, shown in sorted(liked, key=lambda t: t[0])[:SHOWN]], known
