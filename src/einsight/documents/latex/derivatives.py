"""`\\frac{\\partial y_i}{\\partial x_j}` as a derivative, with a function of any kind above."""

from __future__ import annotations

import re
from collections.abc import Callable

from .kinds import Unread
from .names import word
from .pieces import Piece, text_of
from .row import Write
from .tree import Command, Group, Item, Items, Leaf

# what is one thing for `∂…/∂x`: a name with what belongs to it, and indices
_SIMPLE = re.compile(r"[^\W\d_][\u0300-\u036f]?ʹ*\w*?(⁽[^⁾]*⁾)?(_\w|_\{[\w,+\-]+\})?")


def is_differential(item: Item) -> bool:
    """`∂`, `d`, or an upright `d`; with a power too."""
    atom = item.atom
    if isinstance(atom, Leaf):
        return (
            atom.text == "∂"
            or (atom.text == "d" and atom.kind == "LETTER")
            or (atom.kind == "WORDS" and atom.text.strip() == "d")
        )
    if isinstance(atom, Group):
        return len(atom.items) == 1 and is_differential(atom.items[0])
    upright = isinstance(atom, Command) and atom.name in (
        "mathrm",
        "mathop",
        "mathit",
        "operatorname",
        "mathsf",
        "textrm",
        "mathbf",
    )
    return upright and isinstance(atom, Command) and word(atom.arguments[0]) == "d"


def derivative(over: Items, under: Items, start: int, end: int, write: Write) -> list[Piece] | None:
    """The derivative that a fraction is, `∂f/∂x ` or `∂/∂x (…)`; None where it is a quotient."""
    if not over or not under or not is_differential(over[0]) or not is_differential(under[0]):
        return None
    order = "".join(word(s.inside) for s in over[0].scripts if s.sign == "^")
    if order not in ("", "2") or any(s.sign != "^" for s in over[0].scripts):
        raise Unread(f"a derivative of order {order or '?'}", over[0].start, over[0].end)
    below = _variables(under)
    if below is None:
        return None
    above = write(over[1:]) if len(over) > 1 else []
    text = text_of(above)
    simple = bool(_SIMPLE.fullmatch(text)) and " " not in text
    here: Callable[[str], Piece] = lambda text: Piece(text, start, end)  # noqa: E731
    out = [here(f" ∂{'²' if order else ''}")]
    if simple:
        out += above
    out.append(here("/"))
    for variable in below:
        out += [here("∂"), *write(variable)]
    out.append(here(" "))
    if above and not simple:
        out += [here("("), *above, here(")")]
    return out


def _variables(under: Items) -> list[Items] | None:
    found: list[list[Item]] = []
    for item in under:
        if is_differential(item) and not item.scripts and (not found or found[-1]):
            found.append([])
        elif found:
            found[-1].append(item)
        else:
            return None
    signs = [v[0].atom for v in found if v and isinstance(v[0].atom, Leaf) and v[0].atom.kind == "SIGN"]
    return [tuple(v) for v in found] if found and all(found) and not signs else None  # `d/(d + 1)` is a quotient
