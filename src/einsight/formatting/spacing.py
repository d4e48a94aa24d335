"""The tokens of one statement, set apart as a careful writer would.

Works on tokens, not on trees, so that nothing a person wrote is lost: only white space changes, and signs where a
style is asked for.  What comes out has the tree of what went in, or the statement is left alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..syntax.parse import grammar, parse_statement
from .spelling import Sign, alike, respell

_OPENS = frozenset({"LPAR", "LSQB", "LBRACE", "CALL_PAREN", "BAR_OPEN", "NORM_OPEN"})
_CLOSES = frozenset({"RPAR", "RSQB", "RBRACE", "BAR_CLOSE", "NORM_CLOSE"})
_TIGHT_BEFORE = _CLOSES | {
    "COMMA", "PRIME", "TRANSPOSE", "INVERSE_TRANSPOSE", "SUPERSCRIPT", "SUPERSCRIPT_N", "SUBSCRIPT", "INDEX_BRACKET",
    "CALL_PAREN", "CARET", "DOT_CARET", "KEYWORD_EQ",
}  # fmt: skip
_TIGHT_AFTER = _OPENS | {"CARET", "DOT_CARET", "KEYWORD_EQ"}
_SPACED = frozenset({
    "EQ", "ASSIGN", "RELATION", "ARROW", "IN", "WHERE", "COLON", "LAYER_OPERATOR", "CHAIN_OPERATOR", "SIGN", "RAISED_SIGN",
    "PROPERTY",
})  # fmt: skip
# a sign behind one of these stands before its operand
_BEFORE_OPERAND = _TIGHT_AFTER | _SPACED - {"PROPERTY"} | {"COMMA"}
_BEFORE_T = ("SIGN", "RAISED_SIGN", "LPAR", "LBRACE")  # what stands between `^` and `T` in a transpose
_WORDS = {"∈": "IN"}  # Lark numbers the literals that it cannot name


@dataclass(frozen=True, slots=True)
class Row:
    """What one line holds of a statement: `text` for its characters `start` to `end`.

    `equals` has the places of `=` and `:=`, in the statement as it was and in `text`.
    """

    start: int
    end: int
    text: str
    equals: tuple[tuple[int, int], ...] = ()


@lru_cache(maxsize=20_000)
def set_apart(
    text: str, breaks: tuple[int, ...] = (), style: str | None = None, frozen: frozenset[str] = frozenset()
) -> tuple[Row, ...] | None:
    """A statement line by line; lines begin at 0 and at `breaks`.  None: it has to stay as it is."""
    tree, _ = parse_statement(text)
    if tree is None:
        return None
    signs = _signs(text)
    lines = [bisect_right(breaks, sign.start) for sign in signs]
    if lines != [bisect_right(breaks, sign.end - 1) for sign in signs]:  # `W[i,` and `j]` on two lines
        return None
    rows = _rows(signs, lines, style, frozen)
    spaced = " ".join(row.text for row in rows)
    if reads_the_same(text, spaced):
        return rows
    return set_apart(text, breaks) if style else None


@lru_cache(maxsize=20_000)
def reads_the_same(text: str, other: str) -> bool:
    """Do two statements have one tree, but for positions and spelling?  Without trees white space may differ."""
    tree, found = parse_statement(text)[0], parse_statement(other)[0]
    if tree is None or found is None:
        return tree is found and text.split() == other.split()
    return text == other or alike(tree, found)


def _signs(text: str) -> list[Sign]:
    """The tokens of a text that parses: the lexer needs the parser's state.  A sign in an exponent is marked, and the `=` of `axis=1`."""
    signs: list[Sign] = []
    raised: list[bool] = []
    opened: list[str] = []
    for token in grammar().parse_interactive(text).iter_parse():
        kind = _WORDS.get(token, token.type)
        if kind in _OPENS:
            raised.append((bool(raised) and raised[-1]) or (bool(signs) and signs[-1].kind == "CARET"))
            opened.append(kind)
        elif kind in _CLOSES and raised:
            raised.pop()
            opened.pop()
        elif kind == "EQ" and opened and opened[-1] == "CALL_PAREN":
            kind = "KEYWORD_EQ"
        elif kind == "SIGN" and raised and raised[-1]:
            kind = "RAISED_SIGN"
        signs.append(Sign(kind, str(token), token.start_pos or 0, token.end_pos or 0))
    return signs


