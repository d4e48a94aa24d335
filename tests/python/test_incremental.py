"""A function is the unit: an edit reads again what it touched and what hangs on that, and ends in what a fresh reading says."""

import random

import pytest

from einsight.python.check import findings
from einsight.python.units import Memory

HEAD = "import numpy as np\n\nN = 3\nA = np.zeros((N, 4))\nB = load()\n\n"
PARTS = [
    "def total(x):\n    return x.sum()\n\n",
    "def first(X):\n    # X: (n, 4)\n    y = X @ A.T\n    return total(y)\n\n",
    "def second(X):\n    # X: (n, 4)\n    return X @ A\n\n",
    "def third(x, y):\n    n, m = B.shape\n    z = helper(x, y)\n    return z\n\n",
    "def helper(x, y):\n    # x: (n, m); y: (m,)\n    return x + y\n\n",
    "def fourth():\n    u = np.ones((2, 3))\n    return helper(u, np.ones(4))\n\n",
    "def loss(w, X, y):\n    # shape: w d; X n d; y n\n    return half(X @ w - y)\n\ndef loss_grad(w, X, y):\n    return X.T @ (X @ w - y)\n\n",
    "def half(r):\n    return r @ r / 2\n\n",
    "class Layer:\n    def __init__(self):\n        self.W = np.zeros((4, 5))\n\n    def forward(self):\n        return self.mixed(np.ones(4))\n\n"
    "    def mixed(self, x):\n        return x @ self.W\n\n    def more(self):\n        return self.W @ self.W\n\n",
    "def outer(x):\n    def inner(y):\n        # y: (n, k)\n        return y @ np.ones(3) + y\n    return inner(x)\n\n",
    "s = np.ones(3) + np.ones(4)\nnp.einsum('ij->ik', A)\n",
]
CHANGES = [
    ("/ 2", ""), ("(4, 5)", "(5, 4)"), ("N = 3", "N = 5"), ("A.T", "A"), ("x + y", "x @ y"), ("n, m = B", "n = B"), ("y = X", "y = 2 * X"),
    ("np.ones(4)", "np.ones(3)"), ("load()", "np.zeros((2, 2))"), ("import numpy as np", "import jax.numpy as np"), ("return", "return ("),
    ("(n, 4)", "(4, n)"), ("def total(x):", "def total(x"), ("X.T @", "2 * X.T @"), ("(X)", "(X, z=None)"), ("self.W", "self.V"), ("# X", "# é X"),
]  # fmt: skip


def said(found):
    module = found.module
    shapes = sorted((module.source.span(n), shape()) for n, shape in module.shapes.items()) if module else []
    claims = [(c.span, c.text, c.verdict, c.assumption, c.derived) for c in found.claims]
    return [(d.code, d.span, d.message) for d in found.diagnostics], claims, found.unread, found.failing, shapes


def text_of(parts):
    return HEAD + "".join(parts)


def test_an_edit_reads_again_what_it_touched():
    memory = Memory()
    text = text_of(PARTS)
    findings(text, memory=memory)
    assert (memory.read_count, memory.judged_count) == (15, 1)

    def again(old, new):
        nonlocal text
        before = memory.read_count, memory.judged_count
        assert text.count(old) == 1
        text = text.replace(old, new)
        findings(text, memory=memory)
        return memory.read_count - before[0], memory.judged_count - before[1]

    assert again("def total", "\n\n# moved\ndef total") == (0, 0)
    assert again("s = np.ones(3)", "s = 2 * np.ones(3)") == (0, 0)
    assert again("return X @ A\n", "return X @ A + 1\n") == (1, 0)
    assert again("x + y", "x - y") == (3, 0)  # `helper`, and `third` and `fourth`, which call it
    assert again("N = 3", "N = 5") == (2, 0)  # those that name `A`
    assert again("r @ r / 2", "r @ r / 3") == (2, 1)
    assert again("x @ self.W", "x @ self.W * 2") == (2, 0)  # and the method that calls it
    assert again("(4, 5)", "(4, 6)") == (4, 0)


def test_what_a_function_learns_is_its_own():
    """`B` has two axes in `third`, since it is unpacked there; that is nothing that `later` knows."""
    text = text_of(PARTS) + "def later():\n    return B.sum(2)\n"
    assert "no axis 2" not in str(findings(text, memory=Memory()).diagnostics)


def _script(seed, memory):
    """Edits at random, and after each the same as from a fresh reading."""
    rng = random.Random(seed)
    parts = list(PARTS)
    text = text_of(parts)
    for _ in range(12):
        kind = rng.random()
        if kind < 0.6:
            old, new = rng.choice(CHANGES)
            if rng.random() < 0.5:
                old, new = new, old
            places = [k for k in range(len(text)) if old and text.startswith(old, k)]
            if places:
                at = rng.choice(places)
                text = text[:at] + new + text[at + len(old) :]
        elif kind < 0.8:
            rng.shuffle(parts)
            text = text_of(parts[: rng.randint(3, len(parts))])
        else:
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(["(", "\n", '"', "'''", ":", " ", "#"]) + text[at:]
        assert said(findings(text, memory=memory)) == said(findings(text, memory=Memory())), text


def test_edits_end_in_what_a_fresh_reading_says():
    memory = Memory()
    for seed in range(6):
        _script(seed, memory)


@pytest.mark.campaign
def test_many_edits_end_in_what_a_fresh_reading_says():
    memory = Memory()
    for seed in range(100, 400):
        _script(seed, memory)
