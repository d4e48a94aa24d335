"""Derivatives that are written by hand: each verdict against difference quotients of the same function, or JAX."""

import ast
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from thinning import part_in, rest_in_campaigns

import einsight
from einsight.bench.differences import difference_quotients
from einsight.python.check import findings
from einsight.python.module import Module
from einsight.python.source import Source
from einsight.python.tying import pairs_of

jax.config.update("jax_enable_x64", True)
RNG = np.random.default_rng(0)
# lengths by the letters that annotate arrays, all different
LENGTHS = dict(zip("bcdhkmnpq", (2, 3, 4, 5, 6, 7, 8, 9, 10), strict=True))


def array(shape, random=RNG):
    return random.uniform(0.4, 1.6, size=[LENGTHS.get(x) or int(x) for x in shape.split()])


def verdicts(code):
    return [c.verdict for c in findings(code).claims]


# a function with what is written as its derivative, the shapes of its arguments, the verdict, what can be run
PLAIN = [
    # scalars by vectors and matrices
    ("np.sum((X @ w - y) ** 2)", "2 * X.T @ (X @ w - y)", "w d, X n d, y n", "right"),
    ("np.sum((X @ w - y) ** 2)", "X.T @ (X @ w - y)", "w d, X n d, y n", "wrong"),
    ("np.sum((X @ w - y) ** 2)", "2 * X.T @ (y - X @ w)", "w d, X n d, y n", "wrong"),
    ("np.mean((X @ w - y) ** 2)", "2 * X.T @ (X @ w - y) / X.shape[0]", "w d, X n d, y n", "right"),
    ("np.mean((X @ w - y) ** 2)", "2 * X.T @ (X @ w - y) / X.shape[1]", "w d, X n d, y n", "wrong"),
    ("x @ A @ x", "(A + A.T) @ x", "x n, A n n", "right"),
    ("x @ A @ x", "2 * A @ x", "x n, A n n", "right_if"),
    ("np.trace(A @ B)", "B.T", "A n m, B m n", "right"),
    ("np.trace(A @ B)", "B", "A n n, B n n", "right_if"),
    ("np.trace(A @ B)", "B", "A n m, B m n", "shape"),
    ("np.linalg.slogdet(A)[1]", "np.linalg.inv(A).T", "A n n", "right"),
    ("np.linalg.slogdet(A)[1]", "np.linalg.inv(A)", "A n n", "right_if"),
    ("b @ np.linalg.solve(A, b)", "-np.outer(np.linalg.inv(A).T @ b, np.linalg.solve(A, b))", "A n n, b n", "right"),
    ("np.linalg.norm(x)", "x / np.linalg.norm(x)", "x n", "right"),
    ("np.sqrt((x * x).sum())", "x / (x * x).sum()", "x n", "wrong"),
    ("np.log(np.sum(np.exp(x)))", "np.exp(x) / np.exp(x).sum()", "x n", "right"),
    ("np.einsum('ij,i,j->', A, x, y)", "np.einsum('ij,j->i', A, y)", "x n, A n m, y m", "right"),
    ("np.einsum('ij,i,j->', A, x, y)", "np.einsum('ij,i->j', A, x)", "x n, A n m, y m", "shape"),
    ("np.sum(np.tanh(W @ x) * v)", "np.outer(v * (1 - np.tanh(W @ x) ** 2), x)", "W h d, x d, v h", "right"),
    ("np.sum(np.tanh(W @ x) * v)", "np.outer(x, v * (1 - np.tanh(W @ x) ** 2))", "W h d, x d, v h", "shape"),
    ("np.sum(np.maximum(W @ x, 0))", "W.T @ (W @ x > 0)", "x d, W h d", "right"),
    ("np.sum(np.where(x > 1, x ** 2, 2 * x))", "np.where(x > 1, 2 * x, 2)", "x n", "right"),
    ("np.sum(np.stack([x, x * y])[1])", "y", "x n, y n", "right"),
    ("np.sum(x[:, None] * y[None, :] * A)", "A @ y", "x n, y m, A n m", "right"),
    ("np.sum((x - x.mean()) ** 2)", "2 * (x - x.mean())", "x n", "right"),
    ("np.var(x)", "2 * (x - x.mean()) / x.size", "x n", "right"),
    ("np.var(x, ddof=1)", "2 * (x - x.mean()) / x.size", "x n", "wrong"),
    ("np.sum(X.max(axis=1))", "(X == X.max(axis=1, keepdims=True)).astype(float)", "X n m", "right"),
    ("np.sum(X.min(axis=1))", "(X == X.max(axis=1, keepdims=True)).astype(float)", "X n m", "wrong"),
    ("x[0] * x[1]", "np.stack([x[1], x[0], x[0] * 0])", "x 3", "right"),
    # functions of each entry, and Jacobians
    ("np.tanh(x)", "1 - np.tanh(x) ** 2", "x n", "right"),
    ("np.tanh(x)", "1 - np.tanh(x)", "x n", "wrong"),
    ("A @ x", "A", "x m, A n m", "right"),
    ("A @ x", "A.T", "x m, A n m", "shape"),
    ("np.exp(x) / np.exp(x).sum()", "np.exp(x) / np.exp(x).sum() * (1 - np.exp(x) / np.exp(x).sum())", "x n", "wrong"),
]  # fmt: skip


