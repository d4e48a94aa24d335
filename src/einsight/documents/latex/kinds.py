"""The tokens of a formula as `grammar/latex.lark` wants them: told apart by what they take, without what says nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lark import Token as LarkToken
from lark.lexer import Lexer

from . import words
from .tokens import Token, group_end
from .tree import Leaf

# signs of the language, and their likes in Unicode
_CHARACTERS = {
    "−": "-", "–": "-", "⋅": "·", "∘": "⊙", "∣": "|", "∥": "‖", "′": "'", "≔": ":=", "∗": "*", "⊺": "ᵀ", "⊤": "ᵀ",
    "𝟏": "ones", "⟨": "⟨", "⟩": "⟩", "R": "R", "⊘": "./",
}  # fmt: skip
_SIGNS = set("=+-*/|,:<>∂∇∑∏∈ℝ⊙⊗·×→‖≠≤≥;.!?∝≈∼⁻⁺")
# what gives a value to what stands on its left, and on its right, which is told by an equality
_DEFINING = {":=": ":=", "=:": "="}
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ⁻"
_LOWERED = "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₘₙₐₑₕₒₚᵣₛₜᵤᵥₓ"


# groups or brackets inside one another: more is a slip or an attack, and would exhaust the stack further on
DEEPEST_NESTING = 60


class Unread(Exception):
    """Why a formula is not read, in words, and where."""

    def __init__(self, reason: str, start: int = 0, end: int = 0):
        super().__init__(reason)
        self.reason, self.span = reason, (start, end)


class Lexeme(LarkToken):
    """Lark's token with the leaf that it stands for."""

    leaf: Leaf


@dataclass
class Kinds(Lexer):
    """The lexer that Lark is given: it takes the tokens of a formula as they come out of the macros."""

    conf: Any = None

    def lex(self, data: Any) -> Iterator[LarkToken]:  # type: ignore[override]
        for leaf in leaves_of(data):
            made = Lexeme(leaf.kind, leaf.source, start_pos=leaf.start, end_pos=leaf.end)
            made.leaf = leaf
            yield made


_WIDE = re.compile(r"(?:0?\.[2-9]|[1-9])\d*(?:\.\d+)?\s*(?:in|em|cm)|[1-9]\d+\s*(?:mm|pt)")


def leaves_of(row: list[Token]) -> Iterator[Leaf]:
    at = 0
    behind = ""  # the kind of the token before: what takes an argument takes one digit
    depth = 0  # inside the braces of a subscript, where each digit is a component
    while at < len(row):
        typed = _typed_function(row, at)
        leaf, at = typed or _leaf(row, at, "BELOW" if depth else behind)
        if leaf is not None:
            both = leaf.text + row[at].text if at < len(row) else ""
            if leaf.kind == "SIGN" and both in _DEFINING:  # `:=`, `\\colon=`
                leaf, at = replace(leaf, text=_DEFINING[both], source=both, end=row[at].end), at + 1
            if leaf.kind == "LBRACE" and (depth or behind == "BELOW"):
                depth += 1
            elif leaf.kind == "RBRACE" and depth:
                depth -= 1
            behind = leaf.kind
            yield leaf


def _typed_function(row: list[Token], at: int) -> tuple[Leaf, int] | None:
    """`Tr(…)`, `det(…)` typed letter by letter: no product, where it is all that stands before a bracket."""
    if not row[at].text.isalpha() or (at and row[at - 1].text.isalpha() and not row[at].spaced):
        return None
    end = at + 1
    while end < len(row) and row[end].text.isalpha() and not row[end].spaced:
        end += 1
    text = "".join(t.text for t in row[at:end])
    opens = end < len(row) and (row[end].text in "([" or (row[end].is_command and row[end].text[1:] in words.SIDES))
    if end - at < 2 or text not in words.FUNCTIONS or not opens:
        return None
    return Leaf("WORDS", text, text, row[at].start, row[end - 1].end, row[at].spaced), end


def _leaf(row: list[Token], at: int, behind: str) -> tuple[Leaf | None, int]:
    token = row[at]
    if token.is_command:
        return _command(row, at)
    text, kind = token.text, "SIGN"
    if text[0].isdigit() and text.isascii():
        if len(text) > 1 and behind in ("BELOW", "ABOVE", "TAKES_TWO"):  # `\frac12`, `x^23`
            row[at] = Token(text[1:], token.start + 1, token.end)
            return Leaf("NUMBER", text[0], text[0], token.start, token.start + 1, token.spaced), at
        kind = "NUMBER"
    elif text == "{":
        kind = "LBRACE"
    elif text == "}":
        kind = "RBRACE"
    elif text == "&":
        kind = "CELL_END"
    elif text == "_":
        kind = "BELOW"
    elif text == "^":
        kind = "ABOVE"
    elif text in ("'", "′"):
        kind, text = "PRIME", "'"
    elif text in "([⟨":
        kind = "OPENING"
    elif text in ")]⟩":
        kind = "CLOSING"
    elif text == "~":
        return None, at + 1
    elif text in _CHARACTERS and text != "R":
        text = _CHARACTERS[text]
    elif text in _RAISED or text in _LOWERED or text in _SIGNS:
        pass
    elif text.isalpha() or unicodedata.combining(text):
        kind = "LETTER"
        plain = unicodedata.normalize("NFKC", text)  # mathematical bold letters are letters
        text = plain if plain.isalpha() and len(plain) == 1 else text
    else:
        raise Unread(f"`{text}` is not read in formulas", token.start, token.end)
    return Leaf(kind, text, token.text, token.start, token.end, token.spaced), at + 1


