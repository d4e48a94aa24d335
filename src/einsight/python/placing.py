"""Entries that are added to, or changed, at places that are given."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from .contracting import Contracting
from .functions import as_array
from .values import Array, Flag, Number, Value, Whole

# how entries are changed that JAX gives at places of a copy, and how that copy is called here
AT: dict[str, ast.operator | None] = {
    "set": None, "add": ast.Add(), "subtract": ast.Sub(), "multiply": ast.Mult(), "mul": ast.Mult(), "divide": ast.Div(), "power": ast.Pow(),
}  # fmt: skip
_COPY = "·copy"


class Placing(Contracting):
    """Reads what is written at places."""

    def changed_copy(self, node: ast.Call, function: ast.Attribute) -> Value | None:
        """`x.at[places].add(value)` of JAX: an array with other entries; None where it is anything else."""
        places = function.value
        if not isinstance(places, ast.Subscript) or not isinstance(places.value, ast.Attribute):
            return None
        if places.value.attr != "at" or function.attr not in AT or len(node.args) != 1 or not self.sizes.binding:
            return None
        array = self.evaluate(places.value.value)
        if not isinstance(array, Array) or isinstance(array, Number):
            return None
        made = replace(array, base=None)
        outer = self.environment
        self.environment = {**outer, _COPY: made}
        try:
            if function.attr == "add" and self.add_at_places(
                node, made, self._places(places.slice), self.evaluate(node.args[0])
            ):
                return made
            target = ast.copy_location(
                ast.Subscript(ast.copy_location(ast.Name(_COPY, ast.Load()), places), places.slice, ast.Store()), places
            )
            operator = AT[function.attr]
            statement: ast.stmt = ast.Assign([target], node.args[0])
            if operator is not None:
                statement = ast.AugAssign(target, operator, node.args[0])
            self.run([ast.copy_location(statement, node)])
        finally:
            self.environment = outer
        return made

    def _places(self, node: ast.expr) -> tuple[Value, ...]:
        return tuple(map(self._index, node.elts)) if isinstance(node, ast.Tuple) else (self._index(node),)

    def add_at_places(self, node: ast.AST, holder: Value, places: Sequence[Value], value: Value) -> bool:
        """Add to entries as often as their places are named; False where that is not read."""
        added = as_array(value)
        if added is None or not isinstance(holder, Array) or isinstance(holder, Number) or self.branch:
            return False
        self.refuse_part(holder)
        found = self._fitting(node, lambda: Flag(self.arrays.added_at(holder, places, added)))
        return isinstance(found, Flag) and bool(found.value)

    def index_added(self, node: ast.AST, name: str, array: Array, given: Sequence[Value]) -> Array:
        """`x.index_add_(axis, places, values)`."""
        made = array if name.endswith("_") else replace(array, base=None)
        axis = given[0].value if isinstance(given[0], Number) else None
        places = (*(Whole(True),) * int(axis), given[1]) if axis is not None and axis >= 0 else ()
        if not self.add_at_places(node, made, places, given[2]):
            made.term, made.cells, made.why = None, None, f"what `{name}` writes"
        return made
