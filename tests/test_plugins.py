"""Plugins come through the hooks; a faulty one is named and the rest goes on."""

import os
import re
import subprocess
import sys
import types

import pytest
from session import Session
from test_plugin_faults import install

from einsight.plugins import loading
from einsight.plugins.hooks import hookimpl
from einsight.rules.catalogue import Catalogue
from einsight.rules.pattern import rule


class _Point:
    def __init__(self, name, load):
        self.name, self.load = name, load


def _good():
    module = types.ModuleType("good")
    module.einsight_rules = hookimpl(
        lambda: [rule("good.even", "cos(-s) => cos(s)", source="good")], specname="einsight_rules"
    )
    return module


def _raising():
    module = types.ModuleType("raising")

    def broken():
        raise RuntimeError("no rules today")

    module.einsight_rules = hookimpl(broken, specname="einsight_rules")
    return module


def _missing():
    raise ImportError("no such module")


def test_a_faulty_plugin_costs_only_itself(monkeypatch):
    points = [_Point("missing", _missing), _Point("raising", _raising), _Point("good", _good)]
    monkeypatch.setattr(loading, "entry_points", lambda group: points)
    catalogue = Catalogue()
    loading.fill(catalogue)
    assert "good.even" in catalogue.rules and "delta.contract" in catalogue.rules
    assert [(f.plugin, f.stage) for f in catalogue.faults.all] == [("missing", "import"), ("raising", "registration")]


def _run(*command, cwd, path):
    environment = {**os.environ, "PYTHONPATH": str(path), "PYTEST_ADDOPTS": "-p no:xdist -p no:cacheprovider"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_new_plugin_installs_and_passes_its_own_tests(tmp_path):
    """A wheel is built, installed, and tested; before that it passes its tests where it stands."""
    python, site = sys.executable, tmp_path / "site"
    einsight = (python, "-m", "einsight")
    assert "einsight-my-course" in _run(*einsight, "plugin", "new", "my-course", cwd=tmp_path, path=site)
    home = tmp_path / "einsight-my-course"
    module = (home / "src" / "einsight_my_course" / "__init__.py").read_text(encoding="utf-8")
    assert re.findall(r"^(?:from|import) (\S+)", module, re.M) == ["einsight.api"]
    assert "6 passed" in _run(python, "-m", "pytest", cwd=home, path=home / "src")
    _run(python, "-m", "pip", "install", "-q", "--no-deps", "--target", str(site), str(home), cwd=tmp_path, path=site)
    assert "6 passed" in _run(python, "-m", "pytest", cwd=home, path=site)
    assert "my-course 0.1.0  on: 1 rules, 1 functions" in _run(*einsight, "plugin", "list", cwd=tmp_path, path=site)
    assert "Softsign is odd" in _run(*einsight, "rules", "my-course.softsign-odd", cwd=tmp_path, path=site)
    assert "5 checks hold, 0 do not" in _run(*einsight, "rules", "--verify", "my-course", cwd=tmp_path, path=site)
    derived = _run(*einsight, "derive", "softsign(x)", "-w", "x", "-d", "x in R", cwd=tmp_path, path=site)
    assert "1/(abs(x) + 1)^2" in derived
    again = subprocess.run([*einsight, "plugin", "new", "my-course"], cwd=tmp_path, capture_output=True, text=True)
    assert again.returncode == 2 and "there already" in again.stderr


@pytest.mark.parametrize("name", ["", "Course", "my_course", "../course", "2d", "a--b", "a-"])
def test_names_that_no_plugin_can_have(tmp_path, name):
    done = subprocess.run(
        [sys.executable, "-m", "einsight", "plugin", "new", name], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2 and not list(tmp_path.iterdir())


NOISY = """\
import sys
from einsight.api import call_rule, hook
print("hello from an import")
@call_rule("noisy.rule", "sin(s) => s", "sin")
def made(s):
    sys.stdout.write("hello from a rule\\n")
    sys.stdout.flush()
@hook
def einsight_rules():
    print("hello from a hook")
    return [made]
"""


def test_what_a_plugin_prints_is_no_answer(tmp_path, monkeypatch):
    install(tmp_path, {"noisy": NOISY})
    command = [sys.executable, "-m", "einsight", "derive"]
    assert "hello" not in _run(*command, "sinh(x)", "-w", "x", "-d", "x in R", cwd=tmp_path, path=tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Session() as session:
        session.open("x in R\nd/dx cos(x) = -sin(x)\n")
        assert session.checked() == {"right": 1}
        assert "hello from a rule" in session.client.stderr


def test_the_profile_counts_tries_and_hits(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "einsight", "derive", "y' A x", "-w", "x", "-d", "A in R^(n x m); x in R^m; y in R^n", "--profile"],
        capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    head, *rows = done.stderr.splitlines()
    assert head.split() == ["rule", "from", "tries", "hits", "ms"] and "y' A" in done.stdout
    counts = {row.split()[0]: tuple(map(int, row.split()[2:4])) for row in rows}
    assert counts["derivative.component"][1] == 1 and all(hits <= tries for tries, hits in counts.values())
    times = [float(row.split()[4]) for row in rows]
    assert times == sorted(times, reverse=True)


def test_the_cost_of_many_rules_can_be_measured(capsys):
    from einsight.bench.__main__ import main

    assert main(["rules", "--rules", "0", "8", "--rounds", "1"]) == 0
    assert "layer, 8 rules (mixed)" in capsys.readouterr().out
