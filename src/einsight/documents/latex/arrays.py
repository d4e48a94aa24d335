"""What is written out: `cases`, arrays with dots, and sums with dots."""

from __future__ import annotations

import re
from dataclasses import replace

from .kinds import Unread
from .names import is_transpose, letters, split
from .pieces import Piece, text_of
from .row import Write
from .tree import Command, Environment, Group, Item, Items, Leaf, Script, is_bracket, is_sign, joined, leaves
from .words import ARRAYS, DOTS

_OPPOSITE = {"=": "≠", "≠": "=", "<": "≥", "≥": "<", ">": "≤", "≤": ">"}
_INDICES = "klpqrstuvij"


# cases


def cases(environment: Environment, write: Write) -> list[Piece]:
    """`1 if i = j, 0 otherwise` with Iverson's brackets; every row but one must say when."""
    rows = [row for row in environment.rows if joined((row,))]
    if not 1 <= len(rows) <= 3:
        raise Unread(f"cases of {len(rows)} rows", environment.start, environment.end)
    parts = [_case(row, environment) for row in rows]
    conditions = [c for _, c in parts if c is not None]
    if len(parts) - len(conditions) > 1 or not conditions or (len(parts) == 3 and len(conditions) == 2):
        raise Unread("cases that do not say when", environment.start, environment.end)
    if len(parts) == 1:
        raise Unread("one case of several", environment.start, environment.end)
    out: list[Piece] = []
    place = lambda text, end=environment.start: Piece(text, environment.start, end)  # noqa: E731
    for value, condition in parts:
        (left, sign, right), negated = (condition, False) if condition is not None else (conditions[0], True)
        bracket = [
            place(" ["),
            *write(left),
            place(f" {_OPPOSITE[sign] if negated else sign} "),
            *write(right),
            place("]"),
        ]
        for minus, term in _terms(value):
            written = write(term)
            if text_of(written).strip() == "0":
                continue
            out.append(place((" - " if minus else " + ") if out else "-" if minus else ""))
            # a bracket around the term would sum what stands twice in it, by the convention
            out += [*([] if text_of(written).strip() == "1" else written), *bracket]
    return out or [place("0")]


def _terms(value: Items) -> list[tuple[bool, Items]]:
    """The terms of a sum, each with whether a minus stands before it."""
    found: list[tuple[bool, list[Item]]] = [(False, [])]
    depth = 0
    for item in value:
        atom = item.atom
        depth += (isinstance(atom, Leaf) and atom.kind == "OPENING") - (
            isinstance(atom, Leaf) and atom.kind == "CLOSING"
        )
        if depth == 0 and is_sign(item, "+", "-"):
            found.append((is_sign(item, "-"), []))
        else:
            found[-1][1].append(item)
    return [(minus, tuple(term)) for minus, term in found if term]


def _case(row: tuple[Items, ...], environment: Environment) -> tuple[Items, tuple[Items, str, Items] | None]:
    """The value of a row and when it holds, `a = b`; None for all the rest."""
    cells = [c for c in row if c]
    if len(cells) == 1:  # the words stand in the same cell
        at = next((k for k, i in enumerate(cells[0]) if isinstance(i.atom, Leaf) and i.atom.kind == "WORDS"), None)
        if at is None:
            raise Unread("a case that does not say when", environment.start, environment.end)
        cells = [cells[0][:at], cells[0][at:]]
    if len(cells) != 2:
        raise Unread("cases in several columns", environment.start, environment.end)
    value = tuple(i for i in cells[0] if not is_sign(i, ",", ";"))
    said = (
        "".join(i.atom.text.strip() for i in cells[1] if isinstance(i.atom, Leaf) and i.atom.kind == "WORDS")
        .lower()
        .strip(".,")
    )
    rest = [
        i
        for i in cells[1]
        if not (isinstance(i.atom, Leaf) and i.atom.kind in ("WORDS", "WORD")) and not is_sign(i, ",", ".")
    ]
    if not rest and said in ("otherwise", "else", "elsewhere", "or else"):
        return value, None
    signs = [i.atom.text for i in rest if isinstance(i.atom, Leaf) and i.atom.text in _OPPOSITE]
    sides = split(rest, *_OPPOSITE)
    if said not in ("", "if", "when", "for", "iff", "where") or len(signs) != 1 or not all(sides):
        raise Unread("a case under a condition of another kind", environment.start, environment.end)
    return value, (tuple(sides[0]), signs[0], tuple(sides[1]))


