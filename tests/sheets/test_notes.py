"""Notes read where they stand: what they declare, what they leave unsaid, what is wrong in them, and no false alarm."""

import importlib.util
import json

import pytest
from paths import CORPUS
from thinning import rest_in_campaigns

import einsight
from einsight.documents.inputs import on_disk
from einsight.documents.regions import SUFFIXES
from einsight.sheets.check import check_within

NOTES = CORPUS / "notes"
INDEX_METHOD = r"""# The index method

A linear layer takes $\mathbf{x} \in \mathbb{R}^m$ to $\mathbf{y} = \mathbf{Wx}$, a function $\mathbf{f}: \mathbb{R}^m \to \mathbb{R}^n$,
where $\mathbf{W} \in \mathbb{R}^{n \times m}$ and $y_i = w_{i1} x_1 + \cdots + w_{im} x_m$.

Its derivative is $$\frac{\partial y_i}{\partial x_j} = \frac{d}{dx_j} \sum_{k=1}^m w_{ik} x_k = \sum_{k=1}^m \delta_{jk} w_{ik} = w_{ij}.$$

If $x_k \neq x_j$, we have $$\frac{d}{dx_j} w_{ik} x_k = 0.$$ We conclude $$\frac{df_i}{dx_j} = \sum_{k=1}^m \delta_{jk} w_{ik} = w_{ij}.$$

We find in the same way, as $\mathbf{AB + C}$ is a matrix,

$$\frac{d}{d\mathbf{v}} \mathbf{(AB + C)v} = \mathbf{AB + C}.$$

Now show that $$\frac{d}{d\mathbf{x}} \mathbf{z^T A x} = \mathbf{z^T A},$$ where $\mathbf{A} \in \mathbb{R}^{n \times m}$ and
$\mathbf{z} \in \mathbb{R}^m$. One has $$\frac{d}{dx_i} z_k A_{kj} x_j = \delta_{ij} z_k A_{kj},$$
and $$\frac{d}{d\mathbf{x}} \mathbf{z^T A x} = 2 \mathbf{z^T A}$$ is wrong.
"""


@pytest.fixture(scope="module")
def report():
    return einsight.check(INDEX_METHOD, language="markdown")


def test_links_are_judged(report):
    assert [c.verdict for c in report.claims] == ["right"] * 8 + ["wrong"]


def test_a_wrong_dimension_is_one_report_at_its_declaration(report):
    found = [d for d in report.diagnostics if d.severity == "error"]
    assert [(d.code, INDEX_METHOD[slice(*d.span)]) for d in found] == [
        ("EIN301", r"\mathbf{z} \in \mathbb{R}^m"), ("EIN401", r"2 \mathbf{z^T A}"),
    ]  # fmt: skip
    assert "z ∈ ℝ^n" in found[0].message
    assert "factor" in found[1].message


def test_what_is_not_read_is_counted(report):
    unread = [INDEX_METHOD[slice(*span)] for span in report.unread]
    for piece in ("w_{ik} x_k = 0", "df_i"):
        assert any(piece in text for text in unread), piece


@pytest.mark.parametrize(
    ("page", "verdicts"),
    [
        (r"$\frac{\partial}{\partial x} (x^T A x) = (A + A^T) x$", ["right"]),  # in the layout that it is written in
        (r"$\frac{\partial}{\partial x} (x^T A x) = 3 A x$", ["undecided"]),  # nobody says what x and A are
        (
            r"$x \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$: $\frac{\partial}{\partial x} (x^T A x) = 2 A x$",
            ["right_if"],
        ),
        (
            r"$x \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$: $\frac{\partial}{\partial x} (x^T A x) = 3 A x$",
            ["wrong"],
        ),
        (r"$\frac{\partial L}{\partial x} = 3 x$", []),  # L is never defined: no silent zero
        (r"$p(x) = 3$ and $E = mc^2$ and $n = 4$", None),
        (r"If $A$ is square, $\frac{\partial}{\partial x} (x^T x) = x$.", []),
    ],
)
def test_short_pages(page, verdicts):
    report = einsight.check(page, language="markdown", layout="auto")
    found = [c.verdict for c in report.claims]
    if verdicts is None:
        assert set(found) <= {"right", "undecided"}
    else:
        assert found == verdicts
    if "wrong" not in found and "right_if" not in found:
        assert not [d for d in report.diagnostics if d.severity in ("error", "warning")]


