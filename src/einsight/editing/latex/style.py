"""How the author of a page writes LaTeX: read off the formulas that stand in it.

Each part of a statement stands for a part of the source, so the source of a name is its spelling (`\\mathbf{W}`, `\\W`),
and what stands around the argument of a transpose, a function, a norm is how that is written (`^\\top`, `\\tran{`…`}`).
A part counts where it stands for its source alone: what a macro's body holds besides is no spelling of anything.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from typing import NamedTuple

from ...lowering.names import canonical_name
from ...lowering.report import Span
from ...sheets.cells import Cell
from ...sheets.latex_source import FONT, TALL, holds_wholly, in_its_font, is_plain, widened
from ...sheets.places import is_supposed, sources
from ...sheets.sheet import Sheet
from ...syntax.finding import COMPOUND, children
from ...syntax.parse import parse_statement
from ...syntax.quotients import Quotient, units
from ...syntax.tree import (
    Absolute,
    Addition,
    Call,
    Chain,
    Declaration,
    Group,
    Indexed,
    Layer,
    Name,
    Node,
    Norm,
    Num,
    Relation,
    Subscript,
    Superscript,
    Symbol,
    Transpose,
)


class Around(NamedTuple):
    """What stands before and behind an argument."""

    before: str
    behind: str


class Seen(NamedTuple):
    """A source and where it stands."""

    at: int
    source: str


class Style:
    """What was seen on a page.

    names     by the name, and whether it stands with indices
    parts     by what they say (`meaning`), and whether they have brackets
    around    by what they are: "transpose", "inverse", "group", "norm", ("call", "diag")
    signs     counts of what stands between factors or for an operator: "product", "⊙", "sum", "subscript"
    """

    def __init__(self) -> None:
        self.names: dict[tuple[str, bool], list[Seen]] = defaultdict(list)
        self.parts: dict[tuple[bool, Hashable], list[Seen]] = defaultdict(list)
        self.around: dict[Hashable, list[tuple[int, Around]]] = defaultdict(list)
        self.signs: dict[str, Counter[str]] = defaultdict(Counter)
        self.macros: frozenset[str] = frozenset()

    def name(self, name: str, indexed: bool, near: int) -> str | None:
        """The spelling that stands nearest."""
        return _nearest(self.names.get((name, indexed), ()), near)

    def part(self, node: Node, near: int) -> str | None:
        """The source of something that says the same."""
        return _nearest(self.parts.get((isinstance(node, Group), meaning(node)), ()), near)

    def most(self, what: Hashable, formula: Span) -> Around | None:
        """How something is mostly written: in the formula, or else on the page."""
        seen = self.around.get(what, ())
        here = [a for at, a in seen if formula[0] <= at <= formula[1]]
        counted = Counter(here or [a for _, a in seen]).most_common(1)
        return counted[0][0] if counted else None

    def sign(self, what: str, default: str) -> str:
        counted = self.signs[what].most_common(1)
        return counted[0][0] if counted else default

    def font(self, name: str, indexed: bool) -> str | None:
        """The font in which most names of that kind stand; empty for none, None where there is no such name."""
        fonts: Counter[str] = Counter()
        for (other, with_indices), seen in self.names.items():
            if with_indices == indexed and _letter_kind(other) == _letter_kind(name):
                found = FONT.match(seen[0].source)
                fonts[found[0].strip() if found else ""] += 1
        return fonts.most_common(1)[0][0] if fonts else None


def style_of(sheet: Sheet) -> Style:
    """The style of a document as it stands."""
    if "style" not in sheet.scratch:
        style = Style()
        style.macros = frozenset(_DEFINES.findall(sheet.text))
        for cell in sheet.cells:
            if cell.place.is_translated and not is_supposed(cell):
                tree = parse_statement(cell.item.text)[0]
                if isinstance(tree, (Relation, Declaration)):
                    _Reading(style, sheet.text, cell).read(tree)
        sheet.scratch["style"] = style
    found: Style = sheet.scratch["style"]
    return found


# products of more factors are not taken apart
LONGEST_ROW = 6
_DEFINES = re.compile(
    r"\\(?:(?:re|provide|new)?(?:new)?command|DeclareMathOperator|[gex]?def)\*?\s*\{?\s*\\([A-Za-z@]+)"
)


def _nearest(seen: list[Seen] | tuple[()], near: int) -> str | None:
    return min(seen, key=lambda s: abs(s.at - near)).source if seen else None


def _letter_kind(name: str) -> str:
    if not name[0].isascii():
        return "greek"
    return "capital" if name[0].isupper() else "small"


def meaning(node: Node) -> Hashable:
    """What a tree says, whatever its positions, brackets and spellings."""
    if isinstance(node, Group):
        return meaning(node.inner)
    if isinstance(node, Transpose):
        return "transpose", meaning(node.argument)
    if isinstance(node, Name):
        return canonical_name(node.text)
    if isinstance(node, Addition) and len(node.items) == 1 and isinstance(node.items[0][1], Num):
        return node.items[0][0] * node.items[0][1].value
    if isinstance(node, Num):
        return node.value
    if isinstance(node, Subscript):
        return re.sub(r"[{}\s,]", "", node.text), node.lower
    return type(node).__name__, tuple(_meaning(getattr(node, s)) for s in node.__slots__)


def _meaning(part: object) -> Hashable:
    if isinstance(part, Node):
        return meaning(part)
    return tuple(map(_meaning, part)) if isinstance(part, tuple) else part  # type: ignore[return-value]


def is_inverse(node: Node) -> bool:
    return isinstance(node, Superscript) and not node.dotted and meaning(node.exponent) == -1


class _Reading:
    """Reads off one statement."""

    def __init__(self, style: Style, text: str, cell: Cell):
        self.style, self.text, self.cell = style, text, cell
        self.signs = [(k, p) for k, p in enumerate(sources(cell)) if not cell.item.text[k].isspace()]
        assert cell.place.region is not None
        self.start = cell.place.region.start

    def read(self, tree: Node) -> None:
        if isinstance(tree, Declaration):
            for target in tree.targets:
                self.name(target.text, target, False)
            return
        for node, parent in _nodes(tree):
            span = self.alone(node)
            if isinstance(node, Name) and not (isinstance(parent, Call) and parent.callee is node):
                self.name(node.text, node, isinstance(parent, Indexed))
            if span is not None and isinstance(node, COMPOUND):
                self.part(node, span)
            if isinstance(node, Chain):
                self.product(node)
                for row in _parts_of(node):
                    span = self.alone(row)
                    if span is not None:
                        self.part(row, span)
            elif isinstance(node, Layer):
                self.layer(node)
            elif isinstance(node, Subscript) and span is not None:
                self.subscript(node, span)

    def span(self, node: Node) -> Span | None:
        inside = [p for k, p in self.signs if node.start <= k < node.end]
        return (min(s for s, _ in inside), max(e for _, e in inside)) if inside else None

    def alone(self, node: Node) -> Span | None:
        """The source of a node, where nothing else of the statement stands for a part of it."""
        span = self.span(node)
        if span is None:
            return None
        for k, (start, end) in self.signs:
            meets = start < span[1] and span[0] < end
            if not node.start <= k < node.end and meets and not holds_wholly((start, end), span):
                return None
        return span

    def name(self, text: str, node: Node, indexed: bool) -> None:
        span = self.alone(node)
        if span is None:
            return
        source = in_its_font(self.text, span, self.start)
        if is_plain(source):
            self.style.names[canonical_name(text), indexed].append(Seen(span[0], source))

    def part(self, node: Node, span: Span) -> None:
        whole = widened(self.text, span)
        source = self.text[slice(*whole)]
        if not is_plain(source):
            return
        self.style.parts[isinstance(node, Group), meaning(node)].append(Seen(span[0], source))
        found = _argument(node)
        inner = self.span(found[1]) if found is not None else None
        if found is None or inner is None or not whole[0] <= inner[0] <= inner[1] <= whole[1]:
            return
        inner = widened(self.text, inner)
        around = Around(self.text[whole[0] : inner[0]], self.text[inner[1] : whole[1]])
        if any(around) and is_plain("".join(around)):
            what = "tall group" if found[0] == "group" and TALL.search(source) else found[0]
            self.style.around[what].append((span[0], around))

    def product(self, row: Chain) -> None:
        """What stands between factors; for a sum, how its sign is written."""
        parts = [unit for _, unit in units(row)]
        operators = [operator for operator, _ in units(row)]
        for left, right, operator in zip(parts, parts[1:], operators[1:], strict=False):
            a, b = self.span(left), self.span(right)
            if a is None or b is None or not a[1] <= b[0] or operator == "/":
                continue
            gap = self.text[a[1] : b[0]]
            if _is_sum(left) or isinstance(left, Quotient):
                continue
            if gap in ("", " ", "\\,"):
                self.style.signs["factor" if isinstance(left, Num) else "product"][gap] += 1
        for unit in parts:
            if _is_sum(unit):
                self.sum(unit)

    def sum(self, node: Node) -> None:
        span = self.span(node)
        source = self.text[slice(*span)] if span is not None else ""
        found = re.match(r"(\\sum(?:\s*\\(?:no)?limits)?)\s*_\s*(\{)?", source)
        if found is not None:
            self.style.signs["sum"][found[1]] += 1
            self.style.signs["bounded sum"]["yes" if "=" in source else "no"] += 1

    def layer(self, node: Layer) -> None:
        for (_, left), (operator, right) in zip(node.items, node.items[1:], strict=False):
            a, b = self.span(left), self.span(right)
            if a is not None and b is not None and a[1] <= b[0]:
                sign = self.text[a[1] : b[0]].strip()
                if re.fullmatch(r"\\[A-Za-z]+", sign):
                    self.style.signs[operator][sign] += 1

    def subscript(self, node: Subscript, span: Span) -> None:
        """`_{ij}`, `_{i j}` or `_{i,j}`; `_i` or `_{i}`."""
        source = self.text[slice(*span)]
        several = re.fullmatch(r"_\{[A-Za-z](\s*,?\s*)[A-Za-z]\}", source)
        if several is not None:
            self.style.signs["indices"][several[1]] += 1
        elif re.fullmatch(r"_\{?[A-Za-z]\}?", source):
            self.style.signs["index"]["{}" if "{" in source else ""] += 1


def _nodes(tree: Node, parent: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    yield tree, parent
    for inner in children(tree):
        yield from _nodes(inner, tree)


def _parts_of(row: Chain) -> Iterator[Chain]:
    """The products that stand within a longer one."""
    items = row.items
    if len(items) > LONGEST_ROW or any(op == "/" or isinstance(n, Symbol) or _is_sum(n) for op, n in items):
        return
    for first in range(len(items)):
        for last in range(first + 2, len(items) + 1):
            if last - first < len(items):
                part = (("", items[first][1]), *items[first + 1 : last])
                yield Chain(part[0][1].start, part[-1][1].end, part)


def _is_sum(node: Node) -> bool:
    while isinstance(node, (Superscript, Indexed)):
        node = node.base
    return isinstance(node, Symbol) and node.text == "∑"


def _argument(node: Node) -> tuple[Hashable, Node] | None:
    """What a node is, and the part of it that another may stand for."""
    if isinstance(node, Transpose):
        if is_inverse(node.argument):
            assert isinstance(node.argument, Superscript)
            return "inverse transpose", node.argument.base
        return "transpose", node.argument
    if is_inverse(node):
        assert isinstance(node, Superscript)
        return "inverse", node.base
    if isinstance(node, Call) and len(node.arguments) == 1 and isinstance(node.callee, Name):
        return ("call", node.callee.text), node.arguments[0]
    if isinstance(node, (Group, Norm, Absolute)):
        return type(node).__name__.lower(), node.inner
    return None
