"""Names of opened products that nothing holds any more: renaming dummies is most of what rewriting costs."""

from __future__ import annotations

import threading

from .dimension import Index
from .term import Product, Term

Opened = tuple[tuple[Term, ...], tuple[Index, ...]]


class _Here(threading.local):
    """By what a term knows the spare names of a thread: what one gives back may be in use in another by then."""

    def __init__(self) -> None:
        self.opened = object()


_here = _Here()


def spare_names(term: Product) -> Opened | None:
    """The factors with names that were given back, and those names, which are the caller's from now on."""
    return term.memo.pop(_here.opened, None)


def give_back(term: Product, opened: Opened | None) -> None:
    """Let the next `open_product` have names that nothing holds any more.

    Only for who knows that no term of these names is left: a rule that did not fire, a walk that changed nothing.
    Whoever opens the product meanwhile gets other names, so that two openings never share them; and so does another thread,
    which may have its turn while a rule is tried.
    """
    if opened is not None and opened[1]:
        term.memo[_here.opened] = opened
