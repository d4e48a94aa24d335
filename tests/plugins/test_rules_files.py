"""A project's own rules in plain files: read, told by file and line where they do not read, counted in the cache, trusted."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from session import Session

from einsight.cli.main import main
from einsight.cli.record import _rules_text
from einsight.deriving.derive import derive, rewrite
from einsight.plugins import telling as plugins
from einsight.plugins.rules_file import read_rules
from einsight.rules.catalogue import catalogue, forget

COURSE = """\
# What is symmetric meets what is antisymmetric.
course.contrary: S_ij A_ij => 0   where S symmetric, A antisymmetric
course.even: cosh(-s) => cosh(s)
    example cosh(-c) + 1 => cosh(c) + 1   with c ∈ ℝ
    example cosh(c) => nothing   with c ∈ ℝ

function softsign(z) = z/(1 + abs(z))
    derivative 1/(1 + abs(z))^2
function gap(a, b) = (a_i - b_i) (a_i - b_i)
function sym(A)_ij = 1/2 (A_ij + A_ji)
function side(a, b)_1 = a_1 b_2   where dim = 3
"""


def test_entries():
    kit, problems = read_rules(COURSE, "course", "course.rules")
    assert [r.id for r in kit.rules] == ["course.contrary", "course.even"]
    assert kit.rules[0].doc == "What is symmetric meets what is antisymmetric." and not kit.rules[1].doc
    assert kit.rules[1].examples == (("c ∈ ℝ", "cosh(-c) + 1", "cosh(c) + 1"), ("c ∈ ℝ", "cosh(c)", None))
    assert [(f.name, f.derivative) for f in kit.functions] == [("softsign", ("1/(1 + abs(z))^2",))]
    assert [(f.name, f.parameters, f.indices, f.size) for f in kit.arrays] == [
        ("gap", (("a", 1), ("b", 1)), (), None),
        ("sym", (("A", 2),), ("i", "j"), None),
        ("side", (("a", 1), ("b", 1)), ("1",), 3),
    ]
    assert not problems


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a.b", "is no entry"),
        ("even: cos(-s) => cos(s)", "lacks its group: write `course.even`"),
        ("a.b: cos(-s)", "is no entry: write `group.name: left => right`"),
        ("a.b: cos( => sin(s)", "never closed"),
        ("a.b: A_ij => A_ji where A", "no condition"),
        ("    examples cos(c) => 1", "belongs to nothing"),
        ("function f(a) b", "defines no function"),
        ("function f(a, b) = a_i a_i", "`b` does not stand in"),
        ("course.even: sinh(-s) => -sinh(s)", "stands in line 3 already"),
        ("a..b: sinh(-s) => -sinh(s)", "`a..b` is no name of a rule"),
        ("a.b: cosh(" + "(" * 99 + "s" + ")" * 99 + ") => 1", "more than 60 brackets"),
        ("a.b: cosh(s) => 1 => 2", "write `left => right`"),
        ("\0", "is no entry"),
        ("function f(z) = 1 + f(z)", "`f` is defined by itself"),
    ],
)
def test_a_line_that_does_not_read_costs_its_entry_alone(line, words):
    kit, (problem,) = read_rules(
        f"# kept\n\ncourse.even: cos(-s) => cos(s)\n\n{line}\n\ncourse.odd: sin(-s) => -sin(s)\n", "course"
    )
    assert problem.line == 5 and words in str(problem)
    assert [r.id for r in kit.rules] == ["course.even", "course.odd"]


def test_functions_that_are_defined_in_a_circle_and_derivatives_given_twice():
    text = """\
function a(z) = b(z) + 1
function b(x, y) = a(x) a(y)
function c(z) = a(z)
function d2(z) = z^2
    derivative 2 z
    derivative 3 z
