"""An expression of the language in LaTeX, as the author of a page would write it (`style.py`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from ...lowering.report import Span
from ...notation.latex_names import letter_latex, name_latex
from ...rules.catalogue import catalogue
from ...sheets.latex_source import FONT, TALL, argument, beside, is_raised
from ...syntax.finding import COMPOUND
from ...syntax.parse import parse_statement
from ...syntax.quotients import Quotient, units
from ...syntax.tree import (
    Absolute,
    Addition,
    Call,
    Chain,
    Group,
    Indexed,
    Keyword,
    Layer,
    Name,
    Node,
    Norm,
    Num,
    Relation,
    Superscript,
    Symbol,
    Transpose,
)
from .style import Around, Style, is_inverse, meaning

_SIGNS = {"⊙": r"\odot", ".*": r"\odot", "∘": r"\odot", "⊗": r"\otimes"}
_SYMBOLS = {"∑": r"\sum", "∇": r"\nabla", "∇²": r"\nabla^2", "∂": r"\partial"}
# functions that LaTeX has a command for
TOP = r"\top"
_COMMANDS = {"exp", "log", "ln", "tanh", "sinh", "cosh", "sin", "cos", "tan", "det", "max", "min"}


class CannotWrite(Exception):
    """There is nothing in LaTeX that is read as this."""


class Writer:
    """Writes expressions near a formula; with `copies`, what stands on the page already is written as it stands there.

    In a `table` no vertical bar may stand, since that begins the next column.  `gradients` are names with the variable and the
    function that each is the gradient of; where it `lies`, the derivative is its transpose.
    """

    gradients: Mapping[str, Sequence[str]] = MappingProxyType({})
    lies = False

    def __init__(self, style: Style, formula: Span, copies: bool, table: bool):
        self.style, self.formula, self.copies, self.table = style, formula, copies, table

    def write(self, node: Node) -> str:
        copy = self._copied(node)
        if copy is not None:
            return copy
        method: Callable[[Node], str] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise CannotWrite(type(node).__name__)
        return method(node)

    def _copied(self, node: Node) -> str | None:
        if not self.copies or not isinstance(node, COMPOUND):
            return None
        source = self.style.part(node, self.formula[0])
        return None if source is None or (self.table and "|" in source) else source

    def _around(self, what: object) -> Around | None:
        found = self.style.most(what, self.formula)  # type: ignore[arg-type]
        return None if found is None or (self.table and "|" in "".join(found)) else found

    # names and numbers

    def _num(self, node: Num) -> str:
        value = node.value
        return str(value) if value.denominator == 1 else rf"\frac{{{value.numerator}}}{{{value.denominator}}}"

    def _name(self, node: Name) -> str:
        if node.text in self.gradients:
            derivative = self._derivative(node.text)
            return self.write(Transpose(node.start, node.end, derivative, False) if self.lies else derivative)
        return self._spelled(node.text, indexed=False)

    def _spelled(self, text: str, indexed: bool) -> str:
        """As the author spells it nearest, else as what he writes with indices, or without; else in the font of its like."""
        near = self.formula[0]
        known = self.style.name(text, indexed, near)
        if known is not None:
            return known
        other = self.style.name(text, not indexed, near) or ("1" if text == "ones" else name_latex(text))
        core = FONT.sub("", other).strip("{} ") if FONT.match(other) else other
        font = self.style.font(text, indexed) if len(text) == 1 or text == "ones" else None
        if font is None or not re.fullmatch(r"[A-Za-z1]|\\[A-Za-z]+", core):
            return r"\mathbf{1}" if text == "ones" else other
        if text == "ones" and not font:
            return r"\mathbf{1}"
        return f"{font}{{{core}}}" if font else core

    def _derivative(self, gradient: str, indices: str = "") -> Node:
        variable, function = self.gradients[gradient]
        tree = parse_statement(f"∂{function}/∂{variable}{indices}")[0]
        if not isinstance(tree, Relation):
            raise CannotWrite(gradient)
        return tree.sides[0]

    def _symbol(self, node: Symbol) -> str:
        return _SYMBOLS.get(node.text, node.text)

    def _indexed(self, node: Indexed) -> str:
        base, subscript = node.base, node.subscript
        text = re.sub(r"[{}\[\]\s]", "", subscript.text)
        if isinstance(base, Symbol) and base.text == "∑":
            bound = f"{text.partition('=')[0]}={subscript.lower}" if subscript.lower is not None else text
            return f"{self.style.sign('sum', _SYMBOLS['∑'])}_{self._below(bound)}"
        if isinstance(base, Name) and base.text in self.gradients:
            return self.write(self._derivative(base.text, f"_{{{text}}}"))
        if isinstance(base, Name):
            return f"{self._spelled(base.text, indexed=True)}_{self._below(text)}"
        if isinstance(base, (Symbol, Group)):
            return f"{self.write(base)}_{self._below(text)}"
        raise CannotWrite("components of components")

    def _below(self, text: str) -> str:
        letters = [letter_latex(c) for c in text]
        if len(text) == 1:
            return f"{{{letters[0]}}}" if self.style.sign("index", "") or len(letters[0]) > 1 else letters[0]
        if re.fullmatch(r"[^\W\d_]+", text):
            between = self.style.sign("indices", "")
            joined = letters[0]
            for letter in letters[1:]:
                joined = beside(joined, letter, between)
            return f"{{{joined}}}"
        return f"{{{''.join(letters)}}}"

    # scripts

    def _transpose(self, node: Transpose) -> str:
        if self.lies and isinstance(node.argument, Name) and node.argument.text in self.gradients:
            return self.write(self._derivative(node.argument.text))
        if is_inverse(node.argument):
            assert isinstance(node.argument, Superscript)
            return self._script("inverse transpose", node.argument.base, self._inverse_transpose())
        return self._script("transpose", node.argument, Around("", f"^{TOP}"))

    def _inverse_transpose(self) -> Around:
        """With the sign that transposes have: `^{-T}` beside `^T`."""
        written = self._around("transpose")
        sign = re.fullmatch(r"\^(?:\{(.*)\}|(.*))", written.behind) if written is not None else None
        return Around("", f"^{{-{(sign[1] or sign[2]) if sign is not None else TOP}}}")

    def _superscript(self, node: Superscript) -> str:
        if node.dotted:
            raise CannotWrite("a power of every entry")
        if is_inverse(node):
            return self._script("inverse", node.base, Around("", "^{-1}"))
        exponent = self.write(node.exponent.inner if isinstance(node.exponent, Group) else node.exponent)
        return self._raised(node.base, f"^{argument(exponent)}")

    def _script(self, what: str, base: Node, default: Around) -> str:
        around = self._around(what) or default
        if not around.before:
            return self._raised(base, around.behind)
        inner = self.write(base.inner if isinstance(base, Group) and around.before.endswith("{") else base)
        if re.search(r"\\[A-Za-z]+\s*\Z", around.before):  # a macro whose argument stood without braces
            return f"{around.before.rstrip()}{argument(inner)}{around.behind}"
        return f"{around.before}{inner}{around.behind}"

    def _raised(self, base: Node, script: str) -> str:
        inner = self.write(base)
        if isinstance(base, Group) and not self._is_bracketed(inner):
            inner = self._bracket(inner)
        if is_raised(inner) or (TALL.match(inner) and not isinstance(base, Symbol | Indexed)):
            inner = self._bracket(inner)
        return beside(inner, script)

    # brackets and functions

    @staticmethod
    def _is_bracketed(source: str) -> bool:
        return bool(re.match(r"(?:\\left|\\[bB]ig{1,2}l?)?\s*[(\[]", source))

    def _bracket(self, inner: str) -> str:
        is_tall = TALL.search(inner) is not None
        around = self._around("tall group" if is_tall else "group")
        if around is None or not self._is_bracketed(around.before):
            around = Around(r"\left(", r"\right)") if is_tall else Around("(", ")")
        return f"{around.before}{inner}{around.behind}"

    def _group(self, node: Group) -> str:
        inner = self.write(node.inner)
        # a fraction needs no brackets of its own
        return inner if _is_fraction(node.inner) and TALL.match(inner) else self._bracket(inner)

    def _call(self, node: Call) -> str:
        if not isinstance(node.callee, Name):
            raise CannotWrite("a function that is not named")
        name, inner = node.callee.text, ", ".join(map(self.write, node.arguments))
        around = self._around(("call", name))
        if name == "inv" and around is None:
            (matrix,) = node.arguments
            is_name = isinstance(matrix, Name)
            around = self._around("inverse") or Around("", "^{-1}")
            return self._script("inverse", matrix if is_name else Group(matrix.start, matrix.end, matrix), around)
        if name == "sqrt":
            return rf"\sqrt{{{inner}}}"
        if around is not None and around.behind:
            return f"{around.before}{inner}{around.behind}"
        if around is not None and re.fullmatch(r"\w|[^\W\d]?_\w|\\[A-Za-z]+|\\[A-Za-z]+\{\w\}", inner):
            return beside(around.before, inner)  # `\log x`, without brackets
        return beside(around.before.rstrip() if around is not None else self._function(name), self._bracket(inner))

    def _function(self, name: str) -> str:
        """A function that stands nowhere on the page: as the page writes others of its kind."""
        if name in self.style.macros or name in _COMMANDS:
            return f"\\{name}"
        known = catalogue().functions.get(name)
        if known is not None and known.latex:
            return known.latex
        calls = [what for what in self.style.around if isinstance(what, tuple) and what[0] == "call"]
        for around in filter(None, map(self._around, calls)):
            found = re.match(r"\\(operatorname|mathrm|text|mathsf)\{", around.before)
            if found is not None:
                return f"{found[0]}{name}}}"
        if len(name) == 1:
            return self._spelled(name, indexed=False)
        return rf"\operatorname{{{name}}}"

    def _keyword(self, node: Keyword) -> str:
        return rf"\text{{{node.name}}}={self.write(node.value)}"

    def _norm(self, node: Norm) -> str:
        around = self._around("norm") or (Around(r"\lVert ", r" \rVert") if self.table else Around(r"\|", r"\|"))
        return f"{around.before}{self.write(node.inner)}{around.behind}"

    def _absolute(self, node: Absolute) -> str:
        around = self._around("absolute") or (Around(r"\lvert ", r" \rvert") if self.table else Around("|", "|"))
        return f"{around.before}{self.write(node.inner)}{around.behind}"

    # products and sums

    def _chain(self, node: Chain) -> str:
        """Factors in a row; a division takes in all that stands before it."""
        done, before = "", None
        for operator, unit in units(node):
            text = self._quotient(unit) if isinstance(unit, Quotient) else self.write(unit)
            if operator == "/":
                done = self._divided(done, before, unit)
            elif operator:
                done = rf"{done} \cdot {text}"
            else:
                done = beside(done, text, self._gap(done, text, before)) if done else text
            before = unit
        return done

    def _gap(self, done: str, text: str, before: Node | None) -> str:
        """What stands between two factors."""
        if done[-1:].isdigit() and text[:1].isdigit():
            return r" \cdot "
        gap = self.style.sign("factor" if isinstance(before, Num) else "product", " ")
        return " " if not gap and (text.startswith(r"\sum") or done.endswith(")")) else gap

    def _divided(self, above: str, first: Node | None, last: Node) -> str:
        """A fraction; one of numbers as the page has it."""
        if isinstance(first, Num) and isinstance(last, Num) and above == self.write(first) and self.copies:
            half = Chain(first.start, last.end, (("", first), ("/", last)))
            known = self.style.part(Group(half.start, half.end, half), self.formula[0])
            if known is not None:
                return known
        below = self.write(last.inner if isinstance(last, Group) else last)
        if re.search(r"\\[dt]?frac(?![A-Za-z])", above):  # rather a factor than a fraction in a fraction
            return rf"\frac{{1}}{{{below}}} {above}"
        if isinstance(first, Group) and above == self.write(first):
            above = self.write(first.inner)
        return rf"\frac{{{above}}}{{{below}}}"

    def _quotient(self, unit: Quotient) -> str:
        above, below = (" ".join(map(self._differential, part)) for part in (unit.above, unit.below))
        return rf"\frac{{{above}}}{{{below}}}"

    def _differential(self, node: Node) -> str:
        if isinstance(node, Name) and node.text.startswith("d") and len(node.text) > 1:
            return beside("d", self._spelled(node.text[1:], indexed=False))
        return self.write(node)

    def _layer(self, node: Layer) -> str:
        done = ""
        for operator, part in node.items:
            if operator and operator not in _SIGNS:
                raise CannotWrite(operator)
            sign = self.style.sign(operator, _SIGNS[operator]) if operator else ""
            done = f"{done} {sign} {self.write(part)}" if operator else self.write(part)
        return done

    def _entries(self, node: Node) -> str | None:
        """`h^2` as `h \\odot h`, where the page writes the squares of entries so."""
        if not self.copies or not isinstance(node, Superscript) or meaning(node.exponent) != 2:
            return None
        base = meaning(node.base)
        known = self.style.parts.get((False, ("Layer", ((("", base), ("⊙", base)),))))
        return known[0].source if known else None

    def _addition(self, node: Addition) -> str:
        done = ""
        for sign, part in node.items:
            mark = "-" if sign < 0 else "+"
            text = self._entries(part) or self.write(part)
            done = f"{done} {mark} {text}" if done else f"-{text}" if sign < 0 else text
        return done


def _is_fraction(node: Node) -> bool:
    return isinstance(node, Chain) and len(list(units(node))) == 2 and node.items[-1][0] == "/"