def program(forward, backward, shapes):
    names = [s.split()[0] for s in shapes.split(", ")]
    comments = "".join(f"    # {s.split()[0]} shape: {' '.join(s.split()[1:])}\n" for s in shapes.split(", "))
    listed = ", ".join(names)
    return (
        f"import numpy as np\n\ndef f({listed}):\n{comments}    return {forward}\n\n"
        f"def df_d{names[0]}({listed}):\n    return {backward}\n"
    )


@pytest.mark.parametrize("forward, backward, shapes, verdict", PLAIN, ids=[f"{p[0]}; {p[1]}"[:90] for p in PLAIN])
def test_against_difference_quotients(forward, backward, shapes, verdict):
    code = program(forward, backward, shapes)
    assert verdicts(code) == [verdict]
    random = np.random.default_rng(1)
    values = {s.split()[0]: array(" ".join(s.split()[1:]), random) for s in shapes.split(", ")}
    first = next(iter(values))
    ran = eval(backward, {"np": np, **values})
    exact = difference_quotients(lambda x: eval(forward, {"np": np, **values, first: x}), values[first], 2e-4)
    if exact.ndim == 2 * np.ndim(ran) and "tanh(x)" in forward:
        exact = np.diagonal(exact)
    alike = np.shape(ran) == exact.shape and np.allclose(ran, exact, rtol=1e-7, atol=1e-9)
    assert alike == (verdict == "right")
    if verdict == "shape":
        assert np.shape(ran) != exact.shape
    # what is offered in its place is right
    (claim,) = findings(code).claims
    if claim.derived and "np.linalg" not in claim.derived:
        offered = eval(claim.derived, {"np": np, **values})
        np.testing.assert_allclose(offered, exact, rtol=1e-7, atol=1e-9)


def test_right_if_says_of_what():
    (claim,) = findings(program("x @ A @ x", "2 * A @ x", "x n, A n n")).claims
    assert claim.assumption == "A symmetric"


@pytest.mark.parametrize(
    "forward, backward, words",
    [
        ("np.sum((X @ w - y) ** 2)", "X.T @ (X @ w - y)", "a factor 2 is missing"),
        ("np.sum((X @ w - y) ** 2)", "2 * X.T @ (y - X @ w)", "the sign is wrong"),
        ("w @ w + np.sum(X @ w)", "2 * w", "is missing"),
    ],
)
def test_what_went_wrong(forward, backward, words):
    (found,) = findings(program(forward, backward, "w d, X n d, y n")).diagnostics
    assert found.code == "EIN401" and words in found.message and found.fixes


AUTOGRAD = """import torch
from torch.autograd import Function

class Mul(Function):
    @staticmethod
    def forward(ctx, x, w, b):
        # x: (n, d)
        # w: (h, d)
        # b: (h, )
        ctx.save_for_backward(x, w)
        ctx.scale = 3.0
        return ctx.scale * (x @ w.mT) + b

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        gx = gw = None
        if ctx.needs_input_grad[0]:
            gx = {gx}
        if ctx.needs_input_grad[1]:
            gw = {gw}
        return gx, gw, {gb}
"""


