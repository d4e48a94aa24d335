"""The features of the language server, asked over stdio as an editor asks."""

import base64
import re

import pytest
from session import CAPABILITIES, HASTY, STOPPED, Session, wait_until

import einsight
from einsight.bench.client import ResponseError

TEXT = """#! layout numerator
A ∈ ℝ^(n×m); a, x ∈ ℝ^m; y, b ∈ ℝ^n
S ∈ ℝ^(m×m) symmetric; S x
spare ∈ ℝ
f : ℝ^m → ℝ^n
dim k = 3
h = tanh(A x + b)  # a layer
q_i = ∑_j A_ij x_j
dh/dx = diag(1 - h ⊙ h) A
d/dx_j (A_ip x_p) = A_ip δ_pj = A_ij
d/dx (a' x) = a
d/dx (y' A x)
𝛿 ∈ ℝ^m; 𝛿 x
B x + h
A_ij V_jr
d/dx f(x) = J_f(x)
δ_ij x_j + 1/m x_i
y' (
  A x)
"""


@pytest.fixture(scope="module")
def session():
    with Session(clock=STOPPED) as opened:
        yield opened.open(TEXT)


@pytest.fixture(scope="module")
def scratch():
    """Another session, for documents of one test."""
    with Session(clock=STOPPED) as opened:
        yield opened


def test_diagnostics(session):
    found = session.diagnostics()
    assert session.codes() == [
        ("EIN103", "spare"), ("EIN402", "a"), ("EIN303", "𝛿 x"), ("EIN101", "B"), ("EIN101", "V"),
    ]  # fmt: skip
    by_code = {d["code"]: d for d in found}
    assert by_code["EIN103"]["tags"] == [1]
    assert by_code["EIN402"]["data"]["fixes"][0]["newText"] == "a'"
    assert by_code["EIN303"]["relatedInformation"][0]["location"]["uri"] == session.uri
    assert {session.spanned(r["location"]["range"]) for r in by_code["EIN303"]["relatedInformation"]} == {"𝛿", "x"}
    for each in found:
        path, _, anchor = each["codeDescription"]["href"].removeprefix("file://").partition("#")
        with open(path, encoding="utf-8") as pages:
            assert f"## {anchor.upper()}\n" in pages.read()


def _hover(session, needle, shift=0):
    found = session.ask("textDocument/hover", needle, shift)
    return "" if found is None else found["contents"]["value"], session.spanned(found["range"]) if found else ""


@pytest.mark.parametrize(
    ("needle", "shift", "about", "words"),
    [
        ("A ∈", 0, "A", ["matrix", "A ∈ ℝ^(n×m)"]),
        ("symmetric", 1, "symmetric", ["A' = A"]),
        ("n×m", 0, "n", ["dimension", "`A`"]),
        ("k = 3", 0, "k", ["size 3"]),
        ("f :", 0, "f", ["unknown function", "J_f"]),
        ("h = ", 0, "h", ["defines", "tanh(A x + b)", "tanh(A_ik x_k + b_i)", "∂h/∂x", "diag(1 - h^2) A"]),
        ("tanh", 1, "tanh", ["entry by entry", "1 - tanh(z)^2"]),
        ("= ∑_j", 0, "q_i = ∑_j A_ij x_j", ["defines", "∂q/∂x"]),
        ("j A_ij", 0, "j", ["summed", "m", "`A_ij`"]),
        ("i = ∑", 0, "i", ["free", "n"]),
        ("dh/dx", 1, "h", ["defined vector", "h = tanh(A x + b)"]),
        ("= diag", 0, "dh/dx = diag(1 - h ⊙ h) A", ["right", "n×m", "numerator layout", "denominator layout", "delta.contract"]),
        ("d/dx (y", 0, "d/dx (y' A x)", ["y' A", "1×m", "numerator layout", "A' y", "m×1", "derivative.component"]),
        ("= A_ij", 0, "A_ip δ_pj = A_ij", ["right"]),
        ("= a\n", 0, "d/dx (a' x) = a", ["transpose", "a'"]),
        ("δ_pj", 0, "δ", ["Kronecker delta", "p = j"]),
        ("#! l", 3, "#! layout numerator", ["directive"]),
        ("A x + b", 4, "A x + b", ["A x + b", "n×1"]),
        ("m x_i", 0, "m", ["dimension"]),
        ("(1 - h", 3, "1 - h ⊙ h", ["1 - h^2"]),
    ],
)  # fmt: skip
def test_hover(session, needle, shift, about, words):
    text, spanned = _hover(session, needle, shift)
    assert spanned == about
    for word in words:
        assert word in text
    assert len(text) < 60_000
    assert len(text.split("---")[0].splitlines()) <= 10


