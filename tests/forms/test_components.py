"""What forms are in components: each head beside NumPy, and beside what its text is read as; names that are words of the language."""

import numpy as np
import pytest

import einsight
from einsight.deriving import readback
from einsight.deriving.questions import read_declarations
from einsight.deriving.readback import agree_in_value, read_value
from einsight.forms.components import Components, components
from einsight.forms.form import NotAForm
from einsight.forms.reading import FormReader
from einsight.forms.writing import write
from einsight.syntax.parse import parse_statement
from einsight.targets.numpy import evaluate

DECLARE = (
    "A, B in R^(n x m); Q, P in R^(n x n); S in R^(n x n) symmetric; x, u in R^n; y in R^m; c in R; T in R^(m x n)"
)
GENERATOR = np.random.default_rng(7)
N, M = 3, 4
VALUES = {
    name: GENERATOR.uniform(0.2, 0.9, shape)
    for name, shape in {"A": (N, M), "B": (N, M), "Q": (N, N), "P": (N, N), "x": N, "u": N, "y": M, "T": (M, N)}.items()
}
VALUES |= {"S": VALUES["Q"] + VALUES["Q"].T, "c": np.array(0.7)}
SPACE = {**VALUES, "np": np, "N": N, "M": M, "inv": np.linalg.inv, "det": np.linalg.det}

# a form beside the NumPy expression for it
TEXT = """
2 A y | 2*A@y
c x' Q u | c*x@Q@u
(A y - x)' A | (A@y - x)@A
A B' + I | A@B.T + np.eye(N)
1 - x^2 | 1 - x**2
x u' | np.outer(x, u)
A ⊙ B ./ (x y') | A*B/np.outer(x, y)
A.^-2 | A**-2.0
diag(x) A | x[:, None]*A
diag(Q) | np.diag(Q)
Q^2 P^-1 | Q@Q@inv(P)
Q^-T x | inv(Q).T@x
diag(inv(Q + P)) | np.diag(inv(Q + P))
S x/‖x‖^3 | S@x/np.linalg.norm(x)**3
‖A y - x‖^2 | ((A@y - x)**2).sum()
tr(Q P') S | np.trace(Q@P.T)*S
sum(A) ones(n) | A.sum()*np.ones(N)
det(Q) logdet(S' S) | det(Q)*np.log(det(S.T@S))
mean(x) + var(u) | x.mean() + u.var()
max(x) min(u) prod(y) | x.max()*u.min()*y.prod()
tanh(A y)' Q | np.tanh(A@y)@Q
min(max(x, 0), c) | np.clip(x, 0, 0.7)
sqrt(x ⊙ u) | np.sqrt(x*u)
[A y > x] ⊙ u | (A@y > x)*u
diag(softmax(x)) - softmax(x) softmax(x)' | np.diag(np.exp(x)/np.exp(x).sum()) - np.outer(np.exp(x), np.exp(x))/np.exp(x).sum()**2
softmax(A, axis=1) y | (np.exp(A)/np.exp(A).sum(1, keepdims=True))@y
logsumexp(A, axis=0) | np.log(np.exp(A).sum(0))
cumsum(x) | np.cumsum(x)
"""
ROWS = [tuple(part.strip() for part in line.split(" | ")) for line in TEXT.strip().splitlines()]
# of several indices a row or a column: the columns of a matrix lie behind one another
FUSED = """
vec(A) | A.T.reshape(-1)
Q ⊗ A | np.kron(Q, A)
x' ⊗ S | np.kron(x[None], S)
K(n, m) vec(A) | A.reshape(-1)
(Q ⊗ P) vec(Q) | (P@Q@Q.T).T.reshape(-1)
khatri_rao(A, B) | np.stack([np.kron(A[:, k], B[:, k]) for k in range(M)], 1)
I(n) ⊗ A - 2 Q ⊗ B | np.kron(np.eye(N), A) - 2*np.kron(Q, B)
"""
FUSED_ROWS = [tuple(part.strip() for part in line.split(" | ")) for line in FUSED.strip().splitlines()]


