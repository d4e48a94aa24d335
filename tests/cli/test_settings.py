"""A file of settings that is wrong is told in one line, and costs the folder below it its settings and nothing else."""

import json
import os
import time

import pytest
from session import Session

from einsight.cli.main import main
from einsight.settings import LONGEST_BUDGET, read_settings, settings_for

SETTINGS = "# of a project\n\n"
# what stands in the file, and what is said of it: the line, and words
WRONG = {
    "einsight.toml": {
        "tool = 3": (3, "there is no setting 'tool'"),
        "[[tool]]": (3, "there is no setting 'tool'"),
        "a=" + "[" * 100_000: (1, "brackets inside one another"),
        "a=" + "{b=" * 30_000: (1, "brackets inside one another"),
        ".".join("a" * 50_000) + "=1": (1, "a key of more than 200 parts in line 3"),
        "budget = " + "9" * 400: (3, "`budget` is a positive number of seconds"),
        "budget = " + "9" * 5000: (1, "digits"),
        "budget = 0x" + "f" * 9000: (3, "`budget` is a positive number of seconds"),
        "budget = inf": (3, "not inf"),
        "budget = nan": (3, "not nan"),
        "budget = -1": (3, "not -1"),
        "budget = true": (3, "not True"),
        "budget = 1979-05-27": (3, "not datetime.date"),
        "budget = [[[[[[[[1]]]]]]]]": (3, "`budget` is a positive number of seconds"),
        "layout = {}": (3, "`layout` is one of"),
        "search = -1": (3, "`search` is a whole number of steps"),
        "search = 1.5": (3, "not 1.5"),
        "layout = ['mixed']\nbudget = 'x'": (3, "`layout` is one of numerator, denominator, mixed, auto, not ['mixed']; `budget`"),
        "select = [[]]": (3, "`select` is a list of codes"),
        "ignore = 402": (3, "`ignore` is a list of codes"),
        "ignore = ['EIN999']": (3, "not ['EIN999']"),
        "plugins = ['a']": (3, "`plugins` is a table"),
        "[plugins]\ndisable = 3": (3, "`plugins` is a table"),
        "rules = [3]": (3, "`rules` is a list of files"),
        r'rules = ["a\u0000.rules"]': (3, "names of files"),
        'layout = "mixed': (3, "Unterminated string"),
        "layout = ": (3, "Invalid value"),
        '"lay\\nout" = 3': (1, "there is no setting 'lay\\nout'"),
        "\n".join(f"k{k} = 1" for k in range(9)): (3, "and 6 more"),
        "layout = 'mixed'\nlayout = 'mixed'": (4, "Cannot overwrite a value"),
    },
    "pyproject.toml": {
        "tool = 3": (3, "`tool` is a table"),
        "[[tool]]": (3, "`tool` is a table"),
        "[tool]\neinsight = 3": (4, "the settings of einsight are a table"),
        "[[tool.einsight]]": (3, "the settings of einsight are a table"),
        "[project]\nname = 'a'\n[tool.einsight]\nbudget = 0": (6, "not 0"),
        "[tool.einsight]\n[tool.einsight.plugins]\ndisable = 3": (4, "`plugins` is a table"),
        "[tool.einsight]\nlayout": (4, "Expected '='"),
    },
}  # fmt: skip
CASES = [(file, text, *said) for file, table in WRONG.items() for text, said in table.items()]


@pytest.mark.parametrize(("file", "text", "line", "words"), CASES, ids=lambda v: str(v)[:30].replace("\0", ""))
def test_what_is_wrong_is_told_with_its_line(tmp_path, file, text, line, words):
    (tmp_path / file).write_text(SETTINGS + text, encoding="utf-8")
    begun = time.process_time()
    bad = settings_for(tmp_path / "deep" / "a.ein").problem
    assert time.process_time() - begun < 1
    assert bad is not None and bad.line == line and words in bad.words
    assert bad.source == str(tmp_path / file) and len(str(bad).splitlines()) == 1 and len(bad.words) < 1000


def _fifo(path):
    os.mkfifo(path)


# what a name of settings may lead to besides
ODD = {
    "not text": lambda path: path.write_bytes(b"\n\nlayout = '\xff'"),
    "UTF-16": lambda path: path.write_bytes("layout = 'mixed'".encode("utf-16")),
    "folder": lambda path: path.mkdir(),
    "pipe": _fifo,
    "endless device": lambda path: path.symlink_to("/dev/zero"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "large": lambda path: path.write_bytes(b"#" * 1_000_001),
    "sparse": lambda path: os.truncate(path, 1 << 40) if path.write_bytes(b"") == 0 else None,
}
posix = pytest.mark.skipif(os.name != "posix", reason="pipes and devices have names")
DOCUMENT = "a, x in R^m\nd/dx (a' x) = a'\n"


@posix
@pytest.mark.parametrize("odd", ODD)
def test_they_cost_a_folder_its_settings(tmp_path, capsys, odd):
    """The other folder has its own; the documents below both are judged."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "n.ein").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "b" / "einsight.toml").write_text('layout = "denominator"', encoding="utf-8")
    ODD[odd](tmp_path / "a" / "einsight.toml")
    assert main(["check", "--format", "json", "--no-cache", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert [f["claims"][0]["verdict"] for f in json.loads(out)["files"]] == ["right", "transposed"]
    assert err.count("\n") == 1 and f"{tmp_path / 'a' / 'einsight.toml'}: line " in err


@posix
def test_in_an_editor_they_are_one_diagnostic_in_that_file(tmp_path):
    homes = {name: tmp_path / str(k) for k, name in enumerate([*ODD, "a=" + "[" * 100_000, "tool = 3", "budget = inf"])}
    with Session(options={"trusted": True}) as session:
        for name, home in homes.items():
            home.mkdir()
            file = home / "einsight.toml"
            ODD[name](file) if name in ODD else file.write_text(name, encoding="utf-8")
            session.open(DOCUMENT, uri=(home / "a.ein").as_uri())
            assert session.checked() == {"right": 1}
            uri = file.as_uri()
            told = session.until("textDocument/publishDiagnostics", lambda p, uri=uri: p["uri"] == uri)
            assert [(d["code"], d["severity"]) for d in told["diagnostics"]] == [("EIN001", 1)]


@pytest.mark.parametrize("given", [1e400, float("nan"), 10**400, -1, "5", [], {"a": 1}, True, LONGEST_BUDGET + 1])
def test_an_editor_may_send_anything_too(given):
    found = read_settings({"budget": given, "layout": "mixed"}, "the editor's settings")
    assert found.problem is not None and found.problem.line == 0 and "`budget`" in str(found.problem)
    assert (found.budget, found.layout) == (5, "mixed")


def test_what_is_not_ours_is_for_others_to_report(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project\nname = ", encoding="utf-8")
    assert settings_for(tmp_path / "a.ein").problem is None
