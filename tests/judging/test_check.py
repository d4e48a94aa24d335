"""Verdicts of claims, and diagnostics with their spans, words and fixes."""


import pytest
from paths import DATA, rows
from thinning import PARTS, part_in

import einsight


def _claims(name="claims.ein", part=None):
    """The text of a file and its claims with their verdicts: all, or those of a part."""
    text = (DATA / name).read_text(encoding="utf-8")
    if part is not None:
        text = "".join(
            line for line in text.splitlines(True) if "#:" not in line or part_in(line.split("#:")[0].strip()) == part
        )
    expected = [
        (line.split("#:")[0].strip(), line.split("#:")[1].split()) for line in text.splitlines() if "#:" in line
    ]
    return text, expected


# of what looks right and is not, of what is wide and of powers there are many of a kind
@pytest.mark.parametrize(
    ("name", "part"),
    [("claims.ein", None)]
    + [
        pytest.param(name, *part.values, id=f"{name} {part.id}", marks=part.marks)
        for name in ("hard-claims.ein", "wide-claims.ein", "power-claims.ein")
        for part in PARTS
    ],
)
def test_claims(name, part):
    text, expected = _claims(name, part)
    findings = einsight.check(text)
    given = [(c.text, c.verdict) for c in findings.claims]
    wanted = [v for _, verdicts in expected for v in verdicts]
    assert [f"{t}: {v}" for t, v in given] == [f"{t}: {w}" for (t, _), w in zip(given, wanted, strict=True)]


def test_wrong_claims_say_what_is_right():
    """The derived right side makes the claim right, and so does every fix."""
    text, _ = _claims()
    findings = einsight.check(text)
    fixes = [f for d in findings.diagnostics if d.code in ("EIN401", "EIN402", "EIN405") for f in d.fixes]
    assert len(fixes) > 15
    for fix in sorted(fixes, key=lambda f: -f.span[0]):
        text = text[: fix.span[0]] + fix.text + text[fix.span[1] :]
    again = einsight.check(text)
    assert {c.verdict for c in again.claims} <= {"right", "shape"}


@pytest.mark.parametrize("case", list(rows("diagnostics.txt")), ids=lambda c: c[0])
def test_diagnostic(case):
    text, code, pointed, words, fix = (*case, "")[:5]
    found = [d for d in einsight.check(text).diagnostics if d.severity != "hint"]
    assert [d.code for d in found] == [code], found
    (diagnostic,) = found
    assert text[slice(*diagnostic.span)] == pointed
    for word in filter(None, words.split("; ")):
        assert word in diagnostic.message
    assert (fix in [f.text for f in diagnostic.fixes]) if fix else not diagnostic.fixes


@pytest.mark.parametrize(
    ("claim", "mended"),
    [
        ("δ_ii = n", "∑_{i=1}^n δ_ii = n"),
        ("δ_ii = m", "∑_{i=1}^m δ_ii = m"),
        ("δ_ii δ_jj = n m", "∑_{i=1}^m ∑_{j=1}^n δ_ii δ_jj = n m"),
        ("1 + δ_ii = n + 1", "1 + ∑_{i=1}^n δ_ii = n + 1"),
        ("A_ij δ_ij + δ_kk = tr(A) + n", "A_ij δ_ij + ∑_{k=1}^n δ_kk = tr(A) + n"),
        ("δ_ii = n + 1", None),
        ("δ_ii = 3", None),
    ],
)
def test_an_index_that_no_array_has(claim, mended):
    """Its size is nobody's: what is missing is said, and a bound is offered where the claim is right with it."""
    declare = "A in R^(n x n); B in R^(n x m)\n"
    findings = einsight.check(declare + claim)
    assert [c.verdict for c in findings.claims] == ["undecided"]
    (found,) = [d for d in findings.diagnostics if d.code == "EIN403"]
    assert "no array gives ind" in found.message and "∑_{" in found.message
    offered = [(declare + claim)[: f.span[0]] + f.text + (declare + claim)[f.span[1] :] for f in found.fixes]
    assert offered == ([declare + mended] if mended else [])
    for text in offered:
        assert [c.verdict for c in einsight.check(text).claims] == ["right"]
    assert [c.verdict for c in einsight.check("A in R^(n x n)\ntr(I(n)) = n").claims] == ["right"]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("det(A ⊗ I(n) + I(n) ⊗ A) = 1", "undecided"),  # not supported
        ("x + det(A ⊗ I(n) + I(n) ⊗ A) A = x", "undecided"),  # beside a mistake in shape
        ("unheardof(A) = A", "undecided"),  # an unknown function
        ("A^s = A", "undecided"),
        ("x + A = x", "shape"),
        ("x_i + x_j = x_i", "shape"),
        ("x A = x", "shape"),
        ("det(B) = 1", "shape"),
    ],
)
def test_what_is_not_supported_is_undecided_and_never_a_matter_of_shape(claim, verdict):
    findings = einsight.check(f"A in R^(n x n); B in R^(n x m); x in R^n; s in R\n{claim}")
    assert [c.verdict for c in findings.claims] == [verdict]


