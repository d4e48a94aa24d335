"""The verdict on one value, and what is told of it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace

# verdicts that say that something is not right
ACCUSED = ("wrong", "right_if", "shape")
# what is derived, a counterexample, and words
Told = tuple[str | None, str | None, str]


@dataclass(frozen=True)
class Result:
    """The verdict on one value; `words` say more; `thin` where it fits if an axis of the argument has length 1.

    `guessed` where the order alone says for which argument it is, so that it may be right for another one.
    `part` where the argument is as long as a part of another, so that it may as well be a number that stands at each place of it.
    `flat` where the derivative is 0 there.
    `among` are results for several arguments, of which nothing says for which it is.

    What is told of a verdict besides costs as much as the verdict, so it is worked out for those that are told: `more` gives it.
    """

    node: ast.AST
    parameter: str
    verdict: str
    assumption: str | None = None
    derived: str | None = None
    counterexample: str | None = None
    words: str = ""
    thin: bool = False
    part: bool = False
    flat: bool = False
    guessed: bool = False
    more: Callable[[], Told] | None = None
    among: tuple[Result, ...] = ()

    def told(self) -> Result:
        """With what is told besides; of several that it may be the one with a small mistake, which is likelier than another argument."""
        if self.among:
            return min((r.told() for r in self.among), key=lambda r: r.verdict == "wrong" and not r.words)
        if self.more is None:
            return self
        derived, counterexample, words = self.more()
        return replace(self, derived=derived, counterexample=counterexample, words=words or self.words, more=None)

    def on(self, way: str) -> Result:
        """With the way that it is found on."""
        told = self.told()
        return replace(told, words="; ".join(w for w in (told.words, f"where {way}") if w))
