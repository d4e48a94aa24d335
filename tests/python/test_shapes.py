"""Shapes that array code does not allow, and right code that must stay silent; both are run."""

import re

import jax
import numpy as np
import pytest

import einsight
from einsight.python.check import findings
from einsight.python.source import Source

HEAD = """import numpy as np
import jax
import jax.numpy as jnp
import opt_einsum as oe
import einops
from einops import rearrange, reduce, repeat
from jaxtyping import Array, Float

"""


def codes(text, head=HEAD):
    return [(d.code, d.message) for d in findings(head + text).diagnostics]


# what is wrong with numbers alone is run, and must raise
WRONG = [
    ("EIN602", "A = np.zeros((2, 3)); np.einsum('ij,jk->ik', A, A)", "letter `j` is 3 in `A` and 2 in `A`"),
    ("EIN602", "A = np.zeros((2, 3)); np.einsum('ijk->i', A)", "2 axes"),
    ("EIN602", "A = np.zeros((2, 3)); np.einsum('ii', A)", "2 and 3|3 and 2"),
    ("EIN602", "A = np.zeros((2, 3)); einops.einsum(A, A, 'i j, j k -> i k')", "`j`"),
    ("EIN602", "A = np.zeros((2, 3)); oe.contract('ij,jk,kl->il', A, A.T, A.T)", "`k`"),
    ("EIN602", "x = np.zeros((4, 6)); rearrange(x, 'a (b c) -> a b c', b=4)", "6 long"),
    ("EIN602", "x = np.zeros((4, 6)); rearrange(x, 'a b c -> c a b')", "2 axes"),
    ("EIN602", "x = np.zeros((4, 6)); repeat(x, 'a b -> a b c', a=3, c=2)", "`a`"),
    ("EIN602", "x = np.zeros((4, 6)); reduce(x, '1 b -> b', 'sum')", "1 there"),
    ("EIN603", "A = np.zeros((2, 3)); A @ A", "3 against 2"),
    ("EIN603", "A = np.zeros((2, 3)); b = np.ones(2); A + b", "broadcast"),
    ("EIN603", "A = np.zeros((2, 3)); np.linalg.inv(A)", "square"),
    ("EIN603", "A = np.zeros((2, 3)); np.linalg.solve(A, np.ones(2))", "square"),
    ("EIN603", "A = np.zeros((2, 3)); A.sum(2)", "no axis 2"),
    ("EIN603", "A = np.zeros((2, 3)); A.reshape(4, -1)", "6 entries"),
    ("EIN603", "A = np.zeros((2, 3)); A[:, :, 0]", "3 axes"),
    ("EIN603", "A = np.zeros((2, 3)); A[2]", "place 2"),
    ("EIN603", "A = np.zeros((2, 3)); np.stack([A, A.T])", "stacked"),
    ("EIN603", "A = np.zeros((2, 3)); np.concatenate([A, np.ones((2, 4))])", "behind"),
    ("EIN603", "A = np.zeros((2, 3)); np.squeeze(A, 0)", "squeezed"),
    ("EIN603", "A = np.zeros((2, 3)); np.transpose(A, (0, 2))", "no axis 2"),
    ("EIN603", "A = np.array([[1.0, 2.0], [3.0, 4.0]]); A @ np.arange(3)", "2 against 3"),
    ("EIN603", "def f(W, x):\n    return W @ x\nf(np.zeros((2, 3)), np.zeros(2))", "in `f`"),
    ("EIN603", "class L:\n    def __init__(self):\n        self.W = np.zeros((2, 3))\n"
     "    def run(self):\n        return self.W @ np.ones(2)\nL().run()", "3 against 2"),
    ("EIN603", "n = 3\nA = np.zeros((2, n)); A @ np.ones(2)", "3 against 2"),
]  # fmt: skip


@pytest.mark.parametrize("code, text, words", WRONG, ids=[w[1][:60] for w in WRONG])
def test_wrong_shapes(code, text, words):
    found = codes(text)
    assert [c for c, _ in found] == [code], found
    assert re.search(words, found[0][1]), found
    with pytest.raises(Exception):  # noqa: B017 - each library has its own
        exec(HEAD.replace("from jaxtyping import Array, Float\n", "") + text, {})


