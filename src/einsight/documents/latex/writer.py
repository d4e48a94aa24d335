"""A row of LaTeX as text of the language, item by item.

What is not understood raises Unread with the reason and its place.
"""

from __future__ import annotations

import re

from . import words
from .arrays import cases, written_out, written_row
from .commands import write_command, write_part
from .functions import COMPARED, is_e, write_exponential, write_function, write_indicator, write_product
from .habits import PLAIN, Habits
from .kinds import DEEPEST_NESTING, Unread
from .names import is_transpose, letters, split, word
from .operators import differential_operator, space, summation
from .pieces import Piece
from .row import Row
from .scripts import scripts, scripts_of_norm, write_name
from .tree import Command, Environment, Group, Item, Items, Leaf, is_sign

_SPACED = {"=": " = ", "+": " + ", "-": " - ", ",": ", ", ":": " : ", ":=": " := ", "∈": " ∈ ", "→": " → ", "≠": " ≠ ",
           "≤": " ≤ ", "≥": " ≥ ", "<": " < ", ">": " > ", "⊙": " ⊙ ", "⊗": " ⊗ ", "·": " · ", "×": " × ", "*": " * ", "./": " ./ "}  # fmt: skip
_PLAIN = set("/|‖∂∇∑ℝᵀ⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₘₙₐₑₕₒₚᵣₛₜᵤᵥₓ")
_BRACKETS = {"(": "(", "[": "[", "{": "(", ")": ")", "]": "]", "}": ")"}


def written(items: Items, habits: Habits = PLAIN, lists: bool = False) -> list[Piece]:
    """A row, or a part of one, in the language; `lists` says that commas may separate names.  Raises Unread."""
    row = Row(items, habits, lists, written)
    while row.at < len(items):
        _item(row, items[row.at])
    return row.out


def _item(row: Row, item: Item) -> None:
    row.at += 1
    atom = item.atom
    if is_e(atom) and write_exponential(row, item):
        return
    if isinstance(atom, Command) and atom.name in words.UPRIGHT and len(word(atom.arguments[0])) > 1:
        said = word(atom.arguments[0])
        if said in words.FUNCTIONS:
            write_function(row, item, said)
            return
    name = letters(item)
    if name is not None:
        behind = row.next()
        if isinstance(atom, Leaf) and atom.kind == "WORD" and behind is not None and isinstance(behind.atom, Group):
            raise Unread(f"`{atom.source}` is not known", atom.start, atom.end)  # it takes something
        write_name(row, item, name)
    elif isinstance(atom, Leaf):
        _leaf(row, item, atom)
    elif isinstance(atom, Group):
        write_part(row, item, row.inner(atom.items))
    elif isinstance(atom, Environment):
        _environment(row, item, atom)
    else:
        write_command(row, item, atom)


def _leaf(row: Row, item: Item, leaf: Leaf) -> None:
    kind, text = leaf.kind, leaf.text
    if kind == "NUMBER" and text == "1" and write_indicator(row, item, "{"):
        pass
    elif kind == "NUMBER":
        row.emit(text, leaf.start, leaf.end)
        row.out += scripts(row, item.scripts)
    elif kind == "SIGN":
        _sign(row, item, leaf)
    elif kind == "OPENING":
        row.opened += 1
        if row.opened > DEEPEST_NESTING:
            raise Unread(f"more than {DEEPEST_NESTING} brackets inside one another", leaf.start, leaf.end)
        _opening(row, item, leaf)
    elif kind == "CLOSING":
        row.opened = max(row.opened - 1, 0)
        row.emit(")" if item in row.round else _BRACKETS.get(text, text), leaf.start, leaf.end)
        row.out += scripts(row, item.scripts)
    elif kind == "WORDS":
        _words(row, item, leaf)
    elif text in words.FUNCTION_COMMANDS:
        write_function(row, item, text)
    elif text in words.GAPS or text in ("\\", "|"):
        pass
    elif text in words.DOTS:
        raise Unread("dots that stand for what is left out", leaf.start, leaf.end)
    else:
        raise Unread(f"`{leaf.source}` is not known", leaf.start, leaf.end)


