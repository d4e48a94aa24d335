"""What reads as a blank, and what ends a line of a text: more than ASCII has, since formulas are pasted.

A no-break space between the words of a formula, the zero-width spaces that a web page leaves, a byte order mark: each is one
character and becomes one blank, so that every place stays.
"""

from __future__ import annotations

import re

# what Unicode calls mandatory breaks; an editor counts its lines by the first three alone (`documents/positions.py`)
LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")

_SPACES = "\x0b\x0c\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# they take no room: soft hyphen, Mongolian vowel separator, zero-width space and joiners, invisible operators, byte order mark
_INVISIBLE = "\xad\u180e\u200b-\u200d\u2060-\u2064\ufeff"
# marks, embeddings, overrides and isolates, with which a text is shown in another order than it is read
_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"

_ODD = re.compile(f"[{_SPACES}{_INVISIBLE}]+")
# beside one of these a blank says the same as nothing; between two others it may not, as in `f (x)`
_FREE_BEHIND = r"\A|[\s(\[{+\-−*/·⋅×⊙⊗∘=≠<>≤≥,;∈→]"
_FREE_BEFORE = r"[\s)\]}+\-−*/·⋅×⊙⊗∘=≠<>≤≥,;∈→#]|\Z"
_INVISIBLE_RUN = re.compile(f"[{_INVISIBLE}]+")
_BEHIND, _BEFORE = re.compile(f"(?:{_FREE_BEHIND})\\Z"), re.compile(_FREE_BEFORE)


def blanked(text: str) -> str:
    """The text with a plain blank for everything that reads as one, character by character.

    What takes no room stands for nothing.  Where nothing and a blank may differ, between the letters of a name or before a
    bracket, it is left for the parser to refuse.
    """
    if text.isascii():
        return text.translate(_OF_ASCII) if "\x0b" in text or "\x0c" in text else text
    return _ODD.sub(lambda found: _blank(text, *found.span()), text)


_OF_ASCII = str.maketrans("\x0b\x0c", "  ")


def _blank(text: str, start: int, end: int) -> str:
    run = text[start:end]
    if _INVISIBLE_RUN.fullmatch(run):
        behind, before = text[max(0, start - 1) : start], text[end : end + 1]
        if not _BEHIND.search(behind) and not _BEFORE.match(before):
            return run
    return " " * len(run)


def is_invisible(char: str) -> bool:
    """Is there nothing to see of it where it stands?"""
    return re.match(f"[{_INVISIBLE}{_TURNING}]", char) is not None


def turns(char: str) -> bool:
    """Does it change the order in which a text is shown?"""
    return re.match(f"[{_TURNING}]", char) is not None
