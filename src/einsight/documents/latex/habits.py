"""What the author of a page means by a sign that means two things."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from . import words

_TRANSPOSE = re.compile(
    r"\^\s*(\{\s*)?(-\s*)?(T\b|\\top|\\intercal|\\(mathsf|mathrm|mathbf|text|rm|sf|textsf)\s*(?:\{\s*)?T\b|\\T\b|⊤)|ᵀ"
)
# `X'X`, `x'Ax`, `(X'X)`, `(y - X\beta)'`: a product with what has a prime, which nobody writes of another name
_PRIME_TRANSPOSES = re.compile(
    r"(?<![A-Za-z\\])([A-Za-z]|\\[a-z]+)'\s*\1(?![A-Za-z'])|\)\s*'\s*[(A-Z\\]|(?<![A-Za-z\\])([a-z])'\s*[A-Z]"
)
_PRIMED_IS_DEFINED = re.compile(
    r"(?<![A-Za-z\\])([A-Za-z]|\\[a-z]+)(_\w|_\{\w+\})?'\s*(&\s*)?(:=|=|\\in\b|∈)(?!\s*(&\s*)?\1(?![A-Za-z]))"
)


_INVARIANT = re.compile(r"(?<![A-Za-z\\])I_(1|\{1\})(?!\d)")


# `W^{l}`, `\mathbf{a}^{(l-1)}`, `\vct\delta^{l+1}`
_LAYERED = re.compile(
    r"(?P<name>\\?[A-Za-z]+)\}?\s*(?:_\w|_\{\w+\})?\^(?:\{\s*)?(?P<layer>l|L|\\ell)(?![A-Za-z])(?:\s*(?P<by>[+-]\s*\d))?"
)


# `P^-`, `\\hat x_k^{-}`: before an update, which nobody writes of a power; `x^+ = …`: what is given a value
_SIGNED = re.compile(
    r"\^\s*(?:-|\{\s*-\s*\})(?!\s*[\w\\({])|\^\s*(?:\+|\{\s*\+\s*\})\s*(?:\([^()]*\)\s*)?(?:&\s*)?:?="
)


# `G(z) =`, `\\Phi(z) =`
_CALLED = re.compile(r"(?<![A-Za-z\\])(\\?[A-Za-z]+)\s*\(\s*\\?[A-Za-z]+(?:_\w)?\s*\)\s*&?\s*=")


class Habits(NamedTuple):
    """
    primes          what `'` is: part of a `name`, or a `transpose`
    has_invariants  is `I_2` the second invariant rather than an identity?
    layers          letters that count layers above a name, `W^{l}` beside `a^{l-1}`
    has_signs       are `P^-` and `P^+` names?
    called          letters that some formula defines before their arguments, `G(z) = …`
    """

    primes: str = "name"
    has_invariants: bool = False
    layers: str = ""
    has_signs: bool = False
    called: frozenset[str] = frozenset()


PLAIN = Habits()


def habits_of(formulas: Sequence[str]) -> Habits:
    signs = any(_SIGNED.search(f) for f in formulas)
    called = frozenset(words.LETTERS.get(name[1:], name) if name[0] == "\\" else name for f in formulas for name in _CALLED.findall(f))
    return Habits(primes_of(formulas), any(_INVARIANT.search(f) for f in formulas), layers_of(formulas), signs, called)


def layers_of(formulas: Iterable[str]) -> str:
    """The letters that stand alone above one name and with a number added above another: nobody writes powers so."""
    alone: dict[str, set[str]] = {}
    shifted: dict[str, set[str]] = {}
    for formula in formulas:
        for found in _LAYERED.finditer(formula):
            (shifted if found["by"] else alone).setdefault(found["layer"], set()).add(found["name"])
    counting = {"ℓ" if c == "\\ell" else c for c, names in shifted.items() if len(names | alone.get(c, set())) > 1}
    return "".join(sorted(counting | ({"L"} if counting and "L" in alone else set())))  # the last one


def primes_of(formulas: Iterable[str]) -> str:
    """Is a prime on this page a `transpose`, or part of a `name`?

    A transpose where nothing else is one, and products as only a transpose would stand in are much more than names with a
    prime that are given a value or a shape.  (`M' = M` gives none: it says that M is symmetric.)
    """
    transposes = names = 0
    for formula in formulas:
        if _TRANSPOSE.search(formula):
            return "name"
        transposes += len(_PRIME_TRANSPOSES.findall(formula))
        names += _PRIMED_IS_DEFINED.search(formula) is not None
    return "transpose" if transposes > 3 * names else "name"