def _words(row: Row, item: Item, leaf: Leaf) -> None:
    said = leaf.text.strip()
    if said in words.FUNCTIONS:
        write_function(row, item, said)
    elif re.fullmatch(r"[A-Za-z]{1,12}", said):
        write_name(row, item, [Piece(said, leaf.start, leaf.end)])
    elif said:
        raise Unread(f"words in a formula: {said}", leaf.start, leaf.end)


# signs and brackets


def _sign(row: Row, item: Item, leaf: Leaf) -> None:
    text = leaf.text
    if text == "∑":
        row.out += summation(item, row.inner)
        _skip(row, ",")  # `\sum_{j=1}^m, w_{ij} x_j`
    elif text == "∏":
        write_product(row, item)
    elif text == "∇" or (text == "∂" and item.scripts):
        row.out.append(differential_operator(item, leaf, row.inner))
    elif text == "ℝ":
        row.out += space(item)
    elif id(item) in row.dividers:
        row.emit(row.dividers[id(item)], leaf.start, leaf.end)
    elif leaf.source == "\\mid" and row.in_brackets():
        row.emit(", ", leaf.start, leaf.end)  # of what the rest is given, as an argument is
    elif text in ("‖", "|"):
        row.emit(text, leaf.start, leaf.end)
        row.out += (scripts_of_norm if text == "‖" or _is_second_bar(row) else scripts)(row, item.scripts)
    elif text in _SPACED or text in _PLAIN:
        if text == "," and not row.lists and not row.in_brackets():
            raise Unread("a list of formulas", leaf.start, leaf.end)
        if item.scripts:
            raise Unread(f"something above or below `{leaf.source}`", item.start, item.end)
        row.emit(_SPACED.get(text, text), leaf.start, leaf.end)
    else:
        raise Unread(f"`{leaf.source}` is not read in formulas", leaf.start, leaf.end)


def _skip(row: Row, sign: str) -> bool:
    """Pass over a sign that comes next; False where it does not."""
    behind = row.next()
    is_there = behind is not None and is_sign(behind, sign)
    row.at += is_there
    return is_there


def _is_second_bar(row: Row) -> bool:
    return row.at >= 2 and is_sign(row.items[row.at - 2], "|")


def _opening(row: Row, item: Item, leaf: Leaf) -> None:
    inside, closing = row.until_closed()
    if leaf.text == "(" and is_called(row):
        row.dividers |= _dividers(inside)
    entries = [tuple(e) for e in split(inside, ",")]
    listed = closing is not None and len(entries) > 1 and all(entries) and not item.scripts
    if listed and leaf.text in "([⟨" and not (leaf.text == "⟨" and len(entries) == 2) and not is_called(row):
        _tuple(row, leaf, entries, closing)
        return
    if leaf.text == "⟨":
        _inner_product(row, leaf)
        return
    if leaf.text == "{":
        inside, _ = row.until_closed()
        bars = len(split(inside, "|")) - 1  # in pairs, those of a determinant
        if any(is_sign(i, ":") for i in inside) or bars % 2 or len(split(inside, ",")) > 1:
            raise Unread("a set", leaf.start, leaf.end)
    if item.scripts:
        raise Unread("scripts behind an opening bracket", item.start, item.end)
    text = _BRACKETS.get(leaf.text, leaf.text)
    if text == "[" and _crosses(row):
        return
    if text == "[":  # `W^T [a + b]` is a product; `[i = j]` is a number, `x[i]` an entry
        inside, closing = row.until_closed()
        if closing is not None and len(inside) > 1 and not any(is_sign(i, *COMPARED) for i in inside):
            row.round.append(closing)
            text = "("
    if text == "(" and row.out and row.out[-1].text in ("ᵀ", "'"):
        text = " ("  # `1^T (x + y)` is a product whatever the name before is
    row.emit(text, leaf.start, leaf.end)


