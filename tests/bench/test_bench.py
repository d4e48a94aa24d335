"""The benchmarks run and say what they promise to; no figure is judged here."""

import argparse
import json
import sys
from importlib import import_module

import numpy as np
import pytest

import einsight
from einsight.bench import (
    cold,
    derivation,
    grading,
    growth,
    plots,
    worker_cadabra,
    worker_einsight,
    worker_sympy,
    worker_tensorgrad,
)
from einsight.bench.__main__ import main
from einsight.bench.documents import document, lines
from einsight.bench.editor import Edit, Editor, typed
from einsight.bench.problems import PROBLEMS, agrees
from einsight.bench.session import EDITS, REQUESTS
from einsight.bench.table import percentile
from einsight.bench.workers import Worker
from einsight.sheets.check import check


@pytest.mark.parametrize("statements", [1, 30, 100, 500])
def test_documents_have_their_statements(statements):
    texts = [text for text in document(statements).splitlines() if text and not text.startswith("#")]
    assert sum(1 + text.count(";") for text in texts) == statements
    assert document(statements) == document(statements)
    assert max(document(statements)) < "\U00010000"  # a column is a UTF-16 column


def test_a_document_is_a_mixture():
    kinds = [line for line in lines(2_000, seed=3) if line.statements]
    count = {kind: sum(line.statements for line in kinds if line.kind == kind) for kind in {x.kind for x in kinds}}
    assert 0.45 < count["claim"] / 2_000 < 0.55
    assert 0.2 < (count["definition"] + count["shared"]) / 2_000 < 0.3
    assert 0.08 < (count["declaration"] + count["unused"]) / 2_000 < 0.15
    verdicts = [v for line in kinds for v in line.verdicts]
    assert 0.03 < verdicts.count("transposed") / len(verdicts) < 0.06
    assert 0.01 < verdicts.count("wrong") / len(verdicts) < 0.03


def test_verdicts_are_as_meant():
    seed = 1
    meant = [v for line in lines(100, seed) for v in line.verdicts]
    assert {"right", "transposed", "wrong"} == set(meant)
    findings = check(document(100, seed))
    assert [c.verdict for c in findings.claims] == meant
    # what else is found: names of the last section, which ends early, and a claim that is read kindly
    assert {d.code for d in findings.diagnostics} <= {"EIN103", "EIN204", "EIN401", "EIN402"}


@pytest.mark.parametrize(
    "edit", [typed(0, 1, "x"), typed(1, 2, "\n"), Edit((0, 2), (2, 1), "é\n"), Edit((1, 0), (1, 2), "")]
)
def test_an_edit_is_taken_back(edit):
    class Silent:
        def notify(self, *_):
            return 0.0

    editor = Editor(Silent(), "file:///a.ein", "abc\nde\nfgh\n")
    _, back = editor.change(edit)
    assert editor.lines != ["abc", "de", "fgh", ""]
    editor.change(back)
    assert editor.lines == ["abc", "de", "fgh", ""]


def test_percentiles_are_values_that_were_measured():
    values = [float(k) for k in range(1, 101)]
    assert [percentile(values, q) for q in (0.5, 0.95, 0.99)] == [50, 95, 99]
    assert percentile([7.0], 0.99) == 7


@pytest.mark.campaign  # it starts many processes
def test_the_server_is_measured(tmp_path, capsys):
    few = "--sizes 30 --starts 1 --samples 1 --burst 4 --bursts 1 --edits 10 --quiet 0.1 --budget 100".split()
    assert main(["lsp", "--json", str(tmp_path / "lsp.json"), *few]) == 0
    table = capsys.readouterr().out
    assert "30 statements" in table and "a key in a claim" in table
    written = json.loads((tmp_path / "lsp.json").read_text(encoding="utf-8"))
    assert written["benchmark"] == "lsp" and written["settings"]["sizes"] == [30]
    measured = [row["measure"] for row in written["rows"]]
    assert len(measured) == len(set(measured)), "each measure has one row"
    wanted = {"start.einsight", "start.bare", "start.ratio", "floor.own", "floor.seen", "open.first", "open.last"}
    wanted |= {f"edit.{name}.{which}" for name, *_ in EDITS for which in ("own", "own.last", "seen")}
    wanted |= {f"request.{name}" for name, *_ in REQUESTS}
    wanted |= {"burst.last", "burst.hover", "memory.start", "memory.open", "memory.growth"}
    assert wanted <= set(measured)
    (hover,) = [row for row in written["rows"] if row["measure"] == "request.hover"]
    assert hover["count"] == 1 and hover["p50"] > 0 and hover["unit"] == "ms"


