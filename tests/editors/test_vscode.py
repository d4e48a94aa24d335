"""What the VS Code extension and the server must agree on, as far as that can be read off the files."""

import json
import re

import pytest
from paths import ROOT

from einsight.server.features.offered import COMMANDS, LEGEND, OFFERED
from einsight.server.settings import read_editor_settings

HOME = ROOT / "editors" / "vscode"
MANIFEST = json.loads((HOME / "package.json").read_text(encoding="utf-8"))
SOURCES = {p.name: p.read_text(encoding="utf-8") for p in (HOME / "src").rglob("*.ts")}
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
