"""Results and terms in pickles and copies: what comes back is equal, what is interned is the same object, in any process."""

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy
import pytest

import einsight
from einsight.deriving.derived import Derived
from einsight.lowering.names import Names
from einsight.rules.catalogue import catalogue
from einsight.terms import build
from einsight.terms.dimension import Dim, Index, Shift
from einsight.terms.pickling import reduced, restored
from einsight.terms.term import HEADS, Tensor

DECLARE = """
dim q = 5
W in R^(n x m); X in R^(n x n); S in R^(n x n) symmetric; K in R^(n x n) antisymmetric; D in R^(n x n) diagonal
x, a in R^m; y, b in R^n; c in R positive; k in R integer; v in R^q; s : R -> R; f : R^m -> R^n
h = tanh(W x + b); p = softmax(h); r_i = ∑_j W_ij p_i
"""
TEXTS = [
    ("W x", "x"),
    ("‖h - y‖²", "W"),
    ("c log(p_1)", "x"),
    ("det(X) tr(inv(S) K) + tr(X^k)", "X"),
    ("logdet(S) + tr(D K)", "S"),
    ("∑_i (y_i - ∑_j x_j y_{i+j-1})^2", "x"),
    ("∑_{i,j} [i < j] X_ij y_i δ_ij + pi m v_3", "X"),
    ("s(a' x) f(x)' y", "x x"),
    ("sqrt(c)/3 abs(c) max(c, 2)", "c"),
    ("W ⊗ S", "W"),
]
LAYERS = 16
DEEP = "x in R^n\n" + "\n".join(
    f"W_{k} in R^(n x n); h_{k} = tanh(W_{k} {f'h_{k - 1}' if k else 'x'})" for k in range(LAYERS)
)
REPORT = "x in R^n\nd/dx (x' x) = 2 x'\nd/dx (x' x) = 2 x\nd/dx (x' x) = 3 x'\nd/dx (q x)"


def derived(text, wrt):
    return einsight.derive(text, wrt=wrt.split(), declare=DECLARE)


def failure():
    with pytest.raises(einsight.EinsightError) as told:
        einsight.derive("W x y", wrt="x", declare=DECLARE)
    return told.value


