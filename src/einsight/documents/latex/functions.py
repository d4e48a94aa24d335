"""Functions and what they are given, with brackets and without: `\\log x`, `\\exp(x)^2`, `e^x`, `\\mathbb{1}[x > 0]`."""

from __future__ import annotations

import re

from . import words
from .kinds import Unread
from .names import is_transpose, letters, split, word
from .pieces import Piece
from .row import Row, until_closed
from .scripts import scripts
from .tree import Command, Item, Items, Leaf, is_bracket, is_sign, leaves

COMPARED = ("=", "≠", "<", ">", "≤", "≥", "∈")
# an argument without brackets ends before one of these: `\log x + 1`
_ENDS_ARGUMENT = ("=", "+", "-", ",", "|", "·", "≤", "≥", "<", ">", "≠", "∈", "⊙", "./", ":=")

# a term before one of these
_ENDS_TERM = ("=", "+", "-", ",", "≤", "≥", "<", ">", "≠", "∈", ":=")


def write_function(row: Row, item: Item, name: str) -> None:
    """A function with its argument; a power of it is one of its value, `\\sin^2 x` is `sin(x)^2`."""
    name = words.RENAMED.get(name, name)
    below = [s for s in item.scripts if s.sign == "_"]
    index = word(below[0].inside) if below else ""
    if below and name in words.EXTREMES:
        index = next((leaf.text for leaf in leaves(below[0].inside) if leaf.kind == "LETTER"), index)
    if below and not (
        name in words.ALONG_AN_INDEX
        and re.fullmatch(r"[a-z]" if name not in words.EXTREMES else r"[^\W\d_]", index)
        and len(item.scripts) == 1
    ):
        raise Unread(f"`{name}` with a subscript", item.start, item.end)
    if below:  # `\softmax_j(S_{ij})` runs along an index
        row.emit(f"{name}_{index}", item.atom.start, item.end)
        _write_argument(row, item, name)
        return
    if [(s.sign, word(s.inside)) for s in item.scripts] == [("^", "-1")]:  # `\tan^{-1} x` is no reciprocal
        if name not in words.INVERSES:
            raise Unread(f"the inverse of `{name}`", item.start, item.end)
        row.emit(words.INVERSES[name], item.start, item.end)
        _write_argument(row, item, name)
        return
    row.emit(name, item.atom.start, item.atom.end)
    if item.scripts and item.scripts[0].sign == "'":
        above = [Piece("'" * len(item.scripts), item.scripts[0].start, item.end)]
    else:
        above = scripts(row, item.scripts)
    is_derivative = bool(above) and above[0].text.startswith("'")
    if is_derivative:
        row.out += above
    _write_argument(row, item, name)
    if not is_derivative:
        row.out += above


def _write_argument(row: Row, item: Item, name: str) -> None:
    behind = row.next()
    if behind is None or not _opens(behind):
        _write_bare_argument(row, item, name)
        return
    inside, closing = until_closed(row.items, row.at + 1)
    if closing is None:
        raise Unread("this bracket is not closed", behind.start, behind.end)
    row.at += len(inside) + 2
    row.emit("(", behind.start, behind.end)
    row.out += row.inner(inside, lists=name in ("max", "min"))
    row.emit(")", closing.atom.start, closing.atom.end)
    row.out += scripts(row, closing.scripts)


def _opens(item: Item) -> bool:
    return isinstance(item.atom, Leaf) and item.atom.kind == "OPENING" and item.atom.text in "([{"


def _write_bare_argument(row: Row, item: Item, name: str) -> None:
    """`\\log x`, `\\tr A B`, `\\log|X|`: what follows up to a sign; what is made least may begin with one."""
    begin, behind = row.at, row.next()
    if name in words.EXTREMES and behind is not None and is_sign(behind, "-"):
        row.at += 1
    stop = _end_of_bare_argument(row)
    if stop == row.at:
        raise Unread(f"`{name}` of nothing", item.start, item.end)
    inside = row.items[begin:stop]
    row.bracketed(row.inner(inside), inside[0].start, inside[-1].end)
    row.at = stop


