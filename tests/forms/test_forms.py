"""Matrix forms beside those that people write, `tests/data/forms.txt` and the tables beside it: each is held to difference quotients, and none is much longer.

Every twelfth is held to them in the default run, campaigns take all.  `python -m einsight.bench forms` counts them.
"""

import itertools
import re
from functools import cache

import numpy as np
import pytest
from generated_code import called, function_of
from thinning import PARTS, part_in, part_of, rest_in_campaigns

import einsight
from einsight.bench import forms as bench
from einsight.bench.differences import difference_quotients
from einsight.deriving.questions import read_declarations
from einsight.forms import form
from einsight.forms.effort import searching
from einsight.forms.form import NotAForm
from einsight.forms.reading import FormReader
from einsight.forms.search import Search
from einsight.forms.writing import length, write
from einsight.syntax.parse import parse_statement

ROWS = bench.read()
# all different; X has more columns than rows in one, and more rows in the other, so that X X' or X' X has an inverse
SIZES = ({"n": 5, "m": 3, "p": 4, "q": 2}, {"n": 3, "m": 5, "p": 2, "q": 4})
LONGEST, ON_THE_WHOLE = 1.5, 1.0
STEP = {1: 1e-3, 2: 5e-3}  # of the first, and of the second derivative
CLOSE = {1: {"rtol": 1e-7, "atol": 1e-9}, 2: {"rtol": 1e-6, "atol": 1e-7}}


@cache
def found(row):
    return bench.derived(row)


def _values(row, sizes, scale=1):
    """Arrays for the names of a row: positive entries, square matrices far from singular ones."""
    generator = np.random.default_rng(len(row.expression))
    values = {}
    for name, entry in read_declarations(row.declare, "numerator").all().items():
        if entry.kind != "declared":
            continue
        if "integer" in entry.tensor.properties:
            values[name] = 3
            continue
        shape = [sizes[str(d)] for d in entry.tensor.dims]
        value = scale * generator.uniform(0.2, 0.6, shape)
        if len(shape) == 2 and shape[0] == shape[1]:
            value += scale * np.eye(shape[0])
        values[name] = value + value.T if "symmetric" in entry.tensor.properties else value
    return values


def _truth(row, values, scale):
    """The derivative by difference quotients of NumPy code for the expression alone: axes of the output, then those of the variables."""
    expression = einsight.simplify(row.expression, declare=row.declare)
    function = function_of(expression, "numpy")
    variable, *again = row.variables  # twice by the same

    def at(x):
        return np.asarray(called(function, "numpy", values | {variable: x}))

    def slope(x):
        return difference_quotients(at, x, scale * STEP[len(row.variables)])

    place = np.asarray(values[variable])
    with np.errstate(all="ignore"):  # of what is no number the quotients are none
        return difference_quotients(slope, place, scale * STEP[2]) if again else slope(place), len(expression.axes)


def _laid(truth, outputs, row):
    """As the matrix that a row asks for."""
    inputs = truth.ndim - outputs
    if row.gradient or truth.ndim <= 2:
        return truth.T if not row.gradient and outputs == 0 and inputs == 2 and len(row.variables) == 1 else truth
    if len(row.variables) == 2:  # the Jacobian of a gradient
        outputs = inputs = truth.ndim // 2
    order = [*range(outputs)[::-1], *range(outputs, outputs + inputs)[::-1]]
    sizes = [truth.shape[k] for k in order]
    return truth.transpose(order).reshape(int(np.prod(sizes[:outputs])), int(np.prod(sizes[outputs:])))


def _value(text, row, values, shape):
    """What a form is worth, as NumPy code of it says."""
    text = re.sub(r"^(-?[^-+⊗]*)\bI$", r"\1I(n)", text)  # alone it takes its size from where it stands
    read = einsight.simplify(text, declare=row.declare)
    return np.asarray(called(function_of(read, "numpy"), "numpy", values)).reshape(shape)


