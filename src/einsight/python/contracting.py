"""Calls of `einsum` and of einops."""

from __future__ import annotations

import ast

from .contractions import Contraction, Regrouping, call_of
from .functions import as_array
from .listing import Lists
from .regrouping import regroup
from .subscripts import Malformed
from .values import UNKNOWN, Array, Several, Value


class Contracting(Lists):
    """Reads contractions."""

    def _literal(self, value: Value) -> Array | None:
        """An array that is written out."""
        raise NotImplementedError

    def _einsum(self, node: ast.Call, path: str) -> Value:
        try:
            found = call_of(self.module, node, path)
        except Malformed:
            for argument in node.args:
                self.evaluate(argument)
            return UNKNOWN
        operands = [self.evaluate(a) for a in (found.operands if isinstance(found, Contraction) else node.args)]
        if not isinstance(found, Contraction):
            return UNKNOWN
        arrays = [as_array(v) for v in operands]
        if any(a is None for a in arrays):
            return UNKNOWN
        if self.branch:  # what is learnt of a shape counts where it is certain to run
            arrays = [Array(a.axes, a.open, a.term, a.why) for a in arrays if a is not None]
        made = [a for a in arrays if a is not None]
        shown = lambda k: self.text(found.operands[k])  # noqa: E731
        contract = lambda: self.arrays.contract(made, found.subscripts, shown)  # noqa: E731
        result = self._fitting(node, contract, "EIN602")
        self.note(node, result)
        return result

    def _regroup(self, node: ast.Call, path: str) -> Value:
        try:
            found = call_of(self.module, node, path)
        except Malformed:
            found = None
        if not isinstance(found, Regrouping):
            for argument in node.args:
                self.evaluate(argument)
            return UNKNOWN
        operand = self.evaluate(found.operand)
        if isinstance(operand, Several):
            operand = self._literal(operand) or UNKNOWN
        array = as_array(operand)
        if array is None:
            return UNKNOWN
        sizes = {name: self.evaluate(value) for name, value in found.sizes}
        result = self._fitting(node, lambda: regroup(self.arrays, array, found, sizes), "EIN602")
        self.note(node, result)
        return result
