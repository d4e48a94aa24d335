"""JAX source for a term: a function that can be compiled by `jax.jit`, batched and differentiated."""

from __future__ import annotations

from .arguments import Request
from .array_source import write
from .dialect import Dialect, from_table

FUNCTIONS = {
    "Abs": "jax.numpy.abs({0})",
    "Ei": "jax.scipy.special.expi({0})",
    "Heaviside": "jax.numpy.heaviside({0}, 0.5)",
    "abs": "jax.numpy.abs({0})",
    "acos": "jax.numpy.arccos({0})",
    "acosh": "jax.numpy.arccosh({0})",
    "acot": "jax.numpy.arctan(1 / {0})",
    "acoth": "jax.numpy.arctanh(1 / {0})",
    "acsc": "jax.numpy.arcsin(1 / {0})",
    "acsch": "jax.numpy.arcsinh(1 / {0})",
    "asec": "jax.numpy.arccos(1 / {0})",
    "asech": "jax.numpy.arccosh(1 / {0})",
    "asin": "jax.numpy.arcsin({0})",
    "asinh": "jax.numpy.arcsinh({0})",
    "atan": "jax.numpy.arctan({0})",
    "atan2": "jax.numpy.arctan2({0}, {1})",
    "atanh": "jax.numpy.arctanh({0})",
    "beta": "jax.scipy.special.beta({0}, {1})",
    "ceiling": "jax.numpy.ceil({0})",
    "cos": "jax.numpy.cos({0})",
    "cosh": "jax.numpy.cosh({0})",
    "cot": "1 / jax.numpy.tan({0})",
    "coth": "1 / jax.numpy.tanh({0})",
    "csc": "1 / jax.numpy.sin({0})",
    "csch": "1 / jax.numpy.sinh({0})",
    "digamma": "jax.scipy.special.digamma({0})",
    "erf": "jax.lax.erf({0})",
    "erf2": "jax.lax.erf({1}) - jax.lax.erf({0})",
    "erfc": "jax.lax.erfc({0})",
    "erfcinv": "jax.lax.erf_inv(1 - {0})",
    "erfinv": "jax.lax.erf_inv({0})",
    "exp": "jax.numpy.exp({0})",
    "factorial": "jax.scipy.special.gamma({0} + 1)",
    "floor": "jax.numpy.floor({0})",
    "frac": "{0} - jax.numpy.floor({0})",
    "gamma": "jax.scipy.special.gamma({0})",
    "gelu": "jax.nn.gelu({0}, approximate=False)",
    "harmonic": "jax.scipy.special.digamma({0} + 1) + jax.numpy.euler_gamma",
    "heaviside": "jax.numpy.heaviside({0}, 0.5)",
    "huber": "jax.numpy.minimum(jax.numpy.abs({0}), {1}) * (jax.numpy.abs({0}) - jax.numpy.minimum(jax.numpy.abs({0}), {1}) / 2)",
    "li": "jax.scipy.special.expi(jax.numpy.log({0}))",
    "log": "jax.numpy.log({0})",
    "loggamma": "jax.scipy.special.gammaln({0})",
    "max": "jax.numpy.maximum({0}, {1})",
    "min": "jax.numpy.minimum({0}, {1})",
    "polygamma": "jax.scipy.special.polygamma(jax.numpy.asarray({0}).astype(int), {1})",
    "relu": "jax.numpy.maximum({0}, 0)",
    "sec": "1 / jax.numpy.cos({0})",
    "sech": "1 / jax.numpy.cosh({0})",
    "sigmoid": "jax.nn.sigmoid({0})",
    "sign": "jax.numpy.sign({0})",
    "silu": "jax.nn.silu({0})",
    "sin": "jax.numpy.sin({0})",
    "sinc": "jax.numpy.sinc({0} / jax.numpy.pi)",
    "sinh": "jax.numpy.sinh({0})",
    "softplus": "jax.numpy.logaddexp({0}, 0)",
    "tan": "jax.numpy.tan({0})",
    "tanh": "jax.numpy.tanh({0})",
    "trigamma": "jax.scipy.special.polygamma(1, {0})",
}

# a power that is no constant while the function is traced: a loop as long as the exponent
_POWER_BY = (
    "(lambda _base: jax.lax.fori_loop(0, abs(jax.numpy.asarray({1}).astype(int)), lambda _, _power: _power @ _base, "
    "jax.numpy.broadcast_to(jax.numpy.eye({0}.shape[-1], dtype=dtype), {0}.shape)))"
    "(jax.lax.cond({1} < 0, jax.numpy.linalg.inv, lambda _base: _base, {0}))"
)

JAX = Dialect(
    name="jax",
    imports=("jax",),
    setup=("dtype = jax.numpy.result_type(*map(jax.numpy.asarray, [{0}]), 1.0)",),
    array="jax.numpy.asarray({0}, dtype=dtype)",
    copy="jax.numpy.asarray({0}, dtype=dtype)",
    eye="jax.numpy.eye({0}, dtype=dtype)",
    ones="jax.numpy.ones({0}, dtype=dtype)",
    arange="jax.numpy.arange({0}, {1})",
    where="jax.numpy.where({0}, {1}, {2})",
    clip="jax.numpy.clip({0}, {1}, {2})",
    transpose="jax.numpy.transpose({0}, {1})",
    broadcast="jax.numpy.broadcast_to({0}, {1})",
    einsum="jax.numpy.einsum('{0}', {1})",
    tensordot="jax.numpy.tensordot({0}, {1}, ({2}, {3}))",
    zeros="jax.numpy.zeros({0}, dtype=dtype)",
    mask="jax.numpy.eye({0}, dtype=bool)",
    diag="jax.numpy.diag({0})",
    largest="{0}.max({1}, keepdims=True)",
    total="{0}.sum({1}, keepdims=True)",
    most="{0}.max({1})",
    product="{0}.prod({1})",
    logaddexp="jax.numpy.logaddexp({0}, {1})",
    inv="jax.numpy.linalg.inv({0})",
    det="jax.numpy.linalg.det({0})",
    svd="jax.numpy.linalg.svd({0})",
    adjoint="jax.numpy.swapaxes({0}, -1, -2).conj()",
    slogdet="jax.numpy.linalg.slogdet({0})",
    matrix_power="jax.numpy.linalg.matrix_power({0}, {1})",
    matrix_power_by=_POWER_BY,
    expm="jax.scipy.linalg.expm({0})",
    pi="jax.numpy.pi",
    elementwise=from_table(FUNCTIONS, "jax"),
    softmax="jax.nn.softmax({0}, {1})",
    logsumexp="jax.nn.logsumexp({0}, {1})",
)


def source(request: Request) -> str:
    """Source text of what is asked for."""
    return write(request, JAX)[0]
