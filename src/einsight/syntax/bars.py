"""`|x|` and `‖x‖`: the same sign opens and closes, so the lexer's tokens are told apart here."""

from __future__ import annotations

from collections.abc import Iterator

from lark import Token

# a bar after one of these begins something; after anything else it closes what is open
_BEFORE_OPERAND = frozenset({
    None, "SIGN", "CHAIN_OPERATOR", "LAYER_OPERATOR", "LPAR", "LSQB", "LBRACE", "CALL_PAREN", "COMMA", "EQ",
    "ASSIGN", "RELATION", "CARET", "DOT_CARET", "BAR_OPEN", "NORM_OPEN", "SIGN_SUM", "NABLA", "PARTIAL", "WHERE",
})  # fmt: skip
_OPENS = frozenset({"LPAR", "LSQB", "LBRACE", "CALL_PAREN"})
_CLOSES = frozenset({"RPAR", "RSQB", "RBRACE"})
# the tokens that change what is open
TELLING = frozenset({"BAR", "NORM"}) | _OPENS | _CLOSES
TOUCHING = ("BAR_CLOSE", "BAR_OPEN")  # `|a||b|`: two bars that touch


class Open:
    """What is open in a text, read from its start; `previous` is the kind of the token before."""

    __slots__ = ("open", "previous")

    def __init__(self) -> None:
        self.open: list[str] = []
        self.previous: str | None = None

    def kinds(self, kind: str, text: str) -> tuple[str, ...]:
        """The kind of the next token, where it is one of TELLING; two where it is two bars."""
        if kind in ("BAR", "NORM"):
            closes = self.previous not in _BEFORE_OPERAND and bool(self.open)
            if kind == "NORM" and closes and self.open[-1] == "BAR" and text == "||":
                self.previous = "BAR_OPEN"
                return TOUCHING
            if closes and self.open[-1] == kind:
                self.open.pop()
                kind += "_CLOSE"
            else:
                self.open.append(kind)
                kind += "_OPEN"
        elif kind in _OPENS:
            self.open.append(kind)
        elif kind in _CLOSES and self.open:
            self.open.pop()
        self.previous = kind
        return (kind,)


class Bars:
    """The post-lexer: BAR and NORM become their opening or closing kind by what is open."""

    always_accept = ("BAR", "NORM")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        open_ = Open()
        for token in stream:
            kinds = open_.kinds(token.type, token)
            if kinds is TOUCHING:
                half = (token.start_pos or 0) + 1
                yield Token("BAR_CLOSE", "|", start_pos=token.start_pos, end_pos=half)
                yield Token("BAR_OPEN", "|", start_pos=half, end_pos=token.end_pos)
            else:
                yield token if kinds[0] == token.type else Token.new_borrow_pos(kinds[0], token, token)
