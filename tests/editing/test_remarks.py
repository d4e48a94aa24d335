"""Comments of notes for what is not to be reported: fixes write them, and they hold for what they stand behind."""

import pytest

from einsight.documents.positions import LineIndex
from einsight.documents.regions import regions_of
from einsight.editing.actions import actions
from einsight.editing.edits import QUICKFIX, applied
from einsight.editing.hints import hints
from einsight.sheets.sheet import Sheet

NOTES = r"""Let $x \in \mathbb{R}^n$ and $A \in \mathbb{R}^{n\times n}$. We have $\frac{\partial}{\partial x} x^\top x = 3 x^\top$, and so on.

$$
\begin{aligned}
\frac{\partial}{\partial x} x^\top A x &= x^\top (A + A^\top) \\
&= 2 x^\top A \\
&= x^\top A + x^\top A
\end{aligned}
$$

$$\frac{\partial}{\partial x} (x^\top x) = x^\top$$
"""
PAPER = r"""\documentclass{article}\begin{document}
Let $x \in \mathbb{R}^n$.
\[
\frac{\partial}{\partial x} (x^\top x) = x^\top
\]
and $\frac{\partial}{\partial x} x^\top x = 3 x^\top$ so.
\end{document}
"""


def _sheet(text, language="markdown"):
    sheet = Sheet(text, language, "numerator")
    sheet.finish()
    return sheet


def _codes(sheet):
    return [(d.code, sheet.text.count("\n", 0, d.span[0])) for d in sheet.diagnostics()]


@pytest.mark.parametrize(("text", "language"), [(NOTES, "markdown"), (PAPER, "latex")])
def test_every_finding_can_be_left_out_and_the_others_stay(text, language):
    sheet = _sheet(text, language)
    before = _codes(sheet)
    assert len(before) >= 2
    for found in sheet.diagnostics():
        offered = [
            a
            for a in actions(sheet, LineIndex(text), *found.span, [QUICKFIX])
            if a.title.startswith(("Ignore", "This is"))
        ]
        assert {a.title.split()[0] for a in offered} == {"Ignore", "This"}
        for action in offered:
            after = _sheet(applied(text, action.edits), language)
            gone = (found.code, text.count("\n", 0, found.span[0]))
            assert _codes(after) == [b for b in before if b != gone]
            # the formulas are the same ones
            assert len(regions_of(after.text, language)) >= len(regions_of(text, language)) - 2


def test_what_is_marked_as_no_claim_has_no_verdict():
    sheet = _sheet(NOTES.replace("3 x^\\top$,", "3 x^\\top$ <!-- einsight: no claim -->,"))
    assert [h.label for h in hints(sheet, 0, NOTES.index("$$"))] == []
    assert "no claim" in dict(sheet.unread()).popitem()[1]


def test_a_comment_of_one_code_leaves_the_others():
    sheet = _sheet(NOTES.replace("x^\\top$$\n", "x^\\top$$ <!-- einsight: ignore EIN402 -->\n"))
    assert ("EIN401", 10) in _codes(sheet)


def test_hints_stand_before_the_end_of_a_row_and_outside_of_dollars():
    sheet = _sheet(NOTES)
    behind = [NOTES[h.offset :].lstrip(" ")[:2] for h in hints(sheet, 0, len(NOTES))]
    assert behind == [", ", "\\\\", "\\\\", "\n\\", "\n"]
    for hint in hints(sheet, 0, len(NOTES)):
        assert NOTES.count("$", 0, hint.offset) % 2 == 0
