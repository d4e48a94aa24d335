"""`|x|` and `‖x‖`: the same sign opens and closes, so the lexer's tokens are told apart here."""

from __future__ import annotations

from collections.abc import Iterator

from lark import Token

# a bar after one of these begins something; after anything else it closes what is open
_BEFORE_OPERAND = frozenset({
    None, "SIGN", "CHAIN_OPERATOR", "LAYER_OPERATOR", "LPAR", "LSQB", "LBRACE", "CALL_PAREN", "COMMA", "EQ",
    "ASSIGN", "RELATION", "CARET", "DOT_CARET", "BAR_OPEN", "NORM_OPEN", "SIGN_SUM", "NABLA", "PARTIAL", "WHERE",
})  # fmt: skip
_OPENS = {"LPAR", "LSQB", "LBRACE", "CALL_PAREN"}
_CLOSES = {"RPAR", "RSQB", "RBRACE"}


class Bars:
    """The post-lexer: BAR and NORM become their opening or closing kind by what is open."""

    always_accept = ("BAR", "NORM")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        open_: list[str] = []
        previous: str | None = None
        for token in stream:
            kind = token.type
            if kind in ("BAR", "NORM"):
                closes = previous not in _BEFORE_OPERAND and bool(open_)
                if kind == "NORM" and closes and open_[-1] == "BAR" and token == "||":
                    # `|a||b|`: two bars that touch
                    half = (token.start_pos or 0) + 1
                    yield Token("BAR_CLOSE", "|", start_pos=token.start_pos, end_pos=half)
                    yield Token("BAR_OPEN", "|", start_pos=half, end_pos=token.end_pos)
                    previous = "BAR_OPEN"
                    continue
                if closes and open_[-1] == kind:
                    open_.pop()
                    kind += "_CLOSE"
                else:
                    open_.append(kind)
                    kind += "_OPEN"
                token = Token.new_borrow_pos(kind, token, token)
            elif kind in _OPENS:
                open_.append(kind)
            elif kind in _CLOSES and open_:
                open_.pop()
            previous = kind
            yield token
