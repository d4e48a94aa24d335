"""What is written for a function runs in its library: beside the library's own derivatives, or difference quotients."""

import ast
import importlib.util
import json
from pathlib import Path

import pytest
from session import Session
from thinning import part_in

from einsight.documents.positions import LineIndex
from einsight.editing.actions import actions
from einsight.editing.edits import applied
from einsight.python.check import findings
from einsight.python.drafts import drafts_at
from einsight.sheets.sheet import Sheet

DATA = Path(__file__).parent.parent / "data" / "python" / "drafts.txt"
IMPORTS = {"numpy": "import numpy as np", "jax": "import jax.numpy as jnp", "torch": "import torch"}
ALIASES = {"numpy": "np", "jax": "jnp", "torch": "torch"}


def rows():
    for block in DATA.read_text(encoding="utf-8").split("\n=== ")[1:]:
        head, _, code = block.partition("\n")
        name, libraries, kinds = (part.strip() for part in head.split("|"))
        for library in libraries.split():
            text = f"{IMPORTS[library]}\n\n{code.rstrip()}\n".replace("LIB", ALIASES[library])
            # JAX compiles each operation anew
            stays = library != "jax" or name == "quadratic-form"
            marks = () if stays and (part_in(name) < 2 or library == "jax") else pytest.mark.campaign
            yield pytest.param(library, text, kinds.split(), id=f"{name}-{library}", marks=marks)


def drafts_of(text):
    last = [n for n in ast.parse(text).body if isinstance(n, (ast.FunctionDef, ast.ClassDef))][-1]
    at = text.index(
        "def ", text.rindex(f"class {last.name}" if isinstance(last, ast.ClassDef) else f"def {last.name}(")
    )
    return drafts_at(findings(text), at)


def carried_out(text):
    """Runs the tests in a text; how many there are."""
    space = {"__name__": "written"}
    exec(compile(text, "written", "exec"), space)
    tests = [value for name, value in space.items() if name.startswith("test_")]
    for test in tests:
        test()
    return len(tests)


@pytest.fixture
def library_there(request):
    library = request.node.callspec.params["library"]
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} IS NOT INSTALLED: what is written for it has not been run")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("library", "text", "kinds"), list(rows()))
def test_what_is_written_is_right(library, text, kinds, library_there):
    drafts = drafts_of(text)
    wanted = {*kinds, *(["backward"] if library == "torch" else []), *(["custom_vjp"] if library == "jax" else [])}
    if "delta" in text:
        wanted -= {"custom_vjp"}
    assert {d.kind for d in drafts} >= wanted
    for draft in drafts:
        new = applied(text, draft.edits)
        ast.parse(new)
        if draft.tested:
            assert carried_out(new) == 1, new
            longest = max(len(line) for line in new.split("\n"))
            assert longest <= 130, new
        else:
            judged = findings(new)
            assert not [d.message for d in judged.diagnostics if d.code != "EIN403"], new


CLASSES = [
    (
        "x @ w.mT + b",
        "import torch\nfrom torch.autograd import Function\n\nclass Linear(Function):\n    @staticmethod\n    def forward(ctx, x, w, b):\n"
        "        # x: (n, m); w: (k, m); b: (k,)\n        ctx.save_for_backward(x)\n        return x @ w.mT + b\n",
    ),
    (
        "alpha",
        "import torch\n\nclass Scaled(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x, w, alpha: float):\n"
        "        # x: (n, m); w: (m,)\n        h = torch.tanh(x) * w\n        return h ** 3 * alpha\n\n    @staticmethod\n    def other(x):\n        return x\n\nafter = 1\n",
    ),
]


@pytest.mark.parametrize(("name", "text"), CLASSES)
def test_backward_of_a_class(name, text):
    pytest.importorskip("torch", reason="torch IS NOT INSTALLED: what is written for it has not been run")
    drafts = drafts_of(text)
    assert [(d.kind, d.tested) for d in drafts] == [("backward", False), ("backward", True)]
    assert carried_out(applied(text, drafts[1].edits)) == 1
    written = findings(applied(text, drafts[0].edits))
    assert {c.verdict for c in written.claims} == {"right"} and not written.diagnostics


def test_what_is_written_is_what_a_person_would_write():
    text = (
        "import numpy as np\n\ndef loss(W1, W2, x, t):\n    # W1: (h, i); W2: (o, h); x: (i,); t: (o,)\n    a = np.tanh(W1 @ x)\n"
        "    unused = a + 1\n    e = W2 @ a - t\n    return 0.5 * np.sum(e ** 2)\n"
    )
    new = applied(text, drafts_of(text)[0].edits)
    assert new[len(text) :] == (
        '\n\ndef loss_grad_W1(W1, W2, x, t):\n    """The gradient of `loss` in `W1`."""\n    a = np.tanh(W1 @ x)\n    e = W2 @ a - t\n'
        "    return x * ((1 - a ** 2) * (W2.T @ e))[:, None]\n"
    )


NONE = [
    "def f(x):\n    # x: (n,)\n    for k in range(n):\n        x = x + 1\n    return x.sum()\n",  # a loop of unknown length
    "def f(x):\n    # x: (n,)\n    return unknown(x)\n",
    "def f(x):\n    # x: (n,)\n    if x.sum() > 0:\n        return x.sum()\n    return x.sum() * 2\n",
    "@decorated\ndef f(x):\n    # x: (n,)\n    return x.sum()\n",
    "def f(x, y):\n    # x: (n,); y: (n,)\n    return np.argsort(x) @ y\n",
]


@pytest.mark.parametrize("code", NONE)
def test_nothing_is_written_for_what_is_not_read(code):
    assert drafts_of(f"import numpy as np\n\n{code}") == []


def test_nothing_is_written_twice():
    text = "import numpy as np\n\ndef f_grad(x): return 2 * x\n\ndef f(x):\n    # x: (n,)\n    return x @ x\n"
    assert {d.kind for d in drafts_of(text)} == {"hvp"}


def test_actions_of_an_editor():
    text = "import numpy as np\n\ndef f(x):\n    # x: (n,)\n    return x @ x\n"
    sheet = Sheet(text, "python")
    sheet.finish()
    at = text.index("def")
    found = {a.title: a for a in actions(sheet, LineIndex(text), at, at)}
    assert found["Write the gradient in `x`"].kind == "refactor.rewrite.gradient"
    assert "Write the Hessian-vector product in `x` with a test" in found
    comment = text.index("# x")
    assert actions(sheet, LineIndex(text), comment, comment) != []
    with Session() as server:
        server.open(text, "python", "file:///project/b.py")
        where = {"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 0}}
        told = server.ask("textDocument/codeAction", range=where, context={"diagnostics": [], "only": ["refactor"]})
        edit = next(a["edit"]["changes"] for a in told if a["title"] == "Write the gradient in x")
        assert "return 2 * x" in json.dumps(edit)
