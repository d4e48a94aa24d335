"""Free indices that get other names: what the short way gives is what building the term anew gives."""

import pytest

import einsight
from einsight.bench.problems import PROBLEMS
from einsight.terms import build
from einsight.terms.dimension import Index, fresh_index
from einsight.terms.term import Product


def _inside(term):
    """The terms inside whose free indices are none of a binder's."""
    return [t for t in term.walk() if t.free and all(i.kind != Index.BOUND for i in t.free)]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.name)
def test_other_names(problem, monkeypatch):
    derived = einsight.derive(*problem.fresh(""))
    terms = [t for whole in (derived.term, derived.unreduced) for t in _inside(whole)]
    renamings = []
    for term in terms:
        free = sorted(term.free, key=lambda i: i.key)
        twins = [i for i in free if i.dim is free[0].dim]
        renamings += [
            (term, {i: fresh_index(i.dim) for i in free}),
            (term, {free[0]: fresh_index(free[0].dim)}),
            (term, dict(zip(twins, reversed(twins), strict=True))),
            (term, dict.fromkeys(twins, twins[0])),
        ]
    found = [build.substitute(t, names) for t, names in renamings]
    monkeypatch.setattr(build, "_renamed", lambda *_: None)
    assert all(a is build.substitute(t, names) for a, (t, names) in zip(found, renamings, strict=True))
    for product in (p for t in found for p in t.walk() if isinstance(p, Product)):
        assert all(any(b in f.free for f in product.factors) for b in product.bound)


def test_dummies_that_are_named_with_those_of_a_product_inside():
    """`∑_k` within stands beside an index that is called as it is called."""
    derived = einsight.derive("sum(relu(W x))", "x", "W in R^(n x m); x in R^m")
    steps = derived.steps
    assert [s.after for s in steps][-2:] == ["[W_kl x_l > 0] W_ki", "[W x > 0]' W"]
