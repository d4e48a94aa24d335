"""Activation functions of neural networks for einsight, each with its derivative and its names in NumPy, JAX and PyTorch.

Built in are relu, sigmoid, tanh, softplus, silu (also called swish) and gelu (the exact one).  A function of `z` and `w` takes
a parameter, or a gate, as its second argument.  Exponentials are taken of what is not positive, so that generated code does not
multiply 0 by infinity.
"""

from einsight.api import function, hook, rule

from .table import BY_NAME

# The version of einsight.api that this is written for.
EINSIGHT_API = 1


@hook
def einsight_functions():
    return [function(name, **given) for name, given in BY_NAME.items()]


VECTOR = "x in R^n; c in R"


@hook
def einsight_rules():
    return [
        rule(f"activation.{name}", statement, doc, examples=[(VECTOR, before, after), (VECTOR, other, None)])
        for name, statement, doc, before, after, other in [
            ("softsign-odd", "softsign(-s) => -softsign(s)", "Softsign is odd.",
             "softsign(-x_i) x_i", "-softsign(x_i) x_i", "softsign(x_i)"),
            ("hardtanh-odd", "hardtanh(-s) => -hardtanh(s)", "The hard tanh is odd.",
             "hardtanh(-c)", "-hardtanh(c)", "hardtanh(c)"),
            ("tanhshrink-odd", "tanhshrink(-s) => -tanhshrink(s)", "What tanh takes away is odd.",
             "tanhshrink(-c)", "-tanhshrink(c)", "tanhshrink(c)"),
            ("lisht-even", "lisht(-s) => lisht(s)", "LiSHT is even.", "lisht(-c)", "lisht(c)", "lisht(c)"),
            ("relu-twice", "relu(relu(s)) => relu(s)", "What is not negative stays as it is.",
             "relu(relu(x_i)) x_i", "relu(x_i) x_i", "relu(x_i)"),
            ("hardtanh-twice", "hardtanh(hardtanh(s)) => hardtanh(s)", "What is between the bounds stays as it is.",
             "hardtanh(hardtanh(c))", "hardtanh(c)", "hardtanh(tanh(c))"),
            ("relu6-relu", "relu6(relu(s)) => relu6(s)", "The lower bound holds once it has been taken.",
             "relu6(relu(c))", "relu6(c)", "relu(relu6(c))"),
            ("exp-logsigmoid", "exp(logsigmoid(s)) => sigmoid(s)", "The logarithm of the sigmoid is one.",
             "exp(logsigmoid(x_i))", "sigmoid(x_i)", "exp(softplus(x_i))"),
            ("swish-one", "swish(s, 1) => silu(s)", "Swish with the slope 1 is SiLU.", "swish(c, 1)", "silu(c)", "swish(c, 2)"),
            ("celu-one", "celu(s, 1) => elu(s)", "CELU with α = 1 is ELU.", "celu(c, 1)", "elu(c)", "celu(c, 2)"),
            ("leaky-zero", "leakyrelu(s, 0) => relu(s)", "Without a leak it is the ReLU.",
             "leakyrelu(c, 0)", "relu(c)", "leakyrelu(c, 1/10)"),
            ("glu-self", "glu(s, s) => silu(s)", "What is its own gate is SiLU.", "glu(c, c)", "silu(c)", "glu(c, 2 c)"),
        ]
    ]  # fmt: skip
