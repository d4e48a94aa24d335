"""What stands at a line of a program, differentiated: beside difference quotients of the program itself."""

import numpy as np
import pytest

from einsight import EinsightError
from einsight.cli.main import main
from einsight.python.at_line import located

TEXT = """import numpy as np

def half(r):
    return 0.5 * np.sum(r * r)

def loss(w, X, y):
    # w: (d,); X: (n, d); y: (n,)
    r = X @ w - y
    s = np.tanh(r) * y
    return half(s)

A = np.ones((2, 3))
B = np.ones((3, 4))
C = np.einsum("ij,jk->ik", A, B)

def loops(x):
    for k in x:
        x = x * k
    return x
"""
RNG = np.random.default_rng(3)
SPACE: dict = {}
exec(TEXT, SPACE)
VALUES = {"w": RNG.normal(size=3), "X": RNG.normal(size=(4, 3)), "y": RNG.normal(size=4), "A": RNG.normal(size=(2, 3)), "B": RNG.normal(size=(3, 4))}  # fmt: skip


def residual(w, X, y):
    return X @ w - y


ROWS = [
    (6, "w", SPACE["loss"], "w X y"),
    (10, "X", SPACE["loss"], "w X y"),
    (10, "y", SPACE["loss"], "w X y"),
    (8, "X", residual, "w X y"),
    (9, "y", lambda w, X, y: np.tanh(residual(w, X, y)) * y, "w X y"),
    (14, "B", lambda A, B: A @ B, "A B"),
]


@pytest.mark.parametrize(("line", "variable", "function", "names"), ROWS)
def test_what_stands_at_a_line(line, variable, function, names):
    given = {n: VALUES[n] for n in names.split()}
    derived = located(TEXT, line).derive(variable)
    found = derived.evaluate(given)
    slopes = np.zeros((*np.shape(function(**given)), *given[variable].shape))
    for place in np.ndindex(given[variable].shape):
        step = np.zeros(given[variable].shape)
        step[place] = 1e-6
        ends = [np.asarray(function(**{**given, variable: given[variable] + s * step})) for s in (1, -1)]
        slopes[(..., *place)] = (ends[0] - ends[1]) / 2e-6
    np.testing.assert_allclose(found, slopes, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize(
    ("line", "variable", "words"),
    [
        (6, None, "say in which argument: there are `w`, `X`, `y`"),
        (6, "z", "`z` is none of its arguments"),
        (17, "x", "what stands at line 17 is not read: it has a loop"),
        (1, None, "there is neither a function nor an expression"),
    ],
)
def test_why_there_is_nothing(line, variable, words):
    with pytest.raises(EinsightError) as raised:
        located(TEXT, line).derive(variable)
    assert words in str(raised.value)


def test_on_the_terminal(tmp_path, capsys):
    path = tmp_path / "train.py"
    path.write_text(TEXT, encoding="utf-8")
    assert main(["derive", "--file", f"{path}:3", "-w", "r"]) == 0
    assert [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()][:2] == [
        "half(r)",
        "r_i        free i",
    ]
    assert main(["derive", "--file", f"{path}:6"]) == 2 and "say in which argument" in capsys.readouterr().err
    assert main(["derive", "--file", f"{path}"]) == 2 and "names no line" in capsys.readouterr().err
    assert main(["derive", "--file", f"{path}x:3"]) == 2
    assert main(["derive"]) == 2
    assert main(["derive", "x' x", "--file", f"{path}:3"]) == 2
