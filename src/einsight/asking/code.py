"""An expression of NumPy, JAX or PyTorch, written down in the language.

The text is parsed, and never run.  In code `*` and `**` are elementwise, `@` of two vectors is a number, and a vector has no
orientation: so what is written depends on how many axes a name has (`ranks`), and a name of which nobody says that is taken by
its letter, a capital for a matrix.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from ..lowering.names import GREEK
from .pieces import ATOM, CHAIN, LAYER, POSTFIX, SUM, Unwritten, Written, broadcast, column, exponent, over, plus, times, transposed


def written(code: str, ranks: dict[str, int]) -> list[str]:
    """The statements of the language that say what some lines of code do, the last of them an expression.

    `ranks` are the numbers of axes of the names that are declared; what others are taken for is added.  Raises Unwritten.
    """
    try:
        tree = ast.parse(code.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        at = getattr(problem, "offset", None) or 1
        raise Unwritten(f"this is no Python: {getattr(problem, 'msg', problem)}", at - 1, at) from None
    return _Writer(ranks).program(tree.body)


class _Writer:
    def __init__(self, ranks: dict[str, int]):
        self.ranks, self.declared = ranks, frozenset(ranks)
        self.whole: ast.AST | None = None  # the expression at the end
        self.kept: dict[str, int] = {}  # of names that stand for one row or one column

    def program(self, body: list[ast.stmt]) -> list[str]:
        """Assignments, then what is returned or stands last."""
        out: list[str] = []
        for k, statement in enumerate(body):
            last = k == len(body) - 1
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and last:
                return out + self.program([s for s in statement.body if not _is_text(s)])
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                continue
            if isinstance(statement, ast.Return) and statement.value is not None and last:
                return [*out, self.last(statement.value)]
            if isinstance(statement, ast.Expr) and last:
                return [*out, self.last(statement.value)]
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                target = statement.targets[0]
                if isinstance(target, ast.Name):
                    if last:
                        return [*out, self.last(statement.value)]
                    made = self.write(statement.value)
                    self.ranks[target.id] = made.rank
                    self.kept[target.id] = made.kept
                    out.append(f"{_name(target.id)}{chr(39) if made.row else ''} = {made.text}")
                    continue
            raise self.refuse(statement, "only assignments to names, and an expression at the end, are read")
        raise Unwritten("there is no expression at the end")

    def last(self, node: ast.expr) -> str:
        self.whole = node.body if isinstance(node, ast.Lambda) else node
        made = self.write(self.whole)
        return f"{made.at(ATOM)}'" if made.kept == 0 else made.text

    def refuse(self, node: ast.AST, reason: str) -> Unwritten:
        start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0) or 0
        return Unwritten(reason, start, end)

    def write(self, node: ast.expr) -> Written:
        method: Callable[[ast.expr], Written] | None = getattr(self, "_" + type(node).__name__.lower(), None)
        if method is None:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        return method(node)

    # names and numbers

    def _constant(self, node: ast.Constant) -> Written:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise self.refuse(node, f"`{node.value!r}` is no number")
        return Written(repr(node.value), ATOM, 0)

    def _name(self, node: ast.Name) -> Written:
        name = _name(node.id)
        rank = self._rank(node.id)
        self.ranks.setdefault(name, rank)
        return Written(name, ATOM, rank, kept=self.kept.get(node.id, -1))

    def _rank(self, name: str) -> int:
        for known in (name, _name(name)):
            if known in self.ranks:
                return self.ranks[known]
        if name[0].isupper():
            return 2
        letter = name.split("_")[0]
        return 1 if letter[0] in "xyzuvwabpqhrsg" and len(letter) <= 2 and letter not in GREEK else 0

    def _attribute(self, node: ast.Attribute) -> Written:
        if node.attr in ("T", "mT", "H"):
            return transposed(self.write(node.value))
        if node.attr == "pi" and isinstance(node.value, ast.Name):
            return Written("π", ATOM, 0)
        if node.attr == "e" and _is_library(node.value):
            return Written("exp(1)", ATOM, 0)
        raise self.refuse(node, f"`.{node.attr}` is not read in code")

    def _subscript(self, node: ast.Subscript) -> Written:
        """`x[0]`, `A[i, 1]`: components, which the language counts from 1; `x[:, None]`; other slices are not read."""
        base = self.write(node.value)
        place = _new_axis(node.slice)
        if place is not None and base.rank < 2:
            return self.with_axis(base, place)
        called = node.value.func if isinstance(node.value, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr == "slogdet" and _number(node.slice) == 1:
            return base
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        indices = []
        for part in parts:
            number = _number(part)
            if number is not None and number >= 0:
                indices.append(str(number + 1))
            elif isinstance(part, ast.Name):
                indices.append(part.id)
            else:
                raise self.refuse(node, f"`{ast.unparse(node)}` takes a part of an array, which is not read")
        if len(indices) != base.rank:
            raise self.refuse(node, f"`{ast.unparse(node)}` takes a part of an array, which is not read")
        return Written(f"{base.at(ATOM)}[{', '.join(indices)}]", ATOM, 0)

    def with_axis(self, value: Written, place: int) -> Written:
        """A vector as a column (`place` 1) or as a row (0)."""
        return replace(column(self._as_vector(value)), rank=2, kept=place)

    # operators

    def _unaryop(self, node: ast.UnaryOp) -> Written:
        if not isinstance(node.op, (ast.USub, ast.UAdd)):
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        inner = self.write(node.operand)
        sign = "-" if isinstance(node.op, ast.USub) else ""
        return Written(f"{sign}{inner.at(LAYER)}", SUM, inner.rank, inner.row, inner.kept)

    def _binop(self, node: ast.BinOp) -> Written:
        left, right = self.write(node.left), self.write(node.right)
        kind = type(node.op)
        if kind in (ast.Add, ast.Sub):
            return plus(left, "+" if kind is ast.Add else "-", right)
        if kind is ast.MatMult:
            return self.matmul(node, left, right)
        if kind is ast.Mult:
            return times(left, right)
        if kind is ast.Div:
            return over(left, right)
        if kind is ast.Pow:
            dot = "." if left.rank else ""
            return Written(f"{left.at(ATOM)}{dot}^{exponent(right)}", POSTFIX, left.rank, left.row, left.kept)
        raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")

    def matmul(self, node: ast.AST, left: Written, right: Written) -> Written:
        """`a @ b`: of two vectors a number; a vector before a matrix is a row."""
        left, right = self._as_vector(left), self._as_vector(right)
        if not (left.rank and right.rank):
            raise self.refuse(node, "`@` is of arrays, and one of these is a number")
        if left.rank > 2 or right.rank > 2:
            raise self.refuse(node, "`@` of arrays with more than two axes: write `einsum`")
        if left.kept >= 0 or right.kept >= 0:
            return self.matmul_kept(node, left, right)
        if left.rank == 1 and not left.row:
            left = transposed(left)
        if right.rank == 1 and right.row:
            right = transposed(right)
        text = f"{left.at(CHAIN)} {right.at(POSTFIX)}"
        if left.rank == right.rank == 1:
            return Written(text, CHAIN, 0)
        rank = left.rank + right.rank - 2
        if rank == 1 and left.rank == 1:  # `x @ A` has no orientation: it is the column `A' x`
            turned = transposed(right)
            return Written(f"{turned.at(POSTFIX)} {transposed(left).at(POSTFIX)}", CHAIN, 1)
        return Written(text, CHAIN, rank)

    def matmul_kept(self, node: ast.AST, left: Written, right: Written) -> Written:
        """`a @ b` where one of them is a row or a column of a matrix, which is written as a vector."""
        if left.kept == 1 and right.kept == 0:
            return Written(f"{left.at(CHAIN)} {right.at(ATOM)}'", CHAIN, 2)
        if left.kept == 0 and (right.kept == 1 or right.rank == 1):
            return Written(f"{left.at(ATOM)}' {column(right).at(POSTFIX)}", CHAIN, 0)
        if left.kept == 0 and right.rank == 2 and right.kept < 0:
            return Written(f"{transposed(right).at(POSTFIX)} {left.at(POSTFIX)}", CHAIN, 2, kept=0)
        if left.rank == 2 and left.kept < 0 and right.kept == 1:
            return Written(f"{left.at(CHAIN)} {right.at(POSTFIX)}", CHAIN, 2, kept=1)
        raise self.refuse(node, "this product of a row or a column is not read")

    def _as_vector(self, value: Written) -> Written:
        """A name that nobody declares is a vector where it stands beside `@`, whatever its letters."""
        if value.rank or value.text in self.declared or not value.text.isidentifier():
            return value
        self.ranks[value.text] = 1
        return Written(value.text, ATOM, 1)

    # calls

    def _call(self, node: ast.Call) -> Written:
        callee = node.func
        if isinstance(callee, ast.Attribute) and not _is_library(callee.value):
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
        if name in ("eye", "identity", "ones", "zeros"):
            return self._constant_array(node, name, arguments)
        if name == "norm" and len(arguments) == 2:  # of which kind
            keywords.setdefault("ord", arguments.pop())
        values = [self.write(a) for a in arguments]
        if not values:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        first, last = values[0], values[-1]
        if name == "vdot" and len(values) == 2 and first.rank == last.rank == 2:
            return Written(f"sum({times(first, last).text})", ATOM, 0)
        if name in ("dot", "matmul", "mm", "mv", "inner", "vdot") and len(values) == 2:
            if not (first.rank and last.rank):
                return times(first, last)
            if name == "inner" and last.rank == 2:
                last = transposed(last)
            return self.matmul(node, first, last)
        if name in ("transpose", "t", "swapaxes"):
            return transposed(first)
        if name == "outer" and len(values) == 2:
            return Written(f"{first.at(CHAIN)} {transposed(last).at(POSTFIX)}", CHAIN, 2)
        if name == "tensordot" and len(values) in (2, 3) and first.rank == values[1].rank == 2:
            axes = keywords.get("axes", arguments[2] if len(values) == 3 else None)
            count = 2 if axes is None else _number(axes)
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
            shape = tuple(map(_number, _entries(arguments[1:])))
            if shape in ((-1, 1), (1, -1), (-1,)):
                return first if len(shape) == 1 else self.with_axis(first, shape.index(1))
        if name in ("expand_dims", "unsqueeze") and first.rank == 1:
            at = _number(keywords["axis"]) if "axis" in keywords else _number(arguments[-1])
            if at is not None and -2 <= at <= 1:
                return self.with_axis(first, at % 2)
        if name in ("mse_loss", "mean_squared_error") and len(values) == 2 and "reduction" not in keywords:
            return Written(f"mean(({plus(first, '-', last).text}).^2)", ATOM, 0)
        return self._named(node, name, values, keywords)

    def _named(self, node: ast.Call, name: str, values: list[Written], keywords: dict[str, ast.expr]) -> Written:
        """A function that the language has, by its name there."""
        reduces = name not in ("maximum", "minimum") and _RENAMED.get(name, name) in _REDUCES
        name = _RENAMED.get(name, name)
        first = values[0]
        axis = keywords.get("axis", keywords.get("dim"))
        order = keywords.get("ord", keywords.get("p"))
        keeps = keywords.get("keepdims", keywords.get("keepdim"))
        is_kept = isinstance(keeps, ast.Constant) and bool(keeps.value)
        pairs = name in ("max", "min") and len(values) == 2 and not reduces
        if reduces and axis is None and len(values) == 2 and name != "norm" and _number(node.args[-1]) is not None:
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
            inside += ", 'inf'" if which.endswith("inf") else f", {which}"
        if axis is not None and not (isinstance(axis, ast.Constant) and axis.value is None):
            number = _number(axis)
            if number is None:
                raise self.refuse(node, f"`axis={ast.unparse(axis)}` is no number")
            if first.rank and not -first.rank <= number < first.rank:
                raise self.refuse(
                    node,
                    f"`{first.text}` is taken for an array with {first.rank} axes, and has no axis {number}: declare its names",
                )
            if first.rank == 1 and number in (0, -1):
                axis = None
            elif first.kept >= 0 and number % 2 == 1 - first.kept:
                axis = None
            else:
                inside += f", axis={number % first.rank if first.rank else number}"
        else:
            axis = None
        if reduces and not pairs and is_kept and axis is not None and first.rank == 2:
            number = _number(axis)
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
        number = None if axis is None else _number(axis)
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
        texts = [s.id if isinstance(s, ast.Name) else str(_number(s) or "") for s in sizes]
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


def _name(text: str) -> str:
    """`lambda_` is `lambda`."""
    return text.rstrip("_") or text


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_library(node: ast.expr) -> bool:
    """`np`, `jax.numpy`, `np.linalg`, `torch.nn.functional`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in _LIBRARIES