def _spans():
    spec = importlib.util.spec_from_file_location("notes_spans", NOTES / "spans.py")
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["notes_spans"] = module
    spec.loader.exec_module(module)
    return module


SPANS = _spans()

# verdicts that are still false: what is symmetric by words, and a page of primes whose arrays have shapes by words alone
NOT_YET = {
    ("econometrics.tex", (13, 0)),
    ("econometrics.tex", (26, 0)),
    ("gaussian.tex", (9, 0)),
    ("gaussian.tex", (9, 1)),
}


def _sources(text):
    """The lines of a notebook's Markdown cells: where each stands in the file, its cell, and its offset in that."""
    at = 0
    for number, cell in enumerate(json.loads(text)["cells"]):
        offset = 0
        for line in cell["source"]:
            written = next(w for w in (json.dumps(line), json.dumps(line, ensure_ascii=False)) if w in text)
            at = text.index(written, at)
            yield at + 1, number, offset
            offset += len(line)


def _in_cell(text, place):
    """The cell of a place of a notebook's file, and the offset in it."""
    start, cell, offset = max(s for s in _sources(text) if s[0] <= place)
    return cell, offset + len(json.loads(f'"{text[start:place]}"'))


# pages of the kinds of which shorter ones are read by default: more of the same for campaigns
LONG = {
    "attention.md", "backprop.tex", "deep-linear.md", "econometrics.tex", "factorization.md", "gauss-newton.tex", "gaussian.tex",
    "kalman.md", "trace.md", "cheatsheet.md", "norms.md", "tensors.md", "kronecker.md", "least-squares.md", "likelihood.md", "linear-layer.md", "logdet.md", "lqr.ipynb", "newton.md", "poisson.ipynb",
    "quadratic.rst", "discriminant.tex", "chain-rule.md", "mechanics.md", "ridge.qmd", "softmax.md", "standardise.md",
}  # fmt: skip
READ = rest_in_campaigns(SPANS.pages(), lambda page: page.name not in LONG, lambda page: page.name)


def test_pages_that_are_left_to_campaigns_are_pages_of_kinds_that_are_read():
    read = {page.suffix for page in SPANS.pages() if page.name not in LONG}
    assert {page.name for page in SPANS.pages()} >= LONG and read == {page.suffix for page in SPANS.pages()}


@pytest.mark.parametrize("page", READ)
def test_no_wrong_statement_is_called_right_and_no_right_one_wrong(page):
    truth = json.loads(page.with_name(page.stem + ".truth.json").read_text(encoding="utf-8"))
    text = page.read_bytes().decode("utf-8")
    report = check_within(None, text, SUFFIXES[page.suffix], "auto", on_disk(page))
    formulas = SPANS.formulas(page)
    expected = {(c["formula"], c["link"]): c["expected"] for c in truth["claims"]}
    for claim in report.claims:
        cell, place = _in_cell(text, claim.span[0]) if page.suffix == ".ipynb" else (None, claim.span[0])
        around = (i for i, f in enumerate(formulas) if f.cell == cell and f.start <= place <= f.start + len(f.text))
        k = next(around, None)
        if k is None:  # a fence of the language
            continue
        signs = [x for x in SPANS.links(formulas[k].text) if formulas[k].start + x.start < place]
        link = (k, max(len(signs) - 1, 0))
        if (page.name, link) in NOT_YET:
            continue
        said = expected.get(link)
        if said == "shape" and claim.verdict == "right":  # with the dimension that fits, once the wrong one is told
            assert "EIN301" in [d.code for d in report.diagnostics], claim.text
        elif said in ("wrong", "transposed", "shape"):
            assert claim.verdict != "right", claim.text
        if said in ("right", "definition", "not-a-claim"):
            assert claim.verdict in ("right", "undecided"), claim.text
