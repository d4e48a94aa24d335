"""A whole solution: each `=` of it judged, as `check` judges those of a document.

A link is two sides that stand beside one another in a chain.  It is judged on its own, with what the text defines put in: what comes
behind a false link may be right, and a right link need not follow from the one before it.  What is not read is no mistake.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ..asking.spellings import CODE, LANGUAGE, spelling_of
from ..lowering.report import EinsightError
from ..rules.engine import MissingRule
from .answers import DERIVATIVE, Said, lone_name, mentions, statements
from .defined import order_of, written
from .links import Link
from .pairs import Asked, Given, Pair
from .reading import word_test
from .result import is_given_up, told

MOST = 60
# `f(x)` on the left of what it is
_OF = re.compile(r"\s*(\\?[A-Za-z]+)\s*\(\s*\\?[^()=]{1,20}\)\s*")
_SECOND = re.compile(r"\^\s*\{?2|²|\\nabla\s*\\nabla")


def links_in(answer: str, pair: Pair) -> tuple[Link, ...]:
    """The links of a solution in their order, at most MOST.  Raises EinsightError where its time is over."""
    if spelling_of(answer) == CODE:
        return ()
    found: list[Link] = []
    chains = [s for s in statements(answer, word_test(pair.names, pair.known)) if len(s) > 1]
    heads = [_defined_by(sides[0], pair) for sides in chains]
    for place, sides in enumerate(chains):
        # what stands before counts, the last first; else what comes behind, as in `where r = A x - b`
        others = [k for k, head in enumerate(heads) if head and k != place]
        nearest = sorted(others, key=lambda k: (k > place, abs(k - place)), reverse=True)
        defined = [(heads[k], chains[k][1]) for k in nearest]
        order = order_of(sides[0])
        chain: Sequence[str] = sides
        if heads[place] or lone_name(sides[0]):
            chain = sides[1:]
        elif DERIVATIVE.search(sides[0]):
            first = _asked(sides[0], sides[1], order, defined, pair)
            if first is not None:
                found.append(first)
                chain = sides[1:]
        found += [_link(left, right, order, defined, pair) for left, right in pairwise(chain)]
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])


def _defined_by(left: str, pair: Pair) -> str:
    """The name that a left side gives to what follows, also as `f(x)`; empty where it does not, or gives a known one."""
    name = _OF.fullmatch(left)
    head = name[1] if name is not None else left.strip() if lone_name(left) else ""
    return "" if head in pair.known or pair.names.knows(head.strip("\\")) else head


def _asked(
    left: str, right: str, order: tuple[str, ...], defined: Sequence[tuple[str, ...]], pair: Pair
) -> Link | None:
    """The link from the derivative that is asked for, where that is what the left side says; None where it is another."""
    if not isinstance(pair, Asked) or pair.variable is None or _SECOND.search(left):
        return None
    if any(
        mentions(left, name) for name, body in defined if mentions(body, pair.variable) and not _is_whole(body, pair)
    ):
        return None  # of something within it
    below = re.search(r"(?:\\nabla|∇)\s*_\s*\{?\s*(\\?\w+)", left)
    if below is not None and below[1].strip("\\") != pair.variable:
        return None
    if below is None and not mentions(left, pair.variable) and re.search(r"\\partial|∂|/\s*d|\{\s*d", left):
        return None
    text = _text(right, order, defined, pair)
    if isinstance(text, Link):
        return Link(left, right, text.verdict, text.reason)
    try:
        grade = pair.grade(text, LANGUAGE)
    except (EinsightError, MissingRule) as refused:
        return _unread(left, right, refused)
    return Link(left, right, grade.verdict, grade.reason, grade.counterexample)


def _is_whole(body: str, pair: Asked) -> bool:
    """Is it what the question differentiates?"""
    try:
        return bool(Given(pair.asked[0], pair.names, pair.on, "").grade(body, ""))
    except (EinsightError, MissingRule):
        return False


def _link(left: str, right: str, order: tuple[str, ...], defined: Sequence[tuple[str, ...]], pair: Pair) -> Link:
    texts = []
    for side in (left, right):
        text = _text(side, order, defined, pair)
        if isinstance(text, Link):
            return Link(left, right, text.verdict, text.reason)
        texts.append(text)
    try:
        given = Given(texts[0], pair.names, replace(pair.on, sides=("the left side", "the right side")), LANGUAGE)
        grade = given.grade(texts[1], LANGUAGE)
    except (EinsightError, MissingRule) as refused:
        return _unread(left, right, refused)
    return Link(left, right, grade.verdict, grade.reason, grade.counterexample)


def _text(side: str, order: tuple[str, ...], defined: Sequence[tuple[str, ...]], pair: Pair) -> str | Link:
    """A side in the language, what the text defines put in; the indices of the left side before it."""
    try:
        text = written(Said(side, (side,), tuple(defined)), pair.names, pair.known, "").text
    except EinsightError as refused:
        return _unread(side, side, refused)
    return f"D_{{{','.join(order)}}} = {text}" if order else text


def _unread(left: str, right: str, refused: EinsightError | MissingRule) -> Link:
    if isinstance(refused, MissingRule):
        return Link(left, right, "undecided", str(refused))
    if is_given_up(refused):
        raise refused
    return Link(left, right, "unread", told(refused))