PROBLEM = {problem.name: problem for problem in PROBLEMS}


def test_problems_are_many_and_of_both_notations():
    assert len(PROBLEMS) == len(PROBLEM) >= 60
    notations = [problem.notation for problem in PROBLEMS]
    assert min(notations.count("index"), notations.count("matrix")) >= 25
    for forms in (worker_sympy.TEXTS, worker_tensorgrad.TEXTS, worker_cadabra.TEXTS):
        assert set(forms) <= set(PROBLEM), "a form without its problem is never asked for"


def test_fresh_names_are_new_wherever_they_stand():
    expression, variables, declare = PROBLEM["two layers in indices"].fresh("7")
    assert expression == "∑_i (V7_ij tanh(W7_jk x7_k + b7_j) - y7_i)^2"
    assert variables == ["x7"]
    assert declare == "V7 in R^(p x n); W7 in R^(n x m); x7 in R^(m); b7 in R^(n); y7 in R^(p)"
    assert PROBLEM["trace of a product"].fresh("7")[0] == "tr(A7 X7)", "`tr` is no name"


def test_the_truth_is_a_derivative():
    problem = PROBLEM["two matrices between vectors"]
    point = problem.point(3)
    truth = problem.reference(point)
    right = np.outer(point["y"], point["B"] @ point["x"])
    assert agrees(right, truth)
    for wrong in (right.T, 2 * right, right * (1 + 1e-4), right[0]):
        assert not agrees(wrong, truth)
    hessian = PROBLEM["bilinear form, mixed"]
    point = hessian.point(3)
    assert agrees(point["A"], hessian.reference(point), order=2), "axes of the first variable, then of the second"


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.name)
def test_einsight_derives_the_problems(problem):
    expression, variables, declare = problem.fresh("")
    point = problem.point(5)
    derived = einsight.derive(expression, variables, declare)
    assert agrees(derived.evaluate(point), problem.reference(point), len(variables))


def test_answers_of_cadabra_are_read():
    point = {"W": np.arange(6.0).reshape(2, 3), "x": np.array([1.0, -1, 2]), "y": np.array([3.0, 5])}
    residual = point["W"] @ point["x"] - point["y"]
    found = worker_cadabra.value("2W_{i j} W_{i u} x_{j}-2W_{i u} y_{i}", point, {"u": 3})
    np.testing.assert_allclose(found, 2 * residual @ point["W"])
    found = worker_cadabra.value(r"\delta_{i u} x_{v}", point, {"i": 2, "u": 2, "v": 3})
    np.testing.assert_allclose(found, np.einsum("iu,v->iuv", np.eye(2), point["x"]))
    found = worker_cadabra.value("-1/2 (x_{i} x_{i})**( -  1/2 ) x_{u}", point, {"u": 3})
    np.testing.assert_allclose(found, -point["x"] / 2 / np.sqrt(6))


def test_a_late_worker_is_started_again():
    script = (
        "import time\nfrom einsight.bench.workers import serve\n"
        "def answer(question):\n"
        "    print('noise'); time.sleep(question['seconds']); return {'is': 1 / question['n']}\n"
        "serve(lambda: ({'version': '7'}, answer))"
    )
    worker = Worker([sys.executable, "-c", script])
    try:
        assert worker.start() == {"version": "7"}
        assert worker.ask({"seconds": 0, "n": 4}, 30) == {"is": 0.25}
        assert "ZeroDivisionError" in worker.ask({"seconds": 0, "n": 0}, 30)["error"]
        assert worker.ask({"seconds": 60, "n": 1}, 0.2)["late"]
        assert worker.ask({"seconds": 0, "n": 2}, 30) == {"is": 0.5}
    finally:
        worker.kill()


