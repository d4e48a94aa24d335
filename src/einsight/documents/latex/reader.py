"""A formula in LaTeX as statements of the language, each character with the place it came from.

Each letter is a name (`\\mathbf{Wx}` is `W x`), decorations that tell names apart are part of them (`\\hat{x}` is `x̂`), others
are not (`\\mathbf{x}` is `x`). A row that begins with `=` carries the left side over. What is not understood raises Unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .macros import Endless, Macro, definition_end, expanded
from .tokens import Token, group_end, tokens


class Unread(Exception):
    """Why a formula is not read, in words, and where."""

    def __init__(self, reason: str, start: int = 0, end: int = 0):
        super().__init__(reason)
        self.reason, self.span = reason, (start, end)


@dataclass(frozen=True)
class Piece:
    """Text of the language, and the part of the source that it stands for."""

    text: str
    start: int
    end: int


@dataclass
class Statement:
    """A statement as it was written together, with the place of each character.

    `condition` is what a `\\text{if …}` behind it says.
    """

    text: str
    places: list[tuple[int, int]] = field(default_factory=list)
    condition: str = ""

    @property
    def span(self) -> tuple[int, int]:
        return (self.places[0][0], max(end for _, end in self.places)) if self.places else (0, 0)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the source that a part of the text stands for."""
        inside = self.places[start:end] or self.places[max(0, start - 1) : start] or self.places[:1]
        return min(s for s, _ in inside), max(e for _, e in inside)


_LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
GREEK = set(_LETTERS)
_VARIANTS = {"varepsilon": "ε", "vartheta": "θ", "varphi": "φ", "varrho": "ρ", "varsigma": "σ", "ell": "ℓ"}
# how a letter is set in type says nothing about which name it is
_FONTS = {
    "mathbf", "boldsymbol", "bm", "bold", "textbf", "mathrm", "mathit", "mathsf", "mathtt", "mathcal", "mathscr", "vec",
    "mathbfit", "symbf", "mathop", "underbrace", "overbrace", "underline", "boxed", "hbox", "pmb", "mathfrak", "textit",
}  # fmt: skip
_ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303",
            "widetilde": "\u0303", "dot": "\u0307", "ddot": "\u0308"}  # fmt: skip
_FUNCTIONS = {
    "exp", "log", "ln", "tanh", "sinh", "cosh", "sin", "cos", "tan", "det", "max", "min", "tr", "Tr", "trace", "diag", "vec",
    "logdet", "softmax", "sigmoid", "relu", "ReLU", "sign", "sgn", "erf", "norm", "arcsin", "arccos", "arctan", "softplus",
    "logsumexp", "inv",
}  # fmt: skip
_RENAMED = {"Tr": "tr", "trace": "tr", "ReLU": "relu", "sgn": "sign", "arcsin": "asin", "arccos": "acos", "arctan": "atan"}
_SIGNS = {
    "cdot": "·", "times": "×", "odot": "⊙", "circ": "⊙", "otimes": "⊗", "in": "∈", "to": "→", "rightarrow": "→",
    "neq": "≠", "ne": "≠", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "|": "‖", "lVert": "‖", "rVert": "‖", "Vert": "‖",
    "lvert": "|", "rvert": "|", "vert": "|", "coloneqq": ":=", "triangleq": ":=", "doteq": ":=", "ast": "*",
    "lbrack": "[", "rbrack": "]", "mid": "|",
}  # fmt: skip
_SKIPPED = {
    ",", ";", ":", "!", " ", "/", "thinspace", "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "nonumber",
    "notag", "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "Bigg", "biggl", "biggr", "Biggl",
    "Biggr", "rm", "bf", "it", "boldmath", "middle", "hfill", "centering", "enspace", "strut", "allowbreak", "noindent",
}  # fmt: skip
_DROPPED_WITH_ARGUMENT = {"tag", "label", "hspace", "vspace", "phantom", "vphantom", "hphantom", "color", "eqref", "ref", "tag*",
                          "hspace*", "vspace*", "mspace", "kern"}  # fmt: skip
_GAPS = {"quad", "qquad"}
# what stands between two formulas, each of which is a statement
_ARROWS = {"implies", "Rightarrow", "Longrightarrow", "iff", "Leftrightarrow", "Longleftrightarrow", "therefore", "Leftarrow"}
ENVIRONMENTS = {
    "equation", "align", "aligned", "gather", "gathered", "eqnarray", "split", "multline", "alignat", "alignedat", "flalign",
    "math", "displaymath", "dmath", "alns",
}  # fmt: skip
_TRANSPOSE = re.compile(r"(\\(mathsf|mathrm|mathbf|mathtt|mathit|mathcal|text|textsf|textrm|boldsymbol|rm|sf))?\{?(T|\\top|\\intercal)\}?")


