"""Formulas of notes in an editor: what hovers and hints say of LaTeX, fixes in the author's own hand, the view beside."""

import time

import pytest
from session import STOPPED, Session
from thinning import part_in

from einsight.documents.positions import LineIndex
from einsight.editing.actions import actions
from einsight.editing.edits import FIX_ALL, QUICKFIX, applied
from einsight.editing.fixing import fix
from einsight.editing.hover import hover
from einsight.sheets.check import check, likely_layout
from einsight.sheets.sheet import Sheet

NOTES = r"""# A layer

It takes $\mathbf{x} \in \mathbb{R}^m$ to $\mathbf{y} = \mathbf{Wx} + \mathbf{b}$, where $\mathbf{W} \in \mathbb{R}^{n \times m}$
and $\mathbf{b} \in \mathbb{R}^n$. In components $y_i = \sum_{k=1}^m w_{ik} x_k + b_i$.

$$
\mathbf{h} = \tanh(\mathbf{y}).
$$

\begin{align}
\frac{\partial y_i}{\partial x_j} &= \sum_{k=1}^m w_{ik} \delta_{k j} \\
  &= w_{ij}, \\
\frac{\partial \mathbf{h}}{\partial \mathbf{x}} &= \operatorname{diag}(1 - \mathbf{h}^2) \mathbf{W}
\end{align}

We have $\frac{\partial}{\partial \mathbf{x}} \mathbf{x}^\top \mathbf{x} = 2 \mathbf{x}$ and $p(x) = \cdots$, and
for any $u$ $$\frac{\partial}{\partial u} u^\top Q u = 3 u.$$

Also $\frac{\partial}{\partial \mathbf{x}} \mathbf{b}^\top \mathbf{W} \mathbf{x} = \mathbf{b}^\top \mathbf{W}$.
"""


@pytest.fixture(scope="module")
def session():
    with Session(clock=STOPPED) as opened:
        opened.applied = []
        opened.client.answers["workspace/applyEdit"] = lambda p: opened.applied.append(p["edit"]) or {"applied": True}
        opened.open(NOTES, language="markdown", uri="file:///somewhere/notes.md")
        opened.checked()
        yield opened


# hovers


def _hover(session, needle, shift=0):
    found = session.ask("textDocument/hover", needle, shift)
    return ("", "") if found is None else (found["contents"]["value"], session.spanned(found["range"]))


@pytest.mark.parametrize(
    ("needle", "shift", "about", "words"),
    [
        (r"\mathbf{x} \in", 3, r"\mathbf{x}", ["vector", "x ∈ ℝ^m"]),
        (r"\mathbf{W} \in", 9, r"\mathbf{W}", ["matrix", "W ∈ ℝ^(n×m)"]),
        (r"n \times m", 0, "n", ["dimension"]),
        ("w_{ik} x_k + b", 0, "w", ["matrix", "W ∈ ℝ^(n×m)"]),
        ("w_{ik} x_k + b", 4, "k", ["index", "summed", "1 to m", "`x_k`"]),
        ("_{k=1}^m w_{ik} x", 2, "k", ["index", "summed"]),
        (r"\delta_{k j}", 2, r"\delta", ["Kronecker delta", "k = j"]),
        (r"\delta_{k j}", 10, "j", ["index", "free"]),
        (r"\tanh", 2, r"\tanh", ["entry by entry"]),
        (r"= \mathbf{Wx}", 0, r"\mathbf{y} = \mathbf{Wx} + \mathbf{b}", ["defines", "W x + b", "∂y/∂x"]),
        (r"\frac{\partial y_i}", 2, r"\frac{\partial y_i}{\partial x_j}", ["W_ij", "i to n, j to m"]),
        (r"\partial \mathbf{h}", 2, r"\frac{\partial \mathbf{h}}{\partial \mathbf{x}}", ["diag(1 - h^2) W", "denominator layout", "Wᵀ diag(1 - h^2)"]),
        ("- \\mathbf{h}^2", 0, r"1 - \mathbf{h}^2", ["1 - h^2", "n×1"]),
        ("&= w_{ij}", 1, "\\sum_{k=1}^m w_{ik} \\delta_{k j} \\\\\n  &= w_{ij}", ["✓ right"]),
        (r"= 2 \mathbf{x}", 0, r"\frac{\partial}{\partial \mathbf{x}} \mathbf{x}^\top \mathbf{x} = 2 \mathbf{x}", ["transpose", "2 xᵀ"]),
        ("Q u", 0, "Q", ["nobody says what shape it has"]),
        ("= 3 u", 0, r"\frac{\partial}{\partial u} u^\top Q u = 3 u", ["undecided", "nobody says what shape `Q`, `u` has"]),
        (r"p(x) = \cdots", 0, r"p(x) = \cdots", ["not read: ", "dots"]),
    ],
)  # fmt: skip
def test_hover(session, needle, shift, about, words):
    text, spanned = _hover(session, needle, shift)
    assert spanned == about
    for word in words:
        assert word in text
    assert len(text.split("---")[0].splitlines()) <= 10


