"""Random edits of every kind of document, against a document that is opened as it is at the end.

The default run takes one of each kind; `EINSIGHT_CAMPAIGN=20000 pytest -m campaign tests/sheets/test_edit_scripts.py -s` a tenth of what it says.
"""

import os
import random

import pytest
from edited_pages import PAGES, Script, all_of, differences, fresh

from einsight.sheets.sheet import Sheet

STEPS = 3
SEEDS = 1


def run(seed, language, steps=STEPS):
    """An edit script; what is not as in a fresh document, with the text."""
    generator = random.Random(f"{language} {seed}")
    sheet = Sheet(PAGES[language], language)
    script = Script(generator, sheet.text)
    for step in range(steps):
        for start, end, new in script.steps():
            sheet.edit(start, end, new)
            if generator.random() < 0.1:
                sheet.catch_up(until=generator.randrange(len(sheet.cells) + 1))
        assert sheet.text == script.text
        if generator.random() < 0.5:
            sheet.finish()
        if step % 6 == 5 or step == steps - 1:
            sheet.finish()
            found = differences(sheet, all_of(fresh(sheet.text, language)))
            if found:
                return sheet.text, found
    return None


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("language", PAGES)
def test_what_is_edited_is_as_what_is_opened(language, seed):
    assert run(seed, language) is None


@pytest.mark.campaign
def test_campaign_of_edit_scripts():
    count = int(os.environ.get("EINSIGHT_CAMPAIGN", "20000")) // 10  # each opens some twenty documents
    failed = []
    for seed in range(SEEDS, SEEDS + count // len(PAGES)):
        failed += [(language, seed) for language in PAGES if run(seed, language, 18) is not None]
    print(f"{count // len(PAGES) * len(PAGES)} edit scripts, {len(failed)} differ: {failed[:20]}")
    assert not failed
