"""A row of LaTeX as text of the language: names, scripts, fractions, sums, functions.

What is not understood raises Unread with the reason and its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from . import words
from .derivatives import derivative
from .habits import PLAIN, Habits
from .kinds import DEEPEST_NESTING, Unread
from .names import extent, index_text, is_transpose, label, layered, letters, split, word
from .pieces import Piece, text_of
from .tree import Command, Environment, Group, Item, Items, Leaf, Script, is_bracket, is_sign, leaves

_SPACED = {"=": " = ", "+": " + ", "-": " - ", ",": ", ", ":": " : ", ":=": " := ", "∈": " ∈ ", "→": " → ", "≠": " ≠ ",
           "≤": " ≤ ", "≥": " ≥ ", "<": " < ", ">": " > ", "⊙": " ⊙ ", "⊗": " ⊗ ", "·": " · ", "×": " × ", "*": " * "}  # fmt: skip
_PLAIN = set("/|‖∂∇∑ℝᵀ⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₘₙₐₑₕₒₚᵣₛₜᵤᵥₓ")
_COMPARED = ("=", "≠", "<", ">", "≤", "≥", "∈")
_BRACKETS = {"(": "(", "[": "[", "{": "(", ")": ")", "]": "]", "}": ")"}
# an argument without brackets ends before one of these: `\log x + 1`
_ENDS_ARGUMENT = ("=", "+", "-", ",", "|", "·", "≤", "≥", "<", ">", "≠", "∈", "⊙", ":=")


@dataclass
class Writer:
    """One row or a part of it; `at` is the next item.

    `lists` says that commas may separate names; `round` are brackets that are written as round ones.
    """

    items: Items
    habits: Habits = PLAIN
    lists: bool = False
    at: int = 0
    out: list[Piece] = field(default_factory=list)
    round: list[Item] = field(default_factory=list)
    _counted: tuple[list[Piece], int, int] = field(default_factory=lambda: ([], 0, 0))
    _opened: int = 0

    def write(self) -> list[Piece]:
        while self.at < len(self.items):
            self._item(self.items[self.at])
        return self.out

    def inner(self, items: Items, lists: bool = False) -> list[Piece]:
        return Writer(items, self.habits, lists).write()

    # tools

    def _emit(self, text: str, start: int, end: int) -> None:
        self.out.append(Piece(text, start, end))

    def _next(self) -> Item | None:
        return self.items[self.at] if self.at < len(self.items) else None

    def _bracketed(self, pieces: list[Piece], start: int, end: int) -> None:
        self._emit("(", start, start)
        self.out += pieces
        self._emit(")", end, end)

    # items

    def _item(self, item: Item) -> None:
        self.at += 1
        atom = item.atom
        if _is_e(atom) and self._exponential(item):
            return
        if isinstance(atom, Command) and atom.name in words.UPRIGHT and len(word(atom.arguments[0])) > 1:
            said = word(atom.arguments[0])
            if said in words.FUNCTIONS:
                self._function(item, said)
                return
        name = letters(item)
        if name is not None:
            behind = self._next()
            if isinstance(atom, Leaf) and atom.kind == "WORD" and behind is not None and isinstance(behind.atom, Group):
                raise Unread(f"`{atom.source}` is not known", atom.start, atom.end)  # it takes something
            self._name(item, name)
        elif isinstance(atom, Leaf):
            self._leaf(item, atom)
        elif isinstance(atom, Group):
            self._group(item, atom)
        elif isinstance(atom, Environment):
            self._environment(item, atom)
        else:
            self._command(item, atom)

    def _leaf(self, item: Item, leaf: Leaf) -> None:
        kind, text = leaf.kind, leaf.text
        if kind == "NUMBER":
            self._emit(text, leaf.start, leaf.end)
            self._scripts(item)
        elif kind == "SIGN":
            self._sign(item, leaf)
        elif kind == "OPENING":
            self._opened += 1
            if self._opened > DEEPEST_NESTING:
                raise Unread(f"more than {DEEPEST_NESTING} brackets inside one another", leaf.start, leaf.end)
            self._opening(item, leaf)
        elif kind == "CLOSING":
            self._opened = max(self._opened - 1, 0)
            self._emit(")" if item in self.round else _BRACKETS.get(text, text), leaf.start, leaf.end)
            self._scripts(item)
        elif kind == "WORDS":
            self._words(item, leaf)
        elif text in words.FUNCTION_COMMANDS:
            self._function(item, text)
        elif text in words.GAPS or text in ("\\", "|"):
            pass
        elif text in words.DOTS:
            raise Unread("dots that stand for what is left out", leaf.start, leaf.end)
        else:
            raise Unread(f"`{leaf.source}` is not known", leaf.start, leaf.end)

    def _sign(self, item: Item, leaf: Leaf) -> None:
        text = leaf.text
        if text == "∑":
            self._sum(item)
        elif text == "∇" or (text == "∂" and item.scripts):
            self._operator(item, leaf)
        elif text == "ℝ":
            self._space(item)
        elif text in ("‖", "|"):
            self._emit(text, leaf.start, leaf.end)
            self._scripts(item, norm=text == "‖" or self._is_second_bar())
        elif text in _SPACED or text in _PLAIN:
            if text == "," and not self.lists and not self._in_brackets():
                raise Unread("a list of formulas", leaf.start, leaf.end)
            behind = self._next()
            if text == ":" and behind is not None and is_sign(behind, "="):
                self.at += 1
                text = ":="
            if item.scripts:
                raise Unread(f"something above or below `{leaf.source}`", item.start, item.end)
            self._emit(_SPACED.get(text, text), leaf.start, leaf.end)
        else:
            raise Unread(f"`{leaf.source}` is not read in formulas", leaf.start, leaf.end)

    def _is_second_bar(self) -> bool:
        return self.at >= 2 and is_sign(self.items[self.at - 2], "|")

    def _in_brackets(self) -> bool:
        """Is more opened than closed in what is written?  What was counted before is not counted again."""
        out, counted, opened = self._counted
        if out is not self.out or counted > len(self.out):
            counted = opened = 0
        for k in range(counted, len(self.out)):
            text = self.out[k].text
            opened += text.count("(") + text.count("[") - text.count(")") - text.count("]")
        self._counted = self.out, len(self.out), opened
        return opened > 0

    def _opening(self, item: Item, leaf: Leaf) -> None:
        if leaf.text == "⟨":
            self._inner_product(leaf)
            return
        if leaf.text == "{":
            inside, _ = self._until_closed()
            if any(is_sign(i, ":", "|") for i in inside) or len(split(inside, ",")) > 1:
                raise Unread("a set", leaf.start, leaf.end)
        if item.scripts:
            raise Unread("scripts behind an opening bracket", item.start, item.end)
        text = _BRACKETS.get(leaf.text, leaf.text)
        if text == "[":  # `W^T [a + b]` is a product; `[i = j]` is a number, `x[i]` an entry
            inside, closing = self._until_closed()
            if closing is not None and len(inside) > 1 and not any(is_sign(i, *_COMPARED) for i in inside):
                self.round.append(closing)
                text = "("
        if text == "(" and self.out and self.out[-1].text in ("ᵀ", "'"):
            text = " ("  # `1^T (x + y)` is a product whatever the name before is
        self._emit(text, leaf.start, leaf.end)

    def _inner_product(self, leaf: Leaf) -> None:
        """`⟨x, y⟩`, of vectors and of matrices."""
        inside, closing = self._until_closed()
        sides = split(inside, ",")
        if len(sides) != 2 or closing is None or closing.scripts:
            raise Unread("this is not read as an inner product", leaf.start, leaf.end)
        self.at += len(inside) + 1
        self._opened -= 1
        left, right = (self.inner(tuple(s)) for s in sides)
        self._emit("sum(", leaf.start, leaf.end)
        self._bracketed(left, leaf.end, leaf.end)
        self._emit(" ⊙ ", leaf.end, leaf.end)
        self._bracketed(right, closing.start, closing.start)
        self._emit(")", closing.start, closing.end)

    def _until_closed(self) -> tuple[Items, Item | None]:
        """What stands from here up to the bracket that closes the one before, and that bracket."""
        depth = 1
        for k in range(self.at, len(self.items)):
            atom = self.items[k].atom
            if isinstance(atom, Leaf):
                depth += (atom.kind == "OPENING") - (atom.kind == "CLOSING")
                if depth == 0:
                    return self.items[self.at : k], self.items[k]
        return self.items[self.at :], None

    def _words(self, item: Item, leaf: Leaf) -> None:
        said = leaf.text.strip()
        if said in words.FUNCTIONS:
            self._function(item, said)
        elif re.fullmatch(r"[A-Za-z]{1,12}", said):
            self._name(item, [Piece(said, leaf.start, leaf.end)])
        elif said:
            raise Unread(f"words in a formula: {said}", leaf.start, leaf.end)

    # names

    def _name(self, item: Item, name: list[Piece]) -> None:
        """A letter with its labels, indices and powers; or letters in one font, each a name."""
        if len(name) > 1:
            if item.scripts:  # `\mathbf{AB}^T` is the transpose of both
                self._bracketed(name, item.start, name[-1].end)
            else:
                self.out += name
            self._scripts(item)
            return
        text, start, end = name[0].text, name[0].start, name[0].end
        if text in ("ones", "1", "I", "0") and self._sized(item, text):
            return
        rest: list[Script] = []
        for script in item.scripts:
            if script.sign == "'" and self.habits.primes == "name":
                text, end = text + "ʹ", script.end
            elif script.sign == "_" and label(script.inside):
                text, end = text + label(script.inside), script.end
            elif script.sign == "^" and (layer := layered(script)):
                text, end = text + layer[0], script.end
                rest += layer[1]
            elif (
                script.sign == "^"
                and self.habits.primes == "name"
                and set(word(script.inside)) <= {"′", "'"}
                and script.inside
            ):
                text, end = text + "ʹ" * len(word(script.inside)), script.end
            else:
                rest.append(script)
        if "⁽" in text:  # what tells it apart stands last
            base, mark = text.split("⁽", 1)
            mark, behind = mark.split("⁾", 1)
            text = f"{base}{behind}⁽{mark}⁾"
        self._emit(text, start, end)
        if self._is_entry_of_power(text, rest):  # `F^{-1}_{ij}` is an entry of the inverse, no inverse of an entry
            self.out[-1:] = [Piece("(", start, start), self.out[-1]]
            self._counted = [], 0, 0
            self._scripts(Item(item.atom, tuple(rest[:1])))
            self._emit(")", rest[0].end, rest[0].end)
            rest = rest[1:]
        self._scripts(Item(item.atom, tuple(rest)))

    @staticmethod
    def _is_entry_of_power(text: str, scripts: list[Script]) -> bool:
        if [s.sign for s in scripts] not in (["^", "_"], ["_", "^"]):
            return False
        above, below = sorted(scripts, key=lambda s: s.sign)
        power = word(above.inside)
        inverse = power == "-1" or (power[:1] == "-" and is_transpose(above.inside[1:]))
        if (
            re.fullmatch(r"\d+", power)
            and scripts[0] is above
            and not word(below.inside).isdigit()
            and len(leaves(below.inside)) > 1
        ):
            raise Unread(f"whether `{text}` is raised to a power or its entry", above.start, above.end)
        if not (inverse or is_transpose(above.inside)) or len(leaves(below.inside)) < 2 or word(below.inside).isdigit():
            return False
        if scripts[0] is below and inverse:
            raise Unread(f"whether `{text}` is inverted or its entry", above.start, above.end)
        return scripts[0] is above

    def _sized(self, item: Item, text: str) -> bool:
        """`I_n` and `\\mathbf{1}_N`: of that size."""
        below = [s for s in item.scripts if s.sign == "_"]
        size = extent(below[0].inside) if len(below) == 1 else ""
        if (
            text not in ("I", "ones")
            or not size
            or (text == "I" and size.isdigit() and (size == "1" or self.habits.has_invariants))
            or (text == "I" and len(size) > 1 and len(leaves(below[0].inside)) > 1)
        ):
            return False
        self._emit(f"{text}({size})", item.atom.start, below[0].end)
        self._scripts(Item(item.atom, tuple(s for s in item.scripts if s is not below[0])))
        return True

    # sub- and superscripts

    def _scripts(self, item: Item, norm: bool = False) -> None:
        """Indices first, as the language writes them, then powers."""
        below: list[Piece] = []
        above: list[Piece] = []
        for script in item.scripts:
            if script.sign == "'":
                if self.habits.primes != "transpose":
                    raise Unread("a prime behind more than a name", script.start, script.end)
                above.append(Piece("'", script.start, script.end))
            elif script.sign == "_":
                if norm:
                    if word(script.inside) == "2" and self._norm_of_matrix():
                        raise Unread("the norm `2` of a matrix", script.start, script.end)
                    if word(script.inside) not in ("2", "F", "Fro", "fro"):
                        raise Unread(f"the norm `{word(script.inside)}`", script.start, script.end)
                    continue
                if below:
                    raise Unread("two subscripts", script.start, script.end)
                below.append(Piece(index_text(script.inside, script), script.start, script.end))
            else:
                above.append(Piece(self._power(script), script.start, script.end))
        self.out += below + above

    def _norm_of_matrix(self) -> bool:
        """Are there only capital letters between the bars that end here?"""
        signs = [i.atom.text if isinstance(i.atom, Leaf) else "" for i in self.items[: self.at - 1]]
        bars = [k for k, sign in enumerate(signs) if sign in ("‖", "|")]
        inside = self.items[bars[-1] + 1 : self.at - 1] if bars else ()
        names = [p.text for i in inside for p in letters(i) or ()]
        return bool(names) and all(n[0].isupper() for n in names)

    def _power(self, script: Script) -> str:
        inside, said = script.inside, word(script.inside)
        if is_transpose(inside):
            return "ᵀ"
        if said == "-1":
            return "^-1"
        if said[:1] == "-" and len(inside) > 1 and is_transpose(inside[1:]):
            return "^-T"
        if said in ("′", "'") and self.habits.primes == "transpose":
            return "'"
        if re.fullmatch(r"\d+", said):
            return f"^{said}"
        if said in ("*", "ast", "star", "dagger", "′", "'", "+", "H", "dag"):
            raise Unread(f"`^{said}`", script.start, script.end)
        if re.fullmatch(r"[(\[].*[)\]]", said):
            raise Unread(f"the superscript `{said}`", script.start, script.end)
        return f"^({text_of(self.inner(inside))})"

    def _exponential(self, item: Item) -> bool:
        """`e^{x_i}` as `exp(x_i)`; a vector or a matrix named `e` has other superscripts."""
        if [s.sign for s in item.scripts] != ["^"]:
            return False
        script = item.scripts[0]
        if is_transpose(script.inside):
            return False
        if re.fullmatch(r"-?\d|\(.*\)", word(script.inside)):
            raise Unread("a power of `e`", item.start, item.end)
        self._emit("exp(", item.start, script.start)
        self.out += self.inner(script.inside)
        self._emit(")", script.end, script.end)
        return True

    # groups, commands, environments

    def _group(self, item: Item, group: Group) -> None:
        pieces = self.inner(group.items)
        if item.scripts and len(pieces) > 1:
            self._bracketed(pieces, group.start, group.end)
        else:
            self.out += pieces
        self._scripts(item)

    def _command(self, item: Item, command: Command) -> None:
        name = command.name
        method: Callable[[Item, Command], None] | None = getattr(self, f"_do_{name}", None)
        if method is not None:
            method(item, command)
        elif name in words.FONTS:
            self._in_font(item, command)
        elif name in words.ACCENTS:
            raise Unread(f"`\\{name}` over more than a letter", command.start, command.end)
        else:
            raise Unread(f"`\\{name}` is not known", command.start, command.end)

    def _in_font(self, item: Item, command: Command) -> None:
        """A whole formula in one font, or the name of a function."""
        said = word(command.arguments[0])
        if said in words.FUNCTIONS and command.name in words.UPRIGHT and len(said) > 1:
            self._function(item, said)
            return
        if said in ("1", "0") and command.name in (
            "mathbf",
            "boldsymbol",
            "bm",
            "textbf",
            "vec",
            "mathbb",
            "mathds",
            "mathbbm",
        ):
            if said == "1" and self._indicator(item):
                return
            self._name(item, [Piece("ones" if said == "1" else "0", command.start, command.end)])
            return
        pieces = self.inner(command.arguments[0])
        if pieces:  # the command and its braces belong to what is inside
            pieces[0] = Piece(pieces[0].text, command.start, pieces[0].end)
            pieces[-1] = Piece(pieces[-1].text, pieces[-1].start, command.end)
        if item.scripts and len(pieces) > 1:
            self._bracketed(pieces, command.start, command.end)
        else:
            self.out += pieces
        self._scripts(item)

    def _indicator(self, item: Item) -> bool:
        """`\\mathbb 1[x > 0]`: 1 where that holds, else 0."""
        behind = self._next()
        if behind is None or not is_bracket(behind, "OPENING") or item.scripts:
            return False
        inside, closing = Writer(self.items, at=self.at + 1)._until_closed()
        if closing is None or not any(is_sign(i, *_COMPARED) for i in inside):
            return False
        self.at += len(inside) + 2
        self._emit("[", item.start, behind.end)
        self.out += self.inner(inside)
        self._emit("]", closing.atom.start, closing.atom.end)
        self._scripts(closing)
        return True

    def _do_operatorname(self, item: Item, command: Command) -> None:
        said = word(command.arguments[0])
        if said == "d":
            self._emit("d", command.start, command.end)
        elif said in words.FUNCTIONS:
            self._function(item, said)
        elif re.fullmatch(r"[A-Za-z]+", said):
            self._name(item, [Piece(said, command.start, command.end)])
        else:
            raise Unread(f"`{said}` is no name that is known", command.start, command.end)

    def _do_frac(self, item: Item, command: Command) -> None:
        over, under = command.arguments
        start, end = command.start, command.end
        found = derivative(over, under, start, end, self.inner)
        if found is not None:
            if item.scripts:
                raise Unread("scripts behind a derivative", item.start, item.end)
            self.out += found
            return
        above, below = self.inner(over), self.inner(under)
        opened = ["" if re.fullmatch(r"\w+", text_of(part)) else "(" for part in (above, below)]
        closed = [")" if bracket else "" for bracket in opened]
        self._emit(f"({opened[0]}", start, start)
        self.out += above
        self._emit(f"{closed[0]}/{opened[1]}", start, start)
        self.out += below
        self._emit(f"{closed[1]})", end, end)
        self._scripts(item)

    _do_dfrac = _do_tfrac = _do_cfrac = _do_nicefrac = _do_sfrac = _do_frac

    def _do_sqrt(self, item: Item, command: Command) -> None:
        self._emit("sqrt(", command.start, command.start + len("\\sqrt"))
        self.out += self.inner(command.arguments[0])
        self._emit(")", command.end, command.end)
        self._scripts(item)

    def _do_mathbb(self, item: Item, command: Command) -> None:
        said = word(command.arguments[0])
        if said == "1":
            if not self._indicator(item):
                self._name(item, [Piece("ones", command.start, command.end)])
        elif said == "I":
            self._name(item, [Piece("I", command.start, command.end)])
        elif said == "R":
            self._space(item)
        else:
            raise Unread(f"the set `{said}`", command.start, command.end)

    _do_mathds = _do_mathbbm = _do_mathbb

    def _do_underbrace(self, item: Item, command: Command) -> None:
        """With what is written below or above it left out."""
        self.out += self.inner(command.arguments[0])

    _do_overbrace = _do_underbrace

    def _do_cancel(self, item: Item, command: Command) -> None:
        raise Unread("something that is crossed out", command.start, command.end)

    def _do_textcolor(self, item: Item, command: Command) -> None:
        self.out += self.inner(command.arguments[1])
        self._scripts(item)

    _do_colorbox = _do_textcolor

    def _do_stackrel(self, item: Item, command: Command) -> None:
        """`\\stackrel{(a)}{=}`: a mark above a sign says why; a question or a demand is no claim."""
        if word(command.arguments[0]) in ("!", "?", "def", "△", "triangle", "set"):
            raise Unread("a sign that asks or demands", command.start, command.end)
        self.out += self.inner(command.arguments[1])

    _do_overset = _do_stackrel

    def _environment(self, item: Item, environment: Environment) -> None:
        from .arrays import cases  # it writes what stands in the rows

        if environment.name in words.CASES:
            pieces = cases(environment, self.inner)
            # a bracket around all of a side would sum what stands twice in it, by the convention
            behind = self._next()
            is_side = (self.at == 1 or is_sign(self.items[self.at - 2], "=", ":=")) and (
                behind is None or is_sign(behind, "=")
            )
            if is_side and not item.scripts:
                self.out += pieces
            else:
                self._bracketed(pieces, environment.start, environment.end)
            self._scripts(item)
        elif environment.name in words.ARRAYS:
            raise Unread("a matrix that is written out", environment.start, environment.end)
        else:
            raise Unread(f"`{environment.name}` is not read", environment.start, environment.end)

    # operators

    def _sum(self, item: Item) -> None:
        start, end = item.start, item.end
        bounds = {s.sign: s.inside for s in item.scripts}
        below = bounds.get("_")
        if below is None:
            raise Unread("a sum over nothing that is named", start, end)
        said = "".join(x.text for x in leaves(below) if x.kind != "WORD")
        self._emit("∑", item.atom.start, item.atom.end)
        place = (item.scripts[0].start, end)
        top = extent(bounds["^"]) or text_of(self.inner(bounds["^"])) if "^" in bounds else ""
        if re.fullmatch(r"[^\W\d_]=\d+", said) and top:
            top = top if top.isalnum() else f"({top})"
            self._emit(f"_{{{said}}}^{top} ", *place)
        elif re.fullmatch(r"[^\W\d_](,?[^\W\d_])*", said) and not top:
            names = said.replace(",", "")
            self._emit((f"_{names}" if len(names) == 1 else f"_{{{','.join(names)}}}") + " ", *place)
        elif re.fullmatch(r"[^\W\d_](,[^\W\d_])+=1", said) and top.isalnum():  # `\sum_{i,j=1}^n`
            for name in said[:-2].split(","):
                if name != said[0]:
                    self._emit("∑", *place)
                self._emit(f"_{{{name}=1}}^{top} ", *place)
        else:
            raise Unread(f"the bounds `{said}` of this sum", start, end)
        behind = self._next()
        if behind is not None and is_sign(behind, ","):  # `\sum_{j=1}^m, w_{ij} x_j`
            self.at += 1

    def _operator(self, item: Item, leaf: Leaf) -> None:
        """`\\nabla_{\\mathbf{x}}`, `\\partial_j`, `\\nabla^2`."""
        below = above = ""
        for script in item.scripts:
            if script.sign == "_":
                inner = text_of(self.inner(script.inside)).replace(" ", "")
                if len(inner) == 2 and inner.isalpha() and leaf.text == "∇":  # `∇_{xx}`
                    if inner[0] != inner[1]:
                        raise Unread("a mixed second derivative", script.start, script.end)
                    inner, above = inner[0], "²"
                below = f"_{inner}" if len(inner) == 1 else f"_{{{inner}}}"
            elif word(script.inside) == "2":
                above = "²"
            elif is_transpose(script.inside) or script.sign == "'":
                raise Unread(f"`{leaf.text}` transposed", item.start, item.end)
            else:
                raise Unread(f"this power of {leaf.text}", item.start, item.end)
        self._emit(f"{leaf.text}{above}{below} ", item.start, item.end)

    def _space(self, item: Item) -> None:
        self._emit("ℝ", item.atom.start, item.atom.end)
        if not item.scripts:
            return
        script = item.scripts[0]
        if len(item.scripts) > 1 or script.sign != "^":
            raise Unread("this space", item.start, item.end)
        parts = split(script.inside, "×", "·", ",")
        if len(parts) == 1 and len(parts[0]) == 1 and isinstance(parts[0][0].atom, Group):
            parts = split(parts[0][0].atom.items, "×", "·", ",")
        names = [extent(tuple(p)) for p in parts]
        if len(names) == 1 and not names[0]:
            inner = [i for i in parts[0] if not (isinstance(i.atom, Leaf) and i.atom.kind in ("OPENING", "CLOSING"))]
            names = [extent(tuple(p)) for p in split(inner, "×", "·", ",")]
        if not all(names):
            raise Unread("this space", script.start, script.end)
        if len(names) == 2 and names[1] == "1":  # a column
            names = names[:1]
        self._emit(f"^{names[0]}" if len(names) == 1 else f"^({'×'.join(names)})", script.start, script.end)

    # functions

    def _function(self, item: Item, name: str) -> None:
        name = words.RENAMED.get(name, name)
        self._emit(name, item.atom.start, item.atom.end)
        if any(s.sign == "_" for s in item.scripts):
            raise Unread(f"`{name}` with a subscript", item.start, item.end)
        before, self.out = self.out, []
        if item.scripts and item.scripts[0].sign == "'":
            self.out.append(Piece("'" * len(item.scripts), item.scripts[0].start, item.end))
        else:
            inverse = [s for s in item.scripts if s.sign == "^" and word(s.inside) == "-1"]
            if inverse and len(item.scripts) == 1:  # `\\tan^{-1} x` is no reciprocal
                if name not in words.INVERSES:
                    raise Unread(f"the inverse of `{name}`", item.start, item.end)
                before[-1] = Piece(words.INVERSES[name], item.start, item.end)
            else:
                self._scripts(item)
        power, self.out = self.out, before
        derivative_of = power and power[0].text.startswith("'")
        if derivative_of:
            self.out += power
        behind = self._next()
        if (
            behind is not None
            and isinstance(behind.atom, Leaf)
            and behind.atom.kind == "OPENING"
            and behind.atom.text in "([{"
        ):
            self.at += 1
            inside, closing = self._until_closed()
            if closing is None:
                raise Unread("this bracket is not closed", behind.start, behind.end)
            self.at += len(inside) + 1
            self._emit("(", behind.start, behind.end)
            self.out += self.inner(inside, lists=name in ("max", "min"))
            self._emit(")", closing.atom.start, closing.atom.end)
            self._scripts(closing)
        else:
            self._bare_argument(item, name)
        if not derivative_of:
            self.out += power

    def _bare_argument(self, item: Item, name: str) -> None:
        """`\\log x`, `\\tr A B`, `\\log|X|`: what follows up to a sign."""
        stop, depth, bars = self.at, 0, 0
        while stop < len(self.items):
            atom = self.items[stop].atom
            if stop > self.at and not depth and not bars and self._ends_bare_argument(stop):
                break
            if isinstance(atom, Leaf):
                if atom.text == "|" or atom.text == "‖":
                    if stop > self.at and not bars:
                        break
                    bars = 1 - bars
                    stop += 1
                    if not bars:
                        break
                    continue
                if (
                    depth == 0
                    and not bars
                    and (
                        atom.kind in ("CLOSING", "WORDS")
                        or (atom.kind == "SIGN" and atom.text in _ENDS_ARGUMENT)
                        or atom.text in words.GAPS
                    )
                ):
                    break
                depth += (atom.kind == "OPENING") - (atom.kind == "CLOSING")
            stop += 1
        if stop == self.at:
            raise Unread(f"`{name}` of nothing", item.start, item.end)
        inside = self.items[self.at : stop]
        self._bracketed(self.inner(inside), inside[0].start, inside[-1].end)
        self.at = stop

    def _ends_bare_argument(self, at: int) -> bool:
        """`\\sin x \\cos y`, `\\sin x e^x`: a function behind an argument is the next factor.  Whether a bracket is, nobody says."""
        before, here = self.items[at - 1], self.items[at]
        if is_bracket(here, "OPENING") and letters(before) is not None:
            inside = Writer(self.items, at=at + 1)._until_closed()[0]
            if len(inside) != 1:
                raise Unread("where the argument of a function ends", here.start, here.end)
        return _is_function(here) and not _is_function(before)


def _is_function(item: Item) -> bool:
    atom = item.atom
    if isinstance(atom, Command):
        return atom.name in words.UPRIGHT and word(atom.arguments[0]) in words.FUNCTIONS
    power_of_e = _is_e(atom) and [s.sign for s in item.scripts] == ["^"]
    return power_of_e or (isinstance(atom, Leaf) and atom.kind != "LETTER" and atom.text in words.FUNCTION_COMMANDS)


def _is_e(atom: object) -> bool:
    if isinstance(atom, Leaf):
        return atom.kind == "LETTER" and atom.text == "e"
    return isinstance(atom, Command) and atom.name == "mathrm" and word(atom.arguments[0]) == "e"