@pytest.mark.parametrize(
    "gx, gw, gb, wanted",
    [
        ("ctx.scale * g @ w", "ctx.scale * g.mT @ x", "g.sum(0)", ["right", "right", "right"]),
        ("g @ w", "ctx.scale * g.mT @ x", "3 * g.sum(0)", ["wrong", "right", "wrong"]),
        ("ctx.scale * g @ w", "ctx.scale * g.mT @ x", "2 * g", ["right", "right", "wrong"]),
        ("ctx.scale * g @ w", "ctx.scale * x.mT @ g", "None", ["right", "shape"]),
    ],
)
def test_autograd_function(gx, gw, gb, wanted):
    code = AUTOGRAD.format(gx=gx, gw=gw, gb=gb)
    assert verdicts(code) == wanted
    # the same in JAX
    x, w, b, g = array("n d"), array("h d"), array("h"), array("n h")
    _, pull = jax.vjp(lambda x, w, b: 3.0 * (x @ w.mT) + b, x, w, b)
    space = {"x": jnp.asarray(x), "w": jnp.asarray(w), "g": jnp.asarray(g), "ctx": type("ctx", (), {"scale": 3.0})}
    ran = [eval(t, space) for t in (gx, gw, gb) if t != "None"]
    for value, exact, verdict in zip(ran, pull(jnp.asarray(g)), wanted, strict=False):
        assert (value.shape == exact.shape and bool(jnp.allclose(value, exact))) == (verdict == "right")


VJP = """import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

@jax.custom_vjp
def f(x: Float[Array, "n m"], y: Float[Array, "m"]):
    return jnp.sin(x) @ y

def f_fwd(x, y):
    return f(x, y), (jnp.cos(x), jnp.sin(x), y)

def f_bwd(kept, g):
    c, s, y = kept
    return {gx}, {gy}

f.defvjp(f_fwd, f_bwd)
"""


@pytest.mark.parametrize(
    "gx, gy, wanted",
    [
        ("g[:, None] * c * y", "s.T @ g", ["right", "right"]),
        ("g[:, None] * s * y", "s.T @ g", ["wrong", "right"]),
        ("jnp.outer(g, y) * c", "(s * g[:, None]).sum(axis=1)", ["right", "shape"]),
        ("jnp.outer(g, y) * c", "s @ g", ["shape"]),
    ],
)
def test_custom_vjp(gx, gy, wanted):
    code = VJP.format(gx=gx, gy=gy)
    assert verdicts(code) == wanted
    # `gradcheck` of JAX's own says the same
    space = {}
    exec(re.sub(r": Float\[[^]]*\]|from jaxtyping.*", "", code), space)
    x, y = jnp.asarray(array("n m")), jnp.asarray(array("m"))
    try:
        out, pull = jax.vjp(space["f"], x, y)
        found = pull(jnp.ones_like(out))
    except Exception:
        assert "shape" in wanted
        return
    _, exact = jax.vjp(lambda x, y: jnp.sin(x) @ y, x, y)
    for a, b, verdict in zip(found, exact(jnp.ones_like(out)), wanted, strict=True):
        assert bool(jnp.allclose(a, b)) == (verdict == "right")


@pytest.mark.parametrize(
    "tangent, wanted", [("c * x_dot * y + jnp.sin(x) * y_dot", "right"), ("c * x_dot * y", "wrong")]
)
def test_custom_jvp(tangent, wanted):
    code = f"""import jax
import jax.numpy as jnp

@jax.custom_jvp
def f(x, y):
    return jnp.sin(x) * y

@f.defjvp
def f_jvp(primals, tangents):
    x, y = primals
    x_dot, y_dot = tangents
    c = jnp.cos(x)
    return f(x, y), {tangent}
"""
    assert verdicts(code) == [wanted]
    space = {}
    exec(code, space)
    given = (1.2, 0.7), (0.3, 0.5)
    ours = jax.jvp(space["f"], *given)[1]
    assert bool(jnp.allclose(ours, jax.jvp(lambda x, y: jnp.sin(x) * y, *given)[1])) == (wanted == "right")


CLASS = """import numpy as np

class Layer:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return np.tanh(x @ self.W + self.b)

    def backward(self, dout):
        dz = dout * (1 - np.tanh(self.x @ self.W + self.b) ** 2)
        self.dW = {dW}
        self.db = dz.sum(axis=0)
        return dz @ self.W.T
"""


def test_layers():
    assert verdicts(CLASS.format(dW="self.x.T @ dz")) == ["right", "right", "right"]
    assert verdicts(CLASS.format(dW="dz.T @ self.x"))[0] in ("shape", "undecided")
    assert verdicts(CLASS.format(dW="self.x.T @ dout"))[0] in ("wrong", "undecided")


