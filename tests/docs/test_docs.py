"""Pages made from what is registered: of every rule and function, with examples that hold and links that lead somewhere."""

import re
from pathlib import Path

import pytest
from paths import ROOT
from reference import LINK, anchors

from einsight import check
from einsight.docs import book as books
from einsight.docs.__main__ import main
from einsight.docs.codes import all_codes
from einsight.docs.explain import PAGES
from einsight.docs.topics import topics
from einsight.plugins import telling as plugins
from einsight.rules.catalogue import catalogue, forget

TOPICS = [f"{topic}.md" for topic in topics()]
COURSE = r"""
# What is symmetric meets what is antisymmetric: it is 0, and a | b * c stays as it is.  Source: A book, p. 7.
course.contrary: S_ij A_ij => 0   where S symmetric, A antisymmetric
    example 2 X_ij K_ij => 0 X_ii with X ∈ ℝ^(n×n) symmetric; K ∈ ℝ^(n×n) antisymmetric; c ∈ ℝ
    example X_ij X_ij => nothing with X ∈ ℝ^(n×n) symmetric
course.minus: cosh(-s) => cosh(s)
    example -cosh(-c) => -cosh(c) with c ∈ ℝ; x ∈ ℝ^n
course.Minus: sinh(-s) => -sinh(s)
# A sigmoid.
function softsign(z) = z/(1 + abs(z))
function gap(a, b) = (a_i - b_i) (a_i - b_i)
function sym(A)_ij = 1/2 (A_ij + A_ji)
function side(a, b)_1 = a_1 b_2   where dim = 3
"""
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


@pytest.fixture
def course(tmp_path):
    """A file of rules, in use until the test is over."""
    path = tmp_path / "course.rules"
    path.write_text(COURSE, encoding="utf-8")
    plugins.use(rules=[str(path)])
    yield path
    plugins.use()
    forget()


def require_links(pages):
    """Each link of some pages, by their paths, leads to one of them, and to a heading that it has."""
    for path, text in pages.items():
        for target in LINK.findall(FENCE.sub("", text)):
            place, _, anchor = target.partition("#")
            found = (
                re.sub(r"(^|/)[^/]+/\.\./", r"\1", f"{path.rpartition('/')[0]}/{place}".lstrip("/")) if place else path
            )
            assert found in pages, (path, target)
            assert not anchor or anchor in anchors(pages[found]), (path, target)


def require_true(page):
    """What a page claims in the language is right."""
    for language, text in FENCE.findall(page):
        if language == "ein":
            report = check(text, "ein")
            assert [d.message for d in report.diagnostics if d.severity == "error"] == [], text
            assert report.claims and {c.verdict for c in report.claims} == {"right"}, text


def require_own(page, rule):
    """The examples of a page are the rule's, all of them."""
    for _, before, after in rule.examples:
        line = f"`{before}`" if after is None else f"\n{before} = {after}\n```"
        assert line in page, (rule.id, before)
    assert len(re.findall(r"^```ein$", page, re.M)) == sum(after is not None for *_, after in rule.examples)


def require_formulas(page):
    """What is typeset reads as LaTeX, and nothing of it is left as the text that it was."""
    from latex2mathml.converter import convert

    for latex in re.findall(r"^\$\$\n(.*?)\n\$\$$", page, re.M | re.S):
        assert "<math" in convert(latex) and r"\text{" not in latex, latex


def test_every_rule_and_function_has_its_page():
    known, pages = catalogue(), books.book()
    rules = {f"rules/{r}.md": r for r in known.rules}
    functions = {f"functions/{f}.md": f for f in (*known.functions, *known.arrays)}
    assert pages.keys() == {"README.md", "codes.md", *TOPICS, *rules, *functions}
    for path, name in rules.items():
        page = pages[path]
        assert f"# {name}\n\n$$" in page and known.rules[name].statement in page
        require_own(page, known.rules[name])
    for path, name in functions.items():
        assert f"# {name}\n" in pages[path]
        assert name in known.arrays or re.search("^## Derivatives?$", pages[path], re.M)
    for path in pages:
        assert path in ("README.md", "codes.md") or f"({path})" in pages["README.md"]
    require_links(pages)


@pytest.mark.parametrize("part", range(4))
def test_what_stands_on_the_pages_is_true_and_typeset(part):
    pages = books.book()
    for path in sorted(pages)[part::4]:
        if path not in ("README.md", "codes.md", *TOPICS):  # which test_pages.py carries out
            require_true(pages[path])
            require_formulas(pages[path])


def test_the_pages_of_one_plugin_alone(course):
    known, pages = catalogue(), books.book("course")
    names = ["course.contrary", "course.minus", "course.Minus-2"]  # where upper and lower case are one
    made = {f"rules/{n}.md" for n in names} | {f"functions/{n}.md" for n in ("softsign", "gap", "sym", "side")}
    assert pages.keys() == {"README.md", *made}
    for page in pages.values():
        require_true(page)
        require_formulas(page)
    for rule in [r for r in known.rules.values() if r.source == "course"]:
        require_own(pages[f"rules/{rule.id.replace('Minus', 'Minus-2')}.md"], rule)
    require_links(pages)
    contrary = pages["rules/course.contrary.md"]
    for words in (
        "S_{ij} A_{ij} \\;\\Rightarrow\\; 0", "* `S` is symmetric.\n* `A` is antisymmetric.", "a \\| b \\* c",
        "From the project's file `course.rules`. Found in A book, p. 7.", "Its statement itself is carried out",
        "X ∈ ℝ^(n×n) symmetric; K ∈ ℝ^(n×n) antisymmetric\n\n2 X_ij K_ij = 0 X_ii\n",
    ):  # fmt: skip
        assert words in contrary, words
    assert "\\frac{\\partial}{\\partial z} \\operatorname{softsign}" in pages["functions/softsign.md"]
    assert "| `a` | `2 (a_i - b_i)` | `2 (a - b)'` | i |" in pages["functions/gap.md"]
    assert "Every axis has the size 3." in pages["functions/side.md"]