def test_what_takes_long_stands_in_a_later_hover_and_is_the_same():
    """Every limit of time is over as soon as it is looked at: slices of reading, of drawing, and of a hover."""
    unlimited = {"settings": {"budget": 86_400}}
    with (
        Session(clock=HASTY, options=unlimited, settings=unlimited["settings"]) as late,
        Session(clock=STOPPED) as patient,
    ):
        found = [s.open(TEXT).checked() for s in (late, patient)]
        assert found[0] == found[1]
        assert late.codes() == patient.codes()
        first, _ = _hover(late, "= diag")
        assert "being worked out: " in first
        whole = _hover(patient, "= diag")
        wait_until(lambda: _hover(late, "= diag") == whole, "the whole hover")
        hints = patient.ask("textDocument/inlayHint", range=patient.whole)
        wait_until(lambda: late.ask("textDocument/inlayHint", range=late.whole) == hints, "every result")


def test_hover_between_statements(session):
    assert session.ask("textDocument/hover", "# a layer", 3) is None


def test_hover_of_plain_text_and_pictures():
    with Session(name="Visual Studio Code", options={"theme": "dark", "html": True}, clock=STOPPED) as vscode:
        text, _ = _hover(vscode.open(TEXT), "= diag")
        picture = re.search(r"!\[[^]]*\]\(data:image/svg\+xml;base64,([^)]*)\)", text)
        svg = base64.b64decode(picture[1]).decode()
        assert "#d4d4d4" in svg and "<path" in svg
        assert "<details><summary>forms and derivation" in text
        vscode.client.notify("einsight/theme", {"kind": "light"})
        svg = base64.b64decode(re.search(r"base64,([^)]*)", _hover(vscode, "= diag")[0])[1]).decode()
        assert "#1f1f1f" in svg
    plain = {"textDocument": {"hover": {"contentFormat": ["plaintext"]}}}
    with Session(capabilities=plain, clock=STOPPED) as other:
        found = other.open(TEXT).ask("textDocument/hover", "= diag")["contents"]
        assert found["kind"] == "plaintext"
        assert "**" not in found["value"] and "right" in found["value"]


def test_inlay_hints(session):
    session.diagnostics()
    found = session.ask("textDocument/inlayHint", range=session.whole)
    lines = TEXT.splitlines()
    drawn = {(lines[h["position"]["line"]], h["label"]) for h in found}
    for hint in [
        ("h = tanh(A x + b)  # a layer", "∈ ℝ^n"),
        ("dh/dx = diag(1 - h ⊙ h) A", "✓"),
        ("d/dx (a' x) = a", "⇄ transposed"),
        ("d/dx (y' A x)", "= y' A"),
    ]:
        assert hint in drawn
    # each link of a chain has its verdict behind it
    chain = [h for h in found if lines[h["position"]["line"]].startswith("d/dx_j")]
    assert [h["label"] for h in chain] == ["✓", "✓"]
    (result,) = [h for h in found if h["label"] == "= y' A"]
    assert session.after(result["textEdits"]).count("d/dx (y' A x) = y' A") == 1
    # behind the statement, before its comment
    (shape,) = [h for h in found if lines[h["position"]["line"]].startswith("h =")]
    assert shape["position"]["character"] == len("h = tanh(A x + b)")


