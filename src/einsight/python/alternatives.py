"""The verdicts on a derivative on every way that flags and words allow, with lengths for axes where loops go along them."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from .choosing import Question, Ways
from .flags import unpacked_in
from .meant import judge_shapes
from .module import Module
from .pairs import Pair
from .paths import most_axes
from .results import ACCUSED, Result
from .runs import Elsewhere, Unreadable
from .values import Value

# ways that are read of one pair
MOST_WAYS = 8
# lengths of axes that are chosen one after the other; what holds with two of them holds.  The first are all different;
# where a later one must be the shorter the others are tried
LENGTHS = (
    (2, 3, 4, 5, 6),
    (3, 2, 2, 3, 2),
    (5, 3, 2, 4),
    (4, 2, 3, 2),
    (4, 5, 2, 3, 2),
    (5, 4, 3, 2, 2),
    (2, 2, 3, 4, 3, 2, 2, 3),
    (3, 2, 4, 3, 2, 2, 2, 2),
)
# the same for arrays of four axes and more, whose entries are many otherwise: batch, channels, height, width, then the kernel's
OF_IMAGES = ((2, 2, 3, 4, 3, 2, 2, 3), (3, 2, 4, 3, 2, 2, 2, 2), (3, 2, 2, 3, 2), (2, 3, 4, 5, 6))
MANY_AXES = 4
# lengths that can be halved: what is cut in two, or taken in pairs, fits with these
EVEN = ((4, 4, 2, 2, 4, 2, 2), (4, 2, 4, 2, 2), (2, 2, 4, 2, 2, 2, 2, 2), (2, 2, 4, 4, 2, 2, 2, 2))
# why a pair is not read that may be with axes of known length
_OF_LENGTHS = re.compile(
    r"it has a loop|a part of an axis|written one by one|place|entry counted|concatenate|reshape|shape is not known|do not go together|is no number|`diff`|copies of|no argument$|several things|what it returns is not read"
)


def judge_pair(module: Module, pair: Pair, top: Mapping[str, Value]) -> list[Result]:
    """The verdicts on what a derivative returns: right where it is so on every way, accused where it is on one.  Raises Unreadable."""
    found: list[tuple[Ways, list[Result]]] = []
    unread: list[str] = []
    todo: list[dict[Question, bool]] = [{}]
    count, elsewhere = 0, ""
    while todo:
        if count == MOST_WAYS:
            unread.append("it goes more ways than are read")
            break
        count += 1
        ways = Ways(todo.pop(0))
        try:
            found.append((ways, _judged(module, replace(pair, ways=ways), top)))
        except Elsewhere as why:
            elsewhere = elsewhere or str(why)
        except Unreadable as why:
            unread.append(str(why))
        todo += ways.others()
    if not found:
        raise Unreadable(unread[0] if unread else elsewhere)
    return _together(found, unread[0] if unread else "")


def _judged(module: Module, pair: Pair, top: Mapping[str, Value]) -> list[Result]:
    """On one way; with arguments that are tuples of arrays where nothing is found otherwise.  Raises Unreadable."""
    has_parts = module.said(unpacked_in, pair.forward) and not module.said(_gives_one, pair.backward)
    try:
        found = _in_lengths(module, pair, top)
        if not has_parts or any(r.verdict != "undecided" for r in found):
            return found
    except Unreadable:
        if not has_parts:
            raise
        found = []
    try:
        return _in_lengths(module, replace(pair, in_parts=True), top)
    except Unreadable:
        if not found:
            raise
        return found


def _gives_one(function: ast.FunctionDef) -> bool:
    """Does it put numbers in one array at its end, so that its argument is one, too?"""
    last = function.body[-1]
    value = last.value if isinstance(last, ast.Return) else None
    return isinstance(value, ast.Call) and len(value.args) == 1 and isinstance(value.args[0], ast.List)


def _in_lengths(module: Module, pair: Pair, top: Mapping[str, Value]) -> list[Result]:
    """With several lengths of axes where it is not read without.  Raises Unreadable."""
    try:
        return judge_shapes(module, pair, top)
    except Unreadable as unread:
        if not _OF_LENGTHS.search(str(unread)):
            raise
    are_many = most_axes(module, pair, top) >= MANY_AXES
    every, even_ones = (OF_IMAGES, EVEN[::-1][:2]) if are_many else (LENGTHS, EVEN)
    found, why = _with_lengths(module, pair, top, every, 2)
    if not found or (len(found) == 1 and any(r.verdict != "undecided" for r in found[0])):
        raise why or Unreadable("it depends on how long its arrays are")
    even: list[list[Result]] = []
    if any(_is_open([r.verdict for r in each]) for each in zip(*found, strict=False)):
        even, _ = _with_lengths(module, pair, top, even_ones, 1 if are_many else 2)
    if len({len(results) for results in (*found, *even)}) > 1:
        raise Unreadable("what it returns depends on how long its arrays are")
    return [_agreed([f[k] for f in found], [e[k] for e in even]) for k in range(len(found[0]))]


def _with_lengths(
    module: Module, pair: Pair, top: Mapping[str, Value], every: Sequence[tuple[int, ...]], count: int
) -> tuple[list[list[Result]], Unreadable | None]:
    """The verdicts with the first lengths with which it is read, so many of them; and why it is not with others."""
    found: list[list[Result]] = []
    why: Unreadable | None = None
    for lengths in every:
        if pair.ways is not None and not found:
            pair.ways.begin_again()
        try:
            found.append(judge_shapes(module, replace(pair, lengths=lengths), top, lightly=bool(found)))
        except Elsewhere:
            raise
        except Unreadable as unread:
            why = why or unread
            continue
        if len(found) == count or all(r.verdict == "undecided" for r in found[0]):
            break
    return found, why


def _is_open(told: Sequence[str]) -> bool:
    """Is something accused with lengths of which one may be odd: with some alone, or for its shape?"""
    accused = sum(v in ACCUSED for v in told)
    return bool(accused) and (accused < len(told) or "shape" in told)


def _agreed(each: Sequence[Result], even: Sequence[Result]) -> Result:
    """The verdict that holds with all lengths; where it is open, what is accused with even ones is."""
    if all(r.verdict == "right" for r in each):
        return each[0]
    undecided = next((r for r in each if r.verdict == "undecided"), None)
    if undecided is None and not _is_open([r.verdict for r in each]):
        return each[0]
    accused = [r for r in (*even, *each) if r.verdict in ACCUSED]
    if undecided is None and any(r.verdict in ACCUSED for r in even):
        return accused[0]
    words = "it depends on how long its arrays are"
    return undecided or Result(each[0].node, each[0].parameter, "undecided", words=words)


def _together(found: Sequence[tuple[Ways, list[Result]]], unread: str) -> list[Result]:
    """Of each value what holds on all of the ways that return it."""
    each: dict[tuple[int, str], list[tuple[Ways, Result]]] = {}
    told = {r.parameter for ways, results in found if not ways.is_narrow for r in results if not r.flat}
    for ways, results in found:
        for result in results:
            if result.verdict != "right" and ways.is_narrow and result.parameter in told:
                continue  # at single points a function may be given any derivative, but where it is 0 at all others
            each.setdefault((id(result.node), result.parameter), []).append((ways, result))
    return [_of_all(told, len(found) > 1, unread) for told in each.values()]


def _of_all(told: Sequence[tuple[Ways, Result]], are_several: bool, unread: str) -> Result:
    first = told[0][1]
    for ways, result in told:
        if result.verdict in ACCUSED:
            return result.on(ways.words()) if are_several and any(r.verdict == "right" for _, r in told) else result
    undecided = next((r for _, r in told if r.verdict == "undecided"), None)
    if undecided is not None or not unread:
        return undecided or first
    return Result(first.node, first.parameter, "undecided", words=f"on another way {unread}")