"""
    kit, problems = read_rules(text, "course")
    told = [(p.line, str(p)) for p in problems]
    assert told == [(6, "`d2` has its derivative already"), (1, "`a` is defined by itself, through `b`")]
    assert [f.name for f in kit.functions] == ["c", "d2"] and [f.name for f in kit.arrays] == ["b"]


@pytest.mark.parametrize("name", ["sum", "tr", "I", "d", "pi"])
def test_names_of_the_language_are_taken(name):
    kit, (problem,) = read_rules(f"function {name}(z) = z\n", "course", owner=catalogue().owner)
    assert f"`{name}` is registered by einsight already" in str(problem) and not kit.functions


@pytest.mark.parametrize("name", ["\r\n", "\r", "\ufeff", "\t", "\x0c"])
def test_whatever_an_editor_writes(tmp_path, name):
    """Other ends of lines, a byte order mark, tabs; a form feed ends no line."""
    text = {
        "\ufeff": "\ufeff" + COURSE,
        "\t": COURSE.replace("    ", "\t"),
        "\x0c": COURSE.replace("# What", "# \x0cWhat"),
    }
    path = tmp_path / "course.rules"
    path.write_bytes(text.get(name, COURSE.replace("\n", name)).encode())
    plugins.use(rules=[str(path)])
    try:
        assert [len(r.examples) for r in catalogue().rules.values() if r.source == "course"] == [0, 2]
        assert not catalogue().faults.all
    finally:
        plugins.use()
        forget()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (None, "course.rules: Is a directory. Correct `rules` in the settings."),
        ("# größe".encode("latin-1"), "course.rules is not in UTF-8. Save it so."),
        (COURSE.encode("utf-16"), "course.rules is not in UTF-8. Save it so."),
    ],
)
def test_what_is_no_file_of_rules(tmp_path, written, words):
    path = tmp_path / "course.rules"
    path.mkdir() if written is None else path.write_bytes(written)
    plugins.use(rules=[str(path)])
    try:
        (fault,) = catalogue().faults.all
        assert fault.message.startswith("EIN501: plugin course is switched off (reading): ") and words in fault.message
    finally:
        plugins.use()
        forget()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a file of rules, in use here until the test is over."""
    (tmp_path / "course.rules").write_text(COURSE, encoding="utf-8")
    (tmp_path / "einsight.toml").write_text('rules = ["course.rules"]\n', encoding="utf-8")
    plugins.use(rules=[str(tmp_path / "course.rules")])
    yield tmp_path
    plugins.use()
    forget()


def test_rules_and_functions_of_a_file_count(project):
    assert rewrite("cosh(-c)", ["course.even"], "c in R").index == "cosh(c)"
    for word, index in (("symmetric", "0"), ("antisymmetric", "2 K_kl X_kl"), ("", "2 K_kl X_kl")):
        declare = f"K in R^(n x n) antisymmetric; X in R^(n x n) {word}"
        assert rewrite("2 X_ij K_ij", ["course.contrary"], declare).index == index
    assert derive("softsign(x)", "x", "x in R^n").matrix == "diag(1 ./ (abs(x) + 1)^2)"
    assert derive("gap(x, y)", "x", "x, y in R^n").matrix == "2 (x - y)'"
    assert derive("x' sym(A) x", "x", "A in R^(n x n); x in R^n").matrix == "x' (A + A')"
    assert not catalogue().faults.all
    plugins.use()
    assert "course.even" not in catalogue().rules and not catalogue().arity("softsign")


@pytest.fixture
def run(capfd, monkeypatch):
    """A command line in a folder, in this process, and as in one of its own: with the plugins that it finds there."""

    def running(*arguments, cwd):
        monkeypatch.chdir(cwd)
        monkeypatch.setenv("EINSIGHT_CACHE", str(cwd / "cache"))
        monkeypatch.setenv("EINSIGHT_DEBUG", "1")
        _rules_text.cache_clear()
        forget()
        status = main(list(arguments))
        return subprocess.CompletedProcess(arguments, status, *capfd.readouterr())

    yield running
    plugins.use()
    forget()