@pytest.mark.parametrize("needle", ["It takes", "We have", "$ to $", "\\begin{align}", "$$\n\\mathbf{h}"])
def test_prose_has_no_hover(session, needle):
    assert session.ask("textDocument/hover", needle, 1) is None


def test_hovers_are_quick():
    """What they compute: how long somebody waits depends on what else the machine does."""
    sheet, spent = Sheet(NOTES, "markdown"), []
    sheet.finish()
    for at in range(0, len(NOTES), 7):
        start = time.thread_time()
        hover(sheet, at)
        spent.append(time.thread_time() - start)
    assert sorted(spent)[len(spent) * 95 // 100] < 0.1


# hints


def test_hints_stand_behind_formulas_and_prose_is_quiet(session):
    found = session.ask("textDocument/inlayHint", range=session.whole)
    drawn = []
    for hint in found:
        at = session.offset(hint["position"])
        drawn.append((NOTES[NOTES.rfind("\n", 0, at) + 1 : at].split()[-1], hint["label"], NOTES[at : at + 1]))
    assert drawn == [
        (r"\tanh(\mathbf{y}).", "∈ ℝ^n", "\n"),
        ("j}", "✓", " "),
        ("w_{ij}", "✓", ","),
        (r"\mathbf{W}", "✓", "\n"),
        (r"\mathbf{x}$", "⇄ transposed", " "),
        ("u.$$", "? undecided", "\n"),
        (r"\mathbf{W}$.", "✓", "\n"),
    ]
    assert "nobody says what shape" in found[5]["tooltip"]["value"]
    assert [lens["command"]["title"] for lens in session.ask("textDocument/codeLens")] == [
        "einsight: 5 right, 1 transposed, 1 undecided"
    ]


# fixes


X = r"$x \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$: "
LEAST_SQUARES = (
    r"$\mathbf{X} \in \mathbb{R}^{N \times d}$, $\mathbf{w} \in \mathbb{R}^d$, $\mathbf{y} \in \mathbb{R}^N$: "
)
FIXES = {
    "plain letters, ^T": (X + r"$\frac{d}{dx} x^T A x = «2 x^T A»$", r"x^T (A + A^T)"),
    "bold, \\top": (
        r"$\mathbf{x} \in \mathbb{R}^m$, $\mathbf{y} \in \mathbb{R}^n$, $\mathbf{W} \in \mathbb{R}^{n \times m}$"
        "\n\n" r"$$\frac{\partial}{\partial \mathbf{x}} \mathbf{y}^\top \mathbf{W} \mathbf{x} = «\mathbf{W} \mathbf{y}»$$",
        r"\mathbf{y}^\top \mathbf{W}",
    ),
    "a missing transpose": (
        LEAST_SQUARES + r"$$\nabla_{\mathbf{w}} \|\mathbf{X}\mathbf{w} - \mathbf{y}\|^2 = 2 «\mathbf{X}» (\mathbf{X}\mathbf{w} - \mathbf{y})$$",
        r"\mathbf{X}^\top",
    ),
    "words in one font": (
        r"$\mathbf{A} \in \mathbb{R}^{n \times m}$, $\mathbf{z} \in \mathbb{R}^n$, $\mathbf{x} \in \mathbb{R}^m$: "
        r"$$\frac{d}{d\mathbf{x}} \mathbf{z^T A x} = «2 \mathbf{z^T A}»$$",
        r"\mathbf{z^T A}",
    ),
    "macros for names and transposes, align": (
        r"""\newcommand{\W}{\mathbf{W}} \newcommand{\x}{\mathbf{x}} \newcommand{\y}{\mathbf{y}} \newcommand{\T}{^{\mathsf T}}
\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}

$\W \in \mathbb{R}^{n \times m}$, $\x \in \mathbb{R}^m$, $\y \in \mathbb{R}^n$:

\begin{align}
\pd{}{\x} \y\T \W \x &= \y\T \W \\
\pd{}{\x} \x\T \x &= «3 \x» \\
\end{align}
""",
        r"2 \x\T",
    ),
    "a macro with the matrix as its argument": (
        r"""\newcommand{\tran}[1]{{#1}^\top} \newcommand{\vect}[1]{\boldsymbol{#1}}

$\vect{a}, \vect{x} \in \mathbb{R}^n$ and $B \in \mathbb{R}^{n \times n}$: $$\frac{\partial}{\partial \vect{x}} \tran{\vect{a}} B \vect{x} = «2 \tran{\vect{a}} B»$$
""",
        r"\tran{\vect{a}} B",
    ),
    "components in small letters": (
        r"$W \in \mathbb{R}^{n \times m}$, $x \in \mathbb{R}^m$ and $y_i = \sum_{j=1}^m w_{ij} x_j$."
        "\n\n" r"$$\frac{\partial y_i}{\partial x_j} = «w_{ji}»$$",
        "w_{ij}",
    ),
    "sums as the author writes them": (
        r"$W \in \mathbb{R}^{n \times m}$, $x \in \mathbb{R}^m$, $v \in \mathbb{R}^n$: "
        r"$$\frac{\partial}{\partial x_j} \sum_i \sum_k v_i W_{ik} x_k = «\sum_i W_{ij}»$$",
        r"\sum_i v_i W_{ij}",
    ),
    "sums with bounds": (
        r"$W \in \mathbb{R}^{n \times m}$, $x \in \mathbb{R}^m$, $v \in \mathbb{R}^n$: "
        r"$$\frac{\partial}{\partial x_j} \sum_{i=1}^{n} v_i \sum_{k=1}^{m} W_{i k} x_k = «\sum_{i=1}^{n} W_{i j}»$$",
        r"\sum_{i=1}^{n} v_i W_{i j}",
    ),
    "a table, in which no bar may stand": (
        LEAST_SQUARES + "\n\n| f | gradient |\n|---|---|\n| least squares | "
        r"$\nabla_{\mathbf{w}} \lVert\mathbf{X}\mathbf{w} - \mathbf{y}\rVert^2 = «\mathbf{X}^{\top} (\mathbf{X}\mathbf{w} - \mathbf{y})»$ |" "\n",
        r"2 \mathbf{X}^{\top} (\mathbf{X}\mathbf{w} - \mathbf{y})",
    ),
    "a quotation, halves, \\intercal": (
        r"""> Let $A \in \mathbb{R}^{n\times n}$ and $x, b \in \mathbb{R}^n$.
>
> $$
> \nabla_x \left( \tfrac12 x^\intercal A x + b^\intercal x \right) = «A x + b»
> $$
""",
        r"\tfrac12 (A + A^\intercal) x + b",
    ),
    "functions, \\odot": (
        r"$W \in \mathbb{R}^{n\times m}$, $x \in \mathbb{R}^m$, $b \in \mathbb{R}^n$ and $h = \tanh(Wx + b)$: "
        r"$$\frac{\partial h}{\partial x} = «W \operatorname{diag}(1 - h \odot h)»$$",
        r"\operatorname{diag}(1 - h \odot h) W",
    ),
    "an operator of the author's": (
        r"""\DeclareMathOperator{\diag}{diag}

$W \in \mathbb{R}^{n\times m}$, $x \in \mathbb{R}^m$ and $h = \exp(W x)$:

\[ \frac{\partial h}{\partial x} = «W \diag(h)» \]
""",
        r"\diag(h) W",
    ),
    "traces, ^{T}": (
        r"$X \in \mathbb{R}^{n\times n}$, $B \in \mathbb{R}^{n \times n}$: $\frac{\partial}{\partial X}\operatorname{tr}(B^{T} X) = «2 B»$",
        "B^{T}",
    ),
    "inverses": (
        r"$X \in \mathbb{R}^{n\times n}$: $$\frac{\partial}{\partial X} \log\det X = «2 X^{-1}»$$",
        "X^{-1}",
    ),
    "an exponential": (
        r"$x, w \in \mathbb{R}^n$ and $s = e^{w^{\mathsf{T}} x}$: $$\frac{\partial s}{\partial x} = «w»$$",
        r"s w^{\mathsf{T}}",
    ),
    "Greek letters, bold": (
        r"$\boldsymbol\beta \in \mathbb{R}^p$, $\bm{X} \in \mathbb{R}^{n \times p}$: "
        r"$$\nabla_{\boldsymbol\beta} \boldsymbol\beta^{\top} \bm{X}^{\top} \bm{X} \boldsymbol\beta = «\bm{X}^{\top} \bm{X} \boldsymbol\beta»$$",
        r"2 \bm{X}^{\top} \bm{X} \boldsymbol\beta",
    ),
    "brackets of their own size": (
        r"$x \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$, $b \in \mathbb{R}^n$: "
        r"$$\nabla_x\, x^T \left(A x + b\right) = «\left(A + A^T\right) x»$$",
        r"\left(A + A^T\right) x + b",
    ),
    "the derivative of a loss that nobody defines": (
        r"$\mathbf{A} \in \mathbb{R}^{n \times m}$, $\mathbf{V} \in \mathbb{R}^{m \times k}$ and $\mathbf{O} = \mathbf{A} \mathbf{V}$. For a loss $L$, "
        r"$$\frac{\partial L}{\partial \mathbf{A}} = \frac{\partial L}{\partial \mathbf{O}} \mathbf{V}^\top, \quad \frac{\partial L}{\partial \mathbf{V}} = «2 \mathbf{A}^\top \frac{\partial L}{\partial \mathbf{O}}».$$",
        r"\mathbf{A}^\top \frac{\partial L}{\partial \mathbf{O}}",
    ),
    "a norm that says which it is": (
        r"$x \in \mathbb{R}^n$: $$\nabla_x \|x\|_2 = «2 x / \|x\|_2»$$",
        r"\frac{x}{\|x\|_2}",
    ),
    "a dimension of a declaration": (
        r"$\mathbf{A} \in \mathbb{R}^{n \times m}$, $\mathbf{z} \in \mathbb{R}^«m»$ and $\mathbf{x} \in \mathbb{R}^m$: "
        r"$$\frac{d}{d\mathbf{x}} \mathbf{z^T A x} = \mathbf{z^T A}$$",
        "n",
    ),
    "a link of a chain": (
        X + "\n$$\n\\begin{aligned}\n\\frac{d}{dx} x^T x &= «3 x^T» \\\\\n&= 2 x^T\n\\end{aligned}\n$$\n",
        "2 x^T",
    ),
}  # fmt: skip


def _sheet(page):
    sheet = Sheet(page, "markdown", likely_layout(page, "markdown"))
    sheet.finish()
    return sheet


def _quick_fixes(page, at):
    sheet = _sheet(page)
    offered = actions(sheet, LineIndex(page), at, at, (QUICKFIX,))
    found = [a for a in offered if a.kind == QUICKFIX and not a.title.startswith(("Ignore", "This is no claim"))]
    return [applied(page, a.edits) for a in found]


@pytest.mark.parametrize(
    ("page", "right"),
    [
        pytest.param(*fix, id=name, marks=() if part_in(name) < 2 else pytest.mark.campaign)
        for name, fix in FIXES.items()
    ],
)
def test_a_fix_is_written_as_the_author_writes(page, right):
    before, rest = page.split("«")
    wrong, after = rest.split("»")
    mended = _quick_fixes(before + wrong + after, len(before))
    assert [m[len(before) : len(m) - len(after)] for m in mended] == [right]
    report = check(mended[0], "markdown", _sheet(before + wrong + after).layout)
    assert {c.verdict for c in report.claims} == {"right"}


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        # out of a macro's body, where another use of it may be right
        (r"\newcommand{\rhs}{2 A x} " + X + r"$$\frac{d}{dx} x^T A x = \rhs$$", r"\rhs"),
        (r"\newcommand{\At}{A^T} " + X + r"$$\nabla_x\, x^T A x = 2 \At x$$", r"2 \At x"),
        # nobody says what stands there
        (r"$$\frac{\partial}{\partial u} u^\top Q u = 3 u$$", "3 u"),
    ],
)
def test_no_fix_where_it_would_be_a_guess(page, wrong):
    assert _quick_fixes(page, page.index(wrong)) == []


