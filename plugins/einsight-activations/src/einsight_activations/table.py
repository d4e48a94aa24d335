"""The functions, by name: derivatives in the language, spellings in generated code, a name in formulas, a line of words."""

from __future__ import annotations

import math
from typing import Any

# of GELU by tanh, and the constants of SELU, as the papers give them
_U = "sqrt(2/pi) (z + 0.044715 z^3)"
_LAMBDA, _ALPHA = 1.0507009873554805, 1.6732632423543772
_TANH = "0.5 * {0} * (1 + numpy.tanh(numpy.sqrt(2 / numpy.pi) * ({0} + 0.044715 * {0}**3)))"


def _sigmoid(library: str, text: str) -> str:
    """The sigmoid in code; in NumPy by tanh, which does not overflow."""
    if library == "numpy":
        return f"(1 + numpy.tanh(({text}) / 2)) / 2"
    return {"jax": "jax.nn.sigmoid", "torch": "torch.sigmoid"}[library] + f"({text})"


def _spelled(template: str) -> dict[str, str]:
    """One template for all three; `lib.` is the module with the arrays' functions, `sigmoid[…]` the sigmoid."""
    found = {}
    for library, module in [("numpy", "numpy"), ("jax", "jax.numpy"), ("torch", "torch")]:
        head, *rest = template.split("sigmoid[")
        for part in rest:
            inner, _, tail = part.partition("]")
            head += _sigmoid(library, inner) + tail
        found[library] = head.replace("lib.", f"{module}.")
    return found


def _gelu(z: float) -> float:
    return z * math.erfc(-z / math.sqrt(2)) / 2


