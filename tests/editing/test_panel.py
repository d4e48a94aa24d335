"""What a panel beside the text is told, what can be done from it, and the check of a whole workspace."""

import re

import pytest
from session import Session

import einsight
from einsight.notation.changes import changed
from einsight.notation.tree_latex import formula_latex

TEXT = """A ∈ ℝ^(n×m); a, x ∈ ℝ^m; y, b ∈ ℝ^n; W_1 ∈ ℝ^(n×m)
h = tanh(W_1 x + b)
d/dx_j (A_ik x_k)
d/dx (y' A x)
d/dx (a' x) = a
δ_ij x_j + a_i
d/dx_j (A_ik x_k)
  = A_ik δ_kj
"""


@pytest.fixture(scope="module")
def session():
    with Session() as opened:
        opened.applied = []
        opened.client.answers["workspace/applyEdit"] = lambda p: opened.applied.append(p["edit"]) or {"applied": True}
        yield opened.open(TEXT)


def _view(session, needle, shift=0, **more):
    session.checked()
    place = {"uri": session.uri, "position": session.position(needle, shift), **more}
    return session.client.request("einsight/view", place)


def test_view_of_a_claim(session):
    found = _view(session, "= a\n")
    assert (found["kind"], found["pending"], found["version"]) == ("claim", False, 1)
    assert [(v["verdict"], v["sign"]) for v in found["verdicts"]] == [("transposed", "⇄ transposed")]
    assert found["findings"][0]["code"] == "EIN402"
    assert found["derivation"]["matrix"] == "a'"


def test_the_answer_is_drawn_in_the_colour_of_the_page(session):
    drawn = _view(session, "d/dx (y' A x)")["derivation"]["diagram"]
    assert drawn.startswith("<svg") and "currentColor" in drawn and 'fill="#ffffff"/>' not in drawn[:200]
    assert all(f">{name}<" in drawn for name in "yA")
    assert _view(session, "d/dx (y' A x)", part="statement")["derivation"] is None


def test_what_can_be_clicked_says_where_it_stands(session):
    found = _view(session, "d/dx (y' A x)")
    spans = re.findall(r"\\htmlData\{at=(\d+):(\d+)-(\d+):(\d+)\}", found["latex"])
    texts = [
        session.spanned({"start": {"line": int(a), "character": int(b)}, "end": {"line": int(c), "character": int(d)}})
        for a, b, c, d in spans
    ]
    assert texts == ["d/dx (y' A x)", "(y' A x)", "y' A x", "y'"]
    assert re.sub(r"\\htmlData\{at=[\d:-]+\}", "", found["latex"]).count("{") == found["latex"].count("}") - len(spans)


def test_view_of_a_definition_in_each_variable(session):
    found = _view(session, "h = ")
    assert found["variables"] == ["x", "b", "W_1"] or set(found["variables"]) == {"x", "b", "W_1"}
    assert r"W^{(1)}" in found["latex"]
    for name, shape in (("x", "n×m"), ("b", "n×n"), ("W_1", None)):
        derived = _view(session, "h = ", variable=name)["derivation"]
        assert derived["expression"] == f"∂h/∂{name}"
        assert shape is None or derived["shape"] == shape