def _end_of_bare_argument(row: Row) -> int:
    stop, depth, bars = row.at, 0, 0
    first = row.next()
    over_sum = (
        first is not None and isinstance(first.atom, Leaf) and first.atom.text in ("∑", "∏")
    )  # which governs the product behind it
    while stop < len(row.items):
        atom = row.items[stop].atom
        is_outside = not depth and not bars
        if stop > row.at and is_outside and not over_sum and _is_next_factor(row, stop):
            break
        if isinstance(atom, Leaf):
            if atom.text in ("|", "‖") and not depth:
                if stop > row.at and not bars:
                    break
                bars = 1 - bars
                stop += 1
                if not bars:
                    break
                continue
            ends = atom.kind in ("CLOSING", "WORDS") or (atom.kind == "SIGN" and atom.text in _ENDS_ARGUMENT)
            if is_outside and (ends or atom.text in words.GAPS):
                break
            depth += (atom.kind == "OPENING") - (atom.kind == "CLOSING")
        stop += 1
    return stop


def _is_next_factor(row: Row, at: int) -> bool:
    """`\\sin x \\cos y`, `\\sin x e^x`: a function behind an argument is the next factor.  Whether a bracket is, nobody says."""
    before, here = row.items[at - 1], row.items[at]
    if is_bracket(here, "OPENING") and (name := letters(before)) is not None:
        inside = until_closed(row.items, at + 1)[0]
        if name[-1].text in row.habits.called or len(split(inside, ",", "|")) == 2 or len(split(inside, ",")) > 1:
            return False
        if at == row.at + 1 and _is_called(before):
            return False  # `\\log \\sigma(z)`: the argument is a function of its own
        if len(inside) != 1:
            raise Unread("where the argument of a function ends", here.start, here.end)
    return _is_function(here) and not _is_function(before)


def _is_called(item: Item) -> bool:
    """Is it what people call functions by, and no array?"""
    name = letters(item)
    if not name or len(name) != 1 or any(s.sign == "_" for s in item.scripts):
        return False
    return name[0].text in ("σ", "φ", "ψ", "Φ", "Γ") or (len(name[0].text) > 1 and name[0].text in words.FUNCTIONS)


def _is_function(item: Item) -> bool:
    atom = item.atom
    if isinstance(atom, Command):
        return atom.name in words.UPRIGHT and word(atom.arguments[0]) in words.FUNCTIONS
    power_of_e = is_e(atom) and [s.sign for s in item.scripts] == ["^"]
    return power_of_e or (isinstance(atom, Leaf) and atom.kind != "LETTER" and atom.text in words.FUNCTION_COMMANDS)


def write_product(row: Row, item: Item) -> None:
    """`\\prod_{i=1}^n x_i` as `prod_i(x_i)`; where it runs over some only, the others count as 1."""
    bounds = {s.sign: s.inside for s in item.scripts}
    said = "".join(x.text for x in leaves(bounds.get("_", ())) if x.kind != "WORD")
    found = re.fullmatch(r"([^\W\d_])(?:=1|([≠<>≤≥])([^\W\d_]))?", said)
    top = word(bounds["^"]) if "^" in bounds else ""
    if found is None or not (top == "" if found[2] or "=" not in said else re.fullmatch(r"[^\W\d_]|\d+", top)):
        raise Unread("the bounds of this product", item.start, item.end)
    stop = _end_of_product(row)
    if stop == row.at:
        raise Unread("a product of nothing", item.start, item.end)
    inside = row.items[row.at : stop]
    _require_end(inside, found[1])
    pieces = row.inner(inside)
    row.emit(f"prod_{found[1]}(", item.start, item.end)
    if found[2]:
        other = {"≠": "=", "<": "≥", ">": "≤", "≤": ">", "≥": "<"}[found[2]]
        row.emit(f"[{found[1]} {found[2]} {found[3]}] (", item.start, item.end)
        row.out += pieces
        row.emit(f") + [{found[1]} {other} {found[3]}]", inside[-1].end, inside[-1].end)
    else:
        row.out += pieces
    row.emit(")", inside[-1].end, inside[-1].end)
    row.at = stop


