"""What an editor is told at places where it was once wrong: each case names its document, its place and what is right."""

import inspect

import numpy
import pytest

import einsight
from einsight.documents.positions import LineIndex
from einsight.editing.actions import actions
from einsight.editing.completion import completions
from einsight.editing.copying import copied
from einsight.editing.edits import applied
from einsight.editing.hints import hints
from einsight.editing.hover import hover
from einsight.editing.occurrences import Refusal, rename
from einsight.sheets.sheet import Sheet

DECLARED = "A, X, W ∈ ℝ^(n×n); B ∈ ℝ^(n×m); w, x, y ∈ ℝ^n; z ∈ ℝ^m; f : ℝ^n → ℝ^n\n"
EXPRESSIONS = ["d/dA (exp(A) w)", "d/dX (y' X X y)", "d/dB (y' B z)", "d/dx (A x)", "d/dA (x' inv(A) y)", "d/dW (W x)"]


def _sheet(text):
    sheet = Sheet(text)
    sheet.finish()
    return sheet


@pytest.mark.parametrize("layout", ["numerator", "denominator", "mixed"])
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_components_do_not_depend_on_the_layout(expression, layout):
    """The index form of a hover is the library's, whose axes are the output's, then the variable's."""
    text = f"#! layout {layout}\n{DECLARED}{expression}\n"
    said = hover(_sheet(text), text.index("d/d")).details
    wanted = einsight.derive(expression, declare=DECLARED, layout=layout)
    (line,) = [s for s in said if s.startswith("**index form**")]
    form, axes = line.split("`, axes ")
    assert form == f"**index form** `{wanted.index}"
    assert [axis.split(" to ")[0] for axis in axes.split(", ")] == list(wanted.free)


@pytest.mark.parametrize("layout", ["numerator", "denominator", "mixed"])
@pytest.mark.parametrize("expression", [e for e in EXPRESSIONS if e not in ("d/dA (exp(A) w)", "d/dW (W x)")])
def test_the_formula_above_copied_source_is_what_it_returns(expression, layout):
    text = f"#! layout {layout}\n{DECLARED}{expression}\n"
    source = copied(_sheet(text), text.index("d/d"), "numpy")
    formula = source.split('"""')[1]
    generator = numpy.random.default_rng(0)
    shapes = {"A": (4, 4), "X": (4, 4), "W": (4, 4), "B": (4, 3), "w": 4, "x": 4, "y": 4, "z": 3}
    values = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    scope = {}
    exec(source, scope)  # noqa: S102 - our own text
    needed = inspect.signature(scope["derivative"]).parameters
    got = scope["derivative"](**{name: values[name] for name in needed})
    numpy.testing.assert_allclose(got, einsight.simplify(formula, declare=DECLARED).evaluate(values))


def test_a_hint_offers_no_components_of_a_whole_array():
    text = DECLARED + "v_ijk = A_ij w_k\n∂v/∂w\n"
    result = list(hints(_sheet(text), 0, len(text)))[-1]
    assert result.label == "= A_ij δ_kl" and "axes i, j, k, l" in result.tooltip and not result.insert


@pytest.mark.parametrize(
    ("statements", "place", "new", "line"),
    [
        ("s = softmax(x)\n∂s_i/∂x_j = s_i δ_ij - s_i s_j", "i/∂", "p", "∂s_p/∂x_j = s_p δ_pj - s_p s_j"),
        ("s = softmax(x)\n∂s_i/∂x_j = s_i δ_ij - s_i s_j", "i δ", "p", "∂s_p/∂x_j = s_p δ_pj - s_p s_j"),
        ("e_i = x_{i+1} - x_{i-1}", "i =", "p", "e_p = x_{p+1} - x_{p-1}"),
        ("g_i = ∑_{l=1}^n w_l r_{i+l-1}", "i =", "p", "g_p = ∑_{l=1}^n w_l r_{p+l-1}"),
        ("V_1 ∈ ℝ^(n×n)\nh = V_1 x\ndh/dV_1", "V_1\n", "U", "dh/dU"),
    ],
)
def test_rename(statements, place, new, line):
    text = DECLARED + statements + "\n"
    edits = rename(_sheet(text), text.rindex(place), new)
    assert not isinstance(edits, Refusal), edits
    after = applied(text, edits)
    assert line in after.splitlines()
    assert [c.verdict for c in einsight.check(after).claims] == [c.verdict for c in einsight.check(text).claims]


