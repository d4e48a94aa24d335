"""A name with what stands below and above it: labels are part of it, then come its indices, then its powers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .habits import Habits
from .kinds import Unread
from .names import STARS, extent, index_text, is_transpose, label, layered, letters, word
from .pieces import Piece, text_of
from .row import Row
from .tree import Command, Item, Leaf, Script, leaves
from .words import UPRIGHT

# letters that count, as in `A_{ij}`
_COUNTING = frozenset("ijklmnpqrst")


def write_name(row: Row, item: Item, name: list[Piece]) -> None:
    """A letter with its labels, indices and powers; or letters in one font, each a name."""
    if len(name) > 1:
        row.out += name[:-1]
        write_name(row, item, name[-1:])  # `\mathbf{PQ}^T` is set as `P Q^T` is
        return
    start = name[0].start
    if name[0].text in ("ones", "1", "I", "0") and _write_sized(row, item, name[0].text):
        return
    text, end, rest = _labelled(name[0], item.scripts, row.habits)
    if not _is_entry_of_power(text, rest):
        row.emit(text, start, end)
        row.out += scripts(row, rest)
        return
    row.emit("(", start, start)  # `F^{-1}_{ij}` is an entry of the inverse, no inverse of an entry
    row.emit(text, start, end)
    row.out += scripts(row, rest[:1])
    row.emit(")", rest[0].end, rest[0].end)
    row.out += scripts(row, rest[1:])


def _labelled(name: Piece, found: Sequence[Script], habits: Habits) -> tuple[str, int, list[Script]]:
    """A name with its labels and its end, and the scripts that are none."""
    text, end = name.text, name.end
    rest: list[Script] = []
    for script in found:
        said = word(script.inside)
        if script.sign == "'" and habits.primes == "name":
            text, end = text + "ʹ", script.end
        elif script.sign == "_" and label(script.inside):
            text, end = text + label(script.inside), script.end
        elif script.sign == "_" and said in STARS and "⁽" not in text:
            text, end = text + "⁽*⁾", script.end
        elif script.sign == "^" and (layer := layered(script, habits)):
            text, end = text + layer[0], script.end
            rest += layer[1]
        elif script.sign == "^" and habits.primes == "name" and script.inside and set(said) <= {"′", "'"}:
            text, end = text + "ʹ" * len(said), script.end
        else:
            rest.append(script)
    if "⁽" in text:  # what tells it apart stands last
        base, mark = text.split("⁽", 1)
        mark, behind = mark.split("⁾", 1)
        text = f"{base}{behind}⁽{mark}⁾"
    return text, end, rest


def _is_entry_of_power(text: str, found: Sequence[Script]) -> bool:
    if [s.sign for s in found] not in (["^", "_"], ["_", "^"]):
        return False
    above, below = sorted(found, key=lambda s: s.sign)
    power = word(above.inside)
    inverse = power == "-1" or (power[:1] == "-" and is_transpose(above.inside[1:]))
    is_entry = len(leaves(below.inside)) > 1 and not word(below.inside).isdigit()
    if re.fullmatch(r"\d+", power) and found[0] is above and is_entry:
        raise Unread(f"whether `{text}` is raised to a power or its entry", above.start, above.end)
    if not (inverse or is_transpose(above.inside)) or not is_entry:
        return False
    if found[0] is below and inverse and not set(word(below.inside)) & _COUNTING:
        return False  # `Σ_{ab}^{-1}`: a block has a name of its own
    if found[0] is below and inverse:
        raise Unread(f"whether `{text}` is inverted or its entry", above.start, above.end)
    return found[0] is above


def _write_sized(row: Row, item: Item, text: str) -> bool:
    """`I_n` and `\\mathbf{1}_N`: of that size."""
    below = [s for s in item.scripts if s.sign == "_"]
    size = extent(below[0].inside) if len(below) == 1 else ""
    if (
        text not in ("I", "ones")
        or not size
        or (text == "I" and size.isdigit() and (size in ("0", "1") or row.habits.has_invariants))
        or (text == "I" and len(size) > 1 and len(leaves(below[0].inside)) > 1)
    ):
        return False
    row.emit(f"{text}({size})", item.atom.start, below[0].end)
    row.out += scripts(row, [s for s in item.scripts if s is not below[0]])
    return True


def scripts(row: Row, found: Sequence[Script]) -> list[Piece]:
    """Indices first, as the language writes them, then powers."""
    below: list[Piece] = []
    above: list[Piece] = []
    for script in found:
        if script.sign == "'":
            if row.habits.primes != "transpose":
                raise Unread("a prime behind more than a name", script.start, script.end)
            above.append(Piece("'", script.start, script.end))
        elif script.sign == "_":
            if below:
                raise Unread("two subscripts", script.start, script.end)
            below.append(Piece(index_text(script.inside, script), script.start, script.end))
        else:
            above.append(Piece(_power(row, script), script.start, script.end))
    return below + above


def _power(row: Row, script: Script) -> str:
    inside, said = script.inside, word(script.inside)
    if is_transpose(inside):
        return "ᵀ"
    if said == "-1":
        return "^-1"
    if said.startswith("-1") and is_transpose(inside[2:]):  # `A^{-1\\top}`
        return "^-T"
    if said[:1] == "-" and len(inside) > 1 and is_transpose(inside[1:]):
        return "^-T"
    if said in ("′", "'") and row.habits.primes == "transpose":
        return "'"
    if re.fullmatch(r"\d+", said):
        return f"^{said}"
    if said in ("*", "ast", "star", "dagger", "′", "'", "+", "H", "dag"):
        raise Unread(f"`^{said}`", script.start, script.end)
    if re.fullmatch(r"[(\[].*[)\]]", said):
        raise Unread(f"the superscript `{said}`", script.start, script.end)
    return f"^({text_of(row.inner(inside))})"


def scripts_of_norm(row: Row, found: Sequence[Script]) -> list[Piece]:
    """Those of the bar before `row.at`, behind which a subscript says which norm it is; the Euclidean one is the language's."""
    below: list[Piece] = []
    for script in found:
        if script.sign == "_":
            said = word(script.inside)
            if said == "2" and _is_norm_of_matrix(row):
                raise Unread("the norm `2` of a matrix", script.start, script.end)
            kind = _NORMS.get(said, said if said.isdigit() else None)
            if kind is None:
                raise Unread(f"the norm `{said}`", script.start, script.end)
            below += [Piece(f"_{kind}", script.start, script.end)] if kind else []
    return below + scripts(row, [s for s in found if s.sign != "_"])


# the subscript of a norm as the language writes it, which says nothing of the Euclidean one
_NORMS = {"2": "", "F": "", "Fro": "", "fro": "", "infty": "∞", "∞": "∞", "2,1": "{2,1}", "*": "*"}


def _is_norm_of_matrix(row: Row) -> bool:
    """Are there only capital letters between the bars that end here?"""
    signs = [i.atom.text if isinstance(i.atom, Leaf) else "" for i in row.items[: row.at - 1]]
    bars = [k for k, sign in enumerate(signs) if sign in ("‖", "|")]
    inside = row.items[bars[-1] + 1 : row.at - 1] if bars else ()
    if any(isinstance(i.atom, Command) and i.atom.name in UPRIGHT for i in inside):
        return False  # of what a function gives, as of `\\operatorname{vec}(X)`
    names = [p.text for i in inside for p in letters(i) or ()]
    return bool(names) and all(n[0].isupper() for n in names)
