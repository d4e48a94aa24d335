"""PyTorch source for a term: a function that `torch.autograd` can differentiate, on the device of its inputs."""

from __future__ import annotations

from .arguments import Request
from .array_source import write
from .dialect import Dialect, from_table

FUNCTIONS = {
    "Abs": "torch.abs({0})",
    "abs": "torch.abs({0})",
    "acos": "torch.acos({0})",
    "acosh": "torch.acosh({0})",
    "acot": "torch.atan(1 / {0})",
    "acoth": "torch.atanh(1 / {0})",
    "acsc": "torch.asin(1 / {0})",
    "acsch": "torch.asinh(1 / {0})",
    "asec": "torch.acos(1 / {0})",
    "asech": "torch.acosh(1 / {0})",
    "asin": "torch.asin({0})",
    "asinh": "torch.asinh({0})",
    "atan": "torch.atan({0})",
    "atan2": "torch.atan2({0}, {1})",
    "atanh": "torch.atanh({0})",
    "ceiling": "torch.ceil({0})",
    "cos": "torch.cos({0})",
    "cosh": "torch.cosh({0})",
    "cot": "1 / torch.tan({0})",
    "coth": "1 / torch.tanh({0})",
    "csc": "1 / torch.sin({0})",
    "csch": "1 / torch.sinh({0})",
    "digamma": "torch.special.digamma({0})",
    "erf": "torch.erf({0})",
    "erf2": "torch.erf({1}) - torch.erf({0})",
    "erfc": "torch.erfc({0})",
    "erfcinv": "torch.erfinv(1 - {0})",
    "erfinv": "torch.erfinv({0})",
    "exp": "torch.exp({0})",
    "floor": "torch.floor({0})",
    "frac": "{0} - torch.floor({0})",
    # below 0 it is negative between every other pair of poles
    "gamma": "torch.exp(torch.special.gammaln({0})) * torch.where(({0} > 0) | (torch.floor({0}) % 2 == 0), 1, -1)",
    "gelu": "torch.nn.functional.gelu({0})",
    "huber": "torch.minimum(torch.abs({0}), {1}) * (torch.abs({0}) - torch.minimum(torch.abs({0}), {1}) / 2)",
    "log": "torch.log({0})",
    "loggamma": "torch.special.gammaln({0})",
    "max": "torch.maximum({0}, {1})",
    "min": "torch.minimum({0}, {1})",
    "polygamma": "torch.special.polygamma(int({0}), {1})",
    "relu": "torch.relu({0})",
    "sec": "1 / torch.cos({0})",
    "sech": "1 / torch.cosh({0})",
    "sigmoid": "torch.sigmoid({0})",
    "sign": "torch.sign({0})",
    "silu": "torch.nn.functional.silu({0})",
    "sin": "torch.sin({0})",
    "sinc": "torch.sinc({0} / torch.pi)",
    "sinh": "torch.sinh({0})",
    # torch.nn.functional.softplus cuts off at 20, an error of 2e-9
    "softplus": "torch.logaddexp({0}, torch.zeros_like({0}))",
    "tan": "torch.tan({0})",
    "tanh": "torch.tanh({0})",
    "trigamma": "torch.special.polygamma(1, {0})",
}


def _writes(array: str, pattern: str, values: str) -> str:
    """`diagonal` is a view whose last axis runs along the diagonal."""
    letters, _, kept = pattern.partition("->")
    text = array
    while len(set(letters)) < len(letters):
        twice = next(c for c in letters if letters.count(c) > 1)
        first = letters.index(twice)
        second = letters.index(twice, first + 1)
        text += f".diagonal(0, {first}, {second})"
        letters = letters[:first] + letters[first + 1 : second] + letters[second + 1 :] + twice
    if letters != kept:
        text += f".permute({', '.join(str(letters.index(c)) for c in kept)})"
    return f"{text}.add_({values})"


TORCH = Dialect(
    name="torch",
    imports=("functools", "torch"),
    setup=(
        # the widest dtype of all, a floating one; a Python number is read in it, so that it loses no digits
        "dtype = functools.reduce(torch.promote_types, [torch.as_tensor(given).dtype for given in [{0}]], torch.bool)",
        "dtype = dtype if dtype.is_floating_point or dtype.is_complex else torch.get_default_dtype()",
        # that of an input; an accelerator's before the CPU's, where numbers may lie
        "device = [given.device for given in [{0}] if isinstance(given, torch.Tensor)]",
        "device = max(device, key=lambda found: found.type != 'cpu', default=None)",
    ),
    array="torch.as_tensor({0}, dtype=dtype, device=device)",
    copy="torch.clone({0})",
    eye="torch.eye({0}, dtype=dtype, device=device)",
    ones="torch.ones({0}, dtype=dtype, device=device)",
    arange="torch.arange({0}, {1}, device=device)",
    where="torch.where({0}, {1}, {2})",
    clip="torch.clamp({0}, {1}, {2})",
    transpose="torch.permute({0}, {1})",
    broadcast="torch.broadcast_to({0}, {1}).clone()",
    einsum="torch.einsum('{0}', {1})",
    tensordot="torch.tensordot({0}, {1}, ({2}, {3}))",
    zeros="torch.zeros({0}, dtype=dtype, device=device)",
    diag="torch.diag({0})",
    largest="torch.amax({0}, {1}, keepdim=True)",
    total="{0}.sum({1}, keepdim=True)",
    most="torch.amax({0}, {1})",
    product="{0}.prod({1})",
    logaddexp="torch.logaddexp({0}, {1})",
    inv="torch.linalg.inv({0})",
    det="torch.linalg.det({0})",
    svd="torch.linalg.svd({0})",
    adjoint="{0}.mH",
    mask="torch.eye({0}, dtype=torch.bool, device=device)",
    slogdet="torch.linalg.slogdet({0})",
    matrix_power="torch.linalg.matrix_power({0}, {1})",
    matrix_power_by="torch.linalg.matrix_power({0}, int({1}))",
    expm="torch.linalg.matrix_exp({0})",
    pi="torch.pi",
    elementwise=from_table(FUNCTIONS, "torch"),
    softmax="torch.softmax({0}, {1})",
    logsumexp="torch.logsumexp({0}, {1})",
    writes=_writes,
)


def source(request: Request) -> str:
    """Source text of what is asked for."""
    return write(request, TORCH)[0]
