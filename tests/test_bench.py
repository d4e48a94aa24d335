"""The benchmarks run and say what they promise to; no figure is judged here."""

import json

import pytest

from einsight.bench.__main__ import main
from einsight.bench.documents import document, lines
from einsight.bench.editor import Edit, Editor, typed
from einsight.bench.session import EDITS, REQUESTS
from einsight.bench.table import percentile
from einsight.services.check import check


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