def test_lenses(session):
    session.diagnostics()
    found = session.ask("textDocument/codeLens")
    assert re.search(r"\d right.*1 transposed", found[0]["command"]["title"])
    wanted = next(lens for lens in found if lens.get("data", {}).get("title") == "∂h/∂x")
    made = session.client.request("codeLens/resolve", wanted)
    assert made["command"]["title"] == "∂h/∂x = diag(1 - h^2) A"


def test_semantic_tokens(session):
    legend = session.server["capabilities"]["semanticTokensProvider"]["legend"]
    data = session.ask("textDocument/semanticTokens/full")["data"]
    assert data == session.ask("textDocument/semanticTokens/range", range=session.whole)["data"]
    seen, line, column = set(), 0, 0
    rows = TEXT.split("\n")
    for down, right, length, kind, modifiers in zip(*[iter(data)] * 5, strict=True):
        line, column = line + down, right if down else column + right
        units = rows[line].encode("utf-16-le")[2 * column : 2 * (column + length)].decode("utf-16-le")
        names = [m for k, m in enumerate(legend["tokenModifiers"]) if modifiers >> k & 1]
        seen.add((line, units, legend["tokenTypes"][kind], *names))
    for token in [
        (0, "#! layout numerator", "keyword"), (1, "A", "variable", "declaration"), (1, "n", "type"),
        (2, "symmetric", "property"), (4, "f", "function", "declaration"), (6, "h", "variable", "definition"),
        (6, "tanh", "function", "defaultLibrary"), (7, "j", "parameter", "local"), (7, "i", "parameter"),
        (9, "δ", "macro"), (9, "d", "operator"), (12, "𝛿", "variable", "declaration"), (15, "f", "function"),
    ]:  # fmt: skip
        assert token in seen
    top = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
    assert len(session.ask("textDocument/semanticTokens/range", range=top)["data"]) < len(data)


def _places(session, found):
    return [(r["start"]["line"], session.spanned(r)) for r in (f["range"] for f in found)]


def test_highlight_of_an_index_and_a_name(session):
    found = session.ask("textDocument/documentHighlight", "p x_p")
    assert _places(session, found) == [(9, "p"), (9, "p")]  # not those of the next link
    assert len(session.ask("textDocument/documentHighlight", "j (A_ip")) == 3
    names = session.ask("textDocument/documentHighlight", "h = ")
    assert _places(session, names) == [(6, "h"), (8, "h"), (8, "h"), (8, "h"), (13, "h")]
    assert [h["kind"] for h in names] == [3, 2, 2, 2, 2]


def test_definition_and_references(session):
    (found,) = session.ask("textDocument/definition", "h ⊙")
    assert found["range"]["start"] == session.position("h = ")
    (found,) = session.ask("textDocument/definition", "x_p")
    assert found["range"]["start"] == session.position("x ∈")
    with_it = session.ask("textDocument/references", "b)", context={"includeDeclaration": True})
    without = session.ask("textDocument/references", "b)", context={"includeDeclaration": False})
    assert (len(with_it), len(without)) == (2, 1)


@pytest.mark.parametrize(
    ("needle", "new", "line"),
    [
        ("p x_p", "r", "d/dx_j (A_ir x_r) = A_ip δ_pj = A_ij"),
        ("j (A_ip", "s", "d/dx_s (A_ip x_p) = A_ip δ_ps = A_is"),
        ("h = ", "z", "z = tanh(A x + b)  # a layer"),
        ("h = ", "z", "dz/dx = diag(1 - z ⊙ z) A"),
        ("m; y", "d1", "A ∈ ℝ^(n×d1); a, x ∈ ℝ^d1; y, b ∈ ℝ^n"),
        ("m; y", "d1", "δ_ij x_j + 1/d1 x_i"),
        ("f :", "g", "d/dx g(x) = J_g(x)"),
    ],
)
def test_rename(session, needle, new, line):
    assert session.spanned(session.ask("textDocument/prepareRename", needle)["range"]) == needle[0]
    edits = session.ask("textDocument/rename", needle, newName=new)["changes"][session.uri]
    renamed = session.after(edits)
    assert line in renamed.splitlines()
    before, after = (einsight.check(t) for t in (TEXT, renamed))
    assert [c.verdict for c in before.claims] == [c.verdict for c in after.claims]
    assert [d.code for d in before.diagnostics] == [d.code for d in after.diagnostics]