# right, on purpose, or nothing that can be told
NOT_WRONG = {
    "a derivative of the output": "import numpy as np\ndef sigmoid(x):\n    return 1 / (1 + np.exp(-x))\ndef sigmoid_derivative(x):\n    return x * (1 - x)\n",
    "straight through": "import torch\nclass Sign(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n        return torch.sign(x)\n    @staticmethod\n    def backward(ctx, g):\n        return g\n",
    "reversed": "import torch\nclass R(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n        return x.view_as(x)\n    @staticmethod\n    def backward(ctx, g):\n        return -g\n",
    "said to be": "import numpy as np\ndef f(x):\n    return np.exp(x)\ndef f_grad(x):  # einsight: surrogate\n    return x\n",
    "labels add up to 1": "import numpy as np\ndef loss(z, y):\n    # z: (n, k)\n    # y: (n, k)\n    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)\n    return -np.sum(y * np.log(p))\ndef loss_grad(z, y):\n    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) - y\n",
    "a stable softmax": "import numpy as np\ndef lse(x):\n    m = x.max()\n    return m + np.log(np.exp(x - m).sum())\ndef lse_grad(x):\n    e = np.exp(x - x.max())\n    return e / e.sum()\n",
    "symmetric by its docstring": "import numpy as np\ndef q(x, A):\n    \"\"\"A quadratic form.\n\n    :param x: a vector of size `(n,)`\n    :param A: a symmetric matrix of size `(n, n)`\n    \"\"\"\n    return x @ A @ x\ndef q_grad(x, A):\n    return 2 * A @ x\n",
    "a guard": "import numpy as np\ndef loss(p, y):\n    p = np.clip(p, 1e-15, 1 - 1e-15)\n    return -y * np.log(p)\ndef loss_grad(p, y):\n    return -y / p\n",
    "another argument": "import numpy as np\ndef loss(y, p):\n    return ((y - p) ** 2).sum()\ndef loss_grad(y, p):\n    return 2 * (p - y)\n",
    "a loop": "import numpy as np\ndef f(x):\n    for _ in range(K):\n        x = x * x\n    return x\ndef f_grad(x):\n    return x\n",
    "a loop until something holds": "import numpy as np\ndef f(x):\n    while x.sum() > 1:\n        x = x / 2\n    return -x\ndef f_grad(x):\n    return x\n",
    "other arguments": "import numpy as np\ndef f(x):\n    return np.exp(x)\ndef f_grad(y):\n    return y\n",
    "a decorator": "import numpy as np\ndef f(x):\n    return np.exp(x)\n@twice\ndef f_grad(x):\n    return x\n",
    "written into": "import numpy as np\ndef f(x):\n    return (x * x).sum()\ndef f_grad(x):\n    g = np.zeros_like(x)\n    g[:] = 2 * x\n    return g\n",
    "an argument for the rule alone": "import torch\nclass Log(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x, mean):\n"
    "        ctx.save_for_backward(mean)\n        return x.log()\n    @staticmethod\n    def backward(ctx, g):\n        (mean,) = ctx.saved_tensors\n        return g / mean, None\n",
    "a Jacobian of several columns": "import numpy as np\ndef fun(x, y, p):\n    return np.vstack((y[1], -p[0]**2 * y[0]))\n"
    "def fun_jac(x, y, p):\n    n, m = y.shape\n    df_dy = np.empty((n, 2, m))\n    df_dp = np.empty((n, 1, m))\n    return df_dy, df_dp\n",
    "an array of numbers": "import numpy as np\ndef bc(ya, yb):\n    return np.hstack((ya[0] - 1, yb[0]))\n"
    "def bc_jac(ya, yb):\n    return np.array([[1, 0], [0, 0]]), np.array([[0, 0], [1, 0]])\n",
    "two entries": "import numpy as np\nclass Problem:\n    def fun(self, x, p=2.0):\n        return 1.0 / p * (x[0]**p + x[1]**p)\n"
    "    def jac(self, x, p=2.0):\n        return x**(p - 1)\n",
    "digits": "import numpy as np\ndef f(x):\n    return np.sqrt(2 / np.pi) * x\ndef f_grad(x):\n    return 0.7978845608 * np.ones_like(x)\n",
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_WRONG)
def test_no_alarm(name):
    found = findings(NOT_WRONG[name])
    assert not [d for d in found.diagnostics if d.severity in ("error", "warning")]
    assert all(c.verdict in ("right", "undecided") for c in found.claims)
    assert not found.failing


