"""The pages of the reference, carried out: what stands on them is what happens, and their links lead somewhere.

An `ein` fence is judged, line by line.  Behind a statement a comment may begin with what is said of it: verdicts and codes
(`# wrong`, `# EIN302`), the result of a query (`# = W`), the shape of a definition (`# ∈ ℝ^n`); a line without one is right, and
nothing but hints is said of it.  `file=NAME` makes a file of a fence, for the commands below it; in a `console` fence stands what
they print, in a `python` one a session.  What stands in backquotes within a line is a word of the program, a command, a formula of
notes, or reads as a statement among the declarations of the last `ein` fence.

`PYTHONPATH=tests python tests/docs/test_pages.py` writes into the pages what their commands and their sessions print now.
"""

import contextlib
import doctest
import io
import json
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

import pytest
from paths import ROOT

import einsight
from einsight import api
from einsight.cli.main import _parser, main
from einsight.deriving.derived import TEXTS, Derived
from einsight.deriving.products import PRODUCTS
from einsight.deriving.sources import CODE
from einsight.docs.book import one_page
from einsight.docs.explain import PAGES as CODES
from einsight.docs.explain import explain, pages, topic_of
from einsight.docs.topics import headline, index_page, topic_page, topics
from einsight.documents.regions import LANGUAGES, SUFFIXES
from einsight.editing.hints import SIGNS, hints
from einsight.editing.vocabulary import SPELLINGS
from einsight.judging.judge import Claim
from einsight.lowering.names import ARRAY_FUNCTIONS, PROPERTIES
from einsight.lowering.report import NAMES, SEVERITIES
from einsight.plugins import telling as plugins
from einsight.plugins.loading import install
from einsight.rules.catalogue import catalogue, forget
from einsight.server.features.offered import COMMANDS
from einsight.server.settings import STYLES
from einsight.settings import _READ, FILES, LAYOUT_CHOICES
from einsight.sheets.check import Findings
from einsight.sheets.sheet import Sheet

SOURCE = ROOT / "src" / "einsight"
FOLDER = SOURCE / "docs" / "pages"
FENCE = re.compile(r"^(?P<ticks>```+)(?P<language>\w+)(?: file=(?P<file>\S+))?\n(?P<body>.*?)^(?P=ticks)$", re.M | re.S)
SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
LINK = re.compile(r"\[[^\]]*\]\(([^)]*)\)")
VERDICTS = {
    "right": None,
    "right_if": "EIN405",
    "transposed": "EIN402",
    "wrong": "EIN401",
    "shape": None,
    "undecided": "EIN403",
}
SAID = re.compile(rf"(?:(?:{'|'.join(sorted(VERDICTS, key=len, reverse=True))}|EIN\d{{3}})\b[ ,]*)+")
COMMENT = re.compile(r"(?<!\S)#(?![!])(.*)$")
IGNORED = re.compile(r"# einsight: ignore (\w+)")
DECLARES = re.compile(r"[∈:]|\bin\b|\bdim\b|^\s*#!")
# the pages by their paths, with the one that stands at the top
HAND_WRITTEN = ["README.md", *sorted(p.relative_to(ROOT).as_posix() for p in FOLDER.glob("*.md") if p.name != "codes.md")]
# what else is there to be read; its links are followed
BESIDE = ["README.md", "CONTRIBUTING.md", "src/einsight/ARCHITECTURE.md", "src/einsight/bench/README.md"]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


# fences of the language


def said_by(line):
    """The verdicts and the codes that a line says it gets, and the result or shape that it shows, "" for none."""
    comment = COMMENT.search(line)
    text = comment[1].strip() if comment else ""
    found = SAID.match(text)
    return re.findall(r"\w+", found[0]) if found else [], text if re.match("[=∈] ", text) else ""


def not_as_it_says(text, language="ein"):
    """The lines of a fence that get something else than they say, with what they get."""
    sheet = Sheet(text, language, "numerator", None)
    sheet.finish()
    starts = [m.start() for m in re.finditer("^", text, re.M)]

    def line_of(offset):
        return max(number for number, start in enumerate(starts) if start <= offset)

    labels = [(line_of(h.offset), h.label) for h in hints(sheet, 0, len(text)) if h.kind in ("results", "shapes")]
    odd = []
    for number, line in enumerate(text.splitlines()):
        verdicts = [c.verdict for c in sheet.claims() if line_of(c.span[0]) == number]
        codes = {d.code for d in sheet.diagnostics() if line_of(d.span[0]) == number and d.severity != "hint"}
        words, shown = said_by(line)
        ignored = IGNORED.search(line)
        told = [v for v in words if v in VERDICTS] or [
            v for v, code in VERDICTS.items() if ignored and code == ignored[1]
        ]
        expected = {w for w in words if w in NAMES} | {VERDICTS[v] for v in told if VERDICTS[v] and not ignored}
        if verdicts != (told or ["right"] * len(verdicts)) or codes != expected:
            odd.append((line, verdicts, sorted(codes)))
        if shown and (number, shown) not in labels:
            odd.append((line, [label for place, label in labels if place == number]))
    return odd


