"""What a release rests on: one version, a changelog with dates, workflows and an action that do what they say."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from paths import ROOT

import einsight

if sys.version_info >= (3, 11):
    import tomllib as toml
else:
    import tomli as toml

_SPEC = importlib.util.spec_from_file_location("release", ROOT / ".github" / "release.py")
release = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(release)


def test_the_version_stands_in_one_place_and_others_are_the_same():
    assert release.version() == einsight.__version__
    assert set(release.others().values()) == {einsight.__version__}
    project = toml.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dynamic"] == ["version"] and "version" not in project


def test_a_release_needs_its_tag_and_a_date(monkeypatch, tmp_path):
    dated = f"v{einsight.__version__}"
    assert any("is not v" in problem for problem in release.problems("v9.9.9"))
    for name in ("src/einsight/__init__.py", *release.others()):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("CHANGELOG.md", "editors/vscode/CHANGELOG.md"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(re.sub(r"^## (\S+) \(.*\)", r"## \1 (2026-12-01)", text, count=1, flags=re.M))
    monkeypatch.setattr(release, "ROOT", tmp_path)
    assert list(release.problems(dated)) == []
    assert release.notes().startswith("* The language in index and matrix notation")


@pytest.mark.parametrize(
    "place", ["pyproject.toml", *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("plugins/*/pyproject.toml"))]
)
def test_the_address_of_the_repository_is_put_in_once(place):
    text = (ROOT / place).read_text(encoding="utf-8")
    text = re.sub(r"\[project\.urls\]\n(?:.+\n)+\n", "", text)  # in a package that was built they stand already
    named = release.with_urls(text, "https://example.org/o/r")
    assert toml.loads(named)["project"]["urls"]["Issues"] == "https://example.org/o/r/issues"
    assert release.with_urls(named, "https://example.org/o/r") == named


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / "action.yml"], ids=lambda p: p.name)
def test_what_workflows_run_is_there(path):
    """Scripts parse, folders and files that they name exist, and nothing from outside stands in the text of a script."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    steps = data["runs"]["steps"] if "runs" in data else [s for job in data["jobs"].values() for s in job["steps"]]
    for step in steps:
        script = step.get("run")
        if script is None:
            assert step["uses"]
            continue
        assert subprocess.run(["bash", "-n", "-c", script], capture_output=True).returncode == 0, script
        assert not re.search(r"\$\{\{\s*(inputs|github\.event|github\.head_ref)", script), script
        for name in re.findall(r"(?<![\w/$])(?:\.ci|\.github|editors|plugins|src)/[\w./-]+", script):
            assert (ROOT / name.rstrip("/")).exists() or "egg-info" in name, name
        if "working-directory" in step:
            assert (ROOT / step["working-directory"]).is_dir()


def test_every_plugin_is_published():
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))["jobs"]
    packages = {"einsight", *(p.parent.name for p in ROOT.glob("plugins/*/pyproject.toml"))}
    assert set(jobs["package"]["strategy"]["matrix"]["package"]) == packages


PAGE = "Let $a, x \\in \\mathbb{R}^m$. Then\n$$\\frac{\\partial}{\\partial x} (a^\\top x) = 2 a^\\top$$\n"


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"CHECKED": "notes one.md"}, 1, ["::error file=notes/page.md,line=2", "EIN401"]),
        ({"CHECKED": "one.md"}, 0, []),
        ({"CHECKED": "notes", "OPTIONS": "--exit-zero"}, 0, ["EIN401"]),
        ({"CHECKED": "notes", "LAYOUT": "numerator", "OPTIONS": "--ignore EIN401"}, 0, []),
        ({"CHECKED": "$(touch made) notes;touch made"}, 2, []),
    ],
)
def test_the_action_checks_and_comments(tmp_path, given, status, said):
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    script = next(s["run"] for s in action["runs"]["steps"] if s.get("id") == "check")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "page.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "one.md").write_text(PAGE.replace("2 a", "a"), encoding="utf-8")
    home = tmp_path / "temp" / "einsight" / "bin"
    home.mkdir(parents=True)
    (home / "einsight").write_text(f'#!/bin/sh\nexec {sys.executable} -m einsight.cli.main "$@"\n')
    (home / "einsight").chmod(0o755)
    out = tmp_path / "outputs"
    env = {
        **os.environ, "RUNNER_TEMP": str(tmp_path / "temp"), "GITHUB_OUTPUT": str(out), "LAYOUT": "", "OPTIONS": "",
        "EINSIGHT_CACHE": str(tmp_path / "cache"), **given,
    }  # fmt: skip
    done = subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == status and out.read_text() == f"status={status}\n", done.stderr
    assert all(words in done.stdout for words in said) and not Path(tmp_path, "made").exists()