def test_all_that_is_certain_is_fixed_at_once():
    page = (
        X
        + "$\\frac{d}{dx} x^T x = 2 x$ and\n\n$$\\frac{d}{dx} x^T A x = (A + A^T) x$$ and $\\frac{d}{dx} x^T x = 3 x^T$.\n"
    )
    mended = page.replace("= 2 x$", "= 2 x^T$").replace("(A + A^T) x$$", "x^T (A + A^T)$$")
    done = fix(page, "markdown", "numerator")
    assert (done.text, done.count) == (mended, 2)
    assert [d.code for d in done.findings.diagnostics] == ["EIN401"]
    sheet = Sheet(page, "markdown")
    sheet.finish()
    (action,) = actions(sheet, LineIndex(page), 0, 0, (FIX_ALL,))
    assert applied(page, action.edits) == mended
    assert fix(page, "markdown", "numerator", silent=["EIN402"]).text == page


def test_quick_fixes_of_the_server_belong_to_their_diagnostic(session):
    (found,) = [d for d in session.diagnostics() if d["code"] == "EIN402"]
    assert session.spanned(found["range"]) == r"2 \mathbf{x}"
    context = {"diagnostics": [found], "only": ["quickfix"]}
    action, *others = session.ask("textDocument/codeAction", range=found["range"], context=context)
    assert [a["title"] for a in others] == ["Ignore EIN402 here", "This is no claim"]
    assert (action["title"], action["isPreferred"]) == (r"Write 2 \mathbf{x}^\top", True)
    assert action["diagnostics"][0]["message"] == found["message"]
    assert r"= 2 \mathbf{x}^\top$" in session.after(action["edit"]["changes"][session.uri])