# what names declare
DECLARED = [
    ("EIN602", 'def f(x: Float[Array, "n d"], w: Float[Array, "d m"]):\n    return jnp.einsum("bnd,dm->bnm", x, w)'),
    (
        "EIN602",
        'def f(x: Float[Array, "*b t d"], w: Float[Array, "d h"]):\n    return jnp.einsum("...td,th->...dh", x, w)',
    ),
    ("EIN603", 'def f(W: Float[Array, "h d"], x: Float[Array, "d"]):\n    return W.T @ x'),
    ("EIN603", 'def f(x: Float[Array, "b d"]) -> Float[Array, "d b"]:\n    return x * 2'),
    (
        "EIN603",
        'def f(x: Float[Array, "b d"], w: Float[Array, "d k"]):\n    h: Float[Array, "k b"] = x @ w\n    return h',
    ),
    ("EIN603", "def f(W, x):\n    # W shape: h d\n    # x shape: h\n    return W @ x"),
    ("EIN603", "def f(\n    W,  # (h, d)\n    x,  # (h, )\n):\n    return W @ x"),
    ("EIN603", 'def f(x: Float[Array, "n m"]):\n    z = other(x)  # (n, m)\n    return z @ z'),
    ("EIN603", 'def g(v: Float[Array, "k"]):\n    return v\ndef f(x: Float[Array, "b d"]):\n    return g(x)'),
]


@pytest.mark.parametrize("code, text", DECLARED)
def test_declared_names_clash(code, text):
    assert [c for c, _ in codes(text)] == [code]


# right, or not certain: nothing may be said
SILENT = [
    "A = np.zeros((3, 1)); B = np.zeros((4, 2)); np.einsum('ij,jk->ik', A, B)",
    "A = jnp.zeros((3, 1)); jnp.einsum('ij,jk->ik', A, jnp.ones((4, 2)))",
    "A = np.zeros((3, 1)); A + np.ones((3, 4)); A * np.ones((1, 5))",
    "A = np.zeros((2, 3)); np.matmul(A, A, axes=[(0, 1), (1, 0), (0, 1)])",
    "A = np.zeros((2, 3)); A @ A.T; A.T @ A; A.sum(-1) + A.mean(1); A[:, None] + A[None]",
    "A = np.zeros((2, 3)); A[[0, 1], [1, 2]]; A[A > 0]; A[..., 0] + A[0, 0]; A[-1] + A[1]",
    "x = np.arange(24.0).reshape(2, 3, 4); x.reshape(-1, 4) @ np.ones(4); x.reshape(4, -1)[0] + np.ones(6)",
    "x = np.zeros((4, 6)); rearrange(x, '(a b) c -> a b c', b=2); rearrange([x, x], 'n a b -> a (n b)')",
    "x = np.zeros((2, 3)); x = x.T; x @ np.ones(2)",
    "x = np.zeros((2, 3)) if np.pi > 3 else np.zeros(3)\nx @ np.ones(3)",
    "x = np.ones(3)\nfor W in [np.ones((2, 3)), np.ones((4, 2))]:\n    x = W @ x\nx + np.ones(4)",
    "x = np.ones(3)\ntry:\n    x @ np.ones(2)\nexcept ValueError:\n    x = np.ones(2)\nx @ np.ones(2)",
    "def f(x):\n    if x.ndim == 1:\n        x = x[None]\n    return x @ np.ones((3, 2))\nf(np.ones(3))",
    "def f(x):\n    n, d = x.shape\n    return x @ np.ones((3, 2))\nf(np.ones((4, 3)))",
    "def f(n, d):\n    return np.zeros((n, d)) @ np.ones((3, 2))\nf(4, 3)",
    "def f(*a):\n    return np.einsum(*a)\nf('ij,j->i', np.ones((2, 3)), np.ones(3))",
    "x = np.array(3.0)\nx[()]; np.sum(x, axis=0)",
    "import functools\n@functools.lru_cache\ndef f(n):\n    return np.zeros((2, n))\nf(3) @ np.ones(3)",
    "np = __import__('numpy')\nx = np.zeros((2, 3))",
    "def f(np):\n    return np.einsum('ij->il', 3)",
    "f = lambda x: x @ np.ones((3, 2))\nf(np.ones((4, 3))); f(np.ones(3))",
    "a, b = np.zeros((2, 3)).T, np.ones((2, 5))\na @ b",
    "x = jnp.zeros((2, 3)); y = x.at[0].set(1.0); y @ jnp.ones(3)",
    "x = np.ones((2, 3)); (x / np.linalg.norm(x, axis=1, keepdims=True)) + x.max(axis=0)",
    "x = np.ones((5, 4)); w = np.linalg.solve(x.T @ x + 0.1 * np.eye(4), x.T @ np.ones(5)); x @ w",
    "s, l = np.linalg.slogdet(np.eye(3)); l + np.ones(3)",
    "x = np.ones((2, 3)); x = np.concatenate([x, x], axis=1); x @ np.ones(6)",
]


