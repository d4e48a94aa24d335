"""All that is printed goes through here: text for people, text for programs, a line on standard error.

What a document or the name of a file holds is made visible, so that nothing in it steers a terminal or the runner of a
workflow.  A sign that the terminal's encoding lacks is spelled as the language spells it in ASCII, `∂x ∈ ℝ` as `dx in R`, or
else as an escape.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import sys
from contextlib import suppress
from typing import Any, TextIO

from ..notation.quoting import visible

SPELLED, IN_JSON = "einsight.spelled", "einsight.json"

# signs of the language in ASCII; those of `_WORDS` stand apart from letters and digits beside them
_WORDS = {"∈": "in", "×": "x", "∑": "sum"}
_SIGNS = {
    "ℝ": "R", "∂": "d", "→": "->", "⊙": ".*", "∘": ".*", "·": "*", "⋅": "*", "−": "-", "≔": ":=", "≠": "!=", "≤": "<=",
    "≥": ">=", "‖": "||", "′": "'", "ᵀ": "^T", "⁻": "^-", "ⁿ": "^n",
    "…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "✓": "right:", "✗": "wrong:",
}  # fmt: skip
_SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_SUBSCRIPT = "₀₁₂₃₄₅₆₇₈₉"


class NoOutput(Exception):
    """Standard output cannot be written; says why."""


def prepare() -> None:
    """Have both streams spell what they cannot encode.  Raises NoOutput where there is no standard output at all."""
    if sys.stdout is None:
        raise NoOutput("there is no standard output to write to")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=SPELLED)


def for_programs(out: TextIO, is_json: bool = False) -> None:
    """What follows on this stream is read by a program: in UTF-8, and JSON in ASCII where the terminal speaks something else."""
    if not isinstance(out, io.TextIOWrapper):
        return
    if is_json:
        speaks_utf = codecs.lookup(out.encoding).name.startswith("utf")
        out.reconfigure(encoding="utf-8" if speaks_utf else "ascii", errors=IN_JSON)
    else:
        out.reconfigure(encoding="utf-8", errors="backslashreplace")


def flush() -> None:
    """Write out what is held back.  Raises OSError, also BrokenPipeError."""
    if sys.stdout is not None:
        sys.stdout.flush()


def drop() -> None:
    """Have nothing more written, not even what is held back: whoever read it has gone, or the disk is full."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(message: str) -> None:
    """One line on standard error; where that is gone too there is nobody to tell."""
    with suppress(OSError, ValueError, AttributeError):
        print(f"einsight: {shown(message)}", file=sys.stderr)


def show(text: str) -> None:
    """Lines of ours on standard output."""
    print(_without_commands(visible(text, lines=True)))


def hand_over(text: str, is_json: bool = False) -> None:
    """Text for a program on standard output, as it is."""
    for_programs(sys.stdout, is_json)
    print(text)


def hand_over_json(data: Any) -> None:
    hand_over(json_text(data), is_json=True)


def shown(message: str) -> str:
    """A message as part of a line."""
    return _without_commands(visible(" ".join(message.split())))


def path(name: str) -> str:
    """The name of a file at the beginning of a line, where `::add-mask::` would be a command of a GitHub workflow."""
    return _without_commands(visible(f"./{name}" if name.startswith("::") else name))


def _without_commands(text: str) -> str:
    """`##[command]` is one wherever it stands in a line."""
    return text.replace("##[", r"##\[")


def json_text(value: Any) -> str:
    """JSON with an indent of 2 that shows what is visible and escapes the rest."""
    return _HIDDEN_IN_JSON.sub(_json_escape, json.dumps(value, ensure_ascii=False, indent=2))


_HIDDEN_IN_JSON = re.compile(
    r"[^\x00-\x7e\xa0-\uffff]|[\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def _json_escape(found: re.Match[str]) -> str:
    """A character outside of the first plane that can be seen stays."""
    char = found[0]
    return char if ord(char) > 0xFFFF and visible(char) == char else json.dumps(char)[1:-1]


# what an encoding lacks


def _spell(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text, at, out = error.object, error.start, ""
    while at < error.end:
        spelled, at = _spelled(text, at)
        out += spelled
    return out, at


def _spelled(text: str, at: int) -> tuple[str, int]:
    """A character in ASCII, and where to go on."""
    char, before, behind = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    word = _WORDS.get(char) or _letters().get(char)
    if word is not None:
        apart = char in _WORDS
        lead = " " if before.isalnum() and (apart or before.isascii()) and not _is_differential(text, at) else ""
        return lead + word + (" " if apart and behind.isalnum() else ""), at + 1
    if char == "∂":
        lead = " " if before.isalnum() else ""
        return (f"{lead}d^2 ", at + 2) if behind == "²" else (f"{lead}d", at + 1)
    if char in _SUPERSCRIPT or char == "⁻":
        return _raised(text, at)
    if char in _SUBSCRIPT:
        return f"{'' if before in _SUBSCRIPT and before else '_'}{_SUBSCRIPT.index(char)}", at + 1
    return _SIGNS.get(char) or _escape(char), at + 1


def _is_differential(text: str, at: int) -> bool:
    """`dθ` is one name."""
    return text[at - 1] == "d" and not text[max(0, at - 2) : at - 1].isalnum()


def _raised(text: str, at: int) -> tuple[str, int]:
    """`⁻¹` as a whole, of which an encoding may have a part."""
    end = at + 1
    while end < len(text) and text[end] in _SUPERSCRIPT:
        end += 1
    digits = "".join("-" if c == "⁻" else str(_SUPERSCRIPT.index(c)) for c in text[at:end])
    return f"^{digits}" + (" " if text[end : end + 1].isalnum() else ""), end


def _escape(char: str) -> str:
    return char.encode("ascii", "backslashreplace").decode("ascii")


def _letters() -> dict[str, str]:
    """`θ` as `theta`; loaded when it is asked for, since most terminals speak UTF-8."""
    from ..lowering.names import GREEK

    return {letter: word for word, letter in GREEK.items()} | {"π": "pi"}


def _as_json(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error(SPELLED, _spell)
codecs.register_error(IN_JSON, _as_json)