@pytest.mark.parametrize(
    ("needle", "new", "reason"),
    [
        ("p x_p", "i", "already"), ("p x_p", "j", "already"), ("h = ", "A", "already"), ("h = ", "tr", "meaning"),
        ("h = ", "2x", "no name"), ("m; y", "n", "already"), ("p x_p", "long", "longer"), ("h = ", "", "no name"),
    ],
)  # fmt: skip
def test_rename_refuses_what_would_change_the_meaning(session, needle, new, reason):
    with pytest.raises(ResponseError, match=reason):
        session.ask("textDocument/rename", needle, newName=new)


def test_what_cannot_be_renamed(session):
    for needle in ("tanh", "# a layer", "δ_pj"):
        with pytest.raises(ResponseError):
            session.ask("textDocument/prepareRename", needle)


def test_symbols(session):
    found = {s["name"]: s for s in session.ask("textDocument/documentSymbol")}
    assert set(found) == {"A", "a", "x", "y", "b", "S", "spare", "f", "k", "h", "q", "𝛿"}
    assert found["S"]["detail"] == "∈ ℝ^(m×m) symmetric"
    assert session.spanned(found["𝛿"]["selectionRange"]) == "𝛿"
    for symbol in found.values():
        assert session.spanned(symbol["selectionRange"]) in session.spanned(symbol["range"])
    assert {s["name"] for s in session.client.request("workspace/symbol", {"query": "SP"})} == {"spare"}


def test_folding_and_selection(session):
    found = {(f["startLine"], f["endLine"], f["kind"]) for f in session.ask("textDocument/foldingRange")}
    assert {(1, 5, "imports"), (17, 18, "region")} <= found
    (nested,) = session.ask("textDocument/selectionRange", positions=[session.position("h ⊙")])
    grown = []
    while nested:
        grown.append(session.spanned(nested["range"]))
        nested = nested.get("parent")
    assert grown[:5] == ["h", "h ⊙ h", "1 - h ⊙ h", "diag(1 - h ⊙ h)", "diag(1 - h ⊙ h) A"]
    assert grown[-2:] == ["dh/dx = diag(1 - h ⊙ h) A", TEXT]


@pytest.mark.parametrize(
    ("line", "labels", "absent"),
    [
        ("d/dx ", {"x", "h", "tanh", "softmax"}, {"declare a matrix"}),
        ("", {"A", "declare a matrix", "derivative"}, set()),
        ("A_", {"i", "j"}, {"tanh"}),
        ("A[i,", {"i", "j"}, set()),
        ("\\del", {"\\delta"}, {"x"}),
        ("A^T", {"^T"}, set()),
        ("C ∈ ", {"ℝ", "ℝ^(n×m)"}, {"tanh"}),
        ("C in R^(n x ", {"n", "m", "k"}, {"tanh"}),
        ("C ∈ ℝ^(n×n) ", {"symmetric", "orthogonal"}, {"tanh"}),
        ("#! ", {"layout", "ignore"}, set()),
        ("#! layout ", {"numerator", "denominator", "mixed"}, set()),
        ("x # einsight: ignore ", {"EIN402"}, set()),
        ("# any words ", set(), {"x"}),
    ],
)
def test_completion(scratch, line, labels, absent):
    scratch.open(TEXT + line)
    found = scratch.ask("textDocument/completion", len(scratch.text))["items"]
    given = {i["label"] for i in found}
    assert labels <= given and not absent & given
    for item in found:
        edit = item["textEdit"]
        assert edit["range"]["end"] == scratch.position(len(scratch.text))
    details = {i["label"]: i.get("detail", "") for i in found}
    if line == "d/dx ":
        assert details["A"] == "∈ ℝ^(n×m)"
    if line == "\\del":
        assert scratch.after([next(i["textEdit"] for i in found if i["label"] == "\\delta")]).endswith("δ")
    if line == "A[i,":
        assert "over m" in min(found, key=lambda i: i["sortText"])["detail"]