def test_in_the_command_line_with_the_place_of_what_does_not_read(run, project):
    rules = project / "course.rules"
    with rules.open("a", encoding="utf-8") as file:
        file.write(
            "course.torn: cos( => 1\ncourse.strange: cosh(2 s) => frobnicate(s)\ncourse.large: A_ij => A_ji where A large\n"
            "function tanh(z) = z\ndelta.contract: cosh(3 s) => s\n"
        )
    done = run("rewrite", "cosh(2 c) + cosh(-c)", "-d", "c in R", cwd=project)
    assert done.returncode == 0 and done.stdout == "cosh(c) + cosh(2 c)\n"
    torn, *later = done.stderr.splitlines()
    for line, name in ((15, "tanh"), (16, "delta.contract")):
        assert f"einsight: EIN501: {rules}:{line}: `{name}` is registered by einsight already" in done.stderr
    (strange,) = [line for line in later if "course.strange" in line]
    assert torn.startswith(f"einsight: EIN501: {rules}:12: ") and "never closed" in torn
    assert f"{rules}:13: `frobnicate` is no function" in strange and "course.strange" in strange
    verified = run("rules", "--verify", "course", cwd=project)
    assert (
        verified.returncode == 1
        and "FAILED  course.strange: " in verified.stdout
        and "ok      gap: " in verified.stdout
    )
    assert run("rules", "course.even", cwd=project).stdout.endswith("from course\n")
    listed = run("plugin", "list", cwd=project).stdout
    assert re.match(r"course .*on: 4 rules, 4 functions", listed) and f"off: {rules}:12: " in listed


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ('rules = "course.rules"', "is a list of files"),
        ('rules = ["course.txt"]', "end in `.rules`"),
        ('rules = ["none.rules"]', "none.rules: No such"),
    ],
)
def test_settings_that_name_no_file_of_rules(run, project, setting, words):
    (project / "einsight.toml").write_text(setting + "\n", encoding="utf-8")
    (project / "a.ein").write_text("c in R\nc = c\n", encoding="utf-8")
    for command in (["derive", "cos(x)", "-w", "x", "-d", "x in R"], ["check", "a.ein"]):
        done = run(*command, cwd=project)
        assert words in done.stderr and len(done.stderr.splitlines()) <= 2, done.stderr
        assert done.returncode == (2 if command[0] == "check" and "none" not in setting else 0)


def test_the_cache_knows_files_of_rules(run, project):
    (project / "a.ein").write_text("x ∈ ℝ^n\ngap(x, x) = 0\n", encoding="utf-8")
    for known in "01":
        done = run("check", "a.ein", cwd=project)
        assert done.returncode == 0 and f"{known} of 1 files from the cache" in done.stderr
    rules = project / "course.rules"
    rules.write_text(rules.read_text(encoding="utf-8").replace("(a_i - b_i) (a_i - b_i)", "a_i b_i"), encoding="utf-8")
    done = run("check", "a.ein", cwd=project)
    assert done.returncode == 1 and "0 of 1 files from the cache" in done.stderr and "EIN401" in done.stdout
    assert "EIN107" in run("check", "a.ein", "--disable-plugin", "course", cwd=project).stdout


@pytest.mark.parametrize("trusted", [True, None])
def test_in_an_editor_they_load_where_the_workspace_is_trusted(project, trusted):
    path = project / "a.ein"
    with Session(options={} if trusted is None else {"trusted": trusted}) as session:
        session.open("x ∈ ℝ^n\ngap(x, x) = 0\n", uri=path.as_uri())
        codes = [code for code, _ in session.codes()]
        if not trusted:
            assert "EIN107" in codes
            session.until(
                "window/logMessage", lambda p: "course.rules is not read: the workspace is not trusted" in p["message"]
            )
            return
        assert codes == []
        rules = Path(project / "course.rules")
        rules.write_text("function gap(a, b) = a_i b_i\n", encoding="utf-8")
        session.client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": rules.as_uri(), "type": 2}]})
        session.client.wait_for(
            lambda m: (
                m.method == "textDocument/publishDiagnostics"
                and [d["code"] for d in m.params["diagnostics"]] == ["EIN401"]
            )
        )


def test_a_function_has_no_value_outside_of_its_domain_and_stays_on(tmp_path):
    """That is no fault: no claim is refuted there, and the rules about it go on."""
    path = tmp_path / "odds.rules"
    path.write_text("odds.back: sigmoid(logit(s)) => s\nfunction logit(z) = log(z/(1 - z))\n", encoding="utf-8")
    plugins.use(rules=[str(path)])
    try:
        assert derive("sigmoid(logit(x))", "x", "x in R^n").matrix == "I"
        with pytest.raises(ValueError):
            catalogue().functions["logit"].value(3.0)
        assert not catalogue().faults.all
    finally:
        plugins.use()
        forget()


def test_a_function_that_is_switched_off_leaves_its_claims_undecided(tmp_path):
    """Not judged as if it were any function whatever."""
    (tmp_path / "course.rules").write_text("function gg(z) = exp(z)\n    derivative  2\n", encoding="utf-8")
    (tmp_path / "einsight.toml").write_text('rules = ["course.rules"]\n', encoding="utf-8")
    (tmp_path / "a.ein").write_text("p in R^n\n" + "d/dp gg(p) = diag(exp(p))\n" * 2, encoding="utf-8")
    command = [sys.executable, "-m", "einsight", "check", "--no-cache", "--format", "json", "a.ein"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.stdout.count('"verdict": "undecided"') == 2 and "EIN501" in done.stderr
