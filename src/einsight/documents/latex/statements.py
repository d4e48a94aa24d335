"""Rows of a formula as statements: what is carried over, what stands beside one another, what is said under a condition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from . import words
from .arrays import array_shape, without_dots
from .habits import Habits
from .kinds import Unread
from .names import is_transpose, letters, split, word
from .operators import set_of_matrices
from .pieces import Piece, Statement, joined
from .tree import Environment, Item, Items, Leaf, Rows, is_bracket, is_sign, leaves
from .writer import written

# a row or a part that begins with one of these goes on with what stands before it
_GOES_ON = ("=", "+", "-", "·", "×", "⊙", "⊗", "*", "/")
_EXPECTS_MORE = (*_GOES_ON, ":=", "∈", "(", "[", "{")
_JOINING = frozenset("and if where with for or so then hence thus when since i.e. that is because".split())
_CONDITION = re.compile(r"(if|when|whenever|for|since|assuming|provided|unless|as|because|iff)\b", re.IGNORECASE)
_PROPERTY = re.compile(
    r"\s*(is |and )*(symmetric|antisymmetric|diagonal|orthogonal|positive definite|positive-definite|positive)[\s.,;]*"
)
# what compares otherwise than `=` does
_COMPARING = ("<", ">", "≤", "≥", "≠", "≈", "approx", "simeq", "gg", "ll", "propto", "∝", "sim", "∼")
_DEFINITE = ("succ", "succeq", "prec", "preceq", "≻", "⪰")
_RELATIONS = ("=", ":=", "∈", "≠", "<", ">", "≤", "≥", "→", "↦")


@dataclass
class _Part:
    """A statement's items, and the words behind it with the formula that they speak of."""

    items: list[Item]
    words: str = ""
    condition: list[Items] = field(default_factory=list)
    counted: int = 0  # items of which `opened` tells how many more brackets open than close
    opened: int = 0

    def is_open(self) -> bool:
        """Is a bracket open at its end?  Every row that goes on with it asks, of the items that have come since."""
        for k in range(self.counted, len(self.items)):
            self.opened += is_bracket(self.items[k], "OPENING") - is_bracket(self.items[k], "CLOSING")
        self.counted = len(self.items)
        return self.opened > 0


def statements(rows: Rows, habits: Habits) -> list[Statement]:
    """All statements of a formula; one that is not understood has a `problem`."""
    made: list[Statement] = []
    for part in _parts(rows):
        try:
            made += _written(part, habits)
        except Unread as why:
            items = part.items or ()
            place = (items[0].start, max(i.end for i in items)) if items else why.span
            made.append(Statement("", [place], problem=why.reason))
    return made


# rows to parts


def _lines(rows: Rows, environment: str = "") -> Iterator[tuple[list[Items], str]]:
    """The rows, those of environments inside too, with the name of the innermost environment."""
    for row in rows:
        found = next(
            (
                (c, k)
                for c, cell in enumerate(row)
                for k, i in enumerate(cell)
                if isinstance(i.atom, Environment) and i.atom.name in words.ROWS
            ),
            None,
        )
        if found is None:
            yield list(row), environment
            continue
        c, k = found
        inside = row[c][k].atom
        assert isinstance(inside, Environment)
        before = tuple(i for cell in row[:c] for i in cell) + row[c][:k]
        behind = row[c][k + 1 :] + tuple(i for cell in row[c + 1 :] for i in cell)
        if before and is_opening_brace(before[-1]) and not any(is_bracket(i, "CLOSING") for i in behind):
            before = before[:-1]  # a brace around several formulas
        lines = list(_lines(inside.rows, inside.name))
        for n, (cells, name) in enumerate(lines):
            if n == 0 and before:
                cells = [before + (cells[0] if cells else ()), *cells[1:]]
            if n == len(lines) - 1 and behind:
                cells = [*cells[:-1], (cells[-1] if cells else ()) + behind]
            yield cells, name


def is_opening_brace(item: Item) -> bool:
    return isinstance(item.atom, Leaf) and item.atom.kind == "OPENING" and item.atom.text == "{"


def _parts(rows: Rows) -> list[_Part]:
    parts: list[_Part] = []
    last: dict[int, _Part] = {}  # the statement that each column of equations goes on with
    for cells, environment in _lines(rows):
        joins = environment == "eqnarray" or len(cells) <= 2
        columns = [cells] if joins else [cells[k : k + 2] for k in range(0, len(cells), 2)]
        for column, group in enumerate(columns):
            for n, part in enumerate(_cut(tuple(i for cell in group for i in cell))):
                before = last.get(column) or (parts[-1] if parts else None)
                if n == 0 and before is not None and part.items and _goes_on(before, part):
                    before.items += part.items
                    before.words, before.condition = (
                        f"{before.words} {part.words}".strip(),
                        before.condition + part.condition,
                    )
                elif part.items:
                    parts.append(part)
                    last[column] = part
                elif parts and part.words:
                    parts[-1].words = f"{parts[-1].words} {part.words}".strip()
                    parts[-1].condition += part.condition
    return parts