def test_signature_help(scratch):
    scratch.open(TEXT + "jac(h, ")
    found = scratch.ask("textDocument/signatureHelp", len(scratch.text))
    assert found["signatures"][0]["label"] == "jac(f, x)" and found["activeParameter"] == 1
    scratch.open(TEXT + "tanh(A x + (")
    assert scratch.ask("textDocument/signatureHelp", len(scratch.text))["signatures"][0]["label"] == "tanh(z)"
    scratch.open(TEXT + "f(")
    assert "ℝ^m → ℝ^n" in scratch.ask("textDocument/signatureHelp", len(scratch.text))["signatures"][0]["label"]
    scratch.open(TEXT + "A (")
    assert scratch.ask("textDocument/signatureHelp", len(scratch.text)) is None


def test_formatting(scratch):
    scratch.open("A in R^(n x m) ;x∈ℝ^m\r\nA   x+A x   # twice\r\n")
    edits = scratch.ask("textDocument/formatting", options={"tabSize": 4, "insertSpaces": True})
    once = scratch.after(edits)
    assert "A x + A x" in once and "# twice" in once
    scratch.open(once)
    assert scratch.ask("textDocument/formatting", options={"tabSize": 4, "insertSpaces": True}) == []
    scratch.open("A  in R^(n x n)\nx   ∈ ℝ^n\n")
    second = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 1}}
    edits = scratch.ask("textDocument/rangeFormatting", range=second, options={"tabSize": 4, "insertSpaces": True})
    assert scratch.after(edits) == "A  in R^(n x n)\nx ∈ ℝ^n\n"


def _actions(session, needle, kinds=None):
    where = session.range(needle)
    context = {"diagnostics": [], **({"only": kinds} if kinds else {})}
    return {a["title"]: a for a in session.ask("textDocument/codeAction", range=where, context=context)}


def _applied(session, action):
    return session.after(action["edit"]["changes"][session.uri])


@pytest.mark.parametrize(
    ("needle", "title", "line"),
    [
        ("= a\n", "Write a'", "d/dx (a' x) = a'"),
        ("= a\n", "Ignore EIN402 in this line", "d/dx (a' x) = a  # einsight: ignore EIN402"),
        ("B x", "Declare B ∈ ℝ^(n×m)", "B ∈ ℝ^(n×m)"),
        ("V_jr", "Declare V ∈ ℝ^(m×r)", "V ∈ ℝ^(m×r)"),
        ("𝛿 x", "Write 𝛿' x", "𝛿 ∈ ℝ^m; 𝛿' x"),
        ("spare", "Remove the declaration", ""),
        ("h = ", "Insert the Jacobian ∂h/∂x", "∂h/∂x = diag(1 - h^2) A"),
        ("h = ", "Rewrite in index notation", "h_i = tanh(A_ik x_k + b_i)  # a layer"),
        ("q_i", "Rewrite in matrix notation", "q = A x"),
        ("d/dx (y", "Insert the whole derivation", "  = y_k A_ki"),
        ("A_ip δ", "Apply delta.contract: A_ij", "d/dx_j (A_ip x_p) = A_ij = A_ij"),
        ("δ_ij x_j", "Apply delta.contract: x_i", "x_i + 1/m x_i"),
        ("dh/dx", "Switch the file to denominator layout", "#! layout denominator"),
        ("dh/dx", "Fix all that einsight can fix with certainty", "d/dx (a' x) = a'"),
    ],
)
def test_code_actions(session, needle, title, line):
    session.diagnostics()
    found = _actions(session, needle)
    assert title in found
    text = _applied(session, found[title])
    assert line in text.splitlines()
    before, after = (einsight.check(t) for t in (TEXT, text))
    errors = [[d.code for d in f.diagnostics if d.severity == "error"] for f in (before, after)]
    assert len(errors[1]) <= len(errors[0])
    if not title.startswith("Switch"):
        assert {c.verdict for c in after.claims} <= {"right", "transposed", "undecided"}