def test_it_counts_in_the_report():
    code = program("np.sum((X @ w - y) ** 2)", "X.T @ (X @ w - y)", "w d, X n d, y n")
    report = einsight.check(code, language="python")
    assert [c.verdict for c in report.claims] == ["wrong"] and report.failing == {0: ("EIN401",)}
    (claim,) = report.claims
    assert code[slice(*claim.span)] == "X.T @ (X @ w - y)"
    silent = code.rstrip() + "  # einsight: ignore EIN401\n"
    report = einsight.check(silent, language="python")
    assert not report.failing and not report.diagnostics


def test_shapes_of_a_docstring():
    code = NOT_WRONG["symmetric by its docstring"]
    (claim,) = findings(code).claims
    assert (claim.verdict, claim.assumption) == ("right", "A symmetric")
    (claim,) = findings(code.replace("a symmetric matrix", "a matrix")).claims
    assert claim.verdict == "right_if"


def test_pairs():
    code = """
import jax
def loss(w): ...
def grad_loss(w): ...
def loss_grad(w): ...
def dloss_dw(w): ...
def VF(x): ...
def dVF(x): ...
def unrelated(w): ...
class A:
    def fn(self, x): ...
    def gradient(self, x): ...
"""
    source = Source("import numpy\n" + code)
    names = {(p.name, p.backward.name, p.variable) for p in pairs_of(Module(source))}
    assert names == {
        ("loss", "grad_loss", ""), ("loss", "loss_grad", ""), ("loss", "dloss_dw", "w"), ("VF", "dVF", ""), ("fn", "gradient", ""),
    }  # fmt: skip
    assert isinstance(source.tree, ast.Module)


class _Change(ast.NodeTransformer):
    """One small change of an expression, the one of that number."""

    def __init__(self, number):
        self.number, self.at = number, -1

    def _turn(self):
        self.at += 1
        return self.at == self.number

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Add | ast.Sub) and self._turn():
            node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        elif isinstance(node.op, ast.MatMult) and self._turn():
            node.left, node.right = node.right, node.left
        elif isinstance(node.op, ast.Mult) and self._turn():
            return node.right
        elif isinstance(node.op, ast.Div) and self._turn():
            node.op = ast.Mult()
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        return node.value if node.attr == "T" and self._turn() else node

    def visit_Constant(self, node):
        return ast.Constant(node.value + 1) if node.value in (1, 2) and self._turn() else node


def _changed():
    for forward, backward, shapes, verdict in PLAIN:
        for number in range(4):
            change = _Change(number)
            tree = ast.fix_missing_locations(change.visit(ast.parse(backward, mode="eval")))
            if verdict == "right" and change.at >= number:
                yield forward, ast.unparse(tree), shapes


CHANGED = list(_changed())


@pytest.mark.parametrize(
    "forward, backward, shapes",
    rest_in_campaigns(CHANGED, lambda c: part_in(c[0] + c[1], 2) == 0, lambda c: f"{c[0]}; {c[1]}"[:90]),
)
def test_small_changes_are_seen(forward, backward, shapes):
    """A changed derivative is right exactly where it has the value of the quotients, and what is offered has that."""
    random = np.random.default_rng(1)
    values = {s.split()[0]: array(" ".join(s.split()[1:]), random) for s in shapes.split(", ")}
    first = next(iter(values))
    exact = difference_quotients(lambda x: eval(forward, {"np": np, **values, first: x}), values[first], 2e-4)
    try:
        ran = np.asarray(eval(backward, {"np": np, **values}))
    except (ValueError, IndexError, np.linalg.LinAlgError):
        ran = None
    if exact.ndim == 2 and "tanh(x)" in forward and ran is not None and ran.ndim == 1:
        exact = np.diagonal(exact)
    alike = ran is not None and ran.shape == exact.shape and np.allclose(ran, exact, rtol=1e-7, atol=1e-9)
    found = findings(program(forward, backward, shapes)).claims
    assert all((c.verdict == "right") == alike for c in found)
    for claim in found:
        if claim.derived and claim.verdict != "right" and exact.ndim == 1:
            np.testing.assert_allclose(eval(claim.derived, {"np": np, **values}), exact, rtol=1e-7, atol=1e-9)
