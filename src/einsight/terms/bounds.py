"""How long a term is when it is written out, and how long it, and a number in it, may become.

A term shares its parts: twenty nested softmax are a few hundred objects and a text of a million symbols.  What is written, read
back or walked through as a text has to be within bounds; and where rewriting makes it grow beyond them, nobody would read the result.
"""

from __future__ import annotations

from .term import Term

# symbols of the longest term that is rewritten and written: some forty pages
SYMBOLS = 50_000
# whole power of a matrix that is differentiated: the derivative has as many terms
LONGEST_POWER = 64
MOST_DIGITS = 4000
MOST_BITS = MOST_DIGITS * 3322 // 1000


class NumberTooLong(OverflowError):
    """A rational number that nobody could read; Python writes none with more than 4300 digits."""

    def __init__(self) -> None:
        super().__init__(f"a number with more than {MOST_DIGITS} digits comes about: give it a name, as in `c ∈ ℝ`")


def is_long(term: Term) -> bool:
    """Is it beyond what is written?"""
    return term.symbols > SYMBOLS


def length_in_words(term: Term) -> str:
    """As part of a message."""
    count = term.symbols
    told = str(count) if count < 10**6 else f"10^{len(str(count)) - 1}" if count < 10**4000 else "10^4000"
    return f"it takes {told} symbols to write, and at most {SYMBOLS} are tried; give its inner parts names"