RESULTS = {
    **{text: lambda text=text, wrt=wrt: derived(text, wrt) for text, wrt in TEXTS},
    "a deep chain": lambda: einsight.derive(f"sum(h_{LAYERS - 1})", wrt="x", declare=DEEP),
    "an expression": lambda: einsight.simplify("d/dx (a' x x' x)", declare=DECLARE),
    "a rewriting": lambda: einsight.rewrite("sum_j delta_ij x_j"),
    "a report": lambda: einsight.check(REPORT),
    "claims": lambda: tuple(einsight.check(REPORT).claims),
    "diagnostics": lambda: tuple(einsight.check(REPORT).diagnostics),
    "steps": lambda: tuple(derived("W x", "x").steps),
    "an error": failure,
}
WAYS = {
    "pickle": lambda r: pickle.loads(pickle.dumps(r)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


def lazy_parts(result):
    """What is worked out when it is asked for."""
    if not isinstance(result, Derived):
        return None
    return result.matrix, result.matrix_shape, result.gradient, result.latex, result.formula, result.steps, result.notes


@pytest.mark.parametrize("make", RESULTS.values(), ids=RESULTS)
def test_results_are_copied_and_compared(make):
    result, again = make(), make()
    assert result == again
    for name, way in WAYS.items():
        found = way(result)
        assert type(found) is type(result) and found == result, name
        assert lazy_parts(found) == lazy_parts(result), name
    asked = pickle.loads(pickle.dumps(result))  # what has been worked out goes with it
    assert vars(asked).keys() == vars(result).keys() if isinstance(result, Derived) else asked == result
    if not isinstance(result, einsight.check("").__class__):  # which can be changed
        assert hash(result) == hash(again) == hash(asked)


def test_results_that_differ_are_unequal():
    first = derived("W x", "x")
    others = [
        derived("W  x", "x"), derived("W x", "W"), einsight.derive("W x", wrt="x", declare=DECLARE, layout="mixed"),
        einsight.derive("W x", wrt="x", declare="W in R^(n x 4); x in R^4"),
        einsight.derive("W x", wrt="x", declare=DECLARE + "; z in R^q"), "W", None,
    ]  # fmt: skip
    assert [other for other in others if other == first] == []
    assert len({first, *others[:-2]}) == 6


def test_a_copy_computes():
    values = {"W": numpy.arange(12.0).reshape(3, 4) / 7, "x": numpy.ones(4), "b": numpy.zeros(3), "y": numpy.ones(3)}
    result = derived("‖h - y‖²", "W")
    for way in WAYS.values():
        assert numpy.array_equal(way(result).evaluate(values), result.evaluate(values))
        assert way(result).to("numpy", product="jvp") == result.to("numpy", product="jvp")


def test_names_are_known_where_they_come_to():
    found = pickle.loads(pickle.dumps(Names(catalogue().arity)))
    assert found.elementwise("tanh") == 1 and found.elementwise.__self__ is catalogue()


# terms

AXES = Index("i", Dim("n")), Index("j", Dim("n"))
PARTS = {
    *AXES,
    Dim("n", inferred=True),
    Dim.product([Dim("n"), Dim(3)]),
    Shift(((AXES[0], 1), (AXES[1], -2)), 3, Dim("n")),
    Tensor("T", (Dim("n"), Dim(2)), frozenset({"constant"})),
}


def parts_of(term):
    """Everything interned that it is made of."""
    for part in term.walk():
        yield part
        yield from part.abstractions()
        yield from part.slots()
    yield from term.depends


@pytest.mark.parametrize("text, wrt", TEXTS)
def test_what_is_interned_stays_one_object(text, wrt):
    result = derived(text, wrt)
    for part in {*parts_of(result.term), *parts_of(result.unreduced), *PARTS}:
        assert all(way(part) is part for way in WAYS.values()), part


def test_every_head_is_tried():
    tried = {
        type(p)
        for text, wrt in TEXTS
        for t in (derived(text, wrt).unreduced, derived(text, wrt).term)
        for p in t.walk()
    }
    assert tried == set(HEADS.values())


def test_a_definition_comes_back_alive():
    """Of a term that nothing holds any more, a new one is made, which is interned again."""
    told = pickle.dumps(derived("‖h - y‖²", "x").term)
    assert pickle.loads(told) is pickle.loads(told) is derived("‖h - y‖²", "x").term


def test_no_depth_is_too_deep():
    term = build.component(Tensor("x", ()))
    for _ in range(3000):
        term = build.apply("tanh", term)
    assert all(way(term) is term for way in WAYS.values())


def test_fresh_indices_of_other_processes_become_fresh_ones_here():
    dim = Dim("n")
    i, j = build.fresh_index(dim), build.fresh_index(dim)
    vector, matrix = Tensor("v", (dim,)), Tensor("M", (dim, dim))
    terms = [
        build.product([build.component(matrix, (i, j)), build.component(vector, (j,))], [j]),
        build.add(build.component(vector, (i,)), build.component(vector, (j,))),
        build.operator("inv", [build.abstraction((j, AXES[0]), build.component(matrix, (i, j)))], (AXES[0], j)),
        i,
    ]
    assert [WAYS["pickle"](t) for t in terms] == terms
    strange = [restored(reduced(t)[1][0], "another process") for t in terms]
    own = strange[-1]
    assert own is not i and own.dim is dim and own.kind == Index.FRESH
    assert strange[0] is build.substitute(terms[0], {i: own})
    (other,) = strange[1].free - {own}
    assert other is not j and strange[1] is build.substitute(terms[1], {i: own, j: other})
    assert strange[2] is build.substitute(terms[2], {i: own, j: other})


# processes

CHILD = """
import pickle, sys
import einsight
given, texts, declare = pickle.load(sys.stdin.buffer)
own = [einsight.derive(text, wrt=wrt.split(), declare=declare) for text, wrt in texts]
assert given == own
assert [g.term is o.term for g, o in zip(given, own)] == [True] * len(own)
assert [(g.matrix, g.latex, g.steps) for g in given] == [(o.matrix, o.latex, o.steps) for o in own]
sys.stdout.buffer.write(pickle.dumps(own))
"""


@pytest.mark.parametrize("seed", ["1", pytest.param("2", marks=pytest.mark.campaign)])
def test_another_process_reads_and_writes_them(seed):
    """Sets and dictionaries are in another order there."""
    results = [derived(text, wrt) for text, wrt in TEXTS[:5]]
    done = subprocess.run(
        [sys.executable, "-c", CHILD], input=pickle.dumps((results, TEXTS[:5], DECLARE)), capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": seed}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert pickle.loads(done.stdout) == results


def test_work_is_shared_among_spawned_processes():
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        found = pool.submit(einsight.derive, "W x", "x", DECLARE).result(timeout=120)
        with pytest.raises(einsight.EinsightError) as told:
            pool.submit(einsight.derive, "W x y", "x", DECLARE).result(timeout=120)
    assert found == einsight.derive("W x", "x", DECLARE)
    assert [d.code for d in told.value.diagnostics] == [d.code for d in failure().diagnostics]