# what can be copied, and the view beside the text


def test_copies(session):
    where = session.position(r"\tanh")
    text = session.command("einsight.copyAs", "statement", session.uri, where)
    assert text.splitlines() == ["W ∈ ℝ^(n×m)", "x ∈ ℝ^m", "b ∈ ℝ^n", "y = W x + b", "h = tanh(y)"]
    assert not check(text).has_errors
    for target, word in (
        ("numpy", "numpy.tanh"),
        ("jax", "jax.numpy.tanh"),
        ("torch", "torch.tanh"),
        ("latex", r"\tanh"),
    ):
        assert word in session.command("einsight.copyAs", target, session.uri, where)
    titles = [
        a["title"]
        for a in session.ask("textDocument/codeAction", range=session.range(r"\tanh"), context={"diagnostics": []})
    ]
    assert "Copy as NumPy" in titles and "Copy as .ein" in titles
    assert not any(t.startswith(("Insert the Jacobian", "Rewrite", "Apply")) for t in titles)


def _view(session, needle, shift=0):
    place = {"uri": session.uri, "position": session.position(needle, shift)}
    return session.client.request("einsight/view", place)


def test_view(session):
    found = _view(session, r"\mathbf{h}^2", 3)
    assert (found["kind"], found["pending"]) == ("claim", False)
    assert [(session.spanned(v["range"]), v["sign"]) for v in found["verdicts"]] == [
        (r"\operatorname{diag}(1 - \mathbf{h}^2) \mathbf{W}", "✓")
    ]
    derived = _view(session, r"\frac{\partial \mathbf{h}}", 2)["derivation"]
    assert derived["matrix"] == "diag(1 - h^2) W" and len(derived["steps"]) > 3
    assert _view(session, "p(x)") is None
    transposed = _view(session, r"= 2 \mathbf{x}", 3)
    assert transposed["findings"][0]["code"] == "EIN402"
    definition = _view(session, r"= \tanh", 0)
    assert definition["variables"] and definition["derivation"]["expression"].startswith("∂h/∂")


