"""Lark's tables of the grammar carried out by a loop of our own, for texts that have no mistake.

The grammar, its tables, the terminals of each state and what builds the tree are Lark's.  What differs is how often anything is
called: a token knows its kind and place alone, and no line; what a state does with a token, and what a rule builds, is looked up
once.  A text that this loop does not come through is for Lark, whose errors name the state and what was expected.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lark import Lark, Token
from lark.parse_tree_builder import ChildFilterLALR_NoPlaceholders, ExpandSingleChild

from .bars import TELLING, TOUCHING, Open

END = "$END"
END_OF_STATES = -1  # below the first
# a rule: how many values it takes, the name of what it makes, what builds it; None for one value that stays what it is, and
# whether that is made an operand
Reduce = tuple[int, str, "Callable[[list[Any]], Any] | None", bool]
# a state with what is done there with a token, where a single value has become what rules make of it alone; whether an operand
Next = tuple[int, bool, "int | Reduce | None"]


class Lexeme(Token):
    """A token without line and column."""

    __slots__ = ()

    def __new__(cls, kind: str, text: str, start: int, end: int) -> Lexeme:  # type: ignore[override]
        self = str.__new__(cls, text)
        self.type, self.start_pos, self.end_pos = kind, start, end
        return self


def _builder(name: str, size: int, callback: Any) -> Callable[[list[Any]], Any]:
    """What builds a rule's value, of its values; what the grammar repeats is a list, where Lark makes a tree of it."""
    is_list = name.startswith("__")
    kept = [(place, False) for place in range(size)]
    if isinstance(callback, ChildFilterLALR_NoPlaceholders):
        kept, callback = callback.to_include, callback.node_builder
    elif not is_list:
        return callback
    first, more = kept[0], kept[1:]

    def build(values: list[Any]) -> Any:
        place, is_part_of_it = first
        found = values[place] if is_part_of_it else [values[place]]
        for place, is_part_of_it in more:
            if is_part_of_it:
                found += values[place]
            else:
                found.append(values[place])
        return found if is_list else callback(found)

    return build


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
        self._known: dict[tuple[int, int, str], Next] = {}
        self._terminals(self._start)

    def _read(self, action: tuple[Any, Any], callbacks: dict[Any, Any]) -> int | Reduce:
        _, rule = action
        if isinstance(rule, int):
            return rule
        size, name, callback = len(rule.expansion), str(rule.origin.name), callbacks[rule]
        if size == 1 and (name in self._alone or isinstance(callback, ExpandSingleChild)):
            return 1, name, None, name in self._alone
        return size, name, _builder(name, size, callback), False

    def _terminals(self, state: int) -> tuple[Any, dict[str, dict[str, str]]]:
        """What matches the next token in a state, and the words that are another kind: `in` is no NAME where it may stand."""
        lexer = self._lexers[state]
        (pattern,) = lexer.scanner._mres
        words = {
            kind: {t.pattern.value: t.name for t in unless.scanner.terminals} for kind, unless in lexer.callback.items()
        }
        found = self._seen[state] = pattern.match, words
        return found

    def _next(self, below: int, state: int, kind: str) -> Next:
        """What is done before a token of that kind, once every rule that makes of a single value itself has done so."""
        at, is_operand = state, False
        while True:
            action = None if kind == END and at == self._final else self._does[at].get(kind)
            if not isinstance(action, tuple) or action[2] is not None:
                break
            at, is_operand = self._does[below][action[1]], is_operand or action[3]  # type: ignore[assignment]
        found = self._known[below, state, kind] = at, is_operand, action
        return found

    def tree(self, text: str) -> Any:
        """What the text is, or None where it has a mistake."""
        does, seen, ignored, operand, known = self._does, self._seen, self._ignored, self._operand, self._known
        below, state = END_OF_STATES, self._start
        states: list[int] = [state]
        values: list[Any] = []
        open_ = Open()
        telling = TELLING if "|" in text or "‖" in text else ()
        place, length = 0, len(text)
        waiting: Lexeme | None = None  # the second of two bars that touch
        while True:
            token, waiting, kind = waiting, None, END
            if token is not None:
                kind = token.type
            while token is None and place < length:
                if text[place] == " ":
                    place += 1
                    continue
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
                elif telling:
                    open_.previous = kind
                token = Lexeme(kind, said, start, start + len(said))
            while True:
                at, is_operand, action = known.get((below, state, kind)) or self._next(below, state, kind)
                if at != state:
                    states[-1] = state = at
                    if is_operand and type(values[-1]) is Lexeme:
                        values[-1] = operand(values[-1])
                if type(action) is int:
                    below, state = state, action  # type: ignore[assignment]
                    states.append(state)
                    values.append(token)
                    break
                if action is None:
                    return values[-1] if token is None and state == self._final else None
                size, name, build, _ = action  # type: ignore[misc]
                made = build(values[-size:] if size else [])  # type: ignore[misc]
                if size:
                    del states[-size:], values[-size:]
                below = states[-1]
                state = does[below][name]  # type: ignore[assignment]
                states.append(state)  # type: ignore[arg-type]
                values.append(made)
