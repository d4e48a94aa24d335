"""The pages of the reference, carried out: what stands on them is what happens (`einsight.site.carried_out`).

`PYTHONPATH=tests python tests/docs/test_pages.py` writes into the pages what their commands and their sessions print now.
"""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from paths import ROOT
from reference import HAND_WRITTEN, read

from einsight.cli.main import main
from einsight.plugins.loading import install
from einsight.site.carried_out import FENCE, followed, not_as_it_says


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_what_a_page_shows_is_what_happens(name, tmp_path, monkeypatch):
    monkeypatch.setenv("EINSIGHT_CACHE", str(tmp_path / "cache"))
    text = read(name)
    (tmp_path / "here").mkdir()
    assert followed(text, (tmp_path / "here").resolve(), main) == text
    for words in ("Traceback", "internal error", "No such file"):
        assert words not in text
    for fence in FENCE.finditer(text):
        if fence["language"] == "ein" and not fence["file"]:
            assert not_as_it_says(fence["body"]) == []


def test_every_fence_is_of_a_kind_that_is_carried_out():
    for name in HAND_WRITTEN:
        fences = list(FENCE.finditer(read(name)))
        assert len(fences) * 2 == read(name).count("```"), name
        for fence in fences:
            assert fence["file"] or fence["language"] in ("ein", "console", "python", "ipython") or runs_in_ci(fence), (
                name,
                fence[0],
            )
            assert fence["language"] != "console" or fence["body"].startswith("$ "), (name, fence[0])


def runs_in_ci(fence):
    """Is it a command for a shell that the checks of a clone carry out?"""
    return fence["language"] == "sh" and f"\n{fence['body']}" in read(".ci/run").replace("install -q", "install")


def test_the_first_page_has_exactly_two_commands():
    found = [f["body"] for f in FENCE.finditer(read("README.md")) if f["language"] == "sh"]
    assert len(found) == 2 and all(body.count("\n") == 1 for body in found)


def test_a_line_that_gets_something_else_than_it_says_is_found():
    declared = "a, x ∈ ℝ^m"
    good = ["d/dx (a' x) = a   # transposed", "d/dx (a' x)   # = a'", "y = 2 x   # ∈ ℝ^m", "x a   # EIN303: columns"]
    assert not_as_it_says("\n".join([declared, *good])) == []
    bad = [
        "d/dx (a' x) = a",
        "d/dx (a' x) = a'   # wrong",
        "x a   # EIN302",
        "x' a   # EIN303",
        "d/dx (a' x)   # = a",
        "y = 2 x   # ∈ ℝ",
    ]
    assert all(not_as_it_says(f"{declared}\n{line}\n") for line in bad)


if __name__ == "__main__":
    os.environ["EINSIGHT_CACHE"] = tempfile.mkdtemp()
    install()
    for page in sys.argv[1:] or HAND_WRITTEN:
        with tempfile.TemporaryDirectory() as made:
            now = followed(read(page), Path(made).resolve(), main)
        (ROOT / page).write_text(now, encoding="utf-8")
