"""The truth of the notes: every `=` is listed, and what is said of it is what NumPy finds.

einsight takes no part in this. `corpus/notes/README.md` says what the words mean.
"""

import json
from collections import Counter

import pytest
from corpus.notes import points, spans
from corpus.notes.truth import CHECKS

TRUTHS = [json.loads(p.read_text(encoding="utf-8")) for p in sorted(spans.NOTES.glob("*.truth.json"))]
SIDES = {
    "right": "equal",
    "transposed": "equal-transposed",
    "right_if": "different",
    "wrong": "different",
    "shape": "shape",
}
NO_CLAIM = {"definition", "not-a-claim"}
each_page = pytest.mark.parametrize("page", TRUTHS, ids=lambda page: page["page"])


def _claims(page):
    return [claim for claim in page["claims"] if claim["expected"] not in NO_CLAIM]


def _verdicts(page, layout, seeds=(1,)):
    return [points.verdict(CHECKS[claim["check"]], layout, seeds=seeds) for claim in _claims(page)]


@each_page
def test_every_link_of_a_page_is_listed(page):
    formulas = spans.formulas(spans.NOTES / page["page"])
    found = [
        (i, j, link.left, link.right) for i, f in enumerate(formulas) for j, link in enumerate(spans.links(f.text))
    ]
    assert [(c["formula"], c["link"], c["latex_left"], c["latex_right"]) for c in page["claims"]] == found
    assert {c["expected"] for c in page["claims"]} <= NO_CLAIM | set(SIDES)
    assert [c for c in page["claims"] if (c["expected"] == "right_if") != ("assumption" in c)] == []
    assert [c for c in _claims(page) if c["expected"] != "right" and not c["note"]] == []


@each_page
def test_the_numbers_agree_with_the_truth_in_the_layout_that_suits_most_claims(page):
    own = _verdicts(page, page["layout"], seeds=(1, 2))
    found = zip(_claims(page), own, strict=True)
    assert [(c["latex_left"], c["latex_right"], c["expected"], v) for c, v in found if v != SIDES[c["expected"]]] == []
    others = [_verdicts(page, layout) for layout in {"numerator", "denominator", "mixed"} - {page["layout"]}]
    assert [v for v in others if v.count("equal") > own.count("equal")] == []
    assert [v for v in others if v.count("equal") == own.count("equal") and v != own] == []


@each_page
def test_a_right_side_is_mended_by_the_stated_assumption_and_by_no_other(page):
    unexpected = []
    for claim in _claims(page):
        check = CHECKS[claim["check"]]
        if claim["expected"] == "right_if":
            assumed = points.assumptions(claim["assumption"])
            if points.verdict(check, page["layout"], assumed) != "equal":
                unexpected.append((claim["check"], claim["assumption"]))
        if claim["expected"] == "wrong":
            for every in points.EVERYWHERE:
                if points.verdict(check, page["layout"], every=every, seeds=(1,)) == "equal":
                    unexpected.append((claim["check"], every))
    assert unexpected == []


def test_every_check_is_of_a_claim():
    used = {c["check"] for page in TRUTHS for c in page["claims"] if "check" in c}
    assert set(CHECKS) - used == set()


def test_the_table_of_the_readme_counts_right():
    table = [line.split("|") for line in (spans.NOTES / "README.md").read_text(encoding="utf-8").splitlines()]
    written = {
        row[1].strip(" `"): [int(cell) for cell in row[-8:-1]]
        for row in table
        if row[-2:-1] and row[-2].strip().isdigit()
    }
    kinds = [*SIDES, "definition", "not-a-claim"]
    counted = {page["page"]: [sum(c["expected"] == kind for c in page["claims"]) for kind in kinds] for page in TRUTHS}
    assert written == {**counted, "all": [sum(column) for column in zip(*counted.values(), strict=True)]}


def test_the_corpus_is_large_and_fair():
    kinds = Counter(c["expected"] for page in TRUTHS for c in page["claims"])
    claims = sum(count for kind, count in kinds.items() if kind not in NO_CLAIM)
    assert len(TRUTHS) >= 28
    assert 0.25 <= 1 - kinds["right"] / claims <= 0.4
    assert min(kinds[kind] for kind in SIDES) >= 10
