"""Calls in code: what NumPy, JAX and PyTorch call the functions of the language, with axes, orders and kept dimensions."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..lowering.called import own_name
from .keywords import Keywords
from .library import KEYWORDS, of_library
from .nodes import entries_of, is_library, number_of
from .pieces import (
    ATOM,
    CHAIN,
    LAYER,
    POSTFIX,
    SUM,
    Written,
    broadcast,
    exponent,
    over,
    plus,
    times,
    transposed,
)

_TURNING = frozenset({"transpose", "swapaxes", "permute", "swapdims", "moveaxis"})
_REDUCES = frozenset({"sum", "mean", "max", "min", "norm", "prod", "var", "std", "logsumexp"})


class Calls(Keywords):
    """The part of the writer of code that writes calls."""

    whole: ast.AST | None

    def matmul(self, node: ast.AST, left: Written, right: Written) -> Written:
        raise NotImplementedError

    def as_vector(self, value: Written) -> Written:
        raise NotImplementedError

    def with_axis(self, value: Written, place: int) -> Written:
        raise NotImplementedError

    def _call(self, node: ast.Call) -> Written:
        callee = node.func
        if isinstance(callee, ast.Attribute) and not is_library(callee.value):
            return self.called(node, callee.attr, [callee.value, *node.args])
        name = callee.attr if isinstance(callee, ast.Attribute) else callee.id if isinstance(callee, ast.Name) else ""
        if not name:
            raise self.refuse(node, f"`{ast.unparse(callee)}` is not read in code")
        return self.called(node, name, [*node.args])

    def called(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> Written:
        keywords = {k.arg: k.value for k in node.keywords if k.arg}
        if name == "einsum":
            return self.einsum(node, arguments)
        if name == "multi_dot" and isinstance(arguments[0], (ast.List, ast.Tuple)):
            whole = self.write(arguments[0].elts[0])
            for part in arguments[0].elts[1:]:
                whole = self.matmul(node, whole, self.write(part))
            return whole
        weights = keywords.get("weights")
        if name == "average" and weights is not None:
            arguments.append(weights)
        if name in ("eye", "identity", "ones", "zeros"):
            return self._constant_array(node, name, arguments)
        if name in ("clip", "clamp") and arguments:
            return self.clipped(node, arguments, keywords)
        if name in ("norm", "vector_norm", "matrix_norm"):
            arguments, keywords = self.norm_of(node, name, arguments, keywords)
            name = "norm"
        if name in _TURNING and len(arguments) > 1 or "axes" in keywords and name == "transpose":
            return self.turned(node, name, arguments, keywords)
        values = [self.write(a) for a in arguments]
        if not values:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        if (ready := of_library(name, values, keywords, lambda a, b: self.matmul(node, a, b))) is not None:
            return ready
        if name == "diag" and not values[0].rank:
            values[0] = self.as_vector(values[0])
        first, last = values[0], values[-1]
        own_call = isinstance(node.func, ast.Name) and keywords.keys() <= {"axis"}  # `cov(C, axis=0)` of the language
        if name in ("var", "std", "cov") and not own_call:
            return self.spread(node, name, first, arguments, keywords)
        if unknown := keywords.keys() - KEYWORDS:
            raise self.refuse(node, f"`{min(unknown)}=` of `{ast.unparse(node)}` is not read")
        if name == "vdot" and len(values) == 2 and first.rank == last.rank == 2:
            return Written(f"sum({times(first, last).text})", ATOM, 0)
        if name in ("dot", "matmul", "mm", "mv", "inner", "vdot") and len(values) == 2:
            first, last = self.as_vector(first), self.as_vector(last)  # whatever their letters say
            if not (first.rank and last.rank):
                return times(first, last)
            if name == "inner" and last.rank == 2:
                last = transposed(last)
            return self.matmul(node, first, last)
        if name in ("transpose", "t"):
            return transposed(first)
        if name == "outer" and len(values) == 2:
            return Written(f"{first.at(CHAIN)} {transposed(last).at(POSTFIX)}", CHAIN, 2)
        if name == "tensordot" and len(values) in (2, 3) and first.rank == values[1].rank == 2:
            axes = keywords.get("axes", arguments[2] if len(values) == 3 else None)
            count = 2 if axes is None else number_of(axes)
            if count == 2:
                return Written(f"sum({times(first, values[1]).text})", ATOM, 0)
            if count == 1:
                return self.matmul(node, first, values[1])
        if name in ("multiply", "mul") and len(values) == 2:
            return times(first, last)
        if name in ("divide", "true_divide", "div") and len(values) == 2:
            return over(first, last)
        if name in ("add", "subtract", "sub") and len(values) == 2:
            return plus(first, "+" if name == "add" else "-", last)
        if name in ("power", "pow") and len(values) == 2:
            dot = "." if first.rank else ""
            return Written(f"{first.at(ATOM)}{dot}^{exponent(last)}", POSTFIX, first.rank, first.row, first.kept)
        if name in ("square",):
            return Written(f"{first.at(ATOM)}{'.' if first.rank else ''}^2", POSTFIX, first.rank, first.row, first.kept)
        if name == "reciprocal":
            return over(Written("1", ATOM, 0), first)
        if name == "negative":
            return Written(f"-{first.at(LAYER)}", SUM, first.rank, first.row)
        if name == "log1p":
            return Written(f"log(1 + {first.at(LAYER)})", ATOM, first.rank, first.row)
        if name == "logaddexp" and len(values) == 2:
            first, last = (replace(v, text=f"exp({v.text})", holds=ATOM) for v in values)
            whole = plus(first, "+", last)
            return Written(f"log({whole.text})", ATOM, whole.rank, whole.row, whole.kept)
        if name == "expm1":
            return Written(f"exp({first.text}) - 1", SUM, first.rank, first.row)
        if name == "log10":
            return Written(f"log({first.text})/log(10)", CHAIN, first.rank, first.row)
        if name == "log2":
            return Written(f"log({first.text})/log(2)", CHAIN, first.rank, first.row)
        if name == "solve" and len(values) == 2:
            return Written(f"inv({first.text}) {last.at(POSTFIX)}", CHAIN, last.rank)
        if name == "matrix_power" and len(values) == 2:
            return Written(f"{first.at(ATOM)}^{exponent(last)}", POSTFIX, 2)
        if name == "slogdet":
            return Written(f"logdet({first.text})", ATOM, 0)
        if name == "squeeze" and first.kept >= 0:
            return replace(first, rank=1, kept=-1)
        if name in ("asarray", "array", "tensor", "float", "squeeze", "real"):
            return first
        if name in ("ravel", "flatten") and len(values) == 1:
            if first.rank == 2 and first.kept < 0:  # row by row
                return Written(f"vec({transposed(first).text})", ATOM, 1)
            return replace(first, rank=min(first.rank, 1), kept=-1)
        if name in ("reshape", "view") and first.rank == 1:
            shape = tuple(map(number_of, entries_of(arguments[1:])))
            if shape in ((-1, 1), (1, -1), (-1,)):
                return first if len(shape) == 1 else self.with_axis(first, shape.index(1))
        if name in ("expand_dims", "unsqueeze") and first.rank == 1:
            at = number_of(keywords["axis"]) if "axis" in keywords else number_of(arguments[-1])
            if at is not None and -2 <= at <= 1:
                return self.with_axis(first, at % 2)
        return self.named(node, name, values, keywords)

    def named(self, node: ast.Call, name: str, values: list[Written], keywords: dict[str, ast.expr]) -> Written:
        """A function that the language has, by its name there."""
        reduces = name not in ("maximum", "minimum") and own_name(name) in _REDUCES
        name = own_name(name)
        first = values[0]
        axis = keywords.get("axis", keywords.get("dim"))
        order = keywords.get("ord", keywords.get("p"))
        keeps = keywords.get("keepdims", keywords.get("keepdim"))
        is_kept = isinstance(keeps, ast.Constant) and bool(keeps.value)
        pairs = name in ("max", "min") and len(values) == 2 and not reduces
        if reduces and axis is None and len(values) == 2 and name != "norm" and number_of(node.args[-1]) is not None:
            axis = node.args[-1]  # `x.sum(0)`
            values = values[:1]
        if first.kept >= 0 and reduces and not pairs:
            return self.reduced_vector(node, name, first, axis, is_kept)
        if len(values) == 2 and all(v.rank for v in values) and not reduces:
            values = list(broadcast(*values))
            first = values[0]
        inside = ", ".join(v.text for v in values)
        if name == "norm" and order is not None:
            which = ast.unparse(order)
            if which.startswith("-"):
                raise self.refuse(node, f"the norm `{which}` is not read")
            inside += ", 'inf'" if which.endswith("inf") else f", {which}"
        if axis is not None and not (isinstance(axis, ast.Constant) and axis.value is None):
            number = number_of(axis)
            if number is None:
                raise self.refuse(node, f"`axis={ast.unparse(axis)}` is no number")
            if first.rank and not -first.rank <= number < first.rank:
                raise self.refuse(
                    node,
                    f"`{first.text}` is taken for an array with {first.rank} axes, and has no axis {number}: declare its names",
                )
            if first.rank == 1 and number in (0, -1) or first.kept >= 0 and number % 2 == 1 - first.kept:
                axis = None
            else:
                inside += f", axis={number % first.rank if first.rank else number}"
        else:
            axis = None
        if reduces and not pairs and is_kept and axis is not None and first.rank == 2:
            number = number_of(axis)
            assert number is not None
            return Written(f"{name}({inside})", ATOM, 2, kept=number % 2)
        if reduces and not pairs:
            rank = max(first.rank - 1, 0) if axis is not None else 0
        elif name == "diag" and first.rank:
            rank = 3 - first.rank
        elif name in ("tr", "det", "logdet"):
            rank = 0
        else:
            rank = max(v.rank for v in values)
            kept = max(values, key=lambda v: v.rank).kept
            return Written(f"{name}({inside})", ATOM, rank, kept=kept)
        return Written(f"{name}({inside})", ATOM, rank)

    def reduced_vector(
        self, node: ast.Call, name: str, vector: Written, axis: ast.expr | None, is_kept: bool
    ) -> Written:
        """A sum along an axis of a row or of a column: a number, or that vector where its axis is that of one entry."""
        number = None if axis is None else number_of(axis)
        if axis is not None and number is None or name in ("var", "std", "norm", "logsumexp"):
            raise self.refuse(node, f"`{name}` of a row or of a column is not read")
        if number is not None and number % 2 == vector.kept:
            return vector if is_kept else replace(vector, rank=1, kept=-1)
        return Written(f"{name}({vector.text})", ATOM, 0)

    def _list(self, node: ast.List) -> Written:
        """`[a, b]`, the entries of a vector."""
        entries = [self.write(e) for e in node.elts]
        if len(entries) < 2 or any(e.rank for e in entries):
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        return Written(f"[{', '.join(e.text for e in entries)}]", ATOM, 1)

    def _constant_array(self, node: ast.Call, name: str, arguments: list[ast.expr]) -> Written:
        sizes = arguments[0].elts if arguments and isinstance(arguments[0], (ast.Tuple, ast.List)) else arguments
        texts = [s.id if isinstance(s, ast.Name) else str(number_of(s) or "") for s in sizes]
        if not texts or not all(texts):
            raise self.refuse(node, f"the size of `{ast.unparse(node)}` is not read")
        called = {"eye": "I", "identity": "I"}.get(name, name)
        return Written(f"{called}({', '.join(texts)})", ATOM, 2 if called == "I" else len(texts))

    def einsum(self, node: ast.Call, arguments: list[ast.expr]) -> Written:
        """`einsum('ij,j->i', A, x)` as `(A_ij x_j)` with its output's axes named."""
        text = arguments[0].value if arguments and isinstance(arguments[0], ast.Constant) else None
        if not isinstance(text, str) or "." in text:
            raise self.refuse(node, "only `einsum` with its subscripts written out is read")
        inputs, arrow, output = text.replace(" ", "").partition("->")
        parts = inputs.split(",")
        if not arrow:
            letters = inputs.replace(",", "")
            output = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
        if len(parts) != len(arguments) - 1 or not set(output) <= set(inputs):
            raise self.refuse(node, "the subscripts and the operands of this `einsum` do not fit")
        values = [self.write(a) for a in arguments[1:]]
        factors = " ".join(
            f"{v.at(ATOM)}_{{{','.join(p)}}}" if p else v.at(POSTFIX) for v, p in zip(values, parts, strict=True)
        )
        summed = [c for c in dict.fromkeys("".join(parts)) if c not in output]
        body = f"∑_{{{','.join(summed)}}} {factors}" if summed else factors
        if output and node is not self.whole:
            raise self.refuse(node, "an `einsum` that gives an array is read where it is all there is")
        return Written(f"F_{{{','.join(output)}}} = {body}" if output else body, SUM, len(output))
