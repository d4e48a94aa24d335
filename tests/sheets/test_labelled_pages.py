"""Pages of others, each relation with its truth: none that is right is accused, and none that is not is called right."""

import json

import pytest
from paths import DATA

from einsight.bench.pages import measured

PAGES = DATA / "pages"
# some, and how many of their claims are judged as they are; campaigns take all
SOME = {"softmax-jacobian.md": 8}


@pytest.mark.parametrize("name", SOME)
def test_a_page(name):
    (page,) = measured(PAGES / "seen" / name)
    told = [(i.line, i.text, i.truth, i.verdict) for i in page.items if i.false_alarm or i.false_right]
    assert not told
    assert sum(i.hit for i in page.items) >= SOME[name]


@pytest.mark.campaign
@pytest.mark.parametrize(("folder", "least"), [("seen", 0.62), ("checked", 0.46)])
def test_all_pages_of_a_folder(folder, least):
    items = [i for page in measured(PAGES / folder) for i in page.items]
    told = [(i.page, i.line, i.text, i.truth, i.verdict) for i in items if i.false_alarm or i.false_right]
    assert not told
    claims = [i for i in items if i.is_claim]
    assert sum(i.hit for i in claims) >= least * len(claims)


@pytest.mark.parametrize("path", sorted(PAGES.glob("*/*.json")), ids=lambda p: p.stem)
def test_labels_stand_on_their_page(path):
    labels = json.loads(path.read_text(encoding="utf-8"))
    page = path.with_name(labels["page"])
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".ipynb":
        text = "\n\n".join("".join(c["source"]) for c in json.loads(text)["cells"] if c["cell_type"] == "markdown")
    for item in labels["items"]:
        assert item["latex"] in text
        assert item["truth"] in (None, "right", "wrong", "shape", "transposed", "right_if")
