"""Answers with their verdicts: each pair of `data/grading` is held to numbers that NumPy finds at several sizes.

The default run asks about every twentieth answer of each family, campaigns about the others; what a family is held to changes only
where the data does, and a fourth of them stand for all.
"""

import pytest
from graded import verdicts
from thinning import part_in, part_of, parts, rest_in_campaigns

import einsight
from einsight.bench.graded import SEEN, families, reference_is_the_derivative, truth

FAMILIES = families(SEEN)
PARTS = parts(20)


@pytest.mark.parametrize("family", rest_in_campaigns(FAMILIES, lambda f: part_in(f.topic) == 0, lambda f: f.topic))
def test_the_reference_of_a_family_is_the_derivative(family):
    assert reference_is_the_derivative(family)


def answers(family, part):
    """Those of one question differ, some are the same with other signs."""
    return part_of(family.answers, part, lambda answer: answer[1], len(PARTS))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.topic)
def test_no_answer_is_passed_that_is_not_right(family, part):
    for code, text in answers(family, part):
        for verdict in verdicts(family, text):
            assert verdict != "equal" or truth(family, code) == "equal", text


@pytest.mark.parametrize(
    "several", [pytest.param([0], id="some"), pytest.param(range(len(PARTS)), id="all", marks=pytest.mark.campaign)]
)
def test_few_right_answers_are_turned_down_and_few_are_not_read(several):
    right = rejected = unread = asked = 0
    for family in FAMILIES:
        for code, text in (answer for part in several for answer in answers(family, part)):
            verdict = verdicts(family, text)[0]
            asked += 1
            unread += verdict in ("unread", "undecided")
            if truth(family, code) == "equal":
                right += 1
                rejected += verdict not in ("equal", "unread", "undecided")
    assert rejected <= max(1, 0.01 * right)
    assert unread <= max(1, 0.03 * asked)


DECLARED = "A in R^(n x n); x, b in R^n"


