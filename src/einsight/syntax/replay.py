"""Lark's tables of the grammar carried out by a loop of our own, for texts that have no mistake.

The grammar, its tables, the terminals of each state and what builds the tree are Lark's.  What differs is how often anything is
called: a token knows its kind and place alone, and no line; what a state does with a token, and what a rule builds, is looked up
once.  A text that this loop does not come through is for Lark, whose errors name the state and what was expected.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lark import Lark, Token

from .bars import TELLING, TOUCHING, Open

END = "$END"
# a rule: how many values it takes, the name of what it makes, what builds it; None for one value that stays what it is
Reduce = tuple[int, str, "Callable[[list[Any]], Any] | None"]


class Lexeme(Token):
    """A token without line and column."""

    __slots__ = ()

    def __new__(cls, kind: str, text: str, start: int, end: int) -> Lexeme:  # type: ignore[override]
        self = str.__new__(cls, text)
        self.type, self.start_pos, self.end_pos = kind, start, end
        return self


class Replay:
    """The tables of a grammar.  Raises AttributeError, TypeError or KeyError where Lark keeps them elsewhere.

    `alone` names the rules that make of a single value `operand` of it, which is no token.
    """

    def __init__(self, lark: Lark, alone: frozenset[str], operand: Callable[[Any], Any]):
        self._alone, self._operand = alone, operand
        machine = lark.parser.parser  # type: ignore[attr-defined]
        table, callbacks = machine.parser.parse_table, machine.parser.callbacks
        (name,) = lark.options.start
        self._start, self._final = table.start_states[name], table.end_states[name]
        self._does: dict[int, dict[str, int | Reduce]] = {
            state: {sign: self._read(action, callbacks) for sign, action in actions.items()}
            for state, actions in table.states.items()
        }
        self._lexers = lark.parser.lexer.lexer.lexers  # type: ignore[attr-defined]
        self._ignored = self._lexers[self._start].ignore_types
        self._seen: dict[int, tuple[Any, dict[str, dict[str, str]]]] = {}
        self._terminals(self._start)

    def _read(self, action: tuple[Any, Any], callbacks: dict[Any, Any]) -> int | Reduce:
        _, rule = action
        if isinstance(rule, int):
            return rule
        size, name = len(rule.expansion), str(rule.origin.name)
        return size, name, None if size == 1 and name in self._alone else callbacks[rule]

    def _terminals(self, state: int) -> tuple[Any, dict[str, dict[str, str]]]:
        """What matches the next token in a state, and the words that are another kind: `in` is no NAME where it may stand."""
        lexer = self._lexers[state]
        (pattern,) = lexer.scanner._mres
        words = {
            kind: {t.pattern.value: t.name for t in unless.scanner.terminals} for kind, unless in lexer.callback.items()
        }
        found = self._seen[state] = pattern.match, words
        return found

    def tree(self, text: str) -> Any:
        """What the text is, or None where it has a mistake."""
        does, seen, ignored, operand = self._does, self._seen, self._ignored, self._operand
        state = self._start
        states, values = [state], []
        open_ = Open()
        telling = TELLING if "|" in text or "‖" in text else ()
        place, length = 0, len(text)
        waiting: Lexeme | None = None  # the second of two bars that touch
        while True:
            token, waiting, kind = waiting, None, END
            if token is not None:
                kind = token.type
            while token is None and place < length:
                match, words = seen.get(state) or self._terminals(state)
                found = match(text, place)
                if found is None:
                    return None
                kind, start, place = found.lastgroup, place, found.end()
                if kind in ignored:
                    kind = END
                    continue
                said = found.group()
                if kind in words:
                    kind = words[kind].get(said, kind)
                if kind in telling:
                    kinds = open_.kinds(kind, said)
                    kind = kinds[0]
                    if kinds is TOUCHING:
                        said, waiting = "|", Lexeme(kinds[1], "|", start + 1, place)
                else:
                    open_.previous = kind
                token = Lexeme(kind, said, start, start + len(said))
            while True:
                action = does[state].get(kind)
                if action is None:
                    return None
                if type(action) is int:
                    state = action
                    states.append(state)
                    values.append(token)
                    break
                size, name, build = action  # type: ignore[misc]
                if build is None:
                    made = values.pop()
                    if type(made) is Lexeme:
                        made = operand(made)
                    states.pop()
                elif size:
                    made = build(values[-size:])
                    del states[-size:], values[-size:]
                else:
                    made = build([])
                state = does[states[-1]][name]  # type: ignore[assignment]
                if token is None and state == self._final:
                    return made
                states.append(state)
                values.append(made)