def test_steps_are_marked_where_they_change(session):
    steps = _view(session, "d/dx_j (A_ik x_k)\nd/dx (y")["derivation"]["steps"]
    contracted = next(s for s in steps if s["rule"] == "delta.contract")
    assert re.sub(r"\s", "", contracted["beforeMarked"]) == r"\htmlClass{ein-changed}{A_{ik}\delta_{jk}}" or (
        "ein-changed" not in contracted["beforeMarked"]
    )
    component = next(s for s in steps if s["rule"] == "derivative.component")
    assert component["latexMarked"].endswith(r"\htmlClass{ein-changed}{\delta_{jk}}")


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [
        ("y_k A_kl ∂x_l/∂x_i", "y_k A_kl δ_il", ["∂x_l/∂x_i"], ["δ_il"]),
        ("a_i + b_i + 0", "a_i + b_i", ["0"], []),
        ("2 (a + b) c", "2 (a + d) c", ["b"], ["d"]),
        ("tanh(a + b)", "tanh(a + c)", ["b"], ["c"]),
        ("tanh(a)", "exp(a)", ["tanh(a)"], ["exp(a)"]),
        ("a b - c", "a b + c", ["c"], ["c"]),
        ("x_i", "x_j", ["x_i"], ["x_j"]),
        ("a", "a", [], []),
        ("a = b", "c", ["a = b"], ["c"]),
        ("(a", "a", ["(a"], ["a"]),
        ("a b", "s where s = a b", ["a b"], ["s where s = a b"]),
    ],
)
def test_changed(before, after, old, new):
    found = changed(before, after)
    assert [before[s:e] for s, e in found[0]] == old
    assert [after[s:e] for s, e in found[1]] == new


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("y_k A_kl ∂x_l/∂x_i", r"y_{k} A_{kl} \frac{\partial x_{l}}{\partial x_{i}}"),
        ("a dy_i/dx_j", r"a \frac{dy_{i}}{dx_{j}}"),
        ("d^2 f/dx^2", r"\frac{d^{2} f}{dx^{2}}"),
        ("∂²f/∂x_i∂x_j", r"\frac{\partial^{2} f}{\partial x_{i} \partial x_{j}}"),
        ("∂y/∂x ∂z/∂w", r"\frac{\partial y}{\partial x} \frac{\partial z}{\partial w}"),
        ("(a + b)/(c d)", r"\frac{a + b}{c d}"),
        ("W_1_ij x_j", "W^{(1)}_{ij} x_{j}"),
        ("∑_{j=1}^n x_j", r"\sum_{j=1}^{n} x_{j}"),
        ("depth/data", r"\frac{\mathrm{depth}}{\mathrm{data}}"),
    ],
)
def test_formulas_in_latex(text, latex):
    assert formula_latex(text) == latex


def test_rules_for_a_part(session):
    place = {"uri": session.uri, "position": session.position("δ_ij x_j"), "end": session.position("δ_ij x_j", 8)}
    found = session.client.request("einsight/rules", place)
    assert session.spanned(found["range"]) == "δ_ij x_j"
    (rule,) = [r for r in found["rules"] if r["rule"] == "delta.contract"]
    assert (rule["text"], rule["latex"]) == ("x_i", "x_{i}")
    assert rule["statement"] and rule["doc"]
    nothing = {"uri": session.uri, "position": session.position("A ∈")}
    assert session.client.request("einsight/rules", nothing) is None


@pytest.mark.parametrize(
    "needle", ["d/dx_j (A_ik x_k)\nd/dx (y", "d/dx (y' A x)", "h = ", "= A_ik δ_kj", "= a\n", "δ_ij x_j + a"]
)
def test_every_step_goes_into_the_text(session, needle):
    derivation = _view(session, needle)["derivation"]
    inserted = 0
    for k in range(len(derivation["steps"]) + 1):
        session.applied.clear()
        if session.command("einsight.insertStep", session.uri, session.position(needle), k):
            inserted += 1
            text = session.after(session.applied[0]["changes"][session.uri])
            report = einsight.check(text)
            assert not [d for d in report.diagnostics if d.severity == "error"]
            assert len(report.claims) > len(einsight.check(TEXT).claims)
            assert {c.verdict for c in report.claims} <= {"right", "transposed"}
    assert inserted >= len(derivation["steps"]) > 0 or inserted == 1


def test_a_step_is_the_next_link_and_keeps_the_lines(session):
    session.applied.clear()
    assert session.command("einsight.insertStep", session.uri, session.position("= A_ik δ_kj", 3), 0)
    assert session.after(session.applied[0]["changes"][session.uri]).endswith("\n  = A_ik δ_kj\n  = A_ij\n")