BY_NAME: dict[str, dict[str, Any]] = {
    # smooth
    "gelutanh": {
        "derivative": f"1/2 (1 + tanh({_U})) + z/2 (1 - tanh({_U})^2) sqrt(2/pi) (1 + 0.134145 z^2)",
        "numpy": _TANH,
        "jax": "jax.nn.gelu({0}, approximate=True)",
        "torch": "torch.nn.functional.gelu({0}, approximate='tanh')",
        "latex": r"\operatorname{GELU}_{\tanh}",
        "doc": "GELU as tanh approximates it: `z/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3)))`.",
    },
    "quickgelu": {
        "derivative": "sigmoid(1.702 z) (1 + 1.702 z (1 - sigmoid(1.702 z)))",
        **_spelled("{0} * sigmoid[1.702 * {0}]"),
        "doc": "GELU as a sigmoid approximates it: `z sigmoid(1.702 z)`.",
    },
    "swish": {
        "derivative": ("sigmoid(w z) (1 + w z (1 - sigmoid(w z)))", "z^2 sigmoid(w z) (1 - sigmoid(w z))"),
        **_spelled("{0} * sigmoid[{1} * {0}]"),
        "doc": "Swish with a slope of its own: `z sigmoid(w z)`; with the slope 1 it is SiLU.",
    },
    "mish": {
        "derivative": "tanh(softplus(z)) + z sigmoid(z) (1 - tanh(softplus(z))^2)",
        "numpy": "{0} * numpy.tanh(numpy.logaddexp({0}, 0))",
        "jax": "jax.nn.mish({0})",
        "torch": "torch.nn.functional.mish({0})",
        "latex": r"\operatorname{Mish}",
        "doc": "`z tanh(softplus(z))`.",
    },
    "lisht": {
        "derivative": "tanh(z) + z (1 - tanh(z)^2)",
        **_spelled("{0} * lib.tanh({0})"),
        "latex": r"\operatorname{LiSHT}",
        "doc": "`z tanh(z)`.",
    },
    "logsigmoid": {
        "derivative": "sigmoid(-z)",
        "numpy": "-numpy.logaddexp(0, -{0})",
        "jax": "jax.nn.log_sigmoid({0})",
        "torch": "torch.nn.functional.logsigmoid({0})",
        "latex": r"\log\sigma",
        "doc": "The logarithm of the sigmoid, `-softplus(-z)`.",
    },
    "softplusbeta": {
        "derivative": ("sigmoid(w z)", "z sigmoid(w z)/w - softplus(w z)/w^2"),
        "numpy": "numpy.logaddexp({1} * {0}, 0) / {1}",
        "jax": "jax.numpy.logaddexp({1} * {0}, 0) / {1}",
        "torch": "torch.nn.functional.softplus({1} * {0}) / {1}",
        "latex": r"\operatorname{softplus}_\beta",
        "doc": "Softplus of a sharpness of its own: `log(1 + exp(w z))/w`.",
    },
    "squareplus": {
        "derivative": ("1/2 (1 + z/sqrt(z^2 + w))", "1/(4 sqrt(z^2 + w))"),
        **_spelled("({0} + lib.sqrt({0}**2 + {1})) / 2"),
        "doc": "A softplus without an exponential: `(z + sqrt(z^2 + w))/2`.",
    },
    "softsign": {
        "derivative": "1/(1 + abs(z))^2",
        **_spelled("{0} / (1 + lib.abs({0}))"),
        "doc": "A sigmoid without an exponential: `z/(1 + abs(z))`.",
    },
    "tanhshrink": {
        "derivative": "tanh(z)^2",
        **_spelled("{0} - lib.tanh({0})"),
        "doc": "`z - tanh(z)`.",
    },
    "snake": {
        "derivative": ("1 + sin(2 w z)", "z sin(2 w z)/w - sin(w z)^2/w^2"),
        **_spelled("{0} + lib.sin({1} * {0})**2 / {1}"),
        "doc": "For periodic data: `z + sin(w z)^2/w`.",
    },
    # exponential on one side
    "elu": {
        "derivative": "[z > 0] + [z <= 0] exp(min(z, 0))",
        "numpy": "numpy.where({0} > 0, {0}, numpy.expm1(numpy.minimum({0}, 0)))",
        "jax": "jax.nn.elu({0})",
        "torch": "torch.nn.functional.elu({0})",
        "latex": r"\operatorname{ELU}",
        "doc": "`z` where that is positive, else `exp(z) - 1`.",
    },
    "celu": {
        "derivative": ("[z > 0] + [z <= 0] exp(min(z, 0)/w)", "exp(min(z, 0)/w) (1 - min(z, 0)/w) - 1"),
        "numpy": "numpy.maximum({0}, 0) + {1} * numpy.expm1(numpy.minimum({0}, 0) / {1})",
        "jax": "jax.numpy.maximum({0}, 0) + {1} * jax.numpy.expm1(jax.numpy.minimum({0}, 0) / {1})",
        "torch": "torch.clamp({0}, min=0) + {1} * torch.expm1(torch.clamp({0}, max=0) / {1})",
        "latex": r"\operatorname{CELU}",
        "doc": "`z` where that is positive, else `w (exp(z/w) - 1)`: its slope has no jump.",
    },
    "selu": {
        "derivative": f"{_LAMBDA} ([z > 0] + {_ALPHA} [z <= 0] exp(min(z, 0)))",
        "numpy": f"{_LAMBDA} * numpy.where({{0}} > 0, {{0}}, {_ALPHA} * numpy.expm1(numpy.minimum({{0}}, 0)))",
        "jax": "jax.nn.selu({0})",
        "torch": "torch.nn.functional.selu({0})",
        "latex": r"\operatorname{SELU}",
        "doc": "The ELU that normalises itself, with its two constants to double precision.",
    },
    # in pieces
    "leakyrelu": {
        "derivative": ("[z > 0] + w [z <= 0]", "z [z <= 0]"),
        **_spelled("lib.where({0} > 0, {0}, {1} * {0})"),
        "latex": r"\operatorname{LeakyReLU}",
        "doc": "`z` where that is positive, else `w z`; with a trained `w`, the PReLU.",
    },
    "relu6": {
        "derivative": "[z > 0] [z < 6]",
        **_spelled("lib.clip({0}, 0, 6)"),
        "latex": r"\operatorname{ReLU6}",
        "doc": "`z` between 0 and 6, and the nearer of the two elsewhere.",
    },
    "hardtanh": {
        "derivative": "[z > -1] [z < 1]",
        **_spelled("lib.clip({0}, -1, 1)"),
        "doc": "`z` between -1 and 1, and the nearer of the two elsewhere.",
    },
    "hardsigmoid": {
        "derivative": "1/6 [z > -3] [z < 3]",
        **_spelled("lib.clip({0} / 6 + 0.5, 0, 1)"),
        "doc": "`z/6 + 1/2` between 0 and 1, and the nearer of the two elsewhere.",
    },
    "hardswish": {
        "derivative": "[z >= 3] + [z > -3] [z < 3] (z/3 + 1/2)",
        **_spelled("{0} * lib.clip({0} / 6 + 0.5, 0, 1)"),
        "doc": "`z hardsigmoid(z)`.",
    },
    "softshrink": {
        "derivative": ("[abs(z) > w]", "-sign(z) [abs(z) > w]"),
        "numpy": "numpy.sign({0}) * numpy.maximum(numpy.abs({0}) - {1}, 0)",
        "jax": "jax.numpy.sign({0}) * jax.numpy.maximum(jax.numpy.abs({0}) - {1}, 0)",
        "torch": "torch.sign({0}) * torch.relu(torch.abs({0}) - {1})",
        "doc": "`z` moved towards 0 by `w`, and 0 where it would pass it: the proximal map of `w abs(z)`.",
    },
    # gated
    "glu": {
        "derivative": ("sigmoid(w)", "z sigmoid(w) (1 - sigmoid(w))"),
        **_spelled("{0} * sigmoid[{1}]"),
        "latex": r"\operatorname{GLU}",
        "doc": "The gated linear unit: `z sigmoid(w)`, the gate second.",
    },
    "swiglu": {
        "derivative": ("w sigmoid(z) (1 + z (1 - sigmoid(z)))", "silu(z)"),
        **_spelled("{0} * sigmoid[{0}] * {1}"),
        "latex": r"\operatorname{SwiGLU}",
        "doc": "`silu(z) w`, the gate first, as in transformers.",
    },
    "geglu": {
        "derivative": ("w (1/2 (1 + erf(z/sqrt(2))) + z exp(-z^2/2)/sqrt(2 pi))", "gelu(z)"),
        "value": lambda z, w: _gelu(z) * w,
        "jax": "jax.nn.gelu({0}, approximate=False) * {1}",
        "torch": "torch.nn.functional.gelu({0}) * {1}",
        "latex": r"\operatorname{GEGLU}",
        "doc": "`gelu(z) w`, the gate first; NumPy has no error function, and so no spelling of it.",
    },
    "reglu": {
        "derivative": ("w [z > 0]", "relu(z)"),
        "numpy": "numpy.maximum({0}, 0) * {1}",
        "jax": "jax.nn.relu({0}) * {1}",
        "torch": "torch.relu({0}) * {1}",
        "latex": r"\operatorname{ReGLU}",
        "doc": "`relu(z) w`, the gate first.",
    },
}
