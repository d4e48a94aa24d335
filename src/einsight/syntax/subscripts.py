"""What stands in a subscript: `ij`, `{i,j}`, `{i+k-1}`, `{j=1}`, `[row, col]`, `ᵢⱼ`."""

from __future__ import annotations

import re

from .tree import IndexEntry, Subscript

SUBSCRIPT_LETTERS = dict(zip("ᵢⱼₖₗₘₙₐₑₕₒₚᵣₛₜᵤᵥₓ₀₁₂₃₄₅₆₇₈₉", "ijklmnaehoprstuvx0123456789", strict=True))
_TERM = re.compile(r"\s*([+\-−]?)\s*(?:(\d+)|([^\W\d_][^\W_]*))")
# below a sum: `i<j`, `i≠j`
_COMPARED = re.compile(r"\s*([^\W\d_])\s*(<=|>=|!=|[<>≠≤≥])\s*([^\W\d_])\s*")
_RELATIONS = {"!=": "≠", "<=": "≤", ">=": "≥"}
# below a sum: `i∈C`, `i∈Ω_u`, `j∈N(i)`
_MEMBER = re.compile(r"\s*([^\W\d_])\s*(?:∈|\bin\b)\s*([^\W\d_])\s*(?:_([^\W\d_]+)|\(\s*([^\W\d_])\s*\))?\s*")
# below a sum over pairs: `(i,j)∈E`
_PAIR = re.compile(r"\s*\(\s*([^\W\d_])\s*,\s*([^\W\d_])\s*\)\s*(?:∈|\bin\b)\s*([^\W\d_])\s*")
_WORD = re.compile(r"[^\W_]+\Z")


def read_subscript(text: str, start: int, end: int) -> Subscript:
    """The subscript that the token `text` spells, at those offsets."""
    if text.startswith("_{"):
        inner, shift = text[2:-1], 2
    elif text.startswith(("_", "[")):
        inner, shift = (text[1:-1], 1) if text[0] == "[" else (text[1:], 1)
    else:
        inner, shift = "".join(SUBSCRIPT_LETTERS[c] for c in text), 0
    at = start + shift
    bracketed = text[0] == "["
    lower = None
    compared = _COMPARED.fullmatch(inner)
    if compared and not bracketed:
        ends = tuple(IndexEntry(at + compared.start(k), at + compared.end(k), ((compared[k], 1),), 0) for k in (1, 3))
        return Subscript(start, end, inner.strip(), ends, condition=_RELATIONS.get(compared[2], compared[2]))
    member = _MEMBER.fullmatch(inner)
    if member and not bracketed:
        letter = IndexEntry(at + member.start(1), at + member.end(1), ((member[1], 1),), 0)
        indices = (member[3] or member[4] or "") + member[1]
        return Subscript(start, end, inner.strip(), (letter,), within=f"{member[2]}_{indices}")
    pair = _PAIR.fullmatch(inner)
    if pair and not bracketed:
        ends = tuple(IndexEntry(at + pair.start(k), at + pair.end(k), ((pair[k], 1),), 0) for k in (1, 2))
        return Subscript(start, end, inner.strip(), ends, within=f"{pair[3]}_{pair[1]}{pair[2]}")
    if "=" in inner:
        head, lower = inner.split("=", 1)
        inner, lower = head, lower.strip()
    if not inner.strip():
        return Subscript(start, end, "", (), lower, "this subscript is empty: write an index, as in `x_i`", bracketed)
    entries: list[IndexEntry] = []
    parts = inner.split(",")
    separated = bracketed or len(parts) > 1
    offset = 0
    for part in parts:
        where = at + offset
        offset += len(part) + 1
        if not separated and _WORD.match(part.strip()):
            entries += _letters(part, where)
            continue
        if not separated and re.fullmatch(r"\s*[^\W\d_](\s+[^\W_])+\s*", part):
            entries += _letters(part, where)
            continue
        entry = _entry(part, where)
        if entry is None:
            problem = f"`{part.strip()}` is no index: write letters, numbers from 1, or a shift as in `x_{{i+1}}`"
            return Subscript(start, end, inner, (), lower, problem, bracketed)
        entries.append(entry)
    return Subscript(start, end, inner.strip(), tuple(entries), lower, None, bracketed)


def _letters(part: str, at: int) -> list[IndexEntry]:
    """Without separators every letter is an index and every digit a component."""
    return [
        IndexEntry(at + k, at + k + 1, (), int(c)) if c.isdigit() else IndexEntry(at + k, at + k + 1, ((c, 1),), 0)
        for k, c in enumerate(part)
        if not c.isspace()
    ]


def _entry(part: str, at: int) -> IndexEntry | None:
    names: list[tuple[str, int]] = []
    number, place = 0, 0
    while place < len(part.rstrip()):
        found = _TERM.match(part, place)
        if found is None or (place and not found[1]):
            return None
        sign = -1 if found[1] in ("-", "−") else 1
        if found[2]:
            number += sign * int(found[2])
        else:
            names.append((found[3], sign))
        place = found.end()
    if place == 0:
        return None
    lead = len(part) - len(part.lstrip())
    return IndexEntry(at + lead, at + len(part.rstrip()), tuple(names), number)