def _dividers(inside: Items) -> dict[int, str]:
    """`‖` of `KL(q ‖ p)` and `||` of `KL(q || p)`, which part what a function is of; in pairs they are norms."""
    depth, bars = 0, list[int]()
    for k, item in enumerate(inside):
        if isinstance(item.atom, Leaf):
            depth += (item.atom.kind == "OPENING") - (item.atom.kind == "CLOSING")
            if not depth and is_sign(item, "‖", "|"):
                bars.append(k)
    if len(bars) == 1 and is_sign(inside[bars[0]], "‖") and 0 < bars[0] < len(inside) - 1:
        return {id(inside[bars[0]]): ", "}
    if len(bars) == 2 and bars[1] == bars[0] + 1 and is_sign(inside[bars[0]], "|") and 0 < bars[0] < len(inside) - 2:
        return {id(inside[bars[0]]): ", ", id(inside[bars[1]]): ""}
    return {}


def is_called(row: Row) -> bool:
    """Does a name stand right before, `f` of `f(x, y)`?"""
    last = row.out[-1].text if row.out else ""
    return (
        bool(last)
        and (last[-1].isalnum() or last[-1] in "⁾'_}ʹ" or "\u0300" <= last[-1] <= "\u036f")
        and last not in "0123456789"
    )


def _tuple(row: Row, leaf: Leaf, entries: list[Items], closing: Item | None) -> None:
    """`(a, b)` and `(a, b)^T` are the column that they are meant for, `[a, b]` is a row."""
    assert closing is not None
    row.at += sum(len(e) for e in entries) + len(entries)
    row.opened -= 1
    turned = [s for s in closing.scripts if s.sign == "^" and is_transpose(s.inside)]
    pieces = written_row([row.inner(e) for e in entries], leaf, closing)
    row.out += pieces
    if leaf.text == "[" and not turned:
        row.emit("ᵀ", closing.start, closing.end)
    row.out += scripts(row, tuple(s for s in closing.scripts if s not in turned))


def _crosses(row: Row) -> bool:
    """`[a]_×`, the matrix of the cross product with `a`."""
    inside, closing = row.until_closed()
    scripts_behind = () if closing is None else closing.scripts
    crossed = [s for s in scripts_behind if s.sign == "_" and len(s.inside) == 1 and is_sign(s.inside[0], "×")]
    if closing is None or not crossed or not inside:
        return False
    row.at += len(inside) + 1
    row.opened -= 1
    row.emit("cross", inside[0].start, inside[0].start)
    row.bracketed(row.inner(inside), inside[0].start, inside[-1].end)
    row.out += scripts(row, tuple(s for s in scripts_behind if s not in crossed))
    return True


def _inner_product(row: Row, leaf: Leaf) -> None:
    """`⟨x, y⟩`, of vectors and of matrices; `⟨A, B⟩_F` says which it is, and there is no other."""
    inside, closing = row.until_closed()
    sides = split(inside, ",")
    behind = () if closing is None else closing.scripts
    raised = tuple(s for s in behind if not (s.sign == "_" and word(s.inside) == "F"))
    if len(sides) != 2 or closing is None or any(s.sign != "^" for s in raised):
        raise Unread("this is not read as an inner product", leaf.start, leaf.end)
    row.at += len(inside) + 1
    row.opened -= 1
    left, right = (row.inner(tuple(s)) for s in sides)
    row.emit("sum(", leaf.start, leaf.end)
    row.bracketed(left, leaf.end, leaf.end)
    row.emit(" ⊙ ", leaf.end, leaf.end)
    row.bracketed(right, closing.start, closing.start)
    row.emit(")", closing.start, closing.end)
    row.out += scripts(row, raised)


# environments


def _environment(row: Row, item: Item, environment: Environment) -> None:
    if environment.name in words.CASES:
        pieces = cases(environment, row.inner)
        # a bracket around all of a side would sum what stands twice in it, by the convention
        behind = row.next()
        is_side = (row.at == 1 or is_sign(row.items[row.at - 2], "=", ":=")) and (
            behind is None or is_sign(behind, "=")
        )
        if is_side and not item.scripts:
            row.out += pieces
        else:
            row.bracketed(pieces, environment.start, environment.end)
        row.out += scripts(row, item.scripts)
    elif environment.name in words.ARRAYS:
        row.out += written_out(environment, row.inner)
        row.out += scripts(row, item.scripts)
    else:
        raise Unread(f"`{environment.name}` is not read", environment.start, environment.end)
