"""Dask source for a term: a function of arrays in chunks, which may be larger than memory; its value is computed by chunks, too."""

from __future__ import annotations

from ..rules.rule import Function
from .arguments import Request
from .array_source import write
from .dialect import Dialect
from .numpy import NUMPY

# matrices whole in one chunk each: what lies in a chunk is NumPy's
_WHOLE = "{0}.rechunk({{{0}.ndim - 2: -1, {0}.ndim - 1: -1}})"
_LESS_TWO = "drop_axis=[{0}.ndim - 2, {0}.ndim - 1]"


def _elementwise(function: Function) -> str | None:
    """NumPy's own functions take arrays of Dask; one that goes entry by entry is given the chunks."""
    template = NUMPY.elementwise(function)
    if template is None or "vectorize" not in template:
        return template
    places = ", ".join(f"_{k}" for k in range(function.arity))
    inner = template.format(*places.split(", "))
    arrays = ", ".join(f"{{{k}}}" for k in range(function.arity))
    return f"dask.array.map_blocks(lambda {places}: {inner}, {arrays}, dtype=dtype)"


DASK = Dialect(
    name="dask",
    imports=("functools", "math", "dask.array", "numpy"),
    setup=("dtype = numpy.result_type(*(dask.array.asarray(given).dtype for given in [{0}]), 1.0)",),
    array="dask.array.asarray({0}).astype(dtype)",
    copy="dask.array.asarray({0}).astype(dtype)",
    eye="dask.array.eye({0}, dtype=dtype)",
    ones="dask.array.ones({0}, dtype=dtype)",
    arange="dask.array.arange({0}, {1})",
    where="dask.array.where({0}, {1}, {2})",
    counter="numpy.arange({0}, {1})",
    entry="{0}.vindex[{1}]",
    clip="numpy.clip({0}, {1}, {2})",
    transpose="dask.array.transpose({0}, {1})",
    broadcast="dask.array.broadcast_to({0}, {1})",
    einsum="dask.array.einsum('{0}', {1})",
    tensordot="dask.array.tensordot({0}, {1}, ({2}, {3}))",
    zeros="dask.array.zeros({0}, dtype=dtype)",
    mask="dask.array.eye({0}, dtype=bool)",
    diag="dask.array.diag({0})",
    largest="{0}.max({1}, keepdims=True)",
    total="{0}.sum({1}, keepdims=True)",
    most="{0}.max({1})",
    product="{0}.prod({1})",
    logaddexp="numpy.logaddexp({0}, {1})",
    inv=f"dask.array.map_blocks(numpy.linalg.inv, {_WHOLE}, dtype=dtype)",
    det=f"dask.array.map_blocks(numpy.linalg.det, {_WHOLE}, dtype=dtype, {_LESS_TWO})",
    svd=f"[dask.array.map_blocks(lambda _: numpy.linalg.svd(_)[0], {_WHOLE}, dtype=dtype), "
    f"dask.array.map_blocks(lambda _: numpy.linalg.svd(_)[1], {_WHOLE}, dtype=dtype, drop_axis={{0}}.ndim - 1), "
    f"dask.array.map_blocks(lambda _: numpy.linalg.svd(_)[2], {_WHOLE}, dtype=dtype)]",
    adjoint="dask.array.swapaxes({0}, -1, -2).conj()",
    slogdet="[dask.array.map_blocks(lambda _, _1=_1: numpy.linalg.slogdet(_)[_1], "
    f"{_WHOLE}, dtype=dtype, {_LESS_TWO}) for _1 in (0, 1)]",
    matrix_power=f"dask.array.map_blocks(numpy.linalg.matrix_power, {_WHOLE}, {{1}}, dtype=dtype)",
    matrix_power_by=f"dask.array.map_blocks(numpy.linalg.matrix_power, {_WHOLE}, int({{1}}), dtype=dtype)",
    expm=f"dask.array.map_blocks(lambda _1: {NUMPY.expm.format('_1')}, {_WHOLE}, dtype=dtype)",
    pi="numpy.pi",
    elementwise=_elementwise,
)


def source(request: Request) -> str:
    """Source text of what is asked for."""
    return write(request, DASK)[0]
