"""Names, their indices and their labels: `\\mathbf{Wx}` is `W x`, `\\hat{x}` is `x̂`, `b_{\\text{out}}` one name, `W^{(1)}` another.

Each letter is a name.  How it is set in type is not part of it; what tells two names apart is: accents, primes, words below,
a layer or a sample in brackets above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .habits import PLAIN, Habits
from .kinds import Unread
from .pieces import Piece
from .tree import Command, Group, Item, Items, Leaf, Script, leaves
from .words import ACCENTS, ARROWS, DOTS, FONTS, FUNCTION_COMMANDS, FUNCTIONS, GAPS, MEANS_ELSE, UPRIGHT

# words that label a name where they are not set upright
_LABELS = {"new", "old", "out", "max", "min", "opt", "reg", "train", "test", "in"}
RAISED = str.maketrans("0123456789+-abcdefghijklmnoprstuvwxyzL", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴸ")
# what tells a minimiser apart
STARS = frozenset({"star", "*", "ast", "⋆", "opt"})
# nobody sets a product upright: a word, unless it is the differential of a letter
UPRIGHT_WORD = r"(?!d[A-Za-z]$)[A-Za-z]{2,12}"
_GIVEN = frozenset({"|", "mid", "vert", "∣", "lvert"})
_TRANSPOSE = {"T", "⊤", "top", "intercal", "transpose", "tran", "trans", "tp", "Tr", "transp"}


def letters(item: Item) -> list[Piece] | None:
    """The letters that an atom is, each a name; None where it is something else."""
    return _letters(item.atom)


def _letters(atom: object) -> list[Piece] | None:
    if isinstance(atom, Leaf):
        if atom.kind == "LETTER":
            return [Piece(atom.text, atom.start, atom.end)]
        # a macro that the page does not define, and that takes nothing: its word is the name
        return [Piece(atom.text, atom.start, atom.end)] if is_opaque(atom) else None
    if isinstance(atom, Group):
        return _outside(_plain(atom.items), atom.start, atom.end) if len(atom.items) == 1 else None
    if not isinstance(atom, Command):
        return None
    if atom.name in ACCENTS:
        under = _plain(atom.arguments[0])
        return [Piece(under[0].text + ACCENTS[atom.name], atom.start, atom.end)] if under and len(under) == 1 else None
    if atom.name == "mathrm" and re.fullmatch(UPRIGHT_WORD, word(atom.arguments[0])):
        return [Piece(word(atom.arguments[0]), atom.start, atom.end)]
    if atom.name in FONTS and not (len(said := word(atom.arguments[0])) > 2 and said in FUNCTIONS):
        return _outside(_plain(atom.arguments[0]), atom.start, atom.end)
    return None


def is_opaque(leaf: Leaf) -> bool:
    """Is it a command of which nothing is known, such as `\\bW` of a file of macros?"""
    known = FUNCTION_COMMANDS | GAPS | DOTS | ARROWS | MEANS_ELSE
    return leaf.kind == "WORD" and leaf.text.isalpha() and leaf.text not in known and leaf.text not in _TRANSPOSE


def _plain(items: Items) -> list[Piece] | None:
    """The letters of a formula that is nothing but letters."""
    found: list[Piece] = []
    for item in items:
        here = letters(item)
        if here is None or item.scripts:
            return None
        found += here
    return found or None


def _outside(found: list[Piece] | None, start: int, end: int) -> list[Piece] | None:
    """With the command and its braces as part of the letters at both ends."""
    if not found:
        return None
    found[0] = Piece(found[0].text, start, found[0].end)
    found[-1] = Piece(found[-1].text, found[-1].start, end)
    return found


def word(items: Items) -> str:
    """A formula's signs written together, without fonts and braces: `T` of `\\mathsf{T}`, `-1` of `{-1}`."""
    return "".join(x.text for x in leaves(items) if not (x.kind == "WORD" and x.text in FONTS | UPRIGHT))


def is_transpose(items: Items) -> bool:
    return word(items) in _TRANSPOSE or word(items) in ("ᵀ",)


