"""What an editor shows of array code: hovers, hints, fixes; and that an edit judges again only what it touched."""

import json

import numpy as np
from session import Session

import einsight
from einsight.documents.positions import LineIndex
from einsight.editing.actions import actions
from einsight.editing.hints import hints
from einsight.editing.hover import hover
from einsight.python import gradients
from einsight.sheets.sheet import Sheet

TEXT = """import numpy as np

def scores(Q, K):
    s = np.einsum('bqhc,bkhc->bhqk', Q, K)
    return s

def loss(w, X, y):
    # shape: w d; X n d; y n
    r = X @ w - y
    return r @ r

def loss_grad(w, X, y):
    r = X @ w - y
    return X.T @ r
"""


def sheet_of(text=TEXT):
    sheet = Sheet(text, "python")
    sheet.finish()
    return sheet


def test_hover_of_a_contraction():
    found = hover(sheet_of(), TEXT.index("'bqhc") + 2)
    assert found.brief == (
        "`out[b,h,q,k] = ∑_c Q[b,q,h,c] K[b,k,h,c]`",
        "of shape (b, h, q, k)",
        "`∂L/∂Q = np.einsum('bhqk,bkhc->bqhc', g, K)`",
        "`∂L/∂K = np.einsum('bhqk,bqhc->bkhc', g, Q)`",
    )
    assert len(found.brief) <= 10
    assert TEXT[slice(*found.span)] == "np.einsum('bqhc,bkhc->bhqk', Q, K)"


def test_hover_of_a_verdict_and_of_a_name():
    found = hover(sheet_of(), TEXT.index("X.T @ r"))
    assert found.brief == ("`∂loss/∂w = X.T @ r`", "✗ wrong", "`∂loss/∂w = 2 * (X.T @ r)`") and found.details
    assert hover(sheet_of(), TEXT.index("r = X")).brief == ("`r: (n,)`",)
    assert hover(sheet_of(), TEXT.index("def loss")) is None


def test_hints():
    found = {(TEXT[h.offset - 1 : h.offset], h.label, h.kind) for h in hints(sheet_of(), 0, len(TEXT))}
    assert found == {("s", ": (b, h, q, k)", "shapes"), ("r", ": (n,)", "shapes"), ("r", "✗ wrong", "verdicts")}


def test_the_fix_mends():
    at = TEXT.index("X.T @ r")
    (action,) = [a for a in actions(sheet_of(), LineIndex(TEXT), at, at) if a.kind == "quickfix"]
    (((start, end), new),) = action.edits
    mended = TEXT[:start] + new + TEXT[end:]
    assert [c.verdict for c in sheet_of(mended).claims()] == ["right"]
    space = {}
    exec(mended, space)
    rng = np.random.default_rng(0)
    w, X, y = rng.normal(size=3), rng.normal(size=(4, 3)), rng.normal(size=4)
    step = 1e-6 * np.eye(3)
    slopes = [(space["loss"](w + d, X, y) - space["loss"](w - d, X, y)) / 2e-6 for d in step]
    np.testing.assert_allclose(space["loss_grad"](w, X, y), slopes, rtol=1e-6)


def test_an_edit_elsewhere_judges_nothing_again(monkeypatch):
    sheet = sheet_of()
    before = sheet.claims()
    monkeypatch.setattr(gradients, "judge_pair", None)  # would fail
    sheet.become(TEXT.replace("return s\n", "return s + 1\n"))
    sheet.finish()
    assert [(c.verdict, c.derived) for c in sheet.claims()] == [(c.verdict, c.derived) for c in before]
    assert TEXT[slice(*before[0].span)] == sheet.text[slice(*sheet.claims()[0].span)]


def test_an_edit_of_a_helper_judges_again():
    text = TEXT.replace("r = X @ w - y\n    return r @ r", "return half(X @ w - y)")
    text += "\ndef half(r):\n    return (r @ r)\n"
    sheet = sheet_of(text)
    assert [c.verdict for c in sheet.claims()] == ["wrong"]
    sheet.become(text.replace("(r @ r)", "(r @ r) / 2"))
    sheet.finish()
    assert [c.verdict for c in sheet.claims()] == ["right"]


def test_a_server_tells_it():
    """Over the protocol: what is wrong with its fix, a hover, hints."""
    with Session() as server:
        server.open(TEXT, "python", "file:///project/a.py")
        assert server.codes() == [("EIN401", "X.T @ r")]
        hovered = server.ask("textDocument/hover", "'bqhc")["contents"]["value"]
        assert "out[b,h,q,k] = ∑_c Q[b,q,h,c] K[b,k,h,c]" in hovered
        labels = {h["label"] for h in server.ask("textDocument/inlayHint", range=server.whole)}
        assert labels >= {": (n,)", "✗ wrong"}
        server.edit("return X.T @ r", "return 2 * X.T @ r")
        assert server.codes() == []


def test_code_cells_of_a_notebook():
    code = ["%matplotlib inline\n", "import numpy as np\n", 'A = np.zeros((2, 3))  # "é"\n']
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "$\\operatorname{tr}(A) = \\operatorname{tr}(A^T)$ for $A \\in \\mathbb{R}^{n \\times n}$"},
        {"cell_type": "code", "metadata": {}, "source": code, "outputs": [], "execution_count": None},
        {"cell_type": "code", "metadata": {}, "source": "!ls\nA @ A", "outputs": [], "execution_count": None},
    ]  # fmt: skip
    text = json.dumps({"cells": cells, "metadata": {"kernelspec": {"language": "python"}}, "nbformat": 4})
    report = einsight.check(text, language="notebook")
    assert [c.verdict for c in report.claims] == ["right"]
    assert [(d.code, text[slice(*d.span)]) for d in report.diagnostics if d.severity == "error"] == [
        ("EIN603", "A @ A")
    ]
    assert not einsight.check(text.replace('"language": "python"', '"language": "R"'), language="notebook").has_errors


def notebook_of(*cells):
    made = [{"cell_type": "code", "metadata": {}, "source": c, "outputs": [], "execution_count": None} for c in cells]
    return json.dumps({"cells": made})


def test_cells_of_a_notebook_are_one_program_in_their_order():
    cells = ["import numpy as np\nA = np.zeros((2, 3)); B = np.ones(3)", "A + B", "A = np.zeros((3, 2))", "A + B"]
    text = notebook_of(*cells)
    told = einsight.check(text, language="notebook").diagnostics
    assert [(d.code, d.span[0]) for d in told] == [("EIN603", text.rindex("A + B"))]


def test_what_is_for_the_notebook_alone_is_no_python():
    magic = [
        "%%bash\nfor x in *; do\n  echo $x\ndone",
        "%%time\nA + np.ones(4)",
        "  %time f(x\n?np.dot\nnp.dot??\n!ls (",
        "y = (7\n % 5)",
    ]
    text = notebook_of("import numpy as np\nA = np.zeros((2, 3))", *magic, "A + np.ones(2)")
    told = einsight.check(text, language="notebook").diagnostics
    assert [text[slice(*d.span)] for d in told] == ["A + np.ones(4)", "A + np.ones(2)"]