def _new_axis(node: ast.expr) -> int | None:
    """Where `[:, None]` (1) and `[None, :]` or `[None]` (0) put an axis of one entry; None for anything else."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    kinds = ["new" if _is_new(p) else "all" if _is_all(p) else "" for p in parts]
    return {("all", "new"): 1, ("new", "all"): 0, ("new",): 0}.get(tuple(kinds))


def _is_new(node: ast.expr) -> bool:
    is_none = isinstance(node, ast.Constant) and node.value is None
    return is_none or (isinstance(node, ast.Attribute) and node.attr == "newaxis")


def _is_all(node: ast.expr) -> bool:
    whole = isinstance(node, ast.Slice) and node.lower is None and node.upper is None and node.step is None
    return whole or (isinstance(node, ast.Constant) and node.value is ...)


def _entries(arguments: list[ast.expr]) -> list[ast.expr]:
    """What a shape holds, as arguments of their own or in one tuple."""
    only = arguments[0] if len(arguments) == 1 else None
    return only.elts if isinstance(only, (ast.Tuple, ast.List)) else arguments


def _number(node: ast.expr) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


_LIBRARIES = frozenset(
    {"np", "numpy", "jnp", "jax", "torch", "F", "nn", "scipy", "sp", "tf", "math", "special", "linalg", "cp", "mx"}
)
_RENAMED = {
    "trace": "tr", "expit": "sigmoid", "maximum": "max", "minimum": "min", "amax": "max", "amin": "min", "absolute": "abs",
    "fabs": "abs", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "ln": "log", "average": "mean",
    "inverse": "inv", "lgamma": "loggamma", "gammaln": "loggamma", "swish": "silu", "reduce_sum": "sum", "reduce_mean": "mean",
    "diagonal": "diag", "diagflat": "diag", "logsigmoid": "log_sigmoid",
}  # fmt: skip
_REDUCES = frozenset({"sum", "mean", "max", "min", "norm", "prod", "var", "std", "logsumexp"})