# arrays


def array_shape(name: str, side: Items) -> str:
    """The shape of a name by what is written out for it, `^n` or `^(n×m)`; empty where that does not say.

    `x = (x_1, …, x_n)ᵀ`, or a matrix whose first entry is `w_{11}` and whose last is `w_{nm}`.
    """
    if len(side) == 1 and isinstance(side[0].atom, Environment) and side[0].atom.name in ARRAYS:
        rows = [[tuple(cell) for cell in row if cell] for row in side[0].atom.rows]
        rows = [row for row in rows if row]
        turned = any(s.sign == "'" or is_transpose(s.inside) for s in side[0].scripts)
        is_row = len(rows) == 1
    else:
        closing = side[-1] if side else None
        listed = (
            side[1:-1]
            if len(side) > 2
            and is_bracket(side[0], "OPENING")
            and closing is not None
            and is_bracket(closing, "CLOSING")
            else None
        )
        if listed is None or closing is None:
            return ""
        rows = [[tuple(p) for p in split(listed, ",")]]
        turned, is_row = True, True  # a list of numbers is a vector
    if not rows or len({len(r) for r in rows}) != 1 or (is_row and not turned):
        return ""
    entries = [cell for row in rows for cell in row if not _is_dots(cell)]
    indices = [_component(cell, name) for cell in entries]
    if len(indices) < 2 or not all(indices) or set(indices[0]) != {"1"} or len({len(i) for i in indices}) != 1:
        return ""
    last = indices[-1]
    if len(last) == 1 and (is_row or all(len(r) == 1 for r in rows)):
        return f"^{last[0]}"
    if len(last) == 2 and not is_row and len(rows[0]) > 1 and not turned:
        return f"^({last[0]}×{last[1]})"
    return ""


def written_row(
    entries: list[list[Piece]], first: Leaf | Environment, last: Item | Environment, nested: bool = False
) -> list[Piece]:
    """Entries as a column of the language, `[a, b]`."""
    out = [Piece("[" if nested else " [", first.start, first.start)]  # a bracket that touches a name holds its indices
    for k, entry in enumerate(entries):
        out += [Piece(", ", last.start, last.start)] if k else []
        out += entry
    return [*out, Piece("]", last.end, last.end)]


def written_out(environment: Environment, write: Write) -> list[Piece]:
    """A matrix that is written out; of bars its determinant."""
    rows = [[tuple(cell) for cell in row] for row in environment.rows]
    rows = [row for row in rows if any(row)]
    if not rows or len({len(row) for row in rows}) != 1 or not all(cell for row in rows for cell in row):
        raise Unread("a matrix with places that are left out", environment.start, environment.end)
    if any(_is_dots(cell) for row in rows for cell in row):
        raise Unread("dots that stand for what is left out", environment.start, environment.end)
    written = [[write(_without_comma(cell)) for cell in row] for row in rows]
    if len(rows) == len(rows[0]) == 1:
        made = [Piece("(", environment.start, environment.start), *written[0][0], Piece(")", environment.end, environment.end)]
    elif len(rows[0]) == 1:
        made = written_row([row[0] for row in written], environment, environment)
    elif len(rows) == 1:
        made = [*written_row(written[0], environment, environment), Piece("ᵀ", environment.end, environment.end)]
    else:
        made = written_row([written_row(row, environment, environment, True) for row in written], environment, environment)
    if environment.name.rstrip("*") in ("vmatrix", "Vmatrix"):
        made = [Piece("det(", environment.start, environment.start), *made, Piece(")", environment.end, environment.end)]
    return made


def _without_comma(cell: Items) -> Items:
    return cell[:-1] if cell and is_sign(cell[-1], ",") else cell


def _is_dots(cell: Items) -> bool:
    return all(isinstance(i.atom, Leaf) and i.atom.text in DOTS for i in cell)


