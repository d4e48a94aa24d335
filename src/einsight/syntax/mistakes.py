"""Labelled malformed examples: what to say about a text that the grammar refuses.

`grammar/mistakes.txt` holds messages and, below each, texts people write by mistake.  An error gets the
message of the example that fails in the same parser state on the same kind of token
(Lark's `match_examples`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import resources

from lark import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from .blanks import is_invisible, turns

Fixes = tuple[tuple[str, str], ...]
_memo: dict[tuple, str | None] = {}

GENERAL = "this does not read as a statement here"


@cache
def catalogue() -> dict[str, tuple[str, ...]]:
    """Message to the examples below it, in the file's order."""
    text = resources.files("einsight.grammar").joinpath("mistakes.txt").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    message = ""
    for line in text.splitlines():
        if line.startswith("! "):
            message = line[2:].strip()
            found[message] = []
        elif line.startswith("    ") and line.strip():
            found[message].append(line.strip())
    return {m: tuple(examples) for m, examples in found.items()}


def explain(
    text: str, start: int, end: int, error: UnexpectedInput, parse: Callable[[str], object]
) -> tuple[str, Fixes]:
    """The message for a syntax error, and replacements for its span."""
    if isinstance(error, UnexpectedCharacters):
        return _explain_character(text[start : start + 1])
    seen = text[start:end]
    open_bracket = unclosed(text)
    if open_bracket is not None and not seen:
        place, char = open_bracket
        closing = {"(": ")", "[": "]", "{": "}"}[char]
        return f"the `{char}` at character {place + 1} of this statement is never closed: add `{closing}`", ()
    if isinstance(error, UnexpectedToken):
        state = error.state  # Lark compares states by their position and depth
        key = (state.position, len(state.state_stack), error.token.type, str(error.token))
        if key not in _memo:
            _memo[key] = error.match_examples(parse, catalogue(), use_accepts=False)  # type: ignore[arg-type]
        message = _memo[key]
        if message is not None:
            return message.replace("{token}", seen or "the end"), ()
    what = f"`{seen}` cannot stand here" if seen else "the statement ends too early"
    return f"{what}: {GENERAL}", ()


def _explain_character(char: str) -> tuple[str, Fixes]:
    if char == "$":
        return "`$` has no place in an .ein statement: write the formula without dollars", ()
    if char == "\\":
        return "LaTeX commands are not read here: write the sign or its name, as in `δ` or `delta`", ()
    if char == "_":
        return "`_` needs an index right behind it, as in `x_i`, and a name right before it", ()
    if char in "{}":
        return f"`{char}` has no partner: braces group a subscript or an exponent, as in `W_{{ij}}` and `x^{{2}}`", ()
    if re.match(r"[\"“”‘’`]", char):
        return f"`{char}` is no sign of this language: a transpose is `A'` with a straight apostrophe", ()
    if is_invisible(char):
        does = "changes the order in which a text is shown" if turns(char) else "may part what it stands between"
        name = f"U+{ord(char):04X}"
        return f"an invisible character, {name}, stands here, which {does}: delete it", ((f"Delete {name}", ""),)
    if not char.isprintable():
        return f"the character U+{ord(char):04X} is no sign of this language", ()
    return f"`{char}` is no sign of this language", ()


def unclosed(text: str) -> tuple[int, str] | None:
    """The last bracket that is never closed, and where."""
    stack: list[tuple[int, str]] = []
    for place, char in enumerate(text):
        if char in "([{":
            stack.append((place, char))
        elif char in ")]}" and stack:
            stack.pop()
    return stack[-1] if stack else None
