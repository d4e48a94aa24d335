"""Two spellings of one sign: `∈` and `in`, `θ` and `theta`, `∑_j` and `sum_j`.

A name is respelled only where both spellings mean the same to `lowering`, which knows Greek names but neither
Greek indices nor Greek dimensions (`frozen_names`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ..lowering.names import GREEK, canonical_name
from ..syntax.subscripts import read_subscript
from ..syntax.tree import (
    Addition,
    Call,
    Chain,
    DimensionDeclaration,
    Extent,
    Indexed,
    IndexEntry,
    Name,
    Node,
    Num,
    Relation,
    Subscript,
    Superscript,
    Symbol,
    Target,
    Transpose,
)

STYLES = ("unicode", "ascii")

_BOTH = {
    "IN": {"in": "∈"}, "REALS": {"R": "ℝ"}, "ARROW": {"->": "→"}, "TIMES": {"x": "×"},
    "LAYER_OPERATOR": {".*": "⊙"}, "RELATION": {"!=": "≠", "<=": "≤", ">=": "≥"},
    "NORM_OPEN": {"||": "‖"}, "NORM_CLOSE": {"||": "‖"},
}  # fmt: skip
# what has an ASCII spelling beside; nobody is made to write `A'` as `Aᵀ` or `x^2` as `x²`; `×` has none, which of two vectors is their cross product
_ONLY_ASCII = {
    "LAYER_OPERATOR": {"∘": ".*"}, "CHAIN_OPERATOR": {"·": "*", "⋅": "*"}, "SIGN": {"−": "-"}, "RAISED_SIGN": {"−": "-"},
    "ASSIGN": {"≔": ":="}, "PRIME": {"′": "'"}, "SUPERSCRIPT_N": {"ⁿ": "^n"},
}  # fmt: skip
_UNICODE = {**_BOTH, "TIMES": {"x": "×", "*": "×"}}
_ASCII = {
    kind: {**{v: k for k, v in _BOTH.get(kind, {}).items()}, **_ONLY_ASCII.get(kind, {})}
    for kind in (*_BOTH, *_ONLY_ASCII)
}
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_LETTERS = {**GREEK, "pi": "π"}
_WORDS = {letter: word for word, letter in _LETTERS.items()}


class Sign(NamedTuple):
    """A token: `start` to `end` of a statement, and what is written for it."""

    kind: str
    text: str
    start: int
    end: int


def respell(signs: Sequence[Sign], at: int, style: str | None, frozen: frozenset[str]) -> str:
    """How a token is written in that style."""
    kind, text = signs[at].kind, signs[at].text
    if kind in ("SUBSCRIPT", "INDEX_BRACKET"):
        text = tidy_subscript(text)
    elif kind in ("TRANSPOSE", "INVERSE_TRANSPOSE"):
        text = re.sub(r"\s+", "", text)
    if style is None:
        return text
    if kind == "SUBSCRIPT" and at and signs[at - 1].kind == "NABLA":
        return re.sub(r"[^\W\d_]+", lambda name: _respell_name(name[0], style, frozen), text)
    if at + 1 < len(signs) and signs[at + 1].kind == "SUBSCRIPT" and text in ("sum", "∑"):
        return "∑" if style == "unicode" else "sum"
    if kind == "NAME":
        return _respell_name(text, style, frozen)
    if style == "unicode":
        return _UNICODE.get(kind, {}).get(text, text)
    return _in_ascii(kind, text)


def _in_ascii(kind: str, text: str) -> str:
    if kind == "SUPERSCRIPT":
        return "^" + text.translate(_POWERS)
    if kind in ("TRANSPOSE", "INVERSE_TRANSPOSE"):
        return {"ᵀ": "^T", "⁻ᵀ": "^-T"}.get(text, text.replace("⊤", "T"))
    if kind == "SUBSCRIPT" and text[0] != "_":
        return "_" + read_subscript(text, 0, len(text)).text
    if kind in ("SUBSCRIPT", "INDEX_BRACKET"):
        return text.replace("−", "-")
    return _ASCII.get(kind, {}).get(text, text)


def _respell_name(text: str, style: str, frozen: frozenset[str]) -> str:
    if canonical(text) in frozen:
        return text
    table = _LETTERS if style == "unicode" else _WORDS
    return "d" + table[text[1:]] if _is_differential(text) and text[1:] in table else table.get(text, text)


def tidy_subscript(text: str) -> str:
    """`_{ i , j+1 }` as `_{i, j+1}`: no white space but what stands behind a comma or between letters."""
    if not re.search(r"\s", text):
        return text
    text = re.sub(r"\s*([+\-−=])\s*", r"\1", re.sub(r"\s+", " ", text))
    return re.sub(r"(?<=[{\[]) | (?=[,}\]])", "", text)


def canonical(text: str) -> str:
    """`theta` and `θ` as `θ`, `dtheta` as `dθ`, `pi` as `π`."""
    if _is_differential(text):
        return "d" + canonical_name(text[1:])
    return canonical_name(text)


def _is_differential(text: str) -> bool:
    return text[0] == "d" and (text[1:] in GREEK or (text[1:] in _WORDS and text[1:] != "π"))


# which names keep their spelling


def frozen_names(trees: Iterable[Node]) -> frozenset[str]:
    """The names of a document's statements, in order, that mean something else in their other spelling.

    Those are names of dimensions and of indices, which are compared as they stand; names before a bracket that nobody
    has declared, since `gamma(x)` is a function of SymPy's and `γ(x)` a product; `σ_ij` where it may be a component of
    `Σ`; `π` as a name; and `dtheta` that is not read as a differential everywhere.
    """
    census = _Census()
    for tree in trees:
        census.count(tree)
    return frozenset(census.frozen | {name for name, n in census.seen.items() if n != census.beside[name]})


class _Census:
    """`seen` counts names like `dθ`, `beside` those of them that stand at the slash of a derivative."""

    def __init__(self) -> None:
        self.frozen: set[str] = set()
        self.declared: set[str] = set()
        self.seen: Counter[str] = Counter()
        self.beside: Counter[str] = Counter()

    def count(self, tree: Node) -> None:
        if isinstance(tree, Relation):
            self._declare(*(left for left, _ in tree.bindings))
        for node in _nodes(tree):
            self._see(node)
        if isinstance(tree, Relation) and len(tree.sides) == 2:
            self._declare(tree.sides[0])

    def _declare(self, *nodes: Node) -> None:
        for node in nodes:
            base = _core(node)
            if base is not None:
                self._name(base.text)

    def _name(self, text: str) -> None:
        name = canonical(text.partition("_")[0])
        self.declared.add(name)
        if name == "π" or _is_differential(name):
            self.frozen.add(name)

    def _see(self, node: Node) -> None:
        if isinstance(node, Target):
            self._name(node.text)
        elif isinstance(node, Name):
            self.seen[canonical(node.text)] += _is_differential(node.text)
        elif isinstance(node, Extent):
            self.frozen.add(canonical(str(node.value)))
        elif isinstance(node, IndexEntry):
            self.frozen.update(canonical(name) for name, _ in node.names)
        elif isinstance(node, DimensionDeclaration):
            self.frozen.add(canonical(node.name.text))
        elif isinstance(node, Chain):
            self._see_slashes(node)
        elif isinstance(node, (Call, Indexed)):
            self._see_base(node)

    def _see_base(self, node: Call | Indexed) -> None:
        base = _core(node.callee if isinstance(node, Call) else node.base)
        if base is None:
            return
        name = canonical(base.text)
        if isinstance(node, Call):
            undecided = name not in self.declared
        else:
            capital = len(node.subscript.entries) > 1 and name != "δ" and name.upper() in self.declared
            undecided = name == "π" or (capital and name not in self.declared)
        if undecided:
            self.frozen.add(name)

    def _see_slashes(self, node: Chain) -> None:
        below = False
        after = [operator for operator, _ in node.items[1:]] + [""]
        for (operator, item), follows in zip(node.items, after, strict=True):
            base = _core(item)
            differential = base is not None and base.text[0] == "d"
            below = differential and (operator == "/" or (below and not operator))
            if base is not None and (below or follows == "/"):
                self.beside[canonical(base.text)] += _is_differential(base.text)


def _nodes(tree: Node) -> Iterator[Node]:
    """Every node; what stands below `∇` is a name, not indices."""
    todo: list[object] = [tree]
    while todo:
        item = todo.pop()
        if isinstance(item, tuple):
            todo.extend(item)
        elif isinstance(item, Node):
            yield item
            parts = ("base",) if _is_nabla(item) else _parts(item)
            todo.extend(getattr(item, part) for part in parts)


def _is_nabla(node: Node) -> bool:
    """Is it `∇_x`?"""
    return isinstance(node, Indexed) and isinstance(node.base, Symbol) and node.base.text[0] == "∇"


def _core(node: Node) -> Name | None:
    """The name that indices, powers, primes and arguments stand behind."""
    while not isinstance(node, Name):
        if isinstance(node, (Indexed, Superscript)):
            node = node.base
        elif isinstance(node, Transpose):
            node = node.argument
        elif isinstance(node, Call):
            node = node.callee
        else:
            return None
    return node


# the same in two spellings


def alike(first: Any, second: Any) -> bool:
    """Do two trees differ in positions and spelling only?

    A power of a power never does: `lowering` looks at the text between the two exponents.
    """
    todo = [(first, second)]
    while todo:
        a, b = todo.pop()
        if isinstance(a, tuple) and isinstance(b, tuple):
            if len(a) != len(b):
                return False
            todo.extend(zip(a, b, strict=True))
        elif isinstance(a, Node) and isinstance(b, Node):
            a, b = _plain(a), _plain(b)
            if type(a) is not type(b) or (isinstance(a, Superscript) and isinstance(a.base, Superscript)):
                return False
            todo += [(_read(a, f), _read(b, f)) for f in _parts(a)]
        elif a != b:
            return False
    return True


def _plain(node: Node) -> Node:
    """One node for `∑` and `sum`, and for the exponents of `A⁻¹` and `A^-1`."""
    if isinstance(node, Symbol) and node.text == "∑":
        return Name(node.start, node.end, "sum")
    if isinstance(node, Addition) and len(node.items) == 1:
        sign, part = node.items[0]
        return Num(node.start, node.end, sign * part.value) if isinstance(part, Num) else node
    if isinstance(node, Indexed) and _is_nabla(node):
        name = replace(node.subscript, text=canonical(node.subscript.text), entries=())
        return replace(node, subscript=name)
    return node


def _read(node: Node, part: str) -> Any:
    value = getattr(node, part)
    if part == "text" and isinstance(node, (Name, Target)):
        return canonical(value) if value else value
    if part in ("text", "lower") and isinstance(node, Subscript) and value is not None:
        return tidy_subscript(value).replace("−", "-")
    return bool(value) if part == "problem" else value


def _parts(node: Node) -> Iterator[str]:
    return (s for s in node.__slots__ if s not in ("start", "end"))