def _form(text, names):
    tree, problems = parse_statement(text)
    assert not problems
    return FormReader(names, lambda name: entry.tensor if (entry := names.find(name)) else None).read(tree.sides[0])


def _tensors(names):
    return tuple(e.tensor for e in names.all().values() if e.tensor is not None)


def _value(text, names):
    """The term of a form, its indices, and its value."""
    form, tensors = _form(text, names), _tensors(names)
    read = Components(names, tensors)
    sides = read.over(form.rows), read.over(form.columns)
    term = components(form, (), names, tensors, sides)
    axes = (*sides[0], *sides[1])
    return form, term, sides, evaluate(term, axes, {n: VALUES[n] for n in VALUES}, tensors)


@pytest.mark.parametrize("text, code", ROWS + FUSED_ROWS, ids=[t for t, _ in ROWS + FUSED_ROWS])
def test_components_have_the_value_of_the_formula(text, code):
    form, term, sides, value = _value(text, read_declarations(DECLARE, "numerator"))
    assert term is not None
    truth = np.asarray(eval(code, dict(SPACE)))
    np.testing.assert_allclose(np.asarray(value).reshape(truth.shape), truth, rtol=1e-9)


@pytest.mark.parametrize("text, code", ROWS, ids=[t for t, _ in ROWS])
def test_what_is_written_of_a_form_reads_as_its_components(text, code):
    names = read_declarations(DECLARE, "numerator")
    form, term, (rows, columns), _ = _value(text, names)
    shown = write(form).text
    read = read_value(shown, names)
    assert read is not None, shown
    assert agree_in_value(read.on((*rows, *columns)), term, (*rows, *columns)), shown


def test_a_name_that_is_a_word_of_the_language_is_left_to_its_text():
    # text of a form | what is declared besides, in which the words mean something else
    for text, declare in (
        ("A B' + I(n)", "I in R^(n x n)"), ("tr(Q) x", "tr in R"), ("diag(x) A", "diag in R^(n x n)"), ("ones(n)", "ones in R^n"),
        ("vec(A)", "vec in R"), ("Q^-1 x", "inv in R^(n x n)"), ("sqrt(c) x", "sqrt in R"), ("K(n, m) vec(A)", "K in R^(n x m)"),
    ):  # fmt: skip
        plain = read_declarations(DECLARE, "numerator")
        form = _form(text, plain)
        names = read_declarations(f"{DECLARE}; {declare}", "numerator")
        read = Components(names, _tensors(plain))
        with pytest.raises(NotAForm):
            read.at(form, read.over(form.rows), read.over(form.columns))


def test_a_form_of_another_shape_is_no_form_of_the_term():
    names = read_declarations(DECLARE, "numerator")
    read = Components(names, _tensors(names))
    (i,) = read.over(("n",))
    assert components(_form("A y", names), (), names, _tensors(names), ((), (i,))) is None
    assert components(_form("A' x", names), (), names, _tensors(names), ((i,), ())) is None


@pytest.mark.parametrize(
    "expression, variable, declare",
    [
        ("sigmoid(w' x)", "x", "w, x in R^n"), ("x' I x", "x", "I in R^(n x n); x in R^n"), ("tr' x", "x", "tr, x in R^n"),
        ("‖K x‖²", "x", "K in R^(n x m); x in R^m"), ("d' x + dx", "x", "d, x in R^n; dx in R"), ("vec(A X)", "X", "A in R^(n x n); X in R^(n x m)"),
    ],
)  # fmt: skip
def test_what_is_shown_reads_back_whatever_the_names_are(expression, variable, declare):
    derived = einsight.derive(expression, variable, declare)
    assert derived.matrix is not None
    assert readback._reads_back(derived.matrix, derived.term, derived.laid, derived.names)
