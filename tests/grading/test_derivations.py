"""Whole solutions: the verdict on each of their links; truths by hand."""

import pytest

import einsight

LEAST_SQUARES = {"question": ("‖A x - b‖²", "x")}
SQUARE = {"declare": "A, B in R^(n x n); C in R^(n x n) symmetric; x in R^n"}
GRADIENT = {**SQUARE, "question": ("x' C x", "x")}

# solution, what is asked, the verdict on the answer, on each link, the left side of the first false one
SOLUTIONS = [
    (
        r"$f(x) = (Ax-b)^T(Ax-b) = x^TA^TAx - 2b^TAx + b^Tb$, so $$\nabla f = 2A^TAx - 2A^Tb = 2A^T(Ax-b)$$",
        LEAST_SQUARES, "equal", ["equal", "equal", "equal"], None,
    ),
    # a false step, right ones behind it, and the right answer
    (
        r"$f(x) = (Ax-b)^T(Ax-b) = x^TA^TAx - b^TAx + b^Tb$, and \begin{align} \nabla f &= 2A^TAx - 2A^Tb \\ &= 2A^T(Ax-b) \end{align}",
        LEAST_SQUARES, "equal", ["different", "equal", "equal"], "(Ax-b)^T(Ax-b)",
    ),
    # two that make up for one another
    (
        r"\begin{aligned} \nabla f &= A^TAx - 2A^Tb \\ &= 2A^T(Ax-b) \end{aligned}",
        LEAST_SQUARES, "equal", ["different", "different"], r"\nabla f",
    ),
    # definitions before and behind, lines that begin with `=`
    (
        "Let r = Ax - b. Then f = r^T r\n∂f/∂x = 2 A^T r\n= 2 A^T (A x - b)\n= 2 A^T A x - A^T b",
        LEAST_SQUARES, "different", ["equal", "equal", "different"], "2 A^T (A x - b)",
    ),
    (
        r"$\frac{\partial r}{\partial x} = A$ where $r = Ax-b$, so $\nabla_x f = 2 A^T r = 2A^TAx-2A^Tb$",
        LEAST_SQUARES, "equal", ["equal", "equal", "equal"], None,
    ),
    # the layout changes on the way
    (r"\nabla f = 2 A^T(Ax-b) = 2(Ax-b)^T A", LEAST_SQUARES, "transposed", ["equal", "transposed"], "2 A^T(Ax-b)"),
    # right steps that do not follow from one another
    (
        r"$A^TA = (A^TA)^T$. Hence $x^TA^TAx = \|Ax\|^2$. Hence $\nabla f = 2A^T(Ax - b)$.",
        LEAST_SQUARES, "equal", ["equal", "equal", "equal"], None,
    ),
    # what is not read is no mistake
    (r"$df = 2 (Ax-b)^T A\,dx + o(\|dx\|) = \ldots$, so $\nabla f = 2A^T(Ax-b)$", LEAST_SQUARES, "equal", None, None),
    # chains beside a reference
    (
        "(A + B)(A + B) = A A + 2 A B + B B = A A + A B + B A + B B",
        {**SQUARE, "reference": "A A + A B + B A + B B"}, "equal", ["different", "different"], "(A + B)(A + B)",
    ),
    (
        "x' A x = x' A' x = 1/2 x' (A + A') x",
        {**SQUARE, "reference": "1/2 x' (A + A') x"}, "equal", ["equal", "equal"], None,
    ),
    ("A C = C A = (A' C)'", {**SQUARE, "reference": "C A"}, "equal", ["different", "equal"], "A C"),
    # symmetry that is declared, and that is not
    (r"\nabla f = Cx + C^Tx = 2Cx", GRADIENT, "equal", ["equal", "equal"], None),
    ("x' A x = x' A x + x' (A - A') x = 2 x' A x - x' A' x", {**SQUARE, "reference": "x' A x"}, "equal", ["equal", "equal"], None),
    ("A x + A' x = 2 A x", {**SQUARE, "reference": "2 A x"}, "equal", ["equal_if"], "A x + A' x"),
]  # fmt: skip


@pytest.mark.parametrize("text, asked, verdict, links, first", SOLUTIONS)
def test_each_link_is_judged(text, asked, verdict, links, first):
    v = einsight.grade(text, steps=True, **asked)
    assert v.verdict == verdict
    if links is not None:
        assert [link.verdict for link in v.links] == links
    found = v.first_false
    assert (found and found.left) == first
    if first is not None:
        assert f"the first link that does not hold: {found}" in str(v) and found.left in str(v)


def test_links_are_found_when_they_are_asked_for():
    text, asked, *_ = SOLUTIONS[0]
    assert einsight.grade(text, **asked).links == ()
    (one,) = einsight.grade_many([{"answer": text, **asked, "steps": True}], jobs=2)
    assert one == einsight.grade(text, steps=True, **asked) and len(one.links) == 3


def test_a_solution_of_any_length_ends():
    long = " = ".join(["A x"] * 500)
    assert 0 < len(einsight.grade(long, "A x", "A in R^(n x n); x in R^n", steps=True).links) < 500