def test_next_step_extends_a_chain(scratch):
    scratch.open("W ∈ ℝ^(n×m); x ∈ ℝ^m\nd/dx_j (W_ik x_k)\n")
    for step in ("∑_k", "W_ik ∂x_k/∂x_j", "W_ik δ_jk", "W_ij"):
        title = "Insert the next step"
        text = _applied(scratch, _actions(scratch, "d/dx_j")[title])
        assert step in text.rpartition("=")[2]
        scratch.open(text)
    assert title not in _actions(scratch, "d/dx_j")
    assert {c.verdict for c in einsight.check(scratch.text).claims} == {"right"}


def test_kinds_of_actions(session):
    session.diagnostics()
    assert {a["kind"] for a in _actions(session, "= a\n", ["quickfix"]).values()} == {"quickfix"}
    assert set(_actions(session, "= a\n", ["source.fixAll"])) == {"Fix all that einsight can fix with certainty"}
    fix = _actions(session, "= a\n")["Write a'"]
    assert fix["isPreferred"] and fix["diagnostics"][0]["code"] == "EIN402"


def test_copy_as(session):
    for target, words in (("numpy", "def derivative(*"), ("jax", "jax.numpy"), ("torch", "torch."), ("latex", r"\top")):
        action = _actions(session, "d/dx (y")[
            {"numpy": "Copy as NumPy", "jax": "Copy as JAX", "torch": "Copy as PyTorch", "latex": "Copy as LaTeX"}[
                target
            ]
        ]
        call = action["command"]
        assert words in session.command(call["command"], *call["arguments"])


def test_derivation(session):
    found = session.client.request("einsight/derivation", {"uri": session.uri, "position": session.position("dh/dx")})
    assert [s["rule"] for s in found["steps"]][-2:] == ["delta.contract", "definition.fold"]
    assert all(set(s) >= {"rule", "before", "after", "latex", "range"} for s in found["steps"])
    assert all(a["after"] == b["before"] for a, b in zip(found["steps"], found["steps"][1:], strict=False))
    assert (found["matrix"], found["shape"], found["layout"]) == ("diag(1 - h^2) A", "n×m", "numerator")
    assert session.spanned(found["range"]) == "dh/dx"
    nothing = {"uri": session.uri, "position": session.position("# a layer", 3)}
    assert session.client.request("einsight/derivation", nothing) is None
    text = session.command("einsight.showDerivation", session.uri, session.position("dh/dx"))
    assert "delta.contract" in text and text.splitlines()[0] == "∂h_i/∂x_j"


def test_commands_insert(session):
    applied = []
    session.client.answers["workspace/applyEdit"] = lambda params: applied.append(params["edit"]) or {"applied": True}
    assert session.command("einsight.insertJacobian", session.uri, session.position("h = "), "x") is True
    assert session.after(applied[0]["changes"][session.uri]).count("∂h/∂x = diag(1 - h^2) A") == 1
    assert session.command("einsight.insertDerivation", session.uri, session.position("d/dx (y")) is True
    assert "= y_k A_ki" in session.after(applied[1]["changes"][session.uri])
    assert session.command("einsight.insertDerivation", session.uri, session.position("spare")) is False
    assert "EIN402" in session.command("einsight.explain", "EIN402")


# settings


