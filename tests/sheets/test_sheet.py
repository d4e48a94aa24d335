"""The analysis under edits: the same as from scratch, and no more work than the edit asks for."""

import random

import pytest

from einsight.editing.derivations import as_text, derivation
from einsight.editing.panel import step_edit
from einsight.sheets.sheet import Sheet

TEXT = """#! layout numerator
A ∈ ℝ^(n×n); x, b ∈ ℝ^n
c ∈ ℝ  # a number
dim k = 3
y = A x + b
s_i = tanh(y_i)
z = A (
  x + b)
d/dx (x' A x) = x' (A + A')
dy/dx = A
  = A
∂s_i/∂x_j = (1 - s_i^2) A_ij
W_ij v_j
q = A' y
d/dx (b' x) = b
d/dx (b' y) = b' A
"""
# what each edit changes is in the fourth column: statements read, claims judged
EDITS = [
    ("in a comment", "a number", "any number", (0, 0)),
    ("white space", "dy/dx = A\n", "dy/dx  =  A\n", (1, 1)),
    ("a claim", "= b\n", "= b'\n", (1, 1)),
    ("a definition nobody uses", "q = A' y", "q = 2 A' y", (1, 0)),
    ("a definition", "y = A x + b", "y = A x", (6, 3)),
    ("a definition that says the same", "y = A x + b", "y = b + A x", (1, 0)),
    ("an unused declaration", "c ∈ ℝ", "c ∈ ℝ^k", (1, 0)),
    ("a new line", "dim k = 3\n", "dim k = 3\n\n\n", (0, 0)),
    ("a statement more", "dim k = 3\n", "dim k = 3\nk\n", (1, 0)),
    ("the layout", "numerator", "denominator", (11, 5)),
]


def _fresh(text):
    sheet = Sheet(text)
    sheet.finish()
    return sheet


def _found(sheet):
    return sheet.diagnostics(), sheet.claims()


def _edited(sheet, old, new):
    at = sheet.text.index(old)
    sheet.edit(at, at + len(old), new)


@pytest.mark.parametrize(("old", "new", "work"), [e[1:] for e in EDITS], ids=[e[0] for e in EDITS])
def test_an_edit_costs_what_it_touches(old, new, work):
    sheet = _fresh(TEXT)
    before = sheet.lowered_count, sheet.judged_count
    _edited(sheet, old, new)
    sheet.finish()
    assert (sheet.lowered_count - before[0], sheet.judged_count - before[1]) == work
    assert _found(sheet) == _found(_fresh(sheet.text))


def test_an_undone_edit_costs_no_reading():
    sheet = _fresh(TEXT)
    _edited(sheet, "y = A x + b", "y = 3 A x + b")
    sheet.finish()
    before = sheet.lowered_count
    _edited(sheet, "y = 3 A x + b", "y = A x + b")
    sheet.finish()
    assert sheet.lowered_count == before


def test_related_places_move_with_their_declaration():
    sheet = _fresh("x ∈ ℝ^n\n\nA ∈ ℝ^(m×k)\nA x\n")
    sheet.edit(8, 8, "\n# more\n\n")
    sheet.finish()
    (found,) = [d for d in sheet.diagnostics() if d.severity == "error"]
    assert {sheet.text[slice(*span)] for span, _ in found.related} == {"A", "x"}


def _asked(sheet):
    """The derivations at every statement, and where their steps would be put."""
    found = []
    for cell in sheet.cells:
        derived = derivation(sheet, cell.start + 1)
        count = len(derived.steps) if derived is not None else 0
        said = (derived.span, derived.expression, as_text(derived)) if derived is not None else None
        found.append((said, [step_edit(sheet, cell.start + 1, step) for step in range(count + 1)]))
    return found


def test_what_was_worked_out_of_a_statement_moves_with_it():
    sheet = _fresh(TEXT)
    _asked(sheet)
    sheet.edit(0, 0, "# a line more\n")
    sheet.finish()
    assert _asked(sheet) == _asked(_fresh(sheet.text))


