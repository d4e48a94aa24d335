"""Code that has no matrix form, written in components: slices, axes that are put beside one another, `where`, batches of samples.

Each value is what its component is, with an index for each axis; NumPy's rules for shapes then say which indices are one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

from ..lowering.called import own_name
from ..lowering.names import canonical_name
from .library import KEYWORDS, counts_one_less
from .nodes import Lengths, entries_of, is_library, is_new, length_asked, number_of
from .parts import Axis, Part, put_in, renamed
from .pieces import Unwritten
from .turns import COMPREHENSIONS, Turn, Turns

_SIGNS = {ast.Add: "+", ast.Sub: "-"}
_COMPARED = {ast.Gt: ("> ", "≤ "), ast.GtE: ("≥ ", "< "), ast.Lt: ("< ", "≥ "), ast.LtE: ("≤ ", "> ")}
_INDEX = re.compile("⟦(\\d+)⟧")
_LETTERS = "ijklpqrstuvabcdefgh"
# what runs along an axis and gives a number, or keeps the axis
_REDUCING = frozenset({"sum", "mean", "max", "min", "prod", "var", "std", "norm", "logsumexp"})
_KEEPING = frozenset({"softmax", "log_softmax"})
_NESTED = frozenset({"sum", "mean", "max", "min", "prod"})  # along several axes one after the other


class Components(Turns):
    """
    rank_of  numbers of axes of names
    lengths  how long their axes are
    """

    def __init__(self, rank_of: Callable[[str], int], lengths: Lengths, is_torch: bool):
        self.rank_of, self.lengths, self.is_torch = rank_of, lengths, is_torch
        self.numbers = count()
        self.known: dict[str, Part] = {}
        self.turns: dict[str, Turn] = {}

    def new_axis(self) -> Axis:  # type: ignore[override]
        return Axis(next(self.numbers))

    def refuse(self, node: ast.AST, reason: str) -> Unwritten:
        start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0) or 0
        return Unwritten(reason, start, end)

    def statement(self, value: ast.expr) -> str:
        """The last expression of some code, with its free indices on the left."""
        made = self.write(value)
        shown = [a for a in made.axes if a.index is not None]
        if any(a.size for a in shown):
            raise self.refuse(value, "it gives a part of an axis, which is read only under a sum")
        text = made.text
        if shown:
            name = next(c for c in "FGHEUV" if c not in self.lengths.taken)
            text = f"{name}[{','.join(a.sign for a in shown)}] = {text}"
        letters = (c for c in _LETTERS if c not in self.lengths.taken)
        try:
            named = {index: next(letters) for index in dict.fromkeys(_INDEX.findall(text))}
        except StopIteration:
            raise self.refuse(value, "it has too many axes") from None
        return _INDEX.sub(lambda m: named[m[1]], text)

    def write(self, node: ast.expr) -> Part:
        length = self.length(node)
        if length is not None:
            return Part(length)
        method: Callable[[ast.expr], Part] | None = getattr(self, "_" + type(node).__name__.lower(), None)
        if method is None:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        return method(node)

    def fresh(self, part: Part) -> Part:
        """The same with indices of its own, so that it may stand twice."""
        named = {str(k): str(k) for k in self.kept_indices()}
        text = _INDEX.sub(lambda m: f"⟦{named.setdefault(m[1], str(next(self.numbers)))}⟧", part.text)
        other = _INDEX.sub(lambda m: f"⟦{named.setdefault(m[1], str(next(self.numbers)))}⟧", part.otherwise)
        axes = tuple(a if a.index is None else replace(a, index=int(named[str(a.index)])) for a in part.axes)
        return replace(part, text=text, otherwise=other, axes=axes)

    # names and numbers

    def _constant(self, node: ast.Constant) -> Part:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise self.refuse(node, f"`{node.value!r}` is no number")
        return Part(repr(node.value))

    def _name(self, node: ast.Name) -> Part:
        if node.id in self.turns:
            return Part(self.turns[node.id].number)
        if node.id in self.known:
            return self.fresh(self.known[node.id])
        name = node.id.rstrip("_") or node.id
        axes = tuple(Axis(next(self.numbers)) for _ in range(self.rank_of(node.id)))
        return Part(f"{name}[{','.join(a.sign for a in axes)}]" if axes else name, axes)

    def _attribute(self, node: ast.Attribute) -> Part:
        if node.attr in ("T", "mT", "H"):
            value = self.write(node.value)
            return replace(value, axes=value.axes[::-1])
        if node.attr == "pi" and is_library(node.value):
            return Part("π")
        raise self.refuse(node, f"`.{node.attr}` is not read in code")

    def length(self, node: ast.expr) -> str | None:
        """How long an axis is, where that is what stands there."""
        asked = length_asked(node)
        if asked is None:
            return None
        found = self.lengths.of(canonical_name(asked[0]), asked[1], self.rank_of(asked[0]))
        if found is None:
            raise self.refuse(node, f"nothing says how long `{asked[0]}` is: declare it")
        return found

    # operators

    def _unaryop(self, node: ast.UnaryOp) -> Part:
        inner = self.write(node.operand)
        if isinstance(node.op, ast.USub):
            return Part(f"-{inner.whole}", inner.axes, is_sum=True)
        raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")

    def _binop(self, node: ast.BinOp) -> Part:
        left, right, kind = self.write(node.left), self.write(node.right), type(node.op)
        if kind is ast.MatMult:
            return self.matmul(node, left, right)
        left, right, axes = self.together(node, left, right)
        if kind in _SIGNS:
            return Part(f"{left.text} {_SIGNS[kind]} {right.whole}", axes, is_sum=True)
        if kind is ast.Mult:
            return Part(f"{left.whole} * {right.whole}", axes)
        if kind is ast.Div:
            return Part(f"{left.whole}/({right.text})", axes)
        if kind is ast.Pow:
            return Part(f"({left.text})^({right.text})", axes)
        raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")

    def _compare(self, node: ast.Compare) -> Part:
        if len(node.ops) != 1 or type(node.ops[0]) not in _COMPARED:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        left, right, axes = self.together(node, self.write(node.left), self.write(node.comparators[0]))
        holds, fails = _COMPARED[type(node.ops[0])]
        return Part(f"[{left.text} {holds}{right.text}]", axes, f"[{left.text} {fails}{right.text}]")

    def together(self, node: ast.AST, left: Part, right: Part) -> tuple[Part, Part, tuple[Axis, ...]]:
        """Two values with one index for each axis that they share, the last beside one another."""
        axes: list[Axis] = []
        for k in range(1, max(len(left.axes), len(right.axes)) + 1):
            one = left.axes[-k] if k <= len(left.axes) else Axis(None)
            other = right.axes[-k] if k <= len(right.axes) else Axis(None)
            if one.index is not None and other.index is not None:
                if one.size != other.size:
                    raise self.refuse(node, f"`{ast.unparse(node)}` has parts of axes that are not alike")
                right = renamed(right, other, one)
                axes.insert(0, one)
            else:
                axes.insert(0, other if one.index is None else one)
        return left, right, tuple(axes)

    def matmul(self, node: ast.AST, left: Part, right: Part) -> Part:
        if not (left.axes and right.axes):
            raise self.refuse(node, "`@` is of arrays, and one of these is a number")
        if max(len(left.axes), len(right.axes)) > 2:
            return self._batched(node, left, right)
        one, other = left.axes[-1], right.axes[0]
        rest = (*left.axes[:-1], *right.axes[1:])
        if one.index is None or other.index is None:
            if one.index is not None or other.index is not None:
                raise self.refuse(node, f"the shapes in `{ast.unparse(node)}` do not go together")
            return Part(f"{left.whole} * {right.whole}", rest)
        if one.size or other.size:
            raise self.refuse(node, "`@` of a part of an axis is not read")
        right = renamed(right, other, one)
        return Part(f"(∑_{{{one.sign}}} {left.whole} * {right.whole})", rest)

    def _batched(self, node: ast.AST, left: Part, right: Part) -> Part:
        """A product of matrices for each entry of the axes before them."""
        if min(len(left.axes), len(right.axes)) < 2:
            raise self.refuse(node, "`@` of a vector and an array with more than two axes: write `einsum`")
        one, other, rows, columns = left.axes[-1], right.axes[-2], left.axes[-2], right.axes[-1]
        if any(a.size or a.index is None for a in (one, other, rows, columns)):
            raise self.refuse(node, "`@` of a part of an axis is not read")
        before = [replace(p, axes=p.axes[:-2]) for p in (left, renamed(right, other, one))]
        left, right, axes = self.together(node, *before)
        return Part(f"(∑_{{{one.sign}}} {left.whole} * {right.whole})", (*axes, rows, columns))

    # parts of arrays

    def _subscript(self, node: ast.Subscript) -> Part:
        value = self.write(node.value)
        parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        given = sum(not is_new(p) and not _is_rest(p) for p in parts)
        if given > len(value.axes):
            raise self.refuse(node, f"`{ast.unparse(node.value)}` is taken for an array with {len(value.axes)} axes")
        rest = [p for p in parts if _is_rest(p)]
        whole: list[ast.expr] = [ast.Slice() for _ in range(len(value.axes) - given)]
        if rest:
            at = parts.index(rest[0])
            parts[at : at + 1] = whole
        else:
            parts += whole
        kept: list[Axis] = []
        axes = iter(value.axes)
        for part in parts:
            if is_new(part):
                kept.append(Axis(None))
                continue
            axis = next(axes)
            if isinstance(part, ast.Slice):
                value, axis = self._sliced(node, value, axis, part)
                kept.append(axis)
                continue
            number, place = number_of(part), self.place_of(part)
            if place is None and number is not None and number >= 0:
                place = str(number + 1)
            if place is None or axis.index is None:
                raise self.refuse(node, f"`{ast.unparse(node)}` takes a part of an array, which is not read")
            value = put_in(value, axis, place)
        return replace(value, axes=tuple(kept))

    def _sliced(self, node: ast.Subscript, value: Part, axis: Axis, part: ast.Slice) -> tuple[Part, Axis]:
        """`x[1:]` and `x[:-1]`, whose sums have bounds."""
        begin = 0 if part.lower is None else number_of(part.lower)
        end = None if part.upper is None else number_of(part.upper)
        if part.lower is None and part.upper is None and part.step is None:
            return value, axis
        if begin is None or begin < 0 or part.step is not None or axis.index is None or axis.size:
            raise self.refuse(node, f"`{ast.unparse(node)}` takes a part of an array, which is not read")
        if part.upper is not None and end is None:
            raise self.refuse(node, f"`{ast.unparse(node)}` takes a part of an array, which is not read")
        is_rest = end is None or end < 0
        size = f"{self._length(node, axis, value)}-{begin - (end or 0)}" if is_rest else f"{(end or 0) - begin}"
        moved = put_in(value, axis, f"{axis.sign}+{begin}") if begin else value
        return moved, Axis(axis.index, size)

    def _length(self, node: ast.Subscript, axis: Axis, value: Part) -> str:
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        found = self.lengths.of(canonical_name(name), value.axes.index(axis), len(value.axes)) if name else None
        if found is None:
            raise self.refuse(node, f"nothing says how long `{ast.unparse(node.value)}` is: declare it")
        return found

    # calls

    def _call(self, node: ast.Call) -> Part:
        callee = node.func
        arguments = list(node.args)
        if isinstance(callee, ast.Attribute):
            name = callee.attr
            if not is_library(callee.value):
                arguments = [callee.value, *arguments]
        elif isinstance(callee, ast.Name):
            name = callee.id
        else:
            raise self.refuse(node, f"`{ast.unparse(callee)}` is not read in code")
        if not arguments:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        if name == "einsum":
            return self._einsum(node, arguments)
        keywords = {k.arg: k.value for k in node.keywords if k.arg}
        axis = keywords.get("axis", keywords.get("dim"))
        called = own_name(name)
        unknown = keywords.keys() - KEYWORDS - ({"ddof", "correction", "unbiased"} if name in ("var", "std") else set())
        if unknown or name in ("var", "std") and counts_one_less(name, keywords, self.is_torch) is not False:
            raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
        if name in ("maximum", "minimum") or called in ("max", "min") and len(arguments) == 2 and axis is None:
            left, right, axes = self.together(node, self.write(arguments[0]), self.write(arguments[1]))
            return Part(f"{called}({left.text}, {right.text})", axes)
        if isinstance(arguments[0], COMPREHENSIONS) and len(arguments) == 1:
            if called in _REDUCING and called != "norm" and keywords.keys() <= {"axis", "dim"}:
                return self.gathered(node, called, axis)
            if name in ("array", "asarray", "tensor", "stack") and keywords.keys() <= {"dtype"}:
                return self.listed(arguments[0])
        if called in _REDUCING | _KEEPING:
            if axis is None and len(arguments) == 2 and called != "norm":
                axis = arguments.pop()
            if len(arguments) != 1 or "ord" in keywords or "p" in keywords:
                raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")
            kept = keywords.get("keepdims", keywords.get("keepdim"))
            return self._along(
                node, called, self.write(arguments[0]), axis, isinstance(kept, ast.Constant) and bool(kept.value)
            )
        values = [self.write(a) for a in arguments]
        if name == "where" and len(values) == 3 and values[0].otherwise:
            return self._where(node, values)
        if name in ("dot", "matmul", "mm", "mv", "bmm", "inner", "vdot") and len(values) == 2:
            return self.matmul(node, *values)
        if name in ("transpose", "t"):
            return replace(values[0], axes=values[0].axes[::-1])
        if name in ("unsqueeze", "expand_dims") and len(values) <= 2:
            at = number_of(axis if axis is not None else arguments[-1])
            if at is not None and -len(values[0].axes) - 1 <= at <= len(values[0].axes):
                old = values[0].axes
                at %= len(old) + 1
                return replace(values[0], axes=(*old[:at], Axis(None), *old[at:]))
        if name in ("power", "pow") and len(values) == 2:
            base, raised, axes = self.together(node, *values)
            return Part(f"({base.text})^({raised.text})", axes)
        if name in ("square",):
            return Part(f"({values[0].text})^2", values[0].axes)
        if name == "diff" and len(values) == 1 and len(values[0].axes) == 1 and not node.keywords:
            return self.write(
                ast.parse(f"({ast.unparse(arguments[0])})[1:] - ({ast.unparse(arguments[0])})[:-1]", mode="eval").body
            )
        if len(values) == 1 and not keywords and name not in ("inv", "det", "slogdet", "trace", "diag", "pinv", "expm"):
            return Part(f"{called}({values[0].text})", values[0].axes)
        raise self.refuse(node, f"`{ast.unparse(node)}` is not read in code")

    def _einsum(self, node: ast.Call, arguments: list[ast.expr]) -> Part:
        said = arguments[0].value if isinstance(arguments[0], ast.Constant) else None
        inputs, arrow, output = said.replace(" ", "").partition("->") if isinstance(said, str) else ("", "", "")
        parts = inputs.split(",")
        if not arrow or "." in inputs or len(parts) != len(arguments) - 1 or node.keywords:
            raise self.refuse(node, "only `einsum` with its subscripts written out is read")
        named: dict[str, Axis] = {}
        factors = []
        for letters, argument in zip(parts, arguments[1:], strict=True):
            value = self.write(argument)
            if len(letters) != len(value.axes) or any(a.index is None or a.size for a in value.axes):
                raise self.refuse(node, "the subscripts and the operands of this `einsum` do not fit")
            for letter, axis in zip(letters, value.axes, strict=True):
                value = renamed(value, axis, named.setdefault(letter, axis))
            factors.append(value.whole)
        summed = [a.sign for letter, a in named.items() if letter not in output]
        text = " * ".join(factors)
        return Part(f"(∑_{{{','.join(summed)}}} {text})" if summed else text, tuple(named[c] for c in output))

    def _where(self, node: ast.Call, values: list[Part]) -> Part:
        condition, first, axes = self.together(node, values[0], values[1])
        _, second, axes = self.together(node, replace(condition, axes=axes), values[2])
        return Part(f"{values[0].text} * {first.whole} + {values[0].otherwise} * {second.whole}", axes, is_sum=True)

    def _along(self, node: ast.Call, name: str, value: Part, axis: ast.expr | None, is_kept: bool) -> Part:
        """A function along an axis, or along all."""
        places = list(range(len(value.axes)))
        if axis is not None and not (isinstance(axis, ast.Constant) and axis.value is None):
            numbers = [number_of(a) for a in entries_of([axis])]
            if any(n is None or not -len(places) <= n < len(places) for n in numbers):
                raise self.refuse(node, f"the value has {len(places)} axes, and `{ast.unparse(axis)}` is none of them")
            places = sorted(n % len(places) for n in numbers if n is not None)
        elif name in _KEEPING and len(places) != 1:
            raise self.refuse(node, f"`{name}` needs the axis along which it runs")
        return self.along(node, name, value, places, is_kept)

    def along(self, node: ast.Call, name: str, value: Part, places: list[int], is_kept: bool = False) -> Part:
        """A function along some of the axes of a value."""
        met = [value.axes[p] for p in places if value.axes[p].index is not None]
        if (
            len(met) > 1
            and name not in _NESTED
            and name != "norm"
            or (any(a.size for a in met) and name not in ("sum", "mean"))
        ):
            raise self.refuse(node, f"`{name}` along these axes is not read")
        text = value.text
        if name == "norm" and met:
            text = f"sqrt(∑_{{{','.join(a.sign for a in met)}}} ({text})^2)"
        else:
            for one in met if name != "norm" else ():
                text = self._run(name, text, one, len(met))
        if name in _KEEPING:
            return Part(text, value.axes)
        axes = tuple(Axis(None) if k in places else a for k, a in enumerate(value.axes) if is_kept or k not in places)
        return Part(text, axes)

    def _run(self, name: str, text: str, axis: Axis, count_of_axes: int) -> str:
        if name == "sum" or axis.size:
            bound = f"{axis.sign}=1}}^{{{axis.size}" if axis.size else axis.sign
            summed = f"(∑_{{{bound}}} ({text}))"
            return f"{summed}/({axis.size})" if name == "mean" else summed
        return f"{name}_{axis.sign}({text})"


def _is_rest(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def names_in(tree: ast.AST) -> Iterator[str]:
    """The names of some code, attributes apart."""
    return (n.id for n in ast.walk(tree) if isinstance(n, ast.Name))
