"""Twice the text, at most two and a half times the work, whatever opens in it and never closes.

Work is CPU time of this process, which waits for nobody.  A text is made longer until it takes a thousandth of a second, and
is doubled twice, which tells a line (4 times) from a square (16 times) by more than a busy machine can blur.  The least of
several runs counts; what fails is measured again, since what grows with the square does so each time.  `pytest -m campaign`
takes all of them, twice as long: a square behind a long line shows there first.
"""

import gc
import itertools
import signal
import time

import doubled
import pytest
import tomllib
from thinning import part_in

from einsight.documents.inputs import neighbours
from einsight.documents.latex.macros import macros_of
from einsight.documents.latex.reader import _read, read_formula
from einsight.documents.positions import LineIndex
from einsight.documents.regions import everything_in, extracts_of, formulas_in
from einsight.documents.scanning import LONGEST
from einsight.plugins.rules_file import read_rules
from einsight.settings import _require_short_keys, read_settings
from einsight.sheets.notes.plan import planned
from einsight.syntax.statements import split_document

MOST = 2.5
ENOUGH, ATTEMPTS = 0.001, 8
# four times as much is 80,000 characters; behind 300,000 Python's `re` is given its memory in another way, which is
# one jump to eight times the time
LARGEST = 20_000


def _formulas(language):
    return lambda text: [formulas_in(e) for e in extracts_of(text, language)]


def _macros(text):
    macros_of(text)
    neighbours(text, lambda name: None)


def _formula(text):
    _read.cache_clear()
    try:
        read_formula(text, 0, len(text), {})
    except Exception as problem:
        assert type(problem).__name__ == "Unread", problem


def _page(text):
    _read.cache_clear()
    for extract in extracts_of(text, "markdown"):
        planned(extract.text, everything_in(extract), "numerator")


def _settings(text):
    try:
        _require_short_keys(text)
        read_settings(tomllib.loads(text), "a", text)
    except (ValueError, RecursionError):
        pass


def _positions(text):
    lines = LineIndex(text)
    for offset in range(0, len(text), 50):
        lines.offset(*lines.position(offset))


# what is done with texts, the texts, and the longest of them
WORK = {
    "Markdown": (_formulas("markdown"), doubled.MARKDOWN, LARGEST), "LaTeX": (_formulas("latex"), doubled.LATEX, LARGEST),
    "macros": (_macros, doubled.LATEX, LARGEST), "reStructuredText": (_formulas("rst"), doubled.RST, LARGEST),
    "Python": (_formulas("python"), doubled.PYTHON, LARGEST), "Julia": (_formulas("julia"), doubled.JULIA, LARGEST),
    "formula": (_formula, doubled.FORMULA, LONGEST // 4), "page": (_page, doubled.NOTES, 10_000),
    "statements": (lambda text: list(split_document(text)), doubled.EIN, LARGEST), "settings": (_settings, doubled.SETTINGS, LARGEST),
    "positions": (_positions, [("", "a", ""), ("", "é", ""), ("", "𝐀", ""), ("", "𝐀\r\n", ""), ("", "\n", "")], LARGEST),
    "rules": (lambda text: read_rules(text, "a"), doubled.RULES, 20_000),
}  # fmt: skip
CASES = [
    pytest.param(name, row, id=f"{name} {row[0]}{row[1]}"[:40].encode("unicode_escape").decode())
    for name, w in WORK.items()
    for row in w[1]
]
FIRST = [
    next(case for case in CASES if case.values[0] == name) for name in WORK
]  # of each kind of text one at the least


@pytest.fixture(autouse=True)
def limit():
    """What never ends is a failure too; where a clock can call."""

    def late(*_):
        raise AssertionError("this takes more than 20 s")

    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, late)
        signal.alarm(20)
    gc.disable()  # it looks through all objects whenever it likes
    yield
    gc.enable()
    if hasattr(signal, "SIGALRM"):
        signal.alarm(0)


def _took(work, text):
    begun = time.process_time()
    work(text)
    return time.process_time() - begun


def _grows(work, make, largest, enough=ENOUGH):
    """How much more work a doubling is, at the least of several runs; 1 where it is too little to be measured."""
    size = 1_000
    while (once := _took(work, make(size))) < enough and size < largest:
        size = min(2 * size, largest)
    found = [_growth(work, make(size), make(4 * size), once, enough)]
    if found[0] > MOST:  # once more with other texts: a square is one at every size
        found.append(_growth(work, make(size * 2), make(size * 8), float("inf"), enough))
    return min(found)


def _growth(work, short, long, once, enough):
    longest = float("inf")
    for _ in range(ATTEMPTS):
        once, longest = min(once, _took(work, short)), min(longest, _took(work, long))
        if longest <= MOST**2 * once or longest < enough:
            break
    return (longest / once) ** 0.5 if longest >= enough else 1.0


@pytest.mark.parametrize(("name", "row"), [case for case in CASES if part_in(case.id, 8) == 0 or case in FIRST])
def test_twice_the_text(name, row):
    work, _, largest = WORK[name]
    assert _grows(work, lambda size: doubled.long(row, size), largest) <= MOST


@pytest.mark.campaign
@pytest.mark.parametrize(("name", "row"), CASES)
def test_twice_a_long_text(name, row):
    work, _, largest = WORK[name]
    assert _grows(work, lambda size: doubled.long(row, size), largest, 4 * ENOUGH) <= MOST


@pytest.mark.parametrize("name", doubled.NOTEBOOKS)
def test_twice_the_notebook(name):
    assert _grows(_formulas("notebook"), doubled.NOTEBOOKS[name], 1_000_000) <= MOST


def test_what_grows_with_the_square_is_noticed(monkeypatch):
    monkeypatch.setitem(globals(), "ATTEMPTS", 2)  # it is one each time

    def square(text):
        return [text.count("a", k) for k in range(0, len(text), 10)]

    assert _grows(square, lambda size: "b" * size, LARGEST) > MOST


DOUBLING = (
    "".join(rf"\def\m{a}{{\m{b}\m{b}\m{b}\m{b}}}" for a, b in itertools.pairwise("abcdefghijklmnopq"))
    + r"\def\mq{xxxx}"
)
CUT = {
    "a formula": ("latex", "$a = " + "x + " * 5_001 + "x$", "longer than 20000 characters"),
    "formulas": ("markdown", "$a = b$ " * 20_002, "and 2 more are not"),
    "macros": ("latex", DOUBLING + r"$a = \ma$", "to more than 20000 signs"),
    "arguments": ("latex", r"\newcommand{\a}[1]{#1#1#1#1#1#1} $a = " + r"\a{" * 12 + "x" + "}" * 12 + "$", "to more than 20000 signs"),
    "brackets": ("latex", "$a = " + "[x" * 61 + "$", "more than 60 brackets"),
    "a program": ("python", '""":math:`x = y`"""\n' + "#" * 2_000_000, "more than 2 million characters"),
}  # fmt: skip


@pytest.mark.parametrize("what", CUT)
def test_what_is_cut_is_said(what):
    language, text, words = CUT[what]
    unread = [r.problem for extract in extracts_of(text, language) for r in everything_in(extract) if r.problem]
    assert unread and all(words in problem for problem in unread)


def test_a_sentence_that_never_ends_still_says_what_it_says():
    names = "".join(f"and the symmetric matrix $A_{{{k}}}$ is here, " for k in range(2_000))
    _page(f"Let $B$ be a symmetric matrix, {names}and $C$ is an $n \\times m$ matrix.")
