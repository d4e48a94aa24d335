"""What acts on all that follows, and the space that a name is from: `\\sum_{i=1}^n`, `\\nabla_x`, `\\mathbb{R}^{m \\times n}`."""

from __future__ import annotations

import re

from .kinds import Unread
from .names import extent, is_transpose, split, word
from .pieces import Piece, text_of
from .row import Write
from .tree import Command, Group, Item, Items, Leaf, leaves

_TIMES = ("×", "·", ",")
# below a sum over a part of an axis: `i<j`; `i∈C`, `i∈Ω_u`, `j∈N(i)`, `(i,j)∈E`
_RESTRICTED = re.compile(r"[^\W\d_](?:[<>≠≤≥][^\W\d_]|∈[^\W\d_](?:_[^\W\d_]+|\([^\W\d_]\))?)|\([^\W\d_],[^\W\d_]\)∈[^\W\d_]")


def summation(item: Item, write: Write) -> list[Piece]:
    """`\\sum_i`, `\\sum_{i=1}^n`, `\\sum_{i,j}`."""
    start, end = item.start, item.end
    bounds = {s.sign: s.inside for s in item.scripts}
    below = bounds.get("_")
    if below is None:
        raise Unread("a sum over nothing that is named", start, end)
    said = "".join(x.text for x in leaves(below) if x.kind != "WORD")
    place = (item.scripts[0].start, end)
    top = extent(bounds["^"]) or text_of(write(bounds["^"])) if "^" in bounds else ""
    if re.fullmatch(r"[^\W\d_]=(?:\d+|[^\W\d_](?:[+-]\d+)?)", said) and top:
        top = top if top.isalnum() else f"({top})"
        each = [f"_{{{said}}}^{top} "]
    elif re.fullmatch(r"[^\W\d_](,?[^\W\d_])*", said) and not top:
        names = said.replace(",", "")
        each = [(f"_{names}" if len(names) == 1 else f"_{{{','.join(names)}}}") + " "]
    elif _RESTRICTED.fullmatch(said) and not top:
        each = [f"_{{{said}}} "]
    elif re.fullmatch(r"[^\W\d_](,[^\W\d_])+=1", said) and top.isalnum():  # `\sum_{i,j=1}^n`
        each = [f"_{{{name}=1}}^{top} " for name in said[:-2].split(",")]
    else:
        raise Unread(f"the bounds `{said}` of this sum", start, end)
    signs = [Piece("∑", item.atom.start, item.atom.end), *(Piece("∑", *place) for _ in each[1:])]
    return [piece for sign, bound in zip(signs, each, strict=True) for piece in (sign, Piece(bound, *place))]


def differential_operator(item: Item, leaf: Leaf, write: Write) -> Piece:
    """`\\nabla_{\\mathbf{x}}`, `\\partial_j`, `\\nabla^2`."""
    below = above = ""
    for script in item.scripts:
        if script.sign == "_":
            inner = text_of(write(script.inside)).replace(" ", "")
            if len(inner) == 2 and inner.isalpha() and inner[1] != "ʹ" and leaf.text == "∇":  # `∇_{xx}`
                if inner[0] != inner[1]:
                    raise Unread("a mixed second derivative", script.start, script.end)
                inner, above = inner[0], "²"
            below = f"_{inner}" if len(inner) == 1 else f"_{{{inner}}}"
        elif word(script.inside) == "2":
            above = "²"
        elif is_transpose(script.inside) or script.sign == "'":
            raise Unread(f"`{leaf.text}` transposed", item.start, item.end)
        else:
            raise Unread(f"this power of {leaf.text}", item.start, item.end)
    return Piece(f"{leaf.text}{above}{below} ", item.start, item.end)


def space(item: Item) -> list[Piece]:
    """`ℝ` with the sizes of its axes, a column as a vector."""
    written = [Piece("ℝ", item.atom.start, item.atom.end)]
    if not item.scripts:
        return written
    script = item.scripts[0]
    if len(item.scripts) > 1 or script.sign != "^":
        raise Unread("this space", item.start, item.end)
    names = _sizes(script.inside)
    if not all(names):
        raise Unread("this space", script.start, script.end)
    if len(names) == 2 and names[1] == "1":  # a column
        names = names[:1]
    shape = f"^{names[0]}" if len(names) == 1 else f"^({'×'.join(names)})"
    return [*written, Piece(shape, script.start, script.end)]


def set_of_matrices(space: Items) -> tuple[list[Piece], str]:
    """`∈ \\mathbf{S}^n_{++}`, the symmetric matrices, or those that are positive definite, with what that says; empty for another set."""
    item = space[-1]
    atom, above, below = item.atom, *(next((s for s in item.scripts if s.sign == sign), None) for sign in "^_")
    letter = word(atom.arguments[0]) if isinstance(atom, Command) and atom.arguments else word((Item(atom),))
    size = extent(tuple(split(above.inside, "×", "times")[0])) if above is not None else ""
    if len(space) != 2 or letter not in ("S", "Sym", "SPD") or not size:
        return [], ""
    sign = word(below.inside) if below is not None else ""
    if sign not in ("", "+", "++", ">", "≻"):
        return [], ""
    definite = letter == "SPD" or sign in ("++", ">", "≻")
    place = space[0].start, item.end
    return [Piece(f" ∈ ℝ^({size}×{size})", *place)], "positive-definite" if definite else "symmetric"


def _sizes(inside: Items) -> list[str]:
    """The dimensions of a space, in braces or brackets too; one that is none is empty."""
    parts = split(inside, *_TIMES)
    if len(parts) == 1 and len(parts[0]) == 1 and isinstance(parts[0][0].atom, Group):
        parts = split(parts[0][0].atom.items, *_TIMES)
    names = [extent(tuple(p)) for p in parts]
    if len(names) == 1 and not names[0]:
        inner = [i for i in parts[0] if not (isinstance(i.atom, Leaf) and i.atom.kind in ("OPENING", "CLOSING"))]
        names = [extent(tuple(p)) for p in split(inner, *_TIMES)]
    return names
