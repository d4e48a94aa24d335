"""The pages of the reference, carried out: what stands on them is what happens.

An `ein` fence is judged, line by line.  Behind a statement a comment may begin with what is said of it: verdicts and codes
(`# wrong`, `# EIN302`), the result of a query (`# = W`), the shape of a definition (`# ∈ ℝ^n`); a line without one is right, and
nothing but hints is said of it.  `file=NAME` makes a file of a fence, for the commands below it; in a `console` fence stands what
they print, in a `python` one a session, in an `ipython` one cells (`In: `, continued by `..: `) and what is shown of them.

`PYTHONPATH=tests python tests/docs/test_pages.py` writes into the pages what their commands and their sessions print now.
"""

import contextlib
import doctest
import io
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

import pytest
from paths import ROOT
from reference import FENCE, HAND_WRITTEN, VERDICTS, read, said_by

import einsight
from einsight.cli.main import main
from einsight.editing.hints import hints
from einsight.lowering.report import NAMES
from einsight.plugins import telling as plugins
from einsight.plugins.loading import install
from einsight.rules.catalogue import forget
from einsight.sheets.sheet import Sheet

CELL = re.compile(r"^In: (?P<line>.*)\n(?P<body>(?:\.\.: .*\n)*)", re.M)
IGNORED = re.compile(r"# einsight: ignore (\w+)")


# fences of the language


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
        self.folder, self.names, self.magics = folder, {"einsight": einsight}, {}

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
        elif fence["language"] == "ipython":
            return "".join(f"{cell[0]}{self.cell(cell)}" for cell in CELL.finditer(fence["body"]))
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

    def cell(self, cell):
        """What a cell shows on a terminal; to its extension this is the shell."""
        line, body = cell["line"], "".join(f"{part}\n" for part in re.findall(r"^\.\.: (.*)$", cell["body"], re.M))
        command, _, rest = line.partition(" ")
        if command == "%load_ext":
            self.names[rest].load_ipython_extension(self)
            return ""
        given = (rest, body) if command.startswith("%%") else (rest,)
        return "".join(f"{shown.rstrip()}\n" for shown in str(self.magics[command.lstrip("%")](*given)).splitlines())

    def register_magic_function(self, function, kind, name):
        self.magics[name] = function


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
            now = followed(read(page), Path(made).resolve())
        (ROOT / page).write_text(now, encoding="utf-8")
