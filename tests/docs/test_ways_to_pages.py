"""The ways to a page and on from it: links, what names a page, `einsight explain`; and the files beside them for who changes something."""

import re

import yaml
from paths import ROOT
from reference import FOLDER, LINK, SOURCE, anchors, read, runs

from einsight.cli.main import main
from einsight.docs.book import one_page
from einsight.docs.explain import PAGES as CODES
from einsight.docs.explain import explain, pages, topic_of
from einsight.docs.topics import headline, index_page, topic_page, topics
from einsight.documents.regions import LANGUAGES
from einsight.lowering.report import NAMES
from einsight.site.carried_out import FENCE, VERDICTS

# what else is there to be read; its links are followed
BESIDE = ["README.md", "CONTRIBUTING.md", "src/einsight/ARCHITECTURE.md", "src/einsight/bench/README.md"]


def test_every_link_leads_somewhere():
    pages = {p.name: p.read_text(encoding="utf-8") for p in FOLDER.glob("*.md")}
    for name, text in pages.items():
        for target in LINK.findall(FENCE.sub("", text)):
            place, _, anchor = target.partition("#")
            assert place in {"", *pages}, (name, target)
            assert not anchor or anchor in anchors(pages[place or name]), (name, target)
    for name in BESIDE:
        for target in LINK.findall(FENCE.sub("", read(name))):
            place, _, anchor = target.partition("#")
            there = (ROOT / name).parent / place
            assert target.startswith("https://") or there.exists(), (name, target)
            assert not anchor or anchor in anchors(there.read_text(encoding="utf-8")), (name, target)
    assert {f"{topic}.md" for topic in topics()} <= set(LINK.findall(pages["README.md"]))


def test_what_the_sources_name_is_on_a_page():
    named = re.compile(r"docs/pages/([\w.]+)(?:#([\w-]+))?")
    tops = (ROOT / "src", ROOT / "grammar", ROOT / "tests")
    files = [p for top in tops for p in top.rglob("*") if p.suffix in (".py", ".lark") and "fuzz" not in p.parts]
    found = {place for p in files for place in named.findall(p.read_text(encoding="utf-8"))}
    assert found
    for name, anchor in found:
        assert not anchor or anchor in anchors((FOLDER / name).read_text(encoding="utf-8")), (name, anchor)
        assert (FOLDER / name).exists(), name


def test_the_files_that_the_architecture_names_are_there():
    named = re.findall(r"`([\w.-]+/[\w/.-]+\.\w+)`", read("src/einsight/ARCHITECTURE.md"))
    assert len(named) > 50
    assert [n for n in named if not (SOURCE / n).exists() and not (ROOT / n).exists() and "NAME" not in n] == []


def test_what_runs_before_a_commit_is_what_ci_runs():
    stage = re.search(r'^stage "lint and types"\n(.*?)^pass$', read(".ci/run"), re.M | re.S)[1]
    (local,) = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert [hook["entry"] for hook in local["hooks"]] == [c for c in stage.splitlines() if not c.startswith("pip ")]
    assert all(hook["language"] == "system" and not hook["pass_filenames"] for hook in local["hooks"])


def test_the_form_for_a_wrong_verdict_asks_for_what_there_is():
    form = yaml.safe_load(read(".github/ISSUE_TEMPLATE/wrong-verdict.yml"))
    fields = {part["id"]: part for part in form["body"]}
    assert set(fields["truth"]["attributes"]["options"]) == set(VERDICTS)
    assert fields["language"]["attributes"]["options"] == list(LANGUAGES)
    assert all(part["validations"] == {"required": True} for part in fields.values())
    told = " ".join(part["attributes"].get("description", "") for part in fields.values())
    for command in re.findall("`(einsight [^`…]*)`", told):
        assert command == "einsight --version" or runs(command), command


def test_the_page_of_diagnostics_leads_to_each():
    text = (FOLDER / "diagnostics.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(codes\.md#(ein\d+)\)", text)) == {code.lower() for code in NAMES}


def test_explain_shows_topics_and_says_what_is_nearest(capsys):
    assert main(["explain"]) == 0
    listed = capsys.readouterr().out
    assert all(f"* {topic}: " in listed for topic in topics())
    for topic, page in topics().items():
        shown = explain(topic)
        assert page.splitlines()[0] == shown.splitlines()[0] and "](" not in FENCE.sub("", shown)
    for code in CODES:
        assert f"einsight explain {topic_of(code)}" in explain(code) and topic_of(code) in topics()
    assert explain("claim-transposed") == explain("ein402") == explain("EIN402")
    for asked, nearest in {"layuots": "layouts", "EIN40": "EIN40", "delta.contrat": "delta.contract"}.items():
        assert main(["explain", asked]) == 2
        said = capsys.readouterr().err
        assert f"nearest: `{nearest}" in said and said.count("\n") == 1
    assert "```" not in index_page()
    assert one_page("Layouts") == topic_page("layouts") and ("layouts", headline(topics()["layouts"])) in pages()
