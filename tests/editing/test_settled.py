"""Claims of notes whose verdict is known by numbers alone: nothing is shown of them that was not worked out so."""

import pytest

from einsight.editing.derivations import derivation
from einsight.editing.hover import hover
from einsight.editing.panel import view
from einsight.editing.preview import rendered
from einsight.sheets.sheet import Sheet

PAGE = r"""For one feature the batch is $x_1, \dots, x_N$, with $\mu = \frac1N \sum_i x_i$ and $\sigma^2 = \frac1N \sum_i (x_i - \mu)^2$.
Then $\frac{\partial \sigma^2}{\partial x_j} = \frac2N (x_j - \mu)$.
"""


@pytest.fixture(scope="module")
def sheet():
    made = Sheet(PAGE, "markdown")
    made.finish()
    return made


@pytest.mark.parametrize("words", [r"partial \sigma", r"\frac2N (x_j"])
def test_a_hover_tells_the_verdict_and_what_it_rests_on(sheet, words):
    found = hover(sheet, PAGE.index(words) + 2)
    assert found is not None and found.brief[0].startswith("right") and not found.formula
    assert "`N` is a number" in found.details[0]


def test_nothing_is_derived(sheet):
    at = PAGE.index(r"partial \sigma^2")
    assert derivation(sheet, at) is None
    shown = view(sheet, at)
    assert shown is None or [v.verdict for v in shown.verdicts] == ["right"]


def test_the_preview_shows_it(sheet):
    assert [r.verdict for r in rendered(sheet)] == ["right"]


def test_an_edit_of_the_page_asks_again(sheet):
    edited = Sheet(PAGE.replace(r"\frac2N", r"\frac3N"), "markdown")
    edited.finish()
    assert not [c for c in edited.claims() if c.verdict == "right"]
    edited.become(PAGE) if hasattr(edited, "become") else None
    edited.finish()
    assert [c.verdict for c in edited.claims()] == ["right"]
