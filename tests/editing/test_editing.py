"""What stands behind the editor, on documents that nobody wrote: nothing raises, and every edit leaves a text that reads."""

import os
import random

import pytest
from paths import DATA

from einsight.documents.positions import LineIndex
from einsight.editing.actions import actions
from einsight.editing.completion import completions, signature
from einsight.editing.derivations import as_text, derivation
from einsight.editing.edits import FIX_ALL, applied
from einsight.editing.hints import hints, lenses, summary
from einsight.editing.hover import hover
from einsight.editing.occurrences import Refusal, can_rename, definition, occurrences, rename
from einsight.editing.outline import folds, selections, symbols
from einsight.editing.tokens import tokens
from einsight.sheets.sheet import Sheet

TEXTS = [(DATA / f"{name}.ein").read_text(encoding="utf-8") for name in ("claims", "hard-claims", "wide-claims")]
SCRAPS = [
    "(",
    ")",
    "_",
    "^",
    "'",
    "∑_j ",
    "d/dx ",
    "∂",
    "=",
    " ",
    "\n",
    ";",
    "#! layout mixed\n",
    "‖",
    "|",
    "δ_ij ",
    "[",
    "x",
    "_ij",
    "𝛿",
]
# three by default, as many as a campaign says in one
ROUNDS = [
    pytest.param(k, marks=() if k < 3 else pytest.mark.campaign)
    for k in range(max(6, int(os.environ.get("EINSIGHT_CAMPAIGN", "0")) // 20))
]


def _document(generator):
    """Some lines of the test data, in one case of two with a scrap put in somewhere."""
    lines = [line.split("#:")[0].rstrip() for line in generator.choice(TEXTS).splitlines()]
    declared = [line for line in lines if "∈" in line or " in R" in line]
    others = [line for line in lines if line not in declared and "=" in line]
    text = "\n".join([*declared, *generator.sample(others, 5)]) + "\n"
    if generator.random() < 0.5:
        at = generator.randrange(len(text))
        text = text[:at] + generator.choice(SCRAPS) + text[at:]
    return text


def _ask_everything(sheet, lines, offset):
    hover(sheet, offset)
    completions(sheet, offset)
    signature(sheet, offset)
    occurrences(sheet, offset)
    definition(sheet, offset)
    can_rename(sheet, offset)
    found = derivation(sheet, offset)
    if found is not None:
        as_text(found)
    spans = selections(sheet, offset)
    assert all(b[0] <= a[0] and a[1] <= b[1] for a, b in zip(spans, spans[1:], strict=False))
    list(hints(sheet, offset, offset))


def _errors(sheet):
    return sum(d.severity == "error" for d in sheet.diagnostics())


def _checked(text):
    sheet = Sheet(text)
    sheet.finish()
    return sheet


@pytest.mark.parametrize("seed", ROUNDS)
def test_everything_is_answered_and_every_edit_reads(seed):
    generator = random.Random(seed)
    sheet = _checked(_document(generator))
    lines = LineIndex(sheet.text)
    list(symbols(sheet)), list(folds(sheet, lines)), list(lenses(sheet)), summary(sheet)
    for cell, found in tokens(sheet, 0, len(sheet.text)):
        ends = 0
        for start, end, _, _ in found:
            assert ends <= start < end <= len(cell.item.text)
            ends = end
    for _ in range(12):
        offset = generator.randrange(len(sheet.text) + 1)
        _ask_everything(sheet, lines, offset)
    offset = generator.randrange(len(sheet.text) + 1)
    for action in actions(sheet, lines, offset, offset):
        if action.edits and not action.title.startswith("Switch"):  # another layout is another claim
            after = _checked(applied(sheet.text, action.edits))
            assert _errors(after) <= _errors(sheet), (action.title, sheet.text, offset)
            _same_verdicts(sheet, after, action, offset)


def _same_verdicts(before, after, action, offset):
    """Rewriting changes no verdict; what is inserted is right; a fix mends."""
    verdicts = [[c.verdict for c in s.claims()] for s in (before, after)]
    if action.title.startswith(("Insert", "Apply", "Rewrite")):
        for verdict in set(verdicts[1]) - {"right"}:
            assert verdicts[1].count(verdict) <= verdicts[0].count(verdict), (action, before.text, offset)
    elif action.kind == FIX_ALL or action.title.startswith("Write"):
        assert verdicts[1].count("right") >= verdicts[0].count("right"), (action, before.text, offset)


@pytest.mark.parametrize("seed", ROUNDS)
def test_renaming_keeps_every_verdict(seed):
    generator = random.Random(1000 + seed)
    sheet = _checked(_document(generator))
    before = [(c.verdict) for c in sheet.claims()], [d.code for d in sheet.diagnostics()]
    for _ in range(6):
        offset = generator.randrange(len(sheet.text))
        edits = rename(sheet, offset, generator.choice(["i", "j", "k", "p", "x", "A", "Z9", "λ", "w_3", "row"]))
        if isinstance(edits, Refusal):
            continue
        after = _checked(applied(sheet.text, edits))
        now = [(c.verdict) for c in after.claims()], [d.code for d in after.diagnostics()]
        assert now == before, (sheet.text, offset, edits)