def test_exercise_of_the_course_names_the_dimension():
    text = "x ∈ ℝ^m\nA ∈ ℝ^(n×m)\ny ∈ ℝ^m\nd/dx (y' A x) = y' A\n"
    findings = einsight.check(text)
    (found,) = findings.diagnostics
    assert found.code == "EIN301"
    assert text[slice(*found.span)] == "y'"
    assert {text[slice(*span)] for span, _ in found.related} == {"y", "A"}
    assert [c.verdict for c in findings.claims] == ["shape"]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only a comment", "\r\n\r\n", "﻿", ";;;", "((((", "x" * 30_000, "(" * 500, "\x00", "𝛿 ∈ ℝ"]
)
def test_any_text_is_survived(text):
    einsight.check(text)


def test_line_ends_and_continuations():
    text = "a, x ∈ ℝ^m\r\nd/dx (\r\n  a' x)\r\n  = a\r\n"
    findings = einsight.check(text)
    assert [c.verdict for c in findings.claims] == ["transposed"]
    assert text[slice(*findings.claims[0].span)] == "a"


def test_declarations_of_the_library_are_pointed_at_where_they_stand():
    declare = "x ∈ ℝ^m\n\ny ∈ ℝ^n; x ∈ ℝ^n\n"
    with pytest.raises(einsight.EinsightError) as error:
        einsight.derive("x' x", wrt="x", declare=declare)
    (found,) = error.value.diagnostics
    assert found.code == "EIN102" and found.span == (declare.rindex("x"), declare.rindex("x") + 1)
    assert [span for span, _ in found.related] == [(0, 1)]


def test_two_hundred_errors_cost_two_hundredrows():
    text = "x ∈ ℝ^m\n" + "x * / x\n" * 200 + "d/dx (x' x) = 2 x'\n"
    findings = einsight.check(text)
    assert len([d for d in findings.diagnostics if d.code == "EIN001"]) == 200
    assert [c.verdict for c in findings.claims] == ["right"]


def test_directives_and_silence():
    assert einsight.check("#! layout denominator\na, x in R^m\nd/dx (a' x) = a").claims[0].verdict == "right"
    assert not list(einsight.check("a, x in R^m\nd/dx (a' x) = a # einsight: ignore EIN402").diagnostics)
    assert not list(einsight.check("#! ignore EIN402\na, x in R^m\nd/dx (a' x) = a").diagnostics)


def test_layout_auto_where_a_definition_holds_in_one_layout_only():
    """`g = d/dx f` is a row in numerator layout, so that the next line defines `g` there and is a claim elsewhere."""
    text = (
        "A in R^(n x n); x, a in R^n\nf = a' x\ng = d/dx f\ng = a\nd/dx (a' x) = a\nd/dx (A x) = A'\nd/dx (A x) = A\n"
    )
    findings = einsight.check(text, layout="auto")
    assert findings.layout == "denominator"
    assert [c.verdict for c in findings.claims] == ["right", "right", "right", "transposed"]
    assert [d.code for d in findings.diagnostics if d.severity == "warning"] == ["EIN406"]


def test_an_axis_whose_length_nobody_says_is_none_of_length_1():
    """A row times a row of such an axis does not conform; it was taken for a column of one entry."""
    report = einsight.check("s_i = exp(z_i)/(∑_k exp(z_k))\nτ ∈ ℝ\np = softmax(z/τ)\n∂p/∂z = diag(p) - p p'\n")
    assert [c.verdict for c in report.claims] == ["wrong"]
    assert "(diag(p) - p p')/τ" in report.diagnostics[-1].message
