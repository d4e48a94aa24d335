"""The functions of whole arrays, a row each: what names, completion, hovers and the documentation know of them is read here.

What a formula in components says is a row and nothing else:

    _along    of a vector x ∈ ℝ^n; it runs along an axis, or along an index, of any array: `softmax(x)_i = exp(x_i)/∑_k exp(x_k)`
    _formula  of arrays with so many axes each: `tril(A)_ij = [j ≤ i] A_ij`

What no formula says is built under its name in `functions.py` and `calls.py`, or stands in terms as an operator of that name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_MATRIX, _SQUARE, _ANY, _VECTOR, _NUMBER = (
    "a matrix",
    "a square matrix",
    "an array of any shape",
    "a vector",
    "a number",
)
_DIMENSION = "a dimension or a number"


@dataclass(frozen=True)
class FunctionRow:
    """A function of whole arrays.

    arguments  names with a word on each
    along      does it run along an axis?  Its `formula` is then one in the entries `x_k` of a vector x ∈ ℝ^n
    indices    of the result, as they stand in the formula; of one that runs along an axis, `i` where it keeps the axis, and
               none where the axis is gone
    whole      without an axis: does it run over all entries of a matrix?  If not, an axis must be given
    formula    empty for what is built elsewhere
    ranks      the numbers of axes of the arguments, of a formula in arrays
    """

    name: str
    arguments: tuple[tuple[str, str], ...]
    doc: str
    along: bool = False
    indices: tuple[str, ...] = ()
    whole: bool = False
    formula: str = ""
    ranks: tuple[int, ...] = ()

    @property
    def signature(self) -> str:
        """As it is called: `norm(x)`."""
        return f"{self.name}({', '.join(name for name, _ in self.arguments)})"

    @property
    def keeps_axis(self) -> bool:
        return self.along and bool(self.indices)


def _row(name: str, doc: str, *arguments: tuple[str, str]) -> FunctionRow:
    return FunctionRow(name, arguments, doc)


def _along(name: str, formula: str, doc: str, keeps: bool = False, whole: bool = False) -> FunctionRow:
    return FunctionRow(name, (("x", _ANY),), doc, True, ("i",) if keeps else (), whole, formula)


def _formula(name: str, arguments: str, indices: str, formula: str, doc: str) -> FunctionRow:
    """The arguments as `A` or `x`: capital letters are matrices, small ones vectors."""
    kinds = tuple((a, _MATRIX if a.isupper() else _VECTOR) for a in arguments.split())
    ranks = tuple(2 if a.isupper() else 1 for a in arguments.split())
    return FunctionRow(name, kinds, doc, indices=tuple(indices), formula=formula, ranks=ranks)


ROWS = (
    _row("tr", "trace, `A_ii`", ("A", _SQUARE)),
    _row("trace", "trace, `A_ii`", ("A", _SQUARE)),
    _row("det", "determinant", ("A", _SQUARE)),
    _row("logdet", "logarithm of the determinant; its derivative is `inv(A)'`", ("A", _SQUARE)),
    _row("inv", "inverse, also `A^-1`", ("A", _SQUARE)),
    _row("expm", "matrix exponential `I + A + A^2/2 + …`; `exp(A)` is taken entry by entry", ("A", _SQUARE)),
    _row("diag", "of a vector a diagonal matrix, of a matrix its diagonal", ("x", "a vector or a square matrix")),
    _row("vec", "the columns of a matrix behind one another", ("A", _MATRIX)),
    _row("kron", "Kronecker product, also `A ⊗ B`", ("A", _MATRIX), ("B", _MATRIX)),
    _row("khatri_rao", "Kronecker products of columns, `A_ik B_jk` over rows `(i, j)`", ("A", _MATRIX), ("B", _MATRIX)),
    _formula("tril", "A", "ij", "[j - i <= 0] A_ij", "the matrix with zeros above the diagonal"),
    _formula("triu", "A", "ij", "[i - j <= 0] A_ij", "the matrix with zeros below the diagonal"),
    _row(
        "cov", "covariance of what lies along an axis: `axis=0` of the columns, over the rows; divided by n, as `var` is",
        ("X", _MATRIX),
    ),
    _along("sum", "∑_k x_k", "the sum of all entries, or along an axis; `∑_j` sums over an index", whole=True),
    _along("prod", "", "the product of all entries, or along an axis", whole=True),
    _along("mean", "1/n ∑_k x_k", "the mean of all entries, or along an axis", whole=True),
    _along(
        "var", "1/n ∑_k (x_k - 1/n ∑_l x_l)^2",
        "the variance of all entries, or along an axis: of a population, divided by n and not by n - 1", whole=True,
    ),
    _along(
        "std", "sqrt(1/n ∑_k (x_k - 1/n ∑_l x_l)^2)",
        "the standard deviation of all entries, or along an axis: of a population, the root of `var`", whole=True,
    ),
    _along(
        "norm", "sqrt(∑_k x_k^2)",
        "Euclidean norm, of a matrix the Frobenius norm; also `‖x‖`. `norm(x, 1)`, `‖x‖_1`, `‖X‖_F`, `‖X‖_{2,1}` name another",
        whole=True,
    ),
    _along("softmax", "exp(x_i)/∑_k exp(x_k)", "`exp(x_i)/∑_k exp(x_k)`; of a matrix along an axis", keeps=True),
    _along("log_softmax", "x_i - log(∑_k exp(x_k))", "`x_i - log(∑_k exp(x_k))`; of a matrix along an axis", keeps=True),
    _along("logsumexp", "log(∑_k exp(x_k))", "`log ∑_k exp(x_k)`; of a matrix along an axis"),
    _along("cumsum", "∑_k [k <= i] x_k", "the sums of the entries up to each one; of a matrix along an axis", keeps=True),
    _along("max", "", "of one argument its largest entry, or along an axis; of two the larger, entry by entry", whole=True),
    _along(
        "min", "-max_k(-x_k)", "of one argument its smallest entry, or along an axis; of two the smaller, entry by entry",
        whole=True,
    ),
    _row("clip", "`min(max(x, a), b)`, entry by entry", ("x", _ANY), ("a", _NUMBER), ("b", _NUMBER)),
    _row("sqrt", "square root, entry by entry", ("x", _ANY)),
    _row("ln", "natural logarithm, entry by entry", ("x", _ANY)),
    _row("jac", "Jacobian `∂f/∂x` in the layout of the file", ("f", "what is differentiated"), ("x", "a declared name")),
    _row("grad", "gradient, in the shape of `x` in every layout", ("f", _NUMBER), ("x", "a declared name")),
    _row("hess", "Hessian, the matrix of second derivatives", ("f", _NUMBER), ("x", "a declared name")),
    _row("I", "identity matrix, also `I_n`", ("n", _DIMENSION)),
    _row("ones", "array of ones, also `1_n`", ("n", _DIMENSION), ("m", _DIMENSION)),
    _row(
        "commutation", "the matrix with `commutation(n, m) vec(X) = vec(X')` for X n×m; also `K(n, m)`, where nobody declares `K`",
        ("n", _DIMENSION), ("m", _DIMENSION),
    ),
    _row("zeros", "array of zeros, also `0_n`", ("n", _DIMENSION), ("m", _DIMENSION)),
)  # fmt: skip

ROW: dict[str, FunctionRow] = {row.name: row for row in ROWS}
# how the order of a largest entry is spelled, as in `norm(x, inf)`
INFINITY = frozenset({"inf", "Inf", "infty"})
# those of two arguments as well, entry by entry
OF_TWO = frozenset({"max", "min"})


def running_along() -> Iterable[str]:
    """The functions that take `axis=`."""
    return (row.name for row in ROWS if row.along or row.name == "cov")
