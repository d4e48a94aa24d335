"""Whatever is stopped, fails or is overtaken in the middle leaves a document as it was, or as one that is opened anew.

Each run is repeated with something else going wrong at its n-th poll, for n after n: the default run takes a few of them,
`pytest -m campaign tests/whole/test_interruption.py -s` every one.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from edited_pages import PAGES, all_of, differences, forget_results, fresh

from einsight.judging import comparison
from einsight.sheets import reading, splitting
from einsight.sheets.sheet import Sheet
from einsight.terms import build
from einsight.terms.interruption import OutOfTime, Stopped, in_time, poll, polled_by, within

SOME = 1  # of the polls of a run, in the default run, for every other language; not the same ones of every language and way
# one edit that changes what a definition says, and all that rests on it
BEFORE, AFTER = "+ b^T x", "+ 2 b^T x"


class Fault(Exception):
    """Something of ours that is wrong."""


def edited(language):
    text = PAGES[language]
    if language == "ein":
        return text.replace("y = A x + b", "y = A x + 2 b\nw = A y")
    assert BEFORE in text
    return text.replace(BEFORE, AFTER, 1)


def interrupted(work, at, what):
    """Work at whose poll of that number something happens, once; how many there were."""
    count = 0

    def at_poll():
        nonlocal count
        count += 1
        if count == at:
            what()

    forget_results()
    with polled_by(at_poll):
        work()
    return count


def throw(error):
    def at_poll():
        raise error

    return at_poll


def finished(sheet, text):
    sheet.become(text)
    sheet.finish()


def polls_of(language):
    """How many there are while the edited text is read and judged."""
    sheet = fresh(PAGES[language], language)
    return interrupted(lambda: finished(sheet, edited(language)), 0, None)


def numbers(language, way=None):
    """The polls at which a run goes wrong: some for a way in which it may, or all."""
    number = list(PAGES).index(language)
    if way is not None and (number + way) % 2:  # the others in campaigns
        return range(0)
    last = polls_of(language)
    step = 1 if way is None else max(1, last // SOME)
    begin = 0 if way is None else (number + 3 * way) * step // 8 % step
    return range(1 + begin, last + 1, step)


class Run:
    """What a document is before an edit, after it, and after another one."""

    def __init__(self, language):
        self.language, self.count = language, 0
        self.texts = PAGES[language], edited(language), PAGES[language].replace("x", "x2", 1)
        self.states = [all_of(fresh(text, language)) for text in self.texts]

    def sheet(self):
        self.count += 1
        return fresh(self.texts[0], self.language)

    def stopped(self, at, error):
        """It is stopped while a text is opened, or edited."""
        with suppress(Stopped):
            interrupted(lambda: fresh(self.texts[0], self.language), at, throw(error))
        sheet = self.sheet()
        try:
            interrupted(lambda: finished(sheet, self.texts[1]), at, throw(error))
        except Stopped:
            if sheet.text == self.texts[0]:
                assert not differences(sheet, self.states[0]), at
        finished(sheet, self.texts[1])
        assert not differences(sheet, self.states[1]), at

    def failed(self, at):
        """Something of ours fails; at the next edit nothing is left of that."""
        sheet = self.sheet()
        with suppress(Fault):
            interrupted(lambda: finished(sheet, self.texts[1]), at, throw(Fault("a fault")))
        assert sheet.text == self.texts[1]
        finished(sheet, self.texts[2])
        assert not differences(sheet, self.states[2]), at

    def overtaken(self, at):
        """Another thread reads and judges the same text, or has taken another one."""
        sheet = self.sheet()
        interrupted(lambda: finished(sheet, self.texts[1]), at, sheet.finish)
        assert not differences(sheet, self.states[1]), at
        sheet = self.sheet()
        with suppress(Stopped):
            interrupted(lambda: finished(sheet, self.texts[1]), at, lambda: finished(sheet, self.texts[2]))
        sheet.finish()
        assert not differences(sheet, self.states[self.texts.index(sheet.text)]), at


@pytest.fixture(scope="module", params=PAGES)
def run(request):
    return Run(request.param)


def test_reading_polls_wherever_it_is_long(run):
    sheet = run.sheet()
    planning = interrupted(lambda: sheet.become(run.texts[1]), 0, None)
    assert (planning > 0) == (run.language != "ein")
    assert interrupted(sheet.finish, 0, None) > 12


def test_a_run_is_stopped_at_its_nth_poll(run):
    for n in numbers(run.language, way=0):
        run.stopped(n, [Stopped(), OutOfTime("the time of a request is over")][n % 2])


def test_a_run_fails_at_its_nth_poll(run):
    for n in numbers(run.language, way=1):
        run.failed(n)


def test_a_run_is_overtaken_at_its_nth_poll(run):
    for n in numbers(run.language, way=2):
        run.overtaken(n)


@pytest.mark.campaign
def test_every_poll(run):
    every = numbers(run.language)
    every = every[:: max(1, 6000 // int(os.environ.get("EINSIGHT_CAMPAIGN", "6000")))]  # a reduced campaign takes some
    for n in every:
        run.stopped(n, Stopped())
        run.stopped(n, OutOfTime("the time of a request is over"))
        run.failed(n)
        run.overtaken(n)
    print(f"{run.language}: {len(every)} polls, {run.count} runs")


# what is told of a fault, and when it is gone


def _fault_in(monkeypatch, module, name, word):
    """What a module calls by a name fails where its first argument speaks of that."""
    real = getattr(module, name)

    def faulty(first, *more):
        if word in str(getattr(first, "text", first)):
            raise Fault("a fault")
        return real(first, *more)

    monkeypatch.setattr(module, name, faulty)


FAULTS = [
    ("ein", splitting, "split_document", "A ∈"),
    ("ein", reading, "lower_item", "dy/dx"),
    ("ein", comparison, "compare", ""),
    ("markdown", splitting, "planned", "Notes"),
    ("latex", splitting, "everything_in", "f = x^T"),
    ("python", splitting, "extracts_of", "Gradients"),
    ("python", splitting, "planned", "Gradients"),
    ("cells", splitting, "split_document", "="),
]


@pytest.mark.parametrize(("language", "module", "name", "word"), FAULTS)
def test_a_fault_is_told_where_it_is_and_costs_no_edit(monkeypatch, language, module, name, word):
    first, second = PAGES[language], edited(language)
    third = second.replace("2 b", "3 b", 1)
    opened = fresh(first, language)
    with monkeypatch.context() as broken:
        _fault_in(broken, module, name, word)
        forget_results()
        for text in (second, third):
            finished(opened, text)
            assert opened.text == text
            assert any("internal error" in d.message for d in opened.diagnostics())
    finished(opened, second)
    assert not differences(opened, all_of(fresh(second, language)))


def test_a_fault_in_one_docstring_costs_that_one(monkeypatch):
    _fault_in(monkeypatch, splitting, "planned", "Gradients")
    text = PAGES["python"]
    found = fresh(text, "python").diagnostics()
    assert [(d.code, d.severity, text[slice(*d.span)]) for d in found] == [
        ("EIN002", "error", "Gradients."), ("EIN401", "error", "3 x")
    ]  # fmt: skip


# whose time is over


def _until_over():
    while True:
        poll()


def test_the_time_of_a_request_says_nothing_of_what_is_in_it():
    assert in_time(0.01, _until_over, "late") == "late"
    with pytest.raises(OutOfTime), within(0.01):
        in_time(60, _until_over, "late")


def test_a_claim_is_not_undecided_because_a_request_was_late():
    opened = Sheet(PAGES["ein"])
    opened.budget = 60
    opened.catch_up()
    forget_results()
    with polled_by(throw(OutOfTime("the time of a request is over"))), suppress(OutOfTime):
        for cell in opened.next_claims():
            opened.judge(cell)
    opened.finish()
    assert not differences(opened, all_of(fresh(opened.text, "ein")))


# two threads on one term


def test_names_that_one_thread_gives_back_are_not_those_of_another():
    (claim,) = [c for c in fresh("A ∈ ℝ^(n×n); x ∈ ℝ^n\nx' A x = x' A' x\n", "ein").cells if c.lowered.kind == "claim"]
    product = claim.lowered.sides[0].value.term
    mine = build.open_product(product)
    build.give_back(product, mine)  # a rule is tried, and polls
    with ThreadPoolExecutor(1) as other:
        theirs = other.submit(build.open_product, product).result()
    build.give_back(product, mine)  # it did not fire
    assert set(mine[1]).isdisjoint(theirs[1])
    assert build.open_product(product) is mine