@pytest.mark.parametrize(
    ("statement", "place", "shift", "words"),
    [
        ("d/dx softmax(A x) = (diag(s) - s s') A where s = softmax(A x)", "s s'", 0, "s = softmax(A x)"),
        ("∑_{i=2}^n y_i", "i=2", 0, "runs from 2 to n"),
        ("V_1 ∈ ℝ^(n×n); h = V_1 x; dh/dV_1", "dV_1", 1, "V_1 ∈ ℝ^(n×n)"),
        ("V_1 ∈ ℝ^(n×n); h = V_1 x; dh/dV_1", "dV_1", 0, "dh/dV_1"),
        ("s = softmax(x); ∂s_i/∂x_j = s_i δ_ij - s_i s_j", "i δ", 0, "free"),
        ("s = softmax(x); ∂s_i/∂x_j = s_i δ_ij - s_i s_j", "= s_i", 0, "index form"),
    ],
)
def test_hover(statement, place, shift, words):
    text = DECLARED + statement + "\n"
    found = hover(_sheet(text), text.rindex(place) + shift)
    assert words in "\n".join([found.formula, *found.brief, *found.details])


def test_one_fault_does_not_cost_the_other_actions():
    """A chain through `inv(X' X)` once ended all of them: its steps compare indices over two axes."""
    text = "X ∈ ℝ^(n×p); y ∈ ℝ^n\nv = inv(X' X) X' y\n"
    titles = [a.title for a in actions(_sheet(text), LineIndex(text), text.index("v ="), text.index("v ="))]
    assert "Insert the Jacobian ∂v/∂y" in titles and "Copy as NumPy" in titles


@pytest.mark.parametrize(
    ("statement", "new"),
    [
        ("E = 1/2 (A_ij x_j - y_i) (A_ik x_k - y_i)", "E = 1/2 ‖A x - y‖^2"),
        ("d/dx_j (A_ik x_k) = A_ij", "d/dx (A x) = A"),
        ("d/dx_j (w_k x_k) = w_j", "d/dx (w' x) = w'"),
        ("y_i A_ij x_j", "y' A x"),
        ("A_ij x_j", "A x"),
    ],
)
def test_matrix_notation(statement, new):
    text = DECLARED + statement + "\n"
    at = text.index(statement)
    (action,) = [a for a in actions(_sheet(text), LineIndex(text), at, at) if a.title == "Rewrite in matrix notation"]
    assert applied(text, action.edits) == DECLARED + new + "\n"


def test_certain_fixes_hold_no_guess():
    text = DECLARED + "B' x\nB x\nd/dx (w' x) = w\n"
    (fix,) = [a for a in actions(_sheet(text), LineIndex(text), 0, 0) if a.kind == "source.fixAll.einsight"]
    assert applied(text, fix.edits) == DECLARED + "B' x\nB x\nd/dx (w' x) = w'\n"


def test_a_forgotten_bracket_costs_one_statement():
    text = DECLARED + "h = tanh(A x\nd/dx (w' x) = w\n"
    found = {d.code: text[slice(*d.span)] for d in einsight.check(text).diagnostics if d.severity != "hint"}
    assert found == {"EIN001": "(", "EIN402": "w"}


@pytest.mark.parametrize(
    ("line", "replaced", "label"),
    [
        ("d/dx", "x", "x"), ("dh/d", "", "x"), ("y_i = A_ij ", "", "x"), ("y_i = A_ij x", "x", "x"), ("inv", "inv", "inv"),
        ("q ∈ ℝ", "ℝ", "ℝ^n"), ("q ∈ ℝ^", "", "n"), ("∑_{i=1}^", "", "n"), ("J_", "", "f"), ("g : ℝ^n → ", "", "ℝ"),
        ("∑_", "", "i"), ("dim ", "", "n"),
    ],
)  # fmt: skip
def test_completion(line, replaced, label):
    text = DECLARED + line
    (item,) = [i for i in completions(_sheet(text), len(text)) if i.label == label]
    assert text[slice(*item.span)] == replaced