@pytest.mark.parametrize("text", SILENT, ids=[t[:70] for t in SILENT])
def test_silence(text):
    assert codes(text) == []
    if not text.startswith("def f(np)"):
        exec(HEAD.replace("from jaxtyping import Array, Float\n", "") + text, {})


# right by what is declared, or with nothing certain
SILENT_DECLARED = [
    'def f(x: Float[Array, "n d"], y: Float[Array, "n 3"]):\n    return x + y',
    'def f(x: Float[Array, "n d"], layers):\n    for w in layers:\n        x = jnp.tanh(x @ w)\n    return x @ x.T',
    'def f(x: Float[Array, "#n d"], y: Float[Array, "n d"]):\n    return x + y',
    'def f(x: Float[Array, "_ d"], y: Float[Array, "_ d"]):\n    return x + y',
    'def f(x: Float[Array, "n+1 d"], y: Float[Array, "n d"]):\n    return x[1:] + y',
    'def f(x: Float[Array, "*b d"], y: Float[Array, "*b d"]):\n    return x + y, x @ y[..., None]',
    'def f(x: Float[Array, "n d"]):\n    n, m = x.shape\n    return x @ np.zeros((m, n)) @ np.zeros((n, 4))',
    '@other\ndef f(x: Float[Array, "n d"]):\n    return x @ x',
    'def f(x: Float[Array, "n d"], y: Float[Array, "m d"]):\n    assert x.shape == y.shape\n    return x + y',
    'def f(x: Float[Array, "n d"], y: Float[Array, "m d"]):\n'
    '    if x.shape[0] != y.shape[0]:\n        raise ValueError\n    return x + y',
    'def g(w: Float[Array, "d"], x: Float[Array, "d"]):\n    return w @ x\n'
    'def f(w: Float[Array, "d"], X: Float[Array, "n d"]):\n    return jax.vmap(g, in_axes=(None, 0))(w, X)',
    "def f(a, b):\n    return np.einsum('ij,jk->ik', a, b) + a",
    "def f(x, y):\n    z = other(x)  # (batch, d)\n    w = other(y)  # (bsz, d)\n    return z + w",
]  # fmt: skip


@pytest.mark.parametrize("text", SILENT_DECLARED, ids=[t[:70] for t in SILENT_DECLARED])
def test_silence_of_names(text):
    assert codes(text) == []


def test_right_annotations_hold():
    """The snippet with a name for each size runs in JAX."""
    text = 'def f(W: Float[Array, "h d"], x: Float[Array, "d"]) -> Float[Array, "h"]:\n    return jnp.tanh(W @ x)'
    assert codes(text) == []
    space = {"jnp": jax.numpy, "Float": {("", ""): 0}}
    exec(re.sub(r": Float\[[^]]*\]| -> Float\[[^]]*\]", "", text), space)
    assert space["f"](np.ones((2, 3)), np.ones(3)).shape == (2,)


def test_docstrings_and_code_are_one_report():
    text = '"""Of $A \\\\in \\\\mathbb{R}^{n \\\\times n}$: $\\\\operatorname{tr}(A) = \\\\operatorname{tr}(A^T)$."""\n'
    report = einsight.check(text + "import numpy as np\nnp.einsum('ij->k', 1)\n", language="python")
    assert [c.verdict for c in report.claims] == ["right"]
    assert [d.code for d in report.diagnostics] == ["EIN601"]


@pytest.mark.parametrize(
    "broken",
    ["def f(:\n    pass\n", "def f():\n", "x = (1,\n", "if x:\n  y = (\n", "class\n", "return )\n", "    x = 1\n"],
)
def test_a_half_typed_line_costs_itself(broken):
    wrong = "import numpy as np\ndef g():\n    return np.einsum('ij->k', 1)\n"
    assert [d.code for d in findings(wrong + broken).diagnostics] == ["EIN601"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_places(newline):
    text = f"import numpy as np  # ä 𝕏{newline}ä = '𝕏'; np.einsum('ij->k', ä){newline}"
    (found,) = findings(text).diagnostics
    assert text[slice(*found.span)] == "'ij->k'"


def test_any_text_is_read():
    for text in (
        "",
        "\0import numpy",
        "import numpy\n" + "(" * 500,
        "import numpy\n" + "-" * 5000 + "1",
        "\ufeffimport numpy as np\n",
    ):
        findings(text)


def test_comments():
    source = Source('x = "# no"  # yes\ny = """\n# no\n"""  # (n, m)\n')
    assert source.comments == {1: "yes", 4: "(n, m)"}
