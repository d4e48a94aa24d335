"""NumPy source for a term: one function `derivative` of keyword-only arrays; and its value, by running that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..lowering.names import canonical_name, plain_name
from ..lowering.report import Diagnostic, EinsightError
from ..rules.rule import Function
from ..terms.dimension import Index
from ..terms.term import Tensor, Term
from .arguments import Request
from .array_source import write
from .dialect import Dialect


def _elementwise(function: Function) -> str | None:
    """The spelling that a function brings along; where it has none, nor a definition, its value on floats, entry by entry."""
    if function.numpy or function.definition:
        return function.numpy or None
    found = "__import__('einsight.rules.catalogue', fromlist=['catalogue']).catalogue()"
    called = ", ".join(f"{{{k}}}" for k in range(function.arity))
    value = f"{found}.function({function.name!r}).value{'.or_nan' if function.source == 'sympy' else ''}"
    value = f"numpy.vectorize({value}, otypes=[float])({called})"
    return f"numpy.asarray({value}, dtype=dtype)"


# a matrix that is halved until fourteen terms of the series are all, then squared as often
_EXPONENTIAL = (
    "(lambda _base, _power: numpy.linalg.matrix_power(functools.reduce(lambda _, _0: numpy.eye(_base.shape[-1], dtype=dtype)"
    " + _base @ _ / (2.0 ** _power * _0), range(14, 0, -1), numpy.eye(_base.shape[-1], dtype=dtype)), 2 ** _power))"
    "({0}, max(0, int(numpy.frexp(numpy.abs({0}).sum(-1).max())[1]) + 3))"
)

NUMPY = Dialect(
    name="numpy",
    imports=("functools", "math", "numpy"),
    setup=("dtype = numpy.result_type(*map(numpy.asarray, [{0}]), 1.0)",),
    array="numpy.asarray({0}, dtype=dtype)",
    copy="numpy.array({0}, dtype=dtype)",
    eye="numpy.eye({0}, dtype=dtype)",
    ones="numpy.ones({0}, dtype=dtype)",
    arange="numpy.arange({0}, {1})",
    where="numpy.where({0}, {1}, {2})",
    clip="numpy.clip({0}, {1}, {2})",
    transpose="numpy.transpose({0}, {1})",
    broadcast="numpy.broadcast_to({0}, {1}).copy()",
    einsum="numpy.einsum('{0}', {1})",
    tensordot="numpy.tensordot({0}, {1}, ({2}, {3}))",
    zeros="numpy.zeros({0}, dtype=dtype)",
    diag="numpy.diag({0})",
    largest="{0}.max({1}, keepdims=True)",
    total="{0}.sum({1}, keepdims=True)",
    most="{0}.max({1})",
    product="{0}.prod({1})",
    logaddexp="numpy.logaddexp({0}, {1})",
    inv="numpy.linalg.inv({0})",
    det="numpy.linalg.det({0})",
    svd="numpy.linalg.svd({0})",
    adjoint="numpy.swapaxes({0}, -1, -2).conj()",
    mask="numpy.eye({0}, dtype=bool)",
    slogdet="numpy.linalg.slogdet({0})",
    matrix_power="numpy.linalg.matrix_power({0}, {1})",
    matrix_power_by="numpy.linalg.matrix_power({0}, int({1}))",
    expm=_EXPONENTIAL,
    pi="numpy.pi",
    elementwise=_elementwise,
    writes="numpy.einsum('{1}', {0})[...] += {2}".format,  # `einsum` of one array is a view of it
)


def source(request: Request) -> str:
    """Source text of what is asked for."""
    return write(request, NUMPY)[0]


def evaluate(term: Term, axes: Sequence[Index], values: Mapping[str, Any], inputs: Iterable[Tensor] = ()) -> Any:
    """Run the generated function on arrays by tensor name."""
    text, arguments = write(Request(term, tuple(axes), inputs=tuple(inputs)), NUMPY)
    scope: dict[str, Any] = {}
    exec(compile(text, "<einsight>", "exec"), scope)  # noqa: S102 - our own text
    arrays = _arrays(arguments, values)
    import numpy

    try:
        return scope["derivative"](**arrays)
    except numpy.linalg.LinAlgError as error:
        message = f"there is no value here: an inverse is needed of a matrix that has none ({error})"
        raise EinsightError([Diagnostic("EIN301", "error", (0, 0), message)]) from error
    except (ValueError, ArithmeticError) as error:
        raise EinsightError([Diagnostic("EIN301", "error", (0, 0), str(error))]) from error


def _arrays(arguments: Mapping[Tensor, str], values: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by their names in the source.  Raises EinsightError for what is missing or no array."""
    import numpy

    if not isinstance(values, Mapping):
        raise EinsightError(
            [Diagnostic("EIN001", "error", (0, 0), "the values are arrays by tensor name, as in `{'x': x}`")]
        )
    texts = {name: value for name, value in values.items() if isinstance(name, str)}
    given = {plain_name(n): v for n, v in texts.items()} | {canonical_name(n): v for n, v in texts.items()}
    arrays = {}
    for tensor, name in arguments.items():
        spelled = tensor.name if tensor.name in given else plain_name(tensor.name)
        if spelled not in given:
            raise EinsightError([Diagnostic("EIN101", "error", (0, 0), f"no value is given for `{tensor.name}`")])
        try:
            arrays[name] = numpy.asarray(given[spelled]) * 1.0
        except (ValueError, TypeError) as error:
            message = f"the value of `{tensor.name}` is no array of numbers: {error}"
            raise EinsightError([Diagnostic("EIN301", "error", (0, 0), message)]) from error
    return arrays