def read_formula(source: str, start: int, end: int, macros: dict[str, Macro], primes: str = "name") -> list[Statement]:
    """The statements of a part of a text.  Raises Unread where one of them is not understood.

    `primes` says what `'` is: part of a `name`, or a `transpose`.
    """
    row = _without_definitions(tokens(source, start, end))
    try:
        row = expanded(row, macros)
    except Endless as macro:
        raise Unread(f"the macro {macro} expands to itself", start, end) from None
    statements: list[Statement] = []
    for line in _rows(row):
        for part in _parts(line):
            _add(statements, part, primes)
    for statement in statements:
        if statement.condition.split(" ")[0] in ("if", "when", "for", "since", "assuming", "provided"):
            raise Unread(f"a condition: {statement.condition}", *statement.span)
    return [s for s in statements if s.text.strip()]


def _without_definitions(row: list[Token]) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(row):
        behind = definition_end(row, at)
        if behind is None:
            out.append(row[at])
            at += 1
        else:
            at = behind
    return out


def _rows(row: list[Token]) -> list[list[Token]]:
    """The rows of a formula: those of its environments, and what `\\\\` separates outside of them."""
    lines: list[list[Token]] = [[]]
    depth, at = 0, 0
    while at < len(row):
        token = row[at]
        if token.text in ("\\begin", "\\end"):
            end = group_end(row, at + 1) if at + 1 < len(row) and row[at + 1].text == "{" else None
            name = "".join(t.text for t in row[at + 2 : end - 1]) if end else ""
            if end is None or name.rstrip("*") not in ENVIRONMENTS:
                raise Unread(f"`{name or token.text}` is not read yet", token.start, token.end)
            if name.startswith("alignat") or name == "alignedat":  # the number of columns
                end = group_end(row, end) or end if end < len(row) and row[end].text == "{" else end
            at = end
            lines.append([])
            continue
        depth += (token.text == "{") - (token.text == "}")
        if token.text in ("\\\\", "\\newline", "\\cr") and depth == 0:
            lines.append([])
            at += 1
            if at < len(row) and row[at].text == "[":  # the room below a row
                behind = group_end(row, at, "[", "]")
                inner = "".join(t.text for t in row[at + 1 : behind - 1]) if behind else ""
                at = behind if behind and re.fullmatch(r"-?[\d.]+(pt|em|ex|mm|cm)", inner) else at
            continue
        if token.text != "&":
            lines[-1].append(token)
        at += 1
    return [line for line in lines if line]


def _parts(line: list[Token]) -> list[tuple[list[Token], str]]:
    """What stands beside one another in a row, with the words behind each: `a = b, \\quad \\text{if } A = A^T`."""
    parts: list[tuple[list[Token], str]] = []
    part: list[Token] = []
    depth, at = 0, 0
    while at < len(line):
        token = line[at]
        depth += (token.text == "{") - (token.text == "}")
        name = token.text[1:]
        if depth == 0 and token.is_command and name in ("text", "mbox", "textrm", "intertext", "textnormal", "tag", "tag*"):
            end = group_end(line, at + 1) if at + 1 < len(line) and line[at + 1].text == "{" else None
            words = _words(line[at + 2 : end - 1]) if end else ""
            if end is not None and not name.startswith("tag") and (" " in words.strip() or words.strip() in _JOINING):
                parts.append((part, words.strip()))
                part, at = [], end
                continue
        if depth == 0 and name in _ARROWS and token.is_command:
            parts.append((part, ""))
            part, at = [], at + 1
            continue
        if depth == 0 and name in _GAPS and token.is_command:
            if part and part[-1].text in (",", ";", "."):
                parts.append((part, ""))
                part = []
            at += 1
            continue
        part.append(token)
        at += 1
    return [p for p in [*parts, (part, "")] if p[0] or p[1]]


_JOINING = {"and", "if", "where", "with", "for", "or", "so", "then", "hence", "thus", "when", "since", "i.e.", "that", "is"}


def _words(row: list[Token]) -> str:
    return "".join((" " if t.spaced else "") + t.text for t in row)


