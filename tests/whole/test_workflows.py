"""The workflows and the container file: what they name is there, and their scripts do what they say.

Nothing here runs on the machines that they are written for.  Each script is carried out in a copy of the tree as those machines
do it, `bash -e`; what publishes is replaced by programs that write down how they were called.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from paths import ROOT

WORKFLOWS = {p.stem: yaml.safe_load(p.read_text(encoding="utf-8")) for p in (ROOT / ".github/workflows").glob("*.yml")}
RELEASE = WORKFLOWS["release"]["jobs"]
CONTAINER = (ROOT / ".github/Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def _jobs():
    return [(f"{name}/{key}", job) for name, flow in WORKFLOWS.items() for key, job in flow["jobs"].items()]


@pytest.mark.parametrize("path", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=lambda p: p.name)
def test_they_follow_the_schema_of_workflows(path):
    pytest.importorskip("check_jsonschema", reason="check-jsonschema holds the schema")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("name", "job"), _jobs())
def test_actions_are_named_with_a_version_and_get_no_more_than_they_need(name, job):
    for step in job["steps"]:
        uses = step.get("uses", "")
        if uses == "./":
            assert (ROOT / "action.yml").is_file()
        elif uses:
            assert re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|release/v\d+)", uses), uses
        if uses.startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
        for context in re.findall(r"\$\{\{\s*(\w+)", str(step)):
            assert context in ("github", "matrix", "runner", "secrets", "inputs", "steps", "env"), context
    publishes = any(u in str(job["steps"]) for u in ("gh-action-pypi-publish", "deploy-pages"))
    assert (job.get("permissions", {}).get("id-token") == "write") == publishes
    assert "password" not in str(job["steps"]).replace("${{ github.token }}", "") or "login-action" in str(job["steps"])


def test_a_job_has_what_it_needs_from_others():
    def before(name):
        needs = RELEASE[name].get("needs", [])
        needs = [needs] if isinstance(needs, str) else needs
        return {n for need in needs for n in (need, *before(need))}

    for name, job in RELEASE.items():
        assert before(name) <= set(RELEASE)
        made = {
            s["with"]["name"]
            for n in before(name)
            for s in RELEASE[n]["steps"]
            if "upload-artifact@" in s.get("uses", "")
        }
        taken = {s["with"]["name"] for s in job["steps"] if "download-artifact@" in s.get("uses", "")}
        assert taken <= made, name


# carried out


def _script(job, name):
    return next(s["run"] for s in RELEASE[job]["steps"] if s.get("name") == name)


class Runner:
    """A machine of ours: a copy of what is versioned, a Python of its own, folders of a runner."""

    def __init__(self, tmp_path):
        self.tree, self.temp, self.programs = tmp_path / "tree", tmp_path / "temp", tmp_path / "programs"
        listed = subprocess.run(
            ["git", "ls-files", "-z", "-c", "-o", "--exclude-standard"], cwd=ROOT, capture_output=True
        )
        if listed.returncode:
            pytest.skip("what is versioned is asked of git")
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.tree / name)
        for folder in (self.temp, self.programs):
            folder.mkdir()
        someone = "-c user.name=someone -c user.email=someone@example.org"
        for command in ("init", "add --all", f"{someone} commit --message all"):  # what goes into an sdist is asked of git
            subprocess.run(["git", *command.split()], cwd=self.tree, check=True, capture_output=True)
        subprocess.run([sys.executable, "-m", "venv", tmp_path / "python"], check=True)
        self.calls = tmp_path / "calls"
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV_", "PYTHONPATH"))},
            "PATH": f"{self.programs}:{tmp_path / 'python' / 'bin'}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.temp), "GITHUB_REF_NAME": "v0.1.0", "GITHUB_SERVER_URL": "https://example.org",
            "GITHUB_REPOSITORY": "Owner/Einsight", "GH_TOKEN": "none",
        }  # fmt: skip

    def stands_in(self, program):
        """A program that writes down how it was called."""
        path = self.programs / program
        path.write_text(f'#!/bin/sh\necho "{program} $*" >> {self.calls}\n')
        path.chmod(0o755)

    def run(self, script, **env):
        where = self.tree / "step.sh"
        where.write_text(script, encoding="utf-8")
        done = subprocess.run(
            ["bash", "-e", str(where)], cwd=self.tree, env={**self.env, **env}, capture_output=True, text=True
        )
        where.unlink()
        assert done.returncode == 0, f"{script}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def dated(self):
        for name in ("CHANGELOG.md", "editors/vscode/CHANGELOG.md"):
            text = (self.tree / name).read_text(encoding="utf-8")
            (self.tree / name).write_text(re.sub(r"^## (\S+) \(.*\)", r"## \1 (2026-12-01)", text, count=1, flags=re.M))


@pytest.fixture
def runner(tmp_path):
    if shutil.which("bash") is None:
        pytest.skip("scripts of workflows are for bash")
    return Runner(tmp_path)


def test_what_announces_and_publishes_is_called_as_it_should_be(runner):
    runner.dated()
    for program in ("gh", "npx", "docker"):
        runner.stands_in(program)
    (runner.tree / "extension").mkdir()
    (runner.tree / "extension" / "einsight-0.1.0.vsix").touch()
    for step in RELEASE["announce"]["steps"]:
        if "run" in step:
            runner.run(step["run"])
    runner.run(_script("container", "Build, try, push"))
    assert runner.calls.read_text().splitlines() == [
        "gh release create v0.1.0 extension/einsight-0.1.0.vsix --title v0.1.0 --notes-file notes.md",
        "npx --yes @vscode/vsce publish --packagePath extension/einsight-0.1.0.vsix",
        "npx --yes ovsx publish extension/einsight-0.1.0.vsix",
        "docker build -f .github/Containerfile -t ghcr.io/owner/einsight:0.1.0 -t ghcr.io/owner/einsight:latest .",
        f"docker run --rm -v {runner.tree}:/work ghcr.io/owner/einsight:latest check README.md",
        "docker push --all-tags ghcr.io/owner/einsight",
    ]
    assert "language" in (runner.tree / "notes.md").read_text(encoding="utf-8")


@pytest.mark.campaign
def test_packages_are_built_checked_and_tested_from_elsewhere(runner):
    runner.dated()
    runner.run(_script("build", "All of one version, dated in the changelog"))
    said = runner.run(_script("build", "Packages"))
    published = RELEASE["package"]["strategy"]["matrix"]["package"]
    assert said.count("PASSED") == 2 * len(published)
    for package in published:
        assert len(list((runner.tree / "dist" / package).iterdir())) == 2
    # the whole run of the tests is that of `.ci/run`; here it is whether they are found, and find the package
    runner.run(
        _script("build", "The whole of the tests, from elsewhere"),
        PYTEST_ADDOPTS="tests/whole/test_public.py tests/whole/test_release.py -p no:cacheprovider",
    )
    assert not list((runner.temp / "elsewhere").glob("*.egg-info"))


@pytest.mark.campaign
def test_the_container_file_is_carried_out(runner, tmp_path):
    """In an environment in place of an image: its folders are put into ours, its user is whoever runs this."""
    stages = re.split(r"^FROM ", CONTAINER, flags=re.M)[1:]
    assert len(stages) == 2 and all(s.startswith("python:3.12-slim") for s in stages)
    wheels = tmp_path / "wheels"
    for stage in stages:
        for line in re.findall(r"^RUN (.+)$", stage, flags=re.M):
            line = line.replace("/wheels", str(wheels)).replace("/source", str(runner.tree))
            line = line.replace(f" && rm -r {wheels}", "").replace(" && useradd --create-home einsight", "")
            runner.run(line)
    entry, given = (re.search(rf"^{word} \[\"(.+)\"\]$", stages[1], flags=re.M)[1] for word in ("ENTRYPOINT", "CMD"))
    assert "usage: einsight" in runner.run(f"{entry} {given}")
    assert re.search(r"checked \d+ claims", runner.run(f"{entry} check README.md"))
    copied = re.findall(r"^COPY (?:--from=(\w+) )?(\S+)", CONTAINER, flags=re.M)
    assert copied == [("", "."), ("build", "/wheels")] and Path(runner.tree, "pyproject.toml").is_file()
