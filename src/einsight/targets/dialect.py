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
    clip          whole numbers `{0}` moved into `{1}` … `{2}`
    einsum        `{0}` is the subscripts, `{1}` the arrays; `einsum_many` for more than two arrays
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
    einsum_many: str
    inv: str
    det: str
    slogdet: str
    matrix_power: str
    matrix_power_by: str
    pi: str
    elementwise: Callable[[Function], str | None]


def from_table(table: Mapping[str, str], library: str) -> Callable[[Function], str | None]:
    """Spellings by name, of the functions that einsight and SymPy mean by those names; else what a function brings along.

    A plugin's function of the same name may be another one.
    """

    def elementwise(function: Function) -> str | None:
        known = function.source == "sympy" or function in FUNCTIONS
        return (table.get(function.name) if known else None) or getattr(function, library) or None

    return elementwise
