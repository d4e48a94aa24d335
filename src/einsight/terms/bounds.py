"""How long a term is when it is written out, and how long one may become.

A term shares its parts: twenty nested softmax are a few hundred objects and a text of a million symbols.  What is written, read
back or walked through as a text has to be within bounds; and where rewriting makes it grow beyond them, nobody would read the result.
"""

from __future__ import annotations

from .term import Term

# symbols of the longest term that is rewritten and written: some forty pages
SYMBOLS = 50_000
_SYMBOLS = "symbols"


def symbols(term: Term) -> int:
    """The heads of a term, shared parts counted each time they stand in it."""
    found = term.memo.get(_SYMBOLS)
    if found is not None:
        return found
    todo = [term]
    while todo:  # without recursion: terms can be deep
        part = todo[-1]
        inner = [*part.children(), *(a.body for a in part.abstractions())]
        open_parts = [p for p in inner if _SYMBOLS not in p.memo]
        if open_parts:
            todo += open_parts
            continue
        part.memo[_SYMBOLS] = 1 + sum(p.memo[_SYMBOLS] for p in inner)
        todo.pop()
    return term.memo[_SYMBOLS]


def is_long(term: Term) -> bool:
    """Is it beyond what is written?"""
    return symbols(term) > SYMBOLS


def length_in_words(term: Term) -> str:
    """As part of a message."""
    count = symbols(term)
    told = str(count) if count < 10**6 else f"10^{len(str(count)) - 1}" if count < 10**4000 else "10^4000"
    return f"it takes {told} symbols to write, and at most {SYMBOLS} are tried; give its inner parts names"
