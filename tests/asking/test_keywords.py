"""Calls of libraries with each spelling of their keywords: a keyword that changes a value is honoured or refused, and never dropped.

The values are NumPy's; those of PyTorch are written in NumPy, by its documentation.
"""

from itertools import product

import numpy as np
import pytest

import einsight

DRAW = np.random.default_rng(0).uniform
SIZES = {"X": (4, 3), "Y": (4, 3), "x": 4, "y": 4, "S": (3, 3)}
VALUES = {name: DRAW(0.3, 0.9, size) for name, size in SIZES.items()}
DECLARED = "X, Y in R^(n x m); x, y in R^n; S in R^(m x m)"
X, Y, x, y, S = VALUES.values()
ALONG = {n: getattr(np, n) for n in "sum mean max min prod var std".split()}
NORM = np.linalg.norm
AXES = (None, 0, 1, -1)


def _reductions():
    for (name, f), axis, kept, word in product(ALONG.items(), AXES, (False, True), ("axis=", "dim=", "")):
        if axis is None and word != "axis=":
            continue
        library, keep = ("torch", "keepdim=True") if word == "dim=" else ("np", "keepdims=True")
        given = [f"{word}{axis}"] * (axis is not None) + [keep] * kept
        less = {"ddof": 1} if library == "torch" and name in ("var", "std") else {}
        value = f(X, axis=axis, keepdims=kept, **less)
        text = f"{library}.{name}({', '.join(['X', *given])})"
        yield (f"Y * {text}", Y * value) if kept else (text, value)
    for name, axis, where, kept in product(("var", "std"), (0, 1, -1), ("", "axis="), (False, True)):
        for less, words in enumerate(
            (("ddof=0", "correction=0", "unbiased=False"), ("ddof=1", "correction=1", "unbiased=True"))
        ):
            for word in words:
                value = ALONG[name](X, axis=axis, ddof=less, keepdims=kept)
                text = f"X.{name}({where}{axis}, {word}{', keepdims=True' if kept else ''})"
                yield (f"Y / {text}", Y / value) if kept else (text, value)


NORMS = {
    "np.linalg.norm(X)": NORM(X),
    "np.linalg.norm(X, 1)": NORM(X, 1),
    "np.linalg.norm(X, 2)": NORM(X, 2),
    "np.linalg.norm(X, np.inf)": NORM(X, np.inf),
    "np.linalg.norm(x, -np.inf)": NORM(x, -np.inf),
    "np.linalg.norm(x, ord=1)": NORM(x, 1),
    "np.linalg.norm(X, 2, 1)": NORM(X, 2, 1),
    "np.linalg.norm(X, ord=1, axis=1)": NORM(X, 1, 1),
    "torch.norm(X, 2)": NORM(X),
    "torch.norm(X, p=1)": abs(X).sum(),
    "torch.norm(X, p=1, dim=0)": NORM(X, 1, 0),
    "X.norm(2, 1)": NORM(X, 2, 1),
    "X / X.norm(dim=1, keepdim=True)": X / NORM(X, axis=1, keepdims=True),
    "torch.linalg.vector_norm(X, dim=1)": NORM(X, axis=1),
}
OTHERS = {
    "np.transpose(S, (0, 1))": S,
    "np.transpose(S, axes=(0, 1))": S,
    "np.transpose(S, (1, 0))": S.T,
    "S.permute(0, 1)": S,
    "S.permute(1, 0)": S.T,
    "S.swapaxes(0, 1)": S.T,
    "torch.max(x, y)": np.maximum(x, y),
    "torch.clamp(x, 0.5)": np.maximum(x, 0.5),
    "torch.clamp(x, max=0.5)": np.minimum(x, 0.5),
    "np.clip(x, None, 0.5)": np.minimum(x, 0.5),
    "x.clamp(min=0.5, max=0.6)": np.clip(x, 0.5, 0.6),
    "X.softmax(1)": np.exp(X) / np.exp(X).sum(1, keepdims=True),
    "X - X.logsumexp(1, keepdim=True)": X - np.log(np.exp(X).sum(1, keepdims=True)),
    "(X - X.mean(0)) / X.std(0)": (X - X.mean(0)) / X.std(0),
    "np.cov(X, rowvar=False)": np.cov(X, rowvar=False),
    "np.cov(X, bias=True)": np.cov(X, bias=True),
    "np.trace(S, offset=1)": np.trace(S, 1),
    "torch.var(X, 1, False)": X.var(1),
    "X.sum(1, True) + X": X.sum(1, keepdims=True) + X,
    "np.sum(x, initial=2)": x.sum() + 2,
    "torch.add(x, y, alpha=2)": x + 2 * y,
    "F.softplus(x, beta=2)": np.log1p(np.exp(2 * x)) / 2,
    "math.log(x[0], 2)": np.log2(x[0]),
}
# what may be refused; all of the others are answered
REFUSED = {
    "np.linalg.norm(X, 2)", "np.linalg.norm(x, -np.inf)", "torch.norm(X, p=1)", "np.trace(S, offset=1)", "torch.var(X, 1, False)",
    "X.sum(1, True) + X", "np.sum(x, initial=2)", "torch.add(x, y, alpha=2)", "F.softplus(x, beta=2)", "math.log(x[0], 2)",
}  # fmt: skip
ROWS = [*_reductions(), *NORMS.items(), *OTHERS.items()]


@pytest.mark.parametrize("part", range(6))
def test_keywords_are_honoured_or_refused(part):
    for text, value in ROWS[part::6]:
        if text in REFUSED:
            with pytest.raises(einsight.EinsightError):
                einsight.simplify(text, declare=DECLARED)
            continue
        read = einsight.simplify(text, declare=DECLARED)
        found = np.squeeze(np.asarray(read.evaluate(VALUES), dtype=float))
        assert found.shape == np.squeeze(value).shape, text
        np.testing.assert_allclose(found, np.squeeze(value), rtol=1e-9, err_msg=text)
