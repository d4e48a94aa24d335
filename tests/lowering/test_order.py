"""What depends on what does not depend on the order of the statements; what leads back to itself is told, never a zero."""

import itertools
import random

import numpy
import pytest
from thinning import PARTS

import einsight
from einsight.sheets.sheet import Sheet

# declarations; statements in any order, definitions and claims: every claim is right in every order
ORDERS = {
    "declared": ("A, B ∈ ℝ^(n×n); x, z, y ∈ ℝ^n", ["y = A x", "x = B z", "dy/dx = A", "dy/dz = A B"]),
    "not declared": ("A, B ∈ ℝ^(n×n); z ∈ ℝ^n", ["y = A x", "x = B z", "dy/dx = A", "dy/dz = A B"]),
    "in components": ("", ["y_i = A_ij x_j", "x_j = B_jk z_k", "∂y_i/∂x_j = A_ij", "∂y_i/∂z_k = A_ij B_jk"]),
    "a number": ("x, z ∈ ℝ^n", ["f = ‖x‖²", "x = 2 z", "df/dx = 2 x'", "df/dz = 8 z'"]),
    "through three": ("A ∈ ℝ^(n×m); v ∈ ℝ^m", ["a = ‖b‖²", "b = sin(c)", "c = A v", "da/dv = 2 (b ⊙ cos(c))' A"]),
    "numbered": ("x ∈ ℝ^n", ["h_2 = tanh(h_1)", "h_1 = 3 x", "dh_2/dx = 3 diag(1 - h_2^2)", "dh_2/dh_1 = diag(1 - h_2^2)"]),
    "a matrix": ("X, M ∈ ℝ^(n×n); t ∈ ℝ", ["f = tr(X' X)", "X = t M", "df/dt = 2 t tr(M' M)", "df/dX = 2 X'"]),
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("declared", "statements"), ORDERS.values(), ids=ORDERS)
def test_claims_are_right_in_every_order(declared, statements, part):
    wanted = {s for s in statements if s.startswith(("d", "∂"))}
    orders = list(itertools.permutations(statements))
    # the last one told backwards is in the part of the default run
    for order in orders[::-1][part :: len(PARTS)]:
        report = einsight.check("\n".join([declared, *order]))
        assert {c.text: c.verdict for c in report.claims} == dict.fromkeys(wanted, "right"), order
        assert not [d for d in report.diagnostics if d.severity == "error"], order


@pytest.mark.parametrize("name", ["not declared", "through three", "numbered"])
def test_declarations_may_stand_last(name):
    declared, statements = ORDERS[name]
    report = einsight.check("\n".join([*statements, declared]))
    assert {c.verdict for c in report.claims} == {"right"} and not [d for d in report.diagnostics if d.severity == "error"]
    backwards = "; ".join([*reversed([s for s in statements if s[0] not in "d∂"]), declared])
    name = statements[0].split(" ")[0]
    assert einsight.derive(name, wrt=declared.split(" ")[-3].strip(","), declare=backwards).index


# a definition that cannot be read, the claim that would follow from there being none, and one that holds whatever it is
LOST = [
    ("x = 3 u", "df/dz = 0", "df/dx = 2 x'"),
    ("x = 3 * * z", "df/dz = 0", "df/dx = 2 x'"),
    ("x = A z", "df/dz = 0", "f = ‖x‖²"),
    ("x = 3 u", "‖x‖² = 0", "x + z = z + x"),
    ("f = 3 u x", "df/dx = 0", "‖z‖² = z' z"),
    ("z' = 3 x u'", "d/dx (z' z) = 0", "d/dz (z' z) = 2 z'"),
]


@pytest.mark.parametrize(("broken", "unknown", "known"), LOST)
def test_what_rests_on_a_definition_that_was_not_read_is_undecided(broken, unknown, known):
    statements = [broken, *(["f = ‖x‖²"] if not broken.startswith("f") else [])]
    for order in itertools.permutations([*statements, unknown, known]):
        report = einsight.check("\n".join(["x, z ∈ ℝ^n; A ∈ ℝ^(m×n)" + ("; f ∈ ℝ" if broken[0] == "f" else ""), *order]))
        verdicts = {c.text: c.verdict for c in report.claims}
        assert verdicts.pop(unknown) == "undecided", order
        assert set(verdicts.values()) <= {"right"}, order
        assert all(d.severity != "error" or d.code in ("EIN001", "EIN101", "EIN302", "EIN301") for d in report.diagnostics)


@pytest.mark.parametrize("claim", ["dy/dz = 0", "dy/dx = 0", "dy/dz = A"])
def test_no_zero_is_proved_by_order(claim):
    for order in itertools.permutations(["y = A x", "x = B z", claim]):
        report = einsight.check("\n".join(["A, B ∈ ℝ^(n×n); x, z, y ∈ ℝ^n", *order]))
        assert [c.verdict for c in report.claims] == ["wrong"], order