def _add(statements: list[Statement], part: tuple[list[Token], str], primes: str) -> None:
    """A part as a statement of its own, or as more links of the one before it."""
    row, words = part
    row = _trimmed(row)
    if row:
        pieces = _Reader(row, primes).read()
        text, places = _joined(pieces)
        carries = row[0].text in ("=", "+", "-", "\\cdot", "\\times") and bool(statements)
        if carries:
            before = statements[-1]
            before.places += [places[0], *places] if places else []
            before.text += " " + text
        elif text.strip():
            statements.append(Statement(text, places))
    if words and statements:
        statements[-1].condition = f"{statements[-1].condition} {words}".strip()


def _trimmed(row: list[Token]) -> list[Token]:
    """Without the punctuation of the sentence that a formula stands in."""
    end = len(row)
    while end and row[end - 1].text in (",", ".", ";", ":", "\\", "\\,", "\\;", "\\ ", "\\!", "~"):
        end -= 1
    start = 0
    while start < end and row[start].text in (",", ";", "\\,", "\\;", "\\ ", "\\!", "~"):
        start += 1
    return row[start:end]


def _joined(pieces: list[Piece]) -> tuple[str, list[tuple[int, int]]]:
    """The text, with blanks between names that would grow together."""
    text, places = "", []
    for piece in pieces:
        if not piece.text:
            continue
        if text and _grows(text[-1], piece.text[0]):
            text += " "
            places.append((piece.start, piece.start))
        text += piece.text
        places += [(piece.start, piece.end)] * len(piece.text)
    return text, places


def _grows(left: str, right: str) -> bool:
    """Would two pieces be read as one name or number, or a call?"""
    ends = left.isalnum() or "\u0300" <= left <= "\u036f" or left in ")]'‖"
    return ends and right != "ᵀ" and (right.isalnum() or right in "∂∇∑δ")


