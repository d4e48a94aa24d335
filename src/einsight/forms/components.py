"""What a form is, in components: the definition of each head, over the indices of its rows and columns.

So a form is compared with the term that it stands for without its text being read.  That the text says the same is a matter of
`writing.py` and the grammar alone: the tests read every text back that is shown in any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from ..lowering.expressions import Reader
from ..lowering.functions import call
from ..lowering.names import CONSTANTS, Entry, Names
from ..lowering.report import Report
from ..lowering.values import Axis, Value, fuse
from ..syntax.tree import Keyword, Node, Num
from ..terms import build
from ..terms.dimension import Dim, Index, fresh_index
from ..terms.term import Tensor, Term
from .form import REDUCTIONS, Form, NotAForm

Indices = tuple[Index, ...]  # of rows, or of columns: several where they are those of `vec`
_NOWHERE = Node(0, 0)
# what some heads are called in a text, where a name may mean something else
_WORDS = {
    "I": "I", "ones": "ones", "K": "K", "diag": "diag", "diagonal": "diag", "vec": "vec", "khatri_rao": "khatri_rao",
    "power": "inv", "entries": "sqrt", **{text: text for text in REDUCTIONS - {"norm"}},
}  # fmt: skip


class Components:
    """Forms among names: `at` gives the term of one.

    tensors  those that the names do not know
    """

    def __init__(self, names: Names, tensors: Sequence[Tensor]):
        self._names = names.child()
        self._tensors: dict[str, Tensor] = {}  # those that are no words, nor entries of others
        for tensor in tensors:
            entry = self._names.get(tensor.name)
            if entry is None and not self._names.knows(tensor.name):
                entry = Entry(tensor.name, tensor, None, "declared")
                self._names.put(entry)
            if entry is not None and entry.tensor is not None and entry.kind != "inferred" and tensor.name.isalnum():
                self._tensors[tensor.name] = entry.tensor
        self._dims = {d.text: d for t in tensors for d in t.dims}

    def bind(self, name: str, definition: Form) -> None:
        """Let a name stand for a form from now on.  Raises NotAForm."""
        rows, columns = self.over(definition.rows), self.over(definition.columns)
        if len(rows) > 1 or len(columns) > 1:
            raise NotAForm
        axes = (*rows, *columns)
        body = build.abstraction(axes, self.at(definition, rows, columns))
        tensor = Tensor(name, tuple(a.dim for a in axes), frozenset(), body)
        self._names.put(Entry(name, tensor, None, "defined"))
        self._tensors[name] = tensor

    def over(self, dims: Sequence[str]) -> Indices:
        """Fresh indices over dimensions that are given by their names."""
        return tuple([fresh_index(self._dim(d)) for d in dims])

    def _dim(self, text: str) -> Dim:
        if text == "?":
            raise NotAForm
        known = self._dims.get(text)
        return self._names.dimension(int(text) if text.isdigit() else text) if known is None else known

    def at(self, form: Form, rows: Indices, columns: Indices) -> Term:
        """The component of a form at those indices.  Raises NotAForm for what its text alone tells."""
        head = form.head
        self._require_word(head)
        if head == "product":
            return self._product(form, rows, columns)
        if head in ("name", "symmetric"):
            return self._name(form, rows, columns)
        if head == "transpose":
            return self.at(form.parts[0], columns, rows)
        if head == "total":
            return build.add(*[self.at(p, rows, columns) for p in form.parts])
        if head == "hadamard":
            return build.product([self.at(p, rows, columns) for p in form.parts])
        if head in ("number", "ones"):
            return build.number(form.data) if head == "number" else build.ONE
        method: Callable[[Form, Indices, Indices], Term] | None = getattr(self, f"_{head.lower()}", None)
        if method is None:
            if head not in REDUCTIONS:
                raise NotAForm
            return self._reduced(form)
        return method(form, rows, columns)

    def _require_word(self, head: str) -> None:
        """Raises NotAForm where what a head is called in a text means something else."""
        if head in _WORDS and self._names.knows(_WORDS[head]):
            raise NotAForm

    def _product(self, form: Form, rows: Indices, columns: Indices) -> Term:
        factors: list[Term] = [build.number(form.data)] if form.data != 1 else []
        chain = []
        for part in form.parts:
            if part.rows or part.columns:
                chain.append(part)
            else:
                factors.append(self.at(part, (), ()))
        summed: list[Index] = []
        last = len(chain) - 1
        for place, part in enumerate(chain):
            if place == last or (place == last - 1 and chain[last].head == "diag"):
                between = columns
            elif part.head == "diag":
                between = rows
            else:
                between = self.over(part.columns)
                summed += between
            if between is rows and part.head == "diag":  # `diag(v) M` is `v_i M_ij`: there is nothing to sum
                self._require_word("diag")
                factors.append(self.at(part.parts[0], rows, ()))
            else:
                factors.append(self.at(part, rows, between))
            rows = between
        return build.product(factors, summed)

    def _name(self, form: Form, rows: Indices, columns: Indices) -> Term:
        text, slots = form.data, (*rows, *columns)
        tensor = self._tensors.get(text)
        if tensor is not None:
            if [i.dim for i in slots] != [*tensor.dims]:
                raise NotAForm
            return build.component(tensor, slots)
        if slots or self._names.knows(text) or text in ("I", "ones") or (len(text) > 1 and self._names.is_called(text)):
            raise NotAForm  # it may be an entry, or what stands before a bracket
        if text in CONSTANTS:
            return build.constant("pi")
        if not self._names.is_dimension(text) or self._names.is_function(text):
            raise NotAForm
        return build.size(self._names.dimension(text))

    def _i(self, form: Form, rows: Indices, columns: Indices) -> Term:
        return build.product([build.delta(a, b) for a, b in zip(rows, columns, strict=True)])

    def _k(self, form: Form, rows: Indices, columns: Indices) -> Term:
        return self._i(form, rows, columns[::-1])

    def _turned(self, form: Form, rows: Indices, columns: Indices) -> Term:
        return build.negate(self.at(form.parts[0], rows, columns))

    def _entries(self, form: Form, rows: Indices, columns: Indices) -> Term:
        return build.power(self.at(form.parts[0], rows, columns), form.data)

    def _power(self, form: Form, rows: Indices, columns: Indices) -> Term:
        (base,) = form.parts
        if base.is_scalar:
            if form.data.denominator == 2 and (self._names.knows("sqrt") or self._names.knows("std")):
                raise NotAForm
            return build.power(self.at(base, (), ()), form.data)
        if len(rows) != 1:
            raise NotAForm
        axes = self.over((*base.rows, *base.columns))
        raised = build.matrix_power(axes, self.at(base, axes[:1], axes[1:]), build.number(form.data))
        return build.substitute(raised, dict(zip(axes, (*rows, *columns), strict=True)))

    def _kronecker(self, form: Form, rows: Indices, columns: Indices) -> Term:
        left, right = form.parts
        r, c = len(left.rows), len(left.columns)
        return build.product([self.at(left, rows[:r], columns[:c]), self.at(right, rows[r:], columns[c:])])

    def _khatri_rao(self, form: Form, rows: Indices, columns: Indices) -> Term:
        left, right = form.parts
        r = len(left.rows)
        return build.product([self.at(left, rows[:r], columns), self.at(right, rows[r:], columns)])

    def _vec(self, form: Form, rows: Indices, columns: Indices) -> Term:
        (matrix,) = form.parts
        c = len(matrix.columns)
        return self.at(matrix, rows[c:], rows[:c])

    def _diag(self, form: Form, rows: Indices, columns: Indices) -> Term:
        return build.product([self.at(form.parts[0], rows, ()), self._i(form, rows, columns)])

    def _diagonal(self, form: Form, rows: Indices, columns: Indices) -> Term:
        return self.at(form.parts[0], rows, rows)

    def _bracket(self, form: Form, rows: Indices, columns: Indices) -> Term:
        left, right = (self.at(p, *((rows, columns) if p.rows or p.columns else ((), ()))) for p in form.parts)
        return build.bracket(form.data, left, right)

    def _norm(self, form: Form, rows: Indices, columns: Indices) -> Term:
        (inner,) = form.parts
        over = self.over((*inner.rows, *inner.columns))
        squares = build.power(self.at(inner, over[: len(inner.rows)], over[len(inner.rows) :]), 2)
        return build.power(build.product([squares], over), Fraction(1, 2))

    def _tr(self, form: Form, rows: Indices, columns: Indices) -> Term:
        over = self.over(form.parts[0].rows)
        return build.product([self.at(form.parts[0], over, over)], over)

    def _function(self, form: Form, rows: Indices, columns: Indices) -> Term:
        arguments = []
        for part in form.parts:
            arguments.append(self._value(part) if part.rows or part.columns else Value(self.at(part, (), ())))
        return self._called(form.data, arguments).on(_axes(rows, columns))

    def _operator(self, form: Form, rows: Indices, columns: Indices) -> Term:
        return self._called(form.data, [self._value(form.parts[0])]).on(_axes(rows, columns))

    def _along(self, form: Form, rows: Indices, columns: Indices) -> Term:
        text, axis = form.data
        keyword = Keyword(0, 0, "axis", Num(0, 0, Fraction(axis)))
        return self._called(text, [self._value(form.parts[0])], [keyword]).on(_axes(rows, columns))

    def _reduced(self, form: Form) -> Term:
        value = self._called(form.head, [self._value(form.parts[0])])
        if value.rank:
            raise NotAForm
        return value.term

    def _value(self, form: Form) -> Value:
        rows, columns = self.over(form.rows), self.over(form.columns)
        return Value(self.at(form, rows, columns), _axes(rows, columns), row=not rows and bool(columns))

    def _called(self, text: str, values: Sequence[Value], keywords: Sequence[Keyword] = ()) -> Value:
        """A function of arrays, as it is read in a formula.  Raises NotAForm where that says anything against it."""
        report = Report()
        reader = Reader(self._names, report, "")
        value = call(reader, _NOWHERE, text, [_NOWHERE] * len(values), values, keywords)
        if value is None or report.has_errors():
            raise NotAForm
        return replace(value, row=False) if value.row else value


def _axes(rows: Indices, columns: Indices) -> tuple[Axis, ...]:
    return tuple([fuse(*side) for side in (rows, columns) if side])


def components(
    form: Form,
    bindings: Sequence[tuple[str, Form]],
    names: Names,
    tensors: Sequence[Tensor],
    sides: tuple[Indices, Indices],
) -> Term | None:
    """The term of a form at the indices of its rows and columns; None for another shape, or for what its text alone tells.

    `bindings` are the names that stand in it, in the order in which they are explained.
    """
    shape = tuple([tuple([i.dim.text for i in side]) for side in sides])
    if form.shape != shape:
        return None
    try:
        read = Components(names, tensors)
        for name, definition in bindings:
            read.bind(name, definition)
        return read.at(form, *sides)
    except NotAForm:
        return None