@pytest.mark.parametrize(
    "row",
    rest_in_campaigns(
        ROWS, lambda r: part_in(r.person, 12) == 0, lambda r: f"{r.expression} by {' '.join(r.variables)}"
    ),
)
def test_a_form_is_true(row):
    """Ours and the person's, at all dimensions different."""
    names = read_declarations(row.declare, "numerator")
    if names.find(row.variables[0]).tensor.is_symmetric:
        pytest.skip("the quotients do not vary a matrix within the symmetric ones")
    ours = found(row)
    compared = 0
    for sizes, scale in itertools.product(SIZES, (1, 0.1)):  # `b - A x` is positive where all of them are small
        if scale != 1 and compared:
            continue
        values = _values(row, sizes, scale)
        try:
            truth = _laid(*_truth(row, values, scale), row)
            moved = {name: value * (1 + 1e-10) if name != "k" else value for name, value in values.items()}
            near = _laid(*_truth(row, moved, scale), row)
        except np.linalg.LinAlgError:
            continue
        if not np.allclose(near, truth, rtol=1e-6, atol=1e-6):
            continue  # there is a matrix without an inverse, or a number that is none
        for text in filter(None, (ours.form, row.person)):
            np.testing.assert_allclose(
                _value(text, row, values, truth.shape), truth, **CLOSE[len(row.variables)], err_msg=text
            )
        compared += 1
    assert compared
    assert ours.form is None or ours.right


@pytest.mark.parametrize("part", PARTS)
def test_forms_are_as_short_as_those_of_people(part):
    everything = [found(r) for r in part_of(ROWS, part, lambda r: r.person)]
    have = [f for f in everything if f.form is not None]
    assert len(have) >= 0.98 * len(everything)
    assert sum(length(f.form) for f in have) <= ON_THE_WHOLE * sum(length(f.row.person) for f in have)
    assert not [(f.row.expression, f.form) for f in have if length(f.form) > LONGEST * length(f.row.person)]


def test_there_are_enough_rows_and_a_third_is_put_aside():
    aside = sum(r.held_back for r in ROWS)
    assert len(ROWS) >= 150
    assert 0.25 < aside / len(ROWS) < 0.5
    assert len(set(ROWS)) == len(ROWS)


def test_a_search_is_as_long_as_it_is_set():
    """What was found in so many steps is shown, and it is right; without any it is the form as it was read off."""
    declare = "A in R^(n x n); x in R^n"
    texts = {}
    for steps in (0, 1, 3, None):
        derived = einsight.derive("x' A x/(x' x)", wrt="x", declare=declare, search=steps)
        texts[steps] = derived.gradient
        assert bench.is_form_of(derived.gradient, derived, bench.Taste("", ("x",), True, "", declare, False))
    assert texts[0] == "(A + A') x/‖x‖^2 - 2 (x' A x) x/‖x‖^4"
    assert "where" in texts[None]
    with searching(0):
        again = einsight.derive("x' A x/(x' x)", wrt="x", declare=declare)
        assert again.gradient == texts[0]
    with pytest.raises(einsight.EinsightError, match="whole number of steps"):
        einsight.derive("x' x", wrt="x", declare=declare, search=-1)


DECLARE = "A, B, P in R^(n x n); S in R^(n x n) symmetric; X in R^(n x m); x, y in R^n; w in R^m; c in R"


def _form(text):
    names = read_declarations(DECLARE, "numerator")

    def tensor(name):
        entry = names.find(name)
        return entry.tensor if entry is not None else None

    tree, problems = parse_statement(text)
    assert not problems
    return FormReader(names, tensor).read(tree.sides[0])


