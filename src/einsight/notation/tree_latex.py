"""A formula as it was written, in LaTeX: from its tree, so that matrix notation is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ..lowering.function_table import ROW
from ..lowering.names import CONSTANTS, canonical_name
from ..rules.catalogue import catalogue
from ..syntax.parse import parse_statement
from ..syntax.quotients import Quotient, units
from ..syntax.tree import (
    Absolute,
    Addition,
    Array,
    Call,
    Chain,
    Group,
    Indexed,
    Iverson,
    Keyword,
    Layer,
    Name,
    Node,
    Norm,
    Num,
    Quoted,
    Relation,
    Superscript,
    Symbol,
    Transpose,
)
from ..terms.term import Term
from .latex_names import name_latex, raised_latex, transposed_latex
from .quoting import in_text

_LAYERS = {"⊙": r"\odot", ".*": r"\odot", "∘": r"\odot", "⊗": r"\otimes", "./": r"\oslash"}
_RELATIONS = {"≠": r"\neq", "!=": r"\neq", "≤": r"\leq", "<=": r"\leq", "≥": r"\geq", ">=": r"\geq"}
_SYMBOLS = {"∑": r"\sum", "∇": r"\nabla", "∇²": r"\nabla^2", "∂": r"\partial"}

# what is put around the LaTeX of the part of the text from one offset to another
Wrap = Callable[[int, int, str], str]


def formula_latex(text: str, wrap: Wrap | None = None, numbered: Collection[str] = ()) -> str:
    """LaTeX of a formula; the text itself, in `\\text`, where it does not read.

    `wrap` may mark parts of it. `numbered` are the names that end in a number, `W_1`: they look as in index form.
    """
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation):
        return rf"\text{{{in_text(text)}}}"
    return relation_latex(tree, wrap, numbered)


def relation_latex(tree: Relation, wrap: Wrap | None = None, numbered: Collection[str] = ()) -> str:
    """The same of a tree."""
    write = _Writer(wrap, numbered).latex
    out = (" := " if tree.assigns else " = ").join(write(s) for s in tree.sides)
    if tree.bindings:
        named = r",\; ".join(f"{write(left)} = {write(right)}" for left, right in tree.bindings)
        out += rf" \quad\text{{where }} {named}"
    return out


def numbered_in(term: Term) -> frozenset[str]:
    """The names in a term that end in a number, `W_1`, which are no components."""
    return frozenset(t.name for t in term.depends if "_" in t.name)


class _Writer:
    """A method a kind of node."""

    def __init__(self, wrap: Wrap | None, numbered: Collection[str]):
        self._wrap = wrap
        self._numbered = numbered

    def latex(self, node: Node) -> str:
        text = str(getattr(self, f"_{type(node).__name__.lower()}")(node))
        return text if self._wrap is None else self._wrap(node.start, node.end, text)

    def _num(self, node: Num) -> str:
        value = node.value
        return str(value) if value.denominator == 1 else rf"\frac{{{value.numerator}}}{{{value.denominator}}}"

    def _name(self, node: Name) -> str:
        return name_latex("π" if node.text in CONSTANTS else node.text)

    def _symbol(self, node: Symbol) -> str:
        return _SYMBOLS.get(node.text, node.text)

    def _group(self, node: Group) -> str:
        return rf"\left({self.latex(node.inner)}\right)"

    def _array(self, node: Array) -> str:
        rows = [e.entries if isinstance(e, Array) else (e,) for e in node.entries]
        inside = r" \\ ".join(" & ".join(map(self._plain, row)) for row in rows)
        return rf"\begin{{bmatrix}} {inside} \end{{bmatrix}}"

    def _plain(self, node: Node) -> str:
        """Without the brackets that a fraction makes needless."""
        return self.latex(node.inner if isinstance(node, Group) else node)

    def _indexed(self, node: Indexed) -> str:
        base, subscript = node.base, node.subscript.text.strip("[]{}")
        if node.subscript.problem:
            subscript = rf"\text{{{in_text(subscript)}}}"
        if isinstance(base, Name) and f"{base.text}_{subscript}" in self._numbered:
            return name_latex(f"{base.text}_{subscript}")
        if isinstance(base, Indexed) and isinstance(base.base, Symbol):  # `∇_W_1`
            return f"{self.latex(base.base)}_{{{name_latex(f'{base.subscript.text}_{subscript}')}}}"
        if isinstance(base, Indexed) and isinstance(base.base, Name):  # `W_1_ij`, a component of `W_1`
            return f"{name_latex(f'{base.base.text}_{base.subscript.text}')}_{{{subscript}}}"
        if node.subscript.lower is not None:
            return f"{self.latex(base)}_{{{subscript.partition('=')[0]}={node.subscript.lower}}}"
        return f"{self.latex(base)}_{{{subscript}}}"

    def _transpose(self, node: Transpose) -> str:
        inner = node.argument
        if isinstance(inner, Superscript) and self._is_inverse(inner):
            return transposed_latex(self.latex(inner.base), r"-\top")
        if isinstance(inner, (Superscript, Transpose)):  # one superscript each
            return rf"\left({self.latex(inner)}\right)^{{\top}}"
        return transposed_latex(self.latex(inner))

    def _is_inverse(self, node: Superscript) -> bool:
        exponent = _NoMarks.latex(node.exponent.inner if isinstance(node.exponent, Group) else node.exponent)
        return exponent == "-1" and not isinstance(node.base, Transpose)

    def _superscript(self, node: Superscript) -> str:
        base = self.latex(node.base)
        if isinstance(node.base, (Superscript, Transpose)):
            base = rf"\left({base}\right)"
        mark = r"\circ " if node.dotted else ""
        return raised_latex(base, f"{mark}{self._plain(node.exponent)}")

    def _call(self, node: Call) -> str:
        inner = ", ".join(map(self.latex, node.arguments))
        callee = node.callee
        if isinstance(callee, Indexed) and isinstance(callee.base, Name):
            joined = f"{callee.base.text}_{callee.subscript.text}"
            if joined in ROW:
                return rf"\operatorname{{{in_text(joined)}}}\left({inner}\right)"
        if isinstance(callee, Name):
            if callee.text == "sqrt":
                return rf"\sqrt{{{inner}}}"
            if callee.text == "norm" and len(node.arguments) == 1:
                return rf"\left\lVert {inner} \right\rVert"
            if callee.text == "inv":
                plain = len(node.arguments) == 1 and isinstance(node.arguments[0], Name)
                return raised_latex(inner, "-1") if plain else rf"\left({inner}\right)^{{-1}}"
            found = catalogue().functions.get(callee.text)
            name = found.latex if found and found.latex else None
            if name is None:
                operator = len(callee.text) > 1
                name = rf"\operatorname{{{callee.text}}}" if operator else callee.text
            return rf"{name}\left({inner}\right)"
        return rf"{self.latex(callee)}\left({inner}\right)"

    def _keyword(self, node: Keyword) -> str:
        return rf"\text{{{in_text(node.name)}}}={self.latex(node.value)}"

    def _quoted(self, node: Quoted) -> str:
        return rf"\text{{{in_text(node.text)}}}"

    def _iverson(self, node: Iverson) -> str:
        relation = _RELATIONS.get(node.relation, node.relation)
        return rf"\left[{self.latex(node.left)} {relation} {self.latex(node.right)}\right]"

    def _absolute(self, node: Absolute) -> str:
        return rf"\left|{self.latex(node.inner)}\right|"

    def _norm(self, node: Norm) -> str:
        return rf"\left\lVert {self.latex(node.inner)} \right\rVert"

    def _chain(self, node: Chain) -> str:
        """Factors in a row; a division takes in all that stands before it."""
        rows = list(units(node))
        done = ""
        for k, (operator, unit) in enumerate(rows):
            is_divided = k + 1 < len(rows) and rows[k + 1][0] == "/"
            if isinstance(unit, Quotient):
                text = self._quotient(unit)
            else:
                text = self._plain(unit) if operator == "/" or (k == 0 and is_divided) else self.latex(unit)
            done = rf"\frac{{{done}}}{{{text}}}" if operator == "/" else f"{done} {text}".strip()
        return done

    def _quotient(self, unit: Quotient) -> str:
        """`∂y/∂x`."""
        above, below = (" ".join(map(self._differential, part)) for part in (unit.above, unit.below))
        text = rf"\frac{{{above}}}{{{below}}}"
        return text if self._wrap is None else self._wrap(unit.start, unit.end, text)

    def _differential(self, node: Node) -> str:
        """`dx`, where `x` is the variable."""
        if isinstance(node, Name) and node.text.startswith("d") and len(canonical_name(node.text[1:])) == 1:
            return f"d{name_latex(canonical_name(node.text[1:]))}"
        if isinstance(node, Indexed) and isinstance(node.base, Name) and node.base.text.startswith("d"):
            name = f"{node.base.text[1:]}_{node.subscript.text}"
            if name in self._numbered:
                return f"d{name_latex(name)}"
            return f"{self._differential(node.base)}_{{{node.subscript.text.strip('[]{}')}}}"
        if isinstance(node, Indexed) and isinstance(node.base, Indexed):  # `dW_1_ij`
            inner = node.base
            if isinstance(inner.base, Name) and inner.base.text.startswith("d"):
                name = f"{inner.base.text[1:]}_{inner.subscript.text}"
                return f"d{name_latex(name)}_{{{node.subscript.text.strip('[]{}')}}}"
        if isinstance(node, Superscript):
            return f"{self._differential(node.base)}^{{{self._plain(node.exponent)}}}"
        return self.latex(node)

    def _layer(self, node: Layer) -> str:
        return " ".join(f"{_LAYERS[op]} {self.latex(n)}" if op else self.latex(n) for op, n in node.items)

    def _addition(self, node: Addition) -> str:
        return _joined([(sign, self.latex(part)) for sign, part in node.items])


def _joined(terms: Sequence[tuple[int, str]]) -> str:
    out = ""
    for sign, text in terms:
        mark = "-" if sign < 0 else "+"
        out += f" {mark} {text}" if out else ("-" if sign < 0 else "") + text
    return out


_NoMarks = _Writer(None, ())
