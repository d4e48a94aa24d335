"""The macros that a page defines, and expansion that keeps places."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property

from .tokens import Groups, Token, group_end, tokens
from .words import PACKAGES

_NEW = {"\\newcommand", "\\newcommand*", "\\renewcommand", "\\renewcommand*", "\\providecommand"}
_OPERATOR = {"\\DeclareMathOperator", "\\DeclareMathOperator*"}
_DEF = {"\\def", "\\gdef", "\\edef"}
DEFINING = _NEW | _OPERATOR | _DEF
# how many arguments TeX has for a macro
_COUNTS = frozenset("0123456789")
# what one formula may be with its macros put in, and what may be looked at for that, in tokens: no formula is longer, and a
# few macros that say each other twice are
MOST_TOKENS = 20_000
MOST_LOOKED_AT = 100_000
# expansions of one formula, after which it is taken for one that never ends
MOST_EXPANSIONS = 2_000


@dataclass(frozen=True)
class Macro:
    """What stands for a command: so many arguments, the first with a default where it is optional, and a body."""

    arguments: int
    body: tuple[Token, ...]
    default: tuple[Token, ...] | None = None
    is_braced: bool = False  # counts only where its arguments are in braces

    @cached_property
    def commands(self) -> frozenset[str]:
        """The commands in its body."""
        return frozenset(t.text for t in self.body if t.is_command)

    @cached_property
    def _hash(self) -> int:
        return hash((self.arguments, self.body, self.default, self.is_braced))

    def __hash__(self) -> int:
        return self._hash  # asked for at each formula that uses it


class Endless(Exception):
    """A macro that expands to itself, or to more than anybody writes."""


@cache
def of_packages() -> dict[str, Macro]:
    """The macros that people have from somewhere else; those of a page stand over them."""
    return {name: replace(macro, is_braced=True) for name, macro in macros_of(PACKAGES).items()}


def macros_of(source: str) -> dict[str, Macro]:
    """The macros that a text defines, wherever it does; the last definition stands."""
    if "\\def" not in source and "command" not in source and "\\DeclareMath" not in source and "\\gdef" not in source:
        return {}
    row = tokens(source)
    found: dict[str, Macro] = {}
    groups = Groups(row)
    at = 0
    while at < len(row):
        if row[at].text in DEFINING:
            read = _definition(row, at, groups)
            if read is not None:
                name, macro, at = read
                found[name] = macro
                continue
        at += 1
    return found


def used_in(commands: set[str], macros: dict[str, Macro]) -> dict[str, Macro]:
    """The macros that some commands need, those in the bodies of others too."""
    found: dict[str, Macro] = {}
    waiting = [c for c in commands if c in macros]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = macros[name]
            waiting += [c for c in macros[name].commands if c in macros]
    return found


def without_definitions(row: list[Token]) -> list[Token]:
    """A row without the macros that are defined in it."""
    if not any(t.text in DEFINING for t in row):
        return row
    groups, out, at = Groups(row), [], 0
    while at < len(row):
        read = _definition(row, at, groups) if row[at].text in DEFINING else None
        if read is None:
            out.append(row[at])
            at += 1
        else:
            at = read[2]
    return out


def _definition(row: list[Token], at: int, groups: Groups) -> tuple[str, Macro, int] | None:
    kind, at = row[at].text, at + 1
    name, at = _name(row, at)
    if name is None:
        return None
    count, default = 0, None
    if kind in _DEF:  # `\def\pd#1#2{...}`
        while at < len(row) and row[at].text == "#":
            count, at = count + 1, at + 2
        if str(count) not in _COUNTS:
            return None
    else:
        if at < len(row) and row[at].text == "[":
            end = group_end(row, at, "[", "]")
            if end is None or end - at != 3 or row[at + 1].text not in _COUNTS:
                return None
            count, at = int(row[at + 1].text), end
        if at < len(row) and row[at].text == "[":
            end = group_end(row, at, "[", "]")
            if end is None:
                return None
            default, at = tuple(t.moved(0, 0) for t in row[at + 1 : end - 1]), end
    if at >= len(row) or row[at].text != "{":
        return None
    end = groups.end(at)
    if end is None:
        return None
    body = tuple(t.moved(0, 0) for t in row[at + 1 : end - 1])  # where it is defined is no part of it
    if kind in _OPERATOR:
        brace = [Token(t, 0, 0) for t in ("\\operatorname", "{", "}")]
        body = (brace[0], brace[1], *body, brace[2])
    return name, Macro(count, body, default), end


def _name(row: list[Token], at: int) -> tuple[str | None, int]:
    if at < len(row) and row[at].text == "{":
        if at + 2 < len(row) and row[at + 1].is_command and row[at + 2].text == "}":
            return row[at + 1].text, at + 3
        return None, at
    return (row[at].text, at + 1) if at < len(row) and row[at].is_command else (None, at)


def expanded(row: list[Token], macros: dict[str, Macro]) -> list[Token]:
    """A formula with its macros put in.  Raises Endless where that does not end, or not soon enough."""
    macros = of_packages() | macros
    if not any(t.text in macros for t in row):
        return row
    out: list[Token] = []
    waiting = list(reversed(row))
    count = looked_at = 0
    while waiting:
        token = waiting.pop()
        macro = macros.get(token.text)
        if macro is not None and macro.is_braced:
            has_groups, looked = _has_groups(waiting, macro.arguments)
            looked_at += looked
            if looked_at > MOST_LOOKED_AT:
                raise Endless(token.text)
            macro = macro if has_groups else None
        if macro is None:
            out.append(token)
            continue
        count += 1
        before = len(waiting)
        arguments = [_argument(waiting, macro, k, token) for k in range(macro.arguments)]
        looked_at += before - len(waiting)
        size = _size(macro, arguments)
        looked_at += size
        if count > MOST_EXPANSIONS or len(waiting) + len(out) + size > MOST_TOKENS or looked_at > MOST_LOOKED_AT:
            raise Endless(token.text)
        end = max([token.end, *(t.end for a in arguments for t in a)])
        waiting.extend(reversed(_body(macro, arguments, token, end)))
    return out


def _size(macro: Macro, arguments: list[list[Token]]) -> int:
    """No less than how many tokens a body has with its arguments put in."""
    uses = sum(t.text == "#" for t in macro.body)
    return len(macro.body) + uses * max(map(len, arguments), default=0)


def _has_groups(waiting: list[Token], count: int) -> tuple[bool, int]:
    """Do so many groups come next, and how many tokens had to be looked at for that?"""
    at = len(waiting)
    for _ in range(count):
        depth = 0
        while True:
            at -= 1
            if at < 0 or (depth == 0 and waiting[at].text != "{"):
                return False, len(waiting) - at
            depth += (waiting[at].text == "{") - (waiting[at].text == "}")
            if depth == 0:
                break
    return True, len(waiting) - at


def _argument(waiting: list[Token], macro: Macro, number: int, use: Token) -> list[Token]:
    """The next argument, off the tokens that are still to come (the nearest last)."""
    if number == 0 and macro.default is not None:
        if not waiting or waiting[-1].text != "[":
            return [t.moved(use.start, use.end) for t in macro.default]
        taken = _taken(waiting, "[", "]")
        return taken[1:-1]
    if not waiting:
        return []
    if waiting[-1].text != "{":
        return [waiting.pop()]
    return _taken(waiting, "{", "}")[1:-1]


def _taken(waiting: list[Token], opening: str, closing: str) -> list[Token]:
    taken, depth = [], 0
    while waiting:
        token = waiting.pop()
        taken.append(token)
        depth += (token.text == opening) - (token.text == closing)
        if depth == 0:
            break
    return taken


def _body(macro: Macro, arguments: list[list[Token]], use: Token, end: int) -> list[Token]:
    out: list[Token] = []
    k = 0
    while k < len(macro.body):
        token = macro.body[k]
        if token.text == "#" and k + 1 < len(macro.body) and macro.body[k + 1].text.isdigit():
            # `#12` is one number for the tokens, and for TeX the first argument before a 2
            digits = macro.body[k + 1].text
            number = int(digits[0]) - 1
            out += arguments[number] if 0 <= number < len(arguments) else []
            out += [Token(d, use.start, end) for d in digits[1:]]
            k += 2
        else:
            out.append(token.moved(use.start, end))
            k += 1
    return out