def _end_of_product(row: Row) -> int:
    """A product sign governs the factors behind it, up to the end of the term."""
    depth, bars = 0, False
    for stop in range(row.at, len(row.items)):
        atom = row.items[stop].atom
        if not isinstance(atom, Leaf):
            continue
        if atom.text in ("|", "‖") and not depth:
            bars = not bars
            continue
        is_word = atom.kind == "WORDS" and atom.text.strip() not in words.FUNCTIONS
        ends = is_word or (atom.kind == "SIGN" and atom.text in _ENDS_TERM) or atom.text in words.GAPS
        if not bars and (depth == 0 and ends or depth == 0 and atom.kind == "CLOSING"):
            return stop
        depth += (atom.kind == "OPENING") - (atom.kind == "CLOSING")
    return len(row.items)


def _require_end(inside: Items, index: str) -> None:
    """Raise Unread where factors stand last that do not have the index: whether they are multiplied as often, nobody says."""
    met = [k for k, item in enumerate(inside) if any(x.text == index for x in leaves((item,)))]
    depth = 0
    for k, item in enumerate(inside):
        is_closing = is_bracket(item, "CLOSING")
        if met and k > met[-1] and not depth and not is_closing and not is_sign(item, "|", "‖", "!"):
            raise Unread("where this product ends", item.start, item.end)
        depth += is_bracket(item, "OPENING") - is_closing


def is_e(atom: object) -> bool:
    if isinstance(atom, Leaf):
        return atom.kind == "LETTER" and atom.text == "e"
    return isinstance(atom, Command) and atom.name == "mathrm" and word(atom.arguments[0]) == "e"


def write_exponential(row: Row, item: Item) -> bool:
    """`e^{x_i}` as `exp(x_i)`; a vector or a matrix named `e` has other superscripts."""
    if [s.sign for s in item.scripts] != ["^"]:
        return False
    script = item.scripts[0]
    if is_transpose(script.inside):
        return False
    if re.fullmatch(r"-?\d|\(\w*\)", word(script.inside)):
        raise Unread("a power of `e`", item.start, item.end)
    row.emit("exp(", item.start, script.start)
    row.out += row.inner(script.inside)
    row.emit(")", script.end, script.end)
    return True


def write_indicator(row: Row, item: Item, opened: str = "([{") -> bool:
    """`\\mathbb 1[x > 0]`, `1\\{i = j\\}`, `\\mathbf 1_{x > 0}`: 1 where that holds, else 0."""
    if len(item.scripts) == 1 and item.scripts[0].sign == "_" and opened == "([{":
        below = item.scripts[0]
        inside = below.inside
        if inside and is_bracket(inside[0], "OPENING") and is_bracket(inside[-1], "CLOSING"):
            inside = inside[1:-1]
        if not any(is_sign(i, *COMPARED) for i in inside):
            return False
        row.emit("[", item.start, below.start)
        row.out += row.inner(inside)
        row.emit("]", below.end, below.end)
        return True
    behind = row.next()
    if behind is None or item.scripts:
        return False
    if not (isinstance(behind.atom, Leaf) and behind.atom.kind == "OPENING" and behind.atom.text in opened):
        return False
    inside, closing = until_closed(row.items, row.at + 1)
    if closing is None or not any(is_sign(i, *COMPARED) for i in inside):
        return False
    row.at += len(inside) + 2
    row.emit("[", item.start, behind.end)
    row.out += row.inner(inside)
    row.emit("]", closing.atom.start, closing.atom.end)
    row.out += scripts(row, closing.scripts)
    return True