# commands and sessions


class Reader:
    """Somebody who follows a page, in an empty folder."""

    def __init__(self, folder):
        self.folder, self.names = folder, {"einsight": einsight}

    def follow(self, fence):
        """What a fence has in it once it is carried out."""
        if fence["file"]:
            path = self.folder / fence["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fence["body"], encoding="utf-8")
        elif fence["language"] == "console":
            commands = [line.removeprefix("$ ") for line in fence["body"].splitlines() if line.startswith("$ ")]
            return "".join(f"$ {command}\n{self.printed(command)}" for command in commands)
        elif fence["language"] == "python":
            return self.session(fence["body"])
        return fence["body"]

    def printed(self, command):
        """What `einsight` prints, in this process; what it says on stderr comes behind."""
        words = shlex.split(command)
        if words == ["echo", "$?"]:
            return f"{self.status}\n"
        if words[0] == "cat":
            return (self.folder / words[1]).read_text(encoding="utf-8")
        assert words[0] == "einsight", command
        out, said = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
            self.status = main(words[1:])
        text = (out.getvalue() + said.getvalue()).replace(str(self.folder), "~")
        return "".join(f"{line.rstrip()}\n" for line in text.splitlines())

    def session(self, body):
        """A session in Python, with what it answers."""
        made = []
        for example in doctest.DocTestParser().get_examples(body):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(example.source, "<page>", "single"), self.names)  # noqa: S102
            first, *rest = example.source.splitlines()
            made += [f">>> {first}", *(f"... {line}" for line in rest), *out.getvalue().splitlines()]
        return "".join(f"{line.rstrip()}\n" for line in made)


def followed(text, folder):
    """The page with what its commands and sessions print now."""
    reader = Reader(folder)

    def carried_out(found):
        return f"{found[0].partition(chr(10))[0]}\n{reader.follow(found)}{found['ticks']}"

    here = Path.cwd()
    os.chdir(folder)
    try:
        return FENCE.sub(carried_out, text)
    finally:
        os.chdir(here)
        plugins.use()
        forget()


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_what_a_page_shows_is_what_happens(name, tmp_path, monkeypatch):
    monkeypatch.setenv("EINSIGHT_CACHE", str(tmp_path / "cache"))
    text = read(name)
    (tmp_path / "here").mkdir()
    assert followed(text, (tmp_path / "here").resolve()) == text
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
            assert fence["file"] or fence["language"] in ("ein", "console", "python") or runs_in_ci(fence), (name, fence[0])
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


# words within lines


def options_of(parser):
    """Every option of the command line, and the words that some of them take."""
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action.choices, dict):
            for name, command in action.choices.items():
                yield name
                yield from options_of(command)
        else:
            yield from action.choices or ()


def as_list(found):
    return found if isinstance(found, list) else [found]


def words_of_the_program():
    """What there are in it by name: verdicts, codes, options, settings, rules, functions, languages."""
    known = catalogue()
    package = json.loads((ROOT / "editors" / "vscode" / "package.json").read_text(encoding="utf-8"))["contributes"]
    of_editor = {
        *(key.removeprefix("einsight.") for group in as_list(package["configuration"]) for key in group["properties"]),
        *(command["title"] for command in package["commands"]),
    }
    hooks = [f"einsight_{kind}" for kind in ("rules", "functions", "tensors", "properties", "targets", "lints")]
    return {
        "#", ";", *of_editor, *COMMANDS, *STYLES, *SIGNS.values(), *FILES, "einsight.api", *re.findall('"([^"]+)"', (ROOT / "grammar" / "expression.lark").read_text(encoding="utf-8")),
        *VERDICTS, *NAMES, *(name for name, _ in NAMES.values()), *SEVERITIES, *LAYOUT_CHOICES, *_READ, *SUFFIXES, *LANGUAGES,
        *options_of(_parser()), *known.rules, *known.functions, *known.arrays, *CODE, *TEXTS, *known.targets, *PRODUCTS, *hooks, *topics(), *PROPERTIES,
        *ARRAY_FUNCTIONS, *dir(einsight), *dir(Derived), *Derived.__dataclass_fields__, *Claim.__dataclass_fields__,
        *Findings.__dataclass_fields__, *dir(Findings), *dir(api), *map("\\{}".format, SPELLINGS), *SPELLINGS, *SPELLINGS.values(),
    }  # fmt: skip


def reads(text, declarations):
    """Is it a statement among some declarations, of which nothing worse than information is said?"""
    report = einsight.check(f"{declarations}\n{text}\n")
    own = [d for d in report.diagnostics if d.span[0] > len(declarations)]
    return not [d for d in own if d.severity in ("error", "warning")]


