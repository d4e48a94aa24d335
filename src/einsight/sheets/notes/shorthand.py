"""What authors write short: `f` for `f(w)`, `w_ij` for an entry of `W`, `x · y` for `xᵀ y`, `|x|` for the length of a vector."""

from __future__ import annotations

import re

from ...documents.regions import Region
from ...lowering.mentioned import names_of, walk
from ...lowering.names import canonical_name
from ...syntax.tree import Absolute, Call, Chain, Indexed, Name, Node, Relation
from .known import Known
from .sections import ELSEWHERE
from .trees import as_relation, changed


class Shorthand:
    """
    arguments   what is written behind the name of a definition, `(w)`
    """

    def __init__(self, known: Known):
        self.known = known
        self.arguments: dict[str, str] = {}

    def written_out(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        return self._with_known_names(*self._without_arguments(region, tree))

    def _without_arguments(self, region: Region, tree: Relation) -> tuple[Region, Relation]:
        """`f(w) = …` defines `f`; and wherever that is written again it is the same."""
        left = tree.sides[0]
        if (
            isinstance(left, Call)
            and isinstance(left.callee, Name)
            and all(isinstance(a, Name) for a in left.arguments)
        ):
            self._note_arguments(left.callee.text, region.text[left.callee.end : left.end], tree)
        nabla = re.match(r"∇(²?) (?=(\w+))", region.text)  # of a function of one thing it is in that
        if nabla is not None and re.fullmatch(r"\(\w\)", self.arguments.get(nabla[2], "")):
            sign = f"∇{nabla[1]}_{self.arguments[nabla[2]][1]} "
            region, tree = as_relation(changed(region, [(nabla.start(), nabla.end(), sign)]), region, tree)
        cut = [
            (m.start() + len(name), m.end(), "")
            for name, arguments in self.arguments.items()
            for m in re.finditer(rf"(?<!\w){re.escape(name)}{re.escape(arguments)}", region.text)
        ]
        return as_relation(changed(region, cut), region, tree)

    def _note_arguments(self, written: str, arguments: str, tree: Relation) -> None:
        name, known = canonical_name(written), self.known
        if not known.is_known(name):
            self.arguments[written] = arguments
        elif len(tree.sides) == 2 and known.is_defined(name) and written not in names_of(tree.sides[1]):
            self.arguments[written] = arguments
            known.sections[name] = ELSEWHERE

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