@pytest.mark.parametrize(
    "answer, reference, declare, verdict",
    [
        ("2A^T(Ax - b)", "2 A' (A x - b)", DECLARED, "equal"),
        ("2A(Ax - b)", "2 A' (A x - b)", DECLARED, "equal_if"),
        ("x' A", "A' x", DECLARED, "transposed"),
        ("A x + b", "A x - b", DECLARED, "different"),
        ("A", "A x", DECLARED, "shape"),
        ("(A x", "A x", DECLARED, "unread"),
        ("where A = 2 A: A x", "2 A x", DECLARED, "different"),
        ("BA", "A B", "", "different"),
        ("x A", "A x", "", "shape"),
        ("a^T", "a", "", "transposed"),
        ("(I - 1/n 11^T) x", "x - 1/n ones(n) ones(n)' x", "x in R^n", "equal"),
        # ones behind a number; what divides them counts rows
        ("X - X.mean(axis=0)", "X - 1/n 1 1' X", "", "equal"),
        ("X - X.mean()", "X - 1/n 1 1' X", "", "different"),
        # a size that nothing says is no wrong shape
        (r"(d \mathbf{1}^\top) \odot X", "diag(d) X", "d in R^n; X in R^(n x m)", "unread"),
        ("X^{-1} y", "(X'X)^{-1} X' y", "", "equal_if"),
        # components without a left side: what they stand for is what is asked for
        ("2 x_i b_i", "2 x ⊙ b", DECLARED, "equal"),
        ("2x_ib_i", "2 x ⊙ b", DECLARED, "equal"),
        ("x_i b_i", "x' b", DECLARED, "equal"),
        ("x_i b_i", "2 x ⊙ b", DECLARED, "different"),
        ("A_ii", "diag(A)", DECLARED, "equal"),
        ("A_ij x_i", "A x", DECLARED, "equal_if"),
        ("a_i - b_i", "a - b", "", "equal"),
        ("g_i x_j", "g x'", "", "equal"),
        # `*` between arrays is the matrix product wherever that conforms
        ("A * x", "A x", DECLARED, "equal"),
        ("A * A", "A ⊙ A", DECLARED, "different"),
        ("x * b", "x ⊙ b", DECLARED, "equal"),
        ("sum(B * (C D)')", "tr(B C D)", "", "equal"),
        # code as NumPy carries it out
        ("x[:, None] * A", "diag(x) A", DECLARED, "equal"),
        ("A * x", "A diag(x)", DECLARED, "shape"),
        ("A * x[None, :]", "A diag(x)", DECLARED, "equal"),
        ("A - A.mean(axis=0, keepdims=True)", "A - 1/n ones(n) ones(n)' A", DECLARED, "equal"),
        ("A - A.mean(axis=1, keepdims=True)", "A - 1/n ones(n) ones(n)' A", DECLARED, "different"),
        ("np.ones(3) @ x", "ones(n)' x", DECLARED, "shape"),
        ("```python\ne = np.exp(x - x.max())\np = e / e.sum()\np\n```", "softmax(x)", DECLARED, "equal"),
        ("x @ b.T", "x b'", DECLARED, "equal"),
        # what a letter stands for is the same in both texts
        ("σ(x - b)", "(x - b) σ", "", "equal"),
        ("σ(x)", "sigmoid(x)", DECLARED, "equal"),
        ("σ(x), where $σ$ is the logistic function", "1 ./ (1 + exp(-x))", DECLARED, "equal"),
        # division of arrays, cases in words, functions without brackets
        ("-x/b + (1-x)/(1-b)", "-x ./ b + (1 - x) ./ (1 - b)", DECLARED, "equal"),
        ("A x/b", "A x ./ b", DECLARED, "equal"),
        ("b/n A x", "A x", DECLARED, "shape"),
        ("2 c if c > 0 else 0", "2 max(c, 0)", "c in R", "equal"),
        ("f'(c) = 2c for c >= 0 and 0 otherwise", "2 max(c, 0)", "c in R", "equal"),
        ("2 c if c < 0 else 0", "2 max(c, 0)", "c in R", "different"),
        ("f'(x)=2x sinx + x² cosx", "2 x sin(x) + x^2 cos(x)", "x in R", "equal"),
        ("2 sin x cos x - sin^2 x", "2 sin(x) cos(x) - sin(x)^2", "x in R", "equal"),
        (r"\operatorname{sech}^2(x)", "1 - tanh(x)^2", "x in R", "equal"),
        ("x⁴e⁻ˣ", "x^4 exp(-x)", "x in R", "equal"),
        ("2 Σ xᵢ", "2 sum(x)", DECLARED, "equal"),
        # what is written in components without a left side has the letters that it is asked for
        (r"\frac{2 b_i x_i}{1 + x_i^2}", "2 (b ⊙ x) ./ (1 + x ⊙ x)", DECLARED, "equal"),
        ("b_i x_i x_i", "(b' x) x", DECLARED, "different"),
        # entries that stand for all, with dots or a count
        (r"(b_1 x_1, \dots, b_n x_n)^\top", "b ⊙ x", DECLARED, "equal"),
        (r"(b_1 x_1, \dots, b_n x_1)^\top", "b ⊙ x", DECLARED, "unread"),
        ("[x_k^2]_{k=1}^n", "x ⊙ x", DECLARED, "equal"),
        # names that prose says, each with its face
        (
            r"$\delta x^T$, where $x = b$ and $\delta = A b$ is the error",
            "A b x'",
            "A in R^(n x n); b, x in R^n",
            "equal",
        ),
        (r"A\hat{y} with $\hat{y}_i = x_i^2$", "A (x ⊙ x)", DECLARED, "equal"),
        # an exponential of a matrix is a power of e, and none of entries
        (r"\operatorname{tr}(A e^{tA})", "tr(A expm(t A))", "", "equal"),
        ("np.exp(A)", "expm(A)", "", "different"),
        # how many rows there are, which the reference calls by a letter
        ("2 * X.T @ (X @ w - y) / len(y)", "2/n X' (X w - y)", "", "equal"),
        ("X.T @ (X @ w - y) / len(y)", "2/n X' (X w - y)", "", "different"),
        (r"\frac{1}{m} X^T(Xw - y)", "1/n X' (X w - y)", "", "different"),
        # a letter that nobody counts by is no index with another name
        ("W_h h", "W_x h", "", "undecided"),
        ("x_i", "x_j", "", "equal"),
        ("2x if x > 0 else 0", "2 max(x, 0)", "x in R^n", "equal"),  # cases of an array are cases of its entries
        # words around it
        ("Hx with $H = A^T A$", "A' A x", DECLARED, "equal"),
        (r"\hat{b} = A\hat x, where \hat x = A^T b", "A A' b", DECLARED, "equal"),
        ("The score is **A(x − b)**.", "A (x - b)", DECLARED, "equal"),
        ("<think>perhaps 3 A x?</think> A x", "A x", DECLARED, "equal"),
        ("$A x \\in \\mathbb{R}^n$", "A x", DECLARED, "equal"),
        ("$\\nabla f = A x$, which is 0 where $A'A x = A'b$", "A x", DECLARED, "equal"),
        ("⟨A, A⟩_F", "tr(A' A)", DECLARED, "equal"),
        ("transpose(A) x", "A' x", DECLARED, "equal"),
    ],
)
def test_verdicts(answer, reference, declare, verdict):
    assert einsight.grade(answer, reference, declare).verdict == verdict


def test_what_is_right_in_another_layout_says_in_which():
    v = einsight.grade("2(Ax-b)'A", question=("‖A x - b‖²", "x"), declare="A in R^(n x m); x in R^m; b in R^n")
    assert (v.verdict, v.right_in) == ("transposed", ("numerator",))
    assert einsight.grade("A^T", question=("A x", "x")).right_in == ("denominator",)


@pytest.mark.parametrize("named", [{}, {"reference": "x", "layout": "other"}, {"reference": "x", "declare": "x in"}])
def test_what_is_asked_wrongly_raises(named):
    with pytest.raises(einsight.EinsightError):
        einsight.grade("x", **named)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 2000,
        pytest.param("(" * 9000, marks=pytest.mark.campaign),
        "$" * 20001,
        "\\boxed{" * 3000,
        "x_" * 9000,
        "```\n" * 3000,
        "\x00",
        "A^" * 5000,
    ],
)
def test_hostile_text_has_a_verdict(text):
    assert einsight.grade(text, "A x", DECLARED).verdict in ("unread", "undecided", "shape")