def _typed(sheet, at, text):
    for k, char in enumerate(text):
        sheet.edit(at + k, at + k, char)


@pytest.mark.parametrize("language", ["ein", "markdown", "latex", "rst", "cells", "python"])
@pytest.mark.parametrize("text", ["# c\n", "# c", "x ∈ ℝ^n\r\nx", TEXT])
def test_a_document_is_emptied_and_written_anew(language, text):
    sheet = Sheet(text, language)
    for written in ("# a b\n", "\n", "𝛿\r\n"):
        sheet.edit(0, len(sheet.text), "")
        _typed(sheet, 0, written)
        sheet.finish()
        fresh = Sheet(written, language)
        fresh.finish()
        assert _found(sheet) == _found(fresh)
        assert [(p.start, p.length) for p in sheet.places] == [(p.start, p.length) for p in fresh.places]


def test_edits_far_apart_cost_what_they_touch():
    sheet = _fresh(TEXT)
    before = sheet.lowered_count, sheet.judged_count
    sheet.become(TEXT.replace("# a number", "# one").replace("q = A' y", "q = 2 A' y").replace("= b\n", "= b'\n"))
    sheet.finish()
    assert (sheet.lowered_count - before[0], sheet.judged_count - before[1]) == (2, 1)
    assert _found(sheet) == _found(_fresh(sheet.text))


PIECES = [
    "\n", "\r\n", "\r", ";", "(", ")", "=", " + b", "'", "# note", "#! layout mixed\n", "#! ignore EIN402\n", "x", "A",
    "y = 2 x\n", "A ∈ ℝ^(n×n)\n", "x ∈ ℝ^m\n", "= A", " ", "_i", "dim n = 4\n", "𝛿", "f : ℝ → ℝ\n", "d/dx (b' x) = b'\n",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_many_edits_give_what_a_fresh_start_gives(seed):
    generator = random.Random(seed)
    sheet = Sheet(TEXT)
    for step in range(60):
        start = generator.randrange(len(sheet.text) + 1)
        end = min(len(sheet.text), start + generator.choice([0, 0, 0, 1, 1, 2, 5, 30]))
        sheet.edit(start, end, generator.choice([*PIECES, ""]))
        if generator.random() < 0.3:
            sheet.catch_up()
        if step % 15 == 14:
            sheet.finish()
            assert _found(sheet) == _found(_fresh(sheet.text)), sheet.text


@pytest.mark.parametrize("seed", range(3))
def test_many_edits_of_notes(seed):
    generator = random.Random(seed)
    sheet = Sheet("# Notes\n\n```ein\n" + TEXT + "```\n\n$$\\sum_j \\delta_{ij} b_j = b_i$$\n", "markdown")
    for _ in range(25):
        start = generator.randrange(len(sheet.text) + 1)
        end = min(len(sheet.text), start + generator.choice([0, 0, 1, 2, 9]))
        sheet.edit(start, end, generator.choice([*PIECES, "```\n", "$$", "```ein\n", ""]))
    sheet.finish()
    fresh = Sheet(sheet.text, "markdown")
    fresh.finish()
    assert (_found(sheet), sheet.unread()) == (_found(fresh), fresh.unread())


def test_one_key_in_a_long_document_reads_one_statement():
    section = "W{0} ∈ ℝ^(n×m); x{0} ∈ ℝ^m\nh{0} = tanh(W{0} x{0})\ndh{0}/dx{0} = diag(1 - h{0} ⊙ h{0}) W{0}\n"
    sheet = Sheet("".join(section.format(k) for k in range(300)))
    sheet.catch_up()
    before = sheet.lowered_count
    at = sheet.text.index("dh150/")
    sheet.edit(at, at, "2 ")
    sheet.catch_up()
    assert sheet.lowered_count == before + 1
    assert len(sheet.next_claims()) == 300
    assert "2 dh150" in sheet.next_claims()[0].item.text
