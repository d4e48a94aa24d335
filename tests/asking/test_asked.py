"""Questions in the spelling of whoever asks: what is read, what is taken of names, and the value against difference quotients.

`data/questions.txt` has a row for each habit.  `data/questions/seen.jsonl` has those that people asked, each with a truth in JAX:
none is answered with another value, whatever is refused; the default run takes some, `pytest -m campaign` all of them.
"""

import math
import re

import numpy as np
import pytest
from paths import DATA

import einsight
from einsight.asking.question import read_question
from einsight.lowering.names import Names
from einsight.rules.catalogue import catalogue

ROWS = [
    [part.strip() for part in line.split("¦")]
    for line in (DATA / "questions.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("# ")
]
NUMPY = {
    n: getattr(np, n) for n in "sum mean log exp tanh trace sqrt prod where cross max arange sin diag einsum".split()
} | {
    "inv": np.linalg.inv,
    "np": np,
    "det": np.linalg.det,
    "erf": np.vectorize(math.erf),
}
SIZES = {"n": 3, "m": 2, "p": 4, "k": 5, "i": 3, "j": 4, "a": 2, "q": 7, "K": 6, "T": 3, "b": 2, "e": 5}


def _shape(tensor):
    return [d.value if isinstance(d.value, int) else SIZES[d.value] for d in tensor.dims]


def _squeezed(text):
    """As one looks at it: blanks and brackets around one factor say nothing."""
    return (
        re.sub(r"[\s()]", "", text)
        .replace("ᵀ", "'")
        .replace("^T", "'")
        .replace("·", "")
        .replace("*", "")
        .replace("||", "‖")
        .replace("−", "-")
        .replace("²", "^2")
    )


@pytest.mark.parametrize("row", ROWS, ids=[f"{r[0]} by {r[1]}" for r in ROWS])
def test_is_read_as_it_is_meant(row):
    text, variable, declare, read_as, assumed, function = row
    derived = einsight.derive(text.replace("; np", "\nnp"), wrt=variable, declare=declare.replace("; ", "\n"))
    shown = derived.read_as or text
    assert _squeezed(shown.replace("sum_", "∑_").replace("ᵢ", "_i").replace("lambda", "λ")) == _squeezed(read_as), shown
    assert "; ".join(derived.assumed) == assumed
    assert [d.code for d in derived.diagnostics if d.code == "EIN106"] == ["EIN106"] * len(derived.assumed)
    generator = np.random.default_rng(1)
    values = {t.name: generator.uniform(0.3, 0.8, _shape(t)) for t in derived.inputs if t.definition is None}
    for name, value in values.items():
        if value.ndim == 2 and value.shape[0] == value.shape[1]:
            values[name] = value + 2 * np.eye(len(value))
    name = next(t.name for t in derived.inputs if t.name == _named(variable))
    compiled = compile(function, "<row>", "eval")

    def at(point):
        spelled = {(f"{n[0]}_t1" if "⁽" in n else n): v for n, v in point.items()}
        return np.asarray(eval(compiled, dict(NUMPY), spelled), dtype=float)  # noqa: S307 - our own text

    found = np.asarray(derived.evaluate(values))
    np.testing.assert_allclose(found, _quotients(at, values, name), rtol=1e-6, atol=1e-8)


def _named(variable):
    return {
        "\\theta": "θ",
        "theta": "θ",
        "sigma": "σ",
        "\\beta": "β",
        "beta": "β",
        "\\mathbf{x}": "x",
        "\\lambda": "λ",
        "\\gamma": "γ",
        "h_{t-1}": "h⁽ᵗ⁻¹⁾",
    }.get(variable, variable)


def _quotients(function, values, variable, step=1e-5):
    out = np.zeros(function(values).shape + values[variable].shape)
    for cell in np.ndindex(values[variable].shape):
        up, down = ({**values, variable: values[variable].copy()} for _ in range(2))
        up[variable][cell] += step
        down[variable][cell] -= step
        out[(..., *cell)] = (function(up) - function(down)) / (2 * step)
    return out


@pytest.mark.parametrize(
    ("text", "variable", "code"),
    [
        ("f(x)", "x", "EIN107"),  # no product of an array `f`
        ("‖a - φ(W x)‖²", "W", "EIN107"),
        (r"\operatorname{Var}(w^\top X)", "w", "EIN107"),  # nor of `Var`
        ("rank(X)", "X", "EIN107"),
        ("np.argmax(W @ x)", "W", "EIN107"),
        ("softmax(Q K')", "Q", "EIN306"),  # which no other shape hides
        (r"\begin{cases} x & y \end{cases}", "x", "EIN001"),
        ("x[1:] * x[:-1]", "x", "EIN001"),  # a part of an axis, with no sum over it
        ("x[::2].sum()", "x", "EIN001"),
        ("np.var(x + y, ddof=1)", "x", "EIN001"),  # of how many, nobody says
        ("F.softplus(x, beta=2)", "x", "EIN001"),  # what is not understood is not left out
        ("np.sum(x, where=y)", "x", "EIN001"),
        ("x, σ^3 = 2", "x", "EIN001"),  # which says what no name is
        (r"\min_w \max_v w^T A v", "v", "EIN203"),  # the smallest value is no objective in something else
        ("argmin_z ||A z - x||^2 + ||z||_1", "x", "EIN002"),  # what is best is no number times what it is best for
        (r"\arg\min_z \|A z - x\|^2", "x", "EIN002"),
        ("E[x' A x]", "A", "EIN002"),  # and an expectation no product with an array
        (r"\frac{\partial L}{\partial W}", None, "EIN101"),  # no 0 for want of a definition
        ("x = y", "x", "EIN101"),
        ("largest eigenvalue of A", "A", "EIN001"),  # words are no product of names
        (r"\text{trace of } X", "X", "EIN001"),
        (r"\prod_i x_i y", "x", "EIN001"),  # multiplied once, or each time?
        (r"\sum_{t=0}^T \gamma^t r_t", r"\gamma", "EIN001"),  # an axis is counted from 1
        (r"\sum_{n=1}^\infty x^n/n", "x", "EIN001"),
        (r"X^\dagger b", "X", "EIN001"),  # transposed, or a pseudoinverse
        (
            r"\operatorname{tr}(\rho \log \rho)",
            r"\rho",
            "EIN002",
        ),  # the logarithm of a matrix, which is none of its entries
        ("F.cross_entropy(Z, y)", "Z", "EIN001"),
        (r"e^{s(a)}, s(q,k) = q^\top k", "a", "EIN001"),
        ("x' A x (summed over all entries)", "x", "EIN001"),  # what may say how it is to be read is not left out
        ("x * y (elementwise)", "x", "EIN001"),
        ("-y' log(p), where p is the softmax of z", "z", "EIN001"),
        ("log(x) base 2", "x", "EIN001"),
        ("tr(A X) with X symmetric", "X", "EIN001"),
    ],
)
def test_what_cannot_be_told_is_refused(text, variable, code):
    with pytest.raises(einsight.EinsightError) as caught:
        einsight.derive(text, wrt=variable)
    assert caught.value.diagnostics[0].code == code, caught.value


@pytest.mark.parametrize(
    ("declare", "shown"),
    [
        ("X: n, m", "X ∈ ℝ^(n×m)"),
        ("X(n, m)", "X ∈ ℝ^(n×m)"),
        ("X in R^nxm", "X ∈ ℝ^(n×m)"),
        ("X in R^(n,m)", "X ∈ ℝ^(n×m)"),
        ("X in R^{n × m}", "X ∈ ℝ^(n×m)"),
        (r"X \in \mathbb{R}^{n \times m}", "X ∈ ℝ^(n×m)"),
        ("X in R^(n x m), w in R^m", "X ∈ ℝ^(n×m)"),
        ("X, Z in R^(n x m)", "X ∈ ℝ^(n×m)"),
    ],
)
def test_declarations_as_people_write_them(declare, shown):
    assert einsight.derive("X", declare=declare).names.find("X").describe() == shown


def test_shapes_by_name():
    derived = einsight.derive("X w", wrt="w", shapes={"X": ("n", "m"), "w": "m"})
    assert (derived.matrix, derived.assumed) == ("X", ())
    with pytest.raises(einsight.EinsightError):
        einsight.derive("X w", wrt="w", shapes={"X": ("n", "no size")})


def test_values_go_by_each_spelling_of_a_name():
    derived = einsight.derive(r"\mu^\top x_{\text{new}}", wrt=r"\mu")
    for mu in ("mu", "μ", "\u00b5"):
        for new in ("x_new", "x_{new}", "xnew"):
            assert derived.evaluate({mu: [1.0, 2.0], new: [3.0, 4.0]}).tolist() == [3.0, 4.0]


def _asked():
    from einsight.bench.asked import read

    return read(DATA / "questions" / "seen.jsonl")


# what libraries leave in the flags of the processor a function called entry by entry is asked about
@pytest.mark.filterwarnings("ignore:invalid value encountered in or_nan")
@pytest.mark.parametrize(
    "which", [pytest.param(slice(k, None, 80), id=str(k), marks=[pytest.mark.campaign] * (k != 7)) for k in range(80)]
)
def test_no_question_is_answered_with_another_value(which):
    pytest.importorskip("jax")
    from einsight.bench.questions import answered

    for answer in answered(_asked()[which], (True, False)):
        right = (
            ("right", "refused") if answer.question.scope else ("right", "refused", "misread")
        )  # an answer may be one of several
        assert answer.outcome in right, (answer.question.id, answer.question.text, answer.told)


@pytest.mark.parametrize(
    ("text", "variable", "formula", "order"),
    [
        ("Find the Hessian of $x^T A x$ with respect to $x$.", None, "x' A x", 2),
        ("How do I compute the gradient of $\\|A x - b\\|^2$ wrt $x$?", None, "‖A x - b‖²", 1),
        ("what is the derivative w.r.t. x of x' A x", None, "x' A x", 1),
        (r"\hat{x} = \arg\min_x \|A x - b\|^2", "x", "‖A x - b‖²", 1),
        (r"e^{A t} b", "t", "expm(A t) b", 1),  # of a matrix nobody means the entries
        (r"e^{-x^T A x}", "x", "exp(-x' A x)", 1),
    ],
)
def test_words_and_signs_around_a_formula_are_read(text, variable, formula, order):
    declare = "A in R^(n x n); x, b in R^n; t in R"
    found = einsight.derive(text, wrt=variable, declare=declare)
    assert found.index == einsight.derive(formula, wrt=variable or "x", declare=declare, order=order).index
    assert found.read_as


def test_a_hessian_is_no_gradient():
    with pytest.raises(einsight.EinsightError, match="Hessian"):
        einsight.gradients("Hessian of x' A x wrt x", wrt=["x"])


def test_how_long_an_array_is_has_the_name_of_its_axis():
    found = einsight.derive(
        "((A @ x - b)**2).sum() / A.shape[0]", wrt="x", declare="A in R^(p x q); x in R^q; b in R^p"
    )
    assert found.matrix == einsight.derive("‖A x - b‖²/p", wrt="x", declare="A in R^(p x q); x in R^q; b in R^p").matrix


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        (r"Let $f(x) = x^T A x + b^T x$. What is $\nabla f$?", ("x",)),
        (r"Let $f(x) = x^T A x$. Compute the Hessian of $f$.", ("x",)),
        (r"What is the gradient of $x^T A x$ with respect to $x$?", ("x",)),
        (r"What is the gradient of $x^T A x$?", None),
        (r"$L(w, b) = \|X w + b\|^2$, find the gradient", None),
    ],
)
def test_a_sentence_that_asks_for_a_derivative_says_in_what_or_is_refused(text, variables):
    if variables is not None:
        assert read_question(text, (), Names(catalogue().arity)).variables == variables
        return
    with pytest.raises(einsight.EinsightError, match="say in which variable"):
        read_question(text, (), Names(catalogue().arity))
    assert read_question(text, ("w" if "w" in text else "x",), Names(catalogue().arity)).variables


@pytest.mark.parametrize("name", ["Aw_0", "Wx_1", "Kb_t", "Xw"])
def test_a_name_that_is_declared_is_no_product_of_its_letters(name):
    derived = einsight.derive(f"x' {name} x", wrt="x", declare=f"x in R^n; {name} in R^(n x n)")
    assert (derived.matrix, derived.assumed) == (f"x' ({name} + {name}')", ())


def test_many_names_that_nobody_declares_are_tried_in_order_and_not_all():
    names = [f"{c}_{k}" for c in "uvwz" for k in range(6)]
    derived = einsight.derive(" + ".join(f"x' {n}" for n in names), wrt="x")
    assert len(derived.assumed) == len(names) + 1