class _Reader:
    """One part of a row; `at` is the next token."""

    def __init__(self, row: list[Token], primes: str):
        self.row, self.at, self.primes = row, 0, primes
        self.out: list[Piece] = []
        self.bars = 0

    def read(self) -> list[Piece]:
        while self.at < len(self.row):
            self.factor()
        return self.out

    # tools

    def peek(self, ahead: int = 0) -> str:
        return self.row[self.at + ahead].text if self.at + ahead < len(self.row) else ""

    def emit(self, text: str, first: Token, last: Token | None = None) -> None:
        self.out.append(Piece(text, first.start, max(first.end, (last or first).end)))

    def fail(self, reason: str, token: Token | None = None) -> Unread:
        token = token or self.row[min(self.at, len(self.row) - 1)]
        return Unread(reason, token.start, token.end)

    def argument(self) -> list[Token]:
        """The group, or the one token, that comes next."""
        if self.at >= len(self.row):
            raise self.fail("something is missing behind this")
        if self.peek() != "{":
            token = self.row[self.at]
            self.at += 1
            if token.is_command and token.text[1:] in _FONTS | set(_ACCENTS) | {"operatorname", "text"} and self.peek() == "{":
                return [token, *self._group()]
            if token.text.isdigit() and len(token.text) > 1:  # `\frac12`
                self.at -= 1
                rest = Token(token.text[1:], token.start + 1, token.end)
                self.row = [*self.row[: self.at], rest, *self.row[self.at + 1 :]]
                return [Token(token.text[0], token.start, token.start + 1)]
            return [token]
        return self._group()[1:-1]

    def _group(self) -> list[Token]:
        end = group_end(self.row, self.at)
        if end is None:
            raise self.fail("this brace is not closed")
        found = self.row[self.at : end]
        self.at = end
        return found

    def inner(self, row: list[Token]) -> list[Piece]:
        return _Reader(row, self.primes).read()

    def inner_text(self, row: list[Token]) -> str:
        return _joined(self.inner(row))[0]

    # factors

    def factor(self) -> None:
        token = self.row[self.at]
        text = token.text
        if token.is_command:
            self.command(token)
        elif text == "{":
            inside = self._group()
            if inside[1:2] and inside[1].text in ("\\rm", "\\bf", "\\it", "\\sf"):
                inside = [inside[0], *inside[2:]]
            pieces = self.inner(inside[1:-1])
            needs = self.peek() in ("^", "_") and len(pieces) > 1
            if needs:
                self.emit("(", inside[0])
            self.out += pieces
            if needs:
                self.emit(")", inside[-1])
            self.scripts()
        elif text == "e" and self.peek(1) == "^" and self.peek(2) not in ("T", "\\top"):
            self.exponential(token)
        elif text.isalpha():
            self.name([token])
        elif text[0].isdigit():
            self.at += 1
            self.emit(text, token)
            self.scripts()
        elif text in ("^", "_"):
            self.scripts()
        elif text in "()[]":
            self.at += 1
            self.emit(text, token)
            if text in ")]":
                self.scripts()
        elif text in "=+-*/|,:<>":
            self.at += 1
            lists = any(t.text in ("\\in", "∈") for t in self.row)  # `a, b \\in \\mathbb{R}^n`
            if text == "," and not lists and not self._in_brackets():
                raise self.fail("a list of formulas", token)
            spaced = {"=": " = ", "+": " + ", "-": " - ", "|": "|", ",": ", ", ":": " : "}.get(text, text)
            if text == ":" and self.peek() == "=":
                self.at += 1
                spaced = " := "
            self.emit(spaced, token)
            if text == "|":
                self.scripts()
        elif text == "'":
            raise self.fail("a prime without a name", token)
        elif text == "~":
            self.at += 1
        elif text in "∂∇∑∈ℝ⊙⊗·×→ᵀ‖":
            self.at += 1
            self.emit(text, token)
        else:
            raise self.fail(f"`{text}` is not read in formulas", token)

    def _in_brackets(self) -> bool:
        text = "".join(p.text for p in self.out)
        return text.count("(") + text.count("[") > text.count(")") + text.count("]")

    def command(self, token: Token) -> None:
        name = token.text[1:]
        method: Callable[[Token], None] | None = getattr(self, f"_do_{name}", None) if name.isalpha() else None
        if method is not None:
            self.at += 1
            method(token)
        elif name in GREEK or name in _VARIANTS:
            self.name([token])
        elif name in _FONTS and not self._is_letters(name):
            self.at += 1
            self.group_of(token)
        elif name in _FONTS or name in _ACCENTS:
            self.name([token])
        elif name in _FUNCTIONS:
            self.at += 1
            self.function(token, name)
        elif name in _SIGNS:
            self.at += 1
            sign = _SIGNS[name]
            self.emit(f" {sign} " if sign not in "‖|[]" else sign, token)
            if sign == "‖" and self.peek() == "_":
                self.at += 1
                which = "".join(t.text for t in self.argument()).strip("{}")
                if which not in ("2", "F", "\\text{F", "\\mathrm{F", "\\mathsf{F", "\\rmF"):
                    raise self.fail(f"the norm `{which}`", token)
            if sign in "‖|":
                self.scripts()
        elif name in _SKIPPED or name in _GAPS:
            self.at += 1
            if name in ("left", "right", "middle") and self.peek() == ".":
                self.at += 1
        elif name in _DROPPED_WITH_ARGUMENT:
            self.at += 1
            self.argument()
        elif name in ("{", "}"):
            raise self.fail("a set", token)
        elif name in ("dots", "cdots", "ldots", "vdots", "ddots"):
            raise self.fail("dots that stand for what is left out", token)
        else:
            raise self.fail(f"`{token.text}` is not known", token)

    def function(self, token: Token, name: str) -> None:
        name = _RENAMED.get(name, name)
        self.emit(name, token)
        if self.peek() == "_":
            raise self.fail(f"`{name}` with a subscript")
        power: list[Piece] = []
        if self.peek() == "^":
            before, self.out = self.out, []
            self.scripts()
            power, self.out = self.out, before
        while self.peek() in ("\\left", "\\,", "\\!", "\\bigl", "\\Bigl", "\\big", "\\Big", "\\;", "\\ "):
            self.at += 1
        if self.peek() in ("(", "["):
            self.brackets()
        elif self.at < len(self.row):  # `\log x`, `\tr A B`: what follows up to a sign
            start = self.row[self.at]
            self.emit("(", start)
            stop = self.at
            depth = 0
            while stop < len(self.row):
                text = self.row[stop].text
                if depth == 0 and (text in ("=", "+", "-", ",", ")", "]", "\\right", "|") or text in ("\\cdot", "\\quad", "\\text")):
                    break
                depth += (text in "([{") - (text in ")]}")
                stop += 1
            if stop == self.at:
                raise self.fail(f"`{name}` of nothing")
            self.out += self.inner(self.row[self.at : stop])
            self.emit(")", self.row[stop - 1])
            self.at = stop
        self.out += power

    def exponential(self, token: Token) -> None:
        """`e^{x_i}` as `exp(x_i)`; a vector or a matrix named `e` has other superscripts."""
        self.at += 2
        inside = self.argument()
        last = self.row[self.at - 1]
        word = "".join(t.text for t in inside)
        if _TRANSPOSE.fullmatch(word) or re.fullmatch(r"-?\d|\(.*\)", word):
            raise self.fail("a power of `e`", token)
        self.emit("exp(", token)
        self.out += self.inner(inside)
        self.emit(")", last)

    def brackets(self) -> None:
        """A bracket with what is inside, and its sub- and superscripts."""
        opening = self.peek()
        closing = {"(": ")", "[": "]"}[opening]
        end = group_end(self.row, self.at, opening, closing)
        if end is None:
            raise self.fail("this bracket is not closed")
        inside = self.row[self.at : end]
        self.at = end
        if inside[-2].text in ("\\right", "\\bigr", "\\Bigr", "\\big", "\\Big"):
            inside = [*inside[:-2], inside[-1]]
        self.emit("(", inside[0])
        self.out += self.inner(inside[1:-1])
        self.emit(")", inside[-1])

    # names

    def name(self, first: list[Token]) -> None:
        """A letter with its decorations, subscripts and superscripts; or letters in one font, each a name."""
        start = self.row[self.at]
        try:
            letters = self._letters()
        except _Function as found:
            self.function(found.token, found.name)
            return
        for text, token, last in letters[:-1]:
            self.emit(text, token, last)
        text, token, last = letters[-1]
        if len(letters) > 1 and self.peek() in ("^", "_"):
            # `\mathbf{AB}^T` is the transpose of both
            self.out[len(self.out) - len(letters) + 1 : len(self.out) - len(letters) + 1] = [Piece("(", start.start, start.start)]
            self.emit(text, token, last)
            self.emit(")", last)
            self.scripts()
            return
        text, last = self._labelled(text, last)
        self.emit(text, token, last)
        self.scripts()

    def _is_letters(self, font: str) -> bool:
        """Does the font that comes next hold letters alone, each of which is a name?"""
        if self.peek(1) != "{":
            return True
        end = group_end(self.row, self.at + 1) or len(self.row)
        inside = self.row[self.at + 2 : end - 1]
        word = "".join(t.text for t in inside)
        known = GREEK | _FONTS | set(_ACCENTS) | set(_VARIANTS)
        return word in ("1", "0") or all(t.text in "{}" or t.text.isalpha() or t.text[1:] in known for t in inside)

    def group_of(self, token: Token) -> None:
        """A whole formula in one font."""
        inside = self.argument()
        last = self.row[self.at - 1]
        pieces = self.inner(inside)
        if pieces:  # the command and its braces belong to what is inside
            pieces[0] = replace(pieces[0], start=token.start)
            pieces[-1] = replace(pieces[-1], end=last.end)
        brackets = self.peek() in ("^", "_") and len(pieces) > 1
        if brackets:
            self.emit("(", token, token)
        self.out += pieces
        if brackets:
            self.emit(")", last)
        self.scripts()

    def _letters(self) -> list[tuple[str, Token, Token]]:
        token = self.row[self.at]
        name = token.text[1:]
        self.at += 1
        if not token.is_command:
            return [(token.text, token, token)]
        if name in GREEK:
            return [(_LETTERS[name], token, token)]
        if name in _VARIANTS:
            return [(_VARIANTS[name], token, token)]
        if name in _ACCENTS:
            inside = self.argument()
            letters = _Reader(inside, self.primes)._all_letters()
            if len(letters) != 1:
                raise self.fail(f"`{token.text}` over more than a letter", token)
            return [(letters[0][0] + _ACCENTS[name], token, self.row[self.at - 1])]
        inside = self.argument()
        word = "".join(t.text for t in inside)
        if name in ("mathrm", "mathop", "mathsf", "mathtt", "textrm") and word in _FUNCTIONS:
            raise _Function(word, token)
        if word == "1" and name in ("mathbf", "boldsymbol", "bm", "mathbb", "textbf"):
            return [("ones", token, self.row[self.at - 1])]
        if word == "0":
            return [("0", token, self.row[self.at - 1])]
        letters = _Reader(inside, self.primes)._all_letters()
        if not letters or (len(letters) > 1 and name in ("mathrm", "mathsf", "mathtt") and len(word) > 2):
            raise self.fail(f"`{word}` is no name that is known", token)
        (first, _, first_end), last = letters[0], self.row[self.at - 1]
        if len(letters) == 1:
            return [(first, token, last)]
        # the command and its braces belong to the letters at both ends
        return [(first, token, first_end), *letters[1:-1], (letters[-1][0], letters[-1][1], last)]

    def _all_letters(self) -> list[tuple[str, Token, Token]]:
        found: list[tuple[str, Token, Token]] = []
        while self.at < len(self.row):
            token = self.row[self.at]
            if not (token.text.isalpha() or (token.is_command and token.text[1:] in GREEK | _FONTS | set(_ACCENTS) | set(_VARIANTS))):
                raise self.fail("letters and signs in one font", token)
            found += self._letters()
        return found

    def _labelled(self, text: str, last: Token) -> tuple[str, Token]:
        """With the words below it (`b_{out}`) and the primes, where they are part of the name."""
        while self.peek() == "'" and self.primes == "name":
            text, last = text + "ʹ", self.row[self.at]
            self.at += 1
        if self.peek() == "_":
            here = self.at
            self.at += 1
            inside = self.argument()
            label = self._label(inside)
            if label:
                return text + label, self.row[self.at - 1]
            self.at = here
        return text, last

    @staticmethod
    def _label(inside: list[Token]) -> str:
        """The word of a subscript that is no index: in an upright font, or of three letters and more."""
        word = "".join(t.text for t in inside)
        found = re.fullmatch(r"\\(?:text|mathrm|operatorname|textrm|mathit|textit|rm|mathsf)\{?([A-Za-z]{2,})\}?", word)
        if found:
            return found[1]
        return word if re.fullmatch(r"[a-z]{3,}", word) and len(set(word)) == len(word) and not any(t.spaced for t in inside[1:]) and word in _LABELS else ""

    # sub- and superscripts

    def scripts(self) -> None:
        """`_` and `^` in either order: indices first, as the language writes them."""
        subscript: list[Piece] = []
        superscript: list[Piece] = []
        while self.peek() in ("^", "_", "'"):
            sign = self.row[self.at]
            self.at += 1
            if sign.text == "'":
                if self.primes != "transpose":
                    raise self.fail("a prime behind more than a name", sign)
                superscript.append(Piece("'", sign.start, sign.end))
                continue
            inside = self.argument()
            last = self.row[self.at - 1]
            if sign.text == "_":
                if subscript:
                    raise self.fail("two subscripts", sign)
                subscript = [Piece(self.indices(inside, sign), sign.start, last.end)]
            else:
                superscript.append(Piece(self.power(inside, sign), sign.start, last.end))
        self.out += subscript + superscript

    def indices(self, inside: list[Token], sign: Token) -> str:
        parts = []
        for token in inside:
            if token.is_command and token.text[1:] in _SKIPPED:
                continue
            if token.is_command and token.text[1:] in GREEK:
                parts.append(_LETTERS[token.text[1:]])
            elif token.text in "{}" or (token.is_command and token.text[1:] in _FONTS):
                continue
            elif re.fullmatch(r"[A-Za-z0-9,+\-=]+", token.text):
                parts.append(token.text)
            else:
                raise self.fail("this subscript", token)
        text = "".join(parts)
        if not text:
            raise self.fail("an empty subscript", sign)
        return f"_{text}" if len(text) == 1 else f"_{{{text}}}"

    def power(self, inside: list[Token], sign: Token) -> str:
        word = "".join(t.text for t in inside).replace("\\,", "").replace("\\!", "").strip()
        if word.startswith("{") and word.endswith("}"):
            word = word[1:-1]
        if _TRANSPOSE.fullmatch(word):
            return "ᵀ"
        if word in ("-1", "{-1}"):
            return "^-1"
        if word.startswith("-") and _TRANSPOSE.fullmatch(word[1:]):
            return "^-T"
        if word in ("\\prime", "'") and self.primes == "transpose":
            return "'"
        if re.fullmatch(r"\d+", word):
            return f"^{word}"
        if word in ("*", "\\ast", "\\star", "\\dagger", "\\prime", "+", "H"):
            raise self.fail(f"`^{word}`", sign)
        if re.fullmatch(r"\(?\[?\d+\]?\)?", word) or re.fullmatch(r"[(\[].*[)\]]", word):
            raise self.fail(f"the superscript `{word}`", sign)
        return f"^({self.inner_text(inside)})"

    # commands

    def _do_frac(self, token: Token) -> None:
        over, under = self.argument(), self.argument()
        last = self.row[self.at - 1]
        derivative = _Derivative.of(over, under, self)
        if derivative is not None:
            self.out += derivative.pieces(token, last)
            return
        above, below = (self.inner(part) for part in (over, under))
        texts = [_joined(part)[0] for part in (above, below)]
        opened, closed = zip(*(("", "") if re.fullmatch(r"\w+", text) else ("(", ")") for text in texts), strict=True)
        self.emit(f"({opened[0]}", token, token)
        self.out += above
        self.emit(f"{closed[0]}/{opened[1]}", token, token)
        self.out += below
        self.emit(f"{closed[1]})", last)
        self.scripts()

    _do_dfrac = _do_tfrac = _do_cfrac = _do_frac

    def _do_sqrt(self, token: Token) -> None:
        if self.peek() == "[":
            raise self.fail("a root of another order")
        self.emit("sqrt(", token)
        self.out += self.inner(self.argument())
        self.emit(")", self.row[self.at - 1])
        self.scripts()

    def _do_sum(self, token: Token) -> None:
        self.emit("∑", token)
        while self.peek() in ("\\limits", "\\nolimits"):
            self.at += 1
        bounds: dict[str, tuple[list[Token], Token]] = {}
        while self.peek() in ("^", "_"):
            sign = self.row[self.at]
            self.at += 1
            bounds[sign.text] = (self.argument(), sign)
        below = bounds.get("_")
        if below is None:
            raise self.fail("a sum over nothing that is named", token)
        text = "".join(_LETTERS.get(t.text[1:], t.text) if t.is_command else t.text for t in below[0] if t.text not in ("\\,",))
        start, end = below[1].start, self.row[self.at - 1].end
        if re.fullmatch(r"[^\W\d_]=\d+", text) and "^" in bounds:
            top = self.inner_text(bounds["^"][0])
            top = top if top.isalnum() else f"({top})"
            self.out.append(Piece(f"_{{{text}}}^{top} ", start, end))
        elif re.fullmatch(r"[^\W\d_](,?[^\W\d_])*", text) and "^" not in bounds:
            names = text.replace(",", "")
            self.out.append(Piece((f"_{names}" if len(names) == 1 else f"_{{{','.join(names)}}}") + " ", start, end))
        else:
            raise self.fail(f"the bounds `{text}` of this sum", token)
        if self.peek() == ",":  # `\sum_{j=1}^m, w_{ij} x_j`
            self.at += 1

    def _do_nabla(self, token: Token) -> None:
        self._operator(token, "∇")

    def _do_partial(self, token: Token) -> None:
        if self.peek() == "_":
            self._operator(token, "∂")
        else:
            self.emit("∂", token)

    def _operator(self, token: Token, sign: str) -> None:
        """`\\nabla_{\\mathbf{x}}`, `\\partial_j`, `\\nabla^2`."""
        text, last = sign, token
        while self.peek() in ("_", "^"):
            which = self.peek()
            self.at += 1
            inside = self.argument()
            last = self.row[self.at - 1]
            if which == "^":
                if "".join(t.text for t in inside) != "2":
                    raise self.fail(f"this power of {sign}", token)
                text = f"{sign}²{text[1:]}"
            else:
                inner = self.inner_text(inside).replace(" ", "")
                text += f"_{inner}" if len(inner) == 1 else f"_{{{inner}}}"
        self.emit(f"{text} ", token, last)

    def _do_operatorname(self, token: Token) -> None:
        inside = self.argument()
        self.function(token, "".join(t.text for t in inside).strip())

    def _do_text(self, token: Token) -> None:
        inside = self.argument()
        word = _words(inside).strip()
        if word in _FUNCTIONS:
            self.function(token, word)
        elif re.fullmatch(r"[A-Za-z]{1,12}", word):
            text, last = self._labelled(word, self.row[self.at - 1])
            if len(word) == 1 or self.peek() != "(":
                self.emit(text, token, last)
                self.scripts()
            else:
                self.function(token, word)
        elif not word:
            return
        else:
            raise self.fail(f"words in a formula: {word}", token)

    _do_textrm = _do_mbox = _do_textsf = _do_texttt = _do_text

    def _do_mathbb(self, token: Token) -> None:
        word = "".join(t.text for t in self.argument())
        if word == "1":
            self.emit("ones", token, self.row[self.at - 1])
            return
        if word != "R":
            raise self.fail(f"the set `{word}`", token)
        self._space(token)

    def _space(self, token: Token) -> None:
        self.emit("ℝ", token)
        if self.peek() != "^":
            return
        sign = self.row[self.at]
        self.at += 1
        inside = self.argument()
        last = self.row[self.at - 1]
        inside = [t for t in inside if t.text not in ("\\,", "\\!", "\\;", "{", "}") and not (t.is_command and t.text[1:] in _SKIPPED)]
        extents = [[]] if inside else []  # type: list[list[str]]
        for t in inside:
            if t.text in ("\\times", "\\cdot", "×", ","):
                extents.append([])
            else:
                extents[-1].append(_LETTERS.get(t.text[1:], t.text) if t.is_command else t.text)
        names = ["".join(e) for e in extents]
        if not all(re.fullmatch(r"[^\W_]+", n) for n in names):
            raise self.fail("this space", sign)
        self.out.append(Piece(f"^{names[0]}" if len(names) == 1 else f"^({'×'.join(names)})", sign.start, last.end))

    def _do_R(self, token: Token) -> None:
        self._space(token)

    _do_Reals = _do_reals = _do_RR = _do_R

    def _do_underset(self, token: Token) -> None:
        raise self.fail("something below a sign", token)

    def _do_boxed(self, token: Token) -> None:
        self.out += self.inner(self.argument())

    def _do_underbrace(self, token: Token) -> None:
        self.out += self.inner(self.argument())
        if self.peek() in ("_", "^"):
            self.at += 1
            self.argument()

    _do_overbrace = _do_underbrace

    def _do_d(self, token: Token) -> None:
        self.emit("d", token)

    _do_dif = _do_ud = _do_diff = _do_d