def label(inside: Items) -> str:
    """The word of a subscript that is no index: in an upright font, or one of those that people use so."""
    if len(inside) == 1 and not inside[0].scripts:
        atom = inside[0].atom
        upright = (isinstance(atom, Command) and atom.name in UPRIGHT) or (
            isinstance(atom, Leaf) and atom.kind == "WORDS"
        )
        if upright:
            text = (
                atom.text.strip()
                if isinstance(atom, Leaf)
                else word(atom.arguments[0])
                if isinstance(atom, Command)
                else ""
            )
            return text if re.fullmatch(r"[A-Za-z]{2,}", text) else ""
    found = leaves(inside)
    if found and found[0].kind == "WORD" and found[0].text in ("rm", "sf", "tt", "it") and len(found) > 2:  # `_{\\rm mv}`
        return "".join(x.text for x in found[1:])
    text = "".join(x.text for x in found)
    return text if text in _LABELS and not any(x.spaced for x in found[1:]) else ""


def raised(inside: Items, habits: Habits = PLAIN) -> str:
    """A layer or a sample above a name, `(l)` or `[1]` or a star, as the mark that tells names apart; empty for anything else.

    Letters that count layers do so without brackets, too; and where the page has such signs, `-` and `+` stand for before and after.
    """
    text, layers = word(inside), habits.layers
    if text in STARS:
        return "⁽*⁾"
    if habits.has_signs and text in ("-", "+"):
        return f"⁽{text.translate(RAISED)}⁾"
    found = re.fullmatch(r"[(\[⟨]([a-zA-Zℓ0-9][a-zA-Z0-9+\-]{0,7})[)\]⟩]", text)
    if found is None and layers:
        found = re.fullmatch(rf"([{layers}](?:[+-]\d)?|\d)", text) if text[:1] in layers else None
    made = found[1].replace("ℓ", "l").translate(RAISED) if found else ""
    return f"⁽{made}⁾" if made and not re.search(r"[qA-Z]", made) else ""


def layered(script: Script, habits: Habits = PLAIN) -> tuple[str, list[Script]] | None:
    """The mark of a layer or a sample above a name, and the power behind it, as in `W^{[2]\\top}`; None for anything else."""
    inside = script.inside
    for count in range(len(inside), 0, -1):
        mark = raised(inside[:count], habits)
        if mark and count == len(inside):
            return mark, []
        if mark and (is_transpose(inside[count:]) or word(inside[count:]) in ("-1", "2")):
            return mark, [Script("^", inside[count:], inside[count].start, script.end)]
    return None


def index_text(inside: Items, sign: Script) -> str:
    """A subscript as the language writes it, `_ij` or `_{i,j+1}`."""
    parts = []
    for leaf in leaves(inside):
        if leaf.kind == "WORD" and leaf.text in FONTS:
            continue
        if leaf.kind in ("LETTER", "NUMBER") or leaf.text in ("+", "-", "=", ","):
            parts.append(leaf.text)
        elif leaf.text in _GIVEN:
            parts.append("ǀ")  # `Σ_{a|b}`: of one with the other given
        elif leaf.kind == "PRIME" or leaf.text == "'":
            raise Unread("a prime behind an index", leaf.start, leaf.end)
        else:
            raise Unread("this subscript", leaf.start, leaf.end)
    text = "".join(parts)
    if not text:
        raise Unread("an empty subscript", sign.start, sign.end)
    return f"_{text}" if len(text) == 1 else f"_{{{text}}}"


def extent(inside: Items) -> str:
    """The name of a dimension: `n`, `3`, `d_{\\text{in}}` as `din`; empty where it is none."""
    text = "".join(
        x.text for x in leaves(inside) if x.kind != "SCRIPT" and not (x.kind == "WORD" and x.text in FONTS | UPRIGHT)
    )
    return text if re.fullmatch(r"[^\W_]+", text) and (text.isdigit() or not text[0].isdigit()) else ""


def split(items: Iterable[Item], *texts: str) -> list[list[Item]]:
    """A formula cut at some signs that stand outside of brackets."""
    parts: list[list[Item]] = [[]]
    depth = 0
    for item in items:
        atom = item.atom
        if isinstance(atom, Leaf):
            depth += (atom.kind == "OPENING") - (atom.kind == "CLOSING")
            if depth <= 0 and atom.text in texts and not item.scripts:
                parts.append([])
                continue
        parts[-1].append(item)
    return parts
