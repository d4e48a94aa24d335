"""What a step changed: the parts of two formulas that differ, the smallest that their trees tell apart."""

from __future__ import annotations

from collections.abc import Sequence

from ..syntax.finding import children
from ..syntax.parse import parse_statement
from ..syntax.quotients import Quotient, units
from ..syntax.tree import Addition, Call, Chain, Indexed, Layer, Node, Relation

Spans = list[tuple[int, int]]


def changed(before: str, after: str) -> tuple[Spans, Spans]:
    """The spans of `before` that are not in `after`, and those of `after` that were not in `before`; in their order.

    Both are whole formulas where one does not read, or has names of its own behind a `where`.
    """
    old, new = (_side(t) for t in (before, after))
    if old is None or new is None:
        return [(0, len(before))], [(0, len(after))]
    found: tuple[Spans, Spans] = ([], [])
    _Comparison(before, after, found).nodes(old, new)
    return found


def _side(text: str) -> Node | None:
    tree, problems = parse_statement(text)
    if problems or not isinstance(tree, Relation) or tree.bindings or len(tree.sides) != 1:
        return None
    return tree.sides[0]


class _Comparison:
    def __init__(self, before: str, after: str, found: tuple[Spans, Spans]):
        self.before, self.after = before, after
        self.found = found

    def nodes(self, old: Node, new: Node) -> None:
        if self._same(old, new):
            return
        inner = (_parts(old), _parts(new))
        if type(old) is type(new) and isinstance(old, (Chain, Addition, Layer)):
            self._rows(old, new, *inner)
        elif type(old) is type(new) and 0 < len(inner[0]) == len(inner[1]) and self._frame(old, new):
            for a, b in zip(*inner, strict=True):
                self.nodes(a[1], b[1])
        else:
            self._note([old], [new])

    def _rows(self, old: Node, new: Node, left: Sequence, right: Sequence) -> None:
        """Rows of terms or factors: what stands before and behind the change is the same."""
        most = min(len(left), len(right))
        ahead = next((k for k in range(most) if not self._same_part(left[k], right[k])), most)
        behind = next(
            (k for k in range(most - ahead) if not self._same_part(left[-1 - k], right[-1 - k])), most - ahead
        )
        middle = (left[ahead : len(left) - behind], right[ahead : len(right) - behind])
        if len(middle[0]) == len(middle[1]) and (ahead or behind or len(left) == 1):
            for a, b in zip(*middle, strict=True):
                if a[0] == b[0]:
                    self.nodes(a[1], b[1])
                else:
                    self._note([a[1]], [b[1]])
        elif ahead or behind:
            self._note([n for _, n in middle[0]], [n for _, n in middle[1]])
        elif isinstance(old, Addition) and [sign for sign, _ in left] == [sign for sign, _ in right]:
            for a, b in zip(left, right, strict=True):  # a rule works on every term at once
                self.nodes(a[1], b[1])
        else:
            self._note([old], [new])

    def _note(self, old: Sequence[Node], new: Sequence[Node]) -> None:
        for nodes, spans in zip((old, new), self.found, strict=True):
            spans += [(n.start, n.end) for n in nodes]

    def _same(self, a: Node, b: Node) -> bool:
        return self.before[a.start : a.end] == self.after[b.start : b.end]

    def _same_part(self, a: tuple, b: tuple) -> bool:
        return a[0] == b[0] and self._same(a[1], b[1])

    def _frame(self, a: Node, b: Node) -> bool:
        """Is what stands around the parts the same: the name of a function, the sign of a relation?"""
        if isinstance(a, Call) and isinstance(b, Call) and not self._same(a.callee, b.callee):
            return False
        return _around(a, self.before) == _around(b, self.after)


def _parts(node: Node) -> list[tuple[object, Node]]:
    if isinstance(node, Chain):
        return list(units(node))
    if isinstance(node, (Addition, Layer)):
        return list(node.items)
    if isinstance(node, (Quotient, Indexed)):  # nobody looks for a letter within a subscript
        return []
    return [("", n) for n in children(node)]


def _around(node: Node, text: str) -> list[str]:
    inner, out, at = list(children(node)), [], node.start
    for part in inner:
        out.append(text[at : part.start])
        at = part.end
    return [*out, text[at : node.end]]