def test_derivations_are_copied(session):
    where = session.position("d/dx_j (A_ik x_k)\nd/dx (y")
    text = session.command("einsight.copyAs", "ein", session.uri, where)
    report = einsight.check("A ∈ ℝ^(n×m); x ∈ ℝ^m\n" + text)
    assert {c.verdict for c in report.claims} == {"right"} and len(report.claims) > 2
    latex = session.command("einsight.copyAs", "steps", session.uri, where)
    assert latex.startswith("\\begin{aligned}") and r"\text{delta.contract}" in latex
    of_b = session.command("einsight.copyAs", "steps", session.uri, session.position("h = "), "b")
    assert r"\partial b" in of_b


def test_a_workspace_is_checked(tmp_path):
    folder = tmp_path / "a folder with ünicode"
    folder.mkdir()
    (folder / "right.ein").write_text("x ∈ ℝ^n\nd/dx (x' x) = 2x'\n", encoding="utf-8")
    (folder / "wrong.ein").write_bytes("\ufeffx ∈ ℝ^n\r\nd/dx (x' x) = x'\r\n".encode())
    (folder / "notes.md").write_text("```ein\nx ∈ ℝ^n\nd/dx (x' x) = 2x\n```\n", encoding="utf-8")
    (folder / "broken.ein").write_bytes(b"\xff\xfe\x00x")
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "x.ein").write_text("1 = 2", encoding="utf-8")
    (tmp_path / "einsight.toml").write_text('ignore = ["EIN402"]\n', encoding="utf-8")
    with Session() as session:
        folders = [{"uri": tmp_path.as_uri(), "name": "notes"}]
        session.client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": folders, "removed": []}})
        found = session.command("einsight.checkWorkspace")
        assert (found["files"], found["verdicts"], found["errors"]) == (
            3,
            {"right": 2, "wrong": 1},
            1,
        )  # notes in their own layout
        assert [u.rpartition("/")[2] for u in found["unread"]] == ["broken.ein"]
        shown = {
            m.params["uri"].rpartition("/")[2]: [d["code"] for d in m.params["diagnostics"]]
            for m in session.client.received
            if m.method == "textDocument/publishDiagnostics"
        }
        assert shown == {"right.ein": [], "wrong.ein": ["EIN401"], "notes.md": []}
        # what is open has its own diagnostics, and what is mended loses those of the last time
        (folder / "wrong.ein").write_text("x ∈ ℝ^n\nd/dx (x' x) = 2x'\n", encoding="utf-8")
        session.open("1 = 2\n", uri=(folder / "right.ein").as_uri())
        found = session.command("einsight.checkWorkspace", [(folder / n).as_uri() for n in ("right.ein", "wrong.ein")])
        assert (found["files"], found["verdicts"], found["errors"]) == (2, {"right": 1, "wrong": 1}, 1)
        last = {
            m.params["uri"]: m.params["diagnostics"]
            for m in session.client.received
            if m.method == "textDocument/publishDiagnostics"
        }
        assert last[(folder / "wrong.ein").as_uri()] == []
        assert last[session.uri][0]["code"] == "EIN401"


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("dL/dW_1", r"\frac{dL}{dW^{(1)}}"),
        ("d/dW_1 (x' W_1 y)", r"\frac{d}{dW^{(1)}} \left(x^{\top} W^{(1)} y\right)"),
        ("dy/dW_1_ij", r"\frac{dy}{dW^{(1)}_{ij}}"),
        ("∇_W_1 L", r"\nabla_{W^{(1)}} L"),
        ("dy/dx_1", r"\frac{dy}{dx_{1}}"),
    ],
)
def test_a_name_is_spelled_alike_wherever_it_stands(text, latex):
    assert formula_latex(text, numbered={"W_1"}) == latex


def test_the_answer_spells_names_as_the_statement_does():
    with Session() as session:
        session.open("W_1 ∈ ℝ^(n×m); x ∈ ℝ^m; y ∈ ℝ^n\nz = W_1 x\nL = y' z\ndL/dW_1 = x y'\n")
        for needle in ("L = ", "dL/dW_1"):
            found = _view(session, needle, variable="W_1")["derivation"]
            for latex in (found["expressionLatex"], found["latex"], *(s["latexMarked"] for s in found["steps"])):
                assert "W_{1}" not in latex and "W_1" not in latex
