"""What the VS Code extension and the server must agree on, as far as that can be read off the files."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from paths import ROOT

from einsight.server.features.offered import COMMANDS, LEGEND, OFFERED
from einsight.server.settings import read_editor_settings

HOME = ROOT / "editors" / "vscode"
MANIFEST = json.loads((HOME / "package.json").read_text(encoding="utf-8"))
SOURCES = {p.relative_to(HOME / "src").as_posix(): p.read_text(encoding="utf-8") for p in (HOME / "src").rglob("*.ts")}
CONTRIBUTED = {c["command"] for c in MANIFEST["contributes"]["commands"]}


def test_the_palette_and_the_server_have_different_commands():
    """The client registers the server's under their own names: one name twice, and it does not start."""
    assert not CONTRIBUTED & set(COMMANDS)


def test_every_command_of_the_palette_is_registered():
    registered = set(re.findall(r'"(einsight\.\w+)"', SOURCES["commands.ts"] + SOURCES["extension.ts"]))
    assert registered >= CONTRIBUTED


def test_what_the_client_asks_is_offered():
    for text in SOURCES.values():
        assert set(re.findall(r'(?:ask|sendRequest)(?:<[^(]*>)?\("(einsight/\w+)"', text)) <= set(OFFERED)
        assert set(re.findall(r'command<[^(]*>\("(einsight\.\w+)"', text)) <= set(COMMANDS)


def test_settings_have_the_defaults_of_the_server():
    given = {
        name.removeprefix("einsight."): p["default"]
        for name, p in MANIFEST["contributes"]["configuration"]["properties"].items()
        if "default" in p
    }
    nested: dict = {}
    for name, value in given.items():
        *path, last = name.split(".")
        target = nested
        for part in path:
            target = target.setdefault(part, {})
        target[last] = value
    found, plain = read_editor_settings(nested), read_editor_settings(None)
    assert found.checking.problem is None
    assert (found.shapes, found.verdicts, found.results, found.code_lens, found.style) == (
        plain.shapes, plain.verdicts, plain.results, plain.code_lens, plain.style,
    )  # fmt: skip
    assert found.checking.layout == "auto"  # which is what the server does where nothing is set
    for name in ("select", "ignore", "budget", "search"):
        assert getattr(found.checking, name) == getattr(plain.checking, name), name


def test_the_bundle_has_what_the_server_requires():
    pinned = (HOME / "bundled" / "requirements.txt").read_text(encoding="utf-8").lower().replace("-", "_")
    project = (HOME.parent.parent / "pyproject.toml").read_text(encoding="utf-8")
    required = re.findall(r'^    "([a-z]+)[>=;]', project.split("dependencies = [")[1].split("]")[0], re.MULTILINE)
    for name in set(required) - {"numpy"}:
        assert re.search(rf"^{name}==", pinned, re.MULTILINE), name


@pytest.fixture
def packaged(tmp_path):
    """`serve.py` as a package has it: beside archives, and no folder of libraries."""
    engine = tmp_path / "dist" / "engine"
    engine.mkdir(parents=True)
    (engine / "id.txt").write_text("7c1f\n")
    for name in ("einsight", "python_stdlib"):
        with zipfile.ZipFile(engine / f"{name}.zip", "w") as archive:
            archive.writestr(f"{name}/__init__.py", "__version__ = '9.8'\n")
    (tmp_path / "bundled").mkdir()
    return shutil.copy(HOME / "bundled" / "serve.py", tmp_path / "bundled")


def about(serve, folder):
    run = subprocess.run(
        [sys.executable, serve, "useBundled", folder, "--about"], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def test_the_libraries_are_unpacked_once(packaged, tmp_path):
    storage = tmp_path / "storage"
    for _ in range(2):
        found = about(packaged, storage)
        assert (found["einsight"], found["bundled"]) == ("9.8", True)
        assert [path.name for path in storage.iterdir()] == ["libs-7c1f"]
    assert [path.name for path in (storage / "libs-7c1f").iterdir() if path.name != "__pycache__"] == ["einsight"]


def test_a_storage_that_cannot_be_written_is_done_without(packaged, tmp_path):
    (tmp_path / "file").write_text("")
    assert about(packaged, tmp_path / "file" / "storage")["bundled"]


def test_libraries_that_nobody_starts_any_more_are_removed(packaged, tmp_path):
    old, new = tmp_path / "libs-old", tmp_path / "libs-new"
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (0, 0))
    about(packaged, tmp_path)
    assert not old.exists() and new.exists()


def test_the_extension_and_the_page_have_the_same_pyodide():
    page = json.loads((HOME.parent / "web" / "package.json").read_text(encoding="utf-8"))
    assert MANIFEST["devDependencies"]["pyodide"] == page["dependencies"]["pyodide"]


def test_the_version_is_the_project_s():
    import einsight

    assert MANIFEST["version"] == einsight.__version__


@pytest.mark.parametrize("page", sorted(p.name for p in (HOME / "walkthrough").glob("*.md")))
def test_what_the_walkthrough_shows_reads(page):
    import einsight

    text = (HOME / "walkthrough" / page).read_text(encoding="utf-8")
    for fence in re.findall(r"```ein\n(.*?)```", text, re.DOTALL):
        shapes = {"W": "ℝ^(n×m)", "x": "ℝ^m", "b": "ℝ^n"}
        lines = [
            f"{name} ∈ {space}"
            for name, space in shapes.items()
            if not re.search(rf"^{name}\b.*∈", fence, re.MULTILINE)
        ]
        lines += ["h = tanh(W x + b)"] if re.search(r"\bh\b", fence) and "h =" not in fence else []
        report = einsight.check("\n".join([*lines, fence]))
        assert not [d for d in report.diagnostics if d.severity == "error"]


def test_the_sample_has_one_mistake():
    import einsight

    report = einsight.check((HOME / "walkthrough" / "sample.ein").read_text(encoding="utf-8"))
    assert [d.code for d in report.diagnostics] == ["EIN402"]
    assert [c.verdict for c in report.claims] == ["right", "right", "transposed"]


def test_semantic_tokens_have_colours():
    scopes = MANIFEST["contributes"].get("semanticTokenScopes", [])
    assert scopes and set(scopes[0]["scopes"]) >= {"parameter", "variable", "function"}
    assert LEGEND.token_types