def test_rules_and_text_of_the_language_are_not_put_into_latex(session):
    place = {"uri": session.uri, "position": session.position(r"w_{ik} \delta")}
    assert session.client.request("einsight/rules", place) is None
    session.applied.clear()
    assert not session.command("einsight.insertJacobian", session.uri, session.position(r"\tanh"), "x")
    assert not session.command("einsight.insertStep", session.uri, session.position(r"\tanh"), 0)
    assert session.applied == []


def test_a_step_is_a_row_of_its_own_in_latex(session):
    session.applied.clear()
    where = session.position("&= w_{ij}, ", 3)
    assert not session.command("einsight.insertStep", session.uri, where, 5)
    sums = session.position(r"\sum_{k=1}^m w_{ik} \delta", 2)
    assert session.command("einsight.insertStep", session.uri, sums, 0)
    text = session.after(session.applied[0]["changes"][session.uri])
    assert r"w_{ik} \delta_{k j} = w_{ij} \\" in text
    page = (
        X
        + r"""

\begin{align}
f &= x^T x \\
\frac{\partial f}{\partial x_j} &= \sum_i \frac{\partial}{\partial x_j} x_i x_i \\
  &= \sum_i 2 x_i \delta_{ij}
\end{align}
"""
    )
    at = page.index("\\delta")
    found = actions(_sheet(page), LineIndex(page), at, at, ("refactor.rewrite",))
    (step,) = [a for a in found if a.title == "Insert the next step"]
    assert applied(page, step.edits) == page.replace("\\delta_{ij}", "\\delta_{ij} \\\\\n  &= 2 x_j")