def test_what_else_a_plugin_brings_is_in_the_index():
    import types

    from einsight import api
    from einsight.docs.catalogue import catalogue_page
    from einsight.plugins.guard import Guard
    from einsight.plugins.loading import kit_of
    from einsight.rules.catalogue import Catalogue

    module, known = types.ModuleType("plug"), Catalogue()
    for kind, item in {
        "tensors": api.tensor("Ψ", (2,), lambda i: i, aliases=["psi"], doc="counts"),
        "properties": api.property("involutory", "A A = I", lambda n, draw: []),
        "targets": api.target("maple", lambda answer: "", doc="Maple, of course"),
        "lints": api.lint("plug.trace", lambda statement: [], doc="traces"),
    }.items():
        setattr(module, f"einsight_{kind}", api.hook(lambda item=item: [item], specname=f"einsight_{kind}"))
    try:
        known.add(Guard("plug", "1", known).kit(kit_of(module, "plug")))
        page = catalogue_page(known, "plug", lambda name: "")
    finally:
        known.take_out(lambda name, item: True)
    rows = ["| `Ψ` | counts | `plug` |", "| `involutory` | `A A = I` | `plug` |", "| `maple` | Maple, of course | `plug` |",
            "| `plug.trace` | traces | `plug` |"]  # fmt: skip
    assert re.findall("^## (.*)$", page, re.M) == ["Tensors", "Properties", "Targets", "Lints"]
    assert all(row in page for row in rows), page


def test_a_function_without_a_derivative_in_an_argument():
    from einsight.docs.functions import function_page
    from einsight.rules.rule import Function

    half = Function("half", ("", "exp(w)"), lambda z, w: 0.0, source="a")
    page = function_page(half, lambda name: "", [])
    assert "```ein\nz, w in R\n∂/∂w half(z, w) = exp(w)\n```" in page and "∂/∂z" not in page
    none = function_page(Function("none", ("",), abs), lambda name: "", [])
    assert "No rule differentiates it." in none and "```ein" not in none


def test_a_rule_that_is_no_formula_is_shown_as_it_is_written():
    from einsight.docs.rules import rule_page
    from einsight.rules.rule import Rule

    odd = Rule("a.b", "the left one => the right one | both", "", "simplify", ("Sum",), lambda term: None, source="a")
    page = rule_page(odd, lambda name: "", [])
    assert "$$" not in page and "```\nthe left one => the right one | both\n```" in page


def test_the_command_writes_a_folder_and_takes_away_what_is_no_page_any_more(course, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "einsight.toml").write_text('rules = ["course.rules"]\n', encoding="utf-8")
    assert main(["pages", "course"]) == 0
    assert capsys.readouterr().out == f"8 pages in pages: begin with {Path('pages/README.md')}\n"
    (tmp_path / "pages" / "mine.md").write_text("my own", encoding="utf-8")
    course.write_text("course.minus: cosh(-s) => cosh(s)\n", encoding="utf-8")
    plugins.load_again()
    assert main(["pages", "course"]) == 0
    left = {p.relative_to(tmp_path / "pages").as_posix() for p in (tmp_path / "pages").rglob("*.md")}
    assert left == {"README.md", "mine.md", "rules/course.minus.md"}
    assert main(["pages", "nobody"]) == 2 and "no plugin `nobody`" in capsys.readouterr().err


def test_the_pages_of_diagnostics_that_are_kept_are_those_that_are_made():
    kept = (ROOT / "src" / "einsight" / "docs" / "pages" / "codes.md").read_text(encoding="utf-8")
    assert kept == all_codes(), "run `python -m einsight.docs FOLDER` and copy its codes.md"


def test_one_page_for_an_editor():
    for code in PAGES:
        assert books.one_page(code.lower()).startswith(f"# {code} ")
    page = books.one_page("delta.contract")
    assert page.startswith("# delta.contract\n\n$$\n\\sum_{j} \\delta_{ij} x_{j}") and not LINK.search(
        FENCE.sub("", page)
    )
    assert books.one_page("gelu").startswith("# gelu\n") and r"\sqrt{2 \pi}" in books.one_page("gelu")


def test_the_index_and_the_tutorial_link_to_what_there_is():
    for page in (ROOT / "plugins").rglob("*.md"):
        for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
            place, _, anchor = target.partition("#")
            there = page.parent / place if place else page
            assert place.startswith("https:") or there.exists(), (page, target)
            if anchor:
                assert anchor in anchors(there.read_text(encoding="utf-8")), (page, target)


def test_the_index_says_of_each_plugin_what_its_package_says():
    index = (ROOT / "plugins" / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| \[([\w-]+)\]\(\1\) \| (.*) \|$", index, re.M))
    projects = [p.read_text(encoding="utf-8") for p in sorted((ROOT / "plugins").glob("*/pyproject.toml"))]
    told = {}
    for project in projects:
        name, description = (re.search(f'^{key} = "(.*)"$', project, re.M)[1] for key in ("name", "description"))
        told[name] = description
    assert rows == told