@pytest.mark.parametrize(
    ("text", "shortest"),
    [
        ("A A A", "A^3"),
        ("A A^-1 x", "x"),
        ("x' A' + x' S", "x' (A' + S)"),
        ("S' x", "S x"),
        ("(X X')' x", "X X' x"),
        ("A' B' X", "(B A)' X"),
        ("x' y y' x", "(x' y)^2"),
        ("diag(x) y", "x ⊙ y"),
        ("diag(1 ./ x)^-1", "diag(x)"),
        ("sum(X ones(m))", "sum(X)"),
        ("ones(n) ones(m)'", "ones(n, m)"),
        ("1 - sigmoid(x)", "sigmoid(-x)"),
        ("2 sin(x) ⊙ cos(x)", "sin(2 x)"),
        ("2 c A/(c c)", "2 A/c"),
        ("det(A) det(B) A", "det(A B) A"),
        ("K(m, n) K(n, m) vec(X)", "vec(X)"),
        ("A ⊗ X - (A ⊗ X) K(n, m) K(m, n) + B ⊗ X", "B ⊗ X"),
        ("I(m) ⊗ X' + (X' ⊗ I(m)) K(n, m)", "(K(m, m) + I) (I(m) ⊗ X')"),
        ("A ⊗ B + I(n) ⊗ I(n) - A ⊗ I(n) - I(n) ⊗ B", "(A - I) ⊗ (B - I)"),
        ("P ⊙ S - diag(x) P", "P ⊙ (S - x ones(n)')"),
        ("A x/‖x‖^2 - (x' A x) x/‖x‖^4", "(A x - (x' A x) x/‖x‖^2)/‖x‖^2"),
        ("‖x - mean(x)‖^2/n", "var(x)"),
        ("(x - mean(x)) (mean(x) - x)'", "-(x - mean(x)) (x - mean(x))'"),
        ("(A ⊗ B) khatri_rao(X, X)", "khatri_rao(A X, B X)"),
        ("c^-1 (x' S x/c + 1)^-1 x", "x/(c + x' S x)"),
        ("[A x > 0] ⊙ relu(A x)", "relu(A x)"),
        ("abs(x)^2 ⊙ sign(x)", "abs(x) ⊙ x"),
        ("A x + A' x + 1 ./ x", "(A + A') x + 1 ./ x"),
        ("prod(x) (1 ./ x)", "prod(x) ./ x"),
        ("sort(x)", None),
        ("tr(A B) x", "tr(A B) x"),
        ("x - X (X' X)^-1 X' X w", "x - X w"),
        ("c A - tr(P) A", "(c - tr(P)) A"),
        ("‖A x - y‖ - 2 ‖y - A x‖ + tr(A)", "tr(A) - ‖A x - y‖"),
        ("(x - mean(x))/sqrt(var(x))", "(x - mean(x))/std(x)"),
        ("[1 - A x > 0]", "[A x < 1]"),
        ("(x' A x) (A + A')", "x' A x (A + A')"),
        ("(A ⊙ P) ones(n) ./ x", "diag(A P') ./ x"),
        ("x' A y + tr(A) - 2 x' A y", "tr(A) - x' A y"),
        ("(1 - c)^2 c - (1 - c) c^2", "c (1 - c) (1 - 2 c)"),
        ("(A ⊗ I(n)) + (I(n) ⊗ A + I(n) ⊗ P) K(n, n) + (P ⊗ I(n))", "(K(n, n) + I) ((A + P) ⊗ I(n))"),
    ],
)
def test_the_shortest_form(text, shortest):
    if shortest is None:
        with pytest.raises(NotAForm):
            _form(text)
        return
    best = Search().best(_form(text))[0]
    assert length(write(best).text) <= length(shortest), write(best).text
    assert _form(write(best).text).shape == best.shape


@pytest.mark.parametrize(
    ("expression", "variables", "form"),
    [
        ("x' S x/(x' x)", ["x", "x"], "-2 (2 S u u' + 2 u u' S + u' S u (I - 4 u u') - S)/‖x‖^2 where u = x/‖x‖"),
        ("y' (x - mean(x))/std(x)", "x", "(y - mean(y) - (u' y) u/n)'/std(x) where u = (x - mean(x))/std(x)"),
        ("‖A x - y‖", ["x", "x"], "A' (I - u u'/‖u‖^2) A/‖u‖ where u = y - A x"),
    ],
)
def test_a_vector_of_length_1_has_a_name(expression, variables, form):
    derived = einsight.derive(expression, wrt=variables, declare=DECLARE)
    assert derived.matrix == form


def test_what_does_not_conform_is_no_form():
    a, x = _form("A"), _form("w")
    with pytest.raises(NotAForm):
        form.product([a, x])
    with pytest.raises(NotAForm):
        form.total([a, _form("X")])
    with pytest.raises(NotAForm):
        form.hadamard([a, _form("X")])


def test_a_name_behind_where_is_none_that_is_declared():
    derived = einsight.derive("y' inv(X X' + c I(n)) y", wrt="X", declare="X in R^(n x m); y, u, v in R^n; c in R")
    assert derived.gradient is not None
    name = derived.gradient.split(" where ")[1].split()[0]
    assert name not in ("u", "v", "X", "y", "c", "n", "m")


@pytest.mark.parametrize(
    "text", ["x' x", "A x/‖x‖", "inv(X' X + I)", "(A^2)'", "A^-T", "[X' X > 0]", "softmax(X, axis=1)"]
)
def test_lengths_count_signs(text):
    assert (
        length(text)
        == {
            "x' x": 3,
            "A x/‖x‖": 5,
            "inv(X' X + I)": 7,
            "(A^2)'": 4,
            "A^-T": 2,
            "[X' X > 0]": 7,
            "softmax(X, axis=1)": 7,
        }[text]
    )