# names


def test_names_are_found_in_every_spelling(session):
    found = session.ask("textDocument/documentHighlight", r"\mathbf{Wx}", 8)
    assert [session.spanned(h["range"]) for h in found] == [
        "W", r"\mathbf{W}", "w", "w", "w", r"\mathbf{W}", r"\mathbf{W}", r"\mathbf{W}",
    ]  # fmt: skip
    (declared,) = session.ask("textDocument/definition", "w_{ik} x_k", 0)
    assert session.spanned(declared["range"]) == r"\mathbf{W}"
    assert session.text[session.offset(declared["range"]["end"]) :].startswith(r" \in")
    indices = session.ask("textDocument/documentHighlight", "w_{ik} x_k", 4)
    assert [session.spanned(h["range"]) for h in indices] == ["k", "k", "k"]
    assert session.ask("textDocument/definition", "Q u", 0) == []  # nobody declares it


def test_renaming_is_refused_with_a_reason(session):
    with pytest.raises(Exception, match="more than one spelling"):
        session.ask("textDocument/prepareRename", r"\mathbf{W} \in", 9)
    with pytest.raises(Exception, match="more than one spelling"):
        session.ask("textDocument/rename", "w_{ik} x_k", 4, newName="p")


def test_what_is_off_in_latex(session):
    assert session.ask("textDocument/semanticTokens/full")["data"] == []
    assert not session.ask("textDocument/signatureHelp", r"\tanh(", 6)
    assert not session.ask("textDocument/formatting", options={"tabSize": 2, "insertSpaces": True})
