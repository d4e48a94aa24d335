"""What a text says, as statements of the language: each spelling's reader is imported when it is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..lowering.names import Names, canonical_name, plain_name
from ..lowering.reach import with_reach
from ..syntax.blanks import blanked
from .brackets import with_bars_apart, with_inner_products, with_numbers_below, with_parts_of_matrices
from .customary import with_bars_in_densities
from .habits import habitual
from .lists import cut_first, on_one_line, with_functions_as_names, with_names_apart
from .pieces import Unwritten
from .sized import with_lengths
from .spellings import CODE, LATEX, spelling_of
from .transposes import with_transposes

# `I_0 (…)`, which is no identity
_NUMBERED = re.compile(r"(?<![A-Za-z\\])(I)_\{?([01])\}?\s*(?=\\left\s*\(|\()")
# a letter beside itself with a prime, as another argument or another summand
_BESIDE_ITSELF = re.compile(
    r"(?<![A-Za-z\\])(?P<one>[A-Za-z])\s*[-+,]\s*(?P=one)'(?!')|(?<![A-Za-z\\])(?P<other>[A-Za-z])'(?!')\s*[-+,]\s*(?P=other)(?![A-Za-z'])"
)
_PRIME = re.compile(r"(?<=[A-Za-zͰ-Ͽ])'(?!')")


def ways_in(
    text: str, spelling: str, names: Names, ranks: dict[str, int], variables: Sequence[str] = ()
) -> Iterator[list[str]]:
    """What a text says, the likeliest way first: code may be written of whole arrays and in components."""
    if spelling != CODE:
        yield statements_in(text, spelling, names, ranks, variables)
        if has_primes(text, spelling):
            primed = text if spelling == LATEX else _PRIME.sub("ʹ", text)
            yield statements_in(primed, spelling, names, ranks, variables, primes="name")
        return
    from . import code

    tensors = {name: e.tensor for name, e in names.all().items() if e.tensor is not None}
    ranks.update((name, len(tensor.dims)) for name, tensor in tensors.items())
    yield from code.written(text, ranks, {name: tuple(map(str, t.dims)) for name, t in tensors.items()})


def has_primes(text: str, spelling: str) -> bool:
    """Has it primes that may be part of names, since a letter with one stands where no transpose does: `k(x, x')`, `x - x'`?"""
    plain = text.replace("^{\\prime}", "'").replace("^\\prime", "'") if spelling == LATEX else text
    return "'" in plain and _BESIDE_ITSELF.search(plain) is not None


def statements_in(
    text: str, spelling: str, names: Names, ranks: dict[str, int], variables: Sequence[str] = (), primes: str = ""
) -> list[str]:
    """The statements that a text says, its spelling's reader imported when it is needed; `ranks` gets what code takes names for.

    `primes` are part of a `name`, or a `transpose`; whatever reads, where nothing says that.
    """
    if spelling != CODE:
        signs = ("^{T}", "^{-T}") if spelling == LATEX else ("ᵀ", "⁻ᵀ")
        text = with_transposes(text, lambda name: names.knows(canonical_name(name)) or name in variables, signs)
    if spelling == LATEX:
        from .latex import statements_of

        text = _NUMBERED.sub(r"\1_\2 \\cdot ", text)
        found = statements_of(with_bars_in_densities(text), names.is_function, primes)
        return [as_declared(_on_paper(s, names), names) for s in found]
    if spelling == CODE:
        return next(ways_in(text, spelling, names, ranks))
    if "\n" in text:
        text = on_one_line(text)
    text, declared = with_lengths(habitual(text, names), names)
    found = with_functions_as_names(*cut_first(with_names_apart(text, names)), names.is_function)
    return [*declared, *[_on_paper(s, names) for s in found]]


def as_declared(statement: str, names: Names) -> str:
    """`Wout`, whose label LaTeX sets below, as `W_out` where that is declared."""
    marked = {plain_name(n): n for n in names.vocabulary() if "_" in n}
    if not marked:
        return statement
    return _WORD.sub(lambda m: m[0] if names.knows(m[0]) else marked.get(m[0], m[0]), statement)


# letters that are raised are none of a name: `xnewᵀ`
_WORD = re.compile(r"(?<![\w\\])[A-Za-zͰ-Ͽ]{2,}(?![A-Za-zͰ-Ͽ\d_])")


def _on_paper(statement: str, names: Names) -> str:
    """What the language has no sign for, in what it has, and brackets around all that is summed."""
    statement = with_numbers_below(statement) if "/" in statement else statement
    statement = with_parts_of_matrices(with_inner_products(with_bars_apart(statement)), names)
    for place, bracket in sorted(with_reach(statement), reverse=True):
        statement = statement[:place] + bracket + statement[place:]
    return statement


def variable_of(text: str) -> str:
    """A variable as the language writes it; what is no formula stays as it is, for others to refuse."""
    text = blanked(text).strip()
    if spelling_of(text) != LATEX:
        return text
    from .latex import statements_of

    try:
        return statements_of(text, lambda name: False)[-1]
    except Unwritten:
        return text
