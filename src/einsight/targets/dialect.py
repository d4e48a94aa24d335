"""What array source is made of, to be spelled by each library.

A spelling is a template with places `{0}`, `{1}`, …; it may use the variables that `setup` makes, as `dtype`.  A name
that it makes itself, by a `lambda`, must be in `arguments.RESERVED`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..rules.functions import FUNCTIONS
from ..rules.rule import Function


@dataclass(frozen=True)
class Dialect:
    """The spellings of one library.

    setup         lines that find the `dtype` (and device) of the result from the list `{0}` of the given values
    array         a number, a truth value or an array as an array of that dtype; on such an array it costs nothing
    copy          an array that shares nothing with the arguments
    arange        whole numbers from `{0}` up to but not including `{1}`
    counter       such whole numbers as places of entries, where that needs another spelling; `entry` takes entries there
    clip          whole numbers `{0}` moved into `{1}` … `{2}`
    einsum        `{0}` is the subscripts, `{1}` the arrays
    tensordot     of `{0}` and `{1}`, over their axes `{2}` and `{3}`
    diag          the matrix with the vector `{0}` on its diagonal
    largest       along the axes `{1}`, which stay with length 1; `total` likewise
    most          the largest along the axis `{1}`, which goes; `product` likewise
    softmax, logsumexp  along the axis, the axes `{1}`, or None where the library has none
    mask          the identity matrix of truth values
    writes        a statement that adds `{2}` to the diagonals of the array named `{0}` by the pattern `{1}`, `ii->i`; None
                  where arrays are not written to
    svd           a triple: left singular vectors as columns, singular values, right singular vectors as conjugate rows
    adjoint       conjugate and transposed
    expm          the matrix exponential
    slogdet       a pair: sign, and logarithm of the absolute value
    matrix_power  to a whole number that is known in the source; `matrix_power_by` to one that is an array
    elementwise   the template of a function, None where the library has no spelling for it

    Operators of matrices, `inv` to `matrix_power_by`, must take stacks of matrices.
    """

    name: str
    imports: tuple[str, ...]
    setup: tuple[str, ...]
    array: str
    copy: str
    eye: str
    ones: str
    arange: str
    where: str
    clip: str
    transpose: str
    broadcast: str
    einsum: str
    tensordot: str
    zeros: str
    diag: str
    largest: str
    total: str
    most: str
    product: str
    logaddexp: str
    inv: str
    det: str
    svd: str
    adjoint: str
    mask: str
    slogdet: str
    matrix_power: str
    matrix_power_by: str
    expm: str
    pi: str
    elementwise: Callable[[Function], str | None]
    counter: str = ""
    entry: str = "{0}[{1}]"
    softmax: str | None = None
    logsumexp: str | None = None
    writes: Callable[[str, str, str], str] | None = None


def from_table(table: Mapping[str, str], library: str) -> Callable[[Function], str | None]:
    """Spellings by name, of the functions that einsight and SymPy mean by those names; else what a function brings along.

    A plugin's function of the same name may be another one.
    """

    def elementwise(function: Function) -> str | None:
        known = function.source == "sympy" or function in FUNCTIONS
        return (table.get(function.name) if known else None) or getattr(function, library) or None

    return elementwise
