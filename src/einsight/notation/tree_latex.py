"""A formula as it was written, in LaTeX: from its tree, so that matrix notation is kept."""

from __future__ import annotations

import itertools

from ..rules.catalogue import catalogue
from ..syntax.parse import parse_statement
from ..syntax.tree import (
    Absolute,
    Addition,
    Call,
    Chain,
    Group,
    Indexed,
    Iverson,
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
from .index_form import LatexPrinter

_LAYERS = {"⊙": r"\odot", ".*": r"\odot", "∘": r"\odot", "⊗": r"\otimes", "./": r"\oslash"}
_RELATIONS = {"≠": r"\neq", "!=": r"\neq", "≤": r"\leq", "<=": r"\leq", "≥": r"\geq", ">=": r"\geq"}
_SYMBOLS = {"∑": r"\sum", "∇": r"\nabla", "∇²": r"\nabla^2", "∂": r"\partial"}
_KNOWN = {"tr", "det", "diag", "vec", "sum", "mean", "softmax", "logsumexp", "inv", "ones"}
_NAMES = LatexPrinter()


def formula_latex(text: str) -> str:
    """LaTeX of a formula; the text itself, in `\\text`, where it does not read."""
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation):
        return rf"\text{{{text}}}"
    out = " = ".join(_latex(s) for s in tree.sides)
    if tree.bindings:
        named = r",\; ".join(f"{_latex(left)} = {_latex(right)}" for left, right in tree.bindings)
        out += rf" \quad\text{{where }} {named}"
    return out


def _latex(node: Node) -> str:
    return str(globals()[f"_{type(node).__name__.lower()}"](node))


def _num(node: Num) -> str:
    value = node.value
    return str(value) if value.denominator == 1 else rf"\frac{{{value.numerator}}}{{{value.denominator}}}"


def _name(node: Name) -> str:
    return _NAMES.name(node.text)


def _symbol(node: Symbol) -> str:
    return _SYMBOLS.get(node.text, node.text)


def _group(node: Group) -> str:
    return rf"\left({_latex(node.inner)}\right)"


def _indexed(node: Indexed) -> str:
    return f"{_latex(node.base)}_{{{node.subscript.text.strip('[]')}}}"


def _transpose(node: Transpose) -> str:
    inner = node.argument
    if isinstance(inner, Superscript) and _latex(inner.exponent) == "-1" and not isinstance(inner.base, Transpose):
        return rf"{_latex(inner.base)}^{{-\top}}"
    if isinstance(inner, (Superscript, Transpose)):  # one superscript each
        return rf"\left({_latex(inner)}\right)^{{\top}}"
    return rf"{_latex(inner)}^{{\top}}"


def _superscript(node: Superscript) -> str:
    exponent = node.exponent.inner if isinstance(node.exponent, Group) else node.exponent
    base = _latex(node.base)
    if isinstance(node.base, (Superscript, Transpose)):
        base = rf"\left({base}\right)"
    mark = r"\circ " if node.dotted else ""
    return f"{base}^{{{mark}{_latex(exponent)}}}"


def _call(node: Call) -> str:
    inner = ", ".join(map(_latex, node.arguments))
    callee = node.callee
    if isinstance(callee, Name):
        if callee.text == "sqrt":
            return rf"\sqrt{{{inner}}}"
        if callee.text == "inv":
            plain = len(node.arguments) == 1 and isinstance(node.arguments[0], Name)
            return rf"{inner}^{{-1}}" if plain else rf"\left({inner}\right)^{{-1}}"
        found = catalogue().functions.get(callee.text)
        name = found.latex if found and found.latex else None
        if name is None:
            name = rf"\operatorname{{{callee.text}}}" if callee.text in _KNOWN or len(callee.text) > 1 else callee.text
        return rf"{name}\left({inner}\right)"
    return rf"{_latex(callee)}\left({inner}\right)"


def _iverson(node: Iverson) -> str:
    return rf"\left[{_latex(node.left)} {_RELATIONS.get(node.relation, node.relation)} {_latex(node.right)}\right]"


def _absolute(node: Absolute) -> str:
    return rf"\left|{_latex(node.inner)}\right|"


def _norm(node: Norm) -> str:
    return rf"\left\lVert {_latex(node.inner)} \right\rVert"


def _chain(node: Chain) -> str:
    """Factors in a row; a division takes in all that stands before it."""
    done = ""
    items = iter(node.items)
    for operator, item in items:
        text = _latex(item)
        if operator == "/":
            below = _latex(item.inner) if isinstance(item, Group) else text
            if isinstance(item, Symbol):  # `∂f/∂x`: the sign and its variable
                below += " " + "".join(_latex(variable) for _, variable in itertools.islice(items, 1))
            done = rf"\frac{{{done}}}{{{below}}}"
        else:
            done = f"{done} {text}".strip()
    return done


def _layer(node: Layer) -> str:
    return " ".join(f"{_LAYERS[op]} {_latex(n)}" if op else _latex(n) for op, n in node.items)


def _addition(node: Addition) -> str:
    out = ""
    for sign, part in node.items:
        mark = "-" if sign < 0 else "+"
        out += f" {mark} {_latex(part)}" if out else ("-" if sign < 0 else "") + _latex(part)
    return out
