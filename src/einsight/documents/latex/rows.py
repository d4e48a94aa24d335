"""Rows of a formula as parts: what is carried over, what stands beside one another, the words and the condition behind one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import words
from .tree import Environment, Item, Items, Leaf, Rows, is_bracket, is_sign

# a row or a part that begins with one of these goes on with what stands before it
_GOES_ON = ("=", "+", "-", "·", "×", "⊙", "⊗", "*", "/")
_EXPECTS_MORE = (*_GOES_ON, ":=", "∈", "(", "[", "{")
_JOINING = frozenset("and if where with for or so then hence thus when since i.e. that is because".split())
CONDITION = re.compile(r"(if|when|whenever|for|since|assuming|provided|unless|as|because|iff)\b", re.IGNORECASE)
_PROPERTIES = "symmetric|antisymmetric|diagonal|orthogonal|positive definite|positive-definite|positive"
PROPERTY = re.compile(rf"\s*(is |and )*({_PROPERTIES})[\s.,;]*")
# `(A symmetric)`, `($A$ is symmetric)` as words behind a formula
_REMARK = re.compile(rf"\A\s*\(\s*\$?(?P<name>\w)\$?\s+(?:is\s+)?(?P<words>{_PROPERTIES})\)[\s.,;]*\Z")
_RELATIONS = ("=", ":=", "∈", "≠", "<", ">", "≤", "≥", "→", "↦")


@dataclass
class Part:
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


def parts_of(rows: Rows) -> list[Part]:
    parts: list[Part] = []
    last: dict[int, Part] = {}  # the statement that each column of equations goes on with
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


def _goes_on(before: Part, part: Part) -> bool:
    last = before.items[-1].atom if before.items else None
    expects = isinstance(last, Leaf) and last.text in _EXPECTS_MORE and not before.items[-1].scripts
    return before.is_open() or expects or is_sign(part.items[0], *_GOES_ON)


def _cut(items: Items) -> list[Part]:
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
    parts: list[Part] = []
    for before, found in cut:
        row = trimmed(found)
        ended = not parts or not parts[-1].items
        if before.startswith("words "):
            said = _REMARK.sub(r"if \g<words> \g<name>", before[len("words ") :])
            if parts and CONDITION.match(said):
                parts[-1].words = f"{parts[-1].words} {said}".strip()
                if row:
                    parts[-1].condition.append(row)
            elif parts and (PROPERTY.fullmatch(said) or not row):
                parts[-1].words = f"{parts[-1].words} {said}".strip()
                if row:
                    parts.append(Part(list(row)))
            else:
                parts.append(Part(list(row), "" if row else said))
        elif before == "gap" and not ended and row:
            _beside(parts, found, row)
        elif row or before == "":
            parts.append(Part(list(row)))
    return parts


def _says(items: list[Item]) -> bool:
    return any(is_sign(i, "=") for i in items) and not any(is_sign(i, ":") for i in items)


def _beside(parts: list[Part], found: list[Item], row: Items) -> None:
    """What stands behind a gap: a statement, a condition, a number of the formula, or more of the same."""
    before = parts[-1]
    relations = [i.atom.text for i in row if isinstance(i.atom, Leaf) and i.atom.text in _RELATIONS]
    says = any(isinstance(i.atom, Leaf) and i.atom.text in _RELATIONS for i in before.items)
    if is_range(row):
        return
    remark = _remark(row) if says else None
    if remark is not None:
        before.words, before.condition = f"{before.words} {remark[0]}".strip(), [*before.condition, remark[1]]
    elif relations and relations[0] in ("≠", "<", ">", "≤", "≥") and says:
        before.words, before.condition = (before.words + " if").strip(), [*before.condition, row]
    elif is_sign(row[0], *_GOES_ON) or not says:
        before.items += row
    elif relations:
        parts.append(Part(list(row)))
    elif not (is_bracket(row[0], "OPENING") and is_bracket(row[-1], "CLOSING") and len(row) <= 4):
        before.items += row


def _remark(row: Items) -> tuple[str, Items] | None:
    """Words of a condition and what they are of: behind a formula `(B = B^T)` and `(B \\text{ symmetric})` say under what it holds."""
    if not (is_bracket(row[0], "OPENING") and is_bracket(row[-1], "CLOSING")):
        return None
    inside = row[1:-1]
    if any(is_bracket(i, kind) for i in inside for kind in ("OPENING", "CLOSING")):
        return None
    if any(is_sign(i, "=") for i in inside):
        return "if", inside
    last = inside[-1].atom if len(inside) > 1 else None
    found = PROPERTY.fullmatch(last.text) if isinstance(last, Leaf) and last.kind == "WORDS" else None
    return (f"if {found[2]}", inside[:-1]) if found is not None else None


def is_range(row: Items) -> bool:
    """`i = 1, \\dots, n`: for all of them."""
    return (
        any(is_sign(i, "=", "∈") for i in row)
        and any(isinstance(i.atom, Leaf) and i.atom.text in words.DOTS for i in row)
        and (any(is_sign(i, ",") for i in row))
    )


def trimmed(items: list[Item] | Items) -> Items:
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
