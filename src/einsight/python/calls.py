"""The calls of a program: functions of libraries, methods of arrays, functions of the file, which are put in."""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction

from ..terms import build
from ..terms.dimension import Dim
from ..terms.term import Bracket, Product, Sum, Term
from . import joining, networks, picking
from .arrays import Arrays
from .axes import Misfit
from .contractions import EINSUMS, REGROUPINGS
from .functions import FUNCTIONS, METHODS, Call, NotRead, as_array
from .libraries import bare, library_of
from .listing import CHANGE
from .putting import Putting
from .values import (
    NOTHING,
    UNKNOWN,
    Array,
    Each,
    Library,
    Local,
    Made,
    Method,
    Number,
    Range,
    Several,
    ShapeOf,
    Table,
    Text,
    Thing,
    Value,
    plain,
)

# files of functions by name that nobody else imports
ENTERED = (joining, networks, picking)
_GENERATORS = frozenset(
    (
        "numpy.random.default_rng",
        "numpy.random.RandomState",
        "numpy.random.Generator",
        "numpy.random.mtrand.RandomState",
    )
)
# functions of several arrays in a list, and of numbers in one
_JOINS = frozenset("concatenate concat cat hstack vstack column_stack row_stack stack r_".split())
_OF_LISTS = frozenset("mean sum max min prod average".split())
# what gives the entries of an array in another shape, into which is written where it is
_OF_THE_SAME = frozenset(
    "reshape view ravel transpose swapaxes squeeze expand_dims unsqueeze permute moveaxis t".split()
)
# items of a list that are told apart
MOST_WRITTEN = 64


