"""Properties that are said together: which contradict each other, and that what is tried has all of the others."""

import itertools
import random
from fractions import Fraction

import numpy
import pytest

import einsight
from einsight.lowering import properties
from einsight.lowering.names import PROPERTIES, SQUARE_PROPERTIES
from einsight.meaning.fields import PRIME, NotInField, PrimeField, Rationals
from einsight.meaning.instances import SAMPLES, Instance, fill
from einsight.meaning.matrices import solve_inverse
from einsight.terms.dimension import Dim
from einsight.terms.term import Tensor

# by hand: what no matrix of every size is at once, or only a single one
REFUSED = {
    frozenset(pair.split())
    for pair in (
        "symmetric antisymmetric", "diagonal antisymmetric", "positive-definite antisymmetric", "positive antisymmetric",
        "positive diagonal", "positive orthogonal", "orthogonal positive-definite", "orthogonal antisymmetric",
    )
}  # fmt: skip
OWN = ["symmetric", "antisymmetric", "diagonal", "orthogonal", "positive-definite", "positive", "constant", "integer"]


def test_all_properties_are_tried():
    assert set(OWN) <= set(PROPERTIES) and {*SQUARE_PROPERTIES} >= {"symmetric", "orthogonal"}


@pytest.mark.parametrize("first, second", list(itertools.permutations(OWN, 2)))
def test_what_contradicts_is_refused_and_nothing_else(first, second):
    found = [d for d in einsight.check(f"A in R^(n x n) {first} {second}").diagnostics if d.code != "EIN103"]
    if {first, second} in REFUSED:
        (told,) = found
        assert (told.code, told.severity) == ("EIN001", "error")
        assert told.message.startswith(f"no matrix is {first} and {second}: ")
        assert told.span == (15 + len(first) + 1, 15 + len(first) + 1 + len(second))
    else:
        assert found == []


@pytest.mark.parametrize("word", OWN)
def test_what_is_said_twice_is_told(word):
    found = [d for d in einsight.check(f"A in R^(n x n) {word} {word}").diagnostics if d.code != "EIN103"]
    assert [(d.code, d.severity, d.message) for d in found] == [("EIN001", "hint", f"`{word}` is said twice")]


def test_the_library_says_so_too():
    with pytest.raises(einsight.EinsightError, match="no matrix is symmetric and antisymmetric: only the zero matrix"):
        einsight.derive("x' A x", wrt="x", declare="A in R^(n x n) symmetric antisymmetric; x in R^n")


def has(matrix, word):
    """Over rational numbers."""
    n = len(matrix)
    rows, turned = matrix, [list(c) for c in zip(*matrix, strict=True)]
    unit = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    flat = [e for row in matrix for e in row]
    return {
        "symmetric": rows == turned,
        "antisymmetric": all(a == -b for r, t in zip(rows, turned, strict=True) for a, b in zip(r, t, strict=True)),
        "diagonal": all(not rows[i][j] for i in range(n) for j in range(n) if i != j),
        "orthogonal": [[sum(a * b for a, b in zip(r, c, strict=True)) for c in rows] for r in rows] == unit,
        "positive-definite": all(
            solve_inverse(Rationals(), [r[:k] for r in rows[:k]], need_inverse=False)[1] > 0 for k in range(1, n + 1)
        ),
        "positive": all(e > 0 for e in flat),
        "integer": all(Fraction(e).denominator == 1 for e in flat),
        "constant": True,
    }[word]


CONSISTENT = [
    chosen
    for count in (1, 2, 3)
    for chosen in itertools.combinations(OWN, count)
    if properties.contradiction(chosen) is None
]


@pytest.mark.parametrize("chosen", CONSISTENT, ids=" ".join)
def test_what_is_tried_has_every_property(chosen):
    words = frozenset(chosen) | ({"symmetric"} if "positive-definite" in chosen else set())
    for n, variant in itertools.product((1, 2, 3, 4), (0, 1)):
        tensor = Tensor("A", (Dim("n"), Dim("n")), words)
        chance = random.Random(f"{n} {variant}")

        def draw(positive, chance=chance):
            return Fraction(chance.randint(1, 9), chance.randint(1, 5)) * (positive or chance.choice((1, -1)))

        instance = fill(Instance(Rationals(), {Dim("n"): n}), [tensor], draw, variant)
        matrix = numpy.array(instance.entries[tensor], dtype=object).reshape(n, n).tolist()
        assert [word for word in words if not has(matrix, word)] == [], matrix


