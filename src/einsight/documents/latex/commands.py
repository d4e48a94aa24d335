"""Commands with arguments: fractions, roots, a formula in one font, what is written above another thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from . import words
from .derivatives import derivative
from .functions import write_function, write_indicator
from .kinds import Unread
from .names import word
from .operators import space
from .pieces import Piece, text_of
from .row import Row
from .scripts import scripts, write_name
from .tree import Command, Item

_BOLD = ("mathbf", "boldsymbol", "bm", "textbf", "vec", "mathbb", "mathds", "mathbbm")


def write_command(row: Row, item: Item, command: Command) -> None:
    method = _WRITTEN.get(command.name)
    if method is not None:
        method(row, item, command)
    elif command.name in words.FONTS:
        _in_font(row, item, command)
    elif command.name in words.ACCENTS:
        raise Unread(f"`\\{command.name}` over more than a letter", command.start, command.end)
    else:
        raise Unread(f"`\\{command.name}` is not known", command.start, command.end)


def write_part(row: Row, item: Item, pieces: list[Piece]) -> None:
    """What stands in braces, in brackets where there are scripts at more than one piece."""
    if item.scripts and len(pieces) > 1:
        row.bracketed(pieces, item.atom.start, item.atom.end)
    else:
        row.out += pieces
    row.out += scripts(row, item.scripts)


def _in_font(row: Row, item: Item, command: Command) -> None:
    """A whole formula in one font, or the name of a function."""
    said = word(command.arguments[0])
    if said in words.FUNCTIONS and len(said) > 1 and (command.name in words.UPRIGHT or len(said) > 2):
        write_function(row, item, said)
        return
    if said in ("1", "0") and command.name in _BOLD:
        if said == "1" and write_indicator(row, item):
            return
        write_name(row, item, [Piece("ones" if said == "1" else "0", command.start, command.end)])
        return
    pieces = row.inner(command.arguments[0])
    if pieces:  # the command and its braces belong to what is inside
        pieces[0] = Piece(pieces[0].text, command.start, pieces[0].end)
        pieces[-1] = Piece(pieces[-1].text, pieces[-1].start, command.end)
    write_part(row, item, pieces)


def _operatorname(row: Row, item: Item, command: Command) -> None:
    said = word(command.arguments[0])
    if said == "d":
        row.emit("d", command.start, command.end)
    elif said in words.FUNCTIONS:
        write_function(row, item, said)
    elif re.fullmatch(r"[A-Za-z]+", said):
        write_name(row, item, [Piece(said, command.start, command.end)])
    else:
        raise Unread(f"`{said}` is no name that is known", command.start, command.end)


def _fraction(row: Row, item: Item, command: Command) -> None:
    over, under = command.arguments
    start, end = command.start, command.end
    found = derivative(over, under, start, end, row.inner)
    if found is not None:
        if item.scripts:
            raise Unread("scripts behind a derivative", item.start, item.end)
        row.out += found
        return
    above, below = row.inner(over), row.inner(under)
    opened = ["" if re.fullmatch(r"\w+", text_of(part)) else "(" for part in (above, below)]
    closed = [")" if bracket else "" for bracket in opened]
    row.emit(f"({opened[0]}", start, start)
    row.out += above
    row.emit(f"{closed[0]}/{opened[1]}", start, start)
    row.out += below
    row.emit(f"{closed[1]})", end, end)
    row.out += scripts(row, item.scripts)


def _root(row: Row, item: Item, command: Command) -> None:
    row.emit("sqrt(", command.start, command.start + len("\\sqrt"))
    row.out += row.inner(command.arguments[0])
    row.emit(")", command.end, command.end)
    row.out += scripts(row, item.scripts)


def _blackboard(row: Row, item: Item, command: Command) -> None:
    said = word(command.arguments[0])
    if said == "1":
        if not write_indicator(row, item):
            write_name(row, item, [Piece("ones", command.start, command.end)])
    elif said == "I":
        write_name(row, item, [Piece("I", command.start, command.end)])
    elif said == "R":
        row.out += space(item)
    else:
        raise Unread(f"the set `{said}`", command.start, command.end)


def _braced(row: Row, item: Item, command: Command) -> None:
    """With what is written below or above it left out."""
    row.out += row.inner(command.arguments[0])


def _crossed_out(row: Row, item: Item, command: Command) -> None:
    raise Unread("something that is crossed out", command.start, command.end)


def _coloured(row: Row, item: Item, command: Command) -> None:
    row.out += row.inner(command.arguments[1])
    row.out += scripts(row, item.scripts)


def _marked(row: Row, item: Item, command: Command) -> None:
    """`\\stackrel{(a)}{=}`: a mark above a sign says why; a question or a demand is no claim."""
    if word(command.arguments[0]) in ("!", "?", "def", "△", "triangle", "set"):
        raise Unread("a sign that asks or demands", command.start, command.end)
    row.out += row.inner(command.arguments[1])


_Written: TypeAlias = Callable[[Row, Item, Command], None]
_WRITTEN: dict[str, _Written] = {
    "operatorname": _operatorname,
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"), _fraction),
    "sqrt": _root,
    **dict.fromkeys(("mathbb", "mathds", "mathbbm"), _blackboard),
    **dict.fromkeys(("underbrace", "overbrace"), _braced),
    "cancel": _crossed_out,
    **dict.fromkeys(("textcolor", "colorbox"), _coloured),
    **dict.fromkeys(("stackrel", "overset"), _marked),
}
