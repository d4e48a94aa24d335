"""Parts of a formula as statements: declarations, claims, what is said under a condition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from . import words
from .arrays import array_shape, without_dots
from .habits import Habits
from .kinds import Unread
from .names import is_transpose, letters, split, word
from .operators import set_of_matrices
from .pieces import Piece, Statement, joined
from .rows import CONDITION, PROPERTY, Part, is_range, parts_of, trimmed
from .tree import Environment, Item, Items, Leaf, Rows, is_bracket, is_sign, leaves
from .writer import written

# what compares otherwise than `=` does
_COMPARING = ("<", ">", "≤", "≥", "≠", "≈", "approx", "simeq", "gg", "ll", "propto", "∝", "sim", "∼")
_DEFINITE = ("succ", "succeq", "prec", "preceq", "≻", "⪰")


def statements(rows: Rows, habits: Habits) -> list[Statement]:
    """All statements of a formula; one that is not understood has a `problem`."""
    made: list[Statement] = []
    for part in parts_of(rows):
        try:
            made += _written(part, habits)
        except Unread as why:
            items = part.items or ()
            place = (items[0].start, max(i.end for i in items)) if items else why.span
            made += _links(part, habits)
            made.append(Statement("", [place], problem=why.reason))
    return made


def _links(part: Part, habits: Habits) -> Iterator[Statement]:
    """Of a chain with a side that is not understood the sides beside each other that are."""
    sides = split(trimmed(part.items), "=")
    if len(sides) < 3 or part.condition:
        return
    run: list[list[Item]] = []
    for side in [*sides, []]:
        try:
            if side and joined(written(tuple(side), habits))[0].strip():
                run.append(side)
                continue
        except Unread:
            pass
        if len(run) > 1:
            first, last = run[0][0], run[-1][-1]
            items = [i for i in part.items if first.start <= i.start and i.end <= last.end]
            yield Statement(*joined(written(tuple(items), habits)))
        run = []


def _written(part: Part, habits: Habits) -> Iterator[Statement]:
    items = _as_chain(without_dots(trimmed(part.items)))
    if not items:
        return
    definite = _definite(items, habits)
    if definite is not None:
        yield definite
        return
    between = split(items, *_COMPARING)
    if len(between) > 1 and any(is_sign(i, "=") for part_ in between for i in part_):
        for equal in between:  # `a = b ≥ 0` says that they are equal, too
            if any(is_sign(i, "=") for i in equal):
                yield from _written(Part(equal, part.words, part.condition), habits)
        return
    if sum(is_sign(i, "∈") for i in items) > 1:
        declarations = list(_declarations(items))
        if len(declarations) == 1:
            raise Unread("a set of a set", items[0].start, items[-1].end)
        for declared in declarations:
            yield from _written(Part(list(declared)), habits)
        return
    if any(map(_is_prose, split(items, "=", ":=")[1:])):
        raise Unread("words for a value", items[0].start, items[-1].end)
    condition = _condition(part, habits)
    items, space = _without_space(items)
    name = _declared(items)
    if space:
        head = name if name else items
        if name or not any(is_sign(i, "=") for i in items):
            written_space, said = set_of_matrices(space)
            text, places = joined(
                [*written(head, habits, lists=True), *(written_space or written(space, habits, lists=True))]
            )
            found = PROPERTY.fullmatch(part.words)
            said = found[2].replace(" ", "-") if found else said
            text += f" {said}" if said else ""
            places += [places[-1]] * (len(text) - len(places))
            yield Statement(text, places)
        if not any(is_sign(i, "=", ":=") for i in items) or _is_array(items):
            return
    elif name and _is_array(items):
        shaped = _shape_of_array(items, name, habits)
        if shaped is not None:
            yield shaped
            return
    lists = any(is_sign(i, ":") for i in items)
    text, places = joined(written(items, habits, lists))
    if text.strip():
        yield Statement(text, places, condition)


def _as_chain(items: Items) -> Items:
    """`δ := ∂L/∂z = p - t` as a chain: what gives a name its value says no less than that they are equal."""
    if sum(is_sign(i, "=", ":=") for i in items) < 2:
        return items
    return tuple(
        replace(i, atom=replace(i.atom, text="=")) if isinstance(i.atom, Leaf) and is_sign(i, ":=") else i
        for i in items
    )


def _is_prose(side: Sequence[Item]) -> bool:
    """`x = \\text{input}`."""
    atom = side[0].atom if len(side) == 1 else None
    return (
        isinstance(atom, Leaf) and atom.kind == "WORDS" and re.fullmatch(r"\s*[a-z]{3,}[\s.]*", atom.text) is not None
    )


def _definite(items: Items, habits: Habits) -> Statement | None:
    """`P = P^T \\succ 0` and `P \\succ 0`: of what is definite it is understood that it is symmetric."""
    at = next((k for k, i in enumerate(items) if isinstance(i.atom, Leaf) and i.atom.text in _DEFINITE), 0)
    if not at or len(items) != at + 2 or word(items[-1:]) != "0":
        return None
    left = items[:at]
    pieces = written(left, habits)
    if not any(is_sign(i, "=") for i in left):
        if at > 1 or len(pieces) != 1:
            return None
        end = items[-1].end
        pieces += [Piece(" = ", items[at].start, end), Piece(f"{pieces[0].text}ᵀ", items[at].start, end)]
    return Statement(*joined(pieces))


def _declarations(items: Items) -> Iterator[Items]:
    """`x, y \\in \\mathbb{R}^n, A \\in …`, one by one."""
    waiting: list[Item] = []
    for row in split(items, ","):
        if waiting:
            comma = row[0] if row else waiting[-1]
            waiting.append(Item(Leaf("SIGN", ",", ",", comma.start, comma.start)))
        waiting += row
        if any(is_sign(i, "∈") for i in row):
            yield tuple(waiting)
            waiting = []
    if waiting:
        yield tuple(waiting)


def _condition(part: Part, habits: Habits) -> str:
    """The words behind a statement with their formula, where they are a condition."""
    said = part.words
    if not CONDITION.match(said) and not part.condition:
        return ""
    if (
        re.match(r"for\s*(all|any|every|each)?\s*$", said, re.IGNORECASE)
        and part.condition
        and all(_is_plain(c) for c in part.condition)
    ):
        return ""  # `for all i`
    formulas = []
    for items in part.condition:
        try:
            formulas.append(joined(written(items, habits, lists=True))[0].strip())
        except Unread:
            formulas.append("…")
    return " ".join([said, *formulas]).strip()


def _is_plain(items: Items) -> bool:
    """Names alone, or a range: `i, j`, `i = 1, \\dots, n`."""
    return is_range(items) or all(letters(i) or is_sign(i, ",") for i in items)


def _without_space(items: Items) -> tuple[Items, Items]:
    """A chain and the `∈ ℝ^…` at its end."""
    at = next((k for k, i in enumerate(items) if is_sign(i, "∈")), None)
    if at is None:
        return items, ()
    return items[:at], items[at:]


def _declared(items: Items) -> Items:
    """The names that a `∈` behind declares: those before the first `=`."""
    left = tuple(split(items, "=", ":=")[0])
    plain = all(
        (letters(i) or []) and not any(s.sign == "^" and is_transpose(s.inside) for s in i.scripts) or is_sign(i, ",")
        for i in left
    )
    return (
        left
        if left and plain and not any(s.sign == "_" and len(leaves(s.inside)) > 1 for i in left for s in i.scripts)
        else ()
    )


def _is_array(items: Items) -> bool:
    sides = split(items, "=", ":=")
    if len(sides) != 2 or not sides[1]:
        return False
    right = sides[1]
    written_out = len(right) == 1 and isinstance(right[0].atom, Environment) and right[0].atom.name in words.ARRAYS
    dotted = any(isinstance(x, Leaf) and x.text in words.DOTS for x in leaves(tuple(right)))
    return written_out or (dotted and is_bracket(right[0], "OPENING"))


def _shape_of_array(items: Items, name: Items, habits: Habits) -> Statement | None:
    """`x = (x_1, …, x_n)^T` as the declaration that it is; None for what has other entries."""
    right = tuple(split(items, "=", ":=")[1])
    spelled = letters(name[0]) if len(name) == 1 else None
    shape = array_shape(spelled[0].text, right) if spelled and len(spelled) == 1 else ""
    if not shape:
        return None
    place = (right[0].start, right[-1].end)
    text, places = joined([*written(name, habits), Piece(f" ∈ ℝ{shape}", *place)])
    return Statement(text, places)
