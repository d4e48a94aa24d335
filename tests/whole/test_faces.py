"""The command line in a subprocess, the README's formulas, and the built wheel in a fresh environment."""

import json
import os
import subprocess
import sys
import venv

import pytest
from paths import ROOT

import einsight
from einsight.cli.main import main

DECLARE = ["-d", "A in R^(n x m)", "-d", "x in R^m", "-d", "y in R^n"]


def in_a_process(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "einsight", *arguments], capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip


@pytest.fixture
def run(capfd):
    """A command line in this process: what a process of its own adds is tried by the first two of these tests."""

    def running(*arguments):
        status = main(list(arguments))
        return subprocess.CompletedProcess(arguments, status, *capfd.readouterr())

    return running


def test_it_is_a_program():
    done = in_a_process("derive", "A +")
    assert (done.returncode, done.stdout) == (2, "") and done.stderr.startswith("einsight: ")


def test_derive():
    run = in_a_process
    done = run("derive", "d/dx (y' A x)", *DECLARE, "--steps")
    assert done.returncode == 0 and not done.stderr
    for part in ("y_k A_ki", "y' A", "1×m, numerator layout", "delta.contract"):
        assert part in done.stdout


def test_derive_json_has_the_keys_of_the_contract(run):
    data = json.loads(run("derive", "y' A x", "-w", "x", *DECLARE, "--to", "json").stdout)
    assert list(data) == "input wrt order layout free shape index matrix matrix_shape latex steps diagnostics".split()
    assert data["matrix"] == "y' A" and data["matrix_shape"] == ["1", "m"]
    assert set(data["steps"][0]) == {"rule", "before", "after", "note"}


def test_rewrite(run):
    done = run("rewrite", "sum_j delta_ij x_j", "--rule", "delta.contract", "--format", "json")
    data = json.loads(done.stdout)
    assert data["index"] == "x_i" and [s["rule"] for s in data["steps"]] == ["delta.contract"]


def test_check_json_and_exit(run, tmp_path):
    path = tmp_path / "course.ein"
    path.write_bytes("𝛿, c ∈ ℝ; a, x ∈ ℝ^m\r\n𝛿 c = c; d/dx (a' x) = a\r\n".encode())
    done = run("check", str(path), "--format", "json")
    assert done.returncode == 1
    data = json.loads(done.stdout)
    (file,) = data["files"]
    assert [c["verdict"] for c in file["claims"]] == ["wrong", "transposed"]
    # 𝛿 takes two UTF-16 units
    assert file["claims"][0]["range"] == {"start": {"line": 1, "character": 7}, "end": {"line": 1, "character": 8}}
    assert data["summary"]["verdicts"] == {"wrong": 1, "transposed": 1}


@pytest.mark.parametrize(
    "arguments",
    [["bogus"], ["derive"], ["derive", "A +"], ["derive", "x", "-w", "q"], ["check", "missing.ein"], ["explain", "EIN999"],
     ["rules", "no.rule"], ["derive", "x_i", "--layout", "up"], ["check", "--select", "XYZ", "README.md"], ["rewrite", "x +"]],
)  # fmt: skip
def test_what_cannot_be_run_says_so_in_one_line(run, arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("einsight: ")


def test_unreadable_bytes(run, tmp_path):
    path = tmp_path / "x.ein"
    path.write_bytes(b"\xff\xfe\x00")
    assert run("check", str(path)).returncode == 2


def test_explain_knows_every_code():
    from einsight.docs.explain import PAGES, explain
    from einsight.lowering.report import NAMES

    assert set(PAGES) == set(NAMES)
    for code, (_, example, _) in PAGES.items():
        assert code in explain(code)
        # the example on a page shows the diagnostic
        if example and code != "EIN002":
            assert code in [d.code for d in einsight.check(example).diagnostics], code


def test_readme_formulas_hold():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    findings = einsight.check(text, language="markdown")
    assert len(findings.claims) >= 8 and not findings.unread
    assert {c.verdict for c in findings.claims} == {"right"}


def test_nothing_heavy_is_imported():
    code = (
        "import sys, einsight; einsight.derive(\"y' A x\", 'x', 'A in R^(n x m); x in R^m; y in R^n').steps;"
        "print([m for m in ('sympy', 'numpy', 'pygls') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.campaign  # it builds and installs
def test_wheel(tmp_path):
    """Built, installed in a fresh environment outside the tree, and run there."""
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", str(wheel)], check=True, capture_output=True, cwd=tmp_path)
    done = subprocess.run(
        [python, "-m", "einsight", "derive", "W_ij x_j", "-w", "x"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert "W_ij" in done.stdout
    # what is no Python comes along too
    done = subprocess.run([python, "-m", "einsight", "explain", "layouts"], capture_output=True, cwd=tmp_path, check=True)
    page = (ROOT / "src" / "einsight" / "docs" / "pages" / "layouts.md").read_text(encoding="utf-8")
    assert page.split("\n\n")[1] in done.stdout.decode("utf-8")


def test_settings_of_a_project(tmp_path, capsys):
    notes = tmp_path / "deep" / "notes.ein"
    notes.parent.mkdir()
    notes.write_text("a, x in R^m\nd/dx (a' x) = a\nspare in R\n")
    assert main(["check", str(notes)]) == 1 and "EIN402" in capsys.readouterr().out
    (tmp_path / "pyproject.toml").write_text('[tool.einsight]\nlayout = "denominator"\nignore = ["EIN103"]\n')
    assert main(["check", str(notes)]) == 0
    assert capsys.readouterr().out == "checked 1 claim in 1 formula\n"
    assert main(["check", "--layout", "numerator", str(notes)]) == 1 and "EIN402" in capsys.readouterr().out
    (tmp_path / "deep" / "einsight.toml").write_text('layout = "sideways"\n')
    assert main(["check", str(notes)]) == 2
    said = capsys.readouterr().err
    assert "einsight.toml" in said and "sideways" in said and len(said.splitlines()) == 1