def _command(row: list[Token], at: int) -> tuple[Leaf | None, int]:
    token = row[at]
    name = "operatorname" if token.text == "\\operatorname*" else token.text[1:]

    def made(kind: str, text: str, end: int = at + 1) -> tuple[Leaf, int]:
        return Leaf(kind, text, token.text, token.start, row[end - 1].end, token.spaced), end

    if name in ("\\", "newline", "cr"):
        return made("ROW_END", "\\\\", _behind_room(row, at + 1))
    if name in ("begin", "end"):
        return _environment(row, at)
    if name in words.SKIPPED:
        return None, at + 1
    if name in words.SIDES:
        if at + 1 < len(row) and row[at + 1].text == ".":
            return None, at + 2
        return None, at + 1
    if name in words.DROPPED_WITH_ARGUMENT:
        end = group_end(row, at + 1) if at + 1 < len(row) and row[at + 1].text == "{" else at + 2
        end = min(end or len(row), len(row))
        length = "".join(t.text for t in row[at + 1 : end]).strip("{}")
        if name.startswith("hspace") and _WIDE.match(length):  # as much as a `\quad`
            return made("WORD", "quad", end)
        return None, end
    if name in words.TEXTS and at + 1 < len(row) and row[at + 1].text == "{":
        end = group_end(row, at + 1)
        if end is None:
            raise Unread("this brace is not closed", row[at + 1].start, row[at + 1].end)
        return made("WORDS", said(row[at + 2 : end - 1]), end)
    if name in words.LETTERS:
        return made("LETTER", words.LETTERS[name])
    if name == "arg":  # `\\arg\\min`, as one function
        at = next((k for k in range(at + 1, len(row)) if row[k].text[1:] not in words.SKIPPED), at)
        extreme = row[at].text[1:]
        return made("WORD", f"arg{extreme}" if extreme in ("min", "max") else name, at + 1)
    if name == "sqrt" and at + 1 < len(row) and row[at + 1].text == "[":
        raise Unread("a root of another order", token.start, token.end)
    if name in words.TAKES_TWO:
        return made("TAKES_TWO", name)
    if name in words.TAKES_ONE:
        if name == "operatorname" and at + 1 < len(row) and row[at + 1].text == "*":
            return made("TAKES_ONE", name, at + 2)
        return made("TAKES_ONE", name)
    if name in words.OPENINGS:
        return made("OPENING", words.OPENINGS[name])
    if name in words.CLOSINGS:
        return made("CLOSING", words.CLOSINGS[name])
    if name in words.SIGNS:
        return made("SIGN", words.SIGNS[name])
    return made("WORD", name)


def _environment(row: list[Token], at: int) -> tuple[Leaf, int]:
    """`\\begin{align}` with what may stand behind it: `[t]`, the columns of an array, their number."""
    token = row[at]
    end = group_end(row, at + 1) if at + 1 < len(row) and row[at + 1].text == "{" else None
    if end is None:
        raise Unread(f"`{token.text}` of nothing", token.start, token.end)
    name = "".join(t.text for t in row[at + 2 : end - 1])
    if token.text == "\\begin":
        if end < len(row) and row[end].text == "[" and name.rstrip("*") in words.ROWS | words.ARRAYS:
            inner = group_end(row, end, "[", "]")
            if inner is not None and inner - end == 3 and row[end + 1].text in "tbclr":
                end = inner
        takes_columns = name.rstrip("*") in ("array", "alignat", "alignedat", "xalignat")
        if takes_columns and end < len(row) and row[end].text == "{":
            end = group_end(row, end) or end
    kind = "BEGIN" if token.text == "\\begin" else "END"
    return Leaf(kind, name, token.text, token.start, row[end - 1].end), end


def _behind_room(row: list[Token], at: int) -> int:
    """Behind the room below a row, `\\\\[2ex]`, where some is asked for."""
    if at < len(row) and row[at].text == "*":
        at += 1
    if at < len(row) and row[at].text == "[":
        behind = group_end(row, at, "[", "]")
        inner = "".join(t.text for t in row[at + 1 : behind - 1]) if behind else ""
        if behind and inner.lstrip("-")[:1].isdigit() and inner.endswith(("pt", "em", "ex", "mm", "cm", "in", "mu")):
            return behind
    return at


def said(row: list[Token]) -> str:
    """The words of a text, as they were written."""
    return "".join((" " if t.spaced else "") + t.text for t in row)
