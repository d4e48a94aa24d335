"""What authors write short: `f` for `f(w)`, `w_ij` for an entry of `W`, `x · y` for `xᵀ y`, `|x|` for the length of a vector."""

from __future__ import annotations

from ...documents.regions import Region
from ...lowering.mentioned import walk
from ...lowering.names import canonical_name
from ...syntax.tree import Absolute, Chain, Indexed, Name, Node, Relation
from .arguments import Arguments
from .known import Known
from .trees import as_relation, changed


class Shorthand:
    """
    functions   those that the page defines with their arguments
    """

    def __init__(self, known: Known):
        self.known = known
        self.functions = Arguments(known)

    def written_out(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        return self._with_known_names(*self.functions.without(region, tree))

    def _with_known_names(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        """`w_ij` as `W_ij`, where `w` has not so many axes, and `W` has; `x · y` and `|x|` of vectors as `xᵀ y` and `‖x‖`."""
        changes = []
        for node in walk(tree):
            if isinstance(node, Indexed) and isinstance(node.base, Name) and len(node.subscript.entries) > 1:
                name, count = node.base.text, len(node.subscript.entries)
                if self.known.rank(name.upper()) == count != self.known.rank(name) and len(name.upper()) == len(name):
                    changes.append((node.base.start, node.base.end, name.upper()))
            elif isinstance(node, Absolute) and self._is_vector(node.inner):  # `|x|` is its length
                changes += [(node.start, node.start + 1, "‖"), (node.end - 1, node.end, "‖")]
            elif isinstance(node, Chain) and [op for op, _ in node.items] == ["", "*"]:
                (_, left), (_, right) = node.items
                between = region.text[left.end : right.start].strip()
                if between == "·" and self._is_vector(left) and self._is_vector(right):
                    changes.append((left.end, right.start, "ᵀ "))
        return as_relation(changed(region, changes), region, tree)

    def _is_vector(self, node: Node) -> bool:
        return isinstance(node, Name) and self.known.rank(canonical_name(node.text)) == 1