class Calls(Putting):
    """Reads calls."""

    # calls

    def _call(self, node: ast.Call) -> Value:
        if isinstance(node.func, ast.Attribute):
            saved = self._context(node)
            if saved is not None:
                return saved
            if (changed := self.changed_copy(node, node.func)) is not None:
                return changed
            if node.func.attr in CHANGE and isinstance(several := self.evaluate(node.func.value), Several):
                found = self.changed(several, node.func.attr, [self.evaluate(a) for a in node.args])
                if found is None:
                    self.forget(node.func.value)
                return found or NOTHING
            if node.func.attr == "get" and node.args and isinstance(table := self.evaluate(node.func.value), Table):
                return self._got(table, [self.evaluate(a) for a in node.args])
        function = self.evaluate(node.func)
        if isinstance(function, Library) and function.path in EINSUMS:
            return self._einsum(node, function.path)
        if isinstance(function, Library) and function.path in REGROUPINGS:
            return self._regroup(node, function.path)
        starred = any(k.arg is None for k in node.keywords)
        given: list[Value] = []
        for argument in node.args:
            if not isinstance(argument, ast.Starred):
                given.append(self.evaluate(argument))
                continue
            several = self.evaluate(argument.value)
            several = self._shape(several, None) if isinstance(several, ShapeOf) else several
            starred |= not isinstance(several, Several)
            given += several.items if isinstance(several, Several) else ()
        named = {k.arg: self.evaluate(k.value) for k in node.keywords if k.arg is not None}
        for keyword in node.keywords:
            if keyword.arg is None:
                self.evaluate(keyword.value)
        if starred:
            return UNKNOWN
        if isinstance(function, Library):
            out = named.pop("out", None) if self.sizes.binding else None
            made = self._library_call(node, function.path, given, named)
            if out is not None and out is not NOTHING:
                self.written_over(out, made if isinstance(made, Array) else Array(open=True))
                if isinstance(out, Array) and not isinstance(made, Array):
                    out.term, out.cells, out.why = None, None, "what is written into `out`"
            return made
        if isinstance(function, Method):
            return self._method_call(node, function, given, named)
        if isinstance(function, Made):
            return self.make(node, function, given, named)
        if isinstance(function, Local):
            return self.put_in(node, function, given, named)
        return UNKNOWN

    def _got(self, table: Table, given: list[Value]) -> Value:
        """`table.get(key, default)`: the default where nothing is known to stand there."""
        key = given[0]
        if not isinstance(key, Text) or len(given) > 2:
            return UNKNOWN
        if key.text in table.items or len(given) == 1:
            return table.get(key.text)
        return given[1]

    def _context(self, node: ast.Call) -> Value | None:
        """What is saved for the way back; None where the call is something else."""
        assert isinstance(node.func, ast.Attribute)
        if node.func.attr not in ("save_for_backward", "mark_non_differentiable", "set_materialize_grads"):
            return None
        thing = self.evaluate(node.func.value)
        if not isinstance(thing, Thing):
            return None
        if node.func.attr == "save_for_backward":
            thing.saved = Several(tuple(self.evaluate(a) for a in node.args))
        return NOTHING

    def _library_call(self, node: ast.Call, path: str, given: list[Value], named: dict[str, Value]) -> Value:
        library, name = library_of(path), bare(path)
        if library == "builtins":
            return self._builtin(node, name, given, named)
        if path in ("jax.jit", "jax.checkpoint", "jax.remat", "torch.compile") and given and not named:
            return given[0]
        if path in ("jax.vmap", "torch.equal"):
            return UNKNOWN
        if path in _GENERATORS:  # its methods are called as the functions of the library
            return Library("numpy.random")
        if (
            name in ("array", "asarray", "tensor", "as_tensor", "stack", "vstack")
            and given
            and isinstance(given[0], Each)
        ):
            rows = given[0].array  # of one each, so that the axis of the loop comes first
            if name in ("array", "stack") and not rows.open and not named and len(given) == 1:
                return Array(((given[0].index,), *rows.axes), False, rows.term, rows.why)
            return UNKNOWN
        if name in ("array", "asarray", "tensor", "as_tensor") and given:
            literal = self._literal(given[0])
            if literal is not None:
                return literal
        if name in _JOINS and given and isinstance(given[0], Several):
            parts = [self._literal(v) or v if isinstance(v, Several) else v for v in given[0].items]
            given = [Several(tuple(parts), given[0].is_list), *given[1:]]
        elif name in _OF_LISTS and given and isinstance(given[0], Several) and self.sizes.binding:
            given = [self._literal(given[0]) or given[0], *given[1:]]
        elif name == "append":
            given = [self._literal(v) or v if isinstance(v, Several) else v for v in given]
        operation = FUNCTIONS.get(name) or FUNCTIONS.get(name.removeprefix("nn.")) or FUNCTIONS.get(_bare_tail(name))
        if operation is None or library not in ("numpy", "jax", "torch", "scipy", "math"):
            return UNKNOWN
        return self._apply(node, operation, Call(library, name, given, named))

    def _apply(self, node: ast.Call, operation: Callable[[Arrays, Call], Value], call: Call) -> Value:
        def carried_out() -> Value:
            try:
                return operation(self.arrays, call)
            finally:
                if call.unasked:  # an argument that may change everything
                    raise NotRead

        try:
            found = self._fitting(node, carried_out)
        except (NotRead, LookupError):
            return self.arrays.unknown(f"`{call.name}` as it is called here")
        if self.sizes.binding and call.name.split(".")[-1] in _OF_THE_SAME and isinstance(found, Array) and call.given:
            self._is_of(found, call.given[0])
        if isinstance(found, Array) and found.rank == 0 and not found.open and call.library == "math":
            return Number(term=found.term, why=found.why)
        return found

    def _is_of(self, found: Array, array: Value) -> None:
        """Its entries are those of an array, in another shape."""
        if isinstance(array, Array) and found is not array:
            found.base = array.base or array

    def _literal(self, value: Value) -> Array | None:
        """An array that is written out, `[[1, 2], [3, 4]]`, or of arrays."""
        if isinstance(value, Number):
            return Array(term=value.term, why=value.why)
        if isinstance(value, Array):
            return value
        if not isinstance(value, Several) or not value.items:
            return None
        first = self._literal(value.items[0])
        if (
            len(value.items) > MOST_WRITTEN and first is not None and not first.open
        ):  # rows that are alike, as such a list has them
            return Array((self.arrays.axis(Dim(len(value.items))), *first.axes), why="a long list of numbers")
        parts = [p for v in value.items if (p := self._literal(v)) is not None]
        if len(parts) != len(value.items) or len({p.rank for p in parts}) > 1:
            return None
        try:
            return self.arrays.stacked(parts, 0)
        except (Misfit, LookupError):
            return None

    def _builtin(self, node: ast.Call, name: str, given: list[Value], named: dict[str, Value]) -> Value:
        first = given[0] if given else UNKNOWN
        if name == "dict" and not given:
            return Table(dict(named))
        if name == "range" and len(given) == 1 and isinstance(first, Number) and first.factors:
            return Range((tuple(i for d in first.factors for i in self.arrays.axis(d)),), why="`range`")
        if name == "len":
            if isinstance(first, Several):
                return plain(len(first.items))
            if isinstance(first, Array) and not first.open and first.rank:
                return self.sized(first.axes[0])
            return Number()
        if name in ("float", "int") and isinstance(first, Number):
            return (
                first
                if name == "float" or first.factors or (first.value or Fraction(1, 2)).denominator == 1
                else Number()
            )
        if name == "float" and isinstance(first, Array):
            return first
        if name == "sum" and len(given) == 1 and not named:
            return self._sum_of(node, first)
        if name in ("abs", "pow") and isinstance(first, Array):
            return self._apply(node, FUNCTIONS[name], Call("numpy", name, given, named))
        if name in ("tuple", "list") and isinstance(first, (Several, ShapeOf, Range)):
            return first
        return UNKNOWN

    def _sum_of(self, node: ast.Call, value: Value) -> Value:
        """Python's own `sum`."""
        if isinstance(value, Each):
            term = build.product([value.array.term], [value.index]) if value.array.term is not None else None
            return Array(value.array.axes, value.array.open, term, value.array.why)
        parts = [as_array(v) for v in value.items] if isinstance(value, Several) else []
        if not parts or any(p is None for p in parts):
            return UNKNOWN
        total: Array = plain(0)
        for part in parts:
            assert part is not None
            made = self.plus(node, total, part)
            if not isinstance(made, Array):
                return UNKNOWN
            total = made
        return total

    def plus(self, node: ast.AST, a: Array, b: Array) -> Value:
        """Their sum, or an unknown value and a report where they do not fit."""
        return self._fitting(node, lambda: self.arrays.elementwise(lambda x, y: build.add(x, y), a, b))

    def _method_call(self, node: ast.Call, method: Method, given: list[Value], named: dict[str, Value]) -> Value:
        array, name = method.array, method.name
        library = self.module.array_library
        if {"dim", "keepdim"} & set(named):
            library = "torch"
        elif {"axis", "keepdims"} & set(named):
            library = library or "numpy"
        if name in ("size", "dim", "numel"):
            return self._measured(array, name, given)
        if self.sizes.binding and name in ("index_add_", "index_add") and len(given) == 3 and not named:
            return self.index_added(node, name, array, given)
        if self.sizes.binding and name.endswith("_") and not name.startswith("_") and name not in METHODS:
            made = self._method_call(node, Method(array, name.rstrip("_")), given, named)
            if isinstance(made, Array) and made.rank == array.rank:
                self.written_over(array, made)
            else:
                array.term, array.cells, array.why = None, None, f"what `{name}` writes"
            return array
        if name == "new_zeros" or name not in METHODS:
            return UNKNOWN
        ambiguous = name in ("transpose", "max", "min", "std", "var", "repeat", "norm", "view", "sort")
        if not library and ambiguous and (given or name in ("std", "var")):
            return UNKNOWN
        if (
            name in ("int", "long", "bool", "astype", "type", "to")
            and array.term is not None
            and not _is_mask(array.term)
        ):
            kept = name in ("to", "astype", "type") and not any("int" in ast.unparse(a) or "bool" in ast.unparse(a) for a in (
                *node.args, *(k.value for k in node.keywords)))  # fmt: skip
            return array if kept else Array(array.axes, array.open, why="numbers that are cut off")
        was_told = self.told
        # an object of a class of the program's own may have methods of that name that take other arguments
        self.told = was_told and (not ambiguous or any(not i.dim.inferred for i in array.indices))
        try:
            return self._apply(node, METHODS[name], Call(library or "numpy", name, [array, *given], named))
        finally:
            self.told = was_told

    def _measured(self, array: Array, name: str, given: list[Value]) -> Value:
        if name == "size" and given:
            return self._of_shape(ShapeOf(array), ast.Constant(0), given[0])
        if name == "size":
            return ShapeOf(array)
        if name == "dim":
            return plain(array.rank) if not array.open else Number()
        if array.open:
            return Number()
        return self.sized(array.indices)


def _is_mask(term: Term) -> bool:
    """Is it 0 or 1 everywhere?"""
    if isinstance(term, (Sum, Product)):
        return all(map(_is_mask, term.children()))
    return isinstance(term, Bracket)


def _bare_tail(name: str) -> str:
    """`special.expit` is `expit`."""
    head, _, tail = name.rpartition(".")
    return tail if head in ("special", "lax", "functional") else name