def test_a_peer_that_is_not_installed_is_said_to_be_missing():
    script = "from einsight.bench.workers import serve\ndef start():\n    import there_is_no_such_peer\nserve(start)"
    worker = Worker([sys.executable, "-c", script])
    try:
        assert "not installed" in worker.ask({}, 30)["missing"]
    finally:
        worker.kill()


@pytest.mark.campaign  # it starts many processes
def test_derivations_are_measured(tmp_path, capsys):
    names = ["matrix times vector", "tanh layer", "logarithm of a determinant", "masked sum"]
    only = [word for name in names for word in ("--only", name)]
    given = ["--peers", "sympy", "--rounds", "2", "--turns", "1", "--shares", "--json", str(tmp_path / "d.json"), *only]
    assert main(["derivation", *given]) == 0
    table = capsys.readouterr().out
    assert "logarithm of a determinant" in table and "wrong" in table, "SymPy takes log det for a constant"
    rows = {row["measure"]: row for row in json.loads((tmp_path / "d.json").read_text(encoding="utf-8"))["rows"]}
    assert rows["correct.einsight"]["p50"] == 4 and rows["correct.sympy"]["p50"] == 3
    assert rows["sympy.masked sum"]["note"].startswith("indexed"), "in matrices it cannot be said"
    assert rows["ratio.sympy"]["count"] == 3
    assert rows["einsight.tanh layer"]["count"] == 2 and rows["again.tanh layer"]["p50"] > 0
    assert rows["matrix.tanh layer"]["p50"] > rows["einsight.tanh layer"]["p50"]
    assert rows["share.rewriting"]["p50"] > 0


def test_stages_are_functions_of_einsight_and_are_put_back():
    import einsight.deriving.readback as home

    before = [
        getattr(import_module(path.rpartition(".")[0]), path.rpartition(".")[2]) for path in worker_einsight.STAGES
    ]
    question = {"expression": "x@' A@ x@", "wrt": ["x@"], "declare": "A@ in R^(n x n); x@ in R^n", "mark": "77"}
    answer = worker_einsight._shares({**question, "rounds": 2, "limit": 9})
    assert {"parsing", "lowering", "rewriting", "matrix form", "reading back", "printing"} <= set(answer["stages"])
    assert min(answer["stages"].values()) > 0, "the rest is what no stage has, and not less than nothing"
    after = [
        getattr(import_module(path.rpartition(".")[0]), path.rpartition(".")[2]) for path in worker_einsight.STAGES
    ]
    assert all(a is b for a, b in zip(after, before, strict=True)) and home.matrix_form in after


def test_the_exponent_is_that_of_the_upper_half():
    sizes = [1, 2, 4, 8, 16, 32, 64]
    exponent, factor = growth.fitted(sizes, [100, 100, 100, *(3 * n**2 for n in sizes[3:])])
    assert (exponent, factor) == (pytest.approx(2), pytest.approx(3))
    assert growth.fitted([1, 2], [1, 2]) is None


@pytest.mark.campaign  # it starts many processes
def test_growth_is_measured(tmp_path, capsys):
    few = "--layers 1,2,3,4 --statements 10,30 --peers none --rounds 1".split()
    assert main(["growth", "--only", "chain.j", "--only", "doc", "--json", str(tmp_path / "g.json"), *few]) == 0
    table = capsys.readouterr().out
    assert "tanh chain, Jacobian in the input, einsight" in table and "n^" in table and "claims" in table
    rows = {row["measure"]: row for row in json.loads((tmp_path / "g.json").read_text(encoding="utf-8"))["rows"]}
    assert {f"chain.jacobian.einsight.{n}" for n in (1, 2, 3, 4)} <= set(rows)
    assert rows["chain.jacobian.einsight.exponent.size"]["p50"] > 0
    assert rows["document.einsight.exponent.time"]["p50"] is None, "two sizes have no exponent"


