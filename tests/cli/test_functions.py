"""`einsight functions`: every function is told, and what is told of it holds."""

import json
import math

import numpy as np
import pytest

from einsight import derive
from einsight.cli.main import main
from einsight.docs import function_entries
from einsight.docs.domains import POINTS, domain
from einsight.lowering.function_table import ROWS
from einsight.lowering.names import ARRAY_FUNCTIONS
from einsight.plugins import telling as plugins
from einsight.rules.catalogue import catalogue, forget


@pytest.fixture
def run(capfd):
    def running(*arguments):
        status = main(["functions", *arguments])
        return status, *capfd.readouterr()

    return running


def test_the_list_has_every_function(run):
    status, out, said = run()
    assert (status, said) == (0, "")
    known = {*catalogue().functions, *(row.name for row in ROWS), *ARRAY_FUNCTIONS}
    assert {line.partition("(")[0] for line in out.partition("\n\n")[0].splitlines()} >= known
    of_sympy = out.partition("from SymPy: ")[2].replace(",", " ").split()
    assert of_sympy == function_entries.names_of_sympy() and not known & set(of_sympy)


def test_the_page_of_one_and_json_say_the_same(run):
    for name in ("tanh", "max", "softmax", "logdet", "jac", "digamma"):
        status, out, said = run(name)
        assert (status, said) == (0, "")
        found = json.loads(run(name, "--format", "json")[1])
        assert [e["name"] for e in found] == [name] * (2 if name == "max" else 1)
        for entry in found:
            told = [entry["call"], entry["doc"], entry["domain"], entry["axes"], *entry["derivative"].values()]
            assert all(text in out for text in told), name
            assert all(line in out for code in entry["code"].values() for line in code.splitlines())


def test_all_as_json(run):
    found = json.loads(run("--format", "json")[1])
    assert [e["name"] for e in found] == [e.name for n in function_entries.names() for e in function_entries.entries(n)]
    without = {e["name"] for e in found if not e["derivative"]}
    assert without == {"expm", "jac", "grad", "hess", "I", "ones", "zeros", "commutation", "khatri_rao"}
    assert all(
        e["domain"] and (e["code"].keys() == {"numpy", "jax", "torch"}) == (e["name"] not in without - {"expm"})
        for e in found
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [("sotfmax", "did you mean `softmax`?"), ("lambrtw", "`lambertw`"), ("qqq", "lists them"), ("", "lists")],
)
def test_what_is_no_function_is_told_with_the_nearest(run, name, told):
    status, out, said = run(name)
    assert (status, out) == (2, "") and told in said and said.count("\n") == 1


ENTRIES = [(name, number) for name in function_entries.names() for number in range(len(function_entries.entries(name)))]
SIZES = {"n": 4, "m": 3, "p": 2, "q": 5}


@pytest.mark.parametrize(("name", "number"), ENTRIES, ids=lambda v: str(v))
def test_the_code_that_is_shown_computes_the_function(name, number):
    """Carried out as it stands: it agrees with what `evaluate` gives of the call, at an argument in the domain."""
    entry = function_entries.entries(name)[number]
    if not entry.code:
        return
    random = np.random.default_rng(1)
    *_, declared = entry.axes.rpartition("of ")
    declared = declared.partition(" it is")[0] if " it is" in entry.axes else "z, w in R^n"
    found = derive(entry.call, None, declared)
    given = {t.name: random.uniform(0.2, 0.9, [SIZES[str(d)] for d in t.dims]) for t in found.inputs}
    for matrix in given.values():
        if matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]:
            matrix += 3 * np.eye(len(matrix))  # whose determinant is positive
    *lines, last = entry.code["numpy"].splitlines()
    names = {"numpy": np, "math": math, "dtype": np.dtype(float), "functools": __import__("functools"), **given}
    exec("\n".join(lines), names)
    assert np.allclose(eval(last.removeprefix("return "), names), found.evaluate(given))


@pytest.mark.parametrize(
    ("name", "told"),
    [("log", "z > 0"), ("sqrt", "z ≥ 0"), ("ln", "z > 0"), ("asin", "|z| ≤ 1"), ("tanh", "every number"), ("huber", "w ≥ 0"),
     ("tan", "not an odd multiple of π/2"), ("cot", "not a multiple of π"), ("gamma", "not 0, -1, -2, …"), ("lambertw", "z ≥ -1/e"),
     ("acosh", "z ≥ 1"), ("asech", "0 < z ≤ 1"), ("riemann_xi", "")],
)  # fmt: skip
def test_the_domain_is_where_there_are_values(name, told):
    assert function_entries.entries(name)[0].domain == told


def test_no_two_domains_agree_at_all_points():
    from einsight.docs import domains

    for candidates, arity in ((domains._OF_ONE, 1), (domains._OF_TWO, 2)):
        for text, holds in candidates:

            def value(*at, holds=holds):
                if not holds(*at):
                    raise ValueError
                return 1.0

            assert domain(value, arity) == text
    assert domain(lambda z: math.nan if z == POINTS[3] else 1.0, 1) == ""


def test_the_functions_of_a_plugin_are_among_them(run, tmp_path):
    path = tmp_path / "course.rules"
    path.write_text(
        "# Bounded.\nfunction softsign(z) = z/(1 + abs(z))\nfunction gap(a, b) = (a_i - b_i) (a_i - b_i)\n",
        encoding="utf-8",
    )
    plugins.use(rules=[str(path)])
    try:
        (number,), (array,) = map(function_entries.entries, ("softsign", "gap"))
        listed = dict(function_entries.lines())
    finally:
        plugins.use()
        forget()
    assert (number.source, number.domain) == ("course", "every number") and number.derivative.keys() == {"z"}
    assert listed["softsign(z)"] == "Bounded.; = z/(1 + abs(z))"
    assert (
        array.derivative["a"] == "2 (a - b)'"
        and array.layout == "numerator"
        and array.domain == "a has 1 axis; b has 1 axis"
    )
