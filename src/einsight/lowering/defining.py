"""What a left side defines: a name, with distinct indices or transposed."""

from __future__ import annotations

from collections.abc import Callable

from ..syntax.tree import Indexed, Name, Node, Transpose

# what has indices and is no name that could be defined
SIGNS = frozenset({"delta", "δ", "sum"})


def is_numbered(node: Indexed) -> bool:
    """Is it a name with a number, `W_1`?"""
    return node.marked != "" and node.subscript.text.isdigit()


def target_of(
    node: Node, is_mark: Callable[[Indexed], bool] = is_numbered
) -> tuple[str, tuple[str, ...], bool, Node] | None:
    """Name, indices, transposed or not, and the node of the name, of a left side that can be defined.

    `is_mark` says whether a subscript belongs to the name.
    """
    if isinstance(node, Transpose):
        inner = target_of(node.argument, is_mark)
        return None if inner is None or inner[1] else (inner[0], (), not inner[2], inner[3])
    if isinstance(node, Name):
        return node.text, (), False, node
    if isinstance(node, Indexed) and isinstance(node.base, Name):
        entries = node.subscript.entries
        if is_mark(node):
            return node.marked, (), False, node
        names = tuple(e.plain for e in entries if e.plain)
        if len(names) == len(entries) == len(set(names)) and names and node.subscript.lower is None:
            if node.base.text in SIGNS:
                return None
            return node.base.text, names, False, node.base
    if isinstance(node, Indexed) and isinstance(node.base, Indexed) and isinstance(node.base.base, Name):
        names = tuple(e.plain for e in node.subscript.entries if e.plain)
        if is_mark(node.base) and len(names) == len(node.subscript.entries) == len(set(names)):
            return node.base.marked, names, False, node.base
    return None