def _component(cell: Items, name: str) -> tuple[str, ...]:
    """The indices of an entry that is a component of a name in capitals or not: `w_{n1}` of `W` is `("n", "1")`."""
    spelled = letters(cell[0]) if len(cell) == 1 else None
    below = [s for s in cell[0].scripts if s.sign == "_"] if spelled else []
    if (
        not spelled
        or len(spelled) != 1
        or spelled[0].text.lower() != name.lower()
        or len(below) != 1
        or len(cell[0].scripts) != 1
    ):
        return ()
    return tuple(x.text for x in leaves(below[0].inside) if x.kind in ("LETTER", "NUMBER"))


# sums


def without_dots(items: Items) -> Items:
    """`w_{i1} x_1 + ⋯ + w_{im} x_m` as the sum that it stands for; whatever is less certain stays."""
    at = next((k for k, i in enumerate(items) if isinstance(i.atom, Leaf) and i.atom.text in DOTS), None)
    if at is None or at == 0 or not is_sign(items[at - 1], "+"):
        return items
    stop = at + 1
    if stop < len(items) and is_sign(items[stop], "+"):
        stop += 1
    end = next((k for k in range(stop, len(items)) if is_sign(items[k], "=", "+", "-", ",", ".")), len(items))
    start = next((k + 1 for k in range(at - 1, -1, -1) if is_sign(items[k], "=", "-", ":=")), 0)
    terms = [tuple(t) for t in split(items[start : at - 1], "+")]
    last = items[stop:end]
    if not last or not all(terms):
        return items
    found = _pattern(terms[0], last)
    if found is None:
        return items
    places, bound = found
    if any(
        _pattern(terms[0], t) is None or {x.text for k, x in enumerate(leaves(t)) if k in places} != {str(n)}
        for n, t in enumerate(terms[1:], 2)
    ):
        return items
    taken = {x.text for x in leaves(items)}
    index = next((c for c in _INDICES if c not in taken), None)
    if index is None:
        return items
    first, final = terms[0][0].start, last[-1].end
    sum_ = Leaf("SIGN", "∑", "", first, first)
    below = (_leaf("LETTER", index, first), _leaf("SIGN", "=", first), _leaf("NUMBER", "1", first))
    head = Item(sum_, (_script("_", below, first), _script("^", (_leaf("LETTER", bound, first),), first)))
    body = _renamed(terms[0], places, index)
    group = Item(Group(((tuple(body),),), first, final))
    return (*items[:start], head, group, *without_dots(items[end:]))


def _leaf(kind: str, text: str, at: int) -> Item:
    return Item(Leaf(kind, text, text, at, at))


def _script(sign: str, inside: Items, at: int) -> Script:
    return Script(sign, inside, at, at)


def _pattern(first: Items, last: Items) -> tuple[set[int], str] | None:
    """Where two terms differ, always by a 1 in the first and the same letter or number in the last."""
    left, right = leaves(first), leaves(last)
    if len(left) != len(right):
        return None
    differ = {k for k, (a, b) in enumerate(zip(left, right, strict=True)) if a.text != b.text}
    bounds = {right[k].text for k in differ}
    if len(bounds) != 1 or {left[k].text for k in differ} != {"1"}:
        return None
    bound = bounds.pop()
    return (differ, bound) if re.fullmatch(r"[^\W_]+", bound) else None


def _renamed(items: Items, places: set[int], index: str) -> list[Item]:
    """A term with an index in those places of its leaves."""
    count = 0

    def walk(items: Items) -> Items:
        nonlocal count
        made = []
        for item in items:
            atom = item.atom
            if isinstance(atom, Leaf):
                if count in places:
                    atom = replace(atom, kind="LETTER", text=index)
                count += 1
            elif isinstance(atom, Command):
                count += 1
                atom = replace(atom, arguments=tuple(walk(a) for a in atom.arguments))
            elif isinstance(atom, (Group, Environment)):
                atom = replace(atom, rows=tuple(tuple(walk(cell) for cell in row) for row in atom.rows))
            scripts = []
            for script in item.scripts:
                count += 1
                scripts.append(replace(script, inside=walk(script.inside)))
            made.append(Item(atom, tuple(scripts)))
        return tuple(made)

    return list(walk(items))