def _goes_on(before: _Part, part: _Part) -> bool:
    last = before.items[-1].atom if before.items else None
    expects = isinstance(last, Leaf) and last.text in _EXPECTS_MORE and not before.items[-1].scripts
    return before.is_open() or expects or is_sign(part.items[0], *_GOES_ON)


def _cut(items: Items) -> list[_Part]:
    """What stands beside one another in a row: `a = b, \\quad c = d \\text{ if } A = A^T`."""
    cut: list[tuple[str, list[Item]]] = [("", [])]  # what stands before each: `gap`, `arrow`, or words
    depth = 0
    for item in items:
        atom = item.atom
        if isinstance(atom, Leaf):
            depth += (atom.kind == "OPENING") - (atom.kind == "CLOSING")
            said = atom.text.strip()
            if (
                depth <= 0
                and atom.kind == "WORDS"
                and (" " in said or said.lower().strip(",:") in _JOINING)
                and said not in words.FUNCTIONS
            ):
                cut.append((f"words {said}", []))
                continue
            if atom.kind == "WORD" and atom.text in words.ARROWS and depth <= 0:
                cut.append(("arrow", []))
                continue
            if atom.text == "→" and depth <= 0 and _says(cut[-1][1]):  # `f = x y → ∂f/∂x = y`
                cut.append(("arrow", []))
                continue
            if atom.kind == "WORD" and atom.text in words.GAPS:
                if depth <= 0:
                    cut.append(("gap", []))
                continue
            if atom.kind == "WORD" and atom.text == "forall":
                cut.append(("words for all", []))
                continue
        cut[-1][1].append(item)
    parts: list[_Part] = []
    for before, found in cut:
        row = _trimmed(found)
        ended = not parts or not parts[-1].items
        if before.startswith("words "):
            said = before[len("words ") :]
            if parts and _CONDITION.match(said):
                parts[-1].words = f"{parts[-1].words} {said}".strip()
                if row:
                    parts[-1].condition.append(row)
            elif parts and (_PROPERTY.fullmatch(said) or not row):
                parts[-1].words = f"{parts[-1].words} {said}".strip()
                if row:
                    parts.append(_Part(list(row)))
            else:
                parts.append(_Part(list(row), "" if row else said))
        elif before == "gap" and not ended and row:
            _beside(parts, found, row)
        elif row or before == "":
            parts.append(_Part(list(row)))
    return parts


def _says(items: list[Item]) -> bool:
    return any(is_sign(i, "=") for i in items) and not any(is_sign(i, ":") for i in items)


def _beside(parts: list[_Part], found: list[Item], row: Items) -> None:
    """What stands behind a gap: a statement, a condition, a number of the formula, or more of the same."""
    before = parts[-1]
    relations = [i.atom.text for i in row if isinstance(i.atom, Leaf) and i.atom.text in _RELATIONS]
    says = any(isinstance(i.atom, Leaf) and i.atom.text in _RELATIONS for i in before.items)
    if _is_range(row):
        return
    if relations and relations[0] in ("≠", "<", ">", "≤", "≥") and says:
        before.words, before.condition = (before.words + " if").strip(), [*before.condition, row]
    elif is_sign(row[0], *_GOES_ON) or not says:
        before.items += row
    elif relations:
        parts.append(_Part(list(row)))
    elif not (is_bracket(row[0], "OPENING") and is_bracket(row[-1], "CLOSING") and len(row) <= 4):
        before.items += row


def _is_range(row: Items) -> bool:
    """`i = 1, \\dots, n`: for all of them."""
    return (
        any(is_sign(i, "=", "∈") for i in row)
        and any(isinstance(i.atom, Leaf) and i.atom.text in words.DOTS for i in row)
        and (any(is_sign(i, ",") for i in row))
    )


def _trimmed(items: list[Item] | Items) -> Items:
    """Without the punctuation of the sentence that a formula stands in."""
    row = list(items)
    while row and (is_sign(row[-1], ",", ".", ";", ":") or _is_blank(row[-1])):
        row.pop()
    while row and (is_sign(row[0], ",", ";") or _is_blank(row[0])):
        row.pop(0)
    return tuple(row)


def _is_blank(item: Item) -> bool:
    return (
        isinstance(item.atom, Leaf)
        and not item.scripts
        and (
            (item.atom.kind == "WORD" and item.atom.text in words.GAPS | {"\\"})
            or (item.atom.kind == "WORDS" and not item.atom.text.strip())
        )
    )


# parts to statements


def _written(part: _Part, habits: Habits) -> Iterator[Statement]:
    items = without_dots(_trimmed(part.items))
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
                yield from _written(_Part(equal, part.words, part.condition), habits)
        return
    if sum(is_sign(i, "∈") for i in items) > 1:
        declarations = list(_declarations(items))
        if len(declarations) == 1:
            raise Unread("a set of a set", items[0].start, items[-1].end)
        for declared in declarations:
            yield from _written(_Part(list(declared)), habits)
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
            found = _PROPERTY.fullmatch(part.words)
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


def _condition(part: _Part, habits: Habits) -> str:
    """The words behind a statement with their formula, where they are a condition."""
    said = part.words
    if not _CONDITION.match(said) and not part.condition:
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
    return _is_range(items) or all(letters(i) or is_sign(i, ",") for i in items)


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