def test_settings_of_the_client_are_taken_up_live(scratch):
    scratch.open("a, x ∈ ℝ^m\nd/dx (a' x) = a\n")
    assert scratch.codes() == [("EIN402", "a")]
    scratch.client.sections["einsight"] = {"layout": "denominator", "inlayHints": {"verdicts": False}}
    scratch.client.forget()
    scratch.client.notify("workspace/didChangeConfiguration", {"settings": {}})
    assert scratch.codes() == []
    assert scratch.ask("textDocument/inlayHint", range=scratch.whole) == []
    scratch.client.sections["einsight"] = {"ignore": ["EIN402"], "layout": "nonsense"}
    scratch.client.forget()
    scratch.client.notify("workspace/didChangeConfiguration", {"settings": {}})
    assert scratch.codes() == []
    logged = scratch.client.wait_for(lambda m: m.method == "window/logMessage")
    assert "nonsense" in logged.params["message"]
    scratch.client.sections["einsight"] = None
    scratch.client.notify("workspace/didChangeConfiguration", {"settings": {}})


def test_settings_of_a_project_stand_over_those_of_the_client(tmp_path, scratch):
    path = tmp_path / "notes.ein"
    (tmp_path / "pyproject.toml").write_text('[tool.einsight]\nlayout = "denominator"\n')
    scratch.open("a, x ∈ ℝ^m\nd/dx (a' x) = a\n", uri=path.as_uri())
    assert scratch.codes() == []
    (tmp_path / "pyproject.toml").write_text("[tool.einsight]\nlayout = 3\n")
    scratch.client.forget()
    changed = {"changes": [{"uri": (tmp_path / "pyproject.toml").as_uri(), "type": 2}]}
    scratch.client.notify("workspace/didChangeWatchedFiles", changed)
    assert scratch.codes() == [("EIN402", "a")]
    assert "layout" in scratch.client.wait_for(lambda m: m.method == "window/logMessage").params["message"]
    uri = changed["changes"][0]["uri"]
    published = "textDocument/publishDiagnostics"
    (told,) = scratch.until(published, lambda p: p["uri"] == uri)["diagnostics"]
    assert (told["code"], told["range"]["start"]["line"]) == ("EIN001", 1) and "`layout` is one of" in told["message"]
    (tmp_path / "pyproject.toml").write_text("[tool.einsight]\n")
    scratch.client.forget()
    scratch.client.notify("workspace/didChangeWatchedFiles", changed)
    assert scratch.until(published, lambda p: p["uri"] == uri)["diagnostics"] == []


def test_the_capabilities_are_those_of_the_contract(session):
    given = session.server["capabilities"]
    for name in (
        "hoverProvider", "inlayHintProvider", "codeActionProvider", "codeLensProvider", "completionProvider",
        "signatureHelpProvider", "semanticTokensProvider", "renameProvider", "referencesProvider",
        "documentHighlightProvider", "definitionProvider", "documentSymbolProvider", "workspaceSymbolProvider",
        "foldingRangeProvider", "selectionRangeProvider", "documentFormattingProvider", "documentRangeFormattingProvider",
    ):  # fmt: skip
        assert given[name]
    assert given["textDocumentSync"]["change"] == 2
    assert CAPABILITIES["textDocument"]["rename"]["prepareSupport"] and given["renameProvider"]["prepareProvider"]


