"""The questions are well formed, their truths run and agree with what people worked out, and the counting tells outcomes apart."""

import json
import random
from collections import Counter

import jax
import numpy as np
import pytest
from jax.scipy.special import digamma

import einsight
from einsight.bench import questions
from einsight.bench.__main__ import main
from einsight.bench.asked import HELD_BACK, KINDS, SEEN, Question, read

jax.config.update("jax_enable_x64", True)
PARTS = {path.stem: read(path) for path in (SEEN, HELD_BACK)}
EVERY = [q for part in PARTS.values() for q in part]
TRUE = [q for q in EVERY if q.ref]
CLOSED = [q for q in TRUE if q.closed]
# a few of each part, the same in every run; the campaign takes all
FEW = [q for part in PARTS.values() for q in random.Random(1).sample([q for q in part if q.ref and q.order == 1], 2)]
FEW_CLOSED = random.Random(2).sample([q for q in CLOSED if q.order == 1 and len(q.axes) < 3], 4)


def ids(question):
    return question.id


def _is_of_halves(q):
    """Is it of the authors whose questions were halved, and not parted into thirds?"""
    return (q.id > "g500" and q.id.startswith("g")) or q.id.startswith("k")


def test_there_are_enough_of_each_kind_in_both_parts():
    assert len(EVERY) >= 210 and sum(not q.scope for q in EVERY) >= 15
    of_thirds = [q for q in EVERY if not _is_of_halves(q) and not q.id.startswith(("h", "r"))]
    assert sum(not _is_of_halves(q) for q in PARTS["held_back"]) == pytest.approx(len(of_thirds) / 3, abs=2)
    assert sum(map(_is_of_halves, PARTS["held_back"])) >= 60
    for part in PARTS.values():
        counts = Counter(q.kind for q in part)
        assert set(counts) == set(KINDS) and max(counts.values()) < 2 * min(counts.values())


def test_no_text_occurs_twice():
    texts = Counter("".join(q.text.split()) for q in EVERY)
    assert not [text for text, count in texts.items() if count > 1]
    assert len({q.id for q in EVERY}) == len(EVERY)


def _is_well_formed(q):
    assert q.kind in KINDS and q.text.strip() and q.topic and q.source and q.order in (1, 2)
    assert bool(q.reason) != q.scope, "what is out of scope says why"
    assert q.ref or not q.scope
    if q.ref:
        assert set(q.variables) <= set(q.shapes)
        assert {*q.names, *q.sample, *q.properties} <= set(q.shapes)
        dimensions = {d for shape in q.shapes.values() for d in shape}
        fixed = {d for d in dimensions if isinstance(d, int)} - {1}  # a row has an axis of 1
        assert dimensions - fixed - {1} == set(q.sizes)
        for which in range(questions.POINTS):
            sizes = [size + which for size in q.sizes.values()]
            assert len({*sizes, *fixed}) == len(sizes) + len(fixed), "sizes are all different"


def test_rows_are_well_formed():
    for question in EVERY:
        try:
            _is_well_formed(question)
        except AssertionError as error:
            raise AssertionError(f"{question.id}: {error}") from error


def _check_truth(question):
    for which in range(questions.POINTS):
        point = question.point(which)
        truth = question.truth(point)
        assert np.isfinite(truth).all() and np.isfinite(question.value(point)).all()
        sizes = {name: str(size + which) for name, size in question.sizes.items()}
        shape = tuple(eval("*".join(sizes.get(d, d) for d in str(axis).split("*"))) for axis in question.axes)
        assert truth.shape == shape, "axes of the output, then of the variables"


def _check_closed(question):
    point = question.point(0)
    found = eval(question.closed, {"np": np, "digamma": digamma, **point})
    truth = question.truth(point)
    assert np.shape(found) == truth.shape
    np.testing.assert_allclose(found, truth, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("question", FEW, ids=ids)
def test_truths_run(question):
    _check_truth(question)


@pytest.mark.campaign
@pytest.mark.parametrize("question", TRUE, ids=ids)
def test_every_truth_runs(question):
    _check_truth(question)


@pytest.mark.parametrize("question", FEW_CLOSED, ids=ids)
def test_truths_are_the_closed_forms(question):
    _check_closed(question)


@pytest.mark.campaign
@pytest.mark.parametrize("question", CLOSED, ids=ids)
def test_every_closed_form(question):
    _check_closed(question)


def test_closed_forms_are_many():
    assert len(CLOSED) >= 30


FORM = {"kind": "plain", "topic": "forms", "wrt": "x", "source": "test", "shapes": {"x": ["n"], "A": ["n", "n"]}}
FORM |= {"sizes": {"n": 3}}
ROWS = [
    {**FORM, "id": "1", "text": "x' A x", "ref": "lambda x, A: x @ A @ x"},
    {**FORM, "id": "2", "text": "x' A A x", "ref": "lambda x, A: x @ A.T @ A @ x"},
    {**FORM, "id": "3", "text": "x' A", "ref": "lambda x, A: x @ A @ x"},
    {**FORM, "id": "4", "text": "x' A )", "ref": "lambda x, A: x @ A"},
    {**FORM, "id": "5", "text": "x' x", "scope": False, "reason": "to see it answered"},
]


def test_outcomes_are_told_apart(tmp_path, capsys):
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    outcomes = [answer.outcome for answer in questions.answered(read(path))]
    assert outcomes == ["right", "misread", "misread", "refused", "misread"]
    given = ["questions", "--file", str(path), "--refusals", "--show", "--json", str(tmp_path / "q.json")]
    assert main(given) == 0
    told = capsys.readouterr().out
    assert "misread 2 plain [forms] x' A A x   in x" in told and "EIN001" in told
    rows = json.loads((tmp_path / "q.json").read_text(encoding="utf-8"))["rows"]
    figures = {row["measure"]: row["p50"] for row in rows if row["measure"].startswith("questions.with.all.in scope")}
    assert list(figures.values()) == [4, 3, 1, 0, 2, 1, 0], questions.COLUMNS


def test_a_wrong_derivative_is_no_misreading(monkeypatch):
    question = Question(**ROWS[0])
    other = einsight.derive("2 x' A x", "x", question.declarations)
    monkeypatch.setattr(einsight, "derive", lambda *a, **k: other)
    assert [answer.outcome for answer in questions.answered([question])] == ["wrong"]
    monkeypatch.setattr(einsight, "derive", lambda *a, **k: 1 / 0)
    assert [(a.outcome, a.told) for a in questions.answered([question])] == [
        ("crashed", "ZeroDivisionError: division by zero")
    ]


def test_of_those_held_back_only_totals_are_told(monkeypatch, tmp_path, capsys):
    path = tmp_path / "held_back.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    monkeypatch.setattr(questions, "HELD_BACK", path)
    assert main(["questions", "--held-back", "--bare", "--refusals"]) == 0
    told = capsys.readouterr().out
    assert "in scope" in told and "without declarations" in told
    assert not any(row["text"] in told for row in ROWS) and "EIN001" not in told and "forms" not in told