@pytest.mark.parametrize("name", growth.SERIES)
def test_every_series_derives(name):
    question = growth.SERIES[name].question(30 if name == "document" else 3)
    texts = question["texts"][:1] if question["task"] == "check" else []
    task = {"derive": worker_einsight._derive, "check": worker_einsight._check}[question["task"]]
    assert task({**question, "texts": texts, "rounds": 1, "limit": 9, "mark": "5"})["length"] > 0


def test_import_reports_are_read():
    report = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       120 |        120 |   lark.lexer\n"
        "import time:        30 |        150 | lark\n"
        "something else\n"
    )
    assert list(cold.modules(report)) == [("lark.lexer", 120, 1), ("lark", 30, 0)]
    row = cold._imported("x", "X", report)
    assert row.p50 == 2 and row.note.startswith("lark 2; longest lark 0 ms")


@pytest.mark.campaign  # it starts many processes
def test_cold_starts_are_measured(tmp_path):
    path = tmp_path / "c.json"
    assert main(["cold", "--rounds", "1", "--only", "python,version", "--json", str(path)]) == 0
    rows = {row["measure"]: row for row in json.loads(path.read_text(encoding="utf-8"))["rows"]}
    assert rows["cold.version"]["p50"] > rows["cold.python"]["p50"] * 0.5 and "over" in rows["cold.version"]["note"]
    assert "pygls" in rows["modules.lsp"]["note"]


def test_plots_say_what_they_need(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(SystemExit, match=r"einsight\[bench\]"):
        plots.sorted_ratios(tmp_path / "x.png", {"a": [1.0, 2.0]}, "title", "ratio", "what")


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_plots_are_written(tmp_path, suffix):
    pytest.importorskip("matplotlib")
    rows = list(
        growth._rows(growth.Grown("chain.input", "einsight", [1, 2, 4], [0.1, 0.2, 0.4], [5, 9, 20], [1, 1, 1]))
    )
    growth.plot(rows, tmp_path / f"growth{suffix}")
    timed = (
        derivation.sampled("einsight.a", None, "g", "t", [0.1]),
        derivation.sampled("sympy.a", None, "g", "t", [0.3], "matrix"),
    )
    derivation.plot(timed, tmp_path / f"ratios{suffix}")
    assert all((tmp_path / f"{name}{suffix}").stat().st_size > 1_000 for name in ("growth", "ratios"))


PAIRS = """@ linear | A nm, x m
= A x | A@x
A@x | Ax
x.T@A.T | x^T A^T
2*A@x | 2Ax
! | xA
"""


def test_answers_beside_references(tmp_path, capsys):
    (tmp_path / "pairs.txt").write_text(PAIRS, encoding="utf-8")
    rows = grading.run(grading.settings(_given(grading, "--pairs", str(tmp_path / "pairs.txt"))))
    found = {row.measure: row for row in rows}
    for true, note in zip(grading.TRUTHS, ("equal 1", "transposed 1", "different 1", "shape 1"), strict=True):
        assert found[f"grading.einsight.{true}"].note == note
    assert found["grading.einsight.false equal"].p50 == 0 and found["grading.einsight.time"].count == 4
    for peer in ("math-verify", "sympy"):  # one that is not installed is told
        assert any(row.measure.startswith(f"grading.{peer}") for row in rows)


def _given(module, *arguments):
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return parser.parse_args(arguments)


def test_python_files_are_measured(tmp_path, capsys):
    (tmp_path / "a.py").write_text(
        "import numpy as np\n" + "x = 1\n" * 400 + "np.ones(2) + np.ones(3)\n", encoding="utf-8"
    )
    (tmp_path / "b.py").write_text("x = 1\n", encoding="utf-8")
    main(["python", str(tmp_path), "--show"])
    told = capsys.readouterr().out
    assert "report EIN603" in told and "after an edit" in told and "a.py:402: EIN603 shapes (2,) and (3,)" in told