def _rows(signs: list[Sign], lines: list[int], style: str | None, frozen: frozenset[str]) -> tuple[Row, ...]:
    new = [sign._replace(text=respell(signs, k, style, frozen)) for k, sign in enumerate(signs)]
    rows: list[Row] = []
    equals: list[tuple[int, int]] = []
    first, text = 0, ""
    for k, sign in enumerate(new):
        if k and lines[k] != lines[k - 1]:
            rows.append(Row(signs[first].start, signs[k - 1].end, text, tuple(equals)))
            first, text, equals = k, "", []
        elif k:
            text += _gap(new, k) or _joint(signs[k - 1], new[k - 1], signs[k], sign)
        if sign.kind in ("EQ", "ASSIGN"):
            equals.append((sign.start, len(text)))
        text += sign.text
    rows.append(Row(signs[first].start, signs[-1].end, text, tuple(equals)))
    return tuple(rows)


def _gap(signs: Sequence[Sign], k: int) -> str:
    """What stands between a token and the one before it."""
    before, after = signs[k - 1], signs[k]
    had = " " if _apart(signs, k) else ""
    if _would_join(signs, k):
        return had
    if after.kind in _TIGHT_BEFORE or before.kind in _TIGHT_AFTER:
        return ""
    if before.kind in ("SIGN", "RAISED_SIGN") and _is_unary(signs, k - 1):
        return ""
    for place, sign in ((k - 1, before), (k, after)):
        if sign.text == "/" or (sign.kind == "RAISED_SIGN" and not _is_unary(signs, place)):
            return " " if _is_wide(signs, place) else ""
        if sign.kind == "TIMES":
            return "" if sign.text == "×" else " "
    if before.kind == "COMMA" or before.kind in _SPACED or after.kind in _SPACED:
        return " "
    return "" if before.kind == "PARTIAL" and after.kind == "NAME" else had


def _apart(signs: Sequence[Sign], k: int) -> bool:
    return 0 < k < len(signs) and signs[k - 1].end < signs[k].start


def _would_join(signs: Sequence[Sign], k: int) -> bool:
    """Would the two tokens be others if they touched?  `| |x| + 1|`, `x^ T`, which is no transpose."""
    kinds = {signs[k - 1].kind, signs[k].kind}
    if kinds <= {"BAR_OPEN", "NORM_OPEN"} or kinds <= {"BAR_CLOSE", "NORM_CLOSE"}:
        return True
    back = next((j for j in range(k - 1, max(-1, k - 4), -1) if signs[j].kind not in _BEFORE_T), k)
    ahead = next((j for j in range(k, min(k + 3, len(signs))) if signs[j].kind not in _BEFORE_T), k)
    return signs[back].kind == "CARET" and signs[ahead].kind == "NAME" and signs[ahead].text == "T"


def _is_unary(signs: Sequence[Sign], k: int) -> bool:
    return k == 0 or signs[k - 1].kind in _BEFORE_OPERAND


def _is_wide(signs: Sequence[Sign], k: int) -> bool:
    """A slash, and a sign in an exponent, has spaces where its writer gave it two; the slash of a derivative never."""
    if not (_apart(signs, k) and _apart(signs, k + 1)):
        return False
    below = signs[k + 1]
    if signs[k].text != "/":
        return True
    if below.kind == "PARTIAL":
        return False
    if below.kind != "NAME" or below.text[0] != "d" or len(below.text) == 1:
        return True
    place = k - 1
    while place >= 0 and signs[place].kind not in _BEFORE_OPERAND:
        if signs[place].kind == "NAME" and signs[place].text[0] == "d":
            return False
        place -= 1
    return True


def _joint(old_before: Sign, before: Sign, old_after: Sign, after: Sign) -> str:
    """A space where a new spelling would touch: `x²y` is `x^2 y`, and `x²(y)` no call of `x^2`; `2θ` is `2theta`."""
    if after.kind in _TIGHT_BEFORE or before.kind in _TIGHT_AFTER or before.kind == "NUMBER":
        return ""
    respelled = before.text != old_before.text or after.text != old_after.text
    touches = before.text[-1].isalnum() and (after.text[0].isalnum() or after.kind in ("LPAR", "LSQB"))
    return " " * (respelled and touches)
