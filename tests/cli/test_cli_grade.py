"""`einsight grade`: one answer, and files of them in several processes."""

import json
import subprocess
import sys
import time

import pytest

from einsight import processes
from einsight.cli.main import main
from einsight.grading import batch

ANSWERS = [
    ("(A + A')x", "equal"),
    ("2 A x", "equal_if"),
    ("x^T(A+A^T)", "transposed"),
    ("A x", "different"),
    ("\\boxed{Ax + A^\\top x}", "equal"),
    ("A x)", "unread"),
]


@pytest.fixture
def grade(capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        status = main(["grade", *map(str, arguments)])
        return status, *capfd.readouterr()

    return run


def lines(count, **named):
    rows = [{"id": k, "answer": ANSWERS[k % len(ANSWERS)][0], **named} for k in range(count)]
    with open("answers.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return [ANSWERS[k % len(ANSWERS)][1] for k in range(count)]


QUESTION = ("--question", "x' A x", "-w", "x")


@pytest.mark.parametrize("answer, verdict", ANSWERS)
def test_one_answer(grade, answer, verdict):
    status, out, err = grade("--answer", answer, *QUESTION)
    assert (status, out.split(":")[0].strip(), err) == (int(verdict != "equal"), verdict, "")
    status, out, _ = grade("--answer", answer, *QUESTION, "--format", "json", "--exit-zero")
    assert status == 0 and json.loads(out)["verdict"] == verdict


def test_processes_and_runs_change_nothing(grade):
    verdicts = lines(18)
    written = []
    for jobs in (1, 2):
        status, out, err = grade("answers.jsonl", *QUESTION, "--jobs", jobs, "--format", "json")
        assert (status, err) == (1, "")
        written.append(out)
    assert len(set(written)) == 1
    found = [json.loads(line) for line in written[0].splitlines()]
    assert [row["verdict"] for row in found] == verdicts and [row["id"] for row in found] == list(range(18))
    assert all(row["by"].startswith("einsight ") and row["line"] == row["id"] + 1 for row in found)


def test_a_run_that_was_cut_off_goes_on(grade):
    lines(12)
    assert grade("answers.jsonl", *QUESTION, "--output", "whole")[0] == 1
    with open("whole", "rb") as file:
        whole = file.read()
    for kept in (0, len(whole) // 2, len(whole)):
        with open("part", "wb") as file:
            file.write(whole[:kept])
        status, out, _ = grade("answers.jsonl", *QUESTION, "--output", "part", "--resume")
        with open("part", "rb") as file:
            assert file.read() == whole
        assert (status, out) == (1, grade("answers.jsonl", *QUESTION)[1].splitlines()[-1] + "\n")
    for odd in (("--output", "whole"), ("--output", "whole", "--resume", "--layout", "numerator")):
        status, _, err = grade("answers.jsonl", *QUESTION, *odd)
        assert status == 2 and err.startswith("einsight: whole: ") and err.count("\n") == 1
    with open("whole", "rb") as file:
        assert file.read() == whole


def test_a_line_that_asks_nothing_costs_itself(grade):
    with open("answers.jsonl", "w", encoding="utf-8") as file:
        file.write('{"answer": "x", "reference": "x"}\n\n{"answer": "x", "refrence": "x"}\n[]\n{\n{"id": 3}\n')
        file.write('{"answer": "x", "reference": "(("}\n{"answer": 7, "reference": "x"}\n')
    status, out, err = grade("answers.jsonl", "--format", "json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 2 and [bool(r["error"]) for r in rows] == [False] + [True] * 6
    assert "did you mean `reference`?" in rows[1]["error"] and "line 3: " in err


@pytest.mark.parametrize(
    "arguments",
    [(), ("--answer", "x"), ("--answer", "x", "file"), ("missing.jsonl",), ("answers.jsonl", "--resume"),
     ("--answer", "x", "--reference", "(("), ("--answer", "x", "--reference", "x", "--up-to", "luck"), ("answers.jsonl", "--jobs", "0")],
)  # fmt: skip
def test_what_cannot_be_run_says_so(grade, arguments):
    lines(1)
    status, _, err = grade(*arguments)
    assert status == 2 and err.startswith("einsight: ") and err.count("\n") == 1


SLOW = (
    "import sys; sys.path[:] = {path!r}\nimport os, time, einsight.grading.pairs as g\nbefore = g.answer_in\n"
    "def answer_in(text, *rest):\n"
    "    if text == 'SLEEP': time.sleep(60)\n"
    "    if text == 'EXIT': os._exit(3)\n"
    "    return before(text, *rest)\n"
    "g.answer_in = answer_in\nfrom einsight.processes import serve; serve()"
)


def test_what_hangs_or_dies_costs_its_answer(monkeypatch):
    monkeypatch.setattr(processes, "START", SLOW)
    monkeypatch.setattr(batch, "_seconds", lambda task: 6)
    begin = time.monotonic()
    found = list(batch.grade_many([(a, "x") for a in ("x", "SLEEP", "x", "EXIT", "x", "x")], jobs=2))
    assert [v.verdict for v in found] == [
        "equal",
        "undecided",
        "equal",
        "undecided",
        "equal",
        "equal",
    ] and time.monotonic() - begin < 30
    assert "too long" in found[1].reason and "status 3" in found[3].reason


def test_without_processes_this_one_grades(monkeypatch):
    def refuse(*_, **__):
        raise OSError("no more processes")

    monkeypatch.setattr(processes.subprocess, "Popen", refuse)
    assert [v.verdict for v in batch.grade_many([("x", "x"), ("2x", "x")], jobs=2)] == ["equal", "different"]


def test_answers_are_taken_as_they_are_needed():
    taken = []

    def answers():
        for k in range(100_000):
            taken.append(k)
            yield "2 x", "x + x"

    for jobs in (1, 2):
        taken.clear()
        first = next(iter(found := batch.grade_many(answers(), jobs=jobs)))
        found.close() if jobs > 1 else None
        assert first.verdict == "equal" and len(taken) <= 1 + jobs * processes.AHEAD


def test_each_line_of_a_pipe_is_answered_as_it_comes():
    with subprocess.Popen(
        [sys.executable, "-m", "einsight", "grade", "-", "--format", "json", *QUESTION],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
    ) as process:  # fmt: skip
        for answer, verdict in ANSWERS[:3]:
            process.stdin.write(json.dumps({"answer": answer}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["verdict"] == verdict
        process.stdin.close()
        assert process.wait(30) == 1