def test_in_a_prime_field_too():
    tensor = Tensor("Q", (Dim("n"), Dim("n")), frozenset({"orthogonal", "symmetric"}))
    instance = fill(Instance(PrimeField(), {Dim("n"): 3}), [tensor], lambda positive: random.Random(3).randrange(PRIME))
    q = numpy.array(instance.entries[tensor], dtype=object).reshape(3, 3)
    assert ((q @ q - numpy.eye(3, dtype=int)) % PRIME == 0).all() and (q == q.T).all()


@pytest.mark.parametrize(
    "claim, verdict",
    [
        ("Q in R^(n x n) orthogonal symmetric; Q Q = I", "right"),
        ("Q in R^(n x n) orthogonal symmetric; Q Q Q = I", "wrong"),
        ("D in R^(n x n) diagonal positive-definite; A in R^(n x n); (D A)_ij = D_ii A_ij", "right"),
        ("D in R^(n x n) diagonal positive-definite; D_ij = δ_ij D_ii", "right"),
        ("S in R^(n x n) integer symmetric; S' = S", "right"),
        ("S in R^(n x n) integer antisymmetric; x in R^n; x' S x = 0", "right"),
    ],
)
def test_claims_of_matrices_with_several(claim, verdict):
    *_, last = einsight.check(claim).claims
    assert last.verdict == verdict


@pytest.mark.parametrize(
    "words, other, tried",
    [("", "", True), ("constant", "", True), ("symmetric", "", True), ("diagonal", "", False), ("orthogonal", "", False),
     ("positive-definite symmetric", "", False), ("integer", "", False), ("", "second", False)],
)  # fmt: skip
def test_examples_of_a_plugin_have_what_else_is_said_in_every_size(monkeypatch, words, other, tried):
    """A projection of rank 1, which is the identity where the size is 1: what only holds there must not pass."""

    def projection(n, draw):
        v = [draw() or 1 for _ in range(n)]
        return [[Fraction(a * b, sum(c * c for c in v)) for b in v] for a in v]

    for name in ("idempotent", *other.split()):
        monkeypatch.setitem(SAMPLES, name, projection)
    tensor = Tensor("P", (Dim("n"), Dim("n")), frozenset({"idempotent", *words.split(), *other.split()}))
    for n in (1, 2, 3):
        instance = Instance(Rationals(), {Dim("n"): n})
        if tried:
            assert len(fill(instance, [tensor], lambda positive: 1).entries[tensor]) == n * n
        else:
            with pytest.raises(NotInField, match="not all that is said of P"):
                fill(instance, [tensor], lambda positive: 1)


PAGES = [
    # the newest word counts
    ("Let $A \\in \\mathbb{R}^{n \\times n}$ be symmetric. Now let $A$ be antisymmetric, and $x \\in \\mathbb{R}^n$. Then $x^T A x = 0$.", "right"),
    # a sentence that contradicts itself says nothing of A
    ("Let $A \\in \\mathbb{R}^{n \\times n}$ and $x \\in \\mathbb{R}^n$. $A$ is symmetric and antisymmetric. Then $x^T A x = x^T A^T x$.", "right"),
]  # fmt: skip


@pytest.mark.parametrize("page, verdict", PAGES)
def test_words_of_notes(page, verdict):
    assert [c.verdict for c in einsight.check(page, language="markdown").claims][-1:] == [verdict]


def test_in_words_as_in_declarations():
    assert properties.consistent(["symmetric", "antisymmetric", "integer"]) == {"integer"}
    assert properties.beside(["symmetric", "integer"], ["antisymmetric"]) == {"integer"}
    assert properties.beside(["orthogonal"], ["symmetric"]) == {"orthogonal"}