@pytest.mark.parametrize(
    ("expression", "wrt", "late", "matrix", "expected"),
    [
        ("y", "x", "x = B z", "A", lambda A, B, x: A),
        ("y", "z", "x = B z", "A B", lambda A, B, x: A @ B),
        ("w = B y", "z", "x = B z", "B A B", lambda A, B, x: B @ A @ B),
        ("y' y", "z", "x = B z", "2 y' A B", lambda A, B, x: 2 * (A @ x) @ A @ B),
        ("y", "z", "u = B z; x = 3 u", "3 A B", lambda A, B, x: 3 * A @ B),
        ("y", "z", "x = 3 u; u = B z", "3 A B", lambda A, B, x: 3 * A @ B),
    ],
)
def test_what_is_declared_late_counts(expression, wrt, late, matrix, expected):
    declare = f"A, B ∈ ℝ^(n×n); x, z, u ∈ ℝ^n; y = A x; {late}"
    found = einsight.derive(expression, wrt=wrt, declare=declare)
    assert found.matrix == matrix
    chance = numpy.random.default_rng(0)
    given = {"A": chance.normal(size=(3, 3)), "B": chance.normal(size=(3, 3)), "z": chance.normal(size=3)}
    given["x"] = (3 if "3" in late else 1) * given["B"] @ given["z"]
    assert numpy.allclose(found.evaluate(given), expected(given["A"], given["B"], given["x"]))


CIRCLES = [
    ("y = A x; x = inv(A) y", "x → y → x"),
    ("y = A x; z = B y; x = A z", "x → z → y → x"),
    ("y = A x; z = B w; w = A y; x = B z", "x → z → w → y → x"),
    ("y_i = A_ij x_j; x_j = A_ij y_i", "x → y → x"),
]


@pytest.mark.parametrize(("statements", "way"), CIRCLES)
def test_a_circle_is_told_with_the_way_round(statements, way):
    declared = "A, B ∈ ℝ^(n×n); x, y, z, w ∈ ℝ^n; "
    text = (declared if "_" not in statements else "") + statements
    (found,) = [d for d in einsight.check(text).diagnostics if d.severity == "error"]
    assert found.code == "EIN105" and way in found.message
    assert text[slice(*found.span)] == statements.split("; ")[-1]
    fixed = text[: found.fixes[0].span[0]] + found.fixes[0].text + text[found.fixes[0].span[1] :]
    report = einsight.check(fixed)
    assert not [d for d in report.diagnostics if d.code == "EIN105"] and len(report.claims) == 1
    with pytest.raises(einsight.EinsightError, match="EIN105"):
        einsight.derive("y", wrt="x", declare=text)


def test_a_circle_of_names_that_nobody_declares():
    report = einsight.check("A ∈ ℝ^(n×n); y ∈ ℝ^n; y = A q; q = A y; dy/dq = A")
    assert [d.code for d in report.diagnostics if d.severity == "error"] == ["EIN101", "EIN105", "EIN101"]


def test_order_does_not_matter_on_a_page():
    page = "Let $A, B \\in \\mathbb{R}^{n\\times n}$, $x, z\\in\\mathbb R^n$.\n\n$$y = A x$$\n\n$$x = B z$$\n\n$$\\frac{dy}{dz} = %s$$\n"
    (right,) = einsight.check(page % "A B", language="markdown").claims
    (zero,) = einsight.check(page % "0", language="markdown").claims
    assert (right.verdict, zero.verdict) == ("right", "undecided") and zero.derived == "A B"


def test_a_circle_on_a_page_is_not_read():
    page = "$A \\in \\mathbb{R}^{n\\times n}$, $x\\in\\mathbb R^n$. $$y = A x$$ $$x = A^{-1} y$$ $$\\frac{dy}{dx} = A$$\n"
    report = einsight.check(page, language="markdown")
    assert [c.verdict for c in report.claims] == ["right"] and not report.diagnostics and len(report.unread) == 1


@pytest.mark.parametrize("seed", [0, 2, *(pytest.param(k, marks=pytest.mark.campaign) for k in (1, 3, 4, 5))])
def test_edits_that_move_definitions_are_as_if_opened_anew(seed):
    """Statements taken out and put in elsewhere, the sheet finished at random moments."""
    chance = random.Random(seed)
    declared, statements = list(ORDERS.values())[seed % len(ORDERS)]
    lines = [declared, *statements, "x = inv(A) y", "q = A y; y = B q"]
    sheet = Sheet("\n".join(lines))
    for _ in range(12):
        line = lines.pop(chance.randrange(1, len(lines)))
        lines.insert(chance.randrange(1, len(lines) + 1), line)
        text = "\n".join(lines)
        sheet.edit(0, len(sheet.text), text) if chance.random() < 0.3 else _edit(sheet, text)
        if chance.random() < 0.7:
            sheet.finish()
            fresh = Sheet(text)
            fresh.finish()
            assert (sheet.claims(), sheet.diagnostics()) == (fresh.claims(), fresh.diagnostics()), text


def _edit(sheet, text):
    """The smallest replacement that makes the text of the sheet the other."""
    old = sheet.text
    ahead = next((k for k, (a, b) in enumerate(zip(old, text, strict=False)) if a != b), min(len(old), len(text)))
    behind = next(
        (k for k, (a, b) in enumerate(zip(old[:ahead:-1], text[:ahead:-1], strict=False)) if a != b),
        min(len(old), len(text)) - ahead - 1,
    )
    behind = max(0, behind)
    sheet.edit(ahead, len(old) - behind, text[ahead : len(text) - behind])


def test_chains_in_any_order_are_read_twice_at_most():
    """Definitions told backwards: each is read once, and once more when all that it rests on is known."""
    for count in (20, 40):
        lines = ["h0 = 2 x", *(f"h{k} = tanh(h{k - 1}) + x" for k in range(1, count))]
        names = ", ".join(f"h{k}" for k in range(count))
        sheet = Sheet("\n".join([f"x, {names} ∈ ℝ^n", *reversed(lines), f"∂h{count - 1}/∂x"]))
        sheet.finish()
        assert sheet.lowered_count <= 2 * len(sheet.cells)
