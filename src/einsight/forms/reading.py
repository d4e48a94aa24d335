"""Forms of the trees of formulas in matrix notation.  What is written in another way, or is not known here, is no form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from ..lowering.constants import COMMUTATIONS
from ..lowering.names import Names
from ..syntax.tree import (
    Absolute,
    Addition,
    Call,
    Chain,
    Group,
    Indexed,
    Iverson,
    Keyword,
    Layer,
    Name,
    Node,
    Norm,
    Num,
    Superscript,
    Transpose,
)
from ..terms.term import Tensor
from . import form
from .form import REDUCTIONS, Form, NotAForm, Rational

# functions of an array whose value has its shape, and is none entry by entry
_OPERATORS = frozenset({"softmax", "log_softmax", "cumsum"})

_METHODS = {kind: f"_{kind.__name__.lower()}" for kind in Node.__subclasses__()}


@dataclass(frozen=True)
class Open:
    """`I` times a number, or `1`, which takes its shape from where it stands."""

    scale: Form


class FormReader:
    """Reads trees among names: what tensors there are, which names are dimensions and functions."""

    def __init__(self, names: Names, tensors: Callable[[str], Tensor | None]):
        self.names, self.tensors = names, tensors

    def read(self, node: Node) -> Form:
        """The form of a formula.  Raises NotAForm."""
        found = self._read(node)
        if isinstance(found, Open):
            raise NotAForm
        return found

    def read_whole(self, node: Node) -> Form:
        """The form of what stands alone, which may be a multiple of an `I` whose size nothing tells.  Raises NotAForm."""
        found = self._read(node)
        if isinstance(found, Open):
            return form.product([found.scale, form.name("I", ("?",), ("?",), symmetric=True)])
        return found

    def _read(self, node: Node) -> Form | Open:
        method: Callable[[Node], Form | Open] | None = getattr(self, _METHODS[type(node)], None)
        if method is None:
            raise NotAForm
        return method(node)

    def _num(self, node: Num) -> Form:
        return form.number(node.value)

    def _group(self, node: Group) -> Form | Open:
        return self._read(node.inner)

    def _name(self, node: Name) -> Form | Open:
        tensor = self.tensors(node.text)
        if tensor is not None:
            return _of_tensor(node.text, tensor)
        if node.text == "I":
            return Open(form.number(1))
        if node.text == "pi" or self.names.is_dimension(node.text):
            return form.name(node.text)
        raise NotAForm

    def _indexed(self, node: Indexed) -> Form:
        tensor = self.tensors(node.marked) if node.marked else None
        if tensor is not None:
            return _of_tensor(node.marked, tensor)
        entries = node.subscript.entries
        if isinstance(node.base, Name) and entries and all(not e.names for e in entries) and not node.subscript.problem:
            return form.name(f"{node.base.text}_{node.subscript.text}")
        raise NotAForm

    def _transpose(self, node: Transpose) -> Form | Open:
        inner = self._read(node.argument)
        return inner if isinstance(inner, Open) else form.transpose(inner)

    def _superscript(self, node: Superscript) -> Form:
        base, exponent = self.read(node.base), self._number(node.exponent)
        if node.dotted or base.is_column or (not base.rows and base.columns):
            return form.entrywise_power(base, exponent)
        return form.power(base, exponent)

    def _number(self, node: Node) -> Rational:
        if isinstance(node, Addition) and len(node.items) == 1:
            ((sign, inner),) = node.items
            return sign * self._number(inner)
        found = self.read(node)
        if found.head != "number":
            raise NotAForm
        return found.data

    def _chain(self, node: Chain) -> Form | Open:
        scale: list[Form] = []
        factors: list[Form] = []
        is_open = False
        for operator, part in node.items:
            if operator not in ("", "/"):
                raise NotAForm
            found = self._read(part)
            if isinstance(found, Open):
                scale.append(found.scale)
                is_open = True
            elif operator == "/":
                if not found.is_scalar:
                    raise NotAForm
                scale.append(form.power(found, -1))
            else:
                factors.append(found)
        if is_open and all(f.is_scalar for f in factors):
            return Open(form.product([*scale, *factors]))
        return form.product([*scale, *factors])

    def _addition(self, node: Addition) -> Form | Open:
        terms: list[tuple[int, Form | Open]] = [(sign, self._read(part)) for sign, part in node.items]
        shape = next((t.shape for _, t in terms if isinstance(t, Form) and not t.is_scalar), None)
        if shape is None:
            if len(terms) == 1 and isinstance(found := terms[0][1], Open):
                return Open(form.product([found.scale], terms[0][0]))
            if any(isinstance(t, Open) for _, t in terms):
                raise NotAForm
            shape = ((), ())
        whole = []
        for sign, term in terms:
            if isinstance(term, Open):
                if shape[0] != shape[1]:
                    raise NotAForm
                term = form.product([term.scale, form.identity(shape[0])])
            elif term.is_scalar and shape != ((), ()):
                term = form.product([term, form.all_ones(*shape)])
            whole.append(form.product([term], sign))
        return form.total(whole)

    def _layer(self, node: Layer) -> Form:
        whole: Form | None = None
        for operator, part in node.items:
            found = self.read(part)
            if whole is None:
                whole = found
            elif operator == "⊗":
                whole = form.kronecker(whole, found)
            elif operator == "⊙":
                whole = form.hadamard([whole, found])
            elif operator == "./":
                if whole.is_scalar and not found.is_scalar:
                    whole = form.product([whole, form.all_ones(*found.shape)])
                whole = form.hadamard([whole, form.entrywise_power(found, -1)])
            else:
                raise NotAForm
        if whole is None:
            raise NotAForm
        return whole

    def _norm(self, node: Norm) -> Form:
        return form.reduction("norm", self.read(node.inner))

    def _absolute(self, node: Absolute) -> Form:
        inner = self.read(node.inner)
        if not inner.is_scalar:
            raise NotAForm
        return form.function("abs", [inner])

    def _iverson(self, node: Iverson) -> Form:
        left, right = self.read(node.left), self.read(node.right)
        shape = right.shape if left.is_scalar else left.shape
        if not left.is_scalar and not right.is_scalar and left.shape != right.shape:
            raise NotAForm
        return Form("bracket", (left, right), node.relation, *shape)

    def _call(self, node: Call) -> Form:
        if not isinstance(node.callee, Name):
            if not isinstance(node.callee, Indexed) or node.callee.marked not in ("log_softmax", "khatri_rao"):
                raise NotAForm
            text = node.callee.marked
        else:
            text = node.callee.text
        if self.tensors(text) is not None:
            raise NotAForm
        sized = self._sized(text, node)
        if sized is not None:
            return sized
        axes = [a.value for a in node.arguments if isinstance(a, Keyword) and a.name == "axis"]
        arguments = [self.read(a) for a in node.arguments if not isinstance(a, Keyword)]
        if len(axes) + len(arguments) != len(node.arguments) or len(axes) > 1:
            raise NotAForm
        if axes:
            return _along(text, arguments, int(self._number(axes[0])))
        if text == "sqrt" and len(arguments) == 1:
            return form.entrywise_power(arguments[0], Fraction(1, 2))
        if text == "khatri_rao" and len(arguments) == 2:
            return form.khatri_rao(*arguments)
        if len(arguments) == 1:
            return self._of_one(text, arguments[0])
        if self.names.elementwise(text) == len(arguments):
            return form.function(text, arguments)
        raise NotAForm

    def _sized(self, text: str, node: Call) -> Form | None:
        """`I(n)`, `ones(n, m)`, `K(n, m)`."""
        if text not in ("I", "ones", *COMMUTATIONS):
            return None
        dims = [str(a.value) if isinstance(a, Num) else a.text if isinstance(a, Name) else "" for a in node.arguments]
        if not all(dims) or len(dims) > 2:
            raise NotAForm
        dims = [str(self.names.dimension(d).value) if not d.isdigit() else d for d in dims]
        if text == "I":
            return form.identity((dims[0],))
        if text == "ones":
            return form.all_ones((dims[0],), (dims[1],) if len(dims) > 1 else ())
        return form.commutation(*dims)

    def _of_one(self, text: str, argument: Form) -> Form:
        """A function of one array."""
        if text == "inv":
            return form.power(argument, -1)
        if text == "diag":
            return form.diagonal_of(argument) if argument.is_matrix else form.diagonal(argument)
        if text == "vec":
            return form.vec(argument)
        if text == "trace":
            text = "tr"
        if text == "std" and not argument.is_scalar:
            return form.power(form.reduction("var", argument), Fraction(1, 2))
        if text in REDUCTIONS and not argument.is_scalar:
            return form.reduction(text, argument)
        if text in _OPERATORS and argument.is_column:
            return Form("operator", (argument,), text, *argument.shape)
        if text == "expm" and argument.rows == argument.columns:
            return Form("operator", (argument,), text, *argument.shape)
        if self.names.elementwise(text) == 1:
            return form.function(text, [argument])
        raise NotAForm


def _along(text: str, arguments: list[Form], axis: int) -> Form:
    """A function along an axis of a matrix."""
    if len(arguments) != 1 or not arguments[0].is_matrix or axis not in (0, 1):
        raise NotAForm
    (matrix,) = arguments
    if text in ("softmax", "log_softmax", "cumsum"):
        return Form("along", (matrix,), (text, axis), *matrix.shape)
    return Form("along", (matrix,), (text, axis), (matrix.rows, matrix.columns)[1 - axis], ())


def _of_tensor(text: str, tensor: Tensor) -> Form:
    if len(tensor.dims) > 2:
        raise NotAForm
    dims = [tuple(map(str, d.parts)) if d.parts else (d.text,) for d in tensor.dims]
    rows, columns = (*dims, (), ())[:2]
    symmetric = len(dims) == 2 and (
        tensor.is_symmetric or (tensor.definition is not None and tensor.definition.symmetric)
    )
    return form.name(text, rows, columns, symmetric)