def test_the_commutation_matrix_is_that_of_magnus_and_neudecker():
    """`K(n, m) vec(X) = vec(X')`, and `K(p, m) (A ⊗ B) = (B ⊗ A) K(q, n)`, in numbers."""
    declare = "X in R^(n x m); A in R^(m x n); B in R^(p x q)"
    generator = np.random.default_rng(0)
    sizes = {"n": 2, "m": 3, "p": 4, "q": 5}
    values = {
        "X": generator.normal(size=(2, 3)),
        "A": generator.normal(size=(3, 2)),
        "B": generator.normal(size=(4, 5)),
    }

    def value(text):
        return np.asarray(einsight.simplify(text, declare=declare).evaluate(values))

    matrix = value("K(n, m) + 0 (vec(X') vec(X)')").reshape(6, 6)
    assert np.array_equal(matrix @ values["X"].T.ravel(), values["X"].ravel())
    left, right = value("K(p, m) (A ⊗ B)").reshape(12, 10), value("(B ⊗ A) K(q, n)").reshape(12, 10)
    kron = np.kron(values["A"], values["B"])
    np.testing.assert_allclose(left, right)
    np.testing.assert_allclose(np.sort(left, axis=None), np.sort(kron, axis=None))
    assert sizes["p"] * sizes["m"] == len(left)


@pytest.mark.parametrize(
    ("declare", "spelling"), [("X in R^(n x m)", "K(n, m)"), ("X in R^(n x m); K in R^(n x n)", "commutation(n, m)")]
)
def test_the_commutation_matrix_has_another_name_where_that_is_taken(declare, spelling):
    assert einsight.derive("X'", wrt="X", declare=declare).matrix == spelling


ENTRIES = "S in R^(n x n) symmetric; A in R^(n x n); X, G in R^(n x m); x, a, y in R^n; w in R^m; c, s in R"


@pytest.mark.parametrize(
    ("expression", "variable", "form"),
    [
        ("∑_{i,j} exp(-∑_k (X_ik - X_jk)^2/2)", "X", "2 (K - diag(K ones(n))) X where K_ij = exp(-1/2 ∑_k (X_ik - X_jk)^2)"),
        ("∑_{i,j} A_ij exp(-∑_k (X_ik - G_jk)^2)", "X", None),
        ("∑_{i,j} A_ij exp(-c ∑_k (X_ik - X_jk)^2)", "c", None),
        ("∑_i log(∑_j exp(-∑_k (X_ik - G_jk)^2))", "X", "2 diag(1 ./ (K ones(n))) K G - 2 X where K_ij = exp(-∑_k (X_ik - G_jk)^2)"),
        ("∑_i y_i ∑_k w_k x_{i-k}", "w", "T' y where T_ij = x_{i-j}"),
        ("∑_i (y_i - ∑_k w_k x_{i-k})^2", "w", "2 T' (T w - y) where T_ij = x_{i-j}"),
        ("∑_i (y_i - ∑_k w_k x_{i-k})^2", "x", "2 T' (H w - y) where T_ij = w_{i-j}, H_kl = x_{k-l}"),
        ("c ∑_{i=1}^{n-1} abs(x_{i+1} - x_i) + 1/2 ‖x - y‖^2", "x", "c D' sign(D x) + x - y where D_ij = [i < n] ([j = i + 1] - δ_ij)"),
        ("∑_{i=2}^n sqrt((x_i - x_{i-1})^2 + s)", "x", "D' ((D x) ./ sqrt((D x)^2 + s)) where D_ij = [i < n] ([j = i + 1] - δ_ij)"),
    ],
)  # fmt: skip
def test_a_matrix_by_its_entries(expression, variable, form):
    """Named where nothing else has a form, held to the value of the derivative, and the same code as the index form makes."""
    derived = einsight.derive(expression, wrt=variable, declare=ENTRIES)
    row = bench.Taste(expression, (variable,), True, derived.gradient or "", ENTRIES, False)
    assert derived.gradient is not None and bench.is_form_of(derived.gradient, derived, row)
    assert form is None or derived.gradient == form
    assert (
        not bench.is_form_of(derived.gradient.replace(" - ", " + ", 1), derived, row) or " - " not in derived.gradient
    )


def test_entries_are_no_form_by_themselves():
    """A name alone says less than its entries, and an array of three axes is none that a matrix is made of."""
    assert einsight.derive("∑_{i,j} A_ij exp(-∑_k (X_ik - X_jk)^2)", wrt="A", declare=ENTRIES).gradient is None
    declare = "P in R^(n x q); Q in R^(m x q); R in R^(p x q); T in R^(n x m x p)"
    assert einsight.derive("∑_{i,j,k,l} T_jkl P_ji Q_ki R_li", wrt="P", declare=declare).gradient is None