_LABELS = {"new", "old", "out", "max", "min", "opt", "reg", "train", "test", "in"}


class _Function(Exception):
    """A function's name in an upright font."""

    def __init__(self, name: str, token: Token):
        self.name, self.token = name, token


@dataclass
class _Derivative:
    """`\\frac{\\partial y_i}{\\partial x_j}`, with a function of any kind above."""

    order: str
    above: list[Piece]
    below: list[list[Piece]]
    simple: bool

    @staticmethod
    def of(over: list[Token], under: list[Token], reader: _Reader) -> _Derivative | None:
        over, under = _plain(over), _plain(under)
        if not over or not under or _sign(over) is None or _sign(under) is None:
            return None
        rest = over[1:]
        order = ""
        if rest[:1] and rest[0].text == "^":
            inner = _Reader(rest[1:], reader.primes)
            order = "".join(t.text for t in inner.argument())
            rest = rest[1 + inner.at :]
            if order != "2":
                raise Unread(f"a derivative of order {order}", over[0].start, over[-1].end)
        below: list[list[Piece]] = []
        at = 0
        while at < len(under):
            if _sign(under[at:]) is None:
                return None
            at += 1
            stop = at + 1
            depth = 0
            while stop <= len(under) and (depth or stop == at + 1 or (stop < len(under) and _sign(under[stop:]) is None)):
                if stop < len(under):
                    depth += (under[stop].text == "{") - (under[stop].text == "}")
                elif stop >= len(under):
                    break
                stop += 1
            variable = under[at:stop]
            if not variable:
                return None
            below.append(reader.inner(variable))
            at = stop
        above = reader.inner(rest) if rest else []
        text = _joined(above)[0]
        simple = bool(re.fullmatch(r"[^\W\d_][\u0300-\u036f]?ʹ*\w*?(_\w|_\{[\w,+\-]+\})?", text)) and " " not in text
        return _Derivative(order, above, below, simple)

    def pieces(self, token: Token, last: Token) -> list[Piece]:
        start, end = token.start, last.end
        here: Callable[[str], Piece] = lambda text: Piece(text, start, end)  # noqa: E731
        power = "²" if self.order == "2" else ""
        out = [here(f" ∂{power}")]
        if self.simple:
            out += self.above
        out.append(here("/"))
        for variable in self.below:
            out += [here("∂"), *variable]
        out.append(here(" "))
        if self.above and not self.simple:
            out += [here("("), *self.above, here(")")]
        return out


def _plain(row: list[Token]) -> list[Token]:
    """Without spacing, and without the font of an upright d."""
    out: list[Token] = []
    k = 0
    while k < len(row):
        name = row[k].text[1:] if row[k].is_command else ""
        if name in ("mathrm", "text", "mathop", "rm", "mathit", "operatorname") and [t.text for t in row[k + 1 : k + 4]] == ["{", "d", "}"]:
            out.append(Token("d", row[k].start, row[k + 3].end))
            k += 4
        elif name in _SKIPPED and name not in ("left", "right"):
            k += 1
        else:
            out.append(row[k])
            k += 1
    return out


def _sign(row: list[Token]) -> str | None:
    if row[0].text in ("\\partial", "∂", "\\d", "\\dif", "\\ud", "\\diff"):
        return "∂"
    return "d" if row[0].text == "d" else None
