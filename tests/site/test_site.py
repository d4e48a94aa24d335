"""The site: what its own pages say is what happens, its gallery is right, its links are followed."""

import importlib.util
from urllib.parse import parse_qs

import numpy
import pytest
from paths import TESTS
from thinning import part_in, rest_in_campaigns

import einsight
from einsight.cli.main import main
from einsight.site import sources
from einsight.site.carried_out import as_it_says
from einsight.site.gallery import entries
from einsight.site.links import dead_links
from einsight.site.mathml import mathml
from einsight.site.verdicts import verdict_pages
from einsight.web.formula import Asked, answered

SIZES = dict(zip("nmpqkdb", (4, 3, 5, 2, 6, 7, 8), strict=True))


@pytest.mark.parametrize("page", sorted(p.name for p in sources.PAGES.glob("*.md")))
def test_its_own_pages_say_what_happens(page, tmp_path, monkeypatch):
    monkeypatch.setenv("EINSIGHT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "here").mkdir()
    text = (sources.PAGES / page).read_text(encoding="utf-8")
    assert list(as_it_says(page, text, (tmp_path / "here").resolve(), main)) == []


def test_a_page_that_says_something_else_is_found(tmp_path):
    said = "```ein\nx ∈ ℝ^n\n∇_x (x' x) = x\n```\n\n```console\n$ einsight derive \"x' x\" -w x\nindex  3\n```\n"
    found = list(as_it_says("page", said, tmp_path.resolve(), main))
    assert len(found) == 2 and "wrong" in found[1]


def test_the_gallery_is_large_and_each_page_has_a_name_of_its_own():
    found = entries()
    assert len(found) >= 40 and len({e.page for e in found}) == len(found)


def _arrays(entry, rng):
    """Values for what an entry declares; symmetric ones so, and positive where an inverse or a logarithm is taken of them."""
    made = {}
    for line in entry.declare.split(";"):
        names, _, space = line.strip().partition(" ∈ ")
        space, _, kinds = space.partition(" ")
        dims = [SIZES[d] for d in space.partition("ℝ^")[2].strip("()").split("×") if d]
        for name in map(str.strip, names.split(",")):
            value = rng.normal(size=dims)
            if len(dims) == 2 and dims[0] == dims[1]:
                value = value @ value.T + numpy.eye(dims[0]) if name in ("X", "Σ") else value
                value = (value + value.T) / 2 if "symmetric" in kinds else value
            made[name] = value
    return made


@pytest.mark.parametrize("entry", rest_in_campaigns(entries(), lambda e: part_in(e.title) == 0, lambda e: e.title))
def test_each_derivative_of_the_gallery_is_that_of_difference_quotients(entry):
    if "convolution" in entry.title:
        pytest.skip("an index whose axis no array has is as long as one likes: there is no value")
    rng = numpy.random.default_rng(5)
    values = _arrays(entry, rng)
    value = einsight.simplify(entry.expression, entry.declare)
    found = entry.derived().evaluate(values)
    at, step = values[entry.wrt], 1e-6
    slopes = numpy.zeros((*numpy.shape(value.evaluate(values)), *at.shape))
    for place in numpy.ndindex(at.shape):
        moved = []
        for sign in (1, -1):
            near = at.copy()
            near[place] += sign * step
            if "symmetric" in entry.declare and entry.wrt == "Σ":
                near = (near + near.T) / 2
            moved.append(value.evaluate({**values, entry.wrt: near}))
        slopes[(..., *place)] = (moved[0] - moved[1]) / (2 * step)
    assert numpy.allclose(found, slopes, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("entry", entries()[::7], ids=lambda e: e.title)
def test_the_link_of_an_entry_asks_for_it(entry):
    given = parse_qs(entry.link[1:])
    shown = answered(Asked(given["f"][0], given["in"][0], shapes=tuple(given["shape"])))
    assert shown["matrix"] == entry.derived().matrix and shown["assumed"] == []


def test_claims_are_shown_as_they_are_judged():
    pages = verdict_pages(TESTS)
    assert pages["verdicts-judged.md"].count("| right |") > 30
    assert "diagonal" in pages["known-to-fail.md"]


def test_pages_hold_no_link_to_what_is_not_there():
    pages = {
        "index.md": "[a](b.md), [c](../CONTRIBUTING.md) and [d](gone.py)\n",
        "b.md": "```text file=x.txt\n[k](l.md)\n```\n",
    }
    assert sources._written("index.md", pages["index.md"], pages) == "[a](b.md), c and d\n"
    assert sources._written("b.md", pages["b.md"], pages) == '```text title="x.txt"\n[k](l.md)\n```\n'


def test_formulas_are_mathml():
    assert "<math" in mathml(r"\left\lVert A x \right\rVert^{2}", "norm") and "lVert" not in mathml(
        r"\left\lVert x \right\rVert", "x"
    )
    assert mathml(r"\frac{a}{", "a/<b>") == "<code>a/&lt;b&gt;</code>"


def test_dead_links_are_found(tmp_path):
    (tmp_path / "a.html").write_text(
        "<p id=x><a href='b.html#y'>.</a><a href='#x'>.</a><a href='c.html'>.</a><a href='https://example.org/'>.</a>"
    )
    (tmp_path / "b.html").write_text("<a href='.'>.</a><a href='a.html#f=x%20y'>.</a>")
    found = list(dead_links(tmp_path))
    assert [f.split(": ")[1].split()[0] for f in found] == ["b.html#y", "c.html", "https://example.org/", "."]


def test_the_command_says_what_is_missing(tmp_path, capfd):
    (tmp_path / "kept.txt").write_text("mine")
    assert main(["site", str(tmp_path), "--without-playground"]) == 2
    said = capfd.readouterr().err
    wanted = "holds something else" if importlib.util.find_spec("material") else "pip install 'einsight[site]'"
    assert wanted in said and (tmp_path / "kept.txt").exists()