def declarations_in(fence):
    """The lines of a fence that declare, without what is said of them."""
    lines = [COMMENT.sub("", line) for line in fence.splitlines()]
    return "\n".join(line for line in lines if DECLARES.search(line) and not said_by(line)[0])


def spans_of(page):
    """What stands in backquotes in the lines of a page, with the declarations of the fences above and below."""
    fences = list(FENCE.finditer(page))
    starts = [0, *(f.end() for f in fences)]
    ends = [*(f.start() for f in fences), len(page)]
    declared = ["", *(declarations_in(f["body"]) if f["language"] == "ein" else "" for f in fences), ""]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for _, span in SPAN.findall(page[start:end]):
            yield span.strip().replace("\\|", "|"), declared[number : number + 2]


def is_known(span, declared, words, shown):
    """Is it a word of the program, something that a fence of the page shows, a command it takes, or a formula it reads?"""
    if span in words or any((top / span).exists() for top in (ROOT, ROOT / "tests", SOURCE)) or re.search(rf"(?<!\w){re.escape(span)}(?!\w)", shown):
        return True
    if re.fullmatch(r"\\[A-Za-z]+", span):
        return any(
            re.search(rf"\b{span[1:]}\b", p.read_text(encoding="utf-8")) for p in (SOURCE / "documents").rglob("*.py")
        )
    if re.search(r"\\|\^\{", span):  # a formula of notes
        report = einsight.check(f"${span}$" if "=" in span else f"${span} = 0$", language="markdown")
        return not report.unread
    if span.startswith(("einsight ", "python -m einsight.")):
        return runs(span)
    if re.fullmatch("EINSIGHT_[A-Z_]+", span):
        return any(f'"{span}"' in p.read_text(encoding="utf-8") for p in SOURCE.rglob("*.py"))
    if re.match(r"--?[a-z]", span):  # options with what they take
        return all(w in words for w in shlex.split(span) if w.startswith("-"))
    if re.fullmatch(r"[a-z]{3,}", span):
        return reads(f"{span}(2)", "")
    if re.match("[ℝR]\\b", span):
        return reads(f"x ∈ {span}", "")
    return any(reads(span.strip('"'), declarations) for declarations in declared)


def runs(command):
    """Does the command line take it?"""
    first, *rest = shlex.split(command)
    if first == "python":
        return (ROOT / "src" / rest[1].replace(".", "/") / "__main__.py").exists()
    try:
        _parser().parse_args(rest)
    except Exception:
        return False
    return True


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_what_stands_in_backquotes_is_known(name):
    words, page = words_of_the_program(), read(name)
    shown = "\n".join(fence["body"] for fence in FENCE.finditer(page))
    assert [span for span, declared in spans_of(page) if not is_known(span, declared, words, shown)] == []


# the way to a page


def test_every_link_leads_somewhere():
    pages = {p.name: p.read_text(encoding="utf-8") for p in FOLDER.glob("*.md")}
    for name, text in pages.items():
        for target in LINK.findall(FENCE.sub("", text)):
            place, _, anchor = target.partition("#")
            assert place in {"", *pages}, (name, target)
            assert not anchor or anchor in anchors(pages[place or name]), (name, target)
    for name in BESIDE:
        for target in LINK.findall(FENCE.sub("", read(name))):
            there = (ROOT / name).parent / target.partition("#")[0]
            assert target.startswith("https://") or there.exists(), (name, target)
    assert {f"{topic}.md" for topic in topics()} <= set(LINK.findall(pages["README.md"]))


def anchors(page):
    heads = re.findall(r"^#+ (.+)$", page, re.M)
    return {re.sub(r"[^\w-]", "", h.lower().replace(" ", "-")) for h in heads}


def test_what_the_sources_name_is_on_a_page():
    named = re.compile(r"docs/pages/([\w.]+)(?:#([\w-]+))?")
    tops = (ROOT / "src", ROOT / "grammar", ROOT / "tests")
    files = [p for top in tops for p in top.rglob("*") if p.suffix in (".py", ".lark") and "fuzz" not in p.parts]
    found = {place for p in files for place in named.findall(p.read_text(encoding="utf-8"))}
    assert len(found) > 5
    for name, anchor in found:
        assert not anchor or anchor in anchors((FOLDER / name).read_text(encoding="utf-8")), (name, anchor)
        assert (FOLDER / name).exists(), name


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


if __name__ == "__main__":
    os.environ["EINSIGHT_CACHE"] = tempfile.mkdtemp()
    install()
    for page in sys.argv[1:] or HAND_WRITTEN:
        with tempfile.TemporaryDirectory() as made:
            now = followed(read(page), Path(made).resolve())
        (ROOT / page).write_text(now, encoding="utf-8")
