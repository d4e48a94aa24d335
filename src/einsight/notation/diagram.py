"""Tensor networks as pictures: SVG, coloured for a theme."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from ..terms.dimension import Index
from ..terms.term import Term
from .network import Network, Node, Wire, networks
from .network_layout import Point, laid_out
from .picture import COLOURS

# of a node's half, of a wire between two of them and of an open leg, of what is around, in pixels
RADIUS, WIRE, LEG, MARGIN, WIDEST = 17.0, 34.0, 30.0, 18.0, 1000.0
PAGE = "page"
HOLE, DOT, SIGN = 11.0, 3.5, 15.0
_SERIF, _SANS = "STIX Two Text, Cambria, Georgia, serif", "system-ui, Helvetica, Arial, sans-serif"


def diagram(
    term: Term, names: Mapping[Index, str], holes: Sequence[tuple[str, Sequence[Index]]] = (), theme: str | None = None
) -> str:
    """SVG text of the networks of a term, in a row; arguments and errors as of `networks`.

    Within a page, whose theme is `PAGE`, it has the colour of the text around it.
    """
    ink = "currentColor" if theme == PAGE else COLOURS.get(theme or "", "#000000")
    faint = "#8a8a8a" if theme in (None, PAGE, "light", "dark") else ink
    drawn: list[str] = []
    x, y, wide, above, below = MARGIN, MARGIN, 0.0, 0.0, 0.0
    row: list[tuple[float, _Picture]] = []

    def place_row() -> None:
        for left, picture in row:
            drawn.append(f'<g transform="translate({_n(left)} {_n(y + above)})">{picture.body}</g>')

    for number, network in enumerate(networks(term, names, holes)):
        picture = _Picture(network, number == 0, ink, faint)
        if row and x + picture.width > WIDEST:
            place_row()
            x, y, row, above, below = MARGIN, y + above + below + MARGIN, [], 0.0, 0.0
        row.append((x, picture))
        x += picture.width
        wide, above, below = max(wide, x), max(above, picture.above), max(below, picture.below)
    place_row()
    width, height = wide + MARGIN, y + above + below + MARGIN
    card = "" if theme else f'<rect width="{_n(width)}" height="{_n(height)}" rx="4" fill="#ffffff"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
        f'viewBox="0 0 {_n(width)} {_n(height)}">{card}{"".join(drawn)}</svg>'
    )


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if round(value, 1) else "0"


class _Picture:
    """A summand with its sign and what stands before it, around the height 0."""

    def __init__(self, network: Network, is_first: bool, ink: str, faint: str):
        self.network, self.ink, self.faint = network, ink, faint
        self.marks: list[Point] = []
        self.parts: list[str] = []
        sign = "−" if network.is_negative else "" if is_first else "+"
        x = 0.0
        if sign:
            x += SIGN if is_first else 2 * SIGN
            self._text(x - SIGN / 2, 0, sign, 18, ink, _SANS)
            x += SIGN * 0.7
        if network.coefficient:
            width = _width(network.coefficient, 16)
            self._text(x + width / 2, 0, network.coefficient, 16, ink, _SERIF)
            x += width + SIGN
        self.at = self._places(x)
        self._wires()
        for place, (node, point) in enumerate(zip(network.nodes, self.at, strict=True)):
            self._node(place, node, point)
        for px, py in self.marks:
            self.parts.append(f'<circle cx="{_n(px)}" cy="{_n(py)}" r="3" fill="#4b6f9e"/>')
        reach = [(y, _half_height(n)) for n, (_, y) in zip(network.nodes, self.at, strict=True)]
        self.above = max([*(h - y for y, h in reach), 14.0, *self.loops])
        self.below = max([*(h + y for y, h in reach), 14.0])
        self.width = max([x, *(px + _half(n) for n, (px, _) in zip(network.nodes, self.at, strict=True))]) + SIGN / 2
        self.body = "".join(self.parts)

    def _places(self, left: float) -> list[Point]:
        nodes, wires = self.network.nodes, self.network.wires
        if not nodes:
            return []
        lengths = [(*w.ends, sum(_reach(nodes[e]) for e in w.ends) + _between(nodes, w)) for w in wires]
        ends = [k for k, n in enumerate(nodes) if n.kind == "leg"]
        if len(ends) < 2:
            ends += [k for k, n in enumerate(nodes) if n.kind == "hole"]
        at = laid_out([_half(n) for n in nodes], lengths, ends)
        start = min(x - _half(n) for n, (x, _) in zip(nodes, at, strict=True))
        ys = [y for _, y in at]
        middle = (min(ys) + max(ys)) / 2
        return [(x - start + left, y - middle) for x, y in at]

    # wires

    def _wires(self) -> None:
        self.loops: list[float] = []
        between: dict[tuple[int, int], list[Wire]] = {}
        for wire in self.network.wires:
            between.setdefault((min(wire.ends), max(wire.ends)), []).append(wire)
        for (a, b), wires in between.items():
            for number, wire in enumerate(wires):
                if a == b:
                    self._loop(a, wire, number)
                else:
                    self._curve(a, b, wire, (number - (len(wires) - 1) / 2) * 44)

    def _curve(self, a: int, b: int, wire: Wire, bend: float) -> None:
        """From one node to the other, beside its neighbours where there are several."""
        (ax, ay), (bx, by) = self.at[a], self.at[b]
        long = math.hypot(bx - ax, by - ay) or 1.0
        nx, ny = -(by - ay) / long, (bx - ax) / long
        mx, my = (ax + bx) / 2 + nx * bend, (ay + by) / 2 + ny * bend
        (sx, sy), (ex, ey) = self._short(a, (ax, ay), (mx, my)), self._short(b, (bx, by), (mx, my))
        self.parts.append(
            f'<path d="M{_n(sx)} {_n(sy)}Q{_n(mx)} {_n(my)} {_n(ex)} {_n(ey)}" fill="none" stroke="{self.ink}" stroke-width="1.5"/>'
        )
        starts = wire.starts if wire.ends == (a, b) else wire.starts[::-1]
        for node, (px, py), starts_here in ((a, (ax, ay), starts[0]), (b, (bx, by), starts[1])):
            if starts_here and not self.network.nodes[node].is_symmetric:
                self._mark(node, px, py, mx, my)
        # beside the middle of the part that is seen, away from the neighbours
        cut = (_half(self.network.nodes[a]) - _half(self.network.nodes[b])) / 2 / long
        lx, ly = (ax + bx) / 2 + (bx - ax) * cut, (ay + by) / 2 + (by - ay) * cut
        side = -1.0 if ny > 0 or (ny == 0 and nx > 0) else 1.0
        if bend:
            side = math.copysign(1.0, bend)
        away = abs(bend) / 2 + 9
        self._index(lx + nx * side * away, ly + ny * side * away, wire.label)

    def _short(self, node: int, end: Point, towards: Point) -> Point:
        """The end of a wire, which leaves room for the letter of an open leg."""
        if self.network.nodes[node].kind != "leg":
            return end
        (x, y), (mx, my) = end, towards
        long = math.hypot(mx - x, my - y) or 1.0
        return x + (mx - x) / long * 9, y + (my - y) / long * 9

    def _mark(self, node: int, px: float, py: float, mx: float, my: float) -> None:
        """A dot where the first axis leaves a node."""
        long = math.hypot(mx - px, my - py) or 1.0
        dx, dy = (mx - px) / long, (my - py) / long
        half, high = _half(self.network.nodes[node]), _half_height(self.network.nodes[node])
        border = min(half / abs(dx) if dx else math.inf, high / abs(dy) if dy else math.inf)
        reach = half if half == high else border
        x, y = px + dx * reach, py + dy * reach
        self.marks.append((x, y))

    def _loop(self, node: int, wire: Wire, number: int) -> None:
        x, y = self.at[node]
        high = _half_height(self.network.nodes[node]) + 26 + 10 * number
        self.parts.append(
            f'<path d="M{_n(x)} {_n(y)}C{_n(x - 40)} {_n(y - high * 1.5)} {_n(x + 40)} {_n(y - high * 1.5)} {_n(x)} {_n(y)}" '
            f'fill="none" stroke="{self.ink}" stroke-width="1.5"/>'
        )
        self._index(x + 24, y - high * 0.9, wire.label)
        self.loops.append(high * 1.2 - y)

    def _index(self, x: float, y: float, label: str) -> None:
        if label:
            self._text(x, y, label, 12, self.faint, _SERIF, italic=True)

    # nodes

    def _free_side(self, place: int) -> float:
        """Below a node, or above it where a wire leaves it downwards."""
        others = [
            self.at[w.ends[1] if w.ends[0] == place else w.ends[0]] for w in self.network.wires if place in w.ends
        ]
        x, y = self.at[place]
        steepest = max(((v - y) / (math.hypot(u - x, v - y) or 1.0) for u, v in others), default=0.0)
        return -1.0 if steepest > 0.6 else 1.0

    def _node(self, place: int, node: Node, point: Point) -> None:
        x, y = point
        if node.kind == "leg":
            self._text(x, y, node.label, 14, self.ink, _SERIF, italic=True)
        elif node.kind == "dot":
            self.parts.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{DOT}" fill="{self.ink}"/>')
        elif node.kind == "hole":
            self.parts.append(
                f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{HOLE}" fill="#fdeeec" stroke="#b3261e" '
                f'stroke-width="1.3" stroke-dasharray="3 2.5"/>'
            )
            side = self._free_side(place)
            self._text(x, y + side * (HOLE + 9), node.label, 11, "#b3261e", _SERIF, italic=True)
        else:
            half, high = _half(node), _half_height(node)
            round_ = high if node.kind == "tensor" else 6
            self.parts.append(
                f'<rect x="{_n(x - half)}" y="{_n(y - high)}" width="{_n(2 * half)}" height="{_n(2 * high)}" rx="{_n(round_)}" '
                f'fill="#dce8f7" stroke="#4b6f9e" stroke-width="1.3"/>'
            )
            self._text(x, y, node.label, 15 if node.kind == "tensor" else 13, "#16324f", _SERIF, node.kind == "tensor")

    def _text(self, x: float, y: float, text: str, size: int, colour: str, font: str, italic: bool = False) -> None:
        slant = ' font-style="italic"' if italic else ""
        self.parts.append(
            f'<text x="{_n(x)}" y="{_n(y + size * 0.34)}" font-size="{size}" font-family="{font}" fill="{colour}" '
            f'text-anchor="middle"{slant}>{escape(text)}</text>'
        )


def _width(text: str, size: int) -> float:
    return 0.53 * size * len(text)


def _half(node: Node) -> float:
    """Half of a node's width."""
    if node.kind in ("leg", "dot"):
        return 4.0
    if node.kind == "hole":
        return HOLE
    if node.kind == "tensor":
        return max(RADIUS, _width(node.label, 15) / 2 + 7)
    return _width(node.label, 13) / 2 + 9


def _reach(node: Node) -> float:
    """How far a node reaches towards its neighbours, of a wide one about as far upwards as sideways."""
    return min(_half(node), (_half(node) + 2 * _half_height(node)) / 2.2)


def _half_height(node: Node) -> float:
    return {"leg": 9.0, "dot": DOT, "hole": HOLE + 16}.get(node.kind, RADIUS if node.kind == "tensor" else 14.0)


def _between(nodes: Sequence[Node], wire: Wire) -> float:
    kinds = {nodes[e].kind for e in wire.ends}
    return LEG if "leg" in kinds or "dot" in kinds else WIRE