def test_a_client_is_asked_to_tell_of_its_settings():
    able = {"workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}}}
    with Session(capabilities={**CAPABILITIES, **able}) as session:
        asked = session.until("client/registerCapability")["registrations"]
        assert [(r["method"], r["registerOptions"]) for r in asked] == [
            ("workspace/didChangeConfiguration", {"section": "einsight"})
        ]


def test_settings_of_initialize_stand_where_the_client_has_none():
    with Session(options={"settings": {"layout": "denominator"}}) as session:  # which answers null
        session.open("a, x ∈ ℝ^n\nd/dx (a' x) = a\n")
        session.until("workspace/configuration")
        assert session.checked() == {"right": 1}


def test_hints_that_were_drawn_too_early_are_drawn_again(tmp_path):
    able = {**CAPABILITIES, "workspace": {**CAPABILITIES["workspace"], "inlayHint": {"refreshSupport": True}}}
    held = tmp_path / "held"
    with Session(capabilities=able, held=held) as session:
        session.open("a, x ∈ ℝ^n\nd/dx (a' x) = a'\n").checked()
        session.client.forget()
        held.touch()
        session.edit("= a'", "= 1 a'")
        early = session.ask("textDocument/inlayHint", range=session.whole)
        assert "✓" not in [h["label"] for h in early]
        held.unlink()
        session.until("workspace/inlayHint/refresh")
        assert "✓" in [h["label"] for h in session.ask("textDocument/inlayHint", range=session.whole)]


def _moved_up(data, lines):
    """An answer of the server, so many lines further up; without what names the document."""
    if isinstance(data, dict):
        if set(data) == {"line", "character"}:
            return {"line": data["line"] - lines, "character": data["character"]}
        return {k: _moved_up(v, lines) for k, v in data.items() if k not in ("uri", "arguments", "changes", "data")}
    return [_moved_up(d, lines) for d in data] if isinstance(data, list) else data


@pytest.mark.parametrize(
    "method",
    ["hover", "documentHighlight", "definition", "references", "prepareRename", "completion"],
)
def test_a_fence_in_notes_is_answered_as_a_document_is(session, scratch, method):
    notes = f"# Notes on ein, with Ünïcode 𝛿 before\n\n```ein\n{TEXT}```\n"
    session.diagnostics()
    scratch.open(notes, "markdown", "file:///somewhere/notes.md").checked()
    for needle in ("h = tanh", "tanh(A", "A x + b", "= diag", "d/dx (y", "A_ip δ_pj", "ip δ_pj", "𝛿 x"):
        if method == "hover":
            answers = [_hover(s, needle) for s in (session, scratch)]
        else:
            answers = []
            for s, lines in ((session, 0), (scratch, 3)):
                more = {"context": {"includeDeclaration": True}} if method == "references" else {}
                try:
                    found = s.ask(f"textDocument/{method}", needle, **more)
                except ResponseError as refused:
                    found = str(refused)
                answers.append(_moved_up(found, lines))
        assert answers[0] == answers[1], needle


def test_a_fence_in_notes_is_drawn_and_mended_as_a_document_is(session, scratch):
    notes = f"# Notes\n\n```ein\n{TEXT}```\n"
    session.diagnostics()
    scratch.open(notes, "markdown", "file:///somewhere/notes.md").checked()
    hints = [_moved_up(s.ask("textDocument/inlayHint", range=s.whole), k) for s, k in ((session, 0), (scratch, 3))]
    assert hints[0] == hints[1]
    for needle, title in [
        ("= a\n", "Write a'"), ("B x", "Declare B ∈ ℝ^(n×m)"), ("h = ", "Rewrite in index notation"),
        ("h = ", "Insert the Jacobian ∂h/∂x"), ("d/dx (y", "Insert the whole derivation"),
        ("A_ip δ", "Apply delta.contract: A_ij"),
    ]:  # fmt: skip
        mended = [_applied(s, _actions(s, needle)[title]) for s in (session, scratch)]
        assert mended[1] == f"# Notes\n\n```ein\n{mended[0]}```\n", title
    for needle in ("dh/dx", "d/dx (y", "h = "):
        views = [
            _moved_up(s.client.request("einsight/view", {"uri": s.uri, "position": s.position(needle)}), k)
            for s, k in ((session, 0), (scratch, 3))
        ]
        assert re.sub(r"at=[\d:-]+", "", views[0].pop("latex")) == re.sub(r"at=[\d:-]+", "", views[1].pop("latex"))
        assert {**views[0], "version": 0} == {**views[1], "version": 0}
